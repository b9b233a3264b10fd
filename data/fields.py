"""Read the columns that a mapping binds: each distinct cell once, with what is to be said of it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from data import checks
from data.alias_names import KINDS, QUANTITIES
from data.aliases import meant_by
from data.amounts import NOTHING, Answer, Cells, amount_reader, number, teu
from data.cells import BadCellError
from data.countries import alpha_2
from data.dialects import Typed
from data.drafts import Note, listed, refusal, warning
from data.errors import DataError
from data.readings import (
    ReadingError,
    Signs,
    date_order,
    decimal_sign,
    place_of,
    time_of,
)
from data.schemas import FOOTPRINT_LEGS
from data.words import kind_of, mode_of, temperature_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.dialects import RawTable
    from data.mapping import Binding, Mapping

_NUMERIC_KINDS = frozenset({*QUANTITIES, "number", "integer"})
# Without them a leg can still be counted, so a fault leaves the value out and lets the row stand.
_LEFT_OUT = "volume_m3 chargeable_kg net_kg packaging_mass_kg carrier_wtw_kgco2e temperature"
_DISPENSABLE = frozenset(_LEFT_OUT.split())
_OUR_COLUMNS = frozenset(FOOTPRINT_LEGS.names)
_LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value of a leg for all rows of a file."""

    target: str
    leg: int
    source: str  # names of its columns, for messages
    answers: list[Answer]

    @property
    def is_ours(self) -> bool:
        """True for a column of our legs; other values only serve checks."""
        return self.target in _OUR_COLUMNS


def cells_of(raw: RawTable, name: str) -> list[str]:
    """Return the cells of one column."""
    at = raw.header.index(name)
    return [row[at] for row in raw.rows]


def decimal_of(raw: RawTable, mapping: Mapping) -> Signs:
    """Return the decimal sign of a file: as declared, else inferred over all its numbers."""
    if mapping.decimal or raw.dialect.decimal:
        return Signs(decimal=mapping.decimal or raw.dialect.decimal)
    numeric = {
        b.source
        for b in mapping.bindings
        if b.kind in _NUMERIC_KINDS and b.part in {"", "count"} and b.source in raw.header
    }
    cells = chain.from_iterable(cells_of(raw, name) for name in sorted(numeric))
    return decimal_sign(cells, plain_points=raw.dialect.delimiter == ",")


def read_fields(raw: RawTable, mapping: Mapping) -> list[Field]:
    """Read all columns that the mapping binds.

    Raises
    ------
    DataError
        naming the columns of the mapping that the file lacks.
    """
    if not mapping.bindings:
        raise DataError(f"{raw.file}: the profile maps no column")
    lacking = sorted({b.source for b in mapping.bindings} - set(raw.header))
    if lacking:
        raise DataError(
            f"{raw.file}: lacks column {listed(lacking)} of the profile; found "
            f"{listed(raw.header, 20)}"
        )
    signs = decimal_of(raw, mapping)
    grouped: dict[tuple[int, str], list[Binding]] = defaultdict(list)
    for binding in mapping.bindings:
        grouped[binding.leg, binding.target].append(binding)
    return [
        _read_field(raw, mapping, signs, group, leg=leg, target=target)
        for (leg, target), group in grouped.items()
    ]


def _read_field(  # noqa: PLR0913  (what one column needs to be read)
    raw: RawTable, mapping: Mapping, signs: Signs, group: list[Binding], *, leg: int, target: str
) -> Field:
    parts = tuple(b.part for b in group)
    columns = [cells_of(raw, b.source) for b in group]
    source = next(
        (b.source for b in group if not b.part), " + ".join(dict.fromkeys(b.source for b in group))
    )
    read = _reader(target, group, parts, columns, signs, mapping)
    return Field(
        target=target,
        leg=leg,
        source=source,
        answers=_answers(columns, read, source, dispensable=target in _DISPENSABLE),
    )


def _answers(
    columns: list[list[str]], read: Callable[[Cells], Answer], source: str, *, dispensable: bool
) -> list[Answer]:
    """Read each distinct cell once; a number that was typed is told from its text."""
    memo: dict[Any, Answer] = {}
    typed: dict[Any, Answer] = {}
    answers = []
    for cells in zip(*columns, strict=True):
        known = typed if Typed in map(type, cells) else memo
        answer = known.get(cells)
        if answer is None:
            answer = known[cells] = _answer(cells, read, source, dispensable=dispensable)
        answers.append(answer)
    return answers


def _answer(
    cells: Cells, read: Callable[[Cells], Answer], source: str, *, dispensable: bool
) -> Answer:
    if not any(cells) or not any(cell.strip() for cell in cells):
        return NOTHING
    try:
        value, note = read(cells)
    except BadCellError as fault:
        code = fault.code if isinstance(fault, ReadingError) else "bad_value"
        found = " + ".join(cell for cell in cells if cell.strip())
        warned = dispensable or (isinstance(fault, ReadingError) and fault.warned)
        say = warning if warned else refusal
        return None, say(code, source, found, str(fault))
    if note is not None and not note.column:
        note = Note(
            code=note.code,
            severity=note.severity,
            column=source,
            found=note.found,
            message=note.message,
        )
    return value, note


