"""Check piles as they stand by what floor, axles and stops ask, and spread their boxes."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import kernel
from optimizer.loading.quick.pile_kernels import (
    COUNT,
    DX,
    DY,
    FIRST,
    LAST,
    LONG,
    MASS,
    NONE,
    PILES,
    RANK,
    RANKS,
    UNIT_AREA,
    UNIT_CENTRE,
    UNIT_CENTRED,
    UNIT_LEVER,
    UNIT_METRE,
    UNIT_ROOM,
    WAY,
    A,
    B,
    H,
    X,
    Y,
    floor_bears,
)

_METRE = 1000
_ROUND = 1e-9  # of a metre's mass: rounding is taken to the safe side


@kernel
def holds(unit, desk):
    """Whether limits of floor, supports and centre are kept, pushed back as far as they ask.

    What stands where within the walls, on what and behind what, is the builder's.
    """
    pile, piles = desk.pile, desk.count[PILES]
    if unit[UNIT_AREA] != NONE:
        for p in range(piles):
            if not floor_bears(unit[UNIT_AREA], pile, p, 0, 0):
                return False
    levered = unit[UNIT_LEVER + 1] > unit[UNIT_LEVER]
    if (levered or unit[UNIT_CENTRED]) and not _balances(unit, desk, levered):
        return False
    return unit[UNIT_METRE] == NONE or _metres_hold(desk, unit[UNIT_METRE])


@kernel
def bars_a_way(desk):
    """Whether a box of a later stop stands between one of an earlier stop and the door."""
    n, pile = desk.count[PILES], desk.pile
    for p in range(n):
        end, low, high = pile[p, X] + pile[p, DX], pile[p, Y], pile[p, Y] + pile[p, DY]
        for q in range(n):
            if pile[q, LAST] <= pile[p, FIRST] or pile[q, X] < end:
                continue
            if low < pile[q, Y] + pile[q, DY] and pile[q, Y] < high and _meet(desk, p, q):
                return True
    return False


@kernel
def _meet(desk, p, q):
    """Whether at one height a box of pile `q` is of a later stop than one of `p`."""
    box, chain, z = desk.box, desk.chain, np.int64(0)
    for k in range(desk.pile[p, COUNT]):
        i, other_z = chain[p, k], np.int64(0)
        for m in range(desk.pile[q, COUNT]):
            j = chain[q, m]
            over = z < other_z + box[j, H] and other_z < z + box[i, H]
            if over and box[j, WAY] > box[i, WAY]:
                return True
            other_z += box[j, H]
        z += box[i, H]
    return False


@kernel
def _balances(unit, desk, levered):
    """Push the load back until its limits are kept at departure and after each stop."""
    stage, pile, ranks = desk.stage, desk.pile, desk.count[RANKS]
    far = _weigh(desk, unit[UNIT_CENTRED])
    low, high = np.int64(0), unit[UNIT_ROOM + 3] - far
    for r in range(ranks - 1, -1, -1):
        if r < ranks - 1:
            for k in range(4):
                stage[r, k] += stage[r + 1, k]
        if levered:
            least, most = _lever(unit, stage, r)
            low, high = max(low, least), min(high, most)
        if unit[UNIT_CENTRED]:
            least, most = _centre(unit, stage, r)
            low, high = max(low, least), min(high, most)
        if low > high:
            return False
    if low > 0:
        for p in range(desk.count[PILES]):
            pile[p, X] += low
    return True


@kernel
def _weigh(desk, centred):
    """Sum masses and moments by stop, across and up if asked; return how far the load reaches."""
    box, pile, chain, stage = desk.box, desk.pile, desk.chain, desk.stage
    for r in range(desk.count[RANKS]):
        for k in range(4):
            stage[r, k] = 0
    far = np.int64(0)
    for p in range(desk.count[PILES]):
        lengthwise = pile[p, DX] == pile[p, LONG]
        deep, wide = (A, B) if lengthwise else (B, A)
        x, y, z = 2 * pile[p, X], 2 * pile[p, Y], np.int64(0)
        far = max(far, pile[p, X] + pile[p, DX])
        for k in range(pile[p, COUNT]):
            i = chain[p, k]
            r, mass = box[i, RANK], box[i, MASS]
            stage[r, 0] += mass
            stage[r, 1] += mass * (x + box[i, deep])
            if centred:
                stage[r, 2] += mass * (y + box[i, wide])
                stage[r, 3] += mass * (2 * z + box[i, H])
                z += box[i, H]
    return far


@kernel
def _lever(unit, stage, r):
    """Return the least and most that the load may be pushed back for its supports' sake."""
    at, twice = UNIT_LEVER, 2 * stage[r, 0]
    low, high = np.int64(0), np.int64(-NONE)
    span = 2 * (unit[at + 1] - unit[at])
    rear = stage[r, 1] - unit[at] * twice
    front = stage[r, 0] * span - rear
    if unit[at + 2] != NONE:
        low = max(low, -((unit[at + 2] * span - front) // twice))
    if unit[at + 3] != NONE:
        high = min(high, (unit[at + 3] * span - rear) // twice)
    if unit[at + 4] != NONE:
        high = min(high, (front - unit[at + 4] * span) // twice)
    if unit[at + 5] != NONE:
        low = max(low, -((rear - unit[at + 5] * span) // twice))
    return low, high


@kernel
def _centre(unit, stage, r):
    """Return likewise for the centre of gravity; the most is below the least where it is amiss."""
    at, twice = UNIT_CENTRE, 2 * stage[r, 0]
    low, high = np.int64(0), np.int64(-NONE)
    if unit[at] != NONE:
        low = max(low, -((stage[r, 1] - unit[at] * twice) // twice))
    if unit[at + 1] != NONE:
        high = min(high, (unit[at + 1] * twice - stage[r, 1]) // twice)
    amiss = unit[at + 2] != NONE and stage[r, 2] < unit[at + 2] * twice
    amiss = amiss or (unit[at + 3] != NONE and stage[r, 2] > unit[at + 3] * twice)
    amiss = amiss or (unit[at + 4] != NONE and stage[r, 3] > unit[at + 4] * twice)
    return low, np.int64(-1) if amiss else high


@kernel
def _metres_hold(desk, limit):
    """Try the metres that start or end where a box does: the heaviest is among them."""
    pile = desk.pile
    for p in range(desk.count[PILES]):
        for k in range(pile[p, COUNT]):
            x = pile[p, X]
            far = x + _deep(desk, p, desk.chain[p, k])
            for start in (x, x - _METRE, far, far - _METRE):
                if _on_metre(desk, start) > limit * (1.0 - _ROUND):
                    return False
    return True


@kernel
def _on_metre(desk, start):
    total, pile = 0.0, desk.pile
    for p in range(desk.count[PILES]):
        for k in range(pile[p, COUNT]):
            i = desk.chain[p, k]
            dx = _deep(desk, p, i)
            part = min(start + _METRE, pile[p, X] + dx) - max(start, pile[p, X])
            if part > 0:
                total += desk.box[i, MASS] * (part / dx)
    return total


@kernel
def _deep(desk, p, i):
    """Return the side of a box along the unit."""
    return desk.box[i, A] if desk.pile[p, DX] == desk.pile[p, LONG] else desk.box[i, B]


@kernel
def spread(desk, places):
    """Fill where each box stands: x, y, z, dx, dy, dz."""
    for p in range(desk.count[PILES]):
        z = np.int64(0)
        for k in range(desk.pile[p, COUNT]):
            i = desk.chain[p, k]
            dx = _deep(desk, p, i)
            places[i, 0], places[i, 1], places[i, 2] = desk.pile[p, X], desk.pile[p, Y], z
            places[i, 3], places[i, 4] = dx, desk.box[i, A] + desk.box[i, B] - dx
            places[i, 5] = desk.box[i, H]
            z += desk.box[i, H]
