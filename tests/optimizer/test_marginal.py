"""What a measure changes is what the plan with it costs and emits, put together anew."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from optimizer import Plan, Scenario
from optimizer.assemble import Body, assemble
from optimizer.itineraries import opened_for
from optimizer.marginal import Marginal
from optimizer.plan import Boarding
from optimizer.scenarios import FuelPolicy, Objective

COST = Objective(mode="cost")


def with_chain(plan: Plan, shipment_id: str, chain: tuple[Any, ...]) -> Body:
    """Return the plan with one shipment on another chain, units of what it touches opened anew."""
    now = plan.departures_of()
    chains = {**now, shipment_id: chain}
    touched = {d.departure_id for d in now.get(shipment_id, ())} ^ {d.departure_id for d in chain}
    departures = {d.departure_id: d for way in chains.values() for d in way}
    units = {u.departure.departure_id: (u.full_units, u.part_units) for u in plan.uses}
    least = plan.problem.scenario.fuel.saf_min_share
    boardings = []
    for name, d in departures.items():
        goods = tuple(s for s in plan.problem.shipments if d in chains.get(s.shipment_id, ()))
        service = plan.problem.services[d.service_id]
        load = [math.fsum(getattr(s, x) for s in goods) for x in ("mass_kg", "volume_m3")]
        saf = least if service.mode == "air" else 0.0
        full, part = opened_for(service, *load) if name in touched else units[name]
        boardings.append(
            Boarding(
                departure=d, full_units=full, part_units=part, saf_share=saf, eac_share=0.0,
                shipments=goods,
            )
        )  # fmt: skip
    return assemble(plan.problem, chains, boardings)


def assert_marginal(plan: Plan) -> int:
    """Compare each alternative's change with the plan made anew; return how many there were."""
    marginal, count = Marginal(plan.problem, plan), 0
    known = {s.shipment_id: s for s in plan.problem.shipments}
    for a in plan.alternatives:
        name = a.itinerary.shipment_id
        change = marginal.change(known[name], a.itinerary.departures)
        body = with_chain(plan, name, a.itinerary.departures)
        paid = (body.costs.paid - body.costs.credits - plan.costs.paid + plan.costs.credits) / 100
        physical = body.inventory.physical.wtw_mg - plan.inventory.physical.wtw_mg
        market = body.inventory.market_based.wtw_mg - plan.inventory.market_based.wtw_mg
        assert change.paid_eur == pytest.approx(paid, abs=0.1)
        assert change.physical_kgco2e == pytest.approx(physical / 1e6, abs=0.01)
        assert change.market_kgco2e == pytest.approx(market / 1e6, abs=0.01)
        if a.rank:
            told = f"{change.paid_eur:+,.0f} EUR and {change.market_kgco2e:+,.0f} kg CO2e"
            assert f"{told} (market-based) against the plan" in a.why_not
        count += a.rank > 0
    return count


@pytest.mark.parametrize("seed", [1, 2, 5, 9])
def test_a_change_is_what_the_plan_made_anew_costs_and_emits(drawn: Any, seed: int) -> None:
    """Shared trucks, part loads, minimum fares: a shipment that leaves frees less than its share.

    An outside reviewer found a lever told at -676 EUR/t that in truth cost money.
    """
    plan = drawn(seed, shipments=7).solve(Scenario(objective=COST))
    assert assert_marginal(plan)


def test_a_change_counts_the_fuel_that_is_bought_with_it(world: Any) -> None:
    """SAF that every flight must carry is paid by who flies, and saved by who does not."""
    world.services.append(
        world.service("TRUCK-EU")
        | {
            "service_id": "OVERLAND", "origin_hub": "FACTORY", "destination_hub": "STORE",
            "duration_h": 150, "cost_per_unit": 9000,
        }
    )  # fmt: skip
    fuel = FuelPolicy(
        saf_max_share=0.5, saf_min_share=0.2, saf_price_per_t=2000, saf_pathway="hefa-uco"
    )
    plan = world.solve(Scenario(objective=replace(COST, mode="time"), fuel=fuel))
    assert plan.costs.saf > 0
    assert assert_marginal(plan)


