"""Measure the way between two hubs, by mode, offline; no route is an error, never 0 km."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from pyproj import Geod
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from data.units import M_PER_KM
from optimizer.errors import RouteError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from data.catalogue import Catalogue
    from data.network import Hub

_WGS84 = Geod(ellps="WGS84")
Point = tuple[float, float]  # lon, lat

# Canals a voyage passes only if its service says so; straits stay open unless a scenario closes
# them. Arctic lanes are no commercial container route and stay shut.
CANALS = frozenset({"suez", "babalmandab", "panama"})
ALWAYS_CLOSED = frozenset({"northwest", "northeast", "bering"})
_MAP_POINTS = 40  # points of a great circle on the map
_SIMPLIFY_DEG = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way with its length, how that is known, what it passes, and its line for the map."""

    distance_km: float
    distance_kind: str
    quality: str
    passages: tuple[str, ...]
    geometry: tuple[Point, ...]


class Router(Protocol):
    """Anything that can measure a way between two hubs."""

    def route(self, origin: Hub, destination: Hub, mode: str, *, opened: frozenset[str]) -> Route:
        """Return the way by that mode; `opened` names the canals it may use."""
        ...


def geodesic_km(a: Point, b: Point) -> float:
    """Return the WGS84 geodesic between two (lon, lat) points, to the metre.

    >>> geodesic_km((121.805, 31.1434), (8.54313, 50.0264))  # PVG to FRA
    8879.586
    """
    _, _, metres = _WGS84.inv(a[0], a[1], b[0], b[1])
    return round(float(metres) / M_PER_KM, 3)


def great_circle_line(a: Point, b: Point) -> tuple[Point, ...]:
    """Return points along the geodesic, ends included, for drawing."""
    inner = _WGS84.npts(a[0], a[1], b[0], b[1], _MAP_POINTS)
    return tuple((round(x, 3), round(y, 3)) for x, y in (a, *inner, b))


