"""Make piles of a load's boxes: each stands wholly on one that is no smaller, or on the floor."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.compiled import allocating, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

NONE = -(1 << 62)  # a limit that is not there
FREE = 1 << 60  # more than any mass, number or size
LANES = 4
_DEEP = 8  # boxes in a pile

# of a box as asked, after its length, width and height: see loads
BOX_MASS, BOX_UPRIGHT, BOX_ABOVE, BOX_TOP, BOX_STOP, BOX_FLOOR, BOX_ITEM = range(3, 10)
# of a unit, after its length, width and height
UNIT_ROOM, UNIT_PAYLOAD, UNIT_DOOR, UNIT_LEVER, UNIT_CENTRE, UNIT_METRE, UNIT_AREA = (
    *(3, 9, 10, 12, 18),
    *(23, 24),
)
UNIT_REAR, UNIT_CENTRED, UNIT_SURE, UNIT_HELD, UNIT_ORDERED, UNIT_APART, UNIT_COLUMNS = range(
    25, 32
)
# of a box as it is to stand
A, B, H, MASS, ABOVE, TOP, RANK, FLOOR, WAY = range(9)  # WAY: its rank, 0 where order is free
# of a pile: its boxes and their height and mass, what it may still bear, its last and first stop
COUNT, TALL, SUM, ROOM, BEARS, LAST, FIRST = range(7)
# its base, its top, its row and place in that, where it stands and its sides there
LONG, SHORT, TOP_A, TOP_B, ROW, SLOT, X, Y, DX, DY = range(7, 17)
# of a row of piles abreast in a lane
LANE, ALONG, ACROSS, MEMBERS, ROW_LAST, ROW_FIRST, ROW_SUM, ROW_HIGH, AT = range(9)
# counted on a desk
BOXES, PILES, RANKS, ROWS, TURNING, OPEN = range(6)


class Desk(NamedTuple):
    """Work arrays for one load at a time, whole numbers in mm and g."""

    box: NDArray[np.int64]  # (boxes, 9)
    key: NDArray[np.int64]
    order: NDArray[np.int64]  # of boxes to be piled
    turn: NDArray[np.int64]  # of piles or rows
    pile: NDArray[np.int64]  # (boxes, 17)
    chain: NDArray[np.int64]  # (boxes, _DEEP): a pile's boxes from the floor up
    open: NDArray[np.int64]  # (boxes, 2): piles with some room on top, and how high that is
    row: NDArray[np.int64]  # (boxes, 9)
    lane: NDArray[np.int64]  # (LANES, 7): see floor_kernels
    stops: NDArray[np.int64]
    stage: NDArray[np.int64]  # (boxes, 4): mass and twice its moments along x, y and z, by rank
    sky: NDArray[np.int64]  # (2 boxes + 4, 3): from y, to y, from x
    count: NDArray[np.int64]


@allocating
def new_desk(most):
    return Desk(
        np.empty((most, 9), np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty((most, 17), np.int64),
        np.empty((most, _DEEP), np.int64),
        np.empty((most, 2), np.int64),
        np.empty((most, 9), np.int64),
        np.empty((LANES, 7), np.int64),
        np.empty(most, np.int64),
        np.empty((most, 4), np.int64),
        np.empty((2 * most + 4, 3), np.int64),
        np.zeros(6, np.int64),
    )


@kernel
def stand(asked, unit, desk, upright, by_height):
    """Choose how each box stands and the order of piling; False where one finds no way.

    `upright`: 0 as delivered if it may, 1 the lowest, 2 on the smallest base. `by_height`: the
    tallest first instead of the largest base.
    """
    deep, tall = unit[UNIT_ROOM + 3], min(unit[UNIT_ROOM + 5], unit[UNIT_DOOR + 1])
    deep -= unit[UNIT_ROOM]
    wide = min(unit[UNIT_ROOM + 4] - unit[UNIT_ROOM + 1], unit[UNIT_DOOR])
    box, key, stops, ranks = desk.box, desk.key, desk.stops, desk.count[RANKS]
    n, turning = len(asked), 0
    for i in range(n):
        best, ways, left = np.int64(FREE), 0, asked[i, BOX_UPRIGHT]
        for axis in range(2, -1, -1):
            if left == 0:
                break
            if not left >> axis & 1:
                continue
            left ^= 1 << axis
            ways += 1
            h = asked[i, axis]
            one, two = asked[i, (axis + 1) % 3], asked[i, (axis + 2) % 3]
            a, b = max(one, two), min(one, two)
            if h > tall or not ((b <= wide and a <= deep) or (a <= wide and b <= deep)):
                continue
            score = -axis if upright == 0 else (h if upright == 1 else a * b)
            if score < best:
                best = score
                box[i, A], box[i, B], box[i, H] = a, b, h
        if best == FREE:
            return False
        turning += ways > 1
        box[i, MASS] = asked[i, BOX_MASS]
        box[i, ABOVE] = asked[i, BOX_ABOVE] if asked[i, BOX_ABOVE] >= 0 else FREE
        box[i, TOP] = asked[i, BOX_TOP] if asked[i, BOX_TOP] >= 0 else FREE
        box[i, FLOOR] = asked[i, BOX_FLOOR]
        rank = 0
        for k in range(ranks):
            rank += stops[k] < asked[i, BOX_STOP]
        box[i, RANK], box[i, WAY] = rank, rank if unit[UNIT_ORDERED] else 0
        base = box[i, A] * box[i, B]
        size = (box[i, H] << 30) + base if by_height else (base << 16) + box[i, H]
        key[i] = (size << 2) - min(box[i, ABOVE], 3)
    desk.count[BOXES], desk.count[TURNING] = n, turning
    sort_falling(key, desk.order, n)
    return True


@kernel
def sort_falling(key, order, n):
    """Sort keys, the highest first, and number them; equals stay as they came."""
    for i in range(n):
        k, mine = i, key[i]
        while k > 0 and key[k - 1] < mine:
            key[k], order[k] = key[k - 1], order[k - 1]
            k -= 1
        key[k], order[k] = mine, i


@kernel
def all_on_floor(desk):
    """Make each box a pile."""
    desk.count[PILES] = desk.count[OPEN] = 0
    for k in range(desk.count[BOXES]):
        _new_pile(desk.box, desk.pile, desk.chain, desk.order[k], k)
    desk.count[PILES] = desk.count[BOXES]


@kernel
def pile_up(unit, desk):
    """Put each box on or under the pile that it fills best, or start a pile with it."""
    box, pile, chain, some = desk.box, desk.pile, desk.chain, desk.open
    n, piles, left, low = desk.count[BOXES], 0, 0, np.int64(FREE)
    for i in range(n):
        low = min(low, box[i, H])
    tall = unit[UNIT_ROOM + 5]
    for k in range(n):
        i = desk.order[k]
        at, under = _best_pile(box, pile, chain, some, left, i, unit)
        if at < 0:
            _new_pile(box, pile, chain, i, piles)
            some[left, 0] = piles
            p, at = piles, left
            piles += 1
            left += 1
        else:
            p = some[at, 0]
            if under:
                _put_under(box, pile, chain, i, p)
            else:
                _put_on(box, pile, chain, i, p)
        some[at, 1] = tall - pile[p, TALL]
        if some[at, 1] < low or pile[p, COUNT] == _DEEP:
            left -= 1
            some[at, 0], some[at, 1] = some[left, 0], some[left, 1]
    desk.count[PILES] = piles


@kernel
def _best_pile(box, pile, chain, some, n, i, unit):
    """Return the place in `some` of the best pile, below 0 for none, and whether to go under it."""
    # A pile of stops further apart would bar the way of those between them.
    bears, apart = unit[UNIT_AREA], np.int64(1) if unit[UNIT_REAR] else np.int64(FREE)
    a, b, h, mass, rank = box[i, A], box[i, B], box[i, H], box[i, MASS], box[i, WAY]
    above, top, may_rise = box[i, ABOVE], box[i, TOP], box[i, FLOOR] == 0
    best, to, below, base = np.int64(FREE), -1, False, a * b
    for s in range(n):
        left = some[s, 1] - h
        if left < 0 or left << 1 > best:
            continue
        p = some[s, 0]
        lowest, last = chain[p, 0], pile[p, LAST]
        # Single bars: all of it is read at once, which is quicker than to branch at each.
        on = (a <= pile[p, TOP_A]) & (b <= pile[p, TOP_B]) & (pile[p, ROOM] > 0) & may_rise
        on &= (pile[p, BEARS] >= mass) & (rank <= pile[p, FIRST]) & (last - rank <= apart)
        under = (a >= pile[p, LONG]) & (b >= pile[p, SHORT]) & (above >= pile[p, COUNT])
        under &= (top >= pile[p, SUM]) & (rank >= last) & (rank - pile[p, FIRST] <= apart)
        # Boxes that bear something are kept for those that do not.
        score = (left << 1) + ((above > 0) & (box[lowest, ABOVE] > 0))
        if on & (score < best) and (bears == NONE or floor_bears(bears, pile, p, mass, 0)):
            best, to, below = score, s, False
        if not under or box[lowest, FLOOR]:
            continue
        score += (base - pile[p, LONG] * pile[p, SHORT]) << 16
        if score < best and (bears == NONE or floor_bears(bears, pile, p, mass, base)):
            best, to, below = score, s, True
    return to, below


@kernel
def floor_bears(bears, pile, p, more, base):
    """Whether `bears` g per m2 bear a pile and some g more, on its own base or on one of mm2."""
    if base == 0:
        base = pile[p, LONG] * pile[p, SHORT]
    return (pile[p, SUM] + more) * 1_000_000 <= bears * base


@kernel
def _new_pile(box, pile, chain, i, p):
    chain[p, 0] = i
    pile[p, COUNT], pile[p, TALL], pile[p, SUM] = 1, box[i, H], box[i, MASS]
    pile[p, ROOM], pile[p, BEARS] = box[i, ABOVE], box[i, TOP]
    pile[p, LAST] = pile[p, FIRST] = box[i, WAY]
    pile[p, LONG] = pile[p, TOP_A] = box[i, A]
    pile[p, SHORT] = pile[p, TOP_B] = box[i, B]


@kernel
def _put_on(box, pile, chain, i, p):
    chain[p, pile[p, COUNT]] = i
    pile[p, ROOM] = min(pile[p, ROOM] - 1, box[i, ABOVE])
    pile[p, BEARS] = min(pile[p, BEARS] - box[i, MASS], box[i, TOP])
    pile[p, TOP_A], pile[p, TOP_B] = box[i, A], box[i, B]
    _grow(box, pile, i, p)


@kernel
def _put_under(box, pile, chain, i, p):
    for k in range(pile[p, COUNT], 0, -1):
        chain[p, k] = chain[p, k - 1]
    chain[p, 0] = i
    pile[p, ROOM] = min(pile[p, ROOM], box[i, ABOVE] - pile[p, COUNT])
    pile[p, BEARS] = min(pile[p, BEARS], box[i, TOP] - pile[p, SUM])
    pile[p, LONG], pile[p, SHORT] = box[i, A], box[i, B]
    _grow(box, pile, i, p)


@kernel
def _grow(box, pile, i, p):
    pile[p, COUNT] += 1
    pile[p, TALL] += box[i, H]
    pile[p, SUM] += box[i, MASS]
    pile[p, LAST] = max(pile[p, LAST], box[i, WAY])
    pile[p, FIRST] = min(pile[p, FIRST], box[i, WAY])
