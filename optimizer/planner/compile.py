"""Compile a problem into arrays for one objective; the only place that leaves records behind."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from data.units import HOURS_PER_YEAR, KG_PER_TONNE, SECONDS_PER_DAY, SECONDS_PER_HOUR
from optimizer.planner.board import NEVER, NO_LIMIT, Board, Freight, events_of, sorted_index
from optimizer.planner.weights import bought_for
from optimizer.problem import (
    CARRYING_SHARE_PER_YEAR,
    MOST_UNITS,
    latest_arrival,
    leaving_eur,
    may_carry,
    service_rates,
    transfer_inventory,
)
from optimizer.timetable import boarding_time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from data.freight import Shipment
    from data.network import Service, Transfer
    from optimizer.planner.board import Ints
    from optimizer.planner.weights import Bought, Weights
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

_ALWAYS_BOOKED = -(2**31) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """Arrays with the records behind their rows."""

    board: Board
    freight: Freight
    departures: tuple[Departure, ...]
    services: tuple[Service, ...]
    bought: tuple[Bought, ...]  # by service


@dataclass(frozen=True, slots=True, kw_only=True)
class _Network:
    """Places of the network by number."""

    hubs: dict[str, int]
    lines: dict[tuple[str, str], int]
    services: tuple[Service, ...]
    onward: dict[tuple[str, str], list[Transfer]]  # transfers by hub and arriving mode


def compiled(problem: Problem, departures: Sequence[Departure], weights: Weights) -> Compiled:
    """Return a problem and its departures as arrays, priced by weights."""
    start = min(s.ready_at for s in problem.shipments).replace(microsecond=0)
    ordered = tuple(sorted(departures, key=lambda d: (d.departs_at, d.departure_id)))
    network = _network(problem, ordered)
    rates = [service_rates(s, problem) for s in network.services]
    bought = tuple(bought_for(problem, r, weights) for r in rates)
    handling = _handling(problem, network, weights)
    columns = _services(problem, network, weights, bought)
    columns |= _dated(problem, network, ordered, handling, start)
    columns |= _edges(network, columns)
    return Compiled(
        board=Board(lines=len(network.lines), hubs=len(network.hubs), **columns),
        freight=_freight(problem, network, weights, start),
        departures=ordered,
        services=network.services,
        bought=bought,
    )


def _network(problem: Problem, departures: Sequence[Departure]) -> _Network:
    used = sorted({d.service_id for d in departures})
    services = tuple(problem.services[name] for name in used)
    onward: dict[tuple[str, str], list[Transfer]] = defaultdict(list)
    lines = {(s.origin_hub, s.mode) for s in services}
    for (hub_id, from_mode, to_mode), transfer in sorted(problem.transfers.items()):
        if (hub_id, to_mode) in lines:
            onward[hub_id, from_mode].append(transfer)
    return _Network(
        hubs={name: n for n, name in enumerate(sorted(problem.hubs))},
        lines={line: n for n, line in enumerate(sorted(lines))},
        services=services,
        onward=dict(onward),
    )


def _handling(problem: Problem, network: _Network, w: Weights) -> dict[int, float]:
    """Return the price of each transfer per kg, by the identity of its record."""
    tonne = replace(problem.shipments[0], shipment_id="tonne", mass_kg=KG_PER_TONNE)
    found = {}
    for transfers in network.onward.values():
        for t in transfers:
            footprint = transfer_inventory(t, problem, tonne)
            kg = w.physical_kg * footprint.physical.wtw_kgco2e
            kg += w.market_kg * footprint.market_based.wtw_kgco2e
            found[id(t)] = (w.eur * t.cost_eur_per_t + kg) / KG_PER_TONNE
    return found


def _services(
    problem: Problem, network: _Network, w: Weights, bought: Sequence[Bought]
) -> dict[str, Any]:
    services, prices = network.services, [s.price for s in network.services]
    rates = [service_rates(s, problem) for s in services]
    unit = [
        w.physical_kg * r.physical_per_unit + w.market_kg * r.market_per_unit + b.per_unit
        for r, b in zip(rates, bought, strict=True)
    ]
    per_kg = [
        w.physical_kg * r.physical_per_kg + w.market_kg * r.market_per_kg + b.per_kg
        for r, b in zip(rates, bought, strict=True)
    ]
    full = [
        w.eur * ((p.eur_per_unit or 0.0) + p.surcharge_eur_per_unit) + u
        for p, u in zip(prices, unit, strict=True)
    ]
    part = [
        NEVER
        if p.part_load_factor is None
        else w.eur * ((p.eur_per_unit or 0.0) * p.part_load_factor + p.surcharge_eur_per_unit) + u
        for p, u in zip(prices, unit, strict=True)
    ]
    breaks = [len(p.rate_breaks) for p in prices]
    return {
        "unit_kg": np.array([s.unit_capacity_kg for s in services]),
        "unit_m3": np.array([s.unit_capacity_m3 for s in services]),
        "full": np.maximum(np.array(full), 0.0),
        "part": np.maximum(np.array(part), 0.0),
        "per_kg": np.array(per_kg),
        "fare_weight": w.eur,
        "eur_per_t": np.array([p.eur_per_t for p in prices]),
        "eur_min": np.array([p.eur_min for p in prices]),
        "eur_per_kg_extra": np.array([p.surcharge_eur_per_kg for p in prices]),
        "eur_per_shipment": np.array([p.surcharge_eur_per_shipment for p in prices]),
        "kg_per_m3": np.array([p.chargeable_kg_per_m3 for p in prices]),
        "break_first": np.concatenate([[0], np.cumsum(breaks)]).astype(np.int32),
        "break_from_kg": np.array([b.from_kg for p in prices for b in p.rate_breaks], float),
        "break_eur_per_kg": np.array([b.eur_per_kg for p in prices for b in p.rate_breaks], float),
        "booking_lead": _seconds([s.booking_lead_h * SECONDS_PER_HOUR for s in services]),
        "line_of": np.array([network.lines[s.origin_hub, s.mode] for s in services], np.int32),
    }


def _dated(
    problem: Problem,
    network: _Network,
    departures: Sequence[Departure],
    handling: dict[int, float],
    start: datetime,
) -> dict[str, Any]:
    number = {s.service_id: n for n, s in enumerate(network.services)}
    service = np.array([number[d.service_id] for d in departures], np.int32)
    counts, node, at, per_kg = [], [], [], []
    for d, j in zip(departures, service, strict=True):
        s = network.services[j]
        node.append(len(network.lines) + network.hubs[s.destination_hub])
        at.append((problem.delivered_at(d) - start).total_seconds())
        per_kg.append(0.0)
        transfers = network.onward.get((s.destination_hub, s.mode), [])
        for t in transfers:
            node.append(network.lines[t.hub_id, t.to_mode])
            at.append((boarding_time(d.arrives_at, t) - start).total_seconds())
            per_kg.append(handling[id(t)])
        counts.append(1 + len(transfers))
    # Departures round down and arrivals up: nothing boards a fraction of a second too late.
    departs_at = np.array(
        [math.floor((d.departs_at - start).total_seconds()) for d in departures], np.int32
    )
    ride_first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    ride_at = _seconds(at)
    events, event_at, event_service = events_of(departs_at, service, ride_first, ride_at)
    lines = np.array([network.lines[s.origin_hub, s.mode] for s in network.services], np.int32)
    return {
        "departs_at": departs_at,
        "node": lines[service],
        "service": service,
        "units_max": np.array(
            [NO_LIMIT if d.units_max is None else float(d.units_max) for d in departures]
        ),
        "ride_first": ride_first,
        "ride_node": np.array(node, np.int32),
        "ride_at": ride_at,
        "ride_per_kg": np.array(per_kg),
        "ride_departure": np.repeat(
            np.arange(len(departures), dtype=np.int32), np.array(counts, int)
        ),
        "events": events,
        "event_at": event_at,
        "event_service": event_service,
    }


def _seconds(values: Sequence[float]) -> Ints:
    """Return whole seconds, rounded up: nothing boards before it is ready."""
    return np.array([math.ceil(v) for v in values], np.int32)


def _edges(network: _Network, dated: dict[str, Any]) -> dict[str, Any]:
    """Return the network without its times: what each service reaches, and how soon at least."""
    service, ride_first = dated["service"], dated["ride_first"]
    lines, hubs, count = len(network.lines), len(network.hubs), len(network.services)
    # Every departure of a service has the same rides, in the same order.
    any_departure = np.zeros(count, int)
    any_departure[service[::-1]] = np.arange(len(service))[::-1]
    width = np.diff(ride_first)[any_departure]
    edge_first = np.concatenate([[0], np.cumsum(width)]).astype(np.int32)
    edge_service = np.repeat(np.arange(count, dtype=np.int32), width)
    rides = np.concatenate(
        [np.arange(ride_first[s], ride_first[s + 1]) for s in any_departure] or [np.zeros(0, int)]
    ).astype(int)
    least = np.full(len(rides), np.iinfo(np.int32).max, np.int32)
    owner = dated["ride_departure"]
    place = np.arange(len(owner)) - ride_first[owner] + edge_first[service[owner]]
    np.minimum.at(least, place, dated["ride_at"] - dated["departs_at"][owner])
    node = dated["ride_node"][rides]
    at_line = sorted_index(dated["line_of"], lines)
    into = sorted_index(node, lines + hubs)
    hub_of_line = np.array([network.hubs[hub] for hub, _ in network.lines], np.int32)
    hub_line = sorted_index(hub_of_line, hubs)
    return {
        "edge_first": edge_first,
        "edge_node": node,
        "edge_per_kg": dated["ride_per_kg"][rides],
        "edge_seconds": least,
        "edge_service": edge_service,
        "at_line": at_line[0],
        "at_line_first": at_line[1],
        "hub_line": hub_line[0],
        "hub_line_first": hub_line[1],
        "into": into[0],
        "into_first": into[1],
    }


def _freight(problem: Problem, network: _Network, w: Weights, start: datetime) -> Freight:
    shipments = problem.shipments
    kind, allowed = _kinds(shipments, network.services)
    latest = [math.floor((latest_arrival(s) - start).total_seconds()) for s in shipments]
    hold = [
        w.hour / SECONDS_PER_HOUR
        + w.carrying * s.value_eur * CARRYING_SHARE_PER_YEAR / HOURS_PER_YEAR / SECONDS_PER_HOUR
        for s in shipments
    ]
    booked = [
        _ALWAYS_BOOKED if s.booked_at is None else math.ceil((s.booked_at - start).total_seconds())
        for s in shipments
    ]
    return Freight(
        origin=np.array([network.hubs[s.origin] for s in shipments], np.int32),
        destination=np.array([network.hubs[s.destination] for s in shipments], np.int32),
        mass_kg=np.array([s.mass_kg for s in shipments]),
        volume_m3=np.array([s.volume_m3 for s in shipments]),
        billed_m3=np.array([s.volume_m3 for s in shipments]),
        ready_at=_seconds([(problem.picked_up_at(s) - start).total_seconds() for s in shipments]),
        held_from=np.array([(s.ready_at - start).total_seconds() for s in shipments]),
        due_at=np.array([(s.due_at - start).total_seconds() for s in shipments]),
        latest_at=np.array(latest, np.int32),
        booked_at=np.array(booked, np.int32),
        late_per_s=np.array(
            [w.lateness * (s.lateness_eur_per_day or 0.0) / SECONDS_PER_DAY for s in shipments]
        ),
        hold_per_s=np.array(hold),
        unserved=np.array([w.unserved * leaving_eur(s) for s in shipments]),
        kind=kind,
        allowed=allowed,
    )


def _kinds(
    shipments: Sequence[Shipment], services: Sequence[Service]
) -> tuple[Ints, np.ndarray[tuple[int, int], np.dtype[np.uint8]]]:
    """Return the kind of each shipment, and which services take each kind."""
    known: dict[tuple[object, ...], int] = {}
    rows: list[list[bool]] = []
    kinds = []
    smallest_kg = min((s.unit_capacity_kg for s in services), default=1.0)
    smallest_m3 = min((s.unit_capacity_m3 for s in services), default=1.0)
    for s in shipments:
        many = max(s.mass_kg / smallest_kg, s.volume_m3 / smallest_m3) > MOST_UNITS
        key = (
            s.temperature, s.un_number, s.packing_instruction, s.must_avoid, s.lane, s.only,
            s.unloadable, s.heaviest_kg, s.shipment_id if many else "",
        )  # fmt: skip
        if key not in known:
            known[key] = len(rows)
            rows.append([not may_carry(service, s) for service in services])
        kinds.append(known[key])
    return np.array(kinds, np.int32), np.array(rows, np.uint8).reshape(len(rows), len(services))
