"""State the rules of hours, bookings and goods a second time, in words of their own, for the audit.

Nothing here asks the modules that planned: opening hours are read off the wall clock, minute by
minute, where the planner reckons with windows laid out in UTC.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from data.freight import Shipment
    from data.network import Hub, Service
    from optimizer.plan import Leg, Plan

_NAMES = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_MINUTE, _INSTANT = timedelta(minutes=1), timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
_HOUR_MINUTES, _DAY_MINUTES = 60, 1440


def times_faults(plan: Plan) -> Iterator[str]:
    """Find legs that run at other times than their departures; the last one ends by delivery."""
    opened = {u.departure.departure_id: u.departure for u in plan.uses}
    last = {leg.line.element.shipment_id: leg for leg in plan.legs}
    for leg in plan.legs:
        if not leg.departure_id:
            continue
        d = opened.get(leg.departure_id)
        if d is None:
            yield f"{leg.departure_id} carries freight and is not opened"
        elif leg.departs_at != d.departs_at:
            yield f"{leg.departure_id} leaves at {d.departs_at}, told {leg.departs_at}"
        elif leg.arrives_at != d.arrives_at and leg is not last[leg.line.element.shipment_id]:
            yield f"{leg.departure_id} arrives at {d.arrives_at}, told {leg.arrives_at}"


def opening_faults(plan: Plan) -> Iterator[str]:
    """Find handling, pick-ups, deliveries and any-time departures at hubs that are closed."""
    asked = {s.shipment_id: s for s in plan.problem.shipments}
    came = {u.departure.departure_id: u.departure.arrives_at for u in plan.uses}
    for name, legs in _by_shipment(plan).items():
        shipment, carried = asked.get(name), [leg for leg in legs if leg.service_id]
        if shipment is None or not carried:
            continue  # told elsewhere
        yield from _pick_up(plan, shipment, carried[0])
        yield from _delivery(plan, shipment, carried[-1], came)
        for leg in carried:
            hub = plan.problem.hubs[leg.line.element.origin]
            if _leaves_any_time(plan, leg.service_id) and not _passes_open(
                hub, leg.departs_at, leg.departs_at
            ):
                yield f"{name} leaves {hub.hub_id} at {leg.departs_at}, when it is closed"
        for before, handled, after in zip(legs[::2], legs[1::2], legs[2::2], strict=False):
            yield from _handling(plan, name, before, handled, after)


def _by_shipment(plan: Plan) -> dict[str, list[Leg]]:
    grouped: dict[str, list[Leg]] = defaultdict(list)
    for leg in plan.legs:
        grouped[leg.line.element.shipment_id].append(leg)
    return grouped


def _leaves_any_time(plan: Plan, service_id: str) -> bool:
    service = plan.problem.services.get(service_id)
    return service is not None and not service.schedule and service_id not in plan.problem.dated


def _pick_up(plan: Plan, shipment: Shipment, first: Leg) -> Iterator[str]:
    hub = plan.problem.hubs[shipment.origin]
    if shipment.ready_at <= first.departs_at and not _passes_open(
        hub, shipment.ready_at, first.departs_at
    ):
        yield f"{shipment.shipment_id} leaves {hub.hub_id}, closed since it was ready"


def _delivery(
    plan: Plan, shipment: Shipment, last: Leg, arrivals: Mapping[str, datetime]
) -> Iterator[str]:
    """Freight is delivered at the first open moment from the vehicle's arrival on, not later."""
    hub = plan.problem.hubs[shipment.destination]
    came = arrivals.get(last.departure_id, last.arrives_at)
    if last.arrives_at < came or not _passes_open(hub, last.arrives_at, last.arrives_at):
        yield f"{shipment.shipment_id} is delivered at {last.arrives_at}, {hub.hub_id} is closed"
    elif last.arrives_at > came and _passes_open(hub, came, last.arrives_at - _INSTANT):
        yield f"{shipment.shipment_id} is delivered at {last.arrives_at}, possible before"


def _handling(plan: Plan, name: str, before: Leg, handled: Leg, after: Leg) -> Iterator[str]:
    e = handled.line.element
    transfer = plan.problem.transfers.get(
        (e.origin, before.line.element.mode, after.line.element.mode)
    )
    if transfer is None:
        return  # told elsewhere
    hub = plan.problem.hubs[e.origin]
    ready = after.departs_at - timedelta(hours=transfer.cutoff_h)
    if ready < before.arrives_at:
        return  # told elsewhere
    if not _passes_open(hub, before.arrives_at, ready):
        yield f"{name} is handled at {hub.hub_id} while it is closed"
    wanted = timedelta(hours=transfer.hours)
    worked = _worked(hub, before.arrives_at, ready, enough=wanted)
    if worked < wanted - _SECOND:
        yield f"{name}: {hub.hub_id} works {worked} before its cut-off, handling takes {wanted}"
    told = _worked(hub, before.arrives_at, handled.arrives_at, enough=2 * wanted + _MINUTE)
    if abs(told - wanted) > _SECOND:
        yield f"{name}: handling at {hub.hub_id} is told with {told} of work, wanted {wanted}"


