"""Load the cargo of real flights anew: `python -m bench.aclpp_load [--folder DIR]`.

Into the very units that the benchmark flew (see `bench.aclpp`): as many of each type, no others.
Our packer sees the cargo alone. Its plans are judged by the validator under rules that are harder
than the benchmark's: bases on what is exactly below (75 %), middles over contacts, what a piece
bears. `--blocks` keeps blocked space clear, which none of the benchmark's units does; `--express`
keeps express apart from the rest. Positions aboard are not planned anew: units of one type take
each other's.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from bench.aclpp import EXPRESS, FOLDER, GRAMS, MM, STANDARD, read_apart, read_segments
from optimizer.loading.filling import EFFORTS, Effort
from optimizer.loading.geometry import Interior, Item, LoadPlan, Rules
from optimizer.loading.intake import why_unloadable
from optimizer.loading.several import UnitKind, load_units
from optimizer.loading.validate import validate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.aclpp import Segment

from pathlib import Path

COLUMNS = (
    "units",
    "boxes",
    "left by the benchmark",
    "penalty",
    "left by us",
    "our penalty",
    "rules broken",
    "CPU s",
)


def items_of(segment: Segment) -> tuple[Item, ...]:
    """Return the pieces of a segment, each bearing what its weakest upright side does."""
    found = []
    for item, strengths in zip(segment.plan.items, segment.bears_kg_per_cm2, strict=True):
        tops = []
        for side in item.upright:
            a, b = (item.size_mm[k] for k in range(3) if k != side)
            if (strength := strengths[side]) is not None:
                tops.append(int(strength * GRAMS * Fraction(a * b, MM**2)))
        found.append(replace(item, top_g=min(tops, default=None)))
    return tuple(found)


def loaded_anew(segment: Segment, rules: Rules, effort: Effort, *, blocks: bool) -> LoadPlan:
    """Return our plan for a segment; what goes into none of its units stays, whatever is done."""
    inside = (u.interior if blocks else replace(u.interior, blocks=()) for u in segment.plan.units)
    flown = Counter(inside)
    kinds = [
        UnitKind(interior=unit, most=most, cost=0.0)
        for unit, most in sorted(flown.items(), key=lambda pair: pair[0].unit_code)
    ]
    items = items_of(segment)
    fits = [n for n, item in enumerate(items) if any(_goes_in(k.interior, item) for k in kinds)]
    plan = load_units(kinds, [items[n] for n in fits], rules=rules, effort=effort, press=False)
    return replace(
        plan,
        items=items,
        units=tuple(
            replace(u, placements=tuple(p._replace(item=fits[p.item]) for p in u.placements))
            for u in plan.units
        ),
        unplaced=(
            *((fits[n], count, why) for n, count, why in plan.unplaced),
            *((n, items[n].quantity, "fits no unit") for n in range(len(items)) if n not in fits),
        ),
        cost=None,
        least_cost=None,
    )


def _goes_in(unit: Interior, item: Item) -> bool:
    return not why_unloadable(unit, item)


def left(segment: Segment, plan: LoadPlan) -> tuple[int, int]:
    """Return how many boxes a plan leaves, and what that costs by the benchmark's penalties."""
    boxes = sum(count for _, count, _ in plan.unplaced)
    return boxes, sum(count * segment.penalties[n] for n, count, _ in plan.unplaced)


def row_of(segment: Segment, rules: Rules, effort: Effort, *, blocks: bool) -> Iterator[float]:
    """Yield what the table says of one segment."""
    start = time.process_time()
    plan = loaded_anew(segment, rules, effort, blocks=blocks)
    took = time.process_time() - start
    yield from (len(segment.plan.units), sum(item.quantity for item in plan.items))
    yield from (*left(segment, segment.plan), *left(segment, plan))
    yield len(validate(plan, rules).failed())
    yield took


def main() -> None:
    """Print a row per flight and their sum."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, default=FOLDER)
    options.add_argument("--effort", choices=EFFORTS, default="normal")
    options.add_argument("--express", action="store_true", help="express apart from the rest")
    options.add_argument("--blocks", action="store_true", help="blocked space clear")
    options.add_argument("--flights", nargs="*", default=(), help="segments; all unless told")
    told = options.parse_args()
    apart = read_apart(told.folder) | ({(EXPRESS, STANDARD)} if told.express else set())
    rules = Rules(unload_in_order=False, apart=frozenset(apart))
    effort = Effort(name=told.effort, threads=os.cpu_count() or 1)
    print("| flight | " + " | ".join(COLUMNS) + " |\n" + "|---" * (len(COLUMNS) + 1) + "|")
    total = [0.0] * len(COLUMNS)
    for segment in read_segments(told.folder):
        if told.flights and segment.segment_id not in told.flights:
            continue
        row = list(row_of(segment, rules, effort, blocks=told.blocks))
        total = [a + b for a, b in zip(total, row, strict=True)]
        print(
            f"| {segment.segment_id} | " + " | ".join(f"{v:,.0f}" for v in row) + " |", flush=True
        )
    print("| all | " + " | ".join(f"{value:,.0f}" for value in total) + " |")


if __name__ == "__main__":
    main()
