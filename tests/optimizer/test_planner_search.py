"""The search keeps its books, obeys units, repeats itself, and can be stopped at any moment."""

from __future__ import annotations

import importlib
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer import Scenario
from optimizer.audit import audit
from optimizer.planner.compile import compiled
from optimizer.planner.corridor_kernels import FOUND
from optimizer.planner.corridors import Width, build, least_seconds
from optimizer.planner.dag_kernels import plan_price
from optimizer.planner.effort import work_of
from optimizer.planner.engine import Work, plan
from optimizer.planner.ruin_kernels import base_prices, board_all, improve
from optimizer.planner.search import Search, opened_prices
from optimizer.planner.shards import Threads
from optimizer.planner.weights import weights_of
from optimizer.problem import leaving_eur
from optimizer.scenarios import Objective
from optimizer.solve import Effort, Hands, solve
from optimizer.solvers.mip import choose
from optimizer.whole_timetable import with_whole_timetable

if TYPE_CHECKING:
    from collections.abc import Callable

COST = Scenario(objective=Objective(mode="cost"))
SEEDS = range(300, 304)
CROWD = 60  # shipments: enough to fill units and to share them
SQUEEZED = Width(factor=1.0, most=20)


def arrays_of(world: Any) -> Any:
    """Return the arrays of a world, priced by cost."""
    departures, problem = with_whole_timetable(world.read(COST).problem)
    return compiled(problem, departures, weights_of(problem, "cost"))


def found_of(arrays: Any) -> Any:
    """Return corridors of all shipments."""
    seconds = least_seconds(arrays.board)
    return build(arrays.board, arrays.freight, seconds, Width(factor=4.0), Threads())


def test_books_kept_step_by_step_equal_those_counted_anew(drawn: Any) -> None:
    """Thousands of moves add and subtract: what is left must be the loads of the plan itself."""
    for seed in SEEDS:
        arrays = arrays_of(drawn(seed, shipments=CROWD))
        board, freight, found = arrays.board, arrays.freight, found_of(arrays)
        c = found.corridors
        search = Search(board, freight, found, seed=1)
        search.start()
        chains, legs = search.chains.copy(), search.legs.copy()
        kg, m3 = np.zeros(len(board.service)), np.zeros(len(board.service))
        before, over = plan_price(c, board, freight, chains, legs, kg, m3)
        assert over == 0
        base = np.empty(len(legs))
        base_prices(c, freight, chains, legs, base)
        load = np.maximum(kg / board.unit_kg[board.service], m3 / board.unit_m3[board.service])
        price = opened_prices(load, board.full[board.service], board.part[board.service])
        head = np.full(len(board.service), -1, np.int64)
        after, back = np.full(chains.size, -1, np.int64), np.full(chains.size, -1, np.int64)
        board_all(c, chains, legs, head, after, back)
        state = (kg, m3, price, head, after, back)
        usable = found.servable
        gained, best_chains, best_legs, _ = improve(
            c, board, freight, usable, chains, legs, base, state,
            5_000, min(10, len(usable)), 500.0, 5.0, seed % 2, 1,
        )  # fmt: skip
        again_kg, again_m3 = np.zeros_like(kg), np.zeros_like(m3)
        _, over = plan_price(c, board, freight, chains, legs, again_kg, again_m3)
        assert over == 0
        np.testing.assert_allclose(kg, again_kg, atol=1e-6)
        np.testing.assert_allclose(m3, again_m3, atol=1e-6)
        again = np.empty(len(legs))
        base_prices(c, freight, chains, legs, again)
        np.testing.assert_allclose(base, again, rtol=1e-9, atol=1e-6)
        value, over = plan_price(c, board, freight, best_chains, best_legs, again_kg, again_m3)
        assert over == 0
        assert value == pytest.approx(before + gained, rel=1e-9, abs=1e-4)


