"""Each rule of a tour: kept where it is easy, refused where it must be, met where it binds.

All sites lie on one line, 60 km/h, so that a km is a minute and every figure can be checked by eye.
"""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from data import open_catalogue
from emissions import Factors
from optimizer.errors import ProblemError
from optimizer.tours.audit import audit_tours
from optimizer.tours.engine import Effort, open_engine
from optimizer.tours.records import (
    Charger,
    Site,
    Stop,
    TourPlan,
    TourProblem,
    TourVehicle,
    Ways,
)
from optimizer.tours.solve import plan_tours

DAY = datetime(2026, 3, 2, tzinfo=UTC)
ENGINES = ("exact", "ortools", "pyvrp")
FACTORS = Factors.load(open_catalogue())


def stop(name: str, site: int, **more: Any) -> Stop:
    """Make a delivery of 100 kg with a wide window, unless said otherwise."""
    given: dict[str, Any] = {"kind": "delivery", "mass_kg": 100.0, "volume_m3": 1.0}
    given |= {"ready_min": 0.0, "due_min": 1000.0, "shipment_id": name} | more
    return Stop(stop_id=name, site=site, **given)


def van(**more: Any) -> TourVehicle:
    """Make a van with room for everything."""
    given: dict[str, Any] = {"vehicle_id": "van", "count": 3, "depot": 0, "starts_min": 0.0}
    given |= {"ends_min": 1000.0, "capacity_kg": 1000.0, "capacity_m3": 10.0, "km_per_h": 60.0}
    given |= {"fixed_eur": 100.0, "eur_per_km": 1.0}
    return TourVehicle(**(given | more))


def world(at_km: tuple[float, ...], *stops: Stop, **more: Any) -> TourProblem:
    """Make a problem on a line; site 0 is the depot."""
    vehicles = more.pop("vehicles", (van(),))
    return TourProblem(
        sites=tuple(
            Site(hub_id=f"K{i}", name=f"K{i}", lat=0.0, lon=km / 111.0)
            for i, km in enumerate(at_km)
        ),
        stops=stops,
        vehicles=vehicles,
        ways=Ways(km=tuple(tuple(abs(a - b) for b in at_km) for a in at_km)),
        starts_at=DAY,
        **more,
    )


def solved(problem: TourProblem, engine: str) -> TourPlan:
    """Plan with little effort, or skip an engine that is not installed."""
    if engine == "pyvrp":
        pytest.importorskip("pyvrp")
    return plan_tours(problem, open_engine(engine), Effort(name="small"))


def told(plan: TourPlan) -> tuple[int, float, list[str]]:
    """Return tours, km, and why stops are left."""
    return len(plan.tours), round(plan.km, 6), [u.reason_code for u in plan.unserved]


