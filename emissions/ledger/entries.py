"""Keep quantities as half-open ranges of whole base units: two uses of one unit then overlap."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from data.errors import GreenlaneError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


class LedgerError(GreenlaneError):
    """A serial, a lot or a use that the book cannot accept."""


class Kind(StrEnum):
    """The three books, never mixed, each with its base unit."""

    CREDIT = "credit"  # kg CO2e
    ELECTRICITY = "electricity"  # Wh
    SAF = "saf"  # g of neat fuel

    @property
    def unit(self) -> str:
        """Return the base unit in which this book counts."""
        return {"credit": "kg", "electricity": "Wh", "saf": "g"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Units `start` up to but not including `end` of one registry series."""

    series: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise LedgerError(
                f"{self.series}: range {self.start}..{self.end}, wanted 0 <= start < end"
            )

    @property
    def quantity(self) -> int:
        """Number of base units in the range."""
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Tell whether both ranges share a unit.

        >>> a = Span(series="VCU-VER", start=0, end=1000)
        >>> a.overlaps(Span(series="VCU-VER", start=1000, end=2000))
        False
        """
        return self.series == other.series and self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Tell whether every unit of the other range lies in this one."""
        return self.series == other.series and self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What one registry record puts at our disposal: a range, and whether it may be used."""

    lot_id: str
    kind: Kind
    span: Span
    attribute: str  # SAF pathway, electricity market; blank for credits
    usable: bool  # retired, redeemed: taken out of circulation for good


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The use of part of a lot for one subject, on one day; it is never changed, never deleted."""

    kind: Kind
    lot_id: str
    span: Span
    subject: str
    on: date


def overlapping(spans: Iterable[Span]) -> list[tuple[Span, Span]]:
    """Return each range that shares a unit with an earlier one, together with that one.

    A sweep in order of start, against the range that reaches furthest: n log n, and equal to
    comparing all pairs in saying *whether* and *which later range* clashes.
    """
    clashes = []
    furthest: Span | None = None
    for span in sorted(spans, key=lambda s: (s.series, s.start, s.end)):
        if furthest is not None and furthest.overlaps(span):
            clashes.append((furthest, span))
        if furthest is None or furthest.series != span.series or span.end > furthest.end:
            furthest = span
    return clashes
