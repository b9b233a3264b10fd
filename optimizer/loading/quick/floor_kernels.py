"""Stand piles on the floor of a unit: in lanes along it, or each where a skyline is foremost.

What a try comes to: no room, all limits kept, or room enough but some limit not kept.
"""

from __future__ import annotations

import numpy as np

from optimizer.compiled import kernel
from optimizer.loading.quick.hold_kernels import bars_a_way, holds
from optimizer.loading.quick.pile_kernels import (
    ACROSS,
    ALONG,
    AT,
    COUNT,
    DX,
    DY,
    FIRST,
    FREE,
    LANE,
    LAST,
    LONG,
    MEMBERS,
    PILES,
    RANKS,
    ROW,
    ROW_FIRST,
    ROW_HIGH,
    ROW_LAST,
    ROW_SUM,
    ROWS,
    SHORT,
    SLOT,
    SUM,
    UNIT_DOOR,
    UNIT_ORDERED,
    UNIT_REAR,
    UNIT_ROOM,
    WAY,
    H,
    X,
    Y,
    sort_falling,
)

NO_ROOM, KEPT, BROKEN = 0, 1, 2

# of a lane: from y, its width, where it ends so far, how a pile stands in it, its row with room
FROM, WIDTH, END, DEEP, WIDE, ABREAST, STARTED = range(7)


@kernel
def even_lanes(unit, desk, lanes, heavy, mixed):
    """Try lanes of one width; `mixed`: piles of unlike stops may stand abreast in a lane.

    Of rows of the same stops the heaviest go first if `heavy` is 1, the lightest if it is -1.
    """
    wide = (unit[UNIT_ROOM + 4] - unit[UNIT_ROOM + 1]) // lanes
    for k in range(lanes):
        desk.lane[k, FROM], desk.lane[k, WIDTH] = unit[UNIT_ROOM + 1] + k * wide, wide
    return _in_lanes(unit, desk, lanes, heavy, mixed)


@kernel
def any_lanes(unit, desk, heavy):
    """Try lanes of one width, then two lanes of which one is as wide as some pile."""
    wide, found = unit[UNIT_ROOM + 4] - unit[UNIT_ROOM + 1], NO_ROOM
    for lanes in (2, 1, 3, 4):
        now = even_lanes(unit, desk, lanes, heavy, mixed=True)
        if now == KEPT:
            return KEPT
        found = max(found, now)
    for p in range(desk.count[PILES]):
        for side in (desk.pile[p, LONG], desk.pile[p, SHORT]):
            if 2 * side >= wide or _was_tried(desk, p, side):
                continue
            desk.lane[0, FROM], desk.lane[0, WIDTH] = unit[UNIT_ROOM + 1], wide - side
            desk.lane[1, FROM], desk.lane[1, WIDTH] = unit[UNIT_ROOM + 4] - side, side
            now = _in_lanes(unit, desk, 2, heavy, mixed=True)
            if now == KEPT:
                return KEPT
            found = max(found, now)
    return found


@kernel
def _was_tried(desk, p, side):
    found = False
    for k in range(p):
        found |= (desk.pile[k, LONG] == side) | (desk.pile[k, SHORT] == side)
    return found


@kernel
def _in_lanes(unit, desk, lanes, heavy, mixed):
    deep, door = unit[UNIT_ROOM + 3] - unit[UNIT_ROOM], unit[UNIT_DOOR]
    pile, piles = desk.pile, desk.count[PILES]
    for p in range(piles):
        stops = min(pile[p, LAST] + pile[p, FIRST], 4095)
        desk.key[p] = ((pile[p, LONG] * pile[p, SHORT]) << 12) + stops
    sort_falling(desk.key, desk.turn, piles)
    desk.count[ROWS] = _fill(
        pile, desk.row, desk.lane[:lanes], desk.turn[:piles], deep, door, mixed
    )
    if desk.count[ROWS] == 0:
        return NO_ROOM
    ordered = desk.count[RANKS] > 1 and unit[UNIT_ORDERED] and unit[UNIT_REAR]
    _line_up(desk, unit[UNIT_ROOM], heavy, lanes)
    if ordered and not _falling(desk, lanes) and bars_a_way(desk):
        return BROKEN
    return KEPT if holds(unit, desk) else BROKEN


