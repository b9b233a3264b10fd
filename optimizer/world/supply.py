"""Hubs, transfers and services for shipments that bring none: rows like a planner's own.

The rows go through the same checks as a problem's own tables, and every one of them says that it
is an assumption.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.errors import GreenlaneError
from data.gazetteer import Gazetteer
from data.network import Hub
from data.schemas import HUBS, SERVICES, TRANSFERS
from data.tables import Table
from data.units import KG_PER_TONNE
from optimizer.errors import RouteError
from optimizer.routers import CANALS
from optimizer.world.chains import find_chains
from optimizer.world.corridor import End
from optimizer.world.tools import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from data.catalogue import Catalogue
    from data.schemas import Schema
    from data.tables import Row
    from emissions.factors import Factors
    from optimizer.ways.route import Conditions
    from optimizer.world.chains import ChainLeg
    from optimizer.world.hubs import WorldHub

CARRIER = "World (assumed)"
ASSUMED_BY = "greenlane-assumptions"
_AS_OFFERED = (
    *("schedule", "unit_code", "unit_capacity_kg", "unit_capacity_m3"),
    *("part_load_factor", "chargeable_kg_per_m3", "aircraft"),
)
_PORT_MARK = "port:"
_LOCODE = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_TOLD_CANALS = frozenset({"suez", "panama"})  # a voyage by the Red Sea is one by Suez
_SAME_END = "origin and destination are the same place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What the world offers to some shipments, as tables, and where each written place is."""

    tables: Mapping[str, Table]
    hub_of: Mapping[str, str]  # place as written -> hub_id
    faults: Mapping[str, str]  # place as written -> what was wanted
    unreachable: Mapping[tuple[str, str], str]  # pair as written -> why no chain
    lanes: Mapping[tuple[str, str], frozenset[str]]  # pair as written -> service ids
    assumptions: tuple[str, ...]
    known_hubs: frozenset[str]  # of the whole world, offered here or not


def end_of(world: World, gazetteer: Gazetteer, name: str) -> End:
    """Return a place as the end of a chain: a hub by its own id, else a site in that place.

    Raises
    ------
    DataError
        for an unknown or ambiguous name, with candidates.
    """
    # An IATA code, a terminal's id or `port:CODE` means the hub; five letters mean the town.
    written = name.strip()
    as_port = written.casefold().startswith(_PORT_MARK)
    own = world.hubs.at(written[len(_PORT_MARK) :].strip().upper() if as_port else written)
    if own is not None and (as_port or not _LOCODE.fullmatch(written)):
        return _hub_end(own)
    place = gazetteer.find(name)
    return End(
        name=place.name,
        country=place.country,
        lat=place.lat,
        lon=place.lon,
        tz=place.tz,
        code=place.unlocode or f"{place.lat:.3f},{place.lon:.3f}",
    )


def _hub_end(hub: WorldHub) -> End:
    h = hub.hub
    return End(
        name=h.name, country=h.country, lat=h.lat, lon=h.lon, tz=h.tz, code=h.hub_id, hub=hub
    )


def open_supply(  # noqa: PLR0913  (the options of a reading)
    catalogue: Catalogue,
    factors: Factors,
    pairs: Iterable[tuple[str, str]],
    conditions: Conditions,
    *,
    cache_dir: Path | None,
    report: Callable[[str], None],
) -> Supply:
    """Open the world and return its services for pairs of written places."""
    report("opening the world network")
    world = World.open(catalogue, factors, cache_dir)
    return supply(world, Gazetteer.load(catalogue), pairs, conditions, report)


