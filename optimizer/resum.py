"""Add up the consignments of divided shipments a second time, for the audit."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from data.freight import Shipment
    from optimizer.plan import Plan

# Consignments are whole milligrams and the last takes the rest: only float noise is left.
_SUMS = 1e-9
_SUMMED = ("mass_kg", "volume_m3", "share", "value_eur", "lateness_eur_per_day")
_EQUAL = (
    "origin",
    "destination",
    "ready_at",
    "due_at",
    "temperature",
    "un_number",
    "packing_instruction",
    "booked_at",
    "must_use",
    "must_avoid",
    "lane",
    "only",
)


def division_faults(plan: Plan) -> Iterator[str]:
    """Find consignments that nobody asked for, or that do not make the shipment they are of."""
    parts: dict[str, list[Shipment]] = defaultdict(list)
    for s in plan.problem.shipments:
        if s.consignment_of:
            parts[s.consignment_of].append(s)
    asked = {s.shipment_id: s for s in plan.asked}
    if not asked:
        yield from (f"{name} is divided, and nobody asked for it" for name in parts)
        return
    whole = {s.shipment_id: s for s in plan.problem.shipments if not s.consignment_of}
    for name in sorted((set(whole) | set(parts)) ^ set(asked)):
        yield f"{name} is {'lost' if name in asked else 'not what was asked for'}"
    for name, shipment in asked.items():
        if name in whole and (name in parts or whole[name] != shipment):
            yield f"{name} is not what was asked for"
        if name in parts:
            yield from _part_faults(shipment, parts[name])


def _part_faults(whole: Shipment, parts: list[Shipment]) -> Iterator[str]:
    name = whole.shipment_id
    if not whole.divisible:
        yield f"{name} is divided, which it does not allow"
    for what in _SUMMED:
        told = math.fsum(getattr(s, what) or 0.0 for s in parts)
        if not math.isclose(told, getattr(whole, what) or 0.0, rel_tol=_SUMS):
            yield f"{name}: its consignments add up to {what} {told:g}"
    for s in parts:
        if any(getattr(s, what) != getattr(whole, what) for what in _EQUAL):
            yield f"{s.shipment_id} is another kind of freight than {name}"


def charged_together(aboard: Iterable[Shipment]) -> list[tuple[float, float]]:
    """Return mass and volume of each shipment on a departure: its consignments are one there."""
    sizes: dict[str, tuple[float, float]] = {}
    for s in aboard:
        name = s.consignment_of or s.shipment_id
        mass, volume = sizes.get(name, (0.0, 0.0))
        sizes[name] = (mass + s.mass_kg, volume + s.volume_m3)
    return list(sizes.values())
