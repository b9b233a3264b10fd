"""Caps and budgets at scale: always kept, never called impossible, and bounds that hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer import Scenario
from optimizer.assemble import assemble
from optimizer.audit import audit
from optimizer.planner.choose import Means, choose_at_scale
from optimizer.planner.limits import limits_of
from optimizer.scenarios import FuelPolicy, Objective
from optimizer.solve import Effort, solve
from optimizer.solvers.mip import choose
from optimizer.whole_timetable import with_whole_timetable

SEEDS = (100,)
SHIPMENTS = 4


def objective(mode: str, kind: str, free: Any, share: float) -> Objective:
    """Return an objective that grants a share of what a free plan uses."""
    if kind == "budget":
        return Objective(mode=mode, budget=share * free.costs.paid / 100)
    total = free.inventory.physical if kind == "physical" else free.inventory.market_based
    basis = "physical" if kind == "physical" else "market_based"
    return Objective(mode=mode, carbon_cap_kgco2e=share * total.wtw_kgco2e, co2e_basis=basis)


@pytest.fixture
def at_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send problems of any size to the search at scale."""
    monkeypatch.setattr("optimizer.solve.MOST_EXACT", 0)


@pytest.mark.usefixtures("at_scale")
@pytest.mark.parametrize("share", [0.0, 0.6])
@pytest.mark.parametrize("kind", ["market_based", "physical", "budget"])
@pytest.mark.parametrize("mode", ["cost", "co2e"])
def test_a_limit_is_kept_and_its_bound_holds(
    drawn: Any, mode: str, kind: str, share: float
) -> None:
    """Leaving shipments keeps any limit, also one of nothing: no limit is a reason to fail.

    What is proven at a price, less the price of the limit, must hold under the limit.
    """
    for seed in SEEDS:
        departures, problem = with_whole_timetable(
            drawn(seed, shipments=SHIPMENTS)
            .read(Scenario(objective=Objective(mode="cost")))
            .problem
        )
        free = solve(problem, effort=Effort(name="small"))
        scenario = Scenario(objective=objective(mode, kind, free, share))
        limited = replace(problem, scenario=scenario)
        found = choose_at_scale(limited, departures, Means(effort="small"))
        body = assemble(limited, found.chains, found.boardings)
        assert all(limit.excess(body) <= 0 for limit in limits_of(limited))
        best = choose(
            limited,
            departures,
            crowded=frozenset(d.departure_id for d in departures),
            effort="large",
            seed=1,
        )
        assert found.levels[0].lower_bound <= best.levels[0].value + 1e-6, seed


@pytest.mark.usefixtures("at_scale")
def test_cap_and_budget_together_are_kept(drawn: Any) -> None:
    """The price of one limit may break the other: both must hold in the end."""
    for seed in SEEDS:
        problem = (
            drawn(seed, shipments=SHIPMENTS)
            .read(Scenario(objective=Objective(mode="cost")))
            .problem
        )
        free = solve(problem, effort=Effort(name="small"))
        both = Objective(
            mode="cost",
            budget=0.7 * free.costs.paid / 100,
            carbon_cap_kgco2e=0.7 * free.inventory.market_based.wtw_kgco2e,
        )
        limited = replace(problem, scenario=Scenario(objective=both))
        audit(solve(limited, effort=Effort(name="small"))).raise_if_failed()


@pytest.mark.usefixtures("at_scale")
@pytest.mark.parametrize("order", [("time", "cost"), ("co2e", "time", "cost")])
def test_later_levels_keep_the_limits_too(drawn: Any, order: tuple[str, ...]) -> None:
    """Each level is a run of its own: none of them may forget the budget."""
    for seed in SEEDS:
        problem = (
            drawn(seed, shipments=SHIPMENTS)
            .read(Scenario(objective=Objective(mode="cost")))
            .problem
        )
        free = solve(problem, effort=Effort(name="small"))
        tight = Objective(mode="lexicographic", order=order, budget=1.02 * free.costs.paid / 100)
        limited = replace(problem, scenario=Scenario(objective=tight))
        audit(solve(limited, effort=Effort(name="small"))).raise_if_failed()


@pytest.mark.usefixtures("at_scale")
def test_saf_keeps_a_cap_that_no_chain_keeps(world: Any) -> None:
    """One flight, and a cap below its fossil CO2e: SAF is bought, and nobody is left."""
    fuel = FuelPolicy(saf_max_share=0.8, saf_price_per_t=1500, saf_pathway="hefa-uco")
    scenario = Scenario(objective=Objective(mode="cost"), fuel=fuel)
    problem = world.read(scenario).problem
    fossil = solve(problem, effort=Effort(name="small"))
    cap = 0.7 * fossil.inventory.market_based.wtw_kgco2e
    capped = replace(scenario, objective=Objective(mode="cost", carbon_cap_kgco2e=cap))
    plan = solve(replace(problem, scenario=capped), effort=Effort(name="small"))
    audit(plan).raise_if_failed()
    assert not plan.unserved
    assert sum(leg.line.element.saf_kg for leg in plan.legs) > 0
