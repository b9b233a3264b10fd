"""Read a problem folder (or a bare shipments file) into a problem, with every refused row."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.cells import read_cell
from data.equipment import load_units
from data.errors import DataError
from data.network import hubs_of, transfers_of
from data.network_schemas import PUNCTUALITY
from data.schemas import (
    DEPARTURES,
    FX,
    HUBS,
    PIECES,
    SERVICES,
    SHIPMENTS,
    TRANSFERS,
    Schema,
)
from data.tables import Refused, Row, Table, find_table, read_table
from optimizer.closures import (
    check_closures,
    conditions_of,
    known_names,
    shut_services,
    under_airspace,
)
from optimizer.errors import ProblemError
from optimizer.loading.units import open_interior
from optimizer.opening import BadOpeningError, read_opening
from optimizer.osrm import open_osrm
from optimizer.problem import Problem
from optimizer.punctuality import Delays, delays_of, shipped_delays
from optimizer.routers import open_router
from optimizer.services import References, services_of
from optimizer.shipments import Surroundings, read_shipments
from optimizer.steering import closures_with_bans, steered
from optimizer.stowage import why_not_loaded
from optimizer.timetable import Departure, departure_id
from optimizer.ways.route import OPEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.network import Hub, Service
    from emissions.factors import Factors
    from optimizer.punctuality import Delay
    from optimizer.routers import WorldRouter
    from optimizer.scenarios import Scenario
    from optimizer.world.supply import Supply

_NETWORK = (HUBS, TRANSFERS, SERVICES, DEPARTURES, FX, PUNCTUALITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A problem, what was refused on the way, and the fingerprint of its files."""

    problem: Problem
    refused: tuple[Refused, ...]
    refused_shipments: int
    unknown_columns: tuple[str, ...]
    input_sha256: str


def _quiet(_: str) -> None:
    """Report to nobody."""


def read_problem(  # noqa: PLR0913  (the options of a reading)
    path: Path,
    catalogue: Catalogue,
    factors: Factors,
    scenario: Scenario,
    *,
    cache_dir: Path | None = None,
    osrm: str = "",
    report: Callable[[str], None] = _quiet,
) -> Intake:
    """Read everything a plan needs; rows with faults are refused and the good ones go on.

    A problem without services gets candidate services from the shipped world network; `cache_dir`
    keeps what such a search found for later runs. `osrm` is the address of a server for roads.

    Raises
    ------
    DataError
        when no shipment row is usable, or a file cannot be read at all.
    """
    tables, digest = _open_tables(path)
    _override(tables, scenario, only=(SHIPMENTS.name, PIECES.name))
    asked = len(tables["shipments"].rows) + len({r.row for r in tables["shipments"].refused})
    conditions = conditions_of(closures_with_bans(scenario))
    found: Supply | None = None
    if SERVICES.name not in tables:
        from optimizer.world.supply import open_supply  # noqa: PLC0415  (most problems bring theirs)

        found = open_supply(
            catalogue,
            factors,
            _pairs(tables["shipments"]),
            conditions,
            cache_dir=cache_dir,
            report=report,
        )
        tables |= found.tables
    _override(tables, scenario, without=(SHIPMENTS.name, PIECES.name))
    router = open_router(catalogue)
    online = open_osrm(osrm, router, cache_dir) if osrm else None
    refs = References(
        hubs=_hubs(tables["hubs"]),
        units=load_units(catalogue),
        per_eur=_rates(tables["fx"]),
        factors=factors,
        router=online or router,
        conditions=conditions if found else OPEN,
    )
    problem = replace(
        _problem(tables, refs, scenario, router, found),
        delays=Delays(
            own=_delays(tables["punctuality"], refs.hubs, tables["services"]),
            shipped=shipped_delays(catalogue.table("network/punctuality.csv", PUNCTUALITY).rows),
        ),
    )
    problem = _with_interiors(problem, catalogue)
    problem = steered(problem, scenario.decisions, hubs=found.known_hubs if found else ())
    if online:
        problem = replace(problem, assumptions=(*problem.assumptions, *online.told))
    return Intake(
        problem=problem,
        refused=tuple(fault for table in tables.values() for fault in table.refused),
        refused_shipments=asked - len(problem.shipments),
        unknown_columns=_unknown(tables),
        input_sha256=digest,
    )


