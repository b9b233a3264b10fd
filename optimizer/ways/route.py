"""What a measured way is, under which conditions, and the two lines every mode needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from pyproj import Geod

from data.units import M_PER_KM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_WGS84 = Geod(ellps="WGS84")
Point = tuple[float, float]  # lon, lat

_MAP_POINTS = 40  # points of a great circle on the map
_SIMPLIFY_DEG = 0.02
# What a measured way is worth as data: the scale of every other figure.
QUALITY_OF_EVIDENCE = {
    "measured": "modelled",  # along the network, every edge mapped
    "repaired": "modelled",  # with a gap closed by us, a ferry or a cited link
    "published": "default",  # the figure of a named service
    "estimated": "estimate",  # great circle x factor, for want of a network
}


class Spot(Protocol):
    """Anything with a name and a position: a hub, a place."""

    @property
    def hub_id(self) -> str:
        """Name in messages."""
        ...

    @property
    def lat(self) -> float:
        """WGS84 degrees."""
        ...

    @property
    def lon(self) -> float:
        """WGS84 degrees."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What may not be used, and how large the ship is."""

    closed: frozenset[str] = frozenset()  # passages, fixed links, gauge-change stations
    countries: frozenset[str] = frozenset()  # ISO alpha-2, not to be entered
    airspace: frozenset[str] = frozenset()  # ISO alpha-2, not to be overflown
    hubs: frozenset[str] = frozenset()  # not to be called at
    modes: frozenset[str] = frozenset()  # not to be used
    draft_m: float | None = None
    beam_m: float | None = None

    def __str__(self) -> str:
        """Name everything that is shut, for a message."""
        ship = [
            f"{name} {value:g} m"
            for name, value in (("draft", self.draft_m), ("beam", self.beam_m))
            if value is not None
        ]
        shut = [*sorted(self.closed), *sorted(self.countries), *sorted(self.hubs)]
        shut += sorted(self.modes)
        shut += [f"airspace {name}" for name in sorted(self.airspace)]
        return ", ".join([*(f"{name} closed" for name in shut), *ship]) or "nothing closed"


OPEN = Conditions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way with its length, how that is known, what it passes, and its line for the map."""

    distance_km: float
    distance_kind: str
    evidence: str  # measured, repaired, published or estimated
    passages: tuple[str, ...] = ()  # labels passed: canals, straits, links, gauge changes
    countries: tuple[str, ...] = ()  # in order, where the network knows them
    geometry: tuple[Point, ...] = ()

    @property
    def quality(self) -> str:
        """The evidence on the scale of all figures."""
        return QUALITY_OF_EVIDENCE[self.evidence]


def geodesic_km(a: Point, b: Point) -> float:
    """Return the WGS84 geodesic between two (lon, lat) points, to the metre.

    >>> geodesic_km((121.805, 31.1434), (8.54313, 50.0264))  # PVG to FRA
    8879.586
    """
    _, _, metres = _WGS84.inv(a[0], a[1], b[0], b[1])
    return round(float(metres) / M_PER_KM, 3)


def geodesics_km(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    to_lon: NDArray[np.float64],
    to_lat: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return WGS84 geodesics between points pairwise, all of one length."""
    _, _, metres = _WGS84.inv(lon, lat, to_lon, to_lat)
    return np.asarray(metres, np.float64) / M_PER_KM


def great_circle_line(a: Point, b: Point) -> tuple[Point, ...]:
    """Return points along the geodesic, ends included, for drawing."""
    inner = _WGS84.npts(a[0], a[1], b[0], b[1], _MAP_POINTS)
    return tuple((round(x, 3), round(y, 3)) for x, y in (a, *inner, b))


def simplified(line: Sequence[Point]) -> tuple[Point, ...]:
    """Return a line with fewer points, unwrapped across the dateline instead of round the world."""
    from shapely import LineString  # noqa: PLC0415  (an audit draws nothing)

    lons = np.degrees(np.unwrap(np.radians([x for x, _ in line])))
    thin = LineString(list(zip(lons, [y for _, y in line], strict=True))).simplify(_SIMPLIFY_DEG)
    return tuple((round(x, 3), round(y, 3)) for x, y in thin.coords)
