"""Corridors and chains against all chains there are, found leg by leg from the records."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer import Scenario
from optimizer.planner.bounds import Ascent, Prices
from optimizer.planner.compile import compiled
from optimizer.planner.corridor_kernels import FOUND
from optimizer.planner.corridors import Corridors, Width, build, least_seconds, replaced
from optimizer.planner.dag_kernels import MOST_LEGS, best_chain, chain_price
from optimizer.planner.shards import Threads
from optimizer.planner.weights import weights_of
from optimizer.prices import lateness_eur, shipment_price_eur, units_needed
from optimizer.problem import booked_in_time, latest_arrival, may_carry
from optimizer.scenarios import Objective
from optimizer.timetable import boarding_time
from optimizer.whole_timetable import with_whole_timetable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from data.freight import Shipment
    from optimizer.timetable import Departure

COST = Scenario(objective=Objective(mode="cost"))
ALL = Width(factor=1e9, most=10**6)
SEEDS = range(200, 214)
FEW = 40  # departures: few enough to list all chains
MOST_CHAINS = 400  # of one shipment; seeds with more are left out
MOST_BEGUN = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A problem over few departures, its arrays, and all chains of each shipment by number."""

    problem: Any
    arrays: Any
    chains: list[list[tuple[int, ...]]]

    def rest_eur(self, shipment: Shipment, chain: tuple[int, ...]) -> float:
        """Return what a chain costs apart from the units of its departures."""
        services = [self.problem.services[self.departure(d).service_id] for d in chain]
        total = sum(
            shipment_price_eur(s.price, shipment.mass_kg, shipment.volume_m3) for s in services
        )
        for a, b in pairwise(services):
            transfer = self.problem.transfers[a.destination_hub, a.mode, b.mode]
            total += transfer.cost_eur_per_t * shipment.mass_kg / 1000
        arrives = self.problem.delivered_at(self.departure(chain[-1]))
        return float(total + lateness_eur(shipment, arrives))

    def shared_eur(self, shipment: Shipment, d: int) -> float:
        """Return a departure's unit price for a shipment, shared evenly."""
        service = self.problem.services[self.departure(d).service_id]
        full = (service.price.eur_per_unit or 0.0) + service.price.surcharge_eur_per_unit
        return float(full * units_needed(service, shipment.mass_kg, shipment.volume_m3))

    def even_eur(self, shipment: Shipment, chain: tuple[int, ...]) -> float:
        """Return the price of a chain, units shared evenly."""
        shared = sum(self.shared_eur(shipment, d) for d in chain)
        return self.rest_eur(shipment, chain) + shared

    def departure(self, d: int) -> Departure:
        """Return the record of a departure."""
        found: Departure = self.arrays.departures[d]
        return found


def chains_of(  # noqa: C901  (one walk)
    problem: Any, departures: Any, shipment: Shipment
) -> Iterator[tuple[int, ...]]:
    """Yield all chains of a shipment in time, by a walk over the records."""
    fits = [
        not may_carry(problem.services[d.service_id], shipment)
        and booked_in_time(problem.services[d.service_id], shipment, d.departs_at)
        for d in departures
    ]
    begun: list[tuple[int, ...]] = [()]
    for _ in range(MOST_BEGUN):
        if not begun:
            return
        chain = begun.pop()
        if chain:
            last = departures[chain[-1]]
            service = problem.services[last.service_id]
            here, mode = service.destination_hub, service.mode
            if here == shipment.destination and problem.delivered_at(last) <= latest_arrival(
                shipment
            ):
                yield chain
        else:
            here, mode = shipment.origin, ""
        for n, d in enumerate(departures):
            onward = problem.services[d.service_id]
            if not fits[n] or onward.origin_hub != here or n in chain:
                continue
            if d.departs_at > latest_arrival(shipment):
                continue
            if mode:
                transfer = problem.transfers.get((here, mode, onward.mode))
                if transfer is None or d.departs_at < boarding_time(last.arrives_at, transfer):
                    continue
            elif d.departs_at < problem.picked_up_at(shipment):
                continue
            begun.append((*chain, n))
    yield from [()] * (MOST_CHAINS + 1)  # too many to walk


