"""Keep the free space of a unit as its largest empty cuboids, and where each may be stood on.

A space is x1, y1, z1, x2, y2, z2. Its rest x1, y1, x2, y2 is a rectangle of its base that lies all
on the floor or on tops of one height, which count as one where they touch; without support rules
there are no rests. After Lai and Chan (1997): cut what a new block meets, keep the maximal.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from optimizer.compiled import kernel

MOST_SPACES = 1000
MOST_TOPS = 24  # tops of one height joined under one space


class Cuts(NamedTuple):
    """Scratch memory for a cut: the new spaces by the face of the cuboid at which they end."""

    new: Any
    new_rest: Any
    counts: Any
    touching: Any  # old spaces at each face
    touched: Any
    under: Any  # tops of one height under a space
    rest: Any
    xs: Any
    ys: Any
    full: Any
    column: Any


def make_cuts() -> Cuts:
    """Return empty scratch memory for one thread."""
    edges = 2 * MOST_TOPS
    return Cuts(
        new=np.zeros((6 * MOST_SPACES, 6), np.int32),
        new_rest=np.zeros((6 * MOST_SPACES, 5), np.int32),
        counts=np.zeros(6, np.int64),
        touching=np.zeros((6, MOST_SPACES), np.int32),
        touched=np.zeros(6, np.int64),
        under=np.zeros((MOST_TOPS, 5), np.int32),
        rest=np.zeros((1, 5), np.int32),
        xs=np.zeros(edges, np.int32),
        ys=np.zeros(edges, np.int32),
        full=np.zeros((edges, edges), np.bool_),
        column=np.zeros(edges, np.bool_),
    )


@kernel
def nearest(spaces, n, inside):
    """Return the space with a corner nearest to one of the unit's; the larger of two as near."""
    best, least, most = -1, 1 << 40, 0
    for i in range(n):
        far = min(spaces[i, 0], inside[0] - spaces[i, 3])
        far += min(spaces[i, 1], inside[1] - spaces[i, 4])
        far += min(spaces[i, 2], inside[2] - spaces[i, 5])
        if far > least:
            continue
        volume = np.int64(spaces[i, 3] - spaces[i, 0]) * (spaces[i, 4] - spaces[i, 1])
        volume *= spaces[i, 5] - spaces[i, 2]
        if far < least or volume > most:
            best, least, most = i, far, volume
    return best


@kernel
def holds(a, i, b, j):
    """Tell whether space i of `a` holds space j of `b`."""
    return (
        a[i, 0] <= b[j, 0]
        and a[i, 1] <= b[j, 1]
        and a[i, 2] <= b[j, 2]
        and a[i, 3] >= b[j, 3]
        and a[i, 4] >= b[j, 4]
        and a[i, 5] >= b[j, 5]
    )


@kernel
def move_row(spaces, i, j):
    """Copy row j over row i."""
    for k in range(spaces.shape[1]):
        spaces[i, k] = spaces[j, k]


@kernel
def copy_row(a, i, b, j):
    """Copy row j of `b` over row i of `a`."""
    for k in range(b.shape[1]):
        a[i, k] = b[j, k]


@kernel
def put(new, counts, face, x, y, z, x2, y2, z2):
    n = face * MOST_SPACES + counts[face]
    counts[face] += 1
    new[n, 0], new[n, 1], new[n, 2] = x, y, z
    new[n, 3], new[n, 4], new[n, 5] = x2, y2, z2


@kernel
def cut(spaces, n, x, y, z, x2, y2, z2, least, cuts):
    """Cut a cuboid out of all spaces in place; return how many there are then."""
    new, counts, touching, touched = cuts.new, cuts.counts, cuts.touching, cuts.touched
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
            if kept != i:
                move_row(spaces, kept, i)
            face = touched_face(a, b, c, a2, b2, c2, x, y, z, x2, y2, z2)
            if face >= 0:
                touching[face, touched[face]] = kept
                touched[face] += 1
            kept += 1
            continue
        if x - a >= least_x:
            put(new, counts, 0, a, b, c, x, b2, c2)
        if a2 - x2 >= least_x:
            put(new, counts, 1, x2, b, c, a2, b2, c2)
        if y - b >= least_y:
            put(new, counts, 2, a, b, c, a2, y, c2)
        if b2 - y2 >= least_y:
            put(new, counts, 3, a, y2, c, a2, b2, c2)
        if z - c >= least_z:
            put(new, counts, 4, a, b, c, a2, b2, z)
        if c2 - z2 >= least_z:
            put(new, counts, 5, a, b, z2, a2, b2, c2)
    for face in range(6):
        kept = _add_maximal(spaces, kept, cuts, face)
    return kept


@kernel
def touched_face(a, b, c, a2, b2, c2, x, y, z, x2, y2, z2):
    """Return the face of the cuboid that a space outside it touches; -1: none.

    Only such a space can hold a part that ends at this face: any other would meet the cuboid.
    """
    if a2 == x:
        return 0
    if a == x2:
        return 1
    if b2 == y:
        return 2
    if b == y2:
        return 3
    if c2 == z:
        return 4
    return 5 if c == z2 else -1


@kernel
def _add_maximal(spaces, kept, cuts, face):
    """Add the new spaces at one face that no other holds; those of other faces cannot."""
    new, touching, first = cuts.new, cuts.touching, face * MOST_SPACES
    last, touched = first + cuts.counts[face], cuts.touched[face]
    for i in range(first, last):
        held = False
        for j in range(touched):
            if holds(spaces, touching[face, j], new, i):
                held = True
                break
        if held:
            continue
        for j in range(first, last):
            # Of two equal ones the first stays.
            if j != i and holds(new, j, new, i) and (j < i or not holds(new, i, new, j)):
                held = True
                break
        if not held and kept < MOST_SPACES:
            copy_row(spaces, kept, new, i)
            kept += 1
    return kept
