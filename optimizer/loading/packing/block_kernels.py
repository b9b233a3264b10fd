"""Join boxes to blocks of little waste, which the beam search places as if each were one box.

A block is a box in one turn, a grid of equal boxes, or two blocks side by side, one behind or one
on the other (guillotine joins; Zhu and Lim 2012, Araya and Riff 2014).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from optimizer.compiled import allocating, kernel

KINDS = 8  # most kinds of boxes in a block
BOX, GRID, JOIN = 0, 1, 2  # how a block is made; JOIN + axis
FREE = 1 << 28  # levels on top of a box that sets no limit


class Pool(NamedTuple):
    """Blocks as arrays, one row a block; the first `made[0]` rows are filled."""

    made: Any
    size: Any  # mm, along x, y, z
    volume: Any  # of its boxes, mm3
    value: Any
    mass: Any  # g
    boxes: Any  # how many
    kinds: Any  # of boxes in it, -1 after the last
    counts: Any  # of each kind
    recipe: Any  # how made; its parts
    top: Any  # x1, y1, x2, y2 of its highest face that bears others
    levels: Any  # most boxes on top of each other in it
    room: Any  # levels that may stand on it
    sum: Any  # the same for the same boxes, whatever their order
    mark: Any  # the same for blocks of the same size and boxes


class Cargo(NamedTuple):
    """The kinds of boxes, and each way in which one may stand."""

    left: Any  # boxes of each kind
    value: Any  # of one box
    mass: Any  # of one box, g
    most_above: Any  # FREE: no limit
    top: Any  # mass it bears on top, g; -1: no limit
    floor_only: Any
    stop: Any  # place of its stop among the stops, 0 the first
    turn_kind: Any  # kind of each turn
    turn_size: Any


@kernel
def mix(a, b):
    """Return a well spread whole number of two (splitmix64, Steele, Lea and Flood 2014).

    All is unsigned: what overflows a signed number is undefined to the compiler.
    """
    h = np.uint64(a) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(b)
    h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return h ^ (h >> np.uint64(31))


@allocating
def make_blocks(pool, cargo, inside, payload, most_grids, fill_percent, standing, seed):
    """Fill the pool: single boxes, grids, then joins breadth first until the pool is full.

    `standing` is the percent of a box's base that has to rest on others; 0: boxes may float.
    """
    slots = 1
    while slots < 3 * len(pool.volume):
        slots *= 2
    seen = np.zeros(slots, np.uint64)
    for t in range(len(cargo.turn_kind)):
        _add_grid(pool, cargo, t, t, 1, 1, 1, standing, seen)
    turns = pool.made[0]
    _add_grids(pool, cargo, turns, inside, payload, most_grids, standing, seen)
    first, last = 0, pool.made[0]
    while pool.made[0] < len(pool.volume) and first < last:
        _join_all(
            pool, cargo, inside, payload, fill_percent, standing, first, last, seed + last, seen
        )
        first, last = last, pool.made[0]


@allocating
def _is_new(pool, row, standing, seen):
    """Tell whether no block was made that serves as well, and remember this one."""
    h = pool.sum[row]
    # Where boxes may float, one join of a size is enough: a list is worth most by its sizes.
    key = h if standing > 0 or pool.recipe[row, 0] < JOIN else np.uint64(0)
    for a in range(3):
        h = mix(h, pool.size[row, a])
        key = mix(key, pool.size[row, a])
    pool.mark[row] = h
    # What stands on it matters as well where its top is not flat.
    h = key
    for a in range(4):
        h = mix(h, pool.top[row, a])
    if h == 0:
        h = np.uint64(1)
    last = len(seen) - 1
    i = np.int64(h & np.uint64(last))
    while seen[i] != 0:
        if seen[i] == h:
            return False
        i = (i + 1) & last
    seen[i] = h
    return True


@allocating
def _add_grid(pool, cargo, base, turn, nx, ny, nz, standing, seen):
    row = pool.made[0]
    if row >= len(pool.volume):
        return
    kind = cargo.turn_kind[turn]
    n = nx * ny * nz
    pool.size[row, 0] = cargo.turn_size[turn, 0] * nx
    pool.size[row, 1] = cargo.turn_size[turn, 1] * ny
    pool.size[row, 2] = cargo.turn_size[turn, 2] * nz
    pool.volume[row] = np.int64(pool.size[row, 0]) * pool.size[row, 1] * pool.size[row, 2]
    pool.value[row] = cargo.value[kind] * n
    pool.mass[row] = cargo.mass[kind] * n
    pool.boxes[row] = n
    pool.sum[row] = mix(kind + 1, 3) * np.uint64(n)
    pool.kinds[row] = -1
    pool.counts[row] = 0
    pool.kinds[row, 0] = kind
    pool.counts[row, 0] = n
    pool.recipe[row, 0] = BOX if n == 1 else GRID
    pool.recipe[row, 1] = base
    pool.recipe[row, 2] = nx
    pool.recipe[row, 3] = ny
    pool.recipe[row, 4] = nz
    pool.top[row, 0] = 0
    pool.top[row, 1] = 0
    pool.top[row, 2] = pool.size[row, 0]
    pool.top[row, 3] = pool.size[row, 1]
    pool.levels[row] = nz
    pool.room[row] = FREE
    if cargo.most_above[kind] < FREE:
        pool.room[row] = cargo.most_above[kind] - nz + 1
    if _is_new(pool, row, standing, seen):
        pool.made[0] += 1


@allocating
def _most_high(cargo, kind, standing):
    """Return how many boxes of a kind may stand on top of each other."""
    high = np.int64(cargo.left[kind])
    if standing > 0:
        if cargo.floor_only[kind]:
            high = 1
        high = min(high, cargo.most_above[kind] + 1)
        if cargo.top[kind] >= 0:
            high = min(high, cargo.top[kind] // cargo.mass[kind] + 1)
    return high


@allocating
def _add_grids(pool, cargo, turns, inside, payload, most, standing, seen):
    """Add grids of equal boxes; of too many, a like share of the small and of the large."""
    found = 0
    for step in (0, 1):
        if step == 1:
            rows = np.empty((found, 4), np.int64)
            volumes = np.empty(found, np.int64)
            found = 0
        for t in range(turns):
            kind = pool.kinds[t, 0]
            high = _most_high(cargo, kind, standing)
            n = min(np.int64(cargo.left[kind]), payload // max(cargo.mass[kind], 1))
            for nx in range(1, min(n, inside[0] // pool.size[t, 0]) + 1):
                for ny in range(1, min(n // nx, inside[1] // pool.size[t, 1]) + 1):
                    tall = min(high, n // (nx * ny), inside[2] // pool.size[t, 2])
                    for nz in range(1, tall + 1):
                        if nx * ny * nz > 1:
                            if step == 1:
                                rows[found, 0] = t
                                rows[found, 1] = nx
                                rows[found, 2] = ny
                                rows[found, 3] = nz
                                volumes[found] = pool.volume[t] * nx * ny * nz
                            found += 1
    order = np.argsort(-volumes, kind="mergesort")
    take = min(found, most)
    for i in range(take):
        r = order[i * found // take]
        t = rows[r, 0]
        turn = pool.recipe[t, 1]
        _add_grid(pool, cargo, t, turn, rows[r, 1], rows[r, 2], rows[r, 3], standing, seen)


@allocating
def _join_all(pool, cargo, inside, payload, fill_percent, standing, first, last, seed, seen):
    """Join each block of the last round with every block made before it, in a shuffled order."""
    order = np.arange(first, last)
    h = np.uint64(seed)
    for i in range(len(order) - 1, 0, -1):
        h = mix(h, i)
        j = np.int64(h & np.uint64(0x7FFFFFFF)) % (i + 1)
        order[i], order[j] = order[j], order[i]
    for a in order:
        for axis in range(3):
            if pool.made[0] >= len(pool.volume):
                return
            _join_with(pool, cargo, inside, payload, fill_percent, standing, a, last, axis, seen)


@allocating
def _join_with(pool, cargo, inside, payload, fill_percent, standing, a, last, axis, seen):
    p, q = (axis + 1) % 3, (axis + 2) % 3
    upright, level = standing > 0 and axis == 2, standing > 0 and axis < 2
    # Side by side the order of two does not matter, so the younger is joined with the older.
    end = last if upright else a + 1
    along, wide_a, high_a = pool.size[a, axis], pool.size[a, p], pool.size[a, q]
    volume_a = pool.volume[a]
    room_along = inside[axis] - along
    for b in range(end):
        if pool.size[b, axis] > room_along:
            continue
        if level and pool.size[b, 2] != pool.size[a, 2]:
            continue
        wide = max(wide_a, pool.size[b, p])
        high = max(high_a, pool.size[b, q])
        whole = np.int64(along + pool.size[b, axis]) * wide * high
        if (volume_a + pool.volume[b]) * 100 < whole * fill_percent:
            continue
        if upright and not _stands_on(pool, cargo, a, b, standing):
            continue
        if pool.mass[a] + pool.mass[b] > payload:
            continue
        _add_join(pool, cargo, a, b, axis, standing, seen)
        if pool.made[0] >= len(pool.volume):
            return


@allocating
def _stands_on(pool, cargo, a, b, standing):
    """Tell whether block b may stand on block a: one box with enough of its base, others with all.

    Half of a box's base rests at the least, else its centre might lie beside what bears it.
    """
    if pool.top[a, 0] > 0 or pool.top[a, 1] > 0:
        return False
    wide, deep = pool.size[b, 0], pool.size[b, 1]
    if wide > pool.top[a, 2] or deep > pool.top[a, 3]:
        if pool.boxes[b] > 1:
            return False
        rests = np.int64(min(wide, pool.top[a, 2])) * min(deep, pool.top[a, 3])
        if rests * 100 < np.int64(wide) * deep * max(standing, 51):
            return False
    for k in range(KINDS):
        if pool.kinds[b, k] >= 0 and cargo.floor_only[pool.kinds[b, k]]:
            return False
    return pool.levels[b] <= pool.room[a]


@allocating
def _add_join(pool, cargo, a, b, axis, standing, seen):
    row = pool.made[0]
    pool.kinds[row] = pool.kinds[a]
    pool.counts[row] = pool.counts[a]
    n = 0
    while n < KINDS and pool.kinds[row, n] >= 0:
        n += 1
    for k in range(KINDS):
        kind = pool.kinds[b, k]
        if kind < 0:
            break
        if cargo.stop[kind] != cargo.stop[pool.kinds[a, 0]]:
            return
        j = 0
        while j < n and pool.kinds[row, j] != kind:
            j += 1
        if j == n:
            if n == KINDS:
                return
            pool.kinds[row, n] = kind
            n += 1
        pool.counts[row, j] += pool.counts[b, k]
        if pool.counts[row, j] > cargo.left[kind]:
            return
    for k in range(3):
        pool.size[row, k] = max(pool.size[a, k], pool.size[b, k])
    pool.size[row, axis] = pool.size[a, axis] + pool.size[b, axis]
    pool.volume[row] = pool.volume[a] + pool.volume[b]
    pool.value[row] = pool.value[a] + pool.value[b]
    pool.mass[row] = pool.mass[a] + pool.mass[b]
    pool.boxes[row] = pool.boxes[a] + pool.boxes[b]
    pool.sum[row] = pool.sum[a] + pool.sum[b]
    pool.recipe[row, 0] = JOIN + axis
    pool.recipe[row, 1] = a
    pool.recipe[row, 2] = b
    _set_top(pool, row, a, b, axis)
    if axis == 2:
        pool.levels[row] = pool.levels[a] + pool.levels[b]
        pool.room[row] = pool.room[b]
        if pool.room[a] < FREE:
            pool.room[row] = min(pool.room[b], pool.room[a] - pool.levels[b])
    else:
        pool.levels[row] = max(pool.levels[a], pool.levels[b])
        pool.room[row] = min(pool.room[a], pool.room[b])
    if _is_new(pool, row, standing, seen):
        pool.made[0] += 1


@allocating
def _set_top(pool, row, a, b, axis):
    """Set the highest face of a join: the higher's, or both where they make one rectangle."""
    pool.top[row] = pool.top[b] if axis == 2 or pool.size[b, 2] > pool.size[a, 2] else pool.top[a]
    if axis == 2:
        return
    shift = pool.size[a, axis]
    if pool.size[b, 2] > pool.size[a, 2]:
        pool.top[row, axis] += shift
        pool.top[row, axis + 2] += shift
    elif pool.size[b, 2] == pool.size[a, 2]:
        other = 1 - axis
        flush = (
            pool.top[a, other] == pool.top[b, other]
            and pool.top[a, other + 2] == pool.top[b, other + 2]
            and pool.top[a, axis + 2] == shift
            and pool.top[b, axis] == 0
        )
        if flush:
            pool.top[row, axis + 2] = shift + pool.top[b, axis + 2]
