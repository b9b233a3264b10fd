"""Price carriage: unit prices and tonne prices by chargeable weight (docs/formats.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.units import HOURS_PER_YEAR, KG_PER_TONNE, SECONDS_PER_DAY, SECONDS_PER_HOUR
from optimizer.problem import CARRYING_SHARE_PER_YEAR

if TYPE_CHECKING:
    from datetime import datetime

    from data.freight import Shipment
    from data.network import Price, Service


def chargeable_kg(price: Price, mass_kg: float, volume_m3: float) -> float:
    """Return max(actual, volumetric) mass; it makes prices, never emissions.

    Without a volumetric rule (0 kg/m3) it is the actual mass.
    """
    return max(mass_kg, volume_m3 * price.chargeable_kg_per_m3)


def shipment_price_eur(price: Price, mass_kg: float, volume_m3: float) -> float:
    """Return what a service charges for one shipment, apart from units."""
    chargeable = chargeable_kg(price, mass_kg, volume_m3)
    rate = price.eur_per_t / KG_PER_TONNE
    for step in price.rate_breaks:
        if chargeable >= step.from_kg:
            rate = step.eur_per_kg
    freight = max(price.eur_min, rate * chargeable)
    return freight + price.surcharge_eur_per_kg * chargeable + price.surcharge_eur_per_shipment


def unit_price_eur(price: Price, full_units: int, part_units: float) -> float:
    """Return what a departure charges for the units opened on it."""
    opened = full_units + part_units
    part = part_units * (price.part_load_factor or 0.0)
    return (price.eur_per_unit or 0.0) * (full_units + part) + price.surcharge_eur_per_unit * opened


def units_needed(service: Service, mass_kg: float, volume_m3: float) -> float:
    """Return the load in units: the larger of its mass and its volume fraction."""
    return max(mass_kg / service.unit_capacity_kg, volume_m3 / service.unit_capacity_m3)


def carrying_eur(shipment: Shipment, arrives_at: datetime) -> float:
    """Return the cost of capital of goods under way."""
    hours = (arrives_at - shipment.ready_at).total_seconds() / SECONDS_PER_HOUR
    return shipment.value_eur * CARRYING_SHARE_PER_YEAR * hours / HOURS_PER_YEAR


def lateness_eur(shipment: Shipment, arrives_at: datetime) -> float:
    """Return the price of a late arrival; nothing when in time."""
    late_days = (arrives_at - shipment.due_at).total_seconds() / SECONDS_PER_DAY
    return max(0.0, late_days) * (shipment.lateness_eur_per_day or 0.0)
