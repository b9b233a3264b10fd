"""Points of cost against CO2e: true gaps, limits kept, freight that is left told, stops heard."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from optimizer import Scenario
from optimizer.errors import ProblemError
from optimizer.scenarios import Neutrality, Objective
from optimizer.solve import Effort, Hands, frontier, solve
from optimizer.solvers.mip import nodes_of
from optimizer.tours.engine import Effort as TourEffort

if TYPE_CHECKING:
    from optimizer.plan import FrontierPoint
    from optimizer.planner.engine import Progress
    from optimizer.problem import Problem

SMALL = Effort(name="small")
COST = Scenario(objective=Objective(mode="cost"))
HOPELESS = {"shipment_id": "LATE", "due_at": "2023-06-01T20:00+02:00"}  # due before it can arrive
TRAIN = {
    "service_id": "TRAIN",
    "carrier": "Railway",
    "mode": "rail",
    "origin_hub": "FACTORY",
    "destination_hub": "STORE",
    "duration_h": 120,
    "schedule": "daily:06:00",
    "unit_code": "W",
    "unit_capacity_kg": 20000,
    "unit_capacity_m3": 60,
    "cost_per_t": 6000,
    "toc_id": "RAIL-FREIGHT-GB",
}


@pytest.fixture(params=["exact", "at_scale"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Send problems of any size to either side."""
    if request.param == "at_scale":
        monkeypatch.setattr("optimizer.solve.MOST_EXACT", 0)
    return str(request.param)


def two_ways(world: Any, scenario: Scenario = COST, *, hopeless: int = 1) -> Problem:
    """A cheap flight and a dear train, and shipments that nothing can serve."""
    world.services.append(TRAIN)
    for n in range(hopeless):
        world.shipments.append(world.shipments[0] | HOPELESS | {"shipment_id": f"LATE{n}"})
    problem: Problem = world.read(scenario).problem
    return problem


def free_gap(point: FrontierPoint) -> float:
    """The gap as a reader of frontier.csv recomputes it."""
    return (point.cost_eur - point.lower_bound) / (point.cost_eur - point.unservable_eur)


@pytest.mark.usefixtures("engine")
def test_price_of_what_nobody_can_serve_is_in_no_gap(world: Any) -> None:
    """It stands in every plan: beside it a gap looks small, on one side alone it looks large."""
    few = frontier(two_ways(world, hopeless=0), 3, effort=SMALL)
    world.services.pop()
    many = frontier(two_ways(world, hopeless=9), 3, effort=SMALL)
    assert [p.gap for p in many] == pytest.approx([p.gap for p in few], abs=2e-3)
    for point in many:
        assert point.unservable_eur > 0
        assert point.gap == pytest.approx(free_gap(point), abs=1e-9)
        assert point.left == 0
        if point.status == "optimal":
            assert point.gap <= 1e-5


@pytest.mark.usefixtures("engine")
def test_price_of_carbon_is_in_no_bound_on_cost(world: Any) -> None:
    """Cost of a point is money: a bound that holds CO2e at a price would stand above it."""
    priced = Scenario(
        objective=Objective(mode="cost", carbon_price_per_t=400.0),
        neutrality=Neutrality(target=0.5, credit_price_per_t=20, max_abatement_cost_per_t=90),
    )
    plain = replace(priced, objective=Objective(mode="cost"))
    plain = replace(plain, neutrality=replace(plain.neutrality, max_abatement_cost_per_t=0.0))
    problem = two_ways(world, priced)
    cheapest = solve(replace(problem, scenario=plain), effort=Effort(name="large"))
    first = frontier(problem, 3, effort=SMALL)[0]
    assert first.lower_bound <= cheapest.costs.total / 100 + 1e-6
    assert first.cost_eur == pytest.approx(cheapest.costs.total / 100, rel=1e-3)


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("share", [1.2, 0.6])
def test_every_point_keeps_the_budget(world: Any, share: float) -> None:
    """What costs more than the budget is no choice; what is left to keep it is told."""
    problem = two_ways(world)
    paid = solve(problem, effort=SMALL).costs.paid / 100
    tight = Scenario(objective=Objective(mode="cost", budget=share * paid))
    points = frontier(replace(problem, scenario=tight), 4, effort=SMALL)
    assert points
    # World's leaving price is far above any freight: what is paid is the cost without it.
    for point in points:
        if point.left == 0:
            assert point.cost_eur - point.unservable_eur <= share * paid + 0.01
    assert (points[0].left > 0) is (share < 1)


