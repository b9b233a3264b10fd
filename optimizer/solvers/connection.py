"""Cut off cycles of no duration by which a solution pretends to use what it must use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ortools.math_opt.python import mathopt

from optimizer.solvers.paths import START, arcs_of, trail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.solvers.paths import Node
    from optimizer.solvers.variables import Flow, Variables

_TRUE = 0.5


def keep_connected(v: Variables, solution: Mapping[mathopt.Variable, float]) -> bool:
    """Ask that freight comes in where a cycle runs that it never entered. True if any was cut.

    Time orders all other departures, and a cycle that serves no wish is dropped with its cost.
    """
    cut = False
    for flow in v.flows.values():
        if not (flow.at_once and flow.shipment.must_use):
            continue
        chosen = [d for d in flow.usable if solution[flow.board[d.departure_id]] > _TRUE]
        if chosen and trail(v.problem, flow, chosen) is None:
            _enter(v, flow, _never_entered(v, flow, solution))
            cut = True
    return cut


def _never_entered(
    v: Variables, flow: Flow, solution: Mapping[mathopt.Variable, float]
) -> set[str]:
    """Return the departures at whose place on a line freight passes that never set out."""
    arcs = [a for a in arcs_of(v.problem, flow, solution) if a.amount > _TRUE]
    reached: set[Node] = {START}
    while more := {a.end for a in arcs if a.start in reached} - reached:
        reached |= more
    return {a.start[1] for a in arcs if a.start[0] == "at" and a.start not in reached}


def _enter(v: Variables, flow: Flow, places: set[str]) -> None:
    """Let nobody board at these places unless freight comes in from elsewhere."""
    inside = {x for (name, _), x in flow.change.items() if name in places}
    inflow = []
    for waiting in flow.lines.values():
        for number, d in enumerate(waiting):
            if d.departure_id not in places:
                continue
            inflow += [x for x in flow.joins[d.departure_id] if x not in inside]
            if number and waiting[number - 1].departure_id not in places:
                inflow.append(flow.wait[waiting[number - 1].departure_id])
    for name in sorted(places):
        v.model.add_linear_constraint(flow.board[name] <= mathopt.LinearSum(inflow))
