"""Fill one unit: what may share it, whole groups, the packing, and its balance."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.loading.balance import rebalanced
from optimizer.loading.order import is_loadable
from optimizer.loading.packing.beam import pack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from optimizer.loading.geometry import Interior, Item, Placement, Rules

    Worth = NDArray[np.float64]  # (items,) what one box of each is worth

# Completions of one packing, at most; `least` is for planners, who ask for hundreds.
_WORK = {"least": 48, "small": 60, "normal": 400, "large": 3_000}
_HALVINGS = {
    "least": 1,
    "small": 3,
    "normal": 5,
    "large": 7,
}  # of the length that a load is pressed into
EFFORTS = tuple(name for name in _WORK if name != "least")
_LIGHTER = 0.95  # of the cargo mass, where nothing brings it to balance
_SHORTER = 0.93  # of the floor, likewise
_TRIES = 8
_WORTH_SHORTENING = 0.01  # of the unit's length
_SHARES = (1.0, 0.92, 0.85, 0.75, 0.6, 0.4, 0.0)  # of a unit's volume that groups are chosen for
_FIRST = 4.0  # times the worth of a group that was chosen: the others fill what it leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is tried, counted, so that the same input gives the same plan."""

    name: str = "normal"
    seed: int = 1
    threads: int = 1


