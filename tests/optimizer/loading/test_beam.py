"""One unit packed by the beam search keeps every rule it was given, and is as full as can be."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from optimizer.loading.geometry import (
    Block,
    Cut,
    Interior,
    Item,
    LoadedUnit,
    LoadPlan,
    Placement,
    Rules,
)
from optimizer.loading.packing.beam import pack
from optimizer.loading.packing.contours import list_blocked
from optimizer.loading.validate import validate

UNIT = Interior(unit_code="u", size_mm=(260, 240, 240), payload_g=10**9)
FLOATING, RESTING = Rules(support_percent=0), Rules(support_percent=75)


def _cargo(seed: int = 1, kinds: int = 8) -> list[Item]:
    draw = random.Random(seed)  # noqa: S311  # sizes for a test
    return [
        Item(
            item_id=f"i{k}",
            shipment_id="s",
            quantity=draw.randint(4, 10),
            size_mm=(draw.randint(40, 110), draw.randint(30, 80), draw.randint(30, 90)),
            mass_g=draw.randint(1_000, 9_000),
            upright=draw.choice([(2,), (1, 2), (0, 1, 2)]),
        )
        for k in range(kinds)
    ]


def _failed(
    interior: Interior, items: list[Item], placed: tuple[Placement, ...], rules: Rules
) -> list[str]:
    """Return what the validator, which shares nothing with the packer, has against a plan."""
    over = [(k, i.quantity - sum(p.item == k for p in placed)) for k, i in enumerate(items)]
    plan = LoadPlan(
        items=tuple(items),
        units=(LoadedUnit(interior=interior, placements=placed),),
        unplaced=tuple((k, n, "no room") for k, n in over if n),
    )
    return [f.message for f in validate(plan, rules).findings if f.verdict.name == "FAIL"]


def _fill(interior: Interior, placed: tuple[Placement, ...]) -> float:
    return sum(p.dx * p.dy * p.dz for p in placed) / interior.volume_mm3


@pytest.mark.parametrize("percent", [0, 30, 75, 100])
def test_boxes_rest_on_as_much_as_asked(percent: int) -> None:
    """What hangs over more than the rule allows would fall on the road."""
    rules, items = Rules(support_percent=percent), _cargo()
    placed = pack(UNIT, items, rules=rules, effort=100)
    assert _failed(UNIT, items, placed, rules) == []
    assert _fill(UNIT, placed) > 0.8


def test_equal_effort_gives_equal_plans() -> None:
    """Who plans again with the same input must read the same plan, also on two threads."""
    items = _cargo(2)
    first = pack(UNIT, items, rules=RESTING, effort=50)
    assert first == pack(UNIT, items, rules=RESTING, effort=50)
    assert first == pack(UNIT, items, rules=RESTING, effort=50, threads=2)


def test_all_go_in_where_there_is_room() -> None:
    """Eight equal cubes fill a cube twice their side: nothing may be left over."""
    unit = replace(UNIT, size_mm=(20, 20, 20))
    cube = Item(item_id="c", shipment_id="s", quantity=9, size_mm=(10, 10, 10), mass_g=1)
    assert len(pack(unit, [cube], rules=Rules(support_percent=100), effort=5)) == 8


@pytest.mark.parametrize("rules", [FLOATING, RESTING])
def test_wide_sheet_goes_under_a_contour(rules: Rules) -> None:
    """The largest space under a slanted roof is narrow: it must not be the only one tried."""
    unit = replace(UNIT, size_mm=(300, 240, 240), cuts=(Cut(80, 63, 28_000),))
    sheet = Item(item_id="s", shipment_id="s", quantity=3, size_mm=(290, 238, 20), mass_g=1)
    box = Item(item_id="b", shipment_id="s", quantity=1, size_mm=(100, 80, 60), mass_g=1)
    placed = pack(unit, [sheet, box], rules=rules, effort=20)
    assert len(placed) == 4
    assert _failed(unit, [sheet, box], placed, rules) == []


def test_nothing_fits() -> None:
    """No box and boxes too large are both an empty plan, not an error."""
    large = Item(item_id="l", shipment_id="s", quantity=1, size_mm=(999, 9, 9), mass_g=1)
    assert pack(UNIT, [], rules=FLOATING, effort=5) == ()
    assert pack(UNIT, [large], rules=FLOATING, effort=5) == ()


def test_what_is_worth_more_goes_in_first() -> None:
    """Values steer which boxes stay behind: here the small ones, though they hold as much."""
    unit = replace(UNIT, size_mm=(20, 10, 10))
    items = [
        Item(item_id=k, shipment_id="s", quantity=2, size_mm=(10, 10, 10), mass_g=1 + n)
        for n, k in enumerate("ab")
    ]
    placed = pack(unit, items, rules=FLOATING, values=[1.0, 5.0], effort=5)
    assert [p.item for p in placed] == [1, 1]


def test_payload_is_kept() -> None:
    """A unit may be full by mass long before it is by volume."""
    unit, items = replace(UNIT, payload_g=40_000), _cargo(3)
    placed = pack(unit, items, rules=RESTING, effort=30)
    assert 30_000 < sum(items[p.item].mass_g for p in placed) <= 40_000


def test_boxes_pass_the_door() -> None:
    """A box that fits inside but not through the door cannot be loaded that way round."""
    unit, items = replace(UNIT, door_mm=(70, 60)), _cargo(4)
    placed = pack(unit, items, rules=RESTING, effort=30)
    assert placed
    assert all(p.dy <= 70 and p.dz <= 60 for p in placed)


@pytest.mark.parametrize("rules", [FLOATING, RESTING])
def test_cuts_and_blocks_stay_free(rules: Rules) -> None:
    """An aircraft container is slanted, a van has wheel arches: no box may enter either."""
    unit = replace(
        UNIT,
        cuts=(Cut(2, 1, 560), Cut(-1, -1, -40)),
        blocks=(Block(100, 0, 0, 200, 30, 40), Block(100, 210, 0, 200, 240, 40)),
    )
    items = _cargo(5)
    placed = pack(unit, items, rules=rules, effort=60)
    assert _failed(unit, items, placed, rules) == []
    assert _fill(unit, placed) > 0.5


def test_stairs_hold_all_beyond_a_cut() -> None:
    """Wherever a corner would pass the cut, the stairs are in its way."""
    unit = replace(UNIT, size_mm=(10, 50, 40), cuts=(Cut(3, 2, 170), Cut(-2, 1, 10)))
    stairs = list_blocked(unit)
    for y in range(50):
        for z in range(40):
            corners = [(y + a, z + b) for a in (0, 1) for b in (0, 1)]
            beyond = any(
                c.along_y * v + c.along_z * w > c.most for c in unit.cuts for v, w in corners
            )
            taken = any(b.y1 <= y < b.y2 and b.z1 <= z < b.z2 for b in stairs)
            assert taken or not beyond


def test_nothing_stands_on_what_is_fragile_or_limited() -> None:
    """Fragile boxes, piles of few levels, boxes for the floor and weak boxes, all at once."""
    items = _cargo(6)
    items[0] = replace(items[0], most_above=0)
    items[1] = replace(items[1], most_above=1)
    items[2] = replace(items[2], floor_only=True)
    items[3] = replace(items[3], top_g=6_000)
    items[4] = replace(items[4], top_g=0)
    placed = pack(UNIT, items, rules=RESTING, effort=60)
    assert _failed(UNIT, items, placed, RESTING) == []
    assert all(p.z == 0 for p in placed if p.item == 2)
    assert {p.item for p in placed} & {0, 1, 2, 3, 4}
    assert _fill(UNIT, placed) > 0.6


def test_what_leaves_first_is_not_blocked() -> None:
    """At each stop the boxes of that stop come out by the rear door without moving others."""
    items = [replace(item, stop=1 + k % 3) for k, item in enumerate(_cargo(7))]
    placed = pack(UNIT, items, rules=RESTING, effort=60)
    assert _failed(UNIT, items, placed, RESTING) == []
    assert _fill(UNIT, placed) > 0.6
    assert len({items[p.item].stop for p in placed}) == 3


def test_boxes_come_in_loading_order() -> None:
    """The list is what the loader works down: what bears comes before what it bears."""
    placed = pack(UNIT, _cargo(8), rules=RESTING, effort=20)
    for k, box in enumerate(placed):
        for later in placed[k + 1 :]:
            apart = later.x >= box.x + box.dx or box.x >= later.x + later.dx
            apart = apart or later.y >= box.y + box.dy or box.y >= later.y + later.dy
            assert apart or later.z >= box.z + box.dz


def test_more_effort_is_never_worse() -> None:
    """Wider beams only add: the best packing found is kept."""
    fills = [_fill(UNIT, pack(UNIT, _cargo(9), rules=RESTING, effort=n)) for n in (1, 20, 200)]
    assert all(a <= b for a, b in pairwise(fills))
