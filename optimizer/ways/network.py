"""The way between two points by one mode, over a shipped network, under any closures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import OffNetworkError, RouteError
from optimizer.ways.graph import MEASURED
from optimizer.ways.route import Conditions, Route, geodesic_km, simplified

if TYPE_CHECKING:
    from optimizer.ways.graph import Graph, Snap, Tree
    from optimizer.ways.route import Spot

_ROUTES = 4096  # ways that are kept at hand: scenarios ask for the same ones
_VARIANTS = 8  # networks under closures that are kept at hand
_DETOUR = 1.8  # first search: this much longer than the great circle, and
_DETOUR_KM = 150.0  # this much more; then everywhere
_LONG_CONNECTOR_SHARE = 0.1  # a way whose ends are off the network by more is an estimate
_LONG_CONNECTOR_KM = 25.0
_SHORT_KM = 80.0  # below, several nodes near each end are tried:
_CHOICE_KM, _CHOICES = 4.0, 10  # not much farther than the nearest, and so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far points may be from the network, and how their connection is measured."""

    snap_km: float
    connector_factor: float  # driven km per great-circle km off the network


@dataclass(frozen=True)
class Network:
    """One mode's network: routes, and what a search found before."""

    mode: str
    graph: Graph
    reach: Reach
    _variants: dict[Conditions, Graph] = field(default_factory=dict, repr=False)
    _routes: dict[tuple[float, float, float, float, Conditions], Route] = field(
        default_factory=dict, repr=False
    )

    def under(self, conditions: Conditions) -> Graph:
        """Return the graph without what is closed; the latest few are kept."""
        key = Conditions(
            closed=conditions.closed & set(self.graph.labels),
            countries=conditions.countries & set(self.graph.countries),
        )
        if key not in self._variants:
            while len(self._variants) >= _VARIANTS:
                self._variants.pop(next(iter(self._variants)), None)
            self._variants[key] = self.graph.under(key)
        return self._variants[key]

    def route(self, origin: Spot, destination: Spot, conditions: Conditions) -> Route:
        """Return the shortest way, connections at both ends included.

        Raises
        ------
        OffNetworkError
            naming the end that no network reaches.
        RouteError
            naming what is closed.
        """
        key = (origin.lon, origin.lat, destination.lon, destination.lat, conditions)
        if key not in self._routes:
            while len(self._routes) >= _ROUTES:
                self._routes.pop(next(iter(self._routes)), None)
            self._routes[key] = self._searched(origin, destination, conditions)
        return self._routes[key]

    def _searched(self, origin: Spot, destination: Spot, conditions: Conditions) -> Route:
        graph = self.under(conditions)
        start, end = self._ends(graph, origin, destination, conditions)
        straight = geodesic_km((origin.lon, origin.lat), (destination.lon, destination.lat))
        if straight <= _SHORT_KM:
            start, end = self._best_ends(graph, (origin, destination), (start, end))
        tree = graph.tree(start.node, straight * _DETOUR + _DETOUR_KM)
        if not np.isfinite(tree.km[end.node]):
            tree = graph.tree(start.node, np.inf)
        return self._route(graph, tree, end.node, (origin, destination))

    def _best_ends(
        self, graph: Graph, spots: tuple[Spot, Spot], nearest: tuple[Snap, Snap]
    ) -> tuple[Snap, Snap]:
        """Return the nodes by which a short way is shortest: the nearest may lie across a barrier.

        On a short way the choice of the first node matters as much as all the rest; on a long one
        the nearest will do.
        """
        starts, ends = (
            graph.near(spot.lon, spot.lat, snap.km + _CHOICE_KM, snap)[:_CHOICES]
            for spot, snap in zip(spots, nearest, strict=True)
        )
        factor = self.reach.connector_factor
        limit = _SHORT_KM * _DETOUR + _DETOUR_KM
        best = (np.inf, nearest)
        for start in starts:
            km = graph.tree(start.node, limit).km
            for end in ends:
                total = float(km[end.node]) + factor * (start.km + end.km)
                if total < best[0]:
                    best = (total, (start, end))
        return best[1]

    def _ends(
        self, graph: Graph, origin: Spot, destination: Spot, conditions: Conditions
    ) -> tuple[Snap, Snap]:
        """Return the nodes for both ends, on one connected part of the network."""
        where = f"{self.mode} {origin.hub_id}-{destination.hub_id}"
        found = []
        for spot in (origin, destination):
            snaps = {s.component: s for s in graph.snaps(spot.lon, spot.lat, self.reach.snap_km)}
            if not snaps:
                off = f"no {self.mode} network within {self.reach.snap_km:g} km of {spot.hub_id}"
                raise OffNetworkError(f"{where}: {off} ({conditions})")
            found.append(snaps)
        common = sorted(
            (found[0][c].km + found[1][c].km, c) for c in found[0].keys() & found[1].keys()
        )
        if not common:
            raise RouteError(
                f"{where}: no way ({conditions}): the {self.mode} networks at both ends are not "
                "connected, or only across a border that freight does not cross"
            )
        return found[0][common[0][1]], found[1][common[0][1]]

    def _route(self, graph: Graph, tree: Tree, end: int, spots: tuple[Spot, Spot]) -> Route:
        nodes = tree.nodes_to(end)
        edges = graph.edges_along(nodes) if len(nodes) > 1 else np.zeros(0, np.int64)
        line = graph.line(nodes)
        ends = [(s.lon, s.lat) for s in spots]
        off = geodesic_km(ends[0], line[0]) + geodesic_km(line[-1], ends[1])
        km = float(graph.km[edges].sum()) + off * self.reach.connector_factor
        least = geodesic_km(ends[0], ends[1])
        if not least > 0:
            names = f"{self.mode} {spots[0].hub_id}-{spots[1].hub_id}"
            raise RouteError(f"{names}: both at the same place")
        return Route(
            # A network is drawn with fewer bends than the ground has: never below the geodesic.
            distance_km=round(max(km, least), 3),
            distance_kind="sfd",
            evidence=self._evidence(graph, edges, off, km),
            passages=graph.labels_along(edges),
            countries=graph.countries_along(nodes),
            geometry=simplified((ends[0], *line, ends[1])),
        )

    @staticmethod
    def _evidence(graph: Graph, edges: np.ndarray, off_km: float, km: float) -> str:
        if off_km > max(_LONG_CONNECTOR_KM, _LONG_CONNECTOR_SHARE * km):
            return "estimated"
        if len(edges) and int(graph.evidence[edges].max()) > MEASURED:
            return "repaired"
        return "measured"
