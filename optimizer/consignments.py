"""Divide a shipment that may travel as several consignments, each on a chain of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from data.freight import Shipment
    from optimizer.timetable import Departure

_MASS_DECIMALS, _VOLUME_DECIMALS = 6, 9  # whole milligrams and cubic millimetres


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The share of a shipment that takes one chain; an empty chain is left behind."""

    share: float
    chain: tuple[Departure, ...]


def divided(
    shipments: Sequence[Shipment], parts_of: Mapping[str, Sequence[Part]]
) -> tuple[tuple[Shipment, ...], dict[str, tuple[Departure, ...]]]:
    """Return what travels, whole or as consignments in the place of a shipment, and each chain."""
    names = {s.shipment_id for s in shipments}
    travelling: list[Shipment] = []
    chains: dict[str, tuple[Departure, ...]] = {}
    for shipment in shipments:
        parts = parts_of[shipment.shipment_id]
        shares = [p.share for p in parts]
        own = consignments_of(shipment, shares, names) if len(parts) > 1 else (shipment,)
        travelling.extend(own)
        chains.update((one.shipment_id, p.chain) for one, p in zip(own, parts, strict=True))
    return tuple(travelling), chains


def consignments_of(
    shipment: Shipment, shares: Sequence[float], names: Collection[str] = ()
) -> tuple[Shipment, ...]:
    """Return the consignments of a shipment, `S/1`, `S/2` ...: the last one takes what rounds off.

    Value and the price of a late day go by mass. `names` are those of other shipments.
    """
    masses = _shared(shipment.mass_kg, shares, _MASS_DECIMALS)
    volumes = _shared(shipment.volume_m3, shares, _VOLUME_DECIMALS)
    stem = f"{shipment.shipment_id}/"
    while any(name.startswith(stem) for name in names):
        stem += "/"
    late = shipment.lateness_eur_per_day
    return tuple(
        replace(
            shipment,
            shipment_id=f"{stem}{number}",
            mass_kg=mass,
            volume_m3=volume,
            lateness_eur_per_day=None if late is None else late * mass / shipment.mass_kg,
            value_eur=shipment.value_eur * mass / shipment.mass_kg,
            divisible=False,
            consignment_of=shipment.shipment_id,
            share=mass / shipment.mass_kg,
        )
        for number, (mass, volume) in enumerate(zip(masses, volumes, strict=True), start=1)
    )


def _shared(amount: float, shares: Sequence[float], decimals: int) -> list[float]:
    first = [round(amount * share, decimals) for share in shares[:-1]]
    return [*first, amount - math.fsum(first)]
