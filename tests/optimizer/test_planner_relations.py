"""What must hold between two problems: one more option, more time, dearer CO2e."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from optimizer import Scenario
from optimizer.assemble import assemble
from optimizer.planner.choose import Means, choose_at_scale
from optimizer.scenarios import Objective
from optimizer.solvers.mip import choose
from optimizer.whole_timetable import with_whole_timetable

COST = Scenario(objective=Objective(mode="cost"))
SEEDS = range(400, 405)


def optimum_of(problem: Any) -> float:
    """Return the value that the exact model proves over the whole timetable."""
    departures, problem = with_whole_timetable(problem)
    crowded = frozenset(d.departure_id for d in departures)
    choice = choose(problem, departures, crowded=crowded, effort="large", seed=1)
    return choice.levels[0].value


def found_by(problem: Any) -> Any:
    """Return what the search at scale finds."""
    departures, problem = with_whole_timetable(problem)
    return choose_at_scale(problem, departures, Means(effort="small"))


def test_one_more_service_keeps_bounds_and_never_costs_more(drawn: Any) -> None:
    """An option can be left: the optimum may only fall, and a bound must fall along."""
    for seed in SEEDS:
        world = drawn(seed)
        before = optimum_of(world.read(COST).problem)
        world.services.append(
            world.services[0] | {"service_id": "MORE", "units_max": "", "schedule": "daily:11:00"}
        )
        problem = world.read(COST).problem
        after = optimum_of(problem)
        assert after <= before + 1e-4
        assert found_by(problem).levels[0].lower_bound <= after + 1e-6


def test_a_later_due_date_keeps_bounds_and_never_costs_more(drawn: Any) -> None:
    """Every plan that was possible still is."""
    for seed in SEEDS:
        problem = drawn(seed).read(COST).problem
        first, *others = problem.shipments
        later = replace(first, due_at=first.due_at + timedelta(hours=36))
        relaxed = replace(problem, shipments=(later, *others))
        after = optimum_of(relaxed)
        assert after <= optimum_of(problem) + 1e-4
        assert found_by(relaxed).levels[0].lower_bound <= after + 1e-6


def test_a_higher_carbon_price_emits_more_only_within_the_gaps(drawn: Any) -> None:
    """Of two optima the one at the higher price emits less; of two plans, by what gaps allow.

    Exchange argument: the plans' CO2e may rise by no more than both gaps over the rise in price.
    """
    for seed in SEEDS[:3]:
        known: list[tuple[float, float, float]] = []
        for price in (0.0, 200.0, 3_000.0):
            scenario = Scenario(objective=Objective(mode="cost", carbon_price_per_t=price))
            problem = drawn(seed).read(scenario).problem
            choice = found_by(problem)
            body = assemble(problem, choice.chains, choice.boardings)
            gap = choice.levels[0].value - choice.levels[0].lower_bound
            known.append((price, body.inventory.market_based.wtw_kgco2e / 1000, gap))
        for (low, more_t, gap), (high, less_t, other_gap) in pairwise(known):
            assert less_t <= more_t + (gap + other_gap) / (high - low) + 1e-6
