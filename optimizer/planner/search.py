"""Find a good plan and improve it: re-routing at true marginal price, then ruin and recreate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.planner.board import NEVER
from optimizer.planner.dag_kernels import (
    MOST_LEGS,
    chain_price,
    mark_roomless,
    plan_price,
    sweep,
)
from optimizer.planner.lanes import spread
from optimizer.planner.ruin_kernels import base_prices, board_all, improve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.planner.board import Board, Floats, Freight, Ints
    from optimizer.planner.corridors import Corridors, Found

# How much of the evenly shared price stands in for the marginal one, sweep by sweep: early on a
# unit that is still empty must not be charged to the first shipment alone.
_BLENDS = (0.5, 0.3, 0.15, 0.05)
_SWEEPS = 6  # at true marginal prices, fewer if nothing changes
_HOT, _COLD = 0.25, 0.0008  # temperatures relative to the mean price of a shipment
_NOISE = 1e-9
_TAKEN = 10  # shipments that one step takes off at most
_CLEARED = 30  # the same where it makes room
_LEAST_PRICE = 1e-9  # where nobody is served yet, or all carriage is free: heats are never zero


class Search:
    """A plan over corridors that only gets better; unit limits are always kept."""

    def __init__(self, board: Board, freight: Freight, found: Found, *, seed: int) -> None:
        shipments, departures = len(freight.mass_kg), len(board.service)
        self.chains = np.full((shipments, MOST_LEGS), -1, np.int32)
        self.legs = np.zeros(shipments, np.int32)
        self._board, self._freight, self._c = board, freight, found.corridors
        self._servable = found.servable
        self._least = found.least
        self._kg, self._m3 = np.zeros(departures), np.zeros(departures)
        self._price = np.zeros(departures)
        self._random = np.random.default_rng(seed)
        self._now: tuple[Ints, Ints] | None = None  # where annealing stands
        self.value = self._measured()

    def _measured(self) -> float:
        """Return the price of the plan from its chains alone; loads are counted anew."""
        value, over = plan_price(
            self._c, self._board, self._freight, self.chains, self.legs, self._kg, self._m3
        )
        if over:
            raise AssertionError(f"{over} departures above their units")
        return float(value)

    def sweep(self, share: float = 0.0) -> int:
        """Re-route every shipment once, heavy and far ones first; return how many changed."""
        order = self._servable.astype(np.int64)
        if self.legs.any():
            order = order[self._random.permutation(len(order))]
        else:
            order = order[np.argsort(-self._least[order], kind="stable")]
        changed = sweep(
            self._c, self._board, self._freight, order, share,
            self.chains, self.legs, self._kg, self._m3, self._price,
        )  # fmt: skip
        self.value = self._measured()
        return int(changed)

    def begin_with(self, departures: list[Ints]) -> None:
        """Take over a former plan, shipment by shipment where it still fits."""
        for k, taken in enumerate(departures):
            lo, hi = self._c.first[k], self._c.first[k + 1]
            if len(taken) and hi > lo:
                self._take_over(k, taken[::-1], int(lo), int(hi))
        self._price[:] = self._unit_prices(self._kg, self._m3)
        self.value = self._measured()

    def _take_over(self, k: int, taken: Ints, lo: int, hi: int) -> None:
        """Put one shipment on a chain, last leg first, if it is in its corridor and has room."""
        c, board, freight = self._c, self._board, self._freight
        at = lo + np.searchsorted(c.departure[lo:hi], taken)
        if (at >= hi).any() or (c.departure[np.minimum(at, hi - 1)] != taken).any():
            return
        chain = at.astype(np.int32)
        whole = chain_price(c, chain, len(chain), lo, np.zeros(hi - lo))
        kg, m3 = self._kg[taken] + freight.mass_kg[k], self._m3[taken] + freight.volume_m3[k]
        j = board.service[taken]
        load = np.maximum(kg / board.unit_kg[j], m3 / board.unit_m3[j])
        if whole >= NEVER or (load > board.units_max[taken] + _NOISE).any():
            return
        self.chains[k, : len(chain)], self.legs[k] = chain, len(chain)
        self._kg[taken], self._m3[taken] = kg, m3

    def start(self) -> float:
        """Make a first plan; return its price."""
        for share in () if self.legs.any() else _BLENDS:
            self.sweep(share)
        for _ in range(_SWEEPS):
            if not self.sweep():
                break
        return self.value

    def sweep_some(self, chosen: Ints) -> None:
        """Re-route some shipments once."""
        sweep(
            self._c, self._board, self._freight, chosen.astype(np.int64), 0.0,
            self.chains, self.legs, self._kg, self._m3, self._price,
        )  # fmt: skip
        self.value = self._measured()

    def moved_to(self, found: Found) -> Search:
        """Return the same plan over other corridors, which hold all its departures."""
        moved = Search(self._board, self._freight, found, seed=0)
        moved._random = self._random
        old, new = self._c, found.corridors
        for k in np.flatnonzero(self.legs):
            legs, lo, hi = self.legs[k], new.first[k], new.first[k + 1]
            wanted = old.departure[self.chains[k, :legs]]
            moved.chains[k, :legs] = lo + np.searchsorted(new.departure[lo:hi], wanted)
        moved.legs[:] = self.legs
        moved.value = moved._measured()
        moved._price[:] = moved._unit_prices(moved._kg, moved._m3)
        return moved

    def anneal(
        self,
        steps: int,
        heats: tuple[float, float] = (_HOT, _COLD),
        *,
        go_on: bool = False,
        around: Ints | None = None,
    ) -> float:
        """Improve by so many steps of ruin and recreate; return the price of the best plan.

        Heats, first and last, are relative to the mean price of a shipment. `go_on` continues from
        where the last call stood, which need not be the best plan. `around` limits whom a step
        begins with, and routes them first.
        """
        usable = self._servable if around is None else around
        if not len(usable) or steps < 1:
            return self.value
        if not go_on or self._now is None:
            self._now = (self.chains.copy(), self.legs.copy())
        chains, legs = self._now
        loads = (np.zeros_like(self._kg), np.zeros_like(self._m3))
        value, _ = plan_price(self._c, self._board, self._freight, chains, legs, *loads)
        base = np.empty(len(legs))
        base_prices(self._c, self._freight, chains, legs, base)
        head = np.full(len(self._board.service), -1, np.int64)
        after, before = np.full(chains.size, -1, np.int64), np.full(chains.size, -1, np.int64)
        board_all(self._c, chains, legs, head, after, before)
        prices = self._unit_prices(*loads)
        served = legs > 0
        paid = float(base[served].sum() + prices.sum())
        mean = max(_LEAST_PRICE, paid / max(1, int(served.sum())))
        most = _TAKEN if around is None else _CLEARED
        gained, best_chains, best_legs, _ = improve(
            self._c, self._board, self._freight, usable, chains, legs, base,
            (*loads, prices, head, after, before), steps, min(most, len(self._servable)),
            heats[0] * mean, heats[1] * mean, int(around is not None),
            int(self._random.integers(2**31)),
        )  # fmt: skip
        if value + gained < self.value:
            self.chains, self.legs = best_chains, best_legs
            self.value = self._measured()
            self._price[:] = self._unit_prices(self._kg, self._m3)
        return self.value

    def _unit_prices(self, kg: Floats, m3: Floats) -> Floats:
        board, used = self._board, np.flatnonzero(kg > 0)
        j = board.service[used]
        load = np.maximum(kg[used] / board.unit_kg[j], m3[used] / board.unit_m3[j])
        prices = np.zeros(len(kg))
        prices[used] = opened_prices(load, board.full[j], board.part[j])
        return prices

    @property
    def room(self) -> Floats:
        """Units that each departure still takes, (S,)."""
        board = self._board
        j = board.service
        load = np.maximum(self._kg / board.unit_kg[j], self._m3 / board.unit_m3[j])
        return np.maximum(0.0, board.units_max - load)

    def aboard(self, corridors: Corridors, of: Ints) -> Ints:
        """Return whom others meet on the departures of their corridors."""
        wanted = np.zeros(len(self._kg), bool)
        wanted[corridors.departure[spread(corridors.first, of)]] = True
        held = np.arange(MOST_LEGS) < self.legs[:, None]
        met = np.zeros_like(held)
        met[held] = wanted[self._c.departure[self.chains[held]]]
        return np.flatnonzero(met.any(axis=1)).astype(np.int32)

    @property
    def unserved(self) -> Ints:
        """Shipments that could be served in time, and are not."""
        left: Ints = self._servable[self.legs[self._servable] == 0]
        return left

    @property
    def roomless(self) -> Ints:
        """Those of the unserved that are not left for their price: no chain has room for them."""
        left = self.unserved
        found = np.zeros(len(left), bool)
        mark_roomless(self._c, self._board, self._freight, left, self._kg, self._m3, found)
        chosen: Ints = left[found]
        return chosen

    def departures(self) -> list[Ints]:
        """Return the departures of each shipment's chain, first leg first."""
        c, chains = self._c, self.chains
        return [c.departure[chains[k, :n][::-1]] for k, n in enumerate(self.legs)]


def opened_prices(load: Floats, full: Floats, part: Floats) -> NDArray[np.float64]:
    """Return the price of units for loads: whole units, and the rest as part load if less."""
    noise = 1e-9
    whole = np.floor(load + noise)
    rest = load - whole
    last = np.where(rest > noise, np.minimum(full, part * rest), 0.0)
    return whole * full + last
