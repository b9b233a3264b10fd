"""Exchange as plain functions over folders: footprints out as iLEAP objects, those of others in."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app import footprints
from app.atlas import Atlas
from app.claims import factors_of
from app.footprint_files import total_rows
from app.footprint_intake import Intake, Options, legs_of_rows
from app.rows import refused_rows
from app.server_store import read_store, write_store
from app.server_tokens import hash_secret
from app.tools import open_tools
from data.errors import DataError, GreenlaneError
from data.factor_schemas import HUB_INTENSITIES, INTENSITIES
from data.schemas import FOOTPRINT_LEGS, HUBS, REFUSED
from data.tables import read_bytes, read_table, write_bytes
from data.units import kg_text
from emissions.exchange import (
    EnergyMix,
    Place,
    Publication,
    activity_rows,
    facts_of,
    hub_rows,
    intensity_rows,
    leg_rows,
    objects_of,
    publish,
    read_objects,
)
from emissions.inventory import take_inventory
from emissions.legs import elements_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from data.tables import Table


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise GreenlaneError(f"{text!r}, wanted a time such as 2026-01-31T00:00:00Z")
    return found


def publication(company: str, company_id: str, created: str, period: str) -> Publication:
    """Return who publishes, when, for which period.

    Raises
    ------
    GreenlaneError
        if a time is not one.
    """
    start, _, end = period.partition("/")
    return Publication(
        company_name=company,
        company_ids=(company_id,),
        created=_time(created),
        period_start=_time(start),
        period_end=_time(end),
    )


def read_mixes(given: Iterable[str]) -> dict[str, EnergyMix]:
    """Read `CATEGORY=diesel:0.2,electricity@DE:0.8`.

    Raises
    ------
    GreenlaneError
        if a part is no name and share.
    """
    mixes = {}
    for text in given:
        name, _, parts = text.partition("=")
        shares = []
        for part in parts.split(","):
            carrier, _, share = part.rpartition(":")
            try:
                shares.append((carrier.strip(), float(share)))
            except ValueError:
                raise GreenlaneError(f"--mix {text!r}, wanted CATEGORY=carrier:share,...") from None
        mixes[name.strip()] = EnergyMix(shares=tuple(shares))
    return mixes


def write_folder(  # noqa: PLR0913  (an export and its two options)
    source: Path,
    out: Path,
    *,
    publication: Publication,
    mixes: Mapping[str, EnergyMix],
    market_based: bool = False,
    leave_out: bool = False,
) -> dict[str, Any]:
    """Write the legs of a footprint or plan folder as objects that a server offers.

    With `leave_out`, shipments with a place that nobody knows are left out, whole, and listed.

    Raises
    ------
    GreenlaneError
        if a leg cannot be used, a place is unknown, or the energy of a category is: an object that
        is not whole is not published.
    """
    tools = open_tools()
    factors = factors_of(source, tools)
    table = read_table(source / "legs.csv", FOOTPRINT_LEGS)
    elements = elements_of(table, factors)
    if table.refused:
        raise DataError("\n".join(map(str, table.refused[:20])))
    places, unknown = _places(table, source, Atlas(tools.catalogue))
    if unknown and not leave_out:
        told = [fault for faults in unknown.values() for fault in faults]
        raise DataError("\n".join([*told[:20], _HOW_TO_LEAVE_OUT]))
    known = [e for e in elements if e.shipment_id not in unknown]
    if not known:
        raise DataError(f"{source}: each shipment has a place that is not known")
    objects = objects_of(
        take_inventory(known, factors),
        factors,
        places=places,
        facts=facts_of(table.rows),
        mixes={
            m.category_id: EnergyMix(shares=m.energy_mix) for m in factors.matches if m.energy_mix
        }
        | dict(mixes),
    )
    export = publish(objects, publication, market_based=market_based)
    write_store(out, export.footprints, export.tads)
    return {
        "footprints": len(export.footprints),
        "shipments": len(objects.shipments),
        "tocs": len(objects.tocs),
        "hocs": len(objects.hocs),
        "activity_data": len(export.tads),
        "left_out": list(export.left_out),
        "shipments_left_out": unknown,
    }


_HOW_TO_LEAVE_OUT = "--leave-out-unknown writes the other shipments, and lists these"


def _places(
    table: Table, source: Path, atlas: Atlas
) -> tuple[dict[str, Place], dict[str, list[str]]]:
    """Return the places of legs, the folder's own first; and by shipment what is not known."""
    own = {}
    if (source / "hubs.csv").is_file():
        own = {row["hub_id"]: row for row in read_table(source / "hubs.csv", HUBS).rows}
    found: dict[str, Place] = {}
    unknown: dict[str, list[str]] = {}
    for row in table.rows:
        for name in dict.fromkeys((row["origin"], row["destination"])):
            if name in found:
                continue
            try:
                found[name] = _own_place(own[name]) if name in own else _place(name, row, atlas)
            except DataError as fault:
                where = f"{row['shipment_id']} leg {row['leg_no']}"
                unknown.setdefault(row["shipment_id"], []).append(f"{where}: {fault}")
    return found, unknown


