"""Opening hours, booking leads, batteries by air and avoided countries: three tests per rule."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from data.findings import Verdict
from optimizer import Plan, Scenario
from optimizer.audit import audit
from optimizer.opening import clock_of
from optimizer.scenarios import Objective
from optimizer.solve import solve
from optimizer.timetable import Departure, departure_id

COST = Scenario(objective=Objective(mode="cost"))
TIME = Scenario(objective=Objective(mode="time"))


def only(world: Any, **change: Any) -> None:
    """Keep shipment A alone, changed."""
    world.shipments = [world.shipments[0] | change]


def legs_of(plan: Plan, shipment_id: str = "A") -> list[Any]:
    return [x for x in plan.legs if x.line.element.shipment_id == shipment_id]


def verdict(plan: Plan, code: str) -> Verdict:
    return {f.code: f.verdict for f in audit(plan).findings}[code]


# --- opening hours ------------------------------------------------------------------------------


def test_hubs_that_never_close_change_nothing(world: Any) -> None:
    """Trivial: hours that cover the week give the plan of hubs without hours."""
    before = world.solve(COST)
    world.opening = {"PVG": "Mon-Sun 00:00-24:00", "FRA": "24/7", "STORE": "Mon-Sun 00:00-24:00"}
    after = world.solve(COST)
    assert [leg.line for leg in before.legs] == [leg.line for leg in after.legs]
    assert [leg.arrives_at for leg in before.legs] == [leg.arrives_at for leg in after.legs]


def test_a_hub_that_opens_too_late_leaves_freight_and_says_so(world: Any) -> None:
    """Forced: Frankfurt works on Sundays alone, the due date is the Thursday after."""
    only(world, due_at="2023-06-06T18:00+02:00")
    world.opening = {"FRA": "Sun 08:00-09:00"}  # one hour a week, handling takes six
    plan = world.solve(COST)
    (left,) = plan.unserved
    assert left.reason_code == "no_chain_in_time"
    assert left.would_need.startswith("longer opening hours, or due_at later by")


def test_handling_waits_for_the_hub_to_work(world: Any) -> None:
    """Otherwise feasible: six hours at Frankfurt, of them two on Friday and four on Saturday."""
    only(world)
    world.opening = {"FRA": "Mon-Fri 06:00-08:00; Sat 10:00-20:00"}
    plan = world.solve(TIME)
    hub = next(x for x in legs_of(plan) if x.line.element.origin == "FRA")
    flown = next(x for x in legs_of(plan) if x.service_id == "FLIGHT")
    assert flown.arrives_at.isoformat() == "2023-06-03T03:00:00+00:00"  # a Saturday, closed
    assert hub.arrives_at.isoformat() == "2023-06-03T14:00:00+00:00"  # 10:00 to 16:00 there
    assert legs_of(plan)[-1].departs_at == hub.arrives_at


def test_pick_up_and_delivery_wait_for_the_gate(world: Any) -> None:
    """A truck leaves when the factory opens, and the store takes in at nine, not at night."""
    only(world)
    world.opening = {"FACTORY": "Mon-Fri 18:00-19:00", "STORE": "Mon-Sat 09:00-17:00"}
    plan = world.solve(TIME)
    first, last = legs_of(plan)[0], legs_of(plan)[-1]
    assert first.departs_at.isoformat() == "2023-06-01T10:00:00+00:00"
    came = next(u.departure for u in plan.uses if u.departure.service_id == "TRUCK-EU")
    assert came.arrives_at.isoformat() == "2023-06-04T15:00:00+00:00"  # on Sunday
    assert last.arrives_at.isoformat() == "2023-06-05T07:00:00+00:00"
    assert plan.levels[0].value == pytest.approx(
        (last.arrives_at - datetime.fromisoformat("2023-06-01T00:00+00:00")).total_seconds() / 3600
    )


def test_a_due_date_counts_to_delivery(world: Any) -> None:
    """A truck that comes on Sunday is late for a due date of Sunday night at a closed store."""
    only(world, due_at="2023-06-04T23:00+02:00")
    assert not world.solve(COST).unserved
    world.opening = {"STORE": "Mon-Sat 09:00-17:00"}
    assert world.solve(COST).unserved


def test_scheduled_vehicles_come_and_go_at_closed_hubs(world: Any) -> None:
    """The flight at 22:00 leaves although Pudong's gate is shut: freight was handed in before."""
    only(world)
    world.opening = {"PVG": "Mon-Sun 08:00-20:00"}
    plan = world.solve(TIME)
    assert not plan.unserved
    flown = next(x for x in legs_of(plan) if x.service_id == "FLIGHT")
    assert flown.departs_at.isoformat() == "2023-06-02T14:00:00+00:00"


