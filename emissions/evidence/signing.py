"""Sign with Ed25519 in a DSSE envelope, and trust only keys that the reader lists.

A key in a pack is a hint: it can show that the pack is intact, never that its signer is trusted.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from data.errors import DataError
from data.toml_text import read_toml
from emissions.evidence.canonical import EvidenceError, sha256_hex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "https://greenlane.invalid/transport-claim/1"  # a name, not an address
ROLES = ("issuer", "verification_body")
_PUBLIC_KEY_BYTES = 32
_KEY_FIELDS = {
    "keyid",
    "public_key",
    "holder",
    "role",
    "valid_from",
    "valid_to",
    "revoked_at",
}
_KEY_DAYS = {"valid_from", "valid_to", "revoked_at"}


def public_bytes(key: Ed25519PublicKey) -> bytes:
    """Return the 32 raw bytes of a public key."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def key_id(key: Ed25519PublicKey) -> str:
    """Return the name of a key, derived from the key itself."""
    return "ed25519:" + sha256_hex(public_bytes(key))[:32]


def key_text(key: Ed25519PublicKey) -> str:
    """Return a public key as base64 text."""
    return base64.b64encode(public_bytes(key)).decode()


def _bytes_of(text: object, what: str) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        raise EvidenceError(f"{what}: not readable as base64") from None


def read_public_key(text: object) -> Ed25519PublicKey:
    """Read a public key from base64 text."""
    raw = _bytes_of(text, "public_key")
    if len(raw) != _PUBLIC_KEY_BYTES:
        raise EvidenceError(f"public_key: {len(raw)} bytes, wanted {_PUBLIC_KEY_BYTES}")
    return Ed25519PublicKey.from_public_bytes(raw)


def write_new_key(path: Path, passphrase: bytes = b"") -> Ed25519PrivateKey:
    """Make a key and write it as PKCS#8 PEM, readable by its owner alone.

    Raises
    ------
    EvidenceError
        if the file exists: a key is never overwritten.
    """
    key = Ed25519PrivateKey.generate()
    encryption: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise EvidenceError(f"{path.name}: exists; a key is never overwritten") from None
    except OSError as error:
        raise EvidenceError(f"{path.name}: {error.strerror or error}") from None
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    return key


def read_key(path: Path, passphrase: bytes = b"") -> Ed25519PrivateKey:
    """Read a private key written by `write_new_key`."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase or None)
    except OSError as error:
        raise EvidenceError(f"{path.name}: {error.strerror or error}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise EvidenceError(f"{path.name}: not a key that this passphrase opens") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise EvidenceError(f"{path.name}: wanted an Ed25519 key")
    return key


def pre_authentication_encoding(body: bytes) -> bytes:
    """Return what DSSE v1 signs: lengths and bytes of the payload type and the payload."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)


