"""Read spreadsheets and Parquet as text cells, with guards against what unpacks to too much."""

from __future__ import annotations

import io
import math
import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from data.aliases import looks_like_header
from data.dialects import (
    HEADER_WITHIN,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Dialect,
    RawTable,
    Typed,
    fused,
    table_of,
)
from data.errors import DataError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

_UNPACKED_AT_MOST = 256 * 1024 * 1024
_UNPACKED_FREE = 16 * 1024 * 1024  # small files may be packed as tightly as they like
_UNPACKED_RATIO = 40  # spreadsheets of freight pack 5 to 20 times
_MEMBERS_AT_MOST = 2000
_SHEET_XML = re.compile(r"xl/worksheets/.*\.xml", re.IGNORECASE)
# A sheet is read as a full rectangle, so one far cell costs as much as all cells before it.
_CELL_REF = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,4})(\d{1,9})""")
_RECTANGLE_AT_MOST = 8_000_000
_RECTANGLE_FREE = 1_000_000  # cells that may be empty without more ado
_EMPTY_RATIO = 20
_LONGEST_REASON = 160
_STRINGS_XML = "xl/sharedstrings.xml"
_STRING_END = re.compile(rb"</(?:\w+:)?si\s*>")
_STRING_USED = re.compile(rb"<(?:\w+:)?v[^>]*>\s*(\d{1,9})\s*<")
_LONGEST_REASON = 160


def read_xlsx(content: bytes, file: str, sheet: str) -> RawTable:
    """Read one sheet: the one named, else the first visible one that has rows."""
    import python_calamine as calamine  # noqa: PLC0415  (most files are text)

    packed = io.BytesIO(_measured(content, file))
    try:
        book = calamine.CalamineWorkbook.from_filelike(packed)
        names = [m.name for m in book.sheets_metadata if "Visible" in str(m.visible)]
        if sheet and sheet not in book.sheet_names:
            raise DataError(f"{file}: found sheets {', '.join(book.sheet_names)}, wanted {sheet!r}")
        name, grid = _sheet_of(book, [sheet] if sheet else names)
    except (calamine.CalamineError, OSError, ValueError, OverflowError, RuntimeError) as error:
        raise DataError(f"{file}: not readable as a spreadsheet ({told(error)})") from None
    said = []
    if len(names) > 1 and not sheet:
        said.append(f"sheet {name!r} was read, of {', '.join(names)}")
    rows, lines = [], []
    for line, row in enumerate(grid, start=1):
        if any(value != "" for value in row):
            cells = [_cell_text(value) for value in row]
            if any(cell and not cell.isspace() for cell in cells):
                rows.append(cells)
                lines.append(line)
    return table_of(
        file, rows, lines, Dialect(form="xlsx", sheet=sheet, told=tuple(said)), pad=True
    )


def _sheet_of(book: Any, names: list[str]) -> tuple[str, list[list[Any]]]:  # noqa: ANN401  (untyped)
    """Return the first sheet that has a header, else the first that has rows."""
    found: tuple[str, list[list[Any]]] = ("", [])
    for name in names:
        grid = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        if any(looks_like_header(map(str, row)) for row in grid[:HEADER_WITHIN]):
            return name, grid
        if grid and not found[1]:
            found = name, grid
    return found


def _measured(content: bytes, file: str) -> bytes:
    """Return the workbook with its members unpacked, none larger than it was measured to be."""
    import zipfile  # noqa: PLC0415  (as above)
    import zlib  # noqa: PLC0415

    allowed = min(_UNPACKED_AT_MOST, max(_UNPACKED_FREE, _UNPACKED_RATIO * len(content)))
    out = io.BytesIO()
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as archive,
            zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as plain,
        ):
            members = dict(_unpacked(archive, file, allowed))
            shared = next((m for n, m in members.items() if n.lower() == _STRINGS_XML), b"")
            lengths = [len(text) for text in _STRING_END.split(shared)]
            for name, member in members.items():
                if _SHEET_XML.fullmatch(name):
                    _refuse_far_cells(member, file)
                    _refuse_many_copies(member, lengths, file)
                plain.writestr(zipfile.ZipInfo(name), member)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,  # a packing that Python does not know
        RuntimeError,  # a password
        KeyError,
        ValueError,
        OverflowError,
        OSError,
    ) as error:
        raise DataError(f"{file}: not readable as a spreadsheet ({told(error)})") from None
    return out.getvalue()


def _unpacked(archive: zipfile.ZipFile, file: str, allowed: int) -> Iterator[tuple[str, bytes]]:
    members = archive.infolist()
    names = {member.filename for member in members}
    if len(members) > _MEMBERS_AT_MOST or len(names) < len(members):
        raise DataError(f"{file}: not readable as a spreadsheet (too many or doubled members)")
    left = allowed
    for member in members:
        if not member.filename.lower().endswith((".xml", ".rels", ".bin")):
            continue  # pictures and macros hold no cells
        with archive.open(member) as stream:
            found = stream.read(left + 1)
        left -= len(found)
        if left < 0:
            raise DataError(f"{file}: unpacks to more than {allowed} bytes")
        yield member.filename, found


def _refuse_far_cells(sheet: bytes, file: str) -> None:
    refs = _CELL_REF.findall(sheet)
    columns = max((_column_no(letters) for letters in {ref[0] for ref in refs}), default=0)
    rows = max((int(number) for number in {ref[1] for ref in refs}), default=0)
    if columns > MAX_COLUMNS:
        raise DataError(f"{file}: has cells beyond column {MAX_COLUMNS}")
    if rows > MAX_ROWS:
        raise DataError(f"{file}: has cells beyond row {MAX_ROWS}; use the bulk path, as Parquet")
    allowed = min(_RECTANGLE_AT_MOST, max(_RECTANGLE_FREE, _EMPTY_RATIO * len(refs)))
    if rows * columns > allowed:
        raise DataError(
            f"{file}: {rows} rows times {columns} columns, wanted at most {allowed} cells; "
            "delete far empty cells, or use the bulk path, as Parquet"
        )


def _column_no(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _refuse_many_copies(sheet: bytes, lengths: list[int], file: str) -> None:
    """Refuse a sheet that repeats its shared texts until they fill the memory."""
    if max(lengths) * sheet.count(b"</") <= _UNPACKED_AT_MOST:
        return
    numbers = (int(found) for found in _STRING_USED.findall(sheet))
    if sum(lengths[n] for n in numbers if n < len(lengths)) > _UNPACKED_AT_MOST:
        raise DataError(f"{file}: unpacks to more than {_UNPACKED_AT_MOST} bytes of text")


def _cell_text(value: object) -> str:
    if isinstance(value, str):
        return fused(value.replace("\0", " "))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        return Typed(_number_text(value))
    if isinstance(value, datetime):
        at_midnight = value.time() == time() and value.tzinfo is None
        return Typed(value.date().isoformat() if at_midnight else value.isoformat())
    if isinstance(value, date):
        return Typed(value.isoformat())
    return "" if value is None else str(value)


def _number_text(value: float) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004
        return str(int(value))
    return repr(value)


def told(error: BaseException) -> str:
    """Return what a reader says of a fault, on one short line."""
    return " ".join(str(error).split())[:_LONGEST_REASON]


def read_parquet(content: bytes, file: str) -> RawTable:
    """Read a Parquet table; numbers and dates keep their type, nested columns are left out.

    Texts are read as dictionaries, so that a text which a million rows share is held once.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    said = ["read as Parquet"]
    try:
        source = pq.ParquetFile(pa.BufferReader(content))
        _refuse_large(source.metadata, file)
        nested = [f.name for f in source.schema_arrow if pa.types.is_nested(f.type)]
        flat = [f.name for f in source.schema_arrow if f.name not in nested]
        texts = [f.name for f in source.schema_arrow if f.name in flat and _is_text(f.type)]
        source = pq.ParquetFile(pa.BufferReader(content), read_dictionary=texts)
        table = source.read(columns=flat)
        table.validate(full=True)  # damaged files name words that their dictionaries lack
        columns = [_cells_of_column(column) for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError, TypeError) as error:
        raise DataError(f"{file}: not readable as Parquet ({told(error)})") from None
    if nested:
        said.append("nested columns were left out: " + ", ".join(nested))
    grid = [list(row) for row in zip(*columns, strict=True)]
    kept = [at for at, row in enumerate(grid) if any(cell.strip() for cell in row)]
    return table_of(
        file,
        [[str(name) for name in table.column_names], *(grid[at] for at in kept)],
        [1, *(at + 2 for at in kept)],
        Dialect(form="parquet", decimal=".", told=tuple(said)),
    )