@dataclass(frozen=True)
class SeaNetwork:
    """Sea lanes with passage labels; a shortest path under any set of closed passages."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    km: NDArray[np.float64]
    passage: NDArray[Any]

    @classmethod
    def load(cls, catalogue: Catalogue) -> SeaNetwork:
        """Read the shipped lanes."""
        import pyarrow.parquet as pq  # noqa: PLC0415  (an audit needs no sea lanes)

        nodes = pq.read_table(io.BytesIO(catalogue.file("network/sea_nodes.parquet")))
        edges = pq.read_table(io.BytesIO(catalogue.file("network/sea_edges.parquet")))
        return cls(
            lon=nodes["lon"].to_numpy(),
            lat=nodes["lat"].to_numpy(),
            u=edges["u"].to_numpy(),
            v=edges["v"].to_numpy(),
            km=edges["km"].to_numpy(),
            passage=np.array(edges["passage"].to_pylist(), dtype=str),
        )

    @property
    def labels(self) -> frozenset[str]:
        """All passages that can be closed."""
        return frozenset(map(str, np.unique(self.passage))) - {""}

    def path(self, origin: Hub, destination: Hub, closed: frozenset[str]) -> Route:
        """Return the shortest lane path with `closed` passages shut, port connections included.

        Raises
        ------
        RouteError
            naming the closures when nothing is left open.
        """
        kept = ~np.isin(self.passage, list(closed))
        shape = (len(self.lon), len(self.lon))
        graph = coo_matrix((self.km[kept], (self.u[kept], self.v[kept])), shape=shape).tocsr()
        start, end = self._snap(graph, origin), self._snap(graph, destination)
        reach, before = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
        if not np.isfinite(reach[end]):
            shut = ", ".join(sorted(closed)) or "nothing"
            raise RouteError(f"sea {origin.hub_id}-{destination.hub_id}: no way with {shut} closed")
        nodes = _trace(before, start, end)
        ends = ((origin.lon, origin.lat), (destination.lon, destination.lat))
        line = [(float(self.lon[n]), float(self.lat[n])) for n in nodes]
        km = float(reach[end]) + geodesic_km(ends[0], line[0]) + geodesic_km(line[-1], ends[1])
        return Route(
            distance_km=round(km, 3),
            distance_kind="sfd",
            quality="modelled",
            passages=self._passed(nodes),
            geometry=_simplified((ends[0], *line, ends[1])),
        )

    def _snap(self, graph: Any, hub: Hub) -> int:  # noqa: ANN401  (scipy has no types)
        _, component = connected_components(graph, directed=False)
        main = np.flatnonzero(component == np.bincount(component).argmax())
        tree = cKDTree(_unit_vectors(self.lon[main], self.lat[main]))
        _, nearest = tree.query(_unit_vectors(np.array([hub.lon]), np.array([hub.lat]))[0])
        return int(main[nearest])

    def _passed(self, nodes: list[int]) -> tuple[str, ...]:
        pairs = {frozenset(p) for p in pairwise(nodes)}
        labelled = np.flatnonzero(self.passage != "")
        return tuple(
            sorted(
                {
                    str(self.passage[i])
                    for i in labelled
                    if frozenset((int(self.u[i]), int(self.v[i]))) in pairs
                }
            )
        )


def _unit_vectors(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])


def _trace(before: NDArray[np.int32], start: int, end: int) -> list[int]:
    nodes = [end]
    while nodes[-1] != start:
        nodes.append(int(before[nodes[-1]]))
    return nodes[::-1]


def _simplified(line: tuple[Point, ...]) -> tuple[Point, ...]:
    from shapely import LineString  # noqa: PLC0415  (only sea lines are long)

    # Unwrapped, so that a lane across the dateline is one line and not a streak round the world.
    lons = np.degrees(np.unwrap(np.radians([x for x, _ in line])))
    thin = LineString(list(zip(lons, [y for _, y in line], strict=True))).simplify(_SIMPLIFY_DEG)
    return tuple((round(x, 3), round(y, 3)) for x, y in thin.coords)


@dataclass(frozen=True)
class ShippedRouter:
    """Routes from what ships: geodesics, sea lanes, and great circle x factor for road and rail.

    Road and rail distances are estimates until the world network replaces them.
    """

    catalogue: Catalogue
    factors: Mapping[str, float]  # parameters: road_gcd_factor, rail_gcd_factor
    closed: frozenset[str] = frozenset()

    @cached_property
    def sea(self) -> SeaNetwork:
        """The sea lanes, read when first needed."""
        return SeaNetwork.load(self.catalogue)

    def route(self, origin: Hub, destination: Hub, mode: str, *, opened: frozenset[str]) -> Route:
        """Return the way by that mode.

        Raises
        ------
        RouteError
            if the mode has no router here, or every way is closed.
        """
        if mode == "sea":
            shut = (CANALS - opened) | ALWAYS_CLOSED | self.closed
            return self.sea.path(origin, destination, shut & self.sea.labels)
        a, b = (origin.lon, origin.lat), (destination.lon, destination.lat)
        great_circle = geodesic_km(a, b)
        if not great_circle > 0:
            raise RouteError(f"{mode} {origin.hub_id}-{destination.hub_id}: both at the same place")
        if mode == "air":
            return Route(
                distance_km=great_circle,
                distance_kind="gcd",
                quality="modelled",
                passages=(),
                geometry=great_circle_line(a, b),
            )
        name = f"{mode}_gcd_factor"
        if name not in self.factors:
            raise RouteError(f"{mode} {origin.hub_id}-{destination.hub_id}: no router for {mode}")
        return Route(
            distance_km=round(great_circle * self.factors[name], 3),
            distance_kind="sfd",
            quality="estimate",
            passages=(),
            geometry=great_circle_line(a, b),
        )
