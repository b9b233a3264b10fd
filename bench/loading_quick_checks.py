"""Check placements of many loads at once with plain arrays, and some of them by the validator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.loading.geometry import Item, LoadedUnit, LoadPlan
from optimizer.loading.quick.certificate import in_loading_order
from optimizer.loading.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from optimizer.loading.geometry import Interior, Rules
    from optimizer.loading.quick.certificate import QuickLoads

    Places = NDArray[np.int64]
    Pairs = NDArray[np.bool_]

CHUNK = 500
FAR = 10**7  # where what fills up short loads stands, each on its own


def faults(loads: QuickLoads, places: Places, fit: NDArray[np.intp]) -> Iterator[int]:
    """Yield how many boxes or loads break a rule, rule by rule and chunk by chunk.

    Boxes stand on their height, units are plain boxes whose floor bears anything, and base and
    order rules are in force: as the loads of the bench are.
    """
    for at in range(0, len(fit), CHUNK):
        some = fit[at : at + CHUNK]
        box, low, real = _padded(loads, places, some)
        yield from _box_faults(loads.units[some], box, low, real)
        yield from _pair_faults(box, low, real)
        yield from _axle_faults(loads.units[some], box, low)


def _padded(
    loads: QuickLoads, places: Places, some: NDArray[np.intp]
) -> tuple[Places, Places, Pairs]:
    """Return boxes and places of equally many boxes per load, and which of them are real."""
    first, count = loads.first[some], np.diff(loads.first)[some]
    k = np.arange(count.max())
    real = k < count[:, None]
    index = np.where(real, first[:, None] + k, 0)
    box, place = loads.boxes[index], places[index]
    box[~real], place[~real] = 0, 0
    place[..., 0] += np.where(real, 0, FAR + 10 * k)
    return box, place, real


def _box_faults(units: Places, box: Places, place: Places, real: Pairs) -> Iterator[int]:
    high = place[..., :3] + place[..., 3:]
    yield int((real[..., None] & ((place[..., :3] < 0) | (high > units[:, None, :3]))).sum())
    sides = np.sort(place[..., 3:5]) != np.sort(box[..., :2])
    yield int((real & (sides.any(axis=-1) | (place[..., 5] != box[..., 2]))).sum())
    door = (place[..., 4] > units[:, None, 10]) | (place[..., 5] > units[:, None, 11])
    yield int((real & door).sum())
    yield int((real & (box[..., 8] > 0) & (place[..., 2] > 0)).sum())
    yield int((box[..., 3].sum(axis=1) > units[:, 9]).sum())


def _pair_faults(box: Places, place: Places, real: Pairs) -> Iterator[int]:
    low, high = place[..., :3], place[..., :3] + place[..., 3:]
    shared = np.minimum(high[:, :, None], high[:, None]) - np.maximum(low[:, :, None], low[:, None])
    x, y, z = (shared[..., axis] for axis in range(3))
    other = ~np.eye(real.shape[1], dtype=np.bool_)
    yield int(((x > 0) & (y > 0) & (z > 0) & other).sum())
    stands = (x > 0) & (y > 0) & (low[:, :, None, 2] == high[:, None, :, 2])  # on the second
    held = np.where(stands, x * y, 0).sum(axis=2) == place[..., 3] * place[..., 4]
    yield int((real & (low[..., 2] > 0) & ~held).sum())
    above = np.zeros(real.shape, np.int64)
    for _ in range(real.shape[1]):
        more = np.where(stands, above[:, :, None] + 1, 0).max(axis=1)
        if (more == above).all():
            break
        above = more
    yield int((real & (box[..., 5] >= 0) & (above > box[..., 5])).sum())
    earlier = box[:, :, None, 7] < box[:, None, :, 7]
    over = (x > 0) & (y > 0) & (low[:, None, :, 2] >= high[:, :, None, 2])
    yield int((earlier & over).sum())
    before = (y > 0) & (z > 0) & (low[:, None, :, 0] >= high[:, :, None, 0])
    yield int((earlier & before).sum())


def _axle_faults(units: Places, box: Places, place: Places) -> Iterator[int]:
    front, rear, front_most, rear_most = (units[:, k] for k in range(12, 16))
    levered = rear > front
    span = np.where(levered, 2 * (rear - front), 1)
    for stop in np.unique(box[..., 7]):
        mass = np.where(box[..., 7] >= stop, box[..., 3], 0)
        arms = 2 * place[..., 0] + place[..., 3] - 2 * front[:, None]
        on_rear, whole = (mass * arms).sum(axis=1), mass.sum(axis=1) * span
        bad = (on_rear > rear_most * span) | (whole - on_rear > front_most * span)
        yield int((levered & bad).sum())


def report_faults(
    loads: QuickLoads, places: Places, some: NDArray[np.intp], interior: Interior, rules: Rules
) -> int:
    """Return how many of some loads the validator does not pass."""
    bad = 0
    for t in some:
        part = slice(loads.first[t], loads.first[t + 1])
        boxes = loads.boxes[part].tolist()
        items = tuple(_item(k, row) for k, row in enumerate(boxes))
        order = in_loading_order(np.arange(len(items)), places[part])
        units = (LoadedUnit(interior=interior, placements=order),)
        bad += bool(validate(LoadPlan(items=items, units=units, unplaced=()), rules).failed())
    return bad


def _item(k: int, row: list[int]) -> Item:
    return Item(
        item_id=str(k),
        shipment_id="s",
        quantity=1,
        size_mm=(row[0], row[1], row[2]),
        mass_g=row[3],
        most_above=row[5],
        floor_only=row[8] > 0,
        stop=row[7],
    )
