"""Find the time-feasible ways of one shipment: usable departures, and routes for people."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from data.units import KG_PER_TONNE
from optimizer.prices import shipment_price_eur, unit_price_eur, units_needed
from optimizer.problem import (
    booked_in_time,
    latest_arrival,
    may_carry,
    service_rates,
    transfer_inventory,
)
from optimizer.timetable import boarding_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from data.freight import Shipment
    from data.network import Service, Transfer
    from optimizer.problem import Problem, Rates
    from optimizer.timetable import Departure

MAX_LEGS = 7  # carriages in one chain; more is no route that a forwarder would offer
# Chains begun for one shipment: a person reads a dozen, a dense network has millions.
_MOST_BEGUN, _BEGUN_IN_ALL, _LEAST_BEGUN = 10_000, 100_000, 500
_NOISE = 1e-9  # units; a load above a whole one by float noise alone opens none
_NEAR_SHARE = 0.02  # routes whose cost, hours and CO2e all differ by less are the same to people


def usable_departures(
    problem: Problem, departures: Sequence[Departure], shipment: Shipment
) -> tuple[Departure, ...]:
    """Return the departures that lie on some chain of the shipment that ends in time.

    A pass forward in time finds what can be caught, one backward what still arrives. Departures
    that take no time may follow each other in any order: then passes go on until nothing is new.
    Departures into the origin or out of the destination are left out: no chain needs them.
    """
    carried = [
        d
        for d in departures
        if _carries(problem.services[d.service_id], shipment)
        and booked_in_time(problem.services[d.service_id], shipment, d.departs_at)
    ]
    at_once = any(d.arrives_at == d.departs_at for d in carried)
    earliest: dict[tuple[str, str], datetime] = {}
    caught = _forward(problem, carried, shipment, earliest)
    while at_once and len(caught) < len(again := _forward(problem, carried, shipment, earliest)):
        caught = again
    last: dict[tuple[str, str], datetime] = {}
    kept = _backward(problem, caught, shipment, last)
    while at_once and len(kept) < len(again := _backward(problem, caught, shipment, last)):
        kept = again
    return tuple(sorted(kept, key=lambda d: (d.departs_at, d.departure_id)))


def exceeds(problem: Problem, s: Shipment, d: Departure) -> bool:
    """Tell whether a shipment needs more units than a departure has, were it empty."""
    load = units_needed(problem.services[d.service_id], s.mass_kg, s.volume_m3)
    return d.units_max is not None and load > d.units_max + _NOISE


def _carries(service: Service, shipment: Shipment) -> bool:
    return (
        not may_carry(service, shipment)
        and service.destination_hub != shipment.origin
        and service.origin_hub != shipment.destination
    )


def transfers_from(problem: Problem) -> Mapping[tuple[str, str], tuple[Transfer, ...]]:
    """Return the transfers on offer by (hub, arriving mode)."""
    found: dict[tuple[str, str], list[Transfer]] = defaultdict(list)
    for (hub_id, from_mode, _), transfer in problem.transfers.items():
        found[hub_id, from_mode].append(transfer)
    return {key: tuple(value) for key, value in found.items()}


def _forward(
    problem: Problem,
    departures: Sequence[Departure],
    shipment: Shipment,
    earliest: dict[tuple[str, str], datetime],  # known so far, by line; learns more
) -> list[Departure]:
    onward = transfers_from(problem)
    picked_up = problem.picked_up_at(shipment)
    caught = []
    for d in sorted(departures, key=lambda d: (d.departs_at, d.arrives_at, d.departure_id)):
        service = problem.services[d.service_id]
        line = (service.origin_hub, service.mode)
        ready = picked_up if service.origin_hub == shipment.origin else earliest.get(line)
        if ready is None or d.departs_at < ready:
            continue
        caught.append(d)
        for t in onward.get((service.destination_hub, service.mode), ()):
            at, there = boarding_time(d.arrives_at, t), (t.hub_id, t.to_mode)
            if there not in earliest or at < earliest[there]:
                earliest[there] = at
    return caught


def _backward(
    problem: Problem,
    caught: Sequence[Departure],
    shipment: Shipment,
    last: dict[tuple[str, str], datetime],  # known so far, by line; learns more
) -> list[Departure]:
    onward = transfers_from(problem)
    kept = []
    for d in sorted(caught, key=lambda d: (d.arrives_at, d.departs_at), reverse=True):
        service = problem.services[d.service_id]
        if service.destination_hub == shipment.destination:
            useful = problem.delivered_at(d) <= latest_arrival(shipment)
        else:
            useful = any(
                (t.hub_id, t.to_mode) in last
                and boarding_time(d.arrives_at, t) <= last[t.hub_id, t.to_mode]
                for t in onward.get((service.destination_hub, service.mode), ())
            )
        if useful:
            kept.append(d)
            line = (service.origin_hub, service.mode)
            last[line] = max(last.get(line, d.departs_at), d.departs_at)
    return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Itinerary:
    """One chain of a shipment on its own: services in order, earliest departures."""

    shipment_id: str
    departures: tuple[Departure, ...]
    arrives_at: datetime
    cost_eur: float
    physical_kgco2e: float
    market_kgco2e: float

    @property
    def services(self) -> tuple[str, ...]:
        """Service ids in order."""
        return tuple(d.service_id for d in self.departures)


def itineraries(
    problem: Problem, departures: Sequence[Departure], shipment: Shipment
) -> tuple[Itinerary, ...]:
    """Return the meaningfully different chains of a shipment, cheapest first.

    Each sequence of services that never returns to a hub is tried with its earliest departures,
    fewer legs first, up to a number that only dense networks reach; the shipment travels alone, at
    full unit price or as a part load, whichever is less. Of near-duplicates (same hubs and modes;
    or cost, hours and CO2e all within 2 %) the cheaper stays.
    """
    return _distinct(problem, every_way(problem, departures, shipment), shipment)


def every_way(
    problem: Problem, departures: Sequence[Departure], shipment: Shipment
) -> list[Itinerary]:
    """Return all the chains that `itineraries` tries, cheapest first, near-duplicates too."""
    usable = usable_departures(problem, departures, shipment)
    lines: dict[tuple[str, str], list[Departure]] = defaultdict(list)
    for d in usable:
        service = problem.services[d.service_id]
        lines[service.origin_hub, service.mode].append(d)
    pricing = _Pricing(problem, shipment)
    found = [pricing.itinerary(chain) for chain in _sequences(problem, lines, shipment)]
    found.sort(key=lambda i: (i.cost_eur, i.market_kgco2e, i.services))
    return found


def priced(
    problem: Problem, shipment: Shipment, chains: Iterable[tuple[Departure, ...]]
) -> list[Itinerary]:
    """Return chains with what they cost and emit for a shipment alone, as `itineraries` does."""
    pricing = _Pricing(problem, shipment)
    return [pricing.itinerary(chain) for chain in chains]


def _sequences(
    problem: Problem, lines: Mapping[tuple[str, str], list[Departure]], shipment: Shipment
) -> Iterator[tuple[Departure, ...]]:
    """Yield chains, fewer legs first, until as many were begun as a person's question is worth."""
    onward = transfers_from(problem)
    begun: deque[tuple[Departure, ...]] = deque()
    for (hub_id, _), waiting in sorted(lines.items()):
        if hub_id == shipment.origin:
            begun.extend((d,) for d in _first_of_each(waiting, shipment.ready_at))
    left = max(_LEAST_BEGUN, min(_MOST_BEGUN, _BEGUN_IN_ALL // len(problem.shipments)))
    while begun:
        chain = begun.popleft()
        service = problem.services[chain[-1].service_id]
        here = service.destination_hub
        if here == shipment.destination:
            yield chain
            continue
        if len(chain) == MAX_LEGS:
            continue
        visited = {problem.services[d.service_id].destination_hub for d in chain}
        for t in onward.get((here, service.mode), ()):
            ready = boarding_time(chain[-1].arrives_at, t)
            for d in _first_of_each(lines.get((here, t.to_mode), ()), ready):
                there = problem.services[d.service_id].destination_hub
                if there not in visited and there != shipment.origin and left > 0:
                    begun.append((*chain, d))
                    left -= 1


def _first_of_each(waiting: Sequence[Departure], ready: datetime) -> Iterator[Departure]:
    seen = set()
    for d in waiting:  # in time order
        if d.departs_at >= ready and d.service_id not in seen:
            seen.add(d.service_id)
            yield d


class _Pricing:
    """Cost and CO2e of one shipment on its own, worked out once per service and transfer."""

    def __init__(self, problem: Problem, shipment: Shipment) -> None:
        self._problem, self._shipment = problem, shipment
        self._carriage: dict[str, tuple[float, float, float]] = {}
        self._handling: dict[tuple[str, str, str], tuple[float, float, float]] = {}

    def itinerary(self, chain: tuple[Departure, ...]) -> Itinerary:
        parts = [self._carried(d.service_id) for d in chain]
        for a, b in pairwise(chain):
            first, second = (self._problem.services[d.service_id] for d in (a, b))
            parts.append(self._handled(first.destination_hub, first.mode, second.mode))
        cost, physical, market = (sum(column) for column in zip(*parts, strict=True))
        return Itinerary(
            shipment_id=self._shipment.shipment_id,
            departures=chain,
            arrives_at=self._problem.delivered_at(chain[-1]),
            cost_eur=round(cost, 2),
            physical_kgco2e=physical,
            market_kgco2e=market,
        )

    def _carried(self, service_id: str) -> tuple[float, float, float]:
        if service_id not in self._carriage:
            service = self._problem.services[service_id]
            self._carriage[service_id] = alone(
                service, self._shipment, service_rates(service, self._problem)
            )
        return self._carriage[service_id]

    def _handled(self, hub_id: str, from_mode: str, to_mode: str) -> tuple[float, float, float]:
        key = (hub_id, from_mode, to_mode)
        if key not in self._handling:
            transfer = self._problem.transfers[key]
            self._handling[key] = handled(transfer, self._problem, self._shipment)
        return self._handling[key]


def handled(transfer: Transfer, problem: Problem, shipment: Shipment) -> tuple[float, float, float]:
    """Return (EUR, physical kg, market kg) of handling a shipment once."""
    inventory = transfer_inventory(transfer, problem, shipment)
    return (
        transfer.cost_eur_per_t * shipment.mass_kg / KG_PER_TONNE,
        inventory.physical.wtw_kgco2e,
        inventory.market_based.wtw_kgco2e,
    )


def opened_for(service: Service, mass_kg: float, volume_m3: float) -> tuple[int, float]:
    """Return the full units and the part load that are cheapest for a load."""
    return units_opened(service, units_needed(service, mass_kg, volume_m3))


def units_opened(service: Service, load: float) -> tuple[int, float]:
    """Return the full units and the part load that are cheapest for a load, in units."""
    full, whole = math.ceil(load - _NOISE), math.floor(load + _NOISE)
    if service.price.part_load_factor is None or full == whole:
        return full, 0.0
    split = unit_price_eur(service.price, whole, load - whole)
    return (
        (whole, load - whole) if split < unit_price_eur(service.price, full, 0.0) else (full, 0.0)
    )


def alone(service: Service, shipment: Shipment, rates: Rates) -> tuple[float, float, float]:
    """Return (EUR, physical kg, market kg) of a shipment that shares its units with nobody."""
    full, part = opened_for(service, shipment.mass_kg, shipment.volume_m3)
    price = unit_price_eur(service.price, full, part)
    price += shipment_price_eur(service.price, shipment.mass_kg, shipment.volume_m3)
    opened = full + part
    return (
        price,
        opened * rates.physical_per_unit + shipment.mass_kg * rates.physical_per_kg,
        opened * rates.market_per_unit + shipment.mass_kg * rates.market_per_kg,
    )


def _distinct(
    problem: Problem, found: Sequence[Itinerary], shipment: Shipment
) -> tuple[Itinerary, ...]:
    kept: list[Itinerary] = []
    shapes = set()
    for one in found:
        shape = tuple(
            (s.destination_hub, s.mode, s.dedicated, s.aircraft)
            for s in (problem.services[name] for name in one.services)
        )
        if shape in shapes or any(_near(one, other, shipment) for other in kept):
            continue
        shapes.add(shape)
        kept.append(one)
    return tuple(kept)


def _near(a: Itinerary, b: Itinerary, shipment: Shipment) -> bool:
    def close(x: float, y: float) -> bool:
        return abs(x - y) <= _NEAR_SHARE * max(abs(x), abs(y))

    hours_a, hours_b = ((i.arrives_at - shipment.ready_at).total_seconds() for i in (a, b))
    return (
        close(a.cost_eur, b.cost_eur)
        and close(a.market_kgco2e, b.market_kgco2e)
        and close(hours_a, hours_b)
    )
