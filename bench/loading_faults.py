"""Seed faults into valid load plans: `python -m bench.loading_faults --each 1000 --seed 1`.

Each kind of fault is made so that the plan truly breaks the rule named beside it: limits are met
to the gram or the millimetre before, so one more breaks them. A kind passes on plans that cannot
have its fault. A row per kind: how often it was seeded, how often the validator found anything,
and how often the rule named for it did. Wanted: all.
"""

from __future__ import annotations

import argparse
import itertools
import random
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.loading_plans import valid_plan
from bench.loading_seeds import (
    KINDS,
    any_box,
    kind,
    limit,
    shuffled,
    with_boxes,
    with_interior,
    with_item,
)
from data.findings import Verdict
from optimizer.loading.validate import validate

if TYPE_CHECKING:
    from bench.loading_plans import Valid
    from bench.loading_seeds import Broken


@kind("LOAD-11")
def off_the_floor(valid: Valid, rng: random.Random) -> Broken:
    """Ask a box that stands on another to stand on the floor."""
    high = next(b for _, _, b in shuffled(valid, rng) if b.at[2])
    return with_item(valid, high.item, floor_only=True), valid.rules


@kind("LOAD-12")
def bears_less(valid: Valid, rng: random.Random) -> Broken:
    """Let a box bear 1 g less than it carries."""
    for _, _, b in shuffled(valid, rng):
        top = valid.plan.items[b.item].top_g
        if top:
            return with_item(valid, b.item, top_g=top - 1), valid.rules
    return None


@kind("LOAD-12")
def heavier_above(valid: Valid, rng: random.Random) -> Broken:
    """Add 1 g to a box that stands on one alone, which bears no more."""
    for _, _, b in shuffled(valid, rng):
        base = b.below[0][0] if len(b.below) == 1 else None
        if base is None or valid.plan.items[base.item].top_g is None:
            continue
        if base.carried() == valid.plan.items[base.item].top_g:
            mass = valid.plan.items[b.item].mass_g + 1
            return with_item(valid, b.item, mass_g=mass), valid.rules
    return None


@kind("LOAD-13")
def longer_pile(valid: Valid, rng: random.Random) -> Broken:
    """Allow one box less above a box than it has."""
    for _, _, b in shuffled(valid, rng):
        most = valid.plan.items[b.item].most_above
        if most:
            return with_item(valid, b.item, most_above=most - 1), valid.rules
    return None


@kind("LOAD-14")
def one_gram_more(valid: Valid, rng: random.Random) -> Broken:
    """Add 1 g to a box where the payload is used up."""
    _, _, there = any_box(valid, rng)
    mass = valid.plan.items[there.item].mass_g + 1
    return with_item(valid, there.item, mass_g=mass), valid.rules


@kind("LOAD-14")
def payload_not_known(valid: Valid, rng: random.Random) -> Broken:
    """Nobody knows the payload, which is not a pass."""
    unit = rng.randrange(len(valid.plan.units))
    inside = replace(valid.plan.units[unit].interior, payload_g=None)
    return with_interior(valid, unit, inside), valid.rules


limit("LOAD-14", "payload_g", -1)
limit("LOAD-15", "floor_g_per_m", -1)
limit("LOAD-16", "floor_g_per_m2", -1)
limit("LOAD-17", "front_max_g", -1, "supports")
limit("LOAD-17", "front_min_g", +1, "supports")
limit("LOAD-17", "rear_max_g", -1, "supports")
limit("LOAD-17", "rear_min_g", +1, "supports")
limit("LOAD-18", "x_min_mm", +1, "envelope")
limit("LOAD-18", "x_max_mm", -1, "envelope")
limit("LOAD-18", "y_min_mm", +1, "envelope")
limit("LOAD-18", "y_max_mm", -1, "envelope")
limit("LOAD-18", "z_max_mm", -1, "envelope")


def _in_lane(valid: Valid, rng: random.Random) -> tuple[int, int, int] | None:
    """Return unit and places of a box and of one between it and the door."""
    for unit, box, b in shuffled(valid, rng):
        for place, other in enumerate(valid.bodies[unit]):
            if min(b.shared(other, 1), b.shared(other, 2)) > 0 and other.at[0] >= b.end(0):
                return unit, box, place
    return None


@kind("LOAD-19")
def shut_in_behind(valid: Valid, rng: random.Random) -> Broken:
    """Unload a box before one that stands between it and the door."""
    pair = _in_lane(valid, rng)
    if pair is None:
        return None
    front, rear = (valid.bodies[pair[0]][place] for place in pair[1:])
    if front.item == rear.item:
        return None
    return with_item(valid, front.item, stop=rear.stop - 1), valid.rules


