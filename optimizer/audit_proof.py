"""Recompute the value of each level and what follows from its bound; look through the frontier.

A bound itself cannot be proven again without the search: that it lies below the value, and that
its gap and its claim to be optimal follow from it, can.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from data.units import HOURS_PER_YEAR
from optimizer.audit_prices import left_eur

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.plan import FrontierPoint, Level, Plan

_SUMS = 1e-9  # relative; sums in another order
_OPTIMAL = 1e-5  # a gap that cents and milligrams leave open even where a model is solved
_CARRYING_SHARE_PER_YEAR = 0.12  # of goods under way
_UNITS = {"co2e": "kgco2e", "time": "h"}
_ROUNDING_EUR = 0.1  # of each shipment, in cents of its legs and millionths of its part loads
_CENT = 0.01
_MG_PER_T = 1_000_000_000


def proof_faults(plan: Plan) -> Iterator[str]:
    """Find levels whose value, bound, gap and claim do not belong together."""
    if not plan.levels:
        yield "no level of the objective was proven"
    names = _wanted(plan)
    if tuple(level.name for level in plan.levels) != names:
        yield f"levels are {[level.name for level in plan.levels]}, wanted {list(names)}"
    for level in plan.levels:
        value = _value(plan, level.name)
        if not math.isclose(value, level.value, rel_tol=_SUMS):
            yield f"{level.name}: value {level.value}, recomputed {value}"
        if level.unit != _UNITS.get(level.name, "EUR"):
            yield f"{level.name} is told in {level.unit}"
        yield from _bound_faults(level)
    yield from _trace_faults(plan)


def _wanted(plan: Plan) -> tuple[str, ...]:
    """Return the levels of the objective; cost breaks the ties of CO2e and time."""
    objective = plan.problem.scenario.objective
    if objective.mode == "lexicographic":
        return objective.order
    return (objective.mode, "cost") if objective.mode in {"co2e", "time"} else (objective.mode,)


def _bound_faults(level: Level) -> Iterator[str]:
    if not 0 <= level.lower_bound <= level.value or level.gap < 0:
        yield f"{level.name}: bound {level.lower_bound} above value {level.value}"
    gap = (level.value - level.lower_bound) / level.value if level.value > 0 else 0.0
    if not math.isclose(level.gap, gap, abs_tol=1e-12):
        yield f"{level.name}: gap {level.gap} is not (value - bound) / value"
    if level.optimal != (gap <= _OPTIMAL):
        yield f"{level.name} is called {'' if level.optimal else 'not '}optimal with gap {gap:g}"


def _trace_faults(plan: Plan) -> Iterator[str]:
    """Find a bound above all that the search told on its way."""
    bounds = [point.bound for point in plan.trace if point.bound is not None]
    if bounds and plan.levels:
        level, most = plan.levels[0], max(0.0, *bounds)
        if level.lower_bound > most + _SUMS * (1 + most):
            yield f"{level.name}: bound {level.lower_bound} above {most}, the best of the search"


def _value(plan: Plan, name: str) -> float:
    """Return the value of a level without the price of what nobody could serve."""
    shipments, scenario = plan.problem.shipments, plan.problem.scenario
    arrived = {leg.line.element.shipment_id: leg.arrives_at for leg in plan.legs}
    market = scenario.objective.co2e_basis == "market_based"
    total = plan.inventory.market_based if market else plan.inventory.physical
    kg = total.wtw_mg / 1e6
    left = left_eur(shipments, {*arrived, *plan.unservable})
    hopeless = left_eur(shipments, {s.shipment_id for s in shipments} - plan.unservable)
    if name == "co2e":
        return kg + left
    held = [
        (s, (arrived[s.shipment_id] - s.ready_at).total_seconds() / 3600)
        for s in shipments
        if s.shipment_id in arrived
    ]
    hours = math.fsum(h * s.share for s, h in held)
    if name == "time":
        return hours + left
    costs = plan.costs
    owed = (costs.lateness + costs.unserved_penalty) / 100 - hopeless
    paid = (costs.transport + costs.hubs + costs.saf + costs.eac + costs.credits) / 100
    if name == "cost":
        ceiling = scenario.neutrality.max_abatement_cost_per_t if scenario.neutrality.target else 0
        return paid + owed + max(scenario.objective.carbon_price_per_t, ceiling) / 1000 * kg
    weight = {"cost": 1.0, "co2e": 100.0, "time": 0.0, **scenario.objective.weights}
    capital = math.fsum(
        s.value_eur * _CARRYING_SHARE_PER_YEAR * h / HOURS_PER_YEAR for s, h in held
    )
    priced = weight["cost"] * paid + weight["co2e"] / 1000 * kg + weight["time"] * hours
    return priced + owed + capital


def frontier_faults(plan: Plan) -> Iterator[str]:
    """Find points whose own figures, or whose order, cannot be.

    Whether a point has a plan behind it cannot be checked, nor whether one was cut off at an end.
    """
    points = plan.frontier
    for number, point in enumerate(points, start=1):
        yield from (f"frontier point {number} {fault}" for fault in _point_faults(plan, point))
    if points and points[0].eur_per_t is not None:
        yield "the first frontier point has a price of abatement: one before it is missing"
    market = plan.problem.scenario.objective.co2e_basis == "market_based"
    for number, (a, b) in enumerate(pairwise(points), start=2):
        less_mg = a.market_mg - b.market_mg if market else a.physical_mg - b.physical_mg
        more_eur = b.cost_eur - a.cost_eur
        if less_mg <= 0 or more_eur < 0:
            yield f"frontier point {number} is dominated, or out of order"
            continue
        price = more_eur / (less_mg / _MG_PER_T)
        if b.eur_per_t is None or not math.isclose(b.eur_per_t, price, rel_tol=1e-9, abs_tol=1e-6):
            yield f"frontier point {number} abates at {b.eur_per_t} EUR/t, recomputed {price:.2f}"


def _point_faults(plan: Plan, p: FrontierPoint) -> Iterator[str]:
    value, bound = p.cost_eur - p.unservable_eur, p.lower_bound - p.unservable_eur
    slack = _SUMS * (1 + abs(p.cost_eur))
    if not -slack <= bound <= max(0.0, value) + slack:
        yield f"has bound {p.lower_bound} beside cost {p.cost_eur}"
    gap = (value - bound) / value if value > 0 else 0.0
    if not math.isclose(p.gap, gap, abs_tol=1e-9 + 2 * slack / max(value, 1.0)):
        yield f"has gap {p.gap}, recomputed {gap}"
    names = {s.shipment_id for s in plan.problem.shipments}
    hopeless = left_eur(plan.problem.shipments, names - plan.unservable)
    if not math.isclose(p.unservable_eur, hopeless, rel_tol=_SUMS, abs_tol=1e-6):
        yield f"tells {p.unservable_eur} EUR of what nobody can serve, recomputed {hopeless}"
    if min(p.physical_mg, p.market_mg, p.hours, p.saf_kg, p.eac_kwh, p.left) < 0:
        yield "has figures below zero"
    yield from _neutral_faults(plan, p)
    if _contradicted(plan, p):
        yield f"cannot cost {p.lower_bound:.2f} EUR at least: the plan costs less and emits no more"


def _neutral_faults(plan: Plan, p: FrontierPoint) -> Iterator[str]:
    neutrality = plan.problem.scenario.neutrality
    share = neutrality.target or (1.0 if neutrality.credit_price_per_t else 0.0)
    wanted = math.ceil(share * p.market_mg / _MG_PER_T) if share else None
    if p.credits_t != wanted:
        yield f"needs {p.credits_t} credits, wanted {wanted}"
    elif (wanted is None) != (p.neutral_eur is None):
        yield f"is neutral at {p.neutral_eur} EUR"
    elif wanted is not None and p.neutral_eur is not None:
        paid = p.neutral_eur - wanted * neutrality.credit_price_per_t
        if not -_CENT <= paid <= p.cost_eur + _CENT:
            yield f"is neutral at {p.neutral_eur:.2f} EUR, and costs {p.cost_eur:.2f}"


def _contradicted(plan: Plan, p: FrontierPoint) -> bool:
    """Tell whether the plan itself lies where the point's bound says that none can."""
    market = plan.problem.scenario.objective.co2e_basis == "market_based"
    mine = plan.inventory.market_based if market else plan.inventory.physical
    planned = {leg.line.element.shipment_id for leg in plan.legs} | plan.unservable
    if any(s.shipment_id not in planned for s in plan.problem.shipments):
        return False
    if mine.wtw_mg > (p.market_mg if market else p.physical_mg):
        return False
    slack = _ROUNDING_EUR * len(plan.problem.shipments) + 1e-6 * p.cost_eur
    return plan.costs.total / 100 < p.lower_bound - slack
