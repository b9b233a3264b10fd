"""The part of the world that matters between two places: some hundred hubs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import RouteError
from optimizer.ways.graph import great_circles_km
from optimizer.ways.route import OPEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.ways.route import Conditions
    from optimizer.world.hubs import WorldHub
    from optimizer.world.tools import World

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

# Hubs looked at near each end: so many of any size, so many of the largest class.
_NEAR = {"port": (6, 5), "airport": (5, 5), "rail": (6, 5), "iww": (3, 0)}
_BETWEEN = {"port": 14, "airport": 14, "rail": 12}
_WORST_RANK = {"port": 2, "airport": 1, "rail": 2, "iww": 3}  # no air hub without known cargo
_NEAR_KM = 900.0  # smaller hubs farther than this are no way out
_ELLIPSE_FACTOR, _ELLIPSE_KM = 1.3, 2500.0
_SPACING_KM = 350.0  # between largest hubs on the way
_ISLAND_HUBS, _ISLAND_KM = 12, 400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Where a chain begins or ends: a place, or a hub itself."""

    name: str
    country: str
    lat: float
    lon: float
    tz: str
    code: str  # UN/LOCODE, `lat,lon`, or the hub's id
    hub: WorldHub | None = None

    @property
    def hub_id(self) -> str:
        """Its name among hubs: the hub's own, or that of a site in the place."""
        return self.hub.hub.hub_id if self.hub else f"SITE-{self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corridor:
    """The hubs that may matter between two ends, and how far each is from them by road."""

    origin: End
    destination: End
    conditions: Conditions
    places: Places  # of the hubs among all hubs, rising
    hubs: tuple[WorldHub, ...]
    from_origin_km: Floats  # by road; inf out of reach
    to_destination_km: Floats
    direct_km: float  # by road from door to door; inf if there is no such way


def corridor(
    world: World, origin: End, destination: End, conditions: Conditions = OPEN
) -> Corridor:
    """Return the part of the world between two ends: two road searches, and a choice of hubs.

    Raises
    ------
    RouteError
        if an end itself is closed.
    """
    for end in (origin, destination):
        if why := _closed_end(end, conditions):
            raise RouteError(f"{origin.name} to {destination.name}: {why}")
    feeders = [_feeders(world, end, conditions) for end in (origin, destination)]
    places = _chosen(world, (origin, destination), feeders, conditions)
    return Corridor(
        origin=origin,
        destination=destination,
        conditions=conditions,
        places=places,
        hubs=tuple(world.hubs.hubs[i] for i in places.tolist()),
        from_origin_km=feeders[0][places],
        to_destination_km=feeders[1][places],
        direct_km=_direct_km(world, origin, destination, conditions),
    )


def _closed_end(end: End, conditions: Conditions) -> str:
    if end.country in conditions.countries:
        return f"{end.name} lies in {end.country}, which is closed"
    if end.hub is not None and end.hub_id in conditions.hubs:
        return f"{end.hub_id} is closed"
    return ""


def _direct_km(world: World, origin: End, destination: End, conditions: Conditions) -> float:
    straight = great_circles_km(origin.lon, origin.lat, *_point(destination))[0]
    if straight > world.router.parameters["road_longest_km"]:
        return float("inf")
    try:
        km = world.router.route(origin, destination, "road", conditions).distance_km
    except RouteError:
        return float("inf")
    return km if km <= world.router.parameters["road_longest_km"] else float("inf")


def _feeders(world: World, end: End, conditions: Conditions) -> Floats:
    """Return road km between an end and every hub, by one search; inf out of reach."""
    table = world.legs.table("road", conditions)
    km = np.full(len(world.hubs.hubs), np.inf)
    reach = world.router.parameters["first_mile_km"]
    km[table.members] = table.from_point(end.lon, end.lat, reach)
    if not np.isfinite(km).any():
        km = _island_feeders(world, end, conditions)
    same = (world.hubs.lon == end.lon) & (world.hubs.lat == end.lat)
    km[same] = world.router.parameters["same_point_road_km"]
    if end.hub is not None:
        km[world.hubs.index[end.hub.hub.hub_id]] = np.inf
    return km


def _island_feeders(world: World, end: End, conditions: Conditions) -> Floats:
    """Return estimated road km to the nearest hubs where no road is mapped."""
    straight = great_circles_km(end.lon, end.lat, world.hubs.lon, world.hubs.lat)
    km = np.full(len(straight), np.inf)
    for i in np.argsort(straight, kind="stable")[:_ISLAND_HUBS].tolist():
        if straight[i] > _ISLAND_KM:
            break
        try:
            km[i] = world.router.route(end, world.hubs.hubs[i].hub, "road", conditions).distance_km
        except RouteError:
            continue
    return km


def _chosen(
    world: World, ends: tuple[End, End], feeders: list[Floats], conditions: Conditions
) -> Places:
    """Return the places of the hubs that may matter, in the order of all hubs."""
    kind, rank = world.hubs.kind, world.hubs.rank
    usable = np.isfinite(world.handling_kgco2e_per_t)
    usable &= np.array([_allowed(h, conditions) for h in world.hubs.hubs])
    picked: set[int] = set()
    for km in feeders:
        order = np.argsort(km, kind="stable")
        for name, (any_size, largest) in _NEAR.items():
            here = order[(kind[order] == name) & usable[order] & np.isfinite(km[order])]
            fit = here[(rank[here] <= _WORST_RANK[name]) & (km[here] <= _NEAR_KM)]
            picked.update(fit[:any_size].tolist())
            picked.update(here[rank[here] == 0][:largest].tolist())
    picked.update(world.hubs.index[e.hub.hub.hub_id] for e in ends if e.hub)
    away = [great_circles_km(e.lon, e.lat, world.hubs.lon, world.hubs.lat) for e in ends]
    straight = float(great_circles_km(ends[0].lon, ends[0].lat, *_point(ends[1]))[0])
    detour = away[0] + away[1]
    inside = (detour <= straight * _ELLIPSE_FACTOR + _ELLIPSE_KM) & usable & (rank == 0)
    for name, most in _BETWEEN.items():
        nearest = np.argsort(detour, kind="stable")
        here = nearest[inside[nearest] & (kind[nearest] == name)]
        picked.update(_spaced(world, here.tolist(), most))
    return np.array(sorted(picked), np.int64)


def _allowed(hub: WorldHub, conditions: Conditions) -> bool:
    """Tell whether a hub is open, and deep enough for the ship where its depth is known."""
    deep = conditions.draft_m is None or (hub.max_draft_m or np.inf) >= conditions.draft_m
    return (
        (deep or hub.hub.kind != "port")
        and hub.hub.hub_id not in conditions.hubs
        and hub.hub.country not in conditions.countries
    )


def _point(end: End) -> tuple[Floats, Floats]:
    return np.array([end.lon]), np.array([end.lat])


def _spaced(world: World, order: list[int], most: int) -> list[int]:
    """Return the first few of an order that keep apart from each other."""
    kept: list[int] = []
    for i in order:
        lon, lat = world.hubs.lon, world.hubs.lat
        near = great_circles_km(lon[i], lat[i], lon[kept], lat[kept]) if kept else np.zeros(0)
        if not (near < _SPACING_KM).any():
            kept.append(i)
        if len(kept) == most:
            break
    return kept
