"""Share what was emitted together: stops of one tour, passengers and freight, zones of one truck.

ISO 14083 and the GLEC Framework prefer to part operations so that nothing is left to share; what is
left is shared by transport activity, mass times distance.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from data.units import KG_PER_TONNE
from emissions.distance import transport_activity_tkm
from emissions.errors import EmissionsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A passenger with baggage (ISO 14083, 5.4.3, and IATA RP 1726; GLEC Framework v3.0, page 31).
PASSENGER_KG = 100.0


def shares(total: float, keys: Sequence[float]) -> tuple[float, ...]:
    """Return `total` shared in proportion to `keys`; the parts sum to the whole.

    What rounding leaves goes to the largest part.

    >>> shares(10.0, [1.0, 3.0])
    (2.5, 7.5)

    Raises
    ------
    EmissionsError
        if a key is negative, or all are 0.
    """
    whole = math.fsum(keys)
    if not whole > 0 or min(keys) < 0:
        raise EmissionsError(f"shares by {list(keys)}, wanted numbers >= 0 with a sum above 0")
    parts = [total * key / whole for key in keys]
    largest = max(range(len(keys)), key=lambda i: (keys[i], -i))
    parts[largest] += total - math.fsum(parts)
    return tuple(parts)


def milk_run_shares(total: float, stops: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """Share what a tour emits among its consignments, each (mass_kg, distance_km).

    The distance is the shortest feasible one from where a consignment is loaded to where it is
    unloaded, as if it went alone: its place in the tour does not count (ISO 14083, 5.4.2 and 5.6;
    GLEC Framework v3.0, page 31).

    >>> milk_run_shares(100.0, [(1000.0, 30.0), (1000.0, 10.0)])
    (75.0, 25.0)
    """
    return shares(total, [transport_activity_tkm(mass, km) for mass, km in stops])


def passenger_activity_tkm(passengers: float, distance_km: float) -> float:
    """Return what passengers weigh in the sharing with freight: 100 kg each, baggage included."""
    return transport_activity_tkm(passengers * PASSENGER_KG, distance_km)


def freight_share(freight_kg: float, passengers: float) -> float:
    """Return the share of freight in a vehicle that carries both, by mass alone.

    Both travel the same distance, so mass is the key; the intensity per tkm is then the same for
    both (ISO 14083, 5.4.3; IATA RP 1726). Older rules that add 50 kg per seat are not used.

    >>> freight_share(20_000, 300)
    0.4
    """
    return shares(1.0, [freight_kg, passengers * PASSENGER_KG])[0]


def ropax_trucks_share(
    *, passengers: float, cars: float, trucks_gross_kg: float, car_kg: float = 1500.0
) -> float:
    """Return the share of a ferry's emissions that its laden trucks bear, to be borne by cargo.

    By mass, passengers at 100 kg each and cars at `car_kg` (an estimate of this project), after the
    GLEC Framework v3.0, page 49.
    """
    return shares(1.0, [trucks_gross_kg, passengers * PASSENGER_KG + cars * car_kg])[0]


def cargo_intensity(gross_intensity: float, gross_kg: float, cargo_kg: float) -> float:
    """Return an intensity per tkm of cargo from one per tkm of truck and cargo together.

    Default intensities of ro-ro ships stand on the gross mass of truck and cargo; the truck's part
    belongs to its cargo (GLEC Framework v3.0, page 49).
    """
    if not 0 < cargo_kg <= gross_kg:
        raise EmissionsError(f"cargo_kg {cargo_kg}, wanted > 0 and at most gross_kg {gross_kg}")
    return gross_intensity * gross_kg / cargo_kg


def zone_intensities(
    traction_kg: float, cooling_kg: Mapping[str, float], activity_tkm: Mapping[str, float]
) -> dict[str, float]:
    """Return kg CO2e per tkm of each zone of a multi-temperature vehicle.

    Traction is shared by transport activity; each zone bears its own cooling (GLEC Framework v3.0,
    pages 30 and 34).

    Raises
    ------
    EmissionsError
        if cooling is known of a zone without activity.
    """
    unknown = sorted(set(cooling_kg) - set(activity_tkm))
    if unknown:
        raise EmissionsError(f"cooling of zone {', '.join(unknown)}, which carries nothing")
    zones = sorted(activity_tkm)
    traction = shares(traction_kg, [activity_tkm[z] for z in zones])
    return {
        zone: (part + cooling_kg.get(zone, 0.0)) / activity_tkm[zone]
        for zone, part in zip(zones, traction, strict=True)
    }


def tonnes_by_teu(teu: float, tonnes_per_teu: float = 10.0) -> float:
    """Return the mass in kg that containers of unknown load stand for."""
    return teu * tonnes_per_teu * KG_PER_TONNE
