"""Put chargers into chosen tours where they cost least; move stops that do not fit any more.

What comes out keeps every rule. It is improved by taking near stops out and putting each where it
costs least (Schrimpf et al., 2000; Shaw, 1998: both from memory), by counted steps: a heuristic.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise
from typing import TYPE_CHECKING

from optimizer.tours.labels import Walk, nodes_of
from optimizer.tours.records import Route
from optimizer.tours.timing import timed_by, with_charging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.tours.engine import Effort
    from optimizer.tours.records import TourProblem

Order = tuple[int, ...]  # stops of one tour
_VEHICLE_KM = 1e5  # what a vehicle counts in the objective `vehicles`
_LEFT = 1e8  # EUR or km that a stop left behind counts
_MOST_OUT = 6  # stops taken out at once, unless a whole tour is
_WHOLE_TOUR = 0.25  # how often a whole tour is taken out
_STEPS_PER_SHAKE = 10  # one costs as much as so many steps of an engine
_FEW_STOPS = 30
_LESS = 1e-6


def repaired(problem: TourProblem, routes: Sequence[Route], effort: Effort) -> tuple[Route, ...]:
    """Return routes that keep every rule: chargers put in, stops that do not fit put elsewhere.

    What finds no place is left out. Few stops are searched further too: it costs little, and
    engines made for many are at times blind there.
    """
    work = _Work(problem, [Walk.of(problem, v) for v in problem.vehicles])
    found = work.filled([work.fitted(r) for r in routes])
    rng = random.Random(effort.seed)  # noqa: S311  (a search, not a secret)
    few = len(problem.stops) <= _FEW_STOPS
    for _ in range(effort.steps // _STEPS_PER_SHAKE if few or charges_on_tour(problem) else 0):
        trial = work.shaken(found, rng)
        if work.value(trial) < work.value(found) - _LESS:
            found = trial
    return tuple(sorted((p.route for p in found), key=lambda r: (r.vehicle, r.nodes)))


def charges_on_tour(problem: TourProblem) -> bool:
    """Tell whether some vehicle may need and find a charger."""
    return bool(problem.chargers) and any(v.battery_kwh is not None for v in problem.vehicles)


@dataclass(frozen=True, slots=True)
class _Priced:
    """A route that keeps the rules, with what it counts."""

    route: Route
    order: Order
    value: float


@dataclass(frozen=True, slots=True)
class _Work:
    problem: TourProblem
    walks: Sequence[Walk]

    def priced(self, vehicle: int, order: Order) -> _Priced | None:
        """Return the least way through stops in this order, or None if there is none."""
        walk = self.walks[vehicle]
        found = with_charging(walk, order)
        if found is None:
            return None
        route = Route(vehicle=vehicle, nodes=nodes_of(found))
        if self.problem.objective == "vehicles":
            value = _VEHICLE_KM + found.km
        elif walk.vehicle.eur_per_h:
            value = timed_by(walk, route, "").cost_eur
        else:
            value = walk.vehicle.fixed_eur + walk.vehicle.eur_per_km * found.km
        return _Priced(route, order, value)

    def value(self, found: Sequence[_Priced]) -> float:
        """Return what the objective makes of some routes, stops left behind included."""
        left = len(self.problem.stops) - sum(len(p.order) for p in found)
        return sum(p.value for p in found) + _LEFT * left

    def fitted(self, route: Route) -> _Priced | None:
        """Return a route less the stops without which it first keeps the rules."""
        order = tuple(n for n in route.nodes if n < len(self.problem.stops))
        while order:
            found = self.priced(route.vehicle, order)
            if found is not None:
                return found
            groups = sorted({self.problem.together(i) for i in order})
            walk, whole = self.walks[route.vehicle], order
            rests = [tuple(i for i in whole if i not in g) for g in groups]
            order = min(rests, key=lambda rest: _km(walk, rest))
        return None

    def filled(
        self, found: Sequence[_Priced | None], rng: random.Random | None = None
    ) -> list[_Priced]:
        """Put in what no route serves, each where it costs least."""
        kept = [p for p in found if p is not None]
        served = {i for p in kept for i in p.order}
        left = sorted({self.problem.together(i) for i in range(len(self.problem.stops))})
        left = [group for group in left if not served.issuperset(group)]
        if rng is not None:
            rng.shuffle(left)
        for group in left:
            self._insert(kept, group)
        return kept

    def _insert(self, kept: list[_Priced], group: Order) -> None:
        best: tuple[float, int, _Priced] | None = None
        for at, new in self._places(kept, group):
            more = new.value - (kept[at].value if at < len(kept) else 0.0)
            if best is None or more < best[0] - _LESS:
                best = more, at, new
        if best is not None:
            _, at, new = best
            kept[at : at + 1] = [new]

    def _places(self, kept: Sequence[_Priced], group: Order) -> Iterator[tuple[int, _Priced]]:
        for at, old in enumerate(kept):
            for order in _orders(old.order, group):
                if (new := self.priced(old.route.vehicle, order)) is not None:
                    yield at, new
        used = Counter(p.route.vehicle for p in kept)
        for k, vehicle in enumerate(self.problem.vehicles):
            if used[k] < vehicle.count and (new := self.priced(k, group)) is not None:
                yield len(kept), new

    def shaken(self, found: Sequence[_Priced], rng: random.Random) -> list[_Priced]:
        """Take out stops near each other, or a whole tour, and put each where it costs least."""
        km, stops = self.problem.ways.km, self.problem.stops
        served = sorted(i for p in found for i in p.order)
        if not served:
            return list(found)
        if rng.random() < _WHOLE_TOUR:
            out = set(rng.choice(found).order)
        else:
            first = stops[rng.choice(served)].site
            near = sorted(served, key=lambda i: (km[first][stops[i].site], i))
            out = {j for i in near[: rng.randint(1, _MOST_OUT)] for j in self.problem.together(i)}
        rest: list[_Priced | None] = []
        for p in found:
            order = tuple(i for i in p.order if i not in out)
            if order == p.order:
                rest.append(p)
            elif order:
                rest.append(self.priced(p.route.vehicle, order))
        return self.filled(rest, rng)


def _km(walk: Walk, order: Order) -> float:
    return sum(walk.km[a][b] for a, b in pairwise([-1, *order, -1]))


def _orders(order: Order, group: Order) -> Iterator[Order]:
    """Yield an order with one stop, or a pair in its order, put in anywhere."""
    for places in combinations_with_replacement(range(len(order) + 1), len(group)):
        new = list(order)
        for place, stop in reversed(list(zip(places, group, strict=True))):
            new.insert(place, stop)
        yield tuple(new)
