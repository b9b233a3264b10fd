"""Rank the blocks that may go into one space."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import kernel
from optimizer.loading.packing.check_kernels import try_block
from optimizer.loading.packing.state_kernels import enough

BLOCK = (1 << 24) - 1  # of a choice: its block; above it where that goes
FLUSH = (1 << 24, 1 << 25)  # to the end of the space along x, y, not of what it stands on


@kernel
def open_space(frame, states, i, s, work):
    """Set the space in which blocks are tried, and at which of its ends they go."""
    o, side, flush, inside = work.open, work.side, work.flush, frame.inside
    space = states.spaces[i, s]
    for k in range(6):
        o[k] = space[k]
    flush[0] = flush[1] = 0
    if not frame.resting:
        for k in range(3):
            side[k] = 1 if space[k] > inside[k] - space[k + 3] else 0
        return
    rest = states.rests[i, s]
    side[2] = 0
    for k in range(2):
        side[k] = 1 if rest[k] > inside[k] - rest[k + 2] else 0
        if k == 0 and frame.in_order:
            side[k] = 0
        if frame.percent == 100 or side[k] == 0:
            o[k] = rest[k]
        if frame.percent == 100 or side[k] == 1:
            o[k + 3] = rest[k + 2]
        if 0 < frame.percent < 100:
            # A block may hang over at this end, too, so that it touches what ends the space.
            flush[k] = space[k + 3] - o[k + 3] if side[k] == 1 else o[k] - space[k]


@kernel
def corner(menu, work, choice):
    """Return the block of a choice and its corner in the open space."""
    b, o, side, flush = choice & BLOCK, work.open, work.side, work.flush
    x = o[3] - menu.size[b, 0] if side[0] else o[0]
    y = o[4] - menu.size[b, 1] if side[1] else o[1]
    z = o[5] - menu.size[b, 2] if side[2] else o[2]
    if choice & FLUSH[0]:
        x += flush[0] if side[0] else -flush[0]
    if choice & FLUSH[1]:
        y += flush[1] if side[1] else -flush[1]
    return b, x, y, z


@kernel
def _find_near(taste, states, i, work):
    """Gather what is placed within reach of a touch of the open space; return how many."""
    o, near = work.open, work.near
    reach_x = taste.near * (o[3] - o[0])
    reach_y = taste.near * (o[4] - o[1])
    reach_z = taste.near * (o[5] - o[2])
    placed = states.placed
    n = 0
    for k in range(states.n_placed[i]):
        if (
            placed[i, k, 1] <= o[3] + reach_x
            and placed[i, k, 4] >= o[0] - reach_x
            and placed[i, k, 2] <= o[4] + reach_y
            and placed[i, k, 5] >= o[1] - reach_y
            and placed[i, k, 3] <= o[5] + reach_z
            and placed[i, k, 6] >= o[2] - reach_z
        ):
            for a in range(6):
                near[n, a] = placed[i, k, a + 1]
            n += 1
    return n


@kernel
def _contact(inside, near, n, share, x, y, z, dx, dy, dz):
    """Return the share of a block's surface that touches walls or what is placed."""
    x2, y2, z2 = x + dx, y + dy, z + dz
    tx, ty, tz = share * dx, share * dy, share * dz
    face_x, face_y, face_z = float(dy) * dz, float(dx) * dz, float(dx) * dy
    x_low = face_x if x <= tx else 0.0
    x_high = face_x if inside[0] - x2 <= tx else 0.0
    y_low = face_y if y <= ty else 0.0
    y_high = face_y if inside[1] - y2 <= ty else 0.0
    z_low = face_z if z <= tz else 0.0
    z_high = face_z if inside[2] - z2 <= tz else 0.0
    for k in range(n):
        over_x = min(x2, near[k, 3]) - max(x, near[k, 0])
        over_y = min(y2, near[k, 4]) - max(y, near[k, 1])
        over_z = min(z2, near[k, 5]) - max(z, near[k, 2])
        if over_x > 0 and over_y > 0:
            if 0 <= z - near[k, 5] <= tz:
                z_low += over_x * over_y
            elif 0 <= near[k, 2] - z2 <= tz:
                z_high += over_x * over_y
        elif over_z > 0:
            if over_x > 0:
                if 0 <= y - near[k, 4] <= ty:
                    y_low += over_x * over_z
                elif 0 <= near[k, 1] - y2 <= ty:
                    y_high += over_x * over_z
            elif over_y > 0:
                if 0 <= x - near[k, 3] <= tx:
                    x_low += over_y * over_z
                elif 0 <= near[k, 0] - x2 <= tx:
                    x_high += over_y * over_z
    touching = min(x_low, face_x) + min(x_high, face_x) + min(y_low, face_y)
    touching += min(y_high, face_y) + min(z_low, face_z) + min(z_high, face_z)
    return touching / (2.0 * (face_x + face_y + face_z))


