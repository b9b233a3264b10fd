"""Check subject, boundary, footprint, plan and reduction (SUB, FP, PL, RED).

The requirements are restated in our own words; clause numbers are joined by the rule set.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from data.units import MG_PER_KG
from emissions.neutrality.answers import answer, filled

if TYPE_CHECKING:
    from data.findings import Finding
    from emissions.ledger.book import Book
    from emissions.neutrality.statement import Statement

_COVERAGE = Decimal("0.95")
_MATERIAL = Decimal("0.01")  # exactly one per cent may still be excluded
_DOMINANT = Decimal("0.5")
_DIRECT_SCOPES = (1, 2)
_PRIMARY_WANTED = Decimal("0.5")
_ZONES = timedelta(days=1)  # times in UTC may lie on the day beside that of their place
_OFFSET_ONLY = "offset-only-first-period"


def _kg(mg: int) -> Decimal:
    return Decimal(mg) / MG_PER_KG


def subject_identified(statement: Statement, _book: Book) -> list[Finding]:
    """Demand one subject, described, with its purpose and a responsible person."""
    d = statement.declaration
    wanted = {
        "subject.type": d.subject.type,
        "subject.description": d.subject.description,
        "subject.function": d.subject.function,
        "responsible": d.responsible,
    }
    return [
        answer("SUB-1", filled(text), f"{key}: {'given' if text else 'missing'}", about=key)
        for key, text in wanted.items()
    ]


def boundary_lists_elements(statement: Statement, _book: Book) -> list[Finding]:
    """Demand carriage and hubs inside; a chain without its hubs is not whole."""
    counts = dict(statement.elements)
    carried, handled = counts.get("transport", 0), counts.get("hub", 0)
    message = f"{carried} transport elements and {handled} hub elements inside"
    return [answer("SUB-2", carried > 0 and handled > 0, message)]


def direct_scopes_included(statement: Statement, _book: Book) -> list[Finding]:
    """Refuse exclusions of scope 1 or 2."""
    scopes = [e.scope for e in statement.declaration.exclusions]
    passed = False if any(s in _DIRECT_SCOPES for s in scopes) else None if None in scopes else True
    return [answer("SUB-3", passed, f"excluded scopes: {sorted({str(s) for s in scopes})}")]


def material_sources_included(statement: Statement, _book: Book) -> list[Finding]:
    """Demand every scope 3 source above 1 % of the total inside."""
    total = _kg(statement.physical.wtw_mg) + statement.excluded_kgco2e
    findings = []
    for exclusion in statement.declaration.exclusions:
        estimate = exclusion.estimate_kgco2e
        passed = None if estimate is None or not total else estimate / total <= _MATERIAL
        message = f"estimate {estimate} of {total:.3f} kgCO2e, wanted at most 1 %"
        findings.append(answer("SUB-4", passed, message, about=exclusion.name or "exclusion"))
    return findings or [answer("SUB-4", passed=True, message="nothing is excluded")]


def coverage_enough(statement: Statement, _book: Book) -> list[Finding]:
    """Demand 95 % coverage or more; one dominant source does not count.

    Where one source is more than half of the total (the air leg, always), the test is made on the
    rest, so that the giant cannot hide what was left out.
    """
    excluded = statement.excluded_kgco2e
    total = _kg(statement.physical.wtw_mg) + excluded
    if not total or any(e.estimate_kgco2e is None for e in statement.declaration.exclusions):
        return [answer("SUB-5", None, "coverage cannot be worked out: an estimate is missing")]
    mode, largest = max(statement.by_mode, key=lambda part: part[1])
    dominant = _kg(largest) / total > _DOMINANT
    base = total - _kg(largest) if dominant else total
    cover = (base - excluded) / base if base else Decimal(0 if excluded else 1)
    where = f"of the rest beside {mode}" if dominant else "of the total"
    message = f"coverage {cover:.4f} {where}, wanted at least {_COVERAGE}"
    return [answer("SUB-6" if dominant else "SUB-5", cover >= _COVERAGE, message)]


def exclusions_explained(statement: Statement, _book: Book) -> list[Finding]:
    """Demand a reason and an estimate for every exclusion."""
    findings = []
    for exclusion in statement.declaration.exclusions:
        known = filled(exclusion.reason)
        passed = known if exclusion.estimate_kgco2e is not None else None
        message = f"reason: {exclusion.reason or 'missing'}; estimate: {exclusion.estimate_kgco2e}"
        findings.append(answer("SUB-7", passed, message, about=exclusion.name or "exclusion"))
    return findings or [answer("SUB-7", passed=True, message="nothing is excluded")]


def same_boundary_as_before(statement: Statement, _book: Book) -> list[Finding]:
    """Demand one boundary and one methodology over all periods compared."""
    r = statement.declaration.reduction
    if r.route == _OFFSET_ONLY:
        return [
            answer("SUB-8", passed=True, message="first period: nothing to compare with"),
            answer("FP-2", passed=True, message="first period: nothing to compare with"),
        ]
    return [
        answer("SUB-8", r.same_boundary, f"same boundary as before: {r.same_boundary}"),
        answer("FP-2", r.same_methodology, f"same methodology as before: {r.same_methodology}"),
    ]


def gases_named(statement: Statement, _book: Book) -> list[Finding]:
    """Prefer factors of all gases; what rests on CO2 alone is measured, never mixed in silence.

    It warns and does not decide: the other gases of such a factor (coal power in China) are about
    a hundredth of it, so even a large share understates the total by little.
    """
    total = sum(mg for _, mg in statement.by_gas_set)
    if not total:
        return [answer("SUB-9", None, "no figures", warns=True)]
    co2_only = sum(mg for name, mg in statement.by_gas_set if "co2" in name.split("+"))
    share = Decimal(co2_only) / total
    message = f"{share:.4f} of the total rests in part on factors of CO2 alone, wanted at most 0.01"
    return [answer("SUB-9", share <= _MATERIAL, message, warns=True)]


def methodology_named(statement: Statement, _book: Book) -> list[Finding]:
    """Demand a methodology with its edition, and why it was chosen."""
    d = statement.declaration
    return [
        answer("FP-1", filled(d.methodology), f"methodology: {d.methodology}", about="methodology"),
        answer(
            "FP-1",
            filled(d.methodology_reason),
            f"reason: {d.methodology_reason}",
            about="methodology_reason",
        ),
    ]


def primary_data_preferred(statement: Statement, _book: Book) -> list[Finding]:
    """Prefer primary data, and say the share of other data aloud."""
    total = sum(mg for _, mg in statement.by_data_type)
    if not total:
        return [answer("FP-3", None, "no figures", warns=True)]
    shares = {name: Decimal(mg) / total for name, mg in statement.by_data_type}
    message = ", ".join(f"{name} {share:.1%}" for name, share in shares.items())
    primary = shares.get("primary", Decimal(0))
    return [answer("FP-3", primary >= _PRIMARY_WANTED, f"data shares: {message}", warns=True)]


def columns_kept_apart(statement: Statement, _book: Book) -> list[Finding]:
    """Demand gross totals of at least 0, and a claim behind every reduction shown."""
    columns = (statement.physical, statement.market_based)
    sound = all(c.wtt_mg >= 0 and c.ttw_mg >= 0 for c in columns)
    claims = any(use.covered_wh for use in statement.electricity) or bool(statement.saf)
    explained = claims or statement.reductions_mg <= 0
    message = "totals are gross of offsets; each difference has its SAF or certificate"
    return [answer("FP-4", sound and explained, message)]


def period_in_order(statement: Statement, _book: Book) -> list[Finding]:
    """Demand a period that ends after it starts, and lasts no longer than a year."""
    d = statement.declaration
    if d.period_start is None or d.period_end is None:
        return [answer("FP-6", None, "period is missing")]
    days = (d.period_end - d.period_start).days + 1
    year = 366
    return [answer("FP-6", 0 < days <= year, f"period {d.period_start} to {d.period_end}")]


def freight_of_the_period(statement: Statement, _book: Book) -> list[Finding]:
    """Demand freight that departed in the period; a shipment may still be under way at its end.

    Legs without times answer nothing: that warns, for a footprint needs no times.
    """
    d, found = statement.declaration, statement.departures
    if d.period_start is None or d.period_end is None:
        return [answer("FP-8", None, "period is missing", warns=True)]
    if found.first is None or found.last_start is None:
        return [answer("FP-8", None, "no leg says when it departed", warns=True)]
    begun = d.period_start - _ZONES <= found.first
    ended = found.last_start <= d.period_end + _ZONES
    message = (
        f"shipments departed {found.first} to {found.last_start}, "
        f"period {d.period_start} to {d.period_end}"
    )
    if not (begun and ended):
        return [answer("FP-8", passed=False, message=message)]
    if found.undated:
        told = f"{message}; {found.undated} of {found.dated + found.undated} tell no day"
        return [answer("FP-8", None, told, warns=True)]
    return [answer("FP-8", passed=True, message=message)]


def factors_known_on_the_day(statement: Statement, _book: Book) -> list[Finding]:
    """Warn of factors published after the day: the declaration is then a restatement."""
    basis = statement.factors.basis(statement.declaration.day)
    return [answer("FP-7", not statement.factors.late, f"factors {basis}", warns=True)]


def plan_complete(statement: Statement, _book: Book) -> list[Finding]:
    """Demand a plan that commits, with time, targets, means and a strategy for what stays."""
    plan = statement.declaration.plan
    parts = {
        "PL-1": ("commitment", plan.commitment),
        "PL-2": ("timescale", plan.timescale),
        "PL-3": ("targets", plan.targets),
        "PL-4": ("means", plan.means),
        "PL-5": ("offset_strategy", plan.offset_strategy),
    }
    return [
        answer(code, filled(text), f"plan.{key}: {'given' if text else 'missing'}", about=key)
        for code, (key, text) in parts.items()
    ]


def unabated_told_from_residual(statement: Statement, _book: Book) -> list[Finding]:
    """Demand that what could still be avoided is told apart from what cannot."""
    text = statement.declaration.plan.unabated
    return [answer("PL-6", filled(text), f"plan.unabated: {'given' if text else 'missing'}")]


def reduction_route_open(statement: Statement, _book: Book) -> list[Finding]:
    """Demand reductions first; only a subject's first period may rest on offsets alone."""
    r = statement.declaration.reduction
    if r.route == _OFFSET_ONLY:
        return [
            answer("RED-1", r.first_period, f"offset-only route, first period {r.first_period}")
        ]
    before = r.previous_market_based_kgco2e
    now = _kg(statement.market_based.wtw_mg)
    if r.route is None or before is None:
        return [answer("RED-1", None, "no route, or no earlier footprint to compare with")]
    message = f"market-based {now:.3f} kgCO2e, before {before} kgCO2e, wanted less"
    return [answer("RED-1", now < before, message)]


def reduced_before_offset(statement: Statement, _book: Book) -> list[Finding]:
    """Demand the order reduce, then offset: a reduction inside the subject is shown first."""
    r = statement.declaration.reduction
    shown = statement.reductions_mg > 0
    compared = r.route is not None and r.route != _OFFSET_ONLY
    passed = True if shown or not statement.offsets_kg else None if compared else False
    kg = _kg(statement.reductions_mg)
    return [
        answer("RED-2", passed, f"{kg:.3f} kgCO2e reduced by SAF and certificates, then offset")
    ]
