"""Solve a problem: choose, assemble, prove, explain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.assemble import Body, assemble
from optimizer.errors import ProblemError
from optimizer.explain import alternatives_of, levers_of, why_unserved
from optimizer.itineraries import itineraries
from optimizer.plan import FrontierPoint, Level, Plan
from optimizer.problem import saf_limit_share
from optimizer.scores import level_value
from optimizer.solvers.mip import choose, nodes_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from optimizer.explain import Ways
    from optimizer.problem import Problem
    from optimizer.solvers.mip import Choice, LevelResult
    from optimizer.timetable import Departure


_SCOUT = "small"
_LONGEST_S = 86_400.0
_SEEDS = 2**31
PROVEN_GAP = 1e-5  # prices are rounded to cents and legs to milligrams: no gap is quite zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much work a solve may do. Counted in branch-and-bound nodes, so that it is repeatable.

    A wall-clock limit is on offer too; it marks the plan as not deterministic.
    """

    name: str = "normal"
    seed: int = 1
    time_limit_s: float | None = None


def _quiet(_: str) -> None:
    """Report to nobody."""


def solve(
    problem: Problem,
    *,
    effort: Effort = Effort(),
    as_of: date | None = None,
    report: Callable[[str], None] = _quiet,
) -> Plan:
    """Return the best plan within the effort, with its bound, and answers to "why not?".

    Raises
    ------
    InfeasibleError
        when the scenario's limits cannot be kept together.
    NoPlanFoundError
        when effort ran out before any plan was found.
    """
    _check(effort, problem)
    report("building the timetable")
    plan, departures = _choose(problem, effort, as_of, report)
    report("explaining")
    ways = {s.shipment_id: itineraries(problem, departures, s) for s in problem.shipments}
    return replace(
        plan,
        unserved=why_unserved(problem, departures, plan),
        alternatives=alternatives_of(problem, ways, plan),
        levers=levers_of(problem, _ways_with_all_open(problem, ways), plan),
    )


def _check(effort: Effort, problem: Problem) -> None:
    """Refuse before any work what no solve can be done with."""
    nodes_of(effort.name)
    limit = effort.time_limit_s
    if limit is not None and not 0 < limit <= _LONGEST_S:
        raise ProblemError(f"time limit {limit}, wanted seconds above 0, at most {_LONGEST_S}")
    if not 0 <= effort.seed < _SEEDS:
        raise ProblemError(f"seed {effort.seed}, wanted 0 to {_SEEDS - 1}")
    fuel = problem.scenario.fuel
    if fuel.saf_pathway:
        life_cycle = problem.factors.pathway(fuel.saf_pathway).total_gco2e_per_mj
        if life_cycle < 0:  # a leg is floored at zero, which no linear saving can say
            raise ProblemError(f"saf_pathway {fuel.saf_pathway}: {life_cycle} g/MJ, wanted >= 0")
        most = saf_limit_share(problem)
        if fuel.saf_min_share > most:
            raise ProblemError(
                f"saf_min_share {fuel.saf_min_share}, wanted at most {most:.4f}: the blend limit "
                f"of a {fuel.custody} batch of {fuel.saf_pathway}"
            )


def _ways_with_all_open(problem: Problem, ways: Ways) -> Ways:
    """Return the chains of each shipment as if no closure stood, to price opening one."""
    if not problem.shut:
        return ways
    opened = replace(problem, services={**problem.services, **problem.shut}, shut={}, closed={})
    departures = opened.departures()
    return {s.shipment_id: itineraries(opened, departures, s) for s in problem.shipments}


