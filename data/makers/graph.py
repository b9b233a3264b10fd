"""Undirected graphs on the globe as flat arrays, for the makers of the overland networks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Array = np.ndarray

EARTH_RADIUS_KM = 6371.0088
SHORTEST_KM = 0.001  # no edge is free
MEASURED, REPAIRED, CITED = 1, 2, 3  # the quality of an edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Nodes with coordinates; edges with ends, km, quality and a label ("" for most)."""

    lat: Array
    lon: Array
    u: Array
    v: Array
    km: Array
    quality: Array
    label: Array

    @classmethod
    def of(cls, lat: Array, lon: Array, u: Array, v: Array, km: Array) -> Graph:
        """Return a graph of measured edges without labels."""
        return cls(
            lat=lat,
            lon=lon,
            u=u,
            v=v,
            km=km,
            quality=np.full(len(u), MEASURED, dtype=np.int8),
            label=np.full(len(u), "", dtype=object),
        )

    @property
    def size(self) -> int:
        """Number of nodes."""
        return len(self.lat)

    def edges(self, chosen: Array) -> Graph:
        """Return the graph with the chosen edges alone (numbers or a mask)."""
        return replace(
            self,
            u=self.u[chosen],
            v=self.v[chosen],
            km=self.km[chosen],
            quality=self.quality[chosen],
            label=self.label[chosen],
        )

    def with_edges(self, u: Array, v: Array, km: Array, quality: int, label: str = "") -> Graph:
        """Return the graph with more edges, all of one quality and label."""
        more = len(u)
        return replace(
            self,
            u=np.concatenate([self.u, np.asarray(u, dtype=np.int64)]),
            v=np.concatenate([self.v, np.asarray(v, dtype=np.int64)]),
            km=np.concatenate([self.km, np.asarray(km, dtype=np.float64)]),
            quality=np.concatenate([self.quality, np.full(more, quality, dtype=np.int8)]),
            label=np.concatenate([self.label, np.full(more, label, dtype=object)]),
        )

    def with_nodes(self, lat: list[float], lon: list[float]) -> Graph:
        """Return the graph with more nodes, which come last."""
        return replace(
            self, lat=np.concatenate([self.lat, lat]), lon=np.concatenate([self.lon, lon])
        )

    def matrix(self) -> csr_matrix:
        """Return the lengths as a symmetric sparse matrix."""
        both = (
            np.concatenate([self.km, self.km]),
            (np.concatenate([self.u, self.v]), np.concatenate([self.v, self.u])),
        )
        return csr_matrix(both, shape=(self.size, self.size))

    def components(self) -> tuple[Array, Array]:
        """Return the component of each node and the size of each component."""
        _, component = connected_components(self.matrix(), directed=False)
        return component, np.bincount(component)

    def degrees(self) -> Array:
        """Return the number of edges at each node."""
        return np.bincount(np.concatenate([self.u, self.v]), minlength=self.size)


def great_circle_km(
    lat_a: ArrayLike, lon_a: ArrayLike, lat_b: ArrayLike, lon_b: ArrayLike
) -> Array:
    """Return the distance on the sphere between points in degrees."""
    a, b, c, d = (np.radians(x) for x in (lat_a, lon_a, lat_b, lon_b))
    h = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0, 1))))


def unit_vectors(lat: Array, lon: Array) -> Array:
    """Return points of the unit sphere, one row each."""
    a, b = np.radians(np.asarray(lat, dtype=float)), np.radians(np.asarray(lon, dtype=float))
    return np.column_stack([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)])


def chord(km: float) -> float:
    """Return the straight length, in earth radii, under a great circle of so many km."""
    return float(2 * np.sin(km / 2 / EARTH_RADIUS_KM))


def nearest_node(graph: Graph, among: Array, lat: float, lon: float) -> tuple[int, float]:
    """Return the nearest of some nodes to a point, and its distance in km."""
    tree = cKDTree(unit_vectors(graph.lat[among], graph.lon[among]))
    _, found = tree.query(unit_vectors(np.array([lat]), np.array([lon])))
    node = int(among[int(found[0])])
    gap = great_circle_km(graph.lat[node], graph.lon[node], lat, lon)
    return node, float(gap)


def simple(graph: Graph) -> Graph:
    """Return the graph with u < v and the shortest edge of each pair, sorted by ends."""
    u, v = np.minimum(graph.u, graph.v), np.maximum(graph.u, graph.v)
    km = np.maximum(graph.km, SHORTEST_KM)
    order = np.lexsort((km, v, u))
    order = order[u[order] != v[order]]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(u[order]) != 0) | (np.diff(v[order]) != 0)
    kept = order[first]
    return replace(graph, u=u, v=v, km=km).edges(kept)
