"""Look for a chain of each shipment that a plan calls unservable, by a plain scan in time.

Their price is left out of value, bound and gap, so calling one unservable flatters a gap. Nothing
of the search is used. Freight becomes ready on whole minutes, or on the coarser grid on which
vehicles without a schedule leave at scale: the scan never finds what the timetable does not hold.
"""

from __future__ import annotations

import heapq
import re
from bisect import bisect_left
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from optimizer.audit_loads import goes_in
from optimizer.recheck import goods_faults
from optimizer.timetable import boarding_time, dates_of, opens_at, read_schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.freight import Shipment
    from data.network import Service, Transfer
    from optimizer.plan import Plan
    from optimizer.problem import Problem

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GRACE = timedelta(days=14)  # of a shipment with a price of lateness
_MOST_UNITS = 500  # of one shipment on one departure
_ROOM = 1e-6  # units
_GRID = re.compile(r"vehicles without a schedule leave every (\d+) minutes")


def unservable_faults(plan: Plan) -> Iterator[str]:
    """Find shipments that are called unservable, and that some chain would serve alone."""
    names = {s.shipment_id for s in plan.problem.shipments}
    yield from (f"{name} is called unservable, never asked" for name in plan.unservable - names)
    called = [s for s in plan.problem.shipments if s.shipment_id in plan.unservable]
    if not called:
        return
    scan = _Scan(plan.problem, called)
    for s in called:
        if chain := scan.chain(s):
            yield f"{s.shipment_id} is called unservable; {' > '.join(chain)} would serve it"


class _Scan:
    """Carries one shipment through a network in order of time."""

    def __init__(self, problem: Problem, called: Sequence[Shipment]) -> None:
        self._problem = problem
        self._grid = timedelta(minutes=grid_minutes(problem))
        self._lines: dict[tuple[str, str], list[Service]] = defaultdict(list)
        self._onward: dict[tuple[str, str], list[Transfer]] = defaultdict(list)
        for service in problem.services.values():
            self._lines[service.origin_hub, service.mode].append(service)
        for (hub_id, from_mode, _), transfer in problem.transfers.items():
            self._onward[hub_id, from_mode].append(transfer)
        self._start = min(s.ready_at for s in called)
        self._end = max(_latest(s) for s in called)
        self._dates: dict[str, list[tuple[datetime, datetime, float]]] = {}

    def chain(self, s: Shipment) -> tuple[str, ...]:
        """Return the services of a chain that brings a shipment in time, or none."""
        ready = self._on_grid(opens_at(self._problem.hubs[s.origin], s.ready_at))
        modes = sorted({x.mode for x in self._problem.services.values()})
        queue: list[tuple[datetime, str, str, tuple[str, ...]]] = [
            (ready, s.origin, mode, ()) for mode in modes
        ]
        seen: set[tuple[str, str]] = set()
        while queue:
            at, hub, mode, way = heapq.heappop(queue)
            if (hub, mode) in seen or at > _latest(s):
                continue
            seen.add((hub, mode))
            for service in self._lines[hub, mode]:
                arrived = self._arrival(s, service, at)
                if arrived is None or arrived > _latest(s):
                    continue
                taken = (*way, service.service_id)
                there = service.destination_hub
                if there == s.destination and self._in_time(s, arrived):
                    return taken
                for t in self._onward[there, service.mode]:
                    boards = self._on_grid(boarding_time(arrived, t))
                    heapq.heappush(queue, (boards, t.hub_id, t.to_mode, taken))
        return ()

    def _in_time(self, s: Shipment, arrived: datetime) -> bool:
        delivered = opens_at(self._problem.hubs[s.destination], arrived)
        return _whole_second(delivered) <= _latest(s).replace(microsecond=0)

    def _arrival(self, s: Shipment, service: Service, ready: datetime) -> datetime | None:
        """Return the earliest arrival of freight that waits for a service, if it takes it."""
        load = max(s.mass_kg / service.unit_capacity_kg, s.volume_m3 / service.unit_capacity_m3)
        if not self._takes(service, s) or load > _MOST_UNITS:
            return None
        if s.booked_at is not None:
            booked = s.booked_at + timedelta(hours=service.booking_lead_h)
            if booked > ready and not service.booking_lead_h:
                return None  # no departure is made for freight that nobody had to book
            ready = max(ready, _on(booked, timedelta(minutes=1)))
        dates = self._dates_of(service)
        if dates is None:
            if service.units_max is not None and load > service.units_max + _ROOM:
                return None
            leaves = opens_at(self._problem.hubs[service.origin_hub], ready)
            return leaves + timedelta(hours=service.duration_h)
        first = bisect_left(dates, (ready,))
        return min((at for _, at, units in dates[first:] if load <= units + _ROOM), default=None)

    def _dates_of(self, service: Service) -> list[tuple[datetime, datetime, float]] | None:
        """Return departures, arrivals and units of a service; none that leaves at any time."""
        name, schedule = service.service_id, read_schedule(service.schedule)
        if name not in self._problem.dated and schedule.any_time:
            return None
        if name not in self._dates:
            if name in self._problem.dated:
                dated = self._problem.dated[name]
                found = [(d.departs_at, d.arrives_at, _units(d.units_max)) for d in dated]
            else:
                tz, takes = self._problem.hubs[service.origin_hub].tz, service.duration_h
                found = [
                    (at, at + timedelta(hours=takes), _units(service.units_max))
                    for at in dates_of(schedule, tz, self._start, self._end)
                ]
            self._dates[name] = sorted(found)
        return self._dates[name]

    def _takes(self, service: Service, s: Shipment) -> bool:
        if any(names and service.service_id not in names for names in (s.lane, s.only)):
            return False
        if s.temperature not in {"ambient", service.temperature}:
            return False
        if s.un_number and s.un_number not in service.dangerous_goods:
            return False
        named = {service.service_id, service.carrier, service.mode}
        named |= {service.origin_hub, service.destination_hub, *service.end_countries}
        if named & set(s.must_avoid):
            return False
        inside = self._problem.interiors.get(service.unit_code)
        for piece in s.pieces:
            light = piece.mass_kg <= service.unit_capacity_kg
            if not light or (inside is not None and not goes_in(piece, inside)):
                return False
        return not list(goods_faults(s, service, self._problem.hubs))

    def _on_grid(self, at: datetime) -> datetime:
        return _on(at, self._grid)


def grid_minutes(problem: Problem) -> int:
    """Return the minutes between departures of a vehicle without a schedule, as a plan tells."""
    found = [int(m[1]) for words in problem.assumptions if (m := _GRID.search(words))]
    return max(found, default=1)


def _latest(s: Shipment) -> datetime:
    return s.due_at + (_GRACE if s.lateness_eur_per_day is not None else timedelta())


def _on(at: datetime, step: timedelta) -> datetime:
    return _EPOCH + -(-(at - _EPOCH) // step) * step


def _whole_second(at: datetime) -> datetime:
    return at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)


def _units(units_max: int | None) -> float:
    return float("inf") if units_max is None else float(units_max)
