"""Pack one load unit: choose boxes and places so that what they are worth is as much as can be.

The work is divided into strands, each with its own blocks and its own beams of growing width, one
way of ranking blocks after another. Strands share nothing, so threads change no result.
"""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.errors import LoadingError
from optimizer.loading.geometry import Placement
from optimizer.loading.order import loading_order
from optimizer.loading.packing.apart_kernels import list_faces, take_apart
from optimizer.loading.packing.beam_kernels import NO_BLOCK, search
from optimizer.loading.packing.block_kernels import FREE
from optimizer.loading.packing.blocks import as_cargo, list_blocks, sort_kinds, write_menu
from optimizer.loading.packing.contours import list_blocked
from optimizer.loading.packing.rest_kernels import cut_resting
from optimizer.loading.packing.scratch import Limits, make_states, make_work
from optimizer.loading.packing.spaces_kernels import cut
from optimizer.loading.packing.state_kernels import Frame, Taste, find_least

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from optimizer.loading.geometry import Interior, Item, Rules
    from optimizer.loading.packing.block_kernels import Cargo, Pool
    from optimizer.loading.packing.state_kernels import Menu, States, Work

STRANDS = 2
SPLIT_EFFORT, SPLIT_SECONDS = 20_000, 4.0  # below these one strand finds more than two
MAIN_ROUNDS = 6  # by a strand's own flavour, before the others have their turns
MOST_STEPS = 2048  # of the tables of reachable lengths
MOST_BLOCKS = 6000
MOST_GRIDS = 3000
FILL_PERCENT = 98  # of a joined block (Araya and Riff 2014)
NO_LIMIT_G = 1 << 60
GROWTH = math.sqrt(2)  # of a beam's width from round to round: its work doubles
MOST_WIDTH = 300
REMEMBERED = 1 << 18
SPARED = 0.2  # of the time left: early steps of a wide beam take longer than the mean
END = -2  # after the last row of a packing


class Flavour(NamedTuple):
    """One way of ranking blocks: the exponents of contact, loss and number of boxes."""

    alpha: int
    beta: int
    gamma: float


FLOATING = (Flavour(4, 1, 0.2), Flavour(4, 3, 0.2), Flavour(2, 1, 0.2), Flavour(4, 1, 0.3))
# What stands on something always touches it, so contact says less about a place.
STANDING = (Flavour(2, 1, 0.4), Flavour(1, 1, 0.2), Flavour(2, 0, 0.2), Flavour(4, 1, 0.4))
NEAR = 0.04  # share of a block's size that still counts as contact (Araya and Riff 2014)


class Task(NamedTuple):
    """What all strands pack, and where."""

    interior: Interior
    cargo: Cargo
    inside: NDArray[np.int32]
    payload_g: int
    percent: int
    resting: bool
    checked: bool
    in_order: bool
    flavours: tuple[Flavour, ...]
    seed: int


class Strand(NamedTuple):
    """One strand's own blocks and memory."""

    flavours: tuple[Flavour, ...]
    frame: Frame
    cargo: Cargo
    pool: Pool
    menus: tuple[Menu, ...]
    work: Work
    root: States
    spare: States
    limits: Limits
    keys: NDArray[np.uint64]
    values: NDArray[np.float64]
    best: NDArray[np.int32]


