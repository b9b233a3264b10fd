"""Bound what a stranger's leg may say: energy and distance that are too little cannot be true."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from emissions.evidence.recompute import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emissions.evidence.recompute import Row, Tables

_KG_PER_TONNE = 1000.0
_EARTH_RADIUS_KM = 6371.0088
# A sphere and the ellipsoid differ by up to 0.56 % along a meridian.
GREAT_CIRCLE_TOLERANCE = 0.006
_FILE_TOLERANCE = 1e-6  # files carry six decimals


def great_circle_km(a: Row, b: Row) -> float:
    """Return the haversine distance of two hubs."""
    lat_a, lon_a, lat_b, lon_b = (
        math.radians(number(hub, column)) for hub in (a, b) for column in ("lat", "lon")
    )
    h = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, h)))


def hub_energy_fault(leg: Row, tables: Tables) -> str:
    """Return how the energy of a hub element differs from its category's rate, or blank."""
    hoc = tables.row("hoc_id", leg["hoc_id"])
    tonnes = number(leg, "mass_kg") / _KG_PER_TONNE
    if "wtt_kgco2e_per_t" in hoc:
        return ""  # it stands on an intensity, and `recompute_leg` refuses energy there
    for column, rate in (("fuel_kg", "diesel_kg_per_t"), ("energy_kwh", "kwh_per_t")):
        wanted = tonnes * number(hoc, rate)
        if abs(number(leg, column) - wanted) > _FILE_TOLERANCE:
            return f"{column} {leg.get(column)}, wanted {wanted:.6f} at {rate} of {leg['hoc_id']}"
    return ""


def vehicle_energy_fault(leg: Row, tables: Tables) -> str:
    """Return how the energy of a dedicated vehicle's leg is too little to be true, or blank.

    Energy is linear in the load, and empty running and the vehicle's own mass come on top: no fair
    share of any vehicle is less than what these goods alone add to it (methodology, section 2).
    """
    vehicle = tables.row("vehicle_code", leg["toc_id"])
    electric = vehicle["carrier_id"] == "electricity"
    used, other = ("energy_kwh", "fuel_kg") if electric else ("fuel_kg", "energy_kwh")
    if number(leg, other):
        return f"{other} {leg[other]}, wanted none: {leg['toc_id']} runs on {vehicle['carrier_id']}"
    added_per_km = number(vehicle, "energy_per_km_full") - number(vehicle, "energy_per_km_empty")
    fraction = number(leg, "mass_kg") / number(vehicle, "payload_kg")
    added = fraction * added_per_km * number(leg, "distance_km")
    least = added / (1 - number(vehicle, "charging_loss_share"))
    found = number(leg, used)
    if found <= 0 or found < least * (1 - _FILE_TOLERANCE) - _FILE_TOLERANCE:
        return f"{used} {found}, wanted at least {least:.6f}: what these goods alone add"
    return ""


def distance_fault(leg: Row, hubs: Mapping[str, Row]) -> str:
    """Return how a leg's distance disagrees with the places of its hubs, or blank.

    A great-circle distance must be one; no other distance, and no activity that a carrier states,
    may be less than the great circle gives.
    """
    if leg["origin"] not in hubs or leg["destination"] not in hubs:
        return f"{leg['origin']} or {leg['destination']} is not in hubs.csv"
    direct = great_circle_km(hubs[leg["origin"]], hubs[leg["destination"]])
    stated_tkm = number(leg, "activity_tkm")
    found = number(leg, "distance_km")
    if stated_tkm:
        found = stated_tkm / (number(leg, "mass_kg") / _KG_PER_TONNE)
    slack = direct * GREAT_CIRCLE_TOLERANCE
    too_long = leg.get("distance_kind") == "gcd" and not stated_tkm and found > direct + slack
    if found < direct - slack or too_long:
        return f"{found:.3f} km ({leg.get('distance_kind')}), great circle {direct:.3f} km"
    return ""
