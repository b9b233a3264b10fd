"""Read the cells of strangers: numbers under one decimal sign, dates in one order, places."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from data.cells import BadCellError
from data.countries import ALPHA_2_BY_ALPHA_3
from data.dialects import Typed
from data.quantities import unit_named

if TYPE_CHECKING:
    from collections.abc import Iterable


class ReadingError(BadCellError):
    """What was wanted instead of a cell, with the code of the fault."""

    def __init__(self, code: str, wanted: str, *, warned: bool = False) -> None:
        super().__init__(wanted)
        self.code = code
        self.warned = warned  # the value is left out, and the row stands


_BLANKS = str.maketrans(dict.fromkeys(" \u00a0\u202f\u2009'’", None))  # noqa: RUF001  (Swiss)
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_EXPONENT = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,3}", re.ASCII)
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII),
    ",": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?", re.ASCII),
}
_COMMA = re.compile(r"[+-]?\d+(?:,\d+)?", re.ASCII)
_NUMERIC = re.compile(r"[+-]?[\d.,]*\d", re.ASCII)
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}", re.ASCII)
_WITH_UNIT = re.compile(r"([+-]?[\d.,\s'’\u00a0\u202f\u2009]*\d)\s*([^\W\d].{0,15})")  # noqa: RUF001
_LONGEST_NUMBER = 40
_SLIPS = 20  # so many times as many numbers prove the one sign as the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What the numbers of a file say of its decimal sign: '.', ',' or blank when in doubt."""

    decimal: str
    doubt: str = ""  # why it is blank, if any number stands in doubt
    proven: bool = False  # by numbers that could not be read otherwise


def decimal_sign(cells: Iterable[str], *, plain_points: bool) -> Signs:
    """Infer the decimal sign of a file over all its numbers, or say why that is not possible.

    `plain_points` is True where `1.250` can only mean one and a quarter: files that use a comma
    or a tab between cells write no points between thousands.
    """
    proofs = {".": 0, ",": 0}
    doubtful: set[str] = set()
    for cell in set(cells):
        if type(cell) is Typed or not ("." in cell or "," in cell):
            continue
        text, spaced = _bare(cell)
        sign = _proved(text, spaced=spaced)
        if sign:
            proofs[sign] += 1
        elif (match := _AMBIGUOUS.fullmatch(text)) is not None:
            doubtful.add(match[1])
    usual = max(proofs, key=lambda sign: proofs[sign])
    if proofs[usual] > _SLIPS * min(proofs.values()):
        # The few others are slips, and their rows are refused.
        return Signs(decimal=usual, proven=True)
    if proofs[usual]:
        return Signs(decimal="", doubt="the file holds numbers with either decimal sign")
    if "," in doubtful or (doubtful and not plain_points):
        return Signs(decimal="", doubt="all numbers of the file could be read either way")
    return Signs(decimal=".")


def _bare(cell: str) -> tuple[str, bool]:
    """Return the digits of a cell without blanks and unit, and whether blanks part thousands."""
    text = cell.strip()
    if (match := _WITH_UNIT.fullmatch(text)) is not None:
        text = match[1].strip()
    bare = text.translate(_BLANKS)
    return bare, len(bare) < len(text)


def _proved(text: str, *, spaced: bool) -> str:
    """Return the sign that a number proves to be the decimal one, blank if it proves none."""
    if not _NUMERIC.fullmatch(text):
        return ""
    points, commas = text.count("."), text.count(",")
    if points and commas:
        last = "." if text.rfind(".") > text.rfind(",") else ","
        return last if text.count(last) == 1 else ""
    sign = "." if points else ","
    if points + commas > 1:
        return "," if points else "."  # signs that repeat part thousands
    return sign if spaced or not _AMBIGUOUS.fullmatch(text) else ""


