"""Read a folder of stops, vehicles and chargers into a tour problem, with every refused row."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from data.gazetteer import open_gazetteer
from data.tables import Refused, Row, Table, find_table, read_table
from data.tour_schemas import CHARGERS, STOPS, TOUR_VEHICLES
from optimizer.errors import ProblemError, RouteError
from optimizer.routers import open_router
from optimizer.tours.fleet import vehicle_of
from optimizer.tours.matrix import measured
from optimizer.tours.places import Sites
from optimizer.tours.records import MINUTES_PER_HOUR, Charger, Stop, TourProblem, TourVehicle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.schemas import Schema
    from emissions.factors import Factors
    from optimizer.routers import Router
    from optimizer.tours.records import Site

MOST_SITES = 200  # ways grow with the square
_RANGE = "range and charging are planned as if always fully loaded; CO2e goes by load"


@dataclass(frozen=True, slots=True, kw_only=True)
class TourIntake:
    """A tour problem, what was refused on the way, and the fingerprint of its files."""

    problem: TourProblem
    refused: tuple[Refused, ...]
    unknown_columns: tuple[str, ...]
    input_sha256: str


def _quiet(_: str) -> None:
    """Report to nobody."""


def read_tours(  # noqa: PLR0913  (the options of a reading)
    folder: Path,
    catalogue: Catalogue,
    factors: Factors,
    *,
    objective: str = "cost",
    recharge: str = "full",
    router: Router | None = None,
    report: Callable[[str], None] = _quiet,
) -> TourIntake:
    """Read everything that tours need; rows with faults are refused and the good ones go on.

    Raises
    ------
    GreenlaneError
        when no stop or no vehicle is usable, or two sites have no road between them.
    """
    tables = {s.name: _table(folder, s) for s in (STOPS, TOUR_VEHICLES, CHARGERS)}
    stops, fleet = tables[STOPS.name], tables[TOUR_VEHICLES.name]
    sites = Sites(gazetteer=open_gazetteer(catalogue))
    depots = {number: sites.depot(fleet, number, row) for number, row in fleet}
    calls = {number: sites.stop(stops, number, row) for number, row in stops}
    _refuse_bad_stops(stops)
    zero = _first(stops, fleet)
    vehicles = _fleet(fleet, depots, factors, zero)
    roads = open_router(catalogue) if router is None else router
    bad = _unreached(stops, calls, vehicles, sites.sites, roads)
    good = [(n, row, calls[n]) for n, row in stops if n not in bad and calls[n] is not None]
    kept = _paired(stops, [(n, _stop(row, at, zero)) for n, row, at in good if at is not None])
    chargers = tuple(_chargers(tables[CHARGERS.name], sites))
    refused = tuple(fault for t in tables.values() for fault in t.refused)
    _demand(kept, vehicles, refused)
    report(f"measuring ways between {len(sites.sites)} sites")
    problem = _on_roads(sites.sites, kept, vehicles, chargers, roads, zero)
    return TourIntake(
        problem=replace(problem, objective=objective, recharge=recharge, factors=factors),
        refused=refused,
        unknown_columns=tuple(f"{t.file}: {c}" for t in tables.values() for c in t.unknown_columns),
        input_sha256=_fingerprint(folder),
    )


def _table(folder: Path, schema: Schema) -> Table:
    path = find_table(folder, schema)
    if path is None and schema is CHARGERS:
        return Table(schema=schema, file=f"{schema.name}.csv")
    return read_table(path or folder / f"{schema.name}.csv", schema)


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for schema in (STOPS, TOUR_VEHICLES, CHARGERS):
        path = find_table(folder, schema)
        if path is not None:
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _first(*tables: Table) -> datetime:
    times = [r[c] for t in tables for _, r in t for c in ("ready_at", "shift_starts_at") if c in r]
    if not times:
        faults = "\n".join(str(f) for t in tables for f in t.refused)
        raise ProblemError(f"no stop and no vehicle is usable\n{faults}".strip())
    first: datetime = min(times)
    return first


def _fleet(
    table: Table, depots: dict[int, int | None], factors: Factors, zero: datetime
) -> tuple[TourVehicle, ...]:
    return tuple(
        made
        for number, row in table
        if (depot := depots[number]) is not None
        and (made := vehicle_of(table, number, row, depot, factors, zero)) is not None
    )


def _refuse_bad_stops(table: Table) -> None:
    for number, row in table:
        if row["due_at"] < row["ready_at"]:
            table.refuse(number, "due_at", row["due_at"], "a time after ready_at", "times")


def _unreached(
    table: Table,
    calls: dict[int, int | None],
    vehicles: Sequence[TourVehicle],
    sites: Sequence[Site],
    router: Router,
) -> set[int]:
    """Return the rows that are out: refused so far, or without a road from any depot."""
    depots = sorted({v.depot for v in vehicles})
    for number, row in table:
        at = calls[number]
        faults = [] if at is None else [_no_road(router, sites[d], sites[at]) for d in depots]
        if faults and all(faults):
            table.refuse(number, "place", row["place"], f"a road there: {faults[0]}", "no_route")
    return {fault.row for fault in table.refused}


def _no_road(router: Router, a: Site, b: Site) -> str:
    try:
        router.route(a, b, "road")
    except RouteError as fault:
        return str(fault)
    return ""


def _minutes(at: datetime, zero: datetime) -> float:
    return (at - zero) / timedelta(minutes=1)


def _stop(row: Row, site: int, zero: datetime) -> Stop:
    return Stop(
        stop_id=row["stop_id"],
        shipment_id=row["shipment_id"] or row["pair_id"] or row["stop_id"],
        kind=row["kind"],
        site=site,
        mass_kg=row["mass_kg"],
        volume_m3=row["volume_m3"],
        ready_min=_minutes(row["ready_at"], zero),
        due_min=_minutes(row["due_at"], zero),
        service_min=row["service_minutes"] or 0.0,
        pair_id=row["pair_id"] or "",
    )


def _paired(table: Table, stops: Sequence[tuple[int, Stop]]) -> tuple[Stop, ...]:
    """Return the stops by id, less those whose pair is not whole."""
    pairs: dict[str, list[Stop]] = {}
    for _, stop in stops:
        pairs.setdefault(stop.pair_id, []).append(stop)
    kept = []
    for number, stop in stops:
        wanted = _pair_fault(pairs[stop.pair_id]) if stop.pair_id else ""
        if wanted:
            table.refuse(number, "pair_id", stop.pair_id, wanted, "bad_pair")
        else:
            kept.append(stop)
    return tuple(sorted(kept, key=lambda s: s.stop_id))


def _pair_fault(ends: Sequence[Stop]) -> str:
    if sorted(s.kind for s in ends) != ["delivery", "pickup"]:
        return "one usable pickup and one usable delivery of that pair"
    if len({(s.mass_kg, s.volume_m3, s.shipment_id) for s in ends}) > 1:
        return "one mass, volume and shipment at both stops of the pair"
    if len({s.site for s in ends}) == 1:
        return "two places, one for each stop of the pair"
    return ""


def _chargers(table: Table, sites: Sites) -> list[Charger]:
    found = []
    for number, row in table:
        at = sites.charger(table, number, row)
        if at is not None:
            pace = MINUTES_PER_HOUR / row["kw"]
            found.append(Charger(charger_id=row["charger_id"], site=at, minutes_per_kwh=pace))
    return sorted(found, key=lambda c: c.charger_id)


def _demand(
    stops: Sequence[Stop], vehicles: Sequence[TourVehicle], refused: Sequence[Refused]
) -> None:
    what = [name for name, rows in (("stop", stops), ("vehicle", vehicles)) if not rows]
    if what:
        faults = "\n".join(map(str, refused))
        raise ProblemError(f"no usable {' and no usable '.join(what)}\n{faults}".strip())


def _on_roads(  # noqa: PLR0913, PLR0917  (the parts of a problem)
    sites: Sequence[Site],
    stops: tuple[Stop, ...],
    vehicles: tuple[TourVehicle, ...],
    chargers: tuple[Charger, ...],
    router: Router,
    zero: datetime,
) -> TourProblem:
    """Return the problem on the sites that are still in use, with the ways between them."""
    calls = {s.site for s in stops} | {c.site for c in chargers}
    used = sorted(calls | {v.depot for v in vehicles})
    if len(used) > MOST_SITES:
        raise ProblemError(f"{len(used)} places, wanted at most {MOST_SITES}: part the problem")
    new = {old: i for i, old in enumerate(used)}
    here = tuple(sites[old] for old in used)
    ways = measured(here, router)
    estimated = sum(e == "estimated" for e in ways.evidence.values()) // 2
    return TourProblem(
        sites=here,
        stops=tuple(replace(s, site=new[s.site]) for s in stops),
        vehicles=tuple(replace(v, depot=new[v.depot]) for v in vehicles),
        chargers=tuple(replace(c, site=new[c.site]) for c in chargers),
        ways=ways,
        starts_at=zero,
        assumptions=(_by_road(estimated, len(ways.evidence) // 2), _RANGE),
    )


def _by_road(estimated: int, all_ways: int) -> str:
    return f"ways by road, both directions alike; {estimated} of {all_ways} are estimates"
