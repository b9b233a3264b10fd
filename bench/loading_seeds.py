"""Break a valid load plan on purpose: ways to seed a fault, and those about where a box is."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.loading_plans import AXES
from optimizer.loading.geometry import HEIGHT

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence

    from bench.loading_plans import Body, Valid
    from optimizer.loading.geometry import Interior, LoadPlan, Placement, Rules

    Broken = tuple[LoadPlan, Rules] | None  # None: the plan cannot have this fault
    Seeding = Callable[[Valid, random.Random], Broken]

KINDS: dict[str, tuple[str, Seeding]] = {}


def kind(code: str) -> Callable[[Seeding], Seeding]:
    """Enter a way to seed a fault, and the rule that has to catch it."""

    def enter(seeding: Seeding) -> Seeding:
        KINDS[seeding.__name__.replace("_", " ")] = (code, seeding)
        return seeding

    return enter


def limit(code: str, name: str, by: int, part: str = "") -> None:
    """Enter the tightening of a limit that was met to the last gram or millimetre."""

    def tighten(valid: Valid, rng: random.Random) -> Broken:
        unit = rng.randrange(len(valid.plan.units))
        inside = valid.plan.units[unit].interior
        if not part:
            changed = replace(inside, **{name: getattr(inside, name) + by})
        else:
            whole = getattr(inside, part)
            changed = replace(inside, **{part: replace(whole, **{name: getattr(whole, name) + by})})
        return with_interior(valid, unit, changed), valid.rules

    KINDS[f"{name} {by:+d}"] = (code, tighten)


def with_interior(valid: Valid, unit: int, interior: Interior) -> LoadPlan:
    """Return the plan with another interior of one unit."""
    units = list(valid.plan.units)
    units[unit] = replace(units[unit], interior=interior)
    return replace(valid.plan, units=tuple(units))


def with_boxes(valid: Valid, unit: int, boxes: Sequence[Placement]) -> LoadPlan:
    """Return the plan with other placements in one unit."""
    units = list(valid.plan.units)
    units[unit] = replace(units[unit], placements=tuple(boxes))
    return replace(valid.plan, units=tuple(units))


def with_item(valid: Valid, number: int, **changes: object) -> LoadPlan:
    """Return the plan with one item changed."""
    items = list(valid.plan.items)
    items[number] = replace(items[number], **changes)  # type: ignore[arg-type]
    return replace(valid.plan, items=tuple(items))


def any_box(valid: Valid, rng: random.Random) -> tuple[int, int, Placement]:
    """Return unit, place and placement of a box."""
    unit = rng.randrange(len(valid.plan.units))
    box = rng.randrange(len(valid.plan.units[unit].placements))
    return unit, box, valid.plan.units[unit].placements[box]


def _changed(valid: Valid, unit: int, box: int, **changes: Any) -> Broken:  # noqa: ANN401
    boxes = list(valid.plan.units[unit].placements)
    boxes[box] = boxes[box]._replace(**changes)
    return with_boxes(valid, unit, boxes), valid.rules


def shuffled(valid: Valid, rng: random.Random) -> Iterator[tuple[int, int, Body]]:
    """Yield unit, place and body of every box, in a random order."""
    every = [(u, k, b) for u, some in enumerate(valid.bodies) for k, b in enumerate(some)]
    rng.shuffle(every)
    return iter(every)


@kind("LOAD-01")
def half_a_millimetre(valid: Valid, rng: random.Random) -> Broken:
    """Move a box by half a millimetre."""
    unit, box, there = any_box(valid, rng)
    return _changed(valid, unit, box, x=there.x + 0.5)


@kind("LOAD-01")
def unknown_item(valid: Valid, rng: random.Random) -> Broken:
    """Name an item that the plan does not have, by a number above or below."""
    unit, box, _ = any_box(valid, rng)
    return _changed(valid, unit, box, item=rng.choice((-1, len(valid.plan.items))))


@kind("LOAD-02")
def lost_box(valid: Valid, rng: random.Random) -> Broken:
    """Drop a box, so that it is neither placed nor left."""
    unit, box, _ = any_box(valid, rng)
    boxes = list(valid.plan.units[unit].placements)
    del boxes[box]
    return with_boxes(valid, unit, boxes), valid.rules


@kind("LOAD-02")
def box_twice(valid: Valid, rng: random.Random) -> Broken:
    """Place a box once more, in any unit."""
    _, _, there = any_box(valid, rng)
    unit = rng.randrange(len(valid.plan.units))
    boxes = [*valid.plan.units[unit].placements, there]
    return with_boxes(valid, unit, boxes), valid.rules


@kind("LOAD-02")
def one_more_left(valid: Valid, _: random.Random) -> Broken:
    """One box more is left than there is."""
    ((item, count, why),) = valid.plan.unplaced
    return replace(valid.plan, unplaced=((item, count + 1, why),)), valid.rules


@kind("LOAD-03")
def through_a_wall(valid: Valid, rng: random.Random) -> Broken:
    """Put a box 1 mm through one of the six walls."""
    unit, box, there = any_box(valid, rng)
    axis, size = rng.choice(AXES), valid.plan.units[unit].interior.size_mm
    beyond = rng.choice((-1, size[axis] - there[4 + axis] + 1))
    return _changed(valid, unit, box, **{"xyz"[axis]: beyond})


@kind("LOAD-04")
def beyond_the_contour(valid: Valid, rng: random.Random) -> Broken:
    """Bring the contour nearer that one box touches."""
    unit = rng.randrange(len(valid.plan.units))
    inside = valid.plan.units[unit].interior
    cut = inside.cuts[0]._replace(most=inside.cuts[0].most - 1)
    return with_interior(valid, unit, replace(inside, cuts=(cut,))), valid.rules


@kind("LOAD-05")
def into_a_block(valid: Valid, rng: random.Random) -> Broken:
    """Let a block that one box touches grow by 1 mm."""
    unit = rng.randrange(len(valid.plan.units))
    inside = valid.plan.units[unit].interior
    block = inside.blocks[0]._replace(y1=inside.blocks[0].y1 - 1)
    return with_interior(valid, unit, replace(inside, blocks=(block,))), valid.rules


@kind("LOAD-06")
def into_a_neighbour(valid: Valid, rng: random.Random) -> Broken:
    """Move a box 1 mm into one that it touches."""
    for unit, box, b in shuffled(valid, rng):
        for other, axis in itertools.product(valid.bodies[unit], AXES):
            across = [b.shared(other, a) for a in AXES if a != axis]
            if b.end(axis) == other.at[axis] and min(across) > 0:
                return _changed(valid, unit, box, **{"xyz"[axis]: b.at[axis] + 1})
    return None


@kind("LOAD-07")
def another_size(valid: Valid, rng: random.Random) -> Broken:
    """State a box 1 mm smaller along one axis."""
    unit, box, there = any_box(valid, rng)
    axis = rng.choice(AXES)
    return _changed(valid, unit, box, **{("dx", "dy", "dz")[axis]: there[4 + axis] - 1})


@kind("LOAD-07")
def on_its_side(valid: Valid, rng: random.Random) -> Broken:
    """Lay a box that has to stay upright on its side."""
    for unit, box, b in shuffled(valid, rng):
        length, width, height = b.size
        if valid.plan.items[b.item].upright == (HEIGHT,) and length != height:
            return _changed(valid, unit, box, dx=height, dy=width, dz=length)
    return None


@kind("LOAD-08")
def narrow_door(valid: Valid, rng: random.Random) -> Broken:
    """Make the door 1 mm narrower or lower than the widest and the tallest box."""
    unit = rng.randrange(len(valid.plan.units))
    inside = valid.plan.units[unit].interior
    wide, tall = inside.door_mm or inside.size_mm[1:]
    door = rng.choice(((wide - 1, tall), (wide, tall - 1)))
    return with_interior(valid, unit, replace(inside, door_mm=door)), valid.rules


def _held(b: Body, at: tuple[int, int, int], others: Sequence[Body]) -> list[tuple[Body, int]]:
    """Return what a box would stand on at another place, with the shared area."""
    found = []
    for other in others:
        sides = [min(at[a] + b.size[a], other.end(a)) - max(at[a], other.at[a]) for a in AXES[:2]]
        if other is not b and other.end(2) == at[2] and min(sides) > 0:
            found.append((other, sides[0] * sides[1]))
    return found


@kind("LOAD-09")
def slid_off(valid: Valid, rng: random.Random) -> Broken:
    """Slide a box until less than 75 % of its base is held."""
    for unit, box, b in shuffled(valid, rng):
        at = (b.at[0] + b.size[0] // 4 + 1, *b.at[1:])
        area = sum(shared for _, shared in _held(b, at, valid.bodies[unit]))
        if b.at[2] and 100 * area < 75 * b.size[0] * b.size[1]:
            return _changed(valid, unit, box, x=at[0])
    return None


@kind("LOAD-09")
def in_the_air(valid: Valid, rng: random.Random) -> Broken:
    """Lift a box 1 mm above what it stood on."""
    for unit, box, b in shuffled(valid, rng):
        at = (*b.at[:2], b.at[2] + 1)
        if not _held(b, at, valid.bodies[unit]):
            return _changed(valid, unit, box, z=at[2])
    return None


@kind("LOAD-10")
def out_of_balance(valid: Valid, rng: random.Random) -> Broken:
    """Slide a box until all that holds it lies to one side of its middle."""
    for unit, box, b in shuffled(valid, rng):
        at = (b.at[0] + b.size[0] // 2 + 1, *b.at[1:])
        below = [body for body, _ in _held(b, at, valid.bodies[unit])]
        if b.at[2] and below and all(2 * o.end(0) < 2 * at[0] + b.size[0] for o in below):
            return _changed(valid, unit, box, x=at[0])
    return None
