"""Assign whole loads to units of several kinds at least cost, and prove how little it can be.

How many units of each kind come first, by rising cost; whether the loads go into such a set is then
a question of yes or no, which symmetric units leave small. So a proof is a handful of refusals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ortools.sat.python import cp_model

from optimizer.errors import LoadingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_WORK = 6.0  # deterministic time of CP-SAT for one set of units, about seconds
_NOISE = 0.5  # of whole numbers
_STARTS, _STEPS = 20, 1_000  # of the search that shares loads anew
_MOST_SHARED = 12  # loads of two units, in 4,096 ways
_SAME = 1e-12
_SPARE = 4  # times the units that hold everything, of one kind


class Kind(NamedTuple):
    """A kind of unit: what one costs, what it holds in each measure, how many there are."""

    cost: int
    room: tuple[int, ...]
    most: int | None = None


class Assigned(NamedTuple):
    """The kind of each unit, the unit of each load, and what was proven."""

    kinds: tuple[int, ...]
    units: tuple[int, ...]
    cost: int
    bound: int  # no assignment costs less

    @property
    def proven(self) -> bool:
        """Tell whether nothing is cheaper."""
        return self.bound >= self.cost


def assigned(
    loads: Sequence[Sequence[int]], kinds: Sequence[Kind], *, seed: int = 1, work: float = _WORK
) -> Assigned:
    """Return loads in units at the least cost found; sizes and rooms in the same measures.

    The work is counted, so the same input gives the same answer.

    Raises
    ------
    LoadingError
        when a load goes into no kind, or the units on offer do not hold all loads.
    """
    for number, load in enumerate(loads):
        if not any(_fits(load, kind.room) for kind in kinds):
            raise LoadingError(f"load {number + 1}, {tuple(load)}, goes into no kind of unit")
    order = sorted(range(len(loads)), key=lambda i: (-_share(loads[i], kinds), i))
    bound: int | None = None
    totals = [sum(load[m] for load in loads) for m in range(len(kinds[0].room))]
    for cost, counts in _sets(totals, kinds):
        units = [k for k, n in enumerate(counts) for _ in range(n)]
        if not _each_fits(loads, kinds, units):
            continue  # no search is needed to refuse these
        # Roomy units first, so that a first fit leaves the small ones for what is left.
        units.sort(key=lambda k: (-_size(kinds[k].room, kinds), k))
        place = _first_fit(loads, kinds, units, order) or _resplit(loads, kinds, units, seed)
        if place is None:
            place = _placed(loads, kinds, units, seed, work)
            if place == ():
                continue  # proven: not these
        if bound is None:
            bound = cost  # all cheaper sets were refused with a proof
        if place is not None:
            used = sorted(set(place))
            named = {unit: n for n, unit in enumerate(used)}
            taken = tuple(units[unit] for unit in used)
            paid = sum(kinds[k].cost for k in taken)
            return Assigned(taken, tuple(named[unit] for unit in place), paid, min(bound, paid))
    raise LoadingError("the units on offer do not hold all loads")


def least_cost_of(
    loads: Sequence[Sequence[int]], kinds: Sequence[Kind], *, known: int, seed: int = 1
) -> int | None:
    """Return a cost below which no units hold whole loads, at most that of a way that is known.

    It ends at the first set of units that is not refused with a proof, though they may not fit.
    Nothing is returned where the sets themselves could not be told.
    """
    totals = [sum(load[m] for load in loads) for m in range(len(kinds[0].room))]
    try:
        for cost, counts in _sets(totals, kinds):
            if cost >= known:
                break
            units = [k for k, n in enumerate(counts) for _ in range(n)]
            if not _each_fits(loads, kinds, units):
                continue
            if (
                _resplit(loads, kinds, units, seed)
                or _placed(loads, kinds, units, seed, _WORK) != ()
            ):
                return cost
    except _UndecidedError:
        return None
    return known


def least_cost(totals: Sequence[int], kinds: Sequence[Kind]) -> int | None:
    """Return a cost below which no units hold so much even in sum; nothing if none hold it."""
    try:
        return next((cost for cost, _ in _sets(totals, kinds)), None)
    except _UndecidedError:
        return None


class _UndecidedError(Exception):
    """CP-SAT did not say which units hold a sum, such as for numbers beyond its own."""


def _sets(totals: Sequence[int], kinds: Sequence[Kind]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield costs and numbers of each kind that hold the totals in sum, the cheapest first."""
    enough = [
        max(-(-total // size) for total, size in zip(totals, kind.room, strict=True) if size)
        for kind in kinds
    ]
    model = cp_model.CpModel()
    numbers = [
        # One more of each than hold it all alone: loads are whole, and leave corners empty.
        model.new_int_var(0, min(_SPARE * n + 1, kind.most or _SPARE * n + 1), "")
        for n, kind in zip(enough, kinds, strict=True)
    ]
    for m, total in enumerate(totals):
        model.add(sum(n * k.room[m] for n, k in zip(numbers, kinds, strict=True)) >= total)
    model.minimize(sum(n * k.cost for n, k in zip(numbers, kinds, strict=True)))
    while True:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            return
        if status != cp_model.OPTIMAL:
            raise _UndecidedError
        counts = tuple(solver.value(n) for n in numbers)
        yield round(solver.objective_value), counts
        model.add_forbidden_assignments(numbers, [counts])


def _fits(load: Sequence[int], room: Sequence[int]) -> bool:
    return all(size <= most for size, most in zip(load, room, strict=True))


def _each_fits(loads: Sequence[Sequence[int]], kinds: Sequence[Kind], units: Sequence[int]) -> bool:
    """Tell whether each load goes into one of the units when it has it to itself."""
    return all(any(_fits(load, kinds[k].room) for k in set(units)) for load in loads)


def _share(load: Sequence[int], kinds: Sequence[Kind]) -> float:
    """Return the largest share of the roomiest kind that a load takes in any measure."""
    return max(size / max(1, *(k.room[m] for k in kinds)) for m, size in enumerate(load))


def _size(room: Sequence[int], kinds: Sequence[Kind]) -> float:
    return sum(size / max(1, *(k.room[m] for k in kinds)) for m, size in enumerate(room))


def _first_fit(
    loads: Sequence[Sequence[int]],
    kinds: Sequence[Kind],
    units: Sequence[int],
    order: Sequence[int],
) -> tuple[int, ...] | None:
    """Return the unit of each load, each in the first with room, larger loads first; or nothing."""
    left = [list(kinds[k].room) for k in units]
    place = [0] * len(loads)
    for i in order:
        at = next((u for u, room in enumerate(left) if _fits(loads[i], room)), None)
        if at is None:
            return None
        place[i] = at
        left[at] = [a - b for a, b in zip(left[at], loads[i], strict=True)]
    return tuple(place)


def _resplit(
    loads: Sequence[Sequence[int]], kinds: Sequence[Kind], units: Sequence[int], seed: int
) -> tuple[int, ...] | None:
    """Return the unit of each load, found by sharing the loads of two units anew, best of all ways.

    One of the two holds too much. Ways that are equally good are drawn from, so the search wanders
    until what is free lies where it is wanted; then it starts again from another place.
    """
    if len(units) < 2:  # noqa: PLR2004
        return None
    sizes = np.array([list(load) for load in loads], np.float64)
    rooms = np.array([list(kinds[k].room) for k in units], np.float64)
    scale = np.maximum(rooms.max(axis=0), 1.0)
    for start in range(_STARTS):
        rng = np.random.default_rng([seed, start])
        place = rng.integers(0, len(units), len(loads))
        filled = np.zeros_like(rooms)
        np.add.at(filled, place, sizes)
        for _ in range(_STEPS):
            over = _surplus(filled - rooms, scale)
            if not over.any():
                return tuple(int(u) for u in place)
            one = int(rng.choice(np.flatnonzero(over)))
            other = int(rng.integers(len(units) - 1))
            other += other >= one
            _share_anew((one, other), sizes, rooms, scale, place, filled, rng)
    return None


def _share_anew(  # noqa: PLR0913, PLR0917  (the state of a search)
    pair: tuple[int, int],
    sizes: Floats,
    rooms: Floats,
    scale: Floats,
    place: NDArray[np.int64],
    filled: Floats,
    rng: np.random.Generator,
) -> None:
    """Share the loads of two units so that as little as can be is too much, in place."""
    one, other = pair
    mine = np.flatnonzero((place == one) | (place == other))
    if len(mine) > _MOST_SHARED:
        mine = rng.permutation(mine)[:_MOST_SHARED]
    first = place[mine] == one
    total = sizes[mine].sum(axis=0)
    stays = filled[one] - sizes[mine[first]].sum(axis=0)
    stays_other = filled[other] - sizes[mine[~first]].sum(axis=0)
    ways = (np.arange(2 ** len(mine))[:, None] >> np.arange(len(mine))) & 1
    held = ways @ sizes[mine]
    over = _surplus(stays + held - rooms[one], scale)
    over += _surplus(stays_other + total - held - rooms[other], scale)
    way = int(rng.choice(np.flatnonzero(over <= over.min() + _SAME)))
    place[mine] = np.where(ways[way] > 0, one, other)
    filled[one], filled[other] = stays + held[way], stays_other + total - held[way]


def _surplus(excess: Floats, scale: Floats) -> Floats:
    """Return what is too much in each row, all measures as shares of the roomiest unit."""
    surplus: Floats = (np.maximum(excess, 0.0) / scale).sum(axis=-1)
    return surplus


def _placed(
    loads: Sequence[Sequence[int]],
    kinds: Sequence[Kind],
    units: Sequence[int],
    seed: int,
    work: float,
) -> tuple[int, ...] | None:
    """Return the unit of each load; empty if there is none, nothing if that is not known."""
    model = cp_model.CpModel()
    inside = [[model.new_bool_var("") for _ in units] for _ in loads]
    for load, row in zip(loads, inside, strict=True):
        model.add_exactly_one(row)
        for x, k in zip(row, units, strict=True):
            if not _fits(load, kinds[k].room):
                model.add(x == 0)
    # What is too much is made less and less: a search learns from that, from a mere no it does not.
    surplus = []
    for u, k in enumerate(units):
        for m, most in enumerate(kinds[k].room):
            filled = sum(load[m] * row[u] for load, row in zip(loads, inside, strict=True))
            over = model.new_int_var(0, sum(load[m] for load in loads), "")
            model.add(filled - over <= most)
            surplus.append(over)
    model.minimize(sum(surplus))
    solver = cp_model.CpSolver()
    # Eight searches in turns on one core: they help each other, and the same way each time.
    solver.parameters.num_workers = 8
    solver.parameters.interleave_search = True
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = work
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE or solver.best_objective_bound > _NOISE:
        return ()
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE} or solver.objective_value > _NOISE:
        return None
    return tuple(next(u for u, x in enumerate(row) if solver.value(x)) for row in inside)
