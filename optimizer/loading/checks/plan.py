"""Check a plan as a whole: the count of its boxes, what keeps apart or together, its claims."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, NamedTuple

from optimizer.loading.checks.boxes import Fault, UnitLoad, box_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.loading.geometry import LoadPlan, Rules


class World(NamedTuple):
    """A plan, and its boxes as far as they are boxes."""

    plan: LoadPlan
    loads: tuple[UnitLoad, ...]
    broken: tuple[Fault, ...]  # placements that are none


def world_of(plan: LoadPlan) -> World:
    """Read the placements; one of an unknown item or without size is told as broken."""
    loads: list[UnitLoad] = []
    broken: list[Fault] = []
    for number, unit in enumerate(plan.units, start=1):
        told = [box_of(k, p, plan.items) for k, p in enumerate(unit.placements, start=1)]
        boxes = tuple(box for box in told if not isinstance(box, str))
        broken.extend(Fault(f"unit {number}", text) for text in told if isinstance(text, str))
        loads.append(UnitLoad(number=number, interior=unit.interior, boxes=boxes))
    return World(plan, tuple(loads), tuple(broken))


def number_faults(plan: LoadPlan, rules: Rules) -> Iterator[Fault]:
    """Find what is not whole outside the placements, and so could not be checked exactly."""
    interiors = {id(unit.interior): unit.interior for unit in plan.units}.values()
    for about, thing in (
        *((item.item_id, item) for item in plan.items),
        *((interior.unit_code, interior) for interior in interiors),
        ("left", plan.unplaced),
        ("rules", rules),
        ("least_units", plan.least_units),
        ("cost", plan.cost),
        ("least_cost", plan.least_cost),
    ):
        for value in _not_whole(thing):
            yield Fault(about, f"found {value!r}, wanted whole numbers")


def _not_whole(thing: object) -> Iterator[object]:
    values = [thing]
    while values:
        value = values.pop()
        if isinstance(value, tuple):
            values.extend(value)
        elif is_dataclass(value) and not isinstance(value, type):
            values.extend(getattr(value, f.name) for f in fields(value))
        elif not (value is None or isinstance(value, (int, str, frozenset))):
            yield value


def form_faults(world: World, rules: Rules) -> Iterator[Fault]:
    """Find numbers that are not whole, boxes of no known item, counts below 1."""
    yield from number_faults(world.plan, rules)
    yield from world.broken
    for item, count, _why in world.plan.unplaced:
        if not 0 <= item < len(world.plan.items):
            what = f"item {item} left, wanted one of the {len(world.plan.items)} items from 0"
            yield Fault("plan", what)
        if count < 1:
            yield Fault("plan", f"{count} of item {item} left, wanted >= 1")


def count_faults(world: World, _: Rules) -> Iterator[Fault]:
    """Find items whose boxes placed and left do not add up to their quantity."""
    placed = Counter(b.kind for load in world.loads for b in load.boxes)
    left: Counter[int] = Counter()
    for kind, count, _why in world.plan.unplaced:
        left[kind] += count
    for kind, item in enumerate(world.plan.items):
        if placed[kind] + left[kind] != item.quantity:
            what = f"{placed[kind]} placed and {left[kind]} left"
            yield Fault(item.item_id, f"{what}, wanted {item.quantity} together")


def apart_faults(world: World, rules: Rules) -> Iterator[Fault]:
    """Find units with both codes of a pair, or with two items of a code paired with itself."""
    for load in world.loads:
        holders: dict[str, dict[int, int]] = defaultdict(dict)  # of each item its first box
        for i, b in enumerate(load.boxes):
            for code in b.item.codes:
                holders[code].setdefault(b.kind, i)
        for one, other in sorted(rules.apart):
            first, second = list(holders[one].values()), list(holders[other].values())
            if one == other:
                second = second[1:]
            if first and second:
                where = load.about(*dict.fromkeys((first[0], second[0])))
                yield Fault(where, f"{one} and {other}, wanted never in one unit")


def group_faults(world: World, _: Rules) -> Iterator[Fault]:
    """Find groups in several units; part of a group may be left."""
    units: dict[str, set[int]] = defaultdict(set)
    for load in world.loads:
        for b in load.boxes:
            if b.item.group:
                units[b.item.group].add(load.number)
    for group, numbers in sorted(units.items()):
        if len(numbers) > 1:
            where = ", ".join(map(str, sorted(numbers)))
            yield Fault(f"group {group}", f"in units {where}, wanted one unit")


def claim_faults(world: World, _: Rules) -> Iterator[Fault]:
    """Find what is left without a reason, and a proven least of units above those used."""
    plan = world.plan
    for item, _count, why in plan.unplaced:
        if not why:
            yield Fault("plan", f"item {item} left without a reason")
    used = sum(1 for load in world.loads if load.boxes)
    if plan.least_units is not None and not plan.unplaced and used < plan.least_units:
        yield Fault("plan", f"{used} units used, below the proven least of {plan.least_units}")
    if plan.least_cost is not None and (plan.cost is None or plan.cost < plan.least_cost):
        yield Fault("plan", f"cost {plan.cost}, below the proven least of {plan.least_cost}")
