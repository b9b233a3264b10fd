"""Hold where freight can move: hubs, transfers at hubs, and services between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from data.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A place where freight changes vehicle or mode, or the site at either end."""

    hub_id: str
    kind: str
    name: str
    country: str
    lat: float
    lon: float
    tz: str
    hoc_id: str
    grid_id: str
    opening: str = ""  # in its local time; empty: always


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One change of mode that a hub offers."""

    hub_id: str
    from_mode: str
    to_mode: str
    hours: float  # handling and customs together
    cutoff_h: float  # before departure
    cost_eur_per_t: float
    hoc_id: str
    opening: str = ""  # of its hub: handling runs only then
    tz: str = "UTC"  # of its hub


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBreak:
    """From this chargeable mass on, all chargeable kilograms cost this much."""

    from_kg: float
    eur_per_kg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a service costs, in euro (see docs/formats.md for the formula)."""

    eur_per_unit: float | None
    part_load_factor: float | None  # None: no part loads
    eur_per_t: float
    eur_min: float
    rate_breaks: tuple[RateBreak, ...]
    surcharge_eur_per_kg: float
    surcharge_eur_per_unit: float
    surcharge_eur_per_shipment: float
    chargeable_kg_per_m3: float  # 0: actual mass


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One offered connection between two hubs, by one carrier in one mode."""

    service_id: str
    carrier: str
    mode: str
    origin_hub: str
    destination_hub: str
    distance_km: float
    distance_kind: str
    duration_h: float
    schedule: str
    unit_code: str
    unit_capacity_kg: float
    unit_capacity_m3: float
    units_max: int | None
    price: Price
    dedicated: bool
    toc_id: str  # vehicle_code when dedicated
    grid_id: str
    empty_share: float
    temperature: str
    dangerous_goods: tuple[str, ...]
    aircraft: str
    passages: tuple[str, ...]
    countries: tuple[str, ...]  # crossed, in order, where the network knows them
    end_countries: tuple[str, str] = ("", "")  # where it leaves and where it arrives
    booking_lead_h: float = 0.0  # before departure, by which a shipment must be booked
    charging_stops: int = 0  # of an electric vehicle on its way
    charging_h: float = 0.0  # part of duration_h
    quality: str
    evidence: str  # how the distance is known: measured, repaired, published, estimated, stated
    source_id: str
    geometry: tuple[tuple[float, float], ...]  # lon, lat; for maps


def hubs_of(table: Table) -> dict[str, Hub]:
    """Return hubs by id; rows with an unknown time zone are refused in place."""
    hubs = {}
    for number, row in table:
        try:
            ZoneInfo(row["tz"])
        except (ZoneInfoNotFoundError, ValueError):
            table.refuse(number, "tz", row["tz"], "an IANA zone such as Asia/Shanghai", "bad_tz")
            continue
        hubs[row["hub_id"]] = Hub(
            hub_id=row["hub_id"],
            kind=row["kind"],
            name=row["name"],
            country=row["country"],
            lat=row["lat"],
            lon=row["lon"],
            tz=row["tz"],
            hoc_id=row["hoc_id"] or "",
            grid_id=row["grid_id"] or "",
            opening=row["opening"] or "",
        )
    return hubs


def transfers_of(
    table: Table, hubs: Mapping[str, Hub], hoc_ids: Container[str], grid_ids: Container[str]
) -> dict[tuple[str, str, str], Transfer]:
    """Return transfers by (hub, from mode, to mode).

    Rows at unknown hubs, without a known hub operation category, or at hubs without a known grid
    are refused in place: handling without a factor would be a silent zero.
    """
    transfers = {}
    for number, row in table:
        if row["hub_id"] not in hubs:
            table.refuse(number, "hub_id", row["hub_id"], "a hub of hubs", "unknown_hub")
            continue
        hoc_id = row["hoc_id"] or hubs[row["hub_id"]].hoc_id
        if hoc_id not in hoc_ids:
            table.refuse(number, "hoc_id", hoc_id, "a hoc_id of the factor set", "missing_factor")
            continue
        grid_id = hubs[row["hub_id"]].grid_id
        if grid_id not in grid_ids:
            wanted = f"grid_id of hub {row['hub_id']} in the factor set, found {grid_id!r}"
            table.refuse(number, "hub_id", row["hub_id"], wanted, "missing_factor")
            continue
        key = (row["hub_id"], row["from_mode"], row["to_mode"])
        transfers[key] = Transfer(
            hub_id=row["hub_id"],
            from_mode=row["from_mode"],
            to_mode=row["to_mode"],
            hours=row["hours"] + (row["customs_h"] or 0.0),
            cutoff_h=row["cutoff_h"] or 0.0,
            cost_eur_per_t=row["cost_per_t"] or 0.0,
            hoc_id=hoc_id,
            opening=hubs[row["hub_id"]].opening,
            tz=hubs[row["hub_id"]].tz,
        )
    return transfers
