"""Open a file of legs as parts that SQL can read, whatever its form."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import DataError
from data.schemas import FOOTPRINT_LEGS, Column, Kind
from emissions.bulk.blocks import (
    BLOCK_BYTES,
    check_header,
    csv_blocks,
    glance,
    header_of,
    parquet_blocks,
)
from emissions.bulk.cells import (
    TEXT,
    as_written_sql,
    is_native,
    known_columns,
    read_sql,
    stored,
    stripped_sql,
    unchosen_sql,
    untidy_sql,
)
from emissions.bulk.engine import literal, name
from emissions.bulk.engine import place as pattern_free
from emissions.bulk.refusals import CellReader, is_blank, write_refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from data.tables import Refused
    from emissions.bulk.blocks import Block, Glance
    from emissions.bulk.crew import Crew
    from emissions.bulk.engine import Engine

_ARROW = {"DOUBLE": pa.float64(), "BIGINT": pa.int64(), TEXT: pa.string()}
# Columns of more different values than this are written as they are: no time goes into a list.
_WORDS = "DICTIONARY_SIZE_LIMIT 5000"
_LINE = "file_row_number + 2"  # as people count, the header being line 1
FORM = 1  # of stored parts; raised when what is written changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some rows of a source."""

    number: int
    sql: str  # `line`, typed columns and `doubtful`
    doubtful_sql: str  # the doubtful rows as text; blank where none can be left
    rows: int  # records, blank ones included
    blank: int = 0
    refused: int = 0  # rows already refused when cells were read
    refused_file: Path | None = None
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of legs, opened."""

    file: str
    sha256: str
    columns: tuple[Column, ...] = field(repr=False)  # known, in canonical order
    present: frozenset[str]  # known columns with at least one value
    unknown: tuple[str, ...]
    parts: tuple[Part, ...] = field(repr=False)
    most: dict[str, float] = field(default_factory=dict)  # greatest value, where statistics tell

    @property
    def has_odd_words(self) -> bool:
        """True if a cell may be good in a notation that SQL does not know."""
        odd = {Kind.TIME, Kind.FLAG}
        return any(p.doubtful_sql for p in self.parts) and any(
            c.kind in odd for c in self.columns if c.name in self.present
        )

    @property
    def kept(self) -> list[str]:
        """Columns that go through to the result."""
        return [c.name for c in self.columns]


def digest_of(*what: object) -> str:
    """Return a key of anything that JSON can say."""
    return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()[:32]


def open_source(
    path: Path, crew: Crew, work: Path, *, rows_per_part: int, report: Callable[[str, int], None]
) -> Source:
    """Open a `.csv` or `.parquet` file of legs.

    Parquet with our types is read in place; all else is first read cell by cell into parts of
    `work`, where a second run finds them.

    Raises
    ------
    DataError
        when nothing can be read at all.
    """
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".parquet"}:
        raise DataError(f"{path.name}: wanted a .csv or .parquet file")
    try:
        seen = glance(path)
    except OSError as error:
        raise DataError(f"{path.name}: {error.strerror or error}") from None
    if suffix == ".csv":
        header = header_of(path)
        return _staged(path, seen, header, csv_blocks(path, seen, header), crew, work, report)
    return _open_parquet(path, seen, crew, work, rows_per_part, report)


def _open_parquet(  # noqa: PLR0913, PLR0917  (what opening needs, once)
    path: Path,
    seen: Glance,
    crew: Crew,
    work: Path,
    rows_per_part: int,
    report: Callable[[str, int], None],
) -> Source:
    try:
        metadata = pq.read_metadata(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path.name}: not readable as Parquet ({error})") from None
    header = tuple(metadata.schema.to_arrow_schema().names)
    check_header(path.name, header)
    place = f"read_parquet({pattern_free(path)}, file_row_number = true)"
    described = crew.first.rows(f"DESCRIBE SELECT * FROM {place}")  # noqa: S608
    types = {row[0]: row[1] for row in described}
    columns = known_columns(types)
    if not all(is_native(c, types[c.name]) for c in columns):
        return _staged(path, seen, header, parquet_blocks(path), crew, work, report)
    tidy = _tidy(columns, types, place, crew)
    ranges_of = _extremes(metadata, columns)
    proven = frozenset(c.name for c in columns if _proves(c, ranges_of.get(c.name)))
    proven |= _chosen(columns, ranges_of, place, crew)
    parts = []
    for number, (first, last) in enumerate(_ranges(metadata, rows_per_part)):
        rows = f"file_row_number >= {first} AND file_row_number < {last}"
        where = f"(SELECT * FROM {place} WHERE {rows})"  # noqa: S608
        parts.append(
            Part(
                number=number,
                sql=read_sql(columns, types, _LINE, where, native=True, tidy=tidy, proven=proven),
                doubtful_sql=as_written_sql(
                    columns, types, _LINE, where, native=True, tidy=tidy, proven=proven
                ),
                rows=last - first,
                key=digest_of(FORM, seen.sha256, first, last),
            )
        )
    return Source(
        file=path.name,
        sha256=seen.sha256,
        columns=tuple(columns),
        present=_present(metadata, {c.name for c in columns}),
        unknown=tuple(n for n in header if n not in FOOTPRINT_LEGS.names),
        parts=tuple(parts),
        most={n: float(e.high) for n, e in ranges_of.items() if isinstance(e.high, int | float)},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extremes:
    """What a file's own statistics say of a column, over all row groups."""

    low: Any
    high: Any
    nulls: int


