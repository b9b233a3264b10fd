"""Say which share of which shipment travels in which unit of a departure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from optimizer.plan import Load
from optimizer.prices import units_needed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.freight import Shipment
    from data.network import Service
    from optimizer.loading.geometry import Item, LoadPlan

_NOISE = 1e-9


def loads_of(
    service: Service,
    departure_id: str,
    shipments: Sequence[Shipment],
    *,
    full_units: int,
    part: float,
) -> tuple[Load, ...]:
    """Return which share of which shipment travels in which unit, largest shipments first.

    A shipment stays whole where it fits and goes on into the next unit where it does not. When one
    unit fills by mass and another by volume that may leave a rest; then every shipment is spread
    evenly over all units, which always fits.
    """
    sizes = [1.0] * full_units + ([part] if part > 0 else [])
    shares = _first_fit(service, shipments, sizes) or _even(shipments, sizes)
    loads = []
    for (unit_no, shipment), share in sorted(shares.items(), key=lambda x: (x[0][0], x[0][1])):
        goods = next(s for s in shipments if s.shipment_id == shipment)
        loads.append(
            Load(
                departure_id=departure_id,
                unit_no=unit_no,
                unit_code=service.unit_code,
                shipment_id=shipment,
                mass_kg=round(goods.mass_kg * share, 3),
                volume_m3=round(goods.volume_m3 * share, 6),
            )
        )
    return tuple(loads)


def loads_as_stowed(
    service: Service, departure_id: str, shipments: Sequence[Shipment], stowed: LoadPlan
) -> tuple[Load, ...]:
    """Return the loads of a departure whose pieces stand in its units.

    A shipment's mass and volume go with the mass and volume of its pieces.
    """
    known = {s.shipment_id: s for s in shipments}
    mass, volume = _sums(stowed.items, [(n, i.quantity) for n, i in enumerate(stowed.items)])
    loads = []
    for unit_no, unit in enumerate(stowed.units, start=1):
        kg, m3 = _sums(stowed.items, [(p.item, 1) for p in unit.placements])
        loads += [
            Load(
                departure_id=departure_id,
                unit_no=unit_no,
                unit_code=service.unit_code,
                shipment_id=name,
                mass_kg=round(known[name].mass_kg * kg[name] / mass[name], 3),
                volume_m3=round(known[name].volume_m3 * m3[name] / volume[name], 6),
            )
            for name in sorted(kg)
        ]
    return tuple(loads)


def _sums(
    items: Sequence[Item], numbers: Sequence[tuple[int, int]]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return grams and mm3 by shipment of so many boxes of items."""
    grams: dict[str, int] = defaultdict(int)
    mm3: dict[str, int] = defaultdict(int)
    for at, n in numbers:
        grams[items[at].shipment_id] += n * items[at].mass_g
        mm3[items[at].shipment_id] += n * items[at].volume_mm3
    return grams, mm3


def _first_fit(
    service: Service, shipments: Sequence[Shipment], sizes: Sequence[float]
) -> dict[tuple[int, str], float]:
    room = [(size, size) for size in sizes]  # of mass and of volume, in units
    shares: dict[tuple[int, str], float] = {}
    order = sorted(
        shipments,
        key=lambda s: (-units_needed(service, s.mass_kg, s.volume_m3), s.shipment_id),
    )
    for s in order:
        mass = s.mass_kg / service.unit_capacity_kg
        volume = s.volume_m3 / service.unit_capacity_m3
        whole = [i for i, (m, v) in enumerate(room) if mass <= m + _NOISE and volume <= v + _NOISE]
        left = 1.0
        for i in whole[:1] or range(len(room)):
            share = min(left, room[i][0] / mass, room[i][1] / volume) if not whole else 1.0
            if share > _NOISE:
                shares[i + 1, s.shipment_id] = share
                room[i] = (room[i][0] - share * mass, room[i][1] - share * volume)
                left -= share
        if left > _NOISE * len(sizes) + _NOISE:
            return {}
    return shares


def _even(shipments: Sequence[Shipment], sizes: Sequence[float]) -> dict[tuple[int, str], float]:
    total = sum(sizes)
    return {
        (i, s.shipment_id): size / total for s in shipments for i, size in enumerate(sizes, start=1)
    }
