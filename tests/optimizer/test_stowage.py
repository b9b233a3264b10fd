"""Pieces in the plan: what does not go into a unit opens another, moves on, or stays."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from data.findings import Verdict
from optimizer import Scenario
from optimizer.audit import audit
from optimizer.loading.validate import validate
from optimizer.scenarios import Objective
from optimizer.solve import Effort, solve
from optimizer.spare import merges_of, spares_of
from optimizer.stowage import NEVER, Need, floors_of
from optimizer.stowing import RULES, Stower

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer import Plan

COST = Scenario(objective=Objective(mode="cost"))
PALLETS = {"A": 20, "B": 10}  # 1.2 x 1.0 m, nothing on top: 36 of a trailer's 33.3 m2


@pytest.fixture
def trucks(world: Any) -> Any:
    """Two shipments of pallets that fill 50 of a trailer's 80 m3 and more than its floor."""
    world.services = [
        world.service("TRUCK-CN")
        | {"unit_code": "TRK_EU_13600", "unit_capacity_kg": 24000, "unit_capacity_m3": 80}
    ]
    world.shipments = [
        world.shipments[0]
        | {
            "shipment_id": name,
            "destination": "PVG",
            "mass_kg": 300 * count,
            "volume_m3": 1.68 * count,
            "ready_at": "2023-06-01T08:00+08:00",
            "due_at": "2023-06-04T08:00+08:00",
        }
        for name, count in PALLETS.items()
    ]
    world.pieces = [
        {
            "shipment_id": name,
            "piece_id": f"{name}-1",
            "quantity": count,
            "length_mm": 1200,
            "width_mm": 1000,
            "height_mm": 1400,
            "mass_kg": 300,
            "stackable": "no",
        }
        for name, count in PALLETS.items()
    ]
    return world


def at_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.solve.MOST_EXACT", 0)


