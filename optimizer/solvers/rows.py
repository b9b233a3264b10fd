"""Put rows of cargo in an order, and at places along a unit, that its supports bear (CP-SAT)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORK = 2.0  # deterministic time of CP-SAT, about seconds


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


def balanced_rows(
    length_mm: int,
    rows: Sequence[Row],
    windows: Sequence[Window],
    fixed: Sequence[tuple[int, int]],
    seed: int,
) -> tuple[int, ...] | None:
    """Return a place for each row so that every window is kept; None where none was found.

    `fixed` are pairs of rows (a, b) of which a stays in front of b. Of all answers found the one
    that moves rows least in sum is returned; the work is counted, so it is the same each time.
    """
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
    moved = []
    for at, row in zip(x, rows, strict=True):
        model.add_hint(at, row.x_mm)
        away = model.new_int_var(0, length_mm, "")
        model.add_abs_equality(away, at - row.x_mm)
        moved.append(away)
    model.minimize(sum(moved))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = _WORK
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None
    return tuple(solver.value(at) for at in x)
