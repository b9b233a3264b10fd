"""Hold the tables of the gazetteer in columns, and search their sorted names."""

from __future__ import annotations

import bisect
import difflib
import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from data.errors import DataError
from data.sources import read_card

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue

OWN_NAME, ALIAS = 0, 1
TOWN = "town"
WORDS = ("country", "admin1", "admin1_code", "tz", "kind", "source_id")  # few different texts
LOCODE_MARK, IATA_MARK, COUNTRY_MARK = "=", "@", "#"  # first letters of keys that are no names
_SHORTLIST = 300  # names that share most letter pairs with the wanted one, compared in full
_BITS = 64
_POWERS = np.uint64(1) << np.arange(_BITS, dtype=np.uint64)
_BLOCK = 1 << 15  # names whose letter pairs are taken at once, to spare memory
_AGGLOMERATION_KM = 10.0  # a suburb is called after the great city this near
_TIMES_LARGER = 10  # that has so many times its people
_EARTH_RADIUS_KM = 6371.0088  # IUGG mean radius


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A town, an airport or a point, as the gazetteer knows it."""

    place_id: str  # gn:1799962, iata:PVG, un:DEDUI or at:40.4168,-3.7038
    name: str
    country: str  # ISO 3166 alpha-2
    lat: float
    lon: float
    tz: str  # IANA time zone
    population: int  # 0: not known
    unlocode: str
    iata: str
    admin1: str  # name of the state or province; blank: not known
    kind: str  # town, airport, locode (known to UN/LOCODE alone), point
    source_id: str  # keys of data/places/places.toml


def read_columns(
    catalogue: Catalogue,
    path: str,
    words: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Read a Parquet table whose bytes have the hash that its card states.

    Columns named in `words` stay coded: a list of different texts and their numbers.

    Raises
    ------
    DataError
        if the bytes have changed or are no table.
    """
    import pyarrow as pa  # noqa: PLC0415  (not everyone looks up a place)
    import pyarrow.parquet as pq  # noqa: PLC0415

    content = catalogue.file(path)
    card_path = path.removesuffix(".parquet") + ".toml"
    card = read_card(catalogue.file(card_path), card_path)
    found = hashlib.sha256(content).hexdigest()
    if found != card.sha256:
        raise DataError(f"data/{path}: sha256 {found}, wanted {card.sha256}: bytes changed")
    usual = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())  # the usual one keeps 40 MB that nobody needs
    try:  # column by column: the whole table at once takes three times the memory
        file = pq.ParquetFile(
            pa.BufferReader(content), read_dictionary=list(words), pre_buffer=False
        )
        return {
            name: file.read(columns=[name], use_threads=False)[name].combine_chunks()
            for name in file.schema_arrow.names
        }
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"data/{path}: not readable as Parquet ({error})") from None
    finally:
        pa.set_memory_pool(usual)


def _numbers(column: Any, kind: type[np.generic]) -> Any:  # noqa: ANN401  (arrays)
    """Return a column of numbers as it lies in memory; Arrow's own way imports pandas."""
    _, content = column.buffers()
    return np.frombuffer(content, dtype=kind)[column.offset : column.offset + len(column)]


class Texts:
    """A column of text that stays in its buffer; a Python string is made only when asked for."""

    def __init__(self, column: Any) -> None:  # noqa: ANN401  (an Arrow array)
        _, offsets, letters = column.buffers()
        first, size = column.offset, len(column)
        self.offsets = np.frombuffer(offsets, dtype=np.int32)[first : first + size + 1]
        self.letters: bytes = letters.to_pybytes() if letters is not None else b""
        self._bounds = memoryview(self.offsets.data)  # one number of it costs a third of an array's

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def raw(self, number: int) -> bytes:
        """Return the bytes of one text."""
        return self.letters[self._bounds[number] : self._bounds[number + 1]]

    def __getitem__(self, number: int) -> str:
        return self.raw(number).decode()


class Words:
    """A column of few different texts."""

    def __init__(self, column: Any) -> None:  # noqa: ANN401  (an Arrow array)
        self.words: list[str] = column.dictionary.to_pylist()
        self.numbers = _numbers(column.indices, np.int32)

    def __getitem__(self, number: int) -> str:
        word: str = self.words[self.numbers[number]]
        return word


