"""Say how full a unit is and where its mass lies, as loaded and as it leaves each stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.units import MM_PER_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.loading.geometry import Interior, Item, LoadedUnit, Placement

LDM_WIDTH_MM = 2_400  # the width that a loading metre is reckoned with, by custom of the trade


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWeight:
    """What a unit carries as it leaves a stop; 0 is as loaded."""

    after_stop: int
    pieces: int
    mass_g: int
    twice_moment: tuple[int, int, int]  # sum of mass x twice the middle along x, y and z; exact
    centre_mm: tuple[float, float, float] | None  # None: empty
    front_g: float | None  # None: supports are not known
    rear_g: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How full a unit is; shares are of its inside, its payload and its floor."""

    pieces: int
    mass_g: int
    volume_mm3: int
    volume_share: float
    mass_share: float | None  # None: the payload is not known
    floor_share: float
    loading_metres: float  # length in use
    ldm: float  # footprints on the floor over 2.4 m
    stops: tuple[StopWeight, ...]


def figures_of(items: Sequence[Item], unit: LoadedUnit) -> Figures:
    """Return the figures of one unit."""
    inside, boxes = unit.interior, unit.placements
    mass_g = sum(items[p.item].mass_g for p in boxes)
    volume = sum(p.dx * p.dy * p.dz for p in boxes)
    floor = sum(p.dx * p.dy for p in boxes if p.z == 0)
    length, width, _ = inside.size_mm
    return Figures(
        pieces=len(boxes),
        mass_g=mass_g,
        volume_mm3=volume,
        volume_share=volume / inside.volume_mm3,
        mass_share=mass_g / inside.payload_g if inside.payload_g else None,
        floor_share=floor / (length * width),
        loading_metres=max((p.x + p.dx for p in boxes), default=0) / MM_PER_M,
        ldm=floor / LDM_WIDTH_MM / MM_PER_M,
        stops=stop_weights(items, inside, boxes),
    )


def stop_weights(
    items: Sequence[Item], interior: Interior, placements: Sequence[Placement]
) -> tuple[StopWeight, ...]:
    """Return the unit as loaded, and as it leaves each stop at which something is unloaded."""
    stops = sorted({items[p.item].stop for p in placements})
    return tuple(
        _weight(items, interior, [p for p in placements if items[p.item].stop > stop], stop)
        for stop in (0, *stops)
    )


def _weight(
    items: Sequence[Item], interior: Interior, boxes: Sequence[Placement], stop: int
) -> StopWeight:
    mass = sum(items[p.item].mass_g for p in boxes)
    centre = front = rear = None
    twice = (
        sum(items[p.item].mass_g * (2 * p.x + p.dx) for p in boxes),
        sum(items[p.item].mass_g * (2 * p.y + p.dy) for p in boxes),
        sum(items[p.item].mass_g * (2 * p.z + p.dz) for p in boxes),
    )
    if mass:
        centre = (twice[0] / 2 / mass, twice[1] / 2 / mass, twice[2] / 2 / mass)
    if interior.supports is not None:
        supports = interior.supports
        lever = 0.0 if centre is None else centre[0] - supports.front_mm
        rear = mass * lever / (supports.rear_mm - supports.front_mm)
        front = mass - rear
    return StopWeight(
        after_stop=stop,
        pieces=len(boxes),
        mass_g=mass,
        twice_moment=twice,
        centre_mm=centre,
        front_g=front,
        rear_g=rear,
    )
