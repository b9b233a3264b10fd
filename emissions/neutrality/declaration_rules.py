"""Check the declaration itself (DEC): its fields, its words, its audience, its standard's life."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from emissions.neutrality.answers import answer, filled
from emissions.neutrality.offset_rules import used_retirements

if TYPE_CHECKING:
    from data.findings import Finding
    from emissions.ledger.book import Book
    from emissions.neutrality.statement import Statement

# Directive (EU) 2024/825, article 4: applied from this day.
EU_CONSUMER_CLAIMS_REFUSED_FROM = date(2026, 9, 27)
# The Union, the states of the European Economic Area, and parts of the Union with codes of their
# own (ISO 3166-1 alpha-2; EL is the Union's own code for Greece).
_EU_CODES = (
    "EU EEA AT BE BG CY CZ DE DK EE EL ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK "
    "IS LI NO AX GF GP MF MQ RE YT"
)
_EU = frozenset(_EU_CODES.split())
_COUNTRY = re.compile(r"[A-Z]{2}")
# Words that say more than a covered residual.
_OVERCLAIM = re.compile(
    r"net[ -]?zero|zero[ -]emission|emission[ -]free|climate[ -]positive|carbon[ -]positive"
    r"|(?:co2|co₂|carbon)[ -]free|offset[ -]neutral|saf flew on",
    re.IGNORECASE,
)
_OWN_ASSURANCE = re.compile(r"\b(?:verified|certified|assured)\b", re.IGNORECASE)


def fields_complete(statement: Statement, _book: Book) -> list[Finding]:
    """Demand who, what, when, to which standard, and who looked at it."""
    d = statement.declaration
    wanted = {
        "wording": filled(d.wording),
        "validation.route": filled(d.validation.route),
        "validation.validator": filled(d.validation.validator),
        "plan.approved_by": filled(d.plan.approved_by),
    }
    return [
        answer("DEC-1", given, f"{key}: {'given' if given else 'missing'}", about=key)
        for key, given in wanted.items()
    ]


def declared_after_the_facts(statement: Statement, book: Book) -> list[Finding]:
    """Demand that achievement is declared after the period and the last retirement."""
    d = statement.declaration
    if d.kind == "commitment":
        return [answer("DEC-2", passed=True, message="a commitment looks ahead")]
    days = [d.period_end, *(r.retired_on for r in used_retirements(statement, book))]
    known = [day for day in days if day is not None]
    message = f"declared {d.day}, last fact {max(known, default=None)}"
    if d.day < max(known, default=d.day):
        return [answer("DEC-2", passed=False, message=message)]
    return [answer("DEC-2", None if None in days else True, message)]


def statement_public(statement: Statement, _book: Book) -> list[Finding]:
    """Demand an explanatory statement that anyone can read."""
    url = statement.declaration.statement_url
    passed = None if url is None else url.startswith("https://")
    return [answer("DEC-3", passed, f"statement_url {url or 'missing'}")]


def validator_independent(statement: Statement, _book: Book) -> list[Finding]:
    """Demand that a third party is another party, with an accreditation."""
    v = statement.declaration.validation
    if v.route != "independent":
        return [answer("DEC-4", passed=True, message=f"route {v.route}: no independence claimed")]
    accredited = filled(v.accreditation)
    passed = None if v.independent is None else v.independent and accredited
    message = f"independent: {v.independent}, accreditation: {v.accreditation}"
    return [answer("DEC-4", passed, message)]


def wording_sober(statement: Statement, _book: Book) -> list[Finding]:
    """Refuse words that say more than was shown: net zero, emission-free, assurance of our own."""
    d = statement.declaration
    if d.wording is None:
        return [answer("DEC-5", None, "no wording given")]
    pattern = _OVERCLAIM.search(d.wording)
    if pattern is None and d.validation.route != "independent":
        pattern = _OWN_ASSURANCE.search(d.wording)
    said = f"says {pattern.group(0)!r}" if pattern else "says no more than was shown"
    return [answer("DEC-5", pattern is None, f"wording {said}")]


def audience_allowed(statement: Statement, _book: Book) -> list[Finding]:
    """Refuse EU consumer claims that rest on offsets (Directive (EU) 2024/825)."""
    d = statement.declaration
    if d.audience is None or d.jurisdiction is None:
        return [answer("DEC-6", None, "audience or jurisdiction not given")]
    places = [p for p in re.split(r"[\s,;/|+]+", d.jurisdiction.upper()) if p]
    strange = [p for p in places if p not in _EU and not _COUNTRY.fullmatch(p)]
    late = d.day >= EU_CONSUMER_CLAIMS_REFUSED_FROM
    at_stake = d.audience == "b2c" and late and statement.units_needed > 0
    message = f"audience {d.audience} in {d.jurisdiction}, declared {d.day}"
    if at_stake and not _EU.isdisjoint(places):
        message += "; a contribution may be told instead, apart from the footprint"
        return [answer("DEC-6", passed=False, message=message)]
    if strange or not places:
        message += "; wanted countries by two-letter code, or EU"
        return [answer("DEC-6", None, message)]
    return [answer("DEC-6", passed=True, message=message)]


def plan_reviewed(statement: Statement, _book: Book) -> list[Finding]:
    """Demand a plan reviewed within twelve months; an older one carries no declaration."""
    reviewed, day = statement.declaration.plan.reviewed_on, statement.declaration.day
    if reviewed is None:
        return [answer("DEC-7", None, "plan.reviewed_on is not given")]
    year = 366
    passed = 0 <= (day - reviewed).days <= year
    return [answer("DEC-7", passed, f"plan reviewed {reviewed}, declared {day}")]
