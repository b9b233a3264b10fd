"""Say what a reader demands of a pack beyond being intact: who signed, how good the data are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from data.findings import Finding, Report, Severity, Verdict
from data.units import mg_from_text

if TYPE_CHECKING:
    from emissions.evidence.integrity import OpenedPack

TRUST = "TRUST"  # code of findings that say "intact, but by whom?"


class Policy(Protocol):
    """A demand."""

    def check(self, pack: OpenedPack) -> list[Finding]:
        """Answer whether an intact pack meets the demand."""


def _finding(code: str, verdict: Verdict, about: str, message: str) -> list[Finding]:
    return [Finding(code=code, verdict=verdict, about=about, message=message)]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part must be met; no part at all is no demand, and is not met."""

    parts: tuple[Policy, ...]

    def check(self, pack: OpenedPack) -> list[Finding]:
        """Gather the findings of all parts."""
        findings = [finding for part in self.parts for finding in part.check(pack)]
        return findings or _finding("POLICY", Verdict.FAIL, "policy", "demands nothing")


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part that is met is enough."""

    parts: tuple[Policy, ...]

    def check(self, pack: OpenedPack) -> list[Finding]:
        """Return the findings of the first part that is met, else those of all."""
        answers = [part.check(pack) for part in self.parts]
        met = (answer for answer in answers if Report.of(answer).ok)
        gathered = next(met, [finding for answer in answers for finding in answer])
        return gathered or _finding("POLICY", Verdict.FAIL, "policy", "demands nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy:
    """A trusted key of that role, and of that holder where one is named, signed the pack."""

    role: str = "issuer"
    holder: str = ""

    def check(self, pack: OpenedPack) -> list[Finding]:
        """Look for the signature."""
        for signature in pack.signatures:
            key = signature.trusted
            if key is None or signature.refusal or key.role != self.role:
                continue
            if self.holder in {"", key.holder}:
                message = f"signed by {key.holder} ({key.role}, {signature.keyid})"
                return _finding(TRUST, Verdict.PASS, "signature", message)
        seen = "; ".join(
            f"{s.keyid}: {s.refusal or 'role or holder differs'}" for s in pack.signatures
        )
        wanted = f"{self.role} {self.holder}".rstrip()
        message = f"intact, but no trusted {wanted} signed it ({seen})"
        return _finding(TRUST, Verdict.FAIL, "signature", message)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaxDefaultShare:
    """No more than that share of the physical total rests on default data."""

    share: Decimal

    def check(self, pack: OpenedPack) -> list[Finding]:
        """Compare the recomputed parts; the statement's own figures were checked before."""
        parts = pack.statement.get("physical_kgco2e_by_data_type", {})
        figures = {name: mg_from_text(text) for name, text in parts.items()}
        total = sum(figures.values())
        if not total:
            return _finding("DATA", Verdict.UNKNOWN, "statement.json", "no figures by data type")
        found = Decimal(figures.get("default", 0)) / total
        verdict = Verdict.PASS if found <= self.share else Verdict.FAIL
        message = f"{found:.4f} rests on default data, wanted at most {self.share}"
        return _finding("DATA", verdict, "statement.json", message)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFactors:
    """The figures stand on this very factor set, whose hash the reader has from its publisher.

    A pack brings its own tables; that they are the published ones, only the reader can say. A
    reader who names no hash is reminded of that by a warning.
    """

    sha256: str = ""

    def check(self, pack: OpenedPack) -> list[Finding]:
        """Compare the hash; that the tables in the pack have it was checked before."""
        stated = pack.statement.get("factor_set", {})
        found = stated.get("sha256")
        if not self.sha256:
            message = f"factor set {stated.get('id')} {found}: compare with its publisher's hash"
            return [
                Finding(
                    code="FACTORS",
                    verdict=Verdict.UNKNOWN,
                    about="statement.json",
                    message=message,
                    severity=Severity.WARNING,
                )
            ]
        verdict = Verdict.PASS if found == self.sha256 else Verdict.FAIL
        return _finding("FACTORS", verdict, "statement.json", f"set {found}, wanted {self.sha256}")


def strict(holder: str = "", factors_sha256: str = "") -> Policy:
    """Return the policy used unless a reader demands more: a trusted issuer, known factors."""
    return AllOf((SignedBy(role="issuer", holder=holder), KnownFactors(sha256=factors_sha256)))
