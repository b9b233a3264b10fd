"""Open a stranger's pack: every byte accounted for, every hash right, every signature checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from emissions.evidence.canonical import EvidenceError, read_canonical_json, sha256_hex
from emissions.evidence.container import AlteredError, read_container
from emissions.evidence.signing import (
    PREDICATE_TYPE,
    Signature,
    TrustedKey,
    check_signatures,
    payload_of,
    read_public_key,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST, ATTESTATION, STATEMENT = "manifest.json", "attestation.dsse.json", "statement.json"
_UNLISTED = {MANIFEST, ATTESTATION}
_STATEMENT_TYPE = "https://in-toto.io/Statement/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPack:
    """An intact pack: its members, what was signed, and by whom."""

    members: Mapping[str, bytes]
    statement: Mapping[str, Any]
    predicate: Mapping[str, Any]
    sealed_on: date
    signatures: tuple[Signature, ...]


def _altered(member: str, why: str) -> AlteredError:
    return AlteredError((member,), why)


def _attestation(members: Mapping[str, bytes]) -> tuple[dict[str, Any], bytes, dict[str, Any]]:
    """Return the envelope, the signed bytes, and what they say."""
    envelope = read_canonical_json(members[ATTESTATION], ATTESTATION)
    if not isinstance(envelope, dict):
        raise EvidenceError("envelope: wanted an object")
    body = payload_of(envelope)
    said = read_canonical_json(body, ATTESTATION)
    if not isinstance(said, dict) or said.get("_type") != _STATEMENT_TYPE:
        raise EvidenceError("payload: wanted an in-toto statement")
    if said.get("predicateType") != PREDICATE_TYPE or not isinstance(said.get("predicate"), dict):
        raise EvidenceError("payload: predicate of another kind")
    return envelope, body, said


def _signed(
    members: Mapping[str, bytes], trust: Mapping[str, TrustedKey]
) -> tuple[dict[str, Any], date, tuple[Signature, ...]]:
    envelope, body, said = _attestation(members)
    predicate = said["predicate"]
    try:
        sealed_on = date.fromisoformat(str(predicate.get("sealed_on")))
    except ValueError:
        raise EvidenceError("predicate: sealed_on is no date") from None
    signers = predicate.get("signers")
    if not isinstance(signers, list) or not all(isinstance(s, dict) for s in signers):
        raise EvidenceError("predicate: wanted signers")
    hints = {str(s.get("keyid")): read_public_key(s.get("public_key")) for s in signers}
    signatures = check_signatures(envelope, body, hints=hints, trust=trust, on=sealed_on)
    return said, sealed_on, tuple(signatures)


def _listed(members: Mapping[str, bytes]) -> dict[str, tuple[str, int]]:
    manifest = read_canonical_json(members[MANIFEST], MANIFEST)
    try:
        listed = {e["path"]: (e["sha256"], e["size"]) for e in manifest["files"]}
    except (KeyError, TypeError):
        raise EvidenceError("manifest: wanted files with path, sha256 and size") from None
    return listed


def _refuse_unlisted(members: Mapping[str, bytes]) -> None:
    try:
        listed = _listed(members)
    except EvidenceError as error:
        raise _altered(MANIFEST, str(error)) from None
    found = {n: (sha256_hex(c), len(c)) for n, c in members.items() if n not in _UNLISTED}
    wrong = [n for n in sorted({*found, *listed}) if found.get(n) != listed.get(n)]
    if wrong:
        raise AlteredError(tuple(wrong), "not as the signed manifest lists it")


def _statement(members: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        statement = read_canonical_json(members[STATEMENT], STATEMENT)
    except EvidenceError as error:
        raise _altered(STATEMENT, str(error)) from None
    if not isinstance(statement, dict):
        raise _altered(STATEMENT, "wanted an object")
    return statement


def open_pack(content: bytes, trust: Mapping[str, TrustedKey]) -> OpenedPack:
    """Return the pack if every byte of it is as it was signed, by whomever.

    Raises
    ------
    EvidenceError
        if this is no pack.
    AlteredError
        naming the member that was altered, added or taken away.
    """
    members = read_container(content)
    for needed in (MANIFEST, ATTESTATION, STATEMENT):
        if needed not in members:
            raise _altered(needed, "is missing")
    try:
        said, sealed_on, signatures = _signed(members, trust)
    except EvidenceError as error:
        raise _altered(ATTESTATION, str(error)) from None
    subject = [{"name": MANIFEST, "digest": {"sha256": sha256_hex(members[MANIFEST])}}]
    if said.get("subject") != subject:
        raise _altered(MANIFEST, "is not the manifest that was signed")
    _refuse_unlisted(members)
    return OpenedPack(
        members=members,
        statement=_statement(members),
        predicate=said["predicate"],
        sealed_on=sealed_on,
        signatures=signatures,
    )
