"""Read a problem folder (or a bare shipments file) into a problem, with every refused row."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.cells import read_cell
from data.equipment import load_units
from data.errors import DataError
from data.freight import Piece, Shipment, piece_faults, pieces_by_shipment, refuse_bad_shipments
from data.network import hubs_of, transfers_of
from data.places import resolve
from data.schemas import (
    DEPARTURES,
    FX,
    HUBS,
    MODES,
    PIECES,
    SERVICES,
    SHIPMENTS,
    TRANSFERS,
    Schema,
)
from data.tables import Refused, Row, Table, find_table, read_table
from optimizer.errors import ProblemError
from optimizer.problem import Problem
from optimizer.routers import CANALS, ShippedRouter
from optimizer.services import World, services_of
from optimizer.timetable import Departure, departure_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.network import Hub, Service
    from emissions.factors import Factors
    from optimizer.scenarios import Closures, Scenario

_NETWORK = (HUBS, TRANSFERS, SERVICES, DEPARTURES, FX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A problem, what was refused on the way, and the fingerprint of its files."""

    problem: Problem
    refused: tuple[Refused, ...]
    refused_shipments: int
    unknown_columns: tuple[str, ...]
    input_sha256: str


def read_problem(
    path: Path, catalogue: Catalogue, factors: Factors, scenario: Scenario, *, base: Path
) -> Intake:
    """Read everything a plan needs; rows with faults are refused and the good ones go on.

    `base` is the folder whose network serves when `path` brings none of its own.

    Raises
    ------
    DataError
        when no shipment row is usable, or a file cannot be read at all.
    """
    tables, digest, assumptions = _open_tables(path, base)
    _override(tables, scenario)
    hubs = hubs_of(tables["hubs"])
    transfers = transfers_of(tables["transfers"], hubs, factors.hocs, factors.grids)
    world = World(
        hubs=hubs,
        units=load_units(catalogue),
        per_eur=_rates(tables["fx"]),
        factors=factors,
        router=ShippedRouter(catalogue=catalogue, factors=factors.parameters),
    )
    services = services_of(tables["services"], world)
    names = known_names(services, hubs)
    _check_closures(scenario.closures, names)
    dated = _dated(tables["departures"], services)
    closed = _closed(services, hubs, scenario.closures)
    asked = len(tables["shipments"].rows) + len({r.row for r in tables["shipments"].refused})
    shipments = _shipments(tables["shipments"], tables["pieces"], hubs, world.per_eur)
    shipments = _known_wishes(tables["shipments"], shipments, names)
    refused = tuple(fault for table in tables.values() for fault in table.refused)
    if not shipments:
        raise DataError("\n".join(["no usable shipment", *map(str, refused)]))
    problem = Problem(
        shipments=shipments,
        hubs=hubs,
        transfers=transfers,
        services={k: s for k, s in services.items() if k not in closed},
        shut={k: s for k, s in services.items() if k in closed},
        closed=closed,
        dated=dated,
        factors=factors,
        scenario=scenario,
        assumptions=tuple(assumptions),
    )
    unknown = tuple(f"{t.file}: {c}" for t in tables.values() for c in t.unknown_columns)
    unknown += tuple(
        f"{tables['hubs'].file} row {number}: opening (opening hours are not planned yet)"
        for number, row in tables["hubs"]
        if row["opening"]
    )
    return Intake(
        problem=problem,
        refused=refused,
        refused_shipments=asked - len(shipments),
        unknown_columns=unknown,
        input_sha256=digest,
    )


def _open_tables(path: Path, base: Path) -> tuple[dict[str, Table], str, list[str]]:
    """Open each table from the problem, else from the base network, and hash what was read."""
    folder = path if path.is_dir() else path.parent
    found = {SHIPMENTS.name: path if path.is_file() else find_table(folder, SHIPMENTS)}
    if path.is_dir():
        found |= {s.name: find_table(folder, s) for s in (PIECES, *_NETWORK)}
    if found[SHIPMENTS.name] is None:
        raise DataError(f"{path}: holds no shipments table (.csv, .xlsx or .parquet)")
    assumptions = []
    if not found.get(SERVICES.name):
        assumptions.append("network: the shipped reference lane, since the problem has no services")
        found |= {s.name: find_table(base, s) for s in _NETWORK}
    tables, digest = {}, hashlib.sha256()
    for schema in (SHIPMENTS, PIECES, *_NETWORK):
        file = found.get(schema.name)
        if file is None:
            tables[schema.name] = Table(schema=schema, file=f"{schema.name}.csv")
            continue
        tables[schema.name] = read_table(file, schema)
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{schema.name} {content}\n".encode())
    _require(tables)
    return tables, digest.hexdigest(), assumptions


