"""Say in which country a point lies and whether a line leaves the land."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from shapely.geometry import Polygon

DEGREE_KM = 111.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Countries:
    """Polygons with the country of each, and an index to find them."""

    codes: np.ndarray
    polygons: np.ndarray
    tree: shapely.STRtree

    @classmethod
    def of(cls, parts: list[tuple[str, Polygon]]) -> Countries:
        """Index polygons, sorted so that equal input gives equal output."""
        parts = sorted(parts, key=lambda part: (part[0], part[1].wkb))
        polygons = np.array([polygon for _, polygon in parts], dtype=object)
        shapely.prepare(polygons)
        codes = np.array([code for code, _ in parts])
        return cls(codes=codes, polygons=polygons, tree=shapely.STRtree(polygons))

    def at(self, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        """Return the country of each point, or the nearest where it is off every polygon."""
        lat, lon = np.asarray(lat, dtype=float), np.asarray(lon, dtype=float)
        found = np.full(len(lat), -1)
        order = np.argsort(lat, kind="stable")
        ranked = lat[order]
        for number, polygon in enumerate(self.polygons):
            west, south, east, north = polygon.bounds
            band = order[slice(*np.searchsorted(ranked, [south, north + 1e-9]))]
            band = band[(lon[band] >= west) & (lon[band] <= east) & (found[band] < 0)]
            inside = shapely.contains_xy(polygon, lon[band], lat[band])
            found[band[inside]] = number
        lost = np.flatnonzero(found < 0)
        found[lost] = self.nearest(shapely.points(lon[lost], lat[lost]))
        return np.asarray(self.codes[found])

    def nearest(self, points: np.ndarray) -> np.ndarray:
        """Return the number of the polygon nearest to each point, in degrees."""
        return np.asarray(self.tree.nearest(points) if len(points) else np.zeros(0, dtype=int))

    def over_land_km(self, lines: np.ndarray, km: np.ndarray) -> np.ndarray:
        """Return how many km of each short line lie on land."""
        line, polygon = self.tree.query(lines, predicate="intersects")
        cut = shapely.length(shapely.intersection(lines[line], self.polygons[polygon]))
        share = np.bincount(line, weights=cut, minlength=len(lines))
        whole = np.maximum(shapely.length(lines), 1e-12)
        return np.asarray(km * np.minimum(share / whole, 1.0))

    def off_land_km(self, lines: np.ndarray, samples: int) -> np.ndarray:
        """Return how far from land each line gets, in km that are too long east to west."""
        if not len(lines):
            return np.zeros(0)
        steps = np.linspace(0.0, 1.0, samples)
        points = shapely.line_interpolate_point(lines[:, None], steps, normalized=True)
        _, gap = self.tree.query_nearest(points.ravel(), return_distance=True, all_matches=False)
        return np.asarray(DEGREE_KM * gap.reshape(points.shape).max(axis=1))
