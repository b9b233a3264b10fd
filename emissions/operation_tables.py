"""Read operations.csv in any dialect, and remember whose rows could not be read."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from data.cells import CELLS_BY_SUFFIX
from data.dialects import read_raw
from data.errors import DataError
from data.operation_schemas import OPERATIONS
from data.readings import decimal_sign
from data.schemas import Kind
from data.tables import read_bytes

if TYPE_CHECKING:
    from data.dialects import RawTable
    from data.tables import Table

_NUMERIC = frozenset(c.name for c in OPERATIONS.columns if c.kind in {Kind.NUMBER, Kind.INTEGER})


def read_operations(content: bytes, file: str) -> Table:
    """Read operations from CSV of any delimiter, XLSX or Parquet.

    Categories with a row that is refused are in `refused_keys`: half of an operation is no
    operation. A row that does not even say whose it is may be anybody's; its key is blank.

    Raises
    ------
    DataError
        when nothing can be read at all, or decimal signs are in doubt.
    """
    suffix = "." + file.rsplit(".", 1)[-1].lower()
    raw = read_raw(content, file)
    if suffix not in CELLS_BY_SUFFIX or raw.dialect.delimiter not in {"", ","} or _marked(content):
        return _of_dialect(raw)
    table = read_bytes(content, file, OPERATIONS)
    cells = CELLS_BY_SUFFIX[suffix](content, file)
    _remember(table, dict(enumerate(cells[1:], start=2)), cells[0])
    return table


def _marked(content: bytes) -> bool:
    """Tell a text by its mark of UTF-16."""
    return content[:2] in {b"\xff\xfe", b"\xfe\xff"}


def _of_dialect(raw: RawTable) -> Table:
    """Read cells of another dialect as ours; faults name the lines of the file as it is."""
    table = read_bytes(_as_ours(raw), "operations.csv", OPERATIONS)
    table.file = raw.file
    found, table.refused = table.refused, []
    lines = dict(enumerate(raw.lines, start=2))
    for fault in found:
        line = lines[fault.row]
        table.refuse(line, fault.column, fault.found, fault.wanted, fault.code)
    table.row_numbers = [lines[number] for number in table.row_numbers]
    _remember(table, dict(zip(raw.lines, raw.rows, strict=True)), raw.header)
    for line, text in raw.ragged:
        table.refuse(line, "", text, f"{len(raw.header)} cells", "bad_row")
        table.refused_keys.add(("",))
    return table


def _as_ours(raw: RawTable) -> bytes:
    numeric = [at for at, name in enumerate(raw.header) if name in _NUMERIC]
    cells = [row[at] for row in raw.rows for at in numeric]
    signs = decimal_sign(cells, plain_points=raw.dialect.delimiter in {",", "\t"})
    if not signs.decimal:
        raise DataError(f"{raw.file}: {signs.doubt}; wanted '.' as decimal sign throughout")
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(raw.header)
    for row in raw.rows:
        if signs.decimal == ",":
            row = [  # noqa: PLW2901  (the same row)
                cell.replace(".", "").replace(",", ".") if at in numeric else cell
                for at, cell in enumerate(row)
            ]
        writer.writerow(row)
    return out.getvalue().encode()


def _remember(
    table: Table, cells: dict[int, list[str]], header: list[str] | tuple[str, ...]
) -> None:
    """Note whose rows were refused; `read_bytes` cannot tell, as an operation has no key."""
    at = [name.strip() for name in header].index("category_id")
    table.refused_keys = set()
    for fault in table.refused:
        row = cells[fault.row]
        text = row[at].strip() if at < len(row) else ""
        table.refused_keys.add((text,))
