"""Make the land outlines from the npm package world-atlas: `python -m data.makers.land FOLDER`.

FOLDER holds land-110m.json and land-50m.json of world-atlas 2.0.2 (`npm pack world-atlas@2.0.2`,
unpacked). TopoJSON becomes GeoJSON with valid polygons of two decimals, cut at the antimeridian,
without the ring around the south pole and anything south of 60 degrees.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.affinity import translate
from shapely.geometry import Polygon, box, mapping

from data.makers.cards import DATA, stamp

NETWORK = DATA / "network"
GRID_DEGREES = 0.01  # 1.1 km at the equator
WORLD = box(-180, -60, 180, 90)
FULL_TURN = 360.0

Ring = Any  # an array of (lon, lat)


def decode_arcs(topology: dict[str, Any]) -> list[Ring]:
    """Undo the delta coding and the quantisation of TopoJSON."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    return [np.cumsum(arc, axis=0) * scale + shift for arc in topology["arcs"]]


def ring(arcs: list[Ring], numbers: list[int]) -> Ring:
    """Join arcs to a ring whose longitudes do not jump; ~n means arc n backwards."""
    parts = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
    joined = np.concatenate([part[1 if k else 0 :] for k, part in enumerate(parts)])
    joined[:, 0] = np.unwrap(joined[:, 0], period=FULL_TURN)
    return joined


def goes_round_a_pole(points: Ring) -> bool:
    """Return True if the ring ends a turn away from where it began."""
    return bool(abs(points[0, 0] - points[-1, 0]) > 1)


def pieces(polygon: Polygon) -> list[Polygon]:
    """Cut a polygon at the antimeridian and keep what lies on the map."""
    found = []
    for turn in (-1, 0, 1):
        cut = translate(polygon, FULL_TURN * turn, 0).intersection(WORLD)
        found += [p for p in getattr(cut, "geoms", [cut]) if isinstance(p, Polygon)]
    return [p for p in found if not p.is_empty]


def land(topology: dict[str, Any]) -> list[Polygon]:
    """Return the land of a topology as valid polygons, from west to east."""
    arcs = decode_arcs(topology)
    found: list[Polygon] = []
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        for numbers in polygons:
            rings = [ring(arcs, n) for n in numbers]
            if goes_round_a_pole(rings[0]):
                continue
            whole = shapely.make_valid(Polygon(rings[0], rings[1:]))
            for part in getattr(whole, "geoms", [whole]):
                found += pieces(part) if isinstance(part, Polygon) else []
    snapped = shapely.set_precision(np.array(found, dtype=object), GRID_DEGREES)
    flat = [p for s in snapped for p in getattr(s, "geoms", [s]) if not p.is_empty]
    return sorted((p.normalize() for p in flat), key=lambda p: p.wkb)


def features(polygons: list[Polygon]) -> str:
    """Return GeoJSON with two decimals."""

    def rounded(value: Any) -> Any:  # noqa: ANN401  (nested coordinates)
        if isinstance(value, float):
            return round(value, 2)
        return [rounded(v) for v in value]

    body = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {
                "type": "Polygon",
                "coordinates": rounded(mapping(polygon)["coordinates"]),
            },
        }
        for polygon in polygons
    ]
    return json.dumps({"type": "FeatureCollection", "features": body}, separators=(",", ":"))


def main(folder: Path) -> None:
    """Write land_110m.geojson and land_50m.geojson and stamp their cards."""
    for scale in ("110m", "50m"):
        topology = json.loads((folder / f"land-{scale}.json").read_text(encoding="utf-8"))
        polygons = land(topology)
        target = NETWORK / f"land_{scale}.geojson"
        target.write_text(features(polygons) + "\n", encoding="utf-8", newline="\n")
        stamp(target)
        print(f"{target.name}: {len(polygons)} polygons, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
