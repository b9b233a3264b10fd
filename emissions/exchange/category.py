"""State the categories of an inventory as TOCs and HOCs, with the energy that iLEAP demands."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from data.units import kg_text
from emissions.exchange import carriers as c
from emissions.exchange import vocabulary as v
from emissions.exchange.amounts import transport_activity
from emissions.exchange.models import HOC, TOC, exact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from emissions import categories
    from emissions.exchange.carriers import EnergyMix
    from emissions.exchange.models import EnergyCarrier
    from emissions.factors import Factors
    from emissions.inventory import Line


def toc_of(
    name: str, lines: Sequence[Line], factors: Factors, mixes: Mapping[str, EnergyMix]
) -> TOC:
    """Return the category of lines that share one: a shared service, or a vehicle's departure.

    Raises
    ------
    EmissionsError
        if its energy is not known.
    """
    toc = factors.tocs.get(lines[0].element.toc_id)
    return _shared_toc(toc, factors, mixes) if toc else _vehicle_toc(name, lines, factors)


def hoc_of(
    name: str, lines: Sequence[Line], factors: Factors, mixes: Mapping[str, EnergyMix]
) -> HOC:
    """Return the category of handling at hubs: by its energy on one grid, or by an intensity.

    Raises
    ------
    EmissionsError
        if its energy is not known.
    """
    e = lines[0].element
    hoc = factors.hoc(e.hoc_id)
    if hoc.by_energy:
        used = c.carriers_of_use(c.uses_of_hub(hoc, e.grid_id), factors, hoc.hoc_id)
        wtw, ttw = c.intensities(used)
    else:
        used = c.carriers_of(hoc.hoc_id, "", factors, mixes)
        ttw = exact(hoc.ttw_kgco2e_per_t)
        wtw = exact(hoc.wtt_kgco2e_per_t) + ttw
    return HOC(
        hoc_id=name,
        hub_type=v.HUB_TYPE_OF.get(hoc.kind, "Transshipment"),
        temperature_control=_condition(hoc.temperature),
        energy_carriers=used,
        co2e_intensity_wtw=wtw,
        co2e_intensity_ttw=ttw,
        hub_activity_unit="TEU" if hoc.activity_unit == "teu" else "tonnes",
    )


def _condition(temperature: str) -> str:
    return "ambient" if temperature == "ambient" else "refrigerated"


def _shared_toc(toc: categories.TOC, factors: Factors, mixes: Mapping[str, EnergyMix]) -> TOC:
    ttw = exact(toc.ttw_kgco2e_per_tkm)
    keys = [k for k in factors.matches if k.category_id == toc.toc_id]
    options = {v.AIR_OPTION_OF.get(k.air_option) for k in keys} - {None}
    hauls = {v.FLIGHT_LENGTH_OF.get(k.haul) for k in keys} - {None}
    return TOC(
        toc_id=toc.toc_id,
        description=", ".join(x for x in (toc.vehicle, toc.load, toc.region) if x) or None,
        mode=v.MODE_OF[toc.mode],
        load_factor=exact(toc.load_share) if toc.load_share else None,
        empty_distance_factor=None if toc.empty_share is None else exact(toc.empty_share),
        temperature_control=_condition(toc.temperature),
        air_shipping_option=options.pop() if len(options) == 1 else None,
        flight_length=hauls.pop() if len(hauls) == 1 else None,
        energy_carriers=c.carriers_of(toc.toc_id, toc.carrier_id, factors, mixes),
        co2e_intensity_wtw=exact(toc.wtt_kgco2e_per_tkm) + ttw,
        co2e_intensity_ttw=ttw,
        transport_activity_unit="TEUkm" if toc.activity_unit == "teukm" else "tkm",
    )


def _vehicle_toc(name: str, lines: Sequence[Line], factors: Factors) -> TOC:
    vehicle = factors.vehicle(lines[0].element.toc_id)
    tkm = sum((transport_activity(line.element, factors) for line in lines), Decimal(0))
    return TOC(
        toc_id=name,
        description=vehicle.name or vehicle.vehicle_code,
        mode=v.MODE_OF[vehicle.mode],
        energy_carriers=_burnt(lines, tkm, factors),
        co2e_intensity_wtw=_per_tkm(sum(line.physical.wtw_mg for line in lines), tkm),
        co2e_intensity_ttw=_per_tkm(sum(line.physical.ttw_mg for line in lines), tkm),
        transport_activity_unit="tkm",
    )


def _per_tkm(mg: int, tkm: Decimal) -> Decimal:
    return c.rounded(Decimal(kg_text(mg)) / tkm)


def _burnt(lines: Sequence[Line], tkm: Decimal, factors: Factors) -> tuple[EnergyCarrier, ...]:
    """Return the energy of a vehicle's departure; a round that charges on two grids has both."""
    amounts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    vehicle = factors.vehicle(lines[0].element.toc_id)
    for line in lines:
        e = line.element
        amount = e.energy_kwh if vehicle.electric else e.fuel_kg
        amounts[vehicle.carrier_id, e.grid_id if vehicle.electric else ""] += exact(amount or 0.0)
    used = [
        c.Used(carrier_id=carrier_id, amount=amount / tkm, grid_id=grid_id)
        for (carrier_id, grid_id), amount in sorted(amounts.items())
    ]
    return c.carriers_of_use(used, factors, vehicle.vehicle_code)