def _own_place(hub: Mapping[str, Any]) -> Place:
    return Place(city=hub["name"], country=hub["country"], lat=hub["lat"], lng=hub["lon"])


def _place(name: str, row: Mapping[str, Any], atlas: Atlas) -> Place:
    position = atlas.position(name, row["mode"] or "")
    return Place(
        city=position.name,
        country=position.country,
        iata=position.iata if row["mode"] == "air" else "",
        locode=position.unlocode,
        lat=position.lat,
        lng=position.lon,
    )


def read_file(source: Path, out: Path) -> dict[str, Any]:
    """Read iLEAP JSON, or a folder of it, into tables: categories, legs with figures, activity.

    Raises
    ------
    GreenlaneError
        if the file is no JSON that we can read.
    """
    found = read_objects(_content(source), file=source.name)
    tables = {
        "intensities.csv": (intensity_rows(found), INTENSITIES),
        "hubs_intensity.csv": (hub_rows(found), HUB_INTENSITIES),
        "legs.csv": (leg_rows(found), FOOTPRINT_LEGS),
        "activity.csv": (activity_rows(found), FOOTPRINT_LEGS),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, (rows, schema) in tables.items():
        if rows:
            (out / name).write_bytes(write_bytes(rows, schema))
    (out / "refused.csv").write_bytes(write_bytes(refused_rows(found.refused), REFUSED))
    return {
        "rows": {name: len(rows) for name, (rows, _) in tables.items()},
        "refused": len(found.refused),
        "findings": [
            f"{f.code} {f.verdict} {f.about}: {f.message}"
            for f in found.report.findings
            if f.verdict != "pass"
        ],
    }


def _content(source: Path) -> bytes:
    """Return a file, or the whole store that `write_folder` or a neighbour of it wrote."""
    try:
        if not source.is_dir():
            return source.read_bytes()
        store = read_store(source)
    except OSError as error:
        raise DataError(f"{source}: {error.strerror or error}") from None
    return json.dumps({"data": [*store.footprints.values(), *store.tads]}).encode()


def read_clients(path: Path) -> tuple[dict[str, str], bool]:
    """Return the clients of a server by the hashes of their secrets; made if there are none.

    Raises
    ------
    GreenlaneError
        if a line is no `client id = secret`.
    """
    made = not path.exists()
    if made:
        path.touch(mode=0o600)
        path.write_text(f"greenlane = {secrets.token_urlsafe(24)}\n", "utf-8")
    clients = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, sign, secret = (part.strip() for part in line.partition("="))
        if not (name and sign and secret):
            raise GreenlaneError(f"{path} line {number}: wanted client id = secret")
        clients[name] = secret if secret.startswith("scrypt$") else hash_secret(secret)
    return clients, made


def computer() -> Callable[[list[dict[str, Any]]], dict[str, Any]]:
    """Return a function from rows of legs to their footprint, with everything opened once."""
    desk = footprints.FootprintDesk(open_tools())

    def compute(rows: list[dict[str, Any]]) -> dict[str, Any]:
        result = footprints.take_legs(legs_of_rows(rows), desk, Options())
        content = write_bytes(footprints.result_rows(result), FOOTPRINT_LEGS)
        legs = read_bytes(content, "legs.csv", FOOTPRINT_LEGS).rows
        return {
            "shipments": [
                {k: v for k, v in row.items() if v is not None} for row in total_rows(result)
            ],
            "legs": [_json_row(row) for row in legs],
            "totals": {
                "physical_kgco2e": kg_text(result.inventory.physical.wtw_mg),
                "market_based_kgco2e": kg_text(result.inventory.market_based.wtw_mg),
                "factor_set": result.inventory.factor_set,
                "factor_set_sha256": result.inventory.factor_set_sha256,
            },
            "refused": refused_rows(result.refused),
            "warned": _warned(result.intake),
            "unknown_fields": list(result.intake.unknown_columns),
        }

    return compute


def _warned(intake: Intake) -> list[dict[str, Any]]:
    """Return what is odd about rows that stand, in row order."""
    return [
        {"row": row, "code": n.code, "column": n.column, "found": n.found, "said": n.message}
        for row, notes in intake.notes().items()
        for n in notes
        if n.severity == "warned"
    ]


def _json_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        k: v.isoformat() if isinstance(v, datetime) else v
        for k, v in row.items()
        if v is not None and v != ()
    }
