"""Write the points of the inland waterways from facts: `python -m data.makers.waterways`.

Distances are differences of river kilometres; positions only draw the line and join the ports. The
facts stand in data/makers/facts/waterway_points.csv. Where a fact has no position of its own, the
town's from GeoNames is taken. A stretch shorter than its great circle is refused: one of its two
kilometres or positions would be wrong.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from data.makers.cards import DATA, Rows, read_rows, stamp, write_rows
from data.makers.towns import Gazetteer, check_versions, great_circle_km
from data.network_schemas import WATERWAY_POINTS

if TYPE_CHECKING:
    from collections.abc import Mapping

NETWORK = DATA / "network"
FACTS = DATA / "makers" / "facts" / "waterway_points.csv"
MEMORY = "greenlane-memory"
GEONAMES = "geonames-2026"
DEGREES = 4  # decimals: about 10 m
ROUNDING_KM = 0.5  # river kilometres are told to a tenth, positions to a few hundred metres


def point_row(fact: Mapping[str, str], towns: Gazetteer) -> dict[str, str]:
    """Return one row of WATERWAY_POINTS."""
    lat, lon, sources = fact["lat"], fact["lon"], fact["source_id"].split("|")
    if not lat:
        town = towns.find(fact["country"], fact["town"], fact["admin1"])
        lat, lon = str(town.lat), str(town.lon)
        sources.append(GEONAMES)
    row = {c: fact.get(c, "") for c in WATERWAY_POINTS.names}
    return row | {
        "lat": f"{float(lat):.{DEGREES}f}",
        "lon": f"{float(lon):.{DEGREES}f}",
        "quality": "estimate" if MEMORY in sources else "default",
        "source_id": "|".join(sources),
    }


def stretches(rows: Rows) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Return neighbours along each waterway, in the order of their kilometres."""
    ordered = sorted(rows, key=lambda r: (r["waterway"], float(r["river_km"])))
    return [(a, b) for a, b in pairwise(ordered) if a["waterway"] == b["waterway"]]


def too_short(a: Mapping[str, str], b: Mapping[str, str]) -> str:
    """Return what is wrong with a stretch shorter than its great circle, or nothing."""
    km = float(b["river_km"]) - float(a["river_km"])
    ends = [(float(p["lat"]), float(p["lon"])) for p in (a, b)]
    straight_km = great_circle_km(ends[0], ends[1])
    if straight_km <= km + ROUNDING_KM:
        return ""
    way = f"{a['waterway']}, {a['name']} to {b['name']}"
    return f"{way}: found {km:.1f} km, wanted at least the great circle, {straight_km:.1f} km"


def main() -> None:
    """Write the points and stamp the cards of both waterway tables."""
    check_versions()
    towns = Gazetteer()
    rows = [point_row(fact, towns) for fact in read_rows(FACTS)]
    if faults := [fault for a, b in stretches(rows) if (fault := too_short(a, b))]:
        raise ValueError("\n".join(faults))
    rows.sort(key=lambda r: (r["waterway"], float(r["river_km"])))
    write_rows(NETWORK / "waterway_points.csv", rows)
    for table in ("waterway_points.csv", "waterway_junctions.csv"):
        stamp(NETWORK / table)
    ways = len({r["waterway"] for r in rows})
    estimates = sum(r["quality"] == "estimate" for r in rows)
    hubs = sum(bool(r["hub_id"]) for r in rows)
    print(f"{len(rows)} points on {ways} waterways, {hubs} ports, {estimates} km from memory")


if __name__ == "__main__":
    main()
