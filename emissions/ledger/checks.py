"""Check a book against itself: no unit twice, nothing used that is not retired, dates in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.findings import Finding, Report, Verdict
from emissions.ledger.entries import Kind, overlapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emissions.ledger.book import Book


def _findings(code: str, faults: Iterable[tuple[str, str]], all_well: str) -> list[Finding]:
    return [
        Finding(code=code, verdict=Verdict.FAIL, about=about, message=message)
        for about, message in faults
    ] or [Finding(code=code, verdict=Verdict.PASS, about="book", message=all_well)]


def no_lot_overlaps(book: Book) -> list[Finding]:
    """Two records may not show the same units: a copied or shifted serial is found here."""
    faults = []
    for kind in Kind:
        names = {lot.span: lot.lot_id for lot in book.lots if lot.kind is kind}
        spans = [lot.span for lot in book.lots if lot.kind is kind]
        faults += [
            (names[later], f"shares units with {names[first]}")
            for first, later in overlapping(spans)
        ]
    return _findings("LEDGER-001", faults, "no two records show the same units")


def no_unit_used_twice(book: Book) -> list[Finding]:
    """Each unit serves one subject, once."""
    faults = []
    for kind in Kind:
        entries = [e for e in book.entries if e.kind is kind]
        subjects = {e.span: e.subject for e in entries}
        faults += [
            (subjects[later], f"uses {kind.unit} that already serve {subjects[first]}")
            for first, later in overlapping(e.span for e in entries)
        ]
    return _findings("LEDGER-002", faults, "each unit serves one subject, once")


def uses_lie_in_retired_lots(book: Book) -> list[Finding]:
    """Demand that each use lies inside a lot that was retired or redeemed."""
    lots = {(lot.kind, lot.lot_id): lot for lot in book.lots}
    faults = []
    for entry in book.entries:
        lot = lots.get((entry.kind, entry.lot_id))
        if lot is None or not lot.usable or not lot.span.contains(entry.span):
            faults.append((entry.lot_id, "used, but not a retired lot that holds these units"))
    return _findings("LEDGER-003", faults, "all uses lie in retired lots")


def credit_dates_in_order(book: Book) -> list[Finding]:
    """Vintage, issuance, retirement: in this order, or the record is not of this world."""
    faults = [
        (r.serial, "vintage, issuance and retirement are not in this order")
        for r in book.retirements
        if r.issued_on is not None
        and r.retired_on is not None
        and not r.block.vintage_start <= r.issued_on <= r.retired_on
    ]
    return _findings("LEDGER-004", faults, "vintage, issuance and retirement follow in order")


CHECKS: tuple[Callable[[Book], list[Finding]], ...] = (
    no_lot_overlaps,
    no_unit_used_twice,
    uses_lie_in_retired_lots,
    credit_dates_in_order,
)


def check_book(book: Book) -> Report:
    """Run every check of a book."""
    return Report.of(finding for check in CHECKS for finding in check(book))
