"""Turn service rows into services with euro prices, routed distances and checked references."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.cells import read_cell
from data.network import Price, RateBreak, Service
from data.schemas import Column, Kind
from emissions.distance import distance_adjustment_factor
from emissions.errors import LegFaultError, MissingFactorError
from optimizer.errors import RouteError
from optimizer.routers import CANALS
from optimizer.timetable import BadScheduleError, read_schedule
from optimizer.ways.route import OPEN, Conditions, Route, geodesic_km, great_circle_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.equipment import LoadUnit
    from data.network import Hub
    from data.tables import Row, Table
    from emissions.categories import Vehicle
    from emissions.factors import Factors
    from optimizer.routers import Router

_TRUCK_KM_PER_H = 90.0  # no lorry is allowed to be faster, in China or the EU
# A voyage must be possible under its canals, and a flight needs no network.
_ALWAYS_ROUTED = frozenset({"sea", "air"})
_POSITION_SHARE = 0.006  # a sphere and an ellipsoid, two published positions of one airport
_WEAKEST_LAST = ("primary", "modelled", "default", "estimate")


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """What a service row may refer to."""

    hubs: Mapping[str, Hub]
    units: Mapping[str, LoadUnit]
    per_eur: Mapping[str, float]  # currency -> units for one euro
    factors: Factors
    router: Router
    conditions: Conditions = OPEN  # of ways that the world itself supplies


class _FaultError(Exception):
    """One fault of a row: column, found, wanted, code."""

    def __init__(self, column: str, found: object, wanted: str, code: str) -> None:
        super().__init__(f"{column}: {found}, wanted {wanted}")
        self.column, self.found, self.wanted, self.code = column, found, wanted, code


def services_of(table: Table, refs: References) -> dict[str, Service]:
    """Return the good services by id; rows with faults are refused in place."""
    services = {}
    for number, row in table:
        try:
            service = _service(row, refs)
            _check_kind(service, refs.factors)
            services[service.service_id] = service
        except _FaultError as fault:
            table.refuse(number, fault.column, fault.found, fault.wanted, fault.code)
    return services


def _check_kind(service: Service, factors: Factors) -> None:
    """Refuse a distance of another kind than the one behind the intensity."""
    if service.dedicated:
        return
    try:
        toc = factors.toc(service.toc_id)
        distance_adjustment_factor(toc, service.distance_kind, service.distance_km)
    except LegFaultError as error:
        raise _FaultError(error.column, error.found, error.wanted, "wrong_kind") from None


def _service(row: Row, refs: References) -> Service:
    for column in ("origin_hub", "destination_hub"):
        if row[column] not in refs.hubs:
            raise _FaultError(column, row[column], "a hub of hubs", "unknown_hub")
    _check_schedule(row)
    dedicated = row["emission_basis"] == "dedicated"
    toc_id = _check_category(row, refs.factors, dedicated=dedicated)
    route = _routed(row, refs)
    capacity_kg, capacity_m3 = _capacity(row, refs.units)
    stops, charging_h = 0, 0.0
    if dedicated:
        vehicle = refs.factors.vehicle(toc_id)
        capacity_kg = _within_payload(row, capacity_kg, vehicle)
        stops, charging_h = _charging(row, row["distance_km"] or route.distance_km, vehicle)
    return Service(
        service_id=row["service_id"],
        carrier=row["carrier"],
        mode=row["mode"],
        origin_hub=row["origin_hub"],
        destination_hub=row["destination_hub"],
        distance_km=row["distance_km"] or route.distance_km,
        distance_kind=row["distance_kind"] if row["distance_km"] else route.distance_kind,
        duration_h=row["duration_h"],
        schedule=row["schedule"] or "",
        unit_code=row["unit_code"] or "",
        unit_capacity_kg=capacity_kg,
        unit_capacity_m3=capacity_m3,
        units_max=row["units_max"],
        price=_price(row, refs.per_eur),
        dedicated=dedicated,
        toc_id=toc_id,
        grid_id=row["grid"] or "",
        empty_share=row["empty_share"] or 0.0,
        temperature=row["temperature"] or "ambient",
        dangerous_goods=row["dangerous_goods"],
        aircraft=row["aircraft"] or "",
        passages=tuple(dict.fromkeys((*row["passages"], *route.passages))),
        countries=route.countries,
        end_countries=(
            refs.hubs[row["origin_hub"]].country,
            refs.hubs[row["destination_hub"]].country,
        ),
        booking_lead_h=row["booking_lead_h"] or 0.0,
        charging_stops=stops,
        charging_h=charging_h,
        quality=_weakest(row["quality"] or "estimate", route.quality),
        evidence="stated" if row["distance_km"] else route.evidence,
        source_id=row["source_id"] or "",
        geometry=route.geometry,
    )


def _weakest(*qualities: str) -> str:
    return max(qualities, key=_WEAKEST_LAST.index)


def _check_schedule(row: Row) -> None:
    try:
        read_schedule(row["schedule"] or "")
    except BadScheduleError as error:
        raise _FaultError("schedule", row["schedule"], str(error), "bad_schedule") from None


def _check_category(row: Row, factors: Factors, *, dedicated: bool) -> str:
    column = "vehicle_code" if dedicated else "toc_id"
    found = row[column]
    if not found:
        raise _FaultError(column, "", "a value: a missing factor is an error", "missing_factor")
    try:
        if dedicated:
            vehicle = factors.vehicle(found)
            if vehicle.electric:
                factors.grid(row["grid"] or "")
            if (row["empty_share"] or 0) >= 1:
                raise _FaultError("empty_share", row["empty_share"], "< 1", "bad_value")
            mode = vehicle.mode
        else:
            mode = factors.toc(found).mode
    except MissingFactorError as error:
        at = "grid" if error.column == "grid_id" else column
        raise _FaultError(at, error.found, error.wanted, "missing_factor") from None
    if mode != row["mode"]:
        raise _FaultError(column, found, f"a category of mode {row['mode']}", "wrong_mode")
    return str(found)


def _routed(row: Row, refs: References) -> Route:
    if row["distance_km"] and not row["distance_kind"]:
        row["distance_kind"] = "gcd" if row["mode"] == "air" else "sfd"
    origin, destination = refs.hubs[row["origin_hub"]], refs.hubs[row["destination_hub"]]
    try:
        route = refs.router.route(
            origin, destination, row["mode"], _conditions(row, refs.conditions)
        )
    except RouteError as error:
        if not row["distance_km"] or row["mode"] in _ALWAYS_ROUTED:
            raise _FaultError("distance_km", row["distance_km"], str(error), "no_route") from None
        route = _stated(row, origin, destination)
    _check_distance(row, origin, destination)
    return route


def _stated(row: Row, origin: Hub, destination: Hub) -> Route:
    """Return the way of a service that states its distance, where our networks do not reach.

    What a planner knows of his own siding or ferry is no fault of a row; its distance is checked
    against the great circle as any other, and the line on the map is that circle.
    """
    ends = ((origin.lon, origin.lat), (destination.lon, destination.lat))
    return Route(
        distance_km=row["distance_km"],
        distance_kind=row["distance_kind"],
        evidence="estimated",
        geometry=great_circle_line(*ends),
    )


def _conditions(row: Row, general: Conditions) -> Conditions:
    """Return what is closed to a row: for a voyage, also the canals that it does not name."""
    if row["mode"] != "sea":
        return general
    return replace(general, closed=general.closed | (CANALS - frozenset(row["passages"])))


def _check_distance(row: Row, origin: Hub, destination: Hub) -> None:
    """Refuse a stated distance that no way can have: shorter than the great circle."""
    if row["mode"] == "air" and row["distance_kind"] not in {None, "gcd"}:
        raise _FaultError("distance_kind", row["distance_kind"], "gcd for air", "bad_value")
    least = geodesic_km((origin.lon, origin.lat), (destination.lon, destination.lat))
    stated = row["distance_km"]
    if stated and stated < least * (1 - _POSITION_SHARE):
        wanted = f"at least the great circle, {least:.0f} km"
        raise _FaultError("distance_km", stated, wanted, "too_short")
    if stated and row["distance_kind"] == "gcd" and stated > least * (1 + _POSITION_SHARE):
        raise _FaultError("distance_km", stated, f"the great circle, {least:.0f} km", "too_long")


def _capacity(row: Row, units: Mapping[str, LoadUnit]) -> tuple[float, float]:
    """Return kg and m3 of one unit: the row's own figures before the catalogue's."""
    unit = units.get(row["unit_code"] or "")
    mass = row["unit_capacity_kg"] or (unit.max_payload_kg if unit else None)
    volume = row["unit_capacity_m3"] or (unit.volume_m3 if unit else None)
    if mass is None or volume is None:
        wanted = "unit_capacity_kg and unit_capacity_m3, or a unit of the catalogue with payload"
        raise _FaultError("unit_code", row["unit_code"], wanted, "unknown_unit")
    return mass, volume


def _charging(row: Row, distance_km: float, vehicle: Vehicle) -> tuple[int, float]:
    """Return the charging stops of an electric vehicle on its way, and their hours.

    It sets out charged, and charges what the way takes beyond its range, loaded in full, at as few
    stops as ranges make. Hours that leave no time for it are refused.
    """
    if vehicle.range_km is None or vehicle.charge_kw is None or distance_km <= vehicle.range_km:
        return 0, 0.0
    charging_h = (distance_km - vehicle.range_km) * vehicle.energy_per_km_full / vehicle.charge_kw
    least_h = distance_km / _TRUCK_KM_PER_H + charging_h
    if row["duration_h"] < least_h:
        wanted = f"at least {least_h:.1f}: driving, and {charging_h:.1f} h of charging on the way"
        raise _FaultError("duration_h", row["duration_h"], wanted, "no_time_to_charge")
    return math.ceil(distance_km / vehicle.range_km) - 1, charging_h


def _within_payload(row: Row, capacity_kg: float, vehicle: Vehicle) -> float:
    """Keep a unit within what its vehicle may carry: its energy is known only that far."""
    if row["unit_capacity_kg"] and capacity_kg > vehicle.payload_kg:
        wanted = f"at most {vehicle.payload_kg:g}, the payload of {vehicle.vehicle_code}"
        raise _FaultError("unit_capacity_kg", capacity_kg, wanted, "bad_value")
    return min(capacity_kg, vehicle.payload_kg)


def _price(row: Row, per_eur: Mapping[str, float]) -> Price:
    currency = row["currency"] or "EUR"
    if currency not in per_eur:
        raise _FaultError("currency", currency, "EUR or a row of fx", "no_exchange_rate")
    rate = per_eur[currency]
    if row["cost_per_unit"] is None and row["cost_per_t"] is None and not row["rate_breaks"]:
        raise _FaultError("cost_per_unit", "", "a unit price or a tonne price", "no_price")
    if row["part_load_factor"] is not None and row["part_load_factor"] < 1:
        raise _FaultError("part_load_factor", row["part_load_factor"], ">= 1", "bad_value")
    extra = _surcharges(row["surcharges"], rate)
    return Price(
        eur_per_unit=None if row["cost_per_unit"] is None else row["cost_per_unit"] / rate,
        part_load_factor=row["part_load_factor"],
        eur_per_t=(row["cost_per_t"] or 0.0) / rate,
        eur_min=(row["cost_min"] or 0.0) / rate,
        rate_breaks=_rate_breaks(row["rate_breaks"], rate),
        surcharge_eur_per_kg=extra["kg"],
        surcharge_eur_per_unit=extra["unit"],
        surcharge_eur_per_shipment=extra["shipment"],
        chargeable_kg_per_m3=row["chargeable_kg_per_m3"] or 0.0,
    )


def _rate_breaks(parts: tuple[str, ...], rate: float) -> tuple[RateBreak, ...]:
    breaks = []
    for part in parts:
        threshold, _, price = part.partition(":")
        try:
            one = RateBreak(from_kg=_figure(threshold), eur_per_kg=_figure(price) / rate)
        except ValueError:
            raise _FaultError("rate_breaks", part, "from_kg:price_per_kg", "bad_value") from None
        breaks.append(one)
    if [b.from_kg for b in breaks] != sorted({b.from_kg for b in breaks}):
        raise _FaultError("rate_breaks", "|".join(parts), "rising thresholds", "bad_value")
    return tuple(breaks)


_FIGURE = Column(name="figure", kind=Kind.NUMBER, required=True, at_least=0, at_most=1e8)


def _figure(text: str) -> float:
    """Read a figure inside a cell by the rules of any other: plain, finite, not negative."""
    return float(read_cell(_FIGURE, text))


def _surcharges(parts: tuple[str, ...], rate: float) -> dict[str, float]:
    total = {"kg": 0.0, "unit": 0.0, "shipment": 0.0}
    for part in parts:
        _, _, figure = part.partition(":")
        amount, _, per = figure.partition("/")
        try:
            total[per] += _figure(amount) / rate
        except (KeyError, ValueError):
            wanted = "NAME:amount/kg, NAME:amount/unit or NAME:amount/shipment"
            raise _FaultError("surcharges", part, wanted, "bad_value") from None
    return total
