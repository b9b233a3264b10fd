"""Choose loads from a pool so that every box is carried at least cost (CP-SAT)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORK = 4.0  # deterministic time of CP-SAT, about seconds


class Cover(NamedTuple):
    """How often each load of the pool is used, and the least cost that the pool allows."""

    uses: tuple[int, ...]
    proven: bool  # no choice from this pool costs less


def cheapest_cover(  # noqa: PLR0913, PLR0917  (a pool, its prices, what is wanted and is allowed)
    counts: Sequence[Sequence[tuple[int, int]]],
    costs: Sequence[int],
    quantities: Sequence[int],
    kinds: Sequence[int],
    most: Sequence[int | None],
    start: Sequence[int],
    seed: int,
) -> Cover:
    """Return uses of loads that together hold at least every quantity, at least cost.

    `counts` are (item, how many) of each load; `kinds` its kind of unit, of which there are `most`;
    `start` is a choice known to work. The work is counted: the same pool gives the same choice.
    """
    model = cp_model.CpModel()
    highest = [max((-(-quantities[i] // n) for i, n in load), default=0) for load in counts]
    uses = [model.new_int_var(0, high, "") for high in highest]
    held: list[list[object]] = [[] for _ in quantities]
    for load, use in zip(counts, uses, strict=True):
        for item, number in load:
            held[item].append(number * use)
    for item, wanted in enumerate(quantities):
        if wanted:
            model.add(sum(held[item]) >= wanted)  # type: ignore[arg-type]
    for kind, limit in enumerate(most):
        if limit is not None:
            model.add(sum(u for u, k in zip(uses, kinds, strict=True) if k == kind) <= limit)
    for use, known in zip(uses, start, strict=True):
        model.add_hint(use, known)
    model.minimize(sum(c * u for c, u in zip(costs, uses, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = _WORK
    status = solver.solve(model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Cover(tuple(start), proven=False)
    return Cover(tuple(solver.value(u) for u in uses), proven=status == cp_model.OPTIMAL)
