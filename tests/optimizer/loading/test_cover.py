"""The choice from a pool of loads: the cheapest that carries all."""

from __future__ import annotations

from optimizer.solvers.cover import cheapest_cover


def test_cheapest_loads_that_carry_all_are_chosen() -> None:
    """Two loads of both items cost 6; the pair that the start took costs 7."""
    counts = [[(0, 2)], [(1, 2)], [(0, 1), (1, 1)]]
    cover = cheapest_cover(counts, [3, 4, 3], [2, 2], [0, 0, 0], [None], [1, 1, 0], seed=1)
    assert cover.uses == (0, 0, 2)
    assert cover.proven


def test_units_on_offer_are_a_limit() -> None:
    """With one unit of the cheap kind the dear one carries the rest."""
    counts = [[(0, 1)], [(0, 1)]]
    cover = cheapest_cover(counts, [1, 5], [2], [0, 1], [1, None], [0, 2], seed=1)
    assert cover.uses == (1, 1)
