"""Least numbers of units, worked by hand; and never above what a packing needs."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.loading.bounds import least_units
from optimizer.loading.geometry import Interior, Item

CUBE = Interior(unit_code="U", size_mm=(100, 100, 100), payload_g=1_000)


def boxes(quantity: int, size: tuple[int, int, int], mass_g: int = 1) -> Item:
    return Item(item_id="P", shipment_id="S", quantity=quantity, size_mm=size, mass_g=mass_g)


def test_volume_alone() -> None:
    """1,001 cubes of 10 mm are one more than 1,000 that fill a cube of 100 mm."""
    assert least_units(CUBE, [boxes(1_000, (10, 10, 10))]) == 1
    assert least_units(CUBE, [boxes(1_001, (10, 10, 10))]) == 2


def test_mass_alone() -> None:
    """Three boxes of 600 g in units of 1,000 g: the mass is two units' worth, none share one."""
    assert least_units(CUBE, [boxes(3, (10, 10, 10), mass_g=600)]) == 3


def test_sides_above_half_never_share_a_unit() -> None:
    """Four cubes of 51 mm fill 53 % of one unit, and no two stand beside each other."""
    assert least_units(CUBE, [boxes(4, (51, 51, 51))]) == 4


def test_thirds_round_up() -> None:
    """Cubes of 34 mm: two fit along a side, so eight a unit; nine need a second."""
    assert least_units(CUBE, [boxes(8, (34, 34, 34))]) == 1
    assert least_units(CUBE, [boxes(9, (34, 34, 34))]) == 2


def test_places_on_a_floor_are_counted() -> None:
    """Pallets of 1,200 x 1,000 stand thirteen by two in a trailer: 27 of them need a second."""
    trailer = Interior(unit_code="T", size_mm=(13_600, 2_440, 2_650), payload_g=None)
    assert least_units(trailer, [boxes(26, (1_000, 1_200, 1_400))]) == 1
    assert least_units(trailer, [boxes(27, (1_000, 1_200, 1_400))]) == 2


def test_what_bears_nothing_takes_its_floor_alone() -> None:
    """Two low boxes on a floor for one need two units, unless one bears or boxes may float."""
    low = boxes(2, (60, 60, 20))
    bare = replace(low, most_above=0)
    assert least_units(CUBE, [low]) == 1
    assert least_units(CUBE, [bare]) == least_units(CUBE, [replace(low, floor_only=True)]) == 2
    assert least_units(CUBE, [bare], standing=False) == 1
    assert least_units(CUBE, [replace(bare, quantity=1), replace(low, quantity=1)]) == 1


def test_turnable_boxes_count_with_their_smallest_turning() -> None:
    """A rod of 90 mm that may lie any way is not held to be wide in every direction."""
    rod = Item(
        item_id="P", shipment_id="S", quantity=50, size_mm=(90, 20, 20), mass_g=1, upright=(0, 1, 2)
    )
    assert least_units(CUBE, [rod]) == 2  # 25 stand side by side in each


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6), st.integers(1, 3))
def test_bound_never_exceeds_a_packing_made_by_cutting(a: int, b: int, c: int, units: int) -> None:
    """Boxes cut from whole units fit those units, so no bound may ask for more."""
    size = (100 // a, 100 // b, 100 // c)
    assert least_units(CUBE, [boxes(a * b * c * units, size)]) <= units
