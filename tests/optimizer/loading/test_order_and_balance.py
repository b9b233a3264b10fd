"""The order of loading and unloading, the weight on supports, and rows moved to balance it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import LoadingError
from optimizer.loading.balance import out_of_balance, rebalanced
from optimizer.loading.figures import figures_of, stop_weights
from optimizer.loading.filling import Effort
from optimizer.loading.geometry import (
    Envelope,
    Interior,
    Item,
    LoadedUnit,
    LoadPlan,
    Placement,
    Rules,
    Supports,
)
from optimizer.loading.order import loading_order, unloading_order
from optimizer.loading.several import UnitKind, load_units
from optimizer.loading.validate import validate
from optimizer.solvers.rows import Row, Window, balanced_rows

TRAILER = Interior(
    unit_code="T",
    size_mm=(10_000, 2_400, 2_600),
    payload_g=24_000_000,
    supports=Supports(front_mm=1_000, rear_mm=9_000, front_max_g=6_000_000, rear_max_g=9_000_000),
)


def pallet(mass_kg: int, stop: int = 1, quantity: int = 1) -> Item:
    return Item(
        item_id=f"{mass_kg}-{stop}",
        shipment_id="S",
        quantity=quantity,
        size_mm=(1_000, 2_400, 1_000),
        mass_g=mass_kg * 1_000,
        stop=stop,
    )


def at(item: int, x: int, z: int = 0) -> Placement:
    return Placement(item, x, 0, z, 1_000, 2_400, 1_000)


def test_what_stands_below_and_behind_goes_in_first() -> None:
    """A box in front of the door would bar the way of what stands behind it."""
    boxes = [at(0, 2_000), at(0, 0, 1_000), at(0, 0), at(0, 1_000)]
    order = loading_order(TRAILER, boxes)
    assert order == (at(0, 0), at(0, 0, 1_000), at(0, 1_000), at(0, 2_000))


def test_open_pallet_is_loaded_from_any_side_but_never_from_below() -> None:
    """Where there is no door only what stands on a box waits for it."""
    order = loading_order(replace(TRAILER, rear_only=False), [at(0, 0, 1_000), at(0, 0)])
    assert order == (at(0, 0), at(0, 0, 1_000))


def test_boxes_that_interlock_are_an_error() -> None:
    """A lies on a beam, the beam on a box that stands before a post, the post stands before A."""
    on_beam = Placement(0, 0, 0, 200, 500, 1_000, 100)
    beam = Placement(0, 0, 0, 100, 3_500, 400, 100)
    under = Placement(0, 3_000, 0, 0, 500, 1_000, 100)
    post = Placement(0, 1_000, 600, 0, 500, 400, 250)
    assert loading_order(TRAILER, [beam, under, post]) == (post, under, beam)
    with pytest.raises(LoadingError, match="interlock"):
        loading_order(TRAILER, [on_beam, beam, under, post])


def test_last_in_is_first_out_at_each_stop() -> None:
    """Stop 2 stands at the front, so it leaves last; at a stop the last loaded leaves first."""
    items = (pallet(100, 2, 2), pallet(100, 1, 2))
    boxes = [at(0, 0), at(0, 1_000), at(1, 2_000), at(1, 3_000)]
    assert unloading_order(items, boxes) == (3, 2, 1, 0)


def test_lever_rule_worked_by_hand() -> None:
    """8,000 kg with its middle 3,000 mm from the front: 2,000 / 8,000 of it rests on the rear."""
    (loaded, empty) = stop_weights([pallet(8_000)], TRAILER, [at(0, 2_500)])
    assert loaded.centre_mm == (3_000, 1_200, 500)
    assert (loaded.front_g, loaded.rear_g) == (6_000_000, 2_000_000)
    assert (empty.mass_g, empty.centre_mm, empty.rear_g) == (0, None, 0)


def test_figures_worked_by_hand() -> None:
    """One pallet of 1.0 x 2.4 m: a loading metre, a tenth of the floor of 10 m."""
    found = figures_of([pallet(8_000)], LoadedUnit(interior=TRAILER, placements=(at(0, 2_500),)))
    assert (found.ldm, found.loading_metres, found.floor_share) == (1.0, 3.5, 0.1)
    assert found.mass_share == pytest.approx(1 / 3)


def test_rows_move_until_the_supports_bear_them() -> None:
    """Two heavy rows at the front overload the front support; moved back they do not."""
    items = (pallet(4_000, quantity=2), pallet(500, quantity=2))
    boxes = [at(0, 0), at(0, 1_000), at(1, 2_000), at(1, 3_000)]
    assert "front support" in out_of_balance(items, TRAILER, boxes)
    moved = rebalanced(items, TRAILER, boxes, seed=1)
    assert moved is not None
    assert not out_of_balance(items, TRAILER, moved)
    plan = LoadPlan(
        items=items,
        units=(LoadedUnit(interior=TRAILER, placements=loading_order(TRAILER, moved)),),
        unplaced=(),
    )
    assert not [f for f in validate(plan, Rules()).findings if f.verdict == "fail"]


def test_rows_of_later_stops_stay_in_front() -> None:
    """Balance must not undo the order of unloading."""
    items = (pallet(4_000, 2), pallet(4_000, 1))
    moved = rebalanced(items, TRAILER, [at(0, 0), at(1, 1_000)], seed=1)
    assert moved is not None
    assert min(p.x for p in moved if p.item == 1) >= max(p.x + p.dx for p in moved if p.item == 0)


def test_what_no_row_can_balance_is_said() -> None:
    """A single row heavier than both supports' windows allow has no place."""
    weak = replace(TRAILER, supports=replace(TRAILER.supports, rear_max_g=1_000_000))  # type: ignore[type-var]
    assert rebalanced([pallet(9_000)], weak, [at(0, 0)], seed=1) is None