def _extremes(metadata: pq.FileMetaData, columns: list[Column]) -> dict[str, _Extremes]:
    """Return the extremes of columns whose every row group tells them; blank groups tell none."""
    names = {c.name for c in columns}
    told: dict[str, list[_Extremes]] = {}
    silent: set[str] = set()
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        for j in range(group.num_columns):
            column = group.column(j)
            said, name_ = column.statistics, column.path_in_schema
            if name_ not in names:
                continue
            if said is None or not said.has_null_count:
                silent.add(name_)
            elif said.has_min_max:
                one = _Extremes(low=said.min, high=said.max, nulls=said.null_count)
                told.setdefault(name_, []).append(one)
            elif said.null_count < group.num_rows:
                silent.add(name_)
            else:
                told.setdefault(name_, []).append(
                    _Extremes(low=None, high=None, nulls=said.null_count)
                )
    return {n: _widest(parts) for n, parts in told.items() if n not in silent}


def _widest(parts: list[_Extremes]) -> _Extremes:
    known = [p for p in parts if p.low is not None]
    return _Extremes(
        low=min((p.low for p in known), default=None),
        high=max((p.high for p in known), default=None),
        nulls=sum(p.nulls for p in parts),
    )


def _proves(column: Column, found: _Extremes | None) -> bool:
    """Tell whether statistics prove all values inside their bounds, and none missing."""
    if found is None or (column.required and found.nulls):
        return False
    if column.kind not in {Kind.NUMBER, Kind.INTEGER}:
        return column.kind is Kind.TEXT and not column.choices
    if found.low is None:
        return True
    low, high = found.low, found.high
    return (
        (column.above is None or low > column.above)
        and (column.at_least is None or low >= column.at_least)
        and (column.at_most is None or high <= column.at_most)
    )


def _chosen(
    columns: list[Column], found: dict[str, _Extremes], place: str, crew: Crew
) -> frozenset[str]:
    """Return the columns of choices in which no value is another word, and none lacks."""
    words = [c for c in columns if c.choices]

    def look(engine: Engine, column: Column) -> int:
        return int(engine.one(unchosen_sql(column, place))[0])

    others = crew.in_order(look, words)
    return frozenset(
        c.name
        for c, other in zip(words, others, strict=True)
        if not other and not (c.required and (c.name not in found or found[c.name].nulls))
    )


