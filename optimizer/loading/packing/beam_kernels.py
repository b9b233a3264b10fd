"""Search for a packing of one unit: a beam over partly filled units, each judged by filling it up.

A step puts a block into the space nearest to a corner of the unit. Its rank is
value * boxes**-gamma * loss**beta * contact**alpha: loss is the share of the space that later boxes
could still use, contact the share of the block's surface that touches something (Araya and Riff
2014; Araya, Guerrero and Nunez 2017).
"""

from __future__ import annotations

import numpy as np

from optimizer.compiled import allocating, kernel
from optimizer.loading.packing.block_kernels import KINDS, mix
from optimizer.loading.packing.check_kernels import try_block
from optimizer.loading.packing.rank_kernels import BLOCK, corner, open_space, rank_blocks
from optimizer.loading.packing.rest_kernels import cut_resting, nearest_rest
from optimizer.loading.packing.spaces_kernels import cut, nearest
from optimizer.loading.packing.state_kernels import copy_state, enough, find_least, find_reach

THIN_EVERY = 3  # steps
NO_BLOCK = -1  # a row placed that is no cargo, such as a wheel arch


@kernel
def _thin(menu, states, i, hint):
    """Drop from a state's menu what it has no boxes or no room for any more.

    Only blocks that share a bit with `hint`, the kinds used since the last time, may lack boxes.
    """
    spaces, left, chosen = states.spaces, states.left[i], states.menu
    size, mass, kinds, counts, hints = menu.size, menu.mass, menu.kinds, menu.counts, menu.hint
    mass_left = states.mass_left[i]
    sx, sy, sz, most = 0, 0, 0, 0
    for s in range(states.n_spaces[i]):
        dx = spaces[i, s, 3] - spaces[i, s, 0]
        dy = spaces[i, s, 4] - spaces[i, s, 1]
        dz = spaces[i, s, 5] - spaces[i, s, 2]
        sx, sy, sz = max(sx, dx), max(sy, dy), max(sz, dz)
        most = max(most, np.int64(dx) * dy * dz)
    n = 0
    for c in range(states.n_menu[i]):
        b = chosen[i, c]
        dx, dy, dz = size[b, 0], size[b, 1], size[b, 2]
        if dx > sx or dy > sy or dz > sz or np.int64(dx) * dy * dz > most:
            continue
        if mass[b] > mass_left:
            continue
        if (hints[b] & hint) != 0 and not enough(kinds, counts, b, left):
            continue
        chosen[i, n] = b
        n += 1
    states.n_menu[i] = n


@kernel
def _add_tops(frame, row, states, i, x, y, z):
    faces, tops, n = frame.highest, states.tops, states.n_tops[i]
    for k in range(frame.highest_first[row], frame.highest_first[row + 1]):
        tops[i, n, 0], tops[i, n, 1] = x + faces[k, 0], y + faces[k, 1]
        tops[i, n, 2], tops[i, n, 3] = x + faces[k, 2], y + faces[k, 3]
        tops[i, n, 4] = z
        n += 1
    states.n_tops[i] = n


@kernel
def place(frame, pool, cargo, menu, states, i, choice, work):
    """Put a choice into the open space; return whether a kind of box is used up."""
    b, x, y, z = corner(menu, work, choice)
    dx, dy, dz = menu.size[b, 0], menu.size[b, 1], menu.size[b, 2]
    left = states.left[i]
    used_up = False
    for k in range(KINDS):
        kind = menu.kinds[b, k]
        if kind < 0:
            break
        left[kind] -= menu.counts[b, k]
        used_up = used_up or left[kind] == 0
    if frame.checked:
        states.n_boxes[i] = try_block(
            pool,
            cargo,
            menu.row[b],
            x,
            y,
            z,
            states.boxes[i],
            states.loads[i],
            states.n_boxes[i],
            frame.in_order,
            work.apart,
        )
    p = states.placed[i, states.n_placed[i]]
    p[0], p[1], p[2], p[3] = menu.row[b], x, y, z
    p[4], p[5], p[6] = x + dx, y + dy, z + dz
    states.n_placed[i] += 1
    states.value[i] += menu.value[b]
    states.mass_left[i] -= menu.mass[b]
    states.mark[i] += place_mark(menu, b, x, y, z)
    if used_up:
        find_least(cargo, left, work.least)
    if frame.resting:
        _add_tops(frame, menu.row[b], states, i, x, y, z + dz)
        states.n_spaces[i] = cut_resting(
            states.spaces[i],
            states.rests[i],
            states.n_spaces[i],
            x,
            y,
            z,
            x + dx,
            y + dy,
            z + dz,
            states.tops[i],
            states.n_tops[i],
            work.least,
            work.cuts,
        )
    else:
        states.n_spaces[i] = cut(
            states.spaces[i],
            states.n_spaces[i],
            x,
            y,
            z,
            x + dx,
            y + dy,
            z + dz,
            work.least,
            work.cuts,
        )
    return used_up


