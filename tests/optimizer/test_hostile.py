"""What a stranger may write, and what must never come of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path  # noqa: TC003  (pytest reads fixtures' annotations)
from typing import Any

import pytest

from data.errors import GreenlaneError
from optimizer import Scenario, read_scenario
from optimizer.errors import ProblemError
from optimizer.scenarios import Closures, FuelPolicy, Objective
from optimizer.solve import Effort, solve

COST = Scenario(objective=Objective(mode="cost"))


@pytest.mark.parametrize(
    ("service", "column", "value", "found_in"),
    [
        ("FLIGHT", "distance_km", "1", "distance_km"),
        ("FLIGHT", "distance_km", "20000", "distance_km"),
        ("TRUCK-CN", "distance_km", "3", "distance_km"),
        ("FLIGHT", "duration_h", "1e308", "duration_h"),
        ("FLIGHT", "surcharges", "FUEL:-50/kg", "surcharges"),
        ("FLIGHT", "surcharges", "FUEL:nan/kg", "surcharges"),
        ("FLIGHT", "rate_breaks", "0:inf", "rate_breaks"),
        ("FLIGHT", "schedule", "every:0.00000000001h", "schedule"),
        ("FLIGHT", "schedule", "every:99999999999999h", "schedule"),
        ("TRUCK-CN", "unit_capacity_kg", "0.0001", "unit_capacity_kg"),
        ("TRUCK-CN", "empty_share", "1", "empty_share"),
        ("TRUCK-CN", "unit_capacity_kg", "26000", "unit_capacity_kg"),
        ("FLIGHT", "toc_id", "SEA-CONTAINER-AVG", "toc_id"),
        ("FLIGHT", "toc_id", "", "toc_id"),
    ],
)
def test_a_bad_service_is_refused_by_its_column(
    world: Any, service: str, column: str, value: str, found_in: str
) -> None:
    """One bad row is one refusal; the plan goes on without it and says what it could not serve."""
    world.service(service)[column] = value
    intake = world.read(COST)
    assert {f.column for f in intake.refused if f.file == "services.csv"} == {found_in}
    assert solve(intake.problem).unserved


def test_an_electric_truck_needs_time_to_charge(world: Any) -> None:
    """Frankfurt to Madrid is beyond one charge: 24 h leave no time for it, 30 h do."""
    world.service("TRUCK-EU").update(vehicle_code="EV-ARTIC-40T", grid="DE", duration_h=24)
    (fault,) = world.read(COST).refused
    assert (fault.column, fault.code) == ("duration_h", "no_time_to_charge")
    world.service("TRUCK-EU")["duration_h"] = 30
    assert not world.read(COST).refused


def test_fuel_with_a_negative_life_cycle_is_not_planned(world: Any) -> None:
    """Its saving would go below zero on a leg, which the inventory never does."""
    fuel = FuelPolicy(saf_max_share=1.0, saf_pathway="atj-miscanthus-us")
    with pytest.raises(ProblemError, match="wanted >= 0"):
        solve(world.read(replace(COST, fuel=fuel)).problem)


def test_handling_at_a_hub_without_a_grid_is_refused(world: Any) -> None:
    """Electricity of nowhere has no factor."""
    world.hubs = [(*row[:-1], "XX" if row[0] == "PVG" else row[-1]) for row in world.hubs]
    (fault,) = world.read(COST).refused
    assert (fault.file, fault.code) == ("transfers.csv", "missing_factor")


def test_handling_without_a_factor_is_refused(world: Any) -> None:
    """A hub without its category would be handled for nothing."""
    world.transfers[0]["hoc_id"] = "HUB-NOWHERE"
    intake = world.read(COST)
    assert [(f.file, f.column, f.code) for f in intake.refused] == [
        ("transfers.csv", "hoc_id", "missing_factor")
    ]


@pytest.mark.parametrize("mass_kg", ["1e13", "1e308", "-1", "nan"])
def test_no_mass_overflows_into_a_negative_footprint(world: Any, mass_kg: str) -> None:
    """Freight has a size; what has none is refused."""
    world.shipments[0]["mass_kg"] = mass_kg
    intake = world.read(COST)
    assert [f.column for f in intake.refused] == ["mass_kg"]


@pytest.mark.parametrize("cap", [3000, 5000, 6000, 8000, 11000])
@pytest.mark.parametrize("custody", ["book_and_claim", "physical"])
def test_a_binding_cap_with_saf_is_kept(world: Any, cap: float, custody: str) -> None:
    """SAF is bought to the milligram that the cap asks for; rounding never breaks it."""
    fuel = FuelPolicy(
        saf_max_share=1.0, saf_price_per_t=1900, saf_pathway="hefa-uco", custody=custody
    )
    objective = Objective(mode="cost", carbon_cap_kgco2e=cap)
    plan = world.solve(replace(COST, objective=objective, fuel=fuel))
    assert plan.inventory.market_based.wtw_kgco2e <= cap


@pytest.mark.parametrize(
    "closures",
    [
        Closures(hubs=("FRAA",)),
        Closures(modes=("airr",)),
        Closures(carriers=("airline",)),
        Closures(passages=("suess",)),
    ],
)
def test_a_misspelt_closure_is_refused(world: Any, closures: Closures) -> None:
    """A closure of nothing would change nothing, in silence."""
    with pytest.raises(ProblemError, match="nearest is"):
        world.read(replace(COST, closures=closures))


def test_an_unknown_wish_is_refused(world: Any) -> None:
    """A shipment that must avoid what is not there is a slip."""
    world.shipments[0]["must_avoid"] = "FRAA"
    (fault,) = world.read(COST).refused
    assert (fault.column, fault.code) == ("must_avoid", "unknown_name")


def test_a_wish_that_cannot_be_kept_is_told_as_such(world: Any) -> None:
    """`must_use` of a mode that is on no chain is not a matter of capacity."""
    world.shipments[0]["must_use"] = "sea"
    (left,) = world.solve(COST).unserved
    assert left.reason_code == "must_use"


@pytest.mark.parametrize(
    "text",
    [
        "objective = 3",
        'scenario = "x"',
        "[objective]\nbudget = inf",
        "[objective]\ncarbon_price_per_t = nan",
        "[objective]\nweights = {cost = -1.0}",
        "[neutrality]\ntarget = 2.0",
        '[closures]\nairspace = "RU"',
        '[[override]]\ntable = "services"\nwhere = "a"\nset = "b"',
        "[objective]\ncarbon_cpa_kgco2e = 3",
        '[scenario]\nextends = "s"',
        "a" * 9 + " = " + "[" * 5000,
    ],
)
def test_a_bad_scenario_is_one_clear_error(tmp_path: Path, text: str) -> None:
    """Whatever stands in the file: a message, never a traceback of another kind."""
    (tmp_path / "s.toml").write_text(text, "utf-8")
    with pytest.raises(ProblemError, match=r"s\.toml"):
        read_scenario(tmp_path / "s.toml")


@pytest.mark.parametrize(
    "effort",
    [
        Effort(name="much"),
        Effort(time_limit_s=-1),
        Effort(time_limit_s=float("nan")),
        Effort(seed=10**12),
    ],
)
def test_an_impossible_effort_is_refused(world: Any, effort: Effort) -> None:
    """Before any work."""
    with pytest.raises(GreenlaneError, match="wanted"):
        solve(world.read(COST).problem, effort=effort)


@pytest.mark.parametrize("schedule", ["every:1.1h", "every:0.35h", "daily:00:00,23:59"])
def test_every_schedule_that_is_read_passes_its_audit(world: Any, schedule: str) -> None:
    """Reader and audit agree on what a schedule means."""
    world.service("FLIGHT")["schedule"] = schedule
    assert not world.solve(COST).unserved