@pytest.fixture(params=["exact model", "search at scale"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "search at scale":
        at_scale(monkeypatch)
    return str(request.param)


def units(plan: Plan) -> float:
    return sum(use.full_units + use.part_units for use in plan.uses)


def test_floor_opens_a_second_truck_and_that_changes_the_footprint(
    trucks: Any, engine: str
) -> None:
    """By mass and volume one truck would do; its energy and its price are those of two."""
    loaded = trucks.solve(COST)
    assert engine
    trucks.pieces = []
    (trucks.folder / "pieces.csv").unlink()
    blind = trucks.solve(COST)
    assert (units(blind), units(loaded)) == (1, 2)
    assert loaded.costs.transport == 2 * blind.costs.transport
    assert loaded.inventory.physical.wtw_mg > 1.5 * blind.inventory.physical.wtw_mg
    # What mass and volume prove holds for every way to load, so the bound stays and the gap shows.
    assert loaded.levels[0].lower_bound <= blind.levels[0].value < loaded.levels[0].value


def test_every_piece_has_its_place_and_loads_follow_it(trucks: Any) -> None:
    plan = trucks.solve(COST)
    (stowed,) = plan.stowed
    assert stowed.plan is not None
    assert validate(stowed.plan, RULES).ok
    placed = Counter(
        stowed.plan.items[p.item].shipment_id for u in stowed.plan.units for p in u.placements
    )
    assert placed == PALLETS
    assert {x.unit_no for x in plan.loads} == {1, 2}
    for name, count in PALLETS.items():
        assert sum(x.mass_kg for x in plan.loads if x.shipment_id == name) == 300 * count
    (use,) = plan.uses
    assert use.fill_floor == pytest.approx(30 * 1.2 / (2 * 13.6 * 2.45), rel=0.02)
    assert use.ldm == pytest.approx(30 * 1.2 / 2.4)


def test_one_truck_a_day_spreads_the_pallets_over_two_days(trucks: Any, engine: str) -> None:
    trucks.services[0] |= {"units_max": 1, "schedule": "daily:20:00"}
    plan = trucks.solve(COST)
    assert engine
    assert [(use.full_units, use.part_units) for use in plan.uses] == [(1, 0.0), (1, 0.0)]
    assert not plan.unserved


def test_without_a_second_day_one_shipment_stays(trucks: Any, engine: str) -> None:
    trucks.services[0] |= {"units_max": 1, "schedule": "daily:20:00"}
    for row in trucks.shipments:
        row["due_at"] = "2023-06-02T08:00+08:00"
    plan = trucks.solve(COST)
    assert engine
    assert [u.shipment_id for u in plan.unserved] == ["B"]


def test_piece_longer_than_every_unit_says_so(trucks: Any, engine: str) -> None:
    trucks.pieces[1] |= {"quantity": 1, "length_mm": 14000, "width_mm": 1200, "height_mm": 1000}
    trucks.shipments[1] |= {"mass_kg": 300, "volume_m3": 16.8}
    plan = trucks.solve(COST)
    assert engine
    (left,) = plan.unserved
    assert left.shipment_id == "B"
    assert "piece B-1 is 14,000 x 1,200 x 1,000 mm, TRK_EU_13600 is" in left.reason


def test_part_load_may_be_part_of_a_second_truck(trucks: Any) -> None:
    trucks.services[0] |= {"part_load_factor": 1.2}
    plan = trucks.solve(COST)
    (use,) = plan.uses
    assert 1 < use.full_units + use.part_units < 2


def test_plan_without_pieces_says_that_nobody_knows(trucks: Any) -> None:
    del trucks.pieces[1]
    plan = trucks.solve(COST)
    report = audit(plan)
    assert report.ok
    (unknown,) = report.warnings()
    assert (unknown.code, unknown.verdict) == ("AUD-25", Verdict.UNKNOWN)
    assert plan.stowed[0].unknown == "pieces of B are not known"
    assert plan.uses[0].ldm is None


def test_same_input_same_plan(trucks: Any) -> None:
    assert trucks.solve(COST) == trucks.solve(COST)


# --- what a reviewer found ------------------------------------------------------------------------


def test_many_that_do_not_fit_together_come_to_an_end(trucks: Any) -> None:
    """Ten boxes fit a truck, three trucks are on offer: the rounds end, and the rest is left."""
    trucks.services[0] |= {"units_max": 1, "schedule": "daily:20:00"}
    one, piece = trucks.shipments[0], trucks.pieces[0]
    box = {"length_mm": 1300, "width_mm": 1300, "height_mm": 1300, "quantity": 1}
    names = [f"S{n:02d}" for n in range(40)]
    trucks.shipments = [
        one | {"shipment_id": name, "mass_kg": 300, "volume_m3": 2.197} for name in names
    ]
    trucks.pieces = [piece | box | {"shipment_id": name, "piece_id": f"{name}-1"} for name in names]
    intake = trucks.read(COST)
    plan = solve(intake.problem, effort=Effort(name="small"))
    audit(plan).raise_if_failed()
    assert all(use.full_units == 1 for use in plan.uses)
    assert 0 < len(plan.unserved) < len(names)


@pytest.mark.parametrize("group", ["", "whole"])
def test_what_no_unit_takes_stays_though_units_cost_nothing(
    trucks: Any, engine: str, group: str
) -> None:
    """A piece too heavy for the service, or a group too large for one unit, opens no million."""
    trucks.services[0] |= {
        "unit_capacity_kg": 4500 if not group else 24000,
        "cost_per_unit": "",
        "cost_per_t": 40,
        "emission_basis": "shared",
        "vehicle_code": "",
        "toc_id": "ROAD-ARTIC33-AVG",
    }
    trucks.pieces[0] |= {"quantity": 1, "mass_kg": 5000} if not group else {"quantity": 40}
    trucks.pieces[0] |= {"group": group}
    trucks.shipments[0] |= (
        {"mass_kg": 5000, "volume_m3": 1.68} if not group else {"mass_kg": 12000, "volume_m3": 67.2}
    )
    plan = trucks.solve(COST)
    assert engine
    assert [u.shipment_id for u in plan.unserved] == ["A"]
    assert units(plan) <= 2


def test_pieces_are_as_heavy_together_as_their_shipment(trucks: Any) -> None:
    """A mass above that of the pieces, within the tolerance, is loaded as well."""
    del trucks.shipments[1], trucks.pieces[1]
    size = {"length_mm": 600, "width_mm": 600, "height_mm": 500, "quantity": 79, "mass_kg": 600}
    trucks.pieces[0] |= size
    trucks.shipments[0] |= {"mass_kg": 47850, "volume_m3": 14.22}
    plan = trucks.solve(COST)
    assert sum(x.mass_kg for x in plan.loads) == pytest.approx(47850, abs=0.01)
    assert units(plan) == 3  # 39 of 605.7 kg fit, of 79


def test_what_stays_after_others_left_is_placed_anew(
    trucks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_scale(monkeypatch)
    one, piece = trucks.shipments[0], trucks.pieces[0]
    heights = {"A": 500, "B": 450, "C": 400}
    trucks.shipments = [
        one | {"shipment_id": name, "mass_kg": 5400, "volume_m3": 18 * 1.2 * h / 1000}
        for name, h in heights.items()
    ]
    trucks.pieces = [
        piece | {"shipment_id": name, "piece_id": f"{name}-1", "quantity": 18, "height_mm": h}
        for name, h in heights.items()
    ]
    objective = replace(COST.objective, budget=1000.0)
    plan = trucks.solve(replace(COST, objective=objective))
    assert plan.costs.paid <= 100_000
    assert len(plan.unserved) == 1


def test_budget_is_kept_by_units_that_pieces_open(trucks: Any, engine: str) -> None:
    """By mass and volume one truck of 400 EUR would do, and placing opens a second."""
    objective = replace(COST.objective, budget=600.0)
    plan = trucks.solve(replace(COST, objective=objective))
    assert engine
    assert plan.costs.paid <= 60_000
    assert len(plan.unserved) == 1


def test_lever_into_a_full_truck_is_not_on_offer(trucks: Any) -> None:
    trucks.services[0] |= {"units_max": 1, "schedule": "daily:20:00"}
    plan = trucks.solve(COST)
    assert [x for x in plan.levers if x.costs_eur < 0] == []


def test_waiting_is_late_by_the_due_date(trucks: Any) -> None:
    """A price of lateness is no leave to be late."""
    trucks.pieces[0] |= {"quantity": 10}
    trucks.services[0] |= {"schedule": "daily:20:00"}
    trucks.shipments[0] |= {
        "mass_kg": 3000, "volume_m3": 16.8, "due_at": "2023-06-02T08:00+08:00",
        "lateness_cost_per_day": 2000,
    }  # fmt: skip
    trucks.shipments[1] |= {"ready_at": "2023-06-02T08:00+08:00"}
    (merge,) = trucks.solve(COST).merges
    assert merge.later_h == (18.0,)


def test_no_room_is_told_where_no_unit_is_left(trucks: Any) -> None:
    trucks.services[0] |= {"unit_capacity_kg": 3000, "units_max": 1}
    del trucks.shipments[0], trucks.pieces[0]
    assert trucks.solve(COST).spares == ()


def test_part_load_has_no_room_left_over(trucks: Any) -> None:
    trucks.services[0] |= {"part_load_factor": 1.2}
    del trucks.shipments[0], trucks.pieces[0]
    plan = trucks.solve(COST)
    (spare,) = plan.spares
    assert spare.pallets == 0
    assert 0 < spare.opens < 0.1
    assert plan.uses[0].fill_floor is not None
    assert plan.uses[0].fill_floor <= 1


# --- the audit ------------------------------------------------------------------------------------


def bent(plan: Plan, change: Callable[[Any], Any]) -> Plan:
    """Return a plan with its one load plan changed."""
    (stowed,) = plan.stowed
    return replace(plan, stowed=(replace(stowed, plan=change(stowed.plan)),))


def with_first_unit(load: Any, **change: Any) -> Any:
    return replace(load, units=(replace(load.units[0], **change), *load.units[1:]))


def moved(load: Any) -> Any:
    first, *rest = load.units[0].placements
    return with_first_unit(load, placements=(first._replace(x=first.x + 7), *rest))


def short(load: Any) -> Any:
    return with_first_unit(load, placements=load.units[0].placements[1:])


def fewer(load: Any) -> Any:
    items = (replace(load.items[0], quantity=load.items[0].quantity - 1), *load.items[1:])
    return short(replace(load, items=items))


def stackable(load: Any) -> Any:
    return replace(load, items=tuple(replace(i, most_above=None) for i in load.items))


def stronger(load: Any) -> Any:
    room = replace(load.units[0].interior, payload_g=30_000_000)
    return with_first_unit(load, interior=room)


def other_stop(load: Any) -> Any:
    return replace(load, items=tuple(replace(i, stop=9, group="g") for i in load.items))


def wider(load: Any) -> Any:
    room = load.units[0].interior
    size = (room.size_mm[0], room.size_mm[1] + 100, room.size_mm[2])
    return with_first_unit(load, interior=replace(room, size_mm=size))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (moved, "LOAD-06"),
        (short, "LOAD-02"),
        (fewer, "19 of piece A-1 of A as stowed, wanted 20"),
        (stackable, "0 of piece A-1 of A as stowed, wanted 20"),
        (other_stop, "0 of piece A-1 of A as stowed, wanted 20"),
        (stronger, "stowed in another room than TRK_EU_13600"),
        (wider, "stowed in another room than TRK_EU_13600"),
    ],
)
def test_audit_finds_a_bent_load(trucks: Any, change: Callable[[Any], Any], said: str) -> None:
    faults = [f for f in audit(bent(trucks.solve(COST), change)).failed() if f.code == "AUD-24"]
    assert len(faults) == 1
    assert said in faults[0].message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: replace(p, stowed=()), "has 0 stowages, wanted 1"),
        (lambda p: replace(p, stowed=p.stowed * 2), "has 2 stowages, wanted 1"),
        (
            lambda p: replace(p, stowed=(replace(p.stowed[0], plan=None, unknown="lost"),)),
            "pieces are known, but were not placed",
        ),
        (
            lambda p: replace(p, loads=(replace(p.loads[0], mass_kg=1.0), *p.loads[1:])),
            "stand there",
        ),
        (
            lambda p: replace(p, loads=tuple(replace(x, volume_m3=9999) for x in p.loads)),
            "m3 stand there",
        ),
        (
            lambda p: replace(p, uses=(replace(p.uses[0], full_units=1),)),
            "pieces stand in 2 units, 1 are opened",
        ),
        (
            lambda p: replace(p, stowed=(*p.stowed, replace(p.stowed[0], departure_id="GHOST"))),
            "GHOST is stowed but not used",
        ),
    ],
)
def test_audit_finds_a_lost_stowage(trucks: Any, change: Callable[[Plan], Plan], said: str) -> None:
    faults = [f for f in audit(change(trucks.solve(COST))).failed() if f.code == "AUD-24"]
    assert len(faults) == 1
    assert said in faults[0].message


