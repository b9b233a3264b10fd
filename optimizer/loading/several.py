"""Load boxes into as few or as cheap units as it takes: unit by unit, then the best of all loads.

Each round fills unit after unit. Boxes that ended in poorly filled units are worth more in the next
round, so they are packed earlier; every load seen goes into a pool, and CP-SAT chooses from the
pool the loads that carry everything at least cost.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from optimizer.loading.alike import gathered, told_apart
from optimizer.loading.balance import rebalanced
from optimizer.loading.bounds import least_units
from optimizer.loading.filling import Effort, Filling
from optimizer.loading.geometry import Interior, LoadedUnit, LoadPlan, Placement, Rules
from optimizer.loading.intake import refuse_kept_apart, refuse_unloadable, why_unloadable
from optimizer.loading.order import loading_order
from optimizer.solvers.assignment import Kind, least_cost, least_cost_of
from optimizer.solvers.cover import cheapest_cover

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from optimizer.loading.geometry import Item

# Rounds with thorough packings, and with light ones: values learn more from many rounds.
_ROUNDS = {"least": (1, 0), "small": (1, 0), "normal": (1, 30), "large": (3, 150)}
_STEPS = 1_000_000  # whole steps of a price that CP-SAT tells apart
_DRAWN = 2  # kinds of units that light rounds try for the next one
_LEAST_FILL = 0.2  # of a unit, when boxes are valued by it
_PARTS = 1000  # of a price, in which costs are told
_ANY_MASS_G = 10**12  # where a payload is not known
_MOST_ASSIGNED = 120  # loads whose assignment is proven; of more, only their sums
_MERGES = {
    "least": 2,
    "small": 6,
    "normal": 20,
    "large": 60,
}  # pairs of units that are tried as one


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitKind:
    """A kind of unit on offer: its inside, what one costs, how many there are."""

    interior: Interior
    cost: float = 1.0
    most: int | None = None


class _Load:
    """A unit as it could be loaded: kind, boxes, how many of each item."""

    def __init__(self, kind: int, placements: tuple[Placement, ...]) -> None:
        self.kind, self.placements = kind, placements
        self.counts = Counter(p.item for p in placements)

    @property
    def key(self) -> tuple[int, tuple[tuple[int, int], ...]]:
        return self.kind, tuple(sorted(self.counts.items()))


def _quiet(_: str) -> None:
    """Report to nobody."""


def load_units(  # noqa: PLR0913  (the options of a plan)
    kinds: Sequence[UnitKind],
    items: Sequence[Item],
    *,
    rules: Rules = Rules(),  # noqa: B008  (frozen)
    effort: Effort = Effort(),  # noqa: B008  (frozen)
    report: Callable[[str], None] = _quiet,
    press: bool = True,
) -> LoadPlan:
    """Return units that carry all boxes where the units on offer do, at the least cost found.

    `press` moves the boxes of each unit together, which a dock wants and a count of units does not.

    Raises
    ------
    LoadingError
        when not even one box of an item goes into any unit, or when one item or one group has
        codes that keep each other apart; names every such item.
    """
    refuse_unloadable([kind.interior for kind in kinds], items)
    refuse_kept_apart(items, rules)
    merged, places = gathered(items, rules)
    plan = _Loading(kinds, merged, rules, effort, report).plan(press=press)
    return told_apart(plan, items, places)


class _Loading:
    def __init__(
        self,
        kinds: Sequence[UnitKind],
        items: Sequence[Item],
        rules: Rules,
        effort: Effort,
        report: Callable[[str], None],
    ) -> None:
        self._kinds, self._items, self._rules = kinds, tuple(items), rules
        self._effort, self._report = effort, report
        self._filling = Filling(self._items, rules, effort)
        self._volume = self._filling.volume
        self._worth = self._volume * _scarcity(kinds, self._items)
        self._pool: dict[tuple[int, tuple[tuple[int, int], ...]], _Load] = {}
        self._random = np.random.default_rng(effort.seed)
        one_kind = len(kinds) == 1
        self._least = (
            least_units(kinds[0].interior, items, standing=rules.support_percent > 0)
            if one_kind
            else None
        )

    def plan(self, *, press: bool) -> LoadPlan:
        self._report("packing; on a machine's first run the packer is compiled, under a minute")
        worth = self._worth.copy()
        best: list[_Load] = []
        # With kinds to choose from, first each alone: the mix then chooses from all these loads.
        alone: list[int | None] = list(range(len(self._kinds))) if len(self._kinds) > 1 else []
        thorough, light = _ROUNDS[self._effort.name]
        rounds = [*alone, *[None] * (thorough + light)]
        for number, only in enumerate(rounds):
            self._filling.light = number >= len(alone) + thorough
            loads = self._fill(worth, only)
            if not best or self._rank(loads) < self._rank(best):
                best = loads
            self._report(f"round {number + 1}: {len(best)} units{self._bound_words()}")
            if self._done(best):
                break
            if only is None:
                worth = self._revalued(worth, loads)
        self._filling.light = False
        best = self._chosen(best)
        if not press:
            return self._answer(self._merged(best))
        self._report(f"{len(best)} units{self._bound_words()}; pressing them together")
        short = {load.key: self._shortened(load) for load in best}  # equal loads once
        return self._answer(self._merged([short[load.key] for load in best]))

    def _bound_words(self) -> str:
        return "" if self._least is None else f", at least {self._least}"

    def _done(self, loads: Sequence[_Load]) -> bool:
        if self._left(loads):
            return False
        if not any(self._kinds[load.kind].cost for load in loads):
            return True
        return self._least is not None and len(loads) <= self._least

    def _left(self, loads: Sequence[_Load]) -> dict[int, int]:
        held = sum((load.counts for load in loads), Counter())
        left = {i: item.quantity - held[i] for i, item in enumerate(self._items)}
        return {i: n for i, n in left.items() if n > 0}

    def _rank(self, loads: Sequence[_Load]) -> tuple[float, float]:
        left = sum(self._volume[i] * n for i, n in self._left(loads).items())
        return left, sum(self._kinds[load.kind].cost for load in loads)

    # --- one round ----------------------------------------------------------------------------

    def _fill(self, worth: np.ndarray, only: int | None) -> list[_Load]:
        """Return unit after unit, of one kind `only` or of any.

        A load that was worth most is worth most again while all its boxes are still to be had.
        """
        rest = {i: item.quantity for i, item in enumerate(self._items)}
        used: Counter[int] = Counter()
        loads: list[_Load] = []
        while rest:
            again = loads[-1] if loads and self._goes_again(loads[-1], rest, used) else None
            load = again or self._next(rest, used, worth, only)
            if load is None:
                break
            loads.append(load)
            used[load.kind] += 1
            rest = {i: n - load.counts[i] for i, n in rest.items() if n > load.counts[i]}
        return loads

    def _goes_again(self, load: _Load, rest: dict[int, int], used: Counter[int]) -> bool:
        most = self._kinds[load.kind].most
        more = most is None or used[load.kind] < most
        return more and all(rest.get(i, 0) >= n for i, n in load.counts.items())

    def _next(
        self, rest: dict[int, int], used: Counter[int], worth: np.ndarray, only: int | None
    ) -> _Load | None:
        """Return the load with the most worth per cost; the cheapest, if it takes all there is.

        Light rounds try two kinds drawn by lot, not all there are.
        """
        wanted = sum(float(worth[i]) * n for i, n in rest.items())
        best, best_score = None, 0.0
        open_ = [
            k
            for k, kind in enumerate(self._kinds)
            if (kind.most is None or used[k] < kind.most) and only in {None, k}
        ]
        if self._filling.light and len(open_) > _DRAWN:
            open_ = sorted(self._random.choice(open_, _DRAWN, replace=False).tolist())
        for k in open_:
            kind = self._kinds[k]
            load = _Load(k, self._filling.fill(kind.interior, rest, worth))
            if not load.placements:
                continue
            self._pool.setdefault(load.key, load)
            held = sum(float(worth[i]) * n for i, n in load.counts.items())
            score = min(held, wanted) / (kind.cost or 1.0)  # if one costs nothing, all do
            if score > best_score:
                best, best_score = load, score
        return best

    def _revalued(self, worth: np.ndarray, loads: Sequence[_Load]) -> np.ndarray:
        """Return the worth of boxes for the next round: more if a unit was poorly filled, or none.

        A box that was left counts as if it had been alone in a unit.
        """
        held, paid = np.zeros(len(worth)), np.zeros(len(worth))
        for i, n in self._left(loads).items():
            held[i] += n
            paid[i] += n * (1.0 / _LEAST_FILL) ** float(self._random.uniform(0.2, 1.2))
        for load in loads:
            inside = self._kinds[load.kind].interior.volume_mm3
            fill = sum(float(self._volume[i]) * n for i, n in load.counts.items()) / inside
            factor = (1.0 / max(fill, _LEAST_FILL)) ** float(self._random.uniform(0.2, 1.2))
            for i, n in load.counts.items():
                held[i] += n
                paid[i] += n * factor
        factors = np.where(held > 0, paid / np.maximum(held, 1), 1.0)
        mixed: np.ndarray = 0.5 * worth + 0.5 * self._worth * factors
        return mixed

    # --- all rounds ---------------------------------------------------------------------------

    def _chosen(self, best: list[_Load]) -> list[_Load]:
        """Return the cheapest loads of the pool that carry everything, if they beat the best."""
        if self._done(best) or self._left(best) or any(i.group for i in self._items):
            return best
        pool = list(self._pool.values())
        dearest = max(kind.cost for kind in self._kinds)
        mine = Counter(load.key for load in best)
        cover = cheapest_cover(
            [sorted(load.counts.items()) for load in pool],
            [round(self._kinds[load.kind].cost / dearest * _STEPS) for load in pool],
            [item.quantity for item in self._items],
            [load.kind for load in pool],
            [kind.most for kind in self._kinds],
            [mine[load.key] for load in pool],
            self._effort.seed,
        )
        chosen = [load for load, n in zip(pool, cover.uses, strict=True) for _ in range(n)]
        lean = self._without_surplus(chosen)
        return lean if self._rank(lean) < self._rank(best) else best

    def _without_surplus(self, loads: Sequence[_Load]) -> list[_Load]:
        """Return loads in which no box is carried twice; one that cannot be so lightened is left.

        A box is taken out where nothing stands on it; if that is not enough, what stays is packed
        anew.
        """
        need = {i: item.quantity for i, item in enumerate(self._items)}
        lean = []
        for load in loads:
            wanted = Counter({i: m for i, n in load.counts.items() if (m := min(n, need[i])) > 0})
            boxes = self._lightened(load, wanted)
            if boxes:
                lean.append(_Load(load.kind, boxes))
                for i, n in wanted.items():
                    need[i] -= n
        return lean

    def _lightened(self, load: _Load, wanted: Counter[int]) -> tuple[Placement, ...]:
        """Return a load with exactly the wanted boxes; nothing where that was not found."""
        if not wanted or wanted == load.counts:
            return load.placements if wanted else ()
        interior, boxes = self._kinds[load.kind].interior, list(load.placements)
        for i, n in load.counts.items():
            boxes = _without(boxes, i, n - wanted[i], floating=not self._rules.support_percent)
        if Counter(p.item for p in boxes) == wanted:
            moved = rebalanced(self._items, interior, boxes, seed=self._effort.seed)
            if moved is not None:
                return moved
        anew = self._filling.fill(interior, wanted, self._volume)
        return anew if Counter(p.item for p in anew) == wanted else ()

    def _merged(self, loads: list[_Load]) -> list[_Load]:
        """Return the loads with two of them in one unit where one holds both, emptiest first."""
        left = _MERGES[self._effort.name]
        while not self._done(loads):
            pairs = sorted(
                (self._filled(a) + self._filled(b), i, j)
                for (i, a), (j, b) in combinations(enumerate(loads), 2)
            )
            for together, i, j in pairs:
                if left <= 0 or together > 1:
                    return loads
                left -= 1
                if (both := self._in_one(loads[i], loads[j])) is not None:
                    rest = [load for n, load in enumerate(loads) if n not in {i, j}]
                    loads = [*rest, both]
                    break
            else:
                return loads
        return loads

    def _filled(self, load: _Load) -> float:
        inside = max(kind.interior.volume_mm3 for kind in self._kinds)
        return sum(float(self._volume[i]) * n for i, n in load.counts.items()) / inside

    def _in_one(self, one: _Load, other: _Load) -> _Load | None:
        """Return both in one unit of either kind, the cheaper first, if one holds them."""
        wanted = one.counts + other.counts
        for k in sorted({one.kind, other.kind}, key=lambda k: (self._kinds[k].cost, k)):
            interior = self._kinds[k].interior
            boxes = self._filling.joined(interior, one.placements, other.placements)
            if boxes is None:
                boxes = self._filling.fill(interior, wanted, self._volume)
            if Counter(p.item for p in boxes) == wanted:
                return _Load(k, boxes)
        return None

    def _shortened(self, load: _Load) -> _Load:
        interior = self._kinds[load.kind].interior
        return _Load(load.kind, self._filling.shortened(interior, load.placements))

    def _answer(self, loads: Sequence[_Load]) -> LoadPlan:
        units = [
            LoadedUnit(
                interior=self._kinds[load.kind].interior,
                placements=loading_order(self._kinds[load.kind].interior, load.placements),
            )
            for load in loads
        ]
        left = self._left(loads)
        alone = len(self._kinds) == 1
        cost = sum(_thousandths(self._kinds[x.kind].cost) for x in loads)
        offered = " and ".join(
            f"{kind.most} {kind.interior.unit_code}"
            for kind in self._kinds
            if kind.most is not None
        )
        why = f"no room: {offered} on offer" if offered else "no unit could be loaded with it"
        whole = "its group does not go into one unit: leave `group` blank to split it"
        return LoadPlan(
            items=self._items,
            units=tuple(units),
            unplaced=tuple(
                (i, n, whole if self._filling.is_too_large(self._items[i].group) else why)
                for i, n in left.items()
            ),
            least_units=self._least,
            cost=None if alone else cost,
            least_cost=None if alone or left else self._least_cost(cost),
        )

    def _least_cost(self, known: int) -> int | None:
        """Return a cost that no units on offer go below, by mass and volume.

        Whole groups, and boxes alone, are assigned to units; of very many only the sum counts.
        """
        kinds = [
            Kind(
                cost=_thousandths(kind.cost),
                room=(kind.interior.payload_g or _ANY_MASS_G, kind.interior.volume_mm3),
                most=kind.most,
            )
            for kind in self._kinds
        ]
        groups: dict[str, tuple[int, int]] = {}
        single: list[tuple[int, int]] = []
        for item in self._items:
            mass, volume = item.quantity * item.mass_g, item.quantity * item.volume_mm3
            if item.group:
                held = groups.get(item.group, (0, 0))
                groups[item.group] = (held[0] + mass, held[1] + volume)
            else:
                single += [(item.mass_g, item.volume_mm3)] * item.quantity
        whole = [*groups.values(), *single]
        if len(whole) > _MOST_ASSIGNED:
            return least_cost([sum(column) for column in zip(*whole, strict=True)], kinds)
        return least_cost_of(whole, kinds, known=known, seed=self._effort.seed)


def _scarcity(kinds: Sequence[UnitKind], items: Sequence[Item]) -> NDArray[np.float64]:
    """Return by item what share of the room on offer it goes into, as one over it."""
    counted = all(kind.most is not None for kind in kinds)
    room = np.array(
        [k.interior.volume_mm3 * ((k.most or 0) if counted else 1) for k in kinds], np.float64
    )
    goes_in = np.array(
        [[not why_unloadable(kind.interior, item) for kind in kinds] for item in items]
    )
    found: NDArray[np.float64] = room.sum() / (goes_in * room).sum(axis=1)
    return found


def _thousandths(cost: float) -> int:
    return round(cost * _PARTS)


def _without(boxes: list[Placement], item: int, surplus: int, *, floating: bool) -> list[Placement]:
    """Return boxes without so many of an item; unless boxes may float, nothing stands on those."""
    kept = list(boxes)
    for _ in range(surplus):
        free = [
            p
            for p in kept
            if p.item == item and (floating or not any(_stands_on(q, p) for q in kept))
        ]
        if not free:
            break
        kept.remove(max(free, key=lambda p: (p.z, p.x, p.y)))
    return kept


def _stands_on(upper: Placement, lower: Placement) -> bool:
    return (
        upper.z >= lower.z + lower.dz
        and upper.x < lower.x + lower.dx
        and lower.x < upper.x + upper.dx
        and upper.y < lower.y + lower.dy
        and lower.y < upper.y + upper.dy
    )
