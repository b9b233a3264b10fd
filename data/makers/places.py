"""Make the gazetteer: `python -m data.makers.places`.

Needs the build packages of data/makers/registers.py. GeoNames' towns of 5,000 people and more are
in, smaller ones (1,000) where UN/LOCODE names them. UN/LOCODE codes are joined to towns by country
and name; a row whose coordinates contradict GeoNames gets those of the town, one that is a port, a
rail terminal, an airport or an inland depot stands alone when no town bears its name, and one
that cannot be placed is left out and counted. Airports with an IATA code come from airportsdata.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from data.makers.cards import DATA, stamp
from data.makers.locode_match import Matcher
from data.makers.place_rows import Draft, airport_drafts, town_drafts
from data.makers.registers import NearestTowns, city_codes, countries, locodes, subdivisions, towns
from data.place_names import fold
from data.place_tables import COUNTRY_MARK, IATA_MARK, LOCODE_MARK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PLACES = DATA / "places"
NAME, ALIAS = 0, 1
# Letters that name a town to its own people; Latin, Han and Cyrillic stand for everybody.
WORLD_SCRIPTS = frozenset({"LATIN", "CJK", "CYRILLIC"})
LOCAL_SCRIPTS = {
    "ARABIC": "AE AF BH DZ EG IQ IR JO KW LB LY MA OM PK PS QA SA SD SY TN YE DJ SO",
    "HANGUL": "KR KP",
    "KATAKANA": "JP",
    "HIRAGANA": "JP",
    "GREEK": "GR CY",
    "HEBREW": "IL",
    "THAI": "TH",
    "GEORGIAN": "GE",
    "ARMENIAN": "AM",
    "DEVANAGARI": "IN NP",
    "BENGALI": "BD IN",
    "TAMIL": "IN LK",
    "KHMER": "KH",
    "LAO": "LA",
    "MYANMAR": "MM",
    "ETHIOPIC": "ET ER",
}
HAN_RANKS = "市县縣"  # city, county: people write 義烏 for 義烏縣
HAN_LANDS = frozenset({"CN", "TW", "HK", "MO", "JP", "SG", "MY"})
CYRILLIC_LANDS = frozenset(
    {"RU", "UA", "BY", "KZ", "KG", "TJ", "UZ", "TM", "MN", "BG", "RS", "MK", "BA", "ME", "MD"}
)
KNOWN_WIDELY = 50_000  # people; below it, other nations' letters are left out
COUNTRY_ALIASES = {
    "AE": "UAE|Emirates|阿联酋",
    "AU": "澳大利亚",
    "BE": "比利时|Belgique|België|Belgien",
    "BR": "Brasil|巴西",
    "BY": "Belarus|白俄罗斯",
    "CA": "加拿大",
    "CD": "DR Congo|DRC|Congo-Kinshasa",
    "CG": "Congo|Congo-Brazzaville",
    "CH": "Schweiz|Suisse|瑞士",
    "CI": "Cote d'Ivoire",
    "CN": "PR China|PRC|China PR|中国|中國|中华人民共和国|Китай",
    "CZ": "Czech Republic|捷克",
    "DE": "Deutschland|Allemagne|Alemania|德国|德國|Германия",
    "ES": "España|Espana|西班牙|Испания",
    "FR": "法国|法國|Франция",
    "GB": "UK|Great Britain|England|Scotland|Wales|Northern Ireland|英国|英國",
    "HK": "Hong Kong SAR|香港",
    "ID": "印度尼西亚",
    "IN": "Bharat|印度",
    "IR": "Islamic Republic of Iran|伊朗",
    "IT": "Italia|意大利",
    "JP": "Nippon|日本",
    "KP": "DPRK",
    "KR": "Korea|Republic of Korea|South Korea|韩国|대한민국|한국",
    "KZ": "Казахстан|哈萨克斯坦",
    "MK": "Macedonia|North Macedonia",
    "MM": "Burma",
    "MO": "Macau|Macao|澳门",
    "MX": "México|墨西哥",
    "MY": "马来西亚",
    "NL": "Netherlands|Holland|The Netherlands|Nederland|荷兰",
    "PL": "Polska|波兰|Польша",
    "RU": "Russian Federation|Россия|俄罗斯",
    "SA": "KSA|沙特阿拉伯",
    "SG": "新加坡",
    "TH": "泰国",
    "TR": "Turkey|Türkiye|Turkiye|土耳其",
    "TW": "Taiwan R.O.C.|台湾|臺灣|台灣",
    "UA": "Україна|乌克兰",
    "US": "USA|U.S.A.|United States of America|America|美国|美國|США",
    "UZ": "Ozbekiston|乌兹别克斯坦",
    "VN": "Viet Nam|越南",
}


def scripts(name: str) -> set[str]:
    """Return the first words of the letters' Unicode names, which tell their script."""
    return {unicodedata.name(c, "?").split(" ", 1)[0] for c in name if c.isalpha()}


