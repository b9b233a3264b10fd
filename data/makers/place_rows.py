"""Draft the rows of the gazetteer: towns of GeoNames, airports, and what only UN/LOCODE knows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.makers.registers import airports, us_states
from data.place_names import fold

if TYPE_CHECKING:
    from data.makers.locode_match import Matcher
    from data.makers.registers import Locode, NearestTowns, Town


# Rail border stations that stay in whatever their size, with the names on freight papers, by
# GeoNames id.
BORDER_TOWNS = {
    1522684: ("Altynkol", "Алтынколь"),  # Khorgos, Kazakhstan, and its station
    1524537: ("Dostyk", "Dostyq", "Достык"),  # Druzhba, its former name
    2012780: ("Zabaikalsk",),
    8468638: ("Zamyn-Uud", "Zamyn Üüd", "Замын-Үүд", "扎门乌德"),
}


@dataclass(slots=True, kw_only=True)
class Draft:
    """One place on its way into the table."""

    name: str
    country: str
    lat: float
    lon: float
    tz: str
    kind: str  # town, airport, or locode: known to UN/LOCODE alone
    source_id: str
    geoname_id: int = 0
    admin1: str = ""
    admin1_code: str = ""
    population: int = 0
    iata: str = ""
    own_names: tuple[str, ...] = ()
    alternates: tuple[str, ...] = ()
    locodes: set[str] = field(default_factory=set)
    unlocode: str = ""  # the one of its codes to show

    @property
    def sort_code(self) -> str:
        """Tell places of one name apart."""
        return min(self.locodes, default=self.iata)


def subdivision_name(names: dict[tuple[str, str], str], country: str, code: str) -> str:
    """Return the plain name of a subdivision: UN/LOCODE adds languages and lost letters."""
    name = re.split(r" - |\[|\(| / ", names.get((country, code), ""))[0].strip(" ,")
    if country == "CN":  # Jiangsu Sheng is Jiangsu, Xinjiang Uygur Zizhiqu is Xinjiang
        name = re.sub(r"( Uygur| Zhuangzu| Huizu)?( Sheng| Shi| Zizhiqu)$", "", name)
    return "" if "?" in name else name


def preferred(town: Town, rows: list[Locode]) -> Locode:
    """Return the row that means the town itself rather than its port or airport."""
    own = fold(town.name)
    return min(
        rows,
        key=lambda r: (
            own not in {fold(r.name), fold(r.name_plain)},
            -len(r.functions),
            r.code,
        ),
    )


def airport_drafts(zones: NearestTowns) -> list[Draft]:
    """Return the airports that have an IATA code."""
    return [
        Draft(
            name=airport.name,
            country=airport.country,
            lat=airport.lat,
            lon=airport.lon,
            tz=airport.tz,
            kind="airport",
            source_id=airport.source_id,
            admin1=airport.subdivision,
            iata=iata,
            own_names=(airport.name,),
            alternates=() if "irport" in airport.name else (f"{airport.name} Airport",),
        )
        for iata, airport in sorted(airports(zones).items())
    ]


def town_drafts(
    small: list[Town],
    large: list[Town],
    matcher: Matcher,
    names: dict[tuple[str, str], str],
) -> list[Draft]:
    """Return the towns of GeoNames that are large enough or named by UN/LOCODE."""
    states = us_states()
    kept = {t.geoname_id for t in large}
    found = []
    for town in small:
        rows = matcher.codes_of.get(town.geoname_id, [])
        others = matcher.other_codes_of.get(town.geoname_id, set())
        if (
            town.geoname_id not in kept
            and not (rows or others)
            and town.geoname_id not in BORDER_TOWNS
        ):
            continue
        best = preferred(town, rows) if rows else None
        code = matcher.subdivision_of.get((town.country, town.admin1), "")
        code = best.subdivision if best and best.subdivision else code
        admin1 = subdivision_name(names, town.country, code)
        if town.country == "US":
            code, admin1 = town.admin1, states.get(town.admin1, "")
        found.append(
            Draft(
                geoname_id=town.geoname_id,
                name=town.name,
                country=town.country,
                lat=town.lat,
                lon=town.lon,
                tz=town.tz,
                kind="town",
                source_id="geonames-3-0-2" + ("|unlocode-2023-1" if rows else ""),
                admin1=admin1,
                admin1_code=code,
                population=town.population,
                # What UN/LOCODE calls the town is its own name, what it calls its districts is not.
                own_names=(town.name, *([best.name] if best else [])),
                alternates=(
                    *town.names,
                    *sorted({r.name for r in rows}),
                    *BORDER_TOWNS.get(town.geoname_id, ()),
                ),
                locodes={r.code for r in rows} | others,
                unlocode=best.code if best else "",
            )
        )
    return found
