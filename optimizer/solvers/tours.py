"""Choose tours with OR-Tools' routing library, by counted steps of guided local search.

Numbers are scaled to integers here and nowhere else, driving and service rounded up, windows and
capacities inward: what is feasible in integers is feasible in floats. A battery without chargers
is a limit on km. With chargers, tours are chosen as if the battery lasted, chargers are put in
where they cost least, and what does not fit then is taken out and put in elsewhere
(`optimizer.tours.charging`): a heuristic, whose gap is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ortools
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from optimizer.errors import NoPlanFoundError
from optimizer.tours.charging import charges_on_tour, repaired
from optimizer.tours.records import PICKUP, Choice, Route
from optimizer.tours.whole import METRES, TICKS, UNITS, VEHICLE_KM, down, price_of_leaving, up

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.tours.engine import Effort
    from optimizer.tours.records import TourProblem, TourVehicle

_LEAST_MS = 1
_HEURISTIC = "chargers were put into chosen tours: a heuristic, the gap is not known"
_TRIES_PER_STEP = 100  # neighbours tried in vain, per step: tiny problems have no more to find


@dataclass(frozen=True, slots=True)
class OrToolsEngine:
    """Guided local search from the cheapest insertion."""

    def choose(self, problem: TourProblem, effort: Effort) -> Choice:
        """Return good routes; nothing is proven.

        Raises
        ------
        NoPlanFoundError
            if the search ended before any tours were found.
        """
        model = _Model.of(problem)
        routes = model.routes(model.solved(effort))
        return Choice(
            routes=repaired(problem, routes, effort),
            engine=f"routing library of OR-Tools {ortools.__version__}",
            deterministic=effort.time_limit_s is None,
            notes=(_HEURISTIC,) if charges_on_tour(problem) else (),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    problem: TourProblem
    fleet: tuple[int, ...]  # kind of each vehicle
    manager: Any
    routing: Any

    @classmethod
    def of(cls, problem: TourProblem) -> _Model:
        n, kinds = len(problem.stops), enumerate(problem.vehicles)
        fleet = tuple(k for k, v in kinds for _ in range(min(v.count, n)))
        # Each kind that there is has a depot node, after the stops: one unused must be visited.
        depots = [n + sorted(set(fleet)).index(k) for k in fleet]
        nodes = n + len(set(fleet))
        manager = pywrapcp.RoutingIndexManager(nodes, len(fleet), depots, depots)
        model = cls(
            problem=problem, fleet=fleet, manager=manager, routing=pywrapcp.RoutingModel(manager)
        )
        model.add_costs()
        model.add_time()
        model.add_loads()
        model.add_range()
        model.add_choice()
        model.add_pairs()
        return model

    def site(self, node: int) -> int:
        n = len(self.problem.stops)
        if node < n:
            return self.problem.stops[node].site
        return self.problem.vehicles[sorted(set(self.fleet))[node - n]].depot

    def by_arc(self, figure: Callable[[int, int], int]) -> int:
        """Register a figure of (node, node), worked out once."""
        nodes = range(len(self.problem.stops) + len(set(self.fleet)))
        table = [[figure(a, b) for b in nodes] for a in nodes]
        return int(self.routing.RegisterTransitMatrix(table))

    def km(self, a: int, b: int) -> float:
        return self.problem.ways.km[self.site(a)][self.site(b)]

    def by_kind(self, make: Callable[[TourVehicle], int]) -> list[int]:
        made = [make(v) for v in self.problem.vehicles]
        return [made[k] for k in self.fleet]

    def add_costs(self) -> None:
        cost = self.problem.objective == "cost"

        def arcs(v: TourVehicle) -> int:
            per_km = v.eur_per_km * UNITS if cost else METRES
            return self.by_arc(lambda a, b: round(self.km(a, b) * per_km))

        fixed = [
            round(v.fixed_eur * UNITS) if cost else round(VEHICLE_KM * METRES)
            for v in self.problem.vehicles
        ]
        for i, (k, arc) in enumerate(zip(self.fleet, self.by_kind(arcs), strict=True)):
            self.routing.SetArcCostEvaluatorOfVehicle(arc, i)
            self.routing.SetFixedCostOfVehicle(fixed[k], i)

    def add_time(self) -> None:
        stops = self.problem.stops

        def times(v: TourVehicle) -> int:
            return self.by_arc(
                lambda a, b: (
                    up(v.minutes(self.km(a, b)), TICKS)
                    + (up(stops[a].service_min, TICKS) if a < len(stops) else 0)
                )
            )

        horizon = max(up(v.ends_min, TICKS) for v in self.problem.vehicles)
        free = False  # a tour starts when it wants
        self.routing.AddDimensionWithVehicleTransits(
            self.by_kind(times), horizon, horizon, free, "time"
        )
        time = self.routing.GetDimensionOrDie("time")
        solver = self.routing.solver()
        for i, stop in enumerate(stops):
            first, last = up(stop.ready_min, TICKS), down(stop.due_min, TICKS)
            at = time.CumulVar(self.manager.NodeToIndex(i))
            if max(first, 0) <= min(last, horizon):
                at.SetRange(max(first, 0), min(last, horizon))
            else:
                solver.Add(self.routing.ActiveVar(self.manager.NodeToIndex(i)) == 0)
        for i, k in enumerate(self.fleet):
            v = self.problem.vehicles[k]
            first = up(v.starts_min, TICKS)
            for end in (self.routing.Start(i), self.routing.End(i)):
                time.CumulVar(end).SetRange(first, max(first, down(v.ends_min, TICKS)))
                self.routing.AddVariableMinimizedByFinalizer(time.CumulVar(end))
            if self.problem.objective == "cost" and v.eur_per_h:
                per_tick = round(v.eur_per_h * UNITS / 60 / TICKS)
                time.SetSpanCostCoefficientForVehicle(per_tick, i)

    def add_loads(self) -> None:
        for name, sizes, loads in (
            (
                "kg",
                [v.capacity_kg for v in self.problem.vehicles],
                [s.mass_kg for s in self.problem.stops],
            ),
            (
                "m3",
                [v.capacity_m3 for v in self.problem.vehicles],
                [s.volume_m3 for s in self.problem.stops],
            ),
        ):
            signed = [
                up(load, UNITS) * (1 if stop.kind == PICKUP else -1)
                for stop, load in zip(self.problem.stops, loads, strict=True)
            ]
            demand = self.routing.RegisterUnaryTransitVector(
                [*signed, *(0 for _ in set(self.fleet))]
            )
            room = [down(sizes[k], UNITS) for k in self.fleet]
            # The load at the start is free: it is what the deliveries from the depot need.
            self.routing.AddDimensionWithVehicleCapacity(demand, 0, room, False, name)  # noqa: FBT003

    def add_range(self) -> None:
        if self.problem.chargers or all(v.battery_kwh is None for v in self.problem.vehicles):
            return
        arc = self.by_arc(lambda a, b: up(self.km(a, b), METRES))
        far = sum(max(up(km, METRES) for km in row) for row in self.problem.ways.km)
        limits = [
            far if v.battery_kwh is None else down(v.battery_kwh / v.kwh_per_km, METRES)
            for v in self.problem.vehicles
        ]
        room = [limits[k] for k in self.fleet]
        self.routing.AddDimensionWithVehicleCapacity(arc, 0, room, True, "km")  # noqa: FBT003

    def add_choice(self) -> None:
        price = price_of_leaving(self.problem)
        for i in range(len(self.problem.stops)):
            self.routing.AddDisjunction([self.manager.NodeToIndex(i)], price)

    def add_pairs(self) -> None:
        solver, time = self.routing.solver(), self.routing.GetDimensionOrDie("time")
        far = max(down(v.ends_min, TICKS) for v in self.problem.vehicles)
        for first, last in self.problem.pairs.values():
            a, b = self.manager.NodeToIndex(first), self.manager.NodeToIndex(last)
            self.routing.AddPickupAndDelivery(a, b)
            solver.Add(self.routing.VehicleVar(a) == self.routing.VehicleVar(b))
            # A pair that is left behind need not be in order.
            spare = far * (1 - self.routing.ActiveVar(b))
            solver.Add(time.CumulVar(a) <= time.CumulVar(b) + spare)

    def solved(self, effort: Effort) -> Any:  # noqa: ANN401  (OR-Tools has no types)
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        insertion = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
        guided = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        parameters.first_solution_strategy = insertion
        parameters.local_search_metaheuristic = guided
        if effort.time_limit_s is not None:
            parameters.time_limit.FromMilliseconds(
                max(_LEAST_MS, round(1000 * effort.time_limit_s))
            )
        else:
            parameters.solution_limit = effort.steps
            solver = self.routing.solver()
            self.routing.AddSearchMonitor(solver.FailuresLimit(effort.steps * _TRIES_PER_STEP))
        self.routing.solver().ReSeed(effort.seed)
        found = self.routing.SolveWithParameters(parameters)
        if found is None:
            raise NoPlanFoundError(f"no tours found within the effort ({effort.name})")
        return found

    def routes(self, solution: Any) -> tuple[Route, ...]:  # noqa: ANN401
        found = []
        for i, k in enumerate(self.fleet):
            nodes, at = [], self.routing.Start(i)
            while not self.routing.IsEnd(at := solution.Value(self.routing.NextVar(at))):
                nodes.append(self.manager.IndexToNode(at))
            if nodes:
                found.append(Route(vehicle=k, nodes=tuple(nodes)))
        return tuple(found)
