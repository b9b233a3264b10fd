"""Work on corridors: the best chain under any prices, loads, re-routing at true marginal price."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import allocating, kernel
from optimizer.planner.board import NEVER
from optimizer.planner.kernels import opened_price

MOST_LEGS = 24
_TINY = 1e-9
_IMPROVES = 1e-6


@kernel
def best_chain(c, lo, hi, extra, reached, came, chain):
    """Return the least price over a corridor and the number of legs, written to `chain` backwards.

    `extra[i]` is the price of corridor departure i besides its own base price; `chain` gets flat
    corridor positions, last leg first.
    """
    for i in range(hi - lo):
        if c.start[lo + i]:
            reached[i] = 0.0
        else:
            reached[i] = NEVER
        came[i] = -1
    least, last = NEVER, -1
    for i in range(hi - lo):
        at = reached[i]
        if at >= least:
            continue
        there = c.onward[lo + i]
        if there >= 0 and at < reached[there]:
            reached[there] = at
            came[there] = came[i]
        price = at + c.base[lo + i] + extra[i]
        if price >= least:
            continue
        for r in range(c.ride_first[lo + i], c.ride_first[lo + i + 1]):
            join = c.ride_join[r]
            new = price + c.ride_price[r]
            if join < 0:
                if new < least:
                    least, last = new, i
            elif new < reached[join]:
                reached[join] = new
                came[join] = i
    legs = 0
    while last >= 0 and legs < len(chain):
        chain[legs] = lo + last
        legs += 1
        last = came[last]
    if last >= 0:  # more legs than there is room for: half a chain is none
        return NEVER, 0
    return least, legs


@kernel
def add_load(c, board, freight, k, chain, legs, sign, load_kg, load_m3, price_now):
    """Put a shipment on the departures of a chain, or take it off, and reprice them."""
    for i in range(legs):
        s = c.departure[chain[i]]
        j = board.service[s]
        load_kg[s] = max(0.0, load_kg[s] + sign * freight.mass_kg[k])
        load_m3[s] = max(0.0, load_m3[s] + sign * freight.volume_m3[k])
        load = max(load_kg[s] / board.unit_kg[j], load_m3[s] / board.unit_m3[j])
        price_now[s] = opened_price(load, board.full[j], board.part[j])


@kernel
def marginal(c, board, freight, k, lo, hi, load_kg, load_m3, price_now, share, extra):
    """Fill what boarding each departure of a corridor adds to its unit price; NEVER if full.

    `share` blends in the evenly shared price: 0 is the true marginal one.
    """
    mass, volume = freight.mass_kg[k], freight.volume_m3[k]
    for i in range(hi - lo):
        s = c.departure[lo + i]
        j = board.service[s]
        load = max((load_kg[s] + mass) / board.unit_kg[j], (load_m3[s] + volume) / board.unit_m3[j])
        if load > board.units_max[s] + _TINY:
            extra[i] = NEVER
            continue
        extra[i] = opened_price(load, board.full[j], board.part[j]) - price_now[s]
        if share > 0.0:
            own = max(mass / board.unit_kg[j], volume / board.unit_m3[j]) * board.full[j]
            extra[i] = (1.0 - share) * extra[i] + share * own


@allocating
def mark_roomless(c, board, freight, chosen, load_kg, load_m3, out):
    """Mark the shipments, of some, that no chain of their corridors has room for."""
    longest = 0
    for k in chosen:
        longest = max(longest, c.first[k + 1] - c.first[k])
    extra, reached = np.empty(longest), np.empty(longest)
    came, chain = np.empty(longest, np.int32), np.empty(MOST_LEGS, np.int32)
    nothing = np.zeros(len(load_kg))
    for place in range(len(chosen)):
        k = chosen[place]
        lo, hi = c.first[k], c.first[k + 1]
        marginal(c, board, freight, k, lo, hi, load_kg, load_m3, nothing, 0.0, extra)
        least, _ = best_chain(c, lo, hi, extra, reached, came, chain)
        out[place] = least >= NEVER


@kernel
def chain_price(c, chain, legs, lo, extra):
    """Return the price of a chain under extra prices; its rides are looked up along the way."""
    total = 0.0
    for i in range(legs):
        p = chain[i]
        total += c.base[p] + extra[p - lo]
        wanted = -1 if i == 0 else chain[i - 1]
        best = NEVER
        for r in range(c.ride_first[p], c.ride_first[p + 1]):
            join = c.ride_join[r]
            if wanted < 0:
                if join < 0:
                    best = min(best, c.ride_price[r])
            elif join >= 0:
                node = lo + join
                while node >= 0 and node < wanted:
                    step = c.onward[node]
                    node = lo + step if step >= 0 else -1
                if node == wanted:
                    best = min(best, c.ride_price[r])
        total += best
    return total


@allocating
def sweep(c, board, freight, order, share, chains, legs, load_kg, load_m3, price_now):
    """Re-route shipments in turn at marginal price; return how many changed."""
    longest = 0
    for k in range(len(c.first) - 1):
        longest = max(longest, c.first[k + 1] - c.first[k])
    extra, reached = np.empty(longest), np.empty(longest)
    came, chain = np.empty(longest, np.int32), np.empty(chains.shape[1], np.int32)
    changed = 0
    for k in order:
        lo, hi = c.first[k], c.first[k + 1]
        if lo == hi:
            continue
        add_load(c, board, freight, k, chains[k], legs[k], -1.0, load_kg, load_m3, price_now)
        marginal(c, board, freight, k, lo, hi, load_kg, load_m3, price_now, share, extra)
        least, count = best_chain(c, lo, hi, extra, reached, came, chain)
        if least >= freight.unserved[k]:
            count = 0
            least = freight.unserved[k]
        old = freight.unserved[k]
        if legs[k] > 0:
            old = chain_price(c, chains[k], legs[k], lo, extra)
        if least < old - _IMPROVES:
            changed += 1
            legs[k] = count
            for i in range(count):
                chains[k, i] = chain[i]
        add_load(c, board, freight, k, chains[k], legs[k], 1.0, load_kg, load_m3, price_now)
    return changed


@allocating
def plan_price(c, board, freight, chains, legs, load_kg, load_m3):
    """Return the price of a plan from its chains alone, and the departures above their units."""
    load_kg[:] = 0.0
    load_m3[:] = 0.0
    total = 0.0
    longest = 0
    for k in range(len(legs)):
        longest = max(longest, c.first[k + 1] - c.first[k])
    nothing = np.zeros(longest)
    for k in range(len(legs)):
        if legs[k] == 0:
            total += freight.unserved[k]
            continue
        total += chain_price(c, chains[k], legs[k], c.first[k], nothing)
        for i in range(legs[k]):
            s = c.departure[chains[k, i]]
            load_kg[s] += freight.mass_kg[k]
            load_m3[s] += freight.volume_m3[k]
    over = 0
    for s in range(len(load_kg)):
        if load_kg[s] > 0.0:
            j = board.service[s]
            load = max(load_kg[s] / board.unit_kg[j], load_m3[s] / board.unit_m3[j])
            total += opened_price(load, board.full[j], board.part[j])
            if load > board.units_max[s] + _TINY:
                over += 1
    return total, over
