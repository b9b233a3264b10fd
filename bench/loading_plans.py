"""Make seeded load plans that are valid, with each limit as tight as whole numbers allow.

Own arithmetic, written apart from the validator and by other means: pairs by brute force, masses
pushed down by recursion, the heaviest metre by trying every window.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from optimizer.loading.geometry import (
    Block,
    Cut,
    Envelope,
    Interior,
    Item,
    LoadedUnit,
    LoadPlan,
    Placement,
    Rules,
    Supports,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

_MM2_PER_M2 = 1_000_000
_METRE_MM = 1000
AXES = (0, 1, 2)


@dataclass(slots=True)
class Body:
    """A box while the load is made: its corner, its sizes, and what stands where."""

    at: tuple[int, int, int]
    size: tuple[int, int, int]
    mass_g: int
    stop: int
    item: int = -1
    below: list[tuple[Body, int]] = field(default_factory=list)  # with the shared area
    above: list[Body] = field(default_factory=list)

    def end(self, axis: int) -> int:
        """Return where it ends along an axis."""
        return self.at[axis] + self.size[axis]

    def shared(self, other: Body, axis: int) -> int:
        """Return the length shared along an axis; 0 or less: none."""
        return min(self.end(axis), other.end(axis)) - max(self.at[axis], other.at[axis])

    def carried(self) -> Fraction:
        """Return the mass on it, by recursion."""
        return sum((b.pressed() * b.area_on(self) / b.touched() for b in self.above), Fraction(0))

    def pressed(self) -> Fraction:
        """Return its own mass and what it carries."""
        return self.mass_g + self.carried()

    def touched(self) -> int:
        """Return the area it stands on, mm2."""
        return sum(area for _, area in self.below)

    def area_on(self, other: Body) -> int:
        """Return the area by which it stands on another box, mm2."""
        return next(area for body, area in self.below if body is other)

    def tower(self) -> int:
        """Return the longest chain of boxes on each other above it."""
        return max((1 + b.tower() for b in self.above), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Valid:
    """A valid plan and the bodies it was made of, by unit and in loading order."""

    plan: LoadPlan
    rules: Rules
    bodies: tuple[tuple[Body, ...], ...]


def valid_plan(rng: random.Random) -> Valid:
    """Return a plan of one to three units: rows of cells, each a pile or a lid over two boxes."""
    units = [_unit(rng) for _ in range(rng.choice((1, 2, 2, 3)))]
    items: list[Item] = []
    for bodies in units:
        _stand(bodies)
        _name(rng, bodies, items)
    for number, bodies in enumerate(units):
        mark = frozenset({"A"} if number == 0 else {"B"} if number == 1 else set())
        chosen = bodies[rng.randrange(len(bodies))].item
        items[chosen] = replace(items[chosen], codes=mark, group="pair" if number == 0 else "")
    left = rng.randrange(len(items))
    items[left] = replace(items[left], quantity=items[left].quantity + 1)
    plan = LoadPlan(
        items=tuple(items),
        units=tuple(
            LoadedUnit(
                interior=_interior(rng, number, bodies),
                placements=tuple(Placement(b.item, *b.at, *b.size) for b in bodies),
            )
            for number, bodies in enumerate(units)
        ),
        unplaced=((left, 1, "no room"),),
        least_units=1,
    )
    rules = Rules(support_percent=75, apart=frozenset({("A", "B")}))
    return Valid(plan=plan, rules=rules, bodies=tuple(map(tuple, units)))


def _unit(rng: random.Random) -> list[Body]:
    rows = rng.randint(2, 4)
    stops = sorted((rng.randint(1, 4) for _ in range(rows)), reverse=True)
    widths = [rng.randint(200, 700) for _ in range(rng.randint(1, 3))]
    bodies: list[Body] = []
    x = 0
    for row, stop in enumerate(stops):
        length, y = rng.randint(250, 1300), 0
        for width in widths:
            room = (length - rng.choice((0, 0, 3)), width - rng.choice((0, 0, 2)))
            lid = row == 0 or rng.random() < 0.3  # noqa: PLR2004  (a third of the others)
            cell = _lid_over_two if lid else _pile
            bodies.extend(cell(rng, (x, y), room, stop))
            y += width
        x += length
    return bodies


def _pile(
    rng: random.Random, at: tuple[int, int], room: tuple[int, int], stop: int
) -> Iterator[Body]:
    z, mass, tall, alike = 0, rng.randint(900, 60_000), rng.randint(60, 500), rng.random()
    for _ in range(rng.randint(1, 4)):
        yield Body((*at, z), (*room, tall), mass, stop)
        z += tall
        if alike < 0.5:  # noqa: PLR2004  (half of the piles are of unlike boxes)
            mass, tall = rng.randint(900, 60_000), rng.randint(60, 500)


def _lid_over_two(
    rng: random.Random, at: tuple[int, int], room: tuple[int, int], stop: int
) -> Iterator[Body]:
    x, y = at
    tall, cut = rng.randint(60, 400), rng.randint(60, room[1] - 60)
    for low, wide in ((y, cut), (y + cut, room[1] - cut)):
        yield Body((x, low, 0), (room[0], wide, tall), rng.randint(900, 40_000), stop)
    lid = rng.randint(60, 400)
    yield Body((x, y, tall), (*room, lid), rng.randint(900, 40_000), stop)
    small = (rng.randint(room[0] // 2, room[0]), rng.randint(room[1] // 2, room[1]))
    yield Body((x, y, tall + lid), (*small, rng.randint(60, 300)), rng.randint(900, 9000), stop)


def _stand(bodies: list[Body]) -> None:
    for low in bodies:
        for high in bodies:
            sides = (low.shared(high, 0), low.shared(high, 1))
            if low.end(2) == high.at[2] and min(sides) > 0:
                high.below.append((low, sides[0] * sides[1]))
                low.above.append(high)


def _name(rng: random.Random, bodies: list[Body], items: list[Item]) -> None:
    """Give each body an item; equal ones of a stop share it. Limits are met to the gram."""
    alike: dict[tuple[object, ...], list[Body]] = {}
    for b in bodies:
        alike.setdefault((b.size, b.mass_g, b.stop), []).append(b)
    for same in alike.values():
        first, number = same[0], len(items)
        for b in same:
            b.item = number
        size = first.size if rng.random() < 0.5 else (*first.size[1::-1], first.size[2])  # noqa: PLR2004
        items.append(
            Item(
                item_id=f"item {number}",
                shipment_id="shipment",
                quantity=len(same),
                size_mm=size,
                mass_g=first.mass_g,
                top_g=rng.choice((None, math.ceil(max(b.carried() for b in same)))),
                most_above=rng.choice((None, max(b.tower() for b in same))),
                floor_only=all(b.at[2] == 0 for b in same) and rng.random() < 0.5,  # noqa: PLR2004
                stop=first.stop,
            )
        )


def _interior(rng: random.Random, number: int, bodies: list[Body]) -> Interior:
    used = [max(b.end(axis) for b in bodies) for axis in AXES]
    size = (used[0] + rng.randint(0, 400), used[1] + 50, used[2] + rng.randint(0, 300))
    along_y, along_z = rng.randint(1, 9), rng.randint(1, 9)
    most = max(along_y * b.end(1) + along_z * b.end(2) for b in bodies)
    front, rear = rng.randint(-1500, 300), rng.randint(size[0] // 2, size[0]) + 400
    loads = _stages(bodies, lambda b: Fraction(b.at[0] + b.end(0), 2) - front)
    rears = [moment / (rear - front) for moment, _ in loads]
    fronts = [mass - one for one, (_, mass) in zip(rears, loads, strict=True)]
    metre = _METRE_MM
    heaviest = max(
        sum(
            Fraction(b.mass_g * max(0, min(b.end(0), start + metre) - max(b.at[0], start)))
            / b.size[0]
            for b in bodies
        )
        for start in {e + d for b in bodies for e in (b.at[0], b.end(0)) for d in (0, -metre)}
    )
    floor = [b for b in bodies if b.at[2] == 0]
    return Interior(
        unit_code=f"unit {number}",
        size_mm=size,
        payload_g=sum(b.mass_g for b in bodies),
        door_mm=(max(b.size[1] for b in bodies), max(b.size[2] for b in bodies)),
        cuts=(Cut(along_y, along_z, most),),
        blocks=(Block(0, used[1], 0, size[0], size[1], size[2]),),
        supports=Supports(
            front_mm=front,
            rear_mm=rear,
            front_max_g=math.ceil(max(fronts)),
            rear_max_g=math.ceil(max(rears)),
            front_min_g=math.floor(min(fronts)),
            rear_min_g=math.floor(min(rears)),
        ),
        envelope=_envelope(bodies),
        floor_g_per_m=math.ceil(heaviest),
        floor_g_per_m2=math.ceil(
            max(b.pressed() * _MM2_PER_M2 / (b.size[0] * b.size[1]) for b in floor)
        ),
    )


def _envelope(bodies: list[Body]) -> Envelope:
    x, y, z = (
        [m / mass for m, mass in _stages(bodies, lambda b, a=axis: Fraction(b.at[a] + b.end(a), 2))]  # type: ignore[misc]
        for axis in AXES
    )
    return Envelope(
        x_min_mm=math.floor(min(x)),
        x_max_mm=math.ceil(max(x)),
        y_min_mm=math.floor(min(y)),
        y_max_mm=math.ceil(max(y)),
        z_max_mm=math.ceil(max(z)),
    )


def _stages(bodies: list[Body], arm: Callable[[Body], Fraction]) -> list[tuple[Fraction, int]]:
    """Return moment and mass on board before each stop."""
    aboard = [[b for b in bodies if b.stop >= stop] for stop in {b.stop for b in bodies}]
    return [
        (sum((b.mass_g * arm(b) for b in some), Fraction(0)), sum(b.mass_g for b in some))
        for some in aboard
    ]
