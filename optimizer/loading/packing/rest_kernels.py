"""Keep, beside the free spaces, where each may be stood on."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import kernel
from optimizer.loading.packing.spaces_kernels import (
    MOST_SPACES,
    MOST_TOPS,
    copy_row,
    holds,
    move_row,
    put,
    touched_face,
)


@kernel
def nearest_rest(spaces, rests, n, inside, phase, from_front):
    """Return the space to fill next whose rest is nearest to a corner; -1: none has a rest."""
    best, least, most = -1, 1 << 40, 0
    for i in range(n):
        if rests[i, 2] <= rests[i, 0] or rests[i, 4] == phase + 1:
            continue
        if from_front:
            far = 4 * rests[i, 0] + min(rests[i, 1], inside[1] - rests[i, 3]) + spaces[i, 2]
        else:
            far = (
                min(rests[i, 0], inside[0] - rests[i, 2])
                + min(rests[i, 1], inside[1] - rests[i, 3])
                + spaces[i, 2]
            )
        if far > least:
            continue
        volume = np.int64(rests[i, 2] - rests[i, 0]) * (rests[i, 3] - rests[i, 1])
        volume *= spaces[i, 5] - spaces[i, 2]
        if far < least or volume > most:
            best, least, most = i, far, volume
    return best


@kernel
def cut_resting(spaces, rests, n, x, y, z, x2, y2, z2, tops, n_tops, least, cuts):
    """Cut as `cut` does, and bring the rests up to date; `tops` has its own already.

    A space without a rest stays only while no other holds it: something may be stood under it.
    """
    counts, touching, touched = cuts.counts, cuts.touching, cuts.touched
    for face in range(6):
        counts[face] = touched[face] = 0
    least_x, least_y, least_z = least[0], least[1], least[2]
    kept = 0
    for i in range(n):
        a, b, c = spaces[i, 0], spaces[i, 1], spaces[i, 2]
        a2, b2, c2 = spaces[i, 3], spaces[i, 4], spaces[i, 5]
        if a2 - a < least_x or b2 - b < least_y or c2 - c < least_z:
            continue
        if a >= x2 or a2 <= x or b >= y2 or b2 <= y or c >= z2 or c2 <= z:
            if c == z2 and a <= x2 and a2 >= x and b <= y2 and b2 >= y:
                _rest_on_tops(a, b, c, a2, b2, c2, tops, n_tops, cuts)
                continue
            if kept != i:
                move_row(spaces, kept, i)
                move_row(rests, kept, i)
            face = touched_face(a, b, c, a2, b2, c2, x, y, z, x2, y2, z2)
            if face >= 0:
                touching[face, touched[face]] = kept
                touched[face] += 1
            kept += 1
            continue
        if x - a >= least_x:
            _part(cuts, 0, rests, i, a, b, c, x, b2, c2)
        if a2 - x2 >= least_x:
            _part(cuts, 1, rests, i, x2, b, c, a2, b2, c2)
        if y - b >= least_y:
            _part(cuts, 2, rests, i, a, b, c, a2, y, c2)
        if b2 - y2 >= least_y:
            _part(cuts, 3, rests, i, a, y2, c, a2, b2, c2)
        if z - c >= least_z:
            _part(cuts, 4, rests, i, a, b, c, a2, b2, z)
        if c2 - z2 >= least_z:
            _rest_on_tops(a, b, z2, a2, b2, c2, tops, n_tops, cuts)
    for face in range(6):
        kept = _add_maximal_resting(spaces, rests, kept, cuts, face)
    return kept


@kernel
def _part(cuts, face, rests, i, x, y, z, x2, y2, z2):
    """Add a part of a space that keeps its base height, with what of rest i lies in it."""
    if cuts.counts[face] == MOST_SPACES:
        return
    new_rest, n = cuts.new_rest, face * MOST_SPACES + cuts.counts[face]
    put(cuts.new, cuts.counts, face, x, y, z, x2, y2, z2)
    new_rest[n, 0], new_rest[n, 1] = max(rests[i, 0], x), max(rests[i, 1], y)
    new_rest[n, 2], new_rest[n, 3] = min(rests[i, 2], x2), min(rests[i, 3], y2)
    new_rest[n, 4] = rests[i, 4]
    if new_rest[n, 2] <= new_rest[n, 0] or new_rest[n, 3] <= new_rest[n, 1]:
        for k in range(4):
            new_rest[n, k] = 0


@kernel
def _rest_on_tops(x, y, z, x2, y2, z2, tops, n_tops, cuts):
    """Add a space once for each largest rectangle of the tops of its base's height under it."""
    under = cuts.under
    n = 0
    for k in range(n_tops):
        if tops[k, 4] != z or n == MOST_TOPS:
            continue
        left, right = max(tops[k, 0], x), min(tops[k, 2], x2)
        front, back = max(tops[k, 1], y), min(tops[k, 3], y2)
        if left < right and front < back:
            under[n, 0], under[n, 1], under[n, 2], under[n, 3] = left, front, right, back
            n += 1
    if n > 1:
        _rest_on_many(n, x, y, z, x2, y2, z2, cuts)
        return
    if n == 0:
        for k in range(4):
            under[0, k] = 0
    _part(cuts, 5, under, 0, x, y, z, x2, y2, z2)


