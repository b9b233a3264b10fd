"""The shipped road and rail networks hold what their cards promise."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree
from shapely.geometry import shape

from data.catalogue import open_catalogue
from data.makers.graph import CITED, MEASURED, REPAIRED, great_circle_km
from data.makers.graph import unit_vectors as vectors
from data.network_schemas import FIXED_LINKS, GAUGE_STATIONS, RAIL_LINES

if TYPE_CHECKING:
    from data.schemas import Schema

NETWORK = Path(__file__).parents[2] / "data" / "network"
ODBL = NETWORK / "odbl"
ROAD_FACTOR, RAIL_FACTOR = 1.07, 1.08
GAUGE_CHANGE_KM = 500.0  # what a day lost at a gauge change is worth, as the router charges it
PLACES = {
    "Beijing": (39.90, 116.42),
    "Chicago": (41.83, -87.70),
    "Chongqing": (29.53, 106.46),
    "Delhi": (28.64, 77.22),
    "Duisburg": (51.40, 6.74),
    "Frankfurt": (50.11, 8.68),
    "Hong Kong": (22.32, 114.17),
    "London": (51.53, -0.12),
    "Los Angeles": (34.02, -118.20),
    "Madrid": (40.39, -3.66),
    "Moscow": (55.77, 37.66),
    "Mumbai": (18.97, 72.82),
    "Nairobi": (-1.37, 36.93),
    "Mombasa": (-4.06, 39.60),
    "Nanjing": (32.06, 118.79),
    "New York": (40.71, -74.00),
    "Palermo": (38.12, 13.36),
    "Paris": (48.88, 2.36),
    "Pudong": (31.15, 121.80),
    "Riyadh": (24.65, 46.74),
    "Seoul": (37.55, 126.97),
    "Singapore": (1.35, 103.82),
    "Stockholm": (59.33, 18.06),
    "Vladivostok": (43.11, 131.88),
    "Yiwu": (29.37, 120.04),
}


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """A shipped network as arrays."""

    lat: Any
    lon: Any
    country: Any
    gauge_mm: Any
    u: Any
    v: Any
    km: Any
    quality: Any
    label: Any

    @property
    def gauge_change(self) -> Any:
        return np.char.startswith(self.label.astype(str), "gauge:")

    def matrix(self, km: Any, kept: Any) -> Any:
        u, v, w = self.u[kept], self.v[kept], km[kept]
        ends = (np.concatenate([u, v]), np.concatenate([v, u]))
        return csr_matrix((np.concatenate([w, w]), ends), shape=(len(self.lat), len(self.lat)))

    def node(self, name: str) -> int:
        tree = cKDTree(vectors(self.lat, self.lon))
        lat, lon = PLACES[name]
        return int(tree.query(vectors(np.array([lat]), np.array([lon])))[1][0])

    def joined(self, a: str, b: str, kept: Any) -> bool:
        _, component = connected_components(self.matrix(self.km, kept), directed=False)
        return bool(component[self.node(a)] == component[self.node(b)])

    def way(self, a: str, b: str) -> tuple[float, list[int]]:
        """Return km and nodes of the way that a router takes which charges for gauge changes."""
        all_edges = np.ones(len(self.u), dtype=bool)
        cost = self.km + GAUGE_CHANGE_KM * self.gauge_change
        start, node = self.node(a), self.node(b)
        far, before = dijkstra(
            self.matrix(cost, all_edges), indices=start, return_predecessors=True
        )
        assert np.isfinite(far[node]), f"no way from {a} to {b}"
        changes, nodes = 0, [node]
        while node != start:
            node = int(before[node])
            changes += self.gauge_mm[node] != self.gauge_mm[nodes[-1]]
            nodes.append(node)
        return float(far[nodes[0]]) - GAUGE_CHANGE_KM * changes, nodes


@cache
def shipped(mode: str) -> Shipped:
    nodes = pq.read_table(ODBL / f"{mode}_nodes.parquet")
    edges = pq.read_table(ODBL / f"{mode}_edges.parquet")
    gauge = nodes["gauge_mm"].to_numpy() if mode == "rail" else np.zeros(nodes.num_rows, dtype=int)
    return Shipped(
        lat=nodes["lat"].to_numpy().astype(float),
        lon=nodes["lon"].to_numpy().astype(float),
        country=np.array(nodes["country"].to_pylist()),
        gauge_mm=gauge,
        u=edges["u"].to_numpy(),
        v=edges["v"].to_numpy(),
        km=edges["km"].to_numpy().astype(float),
        quality=edges["quality"].to_numpy(),
        label=np.array(edges["label"].to_pylist()),
    )


def rows(name: str) -> list[dict[str, str]]:
    with (NETWORK / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


BOTH = pytest.mark.parametrize("mode", ["road", "rail"])


@BOTH
def test_types_are_those_of_the_contract(mode: str) -> None:
    nodes = pq.read_schema(ODBL / f"{mode}_nodes.parquet")
    edges = pq.read_schema(ODBL / f"{mode}_edges.parquet")
    wanted = ["lat", "lon", "country", "gauge_mm"] if mode == "rail" else ["lat", "lon", "country"]
    assert nodes.names == wanted
    assert [str(nodes.field(n).type) for n in ("lat", "lon")] == ["float", "float"]
    assert edges.names == ["u", "v", "km", "quality", "label"]
    assert [str(edges.field(n).type) for n in edges.names[:4]] == [
        "int32",
        "int32",
        "float",
        "int8",
    ]


@pytest.mark.parametrize(("mode", "most_mb"), [("road", 9.5), ("rail", 3.0)])
def test_files_stay_small(mode: str, most_mb: float) -> None:
    size = sum((ODBL / f"{mode}_{part}.parquet").stat().st_size for part in ("nodes", "edges"))
    assert size <= most_mb * 1e6


@BOTH
def test_each_edge_stands_once_in_order_and_each_node_has_one(mode: str) -> None:
    net = shipped(mode)
    assert (net.u < net.v).all()
    key = net.u.astype(np.int64) * len(net.lat) + net.v
    assert (np.diff(key) > 0).all()
    assert set(np.unique(net.quality)) == {MEASURED, REPAIRED, CITED}
    assert len(np.unique(np.concatenate([net.u, net.v]))) == len(net.lat)
    assert all(len(code) == 2 and code.isupper() for code in np.unique(net.country))


@BOTH
def test_no_edge_is_shorter_than_the_great_circle(mode: str) -> None:
    net = shipped(mode)
    straight = great_circle_km(net.lat[net.u], net.lon[net.u], net.lat[net.v], net.lon[net.v])
    assert (net.km - straight).min() > -0.005


@BOTH
def test_labels_are_the_rows_of_the_tables(mode: str) -> None:
    wanted = {row["link_id"] for row in rows("fixed_links.csv") if row["mode"] == mode}
    if mode == "rail":
        wanted |= {f"gauge:{row['station_id']}" for row in rows("rail_gauge_stations.csv")}
        wanted |= {f"line:{row['line_id']}" for row in rows("rail_lines.csv")}
    net = shipped(mode)
    assert set(np.unique(net.label)) - {""} == wanted
    assert (net.quality[net.label != ""] == CITED).all()
    assert (net.label[net.quality == CITED] != "").all()


@pytest.mark.parametrize("schema", [FIXED_LINKS, GAUGE_STATIONS, RAIL_LINES])
def test_the_tables_of_facts_load_whole(schema: Schema) -> None:
    table = open_catalogue().table(f"network/{schema.name}.csv", schema)
    assert len(table.rows) == len(rows(f"{schema.name}.csv"))


def test_only_gauge_change_stations_join_two_gauges() -> None:
    net = shipped("rail")
    differs = net.gauge_mm[net.u] != net.gauge_mm[net.v]
    assert (differs == net.gauge_change).all()


@pytest.mark.parametrize("town", ["Stockholm", "London", "Palermo", "Singapore", "Hong Kong"])
def test_roads_reach_what_a_naive_network_loses(town: str) -> None:
    net = shipped("road")
    assert net.joined("Frankfurt", town, np.ones(len(net.u), dtype=bool))


@pytest.mark.parametrize("town", ["New York", "Seoul"])
def test_no_road_crosses_an_ocean_or_a_closed_border(town: str) -> None:
    net = shipped("road")
    assert not net.joined("Frankfurt", town, np.ones(len(net.u), dtype=bool))


@pytest.mark.parametrize(
    ("mode", "link", "town"),
    [
        ("road", "channel_tunnel", "London"),
        ("rail", "channel_tunnel", "London"),
        ("road", "messina_ferry", "Palermo"),
        ("rail", "messina_ferry", "Palermo"),
    ],
)
def test_closing_a_link_cuts_what_lies_behind_it(mode: str, link: str, town: str) -> None:
    net = shipped(mode)
    assert net.joined("Paris", town, np.ones(len(net.u), dtype=bool))
    assert not net.joined("Paris", town, net.label != link)


def test_without_gauge_changes_no_train_reaches_europe_from_china() -> None:
    net = shipped("rail")
    assert net.joined("Moscow", "Vladivostok", ~net.gauge_change)
    assert not net.joined("Yiwu", "Duisburg", ~net.gauge_change)


@pytest.mark.parametrize(
    ("a", "b", "least", "most"),
    [("Nanjing", "Pudong", 320, 360), ("Frankfurt", "Madrid", 1780, 1880)],
)
def test_road_distances_are_near_the_published_ones(a: str, b: str, least: int, most: int) -> None:
    assert least <= ROAD_FACTOR * shipped("road").way(a, b)[0] <= most


@pytest.mark.parametrize(
    ("a", "b", "published", "within"),
    [
        ("Yiwu", "Madrid", 13052, 0.05),
        ("Chongqing", "Duisburg", 11179, 0.07),
        ("Los Angeles", "Chicago", 3592, 0.03),
        ("Moscow", "Vladivostok", 9289, 0.05),
        ("Delhi", "Mumbai", 1386, 0.06),
        ("Mombasa", "Nairobi", 472, 0.10),
    ],
)
def test_rail_distances_are_near_the_published_ones(
    a: str, b: str, published: int, within: float
) -> None:
    km, _ = shipped("rail").way(a, b)
    assert RAIL_FACTOR * km == pytest.approx(published, rel=within)


def test_a_train_to_vladivostok_stays_in_russia() -> None:
    net = shipped("rail")
    _, nodes = net.way("Moscow", "Vladivostok")
    assert set(net.country[nodes]) == {"RU"}


def test_the_notice_names_the_owners_and_the_licence() -> None:
    notice = (ODBL / "NOTICE.md").read_text(encoding="utf-8")
    assert "(c) OpenStreetMap contributors, ODbL 1.0" in notice
    for name in ("road_nodes", "road_edges", "rail_nodes", "rail_edges"):
        assert 'licence = "ODbL-1.0"' in (ODBL / f"{name}.toml").read_text(encoding="utf-8")


def test_airspace_cells_lie_over_their_country() -> None:
    cells = pq.read_table(NETWORK / "airspace_cells.parquet").to_pylist()
    country = {(cell["lat"], cell["lon"]): cell["country"] for cell in cells}
    assert len(country) == len(cells)
    assert country[50, 8] == "DE"
    assert country[55, 37] == country[60, 100] == "RU"
    assert country[40, -100] == "US"
    assert (40, -40) not in country


def test_outlines_are_valid_and_carry_iso_codes() -> None:
    document = json.loads((NETWORK / "countries_110m.geojson").read_text(encoding="utf-8"))
    outlines = {f["properties"]["iso"]: shape(f["geometry"]) for f in document["features"]}
    assert len(outlines) == len(document["features"]) >= 170
    assert {"CN", "FR", "KZ", "RU", "TW", "US", "XK"} <= set(outlines)
    assert outlines["RU"].contains(shapely.Point(100, 60))
    assert all(outline.is_valid for outline in outlines.values())
