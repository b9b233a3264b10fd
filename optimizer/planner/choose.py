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

from optimizer.assemble import assemble, tightened
from optimizer.planner.boardings import SOLVER, boardings_of, chains_of, choice_of
from optimizer.planner.compile import compiled
from optimizer.planner.effort import work_of
from optimizer.planner.engine import Progress, plan
from optimizer.planner.limits import limits_of, price_limit
from optimizer.planner.narrow import ROUNDS, narrowed, start_of, too_unsure, wishless, without
from optimizer.planner.weights import weights_of
from optimizer.problem import leaving_eur
from optimizer.scores import level_value, levels_of
from optimizer.solvers.choice import Choice, LevelResult
from optimizer.stowage import crammed
from optimizer.stowing import Stower

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from optimizer.assemble import Body
    from optimizer.plan import Boarding
    from optimizer.planner.board import Ints
    from optimizer.planner.compile import Compiled
    from optimizer.planner.engine import Answer, Work
    from optimizer.planner.limits import Limit
    from optimizer.planner.shards import Workers
    from optimizer.planner.weights import Weights
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

_UNITS = {"co2e": "kgco2e", "time": "h"}
_HELD = 30.0  # how much dearer an earlier level is than the next, at the plan's own values
ROUNDING_EUR = 0.1  # cents of prices and millionths of part loads, a shipment


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
    for number, name in enumerate(names[1:], start=2):
        if solver.stopped():  # what comes next is unproven, and the plan is kept as it is
            proofs += [
                _Proven(bound=-math.inf, times=(0.0,) * n) for n in range(number - 1, len(names))
            ]
            break
        held = max(solver.value(names[len(proofs) - 1], run.body), 1.0)
        follow = weights_of(problem, name)
        times = _HELD * max(1.0, solver.value(name, run.body)) / held
        base = follow.plus(base, times)
        solver.tell(f"level {number} of {len(names)}, {name}")
        later = solver.run(base, quiet=True)
        if solver.keeps_all(later):
            run = later
        earlier = (*(times * t for t in proofs[-1].times), times)
        proofs.append(_Proven(bound=later.answer.bound, times=earlier))
    values = [solver.value(name, run.body) for name in names]
    levels = tuple(
        solver.level(name, run, proof.bound - sum(t * v for t, v in zip(proof.times, values)))  # noqa: B905
        for name, proof in zip(names, proofs, strict=True)
    )
    return replace(run.choice, levels=levels, needs=solver.problem.needs)


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
        self._stower = Stower(problem, means.seed)
        self._earlier_h: dict[str, float] = {}  # of shipments that were too unsure to be in time
        self._former: Mapping[str, tuple[Departure, ...]] = means.start
        self._unservable: frozenset[str] = frozenset()

    def stopped(self) -> bool:
        """Tell whether somebody, or the clock, wants an end."""
        return self._stop()

    def run(self, weights: Weights, *, quiet: bool = False, before: tuple[Limit, ...] = ()) -> Run:
        """Return the best plan for some weights, begun with the plan before it.

        `quiet` tells nothing on the way: a run at other prices than those of a level has figures
        that compare with none of it. `before` are limits that the run does not know of yet.
        """
        arrays = compiled(self.problem, self._departures, weights)
        work = work_of(self._means.effort, len(self.problem.shipments))
        report = _nobody if quiet else partial(self._tell_before, before)
        for number in range(ROUNDS):
            answer = self._answer(arrays, work, report)
            choice = choice_of(self.problem, arrays, answer)
            unsure = too_unsure(self.problem, choice.chains, self._earlier_h)
            needing = self._learn(choice.boardings)
            if not (unsure or needing) or number == ROUNDS - 1 or self._stop():
                break
            self._former = choice.chains
        left = (*unsure, *wishless(self.problem, choice.chains))
        choice = self._leaving(choice, arrays, left)
        while self._learn(choice.boardings) or (left := crammed(self.problem, choice.boardings)):
            choice = self._leaving(choice, arrays, left)
        self._former = choice.chains
        self._unservable = choice.unservable
        return Run(
            answer=answer,
            choice=choice,
            body=assemble(self.problem, choice.chains, choice.boardings),
        )

    def _learn(self, boardings: Sequence[Boarding]) -> bool:
        """Place the pieces aboard; remember which need more units than were opened for them."""
        needs = self._stower.needs([tightened(self.problem, b) for b in boardings])
        self.problem = replace(self.problem, needs=(*self.problem.needs, *needs))
        return bool(needs)

    def _leaving(self, choice: Choice, arrays: Compiled, left: Sequence[str]) -> Choice:
        """Return a choice without some shipments, with the units that the others need."""
        chains = without(choice.chains, left)
        return replace(choice, chains=chains, boardings=boardings_of(self.problem, arrays, chains))

    def _answer(self, arrays: Compiled, work: Work, report: Callable[[Progress], None]) -> Answer:
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
            report=report,
            show=partial(self._show, arrays) if means.show else None,
            stop=self._stop,
        )

    def _show(self, arrays: Compiled, taken: Sequence[Ints]) -> None:
        """Offer a plan on the way; it is put together only for those who ask."""
        if self._means.show:
            self._means.show(lambda: self._draft(arrays, taken))

    def _draft(self, arrays: Compiled, taken: Sequence[Ints]) -> Draft:
        chains = chains_of(self.problem, arrays, taken)
        chains = without(chains, wishless(self.problem, chains))
        boardings = boardings_of(self.problem, arrays, chains)
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
            solver=SOLVER,
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
        while self._learn(boardings):  # what was known of all of them says little of the rest
            pass
        choice = replace(run.choice, chains=chains, boardings=boardings)
        return replace(run, choice=choice, body=assemble(self.problem, chains, boardings))

    def value(self, name: str, body: Body) -> float:
        """Return the value of one level, from the plan's own figures."""
        return level_value(self.problem, name, body.legs, body.inventory, body.costs)

    def level(self, name: str, run: Run, bound: float) -> LevelResult:
        """Return a level with its bound, less what rounding a plan to cents may take off."""
        rounding = ROUNDING_EUR * len(self.problem.shipments)
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
        limits = limits_of(self.problem)
        run = self.run(weights_of(self.problem, name), before=limits)
        broken = [limit for limit in limits if limit.excess(run.body) > 0]
        if broken:
            return price_limit(self, name, broken[0], run).run
        if limits:
            names = " and the ".join(limit.name for limit in limits)
            self.tell_level(f"within the {names}", name, run, run.answer.bound)
        return run

    def unit(self, level: str) -> str:
        """Return what a level is measured in."""
        return _UNITS.get(level, "EUR")

    def tell(self, phase: str) -> None:
        """Tell a phase whose figures compare with none of the level."""
        self._means.watch(Progress(phase=phase, best=None, bound=None))

    def tell_level(self, phase: str, level: str, best: Run | None, bound: float) -> None:
        """Tell the best plan of a level that keeps its limits, and its bound, in its own terms."""
        hopeless = math.fsum(
            leaving_eur(s) for s in self.problem.shipments if s.shipment_id in self._unservable
        )
        value = None if best is None else self.value(level, best.body) - hopeless
        bound = max(0.0, bound - hopeless)
        if value is not None:
            bound = min(bound, value)
        self._means.watch(Progress(phase=phase, best=value, bound=bound))

    def _tell_before(self, limits: Sequence[Limit], progress: Progress) -> None:
        """Tell a run as it goes; a plan that may break a limit is not yet the best of anything."""
        if limits:
            names = " and the ".join(limit.name for limit in limits)
            phase = f"before the {names}: {progress.phase}"
            progress = replace(progress, phase=phase, best=None)
        self._means.watch(progress)


def _nobody(_: Progress) -> None:
    """Tell nobody."""


def _stopper(means: Means) -> Callable[[], bool]:
    """Return what says when to stop: the caller, or the clock where a time limit is wanted."""
    if means.time_limit_s is None:
        return means.stop
    end = time.monotonic() + means.time_limit_s
    return lambda: means.stop() or time.monotonic() > end
