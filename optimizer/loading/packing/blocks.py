"""List the blocks of a cargo, and the menu by which a beam ranks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.loading.packing.block_kernels import FREE, KINDS, Cargo, Pool, make_blocks
from optimizer.loading.packing.state_kernels import Menu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.loading.geometry import Interior, Item, Size


class Kind(NamedTuple):
    """Boxes that nothing tells apart but the item they belong to."""

    turns: tuple[Size, ...]
    mass_g: int
    top_g: int
    most_above: int
    floor_only: bool
    stop: int
    value: float


def sort_kinds(
    interior: Interior, items: Sequence[Item], values: Sequence[float]
) -> dict[Kind, list[int]]:
    """Return the places of the items of each kind, without what cannot go in at all.

    A turn has to fit the interior, and pass the rear door where one is given.
    """
    inside, door = interior.size_mm, interior.door_mm or interior.size_mm[1:]
    stops = sorted({item.stop for item in items})
    kinds: dict[Kind, list[int]] = {}
    for place, (item, value) in enumerate(zip(items, values, strict=True)):
        turns = tuple(
            t
            for t in item.turned()
            if t[0] <= inside[0]
            and t[1] <= min(inside[1], door[0])
            and t[2] <= min(inside[2], door[1])
        )
        too_heavy = interior.payload_g is not None and item.mass_g > interior.payload_g
        if not turns or too_heavy or value <= 0:
            continue
        kind = Kind(
            turns=turns,
            mass_g=item.mass_g,
            top_g=-1 if item.top_g is None else item.top_g,
            most_above=FREE if item.most_above is None else item.most_above,
            floor_only=item.floor_only,
            stop=stops.index(item.stop),
            value=value,
        )
        kinds.setdefault(kind, []).append(place)
    return kinds


def as_cargo(kinds: dict[Kind, list[int]], items: Sequence[Item]) -> Cargo:
    """Return the kinds as arrays."""
    turns = [(k, t) for k, kind in enumerate(kinds) for t in kind.turns]
    return Cargo(
        left=np.array([sum(items[p].quantity for p in at) for at in kinds.values()], np.int32),
        value=np.array([kind.value for kind in kinds], np.float64),
        mass=np.array([kind.mass_g for kind in kinds], np.int64),
        most_above=np.array([kind.most_above for kind in kinds], np.int32),
        top=np.array([kind.top_g for kind in kinds], np.int64),
        floor_only=np.array([kind.floor_only for kind in kinds], np.bool_),
        stop=np.array([kind.stop for kind in kinds], np.int32),
        turn_kind=np.array([k for k, _ in turns], np.int32),
        turn_size=np.array([t for _, t in turns], np.int32),
    )


def list_blocks(  # noqa: PLR0913  # each is one lever of the search
    cargo: Cargo,
    inside: NDArray[np.int32],
    *,
    payload_g: int,
    most: int,
    most_grids: int,
    fill_percent: int,
    standing: int,
    seed: int,
) -> Pool:
    """Return at most `most` blocks, at least one a turn.

    `standing` is the percent of a box's base that rests in a block; 0: none needs to. At most
    `most_grids` of them are grids of equal boxes; `fill_percent` is what boxes fill at least of a
    joined block.
    """
    most = max(most, len(cargo.turn_kind))
    pool = Pool(
        made=np.zeros(1, np.int64),
        size=np.zeros((most, 3), np.int32),
        volume=np.zeros(most, np.int64),
        value=np.zeros(most),
        mass=np.zeros(most, np.int64),
        boxes=np.zeros(most, np.int32),
        kinds=np.full((most, KINDS), -1, np.int32),
        counts=np.zeros((most, KINDS), np.int32),
        recipe=np.zeros((most, 5), np.int32),
        top=np.zeros((most, 4), np.int32),
        levels=np.zeros(most, np.int32),
        room=np.zeros(most, np.int32),
        sum=np.zeros(most, np.uint64),
        mark=np.zeros(most, np.uint64),
    )
    make_blocks(pool, cargo, inside, payload_g, most_grids, fill_percent, standing, seed)
    return pool


def write_menu(pool: Pool, cargo: Cargo, gamma: float) -> Menu:
    """Return the blocks by falling value * boxes ** -gamma."""
    made = int(pool.made[0])
    score = pool.value[:made] * pool.boxes[:made].astype(np.float64) ** -gamma
    row = np.argsort(-score, kind="stable")
    kinds = pool.kinds[row]
    bits = np.where(kinds >= 0, np.int64(1) << (kinds.astype(np.int64) % 63), 0)
    hint = np.bitwise_or.reduce(bits, axis=1)
    return Menu(
        row=row.astype(np.int32),
        size=np.column_stack((pool.size[row], np.zeros(made, np.int32))),
        score=score[row],
        value=pool.value[row],
        mass=pool.mass[row],
        kinds=pool.kinds[row],
        counts=pool.counts[row],
        stop=cargo.stop[pool.kinds[row, 0]],
        mark=pool.mark[row],
        hint=hint,
    )
