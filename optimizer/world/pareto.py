"""All ways through a small network that no other way beats in cost, hours and CO2e together.

Label-setting in layers of legs: exact for up to `most_legs` legs. Everything is worked out over
columns; a label that cannot beat what was found, even with the best conceivable rest of its way,
is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Figures = NDArray[np.float64]  # one row per label or arc: cost, hours, CO2e
    Places = NDArray[np.int64]

_CHUNK = 2048  # labels compared at once: bounded memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Arcs:
    """Arcs between states, sorted by the state they leave."""

    states: int
    start: Places
    end: Places
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Ways that nothing beats: their figures, and their arcs from first to last."""

    figures: Figures
    arcs: tuple[tuple[int, ...], ...]


def pareto_ways(arcs: Arcs, source: int, target: int, *, most_legs: int) -> Ways:
    """Return every way from source to target that no other way beats in all three figures.

    Ways with equal figures are one; the one found with fewer legs, then with lower arc numbers,
    stands.
    """
    rest = _least_rest(arcs, target)
    first = np.searchsorted(arcs.start, np.arange(arcs.states + 1))
    state = np.array([source])
    figures = np.zeros((1, 3))
    parents: list[Places] = [np.array([-1])]
    taken: list[Places] = [np.array([-1])]
    kept: dict[int, Figures] = {}  # the front at each state so far
    done = np.zeros((0, 3))
    ends: list[tuple[int, int]] = []  # (layer, place) of each way in `done`
    for layer in range(1, most_legs + 1):
        parent, arc = _expanded(state, first)
        if not len(arc):
            break
        found = figures[parent] + arcs.figures[arc]
        reached = arcs.end[arc]
        order = _unbeaten(found, reached, rest, done, kept, target)
        parent, arc, found, reached = parent[order], arc[order], found[order], reached[order]
        parents.append(parent)
        taken.append(arc)
        home = np.flatnonzero(reached == target)
        done, ends = _merged(done, ends, found[home], [(layer, int(i)) for i in home])
        state, figures = reached, found
        # Ways that have arrived go no further.
        state = np.where(reached == target, arcs.states, state)
        first = first if len(first) == arcs.states + 2 else np.append(first, first[-1])
    order = np.lexsort((done[:, 2], done[:, 1], done[:, 0]))
    return Ways(
        figures=done[order],
        arcs=tuple(_trace(parents, taken, *ends[i]) for i in order.tolist()),
    )


def front(figures: Figures) -> NDArray[np.bool_]:
    """Tell which rows no other row beats: at most equal in all and lower in one, or an equal first.

    >>> front(np.array([[1.0, 2, 3], [1, 2, 3], [2, 1, 3], [2, 2, 3]])).tolist()
    [True, False, True, False]
    """
    order = np.lexsort((figures[:, 2], figures[:, 1], figures[:, 0]))
    best = np.zeros((0, 3))
    keep = np.zeros(len(figures), bool)
    # In lexical order a row can only be beaten by an earlier one.
    for chunk in np.array_split(order, max(1, len(order) // 256)):
        rows = figures[chunk]
        open_rows = ~_beaten(rows, best)
        chunk, rows = chunk[open_rows], rows[open_rows]  # noqa: PLW2901  (narrowed on purpose)
        inside = np.all(rows[:, None, 1:] <= rows[None, :, 1:], axis=2)  # [i, j]: i beats j
        inside &= np.triu(np.ones((len(rows), len(rows)), bool), 1)
        good = _greedy(inside)
        keep[chunk[good]] = True
        best = np.concatenate([best, rows[good]])
    return keep


def _greedy(beats: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the rows beaten by no earlier row; being beaten passes on, so any beater counts."""
    return np.asarray(~beats.any(axis=0))


def _beaten(rows: Figures, by: Figures) -> NDArray[np.bool_]:
    """Tell which rows some other row equals or beats in all figures."""
    beaten = np.zeros(len(rows), bool)
    if not len(by):
        return beaten
    for at in range(0, len(rows), _CHUNK):
        part = rows[at : at + _CHUNK]
        beaten[at : at + _CHUNK] = (
            (by[None, :, 0] <= part[:, None, 0])
            & (by[None, :, 1] <= part[:, None, 1])
            & (by[None, :, 2] <= part[:, None, 2])
        ).any(axis=1)
    return beaten


def _expanded(state: Places, first: Places) -> tuple[Places, Places]:
    """Return every (label, arc) pair where the arc leaves the label's state."""
    counts = first[state + 1] - first[state]
    parent = np.repeat(np.arange(len(state)), counts)
    offset = np.arange(len(parent)) - np.repeat(np.cumsum(counts) - counts, counts)
    return parent, np.repeat(first[state], counts) + offset


def _unbeaten(  # noqa: PLR0913, PLR0917  (one step of the search, column by column)
    found: Figures,
    reached: Places,
    rest: Figures,
    done: Figures,
    kept: dict[int, Figures],
    target: int,
) -> Places:
    """Return the new labels worth keeping, and add them to the fronts."""
    hopeful = found + rest[reached]
    alive = np.flatnonzero(np.isfinite(hopeful).all(axis=1))
    alive = alive[~_beaten(hopeful[alive], done)]
    arrived = alive[reached[alive] == target]
    if len(arrived):
        alive = alive[~_beaten(hopeful[alive], found[arrived]) | np.isin(alive, arrived)]
    order = alive[np.argsort(reached[alive], kind="stable")]
    cuts = np.flatnonzero(np.diff(reached[order])) + 1
    winners = []
    for group in np.split(order, cuts):
        if not len(group):
            continue
        state = int(reached[group[0]])
        old = kept.get(state, np.zeros((0, 3)))
        group = group[~_beaten(found[group], old)]  # noqa: PLW2901  (narrowed on purpose)
        group = group[front(found[group])]  # noqa: PLW2901
        kept[state] = np.concatenate([old, found[group]])
        winners.append(group)
    return np.concatenate(winners) if winners else np.zeros(0, np.int64)


def _merged(
    done: Figures, ends: list[tuple[int, int]], new: Figures, at: list[tuple[int, int]]
) -> tuple[Figures, list[tuple[int, int]]]:
    both, places = np.concatenate([done, new]), ends + at
    keep = np.flatnonzero(front(both))
    return both[keep], [places[i] for i in keep.tolist()]


def _least_rest(arcs: Arcs, target: int) -> Figures:
    """Return for each state the least of each figure from there to the target."""
    shape = (arcs.states, arcs.states)
    rest = [dijkstra(_least_matrix(arcs, figure, shape), indices=target) for figure in range(3)]
    return np.stack(rest, axis=1)


def _least_matrix(arcs: Arcs, figure: int, shape: tuple[int, int]) -> coo_matrix:
    """Return the reversed network of one figure, parallel arcs by their least."""
    key = arcs.end * arcs.states + arcs.start
    weight = arcs.figures[:, figure] + 1e-12  # a stored zero is no arc to scipy
    order = np.lexsort((weight, key))
    single = order[np.concatenate([[True], np.diff(key[order]) != 0])] if len(order) else order
    ends = (arcs.end[single], arcs.start[single])
    return coo_matrix((weight[single], ends), shape=shape).tocsr()


def _trace(parents: list[Places], taken: list[Places], layer: int, place: int) -> tuple[int, ...]:
    arcs = []
    while layer > 0:
        arcs.append(int(taken[layer][place]))
        place = int(parents[layer][place])
        layer -= 1
    return tuple(arcs[::-1])