# --- room left ------------------------------------------------------------------------------------


def test_one_more_pallet_costs_nearly_nothing_where_there_is_room(trucks: Any) -> None:
    del trucks.shipments[0], trucks.pieces[0]
    plan = trucks.solve(COST)
    (spare,) = plan.spares
    assert 20 <= spare.pallets <= 22  # 21.3 m2 of floor are left, and none bears another
    assert (spare.opens, spare.eur) == (0, 0)
    alone = plan.inventory.physical.wtw_kgco2e
    assert 0 < spare.physical_kgco2e < 0.05 * alone


def test_one_more_pallet_opens_a_unit_where_there_is_none(trucks: Any) -> None:
    trucks.services[0] |= {"unit_capacity_kg": 3000}
    del trucks.shipments[0], trucks.pieces[0]
    plan = trucks.solve(COST)
    (spare,) = plan.spares
    assert (spare.pallets, spare.opens, spare.eur) == (0, 1, 400)


def test_departures_a_day_apart_may_be_one_if_a_due_date_moves(trucks: Any) -> None:
    """A must leave today, B is ready tomorrow; tomorrow's truck would carry both."""
    trucks.pieces[0] |= {"quantity": 10}
    trucks.services[0] |= {"schedule": "daily:20:00"}
    trucks.shipments[0] |= {
        "mass_kg": 3000, "volume_m3": 16.8, "due_at": "2023-06-02T08:00+08:00",
    }  # fmt: skip
    trucks.shipments[1] |= {"ready_at": "2023-06-02T08:00+08:00"}
    plan = trucks.solve(COST)
    (merge,) = plan.merges
    assert (merge.moved, merge.units, merge.saves_eur) == (("A",), 1, 400)
    assert merge.later_h == (18.0,)  # in by 02:00 on the third, due at 08:00 on the second
    assert merge.saves_kgco2e > 0
    # With that due date moved the merge is what a plan does by itself.
    trucks.shipments[0] |= {"due_at": "2023-06-03T08:00+08:00"}
    assert units(trucks.solve(COST)) == 1


