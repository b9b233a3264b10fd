"""Make a synthetic worldwide network with timetables and demand: the planner's large instances.

Terminals lie in seven land boxes; six modes run weekly to several times a day over 50 days. Demand,
tariffs and CO2e are invented: shares and costs say nothing of a real shipper. The same numbers are
drawn in the same order for one seed, so that figures stay comparable from release to release.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.planner.board import NEVER, Board, Freight, events_of, sorted_index

MODES = ("road", "etruck", "rail", "ocean", "iww", "air")
# kg, m3, units, fixed price, price/km, kg CO2e/km of a unit, kg CO2e/tkm, km/h, hours, price/t
UNITS = {
    "road": (24000, 80, 20, 60, 1.15, 0.60, 0.020, 55, 2, 4),
    "etruck": (22000, 80, 10, 60, 1.45, 0.10, 0.006, 50, 3, 4),
    "rail": (25000, 67, 80, 180, 0.62, 0.20, 0.006, 40, 12, 6),
    "ocean": (24000, 67, 400, 350, 0.11, 0.05, 0.003, 30, 30, 8),
    "iww": (26000, 67, 200, 140, 0.35, 0.18, 0.008, 12, 20, 6),
    "air": (3000, 11, 20, 250, 2.00, 1.10, 0.30, 700, 8, 60),
}
# latitude, longitude, share of the terminals
BOXES = (
    ((36, 58), (-8, 30), 0.24),
    ((28, 48), (-122, -72), 0.22),
    ((20, 42), (103, 140), 0.24),
    ((8, 30), (70, 90), 0.10),
    ((-34, 5), (-70, -36), 0.08),
    ((-33, 33), (-10, 40), 0.07),
    ((-38, -15), (115, 152), 0.05),
)
HORIZON_H = 50 * 24
TRUCK_EVERY_H = 72
NEAREST = 2
PART_LOAD = 2.0  # price of a part load relative to a full unit
CARBON_PRICE_PER_KG = 0.1
SECONDS = 3600
UNSERVED = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A network and its freight, as drawn and as the planner's arrays."""

    board: Board
    freight: Freight
    lanes: int
    departures: dict[str, Any]
    shipments: dict[str, Any]


def _distances_km(xy: np.ndarray) -> np.ndarray:
    lat, lon = np.radians(xy[:, 0]), np.radians(xy[:, 1])
    half = (
        np.sin((lat[:, None] - lat[None]) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat[None]) * np.sin((lon[:, None] - lon[None]) / 2) ** 2
    )
    return 6371 * 2 * np.arcsin(np.sqrt(half))


def _nearest(xy: np.ndarray, places: np.ndarray) -> np.ndarray:
    free = np.ones(len(places), bool)
    found = []
    for point in xy:
        away = _distances_km(np.vstack([point, places]))[0, 1:]
        place = int(np.argmin(np.where(free, away, np.inf)))
        free[place] = False
        found.append(places[place])
    return np.array(found)


