"""Resolve what people write for a place anywhere in the world; a name in doubt is never guessed.

A name is read as an IATA code, then a UN/LOCODE, then `City, Country`, then `lat,lon`, then a bare
name, which must be beyond doubt. Everything else raises with ranked candidates.

A place called so by an alias weighs less than by its own name, by the very factor that puts a name
beyond doubt: Syracuse, once called Milan, does not stand in the way of Milan, but Odesa does in
that of Odessa. The same weight ranks the candidates, so what stands in the way is shown first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from data.errors import DataError
from data.place_names import BadPlaceError, Wanted, checked_position, fold, wanted
from data.place_tables import (
    COUNTRY_MARK,
    IATA_MARK,
    LOCODE_MARK,
    OWN_NAME,
    WORDS,
    NameTable,
    Place,
    PlaceTable,
    read_columns,
)
from data.places import haversine_km

if TYPE_CHECKING:
    from data.catalogue import Catalogue

__all__ = [
    "AmbiguousPlaceError",
    "BadPlaceError",
    "Candidate",
    "Gazetteer",
    "Place",
    "PlaceError",
    "UnknownPlaceError",
]

BEYOND_DOUBT = 10  # a place so many times as populous as the next of its name is the one meant
IN_COUNTRY = 4  # the same, once the country or state is given
SAME_PLACE_KM = 40.0  # the same name this near in the same country is the same place to freight
AT_TOWN_KM = 2.0  # a point this near to a town's centre is called by its name
FARTHEST_TOWN_KM = 500.0  # a point farther from any town is out at sea or on the ice
_SHOWN = 5  # candidates named in a message
_LIKE_ENOUGH = 0.6
_COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_EXACT, _NAMED, _SIMILAR = 1.0, 0.8, 0.7  # least scores; those of names end at 0.9, then 0.8
_LARGEST_LOG = 8.0  # people: no town has ten to the eighth


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place that may be meant, and why."""

    place: Place
    score: float  # 0..1, to rank; codes above names above similar names
    why: str


class PlaceError(DataError):
    """A name without one place; `candidates` are ranked, the likeliest first."""

    def __init__(self, message: str, candidates: tuple[Candidate, ...] = ()) -> None:
        super().__init__(message)
        self.candidates = candidates


class UnknownPlaceError(PlaceError):
    """No place bears the name."""


class AmbiguousPlaceError(PlaceError):
    """Several places bear the name, and none is beyond doubt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A place found by an exact name."""

    number: int
    own: bool  # by its own name, else by an alias
    begins: bool  # its full name goes on: Frankfurt (Oder), Frankfurt am Main
    people: float  # less for an alias


