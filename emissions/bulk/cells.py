"""Check and read cells by SQL: what it finds plainly good is good; all else the reader decides.

The reader of single cells, `data.cells.read_cell`, stays the one authority. SQL passes only cells
in plain notation and inside their bounds; a row with any other cell goes to the reader, which takes
it (`+5`, `1e3`, a time in an unusual notation) or says what was wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from data.schemas import FOOTPRINT_LEGS, Kind
from emissions.bulk.engine import literal, name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from data.schemas import Column

# What `str.strip` takes off.
_BLANKS = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_PLAIN_NUMBER = r"-?[0-9]{1,17}(\.[0-9]{1,17})?([eE][-+]?[0-9]{1,2})?"
_PLAIN_INTEGER = "-?[0-9]{1,15}"
_DAY = (
    r"(19[5-9][0-9]|20[0-9][0-9])-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
    r"|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
)
_PLAIN_TIME = (
    _DAY + r"[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[-+](0[0-9]|1[0-4]):[0-5][0-9])"
)
_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_FLOATING = {"FLOAT", "DOUBLE"}
TEXT = "VARCHAR"
# Written by a footprint, so no input of one.
OUTCOMES = frozenset(
    [
        "wtt_kgco2e",
        "ttw_kgco2e",
        "wtw_kgco2e",
        "market_wtt_kgco2e",
        "market_ttw_kgco2e",
        "market_wtw_kgco2e",
        "data_type",
        "quality",
        "low_kgco2e",
        "high_kgco2e",
        "source_id",
        "quality_tier",
        "biogenic_kgco2",
        "rf_memo_kgco2e",
    ]
)


class Cell(NamedTuple):
    """One column as SQL: its value, and when it is not plainly good (blank: never)."""

    value: str
    doubtful: str


def stored(kind: Kind) -> str:
    """Return the type in which a kind of cell is kept; times stay as they were written."""
    return {Kind.NUMBER: "DOUBLE", Kind.INTEGER: "BIGINT"}.get(kind, TEXT)


def is_native(column: Column, found: str) -> bool:
    """Tell whether a column of that type can be checked without reading text."""
    if column.kind is Kind.NUMBER:
        return found in _WHOLE | _FLOATING
    if column.kind is Kind.INTEGER:
        return found in _WHOLE
    return found == TEXT


def cell_of(
    column: Column,
    found: str,
    *,
    native: bool = False,
    tidy: frozenset[str] = frozenset(),
    proven: frozenset[str] = frozenset(),
) -> Cell:
    """Return one column of a source as SQL.

    Of text in columns with our types only spaces are taken off, and of `tidy` columns nothing: no
    value of theirs is blank, or begins or ends with a space. Values of `proven` columns are known
    to be inside their bounds; statistics do not tell of NaN.
    """
    raw = name(column.name)
    if found != TEXT:
        value = f"CAST({raw} AS {stored(column.kind)})"
        if column.name in proven:
            return Cell(value, f"isnan({value})" if found in _FLOATING else "")
        # No number beyond all bounds is inside two of them, and NaN is the greatest of all here.
        bounded = column.at_most is not None and (column.above, column.at_least) != (None, None)
        finite = "" if bounded else _not_finite(value, found)
        return Cell(value, _any_of(_unbounded(column, value), finite))
    text = f"nullif(trim({raw}), '')" if native else _stripped(raw)
    text = raw if column.name in tidy else text
    if column.kind in {Kind.NUMBER, Kind.INTEGER}:
        return _numeric(column, text)
    if column.name in proven and column.name in tidy:
        return Cell(text, "")
    return Cell(text, _any_of(*_words(column, text)))


def untidy_sql(column: str, source: str) -> str:
    """Return a statement that counts values with blanks around them, or blank altogether.

    Of one column alone, and as a filter: so engines look at words of a dictionary, not at rows.
    """
    raw = name(column)
    return f"SELECT count(*) FROM {source} WHERE suffix({raw}, ' ') OR {raw} < '!'"  # noqa: S608


def unchosen_sql(column: Column, source: str) -> str:
    """Return a statement that counts values that are none of a column's choices."""
    choices = ", ".join(map(literal, column.choices))
    return f"SELECT count(*) FROM {source} WHERE {name(column.name)} NOT IN ({choices})"  # noqa: S608


