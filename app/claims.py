"""Footprint, declare, seal and verify as plain functions over folders; no Typer, no print."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from app.documents import findings_rows, json_bytes, software_version
from app.rows import line_row
from data.errors import DataError
from data.schemas import FOOTPRINT_LEGS
from data.tables import Refused, read_bytes, read_table, write_bytes
from emissions.chain import chains_of
from emissions.evidence import (
    AllOf,
    EvidenceError,
    KnownFactors,
    SignedBy,
    Signer,
    TrustedKey,
    read_key,
    read_pack,
    read_trust,
    seal,
    strict,
    trust_text,
    verify_pack,
    write_new_key,
)
from emissions.evidence.editions import KNOWN_EDITIONS
from emissions.evidence.recompute import read_rows
from emissions.evidence.signing import ROLES
from emissions.inventory import Inventory, take_inventory
from emissions.ledger import read_book
from emissions.legs import elements_of
from emissions.neutrality import assess, declare, read_declaration
from emissions.neutrality.departures import departures_of
from emissions.own_sets import OWN_FACTORS, own_files, read_own

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from app.tools import Tools
    from data.findings import Report
    from emissions.factors import Factors
    from emissions.neutrality.statement import Statement

BOOK_FILES = ("credits.csv", "saf.csv", "eac.csv")
DECLARATION = "declaration.toml"
SHIPMENTS = "shipments.csv"
# What a reader needs to see that no leg is missing; values, dates and notes stay at home.
_SEALED_OF_SHIPMENTS = ("shipment_id", "origin", "destination", "mass_kg")
DEMO_HOLDER = "Greenlane demo (a key made on this machine)"
# A demo key signs nothing that matters; its validity is wide so that a demo never expires.
_DEMO_VALID = (date(2023, 1, 1), date(2099, 12, 31))


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """An inventory of a legs file, with the rows that were refused."""

    inventory: Inventory
    refused: tuple[Refused, ...]
    unknown_columns: tuple[str, ...]


def take_footprint(path: Path, factors: Factors) -> Footprint:
    """Take the inventory of legs.csv, row by row; a row without a factor is refused.

    Raises
    ------
    DataError
        when no row is usable.
    """
    return _footprint(path.read_bytes() if path.is_file() else None, path, factors)


def _footprint(content: bytes | None, path: Path, factors: Factors) -> Footprint:
    table = (
        read_table(path, FOOTPRINT_LEGS)
        if content is None
        else read_bytes(content, path.name, FOOTPRINT_LEGS)
    )
    elements = elements_of(table, factors)
    if not elements:
        raise DataError("\n".join(["no usable leg", *map(str, table.refused)]))
    return Footprint(
        inventory=take_inventory(elements, factors),
        refused=tuple(table.refused),
        unknown_columns=table.unknown_columns,
    )


def footprint_bytes(inventory: Inventory) -> bytes:
    """Return an inventory as legs.csv."""
    return write_bytes((line_row(line) for line in inventory.lines), FOOTPRINT_LEGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A statement with its self-check and the very bytes it was made from."""

    statement: Statement
    self_check: Report
    legs: bytes
    hubs: bytes
    declaration: bytes
    books: Mapping[str, bytes]
    shipments: bytes | None = None  # what had to move; None where the plan folder has no list
    own_factors: Mapping[str, bytes] = field(default_factory=dict)  # that do not ship with us


def make_declaration(legs_folder: Path, books_folder: Path, factors: Factors) -> Declared:
    """Return the statement of a plan folder under the declaration and books of another.

    Raises
    ------
    GreenlaneError
        when a leg, a book row or the declaration cannot be used, or a chain is broken: a claim is
        whole or none.
    """
    legs, hubs = _bytes_of(legs_folder / "legs.csv"), _bytes_of(legs_folder / "hubs.csv")
    declaration = _bytes_of(books_folder / DECLARATION)
    books = {n: (books_folder / n).read_bytes() for n in BOOK_FILES if (books_folder / n).is_file()}
    found = _footprint(legs, legs_folder / "legs.csv", factors)
    book, refused = read_book(books)
    faults = [*found.refused, *refused]
    if faults:
        raise DataError("\n".join(map(str, faults)))
    chains_of([line.element for line in found.inventory.lines])
    statement, after = declare(
        read_declaration(declaration, file=DECLARATION),
        found.inventory,
        book,
        factors,
        departures=departures_of(read_rows(legs, "legs.csv")),
    )
    return Declared(
        statement=statement,
        self_check=assess(statement, after),
        legs=legs,
        hubs=hubs,
        declaration=declaration,
        books=books,
        shipments=_shipments_of(legs_folder / SHIPMENTS),
        own_factors=own_files(factors),
    )


