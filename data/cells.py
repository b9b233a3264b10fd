"""Turn files into cells, and cells into values; a cell that is wrong says what was wanted."""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from data.errors import DataError
from data.schemas import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST_YEAR, _LAST_YEAR = 1950, 2150
MAX_TABLE_BYTES = 64 * 1024 * 1024  # a problem table larger than this belongs to the bulk path


class BadCellError(ValueError):
    """What was wanted instead of the text of one cell."""


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadCellError("a number with '.' as decimal sign") from None
    if not math.isfinite(value) or "_" in text or not text.isascii():
        raise BadCellError("a finite number in plain digits")
    return value


def _integer(text: str) -> int:
    value = _number(text)
    if value != int(value):
        raise BadCellError("a whole number")
    return int(value)


def _time(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise BadCellError("a time such as 2023-06-01T18:00+08:00") from None
    if value.tzinfo is None:
        raise BadCellError("a time with its offset, such as 2023-06-01T18:00+08:00")
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise BadCellError(f"a time between {_FIRST_YEAR} and {_LAST_YEAR}")
    return value.astimezone(UTC)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadCellError("a date such as 2023-06-01") from None


def _flag(text: str) -> bool:
    if text.lower() not in {"yes", "no"}:
        raise BadCellError("yes or no")
    return text.lower() == "yes"


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


_READERS: dict[Kind, Callable[[str], Any]] = {
    Kind.TEXT: str,
    Kind.NUMBER: _number,
    Kind.INTEGER: _integer,
    Kind.TIME: _time,
    Kind.DATE: _date,
    Kind.LIST: _list,
    Kind.FLAG: _flag,
}


def _bounds_fault(column: Column, value: Any) -> str:  # noqa: ANN401  (any cell)
    if column.choices and value not in column.choices:
        return "one of " + ", ".join(column.choices)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if column.above is not None and not value > column.above:
            return f"> {column.above:g}"
        if column.at_least is not None and not value >= column.at_least:
            return f">= {column.at_least:g}"
        if column.at_most is not None and not value <= column.at_most:
            return f"<= {column.at_most:g}"
    return ""


def read_cell(column: Column, text: str) -> Any:  # noqa: ANN401  (depends on the column)
    """Read one cell; blank is None (an empty tuple for lists).

    Raises
    ------
    ValueError
        saying what was wanted.
    """
    text = text.strip()
    if not text:
        if column.required:
            raise BadCellError("a value")
        return () if column.kind is Kind.LIST else None
    value = _READERS[column.kind](text)
    fault = _bounds_fault(column, value)
    if fault:
        raise BadCellError(fault)
    return value


def _cells_of_csv(content: bytes, file: str) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{file}: byte {error.start} is not UTF-8; save the file as UTF-8"
        ) from None
    if "\0" in text:
        raise DataError(f"{file}: holds a NUL character; wanted plain CSV text")
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise DataError(f"{file}: not readable as CSV ({error})") from None


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _cells_of_xlsx(content: bytes, file: str) -> list[list[str]]:
    import zipfile  # noqa: PLC0415  (spreadsheets are the exception, start-up is not)
    import zlib  # noqa: PLC0415

    import openpyxl  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_TABLE_BYTES:
                raise DataError(f"{file}: unpacks to more than {MAX_TABLE_BYTES} bytes")
        sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True).active
        rows = [] if sheet is None else list(sheet.iter_rows(values_only=True))
    except (zipfile.BadZipFile, zlib.error, SyntaxError, KeyError, ValueError, OSError) as error:
        raise DataError(f"{file}: not readable as a spreadsheet ({error})") from None
    return [[_cell_text(value) for value in row] for row in rows]


def _cells_of_parquet(content: bytes, file: str) -> list[list[str]]:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{file}: not readable as Parquet ({error})") from None
    columns = [[_cell_text(value) for value in column.to_pylist()] for column in table.columns]
    return [list(table.column_names), *(list(row) for row in zip(*columns, strict=True))]


CELLS_BY_SUFFIX = {".csv": _cells_of_csv, ".xlsx": _cells_of_xlsx, ".parquet": _cells_of_parquet}
