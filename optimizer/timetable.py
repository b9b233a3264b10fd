"""Turn schedules into dated departures that some shipment can really catch."""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from optimizer.opening import clock_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from data.freight import Shipment
    from data.network import Hub, Service, Transfer

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MINUTES_PER_HOUR = 60
_MINUTES_PER_YEAR = 527_040
_BOOKED = "booked"  # in the place of a mode: freight may use one service from now on
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadScheduleError(ValueError):
    """What was wanted instead of a schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a service leaves: any time, at hours of some weekdays, or every so many hours."""

    weekdays: frozenset[int] = frozenset()
    times: tuple[time, ...] = ()
    every_h: float = 0.0

    @property
    def any_time(self) -> bool:
        """True for a vehicle that leaves when its freight is ready."""
        return not self.times and not self.every_h


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A service at a time (UTC), with the units it offers."""

    departure_id: str
    service_id: str
    departs_at: datetime
    arrives_at: datetime
    units_max: int | None


def read_schedule(text: str) -> Schedule:
    """Read a schedule string.

    >>> sorted(read_schedule("weekly:Mon,Thu 18:00").weekdays)
    [0, 3]

    Raises
    ------
    BadScheduleError
        saying what was wanted.
    """
    if not text:
        return Schedule()
    if match := re.fullmatch(r"every:(\d+(?:\.\d+)?)h", text):
        minutes = float(match[1]) * _MINUTES_PER_HOUR
        if not 1 <= minutes <= _MINUTES_PER_YEAR or minutes != round(minutes):
            raise BadScheduleError("every:6h in whole minutes, at most a year")
        return Schedule(every_h=minutes / _MINUTES_PER_HOUR)
    if match := re.fullmatch(r"daily:([\d:,]+)", text):
        return Schedule(weekdays=frozenset(range(7)), times=_times(match[1]))
    if match := re.fullmatch(r"weekly:([A-Za-z,]+) ([\d:,]+)", text):
        names = match[1].split(",")
        if not set(names) <= set(_DAYS):
            raise BadScheduleError("weekdays such as Mon,Thu")
        return Schedule(weekdays=frozenset(map(_DAYS.index, names)), times=_times(match[2]))
    raise BadScheduleError("blank, weekly:Mon,Thu 18:00, daily:06:00,18:00 or every:6h")


def _times(text: str) -> tuple[time, ...]:
    try:
        return tuple(sorted({datetime.strptime(t, "%H:%M").time() for t in text.split(",")}))  # noqa: DTZ007  (local wall time, the hub gives the zone)
    except ValueError:
        raise BadScheduleError("times such as 06:00,18:00") from None


def dates_of(schedule: Schedule, tz: str, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the departures of a scheduled service between two times, in UTC."""
    if schedule.every_h:
        step = timedelta(minutes=round(schedule.every_h * _MINUTES_PER_HOUR))
        at = _EPOCH + -(-(start - _EPOCH) // step) * step
        while at <= end:
            yield at
            at += step
        return
    zone = ZoneInfo(tz)
    day = start.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        if day.weekday() in schedule.weekdays:
            for clock in schedule.times:
                at = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
                if start <= at <= end:
                    yield at
        day += timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Everything that decides when a departure can be caught."""

    hubs: Mapping[str, Hub]
    services: Mapping[str, Service]
    transfers: Mapping[tuple[str, str, str], Transfer]
    dated: Mapping[str, Sequence[Departure]]  # explicit departures by service


def catchable_departures(
    timetable: Timetable,
    shipments: Iterable[Shipment],
    horizon: datetime,
    *,
    crowded: frozenset[str] = frozenset(),
    pace: Pace | None = None,
) -> tuple[Departure, ...]:
    """Return, in time order, the departures that a best plan can need before `horizon`.

    Earlier is never worse here: waiting is free at every hub, and merging two loads of one service
    opens no more units. So each departure of a plan may be moved forward until freight on board
    would miss it, and only these remain: a vehicle without a schedule leaves the moment freight
    becomes ready for it, a scheduled one counts when freight became ready since its departure
    before. The argument needs room on the earlier departure; where a plan ran out of units the
    departure is named in `crowded`, and the one after it is returned too. With a `pace`, every
    departure that freight can catch is returned, whatever was caught before.
    """
    build = _Builder(timetable, horizon, crowded, pace)
    shipments = tuple(shipments)
    for shipment in shipments:
        for mode in sorted({s.mode for s in timetable.services.values()}):
            ready = opens_at(timetable.hubs[shipment.origin], shipment.ready_at)
            build.open(ready, shipment.origin, mode)
        build.book(shipment)
    if shipments:
        build.schedule(min(s.ready_at for s in shipments))
    return build.run()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a timetable of thousands of shipments is kept finite.

    Where freight is always about, vehicles without a schedule would leave every minute: they leave
    on a grid of minutes instead, and so does the bound of a plan on it.
    """

    minutes: int = 1
    most: int | None = None  # departures; more are too many for this grid


class TooManyDeparturesError(Exception):
    """A grid of minutes is too fine for the freight."""


def without_successor(timetable: Timetable, departures: Iterable[Departure]) -> frozenset[str]:
    """Return the departures with limited units that no later departure could relieve.

    Naming one of these as crowded adds none to `catchable_departures`: the last date of a service
    has none after it, and a vehicle that leaves at once does so whenever freight is ready. So their
    limits may stand from the start, and no round is spent on finding out that they bind.
    """
    found = set()
    for d in departures:
        dated = timetable.dated.get(d.service_id)
        if dated is None:
            service = timetable.services[d.service_id]
            last = not service.duration_h and read_schedule(service.schedule).any_time
        else:
            last = d.departs_at == max(x.departs_at for x in dated)
        if last and d.units_max is not None:
            found.add(d.departure_id)
    return frozenset(found)


def departure_id(service_id: str, departs_at: datetime) -> str:
    """Name a departure by its service and its minute in UTC."""
    return f"{service_id}@{departs_at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def handled_at(arrives_at: datetime, transfer: Transfer) -> datetime:
    """Return when freight of an arrival is handled and cleared, in hours that the hub works."""
    return clock_of(transfer.opening, transfer.tz).after_working_hours(arrives_at, transfer.hours)


def boarding_time(arrives_at: datetime, transfer: Transfer) -> datetime:
    """Return from when on freight of an arrival may depart: handled, cleared, before cut-off."""
    if not transfer.opening:
        return arrives_at + timedelta(hours=transfer.hours + transfer.cutoff_h)
    return handled_at(arrives_at, transfer) + timedelta(hours=transfer.cutoff_h)


def opens_at(hub: Hub, at: datetime) -> datetime:
    """Return the first moment from `at` on at which a hub hands over or lets a vehicle leave."""
    return clock_of(hub.opening, hub.tz).next_open(at)


class _Builder:
    """An event queue over time: freight gets ready at hubs, departures carry readiness onward."""

    def __init__(
        self,
        timetable: Timetable,
        horizon: datetime,
        crowded: frozenset[str],
        pace: Pace | None,
    ) -> None:
        self._timetable = timetable
        self._horizon = horizon
        self._crowded = crowded
        self._pace = pace
        self._opened: set[tuple[datetime, str, str]] = set()
        self._fresh: set[str] = set()  # services with freight ready since their last departure
        self._queue: list[tuple[datetime, int, str, str]] = []
        self._lines: dict[tuple[str, str], list[Service]] = defaultdict(list)
        self._found: dict[str, Departure] = {}
        self._scheduled: dict[tuple[str, datetime], Departure] = {}
        self._any_time: set[str] = set()
        self._onward: dict[tuple[str, str], list[Transfer]] = defaultdict(list)
        for (hub_id, from_mode, _), transfer in timetable.transfers.items():
            self._onward[hub_id, from_mode].append(transfer)
        for service in timetable.services.values():
            self._lines[service.origin_hub, service.mode].append(service)
            dated = service.service_id in timetable.dated
            if not dated and read_schedule(service.schedule).any_time:
                self._any_time.add(service.service_id)

    def _leaves_any_time(self, service: Service) -> bool:
        return service.service_id in self._any_time

    def open(self, at: datetime, hub_id: str, mode: str) -> None:
        """Freight is ready at a hub for a mode."""
        at = _next_minute(at) if self._pace is None else _on_grid(at, self._pace.minutes)
        if (at, hub_id, mode) not in self._opened:
            self._opened.add((at, hub_id, mode))
            heapq.heappush(self._queue, (at, 0, hub_id, mode))

    def book(self, shipment: Shipment) -> None:
        """From some moment on, freight that has waited may use services that want to be booked."""
        if shipment.booked_at is None:
            return
        for service in self._timetable.services.values():
            at = shipment.booked_at + timedelta(hours=service.booking_lead_h)
            if service.booking_lead_h and at > shipment.ready_at:
                heapq.heappush(self._queue, (_next_minute(at), 0, service.service_id, _BOOKED))

    def schedule(self, start: datetime) -> None:
        """Queue every scheduled departure from `start` to the horizon."""
        for service in self._timetable.services.values():
            if self._leaves_any_time(service):
                continue
            dated = self._timetable.dated.get(service.service_id)
            departures = dated if dated is not None else self._from_schedule(service, start)
            for departure in departures:
                if start <= departure.departs_at and departure.arrives_at <= self._horizon:
                    key = (service.service_id, departure.departs_at)
                    self._scheduled[key] = departure
                    heapq.heappush(self._queue, (departure.departs_at, 1, service.service_id, ""))

    def _from_schedule(self, service: Service, start: datetime) -> Iterator[Departure]:
        tz = self._timetable.hubs[service.origin_hub].tz
        for at in dates_of(read_schedule(service.schedule), tz, start, self._horizon):
            yield self._departure(service, at)

    def _departure(self, service: Service, at: datetime) -> Departure:
        return Departure(
            departure_id=departure_id(service.service_id, at),
            service_id=service.service_id,
            departs_at=at,
            arrives_at=at + timedelta(hours=service.duration_h),
            units_max=service.units_max,
        )

    def run(self) -> tuple[Departure, ...]:
        while self._queue:
            at, order, name, mode = heapq.heappop(self._queue)
            if order == 0:
                booked = mode == _BOOKED
                line = [self._timetable.services[name]] if booked else self._lines[name, mode]
                for service in line:
                    self._wait_for(service, at)
            elif name in self._fresh:
                departure = self._scheduled[name, at]
                self._take(departure)
                if self._pace is None and departure.departure_id not in self._crowded:
                    self._fresh.discard(name)
        return tuple(sorted(self._found.values(), key=lambda d: (d.departs_at, d.departure_id)))

    def _wait_for(self, service: Service, at: datetime) -> None:
        """Freight may use a service from now on: one without a schedule leaves once it may."""
        if self._leaves_any_time(service):
            hub = self._timetable.hubs[service.origin_hub]
            self._take(self._departure(service, opens_at(hub, at)))
            return
        self._fresh.add(service.service_id)
        if (service.service_id, at) in self._scheduled:  # reached at once, by no time
            heapq.heappush(self._queue, (at, 1, service.service_id, ""))

    def _take(self, departure: Departure) -> None:
        if departure.arrives_at > self._horizon or departure.departure_id in self._found:
            return
        self._found[departure.departure_id] = departure
        if self._pace and self._pace.most is not None and len(self._found) > self._pace.most:
            raise TooManyDeparturesError
        service = self._timetable.services[departure.service_id]
        for transfer in self._onward[service.destination_hub, service.mode]:
            self.open(
                boarding_time(departure.arrives_at, transfer), transfer.hub_id, transfer.to_mode
            )


def _on_grid(at: datetime, minutes: int) -> datetime:
    """Round up to a multiple of so many minutes."""
    step = timedelta(minutes=minutes)
    return _EPOCH + -(-(at - _EPOCH) // step) * step


def _next_minute(at: datetime) -> datetime:
    """Round up to a whole minute, the precision in which departures are named."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)
