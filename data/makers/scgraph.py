"""Read the road and rail graphs out of the scgraph-data wheel without importing it.

The wheel (`pip download scgraph-data==2.0.0 --no-deps`) holds each graph as one Python literal of
tens of megabytes; importing it takes most of a minute and gigabytes. Here the text is read number
by number. What it holds is derived from OpenStreetMap, so what is made of it stays under the ODbL.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from typing import TYPE_CHECKING

import numpy as np

from data.makers.graph import Graph, great_circle_km, simple

if TYPE_CHECKING:
    from pathlib import Path

WHEEL_SHA256 = "a8df15f4d9b4cce945f195b27c9e239ac49ebfa81aa948afc882b28653725406"
_NOT_A_NUMBER = re.compile(rb"[^0-9.eE+-]+")


def checked_wheel(path: Path) -> Path:
    """Return the path if the file is the wheel that our tables were made from."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != WHEEL_SHA256:
        raise ValueError(f"{path.name}: found sha256 {digest}, wanted {WHEEL_SHA256}")
    return path


def numbers(text: bytes) -> np.ndarray:
    """Return all numbers of a Python literal, in order."""
    return np.array(_NOT_A_NUMBER.sub(b" ", text).split(), dtype=np.float64)


def adjacency(literal: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return from, to and km of a literal `[{to: km, ...}, ...]`, one row for each arc."""
    per_node = np.array([part.count(b":") for part in literal.split(b"{")[1:]])
    flat = numbers(literal)
    return np.repeat(np.arange(len(per_node)), per_node), flat[::2].astype(np.int64), flat[1::2]


def read_graph(wheel: Path, name: str) -> Graph:
    """Return the undirected graph `name` (world_highways or world_railways) of the wheel.

    Each pair of nodes keeps its shortest edge; no edge is shorter than the great circle between
    its ends, whose coordinates have three decimals.
    """
    with zipfile.ZipFile(checked_wheel(wheel)) as archive:
        lines = archive.read(f"scgraph_data/{name}.py").split(b"\n")
    graph = next(line for line in lines if line.startswith(b"graph="))
    nodes = next(line for line in lines if line.startswith(b"nodes="))
    places = numbers(nodes.removeprefix(b"nodes=")).reshape(-1, 2)
    u, v, km = adjacency(graph.removeprefix(b"graph="))
    lat, lon = places[:, 0], places[:, 1]
    km = np.maximum(km, great_circle_km(lat[u], lon[u], lat[v], lon[v]))
    return simple(Graph.of(lat, lon, u, v, km))
