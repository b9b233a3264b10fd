"""What a reader may demand of an intact pack; a policy that demands nothing is not met."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from data.findings import Severity, Verdict
from emissions.evidence import (
    AllOf,
    AnyOf,
    KnownFactors,
    MaxDefaultShare,
    SignedBy,
    TrustedKey,
    strict,
)
from emissions.evidence.editions import KNOWN_EDITIONS
from emissions.evidence.integrity import OpenedPack
from emissions.evidence.signing import Signature

if TYPE_CHECKING:
    from emissions.evidence.policy import Policy

KEY = TrustedKey(
    key=Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key(),
    holder="Specimen Issuer",
    role="issuer",
    valid_from=date(2023, 1, 1),
    valid_to=date(2023, 12, 31),
)
BY_ISSUER = Signature(keyid=KEY.keyid, trusted=KEY, refusal="")
BY_STRANGER = Signature(keyid="ed25519:0", trusted=None, refusal="not in the trust file")
BY_REVOKED = Signature(keyid=KEY.keyid, trusted=KEY, refusal="revoked")


def pack(*signatures: Signature, default_kg: str = "40.000000") -> OpenedPack:
    """Return an intact pack with 100 kg in all."""
    return OpenedPack(
        members={},
        statement={
            "physical_kgco2e_by_data_type": {"default": default_kg, "primary": "60.000000"},
            "factor_set": {"sha256": "ab"},
        },
        predicate={},
        sealed_on=date(2023, 7, 17),
        signatures=signatures,
    )


def met(policy: Policy, opened: OpenedPack) -> bool:
    """Tell whether every finding passes, and there is one."""
    findings = policy.check(opened)
    return bool(findings) and all(f.verdict is Verdict.PASS for f in findings)


@pytest.mark.parametrize("empty", [AllOf(()), AnyOf(()), AllOf((AllOf(()),))])
def test_empty_policy_is_not_met(empty: Policy) -> None:
    """A gate without a guard is not an open gate."""
    assert not met(empty, pack(BY_ISSUER))


def test_signed_by_looks_at_trust_role_and_holder() -> None:
    """Strangers and revoked keys do not count; another role or holder is another demand."""
    assert met(SignedBy(), pack(BY_STRANGER, BY_ISSUER))
    assert met(SignedBy(holder="Specimen Issuer"), pack(BY_ISSUER))
    assert not met(SignedBy(), pack(BY_STRANGER))
    assert not met(SignedBy(), pack(BY_REVOKED))
    assert not met(SignedBy(role="verification_body"), pack(BY_ISSUER))
    assert not met(SignedBy(holder="Other"), pack(BY_ISSUER))


def test_all_of_needs_each_and_any_of_needs_one() -> None:
    """A missing co-signature cannot be stripped in silence."""
    both = (SignedBy(), SignedBy(role="verification_body"))
    assert not met(AllOf(both), pack(BY_ISSUER))
    assert met(AnyOf(both), pack(BY_ISSUER))
    assert not met(AnyOf(both), pack(BY_STRANGER))


def test_default_share_is_compared_exactly() -> None:
    """40 % of 100 kg is at most 0.4; a milligram more is not."""
    assert met(MaxDefaultShare(share=Decimal("0.4")), pack(BY_ISSUER))
    more = pack(BY_ISSUER, default_kg="40.000001")
    assert not met(MaxDefaultShare(share=Decimal("0.4")), more)


def test_default_share_of_nothing_is_unknown() -> None:
    """No figures, no answer."""
    empty = OpenedPack(
        members={}, statement={}, predicate={}, sealed_on=date(2023, 7, 17), signatures=()
    )
    (finding,) = MaxDefaultShare(share=Decimal(1)).check(empty)
    assert finding.verdict is Verdict.UNKNOWN


def test_known_factors_pin_the_set() -> None:
    """A reader's hash accepts no other set; without one, only known editions pass."""
    (doubt,) = KnownFactors().check(pack(BY_ISSUER))
    assert (doubt.verdict, doubt.severity) == (Verdict.UNKNOWN, Severity.ERROR)
    assert AnyOf((strict(),)).check(pack(BY_ISSUER))[-1] == doubt
    assert met(KnownFactors(sha256="ab"), pack(BY_ISSUER))
    assert not met(KnownFactors(sha256="cd"), pack(BY_ISSUER))


def test_known_edition_must_have_its_published_hash() -> None:
    """The name alone proves nothing; the reader's own hash outranks the list."""
    (edition, published), *_ = KNOWN_EDITIONS.items()
    for found, verdict in ((published, Verdict.PASS), ("ab", Verdict.FAIL)):
        stated = {"factor_set": {"id": edition, "sha256": found}}
        (finding,) = KnownFactors().check(replace(pack(), statement=stated))
        assert finding.verdict is verdict
        assert met(KnownFactors(sha256=found), replace(pack(), statement=stated))
