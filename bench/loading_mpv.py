"""Bins over the lower bound on the classes of Martello, Pisinger and Vigo (2000).

    python -m bench.loading_mpv --sizes 50,100,200 --seeds 10 --effort normal

Classes and their ranges as in the paper (doi 10.1287/opre.48.2.256.12386); the random numbers are
our own, so instances are not those of the paper. Boxes may not be turned and may float, as there.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from optimizer.loading.filling import Effort
from optimizer.loading.geometry import Interior, Item, Rules
from optimizer.loading.several import UnitKind, load_units
from optimizer.loading.validate import validate

SIDES = {6: 10, 7: 40, 8: 100}
LONGEST = {6: 10, 7: 35, 8: 100}
MAIN_SHARE = 0.6  # of the boxes of classes 1 to 5 are of the class's own type
FREE = Rules(support_percent=0, unload_in_order=False)


def instance(kind: int, number: int, seed: int) -> tuple[int, list[tuple[int, int, int]]]:
    """Return the side of the bin and the sizes of the boxes."""
    random = np.random.default_rng([kind, number, seed])
    side = SIDES.get(kind, 100)
    return side, [_box(kind, side, random) for _ in range(number)]


def _box(kind: int, side: int, random: np.random.Generator) -> tuple[int, int, int]:
    def between(low: int, high: int) -> int:
        return int(random.integers(low, high + 1))

    if kind in LONGEST:
        return tuple(between(1, LONGEST[kind]) for _ in range(3))  # type: ignore[return-value]
    if random.random() >= MAIN_SHARE:
        kind = int(random.choice([other for other in range(1, 6) if other != kind]))
    small, large = (1, side // 2), (-(-2 * side // 3), side)
    half = (side // 2, side)
    ranges = {
        1: (small, large, large),
        2: (large, small, large),
        3: (large, large, small),
        4: (half, half, half),
        5: (small, small, small),
    }[kind]
    return tuple(between(*r) for r in ranges)  # type: ignore[return-value]


def main() -> None:
    """Print one row per class and size, and the whole."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classes", default="1,2,3,4,5,6,7,8")
    parser.add_argument("--sizes", default="50,100,200")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--effort", default="normal")
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    sums = np.zeros(2)
    for number in map(int, asked.sizes.split(",")):
        for kind in map(int, asked.classes.split(",")):
            found, clock = np.zeros(2), time.process_time()
            for seed in range(1, asked.seeds + 1):
                found += _bins(kind, number, seed, asked)
            sums += found
            seconds = (time.process_time() - clock) / asked.seeds
            print(
                f"class {kind} n {number}: {found[0]:.0f} bins, at least {found[1]:.0f}, "
                f"{100 * (found[0] / found[1] - 1):.1f} % over; {seconds:.1f} CPU s each",
                flush=True,
            )
    print(f"all: {sums[0]:.0f} bins, at least {sums[1]:.0f}: {100 * (sums[0] / sums[1] - 1):.2f} %")


def _bins(kind: int, number: int, seed: int, asked: argparse.Namespace) -> tuple[int, int]:
    side, boxes = instance(kind, number, seed)
    bin_ = Interior(unit_code="bin", size_mm=(side, side, side), payload_g=10**9, rear_only=False)
    items = [
        Item(item_id=str(n), shipment_id="S", quantity=1, size_mm=size, mass_g=1, fixed=True)
        for n, size in enumerate(boxes)
    ]
    effort = Effort(name=asked.effort, seed=seed, threads=asked.threads)
    plan = load_units([UnitKind(interior=bin_)], items, rules=FREE, effort=effort)
    assert not plan.unplaced
    faults = [f for f in validate(plan, FREE).findings if f.verdict == "fail"]
    assert not faults, faults[:3]
    assert plan.least_units is not None
    return len(plan.units), plan.least_units


if __name__ == "__main__":
    main()
