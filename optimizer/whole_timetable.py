"""Date a timetable in full for thousands of shipments, vehicles without a schedule on a grid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.timetable import Pace, TooManyDeparturesError

if TYPE_CHECKING:
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

_GRIDS = (1, 15, 60, 240, 720)  # minutes between departures of a vehicle without a schedule
_MOST = 150_000  # departures that a scan over all of them still takes quickly


def with_whole_timetable(problem: Problem) -> tuple[tuple[Departure, ...], Problem]:
    """Return every departure that freight can catch, and the problem with what was assumed."""
    for minutes in _GRIDS[:-1]:
        try:
            return problem.departures(pace=Pace(minutes=minutes, most=_MOST)), _told(
                problem, minutes
            )
        except TooManyDeparturesError:
            continue
    return problem.departures(pace=Pace(minutes=_GRIDS[-1])), _told(problem, _GRIDS[-1])


def _told(problem: Problem, minutes: int) -> Problem:
    if minutes == 1:
        return problem
    words = (
        f"vehicles without a schedule leave every {minutes} minutes: with "
        f"{len(problem.shipments):,} shipments some freight is always waiting; the bound holds for "
        "plans that keep to it"
    )
    return replace(problem, assumptions=(*problem.assumptions, words))
