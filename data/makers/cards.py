"""Read and write the tables and the TOML cards beside them, for the makers alone."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from pathlib import Path

Rows = list[dict[str, str]]

DATA = Path(__file__).resolve().parents[1]
_HASH_LINE = re.compile(r'^csv_sha256 = ".*"$', re.MULTILINE)


def read_rows(path: Path) -> Rows:
    """Return the rows of a CSV as text, untouched."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: Rows) -> None:
    """Write rows in their own column order with LF line ends."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode())


def stamp(table: Path) -> bool:
    """Write the SHA-256 of a table into the card beside it; return whether the card changed."""
    card = table.with_suffix(".toml")
    old = card.read_text(encoding="utf-8")
    digest = hashlib.sha256(table.read_bytes()).hexdigest()
    new, found = _HASH_LINE.subn(f'csv_sha256 = "{digest}"', old)
    if found != 1:
        raise ValueError(f"{card.name}: found {found} lines csv_sha256, wanted 1")
    card.write_text(new, encoding="utf-8", newline="\n")
    return new != old