@kind("LOAD-19")
def shut_in_below(valid: Valid, rng: random.Random) -> Broken:
    """Unload a box before one that stands on it."""
    for _, _, b in shuffled(valid, rng):
        if b.below and b.below[0][0].item != b.item:
            return with_item(valid, b.item, stop=b.stop + 1), valid.rules
    return None


@kind("LOAD-20")
def apart_together(valid: Valid, rng: random.Random) -> Broken:
    """Bring a code into the first unit, which holds one it is kept from."""
    chosen = rng.choice(valid.bodies[0]).item
    codes = valid.plan.items[chosen].codes | {"B"}
    return with_item(valid, chosen, codes=codes), valid.rules


@kind("LOAD-21")
def group_divided(valid: Valid, rng: random.Random) -> Broken:
    """Take a box of another unit into the group of the first."""
    if len(valid.bodies) == 1:
        return None
    return with_item(valid, rng.choice(valid.bodies[-1]).item, group="pair"), valid.rules


def _swapped(valid: Valid, unit: int, one: int, other: int) -> Broken:
    boxes = list(valid.plan.units[unit].placements)
    boxes[one], boxes[other] = boxes[other], boxes[one]
    return with_boxes(valid, unit, boxes), valid.rules


@kind("LOAD-22")
def top_before_base(valid: Valid, rng: random.Random) -> Broken:
    """Swap the turns of a box and of one that bears it."""
    for unit, box, b in shuffled(valid, rng):
        if b.below:
            base = next(k for k, o in enumerate(valid.bodies[unit]) if o is b.below[0][0])
            return _swapped(valid, unit, box, base)
    return None


@kind("LOAD-22")
def rear_before_front(valid: Valid, rng: random.Random) -> Broken:
    """Swap the turns of a box and of one that then bars its way in."""
    pair = _in_lane(valid, rng)
    return None if pair is None else _swapped(valid, *pair)


@kind("LOAD-23")
def bound_above_plan(valid: Valid, _: random.Random) -> Broken:
    """Claim a proven least of units above those that hold all boxes."""
    ((left, _count, _why),) = valid.plan.unplaced
    all_in = with_item(valid, left, quantity=valid.plan.items[left].quantity - 1)
    return replace(all_in, unplaced=(), least_units=len(valid.plan.units) + 1), valid.rules


@kind("LOAD-23")
def left_without_reason(valid: Valid, _: random.Random) -> Broken:
    """Leave a box without saying why."""
    ((item, count, _why),) = valid.plan.unplaced
    return replace(valid.plan, unplaced=((item, count, ""),)), valid.rules


def measure(each: int, seed: int) -> dict[str, tuple[str, int, int, int]]:
    """Return code, seeded, found and found by the named rule, for each kind of fault."""
    seeded: Counter[str] = Counter()
    found: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for number in itertools.count():
        wanted = [name for name in KINDS if seeded[name] < each]
        if not wanted or number > 20 * each:
            break
        rng = random.Random(f"{seed} {number}")  # noqa: S311  (a test's, not a secret's)
        valid = valid_plan(rng)
        assert validate(valid.plan, valid.rules).ok, number
        for name in wanted:
            code, seeding = KINDS[name]
            broken = seeding(valid, rng)
            if broken is None:
                continue
            report = validate(*broken)
            seeded[name] += 1
            found[name] += not report.ok
            named[name] += any(
                f.code == code and f.verdict is not Verdict.PASS for f in report.failed()
            )
    return {name: (KINDS[name][0], seeded[name], found[name], named[name]) for name in KINDS}


def main() -> None:
    """Print the table, and fail unless every seeded fault was caught by its own rule."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--each", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    args = options.parse_args()
    started = time.process_time()
    rows = measure(args.each, args.seed)
    print("| fault | rule | seeded | found | by its rule |\n|---|---|---|---|---|")
    for name, (code, seeded, found, named) in rows.items():
        print(f"| {name} | {code} | {seeded} | {found} | {named} |")
    total, caught = sum(row[1] for row in rows.values()), sum(row[3] for row in rows.values())
    print(f"\n{len(rows)} kinds, {caught} of {total} caught, ", end="")
    print(f"{time.process_time() - started:.0f} CPU s")
    assert all(row[1] == row[3] == args.each for row in rows.values())


if __name__ == "__main__":
    main()
