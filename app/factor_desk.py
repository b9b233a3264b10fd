"""Factor sets as plain functions: which there are, what one says, how a user's own is kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from data.dialects import read_raw
from data.errors import DataError
from data.factor_schemas import MATCHING
from data.tables import read_bytes
from emissions.errors import EmissionsError, MissingFactorError
from emissions.factors import DEFAULT_EDITION, Factors
from emissions.fuel import fuel_named
from emissions.library import FACTOR_SCHEMAS, Library, want_usable
from emissions.loose_factors import read_loose
from emissions.matching import match
from emissions.own_keys import key_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.tools import Tools
    from data.schemas import Schema
    from data.tables import Refused, Row
    from emissions.library import Provenance
    from emissions.loose_factors import About
    from emissions.matching import Match, Query


def open_library(tools: Tools) -> Library:
    """Return the shipped editions and the user's own sets."""
    return Library(catalogue=tools.catalogue, folder=tools.library_dir)


def open_set(tools: Tools, names: tuple[str, ...]) -> Factors:
    """Return factor sets laid over each other; none named means the default one."""
    return open_library(tools).factors(names) if names else tools.factors


def sets(tools: Tools) -> list[dict[str, Any]]:
    """Return one row per factor set."""
    library = open_library(tools)
    rows = []
    for name in library.names():
        factors = library.factors((name,))
        rows.append(
            {
                "set": name,
                "default": name == DEFAULT_EDITION,
                "tocs": len(factors.tocs),
                "hocs": len(factors.hocs),
                "energy_carriers": len(factors.carriers),
                "grids": len(factors.grids),
                "vehicles": len(factors.vehicles),
                "sha256": factors.sha256,
            }
        )
    return rows


def one(tools: Tools, name: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Return all that is known of one factor, with its source in full.

    Raises
    ------
    MissingFactorError
        if no table holds it, with the nearest name.
    """
    factors = open_set(tools, names)
    tables: tuple[Mapping[str, Any], ...] = (
        factors.tocs,
        factors.hocs,
        factors.vehicles,
        factors.carriers,
        factors.grids,
        factors.pathways,
    )
    found = next((table[name] for table in tables if name in table), None)
    if found is None:
        import difflib  # noqa: PLC0415  (for a wrong name alone)

        near = difflib.get_close_matches(name, [k for t in tables for k in t], n=1, cutoff=0)
        raise MissingFactorError("category", name, near[0] if near else "")
    told = {f.name: getattr(found, f.name) for f in fields(found) if f.name != "origin"}
    told |= {k: str(v) for k, v in asdict(found.origin).items()}
    for part in found.origin.source_id.split("|"):
        for table in factors.tables:
            if source := table.card.sources.get(part):
                told[f"source {part}"] = (
                    f"{source.publisher}: {source.title} ({source.edition}), {source.licence}, "
                    f"read {source.read}; {source.url}"
                )
    return {k: v for k, v in told.items() if v not in (None, "")}


def matched(tools: Tools, query: Query, names: tuple[str, ...]) -> Match:
    """Return the category that a query stands on, with every step to it.

    Raises
    ------
    EmissionsError
        if nothing fits, or the fuel is unknown, with the nearest.
    """
    factors = open_set(tools, names)
    fuel = fuel_named(query.fuel, factors) if query.fuel else ""
    return match(replace(query, fuel=fuel), factors)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSet:
    """What became of a user's tables."""

    counts: dict[str, int]  # rows by table
    refused: tuple[Refused, ...]
    sha256: str


def import_files(  # noqa: PLR0913  (a set, its files, and what they do not say)
    tools: Tools,
    name: str,
    files: Mapping[str, bytes],
    *,
    about: About,
    source: Provenance,
    base: str = "",
) -> ImportedSet:
    """Keep tables as a set of the library; rows that cannot be used are told and left out.

    Raises
    ------
    DataError
        when no row of a file is usable.
    EmissionsError
        when the name is taken, or the set does not hold together.
    """
    rows: dict[str, list[Row]] = {}
    refused: list[Refused] = []
    for file, content in files.items():
        found, faults = _rows_of(content, file, about)
        if not any(found.values()):
            raise DataError("\n".join([f"{file}: no usable row", *map(str, faults[:20])]))
        refused += faults
        for schema_name, made in found.items():
            rows.setdefault(schema_name, []).extend(made)
    _add_matches(rows, about)
    library = open_library(tools)
    library.save(name, rows, source, base)
    return ImportedSet(
        counts={schema_name: len(made) for schema_name, made in sorted(rows.items())},
        refused=tuple(refused),
        sha256=library.factors((name,)).sha256,
    )


def _rows_of(content: bytes, file: str, about: About) -> tuple[dict[str, list[Row]], list[Refused]]:
    raw = read_raw(content, file)
    schema = _schema_of(raw.header)
    if schema is not None:
        table = read_bytes(content, file, schema)
        rows = []
        for number, row in table:
            try:
                want_usable(row, schema)
            except EmissionsError as fault:
                table.refuse(number, schema.key[0], row[schema.key[0]], str(fault), "bad_factor")
                continue
            # its sources are in its own card, which is not imported
            rows.append(row | {"source_id": about.source_id})
        return {schema.name: rows}, table.refused
    loose = read_loose(raw.header, list(zip(raw.lines, raw.rows, strict=True)), file, about)
    return loose.rows, loose.refused


def _schema_of(header: tuple[str, ...]) -> Schema | None:
    """Return the table of ours whose required columns all stand in a header."""
    for schema in FACTOR_SCHEMAS.values():
        if {c.name for c in schema.columns if c.required} <= {*header, "source_id"}:
            return schema
    return None


def _add_matches(rows: dict[str, list[Row]], about: About) -> None:
    """Give categories without keys those that their own words tell, so that legs find them."""
    keyed = {row["category_id"] for row in rows.get(MATCHING.name, [])}
    made = [
        dict.fromkeys(MATCHING.names) | key_row(row) | {"source_id": about.source_id}
        for name in ("intensities", "hubs_intensity", "hubs_energy", "vehicles")
        for row in rows.get(name, [])
        if (row.get("toc_id") or row.get("hoc_id") or row.get("vehicle_code")) not in keyed
    ]
    if made:
        rows.setdefault(MATCHING.name, []).extend(made)