def number_of(cell: str, signs: Signs) -> float:
    """Read a finite number under the file's decimal sign.

    Raises
    ------
    ReadingError
        `ambiguous_number` when the sign is in doubt, `bad_number` for anything else.

    >>> number_of("1 234,5", Signs(decimal=",")), number_of("1'234.5", Signs(decimal="."))
    (1234.5, 1234.5)
    """
    if type(cell) is Typed:
        return _finite(cell)
    text = cell.strip().translate(_BLANKS)
    if len(text) > _LONGEST_NUMBER:
        raise ReadingError("bad_number", f"a number of at most {_LONGEST_NUMBER} digits")
    if not text.isascii() and any(c.isdigit() and not c.isascii() for c in text):
        raise ReadingError("bad_number", "plain digits 0-9, not full-width or other digits")
    if text.isdecimal():
        return _finite(text)
    if not signs.decimal:
        if _NUMERIC.fullmatch(text):
            raise ReadingError(
                "ambiguous_number", f"--decimal , or --decimal . to be given: {signs.doubt}"
            )
        raise ReadingError("bad_number", "a number")
    if signs.decimal == "." and (_PLAIN.fullmatch(text) or _EXPONENT.fullmatch(text)):
        return _finite(text)
    if _GROUPED[signs.decimal].fullmatch(text):
        thousands = "," if signs.decimal == "." else "."
        return _finite(text.replace(thousands, "").replace(",", "."))
    if signs.decimal == "," and _COMMA.fullmatch(text):
        return _finite(text.replace(",", "."))
    raise ReadingError("bad_number", f"a number with {signs.decimal!r} as decimal sign")


def _finite(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ReadingError("bad_number", "a number") from None
    if not math.isfinite(value):
        raise ReadingError("bad_number", "a finite number")
    return value


def with_unit(cell: str, quantity: str) -> tuple[str, str]:
    """Return the number and the unit of a cell such as `1 250 kg`; the unit is blank if none."""
    match = None if type(cell) is Typed else _WITH_UNIT.fullmatch(cell.strip())
    if match is None:
        return cell, ""
    unit = unit_named(match[2], quantity)
    return (match[1], unit) if unit else (cell, "")


_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[/.年](\d{1,2})[/.月](\d{1,2})日?", re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)", re.ASCII)
_POINTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ -](\d{4})", re.ASCII)
_CLOCK = re.compile(r"(.{8,12}?)[ T](\d{1,2}):(\d\d)(?::(\d\d))?(\s*[AaPp][Mm])?", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Day 0 of a spreadsheet's calendar as it holds from 1 March 1900 (ECMA-376 part 1, 18.17.4.1).
_SERIAL_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
_FIRST_SERIAL, _LAST_SERIAL = 20_000.0, 80_000.0  # 1954 to 2119
_FIRST_YEAR, _LAST_YEAR = 1950, 2150
_MONTHS_IN_YEAR = 12
DATE_FORMATS = ("dd/mm/yyyy", "mm/dd/yyyy")


def date_order(cells: Iterable[str]) -> str:
    """Return the order of day and month that a column proves, blank if it proves none or both."""
    proof: set[str] = set()
    for cell in set(cells):
        if (match := _SLASHED.match(cell.strip())) is not None:
            if int(match[1]) > _MONTHS_IN_YEAR:
                proof.add(DATE_FORMATS[0])
            if int(match[2]) > _MONTHS_IN_YEAR:
                proof.add(DATE_FORMATS[1])
    return proof.pop() if len(proof) == 1 else ""


def is_slashed(cells: Iterable[str]) -> bool:
    """Return True if any date of a column needs the order of day and month to be known."""
    return any(_SLASHED.match(cell.strip()) for cell in set(cells))


def time_of(cell: str, order: str) -> datetime:
    """Read a date or a time; what names no zone is taken as UTC.

    Footprints use the date only to choose the factors of a period, so a zone matters little.

    Raises
    ------
    ReadingError
        `ambiguous_date` for 03/04/2026 without an order, `bad_date` for what is no date.
    """
    text = cell.strip()
    try:
        found = _time_of(text, order)
    except (ValueError, OverflowError) as error:
        if isinstance(error, ReadingError):
            raise
        raise ReadingError("bad_date", "a date that exists, such as 2026-03-01") from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ReadingError("bad_date", f"a date between {_FIRST_YEAR} and {_LAST_YEAR}")
    return found


def _time_of(text: str, order: str) -> datetime:
    if _ISO.fullmatch(text):
        found = datetime.fromisoformat(text.replace(" ", "T", 1))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    if _PLAIN.fullmatch(text) and _FIRST_SERIAL <= float(text) <= _LAST_SERIAL:
        return _SERIAL_ZERO + timedelta(seconds=round(float(text) * 86_400))
    clock = _CLOCK.fullmatch(text)
    day = _day_of(clock[1] if clock else text, order)
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if clock is None:
        return at
    hour = int(clock[2])
    if clock[5]:
        hour = hour % 12 + (12 if clock[5].strip().lower() == "pm" else 0)
    return at.replace(hour=hour, minute=int(clock[3]), second=int(clock[4] or 0))


def _day_of(text: str, order: str) -> date:
    if (match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)) is not None:
        return date(int(match[1]), int(match[2]), int(match[3]))
    if (match := _POINTED.fullmatch(text)) is not None:
        return date(int(match[3]), int(match[2]), int(match[1]))
    if (match := _NAMED.fullmatch(text)) is not None:
        return date(int(match[3]), _MONTHS.index(match[2].lower()) + 1, int(match[1]))
    if (match := _SLASHED.fullmatch(text)) is None:
        raise ReadingError("bad_date", "a date such as 2026-03-01 or 01.03.2026")
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if not order:
        raise ReadingError("ambiguous_date", f"a date_format: {' or '.join(DATE_FORMATS)}")
    return date(year, second, first) if order == DATE_FORMATS[0] else date(year, first, second)


