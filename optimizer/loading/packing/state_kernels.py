"""Hold partly filled units as arrays, with what is on the menu for them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from optimizer.compiled import kernel
from optimizer.loading.packing.block_kernels import KINDS


class Menu(NamedTuple):
    """The blocks of a pool by falling score."""

    row: Any  # in the pool
    size: Any
    score: Any
    value: Any
    mass: Any
    kinds: Any
    counts: Any
    stop: Any
    mark: Any
    hint: Any  # a bit for each kind in it, the same for every 63rd kind


class Frame(NamedTuple):
    """What stays the same throughout a search."""

    inside: Any  # sizes of the unit
    grain: Any  # mm of one step in the tables of reachable lengths
    resting: Any  # True: blocks rest on the floor or on tops
    percent: Any  # of each box's base that rests; 0: none need
    checked: Any  # True: boxes are tried one by one
    in_order: Any  # True: several stops, unloaded by the rear door
    lowest_first: Any  # where each block's lowest boxes begin, and their rectangles
    lowest: Any
    highest_first: Any  # the same of its tops at its full height
    highest: Any


class Taste(NamedTuple):
    """How blocks are ranked."""

    alpha: Any
    beta: Any
    near: Any  # share of a block's size that still counts as touching
    refresh: Any  # True: tables of reachable lengths follow each step


class States(NamedTuple):
    """Partly filled units, one along the first axis."""

    spaces: Any
    rests: Any
    n_spaces: Any
    placed: Any  # block, x, y, z, x2, y2, z2
    n_placed: Any
    tops: Any  # x1, y1, x2, y2, z of what bears others
    n_tops: Any
    left: Any  # boxes of each kind
    value: Any
    mass_left: Any
    menu: Any  # places in the menu that are still possible
    n_menu: Any
    phase: Any  # the stop whose boxes are packed now
    boxes: Any
    loads: Any
    n_boxes: Any
    mark: Any


class Work(NamedTuple):
    """Scratch memory of one thread."""

    least: Any  # the least size of any box left along each axis
    reach: Any  # longest length that boxes left can fill, for each length along each axis
    bits: Any
    cuts: Any
    near: Any
    open: Any  # the space being filled
    side: Any  # 1 where a block goes to its far end
    flush: Any  # how far the space goes on, there, beyond what it is stood on along x, y
    best: Any
    rank: Any
    apart: Any
    trial: Any
    trial_loads: Any


@kernel
def copy_state(a, i, b, j):
    """Copy state i of `a` over state j of `b`."""
    b.n_spaces[j] = a.n_spaces[i]
    _copy_rows(a.spaces, i, b.spaces, j, a.n_spaces[i])
    if a.rests.shape[1] > 1:
        _copy_rows(a.rests, i, b.rests, j, a.n_spaces[i])
    b.n_placed[j] = a.n_placed[i]
    _copy_rows(a.placed, i, b.placed, j, a.n_placed[i])
    b.n_tops[j] = a.n_tops[i]
    _copy_rows(a.tops, i, b.tops, j, a.n_tops[i])
    for k in range(a.left.shape[1]):
        b.left[j, k] = a.left[i, k]
    b.value[j] = a.value[i]
    b.mass_left[j] = a.mass_left[i]
    b.n_menu[j] = a.n_menu[i]
    for k in range(a.n_menu[i]):
        b.menu[j, k] = a.menu[i, k]
    b.phase[j] = a.phase[i]
    b.n_boxes[j] = a.n_boxes[i]
    _copy_rows(a.boxes, i, b.boxes, j, a.n_boxes[i])
    for k in range(a.n_boxes[i]):
        b.loads[j, k] = a.loads[i, k]
    b.mark[j] = a.mark[i]


@kernel
def _copy_rows(a, i, b, j, n):
    for r in range(n):
        for k in range(a.shape[2]):
            b[j, r, k] = a[i, r, k]


@kernel
def find_least(cargo, left, least):
    """Fill the least size along each axis of any box left."""
    turn_kind, turn_size = cargo.turn_kind, cargo.turn_size
    for k in range(3):
        least[k] = 1 << 30
    for t in range(len(turn_kind)):
        if left[turn_kind[t]] > 0:
            for k in range(3):
                least[k] = min(least[k], turn_size[t, k])


@kernel
def find_reach(frame, cargo, left, work):
    """Fill the longest length that boxes left can make up within each length, along each axis."""
    turn_kind, turn_size, grain = cargo.turn_kind, cargo.turn_size, frame.grain
    bits, reach = work.bits, work.reach
    for axis in range(3):
        n = frame.inside[axis] // grain
        words = n // 64 + 1
        for w in range(words):
            bits[w] = 0
        bits[0] = 1
        for t in range(len(turn_kind)):
            if left[turn_kind[t]] <= 0:
                continue
            d = turn_size[t, axis] // grain
            if d < 1 or d > n or (bits[d >> 6] >> np.uint64(d & 63)) & np.uint64(1):
                continue
            while d <= n:
                _or_shifted(bits, words, d)
                d *= 2
        last = 0
        for k in range(n + 1):
            if (bits[k >> 6] >> np.uint64(k & 63)) & np.uint64(1):
                last = k
            reach[axis, k] = last * grain


@kernel
def _or_shifted(bits, words, d):
    jump, shift = d >> 6, np.uint64(d & 63)
    back = np.uint64(64) - shift
    if shift == 0:
        for w in range(words - 1, jump - 1, -1):
            bits[w] |= bits[w - jump]
        return
    for w in range(words - 1, jump, -1):
        bits[w] |= (bits[w - jump] << shift) | (bits[w - jump - 1] >> back)
    bits[jump] |= bits[0] << shift


@kernel
def enough(kinds, counts, b, left):
    """Tell whether enough boxes are left for a block."""
    for k in range(KINDS):
        kind = kinds[b, k]
        if kind < 0:
            return True
        if counts[b, k] > left[kind]:
            return False
    return True
