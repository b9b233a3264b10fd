"""Improve a plan by ruin and recreate: take related shipments off, route them anew, keep what pays.

Who is on board is kept in linked slots, one a leg: slot = shipment x legs + leg. The cooling is
counted in steps, never in seconds, so that the same seed gives the same plan.
"""

from __future__ import annotations

import math

import numpy as np

from optimizer.compiled import allocating, kernel
from optimizer.planner.board import NEVER
from optimizer.planner.dag_kernels import best_chain, chain_price, marginal
from optimizer.planner.kernels import opened_price


@kernel
def board_all(c, chains, legs, head, after, before):
    """Link who is on board of each departure."""
    for k in range(len(legs)):
        for i in range(legs[k]):
            _link(c.departure[chains[k, i]], k * chains.shape[1] + i, head, after, before)


@allocating
def base_prices(c, freight, chains, legs, out):
    """Fill the price of each shipment's chain apart from units; of leaving it, where it is left."""
    longest = 0
    for k in range(len(legs)):
        longest = max(longest, c.first[k + 1] - c.first[k])
    nothing = np.zeros(longest)
    for k in range(len(legs)):
        out[k] = freight.unserved[k]
        if legs[k] > 0:
            out[k] = chain_price(c, chains[k], legs[k], c.first[k], nothing)


@kernel
def _link(s, slot, head, after, before):
    after[slot] = head[s]
    before[slot] = -1
    if head[s] >= 0:
        before[head[s]] = slot
    head[s] = slot


@kernel
def _unlink(s, slot, head, after, before):
    if before[slot] >= 0:
        after[before[slot]] = after[slot]
    else:
        head[s] = after[slot]
    if after[slot] >= 0:
        before[after[slot]] = before[slot]


@kernel
def _shift(c, board, freight, k, chains, legs, sign, state):
    """Put a shipment on its chain (1) or off it (-1); return what that adds to unit prices."""
    load_kg, load_m3, price_now, head, after, before = state
    delta = 0.0
    width = chains.shape[1]
    for i in range(legs[k]):
        s = c.departure[chains[k, i]]
        j = board.service[s]
        load_kg[s] = max(0.0, load_kg[s] + sign * freight.mass_kg[k])
        load_m3[s] = max(0.0, load_m3[s] + sign * freight.volume_m3[k])
        load = max(load_kg[s] / board.unit_kg[j], load_m3[s] / board.unit_m3[j])
        price = opened_price(load, board.full[j], board.part[j])
        delta += price - price_now[s]
        price_now[s] = price
        if sign > 0:
            _link(s, k * width + i, head, after, before)
        else:
            _unlink(s, k * width + i, head, after, before)
    return delta


@kernel
def _gather(c, chains, legs, head, after, k, most, taken, mark, stamp, wander):
    """Collect shipments to take off: those that travel with k, or could."""
    width = chains.shape[1]
    count = 0
    taken[0] = k
    stamp[k] = mark
    count = 1
    tries = 0
    while count < most and tries < 4 * most:
        tries += 1
        seed = taken[np.random.randint(count)]
        lo, hi = c.first[seed], c.first[seed + 1]
        if hi == lo:
            continue
        if legs[seed] > 0 and np.random.random() > wander:
            s = c.departure[chains[seed, np.random.randint(legs[seed])]]
        else:
            s = c.departure[lo + np.random.randint(hi - lo)]
        slot = head[s]
        while slot >= 0 and count < most:
            other = slot // width
            slot = after[slot]
            if stamp[other] != mark:
                stamp[other] = mark
                taken[count] = other
                count += 1
                if np.random.random() < 0.3:
                    break
    return count


@kernel
def _clear(c, head, after, width, k, most, taken, mark, stamp):
    """Collect a random part of those aboard one departure that k could take."""
    lo, hi = c.first[k], c.first[k + 1]
    taken[0], stamp[k], count = k, mark, 1
    share = np.random.random()
    slot = head[c.departure[lo + np.random.randint(hi - lo)]]
    while slot >= 0 and count < most:
        other = slot // width
        slot = after[slot]
        if stamp[other] != mark and np.random.random() < share:
            stamp[other] = mark
            taken[count] = other
            count += 1
    return count


