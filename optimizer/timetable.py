"""Turn schedules into dated departures that some shipment can really catch."""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from data.freight import Shipment
    from data.network import Hub, Service, Transfer

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MINUTES_PER_HOUR = 60
_MINUTES_PER_YEAR = 527_040
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
) -> tuple[Departure, ...]:
    """Return, in time order, the departures that a best plan can need before `horizon`.

    Earlier is never worse here: waiting is free at every hub, and merging two loads of one service
    opens no more units. So each departure of a plan may be moved forward until freight on board
    would miss it, and only these remain: a vehicle without a schedule leaves the moment freight
    becomes ready for it, a scheduled one counts when freight became ready since its departure
    before. The argument needs room on the earlier departure; where a plan ran out of units the
    departure is named in `crowded`, and the one after it is returned too.
    """
    build = _Builder(timetable, horizon, crowded)
    shipments = tuple(shipments)
    for shipment in shipments:
        for mode in sorted({s.mode for s in timetable.services.values()}):
            build.open(shipment.ready_at, shipment.origin, mode)
    if shipments:
        build.schedule(min(s.ready_at for s in shipments))
    return build.run()


def departure_id(service_id: str, departs_at: datetime) -> str:
    """Name a departure by its service and its minute in UTC."""
    return f"{service_id}@{departs_at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


class _Builder:
    """An event queue over time: freight gets ready at hubs, departures carry readiness onward."""

    def __init__(self, timetable: Timetable, horizon: datetime, crowded: frozenset[str]) -> None:
        self._timetable = timetable
        self._horizon = horizon
        self._crowded = crowded
        self._fresh: set[str] = set()  # services with freight ready since their last departure
        self._queue: list[tuple[datetime, int, str, str]] = []
        self._on_line: dict[tuple[str, str], list[Service]] = defaultdict(list)
        self._found: dict[str, Departure] = {}
        self._scheduled: dict[tuple[str, datetime], Departure] = {}
        self._anytime: dict[tuple[str, str], list[Service]] = defaultdict(list)
        self._onward: dict[tuple[str, str], list[Transfer]] = defaultdict(list)
        for (hub_id, from_mode, _), transfer in timetable.transfers.items():
            self._onward[hub_id, from_mode].append(transfer)
        for service in timetable.services.values():
            kind = self._anytime if self._leaves_any_time(service) else self._on_line
            kind[service.origin_hub, service.mode].append(service)

    def _leaves_any_time(self, service: Service) -> bool:
        dated = service.service_id in self._timetable.dated
        return not dated and read_schedule(service.schedule).any_time

    def open(self, at: datetime, hub_id: str, mode: str) -> None:
        """Freight is ready at a hub for a mode."""
        heapq.heappush(self._queue, (_next_minute(at), 0, hub_id, mode))

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
                self._fresh.update(s.service_id for s in self._on_line[name, mode])
                for service in self._anytime[name, mode]:
                    self._take(self._departure(service, at))
            elif name in self._fresh:
                departure = self._scheduled[name, at]
                self._take(departure)
                if departure.departure_id not in self._crowded:
                    self._fresh.discard(name)
        return tuple(sorted(self._found.values(), key=lambda d: (d.departs_at, d.departure_id)))

    def _take(self, departure: Departure) -> None:
        if departure.arrives_at > self._horizon or departure.departure_id in self._found:
            return
        self._found[departure.departure_id] = departure
        service = self._timetable.services[departure.service_id]
        for transfer in self._onward[service.destination_hub, service.mode]:
            hours = transfer.hours + transfer.cutoff_h
            ready = departure.arrives_at + timedelta(hours=hours)
            self.open(ready, transfer.hub_id, transfer.to_mode)


def _next_minute(at: datetime) -> datetime:
    """Round up to a whole minute, the precision in which departures are named."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(minutes=1)