@kernel
def _fill(pile, row, lane, turn, deep, door, mixed):
    """Put each pile in turn into the lane that then ends first, or beside one of its size.

    Returns how many rows there are then, 0 where a pile found no room.
    """
    rows, was, lanes = 0, turn[0], len(lane)
    lane[:, END] = 0
    for k in range(len(turn)):
        p = turn[k]
        long, short = pile[p, LONG], pile[p, SHORT]
        if k == 0 or long != pile[was, LONG] or short != pile[was, SHORT]:
            _turn(lane, long, short, door)
        elif not mixed and (pile[p, LAST] != pile[was, LAST] or pile[p, FIRST] != pile[was, FIRST]):
            lane[:, STARTED] = -1
        was, to, best = p, -1, np.int64(FREE)
        for n in range(lanes):
            end = lane[n, END] + lane[n, DEEP]
            if lane[n, STARTED] >= 0:
                to = n
                break
            if lane[n, DEEP] > 0 and end <= deep and end < best:
                best, to = end, n
        if to < 0:
            return 0
        r = lane[to, STARTED]
        if r < 0:
            r = rows
            rows += 1
            row[r, LANE], row[r, ALONG], row[r, ACROSS] = to, lane[to, DEEP], lane[to, WIDE]
            row[r, MEMBERS], row[r, ROW_SUM], row[r, ROW_HIGH] = 0, 0, 0
            row[r, ROW_LAST], row[r, ROW_FIRST] = pile[p, LAST], pile[p, FIRST]
            lane[to, END] += lane[to, DEEP]
        pile[p, ROW], pile[p, SLOT] = r, row[r, MEMBERS]
        row[r, MEMBERS] += 1
        row[r, ROW_SUM] += pile[p, SUM]
        row[r, ROW_LAST] = max(row[r, ROW_LAST], pile[p, LAST])
        row[r, ROW_FIRST] = min(row[r, ROW_FIRST], pile[p, FIRST])
        lane[to, STARTED] = r if row[r, MEMBERS] < lane[to, ABREAST] else -1
    return rows


