"""Tools that the makers of roads and rails share: fixed links, numbering, Parquet, totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from data.makers.cards import DATA, read_rows, stamp
from data.makers.contraction import (
    compact,
    contracted,
    in_place_order,
    pairs_of,
    without_spurs,
)
from data.makers.graph import (
    CITED,
    Graph,
    chord,
    great_circle_km,
    nearest_node,
    simple,
    unit_vectors,
)

if TYPE_CHECKING:
    from pathlib import Path

NETWORK = DATA / "network"
ODBL = NETWORK / "odbl"
LINK_SNAP_KM = 12.0  # a link whose end has no node so close is wrong, or the network is
# A way in the source is the link itself if it is hardly longer: bridges have approaches.
SAME_WAY, SAME_WAY_KM = 1.2, 3.0
APART_KM = 30.0
KM_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What falls away: scraps with fewer nodes, and blind ways shorter than so many km.

    A component of an island, far from every larger one, may be smaller.
    """

    fewest_nodes: int
    island_nodes: int
    spur_km: float


def with_link(  # noqa: PLR0913, PLR0917  (two places, a length and a name)
    graph: Graph,
    among: np.ndarray,
    a: tuple[float, float],
    b: tuple[float, float],
    km: float,
    label: str,
) -> Graph:
    """Return the graph with an edge of published length between the nodes nearest to two points.

    The ways from the points to the nodes are added to the published length.
    """
    node_a, gap_a = nearest_node(graph, among, *a)
    node_b, gap_b = nearest_node(graph, among, *b)
    if max(gap_a, gap_b) > LINK_SNAP_KM or node_a == node_b:
        raise ValueError(f"{label}: nearest nodes {gap_a:.1f} and {gap_b:.1f} km off, wanted two")
    print(f"{label}: nodes {gap_a:.1f} and {gap_b:.1f} km off")
    ends = graph.lat[node_a], graph.lon[node_a], graph.lat[node_b], graph.lon[node_b]
    whole = max(km + gap_a + gap_b, float(great_circle_km(*ends)))
    graph = without_ways(graph, node_a, node_b, SAME_WAY * whole + SAME_WAY_KM)
    u, v = np.array([node_a]), np.array([node_b])
    return graph.with_edges(u, v, np.array([whole]), CITED, label)


def without_ways(graph: Graph, a: int, b: int, limit_km: float) -> Graph:
    """Return the graph without the ways between two nodes that are no longer than so many km.

    What the source has of a link goes, track by track, so that a closure of the link closes it.
    """
    while True:
        _, before = dijkstra(graph.matrix(), indices=a, limit=limit_km, return_predecessors=True)
        if before[b] < 0:
            return graph
        way = [b]
        while way[-1] != a:
            way.append(int(before[way[-1]]))
        ends = pairs_of(way)
        key = graph.u * graph.size + graph.v
        graph = graph.edges(~np.isin(key, [u * graph.size + v for u, v in ends]))


def with_fixed_links(graph: Graph, mode: str, fewest_nodes: int) -> Graph:
    """Return the graph with the named fixed links of a mode."""
    component, size = graph.components()
    among = np.flatnonzero(size[component] >= fewest_nodes)
    rows = [row for row in read_rows(NETWORK / "fixed_links.csv") if row["mode"] == mode]
    for row in rows:
        a = float(row["from_lat"]), float(row["from_lon"])
        b = float(row["to_lat"]), float(row["to_lon"])
        graph = simple(with_link(graph, among, a, b, float(row["km"]), row["link_id"]))
    print(f"{len(rows)} fixed links of {mode}")
    return graph


