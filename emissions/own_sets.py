"""Carry along the tables of a set that do not ship, so that whoever gets them has it whole."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from data.catalogue import ShippedTable
from data.errors import DataError
from data.sources import read_card
from data.tables import read_bytes
from emissions.errors import EmissionsError
from emissions.factors import EDITIONS, Factors
from emissions.library import FACTOR_SCHEMAS

if TYPE_CHECKING:
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.schemas import Schema

OWN_FACTORS = "factors"  # folder of such tables beside the legs that rest on them
_OWN_SET = "set.json"
_OWN_PATH = re.compile(r"factors/[a-z0-9_.-]+\.csv", re.ASCII)


def own_files(factors: Factors) -> dict[str, bytes]:
    """Return the tables of a set that do not ship with Greenlane, and the order of all, by name.

    Whoever has these and Greenlane has the whole set: `read_own`.
    """
    shipped = {path for tables in EDITIONS.values() for path, _ in tables}
    files: dict[str, bytes] = {}
    for table in factors.tables:
        if table.path not in shipped:
            stem = table.path.removeprefix("factors/").removesuffix(".csv")
            files[f"{stem}.csv"], files[f"{stem}.toml"] = table.csv_bytes, table.toml_bytes
    if files:
        order = [[table.path, schema.name] for table, schema in factors.parts]
        named = {"edition": factors.edition, "sha256": factors.sha256, "tables": order}
        files[_OWN_SET] = (json.dumps(named, indent=1, sort_keys=True) + "\n").encode()
    return files


def read_own(folder: Path, catalogue: Catalogue) -> Factors | None:
    """Return the set whose own tables stand in a folder, or None if there is none.

    Raises
    ------
    EmissionsError
        if a table is missing, or the whole does not have the hash that its list states.
    """
    path = folder / _OWN_SET
    if not path.is_file():
        return None
    try:
        stated = json.loads(path.read_bytes())
        order = [(str(p), FACTOR_SCHEMAS[str(name)]) for p, name in stated["tables"]]
        edition, sha256 = str(stated["edition"]), str(stated["sha256"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EmissionsError(f"{path}: not readable as a list of tables ({error!r})") from None
    shipped = {p for tables in EDITIONS.values() for p, _ in tables}
    parts = [
        (catalogue.table(p, schema) if p in shipped else _read_own_table(folder, p, schema), schema)
        for p, schema in order
    ]
    factors = Factors.of(edition, parts)
    if factors.sha256 != sha256:
        raise EmissionsError(f"{path}: the set has sha256 {factors.sha256}, wanted {sha256}")
    return factors


def _read_own_table(folder: Path, path: str, schema: Schema) -> ShippedTable:
    if not _OWN_PATH.fullmatch(path):
        raise EmissionsError(f"{folder}: table {path!r}, wanted factors/NAME.csv")
    file = folder / path.removeprefix("factors/")
    try:
        content, toml = file.read_bytes(), file.with_suffix(".toml").read_bytes()
    except OSError as error:
        raise EmissionsError(f"{file}: {error.strerror or error}") from None
    card = read_card(toml, path)
    found = hashlib.sha256(content).hexdigest()
    if found != card.sha256:
        raise EmissionsError(f"{file}: sha256 {found}, wanted {card.sha256}: bytes changed")
    table = read_bytes(content, path, schema)
    if table.refused:
        raise DataError("\n".join(map(str, table.refused)))
    return ShippedTable(
        path=path, rows=tuple(table.rows), card=card, csv_bytes=content, toml_bytes=toml
    )
