"""Each rule of a plan: trivially kept, impossible when forced, and kept when it binds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from optimizer import Plan, Scenario
from optimizer.scenarios import (
    Closures,
    ElectricityPolicy,
    FuelPolicy,
    Neutrality,
    Objective,
)
from optimizer.solve import solve

COST = Scenario(objective=Objective(mode="cost"))


def chain(plan: Plan, shipment_id: str) -> list[str]:
    return [
        leg.service_id
        for leg in plan.legs
        if leg.line.element.shipment_id == shipment_id and leg.service_id
    ]


def units(plan: Plan, service_id: str) -> list[float]:
    return [u.full_units + u.part_units for u in plan.uses if u.departure.service_id == service_id]


def test_two_shipments_share_one_truck_when_dates_allow(world: Any) -> None:
    """Consolidation: one truck at each end, and both on it."""
    plan = world.solve(COST)
    assert units(plan, "TRUCK-CN") == [1]
    assert units(plan, "TRUCK-EU") == [1]
    assert plan.status == "optimal"


def test_each_shipment_is_served_or_left_with_a_reason(world: Any) -> None:
    """A due date before the first possible arrival leaves the shipment, priced and explained."""
    world.shipments[0]["due_at"] = "2023-06-02T18:00+02:00"
    plan = world.solve(COST)
    (left,) = plan.unserved
    assert (left.shipment_id, left.reason_code) == ("A", "no_chain_in_time")
    assert left.would_need.startswith("due_at later by")
    assert plan.costs.unserved_penalty > 0
    assert chain(plan, "B") == ["TRUCK-CN", "FLIGHT", "TRUCK-EU"]


def test_the_change_that_would_help_does_help(world: Any) -> None:
    """`would_need` is a promise: with the due date moved by that much the shipment is served."""
    world.shipments = world.shipments[:1]
    world.shipments[0]["due_at"] = "2023-06-02T18:00+02:00"
    plan = world.solve(COST)
    hours = float(plan.unserved[0].would_need.split()[-2])
    intake = world.read(COST)
    shipment = intake.problem.shipments[0]
    later = replace(shipment, due_at=shipment.due_at + timedelta(hours=hours + 0.1))
    again = solve(replace(intake.problem, shipments=(later,)))
    assert not again.unserved


def test_units_limit_spreads_over_departures(world: Any) -> None:
    """With one ULD a day and two needed, the second shipment flies on another day."""
    world.service("FLIGHT")["units_max"] = 1
    world.shipments[1]["ready_at"] = world.shipments[0]["ready_at"]
    plan = world.solve(COST)
    assert units(plan, "FLIGHT") == [1, 1]
    assert not plan.unserved


def test_no_units_means_no_service(world: Any) -> None:
    """Forced: units_max 0 on the only flight leaves both shipments behind, for capacity."""
    world.service("FLIGHT")["units_max"] = 0
    plan = world.solve(COST)
    assert {u.shipment_id for u in plan.unserved} == {"A", "B"}
    assert {u.reason_code for u in plan.unserved} == {"too_large"}


def test_a_heavy_load_opens_a_second_truck(world: Any) -> None:
    """Mass and volume both bind: 12 t need two trucks of 10 t."""
    world.shipments[0]["mass_kg"] = 11000
    plan = world.solve(COST)
    assert sum(units(plan, "TRUCK-CN")) == 2


def test_part_load_is_priced_by_its_share(world: Any) -> None:
    """`cost_per_unit x part_load_factor x part_units`, the larger of mass and volume fraction."""
    world.shipments = world.shipments[:1]
    world.service("TRUCK-CN")["part_load_factor"] = 1.5
    plan = world.solve(COST)
    (use,) = [u for u in plan.uses if u.departure.service_id == "TRUCK-CN"]
    assert use.full_units == 0
    assert use.part_units == pytest.approx(0.2)
    assert use.cost_eur == pytest.approx(400 * 1.5 * 0.2)


def test_dangerous_goods_travel_only_where_they_are_taken(world: Any) -> None:
    """UN3480 is no cargo for a service that does not list it."""
    world.shipments[0]["un_number"] = "UN3480"
    plan = world.solve(COST)
    assert [(u.shipment_id, u.reason_code) for u in plan.unserved] == [("A", "incompatible")]
    for row in world.services:
        row["dangerous_goods"] = "UN3480|UN3481"
    world.service("FLIGHT")["aircraft"] = "freighter"
    assert not world.solve(COST).unserved


def test_must_avoid_and_must_use_are_kept(world: Any) -> None:
    """A second flight costs more; one shipment must use it, the other avoids the first."""
    world.services.append(
        world.service("FLIGHT") | {"service_id": "OTHER", "cost_per_t": 4000, "carrier": "Other"}
    )
    world.shipments[0]["must_use"] = "OTHER"
    world.shipments[1]["must_avoid"] = "Airline"
    plan = world.solve(COST)
    assert "OTHER" in chain(plan, "A")
    assert "OTHER" in chain(plan, "B")


def test_closures_shut_modes_carriers_and_hubs(world: Any) -> None:
    """A closed carrier is no way; the reason names the closure."""
    for closures in (
        Closures(carriers=("Airline",)),
        Closures(modes=("air",)),
        Closures(hubs=("FRA",)),
    ):
        plan = world.solve(replace(COST, closures=closures))
        assert {u.reason_code for u in plan.unserved} == {"no_chain"}
        assert "closed" in plan.unserved[0].reason


def test_carbon_cap_moves_freight_or_says_no(world: Any) -> None:
    """A cap that only the electric truck keeps chooses it; one below all is infeasible."""
    electric = world.service("TRUCK-CN") | {
        "service_id": "EV-CN",
        "vehicle_code": "EV-ARTIC-40T",
        "grid": "CN-JS",
        "cost_per_unit": 500,
    }
    world.services.append(electric)
    free = world.solve(COST)
    assert "TRUCK-CN" in chain(free, "A")
    least = world.solve(replace(COST, objective=Objective(mode="co2e"))).inventory
    cap = least.market_based.wtw_kgco2e + 1.0
    capped = world.solve(replace(COST, objective=Objective(mode="cost", carbon_cap_kgco2e=cap)))
    assert capped.inventory.market_based.wtw_kgco2e <= cap
    assert "EV-CN" in chain(capped, "A")
    with_nothing = Objective(mode="cost", carbon_cap_kgco2e=1.0)
    plan = world.solve(replace(COST, objective=with_nothing))
    assert {u.reason_code for u in plan.unserved} == {"limit"}


def test_budget_is_never_exceeded(world: Any) -> None:
    """Half the price of the cheapest plan serves one shipment at most."""
    full = world.solve(COST).costs.paid / 100
    plan = world.solve(replace(COST, objective=Objective(mode="cost", budget=full * 0.8)))
    assert plan.costs.paid / 100 <= full * 0.8
    assert plan.unserved


def test_a_budget_of_nothing_serves_nobody(world: Any) -> None:
    """Zero is a limit like any other, and no reason to fail."""
    plan = world.solve(replace(COST, objective=Objective(mode="cost", budget=0.0)))
    assert {u.reason_code for u in plan.unserved} == {"limit"}
    assert plan.costs.paid == 0


def saf(share: float, custody: str = "book_and_claim") -> FuelPolicy:
    return FuelPolicy(
        saf_max_share=share, saf_price_per_t=1500, saf_pathway="hefa-uco", custody=custody
    )


def test_saf_replaces_no_more_than_is_burnt(world: Any) -> None:
    """At 100 % the market-based flight keeps the life cycle of SAF: never zero, never below."""
    green = Scenario(objective=Objective(mode="co2e"), fuel=saf(1.0))
    plan = world.solve(green)
    flights = [leg.line for leg in plan.legs if leg.line.element.mode == "air"]
    for line in flights:
        assert 0 < line.market_based.wtw_mg < line.physical.wtw_mg
        assert line.element.saf_kg > 0
    fossil = world.solve(replace(green, fuel=saf(0.0)))
    assert plan.inventory.physical == fossil.inventory.physical


def test_the_blend_limit_binds_a_physical_batch_alone(world: Any) -> None:
    """Half the volume of a physical batch may be HEFA; a booked claim may reach all fuel burnt."""
    objective = Objective(mode="co2e")
    booked = world.solve(Scenario(objective=objective, fuel=saf(1.0)))
    blended = world.solve(Scenario(objective=objective, fuel=saf(1.0, "physical")))
    kg = [sum(leg.line.element.saf_kg for leg in plan.legs) for plan in (booked, blended)]
    assert 0.4 < kg[1] / kg[0] < 0.5


def test_certificates_cover_only_the_kwh_used(world: Any) -> None:
    """Electric truck: certified kWh equal those used, losses and upstream remain."""
    world.service("TRUCK-CN").update(vehicle_code="EV-ARTIC-40T", grid="CN-JS")
    policy = ElectricityPolicy(eac_max_share=1.0, eac_price_per_mwh=1.0)
    plan = world.solve(Scenario(objective=Objective(mode="co2e"), electricity=policy))
    electric = [leg.line for leg in plan.legs if leg.line.element.eac_kwh]
    assert electric
    for line in electric:
        assert line.element.energy_kwh is not None
        assert line.element.eac_kwh <= line.element.energy_kwh
        assert 0 < line.market_based.wtw_mg < line.physical.wtw_mg


def test_credits_are_whole_and_lower_no_emission(world: Any) -> None:
    """Units needed are rounded up; the physical and market-based columns stay as they were."""
    neutral = replace(COST, neutrality=Neutrality(target=1.0, credit_price_per_t=10))
    plan, without = world.solve(neutral), world.solve(COST)
    residual = plan.inventory.market_based.wtw_kgco2e
    assert plan.credits_t - 1 < residual / 1000 <= plan.credits_t
    assert plan.inventory.physical == without.inventory.physical
    assert plan.inventory.market_based == without.inventory.market_based
    assert plan.costs.total == without.costs.total + plan.credits_t * 1000


def test_abatement_comes_before_credits(world: Any) -> None:
    """With a ceiling of 500 EUR/t, SAF at about 440 is bought although a credit costs 10."""
    neutral = Neutrality(target=1.0, credit_price_per_t=10)
    offset_only = world.solve(replace(COST, fuel=saf(1.0), neutrality=neutral))
    assert sum(leg.line.element.saf_kg for leg in offset_only.legs) == 0
    first = replace(neutral, max_abatement_cost_per_t=500)
    abated = world.solve(replace(COST, fuel=saf(1.0), neutrality=first))
    assert sum(leg.line.element.saf_kg for leg in abated.legs) > 0
    assert abated.credits_t < offset_only.credits_t


def test_lateness_is_allowed_only_where_it_has_a_price(world: Any) -> None:
    """A shipment that states a lateness cost may be late and pays for it."""
    world.shipments = world.shipments[:1]
    world.shipments[0]["due_at"] = "2023-06-03T18:00+02:00"
    assert world.solve(COST).unserved
    world.shipments[0]["lateness_cost_per_day"] = 100
    plan = world.solve(COST)
    assert not plan.unserved
    assert plan.costs.lateness > 0


def test_a_stated_distance_stands_where_no_network_reaches(world: Any) -> None:
    """A site far from every mapped road: without a distance the row is refused, never 0 km."""
    world.hubs[0] = (*world.hubs[0][:4], 28.0, 128.0, *world.hubs[0][6:])
    refused = world.read().refused
    assert [(r.column, r.code) for r in refused] == [("distance_km", "no_route")]
    world.service("TRUCK-CN")["distance_km"] = 100  # below the great circle
    assert [r.code for r in world.read().refused] == ["too_short"]
    world.service("TRUCK-CN")["distance_km"] = 900
    intake = world.read()
    assert not intake.refused
    truck = intake.problem.services["TRUCK-CN"]
    assert (truck.distance_km, truck.evidence, truck.quality) == (900, "stated", "estimate")
