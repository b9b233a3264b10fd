"""Price carriage: unit prices and tonne prices by chargeable weight (docs/formats.md)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from data.units import HOURS_PER_YEAR, KG_PER_TONNE, SECONDS_PER_DAY, SECONDS_PER_HOUR
from optimizer.problem import CARRYING_SHARE_PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def fares_eur(price: Price, shipments: Sequence[Shipment]) -> list[float]:
    """Return what each shipment on one departure pays, apart from units.

    Consignments of one shipment travel there as one, are charged as one, and share it by mass.
    """
    sizes: dict[str, tuple[float, float]] = {}
    for s in shipments:
        mass, volume = sizes.get(s.consignment_of or s.shipment_id, (0.0, 0.0))
        sizes[s.consignment_of or s.shipment_id] = (mass + s.mass_kg, volume + s.volume_m3)
    fares = {name: shipment_price_eur(price, *size) for name, size in sizes.items()}
    names = [s.consignment_of or s.shipment_id for s in shipments]
    return [
        fares[name] * (s.mass_kg / sizes[name][0]) for name, s in zip(names, shipments, strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class FareStep:
    """Between two shares of a shipment its fare is `base_eur + eur * share`."""

    from_share: float
    to_share: float
    base_eur: float
    eur: float


def fare_steps(price: Price, mass_kg: float, volume_m3: float) -> tuple[FareStep, ...]:
    """Return what a share of a shipment pays, as straight lines between the breaks of its tariff.

    At a break itself both lines are on offer; where rates fall with mass the lower one is charged.
    """
    whole = chargeable_kg(price, mass_kg, volume_m3)
    rates = [price.eur_per_t / KG_PER_TONNE, *(b.eur_per_kg for b in price.rate_breaks)]
    breaks = {b.from_kg / whole for b in price.rate_breaks}
    breaks |= {price.eur_min / rate / whole for rate in rates if rate > 0}
    points = [0.0, *sorted(x for x in breaks if 0 < x < 1), 1.0]
    steps = []
    for a, b in pairwise(points):
        one, two = a + (b - a) / 3, a + (b - a) * 2 / 3
        low, high = (shipment_price_eur(price, mass_kg * x, volume_m3 * x) for x in (one, two))
        eur = (high - low) / (two - one)
        steps.append(FareStep(from_share=a, to_share=b, base_eur=low - eur * one, eur=eur))
    return tuple(steps)


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