class Gazetteer:
    """The places of the world, by every name we know."""

    def __init__(self, places: PlaceTable, names: NameTable) -> None:
        self._places = places
        self._names = names

    @classmethod
    def load(cls, catalogue: Catalogue) -> Gazetteer:
        """Read the shipped gazetteer.

        Raises
        ------
        DataError
            if the bytes of a table do not have the hash that its card states.
        """
        places = PlaceTable(read_columns(catalogue, "places/places.parquet", WORDS))
        return cls(places, NameTable(read_columns(catalogue, "places/names.parquet")))

    def find(self, name: str) -> Place:
        """Return the one place meant.

        Raises
        ------
        BadPlaceError
            if the text cannot name a place: far too long, or coordinates off the globe.
        AmbiguousPlaceError, UnknownPlaceError
            with ranked candidates.
        """
        asked = wanted(name)
        if (position := asked.lat_lon) is not None:
            return self.nearest(*position)
        code = self._code(asked)
        if code is not None and asked.is_surely_code:
            return self._places.place(code)
        found = self._named(asked)
        if (number := self._beyond_doubt(found, _factor(asked))) is not None:
            return self._places.place(number)
        if code is not None and not found:
            return self._places.place(code)
        ranked = self._ranked(asked, _SHOWN * 2)
        shown = "; ".join(_shown(c) for c in ranked[:_SHOWN]) or "none"
        if found:
            raise AmbiguousPlaceError(
                f"place {asked.text!r}: found {len(found)} places, wanted one; candidates: {shown}",
                ranked,
            )
        raise UnknownPlaceError(
            f"place {asked.text!r}: not found, wanted an IATA code, a UN/LOCODE, 'City, Country' "
            f"or 'lat,lon'; nearest names: {shown}",
            ranked,
        )

    def candidates(self, name: str, limit: int = 10) -> tuple[Candidate, ...]:
        """Return the places that may be meant, the likeliest first; never fewer than one."""
        asked = wanted(name)
        if (position := asked.lat_lon) is not None:
            return (Candidate(place=self.nearest(*position), score=_EXACT, why="coordinates"),)
        return self._ranked(asked, max(1, limit))

    def nearest(self, lat: float, lon: float) -> Place:
        """Return the point, called after the nearest town, with that town's country and zone."""
        lat, lon = checked_position(lat, lon)
        nearest, known = self._places.nearest_towns(lat, lon)
        town, named = self._places.place(nearest), self._places.place(known)
        km = haversine_km(named.lat, named.lon, lat, lon)
        if km > FARTHEST_TOWN_KM:
            near = Candidate(place=town, score=0.0, why=f"nearest town, {km:.0f} km off")
            raise UnknownPlaceError(
                f"place {lat:g},{lon:g}: found {town.name} as nearest town, {km:.0f} km off, "
                f"wanted a town within {FARTHEST_TOWN_KM:g} km",
                (near,),
            )
        way = _COMPASS[round(_bearing(named, lat, lon) / 45) % len(_COMPASS)]
        return replace(
            town,
            place_id=f"at:{lat:g},{lon:g}",
            name=named.name if km <= AT_TOWN_KM else f"{km:.0f} km {way} of {named.name}",
            lat=lat,
            lon=lon,
            population=0,
            unlocode="",
            iata="",
            kind="point",
        )

    def _code(self, asked: Wanted) -> int | None:
        for mark, code in ((IATA_MARK, asked.iata), (LOCODE_MARK, asked.locode)):
            if code and (number := self._names.code(mark + code)) is not None:
                return number
        short = asked.text.upper()  # pvg is a code when no place is called so
        return self._names.code(IATA_MARK + short) if len(short) == len("PVG") else None

    def _country(self, key: str) -> str:
        packed = self._names.code(COUNTRY_MARK + key)
        return "" if packed is None else chr(packed // 256) + chr(packed % 256)

    def _named(self, asked: Wanted) -> list[_Named]:
        """Return the places of that exact name, in the country or state that follows it.

        The weightiest comes first.
        """
        if not asked.parts:
            return []
        name, *where = asked.parts
        found = [
            _Named(
                number=number,
                own=kind == OWN_NAME,
                begins=_goes_on(fold(self._places.name[number]), name),
                people=int(self._places.population[number])
                / (1 if kind == OWN_NAME else _factor(asked)),
            )
            for number, kind in self._names.numbers(name)
        ]
        for part in reversed(where):
            found = self._within(found, part, last=part is where[-1])
        return sorted(found, key=lambda f: (-f.people, not f.own, f.number))

    def _within(self, found: list[_Named], part: str, *, last: bool) -> list[_Named]:
        """Keep the places in a country, or in a state or province of that name."""
        country = self._country(part) if last else ""
        if country:
            at_home = [f for f in found if self._places.country[f.number] == country]
            if at_home:
                return at_home
        return [
            f
            for f in found
            if part == fold(self._places.admin1_code[f.number])
            or part == fold(self._places.admin1[f.number])
        ]

    def _beyond_doubt(self, found: list[_Named], factor: float) -> int | None:
        """Return the only place of a name, or the one many times as weighty as any other."""
        if not found:
            return None
        first, *others = found
        others = [f for f in others if not self._same_place(first, f)]
        if not others:
            return first.number
        if first.people <= factor * max(f.people for f in others):
            return None
        if first.begins and any(f.begins for f in others):
            return None  # Frankfurt: neither of the two is called just so
        return first.number

    def _same_place(self, first: _Named, other: _Named) -> bool:
        """Return True for a district or a second entry of a place, near it and in its country."""
        a, b, p = first.number, other.number, self._places
        km = haversine_km(float(p.lat[a]), float(p.lon[a]), float(p.lat[b]), float(p.lon[b]))
        return p.country[a] == p.country[b] and km <= SAME_PLACE_KM

    def _ranked(self, asked: Wanted, limit: int) -> tuple[Candidate, ...]:
        listed: dict[int, Candidate] = {}
        code = self._code(asked)
        found = self._named(asked)
        if code is not None:
            why = (
                "IATA"
                if self._names.code(IATA_MARK + asked.text.upper()) == code
                else ("UN/LOCODE")
            )
            clash = "; also the name of a place" if found else ""
            score = _EXACT if asked.is_surely_code else _NAMED
            place = self._places.place(code)
            listed[code] = Candidate(place=place, score=score, why=why + clash)
        for named in found:
            why = "name" if named.own else f"alias {asked.text.split(',')[0]}"
            self._list(listed, named.number, _NAMED, named.people, why)
        if len(found) < limit and asked.parts:
            self._list_similar(listed, asked)
        ranked = sorted(listed.values(), key=lambda candidate: -candidate.score)
        return tuple(ranked[:limit])

    def _list(
        self, listed: dict[int, Candidate], number: int, base: float, people: float, why: str
    ) -> None:
        if number in listed:
            return
        size = math.log10(people + 1) / _LARGEST_LOG
        score = round(base + 0.1 * min(size, 1.0), 6)
        listed[number] = Candidate(place=self._places.place(number), score=score, why=why)

    def _list_similar(self, listed: dict[int, Candidate], asked: Wanted) -> None:
        name, *where = asked.parts
        allowed = None
        if where and (country := self._country(where[-1])):
            words = self._places.country
            allowed = words.numbers == (
                words.words.index(country) if country in words.words else -1
            )
        for like, row in self._names.similar(name, allowed):
            if like < _LIKE_ENOUGH:
                break
            number = int(self._names.place[row])
            people = int(self._places.population[number])
            self._list(listed, number, _SIMILAR * like, people, "similar name")


def _factor(asked: Wanted) -> int:
    """Return how many times as weighty the place meant must be as any other of its name."""
    return IN_COUNTRY if len(asked.parts) > 1 else BEYOND_DOUBT


def _goes_on(full: str, name: str) -> bool:
    return full != name and full.startswith(name)


def _shown(candidate: Candidate) -> str:
    place = candidate.place
    where = f"{place.admin1}, {place.country}" if place.admin1 else place.country
    code = place.iata or place.unlocode
    return f"{place.name}, {where}" + (f" ({code})" if code else "")


def _bearing(town: Place, lat: float, lon: float) -> float:
    """Return the first course from a town to a point, in degrees from north."""
    a, b = math.radians(town.lat), math.radians(lat)
    east = math.radians(lon - town.lon)
    y = math.sin(east) * math.cos(b)
    x = math.cos(a) * math.sin(b) - math.sin(a) * math.cos(b) * math.cos(east)
    return math.degrees(math.atan2(y, x)) % 360.0


@lru_cache(maxsize=1)
def open_gazetteer(catalogue: Catalogue) -> Gazetteer:
    """Return the gazetteer, read once."""
    return Gazetteer.load(catalogue)