def _choose(
    problem: Problem,
    effort: Effort,
    as_of: date | None,
    report: Callable[[str], None],
) -> tuple[Plan, tuple[Departure, ...]]:
    """Solve without limits on units, then with those that were broken, until none is.

    Each round relaxes the one after it, so the last one's bound holds for the whole problem.
    """
    crowded: frozenset[str] = frozenset()
    name = _SCOUT  # finds out cheaply where units run out
    while True:
        departures = problem.departures(crowded)
        choice = choose(
            problem,
            departures,
            crowded=crowded,
            effort=name,
            seed=effort.seed,
            time_limit_s=effort.time_limit_s,
            report=report,
        )
        body = assemble(problem, choice.chains, choice.boardings)
        full = _overfull(body)
        if full:
            report(f"out of units: {', '.join(sorted(full))}")
            crowded |= full
        elif name == effort.name or _proven(problem, body, choice):
            break
        else:
            name = effort.name
    plan = Plan(
        problem=problem,
        legs=body.legs,
        uses=body.uses,
        loads=body.loads,
        unserved=(),
        inventory=body.inventory,
        costs=body.costs,
        levels=tuple(_level(problem, body, result) for result in choice.levels),
        credits_t=body.credits_t,
        effort=effort.name,
        seed=effort.seed,
        deterministic=effort.time_limit_s is None,
        as_of=as_of or max(s.ready_at for s in problem.shipments).date(),
        solver=choice.solver,
    )
    return plan, departures


def _proven(problem: Problem, body: Body, choice: Choice) -> bool:
    return all(_level(problem, body, result).optimal for result in choice.levels)


def _overfull(body: Body) -> frozenset[str]:
    """Return the departures that were given more units than they have."""
    return frozenset(
        use.departure.departure_id
        for use in body.uses
        if use.departure.units_max is not None
        and use.full_units + use.part_units > use.departure.units_max
    )


def _level(problem: Problem, body: Body, result: LevelResult) -> Level:
    """Return a level with the value that the plan really has; no bound may stand above it."""
    value = level_value(problem, result.name, body.legs, body.inventory, body.costs)
    bound = min(result.lower_bound, value)
    gap = (value - bound) / value if value > 0 else 0.0
    return Level(
        name=result.name,
        unit=result.unit,
        value=value,
        lower_bound=bound,
        gap=gap,
        optimal=gap <= PROVEN_GAP,
    )


def frontier(
    problem: Problem,
    points: int,
    *,
    effort: Effort = Effort(),
    report: Callable[[str], None] = _quiet,
) -> tuple[FrontierPoint, ...]:
    """Return cheapest plans under falling carbon caps, ends included, none dominated.

    Epsilon-constraint between the cheapest plan and the greenest one, on the scenario's basis.
    """
    basis = problem.scenario.objective.co2e_basis

    def run(mode: str, cap: float | None, name: str) -> tuple[float, FrontierPoint]:
        objective = replace(problem.scenario.objective, mode=mode, carbon_cap_kgco2e=cap)
        scenario = replace(problem.scenario, objective=objective)
        plan, _ = _choose(replace(problem, scenario=scenario), effort, None, report)
        total = plan.inventory.market_based if basis == "market_based" else plan.inventory.physical
        return total.wtw_kgco2e, _point(plan, name)

    most, cheapest = run("cost", None, "cost")
    least, greenest = run("co2e", None, f"co2e, then cost ({basis})")
    found = [cheapest]
    for i in range(1, points - 1):
        cap = most - (most - least) * i / (points - 1)
        found.append(run("cost", cap, f"cost, {basis} <= {cap:.0f} kg CO2e")[1])
    return _undominated([*found, greenest], basis)


def _point(plan: Plan, name: str) -> FrontierPoint:
    level = plan.levels[0]
    served = len({leg.line.element.shipment_id for leg in plan.legs})
    return FrontierPoint(
        objective=name,
        cost_eur=plan.costs.total / 100,
        physical_mg=plan.inventory.physical.wtw_mg,
        market_mg=plan.inventory.market_based.wtw_mg,
        hours=plan.hours() / served if served else 0.0,
        lower_bound=level.lower_bound,
        gap=level.gap,
        status=plan.status,
    )


def _undominated(points: list[FrontierPoint], basis: str) -> tuple[FrontierPoint, ...]:
    def co2e(p: FrontierPoint) -> int:
        return p.market_mg if basis == "market_based" else p.physical_mg

    kept: list[FrontierPoint] = []
    for p in sorted(points, key=lambda p: (p.cost_eur, co2e(p))):
        if not kept or co2e(p) < co2e(kept[-1]):
            kept.append(p)
    return tuple(kept)
