"""Price every chain of the whole network for each shipment: what proves a bound."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import allocating, kernel
from optimizer.planner.board import NEVER
from optimizer.planner.corridor_kernels import backward, forward, grown, through, window
from optimizer.planner.dual_kernels import (
    cells_of,
    knapsack,
    load_of,
    most_cells,
    room_for_whole,
    whole_items,
)
from optimizer.planner.kernels import fare, opened_price, price_to_end

_STEPS = 30
_SAME = 1e-9
_SLACK = 1e-7
_EVEN = 1.0 + 1e-12


@kernel
def _least_beside(full, part, units_max, gain, most, cells, other):
    """Return the least value when whole items (their `gain` by cells) share units with others."""
    beyond = NEVER  # least of unit price minus what others pay, over loads from here on
    best = 0.0
    last = int(min(units_max * cells, most + 2.0 * cells))
    for q in range(last, -1, -1):
        load = q / cells
        beyond = min(beyond, opened_price(load, full, part) - other * full * load)
        if q <= most and gain[q] > -NEVER:
            best = min(best, beyond + other * full * load - gain[q])
    return best


@allocating
def price_of_others(board, freight, pairs, theta, u, whole, value, others, first_n, last_n):
    """Fill the highest `u` that any further freight may be priced at without lowering `value`."""
    most = 0
    for n in range(first_n, last_n):
        most = max(most, pairs.first[n + 1] - pairs.first[n])
    keys, load, ranked_u = np.empty(most), np.empty(most), np.empty(most)
    ranked = np.empty(most, np.int64)
    gain, took = room_for_whole(most, whole)
    for n in range(first_n, last_n):
        s = pairs.departure[n]
        j = board.service[s]
        full, part, units_max = board.full[j], board.part[j], board.units_max[s]
        number, high, total = 0, False, 0.0
        for i in range(pairs.first[n], pairs.first[n + 1]):
            p = pairs.member[i]
            if u[p] > 0.0:
                ranked[number] = p
                keys[number] = -u[p]
                number += 1
                high = high or u[p] > _EVEN
                total += load_of(board, freight, pairs.owner[p], s, theta[s])
        others[s] = 1.0
        if not high or full <= 0.0:
            continue
        sort = np.argsort(keys[:number], kind="mergesort")
        for i in range(number):
            p = ranked[sort[i]]
            ranked_u[i] = u[p]
            load[i] = load_of(board, freight, pairs.owner[p], s, theta[s])
        cells = cells_of(total, number, took)
        reach = 0
        if cells > 0:
            whole_items(full, part, units_max, ranked_u, load, number, cells, gain, took)
            reach = most_cells(units_max, load, number, cells)
        low, top = 0.0, 1.0
        for _ in range(_STEPS):
            mid = 0.5 * (low + top)
            least, _at = knapsack(full, part, units_max, ranked_u, load, number, mid)
            if cells > 0:
                beside = _least_beside(full, part, units_max, gain, reach, cells, mid)
                least = max(least, beside)
            if least < value[n] - _SLACK * full:
                top = mid
            else:
                low = mid
        others[s] = low


@allocating
def least_prices(board, freight, seconds_to, c, theta, u, others, known, first, last, most):
    """Return the least price of any chain for shipments first ... last-1, and what beats `known`.

    Pairs of a corridor pay `u`, any other pair `others[s]` times its evenly shared price.
    `known[k]` is a price that is surely reached. Where some chain is less, its departures are
    listed, and those of other chains that are: (least, counts, departures), at most so many of one
    shipment.
    """
    services, nodes, departures = len(board.full), board.lines + board.hubs, len(board.service)
    cheapest, to_end = np.empty(services), np.empty(nodes)
    edges = len(board.edge_node) + nodes
    keys, items = np.empty(edges), np.empty(edges, np.int32)
    price_at, best = np.empty(departures), np.empty(nodes)
    reach, onward = np.empty(departures), np.empty(departures)
    stamp, active = np.full(departures, -1, np.int64), np.zeros(services, np.int64)
    own, by_mass, by_volume = np.empty(services), np.empty(services), np.empty(services)
    kept = np.empty(departures, np.int32)
    least, counts = known[first:last].copy(), np.zeros(last - first, np.int32)
    listed, used, mark = np.empty(1024, np.int32), 0, 0
    none = np.empty(0, np.int32)
    for k in range(first, last):
        if c.first[k] == c.first[k + 1]:
            continue
        mass, volume = freight.mass_kg[k], freight.volume_m3[k]
        row = freight.allowed[freight.kind[k]]
        for j in range(services):
            cheapest[j] = NEVER
            if row[j]:
                own[j] = fare(board, j, mass, freight.billed_m3[k])
                by_mass[j] = board.full[j] * mass / board.unit_kg[j]
                by_volume[j] = board.full[j] * volume / board.unit_m3[j]
        s_from, s_to = window(board, freight, k)
        for s in range(s_from, s_to):
            j = board.service[s]
            price_at[s] = NEVER
            booked = board.departs_at[s] - board.booking_lead[j] >= freight.booked_at[k]
            if row[j] and booked:
                share = theta[s] * by_mass[j] + (1.0 - theta[s]) * by_volume[j]
                price_at[s] = own[j] + others[s] * share
        for p in range(c.first[k], c.first[k + 1]):
            s = c.departure[p]
            j = board.service[s]
            share = theta[s] * by_mass[j] + (1.0 - theta[s]) * by_volume[j]
            price_at[s] = c.base[p] + u[p] * share
        for s in range(s_from, s_to):
            j = board.service[s]
            cheapest[j] = min(cheapest[j], price_at[s])
        end = board.lines + freight.destination[k]
        price_to_end(board, end, mass, cheapest, to_end, keys, items)
        hope, origin = NEVER, freight.origin[k]
        for i in range(board.hub_line_first[origin], board.hub_line_first[origin + 1]):
            hope = min(hope, to_end[board.hub_line[i]])
        bar = known[k]
        if hope >= bar:
            continue
        mark += 2
        active[:] = mark
        seconds = seconds_to[freight.destination[k]]
        done = forward(
            board, freight, k, price_at, to_end, seconds, bar, active, mark, best, reach, stamp
        )
        if done >= bar * (1.0 - _SAME):
            continue
        least[k - first] = done
        backward(board, freight, k, price_at, bar, active, mark, best, reach, onward, stamp)
        count = through(
            board, freight, k, price_at, reach, onward, stamp, mark, bar * (1.0 - _SAME), most,
            kept, none,
        )  # fmt: skip
        counts[k - first] = count
        listed = grown(listed, used + count)
        listed[used : used + count] = kept[:count]
        used += count
    return least, counts, listed[:used].copy()