@kernel
def place_mark(menu, b, x, y, z):
    """Return what a block at a place adds to the mark of a state."""
    h = mix(menu.mark[b], x)
    return mix(mix(h, y), z)


@kernel
def next_space(frame, states, i):
    """Return the space to fill next, moving on to the next stop where all are tried; -1: none."""
    if not frame.resting:
        return nearest(states.spaces[i], states.n_spaces[i], frame.inside)
    while True:
        s = nearest_rest(
            states.spaces[i],
            states.rests[i],
            states.n_spaces[i],
            frame.inside,
            states.phase[i],
            frame.in_order,
        )
        if s >= 0 or states.phase[i] == 0:
            return s
        states.phase[i] -= 1


@kernel
def other_space(frame, states, i, s, axis):
    """Return a space at the same corner that reaches farther along an axis than s; -1: none does.

    Where a contour or a gap makes spaces overlap, the largest does not take every block that fits.
    """
    spaces, rests, inside = states.spaces[i], states.rests[i], frame.inside
    best, most = -1, spaces[s, axis + 3] - spaces[s, axis]
    for t in range(states.n_spaces[i]):
        if spaces[t, axis + 3] - spaces[t, axis] <= most:
            continue
        if frame.resting and (rests[t, 2] <= rests[t, 0] or rests[t, 4] == states.phase[i] + 1):
            continue
        same = True
        for k in range(3):
            if frame.resting and k == 2:
                same = same and spaces[t, 2] == spaces[s, 2]
            elif frame.resting:
                high_s = rests[s, k] > inside[k] - rests[s, k + 2]
                high_t = rests[t, k] > inside[k] - rests[t, k + 2]
                if frame.in_order and k == 0:
                    high_s = high_t = False
                side = k + 2 if high_s else k
                same = same and high_s == high_t and rests[t, side] == rests[s, side]
            else:
                high_s = spaces[s, k] > inside[k] - spaces[s, k + 3]
                high_t = spaces[t, k] > inside[k] - spaces[t, k + 3]
                side = k + 3 if high_s else k
                same = same and high_s == high_t and spaces[t, side] == spaces[s, side]
        if same:
            best, most = t, spaces[t, axis + 3] - spaces[t, axis]
    return best


@kernel
def give_up(frame, states, i, s):
    """Take a space out of the choice: no block goes in, at least not one of this stop."""
    if frame.resting:
        space, rest = states.spaces[i, s], states.rests[i, s]
        whole = rest[0] == space[0] and rest[1] == space[1]
        whole = whole and rest[2] == space[3] and rest[3] == space[4]
        if states.phase[i] > 0 or not whole:
            # It stays: for other stops, or as tops beside its rest may yet make that larger.
            rest[4] = states.phase[i] + 1
            return
        for k in range(5):
            rest[k] = states.rests[i, states.n_spaces[i] - 1, k]
    n = states.n_spaces[i] - 1
    states.n_spaces[i] = n
    for k in range(6):
        states.spaces[i, s, k] = states.spaces[i, n, k]


@kernel
def fill_up(frame, pool, cargo, menu, taste, states, i, work):
    """Fill a state by the best block at each step."""
    find_least(cargo, states.left[i], work.least)
    hint, steps = 0, 0
    while states.n_placed[i] < states.placed.shape[1]:
        s = next_space(frame, states, i)
        if s < 0:
            return
        open_space(frame, states, i, s, work)
        if rank_blocks(frame, pool, cargo, menu, taste, states, i, work, 1) == 0:
            give_up(frame, states, i, s)
            continue
        used_up = place(frame, pool, cargo, menu, states, i, work.best[0], work)
        if used_up and taste.refresh:
            find_reach(frame, cargo, states.left[i], work)
        hint |= menu.hint[work.best[0] & BLOCK]
        steps += 1
        # A longer menu is no fault, so it is gone through only now and then.
        if steps % THIN_EVERY == 0:
            _thin(menu, states, i, hint)
            hint = 0


