"""Turn a plan document into what a map draws: lanes by mode, hubs, and the extent of both."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Point = tuple[float, float]  # longitude, latitude
_HALF_TURN = 180.0
_TURN = 360.0
_OF_ATLASES = (10.0, 150.0)  # central meridians that leave land whole: Pacific or Atlantic cut
_TAIL = re.compile(
    r"\s+(airport|port|rail terminal|freight yard|terminal|deep-water port)$", re.IGNORECASE
)
_LONGEST_NAME = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """All services of one mode between the same two hubs along the same line."""

    mode: str
    origin: str
    destination: str
    parts: tuple[tuple[Point, ...], ...]  # one; more where the edge of the map cuts it
    kgco2e: float
    market_kgco2e: float
    mass_kg: float
    distance_km: float
    services: tuple[str, ...]
    quality: str

    @property
    def path(self) -> tuple[Point, ...]:
        """The longest part of its line: where its words stand."""
        return max(self.parts, key=_length, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A hub on the map, with the mass that passes through it."""

    hub_id: str
    label: str
    kind: str
    at: Point
    mass_kg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Everything of a plan that a map shows, once, within half a turn of one central meridian."""

    lanes: tuple[Lane, ...]
    places: tuple[Place, ...]
    centre: float

    @property
    def points(self) -> list[Point]:
        """Everything that a view must show."""
        lines = [p for lane in self.lanes for part in lane.parts for p in part]
        return [*lines, *(p.at for p in self.places)]


def picture_of(document: Mapping[str, Any]) -> Picture:
    """Return lanes, largest CO2e first, and hubs, most mass first."""
    paths = {s["service_id"]: unrolled(s["geometry"]) for s in document["services"]}
    places = [(float(h["lon"]), float(h["lat"])) for h in document["hubs"]]
    centre = _least_cut(places, list(paths.values()))
    lanes = _lanes(document, {name: _parts(path, centre) for name, path in paths.items()})
    return Picture(lanes=lanes, places=_places(document, lanes, centre), centre=centre)


def unrolled(geometry: Sequence[Sequence[float]]) -> tuple[Point, ...]:
    """Return a line without jumps at the date line."""
    points: list[Point] = []
    for lon, lat in geometry:
        if points:
            lon -= _TURN * round((lon - points[-1][0]) / _TURN)  # noqa: PLW2901
        points.append((float(lon), float(lat)))
    return tuple(points)


def central_meridian(longitudes: Iterable[float]) -> float:
    """Return the meridian opposite the widest empty stretch: nothing is cut that need not be.

    >>> central_meridian([170.0, -170.0])
    180.0
    """
    ring = sorted({round(lon % _TURN, 6) for lon in longitudes})
    if not ring:
        return 0.0
    gaps = [(b - a, b) for a, b in zip(ring, [*ring[1:], ring[0] + _TURN], strict=True)]
    width, start = max(gaps)
    middle = (start + (_TURN - width) / 2) % _TURN
    return middle - _TURN if middle > _HALF_TURN else middle


def _least_cut(places: Sequence[Point], paths: Sequence[tuple[Point, ...]]) -> float:
    """Return the central meridian whose far side cuts no line, or that of an atlas: fewest cuts."""
    widest = central_meridian([p[0] for p in places] + [p[0] for path in paths for p in path])

    def cuts(centre: float) -> int:
        return sum(len(_parts(path, centre)) > 1 for path in paths)

    return min(_OF_ATLASES, key=cuts) if cuts(widest) else widest


def _about(lon: float, centre: float) -> float:
    """Return degrees east of a meridian, at most half a turn either way."""
    return (lon - centre + _HALF_TURN) % _TURN - _HALF_TURN


def _parts(path: tuple[Point, ...], centre: float) -> tuple[tuple[Point, ...], ...]:
    """Return a line within half a turn of a meridian, cut where it goes over the far side.

    >>> _parts(((170.0, 0.0), (190.0, 10.0)), 0.0)
    (((170.0, 0.0), (180.0, 5.0)), ((-180.0, 5.0), (-170.0, 10.0)))
    """
    west = centre - _HALF_TURN
    parts: list[list[Point]] = []
    before: tuple[float, float, int] | None = None
    for lon, lat in path:
        turn = math.floor((lon - west) / _TURN)
        if before is None:
            parts.append([])
        elif turn != before[2]:
            edge = west + _TURN * max(turn, before[2])
            cut = before[1] + (lat - before[1]) * (edge - before[0]) / (lon - before[0])
            parts[-1].append((edge - _TURN * before[2], cut))
            parts.append([(edge - _TURN * turn, cut)])
        parts[-1].append((lon - _TURN * turn, lat))
        before = (lon, lat, turn)
    return tuple(tuple(part) for part in parts)


def _length(path: Sequence[Point]) -> float:
    return math.fsum(math.dist(a, b) for a, b in itertools.pairwise(path))


def _lanes(
    document: Mapping[str, Any], parts: Mapping[str, tuple[tuple[Point, ...], ...]]
) -> tuple[Lane, ...]:
    totals = _by_service(document)
    groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for s in document["services"]:
        key = (s["mode"], s["origin_hub"], s["destination_hub"], parts[s["service_id"]])
        groups.setdefault(key, []).append(s)
    lanes = [_lane(key, services, totals) for key, services in groups.items()]
    return tuple(sorted(lanes, key=lambda x: (-x.kgco2e, x.mode, x.origin, x.destination)))


def _lane(
    key: tuple[Any, ...],
    services: Sequence[Mapping[str, Any]],
    totals: Mapping[str, tuple[float, float, float]],
) -> Lane:
    mode, origin, destination, parts = key
    sums = [totals.get(s["service_id"], (0.0, 0.0, 0.0)) for s in services]
    return Lane(
        mode=mode,
        origin=origin,
        destination=destination,
        parts=parts,
        kgco2e=math.fsum(x[0] for x in sums),
        market_kgco2e=math.fsum(x[1] for x in sums),
        mass_kg=math.fsum(x[2] for x in sums),
        distance_km=float(services[0]["distance_km"]),
        services=tuple(sorted(s["service_id"] for s in services)),
        quality="|".join(sorted({str(s["quality"]) for s in services})),
    )


def _by_service(document: Mapping[str, Any]) -> dict[str, tuple[float, float, float]]:
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for leg in document["legs"]:
        if leg["service_id"]:
            rows.setdefault(leg["service_id"], []).append(leg)
    return {
        name: (
            math.fsum(float(x["wtw_kgco2e"]) for x in legs),
            math.fsum(float(x["market_wtw_kgco2e"]) for x in legs),
            math.fsum(x["mass_kg"] for x in legs),
        )
        for name, legs in rows.items()
    }


def _places(document: Mapping[str, Any], lanes: Sequence[Lane], centre: float) -> tuple[Place, ...]:
    mass: dict[str, float] = {}
    for lane in lanes:
        for end in (lane.origin, lane.destination):
            mass[end] = mass.get(end, 0.0) + lane.mass_kg
    places = [
        Place(
            hub_id=h["hub_id"],
            label=short_name(h),
            kind=h["kind"],
            at=(centre + _about(float(h["lon"]), centre), float(h["lat"])),
            mass_kg=mass.get(h["hub_id"], 0.0),
        )
        for h in document["hubs"]
    ]
    return tuple(sorted(places, key=lambda p: (p.kind != "site", -p.mass_kg, p.hub_id)))


def short_name(hub: Mapping[str, Any]) -> str:
    """Return a hub's name without what its sign on the map already says.

    >>> short_name({"hub_id": "PVG", "kind": "airport", "name": "Shanghai Pudong Airport"})
    'Shanghai Pudong PVG'
    """
    name = re.sub(r"\s*\([^)]*\)", "", str(hub["name"])).strip() or str(hub["hub_id"])
    name = _TAIL.sub("", name)
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 1].rstrip() + "…"
    return f"{name} {hub['hub_id']}" if hub["kind"] == "airport" else name


def land_rings(land: Mapping[str, Any]) -> list[list[Point]]:
    """Return the outer and inner rings of GeoJSON land."""
    rings: list[list[Point]] = []
    for feature in land["features"]:
        shape = feature["geometry"]
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        rings += [[(p[0], p[1]) for p in ring] for part in parts for ring in part]
    return rings
