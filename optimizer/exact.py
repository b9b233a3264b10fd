"""Solve round by round with the exact model: limits and needs that a round breaks bind the next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from data.units import CENTS_PER_EUR
from optimizer.assemble import assemble, tightened
from optimizer.errors import NoPlanFoundError
from optimizer.exact_only import MOST_EXACT, clock_of, moves, refuse, said
from optimizer.proofs import overfull, plan_of, proven
from optimizer.scores import level_value
from optimizer.solvers.choice import LevelResult
from optimizer.solvers.mip import choose
from optimizer.solvers.static import is_design
from optimizer.stowage import crammed, floors_of, least_missed
from optimizer.stowing import Stower
from optimizer.timetable import without_successor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from optimizer.assemble import Body
    from optimizer.exact_only import Clock
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.solve import Effort, Hands
    from optimizer.solvers.choice import Choice
    from optimizer.stowage import Need
    from optimizer.timetable import Departure

SCOUT = "small"  # the effort that finds out cheaply what binds
_TRIES = {"small": 2, "normal": 4}  # rounds with what was learnt of pieces
_MOST_TRIES = 11
_SAME = 1e-6  # relative: a level that was held is no worse
_ENOUGH = 1e-4  # relative, as near as the exact model goes with normal effort


def choose_exactly(
    problem: Problem,
    effort: Effort,
    as_of: date | None,
    report: Callable[[str], None],
    hands: Hands,
) -> tuple[Plan, tuple[Departure, ...]]:
    """Solve without most limits on units, then with those that were broken, until none is.

    Each round relaxes the one after it, so the last one's bound holds for the whole problem. What
    pieces need beyond mass and volume comes after that: placements are the best found, not proven,
    so their rounds look for a better plan and the bound before them stands.
    """
    rounds = _Rounds(problem, effort, report, hands)
    choice, travelling = rounds.settled()
    boardings = [tightened(travelling, b) for b in choice.boardings]
    body = assemble(travelling, choice.chains, boardings, rounds.stower.stow(boardings))
    plan = plan_of(travelling, choice, body, effort, as_of)
    if rounds.clock.end is not None:
        plan = replace(plan, deterministic=False)
    if choice.shipments != problem.shipments:
        plan = replace(plan, asked=problem.shipments)
    return plan, rounds.departures


class _Rounds:
    """The rounds of one problem, and what they have found to bind so far."""

    def __init__(
        self, problem: Problem, effort: Effort, report: Callable[[str], None], hands: Hands
    ) -> None:
        self._problem, self._effort, self._report = problem, effort, report
        large = len(problem.shipments) > MOST_EXACT
        if large and moves(problem):  # before a timetable is built that nobody can use
            refuse(problem)
        self.departures = problem.departures()
        self._crowded = without_successor(problem.timetable, self.departures)
        large = large and not is_design(problem, self.departures, self._crowded)
        self.clock = clock_of(effort.name, effort.time_limit_s, hands.stop, crowded=large)
        if large:
            refuse(problem)
            _say_exact(problem, self.clock, report, hands)
        # A scout finds out cheaply where units run out; where nothing waits, all limits stand.
        at_once = all(d.arrives_at == d.departs_at for d in self.departures)
        self._scout = effort.name if at_once else SCOUT
        self._proven: tuple[LevelResult, ...] = ()  # of the round before anything was learnt
        self.stower = Stower(problem, effort.seed, effort.name)

    def settled(self) -> tuple[Choice, Problem]:
        """Return the best choice found whose pieces are all placed, and its problem.

        First without needs, for the bound; then, where that plan must open units that no model
        weighed or leave what it has no units for, so many times with what was learnt of pieces. But
        for effort small the last round goes by needs alone: loading metres are only a custom.
        """
        found: list[tuple[tuple[float, ...], Choice, Problem]] = []
        last = _TRIES.get(self._effort.name, _MOST_TRIES)
        for tries in range(last + 1):
            try:
                choice, travelling = self._round()
            except NoPlanFoundError:
                if found:  # a later round ran out of effort; an earlier one has a plan
                    break
                raise
            kept, learnt = self._relieved(choice, travelling)
            values = _values(learnt, assemble(learnt, kept.chains, kept.boardings), choice)
            found.append((values, kept, learnt))
            if _as_good(values, choice) or (tries and self.clock.stop()):
                break
            self._learn(learnt.needs[len(travelling.needs) :], choice)
            opened = replace(travelling, needs=learnt.needs)
            self._ran_out(overfull(assemble(opened, choice.chains, choice.boardings)))
            if tries == last - 1 and self._effort.name != SCOUT:
                self._problem = replace(self._problem, floors={})
        values, choice, travelling = min(found, key=lambda x: tuple(round(v, 2) for v in x[0]))
        return self._with_bounds(choice, values), travelling

    def _relieved(self, choice: Choice, problem: Problem) -> tuple[Choice, Problem]:
        """Return a choice with the units its pieces need, and without what finds none.

        The cap and the budget are kept too: units that no model weighed cost and emit.
        """
        while True:
            opened = [tightened(problem, b) for b in choice.boardings]
            if needs := self.stower.needs(opened):
                problem = replace(problem, needs=(*problem.needs, *needs))
                continue
            left = crammed(problem, opened)
            if not left and not _keeps_limits(problem, choice):
                left = least_missed(choice.boardings)
            if not left:
                return choice, problem
            choice = _without(choice, left)

    def _round(self) -> tuple[Choice, Problem]:
        """Return a choice that keeps all limits on units, and what was learnt of pieces."""
        name, enough = self._scout, self._effort.name
        if self._proven and enough in _TRIES:
            # A bound is there, and placements move plans more than a solver's last gap does.
            enough = self._scout
        while True:
            choice = choose(
                self._problem,
                self.departures,
                crowded=self._crowded,
                effort=name,
                seed=self._effort.seed,
                left_s=self.clock.left_s,
                report=self._report,
            )
            travelling = replace(self._problem, shipments=choice.shipments)
            body = assemble(travelling, choice.chains, choice.boardings)
            if self._ran_out(overfull(body) - self._crowded):
                continue
            if name == enough or proven(travelling, body, choice):
                return choice, travelling
            name = enough

    def _ran_out(self, full: frozenset[str]) -> bool:
        """Tell whether some departure was given more units than it has; from now on it is not."""
        if not full:
            return False
        self._report(f"out of units: {', '.join(sorted(full))}")
        self._crowded |= full
        self.departures = self._problem.departures(self._crowded)
        return True

    def _learn(self, needs: Sequence[Need], choice: Choice) -> None:
        for need in needs:
            names = ", ".join(sorted(need.shipments))
            self._report(f"pieces of {names} {need.text}")
        if not self._proven:
            self._proven = choice.levels
            self._problem = replace(self._problem, floors=floors_of(self._problem))
        self._problem = replace(self._problem, needs=(*self._problem.needs, *needs))

    def _with_bounds(self, choice: Choice, values: Sequence[float]) -> Choice:
        """Return a choice with bounds that hold whatever better placements there may be.

        A level after the first was bounded with those before it held at that round's values; where
        these are worse now, it is bounded anew.
        """
        if not self._proven:
            return choice
        levels, held = [], True
        for n, (level, earlier) in enumerate(zip(choice.levels, self._proven, strict=True)):
            if not held:
                earlier = self._bounded(values[:n])  # noqa: PLW2901
            bound = min(earlier.lower_bound, values[n])
            levels.append(replace(level, value=values[n], lower_bound=bound))
            held = held and values[n] <= earlier.value + _SAME * max(1.0, abs(earlier.value))
        return replace(choice, levels=tuple(levels))

    def _bounded(self, held: Sequence[float]) -> LevelResult:
        """Return the next level with all before it held at some values, whatever pieces need."""
        try:
            choice = self._held(held)
        except NoPlanFoundError:  # no bound is a bound of nothing
            return LevelResult(name="", unit="", value=0.0, lower_bound=0.0)
        return choice.levels[0]

    def _held(self, held: Sequence[float]) -> Choice:
        return choose(
            replace(self._problem, needs=(), floors={}),
            self.departures,
            crowded=self._crowded,
            effort=self._scout if self._effort.name in _TRIES else self._effort.name,
            seed=self._effort.seed,
            left_s=self.clock.left_s,
            report=self._report,
            held=held,
        )


def _without(choice: Choice, left: Sequence[str]) -> Choice:
    """Return a choice that leaves some shipments."""
    chains = {name: () if name in left else chain for name, chain in choice.chains.items()}
    staying = [
        replace(b, shipments=tuple(s for s in b.shipments if s.shipment_id not in left))
        for b in choice.boardings
    ]
    return replace(choice, chains=chains, boardings=tuple(b for b in staying if b.shipments))


def _keeps_limits(problem: Problem, choice: Choice) -> bool:
    limits = problem.scenario.objective
    if limits.carbon_cap_kgco2e is None and limits.budget is None:
        return True
    body = assemble(problem, choice.chains, choice.boardings)
    market = limits.co2e_basis == "market_based"
    total = body.inventory.market_based if market else body.inventory.physical
    cap, budget = limits.carbon_cap_kgco2e, limits.budget
    return (cap is None or total.wtw_kgco2e <= cap) and (
        budget is None or body.costs.paid <= budget * CENTS_PER_EUR
    )


def _values(problem: Problem, body: Body, choice: Choice) -> tuple[float, ...]:
    return tuple(
        level_value(problem, level.name, body.legs, body.inventory, body.costs)
        for level in choice.levels
    )


def _as_good(values: Sequence[float], choice: Choice) -> bool:
    """Tell whether a plan with the units its pieces need is as good as the model said."""
    return all(
        value <= level.value + _ENOUGH * max(1.0, abs(level.value))
        for value, level in zip(values, choice.levels, strict=True)
    )


def _say_exact(problem: Problem, clock: Clock, report: Callable[[str], None], hands: Hands) -> None:
    """Say why the exact model is used for so many; who watches knows that a stop is heard."""
    from optimizer.planner.engine import Progress  # noqa: PLC0415  (loads numba)

    report(said(problem, clock))
    hands.watch(Progress(phase="exact model", best=None, bound=None))
