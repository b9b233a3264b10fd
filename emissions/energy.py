"""Charge a dedicated vehicle by what it really burns, and share that among those on board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.units import KG_PER_TONNE, MILLIONTHS, micro
from emissions.errors import EmissionsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emissions.categories import HOC, Vehicle


def energy_per_loaded_km(vehicle: Vehicle, empty_share: float) -> tuple[float, float]:
    """Return energy per loaded vehicle-km as (per opened unit, per kg on board).

    With E = empty km / total km each loaded km drags E / (1 - E) empty ones behind it, and energy
    is linear in the load (methodology, F20): empty + (full - empty) x mass / payload.
    """
    if not 0 <= empty_share < 1:
        raise EmissionsError(f"empty_share must be in [0, 1), got {empty_share}")
    per_unit = vehicle.energy_per_km_empty * (1 + empty_share / (1 - empty_share))
    per_kg = (vehicle.energy_per_km_full - vehicle.energy_per_km_empty) / vehicle.payload_kg
    return per_unit, per_kg


def vehicle_energy(
    vehicle: Vehicle,
    *,
    units: float,
    mass_kg: float,
    distance_km: float,
    empty_share: float,
) -> float:
    """Return kWh at the meter, or kg of fuel, of `units` vehicles that carry `mass_kg` together."""
    per_unit, per_kg = energy_per_loaded_km(vehicle, empty_share)
    return (units * per_unit + mass_kg * per_kg) * distance_km


def shares_by_activity(total: float, activities_tkm: Sequence[float]) -> tuple[float, ...]:
    """Share an amount by transport activity, in millionths, so that the shares sum to the whole.

    Shares are rounded to six decimals; the last millionths go to the largest remainders, ties to
    the earlier one. Activity is mass x point-to-point distance, never the order of unloading.
    """
    whole = round(micro(total) * MILLIONTHS)
    activity = sum(activities_tkm)
    if not activity > 0:
        raise EmissionsError("nothing on board to share energy among")
    exact = [whole * a / activity for a in activities_tkm]
    parts = [int(x) for x in exact]
    order = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: whole - sum(parts)]:
        parts[i] += 1
    return tuple(part / MILLIONTHS for part in parts)


def hub_energy(hoc: HOC, mass_kg: float) -> tuple[float, float]:
    """Return (diesel kg, kWh) of handling `mass_kg` at a hub, to six decimals."""
    tonnes = mass_kg / KG_PER_TONNE
    return micro(tonnes * hoc.diesel_kg_per_t), micro(tonnes * hoc.kwh_per_t)