def _refuse_large(shape: Any, file: str) -> None:  # noqa: ANN401  (untyped)
    if shape.num_columns > MAX_COLUMNS:
        raise DataError(f"{file}: {shape.num_columns} columns, wanted at most {MAX_COLUMNS}")
    if shape.num_rows > MAX_ROWS or shape.num_rows * shape.num_columns > MAX_CELLS:
        raise DataError(f"{file}: {shape.num_rows} rows; use the bulk path")
    size = sum(shape.row_group(at).total_byte_size for at in range(shape.num_row_groups))
    if size > _UNPACKED_AT_MOST:
        raise DataError(f"{file}: unpacks to {size} bytes, wanted at most {_UNPACKED_AT_MOST}")


def _is_text(kind: Any) -> bool:  # noqa: ANN401  (untyped)
    import pyarrow as pa  # noqa: PLC0415

    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def _cells_of_column(column: Any) -> list[str]:  # noqa: ANN401  (untyped)
    cells: list[str] = []
    for chunk in column.chunks:
        if hasattr(chunk, "dictionary"):
            words = [_any_text(value) for value in chunk.dictionary.to_pylist()]
            cells += ["" if at is None else words[at] for at in chunk.indices.to_pylist()]
        else:
            cells += [_any_text(value) for value in chunk.to_pylist()]
    return cells


def _any_text(value: Any) -> str:  # noqa: ANN401  (whatever Parquet holds)
    if isinstance(value, float) and math.isnan(value):
        return ""  # pandas writes an absent number so
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return _cell_text(value)
