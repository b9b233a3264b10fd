"""Know the names that strangers give to our columns: any case, any separator, five languages."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from data.alias_names import KINDS, NAMES, QUANTITIES
from data.quantities import unit_named, unit_words

if TYPE_CHECKING:
    from collections.abc import Iterable

_BY_KEY = {name.casefold(): target for target, names in NAMES.items() for name in names.split()}
_BY_KEY |= {name.replace("_", ""): name for name in KINDS}  # ours, with the unit in the name
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_UNIT_WITHIN = re.compile(r"[(\[{（【]\s*([^)\]}）】]{1,24}?)\s*[)\]}）】]\s*$")  # noqa: RUF001
_BARE_UNIT = {
    "kg": "mass_kg:plain",
    "kgs": "mass_kg:plain",
    "lbs": "mass_kg:plain",
    "lb": "mass_kg:plain",
    "tonnes": "mass_kg:plain",
    "m3": "volume_m3",
    "cbm": "volume_m3",
    "km": "distance_km",
    "miles": "distance_km",
    "feu": "teu",
    "kgco2e": "carrier_wtw_kgco2e",
    "kgco2": "carrier_wtw_kgco2e",
    "gco2e": "carrier_wtw_kgco2e",
    "tco2e": "carrier_wtw_kgco2e",
}
_MAX_NAME = 120
_ALTERNATIVES = 3  # `BillNumber/HAWB` is one of both
_WRAPPING = "transportchainelements shipmentlegs legs leg tces tce elements details shipment"
_WRAPPERS = frozenset(_WRAPPING.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a header means: our column, which part of it, and the unit that the header names."""

    target: str
    part: str = ""
    unit: str = ""
    strange_unit: str = ""  # in brackets, and none of ours: `Weight (tons)`

    @property
    def kind(self) -> str:
        """How the cells of the column are read."""
        return KINDS[self.target]


def folded(name: str) -> str:
    """Return a header without case, marks, blanks and punctuation.

    >>> folded("Sender / Shipper City"), folded("Gewicht_(brutto)"), folded("Año")
    ('sendershippercity', 'gewichtbrutto', 'ano')
    """
    text = unicodedata.normalize("NFKD", name[:_MAX_NAME]).casefold()
    if not text.isascii():
        text = "".join(c for c in text if not unicodedata.combining(c))
    return "".join(_WORD.findall(text))


@lru_cache(maxsize=4096)
def meant_by(name: str) -> Meant | None:
    """Return what a header means, or None if we do not know it.

    >>> meant_by("Gross Weight (lbs)")
    Meant(target='mass_kg', part='', unit='lb', strange_unit='')
    >>> meant_by("distance_mi").unit, meant_by("shipment_legs.origin.city").part
    ('mi', 'city')
    """
    if (found := _meant(name)) is not None:
        return found
    first, _, rest = name.partition(".")
    if rest and folded(first) in _WRAPPERS:
        return meant_by(rest)
    return next((m for p in name.split("/")[:_ALTERNATIVES] if (m := _meant(p))), None)


def _meant(name: str) -> Meant | None:
    if (bracket := _UNIT_WITHIN.search(name)) is not None:
        base, inner = name[: bracket.start()], bracket[1]
        if (known := _BY_KEY.get(folded(base))) is not None:
            return _with_unit(known, inner)
    key = folded(name)
    known = _BY_KEY.get(key)
    if known is not None:
        target, _, part = known.partition(":")
        own = _own_unit(target) if key == target.replace("_", "") else ""
        return Meant(target=target, part=part, unit=own)
    if key in _BARE_UNIT:
        target, _, part = _BARE_UNIT[key].partition(":")
        return Meant(target=target, part=part, unit=unit_named(key, KINDS[target]))
    return _by_suffix(key)


def _own_unit(target: str) -> str:
    """Return the unit that one of our own column names carries at its end."""
    units = {"kg": "kg", "km": "km", "m3": "m3", "tkm": "tkm", "kgco2e": "kg", "teu": "teu"}
    return units.get(target.rsplit("_", 1)[-1], "")


def _with_unit(known: str, inner: str) -> Meant:
    target, _, part = known.partition(":")
    kind = KINDS[target]
    if kind not in QUANTITIES or part not in {"", "plain"}:
        return Meant(target=target, part=part)
    unit = unit_named(inner, kind)
    return Meant(target=target, part=part, unit=unit, strange_unit="" if unit else inner)


def _by_suffix(key: str) -> Meant | None:
    """Read `weightkg`, `co2ekg`, `kgco2e`, `distanceinmiles`: a name and a unit grown together."""
    for quantity, words in _SUFFIXES.items():
        for word in words:
            for base in (key.removesuffix(word), key.removeprefix(word)):
                if base == key:
                    continue
                known = _BY_KEY.get(base) or _BY_KEY.get(base.removesuffix("in"))
                target, _, part = (known or "").partition(":")
                if known and KINDS[target] == quantity and part in {"", "plain"}:
                    return Meant(target=target, part=part, unit=unit_named(word, quantity))
    return None


_SUFFIXES = {
    quantity: sorted(unit_words(quantity), key=lambda word: (-len(word), word))
    for quantity in QUANTITIES
}
_LEAST_KNOWN = 2
_LEAST_SHARE = 0.3
_NUMBER_LIKE = re.compile(r"[-+]?\d[\d.,\s]*")


def looks_like_header(cells: Iterable[str]) -> bool:
    """Return True for a line of which enough cells are names that we know, and none a number."""
    names = [name for cell in cells if (name := cell.strip())]
    if any(_NUMBER_LIKE.fullmatch(name) for name in names):
        return False
    known = sum(_is_known(name) for name in names)
    return known >= _LEAST_KNOWN and known >= _LEAST_SHARE * len(names)


_WIDE_NAME = re.compile(
    r"(?:leg|section|segment|abschnitt|teilstrecke|tramo|troncon|stage)[ _-]?(\d{1,2})[ _-]*(.*)",
    re.IGNORECASE,
)
_CARGO_WORDS = (
    "sku length width height quantity qty l w h notstackable stackable bottomonly orientations "
    "maxstacklayers stackcode unnumber hazmatclass packinggroup"
)
_CARGO_NAMES = frozenset(_CARGO_WORDS.split())


def leg_column(name: str) -> tuple[int, str] | None:
    """Return the leg number and the rest of a name such as `leg2_mode_of_transport`."""
    match = _WIDE_NAME.fullmatch(name.strip())
    return (int(match[1]), match[2]) if match and match[2] else None


def is_cargo_name(name: str) -> bool:
    """Return True for names that only lists of pieces have: sizes, stacking, orientation."""
    return folded(re.sub(r"\(.*\)", "", name)) in _CARGO_NAMES


def _is_known(name: str) -> bool:
    return len(name) <= _MAX_NAME and (
        meant_by(name) is not None or leg_column(name) is not None or is_cargo_name(name)
    )