def draw(
    terminals: int, shipments: int, seed: int, places: np.ndarray | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the dated departures and the shipments of a seed as plain columns.

    Terminals move to the nearest of some `places` (latitude, longitude), each taken once.
    """
    r = np.random.default_rng(seed)
    continent = r.choice(7, size=terminals, p=[b[2] for b in BOXES])
    xy = np.array([[r.uniform(*BOXES[c][0]), r.uniform(*BOXES[c][1])] for c in continent])
    if places is not None:
        xy = _nearest(xy, places)
    size = 1 / (1 + np.arange(terminals)) ** 0.8
    size = size[r.permutation(terminals)]
    size /= size.sum()
    rank = np.argsort(np.argsort(-size))
    port = (r.random(terminals) < 0.25) | (rank < terminals * 0.15)
    rail = (r.random(terminals) < 0.35) | (rank < terminals * 0.2)
    air = (r.random(terminals) < 0.08) | (rank < terminals * 0.08)
    barge = r.random(terminals) < 0.10
    km = _distances_km(xy)
    for c in range(7):
        inside = np.where(continent == c)[0]
        for flags in (port, rail, air):
            if len(inside):
                flags[inside[np.argmax(size[inside])]] = True
    lanes = _lanes(terminals, continent, size, rank, km, (port, rail, air, barge))
    departures = _departures(lanes, r)
    departures |= {"xy": xy, "lanes": len(lanes), "terminals": terminals}
    return departures, _demand(shipments, terminals, size, km, r)


def _lanes(terminals, continent, size, rank, km, flags):
    port, rail, air, barge = flags
    lanes: dict[tuple[int, int, str], tuple[int, int, str, float, int]] = {}

    def add(i: int, j: int, mode: str, detour: float, every: int) -> None:
        lanes[i, j, mode] = (i, j, mode, km[i, j] * detour, every)

    for i in range(terminals):
        same = np.where((continent == continent[i]) & (np.arange(terminals) != i))[0]
        near = same[np.argsort(km[i, same])]
        hubs = near[(rank[near] < terminals * 0.2)][:2]
        for j in dict.fromkeys(list(near[:NEAREST]) + list(hubs)):
            for a, b in ((i, j), (j, i)):
                add(a, b, "road", 1.25, TRUCK_EVERY_H)
            if km[i, j] * 1.25 < 400:
                for a, b in ((i, j), (j, i)):
                    add(a, b, "etruck", 1.25, TRUCK_EVERY_H)
        for flag, mode, most, every, detour in (
            (rail, "rail", 4, 84, 1.2),
            (barge, "iww", 2, 120, 1.3),
        ):
            if flag[i]:
                for j in near[flag[near]][:most]:
                    add(i, j, mode, detour, every)
                    add(j, i, mode, detour, every)
        if rail[i] and rank[i] < terminals * 0.12:
            for j in near[rail[near] & (rank[near] < terminals * 0.12)][:8]:
                add(i, j, "rail", 1.2, 84)
    for c in range(7):
        for other in range(7):
            if c != other:
                _overseas(add, continent, size, port, air, c, other)
    return list(lanes.values())


def _overseas(add, continent, size, port, air, c, other):
    def largest(flag, where, most):
        inside = (continent == where) & flag
        return list(np.where(inside)[0][np.argsort(-size[inside])][:most])

    a, b = largest(port, c, 6), largest(port, other, 6)
    for n, i in enumerate(a):
        for j in b[:3] if n < 3 else b[:1]:
            add(i, j, "ocean", 1.5, 168)
    for j in b[3:]:
        add(a[0], j, "ocean", 1.5, 168)
    a, b = largest(air, c, 4), largest(air, other, 4)
    for i in a[:2]:
        for j in b[:2]:
            add(i, j, "air", 1.05, 48)
    for i in a[2:]:
        add(i, b[0], "air", 1.05, 48)
    for j in b[2:]:
        add(a[0], j, "air", 1.05, 48)


def _departures(lanes, r):
    columns: dict[str, list[Any]] = {
        k: []
        for k in [
            "origin",
            "destination",
            "mode",
            "at",
            "arrives",
            "kg",
            "m3",
            "units",
            "fixed",
            "per_kg",
            "co2",
            "co2_kg",
            "lane",
        ]
    }
    for number, (i, j, mode, km, every) in enumerate(lanes):
        kg, m3, units, fixed, per_km, co2, co2_tkm, speed, hours, per_t = UNITS[mode]
        offset = r.uniform(0, every)
        price = r.uniform(0.85, 1.15)
        for at in np.arange(offset, HORIZON_H - 12, every):
            row = (i, j, MODES.index(mode), at, at + km / speed + hours, kg, m3, units)
            row += ((fixed + per_km * km) * price, per_t / 1000, co2 * km, co2_tkm * km / 1000)
            for name, value in zip(columns, (*row, number), strict=True):
                columns[name].append(value)
    return {k: np.array(v) for k, v in columns.items()}


def _demand(count, terminals, size, km, r):
    origin = r.choice(terminals, size=count, p=size)
    destination = np.empty(count, int)
    for k in range(count):
        while True:
            end = r.choice(terminals, p=size) if r.random() < 0.55 else r.choice(terminals, p=None)
            if end != origin[k]:
                destination[k] = end
                break
    mass = np.clip(np.exp(r.normal(np.log(900), 1.1, count)), 20, 18000)
    density = np.clip(np.exp(r.normal(np.log(260), 0.5, count)), 60, 900)
    ready = r.uniform(0, 240, count)
    distance = km[origin, destination]
    haste = r.choice(3, size=count, p=[0.12, 0.43, 0.45])
    slack = np.where(
        haste == 0,
        r.uniform(72, 150, count),
        np.where(haste == 1, r.uniform(240, 480, count), r.uniform(600, 950, count)),
    )
    slack = np.where(distance > 4000, slack + 24, slack)
    due = np.minimum(ready + slack, HORIZON_H - 1)
    return {
        "origin": origin,
        "destination": destination,
        "mass": mass,
        "volume": mass / density,
        "ready": ready,
        "due": due,
        "distance": distance,
        "reefer": r.random(count) < 0.06,
        "hazardous": r.random(count) < 0.04,
    }


def _takes(departures: dict[str, Any]) -> np.ndarray:
    """Return by service whether it takes chilled goods (1) and dangerous ones (2)."""
    lane, mode = np.arange(departures["lanes"]), np.zeros(departures["lanes"], int)
    mode[departures["lane"]] = departures["mode"]
    dice = (lane * 2654435761) % 100
    chilled = ((dice < 80) | (mode < 2)).astype(int)
    return chilled + 2 * ((dice % 50 < 42) & (mode != MODES.index("air")))


def synthetic(terminals: int, shipments: int, seed: int) -> Instance:
    """Return an instance; its shipments are numbered as they were drawn."""
    d, s = draw(terminals, shipments, seed)
    order = np.lexsort((d["lane"], np.ceil(d["at"] * SECONDS)))
    d = {k: v[order] if isinstance(v, np.ndarray) and k != "xy" else v for k, v in d.items()}
    return Instance(
        board=_board(d), freight=_freight(s, d), lanes=d["lanes"], departures=d, shipments=s
    )


def _board(d: dict[str, Any]) -> Board:
    hubs, services, count = d["terminals"], d["lanes"], len(d["at"])
    at = np.ceil(d["at"] * SECONDS).astype(np.int32)
    arrives = np.ceil(d["arrives"] * SECONDS).astype(np.int32)
    first = np.zeros(services, int)
    first[d["lane"][::-1]] = np.arange(count)[::-1]
    ride_first = np.arange(0, 2 * count + 1, 2, dtype=np.int32)
    ride_node = np.stack([hubs + d["destination"], d["destination"]], 1).ravel().astype(np.int32)
    ride_at = np.repeat(arrives, 2)
    lane = d["lane"].astype(np.int32)
    events = events_of(at, lane, ride_first, ride_at)
    into_lines = np.stack([hubs + d["destination"][first], d["destination"][first]], 1).ravel()
    edge_service = np.repeat(np.arange(services, dtype=np.int32), 2)
    line_of = d["origin"][first].astype(np.int32)
    at_line = sorted_index(line_of, hubs)
    into = sorted_index(into_lines.astype(np.int32), 2 * hubs)
    full = d["fixed"][first] + CARBON_PRICE_PER_KG * d["co2"][first]
    none = np.zeros(services)
    return Board(
        lines=hubs,
        hubs=hubs,
        departs_at=at,
        node=d["origin"].astype(np.int32),
        service=lane,
        units_max=d["units"].astype(float),
        ride_first=ride_first,
        ride_node=ride_node,
        ride_at=ride_at,
        ride_per_kg=np.zeros(2 * count),
        ride_departure=np.repeat(np.arange(count, dtype=np.int32), 2),
        events=events[0],
        event_at=events[1],
        event_service=events[2],
        unit_kg=d["kg"][first].astype(float),
        unit_m3=d["m3"][first].astype(float),
        full=full,
        part=PART_LOAD * full,
        per_kg=d["per_kg"][first] + CARBON_PRICE_PER_KG * d["co2_kg"][first],
        fare_weight=1.0,
        eur_per_t=none,
        eur_min=none,
        eur_per_kg_extra=none,
        eur_per_shipment=none,
        kg_per_m3=none,
        break_first=np.zeros(services + 1, np.int32),
        break_from_kg=np.zeros(0),
        break_eur_per_kg=np.zeros(0),
        booking_lead=np.zeros(services, np.int32),
        line_of=line_of,
        edge_first=np.arange(0, 2 * services + 1, 2, dtype=np.int32),
        edge_node=into_lines.astype(np.int32),
        edge_per_kg=np.zeros(2 * services),
        edge_seconds=np.repeat(arrives[first] - at[first] - 1, 2).astype(np.int32),
        edge_service=edge_service,
        at_line=at_line[0],
        at_line_first=at_line[1],
        hub_line=np.arange(hubs, dtype=np.int32),
        hub_line_first=np.arange(hubs + 1, dtype=np.int32),
        into=into[0],
        into_first=into[1],
    )


def _freight(s: dict[str, Any], d: dict[str, Any]) -> Freight:
    takes, count = np.zeros(d["lanes"], int), len(s["mass"])
    takes = _takes(d)
    due = np.floor(s["due"] * SECONDS).astype(np.int32)
    return Freight(
        origin=s["origin"].astype(np.int32),
        destination=s["destination"].astype(np.int32),
        mass_kg=s["mass"],
        volume_m3=s["volume"],
        billed_m3=s["volume"],
        ready_at=np.ceil(s["ready"] * SECONDS).astype(np.int32),
        held_from=s["ready"] * SECONDS,
        due_at=due.astype(float),
        latest_at=due,
        booked_at=np.full(count, -(2**31) + 1, np.int32),
        late_per_s=np.zeros(count),
        hold_per_s=np.zeros(count),
        unserved=np.full(count, UNSERVED),
        kind=(s["reefer"] * 1 + s["hazardous"] * 2).astype(np.int32),
        allowed=np.array([(takes & need) == need for need in range(4)]).astype(np.uint8),
    )


assert NEVER > UNSERVED