class PlaceTable:
    """Places by their number."""

    def __init__(self, columns: dict[str, Any]) -> None:
        self.geoname_id = _numbers(columns["geoname_id"], np.int32)
        self.name = Texts(columns["name"])
        self.country = Words(columns["country"])
        self.admin1 = Words(columns["admin1"])
        self.admin1_code = Words(columns["admin1_code"])
        self.lat = _numbers(columns["lat"], np.float32)
        self.lon = _numbers(columns["lon"], np.float32)
        self.tz = Words(columns["tz"])
        self.population = _numbers(columns["population"], np.int32)
        self.unlocode = Texts(columns["unlocode"])
        self.iata = Texts(columns["iata"])
        self.kind = Words(columns["kind"])
        self.source_id = Words(columns["source_id"])

    def place(self, number: int) -> Place:
        """Return one place."""
        unlocode, iata, geoname = self.unlocode[number], self.iata[number], self.geoname_id[number]
        place_id = f"iata:{iata}" if iata else f"un:{unlocode}"
        return Place(
            place_id=f"gn:{geoname}" if geoname else place_id,
            name=self.name[number],
            country=self.country[number],
            lat=round(float(self.lat[number]), 4),
            lon=round(float(self.lon[number]), 4),
            tz=self.tz[number],
            population=int(self.population[number]),
            unlocode=unlocode,
            iata=iata,
            admin1=self.admin1[number],
            kind=self.kind[number],
            source_id=self.source_id[number],
        )

    @cached_property
    def _towns(self) -> tuple[Any, Any]:
        numbers = np.flatnonzero(self.kind.numbers == self.kind.words.index(TOWN))
        return numbers, _unit_vectors(self.lat[numbers], self.lon[numbers])

    def nearest_towns(self, lat: float, lon: float) -> tuple[int, int]:
        """Return the town nearest to a point, and the one that people would name.

        The second differs when a much larger town of the same country is about as near.
        """
        numbers, points = self._towns
        here = _unit_vectors(np.array([lat]), np.array([lon]))[0]
        nearness = points @ here
        nearest = int(numbers[np.argmax(nearness)])
        around = numbers[nearness >= np.cos(_AGGLOMERATION_KM / _EARTH_RADIUS_KM)]
        around = around[self.country.numbers[around] == self.country.numbers[nearest]]
        if not len(around):
            return nearest, nearest
        largest = int(around[np.argmax(self.population[around])])
        larger = self.population[largest] > _TIMES_LARGER * self.population[nearest]
        return nearest, largest if larger else nearest


def _unit_vectors(lats: Any, lons: Any) -> Any:  # noqa: ANN401  (arrays)
    lat, lon = np.radians(lats.astype(np.float64)), np.radians(lons.astype(np.float64))
    cos = np.cos(lat)
    return np.column_stack((cos * np.cos(lon), cos * np.sin(lon), np.sin(lat))).astype(np.float32)


class NameTable:
    """Sorted names, each with the number of its place."""

    def __init__(self, columns: dict[str, Any]) -> None:
        self.keys = Texts(columns["key"])
        self.kind = _numbers(columns["kind"], np.int8)
        self.place = _numbers(columns["place"], np.int32)

    def rows(self, key: str) -> Iterator[int]:
        """Give the rows that bear a key."""
        wanted, size = key.encode(), len(self.keys)
        row = bisect.bisect_left(range(size), wanted, key=self.keys.raw)
        while row < size and self.keys.raw(row) == wanted:
            yield row
            row += 1

    def numbers(self, key: str) -> list[tuple[int, int]]:
        """Return (place, kind) of every place of that name, the own names first."""
        return sorted(
            ((int(self.place[row]), int(self.kind[row])) for row in self.rows(key)),
            key=lambda found: (found[1], found[0]),
        )

    def code(self, key: str) -> int | None:
        """Return the one number that a marked key stands for."""
        return next((int(self.place[row]) for row in self.rows(key)), None)

    @cached_property
    def _pairs(self) -> Any:  # noqa: ANN401  (an array: which letter pairs each name has)
        letters = np.frombuffer(self.keys.letters, dtype=np.uint8)
        pairs = np.empty(len(self.keys), dtype=np.uint64)
        for first in range(0, len(pairs), _BLOCK):
            bounds = self.keys.offsets[first : first + _BLOCK + 1]
            begin, end = int(bounds[0]), int(bounds[-1])
            bits = _bits(letters[begin : end - 1], letters[begin + 1 : end])
            bits = np.append(bits, np.uint64(0))
            bits[bounds[1:] - begin - 1] = 0  # a pair does not reach into the next name
            pairs[first : first + _BLOCK] = np.bitwise_or.reduceat(bits, bounds[:-1] - begin)
        return pairs

    def similar(self, key: str, allowed: Any = None) -> list[tuple[float, int]]:  # noqa: ANN401
        """Return (likeness 0..1, row) of names like a key, the likest first.

        `allowed` says for each place whether it counts.
        """
        letters = np.frombuffer(key.encode(), dtype=np.uint8)
        if len(letters) < 2:  # noqa: PLR2004  (no pair)
            return []
        wanted = np.bitwise_or.reduce(_bits(letters[:-1], letters[1:]))
        shared = np.bitwise_count(self._pairs & wanted).astype(np.float32)
        total = np.bitwise_count(self._pairs) + np.bitwise_count(wanted).astype(np.float32)
        score = 2 * shared / np.maximum(total, 1)
        first = bisect.bisect_left(range(len(self.keys)), b"A", key=self.keys.raw)
        score[:first] = 0  # codes and countries, whose marks sort before every letter
        if allowed is not None:
            score[~allowed[np.where(self.place < len(allowed), self.place, 0)]] = 0
        count = min(_SHORTLIST, len(score))
        rows = np.argpartition(score, -count)[-count:]
        matcher = difflib.SequenceMatcher(autojunk=False)
        matcher.set_seq2(key)
        found = []
        for row in rows[score[rows] > 0]:
            matcher.set_seq1(self.keys[row])
            found.append((matcher.ratio(), int(row)))
        return sorted(found, key=lambda like: (-like[0], like[1]))


def _bits(first: Any, second: Any) -> Any:  # noqa: ANN401  (arrays)
    """Return for each pair of letters one bit of 64."""
    return _POWERS[(first * np.uint8(37) + second * np.uint8(101)) & np.uint8(_BITS - 1)]
