"""Hand whole arrays to a solver and get arrays back: objects cost microseconds a term."""

from __future__ import annotations

import math
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.float64]
    Ints: TypeAlias = npt.NDArray[np.int64]
    Flags: TypeAlias = npt.NDArray[np.bool_]

_STDOUT, _STDERR = 1, 2
_SOUND = {mathopt.TerminationReason.OPTIMAL, mathopt.TerminationReason.FEASIBLE}


@dataclass(slots=True, kw_only=True)
class Rows:
    """Rows of a model: between two bounds, with their terms as (row, column, value)."""

    lower: Floats
    upper: Floats
    row: Ints
    column: Ints
    value: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """A model to minimise: columns with bounds and costs, and blocks of rows."""

    lower: Floats
    upper: Floats
    integer: Flags
    cost: Floats
    blocks: tuple[Rows, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a solver found: values of the columns, the objective and its proven bound."""

    values: Floats | None  # None: no solution within the limits
    value: float
    bound: float
    optimal: bool
    reduced: Floats | None = None  # reduced costs of a linear model


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a solver may do: nodes, a relative gap, and seconds if any."""

    nodes: int | None = None
    gap: float = 1e-9
    seconds: float | None = None
    seed: int = 1


def solve_linear(model: Bulk, *, seed: int = 1) -> Found:
    """Solve a linear model by dual simplex; its reduced costs are right, as not all are here."""
    variables, built = _built(model)
    parameters = mathopt.SolveParameters(
        lp_algorithm=mathopt.LPAlgorithm.DUAL_SIMPLEX, random_seed=seed
    )
    solved = mathopt.solve(built, mathopt.SolverType.GLOP, params=parameters)
    if solved.termination.reason not in _SOUND:
        return Found(values=None, value=math.inf, bound=-math.inf, optimal=False)
    values, reduced = solved.variable_values(), solved.reduced_costs()
    return Found(
        values=np.array([values[x] for x in variables]),
        value=solved.objective_value(),
        bound=solved.objective_value(),
        optimal=True,
        reduced=np.array([reduced[x] for x in variables]),
    )


def solve_whole(
    model: Bulk,
    limits: Limits,
    *,
    start: Floats | None = None,
    solver: mathopt.SolverType = mathopt.SolverType.HIGHS,
) -> Found:
    """Solve a model with whole columns within limits, from a solution that is known."""
    variables, built = _built(model)
    parameters = mathopt.SolveParameters(
        random_seed=limits.seed,
        node_limit=limits.nodes,
        relative_gap_tolerance=limits.gap,
        absolute_gap_tolerance=0.0,
        time_limit=None if limits.seconds is None else timedelta(seconds=limits.seconds),
    )
    hints = []
    if start is not None:
        values = dict(zip(variables, start.tolist(), strict=True))
        hints = [mathopt.SolutionHint(variable_values=values)]
    with own_words_to_stderr():
        solved = mathopt.solve(
            built,
            solver,
            params=parameters,
            model_params=mathopt.ModelSolveParameters(solution_hints=hints),
        )
    bound = solved.termination.objective_bounds.dual_bound
    if not solved.has_primal_feasible_solution():
        return Found(values=None, value=math.inf, bound=bound, optimal=False)
    found = solved.variable_values()
    return Found(
        values=np.array([found[x] for x in variables]),
        value=solved.objective_value(),
        bound=bound,
        optimal=solved.termination.reason == mathopt.TerminationReason.OPTIMAL,
    )


def _built(model: Bulk) -> tuple[list[mathopt.Variable], mathopt.Model]:
    proto = model_pb2.ModelProto()
    ids = range(len(model.cost))
    proto.variables.ids.extend(ids)
    proto.variables.lower_bounds.extend(model.lower.tolist())
    proto.variables.upper_bounds.extend(model.upper.tolist())
    proto.variables.integers.extend(model.integer.tolist())
    proto.objective.linear_coefficients.ids.extend(ids)
    proto.objective.linear_coefficients.values.extend(model.cost.tolist())
    sizes = [len(block.lower) for block in model.blocks]
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    proto.linear_constraints.ids.extend(range(offsets[-1]))
    rows, columns, values = [], [], []
    for block, offset in zip(model.blocks, offsets[:-1], strict=True):
        proto.linear_constraints.lower_bounds.extend(block.lower.tolist())
        proto.linear_constraints.upper_bounds.extend(block.upper.tolist())
        rows.append(block.row + offset)
        columns.append(block.column)
        values.append(block.value)
    row, column, value = map(np.concatenate, (rows, columns, values))
    order = np.lexsort((column, row))  # the proto wants its terms by row, then column
    matrix = proto.linear_constraint_matrix
    matrix.row_ids.extend(row[order].tolist())
    matrix.column_ids.extend(column[order].tolist())
    matrix.coefficients.extend(value[order].tolist())
    built = mathopt.Model.from_model_proto(proto)
    return list(built.variables()), built


@contextmanager
def own_words_to_stderr() -> Iterator[None]:
    """Send what HiGHS prints by itself to stderr: stdout belongs to whoever reads our answer."""
    sys.stdout.flush()
    kept = os.dup(_STDOUT)
    try:
        os.dup2(_STDERR, _STDOUT)
        yield
    finally:
        os.dup2(kept, _STDOUT)
        os.close(kept)
