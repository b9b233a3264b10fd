"""Make the rail network: `python -m data.makers.rails WHEEL FOLDER`.

WHEEL is scgraph_data-2.0.0-py3-none-any.whl (`pip download scgraph-data==2.0.0 --no-deps`), FOLDER
holds countries-10m.json of world-atlas 2.0.2 (see countries.py). Needs the `build-data` extra.

Gaps are closed, missing main lines added from rail_lines.csv, and every edge from one gauge to
another is cut; what joins the gauges are the stations of rail_gauge_stations.csv and nothing else.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data.makers.cards import read_rows
from data.makers.countries import read_countries
from data.makers.gauges import cut, gauge_of, with_stations
from data.makers.graph import CITED, Graph, great_circle_km, nearest_node, simple
from data.makers.overland import (
    NETWORK,
    Kept,
    ends_of_labels,
    small,
    with_fixed_links,
    write_network,
)
from data.makers.repair import Reach, close_gaps
from data.makers.scgraph import read_graph

if TYPE_CHECKING:
    from data.makers.polygons import Countries

REACH = Reach(component_km=4.0, dead_end_km=3.0, large_km=12.0)
KEPT = Kept(fewest_nodes=50, island_nodes=8, spur_km=2.0)
LINE_SNAP_KM = 5.0  # a station of a cited line is the node of the network that is so close
FEWEST_NODES = 20

Columns = dict[str, np.ndarray]


def stations(text: str) -> list[tuple[str, float, float]]:
    """Return (name, lat, lon) of each station of `name lat lon|name lat lon`."""
    parts = [station.rsplit(" ", 2) for station in text.split("|")]
    return [(name, float(lat), float(lon)) for name, lat, lon in parts]


def with_line(
    graph: Graph, columns: Columns, row: dict[str, str], countries: Countries
) -> tuple[Graph, Columns]:
    """Return the graph with a cited line, its km shared out by the straight ways.

    A station takes the node of its gauge that is close, or becomes a node of its own.
    """
    gauge = int(row["gauge_mm"])
    component, size = graph.components()
    on_network = (size[component] >= FEWEST_NODES) | ends_of_labels(graph)
    served = np.flatnonzero((columns["gauge_mm"] == gauge) & on_network)
    nodes = []
    for _, lat, lon in stations(row["stations"]):
        node, gap = nearest_node(graph, served, lat, lon)
        if gap > LINE_SNAP_KM:
            node = graph.size
            graph = graph.with_nodes([lat], [lon])
            country = countries.at(np.array([lat]), np.array([lon]))
            columns = {
                "country": np.concatenate([columns["country"], country]),
                "gauge_mm": np.append(columns["gauge_mm"], np.int16(gauge)),
            }
        nodes.append(node)
    u, v = np.array(nodes[:-1]), np.array(nodes[1:])
    straight = great_circle_km(graph.lat[u], graph.lon[u], graph.lat[v], graph.lon[v])
    km = np.maximum(straight * float(row["km"]) / straight.sum(), straight)
    return simple(graph.with_edges(u, v, km, CITED, f"line:{row['line_id']}")), columns


def main(wheel: Path, folder: Path) -> None:
    """Write rail_nodes.parquet and rail_edges.parquet."""
    countries = read_countries(folder)
    graph = read_graph(wheel, "world_railways")
    country = countries.at(graph.lat, graph.lon)
    graph = close_gaps(graph, REACH, country, countries)
    graph = with_fixed_links(graph, "rail", FEWEST_NODES)
    columns = {"country": country, "gauge_mm": gauge_of(country, graph.lat, graph.lon)}
    for row in read_rows(NETWORK / "rail_lines.csv"):
        graph, columns = with_line(graph, columns, row, countries)
    parted = cut(graph, columns["gauge_mm"])
    print(f"{len(graph.u) - len(parted.u)} edges across gauges cut")
    graph = with_stations(graph, parted, columns["country"], columns["gauge_mm"])
    write_network("rail", *small(graph, KEPT, columns))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
