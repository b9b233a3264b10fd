"""Prove how good a plan can be at best: a Lagrangian bound, valid whenever it is stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from optimizer.planner.corridors import Corridors
from optimizer.planner.dag_kernels import MOST_LEGS
from optimizer.planner.dual_kernels import collect, price_chains, step_mixes, step_prices
from optimizer.planner.exact_kernels import least_prices, price_of_others
from optimizer.planner.lanes import by_lane, rows, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.planner.board import Board, Floats, Freight, Ints
    from optimizer.planner.shards import Threads, Workers

PROOF_SHARD = 1000  # shipments of one task: about 2 s with 120,000 departures
_SHARD = 512
_EVEN_MIX = 0.3  # of mass, before anything is known; freight by sea and air mostly fills by volume
_HIGHEST = 1e6
_MOST_NEW = 300  # departures that one proof adds to a corridor


class Pairs(NamedTuple):
    """The pairs of all corridors by departure: N departures in use, P pairs."""

    departure: Ints  # (N,)
    first: NDArray[np.int64]  # (N + 1,)
    member: Ints  # (P,) pairs, by departure
    owner: Ints  # (P,) shipment of each pair


@dataclass(slots=True, kw_only=True)
class Prices:
    """Duals of a bound: `u` of each pair, the mix of mass in each departure's load."""

    u: Floats
    theta: Floats  # (S,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A bound over all chains of the network, and chains better than any corridor held."""

    value: float
    better: dict[int, Ints]  # shipment -> departures, where a chain outside its corridor was less
    others: Floats  # (S,) u of a pair that no corridor holds


def pairs_of(corridors: Corridors) -> Pairs:
    """Return the pairs of corridors by departure."""
    owner = np.repeat(np.arange(len(corridors.first) - 1, dtype=np.int32), np.diff(corridors.first))
    member = np.argsort(corridors.departure, kind="stable").astype(np.int32)
    departure, first = np.unique(corridors.departure[member], return_index=True)
    return Pairs(
        departure=departure.astype(np.int32),
        first=np.append(first, len(member)).astype(np.int64),
        member=member,
        owner=owner,
    )


def even_prices(board: Board, corridors: Corridors) -> Prices:
    """Return prices shared evenly: where any bound begins."""
    return Prices(u=np.ones(len(corridors.departure)), theta=np.full(len(board.service), _EVEN_MIX))


def carried_over(prices: Prices, old: Corridors, new: Corridors, others: Floats) -> Prices:
    """Return prices for wider corridors: those known, and for new pairs what others pay."""
    width = int(max(old.departure.max(initial=0), new.departure.max(initial=0))) + 1
    keys_old, keys_new = _keys(old, width), _keys(new, width)
    at = np.minimum(np.searchsorted(keys_old, keys_new), max(len(keys_old) - 1, 0))
    known = keys_old[at] == keys_new
    return Prices(u=np.where(known, prices.u[at], others[new.departure]), theta=prices.theta.copy())


def _keys(c: Corridors, width: int) -> NDArray[np.int64]:
    owner = np.repeat(np.arange(len(c.first) - 1, dtype=np.int64), np.diff(c.first))
    return owner * width + c.departure