A, B = stop("A", 1), stop("B", 2)
LINE = (0.0, 10.0, 20.0)
EV = {"battery_kwh": 50.0, "kwh_per_km": 1.0, "minutes_per_kwh": 1.0}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("problem", "wanted"),
    [
        pytest.param(world(LINE, A, B), (1, 40.0, []), id="plain"),
        # Windows: B closes before A opens, so one van cannot take A on its way out.
        pytest.param(
            world(LINE, replace(A, ready_min=30.0), replace(B, due_min=25.0)),
            (1, 40.0, []),
            id="window-binds",
        ),
        pytest.param(
            world(LINE, replace(A, due_min=10.0), replace(B, due_min=10.0)),
            (1, 20.0, ["window_missed"]),
            id="window-impossible",
        ),
        pytest.param(
            world((0.0, 10.0, -10.0), replace(A, due_min=10.0), replace(B, due_min=10.0)),
            (2, 40.0, []),
            id="window-needs-two",
        ),
        # Service of 15 minutes at A makes B late.
        pytest.param(
            world(LINE, replace(A, service_min=15.0, due_min=10.0), replace(B, due_min=30.0)),
            (2, 60.0, []),
            id="service-counts",
        ),
        # Mass and volume.
        pytest.param(
            world(LINE, A, B, vehicles=(van(capacity_kg=150.0),)), (2, 60.0, []), id="mass-binds"
        ),
        pytest.param(
            world(LINE, A, B, vehicles=(van(capacity_m3=1.5),)), (2, 60.0, []), id="volume-binds"
        ),
        pytest.param(
            world(LINE, replace(A, mass_kg=2000.0), B), (1, 40.0, ["too_heavy"]), id="too-heavy"
        ),
        pytest.param(
            world(LINE, replace(A, volume_m3=20.0), B), (1, 40.0, ["too_large"]), id="too-large"
        ),
        # What is delivered makes room for what is picked up, and not the other way round.
        pytest.param(
            world(LINE, A, replace(B, kind="pickup"), vehicles=(van(capacity_kg=150.0, count=1),)),
            (1, 40.0, []),
            id="delivery-makes-room",
        ),
        pytest.param(
            world(
                LINE,
                replace(A, ready_min=30.0),
                replace(B, kind="pickup", due_min=25.0),
                vehicles=(van(capacity_kg=150.0),),
            ),
            (2, 60.0, []),
            id="pickup-first-has-no-room",
        ),
        # Shift.
        pytest.param(
            world(LINE, A, B, vehicles=(van(ends_min=30.0),)),
            (1, 20.0, ["shift_too_short"]),
            id="shift-too-short",
        ),
        pytest.param(
            world((0.0, 10.0, -10.0), A, B, vehicles=(van(ends_min=30.0),)),
            (2, 40.0, []),
            id="shift-needs-two",
        ),
        # Fleet.
        pytest.param(
            world(LINE, A, B, vehicles=(van(capacity_kg=150.0, count=1),)),
            (1, 20.0, ["no_vehicle_left"]),
            id="fleet-too-small",
        ),
        pytest.param(
            world(LINE, A, B, vehicles=(van(count=0),)),
            (0, 0.0, ["no_vehicle", "no_vehicle"]),
            id="no-fleet",
        ),
        pytest.param(
            world(LINE, A, B, vehicles=(van(), van(vehicle_id="none", count=0, depot=2))),
            (1, 40.0, []),
            id="kind-without-vehicles",
        ),
        # Range without chargers.
        pytest.param(world(LINE, A, B, vehicles=(van(**EV),)), (1, 40.0, []), id="range-is-enough"),
        pytest.param(
            world((0.0, 20.0, -20.0), A, B, vehicles=(van(**EV),)),
            (2, 80.0, []),
            id="range-needs-two",
        ),
        pytest.param(
            world((0.0, 10.0, 30.0), A, B, vehicles=(van(**EV),)),
            (1, 20.0, ["out_of_range"]),
            id="out-of-range",
        ),
    ],
)
def test_rule_is_kept(problem: TourProblem, wanted: tuple[Any, ...], engine: str) -> None:
    """Every engine leaves, splits and joins alike; what it answers has passed the audit."""
    plan = solved(problem, engine)
    count, km, reasons = told(plan)
    if wanted[2] == ["no_vehicle_left"]:  # which of two equal stops is left is free
        assert (count, reasons) == (wanted[0], wanted[2])
    else:
        assert (count, km, reasons) == wanted
    assert all(u.would_need for u in plan.unserved)


PAIR = (
    stop("P", 1, kind="pickup", pair_id="X", shipment_id="X"),
    stop("D", 2, pair_id="X", shipment_id="X"),
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("problem", "wanted"),
    [
        pytest.param(world(LINE, *PAIR), (1, 40.0, []), id="pair"),
        # Delivered before it could be picked up: neither end is served.
        pytest.param(
            world(LINE, replace(PAIR[0], ready_min=50.0), replace(PAIR[1], due_min=40.0)),
            (0, 0.0, ["window_missed", "window_missed"]),
            id="pair-impossible",
        ),
        # Out to the far pick-up and back to the near delivery, though the near one lies first.
        pytest.param(
            world((0.0, 20.0, 10.0), *PAIR, stop("A", 2)), (1, 40.0, []), id="pair-orders"
        ),
    ],
)
def test_pair_rides_together(problem: TourProblem, wanted: tuple[Any, ...], engine: str) -> None:
    """A pair is one transport: pick-up first, the same vehicle, or not at all."""
    assert told(solved(problem, engine)) == wanted


