"""The model is exact: equal to brute force on small worlds, and it behaves as an optimum must."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from optimizer import Scenario
from optimizer.itineraries import itineraries
from optimizer.prices import shipment_price_eur
from optimizer.scenarios import FuelPolicy, Objective
from optimizer.solve import Effort, solve

COST = Scenario(objective=Objective(mode="cost"))


def three_shipments(world: Any) -> None:
    """Three ready times, a groupage service beside the truck, and due dates that allow waiting."""
    world.shipments.append(
        world.shipments[0]
        | {
            "shipment_id": "C",
            "mass_kg": 6500,
            "volume_m3": 20,
            "ready_at": "2023-06-02T09:00+08:00",
            "due_at": "2023-06-10T18:00+02:00",
        }
    )
    world.services.append(
        {
            "service_id": "GROUPAGE",
            "carrier": "Groupage",
            "mode": "road",
            "origin_hub": "FACTORY",
            "destination_hub": "PVG",
            "duration_h": 8,
            "unit_code": "T",
            "unit_capacity_kg": 10000,
            "unit_capacity_m3": 50,
            "cost_per_t": 130,
            "toc_id": "ROAD-ARTIC33-AVG",
        }
    )


def brute_force_eur(world: Any) -> float:
    """Cheapest cost over every way to group shipments into trucks at both ends.

    Flights are priced per tonne and daily, so cost depends only on who shares a truck where.
    Sharing is possible whenever all due dates allow the latest of the group, which they do here.
    """
    problem = world.read(COST).problem
    price = {name: s.price for name, s in problem.services.items()}
    shipments = problem.shipments

    def partitions(items: tuple[Any, ...]) -> Any:
        if not items:
            yield []
            return
        head, rest = items[0], items[1:]
        for size in range(len(rest) + 1):
            for mates in itertools.combinations(rest, size):
                left = tuple(x for x in rest if x not in mates)
                for tail in partitions(left):
                    yield [(head, *mates), *tail]

    def trucks(group: tuple[Any, ...], service_id: str) -> float:
        s = problem.services[service_id]
        mass = sum(x.mass_kg for x in group) / s.unit_capacity_kg
        volume = sum(x.volume_m3 for x in group) / s.unit_capacity_m3
        return float(-(-max(mass, volume) // 1) * s.price.eur_per_unit)

    def fare(x: Any, service_id: str) -> float:
        return shipment_price_eur(price[service_id], x.mass_kg, x.volume_m3)

    first = min(
        sum(min(trucks(g, "TRUCK-CN"), sum(fare(x, "GROUPAGE") for x in g)) for g in p)
        for p in partitions(shipments)
    )
    last = min(sum(trucks(g, "TRUCK-EU") for g in p) for p in partitions(shipments))
    return float(first + last + sum(fare(x, "FLIGHT") for x in shipments))


def test_equals_brute_force(world: Any) -> None:
    """The proven optimum is that of complete enumeration, to the cent."""
    three_shipments(world)
    plan = world.solve(COST)
    assert plan.status == "optimal"
    assert plan.costs.total / 100 == pytest.approx(brute_force_eur(world), abs=0.02)


def test_order_of_shipments_changes_nothing(world: Any) -> None:
    """Permuting the rows gives the same plan, byte for byte in its figures."""
    three_shipments(world)
    plan = world.solve(COST)
    world.shipments.reverse()
    again = world.solve(COST)
    assert [leg.line for leg in plan.legs] == [leg.line for leg in again.legs]
    assert plan.costs == again.costs


def test_one_more_service_never_costs_more(world: Any) -> None:
    """An option can be ignored, so the optimum cannot worsen."""
    before = world.solve(COST)
    three = world.service("FLIGHT") | {"service_id": "NIGHT", "schedule": "daily:03:00"}
    world.services.append(three)
    after = world.solve(COST)
    assert after.costs.total <= before.costs.total + 1


def test_a_later_due_date_never_costs_more(world: Any) -> None:
    """Relaxing a window keeps every plan that was possible."""
    three_shipments(world)
    tight = world.solve(COST)
    world.shipments[0]["due_at"] = "2023-06-20T18:00+02:00"
    loose = world.solve(COST)
    assert loose.costs.total <= tight.costs.total + 1


def test_a_higher_carbon_price_never_emits_more(world: Any) -> None:
    """At optimality CO2e falls, or stays, as its price rises."""
    world.services.append(
        world.service("TRUCK-CN")
        | {
            "service_id": "EV-CN",
            "vehicle_code": "EV-ARTIC-40T",
            "grid": "CN-JS",
            "cost_per_unit": 420,
        }
    )
    emitted = []
    for price in (0, 50, 500, 5000):
        objective = Objective(mode="cost", carbon_price_per_t=price)
        emitted.append(world.solve(Scenario(objective=objective)).inventory.market_based.wtw_mg)
    assert emitted == sorted(emitted, reverse=True)
    assert emitted[0] > emitted[-1]


def test_same_seed_same_plan(world: Any) -> None:
    """Nothing in a solve depends on a clock, a hash seed or chance."""
    three_shipments(world)
    problem = world.read(COST).problem
    first, second = solve(problem), solve(problem)
    assert first.legs == second.legs
    assert first.levels == second.levels


def test_itineraries_end_in_time_and_differ(world: Any) -> None:
    """Every chain offered to a person is feasible on its own, and none is listed twice."""
    three_shipments(world)
    problem = world.read(COST).problem
    departures = problem.departures()
    for shipment in problem.shipments:
        ways = itineraries(problem, departures, shipment)
        assert ways
        assert len({w.services for w in ways}) == len(ways)
        for way in ways:
            assert way.arrives_at <= shipment.due_at
            assert way.departures[0].departs_at >= shipment.ready_at


def test_dedicated_truck_emits_less_per_shipment_when_better_filled(world: Any) -> None:
    """The load plan changes the footprint: a shared truck splits its empty weight."""
    together = world.solve(COST)
    world.shipments = world.shipments[:1]
    alone = world.solve(COST)

    def road_mg(plan: Any) -> int:
        return sum(
            leg.line.physical.wtw_mg
            for leg in plan.legs
            if leg.line.element.shipment_id == "A" and leg.line.element.mode == "road"
        )

    assert road_mg(together) < road_mg(alone)


def test_physical_basis_ignores_saf(world: Any) -> None:
    """On the physical basis SAF buys nothing, so none is bought."""
    fuel = FuelPolicy(saf_max_share=1.0, saf_price_per_t=1500, saf_pathway="hefa-uco")
    objective = Objective(mode="lexicographic", order=("co2e", "cost"), co2e_basis="physical")
    plan = world.solve(replace(COST, objective=objective, fuel=fuel))
    assert sum(leg.line.element.saf_kg for leg in plan.legs) == 0


@pytest.mark.parametrize("seed", range(5))
def test_every_seed_finds_a_plan_at_every_level(world: Any, seed: int) -> None:
    """A later level starts from the plan of the one before, so it cannot come back without one."""
    three_shipments(world)
    objective = Objective(mode="lexicographic", order=("co2e", "time", "cost"))
    problem = world.read(Scenario(objective=objective)).problem
    plan = solve(problem, effort=Effort(name="1", seed=seed))
    assert [level.name for level in plan.levels] == ["co2e", "time", "cost"]
    assert not plan.unserved


def test_a_solve_leaves_stdout_to_the_answer(world: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """A solver that talks by itself must not spoil JSON that a script reads."""
    three_shipments(world)
    world.solve(COST)
    assert capfd.readouterr().out == ""
