"""Prove how many units a set of boxes needs at least."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from optimizer.loading.geometry import Interior, Item

_STEPS = (1, 2, 3, 4, 5)
_MOST_CUTS = 64  # lengths of a side, of those that items have, at which a function cuts
_MANY, _FEW_CUTS = 500, 16  # items; from here on, so many, or it takes minutes
_ROUND = 1e-9  # of a sum of shares: below it is rounding, not another unit


def least_units(interior: Interior, items: Sequence[Item], *, standing: bool = True) -> int:
    """Return a number of units below which no packing exists.

    By mass, by volume, and by volume after dual feasible functions have rounded each side (Fekete
    and Schepers, doi 10.1287/moor.1030.0079; Carlier, Clautiaux and Moukrim, doi
    10.1016/j.cor.2005.08.012): a box counts with the least of its allowed turnings, so the bound
    holds for every packing. Cuts and blocks are left out, which only weakens it. Where boxes have
    to stand on something (`standing`) and none may on another, each takes its floor alone.
    """
    found = 1 if items else 0
    mass = sum(i.mass_g * i.quantity for i in items)
    if interior.payload_g:
        found = max(found, -(-mass // interior.payload_g))
        found = max(found, _heavy(interior.payload_g, items))
    volume = sum(i.volume_mm3 * i.quantity for i in items)
    found = max(found, -(-volume // interior.volume_mm3))
    alone = all(i.floor_only for i in items) or all(_bears_nothing(i) for i in items)
    return max(found, _by_rounded_sides(interior, items, on_floor=standing and alone))


def _bears_nothing(item: Item) -> bool:
    return item.most_above == 0 or item.top_g == 0


def _heavy(payload_g: int, items: Sequence[Item]) -> int:
    """Return how many boxes weigh more than half a payload: no two of them share a unit."""
    return sum(i.quantity for i in items if 2 * i.mass_g > payload_g)


def _by_rounded_sides(interior: Interior, items: Sequence[Item], *, on_floor: bool) -> int:
    if not items:
        return 0
    turned = [item.turned() for item in items]
    counts = np.array([i.quantity for i in items], np.float64)
    ways = max(len(t) for t in turned)
    # (items, ways, axes): an item with fewer turnings repeats its last
    sizes = np.array([[t[min(w, len(t) - 1)] for w in range(ways)] for t in turned])
    along, across, up = (
        _rounded(whole, sizes[:, :, axis]) for axis, whole in enumerate(interior.size_mm)
    )
    if on_floor:
        up = np.ones_like(up[:1])
    best = 0.0
    for x in along:
        for y in across:
            # (functions of z, items): the least of each item's turnings
            shares = (up * (x * y)[None]).min(axis=2)
            best = max(best, float((shares @ counts).max()))
    return int(np.ceil(best - _ROUND * max(1.0, best)))


def _rounded(whole: int, lengths: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return dual feasible functions of lengths along a side, as shares of it, (F, items, ways).

    Each is such that shares of lengths that fit together along the side add up to at most 1.
    """
    shares = lengths / whole
    found = [shares]
    for k in _STEPS:  # to k-ths: what is exactly a multiple of 1 / (k + 1) stays
        steps = (k + 1) * lengths
        found.append(np.where(steps % whole == 0, shares, (steps // whole) / k))
    small = np.unique(lengths[2 * lengths <= whole])
    most_cuts = _MOST_CUTS if len(lengths) <= _MANY else _FEW_CUTS
    if len(small) > most_cuts:
        small = small[np.linspace(0, len(small) - 1, most_cuts).astype(int)]
    for least in small:  # below it counts as nothing, above the rest of the side as all of it
        whole_side = np.where(lengths > whole - least, 1.0, shares)
        found.append(np.where(lengths < least, 0.0, whole_side))
    for part in small:  # in whole parts: as many of it as go along a side are all of it
        most, twice = whole // part, 2 * (lengths // part)
        long = 2 * (most - (whole - lengths) // part)
        halves = np.where(2 * lengths == whole, most, np.where(2 * lengths > whole, long, twice))
        found.append(halves / (2 * most))
    return _undominated(np.array(found))


def _undominated(functions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the functions that no other is at least as great as everywhere."""
    flat = np.unique(functions.reshape(len(functions), -1), axis=0)
    beats = np.all(flat[None] >= flat[:, None], axis=2)
    np.fill_diagonal(beats, val=False)
    kept: NDArray[np.float64] = flat[~np.any(beats, axis=1)].reshape(-1, *functions.shape[1:])
    return kept
