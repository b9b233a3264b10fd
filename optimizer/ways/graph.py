"""An undirected network on the sphere: nearest nodes, shortest paths, what a path passes."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from data.catalogue import Catalogue
    from optimizer.ways.route import Conditions

_EARTH_RADIUS_KM = 6371.0088  # IUGG mean radius: good enough to find what is near
_NEIGHBOURS = 48  # nodes looked at around a point
_LEAST_COMPONENT = 20  # nodes; smaller ones are leftovers of closures, not networks
_BITS = 64  # of one number
MEASURED, REPAIRED, LINK = 1, 2, 3  # evidence of an edge, as in the shipped tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """The node that stands for a point, and how far off it is (on the mean sphere)."""

    node: int
    km: float
    component: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Shortest ways from one node to all."""

    source: int
    km: NDArray[np.float64]
    before: NDArray[np.int32]

    def nodes_to(self, target: int) -> NDArray[np.int64]:
        """Return the nodes from the source to the target, both included."""
        found = [target]
        while found[-1] != self.source:
            found.append(int(self.before[found[-1]]))
        return np.array(found[::-1])


@dataclass(frozen=True)
class Graph:
    """Nodes with position and country; edges with length, evidence and label."""

    name: str
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    country: NDArray[np.int16]  # index into countries
    countries: tuple[str, ...]
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    km: NDArray[np.float64]
    evidence: NDArray[np.int8]
    label: NDArray[np.int16]  # index into labels
    labels: tuple[str, ...]  # "" first
    # What a search adds to each edge, in km: borders and gauge changes that no one crosses for a
    # short cut. It steers the way and is no part of its length.
    reluctance_km: NDArray[np.float64]

    @classmethod
    def load(cls, catalogue: Catalogue, stem: str, *, label: str, km_factor: float = 1.0) -> Graph:
        """Read `stem`_nodes and `stem`_edges; `label` names the column of labels.

        `km_factor` turns lengths of the network into lengths that are driven; cited lengths stay.
        """
        nodes = _parquet(catalogue, f"{stem}_nodes.parquet")
        edges = _parquet(catalogue, f"{stem}_edges.parquet")
        n = nodes.num_rows
        country, countries = (
            _codes(nodes["country"])
            if "country" in nodes.column_names
            else (
                np.zeros(n, np.int16),
                ("",),
            )
        )
        codes, labels = _codes(edges[label])
        rows = edges.num_rows
        evidence = column(edges, "quality").astype(np.int8)
        return cls(
            name=stem.rpartition("/")[2],
            lon=column(nodes, "lon").astype(np.float64),
            lat=column(nodes, "lat").astype(np.float64),
            country=country,
            countries=countries,
            u=column(edges, "u").astype(np.int32),
            v=column(edges, "v").astype(np.int32),
            km=column(edges, "km") * np.where(evidence == LINK, 1.0, km_factor),
            evidence=evidence,
            label=codes,
            labels=labels,
            reluctance_km=np.zeros(rows),
        )

    @cached_property
    def matrix(self) -> Any:  # noqa: ANN401  (scipy has no types)
        """What a search minimises, in both directions, so that searches need no copy."""
        n, weight = len(self.lon), self.km + self.reluctance_km
        ends = (np.concatenate([self.u, self.v]), np.concatenate([self.v, self.u]))
        return coo_matrix((np.concatenate([weight, weight]), ends), shape=(n, n)).tocsr()

    @cached_property
    def component(self) -> NDArray[np.int32]:
        """The connected part each node belongs to; -1 where the part is too small to matter."""
        _, found = connected_components(self.matrix, directed=False)
        small = np.bincount(found)[found] < min(_LEAST_COMPONENT, len(found))
        return np.where(small, -1, found).astype(np.int32)

    @cached_property
    def _nearest(self) -> tuple[Any, NDArray[np.int64]]:
        nodes = np.flatnonzero(self.component >= 0)
        return cKDTree(unit_vectors(self.lon[nodes], self.lat[nodes])), nodes

    @cached_property
    def _edge_keys(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        low, high = np.minimum(self.u, self.v), np.maximum(self.u, self.v)
        keys = low.astype(np.int64) * len(self.lon) + high
        order = np.argsort(keys, kind="stable")
        return keys[order], order

    def under(self, conditions: Conditions) -> Graph:
        """Return the network without what is closed."""
        shut_labels = [i for i, name in enumerate(self.labels) if name in conditions.closed]
        shut_countries = [i for i, c in enumerate(self.countries) if c in conditions.countries]
        if not shut_labels and not shut_countries:
            return self
        away = np.isin(self.country, shut_countries)
        kept = ~np.isin(self.label, shut_labels) & ~away[self.u] & ~away[self.v]
        return self._keeping(kept)

    def without_crossings(self, pairs: Iterable[frozenset[str]]) -> Graph:
        """Return the network without edges between these pairs of countries."""
        number = {name: i for i, name in enumerate(self.countries)}
        shut = np.zeros((len(number), len(number)), bool)
        for pair in pairs:
            if pair <= number.keys():
                a, b = (number[name] for name in pair)
                shut[a, b] = shut[b, a] = True
        return self._keeping(~shut[self.country[self.u], self.country[self.v]])

    def _keeping(self, kept: NDArray[np.bool_]) -> Graph:
        return replace(
            self,
            u=self.u[kept],
            v=self.v[kept],
            km=self.km[kept],
            evidence=self.evidence[kept],
            label=self.label[kept],
            reluctance_km=self.reluctance_km[kept],
        )

    def snaps(self, lon: float, lat: float, within_km: float) -> tuple[Snap, ...]:
        """Return the nearest node of each connected part near a point, nearest first."""
        tree, nodes = self._nearest
        if not len(nodes):
            return ()
        point = unit_vectors(np.array([lon]), np.array([lat]))[0]
        found, at = tree.query(point, k=min(_NEIGHBOURS, len(nodes)), distance_upper_bound=2.0)
        best: dict[int, Snap] = {}
        for straight, i in zip(np.atleast_1d(found), np.atleast_1d(at), strict=True):
            km = chord_to_km(float(straight))
            node = int(nodes[i])
            component = int(self.component[node])
            if km <= within_km and component not in best:
                best[component] = Snap(node=node, km=km, component=component)
        return tuple(best.values())

    def near(self, lon: float, lat: float, within_km: float, like: Snap) -> tuple[Snap, ...]:
        """Return nodes near a point on the same connected part as `like`, which is among them."""
        tree, nodes = self._nearest
        point = unit_vectors(np.array([lon]), np.array([lat]))[0]
        found, at = tree.query(point, k=min(_NEIGHBOURS, len(nodes)))
        near = {like.node: like}
        for straight, i in zip(np.atleast_1d(found), np.atleast_1d(at), strict=True):
            km, node = chord_to_km(float(straight)), int(nodes[i])
            if km <= within_km and self.component[node] == like.component:
                near.setdefault(node, Snap(node=node, km=km, component=like.component))
        return tuple(near.values())

    def nearest_nodes(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the nearest node of many points at once, and how far off each is, in km."""
        tree, nodes = self._nearest
        if not len(nodes):
            return np.zeros(len(lon), np.int64), np.full(len(lon), np.inf)
        chord, at = tree.query(unit_vectors(lon, lat))
        return nodes[at], 2 * _EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2, 1.0))

    def tree(self, source: int, limit_km: float = np.inf) -> Tree:
        """Return the best ways from a node to all that are within the limit."""
        km, before = dijkstra(self.matrix, indices=source, limit=limit_km, return_predecessors=True)
        if self.reluctance_km.any():
            km -= self._gathered(source, before, self.reluctance_km)
        return Tree(source=source, km=km, before=before)

    def edges_along(self, nodes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of the edges between successive nodes of a path."""
        keys, order = self._edge_keys
        a, b = nodes[:-1], nodes[1:]
        wanted = np.minimum(a, b).astype(np.int64) * len(self.lon) + np.maximum(a, b)
        return np.asarray(order[np.searchsorted(keys, wanted)])

    def labels_along(self, edges: NDArray[np.int64]) -> tuple[str, ...]:
        """Return the labels of a path in the order of travel, each once."""
        return tuple(dict.fromkeys(self.labels[c] for c in self.label[edges] if c))

    def countries_along(self, nodes: NDArray[np.int64]) -> tuple[str, ...]:
        """Return the countries of a path in the order of travel."""
        names = [self.countries[c] for c in self.country[nodes]]
        return tuple(b for a, b in pairwise(["", *names]) if b and b != a)

    def line(self, nodes: NDArray[np.int64]) -> list[tuple[float, float]]:
        """Return the (lon, lat) of a path's nodes."""
        return list(zip(self.lon[nodes].tolist(), self.lat[nodes].tolist(), strict=True))

    def passed(
        self, tree: Tree, targets: NDArray[np.int64], names: tuple[str, ...]
    ) -> NDArray[np.uint64]:
        """Return for each target which of these labels are on its way: bit i stands for names[i].

        Bits run down the tree by doubling: after k rounds a node knows 2^k of its ancestors.
        """
        if len(names) > _BITS:
            raise ValueError(f"{len(names)} labels of {self.name}, wanted at most {_BITS}")
        bit = np.array([names.index(n) if n in names else -1 for n in self.labels])[self.label]
        edges, child = self._tree_edges(tree.before, bit >= 0)
        bits = np.zeros(len(self.lon), np.uint64)
        bits[child] = np.uint64(1) << bit[edges].astype(np.uint64)
        above = np.where(tree.before < 0, tree.source, tree.before)
        while True:
            bits |= bits[above]
            further = above[above]
            if np.array_equal(further, above):
                return bits[targets]
            above = further

    def _gathered(
        self, source: int, before: NDArray[np.int32], amount: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return what the edges on the way to each node add up to, by doubling as in `passed`."""
        edges, child = self._tree_edges(before, amount != 0)
        total = np.zeros(len(self.lon))
        total[child] = amount[edges]
        above = np.where(before < 0, source, before)
        while True:
            total = total + total[above]
            further = above[above]
            if np.array_equal(further, above):
                return total
            above = further

    def _tree_edges(
        self, before: NDArray[np.int32], wanted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return the wanted edges that lie on a tree, and the node below each."""
        edges = np.flatnonzero(wanted)
        a, b = self.u[edges], self.v[edges]
        down = before[b] == a
        on = down | (before[a] == b)
        return edges[on], np.where(down, b, a)[on]


def chord_to_km(chord: float) -> float:
    """Return the great circle of a chord of the unit sphere."""
    return 2 * _EARTH_RADIUS_KM * float(np.arcsin(min(chord / 2, 1.0)))


def great_circles_km(
    lon: float, lat: float, to_lon: NDArray[np.float64], to_lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return great circles on the mean sphere from one point to many: to find what is near."""
    chord = np.linalg.norm(
        unit_vectors(to_lon, to_lat) - unit_vectors(np.array([lon]), np.array([lat])), axis=1
    )
    return np.asarray(2 * _EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2, 1.0)))


def unit_vectors(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points of the unit sphere."""
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])


def _parquet(catalogue: Catalogue, path: str) -> Any:  # noqa: ANN401  (pyarrow has no types)
    import pyarrow.parquet as pq  # noqa: PLC0415  (an audit needs no networks)

    # Not read_table: that imports pandas, which takes longer than the file.
    return pq.ParquetFile(io.BytesIO(catalogue.checked_file(path))).read()


def column(table: Any, name: str) -> Any:  # noqa: ANN401
    """Return a column of numbers without blanks. Not `to_numpy`: that imports pandas too."""
    return np.from_dlpack(table[name].combine_chunks())


def _codes(column: Any) -> tuple[NDArray[np.int16], tuple[str, ...]]:  # noqa: ANN401
    """Return a text column as small numbers and their names, "" first, then by name."""
    dense = column.combine_chunks().dictionary_encode()
    names = [str(n) for n in dense.dictionary.to_pylist()]
    ordered = sorted({"", *names})
    place = np.array([ordered.index(n) for n in names], np.int16)
    return place[np.from_dlpack(dense.indices)], tuple(ordered)