@kernel
def _turn(lane, long, short, door):
    """Set the sides along and across by which piles take the least of each lane; 0: they go not."""
    for n in range(len(lane)):
        room = lane[n, WIDTH]
        along, across = short, long
        if long > min(room, door):
            along, across = long, short
            if short > min(room, door):
                along = np.int64(0)
        elif room >= 2 * short and long * (room // long) < short * (room // short):
            along, across = long, short
        lane[n, DEEP], lane[n, WIDE], lane[n, STARTED] = along, across, -1
        lane[n, ABREAST] = 1 if room < 2 * across else room // across


@kernel
def _line_up(desk, x, heavy, lanes):
    """Order the rows of each lane, what leaves last foremost, and set where piles stand."""
    row, pile, lane, rows = desk.row, desk.pile, desk.lane, desk.count[ROWS]
    if desk.count[RANKS] > 1 or heavy != 0:
        _note_lower_parts(desk)
        for r in range(rows):
            # Of piles that two stops share the one with the higher lower part goes first: nothing
            # of the later stop then stands before what the earlier stop has on top.
            key = (row[r, ROW_LAST] + row[r, ROW_FIRST]) << 50
            desk.key[r] = key + (row[r, ROW_HIGH] << 36) + heavy * row[r, ROW_SUM]
        sort_falling(desk.key, desk.turn, rows)
    else:
        for r in range(rows):
            desk.turn[r] = r
    for k in range(lanes):
        lane[k, END] = x
    for k in range(rows):
        r = desk.turn[k]
        row[r, AT] = lane[row[r, LANE], END]
        lane[row[r, LANE], END] += row[r, ALONG]
    for p in range(desk.count[PILES]):
        r = pile[p, ROW]
        pile[p, X], pile[p, DX], pile[p, DY] = row[r, AT], row[r, ALONG], row[r, ACROSS]
        pile[p, Y] = lane[row[r, LANE], FROM] + pile[p, SLOT] * row[r, ACROSS]


@kernel
def _note_lower_parts(desk):
    pile, box, row = desk.pile, desk.box, desk.row
    for p in range(desk.count[PILES]):
        if pile[p, LAST] == pile[p, FIRST]:
            continue
        high = np.int64(0)
        for k in range(pile[p, COUNT]):
            i = desk.chain[p, k]
            if box[i, WAY] == pile[p, LAST]:
                high += box[i, H]
        r = pile[p, ROW]
        row[r, ROW_HIGH] = max(row[r, ROW_HIGH], high)


@kernel
def _falling(desk, lanes):
    """Whether in each lane no row has a later stop than any before it, or nowhere in its way.

    Single piles of the same two stops follow each other, the one with the higher lower part first:
    there what is of the later stop lies lower than what is of the earlier one before it.
    """
    row, lane = desk.row, desk.lane
    for k in range(lanes):
        lane[k, STARTED] = -1
    for k in range(desk.count[ROWS]):
        r = desk.turn[k]
        before = lane[row[r, LANE], STARTED]
        lane[row[r, LANE], STARTED] = r
        if before < 0 or row[r, ROW_LAST] <= row[before, ROW_FIRST]:
            continue
        alike = row[r, ROW_LAST] == row[before, ROW_LAST]
        alike &= row[r, ROW_FIRST] == row[before, ROW_FIRST]
        if not alike or row[r, MEMBERS] > 1 or row[before, MEMBERS] > 1:
            return False
    return True


@kernel
def skyline(unit, desk, heavy):
    """Stand each pile in the foremost gap, the widest first that it takes; by stops, last first."""
    sky, piles, parts = desk.sky, desk.count[PILES], 1
    ordered = desk.count[RANKS] > 1 and unit[UNIT_ORDERED] and unit[UNIT_REAR]
    sky[0, 0], sky[0, 1] = unit[UNIT_ROOM + 1], unit[UNIT_ROOM + 4]
    sky[0, 2] = unit[UNIT_ROOM]
    for p in range(piles):
        desk.turn[p] = 0  # not yet standing
    left, last = piles, _last(desk) if ordered else -1
    while left > 0:
        low = 0
        for s in range(1, parts):
            if sky[s, 2] < sky[low, 2]:
                low = s
        wide = min(sky[low, 1] - sky[low, 0], unit[UNIT_DOOR])
        best, turned = _widest(desk, wide, unit[UNIT_ROOM + 3] - sky[low, 2], last, heavy)
        if best < 0:
            if parts == 1:
                return NO_ROOM
            nearest = sky[low - 1, 2] if low > 0 else np.int64(FREE)
            if low < parts - 1:
                nearest = min(nearest, sky[low + 1, 2])
            sky[low, 2] = nearest
        else:
            desk.turn[best] = 1
            left -= 1
            parts = _stand_at(desk, best, turned, low, parts)
            last = _last(desk) if ordered else -1
        parts = _joined(sky, parts)
    if ordered and bars_a_way(desk):
        return BROKEN
    return KEPT if holds(unit, desk) else BROKEN


@kernel
def _last(desk):
    """Return which stops are next to go in, from the front of the unit."""
    last = np.int64(-1)
    for p in range(desk.count[PILES]):
        if desk.turn[p] == 0:
            last = max(last, desk.pile[p, LAST] + desk.pile[p, FIRST])
    return last


@kernel
def _widest(desk, wide, left, last, heavy):
    pile, best, turned, most = desk.pile, -1, False, np.int64(-FREE)
    for p in range(desk.count[PILES]):
        if desk.turn[p] != 0 or (last >= 0 and pile[p, LAST] + pile[p, FIRST] != last):
            continue
        for way in range(2):
            along, across = pile[p, SHORT], pile[p, LONG]
            if way == 1:
                along, across = across, along
            if across > wide or along > left:
                continue
            score = (across << 44) // wide + (along << 18) + heavy * (pile[p, SUM] >> 17)
            if score > most:
                best, turned, most = p, way == 1, score
    return best, turned


@kernel
def _stand_at(desk, p, turned, at, parts):
    """Stand a pile at the left of a gap; return how many parts the skyline has then."""
    sky, pile = desk.sky, desk.pile
    along, across = pile[p, SHORT], pile[p, LONG]
    if turned:
        along, across = across, along
    pile[p, X], pile[p, Y], pile[p, DX], pile[p, DY] = sky[at, 2], sky[at, 0], along, across
    if sky[at, 1] - sky[at, 0] > across:
        for s in range(parts, at, -1):
            for k in range(3):
                sky[s, k] = sky[s - 1, k]
        parts += 1
        sky[at + 1, 0] = sky[at, 0] + across
        sky[at, 1] = sky[at, 0] + across
    sky[at, 2] += along
    return parts


@kernel
def _joined(sky, parts):
    """Join parts side by side that are equally far; return how many there are then."""
    kept = 0
    for s in range(1, parts):
        if sky[s, 2] == sky[kept, 2]:
            sky[kept, 1] = sky[s, 1]
        else:
            kept += 1
            for k in range(3):
                sky[kept, k] = sky[s, k]
    return kept + 1
