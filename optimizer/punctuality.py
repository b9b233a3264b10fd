"""How sure an arrival is: delays of carriages as quantiles, chained into a probability in time.

Each carriage arrives late by a random time whose quantiles are straight lines between those of a
table; delays of different carriages are independent. Freight that misses a planned departure takes
the next one of that service; a vehicle without a schedule waits for its freight. Delays stand on a
grid of quarter hours, rounded up, so that a probability told is never above the one meant; all
other times are exact. Being later at any point is never better (where departures of a service do
not overtake each other), here and in the sums.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import ProblemError
from optimizer.timetable import boarding_time, dates_of, opens_at, read_schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from data.freight import Shipment
    from data.network import Service
    from data.tables import Row, Table
    from optimizer.plan import Leg
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

STEP = timedelta(minutes=15)  # of delays
_WAITS = timedelta(days=60)  # for a later departure of a service; who waits longer never arrives
_SHARES = (0.5, 0.8, 0.95, 1.0)
_COLUMNS = ("p50_h", "p80_h", "p95_h", "p100_h")
_MEDIAN, _NINETY = 0.5, 0.9
_NOISE = 1e-9  # of sums of probabilities
_DECIMALS = 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """How late carriages of a kind arrive, and where that holds."""

    mode: str
    hub_id: str
    service_id: str
    from_km: float
    quantiles_h: tuple[float, ...]  # of 50, 80, 95 and 100 %
    missed_share: float

    def fits(self, service: Service) -> bool:
        """Tell whether a service is of this kind."""
        return (
            self.mode == service.mode
            and self.hub_id in {"", service.destination_hub}
            and self.service_id in {"", service.service_id}
            and self.from_km <= service.distance_km
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """The delays on record: a problem's own before the shipped assumptions."""

    own: tuple[Delay, ...] = ()
    shipped: tuple[Delay, ...] = ()

    def of(self, service: Service) -> Delay | None:
        """Return the row for a service, its own before its hub's before its mode's; or None."""
        for rows in (self.own, self.shipped):
            fitting = [row for row in rows if row.fits(service)]
            if fitting:
                return max(fitting, key=lambda r: (bool(r.service_id), bool(r.hub_id), r.from_km))
        return None


def delays_of(table: Table) -> tuple[Delay, ...]:
    """Return the good rows; rows whose quantiles fall are refused in place."""
    found = []
    for number, row in table:
        quantiles = tuple(row[name] for name in _COLUMNS)
        if list(quantiles) != sorted(quantiles):
            told = ", ".join(f"{q:g}" for q in quantiles)
            table.refuse(number, _COLUMNS[0], told, "quantiles that do not fall", "bad_value")
            continue
        found.append(_delay(row, quantiles))
    return tuple(found)


def shipped_delays(rows: Iterable[Row]) -> tuple[Delay, ...]:
    """Return the rows of a table that is right as a whole."""
    return tuple(_delay(row, tuple(row[name] for name in _COLUMNS)) for row in rows)


def _delay(row: Row, quantiles: tuple[float, ...]) -> Delay:
    return Delay(
        mode=row["mode"],
        hub_id=row["hub_id"] or "",
        service_id=row["service_id"] or "",
        from_km=row["from_km"] or 0.0,
        quantiles_h=quantiles,
        missed_share=row["missed_share"] or 0.0,
    )


