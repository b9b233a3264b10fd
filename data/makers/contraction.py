"""Make an overland graph small: drop spurs and scraps, contract chains, order nodes by place.

A chain of nodes of degree 2 becomes one edge. Nodes stay where the straight line would be more
than two kilometres off, so that nodes alone draw the map.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from data.makers.graph import Graph, simple
from data.makers.repair import neighbours

if TYPE_CHECKING:
    from collections.abc import Iterator

SHAPE_KM = 2.0
DEGREE_KM = 111.2
MORTON_BITS = 16
THROUGH = 2  # the degree of a node in the middle of a chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A way through nodes of degree 2: its nodes, its length, its worst quality."""

    nodes: list[int]
    km: float
    quality: int


def chains(graph: Graph, fixed: np.ndarray) -> Iterator[Chain]:
    """Yield each chain between nodes that stay: junctions, dead ends and the fixed ones."""
    near = neighbours(graph)
    quality = edge_quality(graph)
    stays = fixed | (graph.degrees() != THROUGH)
    for start in np.flatnonzero(stays).tolist():
        for step, first_km in near[start]:
            nodes, km = [start, step], first_km
            while not stays[nodes[-1]]:
                (a, a_km), (b, b_km) = near[nodes[-1]]
                node, more = (b, b_km) if a == nodes[-2] else (a, a_km)
                nodes.append(node)
                km += more
            if (nodes[0], nodes[1]) < (nodes[-1], nodes[-2]):  # each chain once
                worst = max(quality.get(pair, 1) for pair in pairs_of(nodes))
                yield Chain(nodes=nodes, km=km, quality=worst)


def pairs_of(nodes: list[int]) -> list[tuple[int, int]]:
    """Return the ends of each step of a way, in order."""
    return [(min(a, b), max(a, b)) for a, b in pairwise(nodes)]


def edge_quality(graph: Graph) -> dict[tuple[int, int], int]:
    """Return the quality of the edges that are not simply measured."""
    special = np.flatnonzero(graph.quality > 1)
    ends = zip(graph.u[special].tolist(), graph.v[special].tolist(), strict=True)
    return dict(zip(ends, graph.quality[special].tolist(), strict=True))


def compact(graph: Graph, keep: np.ndarray) -> tuple[Graph, np.ndarray]:
    """Return the graph of the kept nodes, renumbered, and their old numbers."""
    old = np.flatnonzero(keep)
    new = np.full(graph.size, -1)
    new[old] = np.arange(len(old))
    graph = graph.edges(keep[graph.u] & keep[graph.v])
    moved = replace(graph, lat=graph.lat[old], lon=graph.lon[old], u=new[graph.u], v=new[graph.v])
    return moved, old


def without_spurs(graph: Graph, spur_km: float, fixed: np.ndarray) -> Graph:
    """Return the graph without short ways that end blind, edges only."""
    while True:
        degree = graph.degrees()
        gone: set[tuple[int, int]] = set()
        for chain in chains(graph, fixed):
            ends = chain.nodes[0], chain.nodes[-1]
            blind = [end for end in ends if degree[end] == 1 and not fixed[end]]
            if len(blind) == 1 and chain.km < spur_km:
                gone.update(pairs_of(chain.nodes))
        if not gone:
            return graph
        ends_of = zip(graph.u.tolist(), graph.v.tolist(), strict=True)
        graph = graph.edges(np.array([pair not in gone for pair in ends_of]))


def bends(lat: np.ndarray, lon: np.ndarray) -> list[int]:
    """Return which points of a line to keep so that none is far off (Douglas and Peucker)."""
    lon = np.unwrap(lon, period=360.0)
    x = lon * np.cos(np.radians(lat.mean())) * DEGREE_KM
    y = lat * DEGREE_KM
    kept, todo = {0, len(lat) - 1}, [(0, len(lat) - 1)]
    while todo:
        a, b = todo.pop()
        if b - a < THROUGH:
            continue
        dx, dy = x[b] - x[a], y[b] - y[a]
        px, py = x[a + 1 : b] - x[a], y[a + 1 : b] - y[a]
        square = dx * dx + dy * dy
        along = np.clip((px * dx + py * dy) / square, 0, 1) if square else np.zeros(len(px))
        off = np.hypot(px - along * dx, py - along * dy)
        worst = int(np.argmax(off))
        if off[worst] > SHAPE_KM:
            middle = a + 1 + worst
            kept.add(middle)
            todo += [(a, middle), (middle, b)]
    return sorted(kept)


def shortest_chains(graph: Graph, fixed: np.ndarray) -> list[Chain]:
    """Return the shortest of the chains between each two junctions."""
    best: dict[tuple[int, int], Chain] = {}
    for chain in chains(graph, fixed):
        ends = min(chain.nodes[0], chain.nodes[-1]), max(chain.nodes[0], chain.nodes[-1])
        if ends[0] != ends[1] and (ends not in best or chain.km < best[ends].km):
            best[ends] = chain
    return list(best.values())


def contracted(graph: Graph, fixed: np.ndarray) -> Graph:
    """Return the graph with chains contracted to edges between junctions and bends.

    Labelled edges must join fixed nodes; they stay as they are.
    """
    pairs = zip(graph.u.tolist(), graph.v.tolist(), strict=True)
    km_of = dict(zip(pairs, graph.km.tolist(), strict=True))
    quality, label = edge_quality(graph), labels_of(graph)
    rows = []
    for chain in shortest_chains(graph, fixed):
        points = np.array(chain.nodes)
        for a, b in pairwise(bends(graph.lat[points], graph.lon[points])):
            steps = pairs_of(chain.nodes[a : b + 1])
            km = sum(km_of[pair] for pair in steps)
            worst = max(quality.get(pair, 1) for pair in steps)
            name = label.get(steps[0], "") if len(steps) == 1 else ""
            rows.append((chain.nodes[a], chain.nodes[b], km, worst, name))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return simple(
        replace(
            graph,
            u=columns[0],
            v=columns[1],
            km=columns[2],
            quality=columns[3].astype(np.int8),
            label=columns[4].astype(object),
        )
    )


def labels_of(graph: Graph) -> dict[tuple[int, int], str]:
    """Return the labels of the edges that have one."""
    named = np.flatnonzero(graph.label != "")
    ends = zip(graph.u[named].tolist(), graph.v[named].tolist(), strict=True)
    return dict(zip(ends, graph.label[named].tolist(), strict=True))


def spread(value: np.ndarray) -> np.ndarray:
    """Return numbers of 16 bits with a zero between every two bits."""
    out = value.astype(np.uint64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        out = (out | (out << np.uint64(shift))) & np.uint64(mask)
    return out


def morton_order(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Return the nodes along a Morton curve: neighbours on the map lie close in memory."""
    top = 2**MORTON_BITS - 1
    x = np.clip((lon + 180.0) / 360.0 * top, 0, top).astype(np.uint64)
    y = np.clip((lat + 90.0) / 180.0 * top, 0, top).astype(np.uint64)
    key = spread(x) | (spread(y) << np.uint64(1))
    return np.lexsort((lon, lat, key))


def in_place_order(graph: Graph) -> tuple[Graph, np.ndarray]:
    """Return the graph with nodes in Morton order and edges by their ends, and the old numbers."""
    order = morton_order(graph.lat, graph.lon)
    rank = np.empty(graph.size, dtype=np.int64)
    rank[order] = np.arange(graph.size)
    moved = replace(
        graph, lat=graph.lat[order], lon=graph.lon[order], u=rank[graph.u], v=rank[graph.v]
    )
    return simple(moved), order
