"""Say which track gauge each country's main freight network has, and cut the borders between.

One gauge for a country is a simplification: Queensland's 1067 mm in Australia, the metre-gauge
lines of Argentina and Brazil, Spain's standard-gauge high-speed lines, Poland's broad-gauge line
to Slawkow and Japan's Shinkansen are not told apart, unless rail_lines.csv has them. Facts of
common knowledge, from memory; 1520 stands for 1520 and 1524 mm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import dijkstra

from data.makers.cards import read_rows
from data.makers.graph import CITED, great_circle_km, nearest_node, simple
from data.makers.overland import NETWORK, ends_of_labels
from data.makers.repair import SHORTEST_GAP_KM, WINDING

if TYPE_CHECKING:
    from data.makers.graph import Graph

STANDARD_MM = 1435
# Every country that is not named here has standard gauge or no railway.
BY_GAUGE_MM = {
    914: "CO GT SV HN",
    1000: "BF BJ BO CI CM KE KH MG ML MM MY NE SG SN TG TH TN UG VN",
    1050: "JO",
    1067: "AO BW CD CG CR EC GH ID JP LS MW MZ NA NG NZ PH SD SS SZ TW TZ ZA ZM ZW",
    1520: "AF AM AZ BY EE FI GE KG KZ LT LV MD MN RU TJ TM UA UZ",
    1600: "BR IE",
    1668: "ES PT",
    1676: "AR BD CL IN LK NP PK",
}
# Northern Ireland shares the Irish gauge; no British line lies in this box.
NORTHERN_IRELAND = (54.0, 55.4, -8.2, -5.4)
IRISH_MM = 1600
STATION_KM = 95.0  # in the steppe the source draws a hundred km of track as one edge
FEWEST_NODES = 20  # a station stands on a network, not on a scrap of track
FAR_ROUND, LEAST_SEARCH_KM = 3.0, 15.0


def gauge_table() -> dict[str, int]:
    """Return the gauge in mm by country."""
    return {code: mm for mm, codes in BY_GAUGE_MM.items() for code in codes.split()}


def gauge_of(country: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Return the gauge in mm at each node."""
    table = gauge_table()
    found = np.array([table.get(code, STANDARD_MM) for code in country.tolist()], dtype=np.int16)
    south, north, west, east = NORTHERN_IRELAND
    irish = (country == "GB") & (lat > south) & (lat < north) & (lon > west) & (lon < east)
    found[irish] = IRISH_MM
    return found


def cut(graph: Graph, gauge_mm: np.ndarray) -> Graph:
    """Return the graph without the edges that cross from one gauge to another."""
    return graph.edges(gauge_mm[graph.u] == gauge_mm[graph.v])


def with_stations(whole: Graph, graph: Graph, country: np.ndarray, gauge_mm: np.ndarray) -> Graph:
    """Return the cut graph with an edge at each gauge-change station.

    Its length is the way between the two stations on the whole graph, before the cuts.
    """
    rows = read_rows(NETWORK / "rail_gauge_stations.csv")
    component, size = graph.components()
    served = (size[component] >= FEWEST_NODES) | ends_of_labels(graph)
    for row in rows:
        ends, gaps = [], []
        for side in ("a", "b"):
            fits = (country == row[f"{side}_country"]) & served
            fits &= gauge_mm == int(row[f"{side}_gauge_mm"])
            place = float(row[f"{side}_lat"]), float(row[f"{side}_lon"])
            node, gap = station_node(whole, np.flatnonzero(fits), place, row["station_id"])
            ends.append(node)
            gaps.append(round(gap, 1))
        km = way_km(whole, *ends)
        label = f"gauge:{row['station_id']}"
        print(f"{label}: {km:.1f} km, tracks {gaps} km from the stations")
        u, v = np.array(ends[:1]), np.array(ends[1:])
        graph = graph.with_edges(u, v, np.array([km]), CITED, label)
    return simple(graph)


def station_node(
    graph: Graph, among: np.ndarray, place: tuple[float, float], what: str
) -> tuple[int, float]:
    """Return the node nearest to a station and its distance, or refuse one far from any track."""
    node, gap = nearest_node(graph, among, *place)
    if gap > STATION_KM:
        raise ValueError(f"{what}: nearest track to {place} is {gap:.1f} km off")
    return node, gap


def way_km(graph: Graph, a: int, b: int) -> float:
    """Return the way between two nodes, or a winding straight line if it goes far round."""
    straight = float(great_circle_km(graph.lat[a], graph.lon[a], graph.lat[b], graph.lon[b]))
    limit = FAR_ROUND * straight + LEAST_SEARCH_KM
    km = float(dijkstra(graph.matrix(), indices=a, limit=limit)[b])
    return km if np.isfinite(km) else max(WINDING * straight, SHORTEST_GAP_KM)
