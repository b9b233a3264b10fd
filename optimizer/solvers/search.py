"""Search good designs by solving small parts of them whole, beside a bound for all of it.

A design too large for one model is solved in three steps: its strong relaxation gives a bound and
says which columns matter; whole models over few of these columns, each around the best design so
far, give plans; what effort is left raises the bound by branching on the whole design.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.solvers.bulk import Limits, Rows, solve_whole
from optimizer.solvers.design import model_of, strong_relaxation

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.solvers.bulk import Bulk, Flags, Floats
    from optimizer.solvers.design import Design

SMALL = 20_000  # columns of flow; as many are solved as one model
_POOL = 4000  # columns of the first part, by reduced cost
_PART = 3800  # columns of each part after it
_MORE_ARCS = 25  # shut arcs on offer to a part, beside those that are often open
_MOST_CHANGES = 12  # arcs that a part may open or shut, where it may shut any
_FREE, _LARGER, _SMALLER = 0.4, 1.15, 0.85  # share of open arcs that a part may shut, and its steps
_NODES_OF_PART = 50
_ROUNDS = {"small": 2, "normal": 8, "large": 40}
_OFTEN_OPEN = 0.05  # units in the relaxation from which an arc is always on offer
_FLOWING = 1e-6
_NOISE = 1e-9
# Of a limit of seconds: the first part may take, all parts, and one of them.
_FIRST_SHARE, _SEARCH_SHARE, _PART_SHARE = 0.15, 0.75, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A design found and what was proven of it."""

    flow: Floats  # by column
    left: Floats  # by shipment
    units: Floats  # by arc
    value: float
    bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How much a search may do: an effort by name, its nodes, and seconds if they are limited."""

    effort: str
    nodes: int
    gap: float
    seed: int
    seconds: float | None
    report: Callable[[str], None]


def solve_design(design: Design, work: Work) -> Answer | None:
    """Return the best design within the effort, with its bound; None where none was found."""
    began = time.monotonic()
    if design.columns <= SMALL:
        limits = Limits(nodes=work.nodes, gap=work.gap, seconds=work.seconds, seed=work.seed)
        model = model_of(design, design.whole_units[design.arc], whole=True)
        found = solve_whole(model, limits, start=_nobody(design))
        return _answer(design, found.values, found.bound)
    work.report(f"relaxing a design of {design.columns} columns")
    relaxed, forcing = strong_relaxation(design)
    if relaxed.values is None or relaxed.reduced is None:
        return None
    search = _Search(design, work, began, relaxed.values, relaxed.reduced)
    search.run()
    best = replace(search.best, bound=relaxed.bound)
    model = model_of(design, forcing, whole=True, split=True)
    work.report(f"found {best.value:.0f}, bound {best.bound:.0f}; branching")
    rest = None if work.seconds is None else began + work.seconds - time.monotonic()
    if rest is not None and rest <= 0:
        return best
    limits = Limits(nodes=work.nodes, gap=work.gap, seconds=rest, seed=work.seed)
    start = np.concatenate([best.flow, best.left, best.units])
    branched = solve_whole(model, limits, start=start)
    return replace(best, bound=max(best.bound, branched.bound))


def _nobody(design: Design) -> Floats:
    """Return the design that opens nothing and leaves everybody."""
    flows, arcs = np.zeros(design.columns), np.zeros(design.arcs)
    return np.concatenate([flows, np.ones(design.shipments), arcs])


def _answer(design: Design, values: Floats | None, bound: float) -> Answer | None:
    if values is None:
        return None
    flow = values[: design.columns]
    left = values[design.columns : design.columns + design.shipments]
    return Answer(
        flow=flow,
        left=left,
        units=design.units_of(flow),
        value=design.value_of(flow, left),
        bound=bound,
    )


class _Search:
    """The best design so far, and parts of the whole that may hold a better one."""

    def __init__(
        self, design: Design, work: Work, began: float, relaxed: Floats, reduced: Floats
    ) -> None:
        flows = design.columns
        self._design, self._work, self._began = design, work, began
        self._reduced = np.maximum(reduced[:flows], 0.0)
        self._order = np.argsort(self._reduced, kind="stable")
        self._flows = relaxed[:flows] > _FLOWING
        units = slice(flows + design.shipments, None)
        self._often = (relaxed[units] > _OFTEN_OPEN) | ~design.whole_units
        nearest = np.full(design.arcs, np.inf)
        np.minimum.at(nearest, design.arc, self._reduced)
        # The less it would cost the relaxation to open an arc, the more often it is on offer.
        self._far = nearest + np.maximum(reduced[units], 0.0)
        self._free = _FREE
        self._random = np.random.default_rng(work.seed)
        nobody = _nobody(design)[flows : flows + design.shipments]
        none = np.zeros(flows)
        self.best = Answer(
            flow=none,
            left=nobody,
            units=np.zeros(design.arcs),
            value=design.value_of(none, nobody),
            bound=-np.inf,
        )

    def run(self) -> None:
        """Solve a first part, then parts around the best design, within the effort."""
        first = self._flows.copy()
        first[self._order[:_POOL]] = True
        self._solve(first, _FIRST_SHARE, "first")
        rounds = _ROUNDS.get(self._work.effort, _ROUNDS["normal"])
        for number in range(1, rounds + 1 if self._work.seconds is None else 10_000):
            if self._left(_SEARCH_SHARE) <= 0:
                break
            self._solve(self._around(), _PART_SHARE, "fixed" if number % 2 else "near")
            self._work.report(f"part {number}: {self.best.value:.0f}")

    def _fixed(self) -> Flags:
        """Return open arcs that stay open in a part: all but some, so that it is soon solved."""
        opened = self.best.units > _NOISE
        fixed = opened & self._design.whole_units
        return fixed & (self._random.random(len(opened)) >= self._free)

    def _left(self, share: float) -> float:
        seconds = self._work.seconds
        return np.inf if seconds is None else self._began + share * seconds - time.monotonic()

    def _around(self) -> Flags:
        """Return columns on open arcs and some others: used now, or near to the relaxation."""
        design, opened = self._design, self.best.units > _NOISE
        offered = opened | self._often
        shut = np.flatnonzero(~offered & np.isfinite(self._far))
        scale = np.median(self._far[shut]) + _NOISE if len(shut) else 1.0
        weight = 1 / (_NOISE + self._far[shut] / scale + 0.1)
        more = min(_MORE_ARCS, len(shut))
        offered[self._random.choice(shut, more, replace=False, p=weight / weight.sum())] = True
        columns = (self.best.flow > _NOISE) | (self._flows & offered[design.arc])
        there = np.flatnonzero(offered[design.arc] & ~columns)
        # Not always the same ones: a reduced cost tells what the relaxation would pay, not a plan.
        rank = self._reduced[there] * self._random.uniform(0.5, 1.0, len(there))
        room = max(0, _PART - int(np.count_nonzero(columns)))
        columns[there[np.argsort(rank, kind="stable")[:room]]] = True
        return columns

    def _solve(self, columns: Flags, share: float, kind: str) -> None:
        """Solve one part whole and keep what is better.

        Parts of two kinds take turns: in one most open arcs stay open, in the other all may shut,
        but only so many arcs may change (local branching, Fischetti and Lodi 2003).
        """
        design, work = self._design, self._work
        part = design.only(columns)
        fixed = self._fixed() if kind == "fixed" else np.zeros(design.arcs, dtype=bool)
        model = model_of(part, (part.whole_units & ~fixed)[part.arc], whole=True)
        model.lower[part.columns + part.shipments :][fixed] = self.best.units[fixed]
        if kind == "near":
            model = self._near(model, part)
        seconds = None
        if work.seconds is not None:
            seconds = max(1.0, min(share * work.seconds, self._left(_SEARCH_SHARE)))
        nodes = min(work.nodes, _NODES_OF_PART) if seconds is None else None
        start = np.concatenate([self.best.flow[columns], self.best.left, self.best.units])
        limits = Limits(nodes=nodes, gap=1e-3, seconds=seconds, seed=work.seed)
        found = solve_whole(model, limits, start=start)
        # A part that is solved to its end was small, one that is not was large.
        if kind == "fixed":
            self._free = min(1.0, self._free * (_LARGER if found.optimal else _SMALLER))
        if found.values is None:
            return
        values = np.zeros(design.columns + design.shipments)
        values[: design.columns][columns] = found.values[: part.columns]
        values[design.columns :] = found.values[part.columns : part.columns + part.shipments]
        answer = _answer(design, values, -np.inf)
        if answer is not None and answer.value < self.best.value - _FLOWING:
            self.best = answer

    def _near(self, model: Bulk, part: Design) -> Bulk:
        """Let a part open or shut only so many arcs."""
        opened = self.best.units > _NOISE
        single = (part.most_units <= 1) & part.whole_units  # of others more units are no change
        arcs = np.flatnonzero(single)
        row = Rows(
            lower=np.array([-np.inf]),
            upper=np.array([_MOST_CHANGES - np.count_nonzero(opened & single)], dtype=float),
            row=np.zeros(len(arcs), dtype=int),
            column=part.columns + part.shipments + arcs,
            value=np.where(opened[arcs], -1.0, 1.0),
        )
        return replace(model, blocks=(*model.blocks, row))