def _tidy(columns: list[Column], types: dict[str, str], place: str, crew: Crew) -> frozenset[str]:
    """Return the columns of text in which no value is blank or has spaces around it.

    One look at all of a column is far cheaper than to take spaces off every value.
    """
    words = [c.name for c in columns if types[c.name] == TEXT]

    def look(engine: Engine, column: str) -> int:
        return int(engine.one(untidy_sql(column, place))[0])

    found = crew.in_order(look, words)
    return frozenset(c for c, untidy in zip(words, found, strict=True) if not untidy)


def _ranges(metadata: pq.FileMetaData, rows_per_part: int) -> Iterator[tuple[int, int]]:
    """Yield row ranges that end with row groups, so that each group is read by one part."""
    first = last = 0
    for i in range(metadata.num_row_groups):
        last += metadata.row_group(i).num_rows
        while last - first >= rows_per_part:
            until = last if last - first < 2 * rows_per_part else first + rows_per_part
            yield first, until
            first = until
    if last > first:
        yield first, last


def _present(metadata: pq.FileMetaData, names: set[str]) -> frozenset[str]:
    """Return the columns that the file's own statistics do not call empty."""
    found = set()
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        for j in range(group.num_columns):
            column = group.column(j)
            told = column.statistics
            empty = told is not None and told.has_null_count and told.null_count == group.num_rows
            if not empty:
                found.add(column.path_in_schema)
    return frozenset(found & names)


def _staged(  # noqa: PLR0913, PLR0917  (what staging needs, once)
    path: Path,
    seen: Glance,
    header: tuple[str, ...],
    blocks: Iterator[Block],
    crew: Crew,
    work: Path,
    report: Callable[[str, int], None],
) -> Source:
    """Read every cell once, and keep the good rows as typed parts."""
    columns = tuple(known_columns(dict.fromkeys(header, TEXT)))
    folder = work / f"cells-{digest_of(FORM, seen.sha256, BLOCK_BYTES, [c.name for c in columns])}"
    folder.mkdir(parents=True, exist_ok=True)
    parts, present = [], set()
    stage = partial(_stage, folder, path.name, columns)
    for part, names in crew.in_order(stage, blocks):
        parts.append(part)
        present.update(names)
        report("cells", len(parts))
    return Source(
        file=path.name,
        sha256=seen.sha256,
        columns=columns,
        present=frozenset(present),
        unknown=tuple(n for n in header if n and n not in FOOTPRINT_LEGS.names),
        parts=tuple(parts),
    )


def _stage(
    folder: Path, file: str, columns: tuple[Column, ...], engine: Engine, block: Block
) -> tuple[Part, list[str]]:
    stem = folder / f"{block.number:06d}"
    told = stem.with_suffix(".json")
    if not told.exists():
        counts = _stage_block(stem, file, columns, engine, block)
        draft = stem.with_suffix(".json.draft")
        draft.write_text(json.dumps(counts), encoding="utf-8")
        draft.replace(told)
    counts = json.loads(told.read_text(encoding="utf-8"))
    place = f"read_parquet({pattern_free(stem.with_suffix('.parquet').resolve())})"
    part = Part(
        number=block.number,
        sql=f"SELECT *, FALSE AS doubtful FROM {place}",  # noqa: S608
        doubtful_sql="",
        rows=block.records,
        blank=counts["blank"],
        refused=counts["refused"],
        refused_file=stem.with_suffix(".refused.csv"),
        key=digest_of(FORM, folder.name, block.number),
    )
    return part, counts["present"]