def small(
    graph: Graph, kept: Kept, columns: dict[str, np.ndarray]
) -> tuple[Graph, dict[str, np.ndarray]]:
    """Return the graph without scraps and spurs, contracted and in place order, and its columns.

    A component with a named edge stays however small it is.
    """
    component, size = graph.components()
    wanted = size >= kept.fewest_nodes
    wanted[component[ends_of_labels(graph)]] = True
    wanted |= apart(graph, wanted[component]) & (size >= kept.island_nodes)
    graph, old = compact(graph, wanted[component])
    fixed = ends_of_labels(graph)
    graph = contracted(without_spurs(graph, kept.spur_km, fixed), fixed)
    graph, again = compact(graph, graph.degrees() > 0)
    graph, order = in_place_order(graph)
    return graph, {name: column[old][again][order] for name, column in columns.items()}


def apart(graph: Graph, kept: np.ndarray) -> np.ndarray:
    """Return which components have no kept node near any of theirs."""
    component, size = graph.components()
    points = unit_vectors(graph.lat, graph.lon)
    reach = chord(APART_KM)
    gap, _ = cKDTree(points[kept]).query(points, distance_upper_bound=reach)
    lonely = np.ones(len(size), dtype=bool)
    lonely[component[np.isfinite(gap)]] = False
    return lonely


def ends_of_labels(graph: Graph) -> np.ndarray:
    """Return which nodes end a labelled edge."""
    named = graph.label != ""
    found = np.zeros(graph.size, dtype=bool)
    found[graph.u[named]] = True
    found[graph.v[named]] = True
    return found


def node_table(graph: Graph, columns: dict[str, np.ndarray]) -> pa.Table:
    """Return the nodes as a table: position, country, and gauge if there is one."""
    table = {
        "lat": pa.array(graph.lat.astype(np.float32)),
        "lon": pa.array(graph.lon.astype(np.float32)),
        "country": pa.array(columns["country"].tolist()).dictionary_encode(),
    }
    if "gauge_mm" in columns:
        table["gauge_mm"] = pa.array(columns["gauge_mm"].astype(np.int16))
    return pa.table(table)


def edge_table(graph: Graph) -> pa.Table:
    """Return the edges as a table, sorted by their ends."""
    label = pa.array(graph.label.tolist(), pa.string())
    return pa.table(
        {
            "u": pa.array(graph.u.astype(np.int32)),
            "v": pa.array(graph.v.astype(np.int32)),
            "km": pa.array(np.round(graph.km, KM_DIGITS).astype(np.float32)),
            "quality": pa.array(graph.quality.astype(np.int8)),
            "label": label.dictionary_encode(),
        }
    )


def save_packed(table: pa.Table, path: Path) -> None:
    """Write Parquet whose bytes depend on the rows alone, numbers packed by their kind.

    Whole numbers that hardly change from row to row are stored as differences, the rest by
    dictionary, which is short because coordinates have three decimals.
    """
    differences = [name for name in ("u", "v") if name in table.column_names]
    others = [name for name in table.column_names if name not in differences]
    pq.write_table(
        table.replace_schema_metadata(None),
        path,
        compression="zstd",
        compression_level=19,
        store_schema=False,
        use_dictionary=others,
        column_encoding=dict.fromkeys(differences, "DELTA_BINARY_PACKED"),
        dictionary_pagesize_limit=2**22,
        row_group_size=2**20,
    )


def write_network(name: str, graph: Graph, columns: dict[str, np.ndarray]) -> None:
    """Write NAME_nodes.parquet and NAME_edges.parquet, stamp their cards and say what is there."""
    for part, table in (("nodes", node_table(graph, columns)), ("edges", edge_table(graph))):
        path = ODBL / f"{name}_{part}.parquet"
        save_packed(table, path)
        stamp(path)
        print(f"{path.name}: {table.num_rows} rows, {path.stat().st_size} bytes")
    _, size = graph.components()
    by_quality = np.bincount(graph.quality, minlength=4)[1:].tolist()
    print(f"{len(size)} components, largest {np.sort(size)[::-1][:8].tolist()}")
    print(f"{graph.km.sum():.0f} km; edges by quality 1, 2, 3: {by_quality}")
    print(f"labels: {', '.join(sorted(set(graph.label[graph.label != ''].tolist())))}")