def _reader(  # noqa: PLR0913, PLR0917  (likewise)
    target: str,
    group: list[Binding],
    parts: Cells,
    columns: list[list[str]],
    signs: Signs,
    mapping: Mapping,
) -> Callable[[Cells], Answer]:
    kind = KINDS[target]
    unit = next((b.unit for b in group if b.part in {"", "count", "containers"}), "")
    order = mapping.date_format or (date_order(columns[0]) if kind == "date" else "")

    def named(cells: Cells) -> dict[str, str]:
        return dict(zip(parts, cells, strict=True))

    readers: dict[str, Callable[[Cells], Answer]] = {
        "teu": lambda cells: (teu(named(cells), unit, signs), None),
        "place": lambda cells: (_place(named(cells)), None),
        "mode": lambda cells: _mode(named(cells)),
        "date": lambda cells: (time_of(cells[0], order), None),
        "number": lambda cells: (number(cells[0], signs, whole=False), None),
        "integer": lambda cells: (number(cells[0], signs, whole=True), None),
        **_TEXT_READERS,
    }
    if kind in readers:
        return readers[kind]
    return amount_reader(parts, kind, unit, signs) if kind in QUANTITIES else _text_reader(target)


_IATA = re.compile(r"[A-Z]{3}", re.ASCII)
_LOCODE = re.compile(r"[A-Z]{2} ?[A-Z2-9]{3}", re.ASCII)
_LAT_LON = re.compile(r"[+-]?\d[\d.]*\s*[,; ]\s*[+-]?\d[\d.]*", re.ASCII)
_PLACE_PARTS = ("coordinates", "locode", "", "city", "name")
_NEVER_CODES = frozenset({"city", "name"})  # BARI is no code where a city is asked for


def _place(cells: dict[str, str]) -> str:
    """Join what stands for a place: coordinates, else a code, else a name with its country."""
    lat, lon = cells.get("lat", "").strip(), cells.get("lon", "").strip()
    if lat and lon:
        return f"{lat.replace(',', '.')},{lon.replace(',', '.')}"
    part = next((p for p in _PLACE_PARTS if cells.get(p, "").strip()), None)
    if part is None:
        raise ReadingError("missing_place", "a city or a code, not only a country")
    text, country = cells[part].strip(), alpha_2(cells.get("country", "").strip())
    last = alpha_2(text.rsplit(",", 1)[-1].strip())
    if _LAT_LON.fullmatch(text) or last.casefold() == country.casefold():
        return place_of(text)
    if part not in _NEVER_CODES and _is_code(text, country):
        return place_of(text)
    return place_of(", ".join(filter(None, (text, cells.get("state", "").strip(), country))))


def _is_code(text: str, country: str) -> bool:
    """Return True for a code; five letters are one only in the country that they begin with."""
    if _LOCODE.fullmatch(text):
        return not country or text.startswith(country.upper())
    return bool(_IATA.fullmatch(text))


MODE_LENDERS = ("vehicle", "load_type", "vessel_name", "vessel_imo", "flight_no", "awb")
_OF_SHIPS, _OF_FLIGHTS = ("vessel_name", "vessel_imo"), ("flight_no", "awb")


def _mode(cells: dict[str, str]) -> Answer:
    """Read the mode, else what the vehicle or the kind of load tells, else a ship or a flight."""
    shipped = any(cells.get(part, "").strip() for part in _OF_SHIPS)
    flown = any(cells.get(part, "").strip() for part in _OF_FLIGHTS)
    for part in ("", "vehicle", "load_type"):
        text = cells.get(part, "").strip()
        if not text:
            continue
        try:
            mode, assumed = mode_of(text)
        except BadCellError as fault:
            if part:
                continue
            raise ReadingError("unknown_mode", str(fault)) from None
        if assumed or (part == "load_type" and mode == "sea" and not shipped):
            return _assumed(mode, text)
        return mode, None
    if shipped != flown:
        return _assumed("sea" if shipped else "air", "a ship" if shipped else "a flight")
    told = " + ".join(filter(None, (text.strip() for text in cells.values())))
    raise ReadingError("unknown_mode", f"a mode; {told[:80]!r} tells none")


def _assumed(mode: str, found: str) -> Answer:
    return mode, warning("mode_assumed", "", found, f"taken as {mode}, which is not said")


def _temperature(cells: Cells) -> Answer:
    return temperature_of(cells[0]), None


def _kind(cells: Cells) -> Answer:
    return kind_of(cells[0]), None


def _flag(cells: Cells) -> Answer:
    word = cells[0].strip().lower()
    if word in {"yes", "y", "true", "1"}:
        return True, None
    if word in {"no", "n", "false", "0"}:
        return False, None
    raise ReadingError("bad_value", "yes or no")


_TEXT_READERS: dict[str, Callable[[Cells], Answer]] = {
    "temperature": _temperature,
    "kind": _kind,
    "flag": _flag,
    "imo": lambda cells: checks.imo_of(cells[0]),
    "awb": lambda cells: checks.awb_of(cells[0]),
    "container_no": lambda cells: checks.containers_named(cells[0]),
}


def _text_reader(target: str) -> Callable[[Cells], Answer]:
    choices = FOOTPRINT_LEGS.column(target).choices if KINDS[target] == "choice" else ()

    def read(cells: Cells) -> Answer:
        text = cells[0].strip()
        if len(text) > _LONGEST_TEXT:
            raise ReadingError("bad_value", f"at most {_LONGEST_TEXT} characters")
        if target == "carrier_method" and text.casefold() == "undisclosed":
            return NOTHING
        if choices and (text := text.lower()) not in choices:
            raise ReadingError("bad_value", "one of " + ", ".join(choices))
        return text, None

    return read


def is_chargeable(source: str) -> bool:
    """Return True for a header that names the chargeable or the volumetric weight."""
    meant = meant_by(source)
    return meant is not None and meant.target == "chargeable_kg"
