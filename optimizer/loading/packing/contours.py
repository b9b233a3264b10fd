"""Turn what of a unit's box no cargo may enter into cuboids, so that the packer knows one kind."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.loading.geometry import Block

if TYPE_CHECKING:
    from optimizer.loading.geometry import Cut, Interior, Size

STAIRS = 32  # steps by which a slanted contour is cut: what is lost is half a step's triangle each


def list_blocked(interior: Interior) -> tuple[Block, ...]:
    """Return the cuboids that the blocks and the stairs over the cuts of an interior take, in mm.

    The stairs hold all that lies beyond a cut and a little more.

    >>> from optimizer.loading.geometry import Cut, Interior
    >>> slanted = Interior(unit_code="u", size_mm=(9, 4, 4), cuts=(Cut(1, 1, 6),))
    >>> list_blocked(slanted)
    (Block(x1=0, y1=3, z1=2, x2=9, y2=4, z2=3), Block(x1=0, y1=2, z1=3, x2=9, y2=4, z2=4))
    """
    stairs = (step for cut in interior.cuts for step in _stairs(cut, interior.size_mm))
    length, width, height = interior.size_mm
    clipped = (
        Block(
            max(b.x1, 0),
            max(b.y1, 0),
            max(b.z1, 0),
            min(b.x2, length),
            min(b.y2, width),
            min(b.z2, height),
        )
        for b in (*interior.blocks, *stairs)
    )
    return tuple(b for b in clipped if b.x1 < b.x2 and b.y1 < b.y2 and b.z1 < b.z2)


def _stairs(cut: Cut, size: Size) -> list[Block]:
    length, width, height = size
    blocks = []
    for low, high in pairwise(_levels(cut, width, height)):
        # Of the cargo between two levels, the level nearer to the cut decides.
        most = cut.most - cut.along_z * (high if cut.along_z > 0 else low)
        if cut.along_y > 0:
            blocks.append(Block(0, max(most // cut.along_y, 0), low, length, width, high))
        elif cut.along_y < 0:
            blocks.append(Block(0, 0, low, length, min(-(most // -cut.along_y), width), high))
        elif most < 0:
            blocks.append(Block(0, 0, low, length, width, high))
    return blocks


def _levels(cut: Cut, width: int, height: int) -> list[int]:
    """Return the heights at which steps begin and end: close to each other where the cut runs."""
    if cut.along_z == 0:
        return [0, height]
    ends = sorted((cut.most - cut.along_y * y) / cut.along_z for y in (0, width))
    low, high = (min(max(int(end), 0), height) for end in ends)
    steps = min(STAIRS, high - low)
    inner = [low + (high - low) * k // steps for k in range(steps + 1)] if steps else [low, high]
    if cut.along_y == 0:
        inner = [inner[0]]
    return sorted({0, *inner, height})
