"""Check where boxes are: within the walls, clear of contour, blocks and each other, well turned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.loading.checks.boxes import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.loading.checks.boxes import UnitLoad
    from optimizer.loading.geometry import Rules


def wall_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find boxes that do not lie between 0 and the inner length, width and height."""
    for i, b in enumerate(load.boxes):
        spans = ((b.x1, b.x2), (b.y1, b.y2), (b.z1, b.z2))
        for axis, (low, high), most in zip("xyz", spans, load.interior.size_mm, strict=True):
            if low < 0 or high > most:
                yield Fault(load.about(i), f"{axis} from {low} to {high} mm, wanted 0 to {most}")


def contour_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find boxes beyond a half-plane, judged by the edge that comes nearest to it."""
    for number, cut in enumerate(load.interior.cuts, start=1):
        for i, b in enumerate(load.boxes):
            y = b.y2 if cut.along_y > 0 else b.y1
            z = b.z2 if cut.along_z > 0 else b.z1
            found = cut.along_y * y + cut.along_z * z
            if found > cut.most:
                what = f"cut {number}: {cut.along_y} * {y} + {cut.along_z} * {z} mm"
                yield Fault(load.about(i), f"{what} = {found}, wanted <= {cut.most}")


def block_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find boxes inside a blocked cuboid."""
    for number, k in enumerate(load.interior.blocks, start=1):
        for i, b in enumerate(load.boxes):
            depths = (
                min(b.x2, k.x2) - max(b.x1, k.x1),
                min(b.y2, k.y2) - max(b.y1, k.y1),
                min(b.z2, k.z2) - max(b.z1, k.z1),
            )
            if min(depths) > 0:
                yield Fault(load.about(i), f"{min(depths)} mm into block {number}, wanted 0")


def overlap_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find pairs of boxes that share space; to touch is allowed."""
    for low, high in load.columns:
        a, b = load.boxes[low], load.boxes[high]
        depth = min(a.z2, b.z2) - b.z1
        if depth > 0:
            sides = (min(a.x2, b.x2) - max(a.x1, b.x1), min(a.y2, b.y2) - max(a.y1, b.y1), depth)
            size = " x ".join(map(str, sides))
            yield Fault(load.about(low, high), f"share {size} mm, wanted nothing")


def turning_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find boxes without their item's sizes, or on a side that may not be their base."""
    for i, b in enumerate(load.boxes):
        found = (b.x2 - b.x1, b.y2 - b.y1, b.z2 - b.z1)
        size, most = b.item.size_mm, b.item.upright
        heights = {size[side] for side in most}
        if b.item.fixed and found != size:
            yield Fault(load.about(i), f"is {found} mm, wanted as delivered: {size}")
        elif sorted(found) != sorted(size):
            yield Fault(load.about(i), f"is {found} mm, wanted the sides {size}")
        elif found[2] not in heights:
            wanted = " or ".join(map(str, sorted(heights)))
            yield Fault(load.about(i), f"stands {found[2]} mm high, wanted {wanted}")


def door_faults(load: UnitLoad, _: Rules) -> Iterator[Fault]:
    """Find boxes that do not pass the rear door as turned, even if there are other doors."""
    if load.interior.door_mm is None:
        return
    wide, tall = load.interior.door_mm
    for i, b in enumerate(load.boxes):
        found = (b.y2 - b.y1, b.z2 - b.z1)
        if found[0] > wide or found[1] > tall:
            what = f"{found[0]} mm wide and {found[1]} high"
            yield Fault(load.about(i), f"{what}, wanted a door's {wide} and {tall}")
