"""Turn a choice into a plan: each level with the value that the plan has, and what was proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.plan import Level, Plan
from optimizer.problem import leaving_eur
from optimizer.scores import level_value

if TYPE_CHECKING:
    from datetime import date

    from optimizer.assemble import Body
    from optimizer.problem import Problem
    from optimizer.solve import Effort
    from optimizer.solvers.choice import Choice, LevelResult

_PROVEN_GAP = 1e-5  # prices are rounded to cents and legs to milligrams: no gap is quite zero


def plan_of(
    problem: Problem, choice: Choice, body: Body, effort: Effort, as_of: date | None
) -> Plan:
    """Return a choice as a plan, each level with its proof; nothing is explained yet."""
    return Plan(
        problem=problem,
        legs=body.legs,
        uses=body.uses,
        loads=body.loads,
        unserved=(),
        inventory=body.inventory,
        costs=body.costs,
        levels=tuple(_level(problem, body, result, choice.unservable) for result in choice.levels),
        credits_t=body.credits_t,
        effort=effort.name,
        seed=effort.seed,
        deterministic=effort.time_limit_s is None,
        as_of=as_of or max(s.ready_at for s in problem.shipments).date(),
        solver=choice.solver,
        unservable=choice.unservable,
        stowed=body.stowed,
    )


def proven(problem: Problem, body: Body, choice: Choice) -> bool:
    """Tell whether every level of a choice is proven best."""
    return all(_level(problem, body, result, choice.unservable).optimal for result in choice.levels)


def overfull(body: Body) -> frozenset[str]:
    """Return the departures that were given more units than they have."""
    return frozenset(
        use.departure.departure_id
        for use in body.uses
        if use.departure.units_max is not None
        and use.full_units + use.part_units > use.departure.units_max
    )


def _level(problem: Problem, body: Body, result: LevelResult, unservable: frozenset[str]) -> Level:
    """Return a level with the value that the plan really has; no bound may stand above it."""
    value = level_value(
        problem, result.name, body.legs, body.inventory, body.costs, unservable=unservable
    )
    hopeless = sum(leaving_eur(s) for s in problem.shipments if s.shipment_id in unservable)
    bound = min(max(0.0, result.lower_bound - hopeless), value)
    gap = (value - bound) / value if value > 0 else 0.0
    return Level(
        name=result.name,
        unit=result.unit,
        value=value,
        lower_bound=bound,
        gap=gap,
        optimal=gap <= _PROVEN_GAP,
    )