@allocating
def improve(
    c, board, freight, usable, chains, legs, base_of, state, steps, most, hot, cold, lead, seed
):  # fmt: skip
    """Ruin and recreate; return what was gained. Chains, legs, prices and loads change in place.

    `usable` lists the shipments that have a corridor; temperatures are in units of the objective.
    With `lead` 1 the shipment a step begins with is routed before those that make room for it.
    """
    load_kg, load_m3, price_now, head, after, before = state
    np.random.seed(seed)
    count_k, width = chains.shape
    longest = 0
    for k in range(count_k):
        longest = max(longest, c.first[k + 1] - c.first[k])
    extra, reached = np.empty(longest), np.empty(longest)
    came, chain = np.empty(longest, np.int32), np.empty(width, np.int32)
    taken, stamp = np.empty(most, np.int32), np.full(count_k, -1, np.int64)
    old_chains, old_legs = np.empty((most, width), np.int32), np.empty(most, np.int32)
    old_base = np.empty(most)
    best_chains, best_legs, best_base = chains.copy(), legs.copy(), base_of.copy()
    changed, is_changed, dirty = np.empty(count_k, np.int32), np.zeros(count_k, np.uint8), 0
    total, best = 0.0, 0.0
    for step in range(steps):
        heat = hot * (cold / hot) ** (step / steps)
        k0 = usable[np.random.randint(len(usable))]
        size = 1 + np.random.randint(most)
        if lead and np.random.random() < 0.5:
            number = _clear(c, head, after, width, k0, most, taken, step, stamp)
        else:
            number = _gather(
                c, chains, legs, head, after, k0, size, taken, step, stamp, np.random.random()
            )
        delta = 0.0
        for i in range(number):
            k = taken[i]
            delta += _shift(c, board, freight, k, chains, legs, -1.0, state) - base_of[k]
            old_legs[i], old_base[i] = legs[k], base_of[k]
            for leg in range(legs[k]):
                old_chains[i, leg] = chains[k, leg]
        for i in range(number - 1, lead, -1):
            other = lead + np.random.randint(i + 1 - lead)
            taken[i], taken[other] = taken[other], taken[i]
            old_legs[i], old_legs[other] = old_legs[other], old_legs[i]
            old_base[i], old_base[other] = old_base[other], old_base[i]
            for leg in range(width):
                old_chains[i, leg], old_chains[other, leg] = (
                    old_chains[other, leg],
                    old_chains[i, leg],
                )
        share = 0.0
        if np.random.random() < 0.5:
            share = 0.4 * np.random.random()
        for i in range(number):
            k = taken[i]
            lo, hi = c.first[k], c.first[k + 1]
            mix = share * (1.0 - i / number)
            marginal(c, board, freight, k, lo, hi, load_kg, load_m3, price_now, mix, extra)
            _, found = best_chain(c, lo, hi, extra, reached, came, chain)
            if mix > 0.0:
                marginal(c, board, freight, k, lo, hi, load_kg, load_m3, price_now, 0.0, extra)
            alone = chain_price(c, chain, found, lo, extra) if found > 0 else NEVER
            if alone >= freight.unserved[k]:
                found = 0
            legs[k] = found
            for leg in range(found):
                chains[k, leg] = chain[leg]
            units = _shift(c, board, freight, k, chains, legs, 1.0, state)
            base_of[k] = alone - units if found > 0 else freight.unserved[k]
            delta += units + base_of[k]
        if delta <= 0.0 or np.random.random() < math.exp(-delta / heat):
            total += delta
            for i in range(number):
                if not is_changed[taken[i]]:
                    is_changed[taken[i]] = 1
                    changed[dirty] = taken[i]
                    dirty += 1
            if total < best - 1e-6:
                best = total
                for i in range(dirty):
                    k = changed[i]
                    is_changed[k] = 0
                    best_legs[k], best_base[k] = legs[k], base_of[k]
                    best_chains[k, : legs[k]] = chains[k, : legs[k]]
                dirty = 0
        else:
            for i in range(number):
                k = taken[i]
                _shift(c, board, freight, k, chains, legs, -1.0, state)
                legs[k], base_of[k] = old_legs[i], old_base[i]
                for leg in range(legs[k]):
                    chains[k, leg] = old_chains[i, leg]
                _shift(c, board, freight, k, chains, legs, 1.0, state)
    return best, best_chains, best_legs, best_base
