"""Check the offsets (OF): the principles of credits, and what this claim asks of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from emissions.ledger.entries import Kind
from emissions.neutrality.answers import answer, day_text, each, filled, same_party

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from data.findings import Finding
    from emissions.ledger.book import Book
    from emissions.ledger.credits import Retirement
    from emissions.neutrality.statement import Statement

_YEAR = timedelta(days=365)
_OLD_VINTAGE_YEARS = 5
_FIRST_PARIS_VINTAGE = 2021


def used_retirements(statement: Statement, book: Book) -> list[Retirement]:
    """Return the retirements that serve the statement."""
    used = {e.lot_id for e in statement.entries if e.kind is Kind.CREDIT}
    return [r for r in book.retirements if r.serial in used]


def _each_credit(
    code: str,
    statement: Statement,
    book: Book,
    ask: Callable[[Retirement], tuple[bool | None, str]],
    *,
    warns: bool = False,
) -> list[Finding]:
    records = used_retirements(statement, book)
    return each(code, records, lambda r: r.serial, ask, nothing="no credit is used", warns=warns)


def offsets_lie_elsewhere(statement: Statement, book: Book) -> list[Finding]:
    """Refuse credits from inside the value chain: they would be counted twice."""
    return _each_credit(
        "OF-1",
        statement,
        book,
        lambda r: (
            None if r.inside_value_chain is None else not r.inside_value_chain,
            f"project inside the value chain: {r.inside_value_chain}",
        ),
    )


def offsets_additional(statement: Statement, book: Book) -> list[Finding]:
    """Demand kind of activity and project; the programme's rules stand for additionality."""
    return _each_credit(
        "OF-2",
        statement,
        book,
        lambda r: (
            True if r.activity_kind and r.project_type else None,
            f"{r.block.registry}: {r.activity_kind or 'unknown'}, {r.project_type or 'unknown'}",
        ),
    )


def offsets_verified(statement: Statement, book: Book) -> list[Finding]:
    """Demand that an independent third party verified the reduction."""
    return _each_credit(
        "OF-3",
        statement,
        book,
        lambda r: (filled(r.verifier) or None, f"verified by {r.verifier or 'nobody named'}"),
    )


def offsets_issued_after_reduction(statement: Statement, book: Book) -> list[Finding]:
    """Demand issuance after the vintage ended, never in advance."""
    return _each_credit(
        "OF-4",
        statement,
        book,
        lambda r: (
            None if r.issued_on is None else r.issued_on >= r.block.vintage_end,
            f"issued {day_text(r.issued_on)}, vintage ends {r.block.vintage_end}",
        ),
    )


def _retired_by(statement: Statement, book: Book, start: date | None, what: str) -> list[Finding]:
    def ask(r: Retirement) -> tuple[bool | None, str]:
        message = (
            f"retired {day_text(r.retired_on)}, wanted within a year of {what} {day_text(start)}"
        )
        if r.retired_on is None or start is None:
            return None, message
        # Days are subtracted, never added: a sum may lie beyond the calendar.
        return r.retired_on - start <= _YEAR, message

    return _each_credit("OF-5", statement, book, ask)


def retired_within_year_of_declaration(statement: Statement, book: Book) -> list[Finding]:
    """Demand retirement within twelve months of the declaration (PAS 2060)."""
    return _retired_by(statement, book, statement.declaration.declared_on, "the declaration")


def retired_within_year_of_period(statement: Statement, book: Book) -> list[Finding]:
    """Demand retirement within twelve months of the end of the period (ISO 14068-1)."""
    return _retired_by(statement, book, statement.declaration.period_end, "the period's end")


def offsets_documented(statement: Statement, book: Book) -> list[Finding]:
    """Prefer public project documents."""
    return _each_credit(
        "OF-6",
        statement,
        book,
        lambda r: (
            r.documents_url.startswith("https://") or None,
            f"documents: {r.documents_url or 'none named'}",
        ),
        warns=True,
    )


def offsets_in_public_registry(statement: Statement, book: Book) -> list[Finding]:
    """Demand a public registry page; the serial was read as that registry's."""
    return _each_credit(
        "OF-7",
        statement,
        book,
        lambda r: (
            r.registry_url.startswith("https://") or None,
            f"{r.block.registry}, {r.block.credits} credits, page {r.registry_url or 'not named'}",
        ),
    )


def residual_covered(statement: Statement, _book: Book) -> list[Finding]:
    """Demand whole credits for the residual, rounded up to the next tonne."""
    needed, retired_kg = statement.units_needed, statement.offsets_kg
    message = f"{needed} t needed for the residual, {retired_kg / 1000:g} t retired"
    if statement.declaration.kind == "commitment":
        return [answer("OF-8", passed=True, message=f"{message}; a commitment is not covered yet")]
    return [answer("OF-8", statement.balance_mg <= 0, message)]


def offsets_retired_for_entity(statement: Statement, book: Book) -> list[Finding]:
    """Demand retirement on behalf of who declares."""
    entity = statement.declaration.entity or ""
    return _each_credit(
        "OF-9",
        statement,
        book,
        lambda r: (
            same_party(r.beneficiary, entity),
            f"beneficiary {r.beneficiary or 'blank'!r}, wanted {entity!r}",
        ),
    )


def offsets_voluntary(statement: Statement, book: Book) -> list[Finding]:
    """Refuse credits that met a duty, a levy or a tax: they are spent."""
    return _each_credit(
        "OF-10",
        statement,
        book,
        lambda r: (
            r.purpose == "voluntary" if r.purpose else None,
            f"purpose {r.purpose or 'blank'}",
        ),
    )


def vintage_young(statement: Statement, book: Book) -> list[Finding]:
    """Warn of old vintages: they say little about today."""
    day = statement.declaration.day
    return _each_credit(
        "OF-11",
        statement,
        book,
        lambda r: (
            (day - r.block.vintage_end).days <= _OLD_VINTAGE_YEARS * 365,
            f"vintage ends {r.block.vintage_end}, wanted within {_OLD_VINTAGE_YEARS} years",
        ),
        warns=True,
    )


def host_does_not_count_too(statement: Statement, book: Book) -> list[Finding]:
    """Warn where the host country may count the same reduction (vintage 2021 and later)."""
    return _each_credit(
        "OF-12",
        statement,
        book,
        lambda r: (
            r.block.vintage_end.year < _FIRST_PARIS_VINTAGE
            or (True if r.host_adjustment == "applied" else None),
            f"corresponding adjustment: {r.host_adjustment or 'unknown'}",
        ),
        warns=True,
    )


def retirement_bound_to_claim(statement: Statement, book: Book) -> list[Finding]:
    """Warn where the registry's note does not tie the retirement to this claim alone."""

    def ask(r: Retirement) -> tuple[bool | None, str]:
        if statement.binding in r.note:
            return True, f"note carries {statement.binding}"
        past = r.retired_on is not None and r.retired_on <= statement.declaration.day
        why = "a past retirement cannot carry it" if past else "ask the registry to add it"
        return False, f"note does not carry {statement.binding}; {why}"

    return _each_credit("OF-13", statement, book, ask, warns=True)
