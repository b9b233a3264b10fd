"""Many units: all boxes carried once, whole groups, the cheaper mix; each passes its check."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import LoadingError
from optimizer.loading.filling import Effort, Filling
from optimizer.loading.geometry import Interior, Item, LoadPlan, Placement, Rules, Supports
from optimizer.loading.several import UnitKind, load_units
from optimizer.loading.validate import validate

BOX = Interior(unit_code="B", size_mm=(1_200, 1_000, 1_000), payload_g=1_000_000)
QUICK = Effort(name="small")


def cartons(number: int, size: tuple[int, int, int] = (400, 500, 500), **more: Any) -> Item:
    box = Item(item_id="P", shipment_id="S", quantity=number, size_mm=size, mass_g=10_000)
    return replace(box, **more)


def planned(kinds: list[UnitKind], items: list[Item], rules: Rules | None = None) -> LoadPlan:
    rules = rules or Rules()
    plan = load_units(kinds, items, rules=rules, effort=QUICK)
    faults = [f for f in validate(plan, rules).findings if f.verdict == "fail"]
    assert not faults, faults
    return plan


def test_as_many_units_as_it_takes_and_no_more() -> None:
    """Twelve cartons of 400 x 500 x 500 fill a box of 1,200 x 1,000 x 1,000: thirty need three."""
    plan = planned([UnitKind(interior=BOX)], [cartons(30)])
    assert (len(plan.units), plan.least_units, plan.unplaced) == (3, 3, ())


def test_cheaper_kind_is_taken_where_it_holds_all() -> None:
    """A unit twice as large at three times the price is opened only where it is the only one."""
    large = replace(BOX, unit_code="L", size_mm=(2_400, 1_000, 1_000))
    kinds = [UnitKind(interior=large, cost=3.0), UnitKind(interior=BOX, cost=1.0)]
    assert {u.interior.unit_code for u in planned(kinds, [cartons(24)]).units} == {"B"}
    long = cartons(1, (2_000, 500, 500), item_id="long")
    plan = planned(kinds, [cartons(6), long])
    assert [u.interior.unit_code for u in plan.units] == ["L"]


def test_what_exceeds_the_units_on_offer_is_left() -> None:
    """Two of three full units: twelve boxes stay, and the reason says what was on offer."""
    plan = planned([UnitKind(interior=BOX, most=2)], [cartons(36)])
    assert plan.unplaced == ((0, 12, "no room: 2 B on offer"),)


def test_boxes_that_only_names_tell_apart_keep_their_names() -> None:
    """The packer sees thirty of one kind; what stays behind is of the shipment named last."""
    items = [cartons(10, shipment_id=name, item_id=f"{name}-box") for name in "abc"]
    plan = planned([UnitKind(interior=BOX, most=2)], items)
    first, second = (Counter(p.item for p in unit.placements) for unit in plan.units)
    assert (first, second) == (Counter({0: 10, 1: 2}), Counter({1: 8, 2: 4}))
    assert plan.unplaced == ((2, 6, "no room: 2 B on offer"),)
    assert plan.items == tuple(items)


def test_pieces_that_few_units_take_go_into_those_first() -> None:
    """Cartons that fit anywhere leave the long unit to the bars that fit nowhere else."""
    long = replace(BOX, unit_code="L", size_mm=(2_400, 1_000, 1_000))
    kinds = [UnitKind(interior=BOX, most=2), UnitKind(interior=long, most=1)]
    bars = cartons(8, (2_400, 500, 200), item_id="bar")
    plan = planned(kinds, [cartons(24), bars, cartons(2, item_id="Q", size_mm=(2_400, 500, 100))])
    assert not plan.unplaced
    assert {p.item for u in plan.units if u.interior is long for p in u.placements} == {1, 2}


def test_units_that_cost_nothing_end_the_search_when_all_is_loaded() -> None:
    reports: list[str] = []
    kinds = [UnitKind(interior=BOX, cost=0.0, most=2), UnitKind(interior=BOX, cost=0.0, most=2)]
    plan = load_units(
        kinds, [cartons(20)], rules=Rules(), effort=Effort(name="large"), report=reports.append
    )
    assert not plan.unplaced
    assert sum(word.startswith("round") for word in reports) <= 3


def test_group_is_tried_without_what_would_take_its_room() -> None:
    """Loose boxes of a later stop are packed first; the group of the first stop still gets in."""
    group = cartons(4, (600, 500, 500), group="g", item_id="x", stop=1)
    plan = planned([UnitKind(interior=BOX)], [group, cartons(60, item_id="d", stop=2)])
    assert not plan.unplaced


def test_group_too_large_does_not_keep_out_what_it_is_kept_apart_from() -> None:
    apart = Rules(apart=frozenset({("A", "B")}))
    items = [
        cartons(13, group="g", codes=frozenset("A")),
        cartons(4, item_id="b", codes=frozenset("B")),
    ]
    plan = planned([UnitKind(interior=BOX)], items, apart)
    assert [(n, count) for n, count, _ in plan.unplaced] == [(0, 13)]


def test_group_stays_whole_beside_what_one_of_its_boxes_keeps_apart_from() -> None:
    apart = Rules(apart=frozenset({("A", "B")}))
    items = [
        cartons(9, item_id="big", codes=frozenset("A")),
        cartons(1, item_id="g1", group="g"),
        cartons(1, item_id="g2", group="g", codes=frozenset("B")),
    ]
    plan = planned([UnitKind(interior=BOX)], items, apart)
    assert not plan.unplaced
    assert len(plan.units) == 2


def test_lines_of_one_code_that_keeps_apart_from_itself_stay_two() -> None:
    apart = Rules(apart=frozenset({("A", "A")}))
    items = [cartons(1, shipment_id=name, codes=frozenset("A")) for name in "ab"]
    assert len(planned([UnitKind(interior=BOX)], items, apart).units) == 2


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([cartons(1, codes=frozenset("AB"))], "piece P of S has codes A and B"),
        (
            [
                cartons(1, codes=frozenset("A"), group="g"),
                cartons(1, item_id="Q", codes=frozenset("B"), group="g"),
            ],
            "group g has pieces with codes A and B .P of S, Q of S",
        ),
    ],
)
def test_what_no_plan_can_keep_apart_is_refused_by_name(items: list[Item], said: str) -> None:
    apart = Rules(apart=frozenset({("A", "B")}))
    with pytest.raises(LoadingError, match=said):
        load_units([UnitKind(interior=BOX)], items, rules=apart, effort=QUICK)


def test_group_larger_than_a_unit_is_left_with_its_reason() -> None:
    """A group of thirteen boxes where twelve fit is not split in silence."""
    plan = planned([UnitKind(interior=BOX)], [cartons(13, group="g"), cartons(2, item_id="Q")])
    ((item, number, why),) = plan.unplaced
    assert (item, number) == (0, 13)
    assert "group" in why


def test_pair_of_codes_never_shares_a_unit() -> None:
    """Six and six would fit one box."""
    items = [
        cartons(6, codes=frozenset({"x"})),
        cartons(6, item_id="Q", codes=frozenset({"y"})),
    ]
    rules = Rules(apart=frozenset({("x", "y")}))
    assert len(planned([UnitKind(interior=BOX)], items).units) == 1
    assert len(planned([UnitKind(interior=BOX)], items, rules).units) == 2


def test_front_support_is_not_overloaded_by_packing_from_the_front() -> None:
    """A light load packed at the front wall would rest on the front support alone."""
    supports = Supports(front_mm=0, rear_mm=6_000, front_max_g=3_000_000, rear_max_g=3_000_000)
    van = Interior(
        unit_code="V", size_mm=(6_000, 1_000, 1_000), payload_g=5_000_000, supports=supports
    )
    heavy = cartons(4, (1_000, 1_000, 1_000), mass_g=1_000_000)
    plan = planned([UnitKind(interior=van)], [heavy])
    assert len(plan.units) == 1


def test_two_half_loads_stand_one_behind_the_other() -> None:
    """What fits on 600 mm and on 500 mm fits on 1,200 mm; stops decide which stands in front."""
    items = (cartons(1, (600, 1_000, 500), stop=1), cartons(1, (500, 1_000, 500), stop=2))
    filling = Filling(items, Rules(), QUICK)
    one, other = Placement(0, 0, 0, 0, 600, 1_000, 500), Placement(1, 0, 0, 0, 500, 1_000, 500)
    joined = filling.joined(BOX, [one], [other])
    assert joined == (other, one._replace(x=500))
    assert filling.joined(replace(BOX, size_mm=(1_000, 1_000, 1_000)), [one], [other]) is None
    assert filling.joined(replace(BOX, payload_g=15_000), [one], [other]) is None


def test_piece_that_fits_nowhere_is_an_error_that_names_it() -> None:
    """Not an empty plan."""
    with pytest.raises(LoadingError, match="piece P of S: 5,000 x"):
        load_units([UnitKind(interior=BOX)], [cartons(1, (5_000, 10, 10))], effort=QUICK)


def test_units_are_pressed_together() -> None:
    """Two cartons stand side by side on the first 400 mm, not one behind the other."""
    (unit,) = planned([UnitKind(interior=BOX)], [cartons(2)]).units
    assert max(p.x + p.dx for p in unit.placements) == 400


sides = st.integers(100, 600)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(sides, sides, sides, st.integers(1, 6), st.integers(1, 3), st.booleans()),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([0, 75, 100]),
)
def test_any_freight_is_loaded_once_and_passes_the_check(
    freight: list[tuple[int, int, int, int, int, bool]], support: int
) -> None:
    """Whatever the boxes, stops and fragile ones: nothing lost, nothing twice, no rule broken."""
    items = [
        cartons(n, (a, b, c), item_id=f"P{i}", stop=stop, most_above=0 if fragile else None)
        for i, (a, b, c, n, stop, fragile) in enumerate(freight)
    ]
    plan = planned([UnitKind(interior=BOX)], items, Rules(support_percent=support))
    placed = sum(len(u.placements) for u in plan.units) + sum(n for _, n, _ in plan.unplaced)
    assert placed == sum(i.quantity for i in items)
    assert not plan.unplaced
