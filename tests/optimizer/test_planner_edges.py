"""Odd problems at scale: nothing to serve, nothing to pay, no room, no time, too many legs."""

from __future__ import annotations

from typing import Any

import pytest

from optimizer import Plan, Scenario
from optimizer.audit import audit
from optimizer.scenarios import FuelPolicy, Objective
from optimizer.solve import Effort, solve

COST = Scenario(objective=Objective(mode="cost"))
LARGE = Effort(name="large")


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Solve a world exactly and at scale; the plan at scale has passed its audit."""

    def solved(world: Any, scenario: Scenario = COST) -> tuple[Plan, Plan]:
        problem = world.read(scenario).problem
        exact = solve(problem, effort=LARGE)
        with monkeypatch.context() as patch:
            patch.setattr("optimizer.solve.MOST_EXACT", 0)
            found = solve(problem, effort=Effort(name="small"))
        audit(found).raise_if_failed()
        assert found.levels[0].lower_bound <= exact.levels[0].value + 1e-6
        return exact, found

    return solved


def assert_same(plans: tuple[Plan, Plan]) -> None:
    """Both plans are worth the same, and leave the same shipments."""
    exact, found = plans
    assert found.levels[0].value == pytest.approx(exact.levels[0].value, rel=1e-6, abs=0.5)
    assert [u.shipment_id for u in found.unserved] == [u.shipment_id for u in exact.unserved]


def test_no_departure_at_all_leaves_everybody(world: Any, both: Any) -> None:
    """Empty arrays go through every kernel."""
    for row in world.services:
        row.update(origin_hub="STORE", destination_hub="FRA", mode="road", toc_id="")
        row.update(emission_basis="dedicated", vehicle_code="DIESEL-ARTIC-40T", schedule="")
    world.shipments = [s | {"due_at": "2023-06-01T12:00+02:00"} for s in world.shipments]
    exact, found = both(world)
    assert len(found.unserved) == len(exact.unserved) == 2


def test_shipments_that_no_chain_serves_do_not_flatter_the_gap(world: Any, both: Any) -> None:
    """Their price stands in every plan and every bound: beside it any gap would look small."""
    for number in range(5):
        world.shipments.append(
            world.shipments[0]
            | {"shipment_id": f"LATE{number}", "due_at": "2023-06-01T20:00+02:00"}
        )
    exact, found = both(world)
    assert found.unservable == {f"LATE{n}" for n in range(5)}
    assert found.levels[0].value == pytest.approx(found.costs.paid / 100, abs=0.01)
    assert found.levels[0].value == pytest.approx(exact.levels[0].value, abs=0.5)
    assert found.levels[0].gap < 1


def test_one_shipment_alone(world: Any, both: Any) -> None:
    """Random choices among one."""
    world.shipments = world.shipments[:1]
    assert_same(both(world))


def test_identical_shipments(world: Any, both: Any) -> None:
    """Ties everywhere: any order will do, and all are served."""
    one = world.shipments[0] | {"mass_kg": 400, "volume_m3": 1}
    world.shipments = [one | {"shipment_id": f"S{n}"} for n in range(8)]
    assert_same(both(world))


@pytest.mark.parametrize("mode", ["cost", "balanced", "time"])
def test_carriage_for_nothing(world: Any, both: Any, mode: str) -> None:
    """No price at all: heats, limits and gaps must not divide by it."""
    for row in world.services:
        row.update(cost_per_t=0, cost_per_unit=0)
    weights = {"cost": 1.0, "co2e": 0.0, "time": 0.0}
    assert_same(both(world, Scenario(objective=Objective(mode=mode, weights=weights))))


def test_no_units_on_offer(world: Any, both: Any) -> None:
    """A departure of no units takes nobody: no chain can serve them, and none is the gap's."""
    world.service("FLIGHT")["units_max"] = 0
    exact, found = both(world)
    assert len(found.unserved) == 2
    assert found.levels[0].value == exact.levels[0].value == 0
    assert found.unservable == exact.unservable == {"A", "B"}
    assert {u.reason_code for u in (*exact.unserved, *found.unserved)} == {"too_large"}


def test_hundreds_of_units_on_one_departure(world: Any, both: Any) -> None:
    """Up to 500 units of one shipment are carriage, more are a slip in a capacity."""
    world.service("FLIGHT")["units_max"] = ""
    world.shipments[0].update(mass_kg=600 * 4000, volume_m3=10)
    world.shipments[1].update(mass_kg=450 * 4000, volume_m3=10)
    exact, found = both(world)
    assert [u.shipment_id for u in found.unserved] == ["A"]
    assert found.levels[0].value == pytest.approx(exact.levels[0].value, rel=1e-6)


