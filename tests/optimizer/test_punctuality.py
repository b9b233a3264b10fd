"""How sure an arrival is: sums by hand, a second computation, a chance that is wanted."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.findings import Verdict
from data.network_schemas import PUNCTUALITY
from optimizer import Scenario
from optimizer.audit import audit
from optimizer.errors import ProblemError
from optimizer.punctuality import Delay, Delays, Forecast, OnTime, grid_of, shipped_delays
from optimizer.scenarios import Objective, Robustness
from optimizer.solve import solve

COST = Scenario(objective=Objective(mode="cost"))
NEVER_LATE = (0.0, 0.0, 0.0, 0.0)


def delay(
    mode: str,
    *quantiles: float,
    missed: float = 0.0,
    hub_id: str = "",
    service_id: str = "",
) -> Delay:
    return Delay(
        mode=mode,
        hub_id=hub_id,
        service_id=service_id,
        from_km=0.0,
        quantiles_h=quantiles,
        missed_share=missed,
    )


def told(row: OnTime) -> float:
    """Return a probability that is known."""
    assert row.probability is not None
    return row.probability


def certain(problem: Any, **by_mode: Delay) -> Any:
    """Give a problem delays of its own, and none where no mode is named."""
    rows = {m: delay(m, *NEVER_LATE) for m in ("road", "air", "sea", "rail")} | by_mode
    return replace(problem, delays=Delays(own=tuple(rows.values())))


def only_a(world: Any, **change: Any) -> None:
    world.shipments = [world.shipments[0] | change]


def chance(world: Any, **by_mode: Delay) -> float:
    """Return the chance of shipment A on its cheapest chain, told and audited."""
    only_a(world, **getattr(world, "change", {}))
    plan = solve(certain(world.read(COST).problem, **by_mode))
    audit(plan).raise_if_failed()
    (row,) = plan.punctuality
    assert row.probability is not None
    return row.probability


def wanted(least: float) -> Scenario:
    return replace(COST, robustness=Robustness(min_on_time_probability=least))


# --- the sums -----------------------------------------------------------------------------------


def test_what_is_never_late_is_surely_in_time(world: Any) -> None:
    """Trivial: no delay, probability one, and all arrivals as planned."""
    only_a(world)
    (row,) = solve(certain(world.read(COST).problem)).punctuality
    assert row.probability == 1.0
    assert row.p50_at == row.p90_at == row.planned_at


def test_the_last_carriage_alone_is_a_straight_line(world: Any) -> None:
    """The store is reached on Sunday 17:00; with 20 h in hand and delays to 40 h, 80 % of them."""
    world.change = {"due_at": "2023-06-05T13:00+02:00"}
    for quantiles, share in (((0, 20, 30, 40), 0.8), ((10, 30, 35, 40), 0.65)):
        last = delay("road", *quantiles, service_id="TRUCK-EU")
        assert chance(world, last=last) == pytest.approx(share)


def test_a_late_truck_misses_the_flight_and_takes_the_next(world: Any) -> None:
    """Ready at 20:00 of Thursday for Friday 22:00; 26 h in hand, then a day later at the store."""
    only_a(world, due_at="2023-06-04T20:00+02:00")
    late = delay("road", 0.0, 0.0, 0.0, 0.0)
    problem = certain(world.read(COST).problem, road=late)
    own = (delay("road", 0, 52.0, 104.0, 208.0, service_id="TRUCK-CN"), *problem.delays.own)
    plan = solve(replace(problem, delays=Delays(own=own)))
    first, flown = plan.legs[0], plan.legs[2]
    in_hand = (flown.departs_at - first.arrives_at).total_seconds() / 3600 - 12
    (row,) = plan.punctuality
    assert row.probability == pytest.approx(0.5 + 0.3 * in_hand / 52, abs=1e-6)
    assert row.p90_at is not None
    assert (row.p90_at - row.planned_at) % timedelta(days=1) == timedelta()


def test_freight_left_behind_takes_a_day_each_time(world: Any) -> None:
    """A tenth is left for the next flight, a hundredth for the one after."""
    world.change = {"due_at": "2023-06-05T18:00+02:00"}  # one day in hand, not two
    got = chance(world, air=delay("air", *NEVER_LATE, missed=0.1))
    assert got == pytest.approx(0.9 + 0.1 * 0.9)


def test_delays_of_three_carriages_add_up_as_enumerated(world: Any) -> None:
    """By hand: every combination of quarter hours of three delays, missed flights included."""
    only_a(world, due_at="2023-06-05T00:30+02:00")
    rows = {"road": delay("road", 0.5, 1.0, 13.0, 30.0), "air": delay("air", 0.0, 1.0, 2.0, 4.0)}
    plan = solve(certain(world.read(COST).problem, **rows))
    first, flown, last = (x for x in plan.legs if x.service_id)
    road, air = (grid_of(rows[m].quantiles_h) for m in ("road", "air"))
    quarter = timedelta(minutes=15)
    total = []
    for (i, p), (j, q), (k, r) in product(enumerate(road), enumerate(air), enumerate(road)):
        ready = first.arrives_at + i * quarter + timedelta(hours=12)
        leaves = flown.departs_at
        while leaves < ready:
            leaves += timedelta(days=1)
        onward = leaves + timedelta(hours=13) + j * quarter + timedelta(hours=6)
        came = max(onward, last.departs_at) + timedelta(hours=30) + k * quarter
        total.append(p * q * r * (came <= plan.problem.shipments[0].due_at))
    (row,) = plan.punctuality
    assert row.probability == pytest.approx(math.fsum(total), abs=2e-6)
    assert 0.1 < math.fsum(total) < 0.9


def test_opening_hours_hold_late_freight(world: Any) -> None:
    """An hour too late for the gate is a night too late for the shipment."""
    only_a(world, due_at="2023-06-05T20:00+02:00")
    world.opening = {"STORE": "Mon-Sat 09:00-17:00"}
    last = delay("road", 0.0, 24.0, 26.0, 40.0, service_id="TRUCK-EU")
    plan = solve(certain(world.read(COST).problem, last=last))
    audit(plan).raise_if_failed()
    (row,) = plan.punctuality
    # On Sunday 17:00 at the earliest: 24 h later the gate shuts, whatever the due date says.
    assert row.probability == pytest.approx(0.8, abs=1e-6)


quantiles = st.lists(st.floats(0, 50), min_size=4, max_size=4).map(
    lambda q: tuple(sorted(round(x, 2) for x in q))
)


@given(quantiles)
def test_a_grid_of_delays_is_a_distribution_that_never_flatters(q: tuple[float, ...]) -> None:
    """It adds up to one, and by no moment has more come than the table says."""
    grid = grid_of(q)
    assert grid.sum() == pytest.approx(1.0)
    assert (grid >= 0).all()
    for share, hours in zip((0.5, 0.8, 0.95, 1.0), q, strict=True):
        by = grid[: int(hours / 0.25) + 1].sum()
        last = max(s for s, h in zip((0.5, 0.8, 0.95, 1.0), q, strict=True) if h == hours)
        assert by <= last + 1e-9, share


@given(quantiles, quantiles, st.floats(0, 0.5))
@settings(max_examples=40, deadline=None)
def test_the_audit_finds_the_same_chance_backward(
    q: tuple[float, ...], w: tuple[float, ...], missed: float
) -> None:
    """Two computations, one from each end of a chain, agree to the sixth decimal."""
    problem, s, chain = _three_legs()
    rows = (delay("road", *q), delay("air", *w, missed=round(missed, 2)))
    problem = replace(problem, delays=Delays(own=rows))
    from optimizer.recheck_chances import _Backward  # noqa: PLC0415  (its own door is a whole plan)

    forward = Forecast(problem).on_time(s, chain).probability
    found = _Backward(problem, s, chain).chance()
    assert forward is not None
    assert found is not None
    assert forward == pytest.approx(found, abs=2e-6)


_KEPT: list[Any] = []


def _three_legs() -> Any:
    return _KEPT[0]


@pytest.fixture(autouse=True, scope="module")
def kept_plan(tmp_path_factory: pytest.TempPathFactory, catalogue: Any, factors: Any) -> None:
    """Solve one small world for the tests that only need a chain of three legs."""
    _KEPT.clear()
    _KEPT.append(_solved(tmp_path_factory.mktemp("kept"), catalogue, factors))


def _solved(folder: Any, catalogue: Any, factors: Any) -> Any:
    import importlib.util  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    spec = importlib.util.spec_from_file_location("small", Path(__file__).with_name("conftest.py"))
    assert spec
    assert spec.loader
    small = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(small)
    world = small.World(folder / "world", catalogue, factors)
    only_a(world, due_at="2023-06-05T12:00+02:00")
    world.opening = {"FRA": "Mon-Sun 04:00-23:00"}
    plan = solve(world.read(COST).problem)
    opened = {u.departure.departure_id: u.departure for u in plan.uses}
    chain = [opened[x.departure_id] for x in plan.legs if x.departure_id]
    return plan.problem, plan.problem.shipments[0], chain


# --- where delays hold --------------------------------------------------------------------------


def test_the_narrowest_row_counts_and_own_rows_come_first(world: Any) -> None:
    """A service's own row, then its hub's, then its mode's; any own row before a shipped one."""
    problem = world.read().problem
    flight, truck = problem.services["FLIGHT"], problem.services["TRUCK-EU"]
    assert problem.delays.of(flight).mode == "air"
    assert problem.delays.of(truck).from_km == 600  # 1,800 km: several days
    shipped = problem.delays.shipped
    mode, hub = delay("air", 1, 1, 1, 1), delay("air", 2, 2, 2, 2, hub_id="FRA")
    service = delay("air", 3, 3, 3, 3, service_id="FLIGHT")
    assert Delays(own=(mode, service, hub), shipped=shipped).of(flight) == service
    assert Delays(own=(mode, hub), shipped=shipped).of(flight) == hub
    assert Delays(own=(mode,), shipped=(service, *shipped)).of(flight) == mode
    assert Delays(own=(delay("sea", 1, 1, 1, 1),)).of(flight) is None