def supply(
    world: World,
    gazetteer: Gazetteer,
    pairs: Iterable[tuple[str, str]],
    conditions: Conditions,
    report: Callable[[str], None],
) -> Supply:
    """Return services for pairs of written places: every leg of every chain worth a look."""
    wanted = sorted(set(pairs))
    ends, faults = _ends(world, gazetteer, {name for pair in wanted for name in pair})
    legs: dict[tuple[str, str, str, str], ChainLeg] = {}
    unreachable = {}
    lanes: dict[tuple[str, str], set[str]] = {}
    for number, (a, b) in enumerate(wanted, start=1):
        if a not in ends or b not in ends:
            continue
        report(f"searching the world {number}/{len(wanted)}: {a} to {b}")
        if ends[a].hub_id == ends[b].hub_id:
            unreachable[a, b] = _SAME_END
            continue
        try:
            found = find_chains(world, ends[a], ends[b], conditions)
        except RouteError as error:
            unreachable[a, b] = str(error)
            continue
        for chain in (*found.chains, *found.others):
            legs.update({_key(leg): leg for leg in chain.legs})
            lanes.setdefault((a, b), set()).update(map(_service_id, chain.legs))
    world.legs.save(final=True)
    for note in world.legs.notes:
        report(note)
    used = {e.hub_id: e for e in ends.values()}
    return Supply(
        tables=_tables(world, used, [legs[key] for key in sorted(legs)]),
        hub_of={name: end.hub_id for name, end in ends.items()},
        faults=faults,
        unreachable=unreachable,
        lanes={pair: frozenset(names) for pair, names in lanes.items()},
        assumptions=_told(legs.values()),
        known_hubs=frozenset(world.hubs.index),
    )


def _key(leg: ChainLeg) -> tuple[str, str, str, str]:
    """Return what tells a leg from others: two voyages may differ by their canal alone."""
    canals = "-".join(sorted(_TOLD_CANALS & set(leg.passages)))
    return leg.mode, leg.origin, leg.destination, canals


def _service_id(leg: ChainLeg) -> str:
    return "-".join(part for part in ("W", *_key(leg)) if part).upper()


def _ends(
    world: World, gazetteer: Gazetteer, names: Iterable[str]
) -> tuple[dict[str, End], dict[str, str]]:
    ends, faults = {}, {}
    for name in sorted(names):
        try:
            ends[name] = end_of(world, gazetteer, name)
        except GreenlaneError as error:
            faults[name] = str(error)
    return ends, faults


def _tables(world: World, ends: Mapping[str, End], legs: list[ChainLeg]) -> dict[str, Table]:
    ids = sorted({hub_id for leg in legs for hub_id in (leg.origin, leg.destination)} | set(ends))
    hubs = {name: world.hubs.at(name) for name in ids if name not in ends or ends[name].hub}
    crossing = {
        hub_id
        for leg in legs
        for hub_id in (leg.origin, leg.destination)
        if world.terms.customs_between(
            _country(world, ends, leg.origin), _country(world, ends, leg.destination)
        )
    }
    known = {name: hub for name, hub in hubs.items() if hub is not None}
    hub_rows = [_hub_row(known[name].hub if name in known else _site(ends[name])) for name in ids]
    transfer_rows = [
        row
        for name in sorted(known)
        for row in _transfer_rows(world, known[name], customs=name in crossing)
    ]
    service_rows = [_service_row(world, leg) for leg in legs]
    return {
        schema.name: _table(schema, rows)
        for schema, rows in (
            (HUBS, hub_rows),
            (TRANSFERS, transfer_rows),
            (SERVICES, service_rows),
        )
    }


def _country(world: World, ends: Mapping[str, End], name: str) -> str:
    hub = world.hubs.at(name)
    return hub.hub.country if hub is not None and name not in ends else ends[name].country


def _table(schema: Schema, rows: list[dict[str, Any]]) -> Table:
    table = Table(schema=schema, file=f"world:{schema.name}")
    for number, given in enumerate(rows, start=2):
        table.rows.append(_blank(schema) | given)
        table.row_numbers.append(number)
    return table


def _blank(schema: Schema) -> Row:
    return {c.name: () if c.kind == "list" else None for c in schema.columns}


