"""Solve a problem: choose, assemble, prove, explain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.assemble import Body, assemble
from optimizer.errors import ProblemError
from optimizer.exact import SCOUT, choose_exactly
from optimizer.exact_only import MOST_EXACT, rows_for_exact
from optimizer.explain import alternatives_of, levers_of, why_unserved
from optimizer.explain_at_scale import explained_at_scale
from optimizer.frontiers import point_of, undominated, unpriced
from optimizer.itineraries import itineraries
from optimizer.problem import saf_limit_share
from optimizer.proofs import plan_of
from optimizer.punctuality import on_time_of
from optimizer.solvers.mip import nodes_of
from optimizer.spare import merges_of, spares_of
from optimizer.stowing import Stower
from optimizer.whole_timetable import with_whole_timetable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from optimizer.explain import Ways
    from optimizer.plan import FrontierPoint, Plan
    from optimizer.planner.choose import Draft
    from optimizer.planner.engine import Progress
    from optimizer.planner.shards import Workers
    from optimizer.problem import Problem
    from optimizer.timetable import Departure


_LONGEST_S = 86_400.0
_SEEDS = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much work a solve may do. Counted in branch-and-bound nodes, so that it is repeatable.

    A wall-clock limit is on offer too; it marks the plan as not deterministic.
    """

    name: str = "normal"
    seed: int = 1
    time_limit_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Who helps at scale, who watches, and who may stop a run and keep its best plan.

    None of them changes what the same counted effort gives, but `stop` and `start`.
    """

    threads: int = 1
    workers: Workers | None = None
    watch: Callable[[Progress], None] = lambda _: None
    stop: Callable[[], bool] = lambda: False
    start: Plan | None = None  # a former plan of the same shipments, to begin with
    # Is offered the first plan and each better one: unproven, unexplained, made when asked for.
    show: Callable[[Callable[[], Plan]], None] | None = None


def _quiet(_: str) -> None:
    """Report to nobody."""


def solve(
    problem: Problem,
    *,
    effort: Effort = Effort(),
    as_of: date | None = None,
    report: Callable[[str], None] = _quiet,
    hands: Hands = Hands(),
) -> Plan:
    """Return the best plan within the effort, with its bound, and answers to "why not?".

    Up to `MOST_EXACT` shipments go to the exact model, more to the search at scale, whose progress
    `hands` can watch, and stop with the best plan kept.

    Raises
    ------
    InfeasibleError
        when the scenario's limits cannot be kept together.
    NoPlanFoundError
        when effort ran out before any plan was found.
    """
    _check(effort, problem)
    report("building the timetable")
    plan, departures = _choose(problem, effort, as_of, report, hands)
    report("explaining")
    plan = _with_room(plan, effort.seed)
    problem = plan.problem  # with consignments in the place of a shipment that was divided
    if is_large(problem):
        return explained_at_scale(plan, departures)
    ways = {s.shipment_id: itineraries(problem, departures, s) for s in problem.shipments}
    return replace(
        plan,
        unserved=why_unserved(problem, departures, plan),
        alternatives=alternatives_of(problem, ways, plan),
        punctuality=on_time_of(problem, plan.legs, (u.departure for u in plan.uses)),
        levers=levers_of(problem, _ways_with_all_open(problem, ways), plan),
    )


def _with_room(plan: Plan, seed: int) -> Plan:
    """Return a plan that says what room its units have left, where pieces were placed."""
    if not any(stowed.plan for stowed in plan.stowed):
        return plan
    stower = Stower(plan.problem, seed)
    return replace(plan, spares=spares_of(plan, stower), merges=merges_of(plan, stower))


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
    hands: Hands,
) -> tuple[Plan, tuple[Departure, ...]]:
    """Return the best plan, and the departures it could choose from."""
    if is_large(problem):
        return _choose_at_scale(problem, effort, as_of, report, hands)
    return choose_exactly(problem, effort, as_of, report, hands)


def is_large(problem: Problem) -> bool:
    """Tell whether a problem goes to the search at scale.

    What is divided, or moves at one instant, is a design of flows, which the exact side solves.
    """
    return len(problem.shipments) > MOST_EXACT and not rows_for_exact(problem)


def _choose_at_scale(
    problem: Problem,
    effort: Effort,
    as_of: date | None,
    report: Callable[[str], None],
    hands: Hands,
) -> tuple[Plan, tuple[Departure, ...]]:
    report("loading the search; on a machine's first run it is compiled, about half a minute")
    from optimizer.planner.choose import Means, choose_at_scale  # noqa: PLC0415  (loads numba)

    departures, problem = with_whole_timetable(problem)
    report(f"{len(departures):,} departures for {len(problem.shipments):,} shipments")

    def watch(progress: Progress) -> None:
        report(progress.text)
        hands.watch(progress)

    def show(made: Callable[[], Draft]) -> None:
        def drafted() -> Plan:
            draft = made()
            return plan_of(problem, draft.choice, draft.body, effort, as_of)

        if hands.show:
            hands.show(drafted)

    means = Means(
        effort=effort.name,
        seed=effort.seed,
        threads=hands.threads,
        time_limit_s=effort.time_limit_s,
        workers=hands.workers,
        start=hands.start.departures_of() if hands.start else {},
        watch=watch,
        show=show if hands.show else None,
        stop=hands.stop,
    )
    choice = choose_at_scale(problem, departures, means)
    report("assembling the plan")
    problem = replace(problem, needs=choice.needs)
    stowed = Stower(problem, effort.seed, effort.name).stow(choice.boardings)
    body = assemble(problem, choice.chains, choice.boardings, stowed)
    return plan_of(problem, choice, body, effort, as_of), departures


def frontier(
    problem: Problem,
    points: int,
    *,
    effort: Effort = Effort(),
    report: Callable[[str], None] = _quiet,
    hands: Hands = Hands(),
) -> tuple[FrontierPoint, ...]:
    """Return cheapest plans under falling carbon caps, ends included, none dominated.

    Epsilon-constraint between the cheapest plan and the greenest one, on the scenario's basis. All
    points keep the scenario's own cap and budget. A stop keeps the points found so far.
    """
    if is_large(problem):
        return _frontier_at_scale(problem, points, effort, report, hands)
    problem, own = unpriced(problem), problem.scenario.objective.carbon_cap_kgco2e
    basis = problem.scenario.objective.co2e_basis

    def run(mode: str, cap: float | None, name: str) -> tuple[float, FrontierPoint]:
        objective = replace(problem.scenario.objective, mode=mode, carbon_cap_kgco2e=cap)
        scenario = replace(problem.scenario, objective=objective)
        plan, _ = _choose(replace(problem, scenario=scenario), effort, None, report, hands)
        total = plan.inventory.market_based if basis == "market_based" else plan.inventory.physical
        body = Body(
            legs=plan.legs,
            uses=plan.uses,
            loads=plan.loads,
            inventory=plan.inventory,
            costs=plan.costs,
            credits_t=plan.credits_t,
        )
        # The least-CO2e end proves a bound on CO2e; only what was minimised for cost has one on it.
        bound = plan.levels[0].lower_bound if mode == "cost" else plan.levels[-1].lower_bound
        return total.wtw_kgco2e, point_of(
            plan.problem, body, name, bound, status=plan.status, unservable=plan.unservable
        )

    most, cheapest = run("cost", own, "cost")
    least, greenest = run("co2e", own, f"co2e, then cost ({basis})")
    found = [cheapest]
    for i in range(1, points - 1):
        if hands.stop():
            report(f"stopped: {len(found) + 1} of {points} points of the frontier are kept")
            break
        cap = most - (most - least) * i / (points - 1)
        found.append(run("cost", cap, f"cost, {basis} <= {cap:.0f} kg CO2e")[1])
    return undominated([*found, greenest], problem.scenario)


def _frontier_at_scale(
    problem: Problem,
    points: int,
    effort: Effort,
    report: Callable[[str], None],
    hands: Hands,
) -> tuple[FrontierPoint, ...]:
    from optimizer.planner.choose import Means  # noqa: PLC0415  (loads numba)
    from optimizer.planner.tracing import trace  # noqa: PLC0415

    departures, problem = with_whole_timetable(problem)

    def watch(progress: Progress) -> None:
        report(progress.text)
        hands.watch(progress)

    means = Means(
        effort=SCOUT if effort.name in {SCOUT, "normal"} else effort.name,
        seed=effort.seed,
        threads=hands.threads,
        time_limit_s=effort.time_limit_s,
        workers=hands.workers,
        watch=watch,
        stop=hands.stop,
    )
    return trace(problem, departures, points, means, report)