@kernel
def fits_space(menu, states, i, s, b):
    """Tell whether a block is no larger than a space."""
    space = states.spaces[i, s]
    return (
        menu.size[b, 0] <= space[3] - space[0]
        and menu.size[b, 1] <= space[4] - space[1]
        and menu.size[b, 2] <= space[5] - space[2]
    )


@kernel
def _recall(keys, mark):
    last = len(keys) - 1
    k = np.int64(mark & np.uint64(last))
    for _ in range(8):
        if keys[k] == mark:
            return k
        if keys[k] == 0:
            return -1
        k = (k + 1) & last
    return -1


@kernel
def _remember(keys, values, mark, value):
    last = len(keys) - 1
    k = np.int64(mark & np.uint64(last))
    for _ in range(8):
        if keys[k] == 0:
            keys[k] = mark
            values[k] = value
            return
        k = (k + 1) & last


@allocating
def search(
    frame, pool, cargo, menu, taste, states, others, spare, work, width, most, keys, values, best
):
    """Run one beam from state 0 of `states`; return its best value and how often it filled up.

    `best` takes the rows placed of the best state whose value is above `values[-1]`, the best
    known; `most` bounds how often a state is filled up.
    """
    n_states, filled = 1, 0
    known = values[len(keys)]
    most_children = 4 * width * width
    child_state = np.zeros(most_children, np.int32)
    child_space = np.zeros(most_children, np.int32)
    child_block = np.zeros(most_children, np.int32)
    child_value = np.zeros(most_children)
    child_mark = np.zeros(most_children, np.uint64)
    while n_states > 0:
        n = 0
        for i in range(n_states):
            found = 0
            find_reach(frame, cargo, states.left[i], work)
            while True:
                s = next_space(frame, states, i)
                if s < 0:
                    break
                open_space(frame, states, i, s, work)
                found = rank_blocks(frame, pool, cargo, menu, taste, states, i, work, width)
                if found > 0:
                    break
                give_up(frame, states, i, s)
            start = n
            for k in range(found):
                child_state[n], child_space[n], child_block[n] = i, s, work.best[k]
                n += 1
            for axis in range(3 if found > 0 else 0):
                t = other_space(frame, states, i, s, axis)
                if t < 0:
                    continue
                open_space(frame, states, i, t, work)
                found = rank_blocks(frame, pool, cargo, menu, taste, states, i, work, width)
                for k in range(found):
                    b = work.best[k]
                    if fits_space(menu, states, i, s, b & BLOCK):
                        continue
                    known_child = False
                    for c in range(start, n):
                        known_child = known_child or child_block[c] == b
                    if not known_child:
                        child_state[n], child_space[n], child_block[n] = i, t, b
                        n += 1
            for k in range(start, n):
                open_space(frame, states, i, child_space[k], work)
                b, x, y, z = corner(menu, work, child_block[k])
                mark = states.mark[i] + place_mark(menu, b, x, y, z)
                child_mark[k] = mark
                at = _recall(keys, mark)
                if at >= 0:
                    child_value[k] = values[at]
                    continue
                if filled >= most:
                    values[len(keys)] = known
                    return known, filled
                copy_state(states, i, spare, 0)
                find_least(cargo, spare.left[0], work.least)
                if taste.refresh and k > start:
                    find_reach(frame, cargo, spare.left[0], work)
                used_up = place(frame, pool, cargo, menu, spare, 0, child_block[k], work)
                if used_up and taste.refresh:
                    find_reach(frame, cargo, spare.left[0], work)
                _thin(menu, spare, 0, menu.hint[b])
                fill_up(frame, pool, cargo, menu, taste, spare, 0, work)
                filled += 1
                value = spare.value[0]
                child_value[k] = value
                _remember(keys, values, mark, value)
                if value > known:
                    known = value
                    m = spare.n_placed[0]
                    for r in range(m):
                        for a in range(7):
                            best[r, a] = spare.placed[0, r, a]
                    best[m, 0] = -2
        order = np.argsort(-child_value[:n], kind="mergesort")
        n_states = 0
        last = -1.0
        for k in order:
            if n_states == width:
                break
            if child_value[k] == last:
                continue
            last = child_value[k]
            i = child_state[k]
            copy_state(states, i, others, n_states)
            open_space(frame, others, n_states, child_space[k], work)
            find_least(cargo, others.left[n_states], work.least)
            place(frame, pool, cargo, menu, others, n_states, child_block[k], work)
            _thin(menu, others, n_states, menu.hint[child_block[k] & BLOCK])
            n_states += 1
        states, others = others, states
    values[len(keys)] = known
    return known, filled