_LAT_LON_WORDS = re.compile(
    r"lat(?:itude)?\s*[:=]?\s*(-?\d{1,2}(?:\.\d+)?)[\s,;]+lon(?:gitude|g)?\s*[:=]?\s*"
    r"(-?\d{1,3}(?:\.\d+)?)",
    re.IGNORECASE | re.ASCII,
)
_LAT_LON_BLANK = re.compile(r"(-?\d{1,2}\.\d+)\s+(-?\d{1,3}\.\d+)", re.ASCII)
_POSTCODE = re.compile(r"(?:[A-Z]{1,2}-)?\d[\d\s-]{2,9}", re.ASCII)
_POSTCODE_BEFORE = re.compile(r"(?:[A-Z]{1,2}-)?\d{4,6}\s+(?=\D)", re.ASCII)
_LONGEST_PLACE = 200


def place_of(text: str) -> str:
    """Return the text of a place in a form that the gazetteer reads.

    >>> place_of("Leipzig, DEU"), place_of("lat 51.3 lon 12.4"), place_of("04109 Leipzig, DE")
    ('Leipzig, DE', '51.3,12.4', 'Leipzig, DE')
    """
    plain = " ".join(text.split())
    if len(plain) > _LONGEST_PLACE:
        raise ReadingError("bad_place", f"a place of at most {_LONGEST_PLACE} characters")
    match = _LAT_LON_WORDS.fullmatch(plain) or _LAT_LON_BLANK.fullmatch(plain)
    if match is not None:
        return f"{match[1]},{match[2]}"
    if "," not in plain:
        return plain
    *parts, last = (part.strip() for part in plain.split(","))
    country = ALPHA_2_BY_ALPHA_3.get(last, last)
    if not any(c.isalpha() for part in parts for c in part):
        return plain  # coordinates
    kept = [
        _POSTCODE_BEFORE.sub("", part) for part in parts if part and not _POSTCODE.fullmatch(part)
    ]
    return ", ".join([*kept, country])
