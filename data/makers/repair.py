"""Close the gaps that digitising left in the overland graphs, and never across water.

Two kinds of gap: a component that ends within a few kilometres of another, and a dead end close to
a node that is far away along the graph. What crosses the sea is a named fixed link or nothing, and
what crosses a border closed to freight is cut.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from data.makers.graph import REPAIRED, Graph, chord, great_circle_km, simple, unit_vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.makers.polygons import Countries

WINDING = 1.1  # a gap is a little longer than the straight line across it
SHORTEST_GAP_KM = 0.05
# A join is over water if a point of it lies farther off land than the outlines are wrong by: then
# it would be a ferry or a bridge, and those have names.
OFF_LAND_KM = 0.6
DRY_KM = 0.01
SAMPLES = 21  # points of a join at which the land is looked for
TRIES = 60  # gaps between two components that are looked at, the shortest first
ISLET_NODES = 3  # smaller components stay as they are and fall away later
LARGE_NODES = 50  # between larger components of one country a wider gap is a fault of the source
FEWEST_DETOURS = 8  # a gap is worth closing if the way round is so many times as long
SEARCH_KM = 25.0
# Land borders that take no freight, from memory: an edge across them would be a wrong short cut.
CLOSED_BORDERS = frozenset(
    {("KP", "KR"), ("DZ", "MA"), ("AM", "AZ"), ("AM", "TR"), ("IL", "LB"), ("IL", "SY")}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How wide a gap may be to be closed, in km."""

    component_km: float
    dead_end_km: float
    large_km: float  # between large components of one country


@dataclass(slots=True)
class Groups:
    """Which components have become one."""

    parent: list[int]

    def root(self, number: int) -> int:
        """Return the component that stands for the group of this one."""
        while self.parent[number] != number:
            self.parent[number] = self.parent[self.parent[number]]
            number = self.parent[number]
        return number

    def join(self, a: int, b: int) -> bool:
        """Join two groups and return True, or return False if they are one already."""
        root_a, root_b = self.root(a), self.root(b)
        self.parent[root_a] = root_b
        return root_a != root_b


def gap_km(graph: Graph, pairs: np.ndarray) -> np.ndarray:
    """Return the great circle between the nodes of each pair."""
    a, b = pairs[:, 0], pairs[:, 1]
    return great_circle_km(graph.lat[a], graph.lon[a], graph.lat[b], graph.lon[b])


