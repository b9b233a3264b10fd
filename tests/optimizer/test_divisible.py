"""A divisible shipment may travel as several consignments; they add up to it, to the milligram."""

from __future__ import annotations

import csv
import itertools
import math
from dataclasses import replace
from typing import Any

import pytest

from app import workflow
from app.tools import open_tools
from data.network import Price, RateBreak
from optimizer import Plan, Scenario
from optimizer.audit import audit
from optimizer.consignments import consignments_of
from optimizer.prices import fare_steps, shipment_price_eur
from optimizer.resum import division_faults
from optimizer.scenarios import Objective

COST = Scenario(objective=Objective(mode="cost"))


def flights(plan: Plan) -> dict[str, float]:
    """Mass by consignment of what flies."""
    return {
        leg.line.element.shipment_id: leg.line.element.mass_kg
        for leg in plan.legs
        if leg.line.element.mode == "air"
    }


def two_flights(world: Any) -> None:
    """One shipment of 6 t; a cheap flight takes 4 t of it, a dear one the rest."""
    world.shipments = [world.shipments[0] | {"mass_kg": 6000, "volume_m3": 8, "divisible": "yes"}]
    world.service("FLIGHT").update(units_max=1, schedule="weekly:Fri 22:00")
    dear = world.service("FLIGHT") | {"service_id": "DEAR", "carrier": "Dear", "cost_per_t": 5000}
    world.services.append(dear)


def test_a_shipment_that_fits_travels_whole(world: Any) -> None:
    """Trivial: nothing to gain by dividing, so nothing is divided and nothing is renamed."""
    undivided = world.solve(COST)
    for row in world.shipments:
        row["divisible"] = "yes"
    plan = world.solve(COST)
    assert plan.asked == ()
    assert [leg.line for leg in plan.legs] == [leg.line for leg in undivided.legs]
    assert plan.costs == undivided.costs


def test_too_much_for_any_departure_is_left_unless_divisible(world: Any) -> None:
    """Forced: 6 t find no unit that takes them; divided they fill one flight and use another."""
    two_flights(world)
    world.shipments[0]["divisible"] = "no"
    assert [u.reason_code for u in world.solve(COST).unserved] == ["too_large"]
    world.shipments[0]["divisible"] = "yes"
    plan = world.solve(COST)
    assert not plan.unserved
    assert sorted(flights(plan).values()) == [2000, 4000]
    assert set(flights(plan)) == {"A/1", "A/2"}
    assert [s.shipment_id for s in plan.asked] == ["A"]


def test_what_finds_no_room_is_left_as_a_consignment(world: Any) -> None:
    """Two flights of 4 t for 10 t: 8 t travel, and the rest is named with its reason."""
    two_flights(world)
    world.shipments[0]["mass_kg"] = 10000
    plan = world.solve(COST)
    (left,) = plan.unserved
    rest = next(s for s in plan.problem.shipments if s.shipment_id == left.shipment_id)
    assert left.reason_code == "capacity"
    assert rest.mass_kg == pytest.approx(2000, abs=0.01)
    assert math.fsum(flights(plan).values()) == pytest.approx(8000, abs=0.01)
    assert plan.planned() == pytest.approx(0.8)


def test_dividing_never_costs_more(world: Any) -> None:
    """Whoever may divide need not: the optimum cannot worsen, whatever the tariff."""
    world.shipments.append(world.shipments[0] | {"shipment_id": "C", "mass_kg": 6500})
    world.service("TRUCK-CN")["part_load_factor"] = 1.3
    world.service("FLIGHT").update(
        units_max=2, cost_min=9000, rate_breaks="0:4|1000:3|5000:2.5", surcharges="FEE:40/shipment"
    )
    whole = world.solve(COST)
    for row in world.shipments:
        row["divisible"] = "yes"
    divided = world.solve(COST)
    assert divided.costs.total <= whole.costs.total + 2


