"""Measure the way between two places, by mode, offline; no route is an error, never 0 km."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from data.factor_schemas import PARAMETERS
from data.network_schemas import (
    CLOSED_BORDERS,
    FIXED_LINKS,
    GAUGE_STATIONS,
    PASSAGES,
    RAIL_SERVICES,
    REGIONS,
)
from optimizer.errors import OffNetworkError, RouteError
from optimizer.ways.airspace import Airspace
from optimizer.ways.graph import Graph
from optimizer.ways.island import Islands
from optimizer.ways.network import Network, Reach
from optimizer.ways.route import OPEN, Conditions, Route, geodesic_km, great_circle_line
from optimizer.ways.waterway import waterways

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.catalogue import Catalogue
    from data.tables import Row
    from optimizer.ways.route import Spot

# Canals a voyage passes only if its service says so; straits stay open unless a scenario closes
# them. Arctic lanes are no commercial container route and stay shut.
CANALS = frozenset({"suez", "babalmandab", "panama"})
ALWAYS_CLOSED = frozenset({"northwest", "northeast", "bering"})
CUSTOMS_UNION = "eu_customs_union"
NETWORK_MODES = ("sea", "road", "rail", "iww")
_STEMS = {
    "sea": "network/sea",
    "road": "network/odbl/road",
    "rail": "network/odbl/rail",
}


class Router(Protocol):
    """Anything that can measure a way between two places."""

    def route(
        self, origin: Spot, destination: Spot, mode: str, conditions: Conditions = OPEN
    ) -> Route:
        """Return the way by that mode under these conditions, or raise RouteError."""
        ...


@dataclass(frozen=True)
class WorldRouter:
    """The shipped networks: sea, road, rail and inland waterway; great circles for air.

    Networks are read when first asked for and kept; one router serves any number of threads that
    only read.
    """

    catalogue: Catalogue

    @cached_property
    def parameters(self) -> Mapping[str, float]:
        """Factors between network and driven kilometres, and reaches, by name."""
        rows = self.catalogue.table("network/parameters.csv", PARAMETERS).rows
        return {row["parameter"]: row["value"] for row in rows}

    @cached_property
    def passages(self) -> Mapping[str, Mapping[str, float | None]]:
        """Limits, delays and tolls of sea passages, by label."""
        rows = self.catalogue.table("network/passages.csv", PASSAGES).rows
        return {row["passage"]: row for row in rows}

    @cached_property
    def sea(self) -> Network:
        """Sea lanes with passage labels."""
        return self._network("sea", Graph.load(self.catalogue, _STEMS["sea"], label="passage"))

    @cached_property
    def road(self) -> Network:
        """Trunk and primary roads."""
        return self._network("road", self._overland("road"))

    @cached_property
    def rail(self) -> Network:
        """Railways, cut where the gauge changes and joined where freight changes it."""
        return self._network("rail", self._overland("rail"))

    @cached_property
    def iww(self) -> Network:
        """Inland waterways by river kilometre."""
        return self._network("iww", waterways(self.catalogue))

    @cached_property
    def _gauge_stations(self) -> tuple[Row, ...]:
        return self.catalogue.table("network/rail_gauge_stations.csv", GAUGE_STATIONS).rows

    @cached_property
    def closable(self) -> frozenset[str]:
        """Every name that a closure of passages may use: at sea, and of fixed links and gauges."""
        links = self.catalogue.table("network/fixed_links.csv", FIXED_LINKS).rows
        return frozenset(
            (
                *self.passages,
                *(row["link_id"] for row in links),
                *(f"gauge:{row['station_id']}" for row in self._gauge_stations),
            )
        )

    def closed_borders(self, mode: str) -> frozenset[frozenset[str]]:
        """Pairs of countries between which freight of a mode does not cross by land."""
        rows = self.catalogue.table("network/closed_borders.csv", CLOSED_BORDERS).rows
        return frozenset(
            frozenset((r["country_a"], r["country_b"])) for r in rows if mode in r["modes"]
        )

    @cached_property
    def customs_union(self) -> frozenset[str]:
        """Countries without customs between them."""
        rows = self.catalogue.table("network/regions.csv", REGIONS).rows
        return next(frozenset(r["countries"]) for r in rows if r["region"] == CUSTOMS_UNION)

    @cached_property
    def airspace(self) -> Airspace:
        """The grid on which flights go round closed airspace."""
        return Airspace(self.catalogue)

    @cached_property
    def _islands(self) -> Islands:
        return Islands(self.catalogue, self.parameters["island_road_km_per_gcd_km"])

    @cached_property
    def _published(self) -> Mapping[frozenset[str], float]:
        """Published distances of named rail services, by both towns."""
        rows = self.catalogue.table("network/rail_services.csv", RAIL_SERVICES).rows
        return {
            frozenset((_town(r["origin_hub"]), _town(r["destination_hub"]))): r["published_km"]
            for r in rows
        }

    def published_km(self, hub_a: str, hub_b: str) -> float | None:
        """Return the published distance of a named service between the towns of two terminals.

        Terminals of one town share it: the train runs from one of them, and a truck's way between
        them is no reason for another length.
        """
        return self._published.get(frozenset((_town(hub_a), _town(hub_b))))

    def network(self, mode: str) -> Network:
        """Return the network of a mode that has one."""
        found: Network = getattr(self, mode)
        return found

    def delays_h(self, mode: str) -> Mapping[str, float]:
        """Return hours lost at each labelled passage or gauge change of a mode."""
        if mode == "sea":
            return {name: row["delay_h"] or 0.0 for name, row in self.passages.items()}
        if mode == "rail":
            return {f"gauge:{r['station_id']}": r["hours"] or 0.0 for r in self._gauge_stations}
        return {}

    def tolls(self, mode: str) -> Mapping[str, float]:
        """Return what each passage costs: EUR per TEU at sea, EUR per tonne at a gauge change."""
        if mode == "sea":
            return {name: row["toll_eur_per_teu"] or 0.0 for name, row in self.passages.items()}
        if mode == "rail":
            return {
                f"gauge:{r['station_id']}": r["cost_per_t"] or 0.0 for r in self._gauge_stations
            }
        return {}

    def fingerprints(self, mode: str) -> tuple[str, ...]:
        """Return the hashes of the tables behind a mode's network."""
        paths = (
            [f"{_STEMS[mode]}_{part}.parquet" for part in ("nodes", "edges")]
            if mode in _STEMS
            else [f"network/waterway_{part}.csv" for part in ("points", "junctions")]
        )
        paths += ["network/closed_borders.csv", "network/regions.csv"]
        return tuple(self.catalogue.card(path)[0].sha256 for path in paths)

    def route(
        self, origin: Spot, destination: Spot, mode: str, conditions: Conditions = OPEN
    ) -> Route:
        """Return the way by that mode.

        Raises
        ------
        RouteError
            if the mode has no router here, no network reaches an end, or every way is closed.
        """
        if mode == "air":
            return _flight(origin, destination)
        if mode not in NETWORK_MODES:
            names = f"{mode} {origin.hub_id}-{destination.hub_id}"
            raise RouteError(f"{names}: no router for {mode}, wanted air or {NETWORK_MODES}")
        if mode == "road" and _at_one_point(origin, destination):
            return Route(
                distance_km=self.parameters["same_point_road_km"],
                distance_kind="sfd",
                evidence="estimated",
                geometry=((origin.lon, origin.lat), (destination.lon, destination.lat)),
            )
        under = self.conditions(mode, conditions)
        try:
            found = self.network(mode).route(origin, destination, under)
        except OffNetworkError:
            island = self._island(origin, destination, mode, under)
            if island is None:
                raise
            return island
        published = self._published_km(origin, destination, mode, under)
        if published is None:
            return found
        return replace(found, distance_km=published, distance_kind="actual", evidence="published")

    def conditions(self, mode: str, asked: Conditions) -> Conditions:
        """Return what matters to a mode: for ships also what they do not fit, and the Arctic."""
        if mode != "sea":
            graph = self.network(mode).graph
            return Conditions(
                closed=asked.closed & frozenset(graph.labels),
                countries=asked.countries & frozenset(graph.countries),
            )
        too_small = {
            name
            for name, row in self.passages.items()
            if _exceeds(asked.draft_m, row["max_draft_m"])
            or _exceeds(asked.beam_m, row["max_beam_m"])
        }
        return Conditions(closed=asked.closed | ALWAYS_CLOSED | too_small)

    def _overland(self, mode: str) -> Graph:
        factor = self.parameters[f"{mode}_km_per_network_km"]
        graph = Graph.load(self.catalogue, _STEMS[mode], label="label", km_factor=factor)
        graph = graph.without_crossings(self.closed_borders(mode))
        return graph if mode == "road" else self._reluctant(graph)

    def _reluctant(self, graph: Graph) -> Graph:
        """Return railways on which no way crosses a border, or changes gauge, to save a little."""
        union = self.customs_union
        zone = np.array(["EU" if c in union else c for c in graph.countries])[graph.country]
        crossing = zone[graph.u] != zone[graph.v]
        changing = np.array([n.startswith("gauge:") for n in graph.labels])[graph.label]
        added = np.where(crossing, self.parameters["rail_border_reluctance_km"], 0.0)
        added += np.where(changing, self.parameters["rail_gauge_reluctance_km"], 0.0)
        return replace(graph, reluctance_km=added)

    def _network(self, mode: str, graph: Graph) -> Network:
        reach = Reach(
            snap_km=self.parameters[f"{mode}_snap_km"],
            connector_factor=self.parameters[f"{mode}_connector_km_per_gcd_km"],
        )
        return Network(mode, graph, reach)

    def _island(
        self, origin: Spot, destination: Spot, mode: str, under: Conditions
    ) -> Route | None:
        """Return an estimate where no road is mapped; a closed way is no reason to estimate."""
        if mode != "road" or under.closed or under.countries:
            return None
        return self._islands.route(origin, destination)

    def _published_km(
        self, origin: Spot, destination: Spot, mode: str, under: Conditions
    ) -> float | None:
        if mode != "rail" or under.closed or under.countries:
            return None
        return self.published_km(origin.hub_id, destination.hub_id)