def closed(country: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return which pairs of nodes lie on two sides of a closed border."""
    names = np.char.add(country[a].astype("U2"), country[b].astype("U2"))
    return np.isin(names, sorted(x + y for p in CLOSED_BORDERS for x, y in (p, p[::-1])))


def on_land(
    graph: Graph, pairs: np.ndarray, country: np.ndarray, countries: Countries
) -> np.ndarray:
    """Return the pairs whose line crosses neither the sea nor a closed border."""
    pairs = pairs[~closed(country, pairs[:, 0], pairs[:, 1])]
    ends = np.stack([graph.lon[pairs], graph.lat[pairs]], axis=-1)
    km = gap_km(graph, pairs)
    lines = shapely.linestrings(ends)
    dry = km - countries.over_land_km(lines, km) < DRY_KM
    wet = np.flatnonzero(~dry)
    dry[wet] = countries.off_land_km(lines[wet], SAMPLES) <= OFF_LAND_KM
    return np.asarray(pairs[dry])


def component_gaps(
    graph: Graph, reach_km: float, fewest_nodes: int, country: np.ndarray, countries: Countries
) -> np.ndarray:
    """Return the shortest dry gaps that join components of so many nodes, shortest first."""
    component, size = graph.components()
    pairs = pairs_across(graph, np.flatnonzero(size[component] >= fewest_nodes), reach_km)
    if fewest_nodes >= LARGE_NODES:
        pairs = pairs[country[pairs[:, 0]] == country[pairs[:, 1]]]
    pairs = on_land(graph, few_of_each(graph, pairs, component), country, countries)
    order = np.lexsort((pairs[:, 1], pairs[:, 0], gap_km(graph, pairs)))
    groups = Groups(list(range(len(size))))
    used = [k for k in order if groups.join(*component[pairs[k]].tolist())]
    return pairs[used]


def pairs_across(graph: Graph, among: np.ndarray, reach_km: float) -> np.ndarray:
    """Return pairs of nodes so near, in two components, none of them both the largest."""
    component, size = graph.components()
    small = among[component[among] != np.argmax(size)]
    near = cKDTree(unit_vectors(graph.lat[small], graph.lon[small])).sparse_distance_matrix(
        cKDTree(unit_vectors(graph.lat[among], graph.lon[among])),
        chord(reach_km),
        output_type="ndarray",
    )
    pairs = np.column_stack([small[near["i"]], among[near["j"]]])
    pairs = pairs[component[pairs[:, 0]] != component[pairs[:, 1]]]
    return np.unique(np.sort(pairs, axis=1), axis=0)


def few_of_each(graph: Graph, pairs: np.ndarray, component: np.ndarray) -> np.ndarray:
    """Return the shortest few gaps between each two components."""
    ends = np.sort(component[pairs], axis=1)
    order = np.lexsort((pairs[:, 1], pairs[:, 0], gap_km(graph, pairs), ends[:, 1], ends[:, 0]))
    ends = ends[order]
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    first = np.flatnonzero(starts)
    rank = np.arange(len(order)) - first[np.cumsum(starts) - 1]
    return np.asarray(pairs[order[rank < TRIES]])


def neighbours(graph: Graph) -> list[list[tuple[int, float]]]:
    """Return (node, km) of each node's neighbours."""
    found: list[list[tuple[int, float]]] = [[] for _ in range(graph.size)]
    for a, b, km in zip(graph.u.tolist(), graph.v.tolist(), graph.km.tolist(), strict=True):
        found[a].append((b, km))
        found[b].append((a, km))
    return found


def within(near: list[list[tuple[int, float]]], start: int, limit_km: float) -> dict[int, float]:
    """Return the distance to each node within so many km along the graph."""
    done: dict[int, float] = {}
    queue = [(0.0, start)]
    while queue:
        km, node = heapq.heappop(queue)
        if node in done:
            continue
        done[node] = km
        for other, step in near[node]:
            if other not in done and km + step <= limit_km:
                heapq.heappush(queue, (km + step, other))
    return done


def dead_end_candidates(graph: Graph, reach_km: float) -> Iterator[tuple[int, list[int]]]:
    """Yield each dead end with the nodes within reach, nearest first."""
    dead = np.flatnonzero(graph.degrees() == 1)
    points = unit_vectors(graph.lat, graph.lon)
    close = cKDTree(points).query_ball_point(points[dead], chord(reach_km))
    for node, others in zip(dead.tolist(), close, strict=True):
        found = np.array([other for other in sorted(others) if other != node], dtype=int)
        if len(found):
            a, b = np.full(len(found), node), found
            km = gap_km(graph, np.column_stack([a, b]))
            yield node, found[np.argsort(km, kind="stable")].tolist()


def dead_end_gaps(graph: Graph, reach_km: float) -> np.ndarray:
    """Return gaps between a dead end and the nearest node that is far away along the graph."""
    near = neighbours(graph)
    found = []
    for node, others in dead_end_candidates(graph, reach_km):
        gaps = gap_km(graph, np.column_stack([np.full(len(others), node), others])).tolist()
        searched_km = SEARCH_KM
        reached = within(near, node, searched_km)
        for other, gap in zip(others, gaps, strict=True):
            if other in reached:
                continue
            if searched_km < FEWEST_DETOURS * gap:
                searched_km = FEWEST_DETOURS * reach_km
                reached = within(near, node, searched_km)
            if reached.get(other, np.inf) > max(SEARCH_KM, FEWEST_DETOURS * gap):
                found.append((node, other))
                break
    return np.array(found, dtype=int).reshape(-1, 2)


def open_borders(graph: Graph, country: np.ndarray) -> Graph:
    """Return the graph without the edges across closed borders."""
    return graph.edges(~closed(country, graph.u, graph.v))


def with_joins(graph: Graph, pairs: np.ndarray, what: str) -> Graph:
    """Return the graph with an edge of quality 2 across each gap."""
    km = np.maximum(gap_km(graph, pairs) * WINDING, SHORTEST_GAP_KM)
    print(f"repair: {len(pairs)} {what}, longest {km.max(initial=0.0):.1f} km")
    return simple(graph.with_edges(pairs[:, 0], pairs[:, 1], km, REPAIRED))


def close_gaps(graph: Graph, reach: Reach, country: np.ndarray, countries: Countries) -> Graph:
    """Return the graph with its gaps closed by edges of quality 2."""
    graph = open_borders(graph, country)
    dead_ends = dead_end_gaps(graph, reach.dead_end_km)
    dead_ends = on_land(graph, dead_ends, country, countries)
    graph = with_joins(graph, dead_ends, "dead ends closed")
    joins = component_gaps(graph, reach.component_km, ISLET_NODES, country, countries)
    graph = with_joins(graph, joins, "components joined")
    joins = component_gaps(graph, reach.large_km, LARGE_NODES, country, countries)
    return with_joins(graph, joins, "large components joined")
