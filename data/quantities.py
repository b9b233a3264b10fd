"""Convert strangers' masses, distances, volumes and container counts into kg, km, m3 and TEU."""

from __future__ import annotations

import re
from dataclasses import dataclass

from data.cells import BadCellError

# International pound, short ton of 2000 lb, statute and nautical mile: exact by definition
# (NIST Handbook 44, appendix C; the nautical mile by the First International Extraordinary
# Hydrographic Conference, 1929).
KG_PER_LB = 0.45359237
LB_PER_SHORT_TON = 2000
OZ_PER_LB = 16
KM_PER_MI = 1.609344
KM_PER_NMI = 1.852
M3_PER_CUBIC_FOOT = 0.028316846592

FACTORS: dict[str, dict[str, float]] = {
    "mass": {
        "kg": 1.0,
        "g": 0.001,
        "t": 1000.0,
        "lb": KG_PER_LB,
        "oz": KG_PER_LB / OZ_PER_LB,
        "short_ton": KG_PER_LB * LB_PER_SHORT_TON,
    },
    "distance": {"km": 1.0, "m": 0.001, "mi": KM_PER_MI, "nmi": KM_PER_NMI},
    "volume": {"m3": 1.0, "l": 0.001, "dm3": 0.001, "ft3": M3_PER_CUBIC_FOOT},
    "teu": {"teu": 1.0, "feu": 2.0},
    "co2e": {"kg": 1.0, "g": 0.001, "t": 1000.0},
    "activity": {"tkm": 1.0, "kgkm": 0.001, "tmi": KM_PER_MI},
}

_SPELT = {
    "kg": "kg kgs kgm kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes kilogramo "
    "kilogramos 公斤 千克",
    "g": "g gr grm gram grams gramm gramme grammes gramos 克",
    "t": "t to mt tne tonne tonnes tonnen metricton metrictons tonelada toneladas 吨 公吨",
    "lb": "lb lbs lbr pound pounds libra libras 磅",
    "oz": "oz onz ounce ounces",
    "short_ton": "shortton shorttons ston stons uston ustons stn ust",
    "km": "km kms kmt kilometer kilometers kilometre kilometres kilometros 公里 千米",
    "m": "m mtr meter meters metre metres metros 米",
    "mi": "mi mile miles smi statutemiles millas 英里",
    "nmi": "nm nmi nauticalmile nauticalmiles seemeilen millasnauticas 海里",
    "m3": "m3 m³ cbm cubm mtq cubicmeter cubicmeters cubicmetre cubicmetres 立方米 方",
    "l": "l ltr liter litre liters litres 升",
    "dm3": "dm3",
    "ft3": "ft3 cft cuft cubicfeet cubicfoot ftq",
    "teu": "teu teus 标箱",
    "feu": "feu feus",
    "tkm": "tkm tonnekm tonnekilometres 吨公里",
    "kgkm": "kgkm",
    "tmi": "tmi",
}
_UNIT_BY_WORD = {word: unit for unit, words in _SPELT.items() for word in words.split()}
# `kg CO2e` is written in many ways; the gas is not the unit.
_GAS = re.compile(r"co2(?:e|eq|equivalent)?")
_WORDLESS = re.compile(r"[\s._()\[\]/-]+")


def unit_words(quantity: str) -> dict[str, str]:
    """Return the spellings of the units of a quantity, folded, and the units that they mean."""
    return {word: unit for word, unit in _UNIT_BY_WORD.items() if unit in FACTORS[quantity]}


_WORDS = {quantity: unit_words(quantity) for quantity in FACTORS}


def unit_named(text: str, quantity: str) -> str:
    """Return the unit that a text names, blank if it names none of that quantity.

    >>> unit_named("LBS", "mass"), unit_named("Tons", "mass"), unit_named("kg CO2e", "co2e")
    ('lb', '', 'kg')
    """
    folded = _WORDLESS.sub("", text.casefold())
    if quantity == "co2e":
        folded = _GAS.sub("", folded)
    return _WORDS[quantity].get(folded, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Containers:
    """Containers of one cell in TEU, and how many there are."""

    teu: float
    count: float


# TEU by the length code of ISO 6346 and by the trade's names; a 45 ft container counts 2.25.
_TEU_BY_FEET = {"10": 0.5, "20": 1.0, "30": 1.5, "40": 2.0, "45": 2.25}
_TEU_BY_LENGTH_CODE = {"1": 0.5, "2": 1.0, "3": 1.5, "4": 2.0, "L": 2.25}
_TRADE_TYPE = re.compile(
    r"(10|20|30|40|45)\s*(?:ft|feet|foot|'|′)?\s*"  # noqa: RUF001  (a prime mark)
    r"(?:dv|dc|gp|st|sd|std|hc|hq|hcd|rf|re|rh|hr|rq|ot|fr|fl|tk|pw|pwhc|nor|box|dry|reefer)?",
    re.ASCII,
)
_ISO_TYPE = re.compile(
    r"([1-4l])[0-9cdeflmn](?:[ghrtupvb][0-9]|gp|hr|pf|pl|tn|ut|vh|re|rt)", re.ASCII
)
_COUNTED = re.compile(r"(\d{1,5})\s*(?:x|×|\*)\s*(.+)")  # noqa: RUF001  (a multiplication sign)
_COUNT_AFTER = re.compile(r"(.*[^\d\s]\w*)\s*(?:x|×|\*)\s*(\d{1,5})")  # noqa: RUF001  (likewise)
_PARTS = re.compile(r"\s*[+,;&|/]\s*")


def teu_of(code: str) -> float:
    """Return the TEU of one container code, such as 40HC, 22G1 or `20 GP`.

    Raises
    ------
    ValueError
        if the code is of no known length.
    """
    folded = code.strip().casefold()
    if match := _ISO_TYPE.fullmatch(folded):
        return _TEU_BY_LENGTH_CODE[match[1].upper()]
    if match := _TRADE_TYPE.fullmatch(folded):
        return _TEU_BY_FEET[match[1]]
    if unit := unit_named(folded, "teu"):
        return FACTORS["teu"][unit]
    raise BadCellError("a container code such as 20GP, 40HC, 45HC or 22G1")


def containers_of(text: str) -> Containers:
    """Return the TEU of a list of containers.

    Raises
    ------
    ValueError
        if a part of the list is no container.

    >>> containers_of("1x20GP + 2x40HC").teu
    5.0
    """
    teu = count = 0.0
    for part in _PARTS.split(text.strip()):
        number, code = _counted(part)
        if not number:
            raise BadCellError("a number of containers above 0")
        teu += number * teu_of(code)
        count += number
    return Containers(teu=teu, count=count)


def _counted(part: str) -> tuple[float, str]:
    """Return number and code of `2x40HC`, `40HC*2` or `40HC`; a bare 20 may be a number of any."""
    if (match := _COUNTED.fullmatch(part)) is not None:
        return float(match[1]), match[2]
    if (match := _COUNT_AFTER.fullmatch(part)) is not None:
        return float(match[2]), match[1]
    if part.isdigit():
        raise BadCellError("the type of the containers beside their number, such as 2x40HC")
    return 1.0, part