@kernel
def _power(a, n):
    r = 1.0
    for _ in range(n):
        r *= a
    return r


@kernel
def _rests(frame, menu, b, x, y, z, states, i):
    """Tell whether each lowest box of a block rests on tops with enough of its base."""
    if z == 0:
        return True
    row, percent, n_tops = menu.row[b], frame.percent, states.n_tops[i]
    tops, first, lowest = states.tops, frame.lowest_first, frame.lowest
    for k in range(first[row], first[row + 1]):
        x1, y1 = x + lowest[k, 0], y + lowest[k, 1]
        x2, y2 = x + lowest[k, 2], y + lowest[k, 3]
        area = np.int64(0)
        centred = False
        for j in range(n_tops):
            if tops[i, j, 4] != z:
                continue
            wide = min(x2, tops[i, j, 2]) - max(x1, tops[i, j, 0])
            deep = min(y2, tops[i, j, 3]) - max(y1, tops[i, j, 1])
            if wide > 0 and deep > 0:
                area += np.int64(wide) * deep
                middle_x, middle_y = x1 + x2, y1 + y2
                centred = centred or (
                    2 * tops[i, j, 0] <= middle_x <= 2 * tops[i, j, 2]
                    and 2 * tops[i, j, 1] <= middle_y <= 2 * tops[i, j, 3]
                )
        whole = np.int64(x2 - x1) * (y2 - y1)
        if area * 100 < whole * percent:
            return False
        # More than half of a convex base cannot lie on one side of its centre.
        if percent > 0 and not centred and 2 * area <= whole:
            return False
    return True


@kernel
def _may_place(frame, pool, cargo, menu, b, x, y, z, states, i, work):
    if frame.percent < 100 and not _rests(frame, menu, b, x, y, z, states, i):
        return False
    if not frame.checked:
        return True
    n = states.n_boxes[i]
    for k in range(n):
        work.trial_loads[k] = states.loads[i, k]
        for a in range(8):
            work.trial[k, a] = states.boxes[i, k, a]
    made = try_block(
        pool,
        cargo,
        menu.row[b],
        x,
        y,
        z,
        work.trial,
        work.trial_loads,
        n,
        frame.in_order,
        work.apart,
    )
    return made >= 0


@kernel
def steps_of(length, per_grain):
    """Return how many whole grains a length has, given one grain's reciprocal.

    Half a millimetre more makes the product exact; a division takes some ten times as long.
    """
    return np.int64((length + 0.5) * per_grain)


@kernel
def _takes_any(cargo, left, sx, sy, sz):
    """Tell whether any single box goes into a room of that size; no block does where none does."""
    size, kind = cargo.turn_size, cargo.turn_kind
    for t in range(len(kind)):
        if size[t, 0] <= sx and size[t, 1] <= sy and size[t, 2] <= sz and left[kind[t]] > 0:
            return True
    return False


