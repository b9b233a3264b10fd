"""Turn vehicle rows into vehicles: what a row leaves out comes from the factor set, or is told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from emissions.errors import EmissionsError
from optimizer.tours.records import MINUTES_PER_HOUR, TourVehicle

if TYPE_CHECKING:
    from datetime import datetime

    from data.tables import Row, Table
    from emissions.categories import Vehicle
    from emissions.factors import Factors

SPEED_KM_PER_H = 50.0  # regional roads and towns together: our assumption


def vehicle_of(  # noqa: PLR0913, PLR0917  (a row and what it refers to)
    table: Table, number: int, row: Row, depot: int, factors: Factors, zero: datetime
) -> TourVehicle | None:
    """Return the vehicle of a row, or None if the row is refused."""
    before = len(table.refused)
    if row["shift_ends_at"] <= row["shift_starts_at"]:
        wanted = "a time after shift_starts_at"
        table.refuse(number, "shift_ends_at", row["shift_ends_at"], wanted, "times")
    kind = _kind(table, number, row, factors)
    if kind is None or len(table.refused) > before:
        return None
    battery_kwh, kwh_per_km = _battery(row, kind)
    charge_kw = row["charge_kw"] or kind.charge_kw
    return TourVehicle(
        vehicle_id=row["vehicle_id"],
        count=1 if row["count"] is None else row["count"],
        depot=depot,
        starts_min=(row["shift_starts_at"] - zero) / timedelta(minutes=1),
        ends_min=(row["shift_ends_at"] - zero) / timedelta(minutes=1),
        capacity_kg=row["capacity_kg"] or kind.payload_kg,
        capacity_m3=row["capacity_m3"],
        km_per_h=row["speed_km_per_h"] or SPEED_KM_PER_H,
        fixed_eur=row["fixed_cost"] or 0.0,
        eur_per_km=row["cost_per_km"] or 0.0,
        eur_per_h=row["cost_per_h"] or 0.0,
        battery_kwh=battery_kwh,
        kwh_per_km=kwh_per_km,
        minutes_per_kwh=MINUTES_PER_HOUR / charge_kw if kind.electric and charge_kw else 0.0,
        vehicle_code=kind.vehicle_code,
        grid_id=row["grid"] or "" if kind.electric else "",
    )


def _kind(table: Table, number: int, row: Row, factors: Factors) -> Vehicle | None:
    """Return the vehicle of the factor set; a row that does not agree with it is refused."""
    try:
        kind = factors.vehicle(row["vehicle_code"])
    except EmissionsError as fault:
        table.refuse(number, "vehicle_code", row["vehicle_code"], str(fault), "unknown_vehicle")
        return None
    if kind.mode != "road":
        table.refuse(number, "vehicle_code", kind.vehicle_code, "a road vehicle", "bad_value")
    if (row["capacity_kg"] or 0.0) > kind.payload_kg:
        wanted = f"at most {kind.payload_kg:g}, the payload of {kind.vehicle_code}"
        table.refuse(number, "capacity_kg", row["capacity_kg"], wanted, "bad_value")
    if not kind.electric:
        for column in ("range_km", "battery_kwh", "charge_kw"):
            if row[column] is not None:
                wanted = f"nothing: {kind.vehicle_code} does not charge"
                table.refuse(number, column, row[column], wanted, "bad_value")
        return kind
    if not (row["range_km"] or row["battery_kwh"] or kind.range_km):
        wanted = "a range or a battery: the factor set knows none"
        table.refuse(number, "range_km", row["range_km"], wanted, "missing_value")
    try:
        factors.grid(row["grid"] or "")
    except EmissionsError as fault:
        table.refuse(number, "grid", row["grid"], str(fault), "unknown_grid")
    return kind


def _battery(row: Row, kind: Vehicle) -> tuple[float | None, float]:
    """Return kWh of the battery and kWh per km, both at the meter and for a full load.

    A row may state range, battery or both; what is missing follows from the use of the factor set.
    """
    if not kind.electric:
        return None, 0.0
    battery, range_km = row["battery_kwh"], row["range_km"]
    if battery and range_km:
        return battery, battery / range_km
    if battery:
        return battery, kind.energy_per_km_full
    return (range_km or kind.range_km or 0.0) * kind.energy_per_km_full, kind.energy_per_km_full
