"""Scale figures to the whole numbers that routing engines count in, always to the safe side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from optimizer.errors import ProblemError

if TYPE_CHECKING:
    from optimizer.tours.records import TourProblem

TICKS = 100  # of a minute
UNITS = 1_000_000  # of a kg, a m3 or an EUR: six decimals
METRES = 1000  # of a km
VEHICLE_KM = 1e5  # what a vehicle counts in the objective `vehicles`
SLIP = 1e-7  # a scaled figure this little above a whole number is that number
_MOST = 2**52  # sums of so many stay exact, also where an engine adds them as floats


def up(value: float, scale: int) -> int:
    """Return what is needed, never less.

    >>> up(1.00001, 100), up(1.01, 100)
    (101, 101)
    """
    return _whole(math.ceil(value * scale - SLIP), value)


def down(value: float, scale: int) -> int:
    """Return what there is, never more.

    >>> down(1.00999, 100), down(1.01, 100)
    (100, 101)
    """
    return _whole(math.floor(value * scale + SLIP), value)


def _whole(scaled: int, value: float) -> int:
    if abs(scaled) > _MOST:
        raise ProblemError(f"{value:g} is too large for the engines, wanted a smaller figure")
    return scaled


def price_of_leaving(problem: TourProblem, money: int = UNITS) -> int:
    """Return what a stop left behind counts: more than a vehicle of its own ever costs."""
    far = max(max(row) for row in problem.ways.km)
    if problem.objective == "vehicles":
        return up(4 * (VEHICLE_KM + 4 * far), METRES)
    dearest = max(
        v.fixed_eur + 4 * far * v.eur_per_km + (v.ends_min - v.starts_min) / 60 * v.eur_per_h
        for v in problem.vehicles
    )
    return up(4 * dearest + 1, money)