def charging(recharge: str = "full", **more: Any) -> TourProblem:
    """Make the stop beyond the range of one charge, with a charger half-way."""
    far = stop("F", 1, **more)
    return world(
        (0.0, 40.0, 20.0),
        far,
        vehicles=(van(**(EV | {"battery_kwh": 60.0})),),
        chargers=(Charger(charger_id="CH", site=2, minutes_per_kwh=0.5),),
        recharge=recharge,
    )


@pytest.mark.parametrize("engine", ["exact", "ortools"])
def test_charger_is_put_in_where_it_is_needed(engine: str) -> None:
    """80 km with 60 kWh: one stop at the charger, filled to the brim at the vehicle's own pace."""
    plan = solved(charging(), engine)
    assert told(plan) == (1, 80.0, [])
    (charge,) = (v for v in plan.tours[0].visits if v.kind == "charge")
    assert charge.battery_kwh == pytest.approx(60.0)
    assert charge.leaves_min - charge.begins_min == pytest.approx(charge.charged_kwh)


@pytest.mark.parametrize("engine", ["exact", "ortools"])
def test_partial_recharge_takes_what_is_needed(engine: str) -> None:
    """20 kWh are missing for 80 km; more would only cost time."""
    plan = solved(charging("partial"), engine)
    (charge,) = (v for v in plan.tours[0].visits if v.kind == "charge")
    assert charge.charged_kwh == pytest.approx(20.0)
    assert plan.tours[0].hours == pytest.approx((80 + 20) / 60)


@pytest.mark.parametrize("engine", ["exact", "ortools"])
def test_charging_time_can_be_too_long(engine: str) -> None:
    """A late charge fills the whole battery: 60 minutes; in parts it takes the missing 20."""
    hurried = charging("partial", due_min=50.0)
    assert told(solved(hurried, engine)) == (1, 80.0, [])
    (charge,) = (v for v in solved(replace(hurried, recharge="full"), engine).tours[0].visits[2:3])
    assert charge.kind == "charge"
    assert charge.charged_kwh == pytest.approx(60.0)
    evening = replace(hurried, vehicles=(replace(hurried.vehicles[0], ends_min=105.0),))
    assert told(solved(evening, engine)) == (1, 80.0, [])
    assert told(solved(replace(evening, recharge="full"), engine)) == (0, 0.0, ["out_of_range"])


def test_pyvrp_refuses_what_it_cannot_model() -> None:
    """Charging on tour is not approximated in silence."""
    with pytest.raises(ProblemError, match="charge on tour"):
        open_engine("pyvrp").choose(charging(), Effort())


def test_exact_refuses_what_it_cannot_prove() -> None:
    """A price per hour, or too many stops, is named; nothing is called proven."""
    with pytest.raises(ProblemError, match="price per hour"):
        open_engine("exact").choose(world(LINE, A, vehicles=(van(eur_per_h=30.0),)), Effort())
    many = tuple(stop(f"S{i}", 1) for i in range(13))
    with pytest.raises(ProblemError, match="at most 12"):
        open_engine("exact").choose(world(LINE, *many), Effort())
    paces = (Charger(charger_id="X", site=1, minutes_per_kwh=3.0),)
    problem = charging("partial")
    with pytest.raises(ProblemError, match="2 paces"):
        open_engine("exact").choose(
            replace(problem, chargers=(*problem.chargers, *paces)), Effort()
        )


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"objective": "speed"}, "objective"),
        ({"recharge": "half"}, "recharge"),
        ({"stops": ()}, "at least one stop"),
        ({"stops": (PAIR[0],)}, "one pickup and one delivery"),
        ({"stops": (PAIR[0], replace(PAIR[1], mass_kg=7.0))}, "one mass"),
    ],
)
def test_nonsense_is_refused(change: dict[str, Any], wanted: str) -> None:
    """A problem is complete and whole before an engine sees it."""
    with pytest.raises(ProblemError, match=wanted):
        replace(world(LINE, A), **change)


