"""Assess a statement against a standard and its edition: a self-check, rule by rule.

A rule set is data: which rules, which clause each answers to, how long the standard lives. This
is a self-check of conformity. Verification (ISO 14064-3) is what an independent body does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Protocol

from data.errors import DataError
from data.findings import Finding, Report
from emissions.ledger.checks import check_book
from emissions.neutrality import (
    declaration_rules,
    electricity_rules,
    footprint_rules,
    offset_rules,
    saf_rules,
)
from emissions.neutrality.answers import answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emissions.ledger.book import Book
    from emissions.neutrality.statement import Statement


class Rule(Protocol):
    """One requirement: answers with a finding for each thing it looked at."""

    def __call__(self, statement: Statement, book: Book, /) -> list[Finding]:
        """Look at a statement and its book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The rules of one standard in one edition."""

    standard: str
    title: str
    valid_from: date
    withdrawn_on: date | None
    rules: tuple[Rule, ...]
    clauses: Mapping[str, str]  # finding code, or its part before '-', to clause number

    def clause(self, code: str) -> str:
        """Return the clause that a finding answers to; blank where we know of none."""
        return self.clauses.get(code) or self.clauses.get(code.partition("-")[0], "")

    def in_force(self, statement: Statement) -> Finding:
        """Tell whether the standard was alive on the day; a withdrawn one warns."""
        day = statement.declaration.day
        ended = self.withdrawn_on is not None and day > self.withdrawn_on
        life = f"{self.valid_from} to {self.withdrawn_on or 'today'}"
        if ended or day < self.valid_from:
            message = f"declared {day}, outside the life of {self.title} ({life})"
            return answer("DEC-8", passed=False, message=message, warns=True)
        message = f"declared {day}, {self.title} lives {life}"
        return answer("DEC-8", passed=True, message=message, warns=True)


_COMMON: tuple[Rule, ...] = (
    footprint_rules.subject_identified,
    footprint_rules.boundary_lists_elements,
    footprint_rules.direct_scopes_included,
    footprint_rules.material_sources_included,
    footprint_rules.coverage_enough,
    footprint_rules.exclusions_explained,
    footprint_rules.same_boundary_as_before,
    footprint_rules.gases_named,
    footprint_rules.methodology_named,
    footprint_rules.primary_data_preferred,
    footprint_rules.columns_kept_apart,
    footprint_rules.period_in_order,
    footprint_rules.freight_of_the_period,
    footprint_rules.factors_known_on_the_day,
    footprint_rules.plan_complete,
    footprint_rules.reduction_route_open,
    footprint_rules.reduced_before_offset,
    offset_rules.offsets_lie_elsewhere,
    offset_rules.offsets_additional,
    offset_rules.offsets_verified,
    offset_rules.offsets_issued_after_reduction,
    offset_rules.offsets_documented,
    offset_rules.offsets_in_public_registry,
    offset_rules.residual_covered,
    offset_rules.offsets_retired_for_entity,
    offset_rules.offsets_voluntary,
    offset_rules.vintage_young,
    offset_rules.host_does_not_count_too,
    offset_rules.retirement_bound_to_claim,
    saf_rules.saf_saving_recomputes,
    saf_rules.saf_scheme_valid,
    saf_rules.saf_blend_within_limit,
    saf_rules.saf_retired_for_entity,
    saf_rules.saf_not_mandated,
    saf_rules.saf_within_fuel_burnt,
    saf_rules.saf_timely,
    saf_rules.saf_custody_told,
    saf_rules.saf_value_proven,
    electricity_rules.certificates_redeemed_for_entity,
    electricity_rules.certificates_timely,
    electricity_rules.certificates_cover_use,
    electricity_rules.no_irec_after_chinese_cut_off,
    declaration_rules.fields_complete,
    declaration_rules.declared_after_the_facts,
    declaration_rules.statement_public,
    declaration_rules.validator_independent,
    declaration_rules.wording_sober,
    declaration_rules.audience_allowed,
    declaration_rules.plan_reviewed,
)

ISO_14068_1_2023 = RuleSet(
    standard="iso-14068-1-2023",
    title="ISO 14068-1:2023",
    valid_from=date(2023, 11, 30),
    withdrawn_on=None,
    rules=(
        *_COMMON,
        footprint_rules.unabated_told_from_residual,
        offset_rules.retired_within_year_of_period,
    ),
    clauses={"OF-2": "11.2", "OF-3": "11.3", "OF-4": "11.1", "OF-5": "11.1", "OF-6": "11.4"},
)
PAS_2060_2014 = RuleSet(
    standard="pas-2060-2014",
    title="PAS 2060:2014",
    valid_from=date(2014, 4, 30),
    withdrawn_on=date(2025, 11, 30),
    rules=(*_COMMON, offset_rules.retired_within_year_of_declaration),
    clauses={
        "SUB": "5",
        "FP": "6",
        "PL": "7",
        "RED": "8",
        "OF": "9.1.2",
        "DEC": "10",
        "DEC-7": "11",
    },
)
RULE_SETS = {rules.standard: rules for rules in (ISO_14068_1_2023, PAS_2060_2014)}
DEFAULT_STANDARD = ISO_14068_1_2023.standard


def assess(statement: Statement, book: Book) -> Report:
    """Self-check a statement against the standard that it names, and its book against itself.

    Raises
    ------
    DataError
        if no rule set of that standard and edition is known.
    """
    named = statement.declaration.standard or ""
    if named not in RULE_SETS:
        raise DataError(f"standard {named!r}; wanted one of {', '.join(RULE_SETS)}")
    rules = RULE_SETS[named]
    findings = [rules.in_force(statement)]
    for rule in rules.rules:
        findings += rule(statement, book)
    cited = [replace(f, clause=rules.clause(f.code)) for f in findings]
    return Report.of(cited) + check_book(book)
