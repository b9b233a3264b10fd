"""Try single boxes against the limits of load, order and what stands above.

Boxes are rows kind, x, y, z, x2, y2, z2, room; a box is only ever added on top of older ones.
"""

from __future__ import annotations

import numpy as np

from optimizer.compiled import allocating, kernel
from optimizer.loading.packing.apart_kernels import take_apart
from optimizer.loading.packing.block_kernels import FREE


@kernel
def try_block(pool, cargo, block, x, y, z, boxes, loads, n, in_order, apart):
    """Add the boxes of a block after the first `n`; return how many there are then, -1: refused."""
    apart_n = take_apart(pool, block, x, y, z, apart)
    for i in range(apart_n):
        row = boxes[n]
        for k in range(4):
            row[k] = apart[i, k]
        for k in range(3):
            row[4 + k] = apart[i, 1 + k] + apart[i, 4 + k]
        if not _may_stand(cargo, boxes, n, in_order) or not _bears(cargo, boxes, loads, n):
            return -1
        n += 1
    return n


@kernel
def _may_stand(cargo, boxes, n, in_order):  # noqa: PLR0911  # one a rule
    """Check floor, levels and order of one more box, and set how many levels it may carry."""
    b = boxes[n]
    kind = b[0]
    if cargo.floor_only[kind] and b[3] > 0:
        return False
    room = cargo.most_above[kind]
    for k in range(n):
        o = boxes[k]
        over_x = o[1] < b[4] and o[4] > b[1]
        over_y = o[2] < b[5] and o[5] > b[2]
        over_z = o[3] < b[6] and o[6] > b[3]
        if over_x and over_y:
            if o[3] >= b[6]:
                # What stands under an older box would change what bears what.
                if o[3] == b[6] or cargo.most_above[kind] == 0:
                    return False
                if in_order and cargo.stop[o[0]] > cargo.stop[kind]:
                    return False
            else:
                if o[6] == b[3]:
                    if o[7] <= 0:
                        return False
                    if o[7] < FREE:
                        room = min(room, o[7] - 1)
                elif cargo.most_above[o[0]] == 0:
                    return False
                if in_order and cargo.stop[kind] > cargo.stop[o[0]]:
                    return False
        if in_order and over_y and over_z:
            if o[1] >= b[4] and cargo.stop[o[0]] > cargo.stop[kind]:
                return False
            if b[1] >= o[4] and cargo.stop[kind] > cargo.stop[o[0]]:
                return False
    b[7] = room
    return True


@allocating
def _bears(cargo, boxes, loads, n):
    """Push the mass of one more box down by contact areas; refuse what some box cannot bear."""
    loads[n] = 0.0
    limited = False
    for t in range(len(cargo.top)):
        limited = limited or cargo.top[t] >= 0
    if not limited:
        return True
    more = np.zeros(n + 1)
    more[n] = cargo.mass[boxes[n, 0]]
    # Supporters are older than what they carry, so one way down the rows meets each in time.
    for k in range(n, -1, -1):
        if more[k] == 0:
            continue
        if k < n:
            most = cargo.top[boxes[k, 0]]
            if most >= 0 and loads[k] + more[k] > most:
                return False
        if boxes[k, 3] > 0:
            _share_out(boxes, k, more)
    for k in range(n):
        loads[k] += more[k]
    return True


@kernel
def _share_out(boxes, k, more):
    b = boxes[k]
    whole = 0.0
    for step in (0, 1):
        for j in range(k):
            o = boxes[j]
            if o[6] != b[3]:
                continue
            wide = min(o[4], b[4]) - max(o[1], b[1])
            deep = min(o[5], b[5]) - max(o[2], b[2])
            if wide > 0 and deep > 0:
                area = np.float64(wide) * deep
                if step == 0:
                    whole += area
                else:
                    more[j] += more[k] * area / whole