def test_centre_across_is_checked() -> None:
    """An envelope across the unit is a limit like any other."""
    narrow = replace(TRAILER, supports=None, envelope=Envelope(y_max_mm=1_100))
    assert "across" in out_of_balance([pallet(100)], narrow, [at(0, 0)])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 900), st.integers(1, 90)), min_size=1, max_size=8), st.data()
)
def test_no_order_that_keeps_its_window_is_refused(
    told: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Rows in any order with any gaps: the window that their centre just meets is not denied."""
    rows = [
        Row(x_mm=0, length_mm=length, mass_g=(mass,), twice_moment=(mass * length,))
        for length, mass in told
    ]
    gaps = [data.draw(st.integers(0, 300)) for _ in rows]
    order = data.draw(st.permutations(range(len(rows))))
    at, moment = 0, 0
    for gap, n in zip(gaps, order, strict=True):
        moment += 2 * rows[n].mass_g[0] * (at + gap) + rows[n].twice_moment[0]
        at += gap + rows[n].length_mm
    mass = sum(row.mass_g[0] for row in rows)
    window = Window(twice_least_mm=moment // mass, twice_most_mm=-(-moment // mass))
    assert balanced_rows(at, rows, [window], (), seed=1) is not None


def test_even_load_over_a_long_floor_is_refused_at_once() -> None:
    """Sixteen equal rows fill 16 m, so their centre is at 8 m whatever their order."""
    rows = [
        Row(x_mm=1_000 * n, length_mm=1_000, mass_g=(9,), twice_moment=(9_000,)) for n in range(16)
    ]
    for least, most, possible in (
        (None, 15_998, False),
        (16_002, None, False),
        (None, 16_000, True),
    ):
        window = Window(twice_least_mm=least, twice_most_mm=most)
        assert (balanced_rows(16_000, rows, [window], (), seed=1) is not None) == possible


def test_mass_too_far_back_is_loaded_on_less_of_the_floor() -> None:
    """Axles at 1 and 11 m bear 10 t each. Fourteen rows of 1.25 t put 10.5 t on the rear one.

    Thirteen keep it: (6.5 - 1) / 10 x 16.25 t = 8.94 t. Loaded lighter by steps it would be twelve.
    """
    supports = Supports(front_mm=1_000, rear_mm=11_000, front_max_g=10**7, rear_max_g=10**7)
    truck = replace(TRAILER, size_mm=(16_000, 2_400, 2_600), payload_g=2 * 10**7, supports=supports)
    rows = replace(pallet(1_250, quantity=16), floor_only=True)
    kind = UnitKind(interior=truck, most=1)
    plan = load_units([kind], [rows], rules=Rules(), effort=Effort(name="small"))
    assert [len(unit.placements) for unit in plan.units] == [13]
    assert not [f for f in validate(plan, Rules()).findings if f.verdict == "fail"]