@kernel
def rank_blocks(frame, pool, cargo, menu, taste, states, i, work, most):
    """Fill the choices of the best blocks for the open space; return how many."""
    o, side, reach, best, rank = work.open, work.side, work.reach, work.best, work.rank
    left, chosen, flush = states.left[i], states.menu, work.flush
    size, score, mass, stop = menu.size, menu.score, menu.mass, menu.stop
    kinds, counts, inside, near = menu.kinds, menu.counts, frame.inside, work.near
    alpha, beta, phase, resting = taste.alpha, taste.beta, states.phase[i], frame.resting
    at_x, at_y, at_z = side[0] == 1, side[1] == 1, side[2] == 1
    bare_x, bare_y = o[3] - o[0], o[4] - o[1]  # from where it is stood on
    sx, sy, sz = bare_x + flush[0], bare_y + flush[1], o[5] - o[2]
    if not _takes_any(cargo, left, sx, sy, sz):
        return 0
    volume = float(sx) * sy * sz
    mass_left = states.mass_left[i]
    share, per_grain, far_off = taste.near, 1.0 / frame.grain, _power(0.5, alpha)
    n_near = -1
    n = 0
    bar = -1.0
    for c in range(states.n_menu[i]):
        b = chosen[i, c]
        if score[b] <= bar:
            break
        dx, dy, dz = size[b, 0], size[b, 1], size[b, 2]
        if dx > sx or dy > sy or dz > sz:
            continue
        # The far faces touch something only where they are near the end of the space.
        near_x, near_y, near_z = sx - dx <= share * dx, sy - dy <= share * dy, sz - dz <= share * dz
        most_touch = far_off
        if alpha > 0 and (near_x or near_y or near_z):
            face_x, face_y, face_z = float(dy) * dz, float(dx) * dz, float(dx) * dy
            touched = face_x + face_y + face_z
            whole = 2.0 * touched
            if near_x:
                touched += face_x
            if near_y:
                touched += face_y
            if near_z:
                touched += face_z
            most_touch = _power(touched / whole, alpha)
        if score[b] * most_touch <= bar:
            continue
        loss = float(min(sx, dx + reach[0, steps_of(sx - dx, per_grain)]))
        loss *= float(min(sy, dy + reach[1, steps_of(sy - dy, per_grain)]))
        loss *= float(min(sz, dz + reach[2, steps_of(sz - dz, per_grain)]))
        f = score[b] * _power(loss / volume, beta)
        if f * most_touch <= bar:
            continue
        if mass[b] > mass_left or stop[b] != phase:
            continue
        if not enough(kinds, counts, b, left):
            continue
        z = o[5] - dz if at_z else o[2]
        choice = np.int32(-1)
        for way in range(4):
            to_x, to_y = way & 1 == 0, way & 2 == 0
            if not to_x and (flush[0] == 0 or dx > bare_x):
                continue
            if not to_y and (flush[1] == 0 or dy > bare_y):
                continue
            x = o[3] - dx if at_x else o[0]
            y = o[4] - dy if at_y else o[1]
            if to_x:
                x += flush[0] if at_x else -flush[0]
            if to_y:
                y += flush[1] if at_y else -flush[1]
            g = f
            if alpha > 0:
                if n_near < 0:
                    n_near = _find_near(taste, states, i, work)
                touch = _contact(inside, near, n_near, share, x, y, z, dx, dy, dz)
                g *= _power(touch, alpha)
                if g <= bar:
                    continue
            if resting and not _may_place(frame, pool, cargo, menu, b, x, y, z, states, i, work):
                continue
            choice = np.int32(b)
            if to_x and flush[0] > 0:
                choice |= np.int32(FLUSH[0])
            if to_y and flush[1] > 0:
                choice |= np.int32(FLUSH[1])
            f = g
            break
        if choice < 0:
            continue
        k = n if n < most else most - 1
        while k > 0 and rank[k - 1] < f:
            rank[k] = rank[k - 1]
            best[k] = best[k - 1]
            k -= 1
        rank[k] = f
        best[k] = choice
        if n < most:
            n += 1
        if n == most:
            bar = rank[most - 1]
    return n
