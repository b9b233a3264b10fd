"""The order of the work: what may be brought in when, and out where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optimizer.loading.geometry import (
    Rules,
)

Put = Callable[..., tuple[Any, tuple[int, ...]]]
Wrong = Callable[..., dict[str, list[str]]]


SIZE = (1000, 800, 500)


def test_first_stop_stands_nearer_to_the_door(put: Put, wrong: Wrong) -> None:
    """In front of the door goes first; the other way round it is shut in."""
    near, far = put((1000, 0, 0), SIZE, stop=1), put((0, 0, 0), SIZE, stop=2)
    assert not wrong(far, near)
    late = put((1000, 0, 0), SIZE, stop=3)
    assert wrong(far, late) == {
        "LOAD-19": [
            "unit 1 box 1 (box), box 2 (box) stop 2 is behind stop 3, wanted a free way out"
        ]
    }


def test_way_out_is_as_wide_as_the_box(put: Put, wrong: Wrong) -> None:
    """Side by side neither bars the other; 1 mm across its way is enough to shut a box in."""
    far = put((0, 0, 0), SIZE, stop=1)
    assert not wrong(far, put((1000, 800, 0), SIZE, stop=2))
    assert list(wrong(far, put((1000, 799, 0), SIZE, stop=2))) == ["LOAD-19"]


def test_way_out_passes_over_lower_boxes(put: Put, wrong: Wrong) -> None:
    """A box on top leaves over a lower pile at the door that stays."""
    low = put((0, 0, 0), SIZE, stop=2)
    top = put((0, 0, 500), SIZE, stop=1)
    assert not wrong(low, top, put((1000, 0, 0), SIZE, stop=2))
    tall = put((1000, 0, 0), (1000, 800, 501), stop=2)
    assert list(wrong(low, top, tall)) == ["LOAD-19"]


def test_nothing_that_stays_is_above_what_leaves(put: Put, wrong: Wrong) -> None:
    """Standing on it, or over it on a longer neighbour: both keep it in."""
    low = put((0, 0, 0), SIZE, stop=1)
    assert not wrong(low, put((0, 0, 500), SIZE, stop=1))
    assert list(wrong(low, put((0, 0, 500), SIZE, stop=2))) == ["LOAD-19"]
    posts = [put((0, y, 0), (1000, 300, 600), stop=2) for y in (0, 1100)]
    between = put((0, 300, 0), SIZE, stop=1)
    bridge = put((0, 0, 600), (1000, 1400, 200), stop=2)
    rules = Rules(support_percent=40)
    found = wrong(*posts, between, bridge, rules=rules)
    assert found == {
        "LOAD-19": ["unit 1 box 3 (box), box 4 (box) stop 1 lies under stop 2, wanted free above"]
    }


def test_any_order_may_be_allowed(put: Put, wrong: Wrong) -> None:
    """A planner who re-handles at stops can say so; then the rule says that it was not asked."""
    far, late = put((0, 0, 0), SIZE, stop=1), put((1000, 0, 0), SIZE, stop=2)
    assert not wrong(far, late, rules=Rules(unload_in_order=False))


def test_open_sides_free_the_way_but_not_what_is_below(put: Put, wrong: Wrong) -> None:
    """A curtain-sider unloads from its sides, still from the top of each pile."""
    far, late = put((0, 0, 0), SIZE, stop=1), put((1000, 0, 0), SIZE, stop=2)
    assert not wrong(far, late, rear_only=False)
    assert list(wrong(far, put((0, 0, 500), SIZE, stop=2), rear_only=False)) == ["LOAD-19"]


def test_base_is_loaded_before_what_stands_on_it(put: Put, wrong: Wrong) -> None:
    """Box 1 stands on box 2: it would hang in the air."""
    found = wrong(put((0, 0, 500), SIZE), put((0, 0, 0), SIZE), rear_only=False)
    assert found == {
        "LOAD-22": [
            "unit 1 box 1 (box), box 2 (box) the second bears the first, wanted it loaded before"
        ]
    }


def test_way_in_from_the_door_is_straight_and_free(put: Put, wrong: Wrong) -> None:
    """A box behind one already placed cannot come in by the rear door, but from the side it can."""
    first, second = put((1000, 0, 0), SIZE), put((0, 0, 0), SIZE)
    found = wrong(first, second)
    what = "the first comes later and cannot pass the second, wanted the other order"
    assert found == {"LOAD-22": [f"unit 1 box 2 (box), box 1 (box) {what}"]}
    assert not wrong(second, first)
    assert not wrong(first, second, rear_only=False)


def test_box_passes_beside_and_over_what_is_placed(put: Put, wrong: Wrong) -> None:
    """Loaded later yet farther in: free beside its neighbour, and free above a lower one."""
    placed = put((1000, 0, 0), SIZE)
    assert not wrong(placed, put((0, 800, 0), SIZE))
    low = put((0, 0, 0), SIZE)
    assert not wrong(low, placed, put((0, 0, 500), SIZE))
