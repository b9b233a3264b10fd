"""Build the corridors of all shipments in shards, in a fixed order whatever the workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from optimizer.planner.board import NO_LIMIT
from optimizer.planner.corridor_kernels import FOUND, corridors
from optimizer.planner.kernels import seconds_to_ends
from optimizer.planner.lanes import by_lane, spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from optimizer.planner.board import Board, Floats, Freight, Ints
    from optimizer.planner.shards import Workers

SHARD = 250  # shipments of one task: 1.5 s with 120,000 departures
_AT_ONCE = 4096  # shipments whose columns move at once: bounds the index that moves them


class Corridors(NamedTuple):
    """The corridors of K shipments, one behind the other: P departures, R rides."""

    first: NDArray[np.int64]  # (K + 1,)
    departure: Ints  # (P,)
    base: Floats  # (P,) price apart from units
    onward: Ints  # (P,) the next departure of the line, within the corridor; or -1
    ride_first: NDArray[np.int64]  # (P + 1,)
    ride_join: Ints  # (R,) departure first caught, within the corridor; -1: at the end
    ride_price: Floats  # (R,)
    start: NDArray[np.uint8]  # (P,) where freight boards first


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How much of the network a corridor keeps."""

    factor: float = 2.0  # times the price of the best chain, units shared evenly
    most: int = 1500  # departures of one shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Corridors, and what is known of each shipment."""

    corridors: Corridors
    status: NDArray[np.int8]  # NO_CHAIN, NOT_IN_TIME or FOUND
    least: Floats  # price of its best chain, units shared evenly

    @property
    def servable(self) -> Ints:
        """Shipments that some chain brings to their destination in time."""
        return np.flatnonzero(self.status == FOUND).astype(np.int32)


def least_seconds(board: Board) -> Floats:
    """Return least seconds from each node to the end at each hub, (hubs, nodes)."""
    room = len(board.edge_node) + board.lines + board.hubs
    found: Floats = seconds_to_ends(board, np.empty(room), np.empty(room, np.int32))
    return found


def build(  # noqa: PLR0913, PLR0917  (a network, its freight, and how they are looked at)
    board: Board,
    freight: Freight,
    seconds: Floats,
    width: Width,
    workers: Workers,
    forced: Mapping[int, Ints] | None = None,
    only: Ints | None = None,
    room: Floats | None = None,
) -> Found:
    """Return the corridors of all shipments, or of `only` some; `forced` departures are kept.

    With `room`, the units that each departure takes, chains without room are left aside.
    """
    chosen = np.arange(len(freight.mass_kg), dtype=np.int32) if only is None else only
    shards = by_lane(freight, chosen, SHARD)
    tasks = [(chosen[shard], *_forced(chosen[shard], forced or {})) for shard in shards]
    if room is None:
        room = np.full(len(board.service), NO_LIMIT)
    parts = workers.map(corridor_shard, (board, freight, seconds, room, width), tasks)
    return _joined(parts, np.concatenate(shards))


def corridor_shard(
    shared: tuple[Board, Freight, Floats, Floats, Width],
    task: tuple[Ints, NDArray[np.int64], Ints],
) -> tuple[NDArray[np.generic], ...]:
    """Return the corridors of one shard as flat arrays (see `corridor_kernels.corridors`)."""
    board, freight, seconds, room, width = shared
    found: tuple[NDArray[np.generic], ...] = corridors(
        board, freight, seconds, room, *task, width.factor, width.most
    )
    return found


def _forced(shard: Ints, forced: Mapping[int, Ints]) -> tuple[NDArray[np.int64], Ints]:
    lists = [forced.get(int(k), np.empty(0, np.int32)) for k in shard]
    first = np.concatenate([[0], np.cumsum([len(x) for x in lists])]).astype(np.int64)
    return first, np.concatenate([*lists, np.empty(0, np.int32)]).astype(np.int32)


