"""Solve the exact model with HiGHS through OR-Tools' MathOpt, level by level, with its bound."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

import ortools
from ortools.math_opt.python import mathopt

from optimizer.consignments import divided
from optimizer.errors import InfeasibleError, NoPlanFoundError, ProblemError
from optimizer.plan import Boarding
from optimizer.problem import service_rates
from optimizer.punctuality import Forecast, refuse_divisible
from optimizer.solvers.bulk import own_words_to_stderr
from optimizer.solvers.choice import Choice, LevelResult, aboard
from optimizer.solvers.connection import keep_connected
from optimizer.solvers.constraints import add_constraints
from optimizer.solvers.objectives import levels
from optimizer.solvers.paths import parts_of
from optimizer.solvers.reliability import keep_punctual
from optimizer.solvers.search import Work
from optimizer.solvers.static import choose_static, is_design
from optimizer.solvers.variables import Variables, make_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from data.freight import Shipment
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

# Branch-and-bound nodes per level, and the relative gap at which a level is closed.
NODES_BY_EFFORT = {"small": 1, "normal": 50, "large": 1_000_000}
GAP_BY_EFFORT = {"small": 1e-3, "normal": 1e-4}
_TIGHT_GAP = 1e-9
_HOLD = 1e-7  # relative slack when an earlier level is held
_LOOSE = 1e-5  # likewise at the value of a plan, which is rounded to cents and milligrams
_MOST_DIGITS = 9  # of an effort: solvers count in 32 or 64 bits
_NOISE = 1e-6  # a unit more or less is no rounding matter


def nodes_of(effort: str) -> int:
    """Return the nodes that an effort allows: by name, or a number."""
    if effort in NODES_BY_EFFORT:
        return NODES_BY_EFFORT[effort]
    digits = effort.isdecimal() and effort.isascii() and len(effort) <= _MOST_DIGITS
    if digits and int(effort) > 0:
        return int(effort)
    most = 10**_MOST_DIGITS - 1
    raise ProblemError(
        f"effort {effort!r}, wanted small, normal, large or a number from 1 to {most}"
    )


def choose(  # noqa: PLR0913  (all limits of one solve)
    problem: Problem,
    departures: Sequence[Departure],
    *,
    crowded: frozenset[str],
    effort: str,
    seed: int,
    time_limit_s: float | None = None,
    left_s: Callable[[], float | None] | None = None,
    report: Callable[[str], None] = lambda _: None,
    solver: str = "HIGHS",
    held: Sequence[float] = (),
) -> Choice:
    """Return the best choice within the effort: branch-and-bound nodes a level, never seconds.

    The first levels are not minimised but kept at what `held` says; the choice has only the others.

    Seconds count only where they are asked for: so many a level, or what `left_s` says before each
    solve.

    Raises
    ------
    InfeasibleError
        when the limits of the scenario cannot be kept even with every shipment left behind.
    NoPlanFoundError
        when effort ran out before any plan was found.
    """
    refuse_divisible(problem)
    if not problem.needs and is_design(problem, departures, crowded):
        work = Work(
            effort=effort,
            nodes=nodes_of(effort),
            gap=GAP_BY_EFFORT.get(effort, _TIGHT_GAP),
            seed=seed,
            seconds=left_s() if left_s else time_limit_s,
            report=report,
        )
        choice = choose_static(problem, departures, work)
        if choice is None:
            raise NoPlanFoundError("no plan found within the effort")
        return choice
    v = make_variables(problem, departures, crowded)
    add_constraints(v)
    forecast = Forecast(problem)
    results: list[LevelResult] = []
    solution: dict[mathopt.Variable, float] = {}
    wanted = levels(v)
    for level, value in zip(wanted, held, strict=False):
        v.model.add_linear_constraint(level.expression <= value + _LOOSE * max(1.0, abs(value)))
    for level in wanted[len(held) :]:
        report(f"minimising {level.name}")
        v.model.minimize(level.expression)
        # A plan to start from: nobody served, then what the level before found.
        start = mathopt.SolutionHint(variable_values=solution or _nobody_served(v))
        while True:
            seconds = left_s() if left_s else time_limit_s
            parameters = mathopt.SolveParameters(
                random_seed=seed,
                node_limit=nodes_of(effort),
                relative_gap_tolerance=GAP_BY_EFFORT.get(effort, _TIGHT_GAP),
                absolute_gap_tolerance=0.0,
                time_limit=None if seconds is None else timedelta(seconds=seconds),
            )
            solved = _solved(v.model, mathopt.SolverType[solver], parameters, start)
            _refuse(solved.termination, problem)
            solution = solved.variable_values()
            if not keep_connected(v, solution) and not keep_punctual(v, forecast, solution):
                break
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
    parts = {name: parts_of(problem, flow, solution) for name, flow in v.flows.items()}
    shipments, chains = divided(problem.shipments, parts)
    return Choice(
        shipments=shipments,
        chains=chains,
        boardings=_boardings(v, solution, shipments, chains),
        unservable=frozenset(name for name, flow in v.flows.items() if not flow.usable),
        levels=tuple(results),
        solver=f"HiGHS by OR-Tools {ortools.__version__}",
    )


def _solved(
    model: mathopt.Model,
    solver: mathopt.SolverType,
    parameters: mathopt.SolveParameters,
    start: mathopt.SolutionHint,
) -> mathopt.SolveResult:
    """Solve from a plan to start with; if the solver fails over it, without.

    Raises
    ------
    NoPlanFoundError
        when the solver fails all the same.
    """
    for hints in ([start], []):
        told = mathopt.ModelSolveParameters(solution_hints=hints)
        try:
            with own_words_to_stderr():
                return mathopt.solve(model, solver, params=parameters, model_params=told)
        except (AttributeError, RuntimeError, ValueError) as error:  # as OR-Tools passes them on
            failed = error
    raise NoPlanFoundError(f"the solver failed: {failed.__context__ or failed}") from failed


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


def _boardings(
    v: Variables,
    solution: dict[mathopt.Variable, float],
    shipments: Sequence[Shipment],
    chains: Mapping[str, Sequence[Departure]],
) -> tuple[Boarding, ...]:
    travelling = aboard(shipments, chains)
    found = []
    for name, opened in v.opened.items():
        on_board = travelling.get(name)
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