def test_a_problem_brings_its_own_table(world: Any) -> None:
    """Good rows go before ours, rows about nothing or with falling quantiles are refused."""
    world.folder.mkdir()
    (world.folder / "punctuality.csv").write_text(
        "mode,hub_id,service_id,p50_h,p80_h,p95_h,p100_h\n"
        "air,FRA,,1,2,3,4\nair,XXX,,1,2,3,4\nair,,NONE,1,2,3,4\nroad,,,5,4,6,7\n",
        "utf-8",
    )
    intake = world.read()
    assert intake.problem.delays.own == (delay("air", 1, 2, 3, 4, hub_id="FRA"),)
    assert [(f.row, f.code) for f in intake.refused] == [
        (3, "unknown_hub"),
        (4, "unknown_service"),
        (5, "bad_value"),
    ]


def test_shipped_delays_cover_every_mode_and_rise(catalogue: Any) -> None:
    """Quantiles that fall would be no distribution; a mode without a row would have no chance."""
    rows = shipped_delays(catalogue.table("network/punctuality.csv", PUNCTUALITY).rows)
    assert {r.mode for r in rows} == {"road", "rail", "sea", "air", "iww"}
    for r in rows:
        assert list(r.quantiles_h) == sorted(r.quantiles_h)


def test_shipped_delays_of_ships_fit_what_was_published(catalogue: Any) -> None:
    """64.2 % within a day and 4.34 days for those that are later (April 2023)."""
    rows = shipped_delays(catalogue.table("network/punctuality.csv", PUNCTUALITY).rows)
    grid = grid_of(next(r for r in rows if r.mode == "sea").quantiles_h)
    day = 24 * 4
    assert grid[: day + 1].sum() == pytest.approx(0.642, abs=0.01)
    late = sum(p * i / 4 for i, p in enumerate(grid) if i > day) / grid[day + 1 :].sum()
    assert late / 24 == pytest.approx(4.34, abs=0.05)


