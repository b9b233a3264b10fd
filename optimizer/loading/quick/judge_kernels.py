"""Judge loads one after another: a placement of piles that fits, or a proof that there is none."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import allocating, kernel
from optimizer.loading.quick.floor_kernels import BROKEN, KEPT, any_lanes, even_lanes, skyline
from optimizer.loading.quick.hold_kernels import spread
from optimizer.loading.quick.pile_kernels import (
    BOX_MASS,
    BOX_STOP,
    BOXES,
    LONG,
    NONE,
    PILES,
    RANKS,
    SHORT,
    TURNING,
    UNIT_APART,
    UNIT_LEVER,
    UNIT_METRE,
    UNIT_PAYLOAD,
    UNIT_ROOM,
    UNIT_SURE,
    A,
    B,
    all_on_floor,
    new_desk,
    pile_up,
    stand,
)
from optimizer.loading.quick.proof_kernels import new_proof, proven_by_levels, proven_too_much

FITS, UNDECIDED, DOES_NOT_FIT = 1, 0, -1
_METRE = 1000
_SMALL = 31  # numbers of stops that are kept as bits


@allocating
def judge_all(first, boxes, units, verdicts, places):
    """Fill a verdict per load and, unless `places` is empty, where the boxes of fitting loads go.

    A place is x, y, z, dx, dy, dz of a box.
    """
    most = 1
    for t in range(len(verdicts)):
        most = max(most, first[t + 1] - first[t])
    desk, proof = new_desk(most), new_proof(most)
    for t in range(len(verdicts)):
        desk.count[BOXES] = desk.count[PILES] = 0
        verdicts[t] = _judge(boxes[first[t] : first[t + 1]], units[t], desk, proof)
        if verdicts[t] == FITS and len(places) > 0:
            spread(desk, places[first[t] : first[t + 1]])


@allocating
def pack_anyhow(first, boxes, units, packed):
    """Say of each load whether a placement is found by some way to pile it up, proofs left out."""
    most = 1
    for t in range(len(packed)):
        most = max(most, first[t + 1] - first[t])
    desk = new_desk(most)
    for t in range(len(packed)):
        asked, unit = boxes[first[t] : first[t + 1]], units[t]
        _rank_stops(asked, desk)
        stands = stand(asked, unit, desk, 0, by_height=False)
        possible = stands and not unit[UNIT_APART] and not _too_much(asked, unit)
        packed[t] = possible and (_first_try(unit, desk, stands) or _other_tries(asked, unit, desk))


@kernel
def _judge(asked, unit, desk, proof):
    sure = unit[UNIT_SURE] > 0
    if len(asked) == 0:
        return FITS if sure else UNDECIDED
    if unit[UNIT_APART] or _too_much(asked, unit):
        return DOES_NOT_FIT
    _rank_stops(asked, desk)
    if sure and _first_try(unit, desk, stand(asked, unit, desk, 0, by_height=False)):
        return FITS
    if proven_too_much(asked, unit, proof) or proven_by_levels(unit, proof):
        return DOES_NOT_FIT
    if sure and _other_tries(asked, unit, desk):
        return FITS
    return UNDECIDED


@kernel
def _too_much(asked, unit):
    """Whether the mass is above what the unit bears or below what its axles want, or the volume."""
    mass, volume = np.int64(0), 0.0
    for i in range(len(asked)):
        mass += asked[i, BOX_MASS]
        volume += np.float64(asked[i, 0]) * asked[i, 1] * asked[i, 2]
    if unit[UNIT_PAYLOAD] >= 0 and mass > unit[UNIT_PAYLOAD]:
        return True
    if volume > np.float64(unit[0]) * unit[1] * unit[2] * (1.0 + 1e-9):
        return True
    metres = (unit[0] + _METRE - 1) // _METRE
    if unit[UNIT_METRE] != NONE and mass > unit[UNIT_METRE] * metres:
        return True
    front, rear, front_most, rear_most, front_least, rear_least = unit[UNIT_LEVER : UNIT_LEVER + 6]
    if rear <= front:
        return False
    if min(front_most, rear_most) != NONE and mass > front_most + rear_most:
        return True
    return min(front_least, rear_least) != NONE and mass < front_least + rear_least


@allocating
def _rank_stops(asked, desk):
    """List the different stops, the first one first."""
    small, seen = True, np.int64(0)
    for i in range(len(asked)):
        stop = asked[i, BOX_STOP]
        small &= (stop >= 0) & (stop < _SMALL)
        seen |= 1 << (stop & _SMALL)
    if not small:
        stops = np.unique(asked[:, BOX_STOP])
        desk.stops[: len(stops)] = stops
        desk.count[RANKS] = len(stops)
        return
    found, stop = 0, 0
    while seen > 0:
        if seen & 1:
            desk.stops[found] = stop
            found += 1
        seen >>= 1
        stop += 1
    desk.count[RANKS] = found


@kernel
def _first_try(unit, desk, stands):
    if not stands:
        return False
    area, room = np.int64(0), _room(unit)
    for i in range(desk.count[BOXES]):
        area += desk.box[i, A] * desk.box[i, B]
    if area <= room:
        all_on_floor(desk)
        if even_lanes(unit, desk, 2, 0, mixed=False) == KEPT:
            return True
    pile_up(unit, desk)
    if _floor_area(desk) > room:
        return False
    if even_lanes(unit, desk, 2, 0, mixed=False) == KEPT:
        return True
    return desk.count[RANKS] > 1 and even_lanes(unit, desk, 2, 0, mixed=True) == KEPT


@kernel
def _other_tries(asked, unit, desk):
    stand(asked, unit, desk, 0, by_height=False)
    uprights = 3 if desk.count[TURNING] > 0 else 1
    for upright in range(uprights):
        for by_height in (False, True):
            if not stand(asked, unit, desk, upright, by_height):
                break
            pile_up(unit, desk)
            if _floor_area(desk) <= _room(unit) and _any_floor(unit, desk):
                return True
    return False


@kernel
def _any_floor(unit, desk):
    """Try lanes and the skyline; where only limits are broken, again with the mass elsewhere."""
    for heavy in (0, 1, -1):
        lanes = any_lanes(unit, desk, heavy)
        if lanes == KEPT:
            return True
        gaps = skyline(unit, desk, heavy)
        if gaps == KEPT:
            return True
        if max(lanes, gaps) < BROKEN:
            return False
    return False


@kernel
def _room(unit):
    deep = unit[UNIT_ROOM + 3] - unit[UNIT_ROOM]
    return deep * (unit[UNIT_ROOM + 4] - unit[UNIT_ROOM + 1])


@kernel
def _floor_area(desk):
    area = np.int64(0)
    for p in range(desk.count[PILES]):
        area += desk.pile[p, LONG] * desk.pile[p, SHORT]
    return area
