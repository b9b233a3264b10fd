"""Make the sea network from the `searoute` package: `python -m data.makers.sea`.

Needs the `build-data` extra (searoute, numpy, pyarrow, pyproj). Nodes on the antimeridian that
stand twice (+180 and -180) become one, longitudes go into [-180, 180), lengths are WGS84
geodesics. Canals and straits keep their label, the Arctic ones too, so that a router closes them.
"""

from __future__ import annotations

import sys
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import Geod
from searoute.data import marnet_dict

from data.makers.cards import DATA, stamp

if TYPE_CHECKING:
    from pathlib import Path

NETWORK = DATA / "network"
Place = tuple[float, float]  # latitude, longitude
DEGREE_DIGITS = 6
KM_DIGITS = 3
SHORTEST_KM = 0.001
# The package joins the two sides of the antimeridian by edges with these labels: no passages.
SEAMS = frozenset({"segment", "segment2", "pacific_ocean"})
# Ports that the lanes leave out, from the port outwards; the last point joins the nearest lane.
# Positions of ports: NGA World Port Index; bends of the Amazon: our own reading of the map.
EXTENSIONS: dict[str, tuple[Place, ...]] = {
    "amazon": (
        (-3.1333, -60.0167),  # Manaus
        (-3.15, -58.45),  # Itacoatiara
        (-2.63, -56.74),
        (-1.92, -55.52),
        (-2.4167, -54.7167),  # Santarem
        (-1.52, -52.58),
        (0.03, -51.05),
        (1.6, -49.0),
    ),
    "pointe-noire": ((-4.7833, 11.8333), (-4.9, 11.3)),
    "lazaro-cardenas": ((17.9333, -102.1667), (17.6, -102.4)),
    "bejaia": ((36.75, 5.0833), (36.95, 5.1)),
}
# The package labels a cape on some lanes only. Every lane across its meridian, south of the shore,
# is that cape.
CAPES = {"south_africa": (20.0, -34.0), "cape_horn": (-68.0, -50.0)}
MEASURED, OWN = 1, 3  # quality of an edge
FULL_TURN = 360.0
HALF_TURN = 180.0


def place(node: tuple[float, float]) -> Place:
    """Return (lat, lon) of a (lon, lat) node, with the longitude in [-180, 180)."""
    lon = (node[0] + HALF_TURN) % FULL_TURN - HALF_TURN
    lon = round(lon, DEGREE_DIGITS)
    return round(node[1], DEGREE_DIGITS), -HALF_TURN if lon == HALF_TURN else lon


def undirected_edges() -> dict[tuple[Place, Place], str]:
    """Return each edge once, ends in order, with its passage label."""
    edges: dict[tuple[Place, Place], str] = {}
    for start, ends in marnet_dict.edge_list.items():
        for end, facts in ends.items():
            a, b = sorted((place(start), place(end)))
            if a == b:
                continue
            label = facts.get("passage") or ""
            label = "" if label in SEAMS else label
            if edges.get((a, b)) and label and edges[a, b] != label:
                raise ValueError(f"edge {a} {b} is labelled both {edges[a, b]} and {label}")
            edges[a, b] = edges.get((a, b)) or label
    return edges


def lengths_km(edges: list[tuple[Place, Place]]) -> list[float]:
    """Return the WGS84 geodesic length of each edge, at least one metre: no edge is free."""
    ends = np.array(edges)  # edge, end, (lat, lon)
    start, end = ends[:, 0], ends[:, 1]
    _, _, metres = Geod(ellps="WGS84").inv(start[:, 1], start[:, 0], end[:, 1], end[:, 0])
    return [max(round(float(m) / 1000, KM_DIGITS), SHORTEST_KM) for m in metres]


def save(table: pa.Table, path: Path) -> None:
    """Write Parquet whose bytes depend on the rows alone."""
    bare = table.replace_schema_metadata(None)
    pq.write_table(bare, path, compression="zstd", compression_level=19, store_schema=False)


def extended(edges: dict[tuple[Place, Place], str]) -> set[tuple[Place, Place]]:
    """Return the edges of EXTENSIONS, each joined to the lane node nearest to its last point."""
    nodes = np.array(sorted({p for pair in edges for p in pair}))
    found = set()
    for points in EXTENSIONS.values():
        last = np.tile(points[-1], (len(nodes), 1))
        _, _, metres = Geod(ellps="WGS84").inv(last[:, 1], last[:, 0], nodes[:, 1], nodes[:, 0])
        lat, lon = nodes[int(np.argmin(metres))].tolist()
        line = (*points, (lat, lon))
        found |= {(min(a, b), max(a, b)) for a, b in pairwise(line)}
    return found


def cape(edge: tuple[Place, Place]) -> str:
    """Return the label of an edge that rounds a cape far out at sea: a closed cape has no side."""
    (lat_a, lon_a), (lat_b, lon_b) = edge
    if abs(lon_a - lon_b) >= HALF_TURN:
        return ""
    for label, (meridian, shore) in CAPES.items():
        crosses = min(lon_a, lon_b) <= meridian < max(lon_a, lon_b)
        if crosses and max(lat_a, lat_b) < shore:
            return label
    return ""


def tables() -> tuple[pa.Table, pa.Table]:
    """Return the nodes and the edges, both sorted."""
    edges = undirected_edges()
    own = extended(edges)
    edges |= dict.fromkeys(own, "")
    edges = {edge: label or cape(edge) for edge, label in edges.items()}
    pairs = sorted(edges)
    places = sorted({p for pair in pairs for p in pair})
    number = {p: n for n, p in enumerate(places)}
    nodes = pa.table(
        {
            "node_id": pa.array(range(len(places)), pa.int32()),
            "lat": pa.array([lat for lat, _ in places], pa.float64()),
            "lon": pa.array([lon for _, lon in places], pa.float64()),
        }
    )
    lines = pa.table(
        {
            "u": pa.array([number[a] for a, _ in pairs], pa.int32()),
            "v": pa.array([number[b] for _, b in pairs], pa.int32()),
            "km": pa.array(lengths_km(pairs), pa.float64()),
            "passage": pa.array([edges[p] for p in pairs], pa.string()),
            "quality": pa.array([OWN if p in own else MEASURED for p in pairs], pa.int8()),
        }
    )
    return nodes, lines


def main() -> int:
    """Write sea_nodes.parquet and sea_edges.parquet and stamp their cards."""
    nodes, lines = tables()
    for name, table in (("sea_nodes", nodes), ("sea_edges", lines)):
        save(table, NETWORK / f"{name}.parquet")
        stamp(NETWORK / f"{name}.parquet")
    labels = Counter(label for label in lines["passage"].to_pylist() if label)
    print(f"{nodes.num_rows} nodes, {lines.num_rows} edges, {dict(sorted(labels.items()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
