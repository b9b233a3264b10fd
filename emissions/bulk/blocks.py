"""Cut a CSV or an odd Parquet file into blocks of text cells with their line numbers."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from data.errors import DataError
from data.schemas import FOOTPRINT_LEGS
from data.tables import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

BLOCK_BYTES = 16 * 1024 * 1024
_CHUNK = 1024 * 1024
_BLOCK_ROWS = 100_000
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Rows of a file as text: one column per name of the header, and the line of each row."""

    number: int
    table: pa.Table
    records: int
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What one pass over a file's bytes tells."""

    sha256: str
    quoted: bool
    odd_lines: bool  # a carriage return that ends a line alone


@dataclass(slots=True)
class _Gathered:
    """Records that become a block."""

    lines: list[int] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def records(self) -> int:
        return len(self.cells) + len(self.refused)


def glance(path: Path) -> Glance:
    """Hash a file, and look for what makes CSV hard.

    Raises
    ------
    DataError
        if it holds a NUL character, as no text does.
    """
    digest, quoted, odd, last = hashlib.sha256(), False, False, b""
    is_csv = path.suffix.lower() == ".csv"
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            if not is_csv:
                continue
            if b"\0" in chunk:
                raise DataError(f"{path.name}: holds a NUL character; wanted plain CSV text")
            # The header is read by itself, quotes and all, unless one goes on in the next line.
            head, _, body = (b"", b"", chunk) if last else chunk.partition(b"\n")
            quoted = quoted or b'"' in body or head.count(b'"') % 2 == 1
            seen = last + chunk
            odd = odd or seen.count(b"\r") - seen.endswith(b"\r") > seen.count(b"\r\n")
            last = chunk[-1:]
    return Glance(sha256=digest.hexdigest(), quoted=quoted, odd_lines=odd or last == b"\r")


def header_of(path: Path) -> tuple[str, ...]:
    """Return the names of a CSV's columns.

    Raises
    ------
    DataError
        when the file has no header, or required columns are missing or stand twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = next(csv.reader(file, strict=True), [])
    except UnicodeDecodeError:
        raise _not_utf8(path) from None
    except csv.Error as error:
        raise DataError(f"{path.name}: not readable as CSV ({error})") from None
    header = tuple(cell.strip() for cell in cells)
    check_header(path.name, header)
    return header


def check_header(file: str, header: tuple[str, ...]) -> None:
    """Refuse a header that lacks columns, or names one twice."""
    missing = [c.name for c in FOOTPRINT_LEGS.columns if c.required and c.name not in header]
    if missing:
        found = ", ".join(header) or "an empty file"
        raise DataError(f"{file}: column {', '.join(missing)} is missing; found {found}")
    twice = sorted({n for n in header if n and header.count(n) > 1})
    if twice:
        raise DataError(f"{file}: column {', '.join(twice)} stands twice in the header")


def csv_blocks(path: Path, seen: Glance, header: tuple[str, ...]) -> Iterator[Block]:
    """Yield a CSV in blocks; lines are physical, the header is line 1."""
    if seen.quoted or seen.odd_lines:
        yield from _careful_blocks(path, header)
        return
    with path.open("rb") as file:
        if file.read(len(_BOM)) != _BOM:
            file.seek(0)
        file.readline()
        line, number, rest = 2, 0, b""
        while chunk := file.read(BLOCK_BYTES):
            cut = chunk.rfind(b"\n") + 1
            content, rest = rest + chunk[:cut], chunk[cut:] if cut else rest + chunk
            if not cut:
                continue
            yield _plain_block(path, header, content, number, line)
            number, line = number + 1, line + content.count(b"\n")
        if rest:
            yield _plain_block(path, header, rest, number, line)


def _plain_block(
    path: Path, header: tuple[str, ...], content: bytes, number: int, line: int
) -> Block:
    """Read a block without quotes fast; where it is not regular, record by record."""
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(content),
            pa_csv.ReadOptions(
                column_names=list(map(str, range(len(header)))),
                use_threads=False,
                block_size=len(content) + 1,
            ),
            pa_csv.ParseOptions(quote_char=False, ignore_empty_lines=False),
            pa_csv.ConvertOptions(
                column_types={str(i): pa.string() for i in range(len(header))},
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return _slow_block(path, header, content, number, line)
    lines = pa.array(range(line, line + table.num_rows), pa.int64())
    return Block(number=number, table=_named(table, header, lines), records=table.num_rows)


def _slow_block(
    path: Path, header: tuple[str, ...], content: bytes, number: int, line: int
) -> Block:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise _not_utf8(path) from None
    gathered = _Gathered()
    for start, cells in _records(path, io.StringIO(text, newline=""), line):
        _gather(gathered, path, header, start, cells)
    return _block(gathered, header, number)


def _careful_blocks(path: Path, header: tuple[str, ...]) -> Iterator[Block]:
    """Yield blocks of a CSV with quotes, record by record as Python reads it."""
    number, gathered = 0, _Gathered()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            records = _records(path, file, 1)
            next(records, None)
            for line, cells in records:
                _gather(gathered, path, header, line, cells)
                if gathered.records == _BLOCK_ROWS:
                    yield _block(gathered, header, number)
                    number, gathered = number + 1, _Gathered()
    except UnicodeDecodeError:
        raise _not_utf8(path) from None
    if gathered.records:
        yield _block(gathered, header, number)


def _records(path: Path, lines: Iterable[str], line: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line that it starts on."""
    reader = csv.reader(lines, strict=True)
    first = line - 1
    try:
        before = 0
        for cells in reader:
            yield first + before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        where = f"{path.name} line {first + reader.line_num}"
        raise DataError(f"{where}: not readable as CSV ({error})") from None


