"""A network without time: everything happens at one instant, and only the design is chosen."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from optimizer import Plan, Scenario
from optimizer.audit import audit
from optimizer.intake import read_problem
from optimizer.itineraries import usable_departures
from optimizer.problem import Problem  # noqa: TC001  (as the fixtures beside it)
from optimizer.scenarios import Objective
from optimizer.solve import Effort, solve
from optimizer.solvers.static import choose_static, is_design
from tests.optimizer.conftest import World, table_text

COST = Scenario(objective=Objective(mode="cost"))
NOON, LATER = "2026-01-05T12:00Z", "2026-01-05T18:00Z"
Arc = tuple[str, str, float, float, float]  # from, to, EUR/t, capacity in t, EUR to open
Freight = tuple[str, str, float]  # from, to, t

# A ring one way round, and a dear way across.
RING: tuple[Arc, ...] = (
    ("A", "B", 1, 10, 50),
    ("B", "C", 1, 10, 50),
    ("C", "D", 1, 10, 50),
    ("D", "A", 1, 10, 50),
    ("A", "C", 1, 10, 400),
)


class Static(World):
    """A design of arcs and freight, as a problem folder."""

    def network(self, arcs: tuple[Arc, ...], **more: Any) -> None:
        names = sorted({end for arc in arcs for end in arc[:2]})
        self.hubs = [
            (n, "road", n, "DE", 0.0, -140 + i / 1e4, "UTC", "HUB-SITE", "DE")
            for i, n in enumerate(names)
        ]
        self.transfers = [
            {"hub_id": n, "from_mode": "road", "to_mode": "road", "hours": 0} for n in names
        ]
        self.services = [
            {
                "service_id": f"{tail}{head}{number}",
                "carrier": "Carrier",
                "mode": "road",
                "origin_hub": tail,
                "destination_hub": head,
                "distance_km": 10,
                "distance_kind": "sfd",
                "duration_h": 0,
                "unit_capacity_kg": 1000 * capacity,
                "unit_capacity_m3": 1e6,
                "cost_per_unit": fixed,
                "cost_per_t": cost,
                "toc_id": "ROAD-ARTIC33-AVG",
            }
            | more
            for number, (tail, head, cost, capacity, fixed) in enumerate(arcs, start=1)
        ]
        self.dates = [
            {"service_id": s["service_id"], "departs_at": NOON, "arrives_at": NOON, "units_max": 1}
            for s in self.services
        ]

    def freight(self, rows: tuple[Freight, ...], **more: Any) -> None:
        self.shipments = [
            {
                "shipment_id": f"K{number}",
                "origin": origin,
                "destination": destination,
                "mass_kg": 1000 * tonnes,
                "volume_m3": 0.001,
                "ready_at": NOON,
                "due_at": LATER,
            }
            | more
            for number, (origin, destination, tonnes) in enumerate(rows, start=1)
        ]

    def problem(self) -> Problem:
        intake = self.read(COST)
        (self.folder / "departures.csv").write_text(table_text(self.dates), "utf-8")
        intake = read_problem(self.folder, self.catalogue, self.factors, COST)
        assert not intake.refused
        return intake.problem

    def plan(self) -> Plan:
        plan = solve(self.problem())
        audit(plan).raise_if_failed()
        return plan


@pytest.fixture
def static(world: World) -> Static:
    return Static(world.folder, world.catalogue, world.factors)


def chain(plan: Plan, name: str = "K1") -> list[str]:
    return [
        leg.service_id
        for leg in plan.legs
        if leg.line.element.shipment_id == name and leg.service_id
    ]


def test_departures_at_one_instant_follow_each_other(static: Static) -> None:
    """Each is caught although the next leaves in the same minute, in whatever order they stand."""
    static.network(RING)
    static.freight((("A", "D", 5),))
    static.dates.reverse()
    problem = static.problem()
    departures = problem.departures()
    assert len(departures) == len(RING)
    usable = usable_departures(problem, departures, problem.shipments[0])
    assert {d.service_id[:2] for d in usable} == {"AB", "BC", "CD", "AC"}
    assert chain(solve(problem)) == ["AB1", "BC2", "CD3"]


def test_an_arrival_before_its_departure_is_refused(static: Static) -> None:
    """No time is fine, less than none is not."""
    static.network(RING)
    static.freight((("A", "D", 5),))
    static.read(COST)
    static.dates[0]["arrives_at"] = "2026-01-05T11:59Z"
    (static.folder / "departures.csv").write_text(table_text(static.dates), "utf-8")
    refused = read_problem(static.folder, static.catalogue, static.factors, COST).refused
    assert [(r.column, r.code) for r in refused] == [("arrives_at", "times")]


def test_limits_on_units_stand_from_the_start(static: Static, monkeypatch: Any) -> None:
    """The last date of a service cannot be relieved by a later one, so one solve is enough."""
    static.network((*RING, ("A", "D", 1, 4, 1)))
    static.freight((("A", "D", 5), ("A", "D", 4)))
    solves: list[Any] = []

    def counted(*asked: Any) -> Any:
        solves.append(asked)
        return choose_static(*asked)

    monkeypatch.setattr("optimizer.solvers.mip.choose_static", counted)
    plan = static.plan()
    assert len(solves) == 1
    assert chain(plan, "K1") == ["AB1", "BC2", "CD3"]
    assert chain(plan, "K2") == ["AD6"]


def test_no_capacity_leaves_freight_behind(static: Static) -> None:
    """Forced: what no arc can take in one piece is left, as too large."""
    static.network(RING)
    static.freight((("A", "D", 11),))
    (left,) = static.plan().unserved
    assert left.reason_code == "too_large"


def test_a_cycle_of_no_duration_does_not_count_as_used(static: Static) -> None:
    """A ring beside the way costs nothing here, and a shipment that must use it must go there."""
    ring = (("X", "Y", 0, 10, 0), ("Y", "X", 0, 10, 0))
    static.network((("A", "B", 1, 10, 5), ("A", "X", 1, 10, 70), ("X", "B", 1, 10, 70), *ring))
    static.freight((("A", "B", 5),), must_use="XY4")
    assert chain(static.plan()) == ["AX2", "XY4", "YX5", "XB3"]
    static.freight((("A", "B", 5),), must_use="Y")
    assert "XY4" in chain(static.plan())
    static.network((("A", "B", 1, 10, 5), ("A", "C", 1, 10, 70), ("C", "B", 1, 10, 70), *ring))
    (left,) = static.plan().unserved
    assert left.reason_code in {"must_use", "capacity"}


def test_a_cycle_that_costs_nothing_is_dropped(static: Static) -> None:
    """Free arcs invite circulations; a chain is a path all the same."""
    free = tuple((a, b, 0.0, 10.0, 0.0) for a, b in itertools.permutations("ABCD", 2))
    static.network(free)
    static.freight((("A", "D", 5), ("B", "C", 5), ("C", "A", 5)))
    plan = static.plan()
    assert not plan.unserved
    for name in ("K1", "K2", "K3"):
        assert len(chain(plan, name)) == len(set(chain(plan, name)))


def brute_force_eur(arcs: tuple[Arc, ...], freight: tuple[Freight, ...]) -> float:
    """Cheapest cost over every simple path of every shipment."""

    def paths(here: str, end: str, seen: tuple[str, ...]) -> Any:
        if here == end:
            yield ()
        for number, (tail, head, *_) in enumerate(arcs):
            if tail == here != end and head not in seen:
                for rest in paths(head, end, (*seen, head)):
                    yield (number, *rest)

    best = float("inf")
    ways = [[None, *paths(a, b, (a,))] for a, b, _ in freight]
    for chosen in itertools.product(*ways):
        load, cost = [0.0] * len(arcs), 0.0
        for way, (_, _, tonnes) in zip(chosen, freight, strict=True):
            cost += 50_000 * tonnes + 20_000 if way is None else 0.0
            for number in way or ():
                load[number] += tonnes
                cost += arcs[number][2] * tonnes
        if all(x <= arc[3] for x, arc in zip(load, arcs, strict=True)):
            cost += sum(arc[4] for x, arc in zip(load, arcs, strict=True) if x)
            best = min(best, cost)
    return best


def random_design(seed: int) -> tuple[tuple[Arc, ...], tuple[Freight, ...]]:
    chance = random.Random(seed)  # noqa: S311  (small worlds, no secrets)
    arcs = tuple(
        (
            a,
            b,
            float(chance.randint(1, 9)),
            float(chance.randint(3, 9)),
            10.0 * chance.randint(1, 9),
        )
        for a, b in itertools.permutations("ABCD", 2)
        if chance.random() < 0.8
    )
    places = sorted({place for arc in arcs for place in arc[:2]})
    freight = []
    for _ in range(3):
        origin, destination = chance.sample(places, 2)
        freight.append((origin, destination, float(chance.randint(1, 5))))
    return arcs, tuple(freight)


@pytest.mark.parametrize("seed", range(6))
def test_equals_brute_force(static: Static, seed: int) -> None:
    """Complete enumeration of paths gives the same cost, to the cent."""
    arcs, freight = random_design(seed)
    static.network(arcs)
    static.freight(freight)
    plan = static.plan()
    assert plan.status == "optimal"
    assert plan.costs.total / 100 == pytest.approx(brute_force_eur(arcs, freight), abs=0.02)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("divisible", ["yes", "no"])
def test_the_design_and_the_flow_model_agree(
    static: Static, monkeypatch: Any, seed: int, divisible: str
) -> None:
    """Two models of one problem, written apart: arrays without time, and the dated network."""
    arcs, freight = random_design(seed)
    static.network(arcs)
    static.freight(freight, divisible=divisible)
    problem = static.problem()
    assert is_design(
        problem, problem.departures(), frozenset(d.departure_id for d in problem.departures())
    )
    compact = static.plan()
    monkeypatch.setattr("optimizer.solvers.mip.is_design", lambda *_: False)
    dated = static.plan()
    assert compact.costs.total == pytest.approx(dated.costs.total, abs=2)


def test_a_large_design_is_searched_and_bounded(static: Static, monkeypatch: Any) -> None:
    """The search finds what the whole model proves, here where both can be had."""
    arcs, freight = random_design(1)
    static.network(arcs)
    static.freight(freight)
    whole = static.plan()
    monkeypatch.setattr("optimizer.solvers.search.SMALL", 0)
    searched = static.plan()
    assert searched.costs.total == whole.costs.total
    assert searched.levels[0].lower_bound <= whole.levels[0].value
    assert searched.levels[0].lower_bound > 0


def test_two_modes_change_where_a_hub_offers_it(static: Static) -> None:
    """A change of mode is an arc of its own: dear by handling, and absent where none is offered."""
    static.network((("A", "B", 1, 10, 5), ("B", "C", 1, 10, 5), ("A", "C", 1, 10, 500)))
    static.services[1] |= {"mode": "rail", "toc_id": "RAIL-ELECTRIC-DE"}
    static.freight((("A", "C", 5),))
    assert chain(static.plan()) == ["AC3"]
    change = {"hub_id": "B", "from_mode": "road", "to_mode": "rail", "hours": 0, "cost_per_t": 9}
    static.transfers.append(change)
    plan = static.plan()
    assert chain(plan) == ["AB1", "BC2"]
    assert plan.costs.hubs == 4500
    change["cost_per_t"] = 1000
    assert chain(static.plan()) == ["AC3"]


def test_a_time_limit_marks_the_plan(static: Static) -> None:
    """Seconds are an option, and no two runs need agree."""
    static.network(RING)
    static.freight((("A", "D", 5),))
    assert not solve(static.problem(), effort=Effort(time_limit_s=30)).deterministic
