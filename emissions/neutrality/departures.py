"""Gather when freight departed, so that a declaration cannot take freight of another year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from emissions.errors import EmissionsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DAY_LENGTH = 10  # characters of 2023-06-30


@dataclass(frozen=True, slots=True, kw_only=True)
class Departures:
    """First and last days on which shipments departed, each on the calendar of its own place."""

    first: date | None = None  # of all legs
    last_start: date | None = None  # of the first legs: a shipment may be under way for long
    dated: int = 0  # shipments
    undated: int = 0  # shipments of which no leg tells a day


UNTIMED = Departures()


def departures_of(rows: Iterable[Mapping[str, str]]) -> Departures:
    """Read `departs_at` of rows of legs.csv, as they are written.

    >>> row = {"shipment_id": "S1", "departs_at": "2023-06-30T23:00:00+08:00"}
    >>> departures_of([row]).last_start
    datetime.date(2023, 6, 30)

    Raises
    ------
    EmissionsError
        for a time that is none.
    """
    starts: dict[str, date | None] = {}
    for row in rows:
        name = row.get("shipment_id", "")
        days = [d for d in (starts.get(name), _day(row.get("departs_at", ""), name)) if d]
        starts[name] = min(days, default=None)
    known = [day for day in starts.values() if day]
    return Departures(
        first=min(known, default=None),
        last_start=max(known, default=None),
        dated=len(known),
        undated=len(starts) - len(known),
    )


def _day(text: str, shipment_id: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:_DAY_LENGTH])
    except ValueError:
        raise EmissionsError(
            f"legs of {shipment_id}: departs_at {text[:40]!r}, wanted a time such as "
            "2026-01-31T08:00:00Z"
        ) from None