def is_wanted(name: str, country: str, population: int) -> bool:
    """Return True if an alternate name serves freight: written so by the world or locally."""
    found = scripts(name)
    if not found:
        return False
    if found == {"LATIN"}:  # a small first letter marks a machine's transliteration in GeoNames
        return not name[0].islower() and not (len(name) == 3 and name.isupper())  # noqa: PLR2004
    if any(country in LOCAL_SCRIPTS.get(script, "").split() for script in found):
        return True
    if "CJK" in found:
        return country in HAN_LANDS or population >= KNOWN_WIDELY
    if found == {"CYRILLIC"}:
        return country in CYRILLIC_LANDS or population >= KNOWN_WIDELY
    return False


def without_rank(name: str, country: str) -> str:
    """Return a Han name of three letters or more without the rank of its place at the end."""
    ranked = country in HAN_LANDS and len(name) > 2 and name[-1] in HAN_RANKS  # noqa: PLR2004
    return name[:-1] if ranked else name


def name_rows(drafts: Iterable[Draft]) -> list[tuple[str, int, int]]:
    """Return (key, kind, place number) of every name and code, sorted."""
    rows: set[tuple[str, int, int]] = set()
    for number, place in enumerate(drafts):
        keys = {fold(name): NAME for name in place.own_names}
        for name in place.alternates:
            if is_wanted(name, place.country, place.population):
                keys.setdefault(fold(name), ALIAS)
                keys.setdefault(fold(without_rank(name, place.country)), ALIAS)
        rows |= {(key, kind, number) for key, kind in keys.items() if key}
        rows |= {(LOCODE_MARK + code, NAME, number) for code in place.locodes}
        if place.iata:
            rows.add((IATA_MARK + place.iata, NAME, number))
    return sorted(rows, key=lambda row: (row[0].encode(), row[1], row[2]))


def country_rows() -> list[tuple[str, int, int]]:
    """Return the names of countries as rows whose place number is the packed country code."""
    rows: set[tuple[str, int, int]] = set()
    for code, facts in sorted(countries().items()):
        packed = ord(code[0]) * 256 + ord(code[1])
        aliases = COUNTRY_ALIASES.get(code, "").split("|")
        for name in (code, facts["iso3"], facts["name"], *aliases):
            if fold(name):
                rows.add((COUNTRY_MARK + fold(name), NAME, packed))
    return sorted(rows)


def city_code_rows(drafts: list[Draft]) -> list[tuple[str, int, int]]:
    """Return IATA's codes of cities with several airports, such as NYC, as rows of their city."""
    airports = {d.iata for d in drafts}
    largest: dict[tuple[str, str], int] = {}
    for number, place in enumerate(drafts):
        for name in {place.name, *place.alternates} if place.kind == "town" else ():
            key = place.country, fold(name)
            if key not in largest or place.population > drafts[largest[key]].population:
                largest[key] = number
    found = {
        (IATA_MARK + row["City Code"], NAME, largest[row["Country"], fold(row["City Name"])])
        for row in city_codes()
        if row["City Code"] not in airports and (row["Country"], fold(row["City Name"])) in largest
    }
    return sorted(found)