def test_a_carriage_without_delays_on_record_is_unknown(world: Any) -> None:
    """Not one, and not zero: nobody knows."""
    only_a(world)
    plan = solve(replace(world.read(COST).problem, delays=Delays()))
    audit(plan).raise_if_failed()
    assert [p.probability for p in plan.punctuality] == [None]


# --- a chance that is wanted --------------------------------------------------------------------


def late_flights(problem: Any, **rows: Delay) -> Any:
    """Flights of the cheap airline are late by up to two days, of the other never."""
    cheap = delay("air", 0.0, 24.0, 36.0, 48.0, service_id="FLIGHT")
    problem = certain(problem, **rows)
    return replace(problem, delays=Delays(own=(cheap, *problem.delays.own)))


def with_a_surer_flight(world: Any) -> None:
    world.services.append(
        world.service("FLIGHT") | {"service_id": "SURE", "carrier": "Sure", "cost_per_t": 4000}
    )
    for row in world.shipments:
        row["due_at"] = "2023-06-05T12:00+02:00"


def flights(plan: Any) -> dict[str, str]:
    return {
        x.line.element.shipment_id: x.service_id for x in plan.legs if x.line.element.mode == "air"
    }


def test_a_chance_that_all_chains_have_changes_nothing(world: Any) -> None:
    """Trivial: what is wanted is kept anyway."""
    plain = solve(certain(world.read(COST).problem))
    plan = solve(certain(world.read(wanted(1.0)).problem))
    assert [x.line for x in plan.legs] == [x.line for x in plain.legs]


def test_a_chance_that_no_chain_has_leaves_freight_and_says_so(world: Any) -> None:
    """Forced: only the late airline flies, and 99 % are wanted."""
    for row in world.shipments:
        row["due_at"] = "2023-06-05T12:00+02:00"
    plan = solve(late_flights(world.read(wanted(0.99)).problem))
    audit(plan).raise_if_failed()
    assert {u.reason_code for u in plan.unserved} == {"punctuality"}
    assert "the surest chain is in time with" in plan.unserved[0].reason