def test_bad_opening_hours_refuse_their_hub(world: Any) -> None:
    """Hours that cannot be read are not taken for always."""
    world.opening = {"FRA": "on weekdays"}
    faults = world.read().refused
    assert ("hubs.csv", "opening", "bad_opening") in [(f.file, f.column, f.code) for f in faults]


def moved(plan: Plan, index: int, **change: Any) -> Plan:
    """Move a leg, and the departure it runs on, in time."""
    old = plan.legs[index]
    legs = list(plan.legs)
    legs[index] = replace(old, **change)
    uses = [
        replace(u, departure=replace(u.departure, **change))
        if u.departure.departure_id == old.departure_id
        else u
        for u in plan.uses
    ]
    return replace(plan, legs=tuple(legs), uses=tuple(uses))


def test_the_audit_finds_freight_at_closed_hubs(world: Any) -> None:
    """Each of the four: handling, pick-up, delivery, a vehicle that leaves at night."""
    only(world)
    plan = world.solve(TIME)
    for opening in (
        {"FRA": "Sun 02:00-06:00"},  # handling
        {"FACTORY": "Sat 10:00-12:00"},  # pick-up
        {"STORE": "Wed 09:00-10:00"},  # delivery
        {"PVG": "Sun 10:00-12:00"},  # handling of ten hours, two a week
    ):
        hubs = {
            name: replace(hub, opening=opening.get(name, ""))
            for name, hub in plan.problem.hubs.items()
        }
        shut = replace(plan, problem=replace(plan.problem, hubs=hubs))
        assert verdict(shut, "AUD-17") is Verdict.FAIL, opening
    night = legs_of(plan)[-1].departs_at + timedelta(hours=9)
    world.opening = {"FRA": "Mon-Sun 06:00-18:00"}
    plan = world.solve(TIME)
    late = moved(plan, len(plan.legs) - 1, departs_at=night, arrives_at=night + timedelta(hours=30))
    assert verdict(late, "AUD-17") is Verdict.FAIL


def test_the_audit_finds_legs_at_other_times_than_their_departures(world: Any) -> None:
    """A leg that is told an hour late runs on no departure of the plan."""
    plan = world.solve(COST)
    legs = list(plan.legs)
    legs[2] = replace(legs[2], arrives_at=legs[2].arrives_at + timedelta(hours=1))
    assert verdict(replace(plan, legs=tuple(legs)), "AUD-05") is Verdict.FAIL


# --- booking lead -------------------------------------------------------------------------------


def test_a_blank_booking_is_long_before(world: Any) -> None:
    """Trivial: a lead binds nobody whose booking is not told."""
    before = world.solve(COST)
    world.service("FLIGHT")["booking_lead_h"] = 240
    assert [x.line for x in world.solve(COST).legs] == [x.line for x in before.legs]


def test_a_booking_too_late_for_all_leaves_freight(world: Any) -> None:
    """Forced: booked when ready, a lead of ten days, due in a week."""
    only(world, booked_at="2023-06-01T08:00+08:00")
    world.service("FLIGHT")["booking_lead_h"] = 240
    plan = world.solve(COST)
    (left,) = plan.unserved
    assert left.would_need.startswith("an earlier booking, or due_at later by")


def test_a_lead_moves_freight_to_a_later_departure(world: Any) -> None:
    """Otherwise feasible: three days of lead from Thursday 08:00, so the flight of Sunday."""
    only(world, booked_at="2023-06-01T08:00+08:00")
    world.service("FLIGHT")["booking_lead_h"] = 72
    plan = world.solve(COST)
    flown = next(x for x in legs_of(plan) if x.service_id == "FLIGHT")
    assert flown.departs_at.isoformat() == "2023-06-04T14:00:00+00:00"
    early = {**{s.shipment_id: s for s in plan.problem.shipments}}["A"]
    later = replace(early, booked_at=early.ready_at + timedelta(hours=20))
    wrong = replace(plan, problem=replace(plan.problem, shipments=(later,)))
    assert verdict(wrong, "AUD-18") is Verdict.FAIL


