"""Put the boxes of a unit in an order in which they can be loaded, and unloaded stop by stop."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import LoadingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.loading.geometry import Interior, Item, Placement


def loading_order(interior: Interior, placements: Sequence[Placement]) -> tuple[Placement, ...]:
    """Return boxes from the front to the door and from the floor up, each when its way is free.

    What stands below a box goes in before it; where the unit has only its rear door, so does what
    stands behind it as seen from the door. Among those free to go in, the foremost is next, then
    the leftmost, then the lowest.

    Raises
    ------
    LoadingError
        when boxes interlock so that none of them can be the first.
    """
    after = _goes_after(interior, placements)
    waits = after.sum(axis=1)
    keys = [(p.x, p.y, p.z, i) for i, p in enumerate(placements)]
    ready = [key for key in keys if waits[key[3]] == 0]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        i = heapq.heappop(ready)[3]
        order.append(i)
        for j in np.flatnonzero(after[:, i]):
            waits[j] -= 1
            if waits[j] == 0:
                heapq.heappush(ready, keys[j])
    if len(order) < len(placements):
        raise LoadingError(f"{interior.unit_code}: boxes interlock and cannot be loaded one by one")
    return tuple(placements[i] for i in order)


def is_loadable(interior: Interior, placements: Sequence[Placement]) -> bool:
    """Return whether some order exists in which every box finds its way in."""
    try:
        loading_order(interior, placements)
    except LoadingError:
        return False
    return True


def _goes_after(interior: Interior, placements: Sequence[Placement]) -> NDArray[np.bool_]:
    """Return [i, j]: box i can only go in after box j."""
    low, high = _corners(placements)
    meet = [
        (low[:, None, a] < high[None, :, a]) & (low[None, :, a] < high[:, None, a])
        for a in range(3)
    ]
    above = meet[0] & meet[1] & (low[:, None, 2] >= high[None, :, 2])
    if not interior.rear_only:
        return above
    nearer = meet[1] & meet[2] & (low[:, None, 0] >= high[None, :, 0])
    found: NDArray[np.bool_] = above | nearer
    return found


def _corners(placements: Sequence[Placement]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    boxes = np.array(placements, np.int64).reshape(len(placements), 7)
    low = boxes[:, 1:4]
    return low, low + boxes[:, 4:7]


def unloading_order(items: Sequence[Item], placements: Sequence[Placement]) -> tuple[int, ...]:
    """Return the places of boxes in loading order as they leave: by stop, the last in first out."""
    steps = range(len(placements))
    return tuple(sorted(steps, key=lambda step: (items[placements[step].item].stop, -step)))
