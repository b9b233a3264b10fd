"""Build corridors: for each shipment the departures that a good chain of it can use, as a DAG."""

from __future__ import annotations

import numpy as np

from optimizer.compiled import allocating, kernel
from optimizer.planner.board import NEVER
from optimizer.planner.kernels import (
    ending_price,
    fare,
    price_from_start,
    price_to_end,
    units_of,
)

NO_CHAIN, NOT_IN_TIME, FOUND = 0, 1, 2
_NOISE = 1e-6
_ROOM = 1e-9  # units


@allocating
def grown(array, wanted):
    if wanted <= len(array):
        return array
    new = np.empty(max(wanted, 2 * len(array)), array.dtype)
    new[: len(array)] = array
    return new


@kernel
def window(board, freight, k):
    """Return the departures between a shipment's first and last moment, as a range."""
    first = np.searchsorted(board.departs_at, freight.ready_at[k])
    return first, np.searchsorted(board.departs_at, freight.latest_at[k], side="right")


@kernel
def open_services(board, freight, k, price):
    """Fill the evenly shared price of each service for a shipment; NEVER where it may not go."""
    mass, volume = freight.mass_kg[k], freight.volume_m3[k]
    row = freight.allowed[freight.kind[k]]
    for j in range(len(price)):
        if row[j]:
            load = units_of(board, j, mass, volume)
            price[j] = fare(board, j, mass, freight.billed_m3[k]) + board.full[j] * load
        else:
            price[j] = NEVER


@kernel
def _activate(board, mass, price, to_end, from_start, limit, active, mark):
    """Mark the services on some chain within the limit, times left aside."""
    for j in range(len(price)):
        start = from_start[board.line_of[j]]
        if price[j] >= NEVER or start >= NEVER:
            continue
        rest = NEVER
        for e in range(board.edge_first[j], board.edge_first[j + 1]):
            onward = to_end[board.edge_node[e]]
            if onward < NEVER:
                rest = min(rest, onward + mass * board.edge_per_kg[e])
        if rest < NEVER and start + price[j] + rest <= limit:
            active[j] = mark


@kernel
def forward(board, freight, k, price_at, to_end, seconds, limit, active, mark, best, reach, stamp):
    """Scan forward in time; fill the least price at which each departure is reached."""
    mass = freight.mass_kg[k]
    end = board.lines + freight.destination[k]
    latest = freight.latest_at[k]
    best[:] = NEVER
    for i in range(
        board.hub_line_first[freight.origin[k]], board.hub_line_first[freight.origin[k] + 1]
    ):
        best[board.hub_line[i]] = 0.0
    done = NEVER
    owner = stamp  # departures are known by events; rides look up their departure's label
    i = np.searchsorted(board.event_at, freight.ready_at[k])
    while i < len(board.events) and board.event_at[i] <= latest:
        if active[board.event_service[i]] == mark:
            code = board.events[i]
            if code >= 0:
                line = board.node[code]
                reached = best[line]
                if (
                    reached < NEVER
                    and price_at[code] < NEVER
                    and reached + price_at[code] <= limit
                    and board.departs_at[code] + seconds[line] <= latest
                ):
                    reach[code] = reached
                    owner[code] = mark
            else:
                ride = -1 - code
                s = board.ride_departure[ride]
                if owner[s] == mark:
                    at = reach[s] + price_at[s] + mass * board.ride_per_kg[ride]
                    node = board.ride_node[ride]
                    if node == end:
                        at += ending_price(freight, k, board.ride_at[ride])
                        done = min(done, at)
                    elif node < board.lines and at + to_end[node] <= limit and at < best[node]:
                        best[node] = at
        i += 1
    return done


@kernel
def backward(board, freight, k, price_at, limit, active, mark, best, reach, onward, stamp):
    """Scan backward in time; fill the least price from each reached departure to the end."""
    mass = freight.mass_kg[k]
    end = board.lines + freight.destination[k]
    best[:] = NEVER
    first = np.searchsorted(board.event_at, freight.ready_at[k])
    i = np.searchsorted(board.event_at, freight.latest_at[k], side="right") - 1
    while i >= first:
        if active[board.event_service[i]] == mark:
            code = board.events[i]
            if code < 0:
                ride = -1 - code
                s = board.ride_departure[ride]
                if stamp[s] >= mark and reach[s] + price_at[s] <= limit:
                    node = board.ride_node[ride]
                    rest = best[node]
                    if node == end:
                        rest = ending_price(freight, k, board.ride_at[ride])
                    if rest < NEVER:
                        rest += mass * board.ride_per_kg[ride]
                        if stamp[s] == mark or rest < onward[s]:
                            onward[s] = rest
                            stamp[s] = mark + 1
            elif stamp[code] == mark + 1:
                through = onward[code] + price_at[code]
                line = board.node[code]
                best[line] = min(best[line], through)
        i -= 1


@allocating
def through(board, freight, k, price_at, reach, onward, stamp, mark, limit, most, kept, forced):
    """List departures whose best chain is within the limit, at most so many, in order of time.

    Forced ones are listed whatever their price.
    """
    count = 0
    for s in range(*window(board, freight, k)):
        if stamp[s] == mark + 1:
            total = reach[s] + onward[s] + price_at[s]
            if total <= limit:
                kept[count] = s
                count += 1
    if count > most:
        totals = np.empty(count)
        for i in range(count):
            s = kept[i]
            totals[i] = reach[s] + onward[s] + price_at[s]
        bar = np.partition(totals, most - 1)[most - 1]
        few = 0
        for i in range(count):
            if totals[i] <= bar + _NOISE:  # equals too: a chain must not lose a link
                kept[few] = kept[i]
                few += 1
        count = few
    if len(forced) == 0:
        return count
    both = np.unique(np.concatenate((kept[:count], forced)))
    kept[: len(both)] = both
    return len(both)


