"""Hold what is loaded, into what, and where: whole millimetres and grams, so checks are exact.

The axes of a load unit: x from its front wall to its rear door, y from its left wall across, z up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import permutations
from typing import NamedTuple

from optimizer.errors import LoadingError

Size = tuple[int, int, int]  # along x, y and z, mm
LENGTH, WIDTH, HEIGHT = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Equal boxes: cartons, pallets with their goods, or drums by the box around them."""

    item_id: str
    shipment_id: str
    quantity: int
    size_mm: Size  # length, width, height as delivered
    mass_g: int  # of one box
    upright: tuple[int, ...] = (HEIGHT,)  # which of its sides may stand vertical
    fixed: bool = False  # stands as delivered, its length along the unit: not turned at all
    top_g: int | None = None  # mass that one box bears on top; None: no limit
    most_above: int | None = None  # boxes on top of each other above it; 0: nothing; None: any
    floor_only: bool = False  # it stands on the floor of the unit, never on other boxes
    stop: int = 1  # where it is unloaded: 1 is the first stop
    codes: frozenset[str] = frozenset()  # such as dangerous goods classes, for what keeps apart
    group: str = ""  # boxes of one group travel in one unit

    def __post_init__(self) -> None:
        for name, found in (("quantity", self.quantity), ("mass_g", self.mass_g), *self._sides()):
            if found < 1:
                raise LoadingError(f"{self.item_id}: {name} must be > 0, got {found}")
        if not self.upright or not set(self.upright) <= {LENGTH, WIDTH, HEIGHT}:
            raise LoadingError(f"{self.item_id}: no side may stand upright, got {self.upright}")

    def _sides(self) -> tuple[tuple[str, int], ...]:
        return tuple(zip(("length_mm", "width_mm", "height_mm"), self.size_mm, strict=True))

    @property
    def volume_mm3(self) -> int:
        """Volume of one box."""
        return self.size_mm[0] * self.size_mm[1] * self.size_mm[2]

    def turned(self) -> tuple[Size, ...]:
        """Return the different ways in which it may stand, in a fixed order.

        >>> Item(item_id="a", shipment_id="s", quantity=1, size_mm=(3, 2, 1), mass_g=1).turned()
        ((2, 3, 1), (3, 2, 1))
        """
        if self.fixed:
            return (self.size_mm,)
        ways = {
            (self.size_mm[a], self.size_mm[b], self.size_mm[c])
            for a, b, c in permutations(range(3))
            if c in self.upright
        }
        return tuple(sorted(ways))


class Cut(NamedTuple):
    """A contour: `along_y * y + along_z * z <= most` holds for every point of the cargo."""

    along_y: int
    along_z: int
    most: int


class Block(NamedTuple):
    """A cuboid of the interior that no cargo may enter: a wheel arch, the rim of a net."""

    x1: int
    y1: int
    z1: int
    x2: int
    y2: int
    z2: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Supports:
    """Two supports that carry a unit's cargo as a lever does: axles, or a kingpin and axles.

    Places are along x from the inner front wall; a support may stand before it (negative). Limits
    are of what the cargo adds. A tractor's own axles carry what comes down on its front support.
    """

    front_mm: int
    rear_mm: int
    front_max_g: int | None = None
    rear_max_g: int | None = None
    front_min_g: int | None = None  # so that steered or driven wheels keep their grip
    rear_min_g: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Where the centre of gravity of the cargo may lie; None: anywhere."""

    x_min_mm: int | None = None
    x_max_mm: int | None = None
    y_min_mm: int | None = None
    y_max_mm: int | None = None
    z_max_mm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interior:
    """The inside of a load unit, and what it may carry."""

    unit_code: str
    size_mm: Size
    payload_g: int | None = None  # None: not known, and said so by whoever plans by it
    tare_g: int = 0
    door_mm: tuple[int, int] | None = None  # width and height of the rear door; None: as the inside
    cuts: tuple[Cut, ...] = ()
    blocks: tuple[Block, ...] = ()
    supports: Supports | None = None
    envelope: Envelope = field(default_factory=Envelope)
    floor_g_per_m: int | None = None  # cargo over any metre of its length
    floor_g_per_m2: int | None = None  # under the footprint of any pile
    rear_only: bool = True  # unloaded by the rear door, so what leaves first stands nearer to it

    def __post_init__(self) -> None:
        if min(self.size_mm) < 1:
            raise LoadingError(f"{self.unit_code}: inner sizes must be > 0, got {self.size_mm}")

    @property
    def volume_mm3(self) -> int:
        """Volume of the box around the interior, without its cuts and blocks."""
        return self.size_mm[0] * self.size_mm[1] * self.size_mm[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a load has to keep beyond its unit's own limits."""

    support_percent: int = 75  # of a box's base that rests on what is below; 0: boxes may float
    unload_in_order: bool = True  # nothing that stays stands before or on what leaves
    apart: frozenset[tuple[str, str]] = frozenset()  # pairs of codes never in one unit, sorted


class Placement(NamedTuple):
    """One box where it stands: its item, its lowest corner, its sizes as turned."""

    item: int  # place in the plan's items
    x: int
    y: int
    z: int
    dx: int
    dy: int
    dz: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedUnit:
    """A unit and its boxes, in the order in which they are loaded."""

    interior: Interior
    placements: tuple[Placement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """Boxes in units, what found no place and why, and the least number of units there can be."""

    items: tuple[Item, ...]
    units: tuple[LoadedUnit, ...]
    unplaced: tuple[tuple[int, int, str], ...]  # item, how many of it, why
    least_units: int | None = None  # proven; None: not asked, or units of several kinds
    # In thousandths of whatever units were priced in; None: one kind, so that units say it all.
    cost: int | None = None
    least_cost: int | None = None  # proven
