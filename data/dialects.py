"""Read a stranger's table as text cells with their line numbers, and tell how it was read."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.aliases import looks_like_header
from data.cells import MAX_TABLE_BYTES
from data.drafts import listed
from data.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_COLUMNS = 512
MAX_ROWS = 1_000_000  # more belongs to the bulk path
MAX_CELLS = 20_000_000
DOCUMENT_NO = "document_no"  # the column that counts JSON documents which have several rows
HEADER_WITHIN = 40  # lines among which the header is looked for
_DELIMITERS = ",;\t|"
_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DEFUSED = re.compile(r"'(?=[=+\-@\t\r'])")


class Typed(str):
    """Text of a cell that was a number or a date already, so that no sign needs to be guessed."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a file was read; `told` says it in words, for people."""

    form: str  # csv, xlsx, parquet or json
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""  # blank: not declared; the importer decides over all columns
    sheet: str = ""  # as declared; which one was read, if several, is told
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """A header and its rows as text, each row with the line on which it begins.

    Lines are physical lines of a text file, rows of a spreadsheet, or (the header being 1) places
    in a Parquet table; JSON counts one for each element of a chain, from 1. `ragged` holds rows
    whose cells do not match the header: they are accounted for, and never read.
    """

    file: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    dialect: Dialect
    ragged: tuple[tuple[int, str], ...] = ()
    twice: tuple[str, ...] = ()  # names that stand several times; later ones are called `name #2`

    @property
    def data_rows(self) -> int:
        """Rows that need an outcome: all that are not blank."""
        return len(self.rows) + len(self.ragged)


def read_raw(  # noqa: PLR0913  (each says how a file differs from the usual)
    content: bytes,
    file: str,
    *,
    encoding: str = "",
    delimiter: str = "",
    decimal: str = "",
    sheet: str = "",
    max_bytes: int = MAX_TABLE_BYTES,
) -> RawTable:
    """Read CSV, TSV, TXT, XLSX, Parquet, JSON or JSON lines as text cells.

    Nothing is guessed in silence: an encoding that is not UTF-8 must be declared, and what was
    found (delimiter, title lines, sheet) stands in `dialect.told`.

    Raises
    ------
    DataError
        when the file cannot be read as a table at all, or is larger than the bounds.
    """
    if len(content) > max_bytes:
        raise DataError(
            f"{file}: {len(content)} bytes, wanted at most {max_bytes}; larger files belong to "
            "the bulk path, as Parquet"
        )
    if decimal not in {"", ".", ","}:
        raise DataError(f"{file}: decimal sign {decimal!r}, wanted '.' or ','")
    suffix = file.rsplit(".", 1)[-1].lower() if "." in file else ""
    if suffix in {"csv", "tsv", "txt"}:
        raw = _read_text(content, file, encoding=encoding, delimiter=delimiter)
    elif suffix in {"xlsx", "xlsm", "parquet", "json", "jsonl", "ndjson"}:
        raw = _read_typed(content, file, suffix, sheet)
    else:
        raise DataError(f"{file}: wanted a .csv, .tsv, .txt, .xlsx, .parquet, .json or .jsonl file")
    return replace(raw, dialect=replace(raw.dialect, decimal=decimal or raw.dialect.decimal))


def _read_typed(content: bytes, file: str, suffix: str, sheet: str) -> RawTable:
    from data import json_rows, workbooks  # noqa: PLC0415  (they build on this module)

    if suffix in {"xlsx", "xlsm"}:
        return workbooks.read_xlsx(content, file, sheet)
    if suffix == "parquet":
        return workbooks.read_parquet(content, file)
    return json_rows.read_json(content, file, by_line=suffix != "json")


def decoded(content: bytes, file: str, encoding: str) -> tuple[str, str]:
    """Return the text and its encoding: UTF-8, UTF-16 by its mark, or as declared.

    Raises
    ------
    DataError
        naming the first byte that does not fit, and what may be declared.
    """
    marked = next((name for mark, name in _BOMS if content.startswith(mark)), "")
    name = encoding or marked or "utf-8-sig"
    shown = "utf-8" if name == "utf-8-sig" else name
    try:
        text = content.decode(name)
    except LookupError:
        raise DataError(f"{file}: encoding {encoding!r} is not known") from None
    except UnicodeDecodeError as error:
        hint = "" if encoding else "; if it is not, declare it: --encoding cp1252 or gb18030"
        found = f"byte {error.start} (0x{content[error.start]:02x}) is not {shown}"
        raise DataError(f"{file}: {found}{hint}") from None
    except (UnicodeError, ValueError, TypeError, AttributeError) as error:
        raise DataError(f"{file}: not readable as {name} ({error})") from None
    if not isinstance(text, str):
        raise DataError(f"{file}: encoding {encoding!r} is not one of text")
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise DataError(f"{file}: holds a NUL character; wanted plain text")
    return text, shown


