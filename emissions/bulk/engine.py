"""Hold the one door to DuckDB: bounded memory, one thread, no file but the named ones."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import duckdb

from emissions.errors import EmissionsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pyarrow as pa

# Joins keep the order of the legs only while legs stay on the probing side.
_FIXED = "SET disabled_optimizers = 'join_order,build_side_probe_side'"
_BATCH = 10_000


def literal(text: str) -> str:
    """Quote text for SQL.

    >>> literal("x'; DROP")
    "'x''; DROP'"
    """
    return "'" + text.replace("'", "''") + "'"


def place(path: Path) -> str:
    """Quote a file for SQL, so that no part of its name is taken for a pattern."""
    return literal(_no_pattern(str(path)))


def _no_pattern(path: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in path)


def name(text: str) -> str:
    """Quote a name of a column for SQL.

    >>> name('a"b')
    '"a""b"'
    """
    return '"' + text.replace('"', '""') + '"'


class Engine:
    """One database in memory, single-threaded, so that what it writes has one order.

    Two of them work side by side on two parts of a file. It reads `reads` and writes below `work`,
    and nothing else: neither other files nor the network, and no extension is loaded.
    """

    def __init__(self, *, work: Path, reads: Iterable[Path], memory_mb: int) -> None:
        self._db = duckdb.connect(
            config={
                "threads": 1,
                "memory_limit": f"{memory_mb}MB",
                "temp_directory": str(work / f"spill-{uuid.uuid4().hex}"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "preserve_insertion_order": True,
            }
        )
        named = [one for path in reads for one in (str(path), _no_pattern(str(path)))]
        for setting, paths in (
            ("allowed_paths", named),
            ("allowed_directories", [work, _no_pattern(str(work))]),
        ):
            listed = ", ".join(literal(str(path)) for path in paths)
            self.run(f"SET {setting} = [{listed}]")
        self.run(_FIXED)
        self.run("SET enable_progress_bar = false")
        self.run("SET enable_external_access = false")
        self.run("SET lock_configuration = true")

    def run(self, sql: str) -> None:
        """Carry out one statement."""
        self._ask(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a small answer."""
        return self._ask(sql).fetchall()

    def one(self, sql: str) -> tuple[Any, ...]:
        """Return the only row of an answer."""
        return self.rows(sql)[0]

    def arrow(self, sql: str) -> pa.Table:
        """Return an answer as columns."""
        try:
            return self._db.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise _fault(error) from None

    def records(self, sql: str) -> Iterator[dict[str, Any]]:
        """Yield rows by name, a batch at a time."""
        answer = self._ask(sql)
        names = [column[0] for column in answer.description]
        while batch := answer.fetchmany(_BATCH):
            yield from (dict(zip(names, row, strict=True)) for row in batch)

    def load(self, table: str, content: pa.Table) -> None:
        """Keep columns as a table of that name."""
        self._db.register("incoming", content)
        self.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM incoming")  # noqa: S608
        self._db.unregister("incoming")

    def lend(self, view: str, content: pa.Table) -> None:
        """Let statements read columns in place; `take_back` ends it."""
        self._db.register(view, content)

    def take_back(self, view: str) -> None:
        """Forget columns that were lent."""
        self._db.unregister(view)

    def close(self) -> None:
        """End the database and drop what it spilled."""
        self._db.close()

    def _ask(self, sql: str) -> duckdb.DuckDBPyConnection:
        try:
            return self._db.execute(sql)
        except duckdb.Error as error:
            raise _fault(error) from None


def _fault(error: duckdb.Error) -> EmissionsError:
    return EmissionsError(f"bulk engine: {str(error).splitlines()[0]}")
