"""Split names of strangers into what each font of a PDF can show: nothing is dropped in silence.

The fourteen fonts that every viewer has cover Western Europe; their accents, set over their
letters, cover the rest of what is written in Latin letters. Chinese, Japanese, Cyrillic and Korean
need fonts that a viewer brings along. A sign stands for what none of them shows.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Face = Literal["latin", "standard", "symbol", "signs", "han", "hangul"]

SIGN = "\u274f"  # a square with a shadow, of the font Zapf Dingbats
ELLIPSIS = "\u2026"
_LONGEST = 600  # characters of a text that are looked at; more than any cell holds
TIMES = "\u00d7"
_STANDARD = "\u0131\u0141\u0142"  # in the fonts, though not in their Western European encoding
_GREEK = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψω"
# Combining marks and the accents that stand for them, set above a letter or below it.
_ABOVE = {
    "\u0300": "\u0060", "\u0301": "\u00b4", "\u0302": "\u02c6", "\u0303": "\u02dc",
    "\u0304": "\u00af", "\u0306": "\u02d8", "\u0307": "\u02d9", "\u0308": "\u00a8",
    "\u030a": "\u02da", "\u030b": "\u02dd", "\u030c": "\u02c7",
}  # fmt: skip
_BELOW = {"\u0327": "\u00b8", "\u0328": "\u02db"}


@dataclass(frozen=True, slots=True)
class Glyph:
    """How one character is drawn: in which face, as what, and with which accent."""

    face: Face
    drawn: str
    accent: str = ""  # of the face `standard`
    raised: bool = False  # the accent, above a capital or another accent


@lru_cache(maxsize=20_000)
def glyph_of(character: str) -> Glyph:
    r"""Return how a character is drawn; what no font shows is the sign for it.

    >>> glyph_of("A").face, glyph_of("ř").accent, glyph_of("货").face
    ('latin', 'ˇ', 'han')
    >>> glyph_of("\x07").drawn == SIGN
    True
    """
    face = _face_of(character)
    if face is not None:
        return Glyph(face, character)
    parts = unicodedata.decomposition(character).split()
    if len(parts) == 2 and not parts[0].startswith("<"):  # noqa: PLR2004  (a letter and its mark)
        letter, mark = (chr(int(part, 16)) for part in parts)
        below = _face_of(letter)
        if below in {"latin", "symbol"} and mark in _BELOW:
            return Glyph(below, letter, _BELOW[mark])
        if below in {"latin", "symbol"} and mark in _ABOVE:
            high = letter.isupper() or bool(unicodedata.decomposition(letter))
            return Glyph(below, letter, _ABOVE[mark], raised=high)
    return Glyph("signs", SIGN)


def _face_of(character: str) -> Face | None:
    """Return the face that holds a character as it is."""
    if unicodedata.category(character)[0] == "C":  # controls, directions, half a character
        return None
    held: tuple[tuple[Face, bool], ...] = (
        ("latin", _encodes(character, "cp1252")),
        ("standard", character in _STANDARD),
        ("symbol", character in _GREEK),
        ("han", _encodes(character, "gbk")),  # all in Adobe's collection for simplified Chinese
        ("hangul", _encodes(character, "cp949")),
        ("signs", character == SIGN),
    )
    return next((face for face, there in held if there), None)


def _encodes(character: str, codec: str) -> bool:
    try:
        character.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def tidy(words: str) -> str:
    r"""Return a text of one line, its letters composed; what cannot be shown becomes the sign.

    >>> tidy("a\tb") == f"a{SIGN}b", tidy("e\u0301"), tidy("<b>&amp;</b>")
    (True, 'é', '<b>&amp;</b>')
    """
    short = words if len(words) <= _LONGEST else words[:_LONGEST] + ELLIPSIS
    spaced = (" " if unicodedata.category(c) == "Zs" else c for c in short)
    return "".join(_shown(c) for c in unicodedata.normalize("NFC", "".join(spaced)))


@lru_cache(maxsize=20_000)
def _shown(character: str) -> str:
    """Return a character, or the same in another width or style, or the sign."""
    for spelled in (character, unicodedata.normalize("NFKC", character)):
        if all(glyph_of(c).face != "signs" for c in spelled):
            return spelled
    return SIGN


def cut(words: str, width: float, measure: Callable[[str], float]) -> str:
    """Return a text that is no wider than `width`, cut with an ellipsis where it was.

    >>> cut("abcdef", 4, len), cut("abc", 4, len)
    ('abc…', 'abc')
    """
    if measure(words) <= width:
        return words
    low, high = 0, len(words)  # so many characters fit, so many do not
    while high - low > 1:
        middle = (low + high) // 2
        if measure(words[:middle].rstrip() + ELLIPSIS) <= width:
            low = middle
        else:
            high = middle
    return words[:low].rstrip() + ELLIPSIS


def wrap(words: str, width: float, most: int, measure: Callable[[str], float]) -> tuple[str, ...]:
    """Return a text in at most so many lines; the last is cut with an ellipsis if there is more.

    >>> wrap("one two three", 7, 2, len), wrap("abcdefgh", 5, 3, len), wrap("a b c d", 1, 2, len)
    (('one two', 'three'), ('abcde', 'fgh'), ('a', '…'))
    """
    lines: list[str] = []
    rest = words.strip()
    while rest and len(lines) < most - 1:
        if measure(rest) <= width:
            break
        end = max(1, _fitting(rest, width, measure))
        space = rest.rfind(" ", 1, end + 1)
        if space > 0 and rest[end : end + 1] != "":
            end = space
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    if rest or not lines:
        lines.append(cut(rest, width, measure))
    return tuple(lines)


def _fitting(words: str, width: float, measure: Callable[[str], float]) -> int:
    """Return how many characters of a text fit, none where even the first is too wide."""
    low, high = 0, len(words) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if measure(words[:middle]) <= width:
            low = middle
        else:
            high = middle
    return low
