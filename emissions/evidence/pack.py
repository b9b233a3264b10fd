"""Seal a statement with everything behind it into one signed file; equal input, equal bytes."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emissions.evidence.canonical import EvidenceError, canonical_json, sha256_hex
from emissions.evidence.report import human_copy
from emissions.evidence.signing import PREDICATE_TYPE, key_id, key_text, sign

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from data.findings import Report
    from emissions.factors import Factors
    from emissions.neutrality.statement import Statement

_MEDIA_TYPES = {
    "csv": "text/csv",
    "html": "text/html",
    "json": "application/json",
    "toml": "application/toml",
}
BOOK_FILES = ("credits.csv", "saf.csv", "eac.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A private key, and who signs with it in which role."""

    key: Ed25519PrivateKey
    holder: str
    role: str = "issuer"

    def hint(self) -> dict[str, str]:
        """Return what the pack says of the key; trust is the reader's to give."""
        public = self.key.public_key()
        return {
            "keyid": key_id(public),
            "public_key": key_text(public),
            "holder": self.holder,
            "role": self.role,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A sealed pack."""

    content: bytes

    def save(self, path: Path) -> None:
        """Write the pack."""
        path.write_bytes(self.content)


def _zip(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 3  # Unix, whatever this machine is
            info.external_attr = 0o100644 << 16
            archive.writestr(info, members[name])
    return out.getvalue()


def _factor_files(factors: Factors) -> dict[str, bytes]:
    files = {}
    for table in factors.tables:
        files[table.path] = table.csv_bytes
        files[table.path.removesuffix(".csv") + ".toml"] = table.toml_bytes
    return files


def _manifest(files: Mapping[str, bytes]) -> bytes:
    listing = [
        {
            "path": path,
            "sha256": sha256_hex(files[path]),
            "size": len(files[path]),
            "media_type": _MEDIA_TYPES[path.rsplit(".", 1)[-1]],
        }
        for path in sorted(files)
    ]
    return canonical_json({"schema": "greenlane-pack/1", "files": listing})


def _attestation(manifest: bytes, predicate: Mapping[str, Any]) -> bytes:
    return canonical_json(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": "manifest.json", "digest": {"sha256": sha256_hex(manifest)}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": dict(predicate),
        }
    )


def seal(  # noqa: PLR0913  (a pack holds many things)
    statement: Statement,
    self_check: Report,
    *,
    legs: bytes,
    hubs: bytes,
    declaration: bytes,
    books: Mapping[str, bytes],
    shipments: bytes | None = None,
    factors: Factors,
    signers: Sequence[Signer],
    sealed_on: date,
    software: str,
) -> Pack:
    """Return the signed pack of a statement.

    `legs`, `hubs`, `declaration` and `books` (by name: credits.csv, saf.csv, eac.csv) are the very
    bytes from which the statement was made; `shipments` lists what had to move, so that a reader
    can check that no leg was left out; `sealed_on` is the signers' word and no clock's.
    """
    if not signers:
        raise EvidenceError("a pack without a signer proves nothing; wanted at least one")
    unknown = sorted(set(books) - set(BOOK_FILES))
    if unknown:
        raise EvidenceError(f"books: {', '.join(unknown)}; wanted {', '.join(BOOK_FILES)}")
    body = statement.to_json()
    files = {
        "statement.json": canonical_json(body),
        "report.html": human_copy(body, self_check),
        "evidence/legs.csv": legs,
        "evidence/hubs.csv": hubs,
        "evidence/declaration.toml": declaration,
        **({} if shipments is None else {"evidence/shipments.csv": shipments}),
        **{f"evidence/{name}": content for name, content in books.items()},
        **_factor_files(factors),
    }
    manifest = _manifest(files)
    predicate = {
        "columns": body["columns"],
        "factor_set": body["factor_set"],
        "standard": body["declaration"]["standard"],
        "binding": body["binding"],
        "sealed_on": str(sealed_on),
        "signers": [signer.hint() for signer in signers],
        "software": software,
    }
    envelope = sign(_attestation(manifest, predicate), [signer.key for signer in signers])
    members = {
        **files,
        "manifest.json": manifest,
        "attestation.dsse.json": canonical_json(envelope),
    }
    return Pack(content=_zip(members))
