"""Blocks are what the beam search places: each must be real boxes that may stand as it says."""

from itertools import combinations

import numpy as np
import pytest

from optimizer.loading.geometry import Interior, Item
from optimizer.loading.packing.apart_kernels import take_apart
from optimizer.loading.packing.block_kernels import GRID, JOIN, Cargo, Pool
from optimizer.loading.packing.blocks import as_cargo, list_blocks, sort_kinds, write_menu

UNIT = Interior(unit_code="u", size_mm=(60, 40, 30))
ITEMS = (
    Item(item_id="a", shipment_id="s", quantity=6, size_mm=(20, 10, 10), mass_g=5),
    Item(item_id="b", shipment_id="s", quantity=3, size_mm=(19, 20, 9), mass_g=7),
    Item(item_id="c", shipment_id="s", quantity=2, size_mm=(7, 6, 5), mass_g=2, upright=(0, 2)),
)


def _blocks(standing: int, payload_g: int = 1000) -> tuple[Cargo, Pool]:
    kinds = sort_kinds(UNIT, ITEMS, [float(i.volume_mm3) for i in ITEMS])
    cargo = as_cargo(kinds, ITEMS)
    inside = np.array(UNIT.size_mm, np.int32)
    pool = list_blocks(
        cargo,
        inside,
        payload_g=payload_g,
        most=800,
        most_grids=200,
        fill_percent=90,
        standing=standing,
        seed=1,
    )
    return cargo, pool


@pytest.mark.parametrize("standing", [0, 75, 100])
def test_a_block_is_its_boxes_side_by_side(standing: int) -> None:
    """A block that hides an overlap or miscounts would spoil every plan that holds it."""
    cargo, pool = _blocks(standing)
    out = np.zeros((16, 7), np.int32)
    for row in range(int(pool.made[0])):
        boxes = out[: take_apart(pool, row, 0, 0, 0, out)].tolist()
        assert len(boxes) == pool.boxes[row]
        assert sum(cargo.value[b[0]] for b in boxes) == pool.value[row]
        assert sum(cargo.mass[b[0]] for b in boxes) == pool.mass[row]
        assert [max(b[1 + a] + b[4 + a] for b in boxes) for a in range(3)] == list(pool.size[row])
        for p, q in combinations(boxes, 2):
            assert any(
                p[1 + a] >= q[1 + a] + q[4 + a] or q[1 + a] >= p[1 + a] + p[4 + a] for a in range(3)
            )


def test_joins_waste_little_and_no_more_boxes_than_there_are() -> None:
    """The share of waste in a block is what makes it worth placing as one."""
    cargo, pool = _blocks(0)
    made = int(pool.made[0])
    assert (pool.recipe[:made, 0] == GRID).any()
    assert (pool.recipe[:made, 0] >= JOIN).any()
    assert (pool.volume[:made] * 100 >= pool.size[:made].astype(np.int64).prod(axis=1) * 90).all()
    for row in range(made):
        used = pool.kinds[row] >= 0
        assert (pool.counts[row][used] <= cargo.left[pool.kinds[row][used]]).all()


def test_standing_blocks_rest_box_on_box() -> None:
    """With support rules a block is placed as a whole, so it must keep them inside."""
    _, pool = _blocks(75)
    out = np.zeros((16, 7), np.int32)
    for row in range(int(pool.made[0])):
        boxes = out[: take_apart(pool, row, 0, 0, 0, out)].tolist()
        for _, x, y, z, dx, dy, _ in boxes:
            below = sum(
                max(min(x + dx, p[1] + p[4]) - max(x, p[1]), 0)
                * max(min(y + dy, p[2] + p[5]) - max(y, p[2]), 0)
                for p in boxes
                if p[3] + p[6] == z
            )
            assert z == 0 or below * 100 >= dx * dy * 75


def test_blocks_keep_the_payload() -> None:
    """A block heavier than the unit may carry could never be placed."""
    _, pool = _blocks(0, payload_g=11)
    assert pool.mass[: int(pool.made[0])].max() <= 11


def test_equal_items_are_one_kind() -> None:
    """Many shipments of one carton would else each have blocks of their own."""
    items = [Item(item_id=k, shipment_id=k, quantity=1, size_mm=(5, 5, 5), mass_g=1) for k in "abc"]
    assert list(sort_kinds(UNIT, items, [125.0] * 3).values()) == [[0, 1, 2]]


def test_the_menu_falls_by_score() -> None:
    """The search stops reading it where no later block can be better."""
    cargo, pool = _blocks(0)
    menu = write_menu(pool, cargo, 0.2)
    assert (np.diff(menu.score) <= 0).all()
    assert len(menu.row) == pool.made[0]
