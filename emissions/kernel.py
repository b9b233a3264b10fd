"""Work out WTT and TTW of many elements at once: the one vectorised statement of the formulas."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from data.units import G_PER_KG, KG_PER_TONNE, MG_PER_KG
from emissions.distance import (
    TONNES_PER_TEU,
    distance_adjustment_factor,
    transport_activity_tkm,
)
from emissions.energy import hub_energy
from emissions.errors import EmissionsError, LegFaultError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emissions.categories import TOC
    from emissions.chain import TCE
    from emissions.factors import Factors

    Floats = NDArray[np.float64]
    Milligrams = NDArray[np.int64]

# SAF claimed for a leg may exceed the fuel burnt by this share: six decimals of a kilogram.
_SAF_TOLERANCE = 1e-6
_EXACT_MG = 2.0**53  # about nine million tonnes: the last whole number that float64 tells apart
_HUB_TOLERANCE = 1e-6  # energy of a hub is its rate x mass, to six decimals


@dataclass(slots=True)
class Columns:
    """The numbers of the kernel, one entry per element.

    `activity` is in the unit of the category: tkm or TEU-km of carriage, tonnes or TEU of handling;
    rates are kg CO2e per that unit.
    """

    activity: Floats
    wtt_rate: Floats
    ttw_rate: Floats
    market_wtt_rate: Floats
    co2_rate: Floats
    biogenic_rate: Floats
    rf_rate: Floats
    fuel_kg: Floats
    fuel_wtt: Floats
    fuel_ttw: Floats
    fuel_biogenic: Floats
    energy_kwh: Floats
    grid_location: Floats
    grid_market: Floats
    grid_covered: Floats
    eac_kwh: Floats
    saf_mj: Floats
    saf_g_per_mj: Floats
    lhv_fuel: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What elements emit, in whole milligrams, and the fuel burnt in kg; one entry each."""

    wtt_mg: Milligrams
    ttw_mg: Milligrams
    market_wtt_mg: Milligrams
    market_ttw_mg: Milligrams
    biogenic_mg: Milligrams  # CO2 outside the total
    rf_memo_mg: Milligrams  # radiative forcing of flights, outside the total
    burnt_kg: Floats


def _zeros(size: int) -> Columns:
    return Columns(*(np.zeros(size) for _ in fields(Columns)))


def _milligrams(kg: Floats) -> Milligrams:
    """Round to whole milligrams; what no float can tell apart is no footprint.

    Raises
    ------
    EmissionsError
        for figures that are not finite or too large to be exact.
    """
    mg = np.rint(kg * MG_PER_KG)
    if not np.all(np.abs(mg) < _EXACT_MG):  # also refuses NaN
        raise EmissionsError(
            f"CO2e beyond {_EXACT_MG:g} mg, wanted masses and distances of freight"
        )
    return mg.astype(np.int64)


# The formulas of docs/methodology.md, F2 to F26, stated once. They add and multiply only, so
# that they take numpy columns here and columns of SQL in the bulk path; the verifier holds the only
# other statement, on purpose.


def wtt_kg(c: Any) -> Any:  # noqa: ANN401  (columns of numpy or of SQL)
    """Energy provision, as operated and location-based."""
    return c.activity * c.wtt_rate + (c.fuel_kg * c.fuel_wtt + c.energy_kwh * c.grid_location)


def ttw_kg(c: Any) -> Any:  # noqa: ANN401
    """Operation; electricity has none."""
    return c.activity * c.ttw_rate + c.fuel_kg * c.fuel_ttw


def biogenic_kg(c: Any) -> Any:  # noqa: ANN401
    """Biogenic CO2 of combustion, outside the total."""
    return c.activity * c.biogenic_rate + c.fuel_kg * c.fuel_biogenic


def rf_memo_kg(c: Any) -> Any:  # noqa: ANN401
    """Radiative forcing of flights, outside the total."""
    return c.activity * c.rf_rate


def fuel_mj(c: Any, jet_co2: float) -> Any:  # noqa: ANN401
    """Energy of the fuel that SAF may stand for: of flights, from the CO2 part of operation."""
    return (c.fuel_kg + c.activity * c.co2_rate / jet_co2) * c.lhv_fuel


def market_wtt_kg(c: Any, saf_share: Any) -> Any:  # noqa: ANN401
    """Energy provision after SAF profiles and electricity certificates."""
    uncovered = c.energy_kwh - c.eac_kwh
    electricity = uncovered * c.grid_market + c.eac_kwh * c.grid_covered
    base = c.activity * c.market_wtt_rate + (c.fuel_kg * c.fuel_wtt + electricity)
    return base * (1 - saf_share) + c.saf_mj * c.saf_g_per_mj / G_PER_KG


def market_ttw_kg(c: Any, saf_share: Any) -> Any:  # noqa: ANN401
    """Operation after SAF profiles."""
    return ttw_kg(c) * (1 - saf_share)


