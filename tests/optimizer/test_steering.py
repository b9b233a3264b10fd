"""A planner's bans and locks: kept, refused where they name nothing, and priced."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bench.synthetic_folder import write_folder
from optimizer import Plan, Scenario, read_problem
from optimizer.audit import audit
from optimizer.errors import ProblemError
from optimizer.scenarios import Decision, Objective, read_scenario
from optimizer.solve import Effort, Hands, solve
from optimizer.steering import CHAIN, cost_of, figures_of, steered

if TYPE_CHECKING:
    from pathlib import Path

CHEAP = "TRUCK-CN > FLIGHT > TRUCK-EU"
DEAR = "TRUCK-CN > FLIGHT-LH > TRUCK-EU"
COST = Scenario(objective=Objective(mode="cost"))


@pytest.fixture
def two_ways(world: Any) -> Any:
    """The small world with a second, dearer airline, and a third way over Zaragoza."""
    world.hubs.append(
        ("ZAZ", "airport", "Zaragoza", "ES", 41.66, -1.04, "Europe/Madrid", "HUB-AIR", "ES")
    )
    flight = world.service("FLIGHT")
    dearer = {"service_id": "FLIGHT-LH", "carrier": "Other", "cost_per_t": 5000}
    world.services.append(flight | dearer | {"schedule": "weekly:Mon,Thu 12:00"})
    far = {"service_id": "FLIGHT-ZAZ", "carrier": "Third", "cost_per_t": 9000}
    world.services.append(flight | far | {"destination_hub": "ZAZ"})
    truck = {"service_id": "TRUCK-ES", "origin_hub": "ZAZ", "duration_h": 5, "carrier": "Fourth"}
    world.services.append(world.service("TRUCK-EU") | truck)
    world.transfers.append({"hub_id": "ZAZ", "from_mode": "air", "to_mode": "road", "hours": 6})
    return world


def decided(plan_or_world: Any, *decisions: Decision) -> Plan:
    """Solve the world under decisions; a plan that its audit refuses is never handed out."""
    plan: Plan = plan_or_world.solve(replace(COST, decisions=decisions))
    return plan


def ways(plan: Plan) -> dict[str, str]:
    return {k: CHAIN.join(c.services) for k, c in figures_of(plan).chains.items()}


def first_departure(plan: Plan, service: str) -> str:
    return min(x.departure_id for x in plan.legs if x.service_id == service)


def ban(what: str, name: str, shipment: str = "") -> Decision:
    return Decision(kind="ban", what=what, name=name, shipment=shipment)


def lock(what: str, name: str, shipment: str = "") -> Decision:
    return Decision(kind="lock", what=what, name=name, shipment=shipment)


def test_no_decision_is_the_problem_itself(two_ways: Any) -> None:
    problem = two_ways.read(COST).problem
    assert steered(problem, ()) is problem


@pytest.mark.parametrize(
    "decision",
    [
        ban("carrier", "Other"),
        ban("service", "FLIGHT-LH"),
        ban("hub", "ZAZ"),
        ban("leg", "FLIGHT-LH", "A"),
        ban("mode", "sea"),
        ban("departure", "FLIGHT-LH@2023-06-05T04:00Z"),
        lock("mode", "air"),
        lock("hub", "FRA"),
        lock("carrier", "Airline"),
        lock("service", "FLIGHT", "A"),
        lock("leg", "FLIGHT", "A"),
        lock("chain", CHEAP, "B"),
    ],
)
def test_decision_for_what_is_done_anyway_changes_nothing(
    two_ways: Any, decision: Decision
) -> None:
    """Trivially feasible: bans of what nobody uses, locks of what all use."""
    free, steered_plan = decided(two_ways), decided(two_ways, decision)
    assert ways(free) == {"A": CHEAP, "B": CHEAP}
    assert ways(steered_plan) == ways(free)
    cost = cost_of(free, steered_plan)
    assert (cost.cost_eur, cost.physical_kgco2e, cost.changes) == (0.0, 0.0, ())


@pytest.mark.parametrize(
    "decision",
    [
        ban("mode", "air"),
        ban("hub", "PVG"),
        ban("carrier", "Haulier"),
        ban("service", "TRUCK-CN"),
        lock("mode", "rail"),
    ],
)
def test_decision_that_nothing_can_keep_leaves_all_with_a_reason(
    two_ways: Any, decision: Decision
) -> None:
    """Forced infeasible: nothing travels, and each shipment says why."""
    plan = decided(two_ways, decision)
    assert not plan.legs
    assert {u.shipment_id for u in plan.unserved} == {"A", "B"}
    assert all(u.reason for u in plan.unserved)


@pytest.mark.parametrize(
    ("decision", "changed"),
    [
        (ban("carrier", "Airline"), {"A", "B"}),
        (ban("service", "FLIGHT"), {"A", "B"}),
        (ban("hub", "FRA"), {"A", "B"}),
        (ban("leg", "FLIGHT", "A"), {"A"}),
        (ban("carrier", "Airline", "B"), {"B"}),
        (lock("service", "FLIGHT-LH", "A"), {"A"}),
        (lock("leg", "FLIGHT-LH", "B"), {"B"}),
        (lock("carrier", "Other"), {"A", "B"}),
        (lock("hub", "ZAZ", "A"), {"A"}),
        (lock("chain", DEAR, "A"), {"A"}),
    ],
)
def test_decision_that_binds_is_kept_and_never_cheaper(
    two_ways: Any, decision: Decision, changed: set[str]
) -> None:
    """Otherwise feasible: an exact optimum cannot gain by a ban or a lock."""
    free, plan = decided(two_ways), decided(two_ways, decision)
    assert free.status == plan.status == "optimal"
    assert not plan.unserved
    cost = cost_of(free, plan)
    assert {c.shipment_id for c in cost.changes} == changed
    assert cost.cost_eur >= 0.0
    assert plan.levels[0].value >= free.levels[0].value - 1e-6


def test_banned_departure_is_not_taken_and_the_next_one_is(two_ways: Any) -> None:
    free = decided(two_ways)
    taken = first_departure(free, "FLIGHT")
    plan = decided(two_ways, ban("departure", taken))
    assert taken not in {x.departure_id for x in plan.legs}
    assert ways(plan) == ways(free)
    assert cost_of(free, plan).hours > 0


def test_locked_departure_takes_all_freight_of_its_service(two_ways: Any) -> None:
    free = decided(two_ways)
    late = first_departure(free, "FLIGHT").replace("-02T", "-04T").replace("-01T", "-04T")
    plan = decided(two_ways, lock("departure", late))
    assert {x.departure_id for x in plan.legs if x.service_id == "FLIGHT"} == {late}


def test_locking_every_chosen_chain_changes_nothing(two_ways: Any) -> None:
    """Freight that shares a vehicle still waits for the other, each locked to its own chain."""
    two_ways.service("FLIGHT")["units_max"] = 1
    free = decided(two_ways)
    locks = [lock("chain", way, name) for name, way in ways(free).items()]
    plan = decided(two_ways, *locks)
    assert plan.levels[0].value == pytest.approx(free.levels[0].value, abs=1e-6)
    assert ways(plan) == ways(free)


def test_price_of_a_ban_keeps_its_columns_apart(two_ways: Any) -> None:
    free, plan = decided(two_ways), decided(two_ways, ban("carrier", "Airline"))
    cost = cost_of(free, plan)
    assert cost.cost_eur == pytest.approx((plan.costs.total - free.costs.total) / 100)
    kg = [p.inventory.physical.wtw_kgco2e for p in (free, plan)]
    assert cost.physical_kgco2e == pytest.approx(kg[1] - kg[0])
    assert cost.offsets_t == plan.credits_t - free.credits_t
    (first, _) = cost.changes
    assert first.before.services == tuple(CHEAP.split(CHAIN))
    assert first.after.services == tuple(DEAR.split(CHAIN))


@pytest.mark.parametrize(
    ("decision", "wanted"),
    [
        (ban("mode", "rali"), "nearest is 'rail'"),
        (ban("hub", "FRB"), "nearest is 'FRA'"),
        (ban("carrier", "Airlin"), "nearest is 'Airline'"),
        (ban("service", "FLIGTH"), "nearest is 'FLIGHT'"),
        (ban("leg", "FLIGHT"), "names no shipment"),
        (lock("chain", CHEAP), "names no shipment"),
        (ban("chain", CHEAP, "A"), "a ban of one of its legs"),
        (ban("leg", "FLIGHT", "Z"), "shipment 'Z' is not known"),
        (ban("departure", "TRUCK-CN@2023-06-01T00:00Z"), "leaves at any time"),
        (ban("departure", "FLIGHT@2023-06-02T01:00Z"), "no such departure"),
        (ban("departure", "NONE@2023-06-02T01:00Z"), "service 'NONE' is not known"),
        (ban("departure", "FLIGHT@2023-06-02T14:00Z", "A"), "wanted none"),
    ],
)
def test_decision_about_nothing_is_refused_by_name(
    two_ways: Any, decision: Decision, wanted: str
) -> None:
    with pytest.raises(ProblemError, match=wanted):
        two_ways.read(replace(COST, decisions=(decision,)))


def test_all_faults_of_decisions_are_told_at_once(two_ways: Any) -> None:
    decisions = (
        ban("hub", "X"), lock("chain", CHEAP, "A"), lock("chain", DEAR, "A"), ban("mode", "x")
    )  # fmt: skip
    with pytest.raises(ProblemError) as told:
        two_ways.read(replace(COST, decisions=decisions))
    assert len(str(told.value).splitlines()) == 3
    assert "A is locked to 2 chains" in str(told.value)


def test_divisible_shipment_takes_no_lock_but_a_chain(two_ways: Any) -> None:
    problem = two_ways.read(COST).problem
    a, b = problem.shipments
    problem = replace(problem, shipments=(replace(a, divisible=True), b))
    with pytest.raises(ProblemError, match="A is divisible"):
        steered(problem, [lock("carrier", "Airline")])
    assert steered(problem, [lock("chain", CHEAP, "A")]).shipments[0].only


def test_audit_finds_a_broken_decision(two_ways: Any) -> None:
    """The audit reads decisions from the scenario: a steering that forgot one would be caught."""
    plan = decided(two_ways)
    for decision in (ban("leg", "FLIGHT", "A"), lock("hub", "ZAZ"), lock("chain", DEAR, "B")):
        scenario = replace(plan.problem.scenario, decisions=(decision,))
        told = replace(plan, problem=replace(plan.problem, scenario=scenario))
        (finding,) = [f for f in audit(told).findings if f.code == "AUD-20"]
        assert finding.decides_against


def test_decisions_are_read_from_a_scenario_and_its_ground(tmp_path: Path) -> None:
    (tmp_path / "ground.toml").write_text(
        '[[decision]]\nkind = "ban"\nwhat = "mode"\nname = "air"\n', "utf-8"
    )
    (tmp_path / "mine.toml").write_text(
        '[scenario]\nextends = "ground"\n'
        '[[decision]]\nkind = "lock"\nwhat = "leg"\nname = "X"\nshipment = "A"\n',
        "utf-8",
    )
    assert read_scenario(tmp_path / "mine.toml").decisions == (
        ban("mode", "air"), lock("leg", "X", "A")
    )  # fmt: skip


def test_bad_decisions_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(
        '[[decision]]\nkind = "forbid"\nwhat = "ship"\nname = 3\nnmae = "x"\n', "utf-8"
    )
    with pytest.raises(ProblemError) as told:
        read_scenario(tmp_path / "bad.toml")
    assert len(str(told.value).splitlines()) == 4


def test_steering_a_problem_by_hand_tells_its_audit(two_ways: Any) -> None:
    problem = steered(two_ways.read(COST).problem, [ban("carrier", "Airline")])
    plan = solve(problem)
    audit(plan).raise_if_failed()
    assert plan.problem.scenario.decisions == (ban("carrier", "Airline"),)
    assert plan.problem.closed["FLIGHT"] == "carrier Airline banned"


def test_search_at_scale_gives_up_a_chain_that_is_banned_after_it_began_with_it(
    tmp_path: Path, catalogue: Any, factors: Any
) -> None:
    """A warm start must not smuggle in what has been banned since."""
    write_folder(tmp_path / "sixty", terminals=40, shipments=60, seed=1)
    problem = read_problem(tmp_path / "sixty", catalogue, factors, Scenario()).problem
    free = solve(problem, effort=Effort(name="small"))
    name, chain = next(iter(figures_of(free).chains.items()))
    for decision in (
        ban("leg", chain.services[0], name),
        lock("chain", CHAIN.join(chain.services), name),
    ):
        plan = solve(
            steered(problem, [decision]), effort=Effort(name="small"), hands=Hands(start=free)
        )
        audit(plan).raise_if_failed()
    assert figures_of(plan).chains[name].services == chain.services