@pytest.fixture
def case(drawn: Any) -> Callable[[int], Case | None]:
    """Return cases by a seed; none where there are too many chains to list."""

    def make(seed: int) -> Case | None:
        departures, problem = with_whole_timetable(drawn(seed, shipments=5).read(COST).problem)
        few = departures[:: max(1, len(departures) // FEW)]
        arrays = compiled(problem, few, weights_of(problem, "cost"))
        listed = []
        for shipment in problem.shipments:
            chains: list[tuple[int, ...]] = []
            for chain in chains_of(problem, arrays.departures, shipment):
                chains.append(chain)
                if len(chains) > MOST_CHAINS:
                    return None
            listed.append(chains)
        return Case(problem=problem, arrays=arrays, chains=listed)

    return make


@pytest.fixture
def cases(case: Any) -> list[Case]:
    """Cases of many seeds; most of them with shipments that have a choice."""
    if not _CASES:
        _CASES.extend(c for c in map(case, SEEDS) if c is not None)
    assert sum(len(chains) > 1 for c in _CASES for chains in c.chains) > len(_CASES) >= 4
    return _CASES


_CASES: list[Case] = []  # listed once: nothing changes them


def corridors_of(case: Case, width: Width) -> Any:
    """Return corridors of a case."""
    board, freight = case.arrays.board, case.arrays.freight
    return build(board, freight, least_seconds(board), width, Threads())


def test_least_price_is_that_of_the_cheapest_of_all_chains(cases: list[Case]) -> None:
    """Times, cut-offs, bookings, tariffs and lateness are all in this one number."""
    for c in cases:
        found = corridors_of(c, ALL)
        for k, shipment in enumerate(c.problem.shipments):
            assert (found.status[k] == FOUND) == bool(c.chains[k])
            if c.chains[k]:
                wanted = min(c.even_eur(shipment, chain) for chain in c.chains[k])
                assert found.least[k] == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("factor", [1.0, 1.3, 3.0])
def test_corridor_keeps_just_the_departures_of_chains_within_the_limit(
    cases: list[Case], factor: float
) -> None:
    """One departure less, and a good chain is lost; one more, and the search is slower."""
    for c in cases:
        found = corridors_of(c, Width(factor=factor, most=10**6))
        held = found.corridors
        for k, shipment in enumerate(c.problem.shipments):
            kept = set(held.departure[held.first[k] : held.first[k + 1]].tolist())
            prices = {chain: c.even_eur(shipment, chain) for chain in c.chains[k]}
            limit = factor * min(prices.values(), default=0.0)
            surely = {d for chain, p in prices.items() if p <= limit for d in chain}
            at_most = {d for chain, p in prices.items() if p <= limit + 1e-5 for d in chain}
            assert surely <= kept <= at_most


def test_corridors_over_what_has_room_know_only_chains_with_room(cases: list[Case]) -> None:
    """Repairs route who found no place over the rest of the network, and over no full departure."""
    r = np.random.default_rng(5)
    changed = 0
    for c in cases:
        board, freight = c.arrays.board, c.arrays.freight
        room = np.where(r.random(len(board.service)) < 0.7, 1e6, 0.0)
        found = build(board, freight, least_seconds(board), ALL, Threads(), room=room)
        for k, shipment in enumerate(c.problem.shipments):
            with_room = [x for x in c.chains[k] if all(room[d] for d in x)]
            assert (found.status[k] == FOUND) == bool(with_room)
            changed += len(with_room) < len(c.chains[k])
            if with_room:
                wanted = min(c.even_eur(shipment, chain) for chain in with_room)
                assert found.least[k] == pytest.approx(wanted, abs=1e-6)
    assert changed > len(cases)


def test_replaced_corridors_are_what_building_them_at_once_gives(cases: list[Case]) -> None:
    """Some from a newer set, the others as they were; none where the newer set found nothing."""
    for c in cases:
        board, freight, seconds = c.arrays.board, c.arrays.freight, least_seconds(c.arrays.board)
        narrow = build(board, freight, seconds, Width(factor=1.0), Threads())
        wide = build(board, freight, seconds, ALL, Threads())
        count = len(freight.mass_kg)
        some = np.arange(count - 1, -1, -2).astype(np.int32)
        merged = replaced(narrow, some, build(board, freight, seconds, ALL, Threads(), only=some))
        nowhere = build(
            board, freight, seconds, ALL, Threads(), only=some, room=np.zeros(len(board.service))
        )
        same = replaced(narrow, some, nowhere).corridors
        for name in Corridors._fields:
            assert np.array_equal(getattr(same, name), getattr(narrow.corridors, name))
        for k in range(count):
            want = wide if k in some else narrow
            assert merged.status[k] == want.status[k]
            for name in ("departure", "base", "onward", "start"):
                column, wanted = getattr(merged.corridors, name), getattr(want.corridors, name)
                a, b = merged.corridors.first[k : k + 2], want.corridors.first[k : k + 2]
                assert np.array_equal(column[slice(*a)], wanted[slice(*b)])
            for name in ("ride_join", "ride_price"):
                column, wanted = getattr(merged.corridors, name), getattr(want.corridors, name)
                a = merged.corridors.ride_first[merged.corridors.first[k : k + 2]]
                b = want.corridors.ride_first[want.corridors.first[k : k + 2]]
                assert np.array_equal(column[slice(*a)], wanted[slice(*b)])


def test_best_chain_under_any_prices_is_the_cheapest_of_all(cases: list[Case]) -> None:
    """The bound and each move of the search stand on this pass over a corridor."""
    r = np.random.default_rng(3)
    for c in cases:
        found = corridors_of(c, ALL)
        held = found.corridors
        for k, shipment in enumerate(c.problem.shipments):
            lo, hi = held.first[k], held.first[k + 1]
            extra = r.uniform(0, 500, hi - lo) * (r.random(hi - lo) < 0.8)
            reached, came = np.empty(hi - lo), np.empty(hi - lo, np.int32)
            chain = np.empty(MOST_LEGS, np.int32)
            least, legs = best_chain(held, lo, hi, extra, reached, came, chain)
            if not c.chains[k]:
                continue
            extra_of = dict(zip(held.departure[lo:hi].tolist(), extra, strict=True))
            kept = [x for x in c.chains[k] if set(x) <= set(extra_of)]
            assert len(kept) == len(c.chains[k]) or not found.least[k]
            wanted = min(c.rest_eur(shipment, x) + sum(extra_of[d] for d in x) for x in kept)
            assert least == pytest.approx(wanted, abs=1e-6)
            assert chain_price(held, chain, legs, lo, extra) == pytest.approx(least, abs=1e-6)
            assert tuple(held.departure[chain[:legs][::-1]].tolist()) in c.chains[k]


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("most", [2, 4, 1000])
def test_proof_finds_the_least_of_all_chains_at_any_prices(
    cases: list[Case], most: int, *, whole: bool
) -> None:
    """Corridors are a guess; the proof looks at every chain, also at those that they left out.

    Pairs of a corridor pay `u`, all others what others pay: the sum of the least over all chains
    must be what the proof says, or the bound is false.
    """
    r = np.random.default_rng(5)
    for c in cases:
        board, freight = c.arrays.board, c.arrays.freight
        held = corridors_of(c, Width(factor=1.5, most=most)).corridors
        drawn_u = r.uniform(0.0, 2.0, len(held.departure))
        prices = Prices(u=drawn_u, theta=r.uniform(0, 1, len(board.service)))
        ascent = Ascent(board, freight, held, prices, Threads(), whole=whole)
        ascent.climb(0.0)
        u, theta = ascent.best_prices.u, ascent.best_prices.theta
        proof = ascent.prove(least_seconds(board), Threads())
        total = float(ascent.value.sum())
        for k, shipment in enumerate(c.problem.shipments):
            lo, hi = held.first[k], held.first[k + 1]
            if lo == hi:
                continue
            u_of = dict(zip(held.departure[lo:hi].tolist(), u[lo:hi], strict=True))
            found = [
                c.rest_eur(shipment, chain)
                + sum(
                    u_of.get(d, proof.others[d]) * mixed_eur(c, shipment, d, theta[d])
                    for d in chain
                )
                for chain in c.chains[k]
            ]
            total += min(freight.unserved[k], *found)
        assert proof.value == pytest.approx(total, rel=1e-8, abs=1e-5)


def mixed_eur(case: Case, shipment: Shipment, d: int, theta: float) -> float:
    """Return the evenly shared price of a load that mixes mass and volume."""
    service = case.problem.services[case.departure(d).service_id]
    full = (service.price.eur_per_unit or 0.0) + service.price.surcharge_eur_per_unit
    by_mass = shipment.mass_kg / service.unit_capacity_kg
    by_volume = shipment.volume_m3 / service.unit_capacity_m3
    return float(full * (theta * by_mass + (1 - theta) * by_volume))


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_a_narrow_corridor_still_holds_a_whole_chain(cases: list[Case], most: int) -> None:
    """Where many departures are equally good, cutting off the later ones must not cut the end."""
    for c in cases:
        found = corridors_of(c, Width(factor=2.0, most=most))
        held = found.corridors
        for k, chains in enumerate(c.chains):
            kept = set(held.departure[held.first[k] : held.first[k + 1]].tolist())
            legs = min((len(x) for x in chains), default=0)
            if chains and legs <= most:
                assert any(set(chain) <= kept for chain in chains), (k, most)


def test_equally_good_departures_leave_room_for_the_last_leg(world: Any) -> None:
    """A truck each hour and one late flight: a corridor of trucks alone brings nobody anywhere."""
    world.service("TRUCK-CN")["schedule"] = "every:1h"
    world.service("FLIGHT")["schedule"] = "weekly:Wed 22:00"
    departures, problem = with_whole_timetable(world.read(COST).problem)
    arrays = compiled(problem, departures, weights_of(problem, "cost"))
    found = corridors_of(
        Case(problem=problem, arrays=arrays, chains=[]), Width(factor=2.0, most=12)
    )
    services = {departures[d].service_id for d in found.corridors.departure}
    assert services == {"TRUCK-CN", "FLIGHT", "TRUCK-EU"}
