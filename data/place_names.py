"""Fold names and take apart what people write for a place, before anything is looked up."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

from data.errors import DataError

# Letters that Unicode does not take apart into a base letter and a mark.
_PLAIN = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",  # noqa: RUF001  (Turkish)
        "ħ": "h",
        "ŧ": "t",
        "ə": "e",
        "ŋ": "n",
    }
)
_ALPHABETS = re.compile("LATIN|GREEK|CYRILLIC")  # only they lose their marks
LONGEST_NAME = 200  # no place is called anything longer
_LAT_LON = re.compile(
    r"([+-]?\d{1,3}(?:\.\d{1,20})?)\s*[,;]\s*([+-]?\d{1,3}(?:\.\d{1,20})?)", re.ASCII
)
_IATA = re.compile(r"[A-Z]{3}", re.ASCII)
_LOCODE = re.compile(r"([A-Za-z]{2})[ -]?([A-Za-z2-9]{3})", re.ASCII)
MAX_LAT, MAX_LON = 90.0, 180.0


class BadPlaceError(DataError):
    """Text or coordinates that cannot name a place at all."""


def fold(name: str) -> str:
    """Return a name as it is compared: no case, marks, blanks, hyphens or other punctuation.

    >>> fold("São Paulo") == fold("SAO-PAULO") == "saopaulo"
    True
    >>> fold("Małaszewicze")
    'malaszewicze'
    """
    if name.isascii():
        return "".join(filter(str.isalnum, name.casefold()))
    kept = []
    base = ""
    for letter in unicodedata.normalize("NFKD", name.casefold()):
        if unicodedata.combining(letter):
            if base and not _ALPHABETS.match(unicodedata.name(base, "")):
                kept.append(letter)  # a vowel sign of another script is no ornament
        elif letter.isalnum() or unicodedata.category(letter) == "Mc":
            kept.append(letter)
            base = letter
    return unicodedata.normalize("NFC", "".join(kept).translate(_PLAIN))


def cleaned(text: str) -> str:
    """Return text without full-width forms, control characters and doubled blanks.

    Raises
    ------
    BadPlaceError
        if it is far too long for a name; a hostile upload ends here.
    """
    if len(text) > LONGEST_NAME:
        raise BadPlaceError(
            f"place: {len(text)} characters, wanted at most {LONGEST_NAME}; it begins {text[:20]!r}"
        )
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    plain = unicodedata.normalize("NFKC", text).replace("、", ",")
    shown = "".join(" " if unicodedata.category(c) in {"Cc", "Zs", "Zl"} else c for c in plain)
    return " ".join("".join(c for c in shown if unicodedata.category(c) != "Cf").split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a text may mean: a code, coordinates, or a name with what follows its commas."""

    text: str
    parts: tuple[str, ...]  # folded, the name first

    @property
    def iata(self) -> str:
        """An IATA code if three capitals stand there, else blank."""
        return self.text if _IATA.fullmatch(self.text) else ""

    @property
    def locode(self) -> str:
        """A UN/LOCODE if five letters stand there, in whatever case, else blank."""
        match = _LOCODE.fullmatch(self.text)
        return (match[1] + match[2]).upper() if match else ""

    @property
    def is_surely_code(self) -> bool:
        """True if it is written as only codes are: in capitals, or with a blank after two."""
        return self.text.isupper() or (bool(self.locode) and " " in self.text)

    @property
    def lat_lon(self) -> tuple[float, float] | None:
        """Coordinates if two numbers stand there."""
        match = _LAT_LON.fullmatch(self.text)
        return checked_position(float(match[1]), float(match[2])) if match else None


def wanted(text: str) -> Wanted:
    """Take apart what someone wrote for a place."""
    plain = cleaned(text)
    return Wanted(text=plain, parts=tuple(p for p in map(fold, plain.split(",")) if p))


def checked_position(lat: float, lon: float) -> tuple[float, float]:
    """Return the coordinates, or refuse what lies on no globe."""
    if not (math.isfinite(lat) and math.isfinite(lon)):
        raise BadPlaceError(f"place: found coordinates {lat},{lon}, wanted finite degrees")
    if abs(lat) > MAX_LAT or abs(lon) > MAX_LON:
        raise BadPlaceError(
            f"place: found coordinates {lat:g},{lon:g}, wanted lat,lon with a latitude in "
            "-90..90 and a longitude in -180..180"
        )
    return lat, lon