def test_a_limit_on_units_fills_the_cheap_departure_first(world: Any) -> None:
    """Oracle by hand: 4 t at 3000 EUR/t and 2 t at 5000 EUR/t, one truck at each end of each."""
    two_flights(world)
    plan = world.solve(COST)
    trucks = 1 * 400 + 1 * 2600  # both consignments share them: both flights leave at one time
    assert plan.costs.total / 100 == pytest.approx(trucks + 4 * 3000 + 2 * 5000, abs=0.02)


def test_consignments_on_one_departure_are_charged_as_one(world: Any) -> None:
    """A least price is paid once on a truck that both consignments share, twice in the air."""
    two_flights(world)
    world.service("TRUCK-CN").update(cost_min=700)
    plan = world.solve(COST)
    (truck,) = [u for u in plan.uses if u.departure.service_id == "TRUCK-CN"]
    assert truck.cost_eur == pytest.approx(400 + 700)


def test_order_of_shipments_changes_nothing(world: Any) -> None:
    """Permuting the rows gives the same consignments."""
    two_flights(world)
    world.shipments.append(world.shipments[0] | {"shipment_id": "B", "mass_kg": 1000})
    plan = world.solve(COST)
    world.shipments.reverse()
    again = world.solve(COST)
    assert [leg.line for leg in plan.legs] == [leg.line for leg in again.legs]
    assert plan.costs == again.costs


def test_hours_and_value_go_by_share(world: Any) -> None:
    """Two consignments of one shipment are one shipment on the way, not two."""
    two_flights(world)
    world.shipments[0]["value"] = 60000
    plan = world.solve(replace(COST, objective=Objective(mode="time")))
    parts = [s for s in plan.problem.shipments if s.consignment_of]
    assert math.fsum(s.value_eur for s in parts) == pytest.approx(60000)
    assert plan.planned() == pytest.approx(1.0)
    assert plan.levels[0].value == pytest.approx(plan.hours())


@pytest.mark.parametrize(
    ("more", "column", "code"),
    [
        ({"must_use": "FLIGHT"}, "must_use", "divisible_must_use"),
        ({"divisible": "perhaps"}, "divisible", "bad_value"),
    ],
)
def test_what_cannot_be_divided_is_refused(
    world: Any, more: dict[str, str], column: str, code: str
) -> None:
    """A part could miss what the shipment must use; and a flag is yes or no."""
    world.shipments[0] |= {"divisible": "yes"} | more
    (refused,) = world.read(COST).refused
    assert refused.column == column
    assert code in {refused.code, "bad_value"}


def test_consignments_add_up_to_the_milligram(world: Any) -> None:
    """Thirds do not round to a whole: the last consignment takes the rest, and names are new."""
    shipment = world.read(COST).problem.shipments[0]
    parts = consignments_of(shipment, (1 / 3, 1 / 3, 1 / 3), {"A", "A/1"})
    assert [s.shipment_id for s in parts] == ["A//1", "A//2", "A//3"]
    assert math.fsum(s.mass_kg for s in parts) == shipment.mass_kg
    assert math.fsum(s.volume_m3 for s in parts) == pytest.approx(shipment.volume_m3, rel=1e-12)
    assert math.fsum(s.share for s in parts) == pytest.approx(1.0)


def test_lines_of_a_fare_follow_the_tariff() -> None:
    """Between its breaks a fare is straight; the lines give it back at any share."""
    price = Price(
        eur_per_unit=None,
        part_load_factor=None,
        eur_per_t=0.0,
        eur_min=120.0,
        rate_breaks=(
            RateBreak(from_kg=0, eur_per_kg=3.0),
            RateBreak(from_kg=100, eur_per_kg=2.0),
            RateBreak(from_kg=300, eur_per_kg=1.5),
        ),
        surcharge_eur_per_kg=0.1,
        surcharge_eur_per_unit=0.0,
        surcharge_eur_per_shipment=15.0,
        chargeable_kg_per_m3=167.0,
    )
    steps = fare_steps(price, 800.0, 2.0)
    for share in (0.001, 0.03, 0.049, 0.051, 0.2, 0.4, 0.9, 1.0):
        step = next(s for s in reversed(steps) if s.from_share <= share)
        told = step.base_eur + step.eur * share
        assert told == pytest.approx(shipment_price_eur(price, 800 * share, 2 * share))


