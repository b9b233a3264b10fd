"""Choose for thousands of shipments what the exact model chooses for tens, with a proven bound.

Levels, caps and budgets are prices: a cap on CO2e has a price per kilogram at which the best plan
keeps it, and what is proven at any price, less the price of the cap, is proven under the cap.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numba

from optimizer.assemble import assemble
from optimizer.plan import Boarding
from optimizer.planner.compile import compiled
from optimizer.planner.corridor_kernels import FOUND
from optimizer.planner.effort import work_of
from optimizer.planner.engine import plan
from optimizer.planner.limits import limits_of, price_limit
from optimizer.planner.narrow import ROUNDS, narrowed, start_of, too_unsure, wishless, without
from optimizer.planner.weights import weights_of
from optimizer.scores import level_value, levels_of
from optimizer.solvers.choice import Choice, LevelResult, aboard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from data.freight import Shipment
    from optimizer.assemble import Body
    from optimizer.planner.board import Ints
    from optimizer.planner.compile import Compiled
    from optimizer.planner.engine import Answer, Progress, Work
    from optimizer.planner.shards import Workers
    from optimizer.planner.weights import Weights
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

_UNITS = {"co2e": "kgco2e", "time": "h"}
_HELD = 30.0  # how much dearer an earlier level is than the next, at the plan's own values
_NOISE = 1e-9
_SOLVER = f"Greenlane's scan and Lagrangian bound on numba {numba.__version__}"
_ROUNDING_EUR = 0.1  # cents of prices and millionths of part loads, a shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """With what a plan is made: counted effort, cores, who watches and who may stop it."""

    effort: str = "normal"
    seed: int = 1
    threads: int = 1
    time_limit_s: float | None = None
    workers: Workers | None = None
    watch: Callable[[Progress], None] = lambda _: None
    stop: Callable[[], bool] = lambda: False
    show: Callable[[Callable[[], Draft]], None] | None = None  # a better plan, made when asked for
    start: Mapping[str, tuple[Departure, ...]] = field(default_factory=dict)  # a former plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A plan on the way to the answer: nothing of it is proven."""

    choice: Choice
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One objective's answer, and the plan that it makes."""

    answer: Answer
    choice: Choice
    body: Body

    @property
    def unserved(self) -> int:
        """Return how many shipments are left that some chain could serve in time."""
        left = {name for name, chain in self.choice.chains.items() if not chain}
        return len(left - self.choice.unservable)


def choose_at_scale(problem: Problem, departures: Sequence[Departure], means: Means) -> Choice:
    """Return the best choice within the effort; the bound of each level holds for all plans."""
    solver = Solver(problem, departures, means)
    names = levels_of(problem.scenario)
    run = solver.within_limits(names[0])
    base, proofs = weights_of(problem, names[0]), [_Proven(bound=run.answer.bound, times=())]
    for name in names[1:]:
        held = max(solver.value(names[len(proofs) - 1], run.body), 1.0)
        follow = weights_of(problem, name)
        times = _HELD * max(1.0, solver.value(name, run.body)) / held
        base = follow.plus(base, times)
        later = solver.run(base)
        if solver.keeps_all(later):
            run = later
        earlier = (*(times * t for t in proofs[-1].times), times)
        proofs.append(_Proven(bound=later.answer.bound, times=earlier))
    values = [solver.value(name, run.body) for name in names]
    levels = tuple(
        solver.level(name, run, proof.bound - sum(t * v for t, v in zip(proof.times, values)))  # noqa: B905
        for name, proof in zip(names, proofs, strict=True)
    )
    return replace(run.choice, levels=levels)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proven:
    """A bound on one level and, so many times each, on all the levels before it."""

    bound: float
    times: tuple[float, ...]


