"""Read tables into typed rows with every bad row in one report, and write rows back as bytes."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from data.cells import CELLS_BY_SUFFIX, MAX_TABLE_BYTES, BadCellError, read_cell
from data.errors import DataError
from data.schemas import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from data.schemas import Schema

Row = dict[str, Any]

# A spreadsheet runs a cell that starts with one of these; such text is written with a leading '.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_DELIMITERS = {";": "semicolon", "\t": "tab", "|": "bar"}  # of files that are not ours
_SIGNED_NUMBER = re.compile(r"[+-]\d+(\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One fault of one row: where, what was found, what was wanted."""

    file: str
    row: int  # the header is row 1
    column: str
    found: str
    wanted: str
    code: str

    def __str__(self) -> str:
        what = f"{self.column} " if self.column else ""
        return f"{self.file} row {self.row}: {what}found {self.found!r}, wanted {self.wanted}"


@dataclass(slots=True, kw_only=True)
class Table:
    """Good rows with their row numbers, the refused ones, and columns nobody knows."""

    schema: Schema
    file: str
    rows: list[Row] = field(default_factory=list)
    row_numbers: list[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    refused_keys: set[tuple[str, ...]] = field(
        default_factory=set
    )  # as written, to tell who is out
    unknown_columns: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        return iter(zip(self.row_numbers, self.rows, strict=True))

    def refuse(self, row: int, column: str, found: object, wanted: str, code: str) -> None:
        """Report one fault."""
        self.refused.append(
            Refused(
                file=self.file,
                row=row,
                column=column,
                found="" if found is None else str(found),
                wanted=wanted,
                code=code,
            )
        )


def _read_row(table: Table, number: int, raw: Mapping[str, str]) -> Row | None:
    row: Row = {}
    good = True
    for column in table.schema.columns:
        text = raw.get(column.name) or ""
        try:
            row[column.name] = read_cell(column, text)
        except BadCellError as fault:
            code = "missing_value" if not text.strip() else "bad_value"
            table.refuse(number, column.name, text, str(fault), code)
            good = False
    return row if good else None


def read_bytes(content: bytes, file: str, schema: Schema) -> Table:
    """Read a CSV, XLSX or Parquet table; rows with faults are refused, the others go on.

    Raises
    ------
    DataError
        when nothing can be read at all: not text, no header, or required columns missing.
    """
    if len(content) > MAX_TABLE_BYTES:
        raise DataError(f"{file}: {len(content)} bytes, wanted at most {MAX_TABLE_BYTES}")
    suffix = "." + file.rsplit(".", 1)[-1].lower()
    if suffix not in CELLS_BY_SUFFIX:
        raise DataError(f"{file}: wanted a .csv, .xlsx or .parquet file")
    cells = CELLS_BY_SUFFIX[suffix](content, file)
    header = [name.strip() for name in cells[0]] if cells else []
    missing = [c.name for c in schema.columns if c.required and c.name not in header]
    if missing:
        found = ", ".join(header) or "an empty file"
        other = _other_delimiter(header) if suffix == ".csv" else ""
        raise DataError(f"{file}: column {', '.join(missing)} is missing; found {found}{other}")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise DataError(f"{file}: column {', '.join(twice)} stands twice in the header")
    unknown = tuple(n for n in header if n and n not in schema.names)
    table = Table(schema=schema, file=file, unknown_columns=unknown)
    _fill(table, header, cells[1:])
    return table


def _other_delimiter(header: Sequence[str]) -> str:
    """Return what to do about a header that something else than commas divides."""
    if len(header) != 1:
        return ""
    found = [name for sign, name in _DELIMITERS.items() if header[0].count(sign)]
    return f": divided by {found[0]}s; save it with commas" if found else ""


def _fill(table: Table, header: Sequence[str], body: Iterable[Sequence[str]]) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for number, cells in enumerate(body, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            table.refuse(number, "", f"{len(cells)} cells", f"{len(header)} cells", "bad_row")
            continue
        raw = dict(zip(header, cells, strict=False))
        row = _read_row(table, number, raw)
        if row is None:
            table.refused_keys.add(tuple(raw.get(name, "").strip() for name in table.schema.key))
            continue
        key = tuple(row[name] for name in table.schema.key)
        if key and key in seen:
            found = ", ".join(str(part) for part in key)
            table.refuse(
                number, table.schema.key[-1], found, f"a key not used in row {seen[key]}", "twice"
            )
            continue
        seen[key] = number
        table.rows.append(row)
        table.row_numbers.append(number)


def read_table(path: Path, schema: Schema) -> Table:
    """Read one file of that schema; see `read_bytes`."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path.name}: no such file in {path.parent}") from None
    except OSError as error:
        raise DataError(f"{path.name}: {error.strerror or error}") from None
    return read_bytes(content, path.name, schema)


def find_table(folder: Path, schema: Schema) -> Path | None:
    """Return the file of that schema in a folder, whatever accepted format it has."""
    return next(
        (p for s in CELLS_BY_SUFFIX if (p := folder / f"{schema.name}{s}").is_file()),
        None,
    )


def plain_text(value: str) -> str:
    """Return text that no spreadsheet will run as a formula; a signed number is none."""
    if not value.startswith(_FORMULA_STARTS) or _SIGNED_NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def number_text(value: float) -> str:
    """Write a number in its shortest form that reads back equal, whole ones without '.0'."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)  # noqa: PLR2004


def _text_of(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, tuple | list):
        return "|".join(plain_text(str(part)) for part in value)
    return plain_text(str(value))


def write_bytes(rows: Iterable[Mapping[str, Any]], schema: Schema) -> bytes:
    """Write rows in canonical column order; the same rows give the same bytes.

    A value given as text is written as it is (kilograms with six decimals arrive as text), except
    that text which a spreadsheet would run is defused.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(schema.names)
    numeric = {c.name for c in schema.columns if c.kind in {Kind.NUMBER, Kind.INTEGER}}
    for row in rows:
        writer.writerow(
            [
                value
                if name in numeric and isinstance(value := row.get(name), str)
                else _text_of(row.get(name))
                for name in schema.names
            ]
        )
    return out.getvalue().encode()
