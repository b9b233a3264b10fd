"""The audit finds every planted fault, by the rule that it breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from data.findings import Verdict
from optimizer import Plan, Scenario
from optimizer.audit import audit
from optimizer.audit_reach import grid_minutes
from optimizer.plan import FrontierPoint, TracePoint
from optimizer.scenarios import Neutrality, Objective
from optimizer.solve import frontier
from optimizer.whole_timetable import _told

COST = Scenario(
    objective=Objective(mode="cost"), neutrality=Neutrality(target=1.0, credit_price_per_t=10)
)
Fault = Callable[[Plan], Plan]


def leg(plan: Plan, index: int, **change: Any) -> Plan:
    legs = list(plan.legs)
    legs[index] = replace(legs[index], **change)
    return replace(plan, legs=tuple(legs))


def element(plan: Plan, index: int, **change: Any) -> Plan:
    line = plan.legs[index].line
    return leg(plan, index, line=replace(line, element=replace(line.element, **change)))


def use(plan: Plan, index: int, **change: Any) -> Plan:
    uses = list(plan.uses)
    uses[index] = replace(uses[index], **change)
    return replace(plan, uses=tuple(uses))


def limited(plan: Plan, **change: Any) -> Plan:
    scenario = plan.problem.scenario
    objective = replace(scenario.objective, **change)
    problem = replace(plan.problem, scenario=replace(scenario, objective=objective))
    return replace(plan, problem=problem)


def earlier(plan: Plan) -> Plan:
    return leg(plan, 0, departs_at=plan.legs[0].departs_at - timedelta(days=2))


def invented(plan: Plan) -> Plan:
    departure = plan.uses[0].departure
    later = replace(departure, departs_at=departure.departs_at + timedelta(hours=1))
    return use(plan, 0, departure=later)


def lighter(plan: Plan) -> Plan:
    line = plan.legs[2].line
    less = replace(line.physical, ttw_mg=line.physical.ttw_mg - 2)
    return leg(plan, 2, line=replace(line, physical=less))


def shut(plan: Plan) -> Plan:
    return replace(plan, problem=replace(plan.problem, closed={"FLIGHT": "closed"}))


def overbound(plan: Plan) -> Plan:
    level = plan.levels[0]
    return replace(plan, levels=(replace(level, lower_bound=level.value + 1),))


def costs(plan: Plan, **change: Any) -> Plan:
    return replace(plan, costs=replace(plan.costs, **change))


def level(plan: Plan, **change: Any) -> Plan:
    return replace(plan, levels=(replace(plan.levels[0], **change), *plan.levels[1:]))


def gapped(plan: Plan) -> dict[str, float]:
    return {"lower_bound": 0.91 * plan.levels[0].value, "gap": 0.09}


def shifted(plan: Plan, one: int, other: int, eur: float) -> Plan:
    """Let one leg pay for another of the same departure: its sum stays."""
    assert plan.legs[one].departure_id == plan.legs[other].departure_id
    plan = leg(plan, one, cost_eur=round(plan.legs[one].cost_eur + eur, 2))
    return leg(plan, other, cost_eur=round(plan.legs[other].cost_eur - eur, 2))


def untraced(plan: Plan) -> Plan:
    bound = plan.levels[0].lower_bound
    point = TracePoint(phase="proof 1", best=bound, bound=0.5 * bound, gap=0.5)
    return replace(plan, trace=(point,))


def hopeless(plan: Plan) -> Plan:
    """Leave A behind, and say that nobody could have served it."""
    return replace(plan, legs=plan.legs[5:], unservable=frozenset({"A", *plan.unservable}))


def unknown(plan: Plan) -> Plan:
    return replace(plan, unservable=frozenset({"GHOST", *plan.unservable}))


def alternative(plan: Plan, rank: int, **change: Any) -> Plan:
    found = list(plan.alternatives)
    n = next(i for i, a in enumerate(found) if a.rank == rank)
    found[n] = replace(found[n], itinerary=replace(found[n].itinerary, **change))
    return replace(plan, alternatives=tuple(found))


def unchosen(plan: Plan) -> Plan:
    return replace(plan, alternatives=plan.alternatives[1:])


def cleaner(plan: Plan) -> Plan:
    kg = plan.alternatives[0].itinerary.physical_kgco2e
    return alternative(plan, 0, physical_kgco2e=kg - 1e-6)


def cheaper_lever(plan: Plan) -> Plan:
    return replace(plan, levers=(replace(plan.levers[0], costs_eur=1.0), *plan.levers[1:]))


FAULTS: list[tuple[str, str, Fault]] = [
    ("AUD-01", "a shipment is dropped", lambda p: replace(p, legs=p.legs[5:])),
    ("AUD-02", "a chain jumps", lambda p: element(p, 2, origin="FACTORY", destination="FRA")),
    ("AUD-03", "departs before ready", earlier),
    ("AUD-04", "a cut-off is missed", lambda p: leg(p, 2, departs_at=p.legs[0].arrives_at)),
    ("AUD-05", "a departure is invented", invented),
    ("AUD-06", "a unit is missing", lambda p: use(p, 1, full_units=0)),
    ("AUD-07", "a load is missing", lambda p: replace(p, loads=p.loads[1:])),
    ("AUD-08", "a closed service is used", shut),
    ("AUD-09", "a price is changed", lambda p: use(p, 0, cost_eur=p.uses[0].cost_eur + 1)),
    ("AUD-10", "CO2e is changed by a milligram", lambda p: use(p, 0, wtw_mg=p.uses[0].wtw_mg + 1)),
    ("AUD-10", "a leg's CO2e is changed", lighter),
    ("AUD-10", "a truck runs on nothing", lambda p: element(p, 0, fuel_kg=0.001)),
    ("AUD-11", "SAF nobody allowed", lambda p: element(p, 2, saf_kg=1.0, saf_pathway="hefa-uco")),
    ("AUD-12", "one credit too few", lambda p: replace(p, credits_t=p.credits_t - 1)),
    ("AUD-13", "the cap is broken", lambda p: limited(p, carbon_cap_kgco2e=1.0)),
    ("AUD-13", "the budget is broken", lambda p: limited(p, budget=1.0)),
    ("AUD-14", "the bound is above the value", overbound),
    ("AUD-14", "nothing was proven", lambda p: replace(p, levels=())),
    ("AUD-09", "nothing is owed for what is left", lambda p: costs(p, unserved_penalty=0)),
    ("AUD-09", "half is owed for what is left", lambda p: costs(p, unserved_penalty=8_500_000)),
    ("AUD-09", "lateness is invented", lambda p: costs(p, lateness=p.costs.lateness + 10**8)),
    ("AUD-09", "a leg travels for nothing", lambda p: leg(p, 2, cost_eur=0.0)),
    ("AUD-09", "handling for another price", lambda p: leg(p, 1, cost_eur=1.0)),
    ("AUD-09", "one shipment pays for another", lambda p: shifted(p, 0, 5, 50.0)),
    ("AUD-14", "optimal beside a gap", lambda p: level(p, **gapped(p), optimal=True)),
    ("AUD-14", "not optimal without one", lambda p: level(p, optimal=False)),
    ("AUD-14", "the bound is raised and the gap is not", lambda p: level(p, gap=0.09)),
    ("AUD-14", "the gap is made smaller", lambda p: level(p, **(gapped(p) | {"gap": 0.01}))),
    ("AUD-14", "a value of another plan", lambda p: level(p, value=p.levels[0].value * 2)),
    ("AUD-14", "a level of another objective", lambda p: level(p, name="time")),
    ("AUD-14", "a bound that the search never had", untraced),
    ("AUD-22", "a shipment that a chain serves is called unservable", hopeless),
    ("AUD-22", "a shipment nobody asked for is called unservable", unknown),
    ("AUD-23", "other chains are called free", lambda p: alternative(p, 0, cost_eur=0.0)),
    ("AUD-23", "other chains are called clean", lambda p: alternative(p, 1, physical_kgco2e=0.0)),
    ("AUD-23", "the chosen chain emits less than its legs", cleaner),
    ("AUD-23", "the chosen chain is not told", unchosen),
    ("AUD-23", "a lever costs less than it says", cheaper_lever),
]  # fmt: skip


def add_choice(world: Any) -> None:
    """Give the world a dearer train, and a shipment that no chain brings in time."""
    train: dict[str, Any] = {
        "service_id": "TRAIN",
        "mode": "rail",
        "emission_basis": "",
        "vehicle_code": "",
    }
    train |= {"toc_id": "RAIL-FREIGHT-GB", "duration_h": 40, "cost_per_unit": 3000}
    world.services.append(world.service("TRUCK-EU") | train)
    world.transfers.append(world.transfers[1] | {"to_mode": "rail"})
    late = {"shipment_id": "LATE", "due_at": "2023-06-01T18:00+02:00"}
    world.shipments.append(world.shipments[0] | late)


@pytest.mark.parametrize(("code", "what", "fault"), FAULTS, ids=[what for _, what, _ in FAULTS])
def test_planted_fault_is_found(world: Any, code: str, what: str, fault: Fault) -> None:
    """A sound plan passes whole; with one fault the rule named for it fails."""
    add_choice(world)
    plan = world.solve(COST)
    assert audit(plan).ok, what
    findings = {f.code: f for f in audit(fault(plan)).findings}
    assert findings[code].verdict is Verdict.FAIL, findings[code].message


Points = tuple[FrontierPoint, ...]
FRONTIER_FAULTS: list[tuple[str, Callable[[Points], Points]]] = [
    ("the cheapest point is gone", lambda p: p[1:]),
    ("a point between is gone", lambda p: (p[0], *p[2:])),
    ("a point costs less", lambda p: (p[0], replace(p[1], cost_eur=p[1].cost_eur / 2), *p[2:])),
    ("a point emits less", lambda p: (p[0], replace(p[1], market_mg=0), *p[2:])),
    ("a point is dominated", lambda p: (p[0], replace(p[0], eur_per_t=1.0), *p[1:])),
    ("points stand in another order", lambda p: p[::-1]),
    ("a gap is hidden", lambda p: (replace(p[0], lower_bound=0.0), *p[1:])),
    ("a gap is lowered", lambda p: (replace(p[0], lower_bound=0.0, gap=0.5), *p[1:])),
    ("what nobody can serve is blown up", lambda p: (replace(p[0], unservable_eur=1.0), *p[1:])),
    ("too few credits", lambda p: (replace(p[0], credits_t=0), *p[1:])),
    ("neutral for nothing", lambda p: (replace(p[0], neutral_eur=0.0), *p[1:])),
    ("a bound above the plan itself", lambda p: (dearer(p[0]), *p[1:])),
]  # fmt: skip


def dearer(point: FrontierPoint) -> FrontierPoint:
    """Put a point and its bound above what the plan costs."""
    eur = 10 * point.cost_eur
    return replace(point, cost_eur=eur, lower_bound=eur, gap=0.0)


@pytest.fixture
def with_frontier(world: Any) -> Plan:
    """Trucks from the airport, the cleaner the dearer: points of cost and CO2e."""
    for cost, share in ((3000, 0.2), (4200, 0.1), (5400, 0.0)):
        truck: dict[str, Any] = {
            "service_id": f"EV{cost}",
            "carrier": f"C{cost}",
            "vehicle_code": "EV-ARTIC-40T",
        }
        truck |= {"grid": "ES", "cost_per_unit": cost, "empty_share": share}
        world.services.append(world.service("TRUCK-EU") | truck)
    plan: Plan = world.solve(COST)
    return replace(plan, frontier=frontier(plan.problem, 4))


def test_planted_faults_of_a_frontier_are_found(with_frontier: Plan) -> None:
    """Points carry no plan: what can be looked at is what they say of themselves and each other."""
    points = with_frontier.frontier
    assert audit(with_frontier).ok
    assert len(points) > 2
    for what, fault in FRONTIER_FAULTS:
        findings = {
            f.code: f for f in audit(replace(with_frontier, frontier=fault(points))).findings
        }
        assert findings["AUD-21"].verdict is Verdict.FAIL, what


@pytest.mark.parametrize("seed", [1, 4, 7, 8])
def test_the_audits_own_scan_finds_what_a_plan_serves(drawn: Any, seed: int) -> None:
    """Whatever travels, the scan would serve; if it did not, it could not refute anybody."""
    world = drawn(seed, shipments=7)
    plan = world.solve(Scenario(objective=Objective(mode="cost")))
    planned = plan.departures_of()
    for name in planned:
        legs = tuple(x for x in plan.legs if x.line.element.shipment_id != name)
        told = replace(plan, legs=legs, unservable=plan.unservable | {name})
        findings = {f.code: f for f in audit(told).findings}
        assert f"{name} is called unservable; " in findings["AUD-22"].message
    assert planned


def test_the_scan_keeps_to_the_grid_that_a_plan_at_scale_tells(world: Any) -> None:
    """A vehicle that leaves every 15 minutes misses freight that one at any minute would catch."""
    problem = world.read(COST).problem
    assert grid_minutes(problem) == 1
    assert grid_minutes(_told(problem, 15)) == 15


def test_a_shipment_too_large_for_every_departure_is_unservable(world: Any) -> None:
    """Nine units of a flight that has three: no room alone, so no flattered gap."""
    world.shipments.append(
        world.shipments[0] | {"shipment_id": "HUGE", "mass_kg": 36000, "volume_m3": 80}
    )
    plan = world.solve(COST)
    (left,) = plan.unserved
    assert left.reason_code == "too_large"
    assert "36,000 kg and 80 m3 exceed FLIGHT@" in left.reason
    assert "3 U of 4,000 kg and 10 m3" in left.reason
    assert left.would_need == "to be divided, or a departure with more units"
    told = replace(plan, unservable=frozenset({"HUGE"}))
    findings = {f.code: f for f in audit(told).findings}
    assert findings["AUD-22"].verdict is Verdict.PASS
