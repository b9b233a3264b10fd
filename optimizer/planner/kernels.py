"""Scan the dated network for one shipment at a time, and keep what matters of it as a small DAG.

Compiled by numba. A *corridor* is the set of departures that lie on some chain of a shipment whose
price, at unit prices shared evenly, is within a limit. It is kept in order of time with waiting and
changing as forward links, so that the best chain under any prices is one pass without a queue.
"""

from __future__ import annotations

import math

import numpy as np

from optimizer.compiled import allocating, kernel
from optimizer.planner.board import NEVER

_TINY = 1e-9


@kernel
def opened_price(load, full, part):
    """Return the price of units for a load: whole units, and the rest as part load if less."""
    whole = math.floor(load + _TINY)
    rest = load - whole
    if rest <= _TINY:
        return whole * full
    last = part * rest
    return whole * full + (min(full, last))


@kernel
def fare(board, j, mass_kg, volume_m3):
    """Return what a service charges for one shipment apart from units, in objective units."""
    chargeable = max(mass_kg, volume_m3 * board.kg_per_m3[j])
    rate = board.eur_per_t[j] / 1000.0
    for b in range(board.break_first[j], board.break_first[j + 1]):
        if chargeable >= board.break_from_kg[b]:
            rate = board.break_eur_per_kg[b]
    freight = max(board.eur_min[j], rate * chargeable)
    freight += board.eur_per_kg_extra[j] * chargeable + board.eur_per_shipment[j]
    return board.fare_weight * freight + board.per_kg[j] * mass_kg


@kernel
def _sift_push(keys, items, size, key, item):
    at = size
    while at > 0:
        up = (at - 1) >> 1
        if keys[up] <= key:
            break
        keys[at] = keys[up]
        items[at] = items[up]
        at = up
    keys[at] = key
    items[at] = item
    return size + 1


@kernel
def _sift_pop(keys, items, size):
    size -= 1
    key, item = keys[size], items[size]
    at = 0
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        if down + 1 < size and keys[down + 1] < keys[down]:
            down += 1
        if keys[down] >= key:
            break
        keys[at] = keys[down]
        items[at] = items[down]
        at = down
    keys[at] = key
    items[at] = item
    return size


@kernel
def price_to_end(board, end, mass_kg, price, out, keys, items):
    """Fill least prices from each node to the end; `price[j]` of a service, NEVER if not open."""
    out[:] = NEVER
    out[end] = 0.0
    size = _sift_push(keys, items, 0, 0.0, end)
    while size > 0:
        key, node = keys[0], items[0]
        size = _sift_pop(keys, items, size)
        if key > out[node]:
            continue
        for i in range(board.into_first[node], board.into_first[node + 1]):
            e = board.into[i]
            j = board.edge_service[e]
            if price[j] >= NEVER:
                continue
            new = key + price[j] + mass_kg * board.edge_per_kg[e]
            line = board.line_of[j]
            if new < out[line]:
                out[line] = new
                size = _sift_push(keys, items, size, new, line)


@kernel
def price_from_start(board, hub, mass_kg, price, out, keys, items):
    """Fill least prices from a hub to each node."""
    out[:] = NEVER
    size = 0
    for i in range(board.hub_line_first[hub], board.hub_line_first[hub + 1]):
        out[board.hub_line[i]] = 0.0
        size = _sift_push(keys, items, size, 0.0, board.hub_line[i])
    while size > 0:
        key, node = keys[0], items[0]
        size = _sift_pop(keys, items, size)
        if key > out[node] or node >= board.lines:
            continue
        for i in range(board.at_line_first[node], board.at_line_first[node + 1]):
            j = board.at_line[i]
            if price[j] >= NEVER:
                continue
            for e in range(board.edge_first[j], board.edge_first[j + 1]):
                new = key + price[j] + mass_kg * board.edge_per_kg[e]
                if new < out[board.edge_node[e]]:
                    out[board.edge_node[e]] = new
                    size = _sift_push(keys, items, size, new, board.edge_node[e])


@allocating
def seconds_to_ends(board, keys, items):
    """Return least seconds from each node to the end at each hub, (hubs, nodes); all services."""
    nodes = board.lines + board.hubs
    out = np.full((board.hubs, nodes), NEVER)
    for hub in range(board.hubs):
        row = out[hub]
        row[board.lines + hub] = 0.0
        size = _sift_push(keys, items, 0, 0.0, board.lines + hub)
        while size > 0:
            key, node = keys[0], items[0]
            size = _sift_pop(keys, items, size)
            if key > row[node]:
                continue
            for i in range(board.into_first[node], board.into_first[node + 1]):
                e = board.into[i]
                line = board.line_of[board.edge_service[e]]
                new = key + board.edge_seconds[e]
                if new < row[line]:
                    row[line] = new
                    size = _sift_push(keys, items, size, new, line)
    return out


@kernel
def ending_price(freight, k, at):
    """Return what an arrival costs by its time: hours held, and lateness."""
    late = at - freight.due_at[k]
    price = freight.hold_per_s[k] * (at - freight.held_from[k])
    return price + freight.late_per_s[k] * late if late > 0 else price


@kernel
def units_of(board, j, mass_kg, volume_m3):
    """Return the load in units: the larger of its mass and its volume fraction."""
    return max(mass_kg / board.unit_kg[j], volume_m3 / board.unit_m3[j])
