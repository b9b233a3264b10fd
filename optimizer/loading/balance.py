"""Bring a load's mass to where supports and limits want it: move whole rows along the unit."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

from optimizer.loading.figures import stop_weights
from optimizer.solvers.rows import Row, Window, balanced_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.loading.figures import StopWeight
    from optimizer.loading.geometry import Interior, Item, Placement


def out_of_balance(
    items: Sequence[Item], interior: Interior, placements: Sequence[Placement]
) -> str:
    """Return which limit of supports or centre of gravity is broken, and where; or nothing."""
    for weight in stop_weights(items, interior, placements):
        if weight.centre_mm is not None and (fault := _fault(interior, weight)):
            when = f"after stop {weight.after_stop}" if weight.after_stop else "as loaded"
            return f"{fault} {when}"
    return ""


def _fault(interior: Interior, weight: StopWeight) -> str:
    supports, envelope, mass = interior.supports, interior.envelope, weight.mass_g
    x, y, z = weight.twice_moment
    # What, times how much of its unit, found, at least, at most: whole numbers, so exact.
    limits: list[tuple[str, int, int, int | None, int | None]] = [
        ("mm of the centre along", 2 * mass, x, envelope.x_min_mm, envelope.x_max_mm),
        ("mm of the centre across", 2 * mass, y, envelope.y_min_mm, envelope.y_max_mm),
        ("mm of the centre up", 2 * mass, z, None, envelope.z_max_mm),
    ]
    if supports is not None:
        base = 2 * (supports.rear_mm - supports.front_mm)
        rear = x - 2 * mass * supports.front_mm
        front = base * mass - rear
        limits += [
            ("g on the front support", base, front, supports.front_min_g, supports.front_max_g),
            ("g on the rear support", base, rear, supports.rear_min_g, supports.rear_max_g),
        ]
    for what, part, found, least, most in limits:
        if least is not None and found < part * least:
            return f"{found / part:,.0f} {what}, at least {least:,}"
        if most is not None and found > part * most:
            return f"{found / part:,.0f} {what}, at most {most:,}"
    return ""


def rebalanced(
    items: Sequence[Item], interior: Interior, placements: Sequence[Placement], *, seed: int
) -> tuple[Placement, ...] | None:
    """Return the boxes with rows moved so that every limit is kept; None where no order was found.

    A row is what a plane across the unit cuts off without touching a box. Rows with freight of one
    and the same stop may change places; others keep their order, so unloading stays as it was. Rows
    are not moved where the unit has blocks on its floor or walls.
    """
    if not out_of_balance(items, interior, placements):
        return tuple(placements)
    if interior.blocks or not placements:
        return None
    cut = _rows(placements)
    stops = sorted({items[p.item].stop for p in placements})
    left = [0, *stops[:-1]]  # after the last stop the unit is empty
    rows = [_row(items, boxes, left) for boxes in cut]
    windows = [_window(interior, sum(r.mass_g[i] for r in rows)) for i in range(len(left))]
    kinds = [{items[p.item].stop for p in boxes} for boxes in cut]
    fixed = [
        (a, b)
        for a, b in combinations(range(len(cut)), 2)
        if interior.rear_only and (kinds[a] != kinds[b] or len(kinds[a]) > 1)
    ]
    places = balanced_rows(interior.size_mm[0], rows, windows, fixed, seed)
    if places is None:
        return None
    moved = tuple(
        p._replace(x=p.x - row.x_mm + at)
        for boxes, row, at in zip(cut, rows, places, strict=True)
        for p in boxes
    )
    return None if out_of_balance(items, interior, moved) else moved


def _rows(placements: Sequence[Placement]) -> list[list[Placement]]:
    rows: list[list[Placement]] = []
    end = -1
    for p in sorted(placements, key=lambda p: (p.x, p)):
        if p.x >= end:
            rows.append([])
        rows[-1].append(p)
        end = max(end, p.x + p.dx)
    return rows


def _row(items: Sequence[Item], boxes: Sequence[Placement], left: Sequence[int]) -> Row:
    x = boxes[0].x
    aboard = [[p for p in boxes if items[p.item].stop > stop] for stop in left]
    return Row(
        x_mm=x,
        length_mm=max(p.x + p.dx for p in boxes) - x,
        mass_g=tuple(sum(items[p.item].mass_g for p in some) for some in aboard),
        twice_moment=tuple(
            sum(items[p.item].mass_g * (2 * (p.x - x) + p.dx) for p in some) for some in aboard
        ),
    )


def _window(interior: Interior, mass_g: int) -> Window:
    """Return twice where the centre may lie along the unit so that all limits along it are kept."""
    least: list[int] = []
    most: list[int] = []
    envelope, supports = interior.envelope, interior.supports
    if envelope.x_min_mm is not None:
        least.append(2 * envelope.x_min_mm)
    if envelope.x_max_mm is not None:
        most.append(2 * envelope.x_max_mm)
    if supports is not None and mass_g:
        base, front = supports.rear_mm - supports.front_mm, 2 * supports.front_mm
        for limit, over in ((supports.rear_max_g, False), (supports.rear_min_g, True)):
            if limit is not None:  # rear = mass x (centre - front) / base
                share = 2 * base * limit / mass_g
                (least if over else most).append(
                    front + (math.ceil(share) if over else math.floor(share))
                )
        for limit, over in ((supports.front_max_g, True), (supports.front_min_g, False)):
            if limit is not None:
                share = 2 * base * (mass_g - limit) / mass_g
                (least if over else most).append(
                    front + (math.ceil(share) if over else math.floor(share))
                )
    return Window(twice_least_mm=max(least, default=None), twice_most_mm=min(most, default=None))
