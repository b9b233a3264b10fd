"""Convert units by name; the only unnamed numbers in Greenlane are 0 and 1."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

KG_PER_TONNE = 1000.0
G_PER_KG = 1000.0
MG_PER_KG = 1_000_000
MM3_PER_M3 = 1_000_000_000
WH_PER_KWH = 1000
M_PER_KM = 1000.0
HOURS_PER_DAY = 24.0
SECONDS_PER_HOUR = 3600.0

_SIX_PLACES = Decimal("0.000001")


def milligrams(kg: float) -> int:
    """Round a mass of CO2e to whole milligrams, half to even: the one rounding that a leg gets.

    >>> milligrams(1.2345675)
    1234568
    """
    return round(kg * MG_PER_KG)


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
