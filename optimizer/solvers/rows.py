"""Put rows of cargo in an order, and at places along a unit, that its supports bear (CP-SAT)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORK = 2.0  # deterministic time of CP-SAT for any answer, about seconds
_POLISH = 0.2  # and for one that moves less


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Cargo that moves along the unit as one: from x_mm, length_mm long."""

    x_mm: int
    length_mm: int
    mass_g: tuple[int, ...]  # on board as loaded, and as the unit leaves each stop but the last
    twice_moment: tuple[int, ...]  # of the same: mass x twice the distance from the row's front


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Where the centre of gravity may lie at one stop: twice its distance from the front wall."""

    twice_least_mm: int | None
    twice_most_mm: int | None


def _cannot(length_mm: int, rows: Sequence[Row], stop: int, window: Window) -> bool:
    """Return whether no order of rows keeps a window, whatever else is asked of it.

    Mass lies foremost if the densest rows stand at the front wall without a gap (Smith's rule), and
    farthest back if they stand so at the other end.
    """
    mass = sum(row.mass_g[stop] for row in rows)
    dense = sorted(rows, key=lambda row: Fraction(row.mass_g[stop], row.length_mm), reverse=True)
    foremost = hindmost = taken = 0
    for row in dense:
        here, own = row.mass_g[stop], row.twice_moment[stop]
        foremost += 2 * here * taken + own
        taken += row.length_mm
        hindmost += 2 * here * (length_mm - taken) + own
    least, most = window.twice_least_mm, window.twice_most_mm
    too_far_back = most is not None and foremost > mass * most
    return too_far_back or (least is not None and hindmost < mass * least)


def balanced_rows(
    length_mm: int,
    rows: Sequence[Row],
    windows: Sequence[Window],
    fixed: Sequence[tuple[int, int]],
    seed: int,
) -> tuple[int, ...] | None:
    """Return a place for each row so that every window is kept; None where none was found.

    `fixed` are pairs of rows (a, b) of which a stays in front of b. From the first answer on, those
    are sought for a little while that move rows less in sum; the work is counted, so the answer is
    the same each time.
    """
    if any(_cannot(length_mm, rows, stop, window) for stop, window in enumerate(windows)):
        return None
    model = cp_model.CpModel()
    x = [model.new_int_var(0, length_mm - r.length_mm, "") for r in rows]
    model.add_no_overlap(
        [
            model.new_fixed_size_interval_var(at, row.length_mm, "")
            for at, row in zip(x, rows, strict=True)
        ]
    )
    for a, b in fixed:
        model.add(x[a] + rows[a].length_mm <= x[b])
    for stop, window in enumerate(windows):
        mass = sum(row.mass_g[stop] for row in rows)
        twice = sum(
            2 * row.mass_g[stop] * at + row.twice_moment[stop]
            for at, row in zip(x, rows, strict=True)
        )
        if window.twice_least_mm is not None:
            model.add(twice >= mass * window.twice_least_mm)
        if window.twice_most_mm is not None:
            model.add(twice <= mass * window.twice_most_mm)
    for at, row in zip(x, rows, strict=True):
        model.add_hint(at, row.x_mm)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = _WORK
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None
    places = tuple(solver.value(at) for at in x)
    model.clear_hints()
    moved = []
    for at, row, place in zip(x, rows, places, strict=True):
        away = model.new_int_var(0, length_mm, "")
        model.add_abs_equality(away, at - row.x_mm)
        moved.append(away)
        model.add_hint(at, place)
        model.add_hint(away, abs(place - row.x_mm))
    model.minimize(sum(moved))
    solver.parameters.max_deterministic_time = _POLISH
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return places
    return tuple(solver.value(at) for at in x)