def test_free_carriage_without_room_leaves_the_dear_one_to_others(world: Any, both: Any) -> None:
    """The best chain of all costs nothing and takes one: no multiple of nothing finds another."""
    for row in world.services:
        row.update(cost_per_t=0, cost_per_unit=0)
    free = world.service("TRUCK-CN")
    free.update(schedule="weekly:Fri 06:00", units_max=1, unit_capacity_kg=2000)
    world.services.append(free | {"service_id": "PAID", "units_max": "", "cost_per_unit": 500})
    assert_same(both(world))


def test_saf_that_pays_for_itself(world: Any, both: Any) -> None:
    """At a high price of CO2e, SAF costs less than nothing by the kilogram."""
    fuel = FuelPolicy(saf_max_share=1.0, saf_price_per_t=1, saf_pathway="hefa-uco")
    objective = Objective(mode="cost", carbon_price_per_t=5_000)
    assert_same(both(world, Scenario(objective=objective, fuel=fuel)))


def test_departures_at_equal_times(world: Any, both: Any) -> None:
    """Arrival, readiness and departure at one moment: an arrival comes first."""
    world.transfers = [t | {"hours": 0, "cutoff_h": 0} for t in world.transfers]
    world.service("TRUCK-CN").update(schedule="daily:08:00", duration_h=14)
    world.services.append(world.service("FLIGHT") | {"service_id": "TWIN", "cost_per_t": 2900})
    assert_same(both(world))


def test_hubs_that_work_overnight(world: Any, both: Any) -> None:
    """Handling, pick-up and delivery keep hours that pass midnight."""
    world.opening = {"PVG": "Mon-Fri 20:00-04:00", "FRA": "Mon-Sun 22:00-05:00"}
    world.opening |= {"FACTORY": "Mon-Fri 22:00-02:00", "STORE": "Mon-Fri 08:00-16:00"}
    for row in world.shipments:
        row["due_at"] = "2023-06-16T18:00+02:00"
    assert_same(both(world))


def test_no_half_of_a_chain_of_many_legs(world: Any, both: Any) -> None:
    """Chains are kept in so many places: one leg more must not cut off where freight begins."""
    count = 30
    world.hubs = [
        (f"H{n}", "site", f"H{n}", "DE", 50 + n / 10, 8.0, "Europe/Berlin", "HUB-SITE", "DE")
        for n in range(count)
    ]
    truck = world.service("TRUCK-CN") | {"distance_km": 20, "duration_h": 1}
    world.services = [
        truck | {"service_id": f"T{n}", "origin_hub": f"H{n}", "destination_hub": f"H{n + 1}"}
        for n in range(count - 1)
    ]
    world.transfers = [
        {"hub_id": f"H{n}", "from_mode": "road", "to_mode": "road", "hours": 0}
        for n in range(count)
    ]
    for row in world.shipments:
        row.update(origin="H0", destination=f"H{count - 1}")
    _, found = both(world)
    assert len(found.unserved) in {0, 2}


def test_a_leg_of_no_time_among_others_is_found(world: Any, both: Any) -> None:
    """A shuttle within a port may take no time: its freight is not unservable for that."""
    world.service("TRUCK-EU")["duration_h"] = 0
    assert_same(both(world))


def test_a_bound_is_never_below_nothing(world: Any, both: Any) -> None:
    """A plan cannot be worth less than nothing, and a bound of -0.20 EUR reads as an error."""
    world.shipments = [s | {"due_at": "2023-06-01T12:00+02:00"} for s in world.shipments]
    _, found = both(world)
    assert found.levels[0].lower_bound >= 0


def test_a_wish_for_the_dearer_of_two_like_services_is_kept(world: Any, both: Any) -> None:
    """Who must use one carrier can, though another offers the same leg for less.

    Its chain is chosen for it alone, so a plan that shares units better may be missed.
    """
    dear = {"service_id": "DEAR", "cost_per_unit": 9000, "carrier": "Dear"}
    world.services.append(world.service("TRUCK-CN") | dear)
    world.shipments[0]["must_use"] = "Dear"
    exact, found = both(world)
    assert not found.unserved
    assert found.levels[0].lower_bound <= exact.levels[0].value <= found.levels[0].value
