"""Answer "is this right?" in findings: a check lists every fault and never hides a doubt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from data.errors import GreenlaneError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """What one check found. UNKNOWN is an honest answer and is not a pass."""

    PASS = "pass"  # noqa: S105  (a verdict, not a password)
    FAIL = "fail"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """Whether a finding decides the report (ERROR) or only informs its reader (WARNING)."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The answer of one check about one thing."""

    code: str
    verdict: Verdict
    about: str
    message: str  # where, what, found, wanted
    clause: str = ""  # requirement in a standard, by number only: their text is copyrighted
    severity: Severity = Severity.ERROR

    @property
    def decides_against(self) -> bool:
        """True when this finding alone stops the report from being ok."""
        return self.severity is Severity.ERROR and self.verdict is not Verdict.PASS


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All findings of one question, in the order in which they were made."""

    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Report:
        """Gather findings into a report."""
        return cls(findings=tuple(findings))

    @property
    def ok(self) -> bool:
        """True if at least one deciding finding was made and each of them passed.

        An empty report is not a pass, and neither is one made of warnings alone.
        """
        deciding = [f for f in self.findings if f.severity is Severity.ERROR]
        return bool(deciding) and all(f.verdict is Verdict.PASS for f in deciding)

    def failed(self) -> tuple[Finding, ...]:
        """Return the findings that decide against: failed or unknown, severity ERROR."""
        return tuple(f for f in self.findings if f.decides_against)

    def warnings(self) -> tuple[Finding, ...]:
        """Return the findings that did not pass but do not decide."""
        return tuple(
            f
            for f in self.findings
            if f.severity is Severity.WARNING and f.verdict is not Verdict.PASS
        )

    def raise_if_failed(self) -> None:
        """Raise `GreenlaneError` with every deciding fault in one message, if there is any."""
        if self.ok:
            return
        lines = [f"{f.code} {f.about}: {f.message}" for f in self.failed()] or [
            "nothing was checked"
        ]
        raise GreenlaneError("\n".join(lines))

    def __add__(self, other: Report) -> Report:
        """Join two reports in order."""
        return Report(findings=self.findings + other.findings)
