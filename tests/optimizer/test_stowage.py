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