def _read_text(content: bytes, file: str, *, encoding: str, delimiter: str) -> RawTable:
    text, name = decoded(content, file, encoding)
    given = {"tab": "\t", "\\t": "\t"}.get(delimiter.lower(), delimiter)
    if given and given not in _DELIMITERS:
        raise DataError(f"{file}: delimiter {delimiter!r}, wanted one of , ; tab |")
    sign = given or _delimiter(text)
    rows: list[list[str]] = []
    lines: list[int] = []
    cells = 0
    for line, row in _csv_rows(text, file, sign):
        cells += len(row)
        if len(rows) > MAX_ROWS + HEADER_WITHIN or cells > MAX_CELLS:
            raise DataError(f"{file}: {_too_many(line)}")
        rows.append(row)
        lines.append(line)
    shown = {"\t": "tab"}.get(sign, sign)
    told = [f"read as {name}, cells separated by {shown}"]
    return table_of(
        file,
        rows,
        lines,
        Dialect(form="csv", encoding=name, delimiter=sign, told=tuple(told)),
    )


def _too_many(line: int) -> str:
    return (
        f"more than {MAX_ROWS} rows or {MAX_CELLS} cells at line {line}; that much belongs to "
        "the bulk path, as Parquet"
    )


def _csv_rows(text: str, file: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield rows that are not blank, with the physical line on which each begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for row in reader:
            line, begins = begins, reader.line_num + 1
            if any(cell and not cell.isspace() for cell in row):
                yield line, [fused(cell) for cell in row] if "'" in "".join(row) else row
    except csv.Error as error:
        raise DataError(f"{file} line {begins}: not readable as CSV ({error})") from None


def fused(cell: str) -> str:
    """Return text without the ' by which an export defused what a spreadsheet would run.

    >>> fused("'=A1"), fused("'s-Hertogenbosch")
    ('=A1', "'s-Hertogenbosch")
    """
    return cell[1:] if _DEFUSED.match(cell) else cell


def _delimiter(text: str) -> str:
    """Return the sign that separates the header line best: the line that it cuts most often."""
    best, most = ",", 0
    for line in io.StringIO(text[:65536]):
        bare = re.sub(r'"[^"]*"', "", line)
        for sign in _DELIMITERS:
            if bare.count(sign) > most:
                best, most = sign, bare.count(sign)
        if most and looks_like_header(part.strip(' "\r\n') for part in line.split(best)):
            break
    return best


def table_of(
    file: str, rows: list[list[str]], lines: list[int], dialect: Dialect, *, pad: bool = False
) -> RawTable:
    """Return the table below the header, found under title lines, with ragged rows apart.

    Raises
    ------
    DataError
        when there is no header, or more columns or rows than the bounds.
    """
    if not rows:
        raise DataError(f"{file}: found no rows, wanted a header and rows below it")
    at = _header_at(rows)
    told = list(dialect.told)
    if at:
        told.append(f"{at} title lines above the header on line {lines[at]} were skipped")
    header = [cell.strip() for cell in rows[at]]
    while header and not header[-1]:
        header.pop()
    if len(header) > MAX_COLUMNS:
        raise DataError(f"{file}: {len(header)} columns, wanted at most {MAX_COLUMNS}")
    if len(rows) - at - 1 > MAX_ROWS:
        raise DataError(f"{file}: {_too_many(lines[-1])}")
    kept, numbers, ragged = _squared(rows[at + 1 :], lines[at + 1 :], len(header), pad=pad)
    names, twice = _named_apart(header)
    if twice:
        told.append("columns that stand twice: " + listed(twice))
    return RawTable(
        file=file,
        header=names,
        rows=kept,
        lines=numbers,
        dialect=replace(dialect, told=tuple(told)),
        ragged=tuple(ragged),
        twice=twice,
    )


def _squared(
    rows: list[list[str]], lines: list[int], width: int, *, pad: bool
) -> tuple[list[list[str]], list[int], list[tuple[int, str]]]:
    kept: list[list[str]] = []
    numbers: list[int] = []
    ragged: list[tuple[int, str]] = []
    for line, row in zip(lines, rows, strict=True):
        if len(row) != width:
            if any(cell.strip() for cell in row[width:]) or (len(row) < width and not pad):
                ragged.append((line, f"{len(row)} cells"))
                continue
            row = [*row[:width], *[""] * (width - len(row))]  # noqa: PLW2901  (the same row)
        kept.append(row)
        numbers.append(line)
    return kept, numbers, ragged


def _header_at(rows: list[list[str]]) -> int:
    """Return the first line, unless a later one is clearly the header."""
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        if looks_like_header(row):
            return at
    return 0


def _named_apart(header: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    seen: dict[str, int] = {}
    names = []
    for at, name in enumerate(header, start=1):
        shown = name or f"column {at}"
        seen[shown] = seen.get(shown, 0) + 1
        names.append(shown if seen[shown] == 1 else f"{shown} #{seen[shown]}")
    return tuple(names), tuple(name for name, times in seen.items() if times > 1)
