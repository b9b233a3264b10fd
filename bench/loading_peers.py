"""Other packers on the BR instances: `python -m bench.loading_peers --instances DIR`.

Wants py3dbp 1.1.2, packvium 1.8.0, packer3d 0.5.1 and u-nesting 0.28.1 (all on PyPI; none is a
dependency). A peer gets each instance as it is, turned as freely as it knows how to: py3dbp and
u-nesting turn boxes onto any side, which the instances forbid, so their fill is flattered. Fill is
that of one container; beside it the share of boxes whose base is held by less than 70 %.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from bench.loading_br import FOLDER, read_class
from optimizer.loading.geometry import HEIGHT, Rules
from optimizer.loading.packing.beam import pack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.loading.geometry import Interior, Item

    Boxes = list[tuple[float, ...]]  # x, y, z, dx, dy, dz of each box in the container

TICKS = 16_000  # of packvium in a millimetre
TOUCHES = 1e-6  # of a centimetre
HELD = 0.7  # of a base, below which a box is counted as floating or tipped


def ours(interior: Interior, items: Sequence[Item], seconds: float) -> Boxes:
    """Pack by our own beam search with three quarters of each base held."""
    rules = Rules(support_percent=75, unload_in_order=False)
    found = pack(interior, items, rules=rules, effort=10**9, seconds=seconds)
    return [tuple(map(float, p[1:])) for p in found]


def py3dbp(interior: Interior, items: Sequence[Item], seconds: float) -> Boxes:
    """Pack by py3dbp; it knows no time limit."""
    from py3dbp import Bin, Packer  # noqa: PLC0415
    from py3dbp import Item as Box  # noqa: PLC0415

    del seconds
    packer, (length, width, height) = Packer(), interior.size_mm
    packer.add_bin(Bin("c", length, height, width, 10**9))
    for item in items:
        a, b, c = item.size_mm
        for _ in range(item.quantity):
            packer.add_item(Box(item.item_id, a, c, b, 1))
    packer.pack(bigger_first=True, number_of_decimals=0)
    boxes = []
    for box in packer.bins[0].items:
        (x, z, y), (dx, dz, dy) = map(tuple, (box.position, box.get_dimension()))
        boxes.append(tuple(map(float, (x, y, z, dx, dy, dz))))
    return boxes


def packer3d(interior: Interior, items: Sequence[Item], seconds: float) -> Boxes:
    """Pack by packer3d, whose aim is few boxes left over."""
    from packer3d import Packer  # noqa: PLC0415

    packer, (length, width, height) = Packer(timeout=seconds + 60), interior.size_mm
    packer.add_box(id="c", width=length, length=width, height=height, quantity=1)
    for item in items:
        a, b, c = item.size_mm
        turning = "flat" if item.upright == (HEIGHT,) else "any"
        packer.add_item(
            id=item.item_id, width=a, length=b, height=c, quantity=item.quantity,
            rotation=turning, weight=1,
        )  # fmt: skip
    packer.set_options(time_limit_ms=int(seconds * 1000), improve=True, support_mode="contact")
    return [_packer3d_box(box) for unit in packer.pack()["bins"] for box in unit["items"]]


def _packer3d_box(box: dict[str, Any]) -> tuple[float, ...]:
    """Its x and y are the box's middle, its z the base; its length lies along our y."""
    dx, dy, dz = box["width"], box["length"], box["height"]
    return tuple(map(float, (box["x"] - dx / 2, box["y"] - dy / 2, box["z"], dx, dy, dz)))


