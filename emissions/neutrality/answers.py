"""Word the answer of one requirement as a finding."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, TypeVar

from data.findings import Finding, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

_T = TypeVar("_T")  # Python 3.11 has no def f[T]


def answer(
    code: str,
    passed: bool | None,  # noqa: FBT001  (the verdict itself)
    message: str,
    *,
    about: str = "statement",
    warns: bool = False,
) -> Finding:
    """Return a finding: True passes, False fails, None is unknown, which is not a pass."""
    verdict = {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.UNKNOWN}[passed]
    severity = Severity.WARNING if warns else Severity.ERROR
    return Finding(code=code, verdict=verdict, about=about, message=message, severity=severity)


def filled(text: str | None) -> bool | None:
    """Tell a text that is there (True) from a blank (False) and from one never given (None)."""
    return None if text is None else bool(text.strip())


def each(  # noqa: PLR0913  (a question, to whom, and how it is worded)
    code: str,
    records: Iterable[_T],
    name: Callable[[_T], str],
    ask: Callable[[_T], tuple[bool | None, str]],
    *,
    nothing: str,
    warns: bool = False,
) -> list[Finding]:
    """Ask one question of each record; where there is none, there is nothing to find fault with."""
    findings = []
    for record in records:
        passed, message = ask(record)
        findings.append(answer(code, passed, message, about=name(record), warns=warns))
    return findings or [answer(code, passed=True, message=nothing, warns=warns)]


def same_party(named: str, wanted: str) -> bool | None:
    """Compare names of parties; a longer name that holds the other is the same party.

    A blank name is unknown.

    >>> same_party("EXAMPLE Shipper Co., Ltd. and its customers", "Example Shipper Co Ltd")
    True
    """
    a, b = _plain_name(named), _plain_name(wanted)
    return (a in b or b in a) if a and b else None


def _plain_name(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())


def day_text(day: date | None) -> str:
    """Write a day, or that nobody gave one."""
    return str(day) if day else "unknown"
