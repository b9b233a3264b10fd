"""Where boxes are: worked examples of every rule, kept and broken by a millimetre."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from optimizer.loading.geometry import (
    HEIGHT,
    LENGTH,
    WIDTH,
    Block,
    Cut,
    Rules,
)

Put = Callable[..., tuple[Any, tuple[int, ...]]]
Wrong = Callable[..., dict[str, list[str]]]

Place = tuple[int, int, int]


@pytest.mark.parametrize(
    ("at", "axis"),
    [
        ((-1, 0, 0), "x from -1 to 799"),
        ((3201, 0, 0), "x from 3201 to 4001"),
        ((0, -1, 0), "y from -1 to 599"),
        ((0, 1401, 0), "y from 1401 to 2001"),
        ((0, 0, -1), "z from -1 to 399"),
        ((0, 0, 1601), "z from 1601 to 2001"),
    ],
)
def test_box_through_a_wall_is_found(at: Place, axis: str, put: Put, wrong: Wrong) -> None:
    """A box of 800 x 600 x 400 mm in 4000 x 2000 x 2000 mm, 1 mm through each of six walls."""
    found = wrong(put(at, (800, 600, 400)), rules=Rules(support_percent=0))
    assert list(found) == ["LOAD-03"]
    assert axis in found["LOAD-03"][0]


def test_box_that_touches_all_walls_is_within(put: Put, wrong: Wrong) -> None:
    """0 and the full inner sizes are inside: walls are closed."""
    assert not wrong(put((0, 0, 0), (4000, 2000, 2000)))


def test_contour_is_judged_at_the_nearest_edge(put: Put, wrong: Wrong) -> None:
    """The cut y + z <= 3000: a box at y 1400 to 2000 may be 1000 mm high, not 1001."""
    cut = (Cut(1, 1, 3000),)
    assert not wrong(put((0, 1400, 0), (800, 600, 1000)), cuts=cut)
    found = wrong(put((0, 1400, 0), (800, 600, 1001)), cuts=cut)
    assert found == {
        "LOAD-04": ["unit 1 box 1 (box) cut 1: 1 * 2000 + 1 * 1001 mm = 3001, wanted <= 3000"]
    }


def test_contour_at_the_lower_left_takes_the_other_edge(put: Put, wrong: Wrong) -> None:
    """As in a lower-deck container: -50 y - 44 z <= -22000, from (440, 0) to (0, 500).

    At y 440 on the floor: -50 * 440 = -22000, allowed; at y 439: -21950, not.
    """
    cut = (Cut(-50, -44, -22_000),)
    assert not wrong(put((0, 440, 0), (800, 600, 400)), cuts=cut)
    assert list(wrong(put((0, 439, 0), (800, 600, 400)), cuts=cut)) == ["LOAD-04"]


def test_block_may_be_touched_but_not_entered(put: Put, wrong: Wrong) -> None:
    """A wheel arch from x 1000 to 2000, y 0 to 250, 300 mm high."""
    arch = (Block(1000, 0, 0, 2000, 250, 300),)
    assert not wrong(put((1000, 250, 0), (800, 600, 400)), blocks=arch)
    found = wrong(put((1000, 249, 0), (800, 600, 400)), blocks=arch)
    assert found == {"LOAD-05": ["unit 1 box 1 (box) 1 mm into block 1, wanted 0"]}


def test_block_bears_nothing(put: Put, wrong: Wrong) -> None:
    """A box on the arch alone floats: a net's rim is a block too, and nothing may stand on it."""
    arch = (Block(0, 0, 0, 800, 600, 300),)
    assert list(wrong(put((0, 0, 300), (800, 600, 400)), blocks=arch)) == ["LOAD-09"]


@pytest.mark.parametrize("shift", [(-1, 0, 0), (0, -1, 0), (0, 0, -1)])
def test_shared_space_is_found_in_every_direction(shift: Place, put: Put, wrong: Wrong) -> None:
    """A neighbour behind, beside or on top, 1 mm too near: they share 1 mm times two sides."""
    far = tuple(size if step else 0 for size, step in zip((800, 600, 400), shift, strict=True))
    first, (item, _) = put((0, 0, 0), (800, 600, 400)), put((0, 0, 0), (800, 600, 400))
    assert not wrong(first, (item, (*far, 800, 600, 400)))
    near = (a + b for a, b in zip(far, shift, strict=True))
    assert "LOAD-06" in wrong(first, (item, (*near, 800, 600, 400)))


def test_box_inside_another_is_found(put: Put, wrong: Wrong) -> None:
    """Nothing of the inner box reaches the outer one's sides, so no face meets a face."""
    found = wrong(put((0, 0, 0), (800, 600, 400)), put((100, 100, 100), (200, 200, 200)))
    assert found["LOAD-06"] == [
        "unit 1 box 1 (box), box 2 (box) share 200 x 200 x 200 mm, wanted nothing"
    ]


def test_turning_keeps_the_sides_that_may_stand(put: Put, wrong: Wrong) -> None:
    """Delivered 800 x 600 x 400: upright it is 400 high; 600 only if its width may stand."""
    lying = (0, 0, 0, 800, 400, 600)
    item, _ = put((0, 0, 0), (800, 600, 400))
    found = wrong((item, lying))
    assert found == {"LOAD-07": ["unit 1 box 1 (box) stands 600 mm high, wanted 400"]}
    free, _ = put((0, 0, 0), (800, 600, 400), upright=(LENGTH, WIDTH, HEIGHT))
    assert not wrong((free, lying))
    quarter_turn = (0, 0, 0, 600, 800, 400)
    assert not wrong((item, quarter_turn))


def test_another_size_is_no_turning(put: Put, wrong: Wrong) -> None:
    """A box 1 mm shorter than delivered would fit anywhere."""
    item, _ = put((0, 0, 0), (800, 600, 400))
    assert list(wrong((item, (0, 0, 0, 799, 600, 400)))) == ["LOAD-07"]


def test_door_is_passed_as_turned(put: Put, wrong: Wrong) -> None:
    """600 wide and 400 high pass a door of 600 x 400; turned by a quarter it is 800 wide."""
    item, there = put((0, 0, 0), (800, 600, 400))
    assert not wrong((item, there), door_mm=(600, 400))
    turned = (0, 0, 0, 600, 800, 400)
    found = wrong((item, turned), door_mm=(600, 400))
    assert found == {
        "LOAD-08": ["unit 1 box 1 (box) 800 mm wide and 400 high, wanted a door's 600 and 400"]
    }
    assert list(wrong((item, there), door_mm=(600, 399))) == ["LOAD-08"]
