"""The formulas of the planner's kernels, each against all possibilities of a small case."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from optimizer.planner.board import NEVER, NO_LIMIT
from optimizer.planner.dual_kernels import (
    cells_of,
    knapsack,
    most_cells,
    room_for_whole,
    whole_items,
)
from optimizer.planner.exact_kernels import _least_beside
from optimizer.planner.kernels import opened_price

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

CELLS = 400
NOISE = 1e-6  # relative to the price of a full unit
DRAWS = 1_500


class Case(NamedTuple):
    """A departure with a few items that pay `u` times the evenly shared price."""

    full: float
    part: float
    units_max: float
    u: NDArray[np.float64]  # falling
    load: NDArray[np.float64]  # in units
    other: float  # u of any further freight

    def least(self, *, beside: bool) -> float:
        """Return the least of unit price minus prices collected, over all subsets of the items.

        With other freight `beside` them, loads of it at which the price has a kink are tried, and
        a few hundred between.
        """
        best = 0.0
        for taken in itertools.chain.from_iterable(
            itertools.combinations(range(len(self.u)), n) for n in range(len(self.u) + 1)
        ):
            chosen = list(taken)
            own = float(self.load[chosen].sum())
            collected = float((self.u[chosen] * self.load[chosen]).sum()) * self.full
            for load in self._loads(own) if beside else (own,):
                if load <= self.units_max + 1e-9:
                    paid = collected + self.other * self.full * (load - own)
                    best = min(best, opened_price(load, self.full, self.part) - paid)
        return best

    def _loads(self, own: float) -> Iterator[float]:
        yield own
        yield from np.linspace(own, own + 3, 61)
        yield from (np.ceil(own) + n for n in range(4))
        if self.units_max < NO_LIMIT:
            yield max(own, self.units_max)


def cases() -> Iterator[Case]:
    """Draw departures with and without part loads and limits, and items of all sizes."""
    r = np.random.default_rng(7)
    for _ in range(DRAWS):
        full = float(r.choice([1.0, 100.0, 1000.0]))
        factor = float(r.choice([1.0, 1.3, 2.0, 5.0, 0.0]))
        count = int(r.integers(1, 6))
        yield Case(
            full=full,
            part=full * factor if factor else NEVER,
            units_max=float(r.choice([1.0, 2.0, 3.0, NO_LIMIT])),
            u=np.sort(r.uniform(0.0, 2.5, count))[::-1].copy(),
            load=r.choice([0.1, 0.25, 0.5, 1.0, float(r.uniform(0.02, 1.3))], count),
            other=float(r.choice([0.0, 0.3, 0.7, 0.95, 1.0])),
        )


def exact_price(load: float, full: float, part: float) -> float:
    """Return the least price of whole units and at most one part load that hold a load."""
    whole = int(np.ceil(load - 1e-9))
    found = [whole * full]
    if part < NEVER:
        found += [n * full + part * max(0.0, load - n) for n in range(whole) if load - n <= 1]
    return min(found)


def test_opened_price_is_least_of_whole_units_and_a_part_load() -> None:
    """Units are opened as cheaply as a load allows; a whole unit's load never costs more."""
    for full, part in ((100.0, NEVER), (100.0, 100.0), (100.0, 130.0), (0.0, 0.0), (40.0, 900.0)):
        for load in (*np.linspace(0.0, 3.2, 65), 1.0, 2.0, 1 + 1e-12, 2 - 1e-12, 501.5):
            wanted = exact_price(load, full, part)
            assert opened_price(load, full, part) == pytest.approx(wanted, abs=1e-6)


def test_opened_price_never_falls_as_loads_grow() -> None:
    """A falling price would make marginal prices negative, which the scans do not allow for."""
    for part in (NEVER, 100.0, 140.0, 500.0):
        prices = [opened_price(load, 100.0, part) for load in np.linspace(0, 4, 2001)]
        assert (np.diff(prices) >= -1e-6).all()


def test_knapsack_in_fractions_never_above_the_least_of_all_subsets() -> None:
    """Fractions relax subsets: standing above their least would overstate the bound."""
    for case in cases():
        alone = case._replace(other=0.0)
        least, at = knapsack(*alone[:5], len(case.u), 0.0)
        assert least <= alone.least(beside=False) + NOISE * case.full, alone
        assert 0.0 <= at <= min(case.units_max, case.load.sum()) + 1e-9


def test_knapsack_beside_other_freight_never_above_the_least() -> None:
    """Other freight fills a unit that is paid already, also one opened by a part load alone.

    With items to 1.2 units and part loads that cost a unit from half a unit on, the rest of the
    second unit is free: stopping at 1.5 units is too early.
    """
    for case in cases():
        least, _ = knapsack(*case[:5], len(case.u), case.other)
        assert least <= case.least(beside=True) + NOISE * case.full, case


def test_whole_items_never_above_and_near_the_least_of_all_subsets() -> None:
    """Rounding loads down to cells may only lower the value, and by little."""
    gain, took = room_for_whole(10, whole=True)
    close = 0
    for case in cases():
        alone, count = case._replace(other=0.0), len(case.u)
        least, _ = whole_items(*alone[:5], count, CELLS, gain, took)
        wanted = alone.least(beside=False)
        assert least <= wanted + NOISE * case.full, alone
        close += least >= wanted - 0.05 * case.full
    assert close > 0.9 * DRAWS


def test_whole_items_beside_other_freight_never_above_the_least() -> None:
    """What others may pay is derived from this value: too high, and the bound is false."""
    gain, took = room_for_whole(10, whole=True)
    for case in cases():
        count = len(case.u)
        whole_items(*case[:5], count, CELLS, gain, took)
        reach = most_cells(case.units_max, case.load, count, CELLS)
        least = _least_beside(case.full, case.part, case.units_max, gain, reach, CELLS, case.other)
        assert least <= case.least(beside=True) + NOISE * case.full, case


def test_items_are_taken_whole_only_within_the_room_for_it() -> None:
    """More cells or items than there is room for would write beyond the arrays."""
    gain, took = room_for_whole(1_000, whole=True)
    for total in (0.5, 5.0, 19.0, 21.0, 150.0, 400.0):
        for number in (1, 50, len(took) - 1, len(took), 10_000):
            cells = cells_of(total, number, took)
            assert cells == 0 or (total * cells < len(gain) and number < len(took))
