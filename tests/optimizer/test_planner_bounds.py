"""The bound at scale is true: never above the optimum that the exact model proves, never hidden."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer import Scenario
from optimizer.planner.choose import Means, Solver, choose_at_scale
from optimizer.planner.compile import compiled
from optimizer.planner.effort import work_of
from optimizer.planner.engine import plan
from optimizer.planner.weights import weights_of
from optimizer.scenarios import ElectricityPolicy, FuelPolicy, Neutrality, Objective
from optimizer.scores import levels_of
from optimizer.solvers.mip import choose
from optimizer.whole_timetable import with_whole_timetable

SEEDS = range(100, 103)
# What rounding to cents, milligrams and millionths of a unit may move a plan by, a shipment.
ROUNDING = 0.1
SAF = FuelPolicy(saf_max_share=0.5, saf_price_per_t=1500, saf_pathway="hefa-uco")
SCENARIOS = {
    "cost": Scenario(objective=Objective(mode="cost")),
    "carbon price": Scenario(objective=Objective(mode="cost", carbon_price_per_t=400)),
    "balanced": Scenario(
        objective=Objective(mode="balanced", weights={"cost": 1.0, "co2e": 300.0, "time": 2.0})
    ),
    "balanced, time alone": Scenario(
        objective=Objective(mode="balanced", weights={"cost": 0.0, "co2e": 0.0, "time": 2.0})
    ),
    "co2e": Scenario(objective=Objective(mode="co2e")),
    "co2e, physical, SAF": Scenario(
        objective=Objective(mode="co2e", co2e_basis="physical"), fuel=SAF
    ),
    "time": Scenario(objective=Objective(mode="time")),
    "lexicographic": Scenario(
        objective=Objective(mode="lexicographic", order=("co2e", "time", "cost"))
    ),
    "cost first": Scenario(
        objective=Objective(mode="lexicographic", order=("cost", "time", "co2e"))
    ),
    "SAF and certificates, some wanted": Scenario(
        objective=Objective(mode="cost", carbon_price_per_t=900),
        fuel=replace(SAF, saf_min_share=0.1),
        electricity=ElectricityPolicy(eac_max_share=1.0, eac_min_share=0.2, eac_price_per_mwh=5),
    ),
    "neutral": Scenario(
        objective=Objective(mode="cost"),
        fuel=SAF,
        neutrality=Neutrality(target=0.8, credit_price_per_t=700),
    ),
    "abated first": Scenario(
        objective=Objective(mode="balanced"),
        fuel=SAF,
        neutrality=Neutrality(target=1.0, credit_price_per_t=30, max_abatement_cost_per_t=500),
    ),
}


def exactly(problem: Any, departures: Any) -> Any:
    """Return the proven optimum over the same departures, all limits on units kept."""
    return choose(
        problem,
        departures,
        crowded=frozenset(d.departure_id for d in departures),
        effort="large",
        seed=1,
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_bound_never_above_optimum_nor_value_below_it(drawn: Any, name: str) -> None:
    """The one claim that the engine must not get wrong, level by level, for each objective.

    A later level's bound holds for plans that keep the earlier levels' values; the exact optimum,
    at least as good in those, is one of them.
    """
    for seed in SEEDS:
        departures, problem = with_whole_timetable(drawn(seed).read(SCENARIOS[name]).problem)
        rounding = ROUNDING * len(problem.shipments)
        optimum = exactly(problem, departures)
        choice = choose_at_scale(problem, departures, Means(effort="small"))
        for best, found in zip(optimum.levels, choice.levels, strict=True):
            assert found.lower_bound <= best.value + 1e-6, (seed, best, found)
            assert found.lower_bound <= found.value + 1e-6, (seed, found)
        assert choice.levels[0].value >= optimum.levels[0].lower_bound - rounding, seed


@pytest.mark.parametrize("whole", [False, True])
def test_every_bound_told_on_the_way_is_valid(drawn: Any, *, whole: bool) -> None:
    """The answer cuts the bound at the value, which would hide a false one: look at the trace."""
    for seed in SEEDS:
        for name in ("cost", "co2e", "balanced", "neutral"):
            departures, problem = with_whole_timetable(drawn(seed).read(SCENARIOS[name]).problem)
            weights = weights_of(problem, levels_of(problem.scenario)[0])
            arrays = compiled(problem, departures, weights)
            work = replace(work_of("2", len(problem.shipments)), whole=whole, steps=2_000)
            answer = plan(arrays.board, arrays.freight, work, seed=1)
            optimum = exactly(problem, departures).levels[0].value - answer.unservable
            told = [p.bound for p in answer.trace if p.bound is not None]
            assert told
            assert max(told) <= optimum * (1 + 1e-7) + 1e-3, (seed, name, max(told), optimum)


def test_price_of_an_answer_is_that_of_the_assembled_plan(drawn: Any) -> None:
    """Search and plan speak of the same money: a wrong array would show as a difference."""
    for seed in SEEDS:
        for name in ("cost", "carbon price", "balanced", "time", "co2e", "neutral"):
            departures, problem = with_whole_timetable(drawn(seed).read(SCENARIOS[name]).problem)
            level = levels_of(problem.scenario)[0]
            solver = Solver(problem, departures, Means(effort="small"))
            run = solver.run(weights_of(problem, level))
            value = solver.value(level, run.body)
            rounding = ROUNDING * len(problem.shipments)
            if name == "neutral":  # credits are bought whole, and priced by the kilogram
                assert run.answer.value <= value + rounding
                neutrality = problem.scenario.neutrality
                value -= run.body.credits_t * neutrality.credit_price_per_t
                kg = run.body.inventory.market_based.wtw_kgco2e
                value += neutrality.target * kg / 1000 * neutrality.credit_price_per_t
            assert run.answer.value == pytest.approx(value, abs=rounding), (seed, name)