def _require(tables: Mapping[str, Table]) -> None:
    for schema in (HUBS, TRANSFERS, SERVICES):
        if not tables[schema.name].rows and not tables[schema.name].refused:
            raise DataError(f"{schema.name}.csv: no such table, wanted one beside services.csv")


def _override(tables: Mapping[str, Table], scenario: Scenario) -> None:
    """Apply the scenario's overrides to rows that match, through the readers of their columns."""
    for change in scenario.overrides:
        if change.table not in tables:
            raise ProblemError(f"override: table {change.table!r}; wanted {', '.join(tables)}")
        table = tables[change.table]
        unknown = sorted((set(change.where) | set(change.set)) - set(table.schema.names))
        if unknown:
            raise ProblemError(f"override of {change.table}: unknown column {', '.join(unknown)}")
        matches = [row for row in table.rows if _matches(row, change.where)]
        if not matches:
            raise ProblemError(f"override of {change.table}: no row where {dict(change.where)}")
        for row in matches:
            for name, text in change.set.items():
                row[name] = _override_cell(table.schema, name, text)


def _override_cell(schema: Schema, name: str, text: str) -> object:
    try:
        return read_cell(schema.column(name), text)
    except ValueError as fault:
        raise ProblemError(
            f"override of {schema.name}.{name}: found {text!r}, wanted {fault}"
        ) from None


def _matches(row: Row, where: Mapping[str, str]) -> bool:
    return all(str(row[name]) == value for name, value in where.items())


def _rates(table: Table) -> dict[str, float]:
    return {"EUR": 1.0} | {row["currency"]: row["per_eur"] for _, row in table}


def _dated(table: Table, services: Mapping[str, Service]) -> dict[str, tuple[Departure, ...]]:
    found: dict[str, list[Departure]] = {}
    for number, row in table:
        service = services.get(row["service_id"])
        if service is None:
            table.refuse(
                number, "service_id", row["service_id"], "a usable service", "unknown_service"
            )
            continue
        if row["arrives_at"] <= row["departs_at"]:
            table.refuse(
                number, "arrives_at", row["arrives_at"], "a time after departs_at", "times"
            )
            continue
        found.setdefault(service.service_id, []).append(
            Departure(
                departure_id=departure_id(service.service_id, row["departs_at"]),
                service_id=service.service_id,
                departs_at=row["departs_at"],
                arrives_at=row["arrives_at"],
                units_max=service.units_max if row["units_max"] is None else row["units_max"],
            )
        )
    return {name: tuple(departures) for name, departures in found.items()}


def known_names(
    services: Mapping[str, Service], hubs: Mapping[str, Hub]
) -> dict[str, frozenset[str]]:
    """Return every name that a closure or a wish may use, by kind."""
    return {
        "hubs": frozenset(hubs),
        "services": frozenset(services),
        "carriers": frozenset(s.carrier for s in services.values()),
        "modes": frozenset(MODES),
        "countries": frozenset(h.country for h in hubs.values()),
        "passages": frozenset(p for s in services.values() for p in s.passages) | CANALS,
    }


def _check_closures(closures: Closures, names: Mapping[str, frozenset[str]]) -> None:
    """Refuse a closure of something that is not there: it would change nothing in silence."""
    faults = [
        f"closures.{kind}: {name!r} is not known; nearest is {_nearest(name, known)!r}"
        for kind, known in names.items()
        for name in getattr(closures, kind)
        if name not in known
    ]
    if faults:
        raise ProblemError("\n".join(faults))


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0)
    return near[0] if near else ""


