"""Convert units by name; the only unnamed numbers in Greenlane are 0 and 1."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

KG_PER_TONNE = 1000.0
G_PER_KG = 1000.0
MM_PER_M = 1000
MG_PER_KG = 1_000_000
MM3_PER_M3 = 1_000_000_000
WH_PER_KWH = 1000
M_PER_KM = 1000.0
KWH_PER_MWH = 1000.0
HOURS_PER_YEAR = 8766.0  # a Julian year
SECONDS_PER_HOUR = 3600.0
SECONDS_PER_DAY = 86_400.0
CENTS_PER_EUR = 100
MILLIONTHS = 1_000_000  # energy and fuel amounts carry six decimals

_SIX_PLACES = Decimal("0.000001")


def kg_text(mg: int) -> str:
    """Write whole milligrams as kilograms with exactly six decimals, without floats between.

    >>> kg_text(-1)
    '-0.000001'
    """
    sign = "-" if mg < 0 else ""
    whole, rest = divmod(abs(mg), MG_PER_KG)
    return f"{sign}{whole}.{rest:06d}"


def mg_from_text(text: str) -> int:
    """Read kilograms with at most six decimals back as whole milligrams, exactly.

    >>> mg_from_text("12.000001")
    12000001
    """
    value = Decimal(text)
    if value != value.quantize(_SIX_PLACES, rounding=ROUND_HALF_EVEN):
        raise ValueError(f"{text!r} has more than six decimals")
    return int(value * MG_PER_KG)


def micro(value: float) -> float:
    """Round an energy or fuel amount to six decimals, the precision in which files carry it.

    An amount that is the *input* of an emission (fuel of a dedicated vehicle, kWh of a hub) is
    rounded before it is used, so that anyone who reads the file computes the same milligrams.
    """
    return round(value, 6)
