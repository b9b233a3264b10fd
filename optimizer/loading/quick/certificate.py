"""Say quickly of thousands of loads which fit and which cannot, each answer with its proof.

>>> from dataclasses import replace
>>> from optimizer.loading.geometry import Interior, Item, Rules
>>> pallet = Item(
...     item_id="p", shipment_id="s", quantity=34, size_mm=(1200, 800, 1800), mass_g=400_000
... )
>>> trailer = Interior(unit_code="t", size_mm=(13_600, 2_450, 2_700), payload_g=24_000_000)
>>> quick_one(trailer, [pallet], Rules()).name
'FITS'
>>> quick_one(trailer, [replace(pallet, quantity=35)], Rules()).name
'DOES_NOT_FIT'
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import LoadingError
from optimizer.loading.geometry import Placement
from optimizer.loading.quick.judge_kernels import DOES_NOT_FIT, FITS, UNDECIDED, judge_all
from optimizer.loading.quick.loads import QuickLoads
from optimizer.loading.quick.pile_kernels import BOX_ITEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.loading.geometry import Interior, Item, Rules

__all__ = [
    "QuickLoads",
    "Verdicts",
    "certificate",
    "certificates",
    "in_loading_order",
    "quick_check",
    "quick_one",
    "quick_placements",
]


class Verdicts(IntEnum):
    """What is known of a load."""

    DOES_NOT_FIT = DOES_NOT_FIT  # proven: no valid placement exists
    UNDECIDED = UNDECIDED
    FITS = FITS  # proven by a placement with every base wholly held


def quick_check(loads: QuickLoads) -> NDArray[np.int8]:
    """Return a value of `Verdicts` per load, in one pass over them on one core.

    Placements keep clear of cuts and blocks, proofs do not count on them. Groups that travel in one
    unit need no look: a load is one unit's.
    """
    return _judged(loads, 0)[0]


def certificates(loads: QuickLoads) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Return verdicts, and x, y, z, dx, dy, dz in mm of every box of the loads that fit."""
    return _judged(loads, len(loads.boxes))


def _judged(loads: QuickLoads, places: int) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    verdicts, spots = np.zeros(len(loads.units), np.int8), np.zeros((places, 6), np.int64)
    judge_all(*loads, verdicts, spots)
    return verdicts, spots


def quick_one(interior: Interior, items: Sequence[Item], rules: Rules) -> Verdicts:
    """Return what is known of one load."""
    return Verdicts(int(quick_check(QuickLoads.of([(interior, items)], rules))[0]))


def quick_placements(
    interior: Interior, items: Sequence[Item], rules: Rules
) -> tuple[Placement, ...]:
    """Return the placement behind a verdict that a load fits, in an order to load it.

    Raises
    ------
    LoadingError
        when the verdict is another one.
    """
    verdict, boxes = certificate(interior, items, rules)
    if verdict is not Verdicts.FITS:
        name = verdict.name
        raise LoadingError(f"{interior.unit_code}: no placement to show, the verdict is {name}")
    return boxes


def certificate(
    interior: Interior, items: Sequence[Item], rules: Rules
) -> tuple[Verdicts, tuple[Placement, ...]]:
    """Return what is known of one load, and its placement in an order to load it if it fits."""
    loads = QuickLoads.of([(interior, items)], rules)
    verdicts, places = certificates(loads)
    verdict = Verdicts(int(verdicts[0]))
    if verdict is not Verdicts.FITS:
        return verdict, ()
    return verdict, in_loading_order(loads.boxes[:, BOX_ITEM], places)


def in_loading_order(item: NDArray[np.int64], places: NDArray[np.int64]) -> tuple[Placement, ...]:
    """Return the boxes of one load from the front to the door and from the floor up."""
    order = np.lexsort((places[:, 1], places[:, 2], places[:, 0]))
    return tuple(Placement(*row) for row in np.column_stack([item, places])[order].tolist())
