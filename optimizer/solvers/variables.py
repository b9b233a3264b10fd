"""Make and name the variables of the exact model; the only place that scales figures for a solver.

Each shipment flows through its own part of the dated network. Freight that arrives chooses a mode
to leave by, waits on that hub's line for the mode, and boards one of its departures. Waiting and
choosing are continuous: with boarding binary they are whole by themselves.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ortools.math_opt.python import mathopt

from optimizer.itineraries import exceeds, transfers_from, usable_departures
from optimizer.prices import fare_steps
from optimizer.timetable import boarding_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.freight import Shipment
    from data.network import Transfer
    from optimizer.prices import FareStep
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

Line = tuple[str, str]  # hub and leaving mode
_NO_FARE_EUR = 1e-9


@dataclass(slots=True, kw_only=True)
class Flow:
    """The variables of one shipment."""

    shipment: Shipment
    usable: tuple[Departure, ...]
    unserved: mathopt.Variable
    board: dict[str, mathopt.Variable] = field(default_factory=dict)  # by departure id
    start: dict[Line, mathopt.Variable] = field(default_factory=dict)
    change: dict[tuple[str, str], mathopt.Variable] = field(default_factory=dict)  # departure, mode
    wait: dict[str, mathopt.Variable] = field(default_factory=dict)  # past a departure, to the next
    lines: dict[Line, list[Departure]] = field(default_factory=dict)
    joins: dict[str, list[mathopt.Variable]] = field(default_factory=dict)  # ready for a departure
    changes: dict[tuple[str, str], Transfer] = field(default_factory=dict)
    reaches: dict[tuple[str, str], str] = field(default_factory=dict)  # first departure after it
    fares: dict[str, list[FareShare]] = field(default_factory=dict)  # of a divisible shipment
    at_once: bool = False  # some departure takes no time, so that dates do not order them


@dataclass(slots=True, kw_only=True)
class FareShare:
    """The variables of one straight line of a fare: whether it is paid, and for which share."""

    step: FareStep
    paid: mathopt.Variable
    share: mathopt.Variable


@dataclass(slots=True, kw_only=True)
class Opened:
    """The variables of one departure."""

    departure: Departure
    limited: bool  # its units_max is kept; elsewhere it is checked afterwards
    full: mathopt.Variable
    part: mathopt.Variable | None
    saf_mj: mathopt.Variable | None = None
    eac_kwh: mathopt.Variable | None = None


@dataclass(slots=True, kw_only=True)
class Variables:
    """The model with all its variables by what they mean."""

    model: mathopt.Model
    problem: Problem
    flows: dict[str, Flow]
    opened: dict[str, Opened]
    credits: mathopt.Variable | None


def make_variables(
    problem: Problem, departures: Sequence[Departure], crowded: frozenset[str]
) -> Variables:
    """Create the variables of every shipment and of every departure that one of them can use."""
    model = mathopt.Model(name="greenlane")
    flows = {s.shipment_id: _flow(model, problem, departures, s) for s in problem.shipments}
    used: dict[str, Departure] = {}
    for flow in flows.values():
        used.update((d.departure_id, d) for d in flow.usable)
    opened = {name: _opened(model, problem, used[name], crowded) for name in sorted(used)}
    wanted = problem.scenario.neutrality.target > 0
    credits_t = model.add_integer_variable(lb=0, name="credits_t") if wanted else None
    return Variables(model=model, problem=problem, flows=flows, opened=opened, credits=credits_t)


def _flow(
    model: mathopt.Model, problem: Problem, departures: Sequence[Departure], shipment: Shipment
) -> Flow:
    name, whole = shipment.shipment_id, not shipment.divisible
    roomy = [d for d in departures if shipment.divisible or not exceeds(problem, shipment, d)]
    usable = usable_departures(problem, roomy, shipment)
    flow = Flow(
        shipment=shipment,
        usable=usable,
        unserved=model.add_variable(lb=0, ub=1, is_integer=whole, name=f"unserved/{name}"),
        at_once=any(d.arrives_at == d.departs_at for d in usable),
    )
    passing = math.inf if flow.at_once else 1.0  # who comes back at once may wait again
    lines: dict[Line, list[Departure]] = defaultdict(list)
    for d in flow.usable:
        service = problem.services[d.service_id]
        lines[service.origin_hub, service.mode].append(d)
        flow.board[d.departure_id] = model.add_variable(
            lb=0, ub=1, is_integer=whole, name=f"board/{name}/{d.departure_id}"
        )
        flow.joins[d.departure_id] = []
    flow.lines = dict(lines)
    for line, waiting in flow.lines.items():
        for d in waiting[:-1]:
            flow.wait[d.departure_id] = model.add_variable(
                lb=0, ub=passing, name=f"wait/{name}/{d.departure_id}"
            )
        if line[0] == shipment.origin:
            flow.start[line] = model.add_variable(lb=0, ub=1, name=f"start/{name}/{line[1]}")
            flow.joins[waiting[0].departure_id].append(flow.start[line])
    _add_changes(model, problem, flow)
    if shipment.divisible:
        _add_fares(model, problem, flow)
    return flow


def _add_fares(model: mathopt.Model, problem: Problem, flow: Flow) -> None:
    """Make the lines of each fare that is no mere rate, for shares of a shipment."""
    s = flow.shipment
    for d in flow.usable:
        steps = fare_steps(problem.services[d.service_id].price, s.mass_kg, s.volume_m3)
        if len(steps) == 1 and abs(steps[0].base_eur) < _NO_FARE_EUR:
            continue
        name = f"{s.shipment_id}/{d.departure_id}"
        flow.fares[d.departure_id] = [
            FareShare(
                step=step,
                paid=model.add_binary_variable(name=f"fare/{name}/{number}"),
                share=model.add_variable(lb=0, ub=1, name=f"share/{name}/{number}"),
            )
            for number, step in enumerate(steps)
        ]


def _add_changes(model: mathopt.Model, problem: Problem, flow: Flow) -> None:
    onward = transfers_from(problem)
    for d in flow.usable:
        service = problem.services[d.service_id]
        if service.destination_hub == flow.shipment.destination:
            continue
        for transfer in onward.get((service.destination_hub, service.mode), ()):
            ready = boarding_time(d.arrives_at, transfer)
            waiting = flow.lines.get((transfer.hub_id, transfer.to_mode), [])
            first = next((w for w in waiting if w.departs_at >= ready), None)
            if first is None:
                continue
            key = (d.departure_id, transfer.to_mode)
            flow.change[key] = model.add_variable(
                lb=0, ub=1, name=f"change/{flow.shipment.shipment_id}/{key[0]}/{key[1]}"
            )
            flow.changes[key] = transfer
            flow.reaches[key] = first.departure_id
            flow.joins[first.departure_id].append(flow.change[key])


def _opened(
    model: mathopt.Model, problem: Problem, departure: Departure, crowded: frozenset[str]
) -> Opened:
    service, name = problem.services[departure.service_id], departure.departure_id
    limited = departure.units_max is not None and name in crowded
    # Units that neither cost nor emit are only counted: they need not be whole to be bounded.
    free = not service.dedicated and not service.price.eur_per_unit
    free = free and not service.price.surcharge_eur_per_unit
    part = None
    if service.price.part_load_factor is not None:
        part = model.add_variable(lb=0, ub=1, name=f"part/{name}")
    opened = Opened(
        departure=departure,
        limited=limited,
        full=model.add_variable(lb=0, is_integer=not free, name=f"full/{name}"),
        part=part,
    )
    scenario = problem.scenario
    if service.mode == "air" and scenario.fuel.saf_max_share > 0:
        opened.saf_mj = model.add_variable(lb=0, name=f"saf/{name}")
    electric = service.dedicated and problem.factors.vehicle(service.toc_id).electric
    if electric and scenario.electricity.eac_max_share > 0:
        opened.eac_kwh = model.add_variable(lb=0, name=f"eac/{name}")
    return opened
