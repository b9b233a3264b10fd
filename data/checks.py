"""Check the digits that freight documents carry: ships, air waybills, containers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from data.drafts import warning

if TYPE_CHECKING:
    from data.drafts import Note

Checked = tuple[str, "Note | None"]

_IMO = re.compile(r"(?:IMO\s*:?\s*)?(\d{7})", re.ASCII | re.IGNORECASE)
_AWB = re.compile(r"(\d{3})[ -]?(\d{4})[ -]?(\d{4})", re.ASCII)
_CONTAINER = re.compile(r"([A-Z]{3}[UJZ])[ -]?(\d{6})[ -]?(\d)", re.ASCII | re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[,;|/+\n]\s*")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Letters count from 10, leaving out the multiples of 11 (ISO 6346:2022, annex A).
_LETTER_VALUES = dict(zip(_LETTERS, [n for n in range(10, 39) if n % 11], strict=True))
_AWB_MODULUS = 7
_CONTAINER_MODULUS = 11


def imo_of(text: str) -> Checked:
    """Return a ship's number; its last digit closes the sum of the six before, times 7 to 2.

    The rule is that of IMO resolution A.1117(30), annex.

    >>> imo_of("IMO 9074729")
    ('9074729', None)
    """
    match = _IMO.fullmatch(text.strip())
    number = match[1] if match else text.strip()
    if match and sum(int(d) * w for d, w in zip(number, range(7, 1, -1), strict=False)) % 10 == int(
        number[6]
    ):
        return number, None
    return number, warning(
        "imo_check", "", text, "an IMO number of seven digits, the last of which checks the others"
    )


def awb_of(text: str) -> Checked:
    """Return an air waybill number; its last digit is the seven before modulo 7.

    The rule is that of IATA resolution 600a.

    >>> awb_of("020-12345675")
    ('020-12345675', None)
    """
    match = _AWB.fullmatch(text.strip())
    if match is None:
        return text.strip(), warning("awb_check", "", text, "an air waybill such as 020-12345675")
    serial = match[2] + match[3]
    number = f"{match[1]}-{serial}"
    if int(serial[:7]) % _AWB_MODULUS == int(serial[7]):
        return number, None
    wanted = f"check digit {int(serial[:7]) % _AWB_MODULUS}"
    return number, warning("awb_check", "", text, wanted)


def container_digit(owner: str, serial: str) -> int:
    """Return the check digit of a container number (ISO 6346:2022, annex A).

    >>> container_digit("CSQU", "305438")
    3
    """
    values = [_LETTER_VALUES[letter] for letter in owner] + [int(digit) for digit in serial]
    return sum(value << place for place, value in enumerate(values)) % _CONTAINER_MODULUS % 10


def are_container_numbers(text: str) -> bool:
    """Return True for a list of nothing but container numbers, their check digits aside."""
    return all(_CONTAINER.fullmatch(part) for part in _BETWEEN.split(text.strip()))


def containers_named(text: str) -> Checked:
    """Return container numbers without blanks; a wrong check digit is told.

    >>> containers_named("csqu 305438-3")
    ('CSQU3054383', None)
    """
    named, wrong = [], []
    for part in _BETWEEN.split(text.strip()):
        match = _CONTAINER.fullmatch(part)
        number = "".join(match.groups()).upper() if match else part
        named.append(number)
        if match is None or container_digit(number[:4], number[4:10]) != int(number[10]):
            wrong.append(number)
    shown = "|".join(named)
    if not wrong:
        return shown, None
    return shown, warning(
        "container_check", "", ", ".join(wrong)[:80], "a container number whose last digit checks"
    )