def packvium(interior: Interior, items: Sequence[Item], seconds: float) -> Boxes:
    """Pack by packvium, whose aim is few boxes left over; each way of turning is told to it."""
    import packvium as other  # noqa: PLC0415

    def size(sides: Sequence[int]) -> Any:  # noqa: ANN401  (its own class)
        return other.Dimensions.mm(*map(str, sides))

    turns = {0: ("WHL", "HWL"), 1: ("LHW", "HLW"), 2: ("LWH", "WLH")}  # the side that is upright
    boxes = [
        other.Item.create(
            item.item_id,
            size(item.size_mm),
            quantity=item.quantity,
            allowed_rotations=tuple(other.Rotation[t] for s in item.upright for t in turns[s]),
        )
        for item in items
    ]
    settings = other.PackingConfig.balanced(
        time_limit_ms=int(seconds * 1000), minimum_support_ratio=0.0, max_containers=1
    )
    unit = other.Container.create("c", size(interior.size_mm), quantity=1)
    found = other.Packer(settings).pack(items=boxes, containers=[unit])
    places = [place for used in found.containers for place in used.placements]
    return [_packvium_box(place) for place in places]


def _packvium_box(place: Any) -> tuple[float, ...]:  # noqa: ANN401  (its own class)
    at, size = place.position, place.dimensions
    sides = (size.length.ticks, size.width.ticks, size.height.ticks)
    return tuple(ticks / TICKS for ticks in (at.x, at.y, at.z, *sides))


def u_nesting(interior: Interior, items: Sequence[Item], seconds: float) -> Boxes:
    """Pack by u-nesting's extreme points; how it turned a box is not told, so nothing floats."""
    import u_nesting as other  # noqa: PLC0415

    sizes = {item.item_id: [float(side) for side in item.size_mm] for item in items}
    asked = [
        {"id": item.item_id, "dimensions": sizes[item.item_id], "quantity": item.quantity}
        for item in items
    ]
    options = {"strategy": "ep", "time_limit_ms": int(seconds * 1000)}
    inside = {"dimensions": [float(side) for side in interior.size_mm]}
    found = other.solve_3d(asked, inside, options)
    return [
        (0.0, 0.0, 0.0, *sizes[place["geometry_id"]])
        for place in found["placements"]
        if place["boundary_index"] == 0
    ]


def main() -> None:
    """Print mean fill, CPU seconds and the share of boxes that float."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instances", type=Path, default=FOLDER)
    parser.add_argument("--ids", default="7")
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--peers", default="ours,py3dbp,packvium,u_nesting,packer3d")
    asked = parser.parse_args()
    known: dict[str, Callable[..., Boxes]] = {
        f.__name__: f for f in (ours, py3dbp, packvium, u_nesting, packer3d)
    }
    for name in asked.peers.split(","):
        rows = [_row(known[name], asked, kind, number) for kind in range(1, 16)
                for number in map(int, asked.ids.split(","))]  # fmt: skip
        fill, seconds, floating = (fmean(column) for column in zip(*rows, strict=True))
        told = "not told where boxes float" if name == "u_nesting" else f"{floating:.1f} % float"
        print(f"{name}: fill {fill:.2f} %, {seconds:.1f} CPU s, {told}", flush=True)


def _row(
    packer: Callable[..., Boxes], asked: argparse.Namespace, kind: int, number: int
) -> tuple[float, float, float]:
    interior, items = read_class(asked.instances / f"BR{kind}.txt")[number - 1]
    clock = time.process_time()
    boxes = packer(interior, items, asked.seconds)
    seconds = time.process_time() - clock
    volume = sum(dx * dy * dz for *_, dx, dy, dz in boxes)
    floating = sum(_held(box, boxes) < HELD for box in boxes)
    return 100 * volume / interior.volume_mm3, seconds, 100 * floating / max(1, len(boxes))


def _held(box: tuple[float, ...], boxes: Boxes) -> float:
    x, y, z, dx, dy, _ = box
    if z <= 0:
        return 1.0
    area = 0.0
    for a, b, c, da, db, dc in boxes:
        if abs(c + dc - z) < TOUCHES:
            along, across = min(x + dx, a + da) - max(x, a), min(y + dy, b + db) - max(y, b)
            area += max(0.0, along) * max(0.0, across)
    return area / (dx * dy)


if __name__ == "__main__":
    main()
