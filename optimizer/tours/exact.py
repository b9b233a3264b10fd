"""Prove the best tours of few stops: every subset's least way by labels, then the best partition.

A subset's way is found by dynamic programming over (stops served, node), with chargers between any
two calls; labels that another dominates are dropped, which loses nothing. The partition is exact
over bit masks: first the most stops, then the objective.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.errors import ProblemError
from optimizer.tours.labels import Label, Walk, nodes_of
from optimizer.tours.records import DELIVERY, Choice, Route

if TYPE_CHECKING:
    from optimizer.tours.engine import Effort
    from optimizer.tours.records import TourProblem, TourVehicle

MOST_STOPS = 12
_NAME = "exact labelling and set partitioning"
_LESS = 1e-9  # a plan is better only by more than rounding

Value = tuple[float, float]
Best = dict[int, tuple[Value, Label]]  # by mask of stops


@dataclass(frozen=True, slots=True)
class ExactEngine:
    """Proves fewest vehicles then least km, or least cost where hours cost nothing."""

    def choose(self, problem: TourProblem, effort: Effort) -> Choice:  # noqa: ARG002  (a door)
        """Return the best routes, proven.

        Raises
        ------
        ProblemError
            saying why it cannot prove anything here: too many stops, or a price per hour.
        """
        refuse(problem)
        best = [best_routes(Walk.of(problem, v)) for v in problem.vehicles]
        table = [
            {m: (_value(problem, v, label), label) for m, label in found.items()}
            for v, found in zip(problem.vehicles, best, strict=True)
        ]
        value, routes = partition(problem, table)
        return Choice(
            routes=tuple(routes),
            engine=_NAME,
            proven=True,
            lower_bound=value if problem.objective == "vehicles" else value[:1],
        )


def refuse(problem: TourProblem) -> None:
    """Raise where labels cannot prove the objective."""
    if len(problem.stops) > MOST_STOPS:
        raise ProblemError(
            f"engine exact: {len(problem.stops)} stops, wanted at most {MOST_STOPS}; take ortools"
        )
    if problem.objective == "cost" and any(v.eur_per_h for v in problem.vehicles):
        raise ProblemError(
            "engine exact: a price per hour, wanted cost_per_h 0 or --objective vehicles"
        )


def _value(problem: TourProblem, vehicle: TourVehicle, label: Label) -> Value:
    if problem.objective == "vehicles":
        return 1.0, label.km
    return vehicle.fixed_eur + vehicle.eur_per_km * label.km, 0.0


def best_routes(walk: Walk) -> dict[int, Label]:
    """Return the least-km feasible route of each subset of stops that has one."""
    n, first = len(walk.problem.stops), _first_of(walk.problem)
    masks: dict[int, dict[int, list[Label]]] = {0: {walk.start().node: [walk.start()]}}
    best: dict[int, Label] = {}
    for mask in range(1 << n):
        found = masks.pop(mask, None)
        if found is None:
            continue
        labels = walk.and_charged(x for node in sorted(found) for x in found[node])
        homes = [h for x in labels if (h := walk.home(x)) is not None]
        if mask and homes and _closed(walk.problem, mask):
            best[mask] = min(homes, key=lambda h: (h.km, h.minute))
        for i in range(n):
            if mask >> i & 1 or (i in first and not mask >> first[i] & 1):
                continue
            _extend(walk, labels, i, masks.setdefault(mask | 1 << i, {}).setdefault(i, []))
    return best


def _extend(walk: Walk, labels: list[Label], i: int, after: list[Label]) -> None:
    for label in labels:
        new = walk.to_stop(label, i)
        if new is not None:
            walk.kept(after, new)


def _first_of(problem: TourProblem) -> dict[int, int]:
    """Return the pick-up that each paired delivery must wait for."""
    mates = problem.mate.items()
    return {b: a for b, a in mates if problem.stops[b].kind == DELIVERY}


def _closed(problem: TourProblem, mask: int) -> bool:
    return all(bool(mask >> a & 1) == bool(mask >> b & 1) for a, b in problem.mate.items())


def partition(problem: TourProblem, table: list[Best]) -> tuple[Value, list[Route]]:
    """Return the best disjoint routes: most stops first, then the least sum of values."""
    reached: dict[int, tuple[Value, tuple[Route, ...]]] = {0: ((0.0, 0.0), ())}
    for k, routes in enumerate(table):
        count = min(problem.vehicles[k].count, len(problem.stops))
        layer = reached
        for _ in range(count):
            layer = _one_more(layer, k, routes, reached)
            if not layer:
                break
    most = max(mask.bit_count() for mask in reached)
    value, chosen = min(
        (v for m, v in reached.items() if m.bit_count() == most), key=lambda found: found[0]
    )
    return value, list(chosen)


def _one_more(
    layer: dict[int, tuple[Value, tuple[Route, ...]]],
    k: int,
    routes: Best,
    reached: dict[int, tuple[Value, tuple[Route, ...]]],
) -> dict[int, tuple[Value, tuple[Route, ...]]]:
    """Add one vehicle of kind k to every way so far; return what became better by it."""
    better: dict[int, tuple[Value, tuple[Route, ...]]] = {}
    for mask in sorted(layer):
        (a, b), chosen = layer[mask]
        for part in sorted(routes):
            if part & mask:
                continue
            (x, y), label = routes[part]
            value, whole = (a + x, b + y), mask | part
            old = better.get(whole) or reached.get(whole)
            if old is None or _less(value, old[0]):
                better[whole] = value, (*chosen, Route(vehicle=k, nodes=nodes_of(label)))
    reached.update(better)
    return better


def _less(a: Value, b: Value) -> bool:
    return a[0] < b[0] - _LESS or (abs(a[0] - b[0]) <= _LESS and a[1] < b[1] - _LESS)
