"""Roads where no road network is shipped: only on one island, never across water."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from optimizer.ways.route import Route, geodesic_km, great_circle_line

if TYPE_CHECKING:
    from data.catalogue import Catalogue
    from optimizer.ways.route import Spot

_SHORE_DEG = 0.05  # a quay stands in the water of a coarse outline
_LARGEST_ISLAND_KM = 1000.0  # longer ways than this have a road network, or none at all


@dataclass(frozen=True)
class Islands:
    """Outlines of land, to tell whether two points stand on the same one."""

    catalogue: Catalogue
    circuity: float  # road km per great-circle km

    @cached_property
    def _outlines(self) -> tuple[Any, Any]:
        from shapely import STRtree  # noqa: PLC0415  (only where no road is mapped)
        from shapely.geometry import shape  # noqa: PLC0415

        document = json.loads(self.catalogue.checked_file("network/land_50m.geojson"))
        shapes = [shape(f["geometry"]).buffer(_SHORE_DEG) for f in document["features"]]
        parts = [p for s in shapes for p in getattr(s, "geoms", [s])]
        return STRtree(parts), parts

    def route(self, origin: Spot, destination: Spot) -> Route | None:
        """Return an estimate on the same land, or None across water or too far."""
        from shapely import Point as Dot  # noqa: PLC0415

        ends = ((origin.lon, origin.lat), (destination.lon, destination.lat))
        straight = geodesic_km(*ends)
        if not 0 < straight <= _LARGEST_ISLAND_KM:
            return None
        tree, _ = self._outlines
        on = [set(map(int, tree.query(Dot(*end), predicate="intersects"))) for end in ends]
        if not on[0] & on[1]:
            return None
        return Route(
            distance_km=round(straight * self.circuity, 3),
            distance_kind="sfd",
            evidence="estimated",
            geometry=great_circle_line(*ends),
        )
