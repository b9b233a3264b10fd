"""Recompute for the audit how sure each arrival is: backward from the due date, leg by leg.

The planner carries a distribution forward along a chain; here the question is asked from the end:
freight that is ready at this moment for this leg, with what chance is it delivered by then? Dates
and opening hours are those that the audit checks by rules of their own.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.timetable import boarding_time, dates_of, opens_at, read_schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.freight import Shipment
    from data.network import Hub, Service
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.punctuality import Delay
    from optimizer.timetable import Departure

_QUARTER_H = 0.25  # delays are counted in quarters of an hour, rounded up
_QUARTER, _MINUTE = timedelta(minutes=15), timedelta(minutes=1)
_NONE_LEFT = 1e-12
_LOOK_AHEAD = timedelta(days=60)
_SAME = 2e-6  # probabilities are told with six decimals


def punctuality_faults(plan: Plan) -> Iterator[str]:
    """Find chances that are told wrongly, and chains below the chance that the scenario wants."""
    told = {p.shipment_id: p for p in plan.punctuality}
    opened = {u.departure.departure_id: u.departure for u in plan.uses}
    chains: dict[str, list[Departure]] = {}
    for leg in plan.legs:
        if leg.departure_id in opened:
            name = leg.line.element.shipment_id
            chains.setdefault(name, []).append(opened[leg.departure_id])
    wanted = plan.problem.scenario.robustness.min_on_time_probability
    if not told and not wanted:
        return
    found: dict[tuple[object, ...], float | None] = {}
    for s in plan.problem.shipments:
        chain = chains.get(s.shipment_id)
        if chain is None:
            continue
        key = (s.due_at, *(d.departure_id for d in chain))
        if key not in found:
            found[key] = _Backward(plan.problem, s, chain).chance()
        chance = found[key]
        if wanted and (chance is None or chance < wanted - _SAME):
            yield f"{s.shipment_id} is in time with {chance}, wanted {wanted}"
        row = told.get(s.shipment_id)
        if row is not None and not _same(row.probability, chance):
            yield f"{s.shipment_id} is told in time with {row.probability}, recomputed {chance}"


def _same(told: float | None, found: float | None) -> bool:
    if told is None or found is None:
        return told is found
    return math.isclose(told, found, abs_tol=_SAME)


class _Backward:
    """The chance of one chain, each moment at which freight may be ready for a leg asked once."""

    def __init__(self, problem: Problem, shipment: Shipment, chain: Sequence[Departure]) -> None:
        self._problem, self._shipment, self._chain = problem, shipment, chain
        self._services = [problem.services[d.service_id] for d in chain]
        self._rows = [_row(problem, service) for service in self._services]
        self._within = [_shares(row) for row in self._rows]
        self._latest = _last_open(problem.hubs[shipment.destination], shipment.due_at)
        self._known: dict[tuple[int, datetime], float] = {}
        self._dates: dict[int, list[tuple[datetime, datetime]]] = {}
        self._carried: dict[tuple[int, int], float] = {}

    def chance(self) -> float | None:
        if any(row is None for row in self._rows):
            return None
        return self._ready(0, self._chain[0].departs_at)

    def _ready(self, leg: int, at: datetime) -> float:
        """Return the chance of freight that is ready for a leg at a moment."""
        if (leg, at) not in self._known:
            self._known[leg, at] = self._boards(leg, at)
        return self._known[leg, at]

    def _boards(self, leg: int, at: datetime) -> float:
        planned, service = self._chain[leg], self._services[leg]
        at = max(at, planned.departs_at)
        if not self._runs_by_schedule(leg):
            lasts = planned.arrives_at - planned.departs_at
            hub = self._problem.hubs[service.origin_hub]
            return self._arrives(leg, opens_at(hub, at) + lasts)
        return self._from_run(leg, bisect_left(self._runs(leg), (at, at)))

    def _from_run(self, leg: int, number: int) -> float:
        """Return the chance of freight that may take a run of a service, or any after it."""
        runs, row = self._runs(leg), self._rows[leg]
        total, left = 0.0, 1.0
        while number < len(runs) and left > _NONE_LEFT:
            missed = row.missed_share if row else 0.0
            if (leg, number) not in self._carried:
                self._carried[leg, number] = self._arrives(leg, runs[number][1])
            total += left * (1 - missed) * self._carried[leg, number]
            left, number = left * missed, number + 1
        return total

    def _catches(self, leg: int, within: Sequence[float], ready: datetime) -> float:
        """Return the chance of freight ready at a moment or later, by how many quarters it is late.

        All that catch one run are counted together.
        """
        runs, before, total = self._runs(leg), 0.0, 0.0
        number = bisect_left(runs, (ready, ready))
        while number < len(runs) and before < 1.0:
            quarters = (runs[number][0] - ready) // _QUARTER
            until = within[min(quarters, len(within) - 1)]
            if until > before:
                total += (until - before) * self._from_run(leg, number)
                before = until
            number += 1
        return total

    def _runs_by_schedule(self, leg: int) -> bool:
        service = self._services[leg]
        return bool(service.schedule) or service.service_id in self._problem.dated

    def _runs(self, leg: int) -> list[tuple[datetime, datetime]]:
        """Return when the service of a leg leaves and arrives, from the planned departure on."""
        if leg not in self._dates:
            planned, service = self._chain[leg], self._services[leg]
            dated = self._problem.dated.get(service.service_id)
            start, lasts = planned.departs_at, planned.arrives_at - planned.departs_at
            tz = self._problem.hubs[service.origin_hub].tz
            if dated is None:
                dates = dates_of(read_schedule(service.schedule), tz, start, start + _LOOK_AHEAD)
                self._dates[leg] = [(at, at + lasts) for at in dates]
            else:
                runs = sorted((d.departs_at, d.arrives_at) for d in dated)
                self._dates[leg] = [run for run in runs if run[0] >= start]
        return self._dates[leg]

    def _arrives(self, leg: int, at: datetime) -> float:
        """Return the chance of freight whose carriage arrives at a moment, or later by a delay."""
        if leg == len(self._chain) - 1:
            quarters = (self._latest - at) // _QUARTER
            within = self._within[leg]
            return within[min(quarters, len(within) - 1)] if quarters >= 0 else 0.0
        service = self._services[leg]
        key = (service.destination_hub, service.mode, self._services[leg + 1].mode)
        transfer = self._problem.transfers[key]
        if not transfer.opening and self._runs_by_schedule(leg + 1):
            return self._catches(leg + 1, self._within[leg], boarding_time(at, transfer))
        total, before = 0.0, 0.0
        for number, until in enumerate(self._within[leg]):
            if until > before:
                ready = boarding_time(at + number * _QUARTER, transfer)
                total += (until - before) * self._ready(leg + 1, ready)
            before = until
        return total


def _last_open(hub: Hub, due_at: datetime) -> datetime:
    """Return the last moment up to a due date at which a hub takes freight in."""
    at = due_at
    while opens_at(hub, at) != at and due_at - at < _LOOK_AHEAD:
        at = at.replace(second=0, microsecond=0)
        at = at if at < due_at and opens_at(hub, at) == at else at - _MINUTE
    return at


def _shares(row: Delay | None) -> list[float]:
    """Return the shares of carriages with at most 0, 1, 2 ... quarters of an hour of delay."""
    return _shares_of(row.quantiles_h if row else (0.0, 0.0, 0.0, 0.0))


@lru_cache
def _shares_of(quantiles: tuple[float, ...]) -> list[float]:
    shares = [_share_within(quantiles, 0.0)]
    while shares[-1] < 1.0:
        shares.append(_share_within(quantiles, len(shares) * _QUARTER_H))
    return shares


def _share_within(quantiles_h: Sequence[float], hours: float) -> float:
    """Return the share of carriages with no more delay than some hours."""
    points = [(0.0, 0.0), *zip(quantiles_h, (0.5, 0.8, 0.95, 1.0), strict=True)]
    for (low, p), (high, q) in reversed(list(pairwise(points))):
        if hours >= high:
            return q
        if hours > low:
            return p + (q - p) * (hours - low) / (high - low)
    return 0.0


def _row(problem: Problem, service: Service) -> Delay | None:
    """Return the row of delays for a service: own rows first, the narrowest of them."""
    for rows in (problem.delays.own, problem.delays.shipped):
        best = None
        for r in rows:
            if r.mode != service.mode or r.from_km > service.distance_km:
                continue
            if r.service_id not in {"", service.service_id}:
                continue
            if r.hub_id not in {"", service.destination_hub}:
                continue
            rank = (r.service_id != "", r.hub_id != "", r.from_km)
            if best is None or rank > best[0]:
                best = (rank, r)
        if best is not None:
            return best[1]
    return None
