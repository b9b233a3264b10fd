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
from optimizer.scenarios import Neutrality, Objective

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
]  # fmt: skip


@pytest.mark.parametrize(("code", "what", "fault"), FAULTS, ids=[what for _, what, _ in FAULTS])
def test_planted_fault_is_found(world: Any, code: str, what: str, fault: Fault) -> None:
    """A sound plan passes whole; with one fault the rule named for it fails."""
    plan = world.solve(COST)
    assert audit(plan).ok, what
    findings = {f.code: f for f in audit(fault(plan)).findings}
    assert findings[code].verdict is Verdict.FAIL, findings[code].message
