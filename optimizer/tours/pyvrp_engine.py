"""Choose tours with PyVRP's iterated local search, where it is installed (`greenlane[tours]`).

Wouda, Lan and Kool, INFORMS Journal on Computing 36(4), 2024 (from memory). It knows windows,
capacities, pairs and a limit on km, and no charging on tour: that is refused, not approximated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.errors import ProblemError
from optimizer.tours.charging import repaired
from optimizer.tours.records import PICKUP, Choice, Route
from optimizer.tours.whole import METRES, SLIP, TICKS, VEHICLE_KM, down, price_of_leaving, up

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

    from optimizer.tours.engine import Effort
    from optimizer.tours.records import Stop, TourProblem, TourVehicle

# PyVRP weighs broken rules by penalties of bounded size, so its units must be of one magnitude.
_MONEY = 10_000  # of an EUR
_LOAD = 1000  # of a kg or a m3


@dataclass(frozen=True, slots=True)
class PyVrpEngine:
    """Iterated local search, bounded by counted iterations."""

    def choose(self, problem: TourProblem, effort: Effort) -> Choice:
        """Return good routes; nothing is proven.

        Raises
        ------
        ProblemError
            if PyVRP is not installed, or the problem has vehicles that charge on tour.
        """
        refuse(problem)
        pyvrp = _installed()
        stop = (
            pyvrp.stop.MaxIterations(effort.steps)
            if effort.time_limit_s is None
            else pyvrp.stop.MaxRuntime(effort.time_limit_s)
        )
        result = pyvrp.solve(_data(pyvrp, problem), stop, seed=effort.seed, display=False)
        return Choice(
            routes=repaired(problem, _routes(problem, result.best), effort),
            engine=f"PyVRP {_version()}",
            deterministic=effort.time_limit_s is None,
        )


def refuse(problem: TourProblem) -> None:
    """Raise for what PyVRP cannot model."""
    electric = sorted(v.vehicle_id for v in problem.vehicles if v.battery_kwh is not None)
    if electric and problem.chargers:
        raise ProblemError(
            f"engine pyvrp: vehicle {', '.join(electric)} may charge on tour, which PyVRP does not "
            "model; wanted a problem without chargers, or engine ortools or exact"
        )


def _installed() -> ModuleType:
    try:
        import pyvrp  # noqa: PLC0415  (optional)
        import pyvrp.stop  # noqa: PLC0415
    except ImportError:
        raise ProblemError(
            "engine pyvrp: PyVRP is not installed, wanted `pip install greenlane[tours]`"
        ) from None
    module: ModuleType = pyvrp
    return module


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415

    return version("pyvrp")


def _window(stop: Stop) -> tuple[int, int]:
    first = max(0, up(stop.ready_min, TICKS))
    return first, max(first, down(stop.due_min, TICKS))


def _singles(problem: TourProblem) -> list[int]:
    return [i for i, stop in enumerate(problem.stops) if not stop.pair_id]


def _kinds(problem: TourProblem) -> list[int]:
    return [k for k, v in enumerate(problem.vehicles) if v.count]


def _per_km(problem: TourProblem, v: TourVehicle) -> float:
    """Return what a km counts as distance: its price, else metres."""
    priced = problem.objective == "cost" and v.eur_per_km > 0
    return v.eur_per_km * _MONEY if priced else float(METRES)


def _data(pyvrp: ModuleType, problem: TourProblem) -> Any:  # noqa: ANN401  (untyped where absent)
    prize = price_of_leaving(problem, _MONEY)
    km: NDArray[np.float64] = np.array(problem.ways.km, np.float64)
    kinds = _kinds(problem)
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in problem.sites],
        clients=[_client(pyvrp, problem.stops[i], prize) for i in _singles(problem)],
        depots=[pyvrp.Depot(problem.vehicles[k].depot) for k in kinds],
        vehicle_types=[_vehicle(pyvrp, problem, k, n) for n, k in enumerate(kinds)],
        distance_matrices=[_ups(km * _per_km(problem, problem.vehicles[k])) for k in kinds],
        duration_matrices=[_ups(km * problem.vehicles[k].minutes(1.0) * TICKS) for k in kinds],
        shipments=[
            _shipment(pyvrp, problem.stops[a], problem.stops[b], 2 * prize)
            for a, b in problem.pairs.values()
        ],
    )


def _ups(scaled: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.ceil(scaled - SLIP).astype(np.int64)


def _load(stop: Stop) -> list[int]:
    return [up(stop.mass_kg, _LOAD), up(stop.volume_m3, _LOAD)]


def _client(pyvrp: ModuleType, stop: Stop, prize: int) -> Any:  # noqa: ANN401
    first, last = _window(stop)
    nothing, load = [0, 0], _load(stop)
    return pyvrp.Client(
        stop.site,
        delivery=nothing if stop.kind == PICKUP else load,
        pickup=load if stop.kind == PICKUP else nothing,
        service_duration=up(stop.service_min, TICKS),
        tw_early=first,
        tw_late=last,
        prize=prize,
        required=False,
    )


def _shipment(pyvrp: ModuleType, a: Stop, b: Stop, prize: int) -> Any:  # noqa: ANN401
    first, last = _window(b)
    return pyvrp.Shipment(
        a.site,
        b.site,
        *_window(a),
        up(a.service_min, TICKS),
        first,
        max(last, _window(a)[0]),  # a pair that cannot be is left, not refused
        up(b.service_min, TICKS),
        amount=_load(a),
        prize=prize,
        required=False,
    )


def _vehicle(pyvrp: ModuleType, problem: TourProblem, k: int, number: int) -> Any:  # noqa: ANN401
    v, cost = problem.vehicles[k], problem.objective == "cost"
    more = {}
    if v.battery_kwh is not None:
        more["max_distance"] = down(v.battery_kwh / v.kwh_per_km * _per_km(problem, v), 1)
    return pyvrp.VehicleType(
        num_available=min(v.count, len(problem.stops)),
        capacity=[down(v.capacity_kg, _LOAD), down(v.capacity_m3, _LOAD)],
        start_depot=number,
        end_depot=number,
        fixed_cost=round(v.fixed_eur * _MONEY) if cost else round(VEHICLE_KM * METRES),
        tw_early=max(0, up(v.starts_min, TICKS)),
        tw_late=down(v.ends_min, TICKS),
        unit_distance_cost=0 if cost and not v.eur_per_km else 1,
        unit_duration_cost=round(v.eur_per_h * _MONEY / 60 / TICKS) if cost else 0,
        profile=number,
        **more,
    )


def _routes(problem: TourProblem, solution: Any) -> list[Route]:  # noqa: ANN401
    singles, pairs, kinds = _singles(problem), list(problem.pairs.values()), _kinds(problem)
    found = []
    for route in solution.routes():
        nodes = []
        for call in route:
            if call.is_client():
                nodes.append(singles[call.idx])
            elif call.is_pickup():
                nodes.append(pairs[call.idx][0])
            elif call.is_delivery():
                nodes.append(pairs[call.idx][1])
        if nodes:
            found.append(Route(vehicle=kinds[route.vehicle_type()], nodes=tuple(nodes)))
    return found
