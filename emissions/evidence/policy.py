"""Say what a reader demands of a pack beyond being intact: who signed, how good the data are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from data.findings import Finding, Report, Verdict
from data.units import mg_from_text
from emissions.evidence.editions import KNOWN_EDITIONS

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
    """The figures stand on a factor set as it was published.

    A pack brings its own tables, so its hash is compared with the reader's, had from the publisher;
    without one, with the editions that the verifier knows. An edition that neither knows is
    UNKNOWN, and the pack is then not verified.
    """

    sha256: str = ""

    def check(self, pack: OpenedPack) -> list[Finding]:
        """Compare the hash; that the tables in the pack have it was checked before."""
        stated = pack.statement.get("factor_set", {})
        edition, found = str(stated.get("id")), stated.get("sha256")
        wanted = self.sha256.lower() or KNOWN_EDITIONS.get(edition)
        if wanted is None:
            message = f"set {edition[:80]} {found} is not known here; give its publisher's hash"
            return _finding("FACTORS", Verdict.UNKNOWN, "statement.json", message)
        whose = "the reader's hash" if self.sha256 else "the published one"
        if found == wanted:
            message = f"set {edition[:80]} {found} is {whose}"
            return _finding("FACTORS", Verdict.PASS, "statement.json", message)
        message = f"set {edition[:80]} {found} is not {whose}, {wanted}"
        return _finding("FACTORS", Verdict.FAIL, "statement.json", message)


def strict(holder: str = "", factors_sha256: str = "") -> Policy:
    """Return the policy used unless a reader demands more: a trusted issuer, known factors."""
    return AllOf((SignedBy(role="issuer", holder=holder), KnownFactors(sha256=factors_sha256)))