def test_nothing_is_merged_that_misses_what_comes_next(trucks: Any) -> None:
    plan = trucks.solve(COST)
    stower = Stower(plan.problem)
    assert merges_of(plan, stower) == ()
    assert spares_of(replace(plan, stowed=()), stower) == ()


# --- parts ----------------------------------------------------------------------------------------


def test_floor_by_custom_piles_what_bears(trucks: Any) -> None:
    trucks.pieces[1] |= {"stackable": "yes", "height_mm": 1300, "max_load_top_kg": 300}
    trucks.shipments[1] |= {"volume_m3": 15.6}
    problem = trucks.read(COST).problem
    length, width, _ = problem.interiors["TRK_EU_13600"].size_mm
    shares = floors_of(problem)["TRK_EU_13600"]
    assert shares["A"] == pytest.approx(20 * 1200 * 1000 / (length * width))
    assert shares["B"] == pytest.approx(5 * 1200 * 1000 / (length * width))


def test_need_holds_for_units_that_carry_less(trucks: Any) -> None:
    problem = trucks.read(COST).problem
    service = problem.services["TRUCK-CN"]
    need = Need(
        unit_code="TRK_EU_13600",
        payload_kg=24000,
        shipments=frozenset("AB"),
        units=2,
        parts=False,
        proven=False,
    )
    assert need.concerns(replace(service, unit_capacity_kg=20000))
    assert not need.concerns(replace(service, unit_capacity_kg=25000))
    assert not need.concerns(replace(service, unit_code="TRK_CN_96"))
    assert need.text == "take 2 TRK_EU_13600 (best placement)"
    assert replace(need, units=NEVER).text == "do not go into TRK_EU_13600 together"