class Filling:
    """Fills units with some of the items, one unit at a time; knows which groups are too large."""

    def __init__(self, items: Sequence[Item], rules: Rules, effort: Effort) -> None:
        self._items, self._rules, self._effort = items, rules, effort
        self.light = False  # packings are tried with little work
        self.volume: Worth = np.array([i.volume_mm3 for i in items], np.float64)
        self._too_large: set[tuple[str, str]] = set()  # units, and groups that none of them holds

    def fill(
        self, interior: Interior, rest: Mapping[int, int], worth: Worth
    ) -> tuple[Placement, ...]:
        """Return one unit packed from what is left: so many of each item, by place.

        Groups go in whole, and nothing stands beside what it must keep apart from.
        """
        known = {group for code, group in self._too_large if code == interior.unit_code}
        rest = {i: n for i, n in rest.items() if self._items[i].group not in known}
        chosen = self._together(rest, worth)
        torn = {self._items[i].group for i in rest if i not in chosen} - {""}
        chosen = {i: n for i, n in chosen.items() if self._items[i].group not in torn}
        groups = sorted({self._items[i].group for i in chosen} - {""})
        loose = {i: n for i, n in chosen.items() if not self._items[i].group}
        for share in _SHARES if groups else ():
            taken = self._some_groups(groups, chosen, share * interior.volume_mm3)
            some = {i: n for i, n in chosen.items() if i in loose or self._items[i].group in taken}
            boxes = self._balanced(interior, some, self._groups_first(worth, taken))
            if not self._splits(boxes, some):
                return boxes
        for group in groups:  # none of many: each alone, the largest that goes in
            for some in self._beside(group, chosen, loose):
                boxes = self._balanced(interior, some, self._groups_first(worth, [group]))
                if not self._splits(boxes, some):
                    return boxes
            self._too_large.add((interior.unit_code, group))
        if groups:  # without them, what keeps apart from them may come in
            return self.fill(interior, rest, worth)
        return self._balanced(interior, loose, worth) if loose else ()

    def _beside(
        self, group: str, chosen: Mapping[int, int], loose: Mapping[int, int]
    ) -> Iterator[dict[int, int]]:
        """Yield what is packed with a group: all loose boxes, those that leave no later, nothing.

        Boxes of later stops are packed first, and might take the room that the group needs.
        """
        mine = {i: n for i, n in chosen.items() if self._items[i].group == group}
        first = min(self._items[i].stop for i in mine)
        sooner = {i: n for i, n in loose.items() if self._items[i].stop <= first}
        for others in (loose, sooner, {}):
            yield dict(sorted({**mine, **others}.items()))

    def joined(
        self, interior: Interior, one: Sequence[Placement], other: Sequence[Placement]
    ) -> tuple[Placement, ...] | None:
        """Return two loads one behind the other in one unit, if that keeps every limit."""
        if interior.blocks or interior.cuts or self._keeps_apart(one, other):
            return None
        stops = [[self._items[p.item].stop for p in boxes] for boxes in (one, other)]
        if self._rules.unload_in_order and interior.rear_only and min(stops[0]) < max(stops[1]):
            one, other = other, one
            if min(stops[1]) < max(stops[0]):
                return None
        behind = max(p.x + p.dx for p in one)
        boxes = (*one, *(p._replace(x=p.x + behind) for p in other))
        mass = sum(self._items[p.item].mass_g for p in boxes)
        if interior.payload_g is not None and mass > interior.payload_g:
            return None
        sizes = (max(p.x + p.dx for p in boxes), *_cross_section(boxes))
        if any(a > b for a, b in zip(sizes, interior.size_mm, strict=True)):
            return None
        return rebalanced(self._items, interior, boxes, seed=self._effort.seed)

    def _keeps_apart(self, one: Sequence[Placement], other: Sequence[Placement]) -> bool:
        mine = {code for p in one for code in self._items[p.item].codes}
        theirs = {code for p in other for code in self._items[p.item].codes}
        return any((min(a, b), max(a, b)) in self._rules.apart for a in mine for b in theirs)

    def is_too_large(self, group: str) -> bool:
        """Return whether a group, alone, did not go into a unit that was tried."""
        return any(known == group for _, known in self._too_large)

    def shortened(
        self, interior: Interior, placements: tuple[Placement, ...]
    ) -> tuple[Placement, ...]:
        """Return the same boxes on less of the unit's length, where it has length to spare."""
        length, width, height = interior.size_mm
        counts = Counter(p.item for p in placements)
        volume = sum(float(self.volume[i]) * n for i, n in counts.items())
        low = max(1, int(volume / (width * height)))
        high = max((p.x + p.dx for p in placements), default=0)
        for _ in range(_HALVINGS[self._effort.name]):
            if high - low < length * _WORTH_SHORTENING:
                break
            middle = (low + high) // 2
            shorter = replace(interior, size_mm=(middle, width, height))
            boxes = self._beam(shorter, counts, self.volume)
            moved = None
            if Counter(p.item for p in boxes) == counts:
                moved = rebalanced(self._items, interior, boxes, seed=self._effort.seed)
            if moved is None or not is_loadable(interior, moved):
                low = middle
            else:
                placements, high = moved, max(p.x + p.dx for p in boxes)
        return placements

    def _some_groups(
        self, groups: Sequence[str], chosen: Mapping[int, int], room_mm3: float
    ) -> list[str]:
        """Return groups, the largest first, as far as their volume goes; at least one."""
        sizes = {
            g: sum(
                float(self.volume[i]) * n for i, n in chosen.items() if self._items[i].group == g
            )
            for g in groups
        }
        taken: list[str] = []
        for group in sorted(groups, key=lambda g: (-sizes[g], g)):
            if not taken or sizes[group] <= room_mm3:
                taken.append(group)
                room_mm3 -= sizes[group]
        return taken

    def _groups_first(self, worth: Worth, taken: Sequence[str]) -> Worth:
        """Return the worth of boxes with those of chosen groups above all others."""
        mine = np.array([bool(i.group) and i.group in taken for i in self._items])
        first: Worth = np.where(mine, _FIRST * worth, worth)
        return first

    def _together(self, rest: Mapping[int, int], worth: Worth) -> Mapping[int, int]:
        """Return what may share a unit, the most valuable first."""
        apart = self._rules.apart
        if not apart:
            return rest
        codes: set[str] = set()
        chosen = {}
        for i in sorted(rest, key=lambda i: (-float(worth[i]) * rest[i], i)):
            mine = self._items[i].codes
            if any((min(a, b), max(a, b)) in apart for a in mine for b in codes):
                continue
            chosen[i] = rest[i]
            codes |= mine
        return dict(sorted(chosen.items()))

    def _splits(self, boxes: Sequence[Placement], chosen: Mapping[int, int]) -> bool:
        """Return whether some but not all boxes of a group are in, or one was to be and is not."""
        held = Counter(p.item for p in boxes)
        return any(self._items[i].group and held[i] < n for i, n in chosen.items())

    def _balanced(
        self, interior: Interior, chosen: Mapping[int, int], worth: Worth
    ) -> tuple[Placement, ...]:
        """Return a packing that its supports bear and that can be loaded: lighter, or shorter.

        Mass that lies too far back is less of it, or stands higher on less of the floor.
        """
        boxes, moved = self._tried(interior, chosen, worth)
        if moved is not None:
            return moved
        found: list[tuple[Placement, ...]] = []
        lighter, mass = interior, self._mass(boxes)
        for _ in range(_TRIES):
            lighter = replace(lighter, payload_g=int(mass * _LIGHTER))
            boxes, moved = self._tried(lighter, chosen, worth)
            if moved is not None:
                found.append(moved)
                break
            mass = self._mass(boxes)
        length = interior.size_mm[0]
        for _ in range(_TRIES):
            length = int(length * _SHORTER)
            shorter = replace(interior, size_mm=(length, *interior.size_mm[1:]))
            _, moved = self._tried(shorter, chosen, worth, within=interior)
            if moved is not None:
                found.append(moved)
                break
        return max(found, key=lambda boxes: sum(worth[p.item] for p in boxes), default=())

    def _tried(
        self,
        interior: Interior,
        chosen: Mapping[int, int],
        worth: Worth,
        within: Interior | None = None,
    ) -> tuple[tuple[Placement, ...], tuple[Placement, ...] | None]:
        """Return a packing, and as its rows stand within limits, if they do and can be loaded."""
        boxes = self._beam(interior, chosen, worth)
        moved = rebalanced(self._items, within or interior, boxes, seed=self._effort.seed)
        open_for = within or interior
        return boxes, moved if moved is not None and is_loadable(open_for, moved) else None

    def _mass(self, boxes: Sequence[Placement]) -> int:
        return sum(self._items[p.item].mass_g for p in boxes)

    def _beam(
        self, interior: Interior, chosen: Mapping[int, int], worth: Worth
    ) -> tuple[Placement, ...]:
        places = list(chosen)
        some = [replace(self._items[i], quantity=chosen[i]) for i in places]
        boxes = pack(
            interior,
            some,
            rules=self._rules,
            values=[float(worth[i]) for i in places],
            effort=min(
                _WORK["small" if self.light else self._effort.name], _WORK[self._effort.name]
            ),
            threads=self._effort.threads,
            seed=self._effort.seed,
        )
        return tuple(p._replace(item=places[p.item]) for p in boxes)


def _cross_section(boxes: Sequence[Placement]) -> tuple[int, int]:
    return max(p.y + p.dy for p in boxes), max(p.z + p.dz for p in boxes)