def _gather(
    into: _Gathered, path: Path, header: tuple[str, ...], line: int, cells: list[str]
) -> None:
    if len(cells) == len(header):
        into.lines.append(line)
        into.cells.append(cells)
    elif not any(cell.strip() for cell in cells):
        return
    elif len(cells) > len(header):
        into.refused.append(
            Refused(
                file=path.name,
                row=line,
                column="",
                found=f"{len(cells)} cells",
                wanted=f"{len(header)} cells",
                code="bad_row",
            )
        )
    else:
        into.lines.append(line)
        into.cells.append(cells + [""] * (len(header) - len(cells)))


def _block(gathered: _Gathered, header: tuple[str, ...], number: int) -> Block:
    columns = zip(*gathered.cells, strict=True) if gathered.cells else ([] for _ in header)
    table = pa.table({str(i): pa.array(list(c), pa.string()) for i, c in enumerate(columns)})
    return Block(
        number=number,
        table=_named(table, header, pa.array(gathered.lines, pa.int64())),
        records=gathered.records,
        refused=tuple(gathered.refused),
    )


def _named(table: pa.Table, header: tuple[str, ...], lines: pa.Array) -> pa.Table:
    known = [(i, n) for i, n in enumerate(header) if n in FOOTPRINT_LEGS.names]
    return pa.table({"line": lines} | {n: table.column(str(i)) for i, n in known})


def _not_utf8(path: Path) -> DataError:
    """Find the first byte that is no UTF-8."""
    offset = 0
    with path.open("rb") as file:
        for row in file:
            try:
                row.decode()
            except UnicodeDecodeError as error:
                offset += error.start
                break
            offset += len(row)
    return DataError(f"{path.name}: byte {offset} is not UTF-8; save the file as UTF-8")


def parquet_blocks(path: Path) -> Iterator[Block]:
    """Yield a Parquet file whose columns have other types than ours, as text."""
    line = 2
    with pq.ParquetFile(path) as file:
        for number, batch in enumerate(file.iter_batches(_BLOCK_ROWS)):
            try:
                columns = {
                    n: pc.cast(batch.column(n), pa.string())
                    for n in batch.schema.names
                    if n in FOOTPRINT_LEGS.names
                }
            except pa.ArrowInvalid as error:
                raise DataError(f"{path.name}: not readable as text ({error})") from None
            lines = pa.array(range(line, line + batch.num_rows), pa.int64())
            yield Block(
                number=number, table=pa.table({"line": lines} | columns), records=batch.num_rows
            )
            line += batch.num_rows