def test_unknown_engine_and_effort_are_named() -> None:
    """What is not there is said with what is."""
    with pytest.raises(ProblemError, match="ortools, pyvrp, exact"):
        open_engine("gurobi")
    with pytest.raises(ProblemError, match="effort 'much'"):
        _ = Effort(name="much").steps


def test_hours_are_saved_by_leaving_late() -> None:
    """A van that is paid by the hour does not wait at a gate."""
    problem = world(LINE, replace(A, ready_min=100.0), vehicles=(van(eur_per_h=60.0),))
    (tour,) = solved(problem, "ortools").tours
    assert tour.visits[0].leaves_min == pytest.approx(90.0)
    assert tour.cost_eur == pytest.approx(100 + 20 + 20, abs=0.01)


DIESEL = {"vehicle_code": "DIESEL-RIGID-12T", "capacity_kg": 6000.0}


def test_energy_goes_by_load_and_is_shared_by_activity() -> None:
    """Checked by hand: A at 10 km, B at 20 km, 1000 kg each; shares 1 : 2, not by order."""
    heavy = (replace(A, mass_kg=1000.0, due_min=10.0), replace(B, mass_kg=1000.0))
    plan = solved(world(LINE, *heavy, vehicles=(van(**DIESEL),), factors=FACTORS), "exact")
    v = FACTORS.vehicle("DIESEL-RIGID-12T")
    slope = (v.energy_per_km_full - v.energy_per_km_empty) / v.payload_kg
    burnt = 40 * v.energy_per_km_empty + slope * (10 * 2000 + 10 * 1000)
    assert plan.tours[0].energy == pytest.approx(burnt, abs=1e-6)
    shares = {s.stop_ids[0]: s.line.element.fuel_kg for s in plan.shares}
    assert shares["A"] == pytest.approx(burnt / 3, abs=1e-6)
    assert shares["B"] == pytest.approx(burnt * 2 / 3, abs=1e-6)
    fuel = FACTORS.carrier("diesel")
    kg = burnt * (fuel.wtt_kgco2e_per_kg + fuel.ttw_kgco2e_per_kg)
    assert plan.inventory is not None
    assert plan.inventory.physical.wtw_kgco2e == pytest.approx(kg, abs=1e-4)


def test_missing_factor_is_an_error_and_no_zero() -> None:
    """A vehicle that the factor set does not hold emits nothing that we could tell."""
    problem = world(LINE, A, vehicles=(van(vehicle_code="CARGO-BIKE"),), factors=FACTORS)
    with pytest.raises(Exception, match="CARGO-BIKE"):
        solved(problem, "exact")


def _plan() -> TourPlan:
    """Plan a world with a pair, a charge, a factor set, and something left."""
    electric = van(**EV, vehicle_code="EV-RIGID-7T5", grid_id="DE", eur_per_h=0.0)
    problem = world(
        (0.0, 10.0, 20.0, 40.0, 20.0),
        stop("A", 1),
        stop("F", 3),
        replace(PAIR[0], site=1),
        replace(PAIR[1], site=2),
        stop("H", 2, mass_kg=9000.0),
        vehicles=(electric,),
        chargers=(Charger(charger_id="CH", site=4, minutes_per_kwh=1.0),),
        factors=FACTORS,
    )
    return solved(problem, "exact")


def _visit(plan: TourPlan, of: str, **change: Any) -> TourPlan:
    """Change the first visit of a kind."""
    tour = next(t for t in plan.tours if any(v.kind == of for v in t.visits))
    done, visits = False, []
    for v in tour.visits:
        hit = v.kind == of and not done
        visits.append(replace(v, **change) if hit else v)
        done |= hit
    return _tour(plan, tour.tour_id, visits=tuple(visits))


def _tour(plan: TourPlan, tour_id: str, **change: Any) -> TourPlan:
    tours = tuple(replace(t, **change) if t.tour_id == tour_id else t for t in plan.tours)
    return replace(plan, tours=tours)