def _stage_block(
    stem: Path, file: str, columns: tuple[Column, ...], engine: Engine, block: Block
) -> dict[str, Any]:
    """Write the good rows of a block, and the faults of the others."""
    types = dict.fromkeys([c.name for c in columns], TEXT)
    engine.lend("block", block.table)
    try:
        engine.run(f"CREATE OR REPLACE TEMP TABLE cells AS {stripped_sql(columns, 'block')}")
        tidy = frozenset(types)  # what is around the words is off now, once for all
        read = read_sql(columns, types, "line", "cells", native=True, tidy=tidy)
        doubtful = list(engine.records(_written_sql(columns, read)))
        taken, refused, blank = _decide(file, columns, doubtful)
        sql = f"SELECT * EXCLUDE (doubtful) FROM ({read}) WHERE NOT doubtful"  # noqa: S608
        if taken:
            engine.lend("taken", _table(taken, columns))
            sql = f"SELECT * FROM ({sql} UNION ALL SELECT * FROM taken) ORDER BY line"  # noqa: S608
        copy_to(engine, sql, stem.with_suffix(".parquet"))
        if taken:
            engine.take_back("taken")
    finally:
        engine.take_back("block")
    refused = sorted([*refused, *block.refused], key=lambda r: r.row)
    count = write_refused(stem.with_suffix(".refused.csv"), refused, header=False)
    place = pattern_free(stem.with_suffix(".parquet").resolve())
    counted = ", ".join(f"count({name(c.name)})" for c in columns)
    filled = engine.one(f"SELECT {counted} FROM read_parquet({place})")  # noqa: S608
    present = [c.name for c, n in zip(columns, filled, strict=True) if n]
    return {"blank": blank, "refused": count, "present": present}


def _written_sql(columns: tuple[Column, ...], read: str) -> str:
    """Return the statement of a block's doubtful rows as they are written."""
    cells = ", ".join(name(c.name) for c in columns)
    lines = f"SELECT line FROM ({read}) WHERE doubtful"  # noqa: S608
    return f"SELECT line, {cells} FROM block WHERE line IN ({lines}) ORDER BY line"  # noqa: S608


def _decide(
    file: str, columns: tuple[Column, ...], doubtful: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[Refused], int]:
    """Let the reader of cells decide on doubtful rows: taken, refused, and how many are blank."""
    reader = CellReader(file)
    taken, refused, blank = [], [], 0
    for row in doubtful:
        if is_blank(row):
            blank += 1
            continue
        answer = reader.read(row["line"], row, columns)
        if isinstance(answer, list):
            refused.extend(answer)
        else:
            taken.append({"line": row["line"]} | answer)
    return taken, refused, blank


def decide_native(
    source: Source, part: Part, engine: Engine
) -> tuple[list[int], list[Refused], int]:
    """Decide on the doubtful rows of columns with our types: lines taken, faults, blank rows.

    Only a time or a flag in unusual words can be taken; numbers of our types are good or bad.
    """
    if not part.doubtful_sql:
        return [], [], 0
    rows = list(engine.records(part.doubtful_sql))
    taken, refused, blank = _decide(source.file, source.columns, rows)
    return [row["line"] for row in taken], refused, blank


def _table(rows: list[dict[str, Any]], columns: tuple[Column, ...]) -> pa.Table:
    arrays = {"line": pa.array([row["line"] for row in rows], pa.int64())}
    for column in columns:
        kind = _ARROW[stored(column.kind)]
        cast = float if column.kind is Kind.NUMBER else None
        cells = [row[column.name] for row in rows]
        if cast:
            cells = [None if c is None else cast(c) for c in cells]
        arrays[column.name] = pa.array(cells, kind)
    return pa.table(arrays)


def copy_to(engine: Engine, sql: str, path: Path, *, compression: str = "snappy") -> None:
    """Write an answer as Parquet, complete or not at all."""
    draft = path.with_name(path.name + ".draft")
    place = literal(str(draft.resolve()))
    engine.run(f"COPY ({sql}) TO {place} (FORMAT parquet, COMPRESSION {compression}, {_WORDS})")
    draft.replace(path)