def test_a_truck_at_any_time_leaves_once_it_is_booked_long_enough(world: Any) -> None:
    """No event of readiness falls there, so the timetable makes a departure of its own."""
    only(world, booked_at="2023-06-01T07:00+08:00")
    world.service("TRUCK-CN")["booking_lead_h"] = 5.5
    plan = world.solve(TIME)
    assert legs_of(plan)[0].departs_at.isoformat() == "2023-06-01T04:30:00+00:00"


def test_two_bookings_use_departures_of_their_own(world: Any) -> None:
    """Freight that is ready for one flight may be booked for the one after it alone."""
    world.shipments[1]["ready_at"] = world.shipments[0]["ready_at"]
    world.shipments[1]["booked_at"] = world.shipments[0]["ready_at"]
    world.service("FLIGHT")["booking_lead_h"] = 60
    plan = world.solve(TIME)
    days = {
        name: next(x.departs_at.day for x in legs_of(plan, name) if x.service_id == "FLIGHT")
        for name in ("A", "B")
    }
    assert days == {"A": 2, "B": 3}


# --- batteries by air ---------------------------------------------------------------------------


def batteries(world: Any, un_number: str, aircraft: str, **change: Any) -> None:
    only(world, un_number=un_number, **change)
    for row in world.services:
        row["dangerous_goods"] = "UN3480|UN3481|UN1263"
    world.service("FLIGHT")["aircraft"] = aircraft


@pytest.mark.parametrize(
    ("un_number", "aircraft", "taken"),
    [
        ("", "passenger", True),  # trivial: no dangerous goods
        ("UN3480", "freighter", True),
        ("UN3480", "passenger", False),  # forced: batteries alone, in a belly
        ("UN3480", "", False),  # an aircraft that nobody names is no freighter
        ("UN3481", "passenger", True),  # with equipment, in a belly too
        ("UN3481", "", True),
        ("UN1263", "passenger", True),  # others: as the service's list says
        ("UN3090", "passenger", False),
    ],
)
def test_batteries_alone_fly_on_freighters_only(
    world: Any, un_number: str, aircraft: str, *, taken: bool
) -> None:
    """The service lists the number in every case; the aircraft decides."""
    batteries(world, un_number, aircraft)
    plan = world.solve(COST)
    assert bool(plan.unserved) is not taken
    if not taken:
        assert plan.unserved[0].reason_code == "incompatible"


def test_of_two_flights_the_freighter_takes_the_batteries(world: Any) -> None:
    """Otherwise feasible: the dearer freighter, with the belly beside it."""
    batteries(world, "UN3480", "passenger", packing_instruction="PI965")
    freighter = {"service_id": "FREIGHTER", "aircraft": "freighter", "cost_per_t": 4000}
    world.services.append(world.service("FLIGHT") | freighter)
    plan = world.solve(COST)
    assert [x.service_id for x in legs_of(plan) if x.service_id] == [
        "TRUCK-CN",
        "FREIGHTER",
        "TRUCK-EU",
    ]
    services = dict(plan.problem.services)
    services["FREIGHTER"] = replace(services["FREIGHTER"], aircraft="passenger")
    belly = replace(plan, problem=replace(plan.problem, services=services))
    assert verdict(belly, "AUD-08") is Verdict.FAIL


@pytest.mark.parametrize(
    ("un_number", "packing", "good"),
    [
        ("UN3481", "PI967", True),
        ("UN3481", "966", True),
        ("UN3481", "PI 967 Section II", True),
        ("UN3481", "", True),
        ("UN3480", "PI965-IB", True),
        ("UN3480", "PI967", False),
        ("UN3481", "PI965", False),
        ("", "PI967", False),  # batteries that are not declared as such
        ("UN3481", "PI355", False),
        ("UN1263", "PI355", True),  # paint: its instructions are not known here
        ("3481", "", False),
        ("un3480", "", False),
    ],
)
def test_a_packing_instruction_belongs_to_its_number(
    world: Any, un_number: str, packing: str, *, good: bool
) -> None:
    """A row that contradicts itself is refused: nobody knows what is in the boxes."""
    world.shipments[0] |= {"un_number": un_number, "packing_instruction": packing}
    codes = [f.code for f in world.read().refused]
    assert codes == ([] if good else ["dangerous_goods"])