def _share(plan: TourPlan, **change: Any) -> TourPlan:
    first, *rest = plan.shares
    element = replace(first.line.element, **change)
    return replace(plan, shares=(replace(first, line=replace(first.line, element=element)), *rest))


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("TOUR-01", lambda p: replace(p, unserved=())),
        ("TOUR-01", lambda p: replace(p, unserved=(replace(p.unserved[0], would_need=""),))),
        ("TOUR-01", lambda p: _visit(p, "delivery", node_id="Z")),
        ("TOUR-02", lambda p: _visit(p, "end", site=1)),
        ("TOUR-02", lambda p: _visit(p, "delivery", km=1.0)),
        ("TOUR-03", lambda p: _visit(p, "delivery", begins_min=2000.0)),
        ("TOUR-04", lambda p: _visit(p, "delivery", arrives_min=0.0)),
        ("TOUR-05", lambda p: _visit(p, "start", leaves_min=-5.0)),
        ("TOUR-05", lambda p: _visit(p, "end", arrives_min=5000.0)),
        ("TOUR-06", lambda p: _visit(p, "pickup", load_kg=1.0)),
        ("TOUR-07", lambda p: _visit(p, "pickup", kind="delivery")),
        ("TOUR-08", lambda p: _visit(p, "charge", charged_kwh=500.0)),
        ("TOUR-08", lambda p: _visit(p, "delivery", battery_kwh=99.0)),
        ("TOUR-09", lambda p: _visit(p, "charge", leaves_min=0.0)),
        ("TOUR-09", lambda p: _visit(p, "charge", node_id="elsewhere")),
        ("TOUR-10", lambda p: replace(p, tours=p.tours * 4)),
        ("TOUR-11", lambda p: _tour(p, "T1", cost_eur=1.0)),
        ("TOUR-11", lambda p: _tour(p, "T1", km=1.0)),
        ("TOUR-11", lambda p: _tour(p, "T1", hours=1.0)),
        ("TOUR-12", lambda p: _tour(p, "T1", energy=1.0)),
        ("TOUR-12", lambda p: _tour(p, "T1", energy=None)),
        ("TOUR-13", lambda p: _share(p, energy_kwh=1.0)),
        ("TOUR-13", lambda p: _share(p, mass_kg=1.0)),
        ("TOUR-13", lambda p: _share(p, distance_km=1.0)),
        ("TOUR-13", lambda p: replace(p, shares=p.shares[1:])),
        ("TOUR-13", lambda p: replace(p, inventory=None)),
        ("TOUR-14", lambda p: replace(p, lower_bound=(1e9,))),
        ("TOUR-14", lambda p: replace(p, lower_bound=(1.0,))),
        ("TOUR-14", lambda p: replace(p, lower_bound=None)),
    ],
)
def test_audit_finds_a_planted_fault(code: str, spoil: Any) -> None:
    """A checker is worth something only if it can say no, and says which rule."""
    plan = _plan()
    assert audit_tours(plan).ok
    failed = [f.code for f in audit_tours(spoil(plan)).failed()]
    assert code in failed


def test_audit_sees_a_window_that_moved_in_the_problem() -> None:
    """The audit reads the problem, not what the plan says of it."""
    plan = _plan()
    stops = tuple(replace(s, due_min=0.5) for s in plan.problem.stops)
    failed = audit_tours(replace(plan, problem=replace(plan.problem, stops=stops))).failed()
    assert "TOUR-03" in {f.code for f in failed}


@pytest.mark.parametrize("engine", ["exact", "ortools"])
def test_same_problem_gives_the_same_plan(engine: str) -> None:
    """Work is counted, never timed."""
    first, again = (
        plan_tours(charging(), open_engine(engine), Effort(name="small", seed=3)) for _ in range(2)
    )
    assert dataclasses.asdict(first.tours[0]) == dataclasses.asdict(again.tours[0])
    assert first.deterministic


def test_time_limit_makes_the_answer_not_deterministic() -> None:
    """Seconds depend on the machine, and the plan says so."""
    effort = Effort(name="small", time_limit_s=0.2)
    assert not plan_tours(world(LINE, A), open_engine("ortools"), effort).deterministic