def _stripped(raw: str) -> str:
    """Return a cell as `str.strip` leaves it, NULL where it is blank.

    Taking off every blank of Unicode is slow, so cells that begin and end in printable ASCII, by
    far most, are left alone.
    """
    plain = f"{raw} >= '!' AND {raw} < chr(127) AND right({raw}, 1) BETWEEN '!' AND '~'"
    rest = f"nullif(trim({raw}, {literal(_BLANKS)}), '')"
    return f"CASE WHEN {raw} = '' THEN NULL WHEN {plain} THEN {raw} ELSE {rest} END"


def stripped_sql(columns: Iterable[Column], source: str) -> str:
    """Return a statement of `line` and each cell as `str.strip` leaves it, NULL where blank."""
    cells = ", ".join(f"{_stripped(name(c.name))} AS {name(c.name)}" for c in columns)
    return f"SELECT line, {cells} FROM {source}"  # noqa: S608


def _numeric(column: Column, text: str) -> Cell:
    plain = _PLAIN_INTEGER if column.kind is Kind.INTEGER else _PLAIN_NUMBER
    value = f"TRY_CAST({text} AS {stored(column.kind)})"
    odd = f"({text} IS NOT NULL AND NOT regexp_full_match({text}, {literal(plain)}))"
    return Cell(value, _any_of(odd, _unbounded(column, value), _not_finite(value, "DOUBLE")))


def _words(column: Column, text: str) -> Iterable[str]:
    if column.required:
        yield f"{text} IS NULL"
    if column.choices:
        choices = ", ".join(map(literal, column.choices))
        yield f"({text} IS NOT NULL AND {text} NOT IN ({choices}))"
    if column.kind is Kind.TIME:
        yield f"({text} IS NOT NULL AND NOT regexp_full_match({text}, {literal(_PLAIN_TIME)}))"
    if column.kind is Kind.FLAG:
        yield f"({text} IS NOT NULL AND lower({text}) NOT IN ('yes', 'no'))"


def _unbounded(column: Column, value: str) -> str:
    """Return when a number is outside its bounds, or lacks where it is required."""
    tests = (("above", "<="), ("at_least", "<"), ("at_most", ">"))
    outside = [
        f"{value} {sign} {bound!r}"
        for side, sign in tests
        if (bound := getattr(column, side)) is not None
    ]
    if column.required:
        outside.append(f"{value} IS NULL")
    return _any_of(*outside)


def _not_finite(value: str, found: str) -> str:
    return f"NOT isfinite({value})" if found in _FLOATING else ""


def _any_of(*tests: str) -> str:
    said = [test for test in tests if test]
    return f"({' OR '.join(said)})" if said else ""


def known_columns(types: Mapping[str, str]) -> list[Column]:
    """Return the columns of a source that a footprint takes, in canonical order."""
    return [c for c in FOOTPRINT_LEGS.columns if c.name in types and c.name not in OUTCOMES]


def read_sql(  # noqa: PLR0913  (the parts of a statement)
    columns: Iterable[Column],
    types: Mapping[str, str],
    row: str,
    source: str,
    *,
    native: bool = False,
    tidy: frozenset[str] = frozenset(),
    proven: frozenset[str] = frozenset(),
) -> str:
    """Return a statement that reads columns: `line`, each value, and `doubtful`."""
    cells = {
        c.name: cell_of(c, types[c.name], native=native, tidy=tidy, proven=proven) for c in columns
    }
    values = "".join(f", {cell.value} AS {name(n)}" for n, cell in cells.items())
    doubts = [cell.doubtful for cell in cells.values() if cell.doubtful]
    doubtful = f"coalesce({' OR '.join(doubts)}, FALSE)" if doubts else "FALSE"
    return f"SELECT {row} AS line{values}, {doubtful} AS doubtful FROM {source}"  # noqa: S608


def as_written_sql(  # noqa: PLR0913  (the parts of a statement)
    columns: Iterable[Column],
    types: Mapping[str, str],
    row: str,
    source: str,
    *,
    native: bool = False,
    tidy: frozenset[str] = frozenset(),
    proven: frozenset[str] = frozenset(),
) -> str:
    """Return a statement that reads the doubtful rows of a source as text."""
    columns = list(columns)
    doubts = [
        d
        for c in columns
        if (d := cell_of(c, types[c.name], native=native, tidy=tidy, proven=proven).doubtful)
    ]
    texts = "".join(f", CAST({name(c.name)} AS VARCHAR) AS {name(c.name)}" for c in columns)
    where = f"coalesce({' OR '.join(doubts)}, FALSE)" if doubts else "FALSE"
    return f"SELECT {row} AS line{texts} FROM {source} WHERE {where}"  # noqa: S608
