"""Pack the public container instances BR1 to BR15: `python -m bench.loading_br --instances DIR`.

`python -m bench.loading_br [--classes 1-15] [--ids 7,30] [--seconds 1] [--support 0|75|100]
[--threads 1] [--validate]`. DIR holds BR1.txt to BR15.txt (Bischoff and Ratcliff 1995; Davies and
Bischoff 1999) and best_known.csv, which we do not ship. Sizes are in cm and are packed as whole
numbers as they are; fill is a percentage of the container's volume, the gap is in percentage points
to the best known fill, which needs no support. Every plan is checked here by simple means.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from optimizer.loading.geometry import Interior, Item, LoadedUnit, LoadPlan, Rules
from optimizer.loading.packing.beam import pack
from optimizer.loading.validate import validate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.loading.geometry import Placement

FOLDER = Path("instances/loading/BR")
NO_LIMIT = 1 << 60
FIRST_OF_HARD = 8  # BR8 to BR15 have 30 to 100 kinds of boxes


def read_class(path: Path) -> list[tuple[Interior, tuple[Item, ...]]]:
    """Return the instances of one class file, sizes in cm."""
    numbers = iter(int(word) for word in path.read_text(encoding="utf-8").split())
    found = []
    for _ in range(next(numbers)):
        next(numbers), next(numbers)  # its number and its seed
        size = (next(numbers), next(numbers), next(numbers))
        found.append(
            (
                Interior(unit_code=path.stem, size_mm=size, payload_g=NO_LIMIT),
                tuple(_item([next(numbers) for _ in range(8)]) for _ in range(next(numbers))),
            )
        )
    return found


def _item(row: list[int]) -> Item:
    number, *sides, quantity = row
    return Item(
        item_id=str(number),
        shipment_id="br",
        quantity=quantity,
        size_mm=(sides[0], sides[2], sides[4]),
        mass_g=1,
        upright=tuple(side for side in range(3) if sides[2 * side + 1]),
    )


def check_plan(
    interior: Interior, items: Sequence[Item], placed: Sequence[Placement], percent: int
) -> float:
    """Return the fill in percent; fail where boxes stick out, meet, are too many or hang."""
    for box in placed:
        ends = (box.x + box.dx, box.y + box.dy, box.z + box.dz)
        assert min(box.x, box.y, box.z) >= 0, box
        assert all(end <= most for end, most in zip(ends, interior.size_mm, strict=True)), box
        assert (box.dx, box.dy, box.dz) in items[box.item].turned(), box
    for number, item in enumerate(items):
        assert sum(box.item == number for box in placed) <= item.quantity, item
    rests = [0] * len(placed)
    for (i, a), (j, b) in combinations(enumerate(placed), 2):
        wide = min(a.x + a.dx, b.x + b.dx) - max(a.x, b.x)
        deep = min(a.y + a.dy, b.y + b.dy) - max(a.y, b.y)
        high = min(a.z + a.dz, b.z + b.dz) - max(a.z, b.z)
        assert min(wide, deep, high) <= 0, (a, b)
        if wide > 0 and deep > 0 and high == 0:
            rests[i if a.z > b.z else j] += wide * deep
    for box, area in zip(placed, rests, strict=True):
        assert box.z == 0 or area * 100 >= box.dx * box.dy * percent, box
    return 100 * sum(box.dx * box.dy * box.dz for box in placed) / interior.volume_mm3


def validate_plan(
    interior: Interior, items: Sequence[Item], placed: Sequence[Placement], rules: Rules
) -> None:
    """Fail where the product's own validator finds a fault."""
    left = [
        (k, item.quantity - sum(b.item == k for b in placed), "no room")
        for k, item in enumerate(items)
    ]
    unit = LoadedUnit(interior=interior, placements=tuple(placed))
    plan = LoadPlan(
        items=tuple(items), units=(unit,), unplaced=tuple(row for row in left if row[1] > 0)
    )
    report = validate(plan, rules)
    failed = [f for f in report.findings if f.verdict.name == "FAIL"]
    assert not failed, failed[:3]


def _numbers(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=Path, default=FOLDER)
    parser.add_argument("--classes", type=_numbers, default=_numbers("1-15"))
    parser.add_argument("--ids", type=_numbers, default=_numbers("7,30"))
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--support", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--validate", action="store_true")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    """Print fill, gap and processor seconds a class, and their means."""
    options = _options(arguments)
    with (options.instances / "best_known.csv").open(encoding="utf-8", newline="") as file:
        best = {
            (row["class"], int(row["instance"])): int(row["best_known_volume_cm3"])
            for row in csv.DictReader(file)
        }
    rules = Rules(support_percent=options.support)
    warm, some = read_class(options.instances / "BR1.txt")[0]
    pack(warm, some, rules=rules, effort=1)
    rows: list[tuple[int, float, float, float]] = []
    for number in options.classes:
        name = f"BR{number}"
        instances = read_class(options.instances / f"{name}.txt")
        for which in options.ids:
            interior, items = instances[which - 1]
            began = time.process_time()
            placed = pack(
                interior,
                items,
                rules=rules,
                effort=NO_LIMIT,
                seconds=options.seconds,
                threads=options.threads,
            )
            took = time.process_time() - began
            fill = check_plan(interior, items, placed, options.support)
            if options.validate:
                validate_plan(interior, items, placed, rules)
            gap = 100 * best[name, which] / interior.volume_mm3 - fill
            rows.append((number, fill, gap, took))
        _tell(name, [row for row in rows if row[0] == number])
    _tell("BR1-7", [row for row in rows if row[0] < FIRST_OF_HARD])
    _tell("BR8-15", [row for row in rows if row[0] >= FIRST_OF_HARD])
    _tell("all", rows)


def _tell(name: str, rows: Sequence[tuple[int, float, float, float]]) -> None:
    if rows:
        fill, gap, took = (fmean(row[k] for row in rows) for k in (1, 2, 3))
        print(f"{name:7} fill {fill:6.2f} %  gap {gap:5.2f} pp  {took:5.2f} CPU s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
