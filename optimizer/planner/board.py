"""Hold a problem as arrays: the dated network, the freight, and what one objective pays for it.

Times are whole seconds after the first moment of the problem. A *line* is a hub and a mode to leave
it by; freight that has arrived rides on to the lines that the hub's transfers open, or ends there.
All prices are in units of the objective, so that one search serves cost, CO2e and time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Floats = NDArray[np.float64]

NO_LIMIT = 1e15  # units of a departure that states none
NEVER = 1e18  # price of what is not on offer; greater than any plan


class Board(NamedTuple):
    """The dated network. S departures of J services; R rides from arrivals to lines or ends."""

    lines: int  # nodes 0 ... lines-1 are lines; lines + h is the end at hub h
    hubs: int
    # departures, in order of time
    departs_at: Ints  # (S,) seconds
    node: Ints  # (S,) line
    service: Ints  # (S,)
    units_max: Floats  # (S,)
    # rides of each departure: first the end at its hub, then the lines it opens
    ride_first: Ints  # (S + 1,)
    ride_node: Ints  # (R,)
    ride_at: Ints  # (R,) seconds
    ride_per_kg: Floats  # (R,) price of the handling
    ride_departure: Ints  # (R,)
    # all of it in order of time: a departure s as s, a ride r as -1 - r; rides first on a tie
    events: Ints  # (S + R,)
    event_at: Ints
    event_service: Ints
    # services
    unit_kg: Floats  # (J,)
    unit_m3: Floats
    full: Floats  # price of one full unit
    part: Floats  # price of a whole unit of part loads; NEVER where there are none
    per_kg: Floats  # price of CO2e and of fuel by mass
    fare_weight: float  # objective units per EUR
    eur_per_t: Floats
    eur_min: Floats
    eur_per_kg_extra: Floats  # surcharge by chargeable kg
    eur_per_shipment: Floats
    kg_per_m3: Floats  # volumetric rule; 0: actual mass
    break_first: Ints  # (J + 1,)
    break_from_kg: Floats
    break_eur_per_kg: Floats
    booking_lead: Ints  # seconds before departure
    # the network without its times: edges of each service, to lines and to the end
    line_of: Ints  # (J,) line a service leaves from
    edge_first: Ints  # (J + 1,)
    edge_node: Ints
    edge_per_kg: Floats
    edge_seconds: Ints  # least, from departure to being ready there
    at_line: Ints  # services by line
    at_line_first: Ints  # (lines + 1,)
    hub_line: Ints  # lines by hub
    hub_line_first: Ints  # (hubs + 1,)
    into: Ints  # edges by node they reach, as indices of edge_node
    into_first: Ints  # (lines + hubs + 1,)
    edge_service: Ints  # (E,)


class Freight(NamedTuple):
    """What must move. K shipments."""

    origin: Ints  # (K,) hub
    destination: Ints
    mass_kg: Floats
    volume_m3: Floats  # that takes up room
    billed_m3: Floats  # that fares are reckoned with
    ready_at: Ints  # seconds, when it can leave
    held_from: Floats  # seconds, from when capital and hours count
    due_at: Floats
    latest_at: Ints  # last accepted arrival
    booked_at: Ints
    late_per_s: Floats  # price of a second after due_at
    hold_per_s: Floats  # price of a second after ready_at: carrying cost, hours
    unserved: Floats  # price of leaving it
    kind: Ints  # row of `allowed`
    allowed: NDArray[np.uint8]  # (kinds, J): whether the service takes it


def sorted_index(keys: Ints, count: int) -> tuple[Ints, Ints]:
    """Return positions grouped by key, and where each key's group begins."""
    order = np.argsort(keys, kind="stable").astype(np.int32)
    first = np.searchsorted(keys[order], np.arange(count + 1)).astype(np.int32)
    return order, first


def events_of(
    departs_at: Ints, service: Ints, ride_first: Ints, ride_at: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return events, their times and services, in order of time; arrivals before departures."""
    departures, rides = len(departs_at), len(ride_at)
    owner = np.repeat(np.arange(departures, dtype=np.int32), np.diff(ride_first))
    at = np.concatenate([departs_at, ride_at])
    code = np.concatenate(
        [np.arange(departures, dtype=np.int32), -1 - np.arange(rides, dtype=np.int32)]
    )
    kind = np.concatenate([np.ones(departures, np.int8), np.zeros(rides, np.int8)])
    order = np.lexsort((code, kind, at))
    services = np.concatenate([service, service[owner]])
    return code[order], at[order].astype(np.int32), services[order].astype(np.int32)
