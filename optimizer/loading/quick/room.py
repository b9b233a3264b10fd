"""Find a cuboid on the floor of a load unit that is clear of its cuts and blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.loading.geometry import Block, Cut, Interior

Cuboid = tuple[int, int, int, int, int, int]  # x1, y1, z1, x2, y2, z2 in mm; z1 is 0

_LEVELS = 32  # heights tried under a contour


def usable_room(interior: Interior) -> Cuboid | None:
    """Return a large cuboid in which no cut or block is met; None where none was found.

    >>> from optimizer.loading.geometry import Cut, Interior
    >>> usable_room(Interior(unit_code="u", size_mm=(9, 8, 8), cuts=(Cut(1, 1, 12),)))
    (0, 0, 0, 9, 6, 6)
    """
    length, width, height = interior.size_mm
    best: Cuboid | None = None
    for level in range(1, _LEVELS + 1):
        top = height * level // _LEVELS
        across = _across(interior.cuts, width, top)
        room = (0, across[0], 0, length, across[1], top)
        for block in interior.blocks:
            room = _clear(room, block)
        if _volume(room) > (0 if best is None else _volume(best)):
            best = room
    return best


def _across(cuts: tuple[Cut, ...], width: int, top: int) -> tuple[int, int]:
    """Return where along y a column from the floor up to `top` keeps within all cuts."""
    low, high = 0, width
    for cut in cuts:
        left = cut.most - max(0, cut.along_z * top)
        if cut.along_y > 0:
            high = min(high, left // cut.along_y)
        elif cut.along_y < 0:
            low = max(low, -(left // -cut.along_y))
        elif left < 0:
            high = low
    return low, high


def _clear(room: Cuboid, block: Block) -> Cuboid:
    """Return the largest part beside, before, behind or under a block."""
    x1, y1, z1, x2, y2, z2 = room
    b = block
    if min(x2, b.x2) <= max(x1, b.x1) or min(y2, b.y2) <= max(y1, b.y1) or z2 <= b.z1:
        return room
    parts: tuple[Cuboid, ...] = (
        (x1, y1, z1, b.x1, y2, z2),
        (b.x2, y1, z1, x2, y2, z2),
        (x1, y1, z1, x2, b.y1, z2),
        (x1, b.y2, z1, x2, y2, z2),
        (x1, y1, z1, x2, y2, b.z1),
    )
    return max(parts, key=_volume)


def _volume(room: Cuboid) -> int:
    x1, y1, z1, x2, y2, z2 = room
    return max(0, x2 - x1) * max(0, y2 - y1) * max(0, z2 - z1)
