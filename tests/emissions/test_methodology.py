"""The page and the tests say the same: every formula has a number, a function and a test."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "methodology.md").read_text("utf-8")
FORMULA = re.compile(r"\bF(\d{1,2})\b")


def numbers(text: str) -> set[int]:
    return {int(n) for n in FORMULA.findall(text)}


def test_formulas_are_numbered_without_a_gap() -> None:
    """F1 to the last: a formula that is taken out leaves no hole that nobody notices."""
    found = numbers(PAGE)
    assert found == set(range(1, max(found) + 1))


def test_every_formula_is_cited_by_a_test() -> None:
    """The issue of record: each formula names its clause, and a test cites the same."""
    own = Path(__file__).name
    tests = (p for p in (ROOT / "tests").rglob("test_*.py") if p.name != own)
    cited = set().union(*(numbers(p.read_text("utf-8")) for p in tests))
    assert numbers(PAGE) - cited == set()


def test_sections_with_formulas_name_a_clause_or_a_page() -> None:
    """A formula without a source is an opinion."""
    sections = PAGE.split("\n## ")[1:]
    for section in sections:
        if FORMULA.search(section):
            named = re.search(r"ISO 14083|GLEC Framework|CORSIA|decisions/|assumption", section)
            assert named, section.splitlines()[0]
