"""Lay many loads out in flat arrays, for kernels that go through all of them in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.loading.quick.pile_kernels import FREE, NONE, UNIT_COLUMNS
from optimizer.loading.quick.room import usable_room

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from optimizer.loading.geometry import Interior, Item, Rules

_BOX_COLUMNS = 10


class QuickLoads(NamedTuple):
    """Many loads: their boxes one after another, load `t` from `first[t]` on, and their units.

    A box is its length, width and height as delivered in mm, its mass in g, bits 1, 2 and 4 for a
    length, width or height that may stand vertical, boxes and mass in g that it bears on top (below
    0: any), its stop, whether it stands on the floor only, and its item's place in the load.

    A unit is its length, width and height inside, the cuboid in it that is clear of cuts and blocks
    (x1, y1, z1, x2, y2, z2), its payload in g (below 0: not known), width and height of its door,
    its supports (front and rear place, most, most, least, least), bounds of the centre of gravity
    (x from, x to, y from, y to, z to), most g per m and per m2 of floor, then yes or no: a rear
    door only, bounds of the centre, that a placement is enough to say that it fits; percent of a
    base that is to be held; unloaded in order; what never travels together. `NONE`: no such limit.
    """

    first: NDArray[np.int64]  # (loads + 1,)
    boxes: NDArray[np.int64]  # (boxes, 10)
    units: NDArray[np.int64]  # (loads, 31)

    @classmethod
    def of(cls, loads: Iterable[tuple[Interior, Sequence[Item]]], rules: Rules) -> QuickLoads:
        """Return the loads of units with their items under common rules."""
        pairs = tuple(loads)
        rows = [_box(item, k) for _, items in pairs for k, item in enumerate(items)]
        copies = [item.quantity for _, items in pairs for item in items]
        numbers = [sum(item.quantity for item in items) for _, items in pairs]
        units = [
            (*_unit_of(interior, items, rules), _apart(items, rules)) for interior, items in pairs
        ]
        return cls(
            np.cumsum([0, *numbers], dtype=np.int64),
            np.repeat(np.array(rows, np.int64).reshape(-1, _BOX_COLUMNS), copies, axis=0),
            np.array(units, np.int64).reshape(-1, UNIT_COLUMNS),
        )


def unit_row(interior: Interior, rules: Rules) -> tuple[int, ...]:
    """Return the columns of a unit without the last one, that is about what it is loaded with."""
    door = interior.door_mm or (FREE, FREE)
    supports, e = interior.supports, interior.envelope
    lever: tuple[int | None, ...] = (0, 0, None, None, None, None)
    if supports is not None:
        lever = (supports.front_mm, supports.rear_mm, supports.front_max_g, supports.rear_max_g)
        lever = (*lever, supports.front_min_g, supports.rear_min_g)
    centre = (e.x_min_mm, e.x_max_mm, e.y_min_mm, e.y_max_mm, e.z_max_mm)
    limits = (*lever, *centre, interior.floor_g_per_m, interior.floor_g_per_m2)
    room = usable_room(interior)
    sure = room is not None and interior.payload_g is not None
    return (
        *interior.size_mm,
        *(room or (0, 0, 0, 0, 0, 0)),
        -1 if interior.payload_g is None else interior.payload_g,
        *door,
        *(NONE if limit is None else limit for limit in limits),
        interior.rear_only,
        any(limit is not None for limit in centre),
        sure and (supports is None or supports.front_mm < supports.rear_mm),
        rules.support_percent,
        rules.unload_in_order,
    )


def _unit_of(interior: Interior, items: Sequence[Item], rules: Rules) -> tuple[int, ...]:
    """Return a unit's columns; no placement is sure while a box may not be turned as it would."""
    *row, sure, percent, in_order = unit_row(interior, rules)
    return (*row, sure and not any(item.fixed for item in items), percent, in_order)


def _box(item: Item, k: int) -> tuple[int, ...]:
    upright = sum(1 << axis for axis in set(item.upright))
    above = -1 if item.most_above is None else item.most_above
    top = -1 if item.top_g is None else item.top_g
    return (*item.size_mm, item.mass_g, upright, above, top, item.stop, item.floor_only, k)


def _apart(items: Sequence[Item], rules: Rules) -> bool:
    """Whether items have codes that never travel in one unit; of one code two items are needed."""
    for one, other in rules.apart:
        first = {k for k, item in enumerate(items) if one in item.codes}
        second = {k for k, item in enumerate(items) if other in item.codes}
        if first and second and len(first | second) > (one == other):
            return True
    return False