def test_value_never_rises_and_is_what_the_chains_cost(drawn: Any) -> None:
    """The best plan is kept whatever annealing tries, also when it goes on from a worse one."""
    for seed in SEEDS:
        arrays = arrays_of(drawn(seed, shipments=CROWD))
        board, freight, found = arrays.board, arrays.freight, found_of(arrays)
        search = Search(board, freight, found, seed=2)
        last = search.start()
        for number in range(6):
            value = search.anneal(300, (1.0, 0.2), go_on=number % 3 > 0)
            kg, m3 = np.zeros(len(board.service)), np.zeros(len(board.service))
            counted, over = plan_price(
                found.corridors, board, freight, search.chains, search.legs, kg, m3
            )
            assert over == 0
            assert value == pytest.approx(counted, rel=1e-12)
            assert value <= last + 1e-6
            last = value


def answer_of(arrays: Any, **how: Any) -> Any:
    """Return an answer of a little counted work."""
    work = replace(work_of("2", len(arrays.freight.mass_kg)), steps=4_000, climbs=24)
    return plan(arrays.board, arrays.freight, work, **{"seed": 5, **how})


def test_who_finds_no_room_in_a_narrow_corridor_is_routed_over_the_rest() -> None:
    """Where everybody wants the same few units, all who can be served still are."""
    synthetic = importlib.import_module("bench.synthetic").synthetic
    for seed in (1, 3):
        made = synthetic(12, 900, seed)
        scarce = np.maximum(1.0, np.floor(0.05 * made.board.units_max))
        board, freight, narrow = made.board._replace(units_max=scarce), made.freight, SQUEEZED
        found = build(board, freight, least_seconds(board), narrow, Threads(), room=scarce)
        search = Search(board, freight, found, seed=1)
        search.start()
        assert len(search.unserved) > 40
        answer = plan(board, freight, Work(rounds=0, width=narrow), seed=1)
        assert all(
            len(d) for d, s in zip(answer.departures, answer.status, strict=True) if s == FOUND
        )
        assert answer.bound <= answer.value


def test_same_seed_same_answer_on_one_thread_and_two(drawn: Any) -> None:
    """Counted work repeats to the bit, whatever the cores: figures can be checked elsewhere."""
    for seed in SEEDS:
        arrays = arrays_of(drawn(seed, shipments=CROWD))
        first = answer_of(arrays)
        for again in (answer_of(arrays), answer_of(arrays, threads=2)):
            assert (first.value, first.bound) == (again.value, again.bound)
            assert [d.tolist() for d in first.departures] == [d.tolist() for d in again.departures]
            assert first.trace == again.trace
            np.testing.assert_array_equal(first.prices.u, again.prices.u)


def test_order_of_shipments_changes_neither_the_first_bound_nor_who_can_be_served(
    drawn: Any,
) -> None:
    """The bound is a property of the problem; the plan found depends on the order of moves."""
    for seed in SEEDS:
        arrays = arrays_of(drawn(seed, shipments=CROWD))
        order = np.random.default_rng(seed).permutation(CROWD)
        columns = {
            name: getattr(arrays.freight, name)[order]
            for name in arrays.freight._fields
            if name != "allowed"
        }
        shuffled = replace(arrays, freight=arrays.freight._replace(**columns))
        one, other = answer_of(arrays), answer_of(shuffled)
        first = [
            next(p.bound for p in answer.trace if p.phase == "first bound")
            for answer in (one, other)
        ]
        assert first[0] == pytest.approx(first[1], rel=1e-9)
        np.testing.assert_array_equal(one.status[order], other.status)
        for a, b in ((one, other), (other, one)):
            assert a.bound <= b.value + 1e-6


def stop_after(polls: int) -> Callable[[], bool]:
    """Return what says stop once it was asked so many times."""
    asked = count()
    return lambda: next(asked) >= polls


def test_a_plan_stopped_at_any_moment_passes_its_audit(
    drawn: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stops gets the best plan so far, with a bound that holds for the finished one."""
    monkeypatch.setattr("optimizer.solve.MOST_EXACT", 0)
    departures, problem = with_whole_timetable(drawn(301).read(COST).problem)
    best = choose(
        problem,
        departures,
        crowded=frozenset(d.departure_id for d in departures),
        effort="large",
        seed=1,
    )
    for polls in (0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89):
        found = solve(problem, effort=Effort(name="2"), hands=Hands(stop=stop_after(polls)))
        audit(found).raise_if_failed()
        hopeless = sum(
            leaving_eur(s) for s in problem.shipments if s.shipment_id in found.unservable
        )
        assert found.levels[0].lower_bound + hopeless <= best.levels[0].value + 1e-6
