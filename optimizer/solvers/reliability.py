"""Cut off chains that are too unlikely to be in time, as solutions choose them.

Each round solves a relaxation of the next, so its bound stays valid, and the last one breaks no
wanted probability: the model is exact for chains. Who is later at any point is never surer, so
one cut stands for all chains through departures of which the first are too unsure already.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise, product
from typing import TYPE_CHECKING

from ortools.math_opt.python import mathopt

from optimizer.solvers.paths import parts_of
from optimizer.timetable import boarding_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from optimizer.problem import Problem
    from optimizer.punctuality import Forecast
    from optimizer.solvers.variables import Flow, Variables
    from optimizer.timetable import Departure

_NEVER = datetime.max.replace(tzinfo=UTC)
_MOST_WAYS = 256  # of combining services beside those of a chain, for one cut


def keep_punctual(
    v: Variables, forecast: Forecast, solution: Mapping[mathopt.Variable, float]
) -> bool:
    """Forbid each chosen chain that is less likely in time than wanted. True if any was cut.

    A chain with a carriage whose delays are not known is not sure enough either.
    """
    wanted, cut = v.problem.scenario.robustness.min_on_time_probability, False
    if not wanted:
        return False
    for flow in v.flows.values():
        (part,) = parts_of(v.problem, flow, solution)
        if part.chain and not sure_enough(flow, forecast, part.chain, wanted):
            _forbid(v, flow, _as_late(v.problem, flow, forecast, part.chain, wanted))
            cut = True
    return cut


def sure_enough(flow: Flow, forecast: Forecast, chain: Sequence[Departure], wanted: float) -> bool:
    """Tell whether a chain is in time with the wanted probability."""
    probability = forecast.on_time(flow.shipment, chain).probability
    return probability is not None and probability >= wanted


def _as_late(
    problem: Problem, flow: Flow, forecast: Forecast, chain: Sequence[Departure], wanted: float
) -> list[set[str]]:
    """Return for each leg departures of which every chain is not sure enough.

    From the chosen chain the cut grows: each leg back to the first departure, and to services
    beside its own, as long as the first chain through all of it stays too unsure. A chain that
    returns to a hub, or departures that overtake each other, stand alone.
    """
    services = [problem.services[d.service_id] for d in chain]
    passed = {s.destination_hub for s in services} | {flow.shipment.origin}
    if len(passed) <= len(chain) or not all(_in_turn(problem, d.service_id) for d in chain):
        return [{d.departure_id} for d in chain]
    dates = _dates_beside(problem, flow, chain)
    since: list[dict[str, datetime]] = [{d.service_id: d.departs_at} for d in chain]

    def unsure(leg: int, name: str, least: datetime) -> bool:
        ways = [list(bounds.items()) for bounds in since]
        ways[leg] = [(name, least)]
        if math.prod(map(len, ways)) > _MOST_WAYS:
            return False
        firsts = (_first_departures(problem, flow, way) for way in product(*ways))
        return all(not x or not sure_enough(flow, forecast, x, wanted) for x in firsts)

    any_time_first = sorted(range(len(chain)), key=lambda leg: bool(services[leg].schedule))
    for leg in any_time_first:
        own = chain[leg].service_id
        for name in sorted(dates[leg], key=lambda name: (name != own, name)):
            times = dates[leg][name]
            place = _first_true(times, partial(unsure, leg, name))
            if place < len(times):
                since[leg][name] = times[place]
    return [
        {d.departure_id for d in flow.usable if d.departs_at >= bounds.get(d.service_id, _NEVER)}
        for bounds in since
    ]


def _first_true(times: Sequence[datetime], holds: Callable[[datetime], bool]) -> int:
    """Return the place of the first time at which something holds, as it does at all later ones."""
    low, high = 0, len(times)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(times[middle]) else (middle + 1, high)
    return low


def _dates_beside(
    problem: Problem, flow: Flow, chain: Sequence[Departure]
) -> list[dict[str, list[datetime]]]:
    """Return for each leg when it and the services beside it leave: same hubs, same mode."""
    lines = [_line(problem, d.service_id) for d in chain]
    found: list[dict[str, list[datetime]]] = [{} for _ in chain]
    for d in flow.usable:
        line = _line(problem, d.service_id)
        if line in lines and _in_turn(problem, d.service_id):
            found[lines.index(line)].setdefault(d.service_id, []).append(d.departs_at)
    return found


def _line(problem: Problem, service_id: str) -> tuple[str, str, str]:
    s = problem.services[service_id]
    return s.origin_hub, s.destination_hub, s.mode


def _in_turn(problem: Problem, service_id: str) -> bool:
    dated = sorted(problem.dated.get(service_id, ()), key=lambda d: d.departs_at)
    return all(a.arrives_at <= b.arrives_at for a, b in pairwise(dated))


def _first_departures(
    problem: Problem, flow: Flow, way: Sequence[tuple[str, datetime]]
) -> list[Departure]:
    """Return services at their first departures, not before given times; empty: no chain."""
    found: list[Departure] = []
    ready = problem.picked_up_at(flow.shipment)
    for number, (name, least) in enumerate(way):
        at = max(ready, least)
        first = next((d for d in flow.usable if d.service_id == name and d.departs_at >= at), None)
        if first is None:
            return []
        found.append(first)
        if number + 1 < len(way):
            here, there = (problem.services[x] for x in (name, way[number + 1][0]))
            transfer = problem.transfers[here.destination_hub, here.mode, there.mode]
            ready = boarding_time(first.arrives_at, transfer)
    return found


def _forbid(v: Variables, flow: Flow, places: Sequence[set[str]]) -> None:
    """Let no chain take one departure of each place and nothing else."""
    inside = set().union(*places)
    taken = mathopt.LinearSum(flow.board[name] for name in sorted(inside))
    ends = [v.problem.services[d.service_id] for d in flow.usable if d.departure_id in inside]
    between = {s.origin_hub for s in ends} & {s.destination_hub for s in ends}
    # A chain that makes a detour on its way is another one, and leaves a hub of this one by it.
    # Where departures take no time, a cycle beside the chain could pass for such a detour.
    others = [
        flow.board[d.departure_id]
        for d in flow.usable
        if d.departure_id not in inside
        and v.problem.services[d.service_id].origin_hub in between
        and not flow.at_once
    ]
    v.model.add_linear_constraint(taken - mathopt.LinearSum(others) <= len(places) - 1)