def _site(end: End) -> Hub:
    return Hub(
        hub_id=end.hub_id,
        kind="site",
        name=end.name,
        country=end.country,
        lat=end.lat,
        lon=end.lon,
        tz=end.tz,
        hoc_id="HUB-SITE",
        grid_id=end.country,
    )


def _assumed(note: str) -> dict[str, Any]:
    return {"note": f"assumption: {note}", "quality": "estimate", "source_id": ASSUMED_BY}


def _hub_row(hub: Hub) -> dict[str, Any]:
    return {
        "hub_id": hub.hub_id,
        "kind": hub.kind,
        "name": hub.name,
        "country": hub.country,
        "lat": hub.lat,
        "lon": hub.lon,
        "tz": hub.tz,
        "hoc_id": hub.hoc_id,
        "grid_id": hub.grid_id,
    } | _assumed("a hub of the shipped world network" if hub.kind != "site" else "site of a place")


def _transfer_rows(world: World, hub: WorldHub, *, customs: bool) -> list[dict[str, Any]]:
    return [
        {
            "hub_id": hub.hub.hub_id,
            "from_mode": before,
            "to_mode": after,
            "hours": h.hours,
            "cost_per_t": h.eur_per_t,
            "cutoff_h": h.cutoff_h,
            "customs_h": h.customs_h if customs else 0.0,
            "hoc_id": h.hoc_id,
        }
        | _assumed("handling at such a hub")
        for (kind, before, after), h in sorted(world.terms.handling.items())
        if kind == hub.hub.kind and {before, after} <= set(hub.modes)
    ]


def _service_row(world: World, leg: ChainLeg) -> dict[str, Any]:
    offer = leg.offer
    delay = world.router.delays_h(leg.mode)
    hours = offer.hours(leg.km) + sum(delay.get(name, 0.0) for name in leg.passages)
    return (
        {
            "service_id": _service_id(leg),
            "carrier": CARRIER,
            "mode": leg.mode,
            "origin_hub": leg.origin,
            "destination_hub": leg.destination,
            "duration_h": round(hours, 2),
            "currency": "EUR",
            "emission_basis": "shared",
            "toc_id": offer.toc_id,
            "temperature": "ambient",
            "passages": tuple(p for p in leg.passages if p in CANALS),
        }
        | {name: offer.row[name] for name in _AS_OFFERED}
        | _prices(world, leg)
        | _assumed(f"{offer.offer_id}, {offer.title}")
    )


def _prices(world: World, leg: ChainLeg) -> dict[str, Any]:
    """Return the prices of a leg by its offer, with the tolls of what it passes."""
    row = leg.offer.row
    tolls = world.terms.tolls_eur_per_t(world.router, leg.mode)
    toll_eur_per_t = sum(tolls.get(name, 0.0) for name in leg.passages)
    extra = {
        "cost_per_unit": toll_eur_per_t * row["typical_load_kg"] / KG_PER_TONNE,
        "cost_per_t": toll_eur_per_t,
    }
    prices: dict[str, Any] = {}
    for column, fixed, per_km in (
        ("cost_per_unit", "eur_per_unit", "eur_per_unit_km"),
        ("cost_per_t", "eur_per_t", "eur_per_tkm"),
    ):
        if row[fixed] is not None or row[per_km] is not None:
            way = (row[fixed] or 0.0) + (row[per_km] or 0.0) * leg.km
            prices[column] = round(way + extra[column], 2)
    return prices


def _told(legs: Iterable[ChainLeg]) -> tuple[str, ...]:
    offers = {leg.offer.offer_id: leg.offer for leg in legs}
    told = [
        "network: the shipped world network, since the problem states no services",
        "prices, hours and schedules: assumptions of offers.csv and handling.csv, nobody's offers",
    ]
    return (*told, *(f"assumed {name}: {offers[name].title}" for name in sorted(offers)))