@kernel
def _sort_edges(tops, n, axis, edges):
    """Fill the different edges of rectangles along an axis, sorted; return how many."""
    m = 0
    for k in range(2 * n):
        e = tops[k >> 1, axis + 2 * (k & 1)]
        i = m
        while i > 0 and edges[i - 1] > e:
            i -= 1
        if i > 0 and edges[i - 1] == e:
            continue
        for j in range(m, i, -1):
            edges[j] = edges[j - 1]
        edges[i] = e
        m += 1
    return m


@kernel
def _rest_on_many(n, x, y, z, x2, y2, z2, cuts):
    """Add a space once for each maximal rectangle of a union of rectangles, on their grid."""
    tops, rest, xs, ys, full, column = (
        cuts.under,
        cuts.rest,
        cuts.xs,
        cuts.ys,
        cuts.full,
        cuts.column,
    )
    nx, ny = _sort_edges(tops, n, 0, xs) - 1, _sort_edges(tops, n, 1, ys) - 1
    for i in range(nx):
        for j in range(ny):
            full[i, j] = False
            for k in range(n):
                if (
                    tops[k, 0] <= xs[i]
                    and tops[k, 2] > xs[i]
                    and tops[k, 1] <= ys[j]
                    and tops[k, 3] > ys[j]
                ):
                    full[i, j] = True
                    break
    for left in range(nx):
        for j in range(ny):
            column[j] = True
        for right in range(left, nx):
            for j in range(ny):
                column[j] = column[j] and full[right, j]
            j = 0
            while j < ny:
                if not column[j]:
                    j += 1
                    continue
                start = j
                wider_left, wider_right = left > 0, right < nx - 1
                while j < ny and column[j]:
                    wider_left = wider_left and full[left - 1, j]
                    wider_right = wider_right and full[right + 1, j]
                    j += 1
                if not wider_left and not wider_right:
                    rest[0, 0], rest[0, 1] = xs[left], ys[start]
                    rest[0, 2], rest[0, 3] = xs[right + 1], ys[j]
                    _part(cuts, 5, rest, 0, x, y, z, x2, y2, z2)


@kernel
def _replaces(a, ra, i, b, rb, j):
    """Tell whether space i of `a` is as good as space j of `b` wherever that may be used."""
    if not holds(a, i, b, j):
        return False
    if rb[j, 2] <= rb[j, 0]:
        return True
    return (
        a[i, 2] == b[j, 2]
        and ra[i, 0] <= rb[j, 0]
        and ra[i, 1] <= rb[j, 1]
        and ra[i, 2] >= rb[j, 2]
        and ra[i, 3] >= rb[j, 3]
    )


@kernel
def _add_maximal_resting(spaces, rests, kept, cuts, face):
    new, new_rest, touching = cuts.new, cuts.new_rest, cuts.touching
    first, touched = face * MOST_SPACES, cuts.touched[face]
    last = first + cuts.counts[face]
    for i in range(first, last):
        held = False
        for j in range(touched):
            if _replaces(spaces, rests, touching[face, j], new, new_rest, i):
                held = True
                break
        if held:
            continue
        for j in range(first, last):
            if j == i or not _replaces(new, new_rest, j, new, new_rest, i):
                continue
            if j < i or not _replaces(new, new_rest, i, new, new_rest, j):
                held = True
                break
        if not held and kept < MOST_SPACES:
            copy_row(spaces, kept, new, i)
            copy_row(rests, kept, new_rest, i)
            kept += 1
    return kept
