"""Check the order of the work: each box can be brought in when it is, and out where it must be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.loading.checks.boxes import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.loading.checks.boxes import UnitLoad
    from optimizer.loading.geometry import Rules


def unloading_faults(load: UnitLoad, rules: Rules) -> Iterator[Fault]:
    """Find what stays over a box that leaves, or between it and the rear door.

    In a unit that opens on other sides as well only what is over a box keeps it in.
    """
    if not rules.unload_in_order:
        return
    for low, high in load.columns:
        a, b = load.boxes[low], load.boxes[high]
        if a.item.stop < b.item.stop:
            what = f"stop {a.item.stop} lies under stop {b.item.stop}, wanted free above"
            yield Fault(load.about(low, high), what)
    if not load.interior.rear_only:
        return
    for front, rear in load.lanes:
        a, b = load.boxes[front], load.boxes[rear]
        if a.item.stop < b.item.stop:
            what = f"stop {a.item.stop} is behind stop {b.item.stop}, wanted a free way out"
            yield Fault(load.about(front, rear), what)


def loading_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find boxes loaded before what bears them, or behind what bars their straight way in."""
    for i, below in enumerate(load.contacts):
        for j, _area in below:
            if load.boxes[j].number > load.boxes[i].number:
                yield Fault(load.about(i, j), "the second bears the first, wanted it loaded before")
    if not load.interior.rear_only:
        return
    for front, rear in load.lanes:
        a, b = load.boxes[front], load.boxes[rear]
        if a.number > b.number:
            what = "the first comes later and cannot pass the second, wanted the other order"
            yield Fault(load.about(front, rear), what)
