"""Whole loads in units of several kinds: as cheap as proven, by counting where that is possible."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from optimizer.errors import LoadingError
from optimizer.loading.geometry import Interior, Item, Rules
from optimizer.loading.several import UnitKind, load_units
from optimizer.loading.validate import validate
from optimizer.solvers.assignment import Kind, assigned, least_cost, least_cost_of

LARGE, SMALL = Kind(100, (10, 100)), Kind(60, (6, 50))


def kept(loads: list[tuple[int, int]], kinds: list[Kind], answer: object) -> bool:
    """Tell whether no unit holds too much and the cost is that of the units."""
    units, place = answer.kinds, answer.units  # type: ignore[attr-defined]
    for u, k in enumerate(units):
        held = [load for load, at in zip(loads, place, strict=True) if at == u]
        if any(sum(x[m] for x in held) > kinds[k].room[m] for m in range(2)):
            return False
    return answer.cost == sum(kinds[k].cost for k in units)  # type: ignore[attr-defined,no-any-return]


def by_counting(loads: list[tuple[int, int]], kinds: list[Kind]) -> int:
    """Return the least cost of every way to put few loads into units."""
    best = 10**9
    for place in product(range(len(loads)), repeat=len(loads)):
        cost = 0
        for u in set(place):
            held = [load for load, at in zip(loads, place, strict=True) if at == u]
            sums = [sum(x[m] for x in held) for m in range(2)]
            fits = [k.cost for k in kinds if all(a <= b for a, b in zip(sums, k.room, strict=True))]
            cost += min(fits, default=10**9)
        best = min(best, cost)
    return best


def test_numbers_beyond_the_solver_are_no_proof() -> None:
    """Prices whose sums overflow it leave nothing proven, instead of the way that is known."""
    vast = [Kind(10**18, (10, 10)), Kind(2 * 10**18, (10, 10))]
    assert least_cost_of([(6, 6)] * 8, vast, known=8 * 10**18, seed=1) is None
    assert least_cost([48, 48], vast) is None
    many = [Kind(1, (10, 10), most=10**12), Kind(2, (10, 10))]
    assert least_cost_of([(6, 6)] * 3, many, known=3, seed=1) == 3


@pytest.mark.parametrize("seed", range(12))
def test_no_way_of_few_loads_is_cheaper(seed: int) -> None:
    r = np.random.default_rng(seed)
    loads = [(int(r.integers(1, 7)), int(r.integers(5, 50))) for _ in range(5)]
    answer = assigned(loads, [LARGE, SMALL])
    assert kept(loads, [LARGE, SMALL], answer)
    assert answer.proven
    assert answer.cost == by_counting(loads, [LARGE, SMALL])


@pytest.mark.parametrize("seed", range(4))
def test_sixty_shipments_on_three_trucks_are_proven(seed: int) -> None:
    r = np.random.default_rng(seed)
    loads = [(4 * int(r.integers(1, 9)), int(r.integers(300, 9001))) for _ in range(60)]
    kinds = [Kind(100, (136, 25_000)), Kind(78, (96, 18_000)), Kind(60, (96, 14_000))]
    answer = assigned(loads, kinds)
    assert kept(loads, kinds, answer)
    assert answer.bound <= answer.cost
    assert answer == assigned(loads, kinds)
    assert answer.bound >= (least_cost([sum(x[m] for x in loads) for m in range(2)], kinds) or 0)


def test_set_that_holds_the_sum_and_not_the_loads_is_refused_with_a_proof() -> None:
    """Three loads of 6 fill 18 of 20, yet no two of them share a unit of 10."""
    answer = assigned([(6, 1)] * 3, [LARGE])
    assert (answer.cost, answer.bound) == (300, 300)
    assert least_cost([18, 3], [LARGE]) == 200


def test_load_that_only_the_dear_kind_takes_is_proven() -> None:
    kinds = [Kind(1, (30,)), Kind(100, (60,))]
    assert (assigned([(50,)], kinds).cost, assigned([(50,)], kinds).bound) == (100, 100)
    assert least_cost_of([(50,)], kinds, known=100) == 100
    assert least_cost_of([(20,)] * 3, kinds, known=3) == 3
    assert least_cost_of([(20,)], kinds, known=100) == 1


def test_units_on_offer_may_be_too_few() -> None:
    with pytest.raises(LoadingError, match="do not hold all loads"):
        assigned([(6, 1)] * 3, [LARGE._replace(most=2)])
    with pytest.raises(LoadingError, match=r"load 2, \(11, 1\), goes into no kind"):
        assigned([(1, 1), (11, 1)], [LARGE, SMALL])
    assert least_cost([18, 3], [LARGE._replace(most=1)]) is None


def test_load_plan_of_two_kinds_says_what_it_costs_at_least() -> None:
    large = Interior(unit_code="large", size_mm=(10, 10, 10), payload_g=1000)
    small = Interior(unit_code="small", size_mm=(5, 10, 10), payload_g=500)
    kinds = [UnitKind(interior=large, cost=10.0), UnitKind(interior=small, cost=6.5)]
    boxes = Item(item_id="b", shipment_id="s", quantity=3, size_mm=(5, 10, 10), mass_g=100)
    plan = load_units(kinds, [boxes])
    assert (plan.cost, plan.least_cost) == (16_500, 16_500)
    assert validate(plan, Rules()).ok
    many = load_units(kinds, [Item(item_id="b", shipment_id="s", quantity=300, size_mm=(5, 2, 2),
                                   mass_g=1)])  # fmt: skip
    assert many.least_cost is not None
    assert many.cost is not None
    assert many.least_cost <= many.cost