def test_one_of_two_on_a_truck_frees_no_truck(world: Any) -> None:
    """Its share of the truck's price stays to be paid by the other: all of the train is added."""
    train: dict[str, Any] = {
        "service_id": "TRAIN",
        "mode": "rail",
        "emission_basis": "",
        "vehicle_code": "",
    }
    train |= {"toc_id": "RAIL-FREIGHT-GB", "cost_per_unit": 2000}
    world.services.append(world.service("TRUCK-EU") | train)
    world.transfers.append(world.transfers[1] | {"to_mode": "rail"})
    world.service("TRUCK-EU")["cost_per_unit"] = 1900
    plan = world.solve(Scenario(objective=COST))
    assert len({x.departure_id for x in plan.legs if x.service_id == "TRUCK-EU"}) == 1
    (other,) = [a for a in plan.alternatives if a.rank and a.itinerary.shipment_id == "A"]
    assert other.itinerary.services == ("TRUCK-CN", "FLIGHT", "TRAIN")
    assert other.why_not.startswith("+2,000 EUR and ")
    share = next(x.cost_eur for x in plan.legs if x.service_id == "TRUCK-EU")
    assert share > 1000


def test_measures_agree_with_the_table_of_alternatives(drawn: Any) -> None:
    """One chain has one price in both, and a measure says which CO2e it saves."""
    seen = 0
    for seed in (0, 4, 6, 11):
        objective = replace(COST, co2e_basis="physical")
        plan = drawn(seed, shipments=7).solve(Scenario(objective=objective))
        for lever in plan.levers:
            if lever.kind == "mode":
                told = f"{lever.costs_eur:+,.0f} EUR and {-lever.saves_kgco2e:+,.0f} kg CO2e"
                rows = [a for a in plan.alternatives if a.itinerary.shipment_id == lever.about]
                (row,) = [
                    a
                    for a in rows
                    if f": {' > '.join(a.itinerary.services)}, " in lever.text and a.rank
                ]
                assert f"{told} (physical) against the plan" in row.why_not
                assert "physical CO2e" in lever.text
                seen += 1
            else:
                assert lever.text.endswith("market-based CO2e")
    assert seen


def test_a_departure_without_room_is_no_measure(world: Any) -> None:
    """What cannot be boarded cannot be bought, and the table of alternatives says why."""
    world.services.append(
        world.service("FLIGHT")
        | {"service_id": "SMALL", "units_max": 1, "schedule": "weekly:Fri 21:00"}
        | {"cost_per_t": 10}
    )
    plan = world.solve(Scenario(objective=COST))
    on_small = {x.line.element.shipment_id for x in plan.legs if x.service_id == "SMALL"}
    assert len(on_small) == 1
    other = [
        a
        for a in plan.alternatives
        if "SMALL" in a.itinerary.services and a.itinerary.shipment_id not in on_small
    ]
    assert other
    assert all("no room on SMALL@" in a.why_not for a in other)


def test_chosen_rows_are_the_legs(drawn: Any) -> None:
    """To the milligram, and to the minute."""
    plan = drawn(3, shipments=7).solve(Scenario(objective=COST))
    chosen = {a.itinerary.shipment_id: a.itinerary for a in plan.alternatives if a.rank == 0}
    for name, chain in plan.departures_of().items():
        legs = [x for x in plan.legs if x.line.element.shipment_id == name]
        assert chosen[name].departures == chain
        assert chosen[name].arrives_at == legs[-1].arrives_at
        physical_mg = sum(x.line.physical.wtw_mg for x in legs)
        assert f"{chosen[name].physical_kgco2e:.6f}" == f"{physical_mg / 1e6:.6f}"
    assert chosen.keys() == plan.departures_of().keys()
