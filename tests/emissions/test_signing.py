"""Keys, envelopes and trust: only a key that the reader lists is trusted."""

from __future__ import annotations

import base64
from datetime import date
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from emissions.evidence.canonical import EvidenceError
from emissions.evidence.signing import (
    TrustedKey,
    check_signatures,
    key_id,
    payload_of,
    pre_authentication_encoding,
    read_key,
    read_trust,
    sign,
    trust_text,
    write_new_key,
)

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2023, 7, 17)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def trusted(role: str = "issuer", revoked_at: date | None = None) -> TrustedKey:
    """Our test key, trusted for 2023."""
    return TrustedKey(
        key=KEY.public_key(),
        holder="Specimen Issuer",
        role=role,
        valid_from=date(2023, 1, 1),
        valid_to=date(2023, 12, 31),
        revoked_at=revoked_at,
    )


def test_pre_authentication_encoding_is_that_of_dsse() -> None:
    """DSSE v1 protocol: 'DSSEv1', then length and bytes of type and body, joined by spaces."""
    assert pre_authentication_encoding(b"hello world") == (
        b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"
    )


def test_signature_verifies_with_the_raw_primitive() -> None:
    """An independent check with nothing of ours but the encoding."""
    envelope = sign(b"{}", [KEY])
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    KEY.public_key().verify(signature, b"DSSEv1 28 application/vnd.in-toto+json 2 {}")


def test_key_file_is_private_and_never_overwritten(tmp_path: Path) -> None:
    """Mode 0600; a second keygen on the same path is refused."""
    path = tmp_path / "demo.key"
    key = write_new_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert key_id(read_key(path).public_key()) == key_id(key.public_key())
    with pytest.raises(EvidenceError, match="never overwritten"):
        write_new_key(path)


def test_key_file_opens_only_with_its_passphrase(tmp_path: Path) -> None:
    """PKCS#8, encrypted."""
    path = tmp_path / "demo.key"
    write_new_key(path, b"correct horse")
    assert b"ENCRYPTED" in path.read_bytes()
    read_key(path, b"correct horse")
    for wrong in (b"", b"wrong"):
        with pytest.raises(EvidenceError, match="passphrase"):
            read_key(path, wrong)
    with pytest.raises(EvidenceError, match="No such file"):
        read_key(tmp_path / "none.key")


def test_trust_file_reads_back() -> None:
    """What keygen prints is what verify reads."""
    key = trusted(revoked_at=date(2023, 8, 1))
    assert read_trust(trust_text(key).encode()) == {key.keyid: key}
    assert read_trust(b"") == {}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("ed25519:", "ed25519:0"), "is not that of its key"),
        (('role = "issuer"', 'role = "king"'), "role 'king'"),
        (("valid_to = 2023-12-31\n", ""), "valid_to is missing"),
        (("valid_to = 2023-12-31", 'valid_to = "2023"'), "dates such as"),
        (("holder =", "colour = 1\nholder ="), "unknown colour"),
        (('public_key = "', 'public_key = "!'), "base64"),
        (("[[key]]", "[key]"), "wanted \\[\\[key\\]\\]"),
        (("[[key]]", "[[key"), "not readable as TOML"),
        (("[[key]]", "[[keys]]"), "unknown keys"),
        (("[[key]]", f"x = {'[' * 50_000}\n[[key]]"), "nested too deeply"),
        (('holder = "', 'holder = 1 # "'), "holder is not text"),
        (('role = "issuer"', 'role = ["issuer"]'), "role is not text"),
        (('keyid = "', 'keyid = 7 # "'), "keyid is not text"),
        (('public_key = "', 'public_key = true # "'), "public_key is not text"),
    ],
)
def test_trust_file_with_a_fault_is_refused(change: tuple[str, str], fault: str) -> None:
    """Trust is never given by accident."""
    with pytest.raises(EvidenceError, match=fault):
        read_trust(trust_text(trusted()).replace(*change).encode())


def test_second_entry_cannot_give_back_trust() -> None:
    """A revoked key, listed once more without its revocation, would be trusted again."""
    revoked = trust_text(trusted(revoked_at=date(2023, 8, 1)))
    for text in (revoked + trust_text(trusted()), trust_text(trusted()) + revoked):
        with pytest.raises(EvidenceError, match=r"trust\.toml key 2: keyid .* stands twice"):
            read_trust(text.encode())


@pytest.mark.parametrize(
    ("on", "revoked_at", "refusal"),
    [
        (DAY, None, ""),
        (date(2024, 1, 1), None, "not on 2024-01-01"),
        (DAY, date(2023, 12, 1), "was revoked"),
    ],
)
def test_key_counts_within_its_life_and_never_once_revoked(
    on: date, revoked_at: date | None, refusal: str
) -> None:
    """The day is the signer's own word, so a revoked key cannot sign in the past."""
    assert refusal in trusted(revoked_at=revoked_at).refusal(on)
    assert bool(refusal) == bool(trusted(revoked_at=revoked_at).refusal(on))


def test_hint_proves_intact_but_never_trust() -> None:
    """A key in the pack checks the signature; only the reader's file makes it trusted."""
    body = b"{}"
    envelope = sign(body, [KEY])
    public = KEY.public_key()
    hints = {key_id(public): public}
    (unknown,) = check_signatures(envelope, body, hints=hints, trust={}, on=DAY)
    assert unknown.trusted is None
    assert "not in the trust file" in unknown.refusal
    (known,) = check_signatures(envelope, body, hints={}, trust={key_id(public): trusted()}, on=DAY)
    assert known.refusal == ""


@pytest.mark.parametrize("signatures", [[], None, [{}], [{"keyid": "x", "sig": "y"}], "x"])
def test_envelope_nobody_can_check_is_refused(signatures: object) -> None:
    """No signature, or none that any key can check, proves nothing."""
    envelope = {**sign(b"{}", [KEY]), "signatures": signatures}
    with pytest.raises(EvidenceError):
        check_signatures(envelope, b"{}", hints={}, trust={}, on=DAY)


def test_other_body_or_type_is_refused() -> None:
    """The signature is over type and payload."""
    public = KEY.public_key()
    with pytest.raises(EvidenceError, match="not over this payload"):
        check_signatures(
            sign(b"{}", [KEY]), b"[]", hints={key_id(public): public}, trust={}, on=DAY
        )
    with pytest.raises(EvidenceError, match="payload type"):
        payload_of({**sign(b"{}", [KEY]), "payloadType": "text/plain"})