def sign(body: bytes, keys: Sequence[Ed25519PrivateKey]) -> dict[str, Any]:
    """Return the DSSE envelope of a payload; Ed25519 signs the same bytes alike every time."""
    signed = pre_authentication_encoding(body)
    return {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(body).decode(),
        "signatures": [
            {
                "keyid": key_id(key.public_key()),
                "sig": base64.b64encode(key.sign(signed)).decode(),
            }
            for key in keys
        ],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """A key that the reader of packs trusts, for whom, as what, and when."""

    key: Ed25519PublicKey
    holder: str
    role: str
    valid_from: date
    valid_to: date
    revoked_at: date | None = None

    @property
    def keyid(self) -> str:
        """Name of the key."""
        return key_id(self.key)

    def refusal(self, on: date) -> str:
        """Return why a signature said to be made that day does not count; blank if it does.

        The day is the signer's own word, so a revoked key signs nothing, not even in the past.
        """
        if self.revoked_at is not None:
            return f"key of {self.holder} was revoked on {self.revoked_at}"
        if not self.valid_from <= on <= self.valid_to:
            return (
                f"key of {self.holder} is valid {self.valid_from} to {self.valid_to}, not on {on}"
            )
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature that was checked: whose key, and whether the reader trusts it."""

    keyid: str
    trusted: TrustedKey | None
    refusal: str  # why a listed key does not count; blank if it does


def read_trust(content: bytes, file: str = "trust.toml") -> dict[str, TrustedKey]:
    """Read the keys that a reader trusts, by key id.

    Raises
    ------
    EvidenceError
        if an entry is incomplete, its key id is not that of its key, or a key stands twice: the
        second entry could give back the trust that the first one took away.
    """
    try:
        document = read_toml(content, file)
    except DataError as error:
        raise EvidenceError(str(error)) from None
    strange = sorted(set(document) - {"key"})
    if strange:
        raise EvidenceError(f"{file}: unknown {', '.join(strange)}, wanted [[key]] tables")
    entries = document.get("key", [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise EvidenceError(f"{file}: wanted [[key]] tables")
    trusted: dict[str, TrustedKey] = {}
    for number, entry in enumerate(entries, start=1):
        where = f"{file} key {number}"
        key = _trusted_key(entry, where)
        if key.keyid in trusted:
            raise EvidenceError(f"{where}: keyid {key.keyid} stands twice")
        trusted[key.keyid] = key
    return trusted


def _trusted_key(entry: Mapping[str, Any], where: str) -> TrustedKey:
    faults = [f"unknown {name}" for name in sorted(set(entry) - _KEY_FIELDS)]
    wanted = _KEY_FIELDS - {"revoked_at"}
    faults += [f"{name} is missing" for name in sorted(wanted - set(entry))]
    texts = sorted((_KEY_FIELDS - _KEY_DAYS) & set(entry))
    faults += [f"{name} is not text" for name in texts if type(entry[name]) is not str]
    if any(type(entry[name]) is not date for name in _KEY_DAYS & set(entry)):
        faults.append("valid_from, valid_to and revoked_at are dates such as 2023-07-17")
    if entry.get("role") not in ROLES:
        faults.append(f"role {entry.get('role')!r}, wanted one of {', '.join(ROLES)}")
    if faults:
        raise EvidenceError(f"{where}: {'; '.join(faults)}")
    key = TrustedKey(
        key=read_public_key(entry["public_key"]),
        holder=entry["holder"],
        role=entry["role"],
        valid_from=entry["valid_from"],
        valid_to=entry["valid_to"],
        revoked_at=entry.get("revoked_at"),
    )
    if key.keyid != entry["keyid"]:
        raise EvidenceError(f"{where}: keyid {entry['keyid']!r} is not that of its key")
    return key


def trust_text(key: TrustedKey) -> str:
    """Return the entry of a key for trust.toml."""
    holder = key.holder.replace("\\", "").replace('"', "'").replace("\n", " ")
    lines = [
        "[[key]]",
        f'keyid = "{key.keyid}"',
        f'public_key = "{key_text(key.key)}"',
        f'holder = "{holder}"',
        f'role = "{key.role}"',
        f"valid_from = {key.valid_from}",
        f"valid_to = {key.valid_to}",
    ]
    if key.revoked_at:
        lines.append(f"revoked_at = {key.revoked_at}")
    return "\n".join(lines) + "\n"


def payload_of(envelope: Mapping[str, Any]) -> bytes:
    """Return the payload of an envelope of our type."""
    if set(envelope) != {"payloadType", "payload", "signatures"}:
        raise EvidenceError("envelope: wanted payloadType, payload and signatures")
    if envelope["payloadType"] != PAYLOAD_TYPE:
        raise EvidenceError(f"envelope: payload type {envelope['payloadType']!r}")
    return _bytes_of(envelope["payload"], "payload")


def check_signatures(
    envelope: Mapping[str, Any],
    body: bytes,
    *,
    hints: Mapping[str, Ed25519PublicKey],
    trust: Mapping[str, TrustedKey],
    on: date,
) -> list[Signature]:
    """Return the signatures that are sound; a key of the reader outranks one in the pack.

    Raises
    ------
    EvidenceError
        if a signature is not over these bytes, or no key at all can check it.
    """
    signatures = envelope["signatures"]
    if not isinstance(signatures, list) or not signatures:
        raise EvidenceError("nobody signed")
    signed = pre_authentication_encoding(body)
    sound = []
    for entry in signatures:
        if not isinstance(entry, dict) or set(entry) != {"keyid", "sig"}:
            raise EvidenceError("a signature has a keyid and a sig")
        keyid = str(entry["keyid"])
        listed = trust.get(keyid)
        key = listed.key if listed else hints.get(keyid)
        if key is None or key_id(key) != keyid:
            raise EvidenceError(f"no key can check the signature of {keyid}")
        try:
            key.verify(_bytes_of(entry["sig"], "sig"), signed)
        except InvalidSignature:
            raise EvidenceError(f"signature of {keyid} is not over this payload") from None
        refusal = listed.refusal(on) if listed else "the key is not in the trust file"
        sound.append(Signature(keyid=keyid, trusted=listed, refusal=refusal))
    return sound