def test_a_wanted_chance_buys_the_surer_flight(world: Any) -> None:
    """Otherwise feasible: dearer, and no more than the chance demands."""
    with_a_surer_flight(world)
    plain = solve(late_flights(world.read(COST).problem))
    assert flights(plain) == {"A": "FLIGHT", "B": "FLIGHT"}
    assert all(told(p) < 0.9 for p in plain.punctuality)
    plan = solve(late_flights(world.read(wanted(0.9)).problem))
    audit(plan).raise_if_failed()
    assert flights(plan) == {"A": "SURE", "B": "SURE"}
    assert plan.status == "optimal"
    other = [a for a in plan.alternatives if a.rank and "FLIGHT" in a.itinerary.services]
    assert all("wanted 90.0 %" in a.why_not for a in other)


def test_a_wanted_chance_keeps_freight_from_waiting_for_others(world: Any) -> None:
    """The same services a day later are cheaper together, and no longer sure enough.

    Alone, shipment A leaves on Thursday with a day in hand; with C it would leave on Friday.
    """
    world.shipments = [
        world.shipments[0] | {"due_at": "2023-06-06T12:00+02:00"},
        world.shipments[0]
        | {
            "shipment_id": "C",
            "ready_at": "2023-06-02T08:00+08:00",
            "due_at": "2023-06-12T12:00+02:00",
        },
    ]
    rows = {"air": delay("air", 0.0, 0.0, 20.0, 40.0)}
    plain = solve(certain(world.read(COST).problem, **rows))
    trucks = [u for u in plain.uses if u.departure.service_id == "TRUCK-EU"]
    assert [len(plain.uses), trucks[0].full_units] == [3, 1]  # all together
    a_chance = next(p.probability for p in plain.punctuality if p.shipment_id == "A")
    assert a_chance is not None
    assert a_chance < 0.99
    plan = solve(certain(world.read(wanted(0.99)).problem, **rows))
    audit(plan).raise_if_failed()
    assert not plan.unserved
    assert plan.costs.total > plain.costs.total
    assert next(told(p) for p in plan.punctuality if p.shipment_id == "A") >= 0.99


def test_the_cuts_leave_the_best_plan_that_is_sure_enough(world: Any) -> None:
    """Exact: the optimum over services equals trying each flight for each shipment by force."""
    with_a_surer_flight(world)
    world.services.append(
        world.service("FLIGHT")
        | {
            "service_id": "MIDDLE",
            "carrier": "Middle",
            "cost_per_t": 3500,
            "schedule": "daily:09:00",
        }
    )
    for least in (0.5, 0.7, 0.86, 0.95):
        problem = late_flights(world.read(wanted(least)).problem)
        middle = delay("air", 0.0, 10.0, 20.0, 40.0, service_id="MIDDLE")
        problem = replace(problem, delays=Delays(own=(middle, *problem.delays.own)))
        plan = solve(problem)
        audit(plan).raise_if_failed()
        costs = []
        for a, b in product(("FLIGHT", "MIDDLE", "SURE"), repeat=2):
            forced = tuple(
                replace(s, must_use=(name,))
                for s, name in zip(problem.shipments, (a, b), strict=True)
            )
            tried = solve(replace(problem, shipments=forced))
            if not tried.unserved:
                costs.append(tried.costs.total)
        assert plan.costs.total == min(costs)


def test_the_audit_finds_a_chance_told_wrongly_and_one_too_low(world: Any) -> None:
    """Both halves of the rule."""
    with_a_surer_flight(world)
    plan = solve(late_flights(world.read(COST).problem))

    def verdict(p: Any) -> Verdict:
        return {f.code: f.verdict for f in audit(p).findings}["AUD-19"]

    assert verdict(plan) is Verdict.PASS
    row = replace(plan.punctuality[0], probability=told(plan.punctuality[0]) + 0.001)
    assert verdict(replace(plan, punctuality=(row, *plan.punctuality[1:]))) is Verdict.FAIL
    strict = replace(plan, problem=replace(plan.problem, scenario=wanted(0.9)))
    assert verdict(strict) is Verdict.FAIL


def test_a_wanted_chance_and_divisible_freight_are_refused_together(world: Any) -> None:
    """Parts of a shipment take chains that no cut would see whole."""
    world.shipments[0]["divisible"] = "yes"
    with pytest.raises(ProblemError, match="one of the two"):
        solve(world.read(wanted(0.5)).problem)
