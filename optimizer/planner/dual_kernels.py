"""Price departures for each shipment apart, so that the sum of least prices bounds every plan.

A *pair* is a shipment and a departure of its corridor; its price is `u` times the evenly shared one
(full-unit price x load in units). With any `u` the bound is the sum over shipments of their best
chains, plus the sum over departures of the least that carrying any selection of pairs would leave
after its prices are collected. Loads are mixed from mass and volume by `theta` of the departure,
which never overstates the greater of the two. Both parts are minima of relaxations, so the bound is
valid for any `u` and `theta`, at every iteration.
"""

from __future__ import annotations

import math

import numpy as np

from optimizer.compiled import allocating, kernel
from optimizer.planner.board import NEVER
from optimizer.planner.dag_kernels import best_chain
from optimizer.planner.kernels import opened_price

_NOISE = 1e-12
_EVEN = 1.0 + 1e-12
_WHOLE_FROM = 0.08  # load of an item from which taking it whole makes a difference
_GRID, _COARSEST = 320, 40  # cells of a unit, where items are taken whole
_CELLS, _ITEMS = 8_000, 200  # of one departure; where there are more, they are taken in fractions
_WORK = 150_000  # items x cells


@kernel
def load_of(board, freight, k, s, theta):
    """Return the mixed load of a shipment in units of a departure."""
    j = board.service[s]
    by_mass = freight.mass_kg[k] / board.unit_kg[j]
    by_volume = freight.volume_m3[k] / board.unit_m3[j]
    return theta * by_mass + (1.0 - theta) * by_volume


@allocating
def price_chains(board, freight, c, theta, u, first_k, last_k, least, chains, legs, aboard):
    """Fill the best chain of each shipment of a range under pair prices; mark the pairs it uses."""
    longest = 0
    for k in range(first_k, last_k):
        longest = max(longest, c.first[k + 1] - c.first[k])
    reached, came, extra = np.empty(longest), np.empty(longest, np.int32), np.empty(longest)
    for k in range(first_k, last_k):
        lo, hi = c.first[k], c.first[k + 1]
        if lo == hi:
            least[k], legs[k] = 0.0, 0
            continue
        for p in range(lo, hi):
            s = c.departure[p]
            full = board.full[board.service[s]]
            extra[p - lo] = u[p] * full * load_of(board, freight, k, s, theta[s])
            aboard[p] = 0
        least[k], legs[k] = best_chain(c, lo, hi, extra, reached, came, chains[k])
        if least[k] >= freight.unserved[k]:
            least[k], legs[k] = freight.unserved[k], 0
        for i in range(legs[k]):
            aboard[chains[k, i]] = 1


@kernel
def knapsack(full, part, units_max, u, load, count, other):
    """Return (least, load there) of unit price minus prices collected, items taken in fractions.

    Items are in order of falling `u`; `other` is the `u` of any amount of further freight.
    """
    best, at = 0.0, 0.0
    filled, collected = 0.0, 0.0
    i = 0
    step = min(1.0, full / part) if part < NEVER else 1.0  # where a part load becomes a full unit
    while filled < units_max:
        density, room = other, NEVER
        if i < count and u[i] > other:
            density, room = u[i], load[i]
        elif other <= 0.0:
            break
        while room > _NOISE and filled < units_max:  # stop at every kink of the unit price
            whole = math.floor(filled + 1e-9)
            kink = whole + step if filled < whole + step - 1e-9 else whole + 1.0
            go = min(room, min(kink, units_max) - filled)
            filled += go
            collected += go * density * full
            room -= go
            value = opened_price(filled, full, part) - collected
            if value < best - 1e-9:
                best, at = value, filled
            full_units = filled >= 1.0 and filled - math.floor(filled + 1e-9) <= 1e-9
            if (i >= count or u[i] <= other) and full_units and density <= 1.0:
                return best, at  # another unit would cost what it collects, at least
        i += 1
        if i >= count and other <= 0.0:
            break
    return best, at


@allocating
def room_for_whole(most, whole):
    """Return working room for `whole_items`: gains by cell, and what was taken."""
    items = min(most, _ITEMS) if whole else 0
    return np.empty(_CELLS + 1), np.empty((items + 1, _CELLS + 1), np.uint8)


@kernel
def cells_of(total, number, took):
    """Return cells of a unit for items taken whole; 0 where that is too much work."""
    if number > took.shape[0] - 1 or took.shape[0] <= 1:
        return 0
    cells = _GRID
    while cells >= _COARSEST and (total * cells + 1 > _CELLS or total * cells * number > _WORK):
        cells //= 2
    return cells if cells >= _COARSEST else 0


@kernel
def most_cells(units_max, load, count, cells):
    """Return the cells that all items fill, each rounded down, within the units on offer."""
    total = 0
    for i in range(count):
        total += int(load[i] * cells)
    return int(min(total, units_max * cells))