class Solver:
    """Solves one problem for one set of weights after another."""

    def __init__(self, problem: Problem, departures: Sequence[Departure], means: Means) -> None:
        self.problem, self._departures, self._means = problem, departures, means
        self._stop = _stopper(means)
        self._earlier_h: dict[str, float] = {}  # of shipments that were too unsure to be in time
        self._former: Mapping[str, tuple[Departure, ...]] = means.start

    def run(self, weights: Weights, effort: str | None = None) -> Run:
        """Return the best plan for some weights, begun with the plan before it."""
        arrays = compiled(self.problem, self._departures, weights)
        work = work_of(effort or self._means.effort, len(self.problem.shipments))
        for number in range(ROUNDS):
            answer = self._answer(arrays, work)
            choice = _choice(self.problem, arrays, answer)
            unsure = too_unsure(self.problem, choice.chains, self._earlier_h)
            if not unsure or number == ROUNDS - 1 or self._stop():
                break
        left = (*unsure, *wishless(self.problem, choice.chains))
        if left:
            chains = without(choice.chains, left)
            choice = replace(
                choice, chains=chains, boardings=_boardings(self.problem, arrays, chains)
            )
        self._former = choice.chains
        return Run(
            answer=answer,
            choice=choice,
            body=assemble(self.problem, choice.chains, choice.boardings),
        )

    def _answer(self, arrays: Compiled, work: Work) -> Answer:
        means = self._means
        freight = narrowed(self.problem, arrays, self._earlier_h)
        return plan(
            arrays.board,
            freight,
            work,
            seed=means.seed,
            relaxed=arrays.freight,
            start=start_of(self._former, self.problem, arrays) if self._former else None,
            threads=means.threads,
            workers=means.workers,
            report=means.watch,
            show=partial(self._show, arrays) if means.show else None,
            stop=self._stop,
        )

    def _show(self, arrays: Compiled, taken: Sequence[Ints]) -> None:
        """Offer a plan on the way; it is put together only for those who ask."""
        if self._means.show:
            self._means.show(lambda: self._draft(arrays, taken))

    def _draft(self, arrays: Compiled, taken: Sequence[Ints]) -> Draft:
        chains = _chains(self.problem, arrays, taken)
        chains = without(chains, wishless(self.problem, chains))
        boardings = _boardings(self.problem, arrays, chains)
        body = assemble(self.problem, chains, boardings)
        name = levels_of(self.problem.scenario)[0]
        level = LevelResult(
            name=name, unit=_UNITS.get(name, "EUR"), value=self.value(name, body), lower_bound=0.0
        )
        choice = Choice(
            shipments=self.problem.shipments,
            chains=chains,
            boardings=boardings,
            levels=(level,),
            solver=_SOLVER,
        )
        return Draft(choice=choice, body=body)

    def with_fuel(self, run: Run, share: float) -> Run:
        """Return the same plan with a share of its SAF beyond the least that is asked."""
        least = self.problem.scenario.fuel.saf_min_share
        boardings = tuple(
            replace(b, saf_share=least + share * max(0.0, b.saf_share - least))
            for b in run.choice.boardings
        )
        choice = replace(run.choice, boardings=boardings)
        return replace(run, choice=choice, body=assemble(self.problem, choice.chains, boardings))

    def without(self, run: Run, left: Sequence[str]) -> Run:
        """Return the same plan with some shipments left; units are opened for the others alone."""
        chains = without(run.choice.chains, left)
        staying = [
            replace(b, shipments=tuple(s for s in b.shipments if s.shipment_id not in left))
            for b in run.choice.boardings
        ]
        boardings = tuple(b for b in staying if b.shipments)
        choice = replace(run.choice, chains=chains, boardings=boardings)
        return replace(run, choice=choice, body=assemble(self.problem, chains, boardings))

    def value(self, name: str, body: Body) -> float:
        """Return the value of one level, from the plan's own figures."""
        return level_value(self.problem, name, body.legs, body.inventory, body.costs)

    def level(self, name: str, run: Run, bound: float) -> LevelResult:
        """Return a level with its bound, less what rounding a plan to cents may take off."""
        rounding = _ROUNDING_EUR * len(self.problem.shipments)
        return LevelResult(
            name=name,
            unit=_UNITS.get(name, "EUR"),
            value=self.value(name, run.body),
            lower_bound=max(0.0, bound - rounding),
        )

    def keeps_all(self, run: Run) -> bool:
        """Tell whether a plan keeps the cap and the budget."""
        return all(limit.excess(run.body) <= 0 for limit in limits_of(self.problem))

    def within_limits(self, name: str) -> Run:
        """Return the best plan of a level that keeps the cap and the budget of the scenario."""
        run = self.run(weights_of(self.problem, name))
        limits = [limit for limit in limits_of(self.problem) if limit.excess(run.body) > 0]
        if not limits:
            return run
        return price_limit(self, name, limits[0], run)


def _stopper(means: Means) -> Callable[[], bool]:
    """Return what says when to stop: the caller, or the clock where a time limit is wanted."""
    if means.time_limit_s is None:
        return means.stop
    end = time.monotonic() + means.time_limit_s
    return lambda: means.stop() or time.monotonic() > end


def _choice(problem: Problem, arrays: Compiled, answer: Answer) -> Choice:
    chains = _chains(problem, arrays, answer.departures)
    return Choice(
        shipments=problem.shipments,
        chains=chains,
        boardings=_boardings(problem, arrays, chains),
        levels=(),
        unservable=frozenset(
            s.shipment_id
            for s, status in zip(problem.shipments, answer.status, strict=True)
            if status != FOUND
        ),
        solver=_SOLVER,
    )


def _chains(
    problem: Problem, arrays: Compiled, taken: Sequence[Ints]
) -> dict[str, tuple[Departure, ...]]:
    return {
        s.shipment_id: tuple(arrays.departures[d] for d in way)
        for s, way in zip(problem.shipments, taken, strict=True)
    }


def _boardings(
    problem: Problem, arrays: Compiled, chains: Mapping[str, Sequence[Departure]]
) -> tuple[Boarding, ...]:
    number = {s.service_id: n for n, s in enumerate(arrays.services)}
    return tuple(
        _boarding(arrays, number[departure.service_id], departure, shipments)
        for departure, shipments in sorted(
            _travellers(problem, chains).items(), key=lambda x: x[0].departure_id
        )
    )


def _travellers(
    problem: Problem, chains: Mapping[str, Sequence[Departure]]
) -> dict[Departure, list[Shipment]]:
    on_board = aboard(problem.shipments, chains)
    known = {d.departure_id: d for chain in chains.values() for d in chain}
    return {known[name]: shipments for name, shipments in on_board.items()}


def _boarding(
    arrays: Compiled, j: int, departure: Departure, shipments: Sequence[Shipment]
) -> Boarding:
    """Return what is opened for those on board: a part load where it is less than a unit."""
    service, board = arrays.services[j], arrays.board
    load = max(
        math.fsum(s.mass_kg for s in shipments) / service.unit_capacity_kg,
        math.fsum(s.volume_m3 for s in shipments) / service.unit_capacity_m3,
    )
    whole = math.floor(load + _NOISE)
    rest = max(0.0, load - whole)
    as_part = board.part[j] * rest < board.full[j] and service.price.part_load_factor is not None
    part = rest if rest > _NOISE and as_part else 0.0
    return Boarding(
        departure=departure,
        full_units=whole + (rest > _NOISE and not as_part),
        part_units=part,
        saf_share=arrays.bought[j].saf_share,
        eac_share=arrays.bought[j].eac_share,
        shipments=tuple(shipments),
    )