def _worked(hub: Hub, start: datetime, end: datetime, *, enough: timedelta) -> timedelta:
    """Add up the minutes between two times at which a hub works, until there are enough."""
    if not hub.opening.strip():
        return end - start
    total = timedelta()
    minute = start.replace(second=0, microsecond=0)
    while minute < end and total < enough:
        if _works(hub, minute):
            total += min(end, minute + _MINUTE) - max(start, minute)
        minute += _MINUTE
    return total


def _passes_open(hub: Hub, start: datetime, end: datetime) -> bool:
    """Tell whether a hub is open at some moment from start to end, closing time included."""
    if not hub.opening.strip() or _works(hub, start) or _works(hub, start - _INSTANT):
        return True
    minute = start.replace(second=0, microsecond=0) + _MINUTE
    while minute <= end:
        if _works(hub, minute):
            return True
        minute += _MINUTE
    return False


def _works(hub: Hub, at: datetime) -> bool:
    at = at.astimezone(UTC)
    hour = at.replace(minute=0, second=0, microsecond=0)
    return _hour_of(hub.opening, hub.tz, hour)[at.minute]


@lru_cache(maxsize=100_000)
def _hour_of(opening: str, tz: str, hour: datetime) -> tuple[bool, ...]:
    """Tell for each minute of an hour of UTC whether a hub works, by its wall clock."""
    zone, hours = ZoneInfo(tz), _hours_of(opening)
    minutes = ((hour + m * _MINUTE).astimezone(zone) for m in range(_HOUR_MINUTES))
    return tuple((m.weekday(), m.hour * _HOUR_MINUTES + m.minute) in hours for m in minutes)


@lru_cache(maxsize=10_000)
def _hours_of(opening: str) -> frozenset[tuple[int, int]]:
    """Read opening hours as the set of all minutes of a week in which a hub works."""
    found = set()
    if opening.strip() == "24/7":
        return frozenset((day, m) for day in range(7) for m in range(_DAY_MINUTES))
    for part in opening.split(";"):
        days, hours = part.split()
        for span in hours.split(","):
            first, last = (int(t[:2]) * _HOUR_MINUTES + int(t[3:]) for t in span.split("-"))
            length = (last - first) % _DAY_MINUTES or _DAY_MINUTES
            for day in _days(days):
                for m in range(first, first + length):
                    found.add(((day + m // _DAY_MINUTES) % 7, m % _DAY_MINUTES))
    return frozenset(found)


def _days(text: str) -> Iterable[int]:
    for part in text.split(","):
        first, last = part.split("-") if "-" in part else (part, part)
        day = _NAMES.index(first)
        yield day
        while day != _NAMES.index(last):
            day = (day + 1) % 7
            yield day


def booking_faults(plan: Plan) -> Iterator[str]:
    """Find shipments on departures that had to be booked before they were."""
    booked = {s.shipment_id: s.booked_at for s in plan.problem.shipments}
    for leg in plan.legs:
        service = plan.problem.services.get(leg.service_id)
        at = booked.get(leg.line.element.shipment_id)
        if service is None or at is None:
            continue
        lead = leg.departs_at - at
        if lead < timedelta(hours=service.booking_lead_h):
            name = leg.line.element.shipment_id
            yield f"{name} is booked {lead} before {leg.departure_id}, wanted more"


def goods_faults(shipment: Shipment, service: Service, hubs: Mapping[str, Hub]) -> Iterator[str]:
    """Find lithium batteries in a belly, and services that touch what a shipment avoids."""
    name = f"{shipment.shipment_id} ({shipment.un_number})"
    batteries_alone = shipment.un_number in {"UN3480", "UN3090"}
    if service.mode == "air" and batteries_alone and service.aircraft != "freighter":
        yield f"{name} flies on {service.service_id}, no freighter"
    touched = {hubs[service.origin_hub].country, hubs[service.destination_hub].country}
    if service.mode != "air":  # an aircraft flies over a country, its freight does not enter it
        touched |= set(service.countries)
    for country in sorted(touched & set(shipment.must_avoid)):
        yield f"{name} avoids {country}, {service.service_id} does not"
