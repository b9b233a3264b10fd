"""Put points of cost against CO2e in order: none dominated, each with its price of abatement."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from data.units import CENTS_PER_EUR, KG_PER_TONNE, MG_PER_KG, SECONDS_PER_HOUR
from optimizer.plan import FrontierPoint
from optimizer.problem import leaving_eur
from optimizer.scores import arrivals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.assemble import Body
    from optimizer.problem import Problem
    from optimizer.scenarios import Scenario

_MG_PER_TONNE = KG_PER_TONNE * MG_PER_KG


def point_of(  # noqa: PLR0913  (a plan, and what is known of it)
    problem: Problem,
    body: Body,
    name: str,
    bound: float,
    *,
    status: str,
    unservable: frozenset[str],
) -> FrontierPoint:
    """Return the point of a plan, with a bound on the cost of any plan that emits no more.

    The bound is without the price of what no chain can serve, as that of a level is, and so is the
    gap: beside a price that every plan has, any gap looks small.
    """
    hopeless = math.fsum(leaving_eur(s) for s in problem.shipments if s.shipment_id in unservable)
    cost = body.costs.total / CENTS_PER_EUR
    value = max(0.0, cost - hopeless)
    bound = min(max(0.0, bound), value)
    neutrality = problem.scenario.neutrality
    paid = (body.costs.paid - body.costs.credits) / CENTS_PER_EUR
    share = neutrality.target or (1.0 if neutrality.credit_price_per_t else 0.0)
    credits_t = math.ceil(share * body.inventory.market_based.wtw_mg / _MG_PER_TONNE)
    return FrontierPoint(
        objective=name,
        cost_eur=cost,
        physical_mg=body.inventory.physical.wtw_mg,
        market_mg=body.inventory.market_based.wtw_mg,
        hours=_mean_hours(problem, body),
        lower_bound=bound + hopeless,
        gap=(value - bound) / value if value > 0 else 0.0,
        status=status,
        left=_left(problem, body, unservable),
        unservable_eur=hopeless,
        saf_kg=math.fsum(x.line.element.saf_kg for x in body.legs),
        eac_kwh=math.fsum(x.line.element.eac_kwh for x in body.legs),
        credits_t=credits_t if share else None,
        neutral_eur=paid + credits_t * neutrality.credit_price_per_t if share else None,
    )


def _left(problem: Problem, body: Body, unservable: frozenset[str]) -> int:
    """Return how many shipments some chain could serve in time, and the plan does not."""
    planned = {leg.line.element.shipment_id for leg in body.legs} | unservable
    left = [s for s in problem.shipments if s.shipment_id not in planned]
    return len({s.consignment_of or s.shipment_id for s in left})


def _mean_hours(problem: Problem, body: Body) -> float:
    arrived = arrivals(body.legs)
    hours = [
        (arrived[s.shipment_id] - s.ready_at).total_seconds() / SECONDS_PER_HOUR
        for s in problem.shipments
        if s.shipment_id in arrived
    ]
    return math.fsum(hours) / len(hours) if hours else 0.0


def unpriced(problem: Problem) -> Problem:
    """Return a problem whose cost is money alone: what CO2e costs is what a frontier tells."""
    scenario = problem.scenario
    objective = replace(scenario.objective, carbon_price_per_t=0.0)
    neutrality = replace(scenario.neutrality, max_abatement_cost_per_t=0.0)
    scenario = replace(scenario, objective=objective, neutrality=neutrality)
    return replace(problem, scenario=scenario)


def basis_mg(point: FrontierPoint, scenario: Scenario) -> int:
    """Return CO2e of a point on the scenario's basis."""
    market = scenario.objective.co2e_basis == "market_based"
    return point.market_mg if market else point.physical_mg


def undominated(points: Sequence[FrontierPoint], scenario: Scenario) -> tuple[FrontierPoint, ...]:
    """Return the points that no other beats on cost and CO2e, cheapest first, priced by step."""
    kept: list[FrontierPoint] = []
    for p in sorted(points, key=lambda p: (p.cost_eur, basis_mg(p, scenario))):
        if kept and basis_mg(p, scenario) >= basis_mg(kept[-1], scenario):
            continue
        if kept:
            tonnes = (basis_mg(kept[-1], scenario) - basis_mg(p, scenario)) / _MG_PER_TONNE
            p = replace(p, eur_per_t=(p.cost_eur - kept[-1].cost_eur) / tonnes)  # noqa: PLW2901
        kept.append(p)
    return tuple(kept)
