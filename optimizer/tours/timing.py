"""Time the calls of a route: charge what is needed, begin as early as may be, depart as late."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.tours.labels import EPS, Label, Walk
from optimizer.tours.records import (
    CHARGE,
    DELIVERY,
    END,
    MINUTES_PER_HOUR,
    PICKUP,
    START,
    Tour,
    Visit,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.tours.records import Route, TourProblem


def with_charging(walk: Walk, stops: Sequence[int]) -> Label | None:
    """Return the least-km way through stops in this order, chargers put in where they help."""
    labels = [walk.start()]
    for i in stops:
        after: list[Label] = []
        for label in walk.and_charged(labels):
            new = walk.to_stop(label, i)
            if new is not None:
                walk.kept(after, new)
        labels = after
    homes = [h for x in walk.and_charged(labels) if (h := walk.home(x)) is not None]
    return min(homes, key=lambda h: (h.km, h.minute)) if homes else None


def timed(problem: TourProblem, route: Route, tour_id: str) -> Tour:
    """Return a route that is known to be feasible as a tour with its times, loads and cost."""
    return timed_by(Walk.of(problem, problem.vehicles[route.vehicle]), route, tour_id)


def timed_by(walk: Walk, route: Route, tour_id: str) -> Tour:
    """Return the same with a walk at hand."""
    vehicle = walk.vehicle
    charged = charges(walk, route.nodes)
    times = _times(walk, route.nodes, charged)
    visits = _visits(walk, route.nodes, charged, times)
    km = sum(v.km for v in visits)
    hours = (visits[-1].leaves_min - visits[0].leaves_min) / MINUTES_PER_HOUR
    eur = vehicle.fixed_eur + vehicle.eur_per_km * km + vehicle.eur_per_h * hours
    return Tour(
        tour_id=tour_id,
        vehicle=route.vehicle,
        visits=visits,
        km=km,
        hours=hours,
        cost_eur=round(eur, 2),
    )


def charges(walk: Walk, nodes: Sequence[int]) -> dict[int, float]:
    """Return kWh charged by position in the route: to the full, or only what was needed."""
    label, last = walk.start(), -1
    found: dict[int, float] = {}
    for position, node in enumerate([*nodes, len(walk.km) - 1]):
        km = walk.km[label.node][node] * walk.vehicle.kwh_per_km
        arrived = walk.driven(label, node)
        if not walk.electric or arrived is None:
            continue
        if node in walk.charger_nodes:
            new = walk.to_charger(label, node)
            if last >= 0:
                found[last] += max(0.0, km - label.kwh)
            found[position] = new.kwh - arrived[2] if new else 0.0
            last = position
        else:
            new = walk.to_stop(label, node) if node < len(walk.problem.stops) else None
            if last >= 0:  # what is there beyond what was there less what was driven
                kwh = arrived[2] if new is None else new.kwh
                found[last] += max(0.0, kwh - (label.kwh - km))
        label = new or label
    return found


def _times(
    walk: Walk, nodes: Sequence[int], charged: dict[int, float]
) -> list[tuple[float, float, float]]:
    """Return (arrives, begins, leaves) of the depot, each call, and the depot again."""
    stops, v = walk.problem.stops, walk.vehicle
    ways = [v.minutes(walk.km[a][b]) for a, b in pairwise([-1, *nodes, -1])]
    spans = [_span(walk, node, charged.get(p, 0.0)) for p, node in enumerate(nodes)]
    latest = _earliest(walk, nodes, ways, spans, v.starts_min)[-1][0]
    for p in range(len(nodes) - 1, -1, -1):
        latest -= ways[p + 1] + spans[p]
        if nodes[p] < len(stops):
            latest = min(latest, stops[nodes[p]].due_min)
    return _earliest(walk, nodes, ways, spans, max(v.starts_min, latest - ways[0] - EPS))


def _span(walk: Walk, node: int, kwh: float) -> float:
    stops = walk.problem.stops
    if node < len(stops):
        return stops[node].service_min
    return kwh * walk.problem.chargers[node - len(stops)].rate(walk.vehicle)


def _earliest(
    walk: Walk,
    nodes: Sequence[int],
    ways: Sequence[float],
    spans: Sequence[float],
    departs: float,
) -> list[tuple[float, float, float]]:
    found, minute = [(departs, departs, departs)], departs
    for p, node in enumerate(nodes):
        arrives = minute + ways[p]
        stop = walk.problem.stops[node] if node < len(walk.problem.stops) else None
        begins = arrives if stop is None else max(arrives, stop.ready_min)
        minute = begins + spans[p]
        found.append((arrives, begins, minute))
    arrives = minute + ways[-1]
    return [*found, (arrives, arrives, arrives)]


def _visits(
    walk: Walk,
    nodes: Sequence[int],
    charged: dict[int, float],
    times: Sequence[tuple[float, float, float]],
) -> tuple[Visit, ...]:
    problem, vehicle = walk.problem, walk.vehicle
    aboard = [problem.stops[n] for n in nodes if n < len(problem.stops)]
    aboard = [s for s in aboard if s.kind == DELIVERY and not s.pair_id]
    kg, m3 = sum(s.mass_kg for s in aboard), sum(s.volume_m3 for s in aboard)
    kwh, before, visits = vehicle.battery_kwh, -1, []
    for p, node in enumerate([-1, *nodes, -1]):
        km = walk.km[before][node]
        here = vehicle.depot if node < 0 else problem.site_of(node)
        arriving = None if kwh is None else kwh - km * vehicle.kwh_per_km
        extra = charged.get(p - 1, 0.0)
        if 0 <= node < len(problem.stops):
            sign = 1 if problem.stops[node].kind == PICKUP else -1
            kg = max(0.0, kg + sign * problem.stops[node].mass_kg)
            m3 = max(0.0, m3 + sign * problem.stops[node].volume_m3)
        kwh = None if arriving is None else arriving + extra
        kind, name = _named(problem, node, here, last=p > len(nodes))
        visits.append(
            Visit(
                kind=kind,
                node_id=name,
                site=here,
                arrives_min=times[p][0],
                begins_min=times[p][1],
                leaves_min=times[p][2],
                km=km if p else 0.0,
                load_kg=kg,
                load_m3=m3,
                charged_kwh=extra,
                battery_arriving_kwh=arriving,
                battery_kwh=kwh,
            )
        )
        before = node
    return tuple(visits)


def _named(problem: TourProblem, node: int, here: int, *, last: bool) -> tuple[str, str]:
    if node < 0:
        return END if last else START, problem.sites[here].hub_id
    if node < len(problem.stops):
        return problem.stops[node].kind, problem.stops[node].stop_id
    return CHARGE, problem.chargers[node - len(problem.stops)].charger_id
