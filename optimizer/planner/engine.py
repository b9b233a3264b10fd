"""Plan at any time: a first plan soon, then better ones and a better proof until the work is done.

The search for plans and the ascent of the bound do not know of each other but at the end of a
round, so they run beside each other and give the same answer on one core as on two.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.planner.bounds import Ascent, Prices, carried_over, even_prices
from optimizer.planner.corridor_kernels import FOUND
from optimizer.planner.corridors import Found, Width, build, least_seconds, replaced
from optimizer.planner.search import Search
from optimizer.planner.shards import Threads

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimizer.planner.board import Board, Floats, Freight, Ints
    from optimizer.planner.shards import Workers

_CHUNKS = 8  # of a round: how often progress is told, and a stop is seen
_RATE, _LAST = 0.05, 0.015  # steps of prices: the first, and the last relative to it
_NOISE = 1e-7  # relative; sums in another order
_SETTLED = 60  # climbs after which items are taken whole
_WIDENINGS, _MOST_REPAIRS = 3, 12  # after the widenings, as long as each serves somebody
_MOVED = 5_000  # shipments, at most, that are shown other ways to make room for those without
_WORTHWHILE = 0.9  # of those without room may be left for another try
_ANY_PRICE = 1e15  # the last repair asks for any chain: where the best is free, no multiple does
_REPAIR_STEPS = (200, 1_000, 5_000)  # for each shipment without room
_REPAIR_MOST = 100_000  # in all
_REPAIR_HEATS = (0.05, 0.001)
_HOTTEST, _COOLER, _COLDEST = 0.3, 0.4, 0.0005  # heats of a round, relative to a shipment's price
_WIDER = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How much is done, counted so that a run can be repeated."""

    rounds: int = 3
    steps: int = 30_000  # of ruin and recreate, a round
    climbs: int = 100  # of the bound, a round
    proofs: int = 1  # rounds that end in a proof over the whole network
    width: Width = Width()  # noqa: RUF009  (frozen)
    bound_width: Width | None = None  # of the corridors that the bound is raised over
    whole: bool = True  # items of a departure are taken whole once prices have settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a run stands: the phase, the best plan's price, what is proven."""

    phase: str
    best: float | None
    bound: float | None

    @property
    def gap(self) -> float | None:
        """Return (best - bound) / best, where both are known."""
        if self.best is None or self.bound is None or self.best <= 0:
            return None
        return max(0.0, (self.best - self.bound) / self.best)

    @property
    def text(self) -> str:
        """Return the progress in words."""
        parts = [self.phase]
        if self.best is not None:
            parts.append(f"best {self.best:,.0f}")
        if self.bound is not None:
            parts.append(f"bound {self.bound:,.0f}")
        if self.gap is not None:
            parts.append(f"gap {100 * self.gap:.2f} %")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The best plan found, and the bound that holds for every plan."""

    departures: list[Ints]  # of each shipment, first leg first; empty where it is left
    value: float
    bound: float
    found: Found
    prices: Prices
    status: NDArray[np.int8]  # by shipment: FOUND, or why no chain could serve it
    unservable: float  # part of value and bound: the price of those
    trace: tuple[Progress, ...]


def plan(  # noqa: PLR0913  (what a run is made of)
    board: Board,
    freight: Freight,
    work: Work,
    *,
    seed: int,
    relaxed: Freight | None = None,
    start: list[Ints] | None = None,
    threads: int = 1,
    workers: Workers | None = None,
    report: Callable[[Progress], None] = lambda _: None,
    show: Callable[[list[Ints]], None] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Answer:
    """Return the best plan within the work, or what was best when `stop` said so.

    The bound is that of `relaxed` freight, where rules that the arrays cannot say narrow `freight`.
    `start` gives departures of a former plan for each shipment, to begin with where they still fit.
    Shards of shipments go to `workers`, by default the threads of this process. `show` is given the
    first plan and each better one at the end of a phase.
    """
    local = Threads(threads)
    run = _Run(board, freight, work, seed, (local, workers or local), report, stop)
    run.relaxed, run.start, run.show = relaxed or freight, start, show
    run.first_plan()
    run.first_bound()
    for number in range(work.rounds):
        if stop() or run.gap <= 0:
            break
        run.round(number)
    run.last_repair()
    return run.answer()


class _Run:
    def __init__(  # noqa: PLR0913, PLR0917  (what a run is made of)
        self,
        board: Board,
        freight: Freight,
        work: Work,
        seed: int,
        workers: tuple[Threads, Workers],
        report: Callable[[Progress], None],
        stop: Callable[[], bool],
    ) -> None:
        self._board: Board = board
        self._freight: Freight = freight
        self._work: Work = work
        self._local: Threads = workers[0]
        self._workers: Workers = workers[1]
        self._report, self._stop, self._seed = report, stop, seed
        self._seconds: Floats = least_seconds(board)
        self._trace: list[Progress] = []
        self._bound: float | None = None
        self._forced: dict[int, Ints] = {}
        self._ascent: Ascent | None = None
        self.relaxed: Freight = freight
        self.start: list[Ints] | None = None
        self.show: Callable[[list[Ints]], None] | None = None
        self._shown = math.inf

    # --- plan ---------------------------------------------------------------------------------

    def first_plan(self) -> None:
        board, freight, work = self._board, self._freight, self._work
        self._tell("corridors", None)
        forced = {k: np.unique(d) for k, d in enumerate(self.start or []) if len(d)}
        self.found = build(
            board, freight, self._seconds, work.width, self._workers,
            forced=forced, room=board.units_max,
        )  # fmt: skip
        self._hopeless = float(freight.unserved[self.found.status != FOUND].sum())
        self.search = Search(board, freight, self.found, seed=self._seed)
        if self.start is not None:
            self.search.begin_with(self.start)
        self.search.start()
        self._repair()
        self._tell("first plan", self.search.value)

    def _repair(self) -> None:
        """Route shipments without room over what still has some; then make room around them."""
        width, before = self._work.width, math.inf
        for number in range(_MOST_REPAIRS):
            self._fill_up(width)
            left = self.search.roomless
            if not len(left) or self._stop() or (number > _WIDENINGS and len(left) >= before):
                return
            before = len(left)
            if number < _WIDENINGS:
                width = replace(width, factor=width.factor * _WIDER, most=int(width.most * _WIDER))
            else:
                width = replace(width, factor=_ANY_PRICE)
            self._reroute(left, width, self._board.units_max)
            blocking = self.search.aboard(self.found.corridors, left)
            if len(blocking) <= _MOVED:
                self._reroute(blocking, self._work.width, self.search.room)
            self._make_room()

    def last_repair(self) -> None:
        """Try again for those without room: the search has moved others since."""
        if len(self.search.roomless) and not self._stop():
            self._repair()
            self._tell("last repair", self.search.value)

    def _make_room(self) -> None:
        """Ruin and recreate around those without room, the longer the fewer they are."""
        for steps in _REPAIR_STEPS:
            left = self.search.roomless
            if not len(left) or self._stop():
                return
            most = min(steps * len(left), _REPAIR_MOST)
            self.search.anneal(most, _REPAIR_HEATS, around=left)

    def _fill_up(self, width: Width) -> None:
        """Route shipments over what still has room, again as long as that helps many of them."""
        before = math.inf
        while not self._stop():
            left = self.search.roomless
            if not len(left) or len(left) > _WORTHWHILE * before:
                return
            before = len(left)
            self._reroute(left, width, self.search.room)

    def _reroute(self, some: Ints, width: Width, room: Floats) -> None:
        """Add to some corridors what has room, and route their shipments anew."""
        c = self.found.corridors
        known = {int(k): c.departure[c.first[k] : c.first[k + 1]] for k in some}
        wider = build(
            self._board, self._freight, self._seconds, width, self._workers,
            forced=known, only=some, room=room,
        )  # fmt: skip
        self.found = replaced(self.found, some, wider)
        self.search = self.search.moved_to(self.found)
        self.search.sweep_some(some)

    # --- bound --------------------------------------------------------------------------------

    def first_bound(self) -> None:
        work = self._work
        same = work.bound_width in {None, work.width} and self.relaxed is self._freight
        self._wide = self.found
        if not same:
            self._wide = build(
                self._board, self.relaxed, self._seconds, work.bound_width or work.width,
                self._workers, room=self._board.units_max,
            )  # fmt: skip
        # What only a rule outside the arrays forbids may be served in the relaxation: there it
        # counts by its chain, or by the price of leaving it.
        self._hopeless = float(self.relaxed.unserved[self._wide.status != FOUND].sum())
        self._ascend(even_prices(self._board, self._wide.corridors), whole=False)
        self._ascend_once()
        self._prove()
        self._tell("first bound", self.search.value)

    def _ascend(self, prices: Prices, *, whole: bool) -> None:
        self._ascent = Ascent(
            self._board, self.relaxed, self._wide.corridors, prices, self._local, whole=whole
        )

    def _ascend_once(self) -> None:
        assert self._ascent is not None  # noqa: S101  (narrowed for the type checker)
        self._ascent.climb(0.0)

    def _prove(self) -> None:
        assert self._ascent is not None  # noqa: S101
        proof = self._ascent.prove(self._seconds, self._workers)
        value = proof.value + self._hopeless
        self._bound = value if self._bound is None else max(self._bound, value)
        self._better, self._others = proof.better, proof.others

    def _widen(self) -> Prices:
        """Add to corridors what beat them in the last proof; return prices for the wider ones."""
        assert self._ascent is not None  # noqa: S101
        prices, old = self._ascent.best_prices, self._wide.corridors
        ids = np.array(sorted(self._better), np.int32)
        if not len(ids):
            return prices
        for k in ids:
            known = self._forced.get(int(k), np.empty(0, np.int32))
            own = old.departure[old.first[k] : old.first[k + 1]]
            self._forced[int(k)] = np.union1d(known, np.union1d(own, self._better[int(k)]))
        width = replace(self._work.bound_width or self._work.width, factor=1.0)
        wider = build(
            self._board, self.relaxed, self._seconds, width, self._workers,
            forced=self._forced, only=ids, room=self._board.units_max,
        )  # fmt: skip
        self._wide = replaced(self._wide, ids, wider)
        return carried_over(prices, old, self._wide.corridors, self._others)

    # --- rounds -------------------------------------------------------------------------------

    def round(self, number: int) -> None:
        """Search and climb beside each other; then prove."""
        work = self._work
        prices = self._widen()
        self._ascent = None  # its memory goes before the next one's comes
        self._ascend(prices, whole=work.whole and number * work.climbs >= _SETTLED)
        hot = _HOTTEST * _COOLER**number
        for chunk in range(_CHUNKS):
            if self._stop():
                break
            with ThreadPoolExecutor(1) as beside:
                climbing = beside.submit(self._climb, number, chunk)
                heats = tuple(
                    hot * (_COLDEST / hot) ** (part / _CHUNKS) for part in (chunk, chunk + 1)
                )
                self.search.anneal(work.steps // _CHUNKS, (heats[0], heats[1]), go_on=chunk > 0)
                climbing.result()
            self._tell(f"round {number + 1}", self.search.value)
        if not self._stop() and number >= work.rounds - work.proofs:
            self._prove()
            self._tell(f"proof {number + 1}", self.search.value)

    def _climb(self, number: int, chunk: int) -> None:
        assert self._ascent is not None  # noqa: S101
        climbs, rounds = self._work.climbs, self._work.rounds
        for i in range(climbs * chunk // _CHUNKS, climbs * (chunk + 1) // _CHUNKS):
            done = number * climbs + i
            self._ascent.whole = self._ascent.whole or (self._work.whole and done >= _SETTLED)
            self._ascent.climb(_RATE * _LAST ** (done / (climbs * rounds)))
            if self._stop():
                return

    # --- telling ------------------------------------------------------------------------------

    @property
    def gap(self) -> float:
        known = self._trace[-1].gap
        return 1.0 if known is None else known

    def _tell(self, phase: str, best: float | None) -> None:
        # The price of what nobody can serve is in every plan: it would only flatter the gap.
        progress = Progress(
            phase=phase,
            best=None if best is None else best - self._hopeless,
            bound=None if self._bound is None else self._bound - self._hopeless,
        )
        self._trace.append(progress)
        self._report(progress)
        if self.show and best is not None and best < self._shown:
            self._shown = best
            self.show(self.search.departures())

    def _checked_bound(self) -> float:
        """Return the bound; one above a plan is an error of ours, never to be hidden."""
        bound, value = self._bound or 0.0, self.search.value
        if bound > value + _NOISE * max(1.0, abs(value)):
            raise AssertionError(f"bound {bound} above the plan's value {value}")
        return min(bound, value)

    def answer(self) -> Answer:
        assert self._ascent is not None  # noqa: S101
        return Answer(
            departures=self.search.departures(),
            value=self.search.value,
            bound=self._checked_bound(),
            found=self.found,
            prices=self._ascent.best_prices,
            unservable=self._hopeless,
            status=self._wide.status,
            trace=tuple(self._trace),
        )