@lru_cache(maxsize=10_000)
def grid_of(quantiles_h: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the probability of a delay of 0, 1, 2 ... steps, each rounded up to its step.

    >>> grid_of((0.0, 0.0, 0.25, 0.5)).round(3).tolist()
    [0.8, 0.15, 0.05]
    """
    step_h = STEP / timedelta(hours=1)
    hours = np.arange(-(-quantiles_h[-1] // step_h) + 1) * step_h
    shares = np.zeros(len(hours))
    points = [(0.0, 0.0), *zip(quantiles_h, _SHARES, strict=True)]
    for (low, p), (high, q) in pairwise(points):
        between = (hours > low) & (hours < high)
        shares[between] = p + (q - p) * (hours[between] - low) / (high - low or 1.0)
        shares[hours >= high] = q
    return np.diff(shares, prepend=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTime:
    """When a shipment of a plan arrives: as planned, and as it may turn out."""

    shipment_id: str
    due_at: datetime
    planned_at: datetime
    probability: float | None  # None: the delays of some carriage are not known
    p50_at: datetime | None = None  # None: not known, or later than all that was looked at
    p90_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Moments:
    """Moments in ticks, rising, each with its probability; what is missing never comes."""

    ticks: NDArray[np.int64]
    masses: NDArray[np.float64]

    def by(self, at: datetime) -> float:
        return float(self.masses[: np.searchsorted(self.ticks, _tick(at), "right")].sum())

    def quantile(self, share: float) -> datetime | None:
        reached = np.cumsum(self.masses) >= share - _NOISE
        return _EPOCH + int(self.ticks[int(reached.argmax())]) * _TICK if reached.any() else None


def _tick(at: datetime) -> int:
    return (at - _EPOCH) // _TICK


def _moments(ticks: NDArray[np.int64], masses: NDArray[np.float64]) -> _Moments:
    unique, place = np.unique(ticks, return_inverse=True)
    return _Moments(unique, _summed(place, masses, len(unique)))


def _summed(
    places: NDArray[np.int64], masses: NDArray[np.float64], size: int = 0
) -> NDArray[np.float64]:
    return np.bincount(places, masses, size).astype(np.float64)


class Forecast:
    """Works out arrivals of chains, each beginning of a chain once."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._arrivals: dict[tuple[Departure, ...], _Moments | None] = {}
        self._later: dict[str, tuple[Departure, ...]] = {}

    def on_time(self, shipment: Shipment, chain: Sequence[Departure]) -> OnTime:
        """Return the probability that a shipment is delivered by its due date, and quantiles."""
        planned_at = self._problem.delivered_at(chain[-1])
        arrival = self._arrival(tuple(chain))
        unknown = OnTime(
            shipment_id=shipment.shipment_id,
            due_at=shipment.due_at,
            planned_at=planned_at,
            probability=None,
        )
        if arrival is None:
            return unknown
        service = self._problem.services[chain[-1].service_id]
        hub = self._problem.hubs[service.destination_hub]
        delivered = _mapped(arrival, lambda at: opens_at(hub, at)) if hub.opening else arrival
        return replace(
            unknown,
            probability=round(delivered.by(shipment.due_at), _DECIMALS),
            p50_at=delivered.quantile(_MEDIAN),
            p90_at=delivered.quantile(_NINETY),
        )

    def _arrival(self, chain: tuple[Departure, ...]) -> _Moments | None:
        if chain not in self._arrivals:
            self._arrivals[chain] = self._arrived(chain)
        return self._arrivals[chain]

    def _arrived(self, chain: tuple[Departure, ...]) -> _Moments | None:
        planned = chain[-1]
        service = self._problem.services[planned.service_id]
        delay = self._problem.delays.of(service)
        if delay is None:
            return None
        ready = _Moments(np.array([_tick(planned.departs_at)]), np.array([1.0]))
        if len(chain) > 1:
            before = self._arrival(chain[:-1])
            if before is None:
                return None
            ready = self._boarding(before, self._problem.services[chain[-2].service_id], service)
        if self._leaves_any_time(service):
            came = self._driven(ready, planned, service)
        else:
            came = self._caught(ready, planned, delay.missed_share)
        return _delayed(came, grid_of(delay.quantiles_h))

    def _boarding(self, arrived: _Moments, before: Service, after: Service) -> _Moments:
        transfer = self._problem.transfers[before.destination_hub, before.mode, after.mode]
        if transfer.opening:
            return _mapped(arrived, lambda at: boarding_time(at, transfer))
        hours = (boarding_time(_EPOCH, transfer) - _EPOCH) // _TICK
        return _Moments(arrived.ticks + hours, arrived.masses)

    def _leaves_any_time(self, service: Service) -> bool:
        dated = service.service_id in self._problem.dated
        return not dated and read_schedule(service.schedule).any_time

    def _driven(self, ready: _Moments, planned: Departure, service: Service) -> _Moments:
        """Let a vehicle leave as planned, or when late freight is there and its hub open."""
        left = _moments(np.maximum(ready.ticks, _tick(planned.departs_at)), ready.masses)
        hub = self._problem.hubs[service.origin_hub]
        if hub.opening:
            left = _mapped(left, lambda at: opens_at(hub, at))
        return _Moments(
            left.ticks + (planned.arrives_at - planned.departs_at) // _TICK, left.masses
        )

    def _caught(self, ready: _Moments, planned: Departure, missed_share: float) -> _Moments:
        """Let freight take the first departure that it can catch, some of it one after that."""
        later = self.departures_from(planned)
        leaves = np.array([_tick(d.departs_at) for d in later])
        first = np.searchsorted(leaves, ready.ticks, "left")
        caught = _summed(first, ready.masses, len(later) + 1)[: len(later)]
        waiting = 0.0
        for number, mass in enumerate(caught):
            there = float(mass) + waiting
            waiting = there * missed_share
            caught[number] = there - waiting
        return _moments(np.array([_tick(d.arrives_at) for d in later]), caught)

    def departures_from(self, planned: Departure) -> tuple[Departure, ...]:
        """Return a scheduled departure and those of its service after it."""
        if planned.departure_id not in self._later:
            name = planned.service_id
            dated = self._problem.dated.get(name)
            self._later[planned.departure_id] = (
                self._scheduled(planned)
                if dated is None
                else tuple(
                    sorted(
                        (d for d in dated if d.departs_at >= planned.departs_at),
                        key=lambda d: d.departs_at,
                    )
                )
            )
        return self._later[planned.departure_id]

    def _scheduled(self, planned: Departure) -> tuple[Departure, ...]:
        service = self._problem.services[planned.service_id]
        start = planned.departs_at
        dates = dates_of(
            read_schedule(service.schedule),
            self._problem.hubs[service.origin_hub].tz,
            start,
            start + _WAITS,
        )
        lasts = planned.arrives_at - start
        return tuple(replace(planned, departs_at=at, arrives_at=at + lasts) for at in dates)


def _mapped(moments: _Moments, move: Callable[[datetime], datetime]) -> _Moments:
    ticks = [_tick(move(_EPOCH + int(t) * _TICK)) for t in moments.ticks]
    return _moments(np.array(ticks, np.int64), moments.masses)


def _delayed(moments: _Moments, grid: NDArray[np.float64]) -> _Moments:
    """Add a delay: moments that lie whole steps apart together, so that all stay exact."""
    step = STEP // _TICK
    places, phases = np.divmod(moments.ticks, step)
    ticks, masses = [], []
    for phase in np.unique(phases):
        own = phases == phase
        first = int(places[own].min())
        late = np.convolve(_summed(places[own] - first, moments.masses[own]), grid)
        ticks.append((first + np.flatnonzero(late)) * step + phase)
        masses.append(late[late > 0])
    return _moments(np.concatenate(ticks), np.concatenate(masses))


def on_time_of(
    problem: Problem, legs: Sequence[Leg], departures: Iterable[Departure]
) -> tuple[OnTime, ...]:
    """Return the punctuality of each shipment that travels, by its legs and opened departures."""
    opened = {d.departure_id: d for d in departures}
    chains: dict[str, list[Departure]] = {}
    for leg in legs:
        if leg.departure_id:
            name = leg.line.element.shipment_id
            chains.setdefault(name, []).append(opened[leg.departure_id])
    forecast = Forecast(problem)
    return tuple(
        forecast.on_time(s, chains[s.shipment_id])
        for s in problem.shipments
        if s.shipment_id in chains
    )


def refuse_divisible(problem: Problem) -> None:
    """Refuse a wanted probability where a shipment may be divided: chains of parts are not proven.

    Raises
    ------
    ProblemError
        naming the shipments.
    """
    divisible = [s.shipment_id for s in problem.shipments if s.divisible]
    if problem.scenario.robustness.min_on_time_probability > 0 and divisible:
        raise ProblemError(
            f"min_on_time_probability with divisible shipments ({', '.join(divisible)}), wanted "
            "one of the two: a part's chain is not held to a probability"
        )