@lru_cache(maxsize=2)
def open_router(catalogue: Catalogue) -> WorldRouter:
    """Return the router over a catalogue, the same one each time: networks are read once."""
    return WorldRouter(catalogue)


def _at_one_point(a: Spot, b: Spot) -> bool:
    """Tell two places apart of which we know no more than the town."""
    return a.hub_id != b.hub_id and (a.lat, a.lon) == (b.lat, b.lon)


def _town(hub_id: str) -> str:
    """Return the UN/LOCODE in the id of a terminal, or an id that is none as it stands.

    >>> _town("CNCQI-RAIL-TUANJIECUN")
    'CNCQI'
    """
    town, mark, _ = hub_id.partition("-RAIL")
    return town if mark else hub_id


def _exceeds(size: float | None, limit: float | None) -> bool:
    return size is not None and limit is not None and size > limit


def _flight(origin: Spot, destination: Spot) -> Route:
    a, b = (origin.lon, origin.lat), (destination.lon, destination.lat)
    great_circle = geodesic_km(a, b)
    if not great_circle > 0:
        raise RouteError(f"air {origin.hub_id}-{destination.hub_id}: both at the same place")
    return Route(
        distance_km=great_circle,
        distance_kind="gcd",
        evidence="measured",
        geometry=great_circle_line(a, b),
    )
