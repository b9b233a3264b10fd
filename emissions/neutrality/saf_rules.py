"""Check the SAF claims (SAF): proven, retired, voluntary, timely, and within the fuel burnt."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from emissions.ledger.entries import Kind
from emissions.ledger.saf import BASELINES, ENERGY_TOLERANCE, saving_share
from emissions.neutrality.answers import answer, day_text, each, same_party

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.findings import Finding
    from emissions.ledger.book import Book
    from emissions.ledger.saf import SafCertificate
    from emissions.neutrality.statement import Statement

_YEAR = timedelta(days=365)
_HALF_YEAR = timedelta(days=183)
_PRINTED_SHARE = 0.005  # savings are printed in whole per cent
# Least saving against its own baseline: CORSIA eligibility; RED for installations since 2021.
_LEAST_SAVING = {"corsia": 0.10, "red": 0.65}


def _each_saf(
    code: str,
    statement: Statement,
    book: Book,
    ask: Callable[[SafCertificate], tuple[bool | None, str]],
) -> list[Finding]:
    used = {e.lot_id for e in statement.entries if e.kind is Kind.SAF}
    records = [c for c in book.certificates if c.certificate_id in used]
    return each(code, records, lambda c: c.certificate_id, ask, nothing="no SAF is claimed")


def saf_saving_recomputes(statement: Statement, book: Book) -> list[Finding]:
    """Demand a saving that follows from value and baseline, and is enough (SAF-1, SAF-2)."""

    def ask(c: SafCertificate) -> tuple[bool | None, str]:
        share = saving_share(c.total_gco2e_per_mj, BASELINES[c.baseline])
        message = f"saving {share:.3f} against {c.baseline}, printed {c.saving_share}"
        if c.saving_share is None:
            return None, message
        agrees = abs(share - c.saving_share) <= _PRINTED_SHARE
        return agrees and share >= _LEAST_SAVING[c.baseline], message

    return _each_saf("SAF-1", statement, book, ask)


def saf_scheme_valid(statement: Statement, book: Book) -> list[Finding]:
    """Demand a scheme certificate that was valid when the fuel was made."""

    def ask(c: SafCertificate) -> tuple[bool | None, str]:
        message = f"made {day_text(c.produced_on)}, scheme valid to {day_text(c.scheme_valid_to)}"
        if c.produced_on is None or c.scheme_valid_to is None:
            return None, message
        return c.produced_on <= c.scheme_valid_to, message

    return _each_saf("SAF-3", statement, book, ask)


def saf_blend_within_limit(statement: Statement, book: Book) -> list[Finding]:
    """Hold a physical batch to its blend limit; a book-and-claim share has none."""

    def ask(c: SafCertificate) -> tuple[bool | None, str]:
        if c.chain_of_custody != "physical":
            return True, f"custody {c.chain_of_custody}: no batch on board, no blend limit"
        share, limit = c.neat_volume_share, c.blend_limit_volume_share
        message = f"physical blend {share} of volume, limit {limit}"
        return (None if share is None or limit is None else share <= limit), message

    return _each_saf("SAF-5", statement, book, ask)


def saf_retired_for_entity(statement: Statement, book: Book) -> list[Finding]:
    """Demand retirement on behalf of who declares."""
    entity = statement.declaration.entity or ""
    return _each_saf(
        "SAF-6",
        statement,
        book,
        lambda c: (
            c.status == "retired" and same_party(c.beneficiary, entity),
            f"{c.status}, beneficiary {c.beneficiary or 'blank'!r}, wanted {entity!r}",
        ),
    )


def saf_not_mandated(statement: Statement, book: Book) -> list[Finding]:
    """Refuse fuel that met a mandate."""
    return _each_saf(
        "SAF-7",
        statement,
        book,
        lambda c: (
            c.purpose == "voluntary" if c.purpose else None,
            f"purpose {c.purpose or 'blank'}",
        ),
    )


def saf_within_fuel_burnt(statement: Statement, _book: Book) -> list[Finding]:
    """Demand SAF energy within the fuel burnt, drawn from certificates gram by gram."""
    claimed_g = sum(use.neat_g for use in statement.saf)
    drawn_g = sum(e.span.quantity for e in statement.entries if e.kind is Kind.SAF)
    claimed_mj = sum(use.neat_g / 1000 * use.lhv_mj_per_kg for use in statement.saf)
    message = (
        f"{claimed_mj:.3f} MJ claimed of {statement.air_fuel_mj:.3f} MJ burnt; "
        f"{drawn_g} g drawn for {claimed_g} g"
    )
    # A use is rounded up to whole grams, once per pathway.
    grain_mj = sum(use.lhv_mj_per_kg / 1000 for use in statement.saf)
    fits = claimed_mj <= statement.air_fuel_mj * (1 + ENERGY_TOLERANCE) + grain_mj
    return [answer("SAF-8", fits and drawn_g == claimed_g, message)]


def saf_timely(statement: Statement, book: Book) -> list[Finding]:
    """Demand delivery from a year before to half a year after the period."""
    d = statement.declaration

    def ask(c: SafCertificate) -> tuple[bool | None, str]:
        day = c.delivered_on or c.produced_on
        message = f"delivered {day_text(day)}, period {d.period_start} to {d.period_end}"
        if day is None or d.period_start is None or d.period_end is None:
            return None, message
        # Days are subtracted from days, never moved: a sum may lie beyond the calendar.
        fits = d.period_start - day <= _YEAR and day - d.period_end <= _HALF_YEAR
        return fits, message

    return _each_saf("SAF-9", statement, book, ask)


def saf_custody_told(statement: Statement, book: Book) -> list[Finding]:
    """Demand chain of custody, scheme and scope with every claim."""
    return _each_saf(
        "SAF-10",
        statement,
        book,
        lambda c: (
            True if c.scheme and c.pos_number else None,
            f"{c.chain_of_custody}, {c.lca_scope}, {c.scheme or '?'}, proof {c.pos_number or '?'}",
        ),
    )


def saf_value_proven(statement: Statement, book: Book) -> list[Finding]:
    """Refuse figures with a better life-cycle or heating value than the certificate proves."""
    uses = {use.pathway_id: use for use in statement.saf}

    def ask(c: SafCertificate) -> tuple[bool | None, str]:
        use = uses.get(c.pathway_id)
        if use is None:
            return None, f"pathway {c.pathway_id} is not among the claims"
        proven = (c.total_gco2e_per_mj, -c.lhv_mj_per_kg)
        taken = (use.total_gco2e_per_mj, -use.lhv_mj_per_kg)
        message = f"certificate {c.total_gco2e_per_mj} g/MJ, figures {use.total_gco2e_per_mj} g/MJ"
        return all(p <= t for p, t in zip(proven, taken, strict=True)), message

    return _each_saf("SAF-12", statement, book, ask)
