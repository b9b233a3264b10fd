"""Re-check SAF, certificates and credits against what the scenario allows and wants."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.plan import Plan

_ROOM = 1e-6  # relative; kilograms are rounded to a millionth


def claim_faults(plan: Plan) -> Iterator[str]:
    """Find SAF and certificates beyond their shares, or less SAF than is asked for."""
    fuel, power = plan.problem.scenario.fuel, plan.problem.scenario.electricity
    factors = plan.problem.factors
    for leg in plan.legs:
        e = leg.line.element
        if e.saf_kg:
            mj = e.saf_kg * factors.pathway(e.saf_pathway).lhv_mj_per_kg
            share = mj / (leg.line.fuel_kg * factors.carrier("jet").lhv_mj_per_kg)
            if e.mode != "air" or share > fuel.saf_max_share + _ROOM:
                yield f"{e.shipment_id} leg {e.leg_no} claims a SAF share of {share:.4f}"
            if fuel.custody == "physical" and share > _blend_share(plan) + _ROOM:
                yield f"{e.shipment_id} leg {e.leg_no} blends {share:.4f} into a physical batch"
        if e.mode == "air" and fuel.saf_min_share > 0:
            lhv = factors.pathway(fuel.saf_pathway).lhv_mj_per_kg
            least = fuel.saf_min_share * leg.line.fuel_kg * factors.carrier("jet").lhv_mj_per_kg
            if e.saf_kg * lhv < least * (1 - _ROOM) - lhv * _ROOM:
                yield f"{e.shipment_id} leg {e.leg_no} claims {e.saf_kg} kg SAF, too little"
        if e.eac_kwh and e.eac_kwh > power.eac_max_share * (e.energy_kwh or 0.0) + _ROOM:
            yield f"{e.shipment_id} leg {e.leg_no} claims {e.eac_kwh} of {e.energy_kwh} kWh"


def _blend_share(plan: Plan) -> float:
    """Energy share of neat SAF in a batch at its volume limit, densities 0.755 and 0.80 kg/l."""
    factors = plan.problem.factors
    pathway = factors.pathway(plan.problem.scenario.fuel.saf_pathway)
    saf = pathway.blend_limit_volume_share * 0.755 * pathway.lhv_mj_per_kg
    jet = (1 - pathway.blend_limit_volume_share) * 0.80 * factors.carrier("jet").lhv_mj_per_kg
    return saf / (saf + jet)


def credit_faults(plan: Plan) -> Iterator[str]:
    """Find another number of credits than the wanted residual takes."""
    residual_mg = plan.inventory.market_based.wtw_mg
    wanted = math.ceil(plan.problem.scenario.neutrality.target * residual_mg / 1_000_000_000)
    if plan.credits_t != wanted:
        yield f"{plan.credits_t} credits, wanted {wanted} for {residual_mg} mg"