@pytest.mark.usefixtures("engine")
def test_every_point_keeps_the_cap(world: Any) -> None:
    problem = two_ways(world)
    emitted = solve(problem, effort=SMALL).inventory.market_based.wtw_kgco2e
    capped = Scenario(objective=Objective(mode="cost", carbon_cap_kgco2e=0.7 * emitted))
    points = frontier(replace(problem, scenario=capped), 4, effort=SMALL)
    assert points
    assert all(p.market_mg <= 0.7 * emitted * 1e6 for p in points)


def test_limit_that_nothing_but_leaving_keeps_has_points_that_say_so(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving all keeps any limit, so there is always a point; it does not look green for free."""
    monkeypatch.setattr("optimizer.solve.MOST_EXACT", 0)
    capped = Scenario(objective=Objective(mode="cost", carbon_cap_kgco2e=1.0))
    points = frontier(two_ways(world, capped), 3, effort=SMALL)
    assert [p.left for p in points] == [2]


@pytest.mark.parametrize("after", [1, 4])
def test_stopped_trace_keeps_its_points_and_starts_no_other_run(
    world: Any, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr("optimizer.solve.MOST_EXACT", 0)
    told: list[Progress] = []
    said: list[str] = []
    hands = Hands(watch=told.append, stop=lambda: len(told) >= after)
    points = frontier(two_ways(world), 9, effort=SMALL, report=said.append, hands=hands)
    assert points
    assert len(told) == after
    assert any("stopped" in text for text in said)


def test_stopped_exact_trace_keeps_both_ends(world: Any) -> None:
    said: list[str] = []
    points = frontier(
        two_ways(world), 9, effort=SMALL, report=said.append, hands=Hands(stop=lambda: True)
    )
    assert 1 <= len(points) <= 2
    assert any("stopped" in text for text in said)


def test_time_limit_ends_a_trace(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.solve.MOST_EXACT", 0)
    told: list[Progress] = []
    frontier(
        two_ways(world),
        9,
        effort=Effort(name="small", time_limit_s=1e-3),
        hands=Hands(watch=told.append),
    )
    assert len(told) == 1


def budgeted(world: Any, share: float = 0.6) -> Problem:
    problem = two_ways(world)
    paid = solve(problem, effort=SMALL).costs.paid / 100
    tight = Scenario(objective=Objective(mode="cost", budget=share * paid))
    return replace(problem, scenario=tight)


def test_progress_under_a_budget_stays_in_the_terms_of_the_level(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs at a price of the budget minimise something else: their figures compare with nothing."""
    monkeypatch.setattr("optimizer.solve.MOST_EXACT", 0)
    told: list[Progress] = []
    plan = solve(budgeted(world), effort=SMALL, hands=Hands(watch=told.append))
    bests = [x.best for x in told if x.best is not None]
    assert bests == sorted(bests, reverse=True)
    assert bests[-1] == pytest.approx(plan.levels[0].value)
    runs = [x.phase for x in told if " over it" in x.phase]
    assert runs
    assert len(runs) == len(set(runs))
    assert all(x.bound is None or x.bound <= bests[-1] + 1e-6 for x in told)


def test_later_levels_are_told_without_figures_of_two_objectives(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optimizer.solve.MOST_EXACT", 0)
    told: list[Progress] = []
    scenario = Scenario(objective=Objective(mode="co2e"))
    solve(two_ways(world, scenario), effort=SMALL, hands=Hands(watch=told.append))
    later = [x for x in told if x.phase.startswith("level 2 of 2, cost")]
    assert len(later) == 1
    assert later[0].best is later[0].bound is None


def test_stop_ends_the_search_for_the_price_of_a_limit(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a stop nothing new is begun; the plan keeps the budget by leaving freight."""
    monkeypatch.setattr("optimizer.solve.MOST_EXACT", 0)
    problem = budgeted(world)
    told: list[Progress] = []
    plan = solve(problem, effort=SMALL, hands=Hands(watch=told.append, stop=lambda: bool(told)))
    assert not any(" over it" in x.phase for x in told)
    assert problem.scenario.objective.budget is not None
    assert plan.costs.paid / 100 <= problem.scenario.objective.budget


@pytest.mark.parametrize("effort", ["²", "٣", "0", "-1", "1.5", "9" * 5000, ""])
def test_effort_that_is_no_number_is_refused_in_words(effort: str) -> None:
    with pytest.raises(ProblemError, match="wanted small, normal, large or a number"):
        nodes_of(effort)
    with pytest.raises(ProblemError, match="wanted small, normal, large or a number"):
        _ = TourEffort(name=effort).steps
