"""Open a stranger's pack offline, trust nothing in it, and recompute everything it says.

    python -m emissions.evidence.verify claim.zip --trust trust.toml

It needs the standard library, `cryptography` and `rfc8785` alone, and nothing of the writer or of
the kernel that made the figures. Exit codes: 0 intact, recomputed and signed by a trusted key;
1 not so; 2 unreadable; 3 intact, but signed by a key that the reader does not trust.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import GreenlaneError
from data.findings import Finding, Report, Severity, Verdict
from emissions.evidence.canonical import EvidenceError
from emissions.evidence.checks import (
    HUB_COLUMNS,
    HUBS,
    LEG_COLUMNS,
    LEGS,
    check_arithmetic,
    check_books,
    check_chains,
    check_completeness,
    check_distances,
    check_human_copy,
    check_legs,
    check_predicate,
    member_rows,
    told,
)
from emissions.evidence.container import MAX_PACK_BYTES, AlteredError
from emissions.evidence.integrity import OpenedPack, open_pack
from emissions.evidence.policy import TRUST, Policy, strict
from emissions.evidence.rebuild import differences, factor_set, read_uses, rebuild_statement
from emissions.evidence.recompute import read_tables
from emissions.evidence.signing import TrustedKey, read_trust
from emissions.neutrality.declaration import read_declaration
from emissions.neutrality.rules import assess

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

VERIFIED, NOT_VERIFIED, UNREADABLE, UNTRUSTED = 0, 1, 2, 3
DECLARATION = "evidence/declaration.toml"


def _check_content(pack: OpenedPack) -> list[Finding]:
    """Recompute the whole statement from the inputs, and self-check it again."""
    stated = pack.statement
    set_sha256, paths = factor_set(pack.members, stated["factor_set"])
    message = f"{len(paths)} factor tables, set {stated['factor_set']['id']} {set_sha256}"
    findings = check_predicate(pack) + told("ARI-4", [], message)
    tables = read_tables(pack.members, paths)
    rows = member_rows(pack, LEGS, LEG_COLUMNS)
    hubs = {row["hub_id"]: row for row in member_rows(pack, HUBS, HUB_COLUMNS)}
    legs, leg_findings = check_legs(rows, tables)
    findings += leg_findings + check_chains(rows) + check_distances(rows, hubs)
    findings += check_completeness(pack, rows)
    findings += check_arithmetic(stated)
    entries = read_uses(stated["uses"])
    book, book_findings = check_books(pack, entries)
    rebuilt = rebuild_statement(
        read_declaration(pack.members[DECLARATION], DECLARATION),
        legs,
        tables,
        factor_set_id=stated["factor_set"]["id"],
        factor_set_sha256=set_sha256,
        factor_paths=paths,
        entries=entries,
    )
    faults = [("statement.json", text) for text in differences(stated, rebuilt.to_json())]
    findings += book_findings + told("ARI-6", faults, "every figure follows from the inputs")
    return findings + check_human_copy(pack) + list(assess(rebuilt, book).findings)


def _guarded(check: Callable[[], list[Finding]]) -> list[Finding]:
    """Run a check over content that its signer may have shaped to break it."""
    try:
        return check()
    except (GreenlaneError, LookupError, TypeError, AttributeError, ValueError) as error:
        return told("ARI-0", [("pack", f"cannot be recomputed: {error}")], "")
    except ArithmeticError as error:
        return told("ARI-0", [("pack", f"holds impossible figures: {error!r}")], "")
    except RecursionError:
        return told("ARI-0", [("pack", "is nested too deeply to be read")], "")


def verify_pack(
    content: bytes, *, trust: Mapping[str, TrustedKey], policy: Policy | None = None
) -> Report:
    """Return what was found about a pack, integrity first; a tampered one is read no further.

    Raises
    ------
    EvidenceError
        if this is no pack at all.
    """
    try:
        pack = open_pack(content, trust)
    except AlteredError as altered:
        return Report.of(
            Finding(code="INT-1", verdict=Verdict.FAIL, about=member, message=str(altered))
            for member in altered.members
        )
    count = f"{len(pack.members)} members, every byte as signed"
    findings = told("INT-1", [], count)
    for check in (lambda: _check_content(pack), lambda: (policy or strict()).check(pack)):
        findings += _guarded(check)
    return Report.of(findings)


def exit_code(report: Report) -> int:
    """Return 0, 1 or 3; tampered or wrong beats untrusted."""
    if report.ok:
        return VERIFIED
    failed = report.failed()
    return UNTRUSTED if failed and all(f.code == TRUST for f in failed) else NOT_VERIFIED


_WORDS = {
    VERIFIED: "intact, recomputed, and signed by a trusted key",
    NOT_VERIFIED: "NOT as it claims to be",
    UNTRUSTED: "intact and recomputed, but signed by a key that is not trusted",
}


def summary(report: Report) -> str:
    """Return the outcome for people: what was checked, and every finding that did not pass."""
    lines = []
    for finding in report.findings:
        if finding.code in _ALWAYS_TOLD or finding.verdict is not Verdict.PASS:
            mark = "warn" if finding.severity is Severity.WARNING else str(finding.verdict)
            lines.append(f"{mark:8}{finding.code:11}{finding.about}: {finding.message}")
    deciding = [f for f in report.findings if f.severity is Severity.ERROR]
    counts = Counter(str(f.verdict) for f in deciding)
    told = ", ".join(f"{counts[v]} {v}" for v in ("pass", "fail", "unknown") if counts[v])
    notes = f"; {len(report.warnings())} warnings" if report.warnings() else ""
    lines.append(f"{len(deciding)} checks ({told}){notes}: {_WORDS[exit_code(report)]}")
    return "\n".join(lines)


_ALWAYS_TOLD = {
    "INT-1", "ARI-1", "ARI-2", "ARI-3", "ARI-4", "ARI-5", "ARI-6", "ARI-7", "EVI-1", "EVI-2",
    "FACTORS", TRUST,
}  # fmt: skip


def read_pack(path: Path) -> bytes:
    """Read a pack, refusing what is too large before reading it."""
    try:
        if path.stat().st_size > MAX_PACK_BYTES:
            raise EvidenceError(f"{path.name}: larger than {MAX_PACK_BYTES} bytes")
        return path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"{path.name}: {error.strerror or error}") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m emissions.evidence.verify",
        description="Check an evidence pack offline: bytes, signatures, figures, registry rows.",
    )
    parser.add_argument("pack", type=Path, help="the pack, such as claim.zip")
    parser.add_argument("--trust", type=Path, help="keys you trust (TOML); without it, nobody")
    parser.add_argument("--factors-sha256", default="", help="demand this very factor set")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check from a command line and return its exit code."""
    given = _parser().parse_args(arguments)
    try:
        trust = read_trust(given.trust.read_bytes(), given.trust.name) if given.trust else {}
        policy = strict(factors_sha256=given.factors_sha256)
        report = verify_pack(read_pack(given.pack), trust=trust, policy=policy)
    except OSError as error:
        sys.stderr.write(f"{given.trust}: {error.strerror or error}\n")
        return UNREADABLE
    except EvidenceError as error:
        sys.stderr.write(f"{error}\n")
        return UNREADABLE
    sys.stdout.write(summary(report) + "\n")
    return exit_code(report)


if __name__ == "__main__":
    sys.exit(main())
