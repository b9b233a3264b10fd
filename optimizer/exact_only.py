"""Say what the search at scale cannot plan, and how far the exact model goes in its place."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.errors import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.problem import Problem

MOST_EXACT = 40  # shipments; beyond, the exact model takes minutes where the search takes seconds
MOST_ANYHOW = 150  # shipments; beyond, the exact model has no answer within a coffee break
LIMIT_S = 120.0  # where the exact model takes more than it is meant for, and nobody said how long
_HASTY = {"small", "normal"}  # efforts that are limited so
_STOPPED_S = 1.0  # for what is not solved yet when a stop is seen
_LEAST_S = 1.0
_MOST_TOLD = 5


def rows_for_exact(problem: Problem) -> tuple[str, ...]:
    """Return the rows that need the exact model: what is divided, and what takes no time."""
    divisible = [
        f"shipments.csv: shipment {s.shipment_id} is divisible"
        for s in problem.shipments
        if s.divisible
    ]
    # Arrays put an arrival after its departure: what takes no time needs the exact side.
    at_once = [
        f"services.csv: service {s.service_id} takes no time (duration_h {s.duration_h:g})"
        for _, s in sorted(problem.services.items())
        if s.duration_h <= 0
    ]
    dated = [
        f"departures.csv: departure {d.departure_id} arrives when it departs"
        for _, dated in sorted(problem.dated.items())
        for d in dated
        if d.arrives_at <= d.departs_at
    ]
    return (*divisible, *at_once, *dated)


def told(rows: tuple[str, ...]) -> str:
    """Return the first rows in one line, and how many more there are."""
    more = len(rows) - _MOST_TOLD
    return "; ".join(rows[:_MOST_TOLD]) + (f"; and {more} more" if more > 0 else "")


def refuse(problem: Problem) -> None:
    """Refuse a problem that needs the exact model and is too large for it.

    Raises
    ------
    ProblemError
        naming the rows that need it, and what to do about them.
    """
    if len(problem.shipments) <= MOST_ANYHOW:
        return
    raise ProblemError(
        f"{told(rows_for_exact(problem))}: only the exact model plans that, for at most "
        f"{MOST_ANYHOW} shipments, found {len(problem.shipments)}; say divisible = no, or plan "
        "such shipments apart; give services and departures a duration above 0"
    )


def moves(problem: Problem) -> bool:
    """Tell whether anything takes time, so that the problem is no design of flows."""
    return any(s.duration_h > 0 for s in problem.services.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How long the exact model may take for what comes next."""

    asked_s: float | None  # a level, as the caller asked
    end: float | None  # of all levels together, by the monotonic clock
    stop: Callable[[], bool]

    def left_s(self) -> float | None:
        """Return seconds for the next solve; after a stop, just enough to keep what is there."""
        if self.stop():
            return _STOPPED_S
        if self.end is None:
            return self.asked_s
        return max(_LEAST_S, self.end - time.monotonic())


def clock_of(
    effort: str, asked_s: float | None, stop: Callable[[], bool], *, crowded: bool
) -> Clock:
    """Return the clock of a problem; `crowded` says that it has more shipments than are meant."""
    limited = crowded and asked_s is None and effort in _HASTY
    return Clock(asked_s=asked_s, end=time.monotonic() + LIMIT_S if limited else None, stop=stop)


def said(problem: Problem, clock: Clock) -> str:
    """Return in a line why the exact model is used, for how long, and when a stop takes effect."""
    limit = clock.asked_s if clock.end is None else LIMIT_S
    if limit is None:
        ends = "no time limit, and a stop takes effect between levels"
    elif clock.end is None:
        ends = f"at most {limit:g} s a level, and a stop takes effect then"
    else:
        ends = f"at most {limit:g} s in all, and a stop takes effect then at the latest"
    return (
        f"exact model for {len(problem.shipments)} shipments, because of "
        f"{told(rows_for_exact(problem))}: {ends}"
    )