def footprint(c: Columns, jet_co2: float) -> Figures:
    """Return what elements emit, each figure rounded once to whole milligrams."""
    energy = fuel_mj(c, jet_co2)
    share = np.divide(c.saf_mj, energy, out=np.zeros_like(energy), where=c.saf_mj > 0)
    share = np.minimum(share, 1.0)
    return Figures(
        wtt_mg=_milligrams(wtt_kg(c)),
        ttw_mg=_milligrams(ttw_kg(c)),
        market_wtt_mg=_milligrams(np.maximum(market_wtt_kg(c, share), 0.0)),
        market_ttw_mg=_milligrams(np.maximum(market_ttw_kg(c, share), 0.0)),
        biogenic_mg=_milligrams(biogenic_kg(c)),
        rf_memo_mg=_milligrams(rf_memo_kg(c)),
        burnt_kg=c.fuel_kg + c.activity * c.co2_rate / jet_co2,
    )


def activity_of(e: TCE, toc: TOC) -> float:
    """Return the activity of carriage in the unit of its category, distance adjusted once.

    Activity that the carrier states is taken as it is: no distance is adjusted (methodology,
    section 3). Where an intensity is per TEU-km and the containers are not counted, they are
    10 t each.

    Raises
    ------
    LegFaultError
        if distances of different kinds meet, or stated tkm meet an intensity per TEU-km.
    """
    by_teu = toc.activity_unit == "teukm"
    if e.activity_tkm is not None:
        if by_teu:
            raise LegFaultError("activity_tkm", e.activity_tkm, f"nothing: {toc.toc_id} is per TEU")
        return e.activity_tkm
    daf = distance_adjustment_factor(toc, e.distance_kind, e.distance_km)
    if by_teu:
        return teu_of(e.mass_kg, e.teu) * e.distance_km * daf
    return transport_activity_tkm(e.mass_kg, e.distance_km) * daf


def teu_of(mass_kg: float, teu: float | None) -> float:
    """Return containers in TEU: as counted, else by 10 t of goods each."""
    return mass_kg / (TONNES_PER_TEU["average"] * KG_PER_TONNE) if teu is None else teu


def _fill_activity(c: Columns, i: int, e: TCE, factors: Factors) -> None:
    toc = factors.toc(e.toc_id)
    if toc.mode != e.mode:
        raise LegFaultError("mode", e.mode, f"{toc.mode}, the mode of {toc.toc_id}")
    c.activity[i] = activity_of(e, toc)
    c.wtt_rate[i], c.ttw_rate[i] = toc.wtt_kgco2e_per_tkm, toc.ttw_kgco2e_per_tkm
    c.market_wtt_rate[i] = toc.market_wtt_rate
    c.biogenic_rate[i] = toc.biogenic_kgco2_per_tkm
    c.rf_rate[i] = factors.rf_rate(toc)
    if toc.mode == "air" and toc.ttw_kgco2_per_tkm:
        # Blank where a publisher does not part CO2 from the rest: then no fuel is known for SAF.
        c.co2_rate[i] = toc.ttw_kgco2_per_tkm
        c.lhv_fuel[i] = factors.carrier("jet").lhv_mj_per_kg


def _fill_hub(c: Columns, i: int, e: TCE, factors: Factors) -> None:
    """Fill a hub element, which stands on an intensity or on its own energy."""
    hoc = factors.hoc(e.hoc_id)
    if hoc.by_energy:
        _fill_energy(c, i, e, factors)
        return
    if e.fuel_kg or e.energy_kwh:
        raise LegFaultError("energy_kwh", e.energy_kwh, f"none: {hoc.hoc_id} is an intensity")
    by_teu = hoc.activity_unit == "teu"
    c.activity[i] = teu_of(e.mass_kg, e.teu) if by_teu else e.mass_kg / KG_PER_TONNE
    c.wtt_rate[i], c.ttw_rate[i] = hoc.wtt_kgco2e_per_t, hoc.ttw_kgco2e_per_t
    c.market_wtt_rate[i] = hoc.market_wtt_rate


def _fill_energy(c: Columns, i: int, e: TCE, factors: Factors) -> None:
    """Fill an element that is charged by its energy: a dedicated vehicle, or a hub."""
    if e.fuel_kg is None and e.energy_kwh is None:
        raise EmissionsError("has neither fuel_kg nor energy_kwh, wanted one of them")
    carrier_id = _check_hub(e, factors) if e.hoc_id else _check_vehicle(e, factors)
    if e.fuel_kg:
        fuel = factors.carrier(carrier_id)
        c.fuel_kg[i] = e.fuel_kg
        c.fuel_wtt[i], c.fuel_ttw[i] = fuel.wtt_kgco2e_per_kg, fuel.ttw_kgco2e_per_kg
        c.fuel_biogenic[i] = fuel.biogenic_kgco2_per_kg
    if e.energy_kwh:
        grid = factors.grid(e.grid_id)
        c.energy_kwh[i] = e.energy_kwh
        c.grid_location[i] = grid.location_kgco2e_per_kwh
        c.grid_market[i] = grid.market_kgco2e_per_kwh
        c.grid_covered[i] = covered_kgco2e_per_kwh(factors, e.grid_id)


