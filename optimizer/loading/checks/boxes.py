"""See a load as the validator does: boxes by their corners, and which meet in a column or a lane.

Nothing here is shared with a packer. All numbers are whole or exact fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from operator import index
from typing import TYPE_CHECKING, NamedTuple

from data.findings import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.loading.geometry import Interior, Item, Placement

Span = tuple[int, int]


class Fault(NamedTuple):
    """What a rule found: about what, and where, what, found, wanted."""

    about: str
    message: str
    verdict: Verdict = Verdict.FAIL
    severity: Severity = Severity.ERROR


class Box(NamedTuple):
    """One box by its lowest and its highest corner, mm, and its place in the loading order."""

    number: int  # 1 is loaded first
    kind: int  # place of its item in the plan
    item: Item
    x1: int
    y1: int
    z1: int
    x2: int
    y2: int
    z2: int

    @property
    def name(self) -> str:
        """How findings call it."""
        return f"box {self.number} ({self.item.item_id})"


def box_of(number: int, placement: Placement, items: Sequence[Item]) -> Box | str:
    """Return the box of a placement, or what makes it no box at all.

    `number` counts from 1 in loading order. Sizes are in mm and are taken as stated: whether they
    are those of the item is the business of the rule about turning.
    """
    try:
        item, x, y, z, dx, dy, dz = map(index, placement)
    except TypeError:
        return f"box {number}: found {tuple(placement)}, wanted whole numbers"
    if not 0 <= item < len(items):
        return f"box {number}: found item {item}, wanted one of the {len(items)} items from 0"
    if min(dx, dy, dz) < 1:
        return f"box {number}: found sizes {(dx, dy, dz)} mm, wanted > 0"
    return Box(number, item, items[item], x, y, z, x + dx, y + dy, z + dz)


def crossing(along: Sequence[Span], across: Sequence[Span]) -> list[tuple[int, int]]:
    """Return the pairs of rectangles that share area, by a sweep along the first of their spans.

    Spans are half-open: what only touches does not cross. It takes O(n log n + k), where k is the
    number of pairs that meet along the sweep.

    >>> crossing([(0, 2), (2, 4), (1, 3)], [(0, 9), (0, 9), (5, 7)])
    [(0, 2), (2, 1)]
    """
    found: list[tuple[int, int]] = []
    active: list[int] = []
    for i in sorted(range(len(along)), key=along.__getitem__):
        start = along[i][0]
        low, high = across[i]
        active = [j for j in active if along[j][1] > start]
        found.extend((j, i) for j in active if across[j][0] < high and low < across[j][1])
        active.append(i)
    return found


@dataclass(frozen=True, kw_only=True)
class UnitLoad:
    """One unit and its boxes; what stands on what is worked out once, when first asked."""

    number: int  # 1 is the first unit of the plan
    interior: Interior
    boxes: tuple[Box, ...]  # in loading order

    @property
    def name(self) -> str:
        """How findings call it."""
        return f"unit {self.number}"

    def about(self, *places: int) -> str:
        """Name the unit and some of its boxes."""
        return " ".join([self.name, ", ".join(self.boxes[i].name for i in places)])

    @cached_property
    def columns(self) -> tuple[tuple[int, int], ...]:
        """Pairs of boxes that share area seen from above, the lower one first."""
        boxes = self.boxes
        pairs = crossing([(b.x1, b.x2) for b in boxes], [(b.y1, b.y2) for b in boxes])
        return tuple(sorted((i, j) if boxes[i].z1 <= boxes[j].z1 else (j, i) for i, j in pairs))

    @cached_property
    def lanes(self) -> tuple[tuple[int, int], ...]:
        """Pairs of boxes that share area seen from the door, the one nearer to it second."""
        boxes = self.boxes
        pairs = crossing([(b.y1, b.y2) for b in boxes], [(b.z1, b.z2) for b in boxes])
        return tuple(sorted((i, j) if boxes[i].x2 <= boxes[j].x2 else (j, i) for i, j in pairs))

    @cached_property
    def contacts(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each box those on whose top it stands, with the shared area in mm2."""
        below: list[list[tuple[int, int]]] = [[] for _ in self.boxes]
        for low, high in self.columns:
            a, b = self.boxes[low], self.boxes[high]
            if a.z2 == b.z1:
                wide = min(a.x2, b.x2) - max(a.x1, b.x1)
                below[high].append((low, wide * (min(a.y2, b.y2) - max(a.y1, b.y1))))
        return tuple(map(tuple, below))

    @cached_property
    def downwards(self) -> tuple[int, ...]:
        """Places of all boxes, the highest base first: each comes before what it stands on."""
        return tuple(sorted(range(len(self.boxes)), key=lambda i: -self.boxes[i].z1))

    @cached_property
    def carried_g(self) -> tuple[Fraction, ...]:
        """Mass on top of each box: each passes on its own and what it carries, by contact area."""
        carried = [Fraction(0)] * len(self.boxes)
        for i in self.downwards:
            below = self.contacts[i]
            touched = sum(area for _, area in below)
            for j, area in below:
                carried[j] += (self.boxes[i].item.mass_g + carried[i]) * area / touched
        return tuple(carried)

    def stages(self) -> Iterable[tuple[str, tuple[Box, ...]]]:
        """Yield the boxes on board at departure and after each stop but the last, which empties."""
        stops = sorted({b.item.stop for b in self.boxes})
        for before, stop in zip([None, *stops], stops, strict=False):
            when = "at departure" if before is None else f"after stop {before}"
            yield when, tuple(b for b in self.boxes if b.item.stop >= stop)
