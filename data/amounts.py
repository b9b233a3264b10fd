"""Read amounts with their units: masses, distances, volumes, emissions, containers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from data.checks import are_container_numbers
from data.quantities import FACTORS, containers_of, teu_of, unit_named
from data.readings import ReadingError, Signs, number_of, with_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.drafts import Note

Answer = tuple[Any, "Note | None"]  # the value of a cell, or None, and what is to be said of it
Cells = tuple[str, ...]
NOTHING: Answer = (None, None)

_AT_MOST = {"mass": 1e9, "distance": 60_000.0, "teu": 1e6, "volume": 1e7, "co2e": 1e12}
_ANY_AMOUNT = 1e15


def _bounded(value: float, kind: str) -> float:
    if abs(value) > _AT_MOST.get(kind, _ANY_AMOUNT):
        raise ReadingError("out_of_range", f"at most {_AT_MOST.get(kind, _ANY_AMOUNT):g}")
    return value


def number(cell: str, signs: Signs, *, whole: bool) -> float | int:
    """Return a number without a unit; only whole ones may be below 0 (a sequence has its own say).

    Raises
    ------
    ReadingError
        for what is no such number.
    """
    value = _bounded(number_of(cell, signs), "number")
    if not whole:
        if value < 0:
            raise ReadingError("negative", "a number of at least 0")
        return value
    if value != int(value):
        raise ReadingError("bad_number", "a whole number")
    return int(value)


def amount_reader(parts: Cells, kind: str, unit: str, signs: Signs) -> Callable[[Cells], Answer]:
    """Return the reader of a quantity: its value in our unit; a unit is never guessed."""
    factor = FACTORS[kind].get(unit, 0.0) if parts == ("",) and signs.decimal == "." else 0.0

    def read(cells: Cells) -> Answer:
        if factor and _SHORT_NUMBER.fullmatch(cells[0]):  # nine of ten cells are as plain as that
            return _bounded(float(cells[0]) * factor, kind), None
        return _amount(dict(zip(parts, cells, strict=True)), kind, unit, signs)

    return read


_SHORT_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,12})?", re.ASCII)


def _amount(cells: dict[str, str], kind: str, unit: str, signs: Signs) -> Answer:
    """Read a number with its unit: of the cell, of the units column, or of the header."""
    text, inline = with_unit(cells.get("", ""), kind)
    if not text.strip():
        return NOTHING
    written = cells.get("unit", "").strip()
    named = unit_named(written, kind) if written else ""
    if written and not named:
        raise ReadingError("unknown_unit", f"a unit of {kind}: {', '.join(FACTORS[kind])}")
    units = {name for name in (inline, named or unit) if name}
    if len(units) > 1:
        raise ReadingError("unit_conflict", "one unit, not " + " and ".join(sorted(units)))
    value = number_of(text, signs)
    if not units:
        wanted = f"its unit: name it in the header or pass --unit {kind}={'|'.join(FACTORS[kind])}"
        raise ReadingError("missing_unit", wanted)
    found = _bounded(value * FACTORS[kind][units.pop()], kind)
    if found < 0:
        code = "negative_mass" if kind == "mass" else "negative"
        raise ReadingError(code, f"a {kind} above 0")
    return found, None


def teu(cells: dict[str, str], named: str, signs: Signs) -> float | None:
    """Read TEU: as a number, as a list of containers, or as a count and a type."""
    plain, listed = cells.get("", "").strip(), cells.get("containers", "").strip()
    count, code = cells.get("count", "").strip(), cells.get("type", "").strip()
    if plain:
        text, inline = with_unit(plain, "teu")
        unit = inline or named or "teu"
        value = number_of(text, signs) * FACTORS["teu"][unit]
    elif listed:
        if are_container_numbers(listed):
            wanted = "types such as 2x40HC: the names of containers tell no TEU"
            raise ReadingError("container_numbers", wanted, warned=True)
        value = containers_of(listed).teu
    elif count and code:
        value = number_of(count, signs) * teu_of(code)
    elif count and number_of(count, signs) > 0:
        raise ReadingError("missing_container_type", "the type beside the count, such as 40HC")
    else:
        return None
    if value < 0:
        raise ReadingError("negative", "TEU above 0")
    return _bounded(value, "teu") or None