# --- avoided countries --------------------------------------------------------------------------


def test_a_country_that_no_service_touches_changes_nothing(world: Any) -> None:
    """Trivial: flights pass over countries, their freight does not enter them."""
    only(world, must_avoid="RU|KZ")
    assert not world.solve(COST).unserved


def test_the_country_of_a_hub_or_of_a_crossing_is_avoided(world: Any) -> None:
    """Forced: the only hub lies in Germany; and the truck to Spain crosses France."""
    for country in ("DE", "FR"):
        only(world, must_avoid=country)
        plan = world.solve(COST)
        (left,) = plan.unserved
        assert left.reason_code == "incompatible"
        assert f"shipment must avoid {country}" in left.reason


def test_another_hub_keeps_freight_out_of_a_country(world: Any) -> None:
    """Otherwise feasible: a dearer flight to Madrid lands in no country but Spain."""
    only(world, must_avoid="DE|FR")
    world.hubs.append(
        ("MAD", "airport", "Madrid", "ES", 40.47, -3.56, "Europe/Madrid", "HUB-AIR", "ES")
    )
    world.transfers.append({"hub_id": "MAD", "from_mode": "air", "to_mode": "road", "hours": 6})
    world.services += [
        world.service("FLIGHT")
        | {"service_id": "DIRECT", "destination_hub": "MAD", "cost_per_t": 6000},
        world.service("TRUCK-EU")
        | {"service_id": "TRUCK-ES", "origin_hub": "MAD", "duration_h": 2, "cost_per_unit": 200},
    ]
    plan = world.solve(COST)
    used = [x.service_id for x in legs_of(plan) if x.service_id]
    assert used == ["TRUCK-CN", "DIRECT", "TRUCK-ES"]
    (shipment,) = plan.problem.shipments
    for country in ("ES", "CN"):
        avoiding = replace(shipment, must_avoid=(country,))
        wrong = replace(plan, problem=replace(plan.problem, shipments=(avoiding,)))
        assert verdict(wrong, "AUD-08") is Verdict.FAIL


def test_an_unknown_country_is_refused_with_its_nearest_name(world: Any) -> None:
    """A wish for something that is not there would change nothing in silence."""
    only(world, must_avoid="XQ")
    with pytest.raises(Exception, match="no usable shipment"):
        world.read()


# --- the timetable keeps what a best plan needs -------------------------------------------------

WEEKS = ("", "Mon-Fri 06:00-22:00", "Mon,Wed,Fri 08:00-12:00; Sat 22:00-04:00", "Thu 09:00-17:00")


@pytest.mark.parametrize("seed", range(6))
def test_trucks_at_every_open_hour_find_nothing_better(world: Any, seed: int) -> None:
    """The few departures that the timetable keeps are enough, with hours and booking leads."""
    draw = random.Random(seed)  # noqa: S311  (worlds, no secrets)
    world.opening = {row[0]: draw.choice(WEEKS) for row in world.hubs}
    for row in world.shipments:
        row["due_at"] = "2023-06-14T18:00+02:00"
        row["booked_at"] = row["ready_at"] = (
            f"2023-06-0{draw.choice('12')}T0{draw.choice('059')}:00Z"
        )
    for service in world.services:
        service["booking_lead_h"] = draw.choice(["", 12, 30, 60])
    problem = world.read(TIME).problem
    plan = solve(problem)
    audit(plan).raise_if_failed()
    dated = {name: at_every_open_hour(problem, name) for name in ("TRUCK-CN", "TRUCK-EU")}
    again = solve(replace(problem, dated=dated))
    assert plan.levels[0].value <= again.levels[0].value + 1e-6


def at_every_open_hour(problem: Any, name: str) -> tuple[Departure, ...]:
    service = problem.services[name]
    hub = problem.hubs[service.origin_hub]
    hours = (problem.shipments[0].ready_at + timedelta(hours=k) for k in range(-48, 24 * 15))
    return tuple(
        Departure(
            departure_id=departure_id(name, at),
            service_id=name,
            departs_at=at,
            arrives_at=at + timedelta(hours=service.duration_h),
            units_max=None,
        )
        for at in hours
        if clock_of(hub.opening, hub.tz).next_open(at) == at
    )
