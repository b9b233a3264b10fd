"""Write the lanes of a plan as GeoJSON, so that any GIS shows them."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from data.units import mg_from_text

if TYPE_CHECKING:
    from collections.abc import Mapping


ATTRIBUTION = "Roads and railways: © OpenStreetMap contributors, ODbL 1.0"


def lanes_geojson(document: Mapping[str, Any]) -> bytes:
    """Return one line per service used, WGS84, with mass, distance and CO2e of all on board."""
    import geopandas as gpd  # noqa: PLC0415  (frames live at the borders, and are slow to import)
    from shapely import LineString  # noqa: PLC0415

    mass: dict[str, float] = defaultdict(float)
    wtw_mg: dict[str, int] = defaultdict(int)
    for leg in document["legs"]:
        if leg["service_id"]:
            mass[leg["service_id"]] += leg["mass_kg"]
            wtw_mg[leg["service_id"]] += mg_from_text(leg["wtw_kgco2e"])
    services = document["services"]
    frame = gpd.GeoDataFrame(
        {
            "service_id": [s["service_id"] for s in services],
            "mode": [s["mode"] for s in services],
            "origin": [s["origin_hub"] for s in services],
            "destination": [s["destination_hub"] for s in services],
            "distance_km": [s["distance_km"] for s in services],
            "quality": [s["quality"] for s in services],
            "evidence": [s["evidence"] for s in services],
            "mass_kg": [round(mass[s["service_id"]], 3) for s in services],
            "wtw_kgco2e": [wtw_mg[s["service_id"]] / 1e6 for s in services],
        },
        geometry=[LineString(s["geometry"]) for s in services],
        crs="EPSG:4326",
    )
    document = json.loads(frame.to_json(drop_id=True)) | {"attribution": ATTRIBUTION}
    return (json.dumps(document) + "\n").encode()
