"""Build the corridors of all shipments in shards, in a fixed order whatever the workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from optimizer.planner.corridor_kernels import FOUND, corridors
from optimizer.planner.kernels import seconds_to_ends
from optimizer.planner.lanes import by_lane

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from optimizer.planner.board import Board, Floats, Freight, Ints
    from optimizer.planner.shards import Workers

SHARD = 250  # shipments of one task: 1.5 s with 120,000 departures


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
) -> Found:
    """Return the corridors of all shipments, or of `only` some; `forced` departures are kept."""
    chosen = np.arange(len(freight.mass_kg), dtype=np.int32) if only is None else only
    shards = by_lane(freight, chosen, SHARD)
    tasks = [(chosen[shard], *_forced(chosen[shard], forced or {})) for shard in shards]
    parts = workers.map(corridor_shard, (board, freight, seconds, width), tasks)
    return _joined(parts, np.argsort(np.concatenate(shards)))


def corridor_shard(
    shared: tuple[Board, Freight, Floats, Width], task: tuple[Ints, NDArray[np.int64], Ints]
) -> tuple[NDArray[np.generic], ...]:
    """Return the corridors of one shard as flat arrays (see `corridor_kernels.corridors`)."""
    board, freight, seconds, width = shared
    found: tuple[NDArray[np.generic], ...] = corridors(
        board, freight, seconds, *task, width.factor, width.most
    )
    return found


def _forced(shard: Ints, forced: Mapping[int, Ints]) -> tuple[NDArray[np.int64], Ints]:
    lists = [forced.get(int(k), np.empty(0, np.int32)) for k in shard]
    first = np.concatenate([[0], np.cumsum([len(x) for x in lists])]).astype(np.int64)
    return first, np.concatenate([*lists, np.empty(0, np.int32)]).astype(np.int32)


def _joined(parts: list[tuple[NDArray[Any], ...]], order: NDArray[np.int64]) -> Found:
    """Return what shards found; `order` tells where in the shards each shipment is."""
    columns = [np.concatenate([p[i] for p in parts]) for i in range(len(parts[0]))]
    status, counts, departure, base, onward, rides, join, price, start, least = columns
    pair_first, ride_first = _firsts(counts), _firsts(rides)
    pairs = [slice(pair_first[i], pair_first[i + 1]) for i in order]
    links = [slice(ride_first[s.start], ride_first[s.stop]) for s in pairs]
    return Found(
        corridors=Corridors(
            first=_firsts(counts[order]),
            departure=_taken(departure, pairs),
            base=_taken(base, pairs),
            onward=_taken(onward, pairs),
            ride_first=_firsts(_taken(rides, pairs)),
            ride_join=_taken(join, links),
            ride_price=_taken(price, links),
            start=_taken(start, pairs),
        ),
        status=status[order],
        least=least[order],
    )


def _taken(column: NDArray[Any], spans: list[slice]) -> NDArray[Any]:
    return np.concatenate([column[span] for span in spans] or [column])


def replaced(base: Found, ids: Ints, newer: Found) -> Found:
    """Return corridors in which those of some shipments are replaced, in the order of `ids`."""
    old, new = base.corridors, newer.corridors
    count = len(base.status)
    source = np.full(count, -1)
    source[ids] = np.arange(len(ids))
    spans = [
        (new, int(new.first[n]), int(new.first[n + 1]))
        if n >= 0
        else (old, int(old.first[k]), int(old.first[k + 1]))
        for k, n in enumerate(source)
    ]
    status, least = base.status.copy(), base.least.copy()
    status[ids], least[ids] = newer.status, newer.least

    def taken(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(c, name)[lo:hi] for c, lo, hi in spans])

    def rides(name: str) -> NDArray[Any]:
        return np.concatenate(
            [getattr(c, name)[c.ride_first[lo] : c.ride_first[hi]] for c, lo, hi in spans]
        )

    ride_counts = np.concatenate([np.diff(c.ride_first[lo : hi + 1]) for c, lo, hi in spans])
    return Found(
        corridors=Corridors(
            first=_firsts(np.array([hi - lo for _, lo, hi in spans])),
            departure=taken("departure"),
            base=taken("base"),
            onward=taken("onward"),
            ride_first=_firsts(ride_counts),
            ride_join=rides("ride_join"),
            ride_price=rides("ride_price"),
            start=taken("start"),
        ),
        status=status,
        least=least,
    )


def _firsts(counts: NDArray[np.generic]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