@allocating
def corridors(board, freight, seconds_to, room, shard, forced_first, forced, factor, most):
    """Return the corridors of the shipments of a shard as flat arrays.

    `room` tells the units each departure still takes: where a shipment has none, it finds no chain.
    `forced` lists departures to keep for each, besides those within the limit. `factor` widens the
    limit above the price of the best chain; `most` departures are kept. The result is (status,
    counts, departure, base, onward, ride_count, ride_join, ride_price, start, least): `onward` is
    the next departure of the same line or -1, a ride joins a departure of the corridor or ends
    (-1), `start` marks where freight can board first.
    """
    services, nodes, departures = len(board.full), board.lines + board.hubs, len(board.service)
    price, to_end, from_start = np.empty(services), np.empty(nodes), np.empty(nodes)
    price_at = np.empty(departures)
    keys, items = (
        np.empty(len(board.edge_node) + nodes),
        np.empty(len(board.edge_node) + nodes, np.int32),
    )
    active = np.full(services, -1, np.int64)
    best, reach, onward_price = np.empty(nodes), np.empty(departures), np.empty(departures)
    stamp = np.full(departures, -1, np.int64)
    kept = np.empty(departures, np.int32)
    head = np.empty(nodes, np.int32)
    number = len(shard)
    status, counts = np.zeros(number, np.int8), np.zeros(number, np.int32)
    least = np.full(number, NEVER)
    departure, base = np.empty(1024, np.int32), np.empty(1024)
    onward, start = np.empty(1024, np.int32), np.empty(1024, np.uint8)
    ride_count = np.empty(1024, np.int32)
    ride_join, ride_price = np.empty(1024, np.int32), np.empty(1024)
    used, rides, mark = 0, 0, 0
    for place in range(number):
        k = shard[place]
        mass = freight.mass_kg[k]
        end = board.lines + freight.destination[k]
        open_services(board, freight, k, price)
        for s in range(*window(board, freight, k)):
            j = board.service[s]
            price_at[s] = price[j]
            if (
                board.departs_at[s] - board.booking_lead[j] < freight.booked_at[k]
                or units_of(board, j, mass, freight.volume_m3[k]) > room[s] + _ROOM
            ):
                price_at[s] = NEVER
        price_to_end(board, end, mass, price, to_end, keys, items)
        cheapest = NEVER
        origin = freight.origin[k]
        for i in range(board.hub_line_first[origin], board.hub_line_first[origin + 1]):
            cheapest = min(cheapest, to_end[board.hub_line[i]])
        if cheapest >= NEVER:
            status[place] = NO_CHAIN
            continue
        price_from_start(board, origin, mass, price, from_start, keys, items)
        seconds = seconds_to[freight.destination[k]]
        # One pass without a limit finds the best chain in time; its price sets the limit.
        mark += 2
        _activate(board, mass, price, to_end, from_start, NEVER, active, mark)
        done = forward(
            board, freight, k, price_at, to_end, seconds, NEVER, active, mark, best, reach, stamp
        )
        if done >= NEVER:
            status[place] = NOT_IN_TIME
            continue
        limit = factor * (done + _NOISE)  # a free chain has no multiples but those of the noise
        _activate(board, mass, price, to_end, from_start, limit, active, mark + 1)
        for j in range(services):
            active[j] = mark if active[j] == mark + 1 else -1
        backward(board, freight, k, price_at, limit, active, mark, best, reach, onward_price, stamp)
        count = through(
            board,
            freight,
            k,
            price_at,
            reach,
            onward_price,
            stamp,
            mark,
            limit,
            most,
            kept,
            forced[forced_first[place] : forced_first[place + 1]],
        )
        status[place] = FOUND
        counts[place] = count
        least[place] = done
        departure = grown(departure, used + count)
        base = grown(base, used + count)
        onward = grown(onward, used + count)
        start = grown(start, used + count)
        ride_count = grown(ride_count, used + count)
        # Link what was kept: who waits at a line goes on to its next departure.
        head[:] = -1
        for i in range(count - 1, -1, -1):
            s = kept[i]
            line = board.node[s]
            onward[used + i] = head[line]
            head[line] = i
        for i in range(count):
            s = kept[i]
            j = board.service[s]
            departure[used + i] = s
            base[used + i] = fare(board, j, mass, freight.billed_m3[k])
            start[used + i] = 0
            number_of = 0
            for ride in range(board.ride_first[s], board.ride_first[s + 1]):
                node, join = board.ride_node[ride], -2
                extra = mass * board.ride_per_kg[ride]
                if node == end:
                    if board.ride_at[ride] <= freight.latest_at[k]:
                        join = -1
                        extra += ending_price(freight, k, board.ride_at[ride])
                elif node < board.lines:
                    there = head[node]
                    while there >= 0 and board.departs_at[kept[there]] < board.ride_at[ride]:
                        there = onward[used + there]
                    if there >= 0:
                        join = there
                if join >= -1:
                    ride_join = grown(ride_join, rides + 1)
                    ride_price = grown(ride_price, rides + 1)
                    ride_join[rides] = join
                    ride_price[rides] = extra
                    rides += 1
                    number_of += 1
            ride_count[used + i] = number_of
        for i in range(board.hub_line_first[origin], board.hub_line_first[origin + 1]):
            there = head[board.hub_line[i]]
            if there >= 0:
                start[used + there] = 1
        used += count
    return (
        status,
        counts,
        departure[:used].copy(),
        base[:used].copy(),
        onward[:used].copy(),
        ride_count[:used].copy(),
        ride_join[:rides].copy(),
        ride_price[:rides].copy(),
        start[:used].copy(),
        least,
    )
