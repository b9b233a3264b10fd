"""Look for what a planner banned or locked in the finished plan, without asking who steered it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from optimizer.plan import Leg, Plan
    from optimizer.scenarios import Decision


def decision_faults(plan: Plan) -> Iterator[str]:
    """Find chains that keep to no ban, or not to a lock."""
    if not plan.problem.scenario.decisions:
        return
    chains: dict[str, list[Leg]] = defaultdict(list)
    for leg in plan.legs:
        if leg.service_id:
            chains[leg.line.element.shipment_id].append(leg)
    parts = {s.shipment_id: s.consignment_of or s.shipment_id for s in plan.problem.shipments}
    for decision in plan.problem.scenario.decisions:
        for name, legs in chains.items():
            if decision.shipment in {"", parts[name]} and not _kept(plan, decision, legs):
                yield (
                    f"{name} travels {' > '.join(x.service_id for x in legs)} against the "
                    f"{decision.kind} of {decision.what} {decision.name}"
                )


def _kept(plan: Plan, decision: Decision, legs: Sequence[Leg]) -> bool:
    if decision.what == "chain":
        return decision.name == " > ".join(x.service_id for x in legs)
    if decision.what == "departure" and decision.kind == "lock":
        service = decision.name[: decision.name.rindex("@")]
        return all(x.departure_id == decision.name for x in legs if x.service_id == service)
    used = any(decision.name in _names(plan, decision.what, x) for x in legs)
    return used == (decision.kind == "lock")


def _names(plan: Plan, what: str, leg: Leg) -> tuple[str, ...]:
    element = leg.line.element
    if what == "hub":
        return element.origin, element.destination
    if what == "mode":
        return (element.mode,)
    if what == "carrier":
        return (plan.problem.services[leg.service_id].carrier,)
    return (leg.departure_id,) if what == "departure" else (leg.service_id,)