@kernel
def whole_items(full, part, units_max, u, load, count, cells, gain, took):
    """Return (least, cell there) of unit price minus prices collected, items taken whole.

    Loads are rounded down to cells, so that the value never stands above the true least. Fills
    the best `gain` of each load and the items `took`.
    """
    most = most_cells(units_max, load, count, cells)
    gain[: most + 1] = -NEVER
    gain[0] = 0.0
    top = 0
    for i in range(count):
        size = int(load[i] * cells)
        worth = u[i] * full * load[i]
        top = min(most, top + size)
        took[i, : most + 1] = 0
        for q in range(top, size - 1, -1):
            if gain[q - size] + worth > gain[q]:
                gain[q] = gain[q - size] + worth
                took[i, q] = 1
    best, at = 0.0, 0
    for q in range(most + 1):
        if gain[q] > 0.0:
            value = opened_price(q / cells, full, part) - gain[q]
            if value < best - 1e-9:
                best, at = value, q
    return best, at


@allocating
def collect(board, freight, pairs, theta, u, first_n, last_n, whole, taken, value):
    """Fill each departure's least value, and the share that it takes of each pair.

    `whole` asks for items to be taken whole where that is not too much work.
    """
    most = 0
    for n in range(first_n, last_n):
        most = max(most, pairs.first[n + 1] - pairs.first[n])
    keys, load, ranked_u = np.empty(most), np.empty(most), np.empty(most)
    ranked = np.empty(most, np.int64)
    gain, took = room_for_whole(most, whole)
    for n in range(first_n, last_n):
        lo, hi = pairs.first[n], pairs.first[n + 1]
        s = pairs.departure[n]
        j = board.service[s]
        full, part, units_max = board.full[j], board.part[j], board.units_max[s]
        value[n] = 0.0
        high, number, total, largest = False, 0, 0.0, 0.0
        for i in range(lo, hi):
            p = pairs.member[i]
            taken[p] = 0.0
            high = high or u[p] > _EVEN
            if u[p] > 0.0:
                ranked[number] = p
                keys[number] = -u[p]
                number += 1
                own = load_of(board, freight, pairs.owner[p], s, theta[s])
                total += own
                largest = max(largest, own)
        if not high or full <= 0.0:
            continue  # prices shared evenly never exceed the price of units
        sort = np.argsort(keys[:number], kind="mergesort")
        for i in range(number):
            p = ranked[sort[i]]
            ranked_u[i] = u[p]
            load[i] = load_of(board, freight, pairs.owner[p], s, theta[s])
        least, at = knapsack(full, part, units_max, ranked_u, load, number, 0.0)
        value[n] = least
        if least >= 0.0:
            continue
        cells = cells_of(total, number, took)
        if cells > 0 and largest >= _WHOLE_FROM:
            tighter, q = whole_items(
                full, part, units_max, ranked_u, load, number, cells, gain, took
            )
            if tighter > least:
                value[n] = tighter
                for i in range(number - 1, -1, -1):
                    if took[i, q]:
                        taken[ranked[sort[i]]] = 1.0
                        q -= int(load[i] * cells)
                continue
        filled = 0.0
        for i in range(number):
            go = min(load[i], at - filled)
            if go <= 0.0:
                break
            taken[ranked[sort[i]]] = go / load[i]
            filled += go


@kernel
def step_prices(board, freight, c, pairs, theta, u, aboard, taken, mean, square, rate, ceiling):
    """Move each price the way freight pushes: up where it boards, down where it is not taken.

    An adaptive step (Kingma and Ba 2015, doi:10.48550/arXiv.1412.6980): prices of rare use move as
    fast as those of common use. `ceiling` marks the pairs' highest sensible price.
    """
    for p in range(len(u)):
        push = aboard[p] - taken[p]
        if push == 0.0 and mean[p] == 0.0:
            continue
        mean[p] = 0.9 * mean[p] + 0.1 * push
        square[p] = 0.99 * square[p] + 0.01 * push * push
        if abs(mean[p]) < 1e-6:
            mean[p] = 0.0
            continue
        new = u[p] + rate * mean[p] / (math.sqrt(square[p]) + 1e-3)
        s = c.departure[p]
        j = board.service[s]
        k = pairs.owner[p]
        even = board.full[j] * load_of(board, freight, k, s, theta[s])
        most = ceiling
        if even > 0.0:
            load = max(
                freight.mass_kg[k] / board.unit_kg[j], freight.volume_m3[k] / board.unit_m3[j]
            )
            most = opened_price(load, board.full[j], board.part[j]) / even
        u[p] = min(max(new, 0.0), most)


@kernel
def step_mixes(board, freight, pairs, theta, u, aboard, taken, mean, square, rate):
    """Move the mix of mass and volume of each departure towards the one that fills its units."""
    for n in range(len(pairs.departure)):
        s = pairs.departure[n]
        j = board.service[s]
        push = 0.0
        for i in range(pairs.first[n], pairs.first[n + 1]):
            p = pairs.member[i]
            if aboard[p] != 0 or taken[p] != 0.0:
                k = pairs.owner[p]
                tilt = freight.mass_kg[k] / board.unit_kg[j]
                tilt -= freight.volume_m3[k] / board.unit_m3[j]
                push += tilt * (u[p] * aboard[p] - taken[p] * (u[p] - 1.0))
        mean[n] = 0.9 * mean[n] + 0.1 * push
        square[n] = 0.99 * square[n] + 0.01 * push * push
        if mean[n] != 0.0:
            new = theta[s] + rate * mean[n] / (math.sqrt(square[n]) + 1e-4)
            theta[s] = min(1.0, max(0.0, new))
