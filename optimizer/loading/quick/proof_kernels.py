"""Prove that no placement of a load's boxes exists, by what each must take up of floor and height.

A plumb line meets boxes that stand on each other. Let each box have a weight such that along no
plumb line they add up to more than 1, and round its sides up by functions that keep together what
fits together. Then weight by rounded length by rounded width add up to at most the floor: at each
place along the unit the weights lie as intervals across it, nowhere above 1 together; intervals
make perfect graphs, so they are a mixture of sets that do not overlap, and those fit when rounded.
The same, along the unit, for what that comes to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.compiled import allocating, kernel
from optimizer.loading.quick.pile_kernels import (
    BOX_ABOVE,
    BOX_FLOOR,
    BOX_TOP,
    BOX_UPRIGHT,
    UNIT_DOOR,
    UNIT_HELD,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIDES = 8  # different sides that are rounded up; of more the sums leave no room to round
_CLASSES = 64
_FEW_CLASSES = 24  # of which all piles are weighed
_ROUND = 1e-9  # of a sum of shares: below it is rounding
_ANY = 3  # levels above: more are not told apart

# of a class: height, levels that it may carry up to `_ANY`, may stand on others
HIGH, LEVELS, UP = range(3)
# of a way to stand: box, class
OF, CLASS = range(2)


class Proof(NamedTuple):
    """Work arrays for the proofs, and the last sides that were rounded."""

    way: NDArray[np.int64]  # (3 boxes, 2)
    area: NDArray[np.float64]  # (3 boxes, 4) shares of the floor, by rounding
    kind: NDArray[np.int64]  # (_CLASSES, 3)
    weight: NDArray[np.float64]  # (_CLASSES,)
    sides: NDArray[np.int64]  # (3, 2 + _SIDES): whole side, how many, sides; by axis
    wide: NDArray[np.int64]  # (3, 1 + _SIDES): rounded whole, rounded sides
    total: NDArray[np.float64]  # (_CLASSES, 4): shares of boxes that stand in one way only
    count: NDArray[np.int64]  # ways, classes


@allocating
def new_proof(most):
    return Proof(
        np.empty((3 * most, 2), np.int64),
        np.empty((3 * most, 4)),
        np.empty((_CLASSES, 3), np.int64),
        np.empty(_CLASSES),
        np.zeros((3, 2 + _SIDES), np.int64),
        np.zeros((3, 1 + _SIDES), np.int64),
        np.empty((_CLASSES, 4)),
        np.zeros(2, np.int64),
    )


@kernel
def proven_too_much(asked, unit, proof):
    """Whether some box goes in no way, or rounded heights ask for more floor than there is.

    Proofs hold for every valid plan (Fekete and Schepers, doi 10.1287/moor.1030.0079).
    """
    _round_sides(asked, unit, proof)
    if not _ways(asked, unit, proof):
        return True
    kind, n, whole = proof.kind, proof.count[1], unit[2]
    if n > _CLASSES:
        return False
    for k in range(n):
        proof.weight[k] = _rounded(proof.sides, proof.wide, 2, kind[k, HIGH])
    if _needs(proof) > 1.0 + _ROUND:
        return True
    for at in range(n):
        least = kind[at, HIGH]
        if 2 * least > whole or not _is_first(kind, at):
            continue
        for k in range(n):
            high = kind[k, HIGH]
            middle = high / whole if high >= least else 0.0
            proof.weight[k] = 1.0 if high > whole - least else middle
        if _needs(proof) > 1.0 + _ROUND:
            return True
    return False


@kernel
def _needs(proof):
    """Return the largest share of the floor needed by weights, each box in its least way."""
    best, weight = 0.0, proof.weight
    for v in range(4):
        need = 0.0
        for k in range(proof.count[1]):
            need += weight[k] * proof.total[k, v]
        w = 0
        while w < proof.count[0]:
            box, least = proof.way[w, OF], 2.0
            while w < proof.count[0] and proof.way[w, OF] == box:
                least = min(least, weight[proof.way[w, CLASS]] * proof.area[w, v])
                w += 1
            need += least
        best = max(best, need)
    return best


@allocating
def _ways(asked, unit, proof):
    """List in which ways each box passes the door and the walls; False where one has none."""
    found, classes = 0, 0
    way, area, kind, total = proof.way, proof.area, proof.kind, proof.total
    wide, tall = min(unit[1], unit[UNIT_DOOR]), min(unit[2], unit[UNIT_DOOR + 1])
    for j in range(len(asked)):
        before = found
        levels = _ANY
        if unit[UNIT_HELD] >= 100:
            if asked[j, BOX_ABOVE] >= 0:
                levels = min(levels, asked[j, BOX_ABOVE])
            if asked[j, BOX_TOP] == 0:
                levels = 0
        for axis in range(3):
            h = asked[j, axis]
            if not asked[j, BOX_UPRIGHT] >> axis & 1 or h > tall:
                continue
            one, two = asked[j, (axis + 1) % 3], asked[j, (axis + 2) % 3]
            straight = one <= unit[0] and two <= wide
            turned = two <= unit[0] and one <= wide
            if not straight and not turned:
                continue
            _shares(area, proof.sides, proof.wide, unit, found, one, two, straight, turned)
            up = 0 if asked[j, BOX_FLOOR] else 1
            k = 0
            while k < min(classes, _CLASSES):
                if kind[k, HIGH] == h and kind[k, LEVELS] == levels and kind[k, UP] == up:
                    break
                k += 1
            if k == classes:
                if classes < _CLASSES:
                    kind[k, HIGH], kind[k, LEVELS], kind[k, UP] = h, levels, up
                    total[k] = 0.0
                classes += 1
            elif k == _CLASSES:
                classes = _CLASSES + 1
            way[found, OF], way[found, CLASS] = j, k
            found += 1
        if found == before:
            return False
        if found == before + 1 and classes <= _CLASSES:
            found = before
            total[way[found, CLASS]] += area[found]
    proof.count[0], proof.count[1] = found, classes
    return True


@kernel
def _shares(area, sides, wide, unit, at, one, two, straight, turned):
    """Set the shares of the floor: each side rounded up, or counted when above a half."""
    for v in range(4):
        area[at, v] = 2.0
    for turn in range(2):
        if not (turned if turn else straight):
            continue
        x, y = (two, one) if turn else (one, two)
        deep, half_deep = _rounded(sides, wide, 0, x), _half(unit[0], x)
        broad, half_broad = _rounded(sides, wide, 1, y), _half(unit[1], y)
        area[at, 0] = min(area[at, 0], deep * broad)
        area[at, 1] = min(area[at, 1], half_deep * broad)
        area[at, 2] = min(area[at, 2], deep * half_broad)
        area[at, 3] = min(area[at, 3], half_deep * half_broad)


@kernel
def _half(whole, side):
    return 0.5 if 2 * side == whole else (1.0 if 2 * side > whole else 0.0)


@kernel
def _rounded(sides, wide, axis, side):
    for k in range(sides[axis, 1]):
        if sides[axis, 2 + k] == side:
            return wide[axis, 1 + k] / wide[axis, 0]
    return side / sides[axis, 0]


@allocating
def _round_sides(asked, unit, proof):
    """Round up what may lie along each axis so far that all that fits together still does."""
    floor, up = np.zeros(_SIDES + 1, np.int64), np.zeros(_SIDES + 1, np.int64)
    floors, ups = 0, 0
    for j in range(len(asked)):
        for axis in range(3):
            side = asked[j, axis]
            stands = asked[j, BOX_UPRIGHT] >> axis & 1
            if stands and ups <= _SIDES:
                ups = _enter(up, ups, side)
            if (not stands or asked[j, BOX_UPRIGHT] != 1 << axis) and floors <= _SIDES:
                floors = _enter(floor, floors, side)
    for axis in range(3):
        sides, n = (up, ups) if axis == 2 else (floor, floors)
        whole = unit[axis]
        if n > _SIDES:
            n = 0
        known = proof.sides[axis, 0] == whole and proof.sides[axis, 1] == n
        for k in range(n):
            known = known and proof.sides[axis, 2 + k] == sides[k]
        if not known:
            proof.sides[axis, 0], proof.sides[axis, 1] = whole, n
            proof.sides[axis, 2 : 2 + n] = sides[:n]
            _round_up(whole, sides[:n], proof.wide[axis])


@kernel
def _enter(sides, n, side):
    """Add a side to those found, the longest first; return how many there are, or too many."""
    k = n
    while k > 0 and sides[k - 1] < side:
        k -= 1
    if k > 0 and sides[k - 1] == side:
        return n
    if n < len(sides):
        for j in range(min(n, len(sides) - 1), k, -1):
            sides[j] = sides[j - 1]
        sides[k] = side
    return n + 1


@allocating
def _round_up(whole, sides, wide):
    """Fill the rounded whole and sides, whole numbers again.

    The whole shrinks to the longest sum of sides in it. Then each side in turn grows by what is
    left over, at least, beside it and its like.
    """
    n = len(sides)
    wide[1 : 1 + n] = sides
    wide[0] = _sums(wide[1 : 1 + n], -1, whole)[whole] if n else whole
    if wide[0] == 0:  # no side fits at all
        wide[0] = whole
        return
    for i in range(n):
        if wide[1 + i] > wide[0]:
            continue
        best = _sums(wide[1 : 1 + n], i, wide[0])
        grown = np.int64(wide[0])
        for copies in range(1, wide[0] // wide[1 + i] + 1):
            beside = best[wide[0] - copies * wide[1 + i]]
            grown = min(grown, (wide[0] - beside) // copies)
        wide[1 + i] = grown


@allocating
def _sums(sides, without, whole):
    """Return the longest sum of sides, any number of each, within each length up to `whole`."""
    best = np.zeros(whole + 1, np.int64)
    for length in range(1, whole + 1):
        most = best[length - 1]
        for k in range(len(sides)):
            if k != without and sides[k] <= length:
                most = max(most, best[length - sides[k]] + sides[k])
        best[length] = most
    return best


@kernel
def proven_by_levels(unit, proof):
    """Whether piles need too much floor, for what boxes may bear; to be asked after the other.

    What may be below is weighed by halves of a plumb line, what may not by what that leaves. Only
    where all of each base must be held does it count how many a box bears: else another may lean
    over it.
    """
    kind, n, whole = proof.kind, proof.count[1], unit[2]
    lowest = whole
    for k in range(n):
        lowest = min(lowest, kind[k, HIGH])
    if n > _FEW_CLASSES or 4 * lowest <= whole:  # piles are weighed up to three boxes
        return False
    for one in range(n + 1):
        full = kind[one, HIGH] if one < n else whole + 1
        if (one < n and not _is_first(kind, one)) or 2 * full <= whole:
            continue
        for half in range(n + 1):
            part = kind[half, HIGH] if half < n else full
            if (half < n and not _is_first(kind, half)) or part > full or full + part <= whole:
                continue
            _weigh(proof, whole, full, part)
            needs = _needs(proof)
            if needs > 1.0 + _ROUND and needs > _heaviest_pile(proof, whole) * (1.0 + _ROUND):
                return True
    return False


@kernel
def _is_first(kind, k):
    found = False
    for j in range(k):
        found |= kind[j, HIGH] == kind[k, HIGH]
    return not found


@kernel
def _weigh(proof, whole, full, part):
    kind, n, weight = proof.kind, proof.count[1], proof.weight
    for k in range(n):
        if kind[k, LEVELS] > 0:
            high = kind[k, HIGH]
            weight[k] = 1.0 if high >= full else (0.5 if high >= part else 0.0)
    for k in range(n):
        if kind[k, LEVELS] == 0:
            below = 0.0
            if kind[k, UP]:
                for j in range(n):
                    if kind[j, LEVELS] > 0 and kind[j, HIGH] + kind[k, HIGH] <= whole:
                        below = max(below, weight[j])
            weight[k] = 1.0 - below


@kernel
def _heaviest_pile(proof, whole):
    """Return the most weight that a plumb line meets, over all piles of classes."""
    kind, n, weight, most = proof.kind, proof.count[1], proof.weight, 0.0
    for a in range(n):
        most = max(most, weight[a])
        if kind[a, LEVELS] == 0:
            continue
        for b in range(n):
            left = whole - kind[a, HIGH] - kind[b, HIGH]
            if left < 0 or not kind[b, UP]:
                continue
            both = weight[a] + weight[b]
            most = max(most, both)
            if kind[a, LEVELS] == 1 or kind[b, LEVELS] == 0:
                continue
            for c in range(n):
                if kind[c, HIGH] <= left and kind[c, UP]:
                    most = max(most, both + weight[c])
    return most
