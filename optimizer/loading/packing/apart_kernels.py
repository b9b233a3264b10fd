"""Take blocks apart into their boxes again."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import allocating
from optimizer.loading.packing.block_kernels import JOIN


@allocating
def take_apart(pool, block, x, y, z, out):
    """Fill rows kind, x, y, z, dx, dy, dz of the boxes of a block at a place; return how many.

    What stands on another box of the block comes after it.
    """
    todo = np.empty((512, 4), np.int64)
    todo[0, 0], todo[0, 1], todo[0, 2], todo[0, 3] = block, x, y, z
    waiting, n = 1, 0
    while waiting > 0:
        waiting -= 1
        row, x, y, z = todo[waiting, 0], todo[waiting, 1], todo[waiting, 2], todo[waiting, 3]
        made = pool.recipe[row, 0]
        if made < JOIN:
            dx = pool.size[row, 0] // pool.recipe[row, 2]
            dy = pool.size[row, 1] // pool.recipe[row, 3]
            dz = pool.size[row, 2] // pool.recipe[row, 4]
            for k in range(pool.recipe[row, 4]):
                for i in range(pool.recipe[row, 2]):
                    for j in range(pool.recipe[row, 3]):
                        out[n, 0] = pool.kinds[row, 0]
                        out[n, 1], out[n, 2], out[n, 3] = x + i * dx, y + j * dy, z + k * dz
                        out[n, 4], out[n, 5], out[n, 6] = dx, dy, dz
                        n += 1
            continue
        a, axis = pool.recipe[row, 1], made - JOIN
        b = pool.recipe[row, 2]
        todo[waiting, 0] = b
        todo[waiting, 1], todo[waiting, 2], todo[waiting, 3] = x, y, z
        todo[waiting, 1 + axis] += pool.size[a, axis]
        todo[waiting + 1, 0] = a
        todo[waiting + 1, 1], todo[waiting + 1, 2], todo[waiting + 1, 3] = x, y, z
        waiting += 2
    return n


@allocating
def list_faces(pool, highest):
    """Return where each block's rectangles begin, and the rectangles: x1, y1, x2, y2.

    They are the bases of its boxes on its own base, or the tops of those at its full height; one
    rectangle where they fill that face, which makes no difference to what rests on it.
    """
    made = pool.made[0]
    first = np.zeros(made + 1, np.int32)
    largest, whole = 1, 0
    for row in range(made):
        largest = max(largest, pool.boxes[row])
        whole += pool.boxes[row]
    boxes = np.empty((largest, 7), np.int32)
    faces = np.empty((whole, 4), np.int32)
    end = 0
    for row in range(made):
        n = take_apart(pool, row, 0, 0, 0, boxes)
        start, area = end, np.int64(0)
        for i in range(n):
            if highest and boxes[i, 3] + boxes[i, 6] < pool.size[row, 2]:
                continue
            if not highest and boxes[i, 3] > 0:
                continue
            faces[end, 0], faces[end, 1] = boxes[i, 1], boxes[i, 2]
            faces[end, 2], faces[end, 3] = boxes[i, 1] + boxes[i, 4], boxes[i, 2] + boxes[i, 5]
            area += np.int64(boxes[i, 4]) * boxes[i, 5]
            end += 1
        if highest and area == np.int64(pool.size[row, 0]) * pool.size[row, 1]:
            faces[start, 0], faces[start, 1] = 0, 0
            faces[start, 2], faces[start, 3] = pool.size[row, 0], pool.size[row, 1]
            end = start + 1
        first[row + 1] = end
    return first, faces[:end].copy()