def save(table: pa.Table, path: Path, delta: list[str]) -> None:
    """Write Parquet whose bytes depend on the rows alone, sorted text by its differences."""
    bare = table.replace_schema_metadata(None)
    encoding = dict.fromkeys(delta, "DELTA_BYTE_ARRAY")
    encoding |= {c: "BYTE_STREAM_SPLIT" for c in ("lat", "lon") if c in table.column_names}
    numbers = [c for c in ("place", "geoname_id", "population") if c in table.column_names]
    encoding |= dict.fromkeys(numbers, "DELTA_BINARY_PACKED")
    pq.write_table(
        bare,
        path,
        compression="zstd",
        compression_level=19,
        store_schema=False,
        use_dictionary=[c for c in table.column_names if c not in encoding],
        column_encoding=encoding,
        write_statistics=False,
    )


def place_table(drafts: list[Draft]) -> pa.Table:
    """Return the places, one row each."""
    return pa.table(
        {
            "geoname_id": pa.array([d.geoname_id for d in drafts], pa.int32()),
            "name": pa.array([d.name for d in drafts], pa.string()),
            "country": pa.array([d.country for d in drafts], pa.string()),
            "admin1": pa.array([d.admin1 for d in drafts], pa.string()),
            "admin1_code": pa.array([d.admin1_code for d in drafts], pa.string()),
            "lat": pa.array([round(d.lat, 4) for d in drafts], pa.float32()),
            "lon": pa.array([round(d.lon, 4) for d in drafts], pa.float32()),
            "tz": pa.array([d.tz for d in drafts], pa.string()),
            "population": pa.array([d.population for d in drafts], pa.int32()),
            "unlocode": pa.array([d.unlocode for d in drafts], pa.string()),
            "iata": pa.array([d.iata for d in drafts], pa.string()),
            "kind": pa.array([d.kind for d in drafts], pa.string()),
            "source_id": pa.array([d.source_id for d in drafts], pa.string()),
        }
    )


def main() -> int:
    """Write places.parquet and names.parquet and stamp their cards."""
    small, large = towns("cities1000"), towns("cities5000")
    zones = NearestTowns(large)
    matcher = Matcher(small, locodes(), airports := airport_drafts(zones))
    names = subdivisions()
    drafts = town_drafts(small, large, matcher, names) + matcher.alone(zones, names) + airports
    drafts.sort(key=lambda d: (d.country, d.admin1_code, fold(d.name), d.geoname_id, d.sort_code))
    rows = name_rows(drafts) + country_rows() + city_code_rows(drafts)
    rows.sort(key=lambda r: (r[0].encode(), r[1], r[2]))
    names_table = pa.table(
        {
            "key": pa.array([r[0] for r in rows], pa.string()),
            "kind": pa.array([r[1] for r in rows], pa.int8()),
            "place": pa.array([r[2] for r in rows], pa.int32()),
        }
    )
    save(place_table(drafts), PLACES / "places.parquet", [])
    save(names_table, PLACES / "names.parquet", ["key"])
    for name in ("places", "names"):
        path = PLACES / f"{name}.parquet"
        stamp(path)
        print(f"{path.name}: {path.stat().st_size} bytes")
    print(f"{len(drafts)} places {dict(sorted(Counter(d.kind for d in drafts).items()))}")
    print(f"{len(rows)} names and codes; UN/LOCODE: {dict(sorted(matcher.counts.items()))}")
    print(f"{sum(bool(d.admin1) for d in drafts)} places know their subdivision")
    return 0


if __name__ == "__main__":
    sys.exit(main())
