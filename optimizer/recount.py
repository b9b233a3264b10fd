"""Work out a plan's CO2e and energy a second time, leg by leg in plain arithmetic, for the audit.

Nothing of the kernel is used: a checker that shares the maker's code shares its faults.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from data.units import KG_PER_TONNE, MG_PER_KG
from emissions.distance import distance_adjustment_factor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emissions.chain import TCE
    from emissions.factors import Factors
    from optimizer.plan import Plan

_ONE_MG = 1  # two orders of the same multiplications may round apart by the last milligram
_ENERGY_SHARE = 1e-6  # energies are shared out in millionths


def co2e_faults(plan: Plan) -> Iterator[str]:
    """Yield each leg whose physical CO2e is not what its figures make."""
    for leg in plan.legs:
        e, told = leg.line.element, leg.line.physical
        wtt_mg, ttw_mg = physical_mg(e, plan.problem.factors)
        if abs(told.wtt_mg - wtt_mg) > _ONE_MG or abs(told.ttw_mg - ttw_mg) > _ONE_MG:
            yield (
                f"{e.shipment_id} leg {e.leg_no} tells {told.wtt_mg} + {told.ttw_mg} mg, "
                f"recomputed {wtt_mg} + {ttw_mg}"
            )


def physical_mg(e: TCE, factors: Factors) -> tuple[int, int]:
    """Return WTT and TTW of one element in whole milligrams."""
    if e.toc_id in factors.tocs:
        toc = factors.tocs[e.toc_id]
        daf = distance_adjustment_factor(toc, e.distance_kind, e.distance_km)
        tkm = e.mass_kg / KG_PER_TONNE * e.distance_km * daf
        wtt, ttw = tkm * toc.wtt_kgco2e_per_tkm, tkm * toc.ttw_kgco2e_per_tkm
    else:
        wtt = ttw = 0.0
        if e.fuel_kg:
            name = "diesel" if e.hoc_id else factors.vehicle(e.toc_id).carrier_id
            fuel = factors.carrier(name)
            wtt = e.fuel_kg * fuel.wtt_kgco2e_per_kg
            ttw = e.fuel_kg * fuel.ttw_kgco2e_per_kg
        if e.energy_kwh:
            grid = factors.grid(e.grid_id)
            supplied = grid.generation_kgco2e_per_kwh + grid.upstream_kgco2e_per_kwh
            wtt += e.energy_kwh * supplied / (1 - grid.loss_share)
    return round(wtt * MG_PER_KG), round(ttw * MG_PER_KG)


def energy_faults(plan: Plan) -> Iterator[str]:
    """Yield each dedicated departure whose shares do not sum to what its vehicles use."""
    aboard: dict[str, list[TCE]] = defaultdict(list)
    for leg in plan.legs:
        aboard[leg.departure_id].append(leg.line.element)
    for use in plan.uses:
        service = plan.problem.services[use.departure.service_id]
        if not service.dedicated:
            continue
        v = plan.problem.factors.vehicle(service.toc_id)
        elements = aboard[use.departure.departure_id]
        shared = math.fsum((e.energy_kwh or 0.0) + (e.fuel_kg or 0.0) for e in elements)
        mass_kg = math.fsum(e.mass_kg for e in elements)
        opened = use.full_units + use.part_units
        empty = v.energy_per_km_empty / (1 - service.empty_share)
        load = mass_kg * (v.energy_per_km_full - v.energy_per_km_empty) / v.payload_kg
        used = (opened * empty + load) * service.distance_km
        if abs(shared - used) > _ENERGY_SHARE * (1 + used):
            yield f"{use.departure.departure_id} shares {shared:g} of {used:g} kWh or kg"