FAULTS = {
    "a part is lost": lambda p: replace(p.problem, shipments=p.problem.shipments[1:]),
    "a part is heavier": lambda p: replace(
        p.problem,
        shipments=(
            replace(p.problem.shipments[0], mass_kg=p.problem.shipments[0].mass_kg + 1),
            *p.problem.shipments[1:],
        ),
    ),
    "a part goes elsewhere": lambda p: replace(
        p.problem,
        shipments=(replace(p.problem.shipments[0], destination="FRA"), *p.problem.shipments[1:]),
    ),
}


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_the_audit_finds_a_wrong_division(world: Any, name: str) -> None:
    """Consignments of a shipment add up to it, and are the freight that was asked for."""
    two_flights(world)
    plan = world.solve(COST)
    assert list(division_faults(replace(plan, problem=FAULTS[name](plan))))
    assert not list(division_faults(plan))


def test_the_audit_refuses_to_divide_what_is_whole(world: Any) -> None:
    """A shipment that did not ask for it stays in one piece."""
    two_flights(world)
    plan = world.solve(COST)
    whole = tuple(replace(s, divisible=False) for s in plan.asked)
    findings = {f.code: f for f in audit(replace(plan, asked=whole)).findings}
    assert "does not allow" in findings["AUD-16"].message
    findings = {f.code: f for f in audit(replace(plan, asked=())).findings}
    assert "nobody asked" in findings["AUD-16"].message


def test_brute_force_over_shares(world: Any) -> None:
    """No other split in steps of 250 kg over two flights on two days is cheaper."""
    two_flights(world)
    world.service("FLIGHT").update(schedule="daily:22:00", cost_min=5000, cost_per_t=2000)
    world.service("DEAR").update(cost_per_unit=900)
    plan = world.solve(COST)
    assert plan.status == "optimal"

    def cost(first: int, second: int, dear: int) -> float:
        if max(first, second, dear) > 4000:
            return math.inf
        flown = sum(max(5000.0, kg * 2.0) for kg in (first, second) if kg)
        flown += max(5000.0, dear * 5.0) + 900 if dear else 0.0
        # A truck from each arrival: the second day apart from the first and from the dear flight.
        return flown + 400 + 2600 * (bool(first or dear) + bool(second))

    steps = range(0, 6001, 250)
    best = min(
        cost(a, b, 6000 - a - b) for a, b in itertools.product(steps, steps) if a + b <= 6000
    )
    assert plan.costs.total / 100 <= best + 0.02


def test_the_files_tell_what_was_divided(world: Any, tmp_path: Any) -> None:
    """legs.csv names consignments, consignments.csv whose parts they are, the summary the whole."""
    two_flights(world)
    world.read(COST)
    tools = open_tools()
    planned = workflow.make_plan(world.folder, COST, tools)
    workflow.save_plan(planned, tmp_path / "out", tools)
    with (tmp_path / "out" / "consignments.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {r["consignment_of"] for r in rows} == {"A"}
    assert math.fsum(float(r["mass_kg"]) for r in rows) == 6000
    with (tmp_path / "out" / "shipments.csv").open(encoding="utf-8") as file:
        sealed = {r["shipment_id"] for r in csv.DictReader(file)}
    assert sealed == {r["shipment_id"] for r in rows}
    assert planned.document["summary"]["shipments"] == {
        "asked": 1,
        "planned": 1,
        "unserved": 0,
        "refused": 0,
    }


def test_nothing_is_written_of_consignments_where_none_are(world: Any, tmp_path: Any) -> None:
    """A plan in which nothing was divided writes what it always wrote."""
    world.read(COST)
    tools = open_tools()
    planned = workflow.make_plan(world.folder, COST, tools)
    workflow.save_plan(planned, tmp_path / "out", tools)
    assert not (tmp_path / "out" / "consignments.csv").exists()
    assert "consignments" not in planned.document
    assert "divisible" not in (tmp_path / "out" / "shipments.csv").read_text("utf-8")