def jet_co2_of(c: Columns, factors: Factors) -> float:
    """Return kg CO2 per kg of jet fuel; sets without flights need not hold it."""
    return factors.parameter("jet_co2_kg_per_kg") if c.co2_rate.any() else 1.0


def _check_hub(e: TCE, factors: Factors) -> str:
    """Refuse a hub whose energy is not its rate x mass: a blank half would be a silent zero."""
    wanted = hub_energy(factors.hoc(e.hoc_id), e.mass_kg)
    for column, found, rate in zip(
        ("fuel_kg", "energy_kwh"), (e.fuel_kg, e.energy_kwh), wanted, strict=True
    ):
        if abs((found or 0.0) - rate) > _HUB_TOLERANCE:
            raise LegFaultError(column, found, f"{rate:g}, the rate of {e.hoc_id} x mass")
    return "diesel"


def _check_vehicle(e: TCE, factors: Factors) -> str:
    """Refuse a vehicle without energy, or with energy that is not its own."""
    vehicle = factors.vehicle(e.toc_id)
    if vehicle.mode != e.mode:
        raise LegFaultError("mode", e.mode, f"{vehicle.mode}, the mode of {e.toc_id}")
    own, other = ("energy_kwh", "fuel_kg") if vehicle.electric else ("fuel_kg", "energy_kwh")
    if not (getattr(e, own) or 0.0) > 0:
        raise LegFaultError(own, getattr(e, own), f"> 0 for {e.toc_id}")
    if getattr(e, other):
        raise LegFaultError(other, getattr(e, other), f"nothing: {e.toc_id} runs on {own}")
    return vehicle.carrier_id


def covered_kgco2e_per_kwh(factors: Factors, grid_id: str) -> float:
    """Return what a certified kWh at the meter still emits: its own upstream and the grid's losses.

    A certificate conveys generation alone, so grid losses stay at the uncovered rate.
    """
    grid = factors.grid(grid_id)
    upstream = factors.parameter("eac_upstream_kgco2e_per_kwh")
    return upstream + grid.market_kgco2e_per_kwh * grid.loss_share


def _fill_claims(c: Columns, i: int, e: TCE, factors: Factors) -> None:
    if e.saf_kg:
        if e.toc_id in factors.burning_saf:
            wanted = f"nothing: {e.toc_id} burns SAF already, and its parts are not told apart"
            raise LegFaultError("saf_kg", e.saf_kg, wanted)
        pathway = factors.pathway(e.saf_pathway)
        c.saf_mj[i] = e.saf_kg * pathway.lhv_mj_per_kg
        c.saf_g_per_mj[i] = pathway.total_gco2e_per_mj
        burnt_mj = c.activity[i] * c.co2_rate[i] * c.lhv_fuel[i]
        burnt_mj /= factors.parameter("jet_co2_kg_per_kg")
        if not burnt_mj > 0:
            wanted = "nothing: SAF is for flights alone, whose CO2 is known apart (SAF-11)"
            raise LegFaultError("saf_kg", e.saf_kg, wanted)
        if c.saf_mj[i] > burnt_mj * (1 + _SAF_TOLERANCE):
            most = burnt_mj / pathway.lhv_mj_per_kg
            raise LegFaultError("saf_kg", e.saf_kg, f"at most the {most:.6f} kg burnt (SAF-8)")
    if e.eac_kwh:
        if e.eac_kwh > c.energy_kwh[i]:
            most = c.energy_kwh[i]
            raise LegFaultError("eac_kwh", e.eac_kwh, f"at most the {most} kWh used (REC-9)")
        c.eac_kwh[i] = e.eac_kwh


def _fill_basis(c: Columns, i: int, e: TCE, factors: Factors) -> None:
    if e.hoc_id:
        _fill_hub(c, i, e, factors)
    elif e.toc_id in factors.vehicles:
        _fill_energy(c, i, e, factors)
    else:
        _fill_activity(c, i, e, factors)


def columns_of(elements: Sequence[TCE], factors: Factors) -> Columns:
    """Return the numbers of elements, one entry each.

    Raises
    ------
    EmissionsError
        naming every element whose factor is missing or whose claim exceeds what it used.
    """
    columns = _zeros(len(elements))
    faults = []
    for i, e in enumerate(elements):
        try:
            _fill_basis(columns, i, e, factors)
            _fill_claims(columns, i, e, factors)
        except EmissionsError as fault:
            if len(elements) == 1:
                raise
            faults.append(f"{e.shipment_id} leg {e.leg_no}: {fault}")
    if faults:
        raise EmissionsError("\n".join(faults))
    return columns
