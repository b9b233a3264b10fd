"""Open a shipped table with its sources, and refuse one whose bytes have changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from data.errors import DataError
from data.sources import Source, TableCard, read_card
from data.tables import Row, Table, read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from data.schemas import Schema


_FOLDERS = ("factors", "equipment", "network", "network/odbl", "places")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedTable:
    """A table as it ships: its rows, the card beside it, and the very bytes of both."""

    path: str  # inside the package `data`, such as factors/grids_2023.csv
    rows: tuple[Row, ...]
    card: TableCard
    csv_bytes: bytes
    toml_bytes: bytes

    def source(self, source_id: str) -> Source:
        """Return a source of this table, or say which row names an unknown one."""
        try:
            return self.card.sources[source_id]
        except KeyError:
            raise DataError(f"{self.path}: source {source_id!r} is not in its TOML") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The folder of shipped tables."""

    root: Traversable

    def file(self, path: str) -> bytes:
        """Return the bytes of any shipped file."""
        node = self.root.joinpath(*path.split("/"))
        try:
            return node.read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            raise DataError(f"data/{path}: no such shipped file") from None

    def card(self, path: str) -> tuple[TableCard, bytes]:
        """Return the card that stands beside a table, and its bytes."""
        toml_path = path.rpartition(".")[0] + ".toml"
        toml_bytes = self.file(toml_path)
        return read_card(toml_bytes, toml_path), toml_bytes

    def cards(self) -> Iterator[tuple[str, TableCard]]:
        """Yield every shipped table's path, without suffix, and its card, in order."""
        for folder in _FOLDERS:
            node = self.root.joinpath(*folder.split("/"))
            for name in sorted(n.name for n in node.iterdir() if n.name.endswith(".toml")):
                path = f"{folder}/{name}"
                yield path.removesuffix(".toml"), read_card(self.file(path), path)

    def checked_file(self, path: str) -> bytes:
        """Return the bytes of a shipped table of any format.

        Raises
        ------
        DataError
            if they do not have the hash that the card beside them states.
        """
        content = self.file(path)
        _check_hash(path, content, self.card(path)[0])
        return content

    def table(self, path: str, schema: Schema) -> ShippedTable:
        """Open one table with its sources.

        Raises
        ------
        DataError
            if its bytes do not have the hash that its TOML states, or a row cannot be read: a
            shipped table is right as a whole or not at all.
        """
        csv_bytes = self.file(path)
        card, toml_bytes = self.card(path)
        _check_hash(path, csv_bytes, card)
        table = read_bytes(csv_bytes, path, schema)
        _refuse_faults(table)
        shipped = ShippedTable(
            path=path,
            rows=tuple(table.rows),
            card=card,
            csv_bytes=csv_bytes,
            toml_bytes=toml_bytes,
        )
        for row in shipped.rows:
            for source_id in str(row["source_id"]).split("|"):
                shipped.source(source_id)
        return shipped


def _check_hash(path: str, content: bytes, card: TableCard) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != card.sha256:
        raise DataError(f"data/{path}: sha256 {found}, wanted {card.sha256}: bytes changed")


def _refuse_faults(table: Table) -> None:
    if table.unknown_columns:
        raise DataError(f"{table.file}: unknown column {', '.join(table.unknown_columns)}")
    if table.refused:
        raise DataError("\n".join(str(fault) for fault in table.refused))


def open_catalogue() -> Catalogue:
    """Open the tables that ship with Greenlane."""
    return Catalogue(root=resources.files("data"))
