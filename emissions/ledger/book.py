"""Keep lots and their uses in one immutable book; every change is a new book, no unit serves twice.

This book lives in memory. A database-backed one keeps the same records and the same refusals, as
constraints of the database.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emissions.ledger.entries import Entry, Kind, LedgerError, Lot, Span
from emissions.ledger.saf import ENERGY_TOLERANCE, saf_energy_mj

if TYPE_CHECKING:
    from datetime import date

    from emissions.ledger.certificates import Redemption
    from emissions.ledger.credits import Retirement
    from emissions.ledger.saf import SafCertificate

G_PER_KG = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Retired credits, SAF certificates, redeemed electricity certificates, and their uses."""

    retirements: tuple[Retirement, ...] = ()
    certificates: tuple[SafCertificate, ...] = ()
    redemptions: tuple[Redemption, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def lots(self) -> tuple[Lot, ...]:
        """All lots, book by book, in the order of their files."""
        credits_ = (record.lot for record in self.retirements)
        fuel = (record.lot for record in self.certificates)
        electricity = (record.lot for record in self.redemptions)
        return (*credits_, *fuel, *electricity)

    def lot(self, kind: Kind, lot_id: str) -> Lot:
        """Return a lot by its name."""
        for lot in self.lots:
            if lot.kind is kind and lot.lot_id == lot_id:
                return lot
        raise LedgerError(f"{kind} {lot_id!r} is not in the book")

    def used(self, kind: Kind, subject: str) -> int:
        """Return the base units of one kind that serve a subject."""
        return sum(e.span.quantity for e in self.entries if (e.kind, e.subject) == (kind, subject))

    def free(self, lot: Lot) -> tuple[Span, ...]:
        """Return the ranges of a lot that serve nobody yet; none if it is not retired."""
        if not lot.usable:
            return ()
        taken = sorted(
            (e.span for e in self.entries if e.kind is lot.kind and e.span.overlaps(lot.span)),
            key=lambda s: s.start,
        )
        gaps, start = [], lot.span.start
        for span in taken:
            if span.start > start:
                gaps.append(replace(lot.span, start=start, end=span.start))
            start = max(start, span.end)
        if start < lot.span.end:
            gaps.append(replace(lot.span, start=start))
        return tuple(gaps)

    def available(self, kind: Kind, attribute: str = "") -> int:
        """Return the free base units of a kind with that pathway or market."""
        return sum(
            gap.quantity
            for lot in self.lots
            if lot.kind is kind and lot.attribute == attribute
            for gap in self.free(lot)
        )


def post(book: Book, entry: Entry) -> Book:
    """Return the book with one more use.

    Raises
    ------
    LedgerError
        if the lot is unknown, not retired, does not hold the range, or part of it is in use.
    """
    lot = book.lot(entry.kind, entry.lot_id)
    if not lot.usable:
        raise LedgerError(f"{entry.kind} {entry.lot_id}: not retired, it may not be used")
    if not lot.span.contains(entry.span):
        raise LedgerError(f"{entry.kind} {entry.lot_id}: the range lies outside the lot")
    for other in book.entries:
        if other.kind is entry.kind and other.span.overlaps(entry.span):
            raise LedgerError(
                f"{entry.kind} {entry.lot_id}: units already used for {other.subject!r}"
            )
    return replace(book, entries=(*book.entries, entry))


def _take(book: Book, lot: Lot, quantity: int, *, subject: str, on: date) -> Book:
    free = sum(gap.quantity for gap in book.free(lot))
    if not 0 < quantity <= free:
        raise LedgerError(
            f"{lot.kind} {lot.lot_id}: {quantity} {lot.kind.unit} asked, {free} free; "
            "no unit may serve twice"
        )
    for gap in book.free(lot):
        part = replace(gap, end=min(gap.end, gap.start + quantity))
        entry = Entry(kind=lot.kind, lot_id=lot.lot_id, span=part, subject=subject, on=on)
        book = post(book, entry)
        quantity -= part.quantity
        if not quantity:
            break
    return book


def retire(book: Book, serial: str, *, quantity_kg: int, subject: str, on: date) -> Book:
    """Use kilograms of a retired credit block for a subject."""
    lot = book.lot(Kind.CREDIT, serial)
    return _take(book, lot, quantity_kg, subject=subject, on=on)


def redeem(book: Book, redemption_id: str, *, quantity_wh: int, subject: str, on: date) -> Book:
    """Use watt-hours of a redeemed electricity certificate for a subject."""
    lot = book.lot(Kind.ELECTRICITY, redemption_id)
    return _take(book, lot, quantity_wh, subject=subject, on=on)


def claim_saf(  # noqa: PLR0913  (a claim needs its cap)
    book: Book,
    certificate_id: str,
    *,
    neat_g: int,
    burnt_mj: float,
    subject: str,
    on: date,
) -> Book:
    """Use grams of neat SAF for a subject whose air legs burnt `burnt_mj`; never more than that."""
    lot = book.lot(Kind.SAF, certificate_id)
    certificate = next(c for c in book.certificates if c.certificate_id == certificate_id)
    already_g = book.used(Kind.SAF, subject)
    claimed_mj = saf_energy_mj((already_g + neat_g) / G_PER_KG, certificate.lhv_mj_per_kg)
    if claimed_mj > burnt_mj * (1 + ENERGY_TOLERANCE):
        raise LedgerError(
            f"saf {certificate_id}: {claimed_mj:.3f} MJ claimed for {subject!r}, "
            f"its air legs burnt {burnt_mj:.3f} MJ"
        )
    return _take(book, lot, neat_g, subject=subject, on=on)


def draw(  # noqa: PLR0913  (which book, how much, for whom, when)
    book: Book, kind: Kind, quantity: int, *, subject: str, on: date, attribute: str = ""
) -> Book:
    """Use that many base units from as many lots as it takes, in the order of the book.

    Raises
    ------
    LedgerError
        if the free lots of that kind, pathway or market hold less.
    """
    available = book.available(kind, attribute)
    if quantity > available:
        what = f"{kind} {attribute}".rstrip()
        raise LedgerError(f"{what}: {quantity} {kind.unit} asked, {available} free in the book")
    for lot in book.lots:
        if not quantity:
            break
        if lot.kind is kind and lot.attribute == attribute:
            free = sum(gap.quantity for gap in book.free(lot))
            if free:
                part = min(free, quantity)
                book = _take(book, lot, part, subject=subject, on=on)
                quantity -= part
    return book