def _problem(
    tables: Mapping[str, Table],
    refs: References,
    scenario: Scenario,
    router: WorldRouter,
    found: Supply | None,
) -> Problem:
    """Return the problem in the tables; rows with faults are refused in place."""
    hubs, factors = refs.hubs, refs.factors
    transfers = transfers_of(tables["transfers"], hubs, factors.hocs, factors.grids)
    services = services_of(tables["services"], refs)
    names = known_names(services, hubs, router)
    if found:  # what a closure kept out of the search has a name all the same
        names["hubs"] |= found.known_hubs
    check_closures(scenario.closures, names)
    dated = _dated(tables["departures"], services)
    services, grounded, notes = under_airspace(services, hubs, scenario.closures.airspace, router)
    closed = shut_services(services, hubs, scenario.closures) | grounded
    around = Surroundings(hubs=hubs, per_eur=refs.per_eur, names=names, supply=found)
    shipments = read_shipments(tables["shipments"], tables["pieces"], around)
    if not shipments:
        refused = (str(fault) for table in tables.values() for fault in table.refused)
        raise DataError("\n".join(["no usable shipment", *refused]))
    return Problem(
        shipments=shipments,
        hubs=hubs,
        transfers=transfers,
        services={k: s for k, s in services.items() if k not in closed},
        shut={k: s for k, s in services.items() if k in closed},
        closed=closed,
        dated=dated,
        factors=factors,
        scenario=scenario,
        assumptions=(*(found.assumptions if found else ()), *notes),
    )


def _with_interiors(problem: Problem, catalogue: Catalogue) -> Problem:
    """Return a problem with the insides of its units, where freight has pieces to place in them."""
    if not any(s.pieces for s in problem.shipments):
        return problem
    codes = {s.unit_code for s in (*problem.services.values(), *problem.shut.values())}
    known = sorted(codes & set(load_units(catalogue)))
    interiors = {code: open_interior(catalogue, code) for code in known}
    shipments = tuple(
        replace(s, unloadable=tuple(why_not_loaded(interiors, s).items()))
        for s in problem.shipments
    )
    return replace(problem, interiors=interiors, shipments=shipments)


def _unknown(tables: Mapping[str, Table]) -> tuple[str, ...]:
    """Return what the files hold and nobody reads."""
    return tuple(f"{t.file}: {c}" for t in tables.values() for c in t.unknown_columns)


def _delays(table: Table, hubs: Mapping[str, Hub], services: Table) -> tuple[Delay, ...]:
    """Return the delays that a problem states; rows about what is not there are refused."""
    names = {row["service_id"] for _, row in services}
    known = {"hub_id": frozenset(hubs), "service_id": names}
    kept = []
    for number, row in table:
        faults = [c for c, found in known.items() if row[c] and row[c] not in found]
        for column in faults:
            wanted = f"a known {column.removesuffix('_id')}"
            table.refuse(number, column, row[column], wanted, f"unknown_{column[:-3]}")
        if not faults:
            kept.append((number, row))
    table.row_numbers = [number for number, _ in kept]
    table.rows = [row for _, row in kept]
    return delays_of(table)


def _hubs(table: Table) -> dict[str, Hub]:
    """Return the hubs whose time zone and opening hours can be read; others are refused."""
    hubs = hubs_of(table)
    for number, row in table:
        try:
            read_opening(row["opening"] or "")
        except BadOpeningError as error:
            table.refuse(number, "opening", row["opening"], str(error), "bad_opening")
            hubs.pop(row["hub_id"], None)
    return hubs


def _pairs(table: Table) -> list[tuple[str, str]]:
    return [(row["origin"], row["destination"]) for _, row in table]


def _open_tables(path: Path) -> tuple[dict[str, Table], str]:
    """Open each table of the problem and hash what was read; no services: no such table."""
    folder = path if path.is_dir() else path.parent
    found = {SHIPMENTS.name: path if path.is_file() else find_table(folder, SHIPMENTS)}
    if path.is_dir():
        found |= {s.name: find_table(folder, s) for s in (PIECES, *_NETWORK)}
    if found[SHIPMENTS.name] is None:
        raise DataError(f"{path}: holds no shipments table (.csv, .xlsx or .parquet)")
    own_network = bool(found.get(SERVICES.name))
    tables, digest = {}, hashlib.sha256()
    for schema in (SHIPMENTS, PIECES, *_NETWORK):
        file = found.get(schema.name)
        if not own_network and schema in {HUBS, TRANSFERS, SERVICES}:
            if file is not None:
                raise DataError(f"{file.name}: wanted services beside it, or no network at all")
            continue
        if file is None:
            tables[schema.name] = Table(schema=schema, file=f"{schema.name}.csv")
            continue
        tables[schema.name] = read_table(file, schema)
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{schema.name} {content}\n".encode())
    if own_network:
        _require(tables)
    return tables, digest.hexdigest()


def _require(tables: Mapping[str, Table]) -> None:
    for schema in (HUBS, TRANSFERS, SERVICES):
        if not tables[schema.name].rows and not tables[schema.name].refused:
            raise DataError(f"{schema.name}.csv: no such table, wanted one beside services.csv")


def _override(
    tables: Mapping[str, Table],
    scenario: Scenario,
    *,
    only: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
) -> None:
    """Apply the scenario's overrides to rows that match, through the readers of their columns."""
    for change in scenario.overrides:
        if (only and change.table not in only) or change.table in without:
            continue
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
        if row["arrives_at"] < row["departs_at"]:
            table.refuse(
                number, "arrives_at", row["arrives_at"], "no time before departs_at", "times"
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
