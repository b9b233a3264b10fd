"""Read the chains of a shipment out of a solution: one, or several with their shares."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.consignments import Part
from optimizer.timetable import boarding_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ortools.math_opt.python import mathopt

    from optimizer.problem import Problem
    from optimizer.solvers.variables import Flow
    from optimizer.timetable import Departure

_TRUE = 0.5
_LEAST_SHARE = 1e-6  # of a shipment; a smaller flow is noise of the solver
START, END = ("", "start"), ("", "end")

Node = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class Arc:
    """A way on for freight in a solution: from a node to another, by a departure or by waiting."""

    start: Node
    end: Node
    amount: float
    departure: Departure | None = None


def parts_of(
    problem: Problem, flow: Flow, solution: Mapping[mathopt.Variable, float]
) -> tuple[Part, ...]:
    """Return the chains that a solution chose for a shipment; cycles carry nothing and go."""
    if flow.shipment.divisible:
        left = solution[flow.unserved]
        return parts_of_flow(arcs_of(problem, flow, solution), 0.0 if left < _LEAST_SHARE else left)
    chosen = [d for d in flow.usable if solution[flow.board[d.departure_id]] > _TRUE]
    if flow.at_once:
        chosen = trail(problem, flow, chosen) or []
    return (Part(share=1.0, chain=tuple(chosen)),)


def parts_of_flow(arcs: Sequence[Arc], left: float) -> tuple[Part, ...]:
    """Decompose a flow from start to end into paths, few legs first; `left` takes an empty one.

    Each path empties an arc, so there are no more of them than arcs. What remains are cycles.
    """
    shares: dict[tuple[Departure, ...], float] = {}
    while path := _shortest(arcs):
        amount = min(arc.amount for arc in path)
        for arc in path:
            arc.amount -= amount
        chain = tuple(arc.departure for arc in path if arc.departure is not None)
        shares[chain] = shares.get(chain, 0.0) + amount
    total = sum(shares.values())
    parts = [Part(share=x * (1 - left) / total, chain=chain) for chain, x in shares.items()]
    if left > 0 or not parts:
        parts.append(Part(share=left if parts else 1.0, chain=()))
    return tuple(parts)


def _shortest(arcs: Iterable[Arc]) -> list[Arc]:
    onward: dict[Node, list[Arc]] = defaultdict(list)
    for arc in arcs:
        if arc.amount > _LEAST_SHARE:
            onward[arc.start].append(arc)
    reached_by: dict[Node, Arc | None] = {START: None}
    queue = deque([START])
    while queue and END not in reached_by:
        for arc in onward[queue.popleft()]:
            if arc.end not in reached_by:
                reached_by[arc.end] = arc
                queue.append(arc.end)
    path: list[Arc] = []
    last = reached_by.get(END)
    while last is not None:
        path.insert(0, last)
        last = reached_by[last.start]
    return path


def arcs_of(problem: Problem, flow: Flow, solution: Mapping[mathopt.Variable, float]) -> list[Arc]:
    """Return what flows: start to lines, past departures, aboard them, and on to other lines."""
    arcs = [
        Arc(start=START, end=("at", waiting[0].departure_id), amount=solution[flow.start[line]])
        for line, waiting in flow.lines.items()
        if line in flow.start
    ]
    for waiting in flow.lines.values():
        for number, d in enumerate(waiting):
            name = d.departure_id
            here, there = ("at", name), ("in", name)
            boarded = solution[flow.board[name]]
            arcs.append(Arc(start=here, end=there, amount=boarded, departure=d))
            if name in flow.wait:
                after = ("at", waiting[number + 1].departure_id)
                arcs.append(Arc(start=here, end=after, amount=solution[flow.wait[name]]))
            if problem.services[d.service_id].destination_hub == flow.shipment.destination:
                arcs.append(Arc(start=there, end=END, amount=boarded))
    for (name, mode), variable in flow.change.items():
        first = flow.reaches[name, mode]
        arcs.append(Arc(start=("in", name), end=("at", first), amount=solution[variable]))
    return arcs


def trail(problem: Problem, flow: Flow, chosen: Sequence[Departure]) -> list[Departure] | None:
    """Return departures of `chosen` in an order that freight can follow, or None.

    Where departures take no time their dates do not order them, and a solution may hold cycles
    that no freight of this shipment enters. Of all orders one with fewest legs is returned that
    passes everything that the shipment must use.
    """
    begun: deque[list[Departure]] = deque([[]])
    while begun:
        chain = begun.popleft()
        if chain and _ends(problem, flow, chain) and not missing(problem, flow, chain):
            return chain
        begun.extend(
            [*chain, d] for d in chosen if d not in chain and _follows(problem, flow, chain, d)
        )
    return None


def _ends(problem: Problem, flow: Flow, chain: Sequence[Departure]) -> bool:
    last = problem.services[chain[-1].service_id]
    return last.destination_hub == flow.shipment.destination


def _follows(problem: Problem, flow: Flow, chain: Sequence[Departure], d: Departure) -> bool:
    service = problem.services[d.service_id]
    if not chain:
        return service.origin_hub == flow.shipment.origin
    before = problem.services[chain[-1].service_id]
    key = (before.destination_hub, before.mode, service.mode)
    return (
        service.origin_hub == before.destination_hub
        and (chain[-1].departure_id, service.mode) in flow.changes
        and d.departs_at >= boarding_time(chain[-1].arrives_at, problem.transfers[key])
    )


def missing(problem: Problem, flow: Flow, chain: Sequence[Departure]) -> set[str]:
    """Return what a shipment must use and a chain does not pass."""
    passed: set[str] = set()
    for d in chain:
        s = problem.services[d.service_id]
        passed |= {s.service_id, s.carrier, s.mode, s.destination_hub, s.origin_hub}
    return set(flow.shipment.must_use) - passed
