"""Arrange what a check found, and the figures of a claim, for people to read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from app.views import text
from data.findings import Severity, Verdict
from data.units import KG_PER_TONNE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.findings import Finding

_MARKS = {Verdict.PASS: "✓ pass", Verdict.FAIL: "✗ fail", Verdict.UNKNOWN: "? unknown"}
_NOTE = "! note"  # did not pass, but only informs
_WHAT = {
    "integrity": "every byte as signed, and by whom",
    "arithmetic": "every figure recomputed from the inputs",
    "evidence": "registry rows and claims that stand behind it",
    "standard": "the chosen standard's requirements, self-checked",
}


def mark(finding: Finding) -> str:
    """Return a finding's verdict in a sign and a word; one that only informs is a note."""
    if finding.severity is Severity.WARNING and finding.verdict is not Verdict.PASS:
        return _NOTE
    return _MARKS[finding.verdict]


def score(found: Sequence[Finding]) -> str:
    """Return how many of the findings that decide have passed."""
    if not found:
        return "not checked"
    deciding = [f for f in found if f.severity is Severity.ERROR]
    return f"{sum(f.verdict is Verdict.PASS for f in deciding)} of {len(deciding)} pass"


def heading(group: str, found: Sequence[Finding]) -> str:
    """Return the title of a group with its counts."""
    counts = Counter(mark(f).split()[1] for f in found)
    words = {"pass": "pass", "fail": "fail", "unknown": "unknown", "note": "to note"}
    told = ", ".join(f"{counts[k]} {word}" for k, word in words.items() if counts[k])
    return f"{group.capitalize()}: {_WHAT[group]} ({told})"


def wants_eyes(found: Sequence[Finding]) -> bool:
    """Tell whether any finding of a group did not pass."""
    return any(f.verdict is not Verdict.PASS for f in found)


def for_screen(found: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return findings as rows, those against the claim first."""
    order = sorted(found, key=lambda f: (not f.decides_against, f.verdict is Verdict.PASS))
    return [
        {
            "Verdict": mark(f),
            "Code": f.code,
            "About": f.about,
            "Message": f.message,
            "Clause": f.clause,
            "Decides": "yes" if f.severity is Severity.ERROR else "only informs",
        }
        for f in order
    ]


def claim_figures(statement: Mapping[str, Any]) -> dict[str, Any]:
    """Return a statement's three columns, each for itself, and what else a reader must see."""
    columns, declared = statement["columns"], statement["declaration"]
    span = statement["interval_kgco2e"]
    retired_t = float(columns["offsets"]["retired_kgco2e"]) / KG_PER_TONNE
    figures = (
        (
            "Physical (location-based)",
            text.kg(columns["physical"]["wtw_kgco2e"]),
            "As operated. No claim and no offset ever lowers it.",
            f"interval {text.interval(float(span['low']), float(span['high']))} CO₂e",
        ),
        (
            "Market-based",
            text.kg(columns["market_based"]["wtw_kgco2e"]),
            "After SAF claims and electricity certificates, before any offset.",
            f"residual {text.kg(statement['residual_kgco2e'])}",
        ),
        (
            "Offsets: credits retired",
            f"{retired_t:,g} t CO₂e",
            "Retired credits, 1 credit = 1 t CO₂e.",
            f"{statement['units_needed_t']} t needed, rounded up to whole credits",
        ),
    )
    who = declared["validation"]
    return {
        "subject": declared["subject"]["name"],
        "columns": [
            dict(zip(("label", "value", "help", "note"), figure, strict=True)) for figure in figures
        ],
        "lines": [
            (
                f"{declared['entity']}, {declared['period_start']} to {declared['period_end']}, "
                f"declared on {declared['declared_on']} to {declared['standard']}; validation: "
                f"{who['route']}, {'independent' if who['independent'] else 'not independent'}."
            ),
            f"Factors: {statement['factor_set']['id']}, {statement['factor_basis']}.",
            declared["wording"],
            statement["memo"]["radiative_forcing"],
        ],
    }