def factors_of(folder: Path, tools: Tools) -> Factors:
    """Return the factor set that a footprint folder brings along, or the default one.

    Raises
    ------
    EmissionsError
        if the set in the folder is not whole.
    """
    return read_own(folder / OWN_FACTORS, tools.catalogue) or tools.factors


def _shipments_of(path: Path) -> bytes | None:
    """Return the list of what had to move, its sealed columns alone; None if there is no list."""
    if not path.is_file():
        return None
    rows = read_rows(path.read_bytes(), path.name)
    missing = sorted(set(_SEALED_OF_SHIPMENTS) - set(rows[0])) if rows else ["every row"]
    if missing:
        raise DataError(f"{path}: {', '.join(missing)} missing")
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _SEALED_OF_SHIPMENTS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None


def save_declaration(declared: Declared, folder: Path) -> None:
    """Write the statement, its self-check, and the inputs that `seal` needs."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "statement.json": json_bytes(declared.statement.to_json()),
        "self_check.json": json_bytes(findings_rows(declared.self_check)),
        "legs.csv": declared.legs,
        "hubs.csv": declared.hubs,
        DECLARATION: declared.declaration,
        **declared.books,
    }
    if declared.shipments is not None:
        files[SHIPMENTS] = declared.shipments
    files |= {f"{OWN_FACTORS}/{name}": content for name, content in declared.own_factors.items()}
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def seal_folder(  # noqa: PLR0913  (what a signature says)
    folder: Path,
    key_file: Path,
    out: Path,
    factors: Factors,
    *,
    holder: str,
    role: str = "issuer",
    sealed_on: date | None = None,
    passphrase: bytes = b"",
) -> None:
    """Recompute the statement of a folder from its inputs, sign it and write the pack.

    The day of sealing is the declaration's own unless told otherwise: no clock is read.

    Raises
    ------
    EvidenceError
        with every finding, when a reader who trusts this key would refuse the pack; nothing is
        written then.
    """
    if role not in ROLES:
        raise EvidenceError(f"role {role!r}, wanted one of {', '.join(ROLES)}")
    declared = make_declaration(folder, folder, factors)
    day = sealed_on or declared.statement.declaration.day
    signer = Signer(key=read_key(key_file, passphrase), holder=holder, role=role)
    pack = seal(
        declared.statement,
        declared.self_check,
        legs=declared.legs,
        hubs=declared.hubs,
        declaration=declared.declaration,
        books=declared.books,
        shipments=declared.shipments,
        factors=factors,
        signers=[signer],
        sealed_on=day,
        software=f"greenlane {software_version()}",
    )
    _refuse_bad(pack.content, signer, day, factors)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(pack.content)


def _refuse_bad(content: bytes, signer: Signer, day: date, factors: Factors) -> None:
    """Look at a finished pack as a reader who trusts its signer would, before it leaves."""
    key = TrustedKey(
        key=signer.key.public_key(),
        holder=signer.holder,
        role=signer.role,
        valid_from=day,
        valid_to=day,
    )
    # Readers of a set that nobody published must be given its hash; the signer has it here.
    own = "" if factors.edition in KNOWN_EDITIONS else factors.sha256
    policy = AllOf((SignedBy(role=signer.role), KnownFactors(sha256=own)))
    report = verify_pack(content, trust={key.keyid: key}, policy=policy)
    if not report.ok:
        faults = [f"{f.code} {f.about}: {f.message}" for f in report.failed()]
        raise EvidenceError("\n".join(["not sealed, a reader would refuse the pack:", *faults]))


def demo_key(key_file: Path, trust_file: Path) -> bool:
    """Make a demo key and a trust file that trusts it, unless they are there; tell if made."""
    if key_file.is_file() and trust_file.is_file():
        return False
    key_file.unlink(missing_ok=True)
    key = write_new_key(key_file)
    trusted = TrustedKey(
        key=key.public_key(),
        holder=DEMO_HOLDER,
        role="issuer",
        valid_from=_DEMO_VALID[0],
        valid_to=_DEMO_VALID[1],
    )
    trust_file.write_text(trust_text(trusted), "utf-8")
    return True


def verify_file(pack: Path, trust: Path | None, *, factors_sha256: str = "") -> Report:
    """Check a stranger's pack offline; without a trust file nobody is trusted.

    `factors_sha256` demands this very factor set, whatever editions the verifier knows.

    Raises
    ------
    EvidenceError
        when the pack or the trust file cannot be read at all.
    """
    keys = read_trust(_bytes_of(trust), trust.name) if trust else {}
    policy = strict(factors_sha256=factors_sha256)
    return verify_pack(read_pack(pack), trust=keys, policy=policy)


def check_claim(pack: bytes, trust: bytes | None) -> Report:
    """Check uploaded bytes as `verify_file` checks files."""
    return verify_pack(pack, trust=read_trust(trust) if trust else {})
