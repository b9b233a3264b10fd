"""Keep factor sets beside each other: a user's own over ours, each as of any day.

A set is a list of tables. Where several tables hold one id, the row published last by the day asked
for counts; without a day, the row published last. What no longer counts is taken out of its table,
so that a set is always whole, hashed, and without two answers to one question. Keys of matching
have no dates: those of a category follow its row.
"""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.catalogue import ShippedTable
from data.errors import DataError
from data.factor_schemas import (
    ENERGY_CARRIERS,
    GRIDS,
    GWP,
    HUB_ENERGY,
    HUB_INTENSITIES,
    INTENSITIES,
    MATCHING,
    PARAMETERS,
    REFRIGERANTS,
    RF_MEMO,
    SAF_PATHWAYS,
    VEHICLES,
)
from data.guards import INTENSITY_BANDS
from data.sources import read_card
from data.tables import read_bytes, write_bytes
from emissions.distance import TONNES_PER_TEU
from emissions.errors import EmissionsError
from emissions.factor_rows import hoc_intensity_of, match_of, parts_of, toc_of
from emissions.factors import EDITIONS, Factors, shipped_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.schemas import Schema
    from data.tables import Row
    from emissions.factors import Part

FACTOR_SCHEMAS = {
    schema.name: schema
    for schema in (
        *(INTENSITIES, ENERGY_CARRIERS, SAF_PATHWAYS, GRIDS, VEHICLES, HUB_ENERGY),
        *(HUB_INTENSITIES, PARAMETERS, GWP, RF_MEMO, REFRIGERANTS, MATCHING),
    )
}
_CATEGORIES = (INTENSITIES.name, HUB_INTENSITIES.name, HUB_ENERGY.name, VEHICLES.name)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,40}", re.ASCII)
_SET_FILE = "set.toml"
_FAR_BEYOND = 20.0  # times the upper end of the usual band of a mode
_RECORDS: dict[str, Callable[[Row], object]] = {
    INTENSITIES.name: toc_of,
    HUB_INTENSITIES.name: hoc_intensity_of,
    MATCHING.name: match_of,
    REFRIGERANTS.name: lambda row: parts_of(row["composition"], row["refrigerant_id"]),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Who said so, of a table that does not ship with Greenlane."""

    source_id: str
    publisher: str
    title: str
    licence: str = "LicenseRef-user-supplied"
    edition: str = ""
    notes: str = ""


def table_of(name: str, rows: Sequence[Row], schema: Schema, source: Provenance) -> Part:
    """Return rows as a table with its card, read back from its very bytes.

    Raises
    ------
    EmissionsError
        naming every row that its schema refuses.
    """
    path = f"factors/{re.sub('[^a-z0-9]', '_', name.lower())}_{schema.name}.csv"
    content = write_bytes(rows, schema)
    table = read_bytes(content, path, schema)
    if table.refused:
        raise EmissionsError("\n".join(map(str, table.refused)))
    toml = _card_text(schema.title, source, hashlib.sha256(content).hexdigest()).encode()
    return (
        ShippedTable(
            path=path,
            rows=tuple(table.rows),
            card=read_card(toml, path),
            csv_bytes=content,
            toml_bytes=toml,
        ),
        schema,
    )


def want_usable(row: Row, schema: Schema) -> None:
    """Refuse one row of a user's table that a set could not hold, before it spoils the whole set.

    Raises
    ------
    EmissionsError
        for a row on another boundary than well to wheel, shares that do not sum to 1, or a figure
        that no vehicle reaches.
    """
    make = _RECORDS.get(schema.name)
    if make is not None:
        make(row)
    if schema.name == INTENSITIES.name:
        want_plausible(row)


def want_plausible(row: Row) -> None:
    """Refuse an intensity far above all that vehicles of its mode emit.

    Raises
    ------
    EmissionsError
        beyond twenty times the band of `data.guards`: no vehicle, but a slip of units.
    """
    _, most = INTENSITY_BANDS.get(row["mode"], (0.0, math.inf))
    per = TONNES_PER_TEU["heavy"] if row["activity_unit"] == "teukm" else 1.0
    rate = row["wtt_kgco2e_per_tkm"] + row["ttw_kgco2e_per_tkm"]
    if rate > most * _FAR_BEYOND * per:
        unit = row["activity_unit"] or "tkm"
        wanted = f"at most {most * _FAR_BEYOND * per:g}: is it grams?"
        raise EmissionsError(f"{row['mode']}: found {rate:g} kg CO2e per {unit}, wanted {wanted}")


def _card_text(title: str, source: Provenance, sha256: str) -> str:
    return (
        f"[table]\ntitle = {_quoted(title)}\nlicence = {_quoted(source.licence)}\nship = false\n"
        f'csv_sha256 = "{sha256}"\nnotes = {_quoted(source.notes)}\n\n'
        f"[source.{_quoted(source.source_id)}]\npublisher = {_quoted(source.publisher)}\n"
        f"title = {_quoted(source.title)}\nedition = {_quoted(source.edition)}\n"
        f'licence = {_quoted(source.licence)}\nread = "direct"\n'
    )


def _quoted(text: str) -> str:
    """Write text as a TOML basic string."""
    safe = "".join(c if c.isprintable() else " " for c in text)
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'


def with_rows(
    factors: Factors,
    name: str,
    rows: Mapping[str, Sequence[Row]],
    source: Provenance,
) -> Factors:
    """Return a factor set with rows of one's own beside its tables, by schema name.

    Raises
    ------
    EmissionsError
        if a row cannot be used, or its id is already taken.
    """
    own = [table_of(name, rows[s], FACTOR_SCHEMAS[s], source) for s in sorted(rows) if rows[s]]
    if not own:
        return factors
    return Factors.of(f"{factors.edition}+{name}", (*factors.parts, *own))


def as_of(parts: Iterable[Part], day: date | None) -> tuple[Part, ...]:
    """Return tables in which each id stands once: its row published last by that day.

    An id of which nothing was published by then keeps its earliest row; results that rest on it are
    *restated* (`emissions.inventory.published_after`).

    Raises
    ------
    EmissionsError
        where an id stands twice with the same date, or in a table without dates.
    """
    parts = tuple(parts)
    chosen = _chosen(parts, day)
    return tuple(
        (table, schema)
        if all(chosen[schema.name, _key(row, schema)] == number for row in table.rows)
        else (_without(table, schema, number, chosen), schema)
        for number, (table, schema) in enumerate(parts)
    )


def _key(row: Row, schema: Schema) -> tuple[object, ...]:
    """Return by what a row is replaced; keys of matching are replaced with their category."""
    if schema.name == MATCHING.name:
        return (row["category_id"],)
    return tuple(row[name] for name in schema.key)


def _chosen(parts: tuple[Part, ...], day: date | None) -> dict[tuple[str, object], int]:
    """Return for each schema and id the number of the table whose row counts."""
    known: dict[tuple[str, object], list[tuple[date | None, int]]] = {}
    for number, (table, schema) in enumerate(parts):
        for row in table.rows:
            place = schema.name, _key(row, schema)
            known.setdefault(place, []).append((row.get("published_on"), number))
    keys = {place: known.pop(place) for place in [p for p in known if p[0] == MATCHING.name]}
    chosen = {place: _latest(place, rows, day) for place, rows in known.items()}
    outdone = _outdone(parts, known, chosen)
    for (name, category), rows in keys.items():
        numbers = {number for _, number in rows}
        standing = numbers - outdone.get(category, frozenset())
        chosen[name, category] = max(standing or numbers)
    return chosen


def _outdone(
    parts: tuple[Part, ...],
    known: Mapping[tuple[str, object], list[tuple[date | None, int]]],
    chosen: Mapping[tuple[str, object], int],
) -> dict[object, frozenset[int]]:
    """Return for each category the tables of those sets whose row for it does not count."""
    sets = [_set_of(table.path, schema) for table, schema in parts]
    found: dict[object, frozenset[int]] = {}
    for place, rows in known.items():
        if place[0] in _CATEGORIES and len(rows) > 1:
            lost = {sets[number] for _, number in rows} - {sets[chosen[place]]}
            found[place[1]] = frozenset(n for n, name in enumerate(sets) if name in lost)
    return found


def _set_of(path: str, schema: Schema) -> str:
    """Return the set that a table was imported with; all that ship are one."""
    shipped = any(path == known for tables in EDITIONS.values() for known, _ in tables)
    return "" if shipped else path.removesuffix(".csv").removesuffix(schema.name)


def _latest(
    place: tuple[str, object], rows: list[tuple[date | None, int]], day: date | None
) -> int:
    if len(rows) == 1:
        return rows[0][1]
    dated = [(published, number) for published, number in rows if published is not None]
    if len(dated) < len(rows) or len({published for published, _ in dated}) < len(dated):
        name = ", ".join(map(str, place[1])) if isinstance(place[1], tuple) else str(place[1])
        raise EmissionsError(f"{place[0]} {name!r} stands twice without different dates")
    by_then = [x for x in dated if day is None or x[0] <= day]
    return max(by_then)[1] if by_then else min(dated)[1]


def _without(
    table: ShippedTable, schema: Schema, number: int, chosen: Mapping[tuple[str, object], int]
) -> ShippedTable:
    """Return a table without the rows that others replace, with a card for its new bytes."""
    rows = [r for r in table.rows if chosen[schema.name, _key(r, schema)] == number]
    content = write_bytes(rows, schema)
    sha256 = hashlib.sha256(content).hexdigest()
    toml = table.toml_bytes.replace(table.card.sha256.encode(), sha256.encode())
    path = table.path.removesuffix(".csv") + "_selected.csv"
    return ShippedTable(
        path=path,
        rows=tuple(read_bytes(content, path, schema).rows),
        card=read_card(toml, path),
        csv_bytes=content,
        toml_bytes=toml,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The shipped editions, and the sets that a user imported into a folder."""

    catalogue: Catalogue
    folder: Path

    def names(self) -> tuple[str, ...]:
        """Return every set by name, shipped ones first."""
        own = (p.parent.name for p in self.folder.glob(f"*/{_SET_FILE}"))
        return (*EDITIONS, *sorted(own))

    def parts(self, name: str) -> tuple[Part, ...]:
        """Return the tables of a set: its base first, then its own.

        Raises
        ------
        EmissionsError
            if there is no such set, or its bytes changed since it was imported.
        """
        if name in EDITIONS:
            return shipped_parts(self.catalogue, name)
        if name not in self.names():
            raise EmissionsError(f"factor set {name!r}; wanted one of {', '.join(self.names())}")
        stated = tomllib.loads((self.folder / name / _SET_FILE).read_text("utf-8"))
        base = str(stated.get("base", ""))
        own = [
            _read_part(self.folder / name / f"{schema_name}.csv", name, str(sha256))
            for schema_name, sha256 in sorted(stated.get("tables", {}).items())
        ]
        return (*(self.parts(base) if base else ()), *own)

    def factors(self, names: Sequence[str], day: date | None = None) -> Factors:
        """Return sets laid over each other, the first as the ground, as of a day.

        Raises
        ------
        EmissionsError
            if a set is missing or damaged, or two rows of one id cannot be told apart by date.
        """
        seen: dict[str, Part] = {}
        for name in names:
            for table, schema in self.parts(name):
                held, _ = seen.setdefault(table.path, (table, schema))
                if held.csv_bytes != table.csv_bytes:
                    raise EmissionsError(
                        f"factor set {name!r}: its {table.path} stands for other rows in a set "
                        "before it; names that differ in punctuation alone cannot meet"
                    )
        edition = "+".join(names)
        return Factors.of(edition, as_of(seen.values(), day))

    def save(
        self, name: str, rows: Mapping[str, Sequence[Row]], source: Provenance, base: str
    ) -> None:
        """Write a set into the library; an existing one is never changed.

        Raises
        ------
        EmissionsError
            if the name is taken or unusable, or a row is not right.
        """
        if not _NAME.fullmatch(name):
            raise EmissionsError(f"set name {name!r}, wanted lower-case letters, digits, . _ -")
        if name in self.names():
            raise EmissionsError(f"set {name!r} exists; a set is never changed: wanted a new name")
        if base and base not in self.names():
            raise EmissionsError(f"base {base!r}; wanted one of {', '.join(self.names())}")
        parts = [
            table_of(name, rows[s], FACTOR_SCHEMAS[s], source) for s in sorted(rows) if rows[s]
        ]
        Factors.of(name, as_of((*(self.parts(base) if base else ()), *parts), None))  # it must load
        folder = self.folder / name
        folder.mkdir(parents=True)
        lines = [f"base = {_quoted(base)}\n\n[tables]\n"]
        for table, schema in parts:
            (folder / f"{schema.name}.csv").write_bytes(table.csv_bytes)
            (folder / f"{schema.name}.toml").write_bytes(table.toml_bytes)
            lines.append(f'{schema.name} = "{table.card.sha256}"\n')
        (folder / _SET_FILE).write_text("".join(lines), "utf-8")


def _read_part(path: Path, name: str, sha256: str) -> Part:
    schema = FACTOR_SCHEMAS.get(path.stem)
    if schema is None:
        raise EmissionsError(f"{path}: no factor table is called {path.stem!r}")
    try:
        content, toml = path.read_bytes(), path.with_suffix(".toml").read_bytes()
    except OSError as error:
        raise EmissionsError(f"{path}: {error.strerror or error}") from None
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise EmissionsError(f"{path}: sha256 {found}, wanted {sha256}: bytes changed since import")
    inside = f"factors/{re.sub('[^a-z0-9]', '_', name)}_{schema.name}.csv"
    card = read_card(toml, inside)
    table = read_bytes(content, inside, schema)
    if table.refused:
        raise DataError("\n".join(map(str, table.refused)))
    return (
        ShippedTable(
            path=inside, rows=tuple(table.rows), card=card, csv_bytes=content, toml_bytes=toml
        ),
        schema,
    )
