"""Give the beam search its memory: states of partly filled units, and room to work in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from optimizer.loading.packing.spaces_kernels import MOST_SPACES, make_cuts
from optimizer.loading.packing.state_kernels import States, Work


class Limits(NamedTuple):
    """How much memory a state and the work on it may need."""

    kinds: int
    boxes: int
    blocked: int  # cuboids of the unit that no cargo may enter
    menu: int
    in_block: int  # most boxes in one block
    steps: int  # of the tables of reachable lengths
    resting: bool
    checked: bool


def make_states(width: int, limits: Limits) -> States:
    """Return memory for `width` states, all zero."""
    single = limits.boxes + 1 if limits.checked else 1
    return States(
        spaces=np.zeros((width, MOST_SPACES, 6), np.int32),
        rests=np.zeros((width, MOST_SPACES if limits.resting else 1, 5), np.int32),
        n_spaces=np.zeros(width, np.int64),
        placed=np.zeros((width, limits.boxes + limits.blocked + 1, 7), np.int32),
        n_placed=np.zeros(width, np.int64),
        tops=np.zeros((width, limits.boxes + 1 if limits.resting else 1, 5), np.int32),
        n_tops=np.zeros(width, np.int64),
        left=np.zeros((width, limits.kinds), np.int32),
        value=np.zeros(width),
        mass_left=np.zeros(width, np.int64),
        menu=np.zeros((width, limits.menu), np.int32),
        n_menu=np.zeros(width, np.int64),
        phase=np.zeros(width, np.int64),
        boxes=np.zeros((width, single, 8), np.int32),
        loads=np.zeros((width, single)),
        n_boxes=np.zeros(width, np.int64),
        mark=np.zeros(width, np.uint64),
    )


def make_work(limits: Limits) -> Work:
    """Return scratch memory for one thread, with room for the best block only."""
    single = limits.boxes + 1 if limits.checked else 1
    return Work(
        least=np.zeros(3, np.int64),
        reach=np.zeros((3, limits.steps), np.int32),
        bits=np.zeros(limits.steps // 64 + 2, np.uint64),
        cuts=make_cuts(),
        near=np.zeros((limits.boxes + limits.blocked + 1, 6), np.int32),
        open=np.zeros(6, np.int32),
        side=np.zeros(3, np.int32),
        flush=np.zeros(2, np.int32),
        best=np.zeros(1, np.int32),
        rank=np.zeros(1),
        apart=np.zeros((limits.in_block, 7), np.int32),
        trial=np.zeros((single, 8), np.int32),
        trial_loads=np.zeros(single),
    )