def _known_wishes(
    table: Table, shipments: tuple[Shipment, ...], names: Mapping[str, frozenset[str]]
) -> tuple[Shipment, ...]:
    """Refuse shipments that must use or avoid what is not there."""
    kinds = ("hubs", "services", "carriers", "modes")
    known = frozenset().union(*(names[kind] for kind in kinds))
    rows = {row["shipment_id"]: number for number, row in table}
    kept = []
    for s in shipments:
        before = len(table.refused)
        for column in ("must_use", "must_avoid"):
            for name in getattr(s, column):
                if name not in known:
                    wanted = (
                        f"a hub, service, carrier or mode; nearest is {_nearest(name, known)!r}"
                    )
                    table.refuse(rows[s.shipment_id], column, name, wanted, "unknown_name")
        if len(table.refused) == before:
            kept.append(s)
    return tuple(kept)


def _closed(
    services: Mapping[str, Service], hubs: Mapping[str, Hub], closures: Closures
) -> dict[str, str]:
    """Return which services are shut, and by what."""
    shut = {}
    for name, s in services.items():
        ends = (hubs[s.origin_hub], hubs[s.destination_hub])
        reasons = [
            *(f"passage {p} closed" for p in s.passages if p in closures.passages),
            *(f"country {h.country} closed" for h in ends if h.country in closures.countries),
            *(f"hub {h.hub_id} closed" for h in ends if h.hub_id in closures.hubs),
            *([f"carrier {s.carrier} closed"] if s.carrier in closures.carriers else []),
            *([f"mode {s.mode} closed"] if s.mode in closures.modes else []),
            *([f"service {name} closed"] if name in closures.services else []),
        ]
        if reasons:
            shut[name] = reasons[0]
    return shut


def _shipments(
    table: Table, pieces_table: Table, hubs: Mapping[str, Hub], per_eur: Mapping[str, float]
) -> tuple[Shipment, ...]:
    known = {row["shipment_id"] for _, row in table} | {key[0] for key in table.refused_keys}
    refuse_bad_shipments(table)
    pieces = pieces_by_shipment(pieces_table)
    for number, row in pieces_table:
        if row["shipment_id"] not in known:
            pieces_table.refuse(
                number,
                "shipment_id",
                row["shipment_id"],
                "a shipment of shipments",
                "unknown_shipment",
            )
    shipments = []
    for number, row in table:
        shipment = _shipment(table, number, row, pieces.get(row["shipment_id"], ()), hubs, per_eur)
        if shipment is not None:
            shipments.append(shipment)
    return tuple(sorted(shipments, key=lambda s: s.shipment_id))


def _shipment(  # noqa: PLR0913, PLR0917  (one row with all that it may refer to)
    table: Table,
    number: int,
    row: Row,
    pieces: tuple[Piece, ...],
    hubs: Mapping[str, Hub],
    per_eur: Mapping[str, float],
) -> Shipment | None:
    before = len(table.refused)
    places = {}
    for column in ("origin", "destination"):
        resolved = resolve(row[column], hubs)
        places[column] = resolved.hub_id
        if not resolved.hub_id:
            table.refuse(number, column, row[column], resolved.wanted, "unknown_place")
    if places["origin"] and places["origin"] == places["destination"]:
        table.refuse(number, "destination", row["destination"], "another place", "same_place")
    currency = row["currency"] or "EUR"
    if currency not in per_eur:
        table.refuse(number, "currency", currency, "EUR or a row of fx", "no_exchange_rate")
    for column, found, wanted in piece_faults(row, pieces):
        table.refuse(number, column, found, wanted, "pieces_differ")
    if len(table.refused) > before:
        return None
    late, rate = row["lateness_cost_per_day"], per_eur[currency]
    return Shipment(
        shipment_id=row["shipment_id"],
        origin=places["origin"],
        destination=places["destination"],
        mass_kg=row["mass_kg"],
        volume_m3=row["volume_m3"],
        ready_at=row["ready_at"],
        due_at=row["due_at"],
        temperature=row["temperature"] or "ambient",
        un_number=row["un_number"] or "",
        lateness_eur_per_day=None if late is None else late / rate,
        value_eur=(row["value"] or 0.0) / rate,
        must_use=row["must_use"],
        must_avoid=row["must_avoid"],
        note=row["note"] or "",
        pieces=pieces,
    )
