"""Check the electricity certificates (REC): redeemed, timely, of the market where kWh were used."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from emissions.ledger.entries import Kind
from emissions.neutrality.answers import answer, each, same_party

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.findings import Finding
    from emissions.ledger.book import Book
    from emissions.ledger.certificates import Redemption
    from emissions.neutrality.statement import Statement

_YEAR = timedelta(days=365)


def _each_redemption(
    code: str,
    statement: Statement,
    book: Book,
    ask: Callable[[Redemption], tuple[bool | None, str]],
) -> list[Finding]:
    used = {e.lot_id for e in statement.entries if e.kind is Kind.ELECTRICITY}
    records = [r for r in book.redemptions if r.redemption_id in used]
    nothing = "no certificate is used"
    return each(code, records, lambda r: r.redemption_id, ask, nothing=nothing)


def certificates_redeemed_for_entity(statement: Statement, book: Book) -> list[Finding]:
    """Demand redemption on behalf of who declares."""
    entity = statement.declaration.entity or ""
    return _each_redemption(
        "REC-3",
        statement,
        book,
        lambda r: (
            r.status == "redeemed" and same_party(r.beneficiary, entity),
            f"{r.status}, beneficiary {r.beneficiary or 'blank'!r}, wanted {entity!r}",
        ),
    )


def certificates_timely(statement: Statement, book: Book) -> list[Finding]:
    """Demand generation within a year of the period."""
    d = statement.declaration

    def ask(r: Redemption) -> tuple[bool | None, str]:
        message = f"generated {r.generated_from} to {r.generated_to}"
        if d.period_start is None or d.period_end is None:
            return None, message
        # Days are subtracted from days, never moved: a sum may lie beyond the calendar.
        before, after = d.period_start - r.generated_to, r.generated_from - d.period_end
        fits = before <= _YEAR and after <= _YEAR
        return fits, message

    return _each_redemption("REC-4", statement, book, ask)


def certificates_cover_use(statement: Statement, book: Book) -> list[Finding]:
    """Demand certificates of the market of use, for no more than was used (REC-5, REC-9)."""
    drawn: dict[str, int] = {}
    markets = {r.redemption_id: r.market for r in book.redemptions}
    for entry in statement.entries:
        if entry.kind is Kind.ELECTRICITY:
            market = markets.get(entry.lot_id, "unknown")
            drawn[market] = drawn.get(market, 0) + entry.span.quantity
    covered = {e.market: e.covered_wh for e in statement.electricity if e.covered_wh}
    findings = [answer("REC-5", drawn == covered, f"covered {covered} Wh, drawn {drawn} Wh")]
    for use in statement.electricity:
        message = f"{use.covered_wh} Wh covered of {use.used_wh} Wh used"
        findings.append(answer("REC-9", use.covered_wh <= use.used_wh, message, about=use.market))
    return findings


def no_irec_after_chinese_cut_off(statement: Statement, book: Book) -> list[Finding]:
    """Refuse I-RECs on Chinese generation after 2024: later there is only the national GEC."""
    return _each_redemption(
        "REC-CN",
        statement,
        book,
        lambda r: (
            not r.after_chinese_cut_off,
            f"{r.scheme} of {r.market}, generated to {r.generated_to}",
        ),
    )