class Ascent:
    """Raises a bound over corridors step by step; the best prices seen are kept."""

    def __init__(  # noqa: PLR0913  (what a bound is made of)
        self,
        board: Board,
        freight: Freight,
        corridors: Corridors,
        prices: Prices,
        local: Threads,
        *,
        whole: bool,
    ) -> None:
        self.pairs = pairs_of(corridors)
        self.prices = prices
        self.best, self.best_prices = -np.inf, prices
        self.chains = np.full((len(corridors.first) - 1, MOST_LEGS), -1, np.int32)
        self.legs = np.zeros(len(corridors.first) - 1, np.int32)
        self.least = np.zeros(len(self.legs))
        self.value = np.zeros(len(self.pairs.departure))
        self._board, self._freight, self._c, self._local = board, freight, corridors, local
        self.whole = whole
        pairs = len(corridors.departure)
        self._aboard, self._taken = np.zeros(pairs, np.uint8), np.zeros(pairs, np.float32)
        self._mean, self._square = np.zeros(pairs, np.float32), np.zeros(pairs, np.float32)
        count = len(self.pairs.departure)
        self._mix_mean, self._mix_square = np.zeros(count), np.zeros(count)

    def measure(self) -> float:
        """Return the bound over the corridors at the present prices."""
        shipments, departures = len(self.legs), len(self.pairs.departure)
        u, theta = self.prices.u, self.prices.theta
        self._local.map(
            lambda _, k: price_chains(
                self._board, self._freight, self._c, theta, u, k, min(k + _SHARD, shipments),
                self.least, self.chains, self.legs, self._aboard,
            ),
            None,
            range(0, shipments, _SHARD),
        )  # fmt: skip
        self._local.map(
            lambda _, n: collect(
                self._board, self._freight, self.pairs, theta, u,
                n, min(n + 8 * _SHARD, departures), self.whole, self._taken, self.value,
            ),
            None,
            range(0, departures, 8 * _SHARD),
        )  # fmt: skip
        return float(self.least.sum() + self.value.sum())

    def climb(self, rate: float) -> float:
        """Measure, keep the prices if they are the best, and move them; return the bound."""
        bound = self.measure()
        if bound > self.best:
            self.best = bound
            self.best_prices = Prices(u=self.prices.u.copy(), theta=self.prices.theta.copy())
        u, theta = self.prices.u, self.prices.theta
        step_mixes(
            self._board, self._freight, self.pairs, theta, u, self._aboard, self._taken,
            self._mix_mean, self._mix_square, rate,
        )  # fmt: skip
        step_prices(
            self._board, self._freight, self._c, self.pairs, theta, u, self._aboard, self._taken,
            self._mean, self._square, rate, _HIGHEST,
        )  # fmt: skip
        return bound

    def prove(self, seconds: Floats, workers: Workers) -> Proof:
        """Return what the best prices prove over all chains of the network."""
        self.prices = self.best_prices
        self.measure()
        board, freight, pairs = self._board, self._freight, self.pairs
        u, theta = self.prices.u, self.prices.theta
        others, count = np.ones(len(board.service)), len(pairs.departure)
        self._local.map(
            lambda _, n: price_of_others(
                board, freight, pairs, theta, u, self.whole, self.value, others,
                n, min(n + 8 * _SHARD, count),
            ),
            None,
            range(0, count, 8 * _SHARD),
        )  # fmt: skip
        tasks = _ProofTasks(freight, self._c, u, self.least)
        parts = workers.map(proof_shard, (board, freight.allowed, seconds, theta, others), tasks)
        order = np.concatenate(tasks.shards)
        least = np.empty(len(order))
        least[order] = np.concatenate([p[0] for p in parts])
        counts = np.concatenate([p[1] for p in parts])
        listed = np.split(np.concatenate([p[2] for p in parts]), np.cumsum(counts)[:-1])
        better = {int(order[place]): listed[place] for place in np.flatnonzero(counts)}
        return Proof(
            value=float(least.sum() + self.value.sum()),
            better=dict(sorted(better.items())),
            others=others,
        )


class ProofTask(NamedTuple):
    """What a proof knows of the shipments of one shard: it travels, the network stays."""

    freight: Freight
    first: NDArray[np.int64]  # their corridors, as in `Corridors`
    departure: Ints
    base: Floats
    u: Floats
    known: Floats


class _ProofTasks(Sequence[ProofTask]):
    """Made one by one: all of them would be all corridors a second time."""

    def __init__(self, freight: Freight, corridors: Corridors, u: Floats, known: Floats) -> None:
        self.shards = by_lane(freight, np.arange(len(known), dtype=np.int32), PROOF_SHARD)
        self._freight = freight._replace(allowed=freight.allowed[:0])
        self._c, self._u, self._known = corridors, u, known

    def __len__(self) -> int:
        return len(self.shards)

    def __getitem__(self, number: Any) -> Any:  # noqa: ANN401  (one task for one number)
        shard, c = self.shards[number], self._c
        pairs = spread(c.first, shard)
        return ProofTask(
            freight=rows(self._freight, shard),
            first=np.append(0, np.cumsum(c.first[shard + 1] - c.first[shard])),
            departure=c.departure[pairs],
            base=c.base[pairs],
            u=self._u[pairs],
            known=self._known[shard],
        )


def proof_shard(
    shared: tuple[Board, NDArray[np.uint8], Floats, Floats, Floats], task: ProofTask
) -> tuple[NDArray[np.generic], ...]:
    """Return the least prices of one shard over the whole network (see `least_prices`)."""
    board, allowed, seconds, theta, others = shared
    none, nothing = np.empty(0, np.int32), np.empty(0)
    corridors = Corridors(
        first=task.first,
        departure=task.departure,
        base=task.base,
        onward=none,  # no kernel of the proof follows the links of a corridor
        ride_first=np.zeros(1, np.int64),
        ride_join=none,
        ride_price=nothing,
        start=np.empty(0, np.uint8),
    )
    found: tuple[NDArray[np.generic], ...] = least_prices(
        board, task.freight._replace(allowed=allowed), seconds, corridors, theta, task.u, others,
        task.known, 0, len(task.known), _MOST_NEW,
    )  # fmt: skip
    return found