def _joined(parts: list[tuple[NDArray[Any], ...]], places: NDArray[np.int64]) -> Found:
    """Return what shards found; `places` tells where each shipment of theirs belongs."""
    left: list[list[Any]] = [list(part) for part in parts]
    parts.clear()  # each column goes as soon as it is placed: all of them are as much as the result

    def column(number: int) -> list[NDArray[Any]]:
        taken = [part[number] for part in left]
        for part in left:
            part[number] = None
        return taken

    def by_shipment(number: int) -> NDArray[Any]:
        found = np.concatenate(column(number))
        placed = np.empty_like(found)
        placed[places] = found
        return placed

    sizes = [len(part[0]) for part in left]
    shards = np.split(places, np.cumsum(sizes)[:-1])
    status, counts = by_shipment(0), by_shipment(1)
    first = _firsts(counts)
    ride_count = _placed(column(5), shards, first)
    ride_first = _firsts(ride_count)
    ride_spans = ride_first[first]  # of each shipment: its rides lie together
    return Found(
        corridors=Corridors(
            first=first,
            departure=_placed(column(2), shards, first),
            base=_placed(column(3), shards, first),
            onward=_placed(column(4), shards, first),
            ride_first=ride_first,
            ride_join=_placed(column(6), shards, ride_spans),
            ride_price=_placed(column(7), shards, ride_spans),
            start=_placed(column(8), shards, first),
        ),
        status=status,
        least=by_shipment(9),
    )


def _placed(
    column: list[NDArray[Any]], shards: list[NDArray[np.int64]], first: NDArray[np.int64]
) -> NDArray[Any]:
    """Return a column of all shards by shipment; `first` tells where each shipment's part lies."""
    placed = np.empty(int(first[-1]), column[0].dtype)
    for part, shard in zip(column, shards, strict=True):
        placed[spread(first, shard)] = part
    return placed


def replaced(base: Found, ids: Ints, newer: Found) -> Found:
    """Return corridors in which those of some shipments, `ids`, are replaced by newer ones.

    Where the newer search found no chain, the older corridor stays.
    """
    old, new = base.corridors, newer.corridors
    source = np.flatnonzero(newer.status == FOUND)
    ids = ids[source]
    kept = np.setdiff1d(np.arange(len(base.status)), ids)
    counts = np.diff(old.first)
    counts[ids] = np.diff(new.first)[source]
    first = _firsts(counts)
    pairs = _Merge(first, (kept, kept, old.first), (ids, source, new.first))
    ride_first = _firsts(pairs.of(np.diff(old.ride_first), np.diff(new.ride_first)))
    rides = _Merge(
        ride_first[first],
        (kept, kept, old.ride_first[old.first]),
        (ids, source, new.ride_first[new.first]),
    )
    status, least = base.status.copy(), base.least.copy()
    status[ids], least[ids] = newer.status[source], newer.least[source]
    return Found(
        corridors=Corridors(
            first=first,
            departure=pairs.of(old.departure, new.departure),
            base=pairs.of(old.base, new.base),
            onward=pairs.of(old.onward, new.onward),
            ride_first=ride_first,
            ride_join=rides.of(old.ride_join, new.ride_join),
            ride_price=rides.of(old.ride_price, new.ride_price),
            start=pairs.of(old.start, new.start),
        ),
        status=status,
        least=least,
    )


class _Merge(NamedTuple):
    """Takes columns of some shipments from one set and those of the others from another.

    Of each set: the shipments' places in the result, theirs in the set, and where they begin there.
    """

    first: NDArray[np.int64]
    old: tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.int64]]
    new: tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.int64]]

    def of(self, old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
        """Return the merged column."""
        merged = np.empty(int(self.first[-1]), old.dtype)
        for (places, source, first), column in ((self.old, old), (self.new, new)):
            for at in range(0, len(places), _AT_ONCE):
                some = slice(at, at + _AT_ONCE)
                merged[spread(self.first, places[some])] = column[spread(first, source[some])]
        return merged


def _firsts(counts: NDArray[np.generic]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
