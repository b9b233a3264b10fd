"""Choose tours, time them, work out what they emit, and let nothing go that fails its audit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.tours.audit import audit_tours
from optimizer.tours.footprint import footprint_of
from optimizer.tours.reasons import unserved
from optimizer.tours.records import Choice, TourPlan
from optimizer.tours.timing import timed

if TYPE_CHECKING:
    from optimizer.tours.engine import Effort, TourEngine
    from optimizer.tours.records import Share, Tour, TourProblem


def plan_tours(problem: TourProblem, engine: TourEngine, effort: Effort) -> TourPlan:
    """Return the tours of a problem, audited.

    Raises
    ------
    GreenlaneError
        when the engine cannot model the problem, a factor is missing, or the audit finds a fault.
    """
    if any(v.count for v in problem.vehicles):
        choice = engine.choose(problem, effort)
    else:
        choice = Choice(routes=(), engine="none: there are no vehicles")
    plan = plan_of(problem, choice, effort)
    audit_tours(plan).raise_if_failed()
    return plan


def plan_of(problem: TourProblem, choice: Choice, effort: Effort) -> TourPlan:
    """Return a choice as tours with times, cost, energy and CO2e, and what it leaves behind."""
    tours = _named(problem, choice)
    shares: tuple[Share, ...] = ()
    inventory = None
    if problem.factors is not None:
        tours, shares, inventory = footprint_of(problem, tours, problem.factors)
    served = {v.node_id for t in tours for v in t.visits}
    left = [i for i, s in enumerate(problem.stops) if s.stop_id not in served]
    return TourPlan(
        problem=problem,
        tours=tours,
        shares=shares,
        unserved=tuple(unserved(problem, i) for i in left),
        inventory=inventory,
        engine=choice.engine,
        effort=effort.name,
        seed=effort.seed,
        proven=choice.proven,
        lower_bound=choice.lower_bound,
        deterministic=choice.deterministic,
        notes=choice.notes,
    )


def _named(problem: TourProblem, choice: Choice) -> tuple[Tour, ...]:
    tours = [timed(problem, route, "") for route in choice.routes]
    tours.sort(key=lambda t: (t.vehicle, t.visits[0].leaves_min, [v.node_id for v in t.visits]))
    return tuple(replace(t, tour_id=f"T{n}") for n, t in enumerate(tours, start=1))