def pack(  # noqa: PLR0913  # the contract of callers
    interior: Interior,
    items: Sequence[Item],
    *,
    rules: Rules,
    values: Sequence[float] | None = None,
    effort: int,
    seconds: float | None = None,
    threads: int = 1,
    seed: int = 1,
) -> tuple[Placement, ...]:
    """Return boxes placed in one unit, in an order in which they can be loaded.

    It seeks the greatest sum of `values`, one a box of each item, by default volumes in mm3; what
    is worth nothing stays out. `effort` counts how often a partly filled unit is filled up, in all
    strands together: the same effort gives the same plan for any number of `threads`. `seconds` is
    processor time of all threads and ends the search early, so it is for benches only.

    Placed boxes keep: walls, cuts and blocks of the interior, its door and payload, `upright`,
    `quantity`, `top_g`, `most_above`, `floor_only`, `support_percent`, and with several stops
    `unload_in_order`. What has to travel apart, groups, axles and the centre of gravity are for
    who chooses the items.
    """
    worth = [float(item.volume_mm3) for item in items] if values is None else values
    kinds = sort_kinds(interior, items, worth)
    if not kinds:
        return ()
    in_order = rules.unload_in_order and interior.rear_only and len({k.stop for k in kinds}) > 1
    checked = in_order or any(
        kind.top_g >= 0 or kind.floor_only or kind.most_above < FREE for kind in kinds
    )
    resting = checked or rules.support_percent > 0
    task = Task(
        interior=interior,
        cargo=as_cargo(kinds, items),
        inside=np.array(interior.size_mm, np.int32),
        payload_g=NO_LIMIT_G if interior.payload_g is None else interior.payload_g,
        percent=rules.support_percent,
        resting=resting,
        checked=checked,
        in_order=in_order,
        flavours=STANDING if resting else FLOATING,
        seed=seed,
    )
    small = effort < SPLIT_EFFORT or (seconds is not None and seconds < SPLIT_SECONDS)
    strands = 1 if small else STRANDS
    share = max(effort // strands, 1)
    budget = None if seconds is None else seconds / strands

    def run(number: int) -> tuple[float, list[tuple[int, ...]]]:
        return _run_strand(task, number, share, budget)

    if threads > 1:
        with ThreadPoolExecutor(max_workers=threads) as pool:
            found = list(pool.map(run, range(strands)))
    else:
        found = [run(number) for number in range(strands)]
    _, boxes = max(found, key=lambda strand: strand[0])
    homes = [iter([p for p in at for _ in range(items[p].quantity)]) for at in kinds.values()]
    return _in_order(interior, [Placement(next(homes[row[0]]), *row[1:]) for row in boxes])


def _in_order(interior: Interior, boxes: list[Placement]) -> tuple[Placement, ...]:
    try:
        return loading_order(interior, boxes)
    except LoadingError:  # boxes that interlock go in layer by layer, as from above
        return tuple(sorted(boxes, key=lambda p: (p.z, p.x, p.y)))


def _run_strand(
    task: Task, number: int, effort: int, seconds: float | None
) -> tuple[float, list[tuple[int, ...]]]:
    """Return the greatest value found and its boxes: kind, place and sizes."""
    started = time.thread_time()
    strand = _open_strand(task, number)
    everything = float((task.cargo.value * task.cargo.left).sum())
    done, width, idle, turn, rate = 0, 1, 0, number - MAIN_ROUNDS, 0.0
    while done < effort and idle < len(task.flavours) and strand.values[-1] < everything:
        most = effort - done
        if seconds is not None:
            left = seconds - (time.thread_time() - started)
            if left <= SPARED * seconds and done > 0:
                break
            most = min(most, max(int((1 - SPARED) * left * rate), 1)) if rate > 0 else 1
        began = time.thread_time()
        flavour = (max(turn, number)) % len(task.flavours)
        filled = _run_beam(strand, flavour, width, most)
        took = time.thread_time() - began
        rate = filled / took if took > 0 else rate
        done += filled
        idle = 0 if filled > 0 else idle + 1
        turn += 1
        width = min(max(width + 1, math.ceil(width * GROWTH)), MOST_WIDTH)
    return float(strand.values[-1]), list(_read_boxes(strand))


def _run_beam(strand: Strand, flavour: int, width: int, most: int) -> int:
    """Run one beam, which keeps the best packing; return how often it filled a unit up."""
    work, menu = strand.work, strand.menus[flavour]
    states, others = make_states(width, strand.limits), make_states(width, strand.limits)
    for ours, first in zip(states, strand.root, strict=True):
        ours[0] = first[0]
    # States of another flavour are filled up another way.
    states.mark[0] = flavour + 1
    work = work._replace(best=np.zeros(width, np.int32), rank=np.zeros(width))
    alpha, beta, _ = strand.flavours[flavour]
    taste = Taste(alpha, beta, NEAR, refresh=False)
    _, filled = search(
        strand.frame,
        strand.pool,
        strand.cargo,
        menu,
        taste,
        states,
        others,
        strand.spare,
        work,
        width,
        most,
        strand.keys,
        strand.values,
        strand.best,
    )
    return int(filled)


def _open_strand(task: Task, number: int) -> Strand:
    """Make a strand's blocks and memory, and the empty unit it starts from."""
    cargo, inside = task.cargo, task.inside
    standing = max(task.percent, 1) if task.resting else 0
    pool = list_blocks(
        cargo,
        inside,
        payload_g=task.payload_g,
        most=MOST_BLOCKS,
        most_grids=MOST_GRIDS,
        fill_percent=FILL_PERCENT,
        standing=standing,
        seed=task.seed * STRANDS + number,
    )
    menus = tuple(write_menu(pool, cargo, flavour.gamma) for flavour in task.flavours)
    blocked = list_blocked(task.interior)
    frame = _frame(task, pool)
    limits = Limits(
        kinds=len(cargo.left),
        boxes=int(cargo.left.sum()),
        blocked=len(blocked),
        menu=len(menus[0].row),
        in_block=int(pool.boxes.max()),
        steps=int(inside.max()) // frame.grain + 2,
        resting=task.resting,
        checked=task.checked,
    )
    strand = Strand(
        flavours=task.flavours,
        frame=frame,
        cargo=cargo,
        pool=pool,
        menus=menus,
        work=make_work(limits),
        root=make_states(1, limits),
        spare=make_states(1, limits),
        limits=limits,
        keys=np.zeros(REMEMBERED, np.uint64),
        values=np.zeros(REMEMBERED + 1),
        best=np.zeros((limits.boxes + limits.blocked + 2, 7), np.int32),
    )
    strand.best[0, 0] = END
    _empty(task, strand, blocked)
    return strand


def _frame(task: Task, pool: Pool) -> Frame:
    sides = task.cargo.turn_size
    grain = max(math.gcd(*sides.flat), -(-int(task.inside.max()) // MOST_STEPS))
    none = (np.zeros(1, np.int32), np.zeros((1, 4), np.int32))
    lowest_first, lowest = list_faces(pool, highest=False) if task.resting else none
    highest_first, highest = list_faces(pool, highest=True) if task.resting else none
    return Frame(
        inside=task.inside,
        grain=grain,
        resting=task.resting,
        percent=task.percent,
        checked=task.checked,
        in_order=task.in_order,
        lowest_first=lowest_first,
        lowest=lowest,
        highest_first=highest_first,
        highest=highest,
    )


def _empty(task: Task, strand: Strand, blocked: Sequence[tuple[int, ...]]) -> None:
    """Set the root to the empty unit, with what of it no cargo may enter cut out."""
    root, work = strand.root, strand.work
    root.spaces[0, 0, 3:] = task.inside
    root.rests[0, 0, 2:4] = task.inside[:2]
    root.n_spaces[0] = 1
    root.left[0] = task.cargo.left
    root.mass_left[0] = task.payload_g
    root.menu[0] = np.arange(strand.limits.menu)
    root.n_menu[0] = strand.limits.menu
    root.phase[0] = task.cargo.stop.max()
    find_least(task.cargo, task.cargo.left, work.least)
    for n, (x, y, z, x2, y2, z2) in enumerate(blocked):
        root.placed[0, n] = (NO_BLOCK, x, y, z, x2, y2, z2)
        root.n_placed[0] = n + 1
        spaces, held, least = root.spaces[0], root.n_spaces[0], work.least
        if task.resting:
            rests, tops = root.rests[0], root.tops[0]
            held = cut_resting(spaces, rests, held, x, y, z, x2, y2, z2, tops, 0, least, work.cuts)
        else:
            held = cut(spaces, held, x, y, z, x2, y2, z2, least, work.cuts)
        root.n_spaces[0] = held


def _read_boxes(strand: Strand) -> Iterator[tuple[int, ...]]:
    out = np.zeros((strand.limits.in_block, 7), np.int32)
    for row in strand.best.tolist():
        if row[0] == END:
            return
        if row[0] != NO_BLOCK:
            made = take_apart(strand.pool, row[0], row[1], row[2], row[3], out)
            yield from (tuple(box) for box in out[:made].tolist())
