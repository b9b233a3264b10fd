"""Inland waterways as a graph: ports and bends by river kilometre, joined where waters meet."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from data.errors import DataError
from data.network_schemas import WATERWAY_JUNCTIONS, WATERWAY_POINTS
from optimizer.ways.graph import MEASURED, Graph

if TYPE_CHECKING:
    from data.catalogue import Catalogue

_Key = tuple[str, float]


def waterways(catalogue: Catalogue) -> Graph:
    """Return the graph of all shipped waterways; an edge's label is its waterway.

    Raises
    ------
    DataError
        if a junction names a kilometre where no point stands.
    """
    points = sorted(
        catalogue.table("network/waterway_points.csv", WATERWAY_POINTS).rows,
        key=lambda r: (r["waterway"], r["river_km"]),
    )
    number: dict[_Key, int] = {(r["waterway"], r["river_km"]): i for i, r in enumerate(points)}
    edges = [
        (i, i + 1, b["river_km"] - a["river_km"], a["waterway"], MEASURED)
        for i, (a, b) in enumerate(pairwise(points))
        if a["waterway"] == b["waterway"]
    ]
    for row in catalogue.table("network/waterway_junctions.csv", WATERWAY_JUNCTIONS).rows:
        ends = [(row[f"waterway_{s}"], row[f"river_km_{s}"]) for s in ("a", "b")]
        missing = [end for end in ends if end not in number]
        if missing:
            raise DataError(f"waterway_junctions {row['name']}: no point at {missing}")
        edges.append((number[ends[0]], number[ends[1]], max(row["km"], 0.001), "", MEASURED))
    names = tuple(sorted({e[3] for e in edges} | {""}))
    countries = tuple(sorted({r["country"] for r in points} | {""}))
    return Graph(
        name="iww",
        lon=np.array([r["lon"] for r in points]),
        lat=np.array([r["lat"] for r in points]),
        country=np.array([countries.index(r["country"]) for r in points], np.int16),
        countries=countries,
        u=np.array([e[0] for e in edges], np.int32),
        v=np.array([e[1] for e in edges], np.int32),
        km=np.array([e[2] for e in edges]),
        evidence=np.array([e[4] for e in edges], np.int8),
        label=np.array([names.index(e[3]) for e in edges], np.int16),
        labels=names,
        reluctance_km=np.zeros(len(edges)),
    )
