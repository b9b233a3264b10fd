"""Solve the exact model with HiGHS through OR-Tools' MathOpt, level by level, with its bound."""

from __future__ import annotations

import math
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import ortools
from ortools.math_opt.python import mathopt

from optimizer.errors import InfeasibleError, NoPlanFoundError, ProblemError
from optimizer.plan import Boarding
from optimizer.problem import service_rates
from optimizer.solvers.constraints import add_constraints
from optimizer.solvers.objectives import levels
from optimizer.solvers.variables import Variables, make_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from optimizer.problem import Problem
    from optimizer.timetable import Departure

# Branch-and-bound nodes per level, and the relative gap at which a level is closed.
NODES_BY_EFFORT = {"small": 1, "normal": 50, "large": 1_000_000}
GAP_BY_EFFORT = {"small": 1e-3, "normal": 1e-4}
_TIGHT_GAP = 1e-9
_HOLD = 1e-7  # relative slack when an earlier level is held
_TRUE = 0.5
_STDOUT, _STDERR = 1, 2
_NOISE = 1e-6  # a unit more or less is no rounding matter


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelResult:
    """What one level reached, and what the solver proved of it."""

    name: str
    unit: str
    value: float
    lower_bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the solver chose: departures per shipment, units per departure, bounds per level."""

    chains: dict[str, tuple[Departure, ...]]  # empty: unserved
    boardings: tuple[Boarding, ...]
    levels: tuple[LevelResult, ...]
    solver: str


def nodes_of(effort: str) -> int:
    """Return the nodes that an effort allows: by name, or a number."""
    if effort in NODES_BY_EFFORT:
        return NODES_BY_EFFORT[effort]
    if effort.isdigit() and int(effort) > 0:
        return int(effort)
    raise ProblemError(f"effort {effort!r}, wanted small, normal, large or a number > 0")


def choose(  # noqa: PLR0913  (all limits of one solve)
    problem: Problem,
    departures: Sequence[Departure],
    *,
    crowded: frozenset[str],
    effort: str,
    seed: int,
    time_limit_s: float | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> Choice:
    """Return the best choice within the effort: branch-and-bound nodes a level, never seconds.

    Raises
    ------
    InfeasibleError
        when the limits of the scenario cannot be kept even with every shipment left behind.
    NoPlanFoundError
        when effort ran out before any plan was found.
    """
    v = make_variables(problem, departures, crowded)
    add_constraints(v)
    parameters = mathopt.SolveParameters(
        random_seed=seed,
        node_limit=nodes_of(effort),
        relative_gap_tolerance=GAP_BY_EFFORT.get(effort, _TIGHT_GAP),
        absolute_gap_tolerance=0.0,
        time_limit=None if time_limit_s is None else timedelta(seconds=time_limit_s),
    )
    results: list[LevelResult] = []
    solution: dict[mathopt.Variable, float] = {}
    for level in levels(v):
        report(f"minimising {level.name}")
        v.model.minimize(level.expression)
        # A plan to start from: nobody served, then what the level before found.
        start = mathopt.SolutionHint(variable_values=solution or _nobody_served(v))
        with _own_words_to_stderr():
            solved = mathopt.solve(
                v.model,
                mathopt.SolverType.HIGHS,
                params=parameters,
                model_params=mathopt.ModelSolveParameters(solution_hints=[start]),
            )
        _refuse(solved.termination, problem)
        solution = solved.variable_values()
        value = solved.objective_value()
        bound = min(solved.dual_bound(), value)
        results.append(
            LevelResult(
                name=level.name,
                unit=level.unit,
                value=value,
                lower_bound=bound if math.isfinite(bound) else 0.0,
            )
        )
        v.model.add_linear_constraint(level.expression <= value + _HOLD * max(1.0, abs(value)))
    return Choice(
        chains={name: _chain(v, name, solution) for name in v.flows},
        boardings=_boardings(v, solution),
        levels=tuple(results),
        solver=f"HiGHS by OR-Tools {ortools.__version__}",
    )


@contextmanager
def _own_words_to_stderr() -> Iterator[None]:
    """Send what HiGHS prints by itself to stderr: stdout belongs to whoever reads our answer."""
    sys.stdout.flush()
    kept = os.dup(_STDOUT)
    try:
        os.dup2(_STDERR, _STDOUT)
        yield
    finally:
        os.dup2(kept, _STDOUT)
        os.close(kept)


def _nobody_served(v: Variables) -> dict[mathopt.Variable, float]:
    left = {flow.unserved for flow in v.flows.values()}
    return {x: float(x in left) for x in v.model.variables()}


def _refuse(termination: mathopt.Termination, problem: Problem) -> None:
    reason = termination.reason
    if reason in {mathopt.TerminationReason.OPTIMAL, mathopt.TerminationReason.FEASIBLE}:
        return
    objective = problem.scenario.objective
    if reason == mathopt.TerminationReason.INFEASIBLE:
        limits = [
            f"{name} {value:g}"
            for name, value in (
                ("carbon_cap_kgco2e", objective.carbon_cap_kgco2e),
                ("budget", objective.budget),
            )
            if value is not None
        ]
        raise InfeasibleError(f"no plan keeps {' and '.join(limits) or 'the rules'} together")
    raise NoPlanFoundError(f"no plan found within the effort ({termination.detail or reason.name})")


def _chain(
    v: Variables, name: str, solution: dict[mathopt.Variable, float]
) -> tuple[Departure, ...]:
    flow = v.flows[name]
    return tuple(d for d in flow.usable if solution[flow.board[d.departure_id]] > _TRUE)


def _boardings(v: Variables, solution: dict[mathopt.Variable, float]) -> tuple[Boarding, ...]:
    found = []
    for name, opened in v.opened.items():
        boards = [f for f in v.flows.values() if name in f.board]
        on_board = [f.shipment for f in boards if solution[f.board[name]] > _TRUE]
        if not on_board:
            continue
        part = solution[opened.part] if opened.part is not None else 0.0
        full = math.ceil(solution[opened.full] - _NOISE)
        rates = service_rates(v.problem.services[opened.departure.service_id], v.problem)
        mass_kg = sum(s.mass_kg for s in on_board)
        burnt_mj = rates.fuel_mj_per_kg * mass_kg
        used_kwh = rates.kwh_per_unit * (full + part) + rates.kwh_per_kg * mass_kg
        found.append(
            Boarding(
                departure=opened.departure,
                full_units=full,
                part_units=part,
                saf_share=_share(opened.saf_mj, burnt_mj, solution),
                eac_share=_share(opened.eac_kwh, used_kwh, solution),
                shipments=tuple(on_board),
            )
        )
    return tuple(found)


def _share(
    bought: mathopt.Variable | None, used: float, solution: dict[mathopt.Variable, float]
) -> float:
    """Return what share of an energy was bought; next to nothing is solver noise."""
    if bought is None or not used > 0:
        return 0.0
    share = min(1.0, max(0.0, solution[bought] / used))
    return 0.0 if share < _NOISE else share
