"""Answer what a planner asks when steering: whose leg, banned how, and at what price."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from data.units import SECONDS_PER_HOUR
from optimizer.scenarios import Decision
from optimizer.steering import CHAIN, ChainFigures, PlanFigures, difference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.desk import Question
    from optimizer.steering import OverrideCost

    Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What may be decided about one leg of a shipment, each with words for a button."""

    lock_chain: Decision
    bans: tuple[tuple[str, Decision], ...]


def chain_of(document: Document, shipment_id: str) -> list[Mapping[str, Any]]:
    """Return the carriages of a shipment in order."""
    return [x for x in document["legs"] if x["shipment_id"] == shipment_id and x["service_id"]]


def steps_for(document: Document, leg: Mapping[str, Any], *, for_all: bool) -> Steps:
    """Return the decisions on offer about one carriage of a shipment.

    A departure is banned for all freight; a chain is locked for its shipment alone.
    """
    shipment = asked_id(document, leg["shipment_id"])
    chain = chain_of(document, leg["shipment_id"])
    carriers = {s["service_id"]: s["carrier"] for s in document["services"]}
    hub = leg["origin"] if leg is chain[-1] or leg == chain[-1] else leg["destination"]
    who = "" if for_all else shipment
    parts = [
        ("service" if for_all else "leg", leg["service_id"], who),
        ("mode", leg["mode"], who),
        ("hub", hub, who),
        ("carrier", carriers[leg["service_id"]], who),
    ]
    if for_all:
        parts.append(("departure", leg["departure_id"], ""))
    return Steps(
        lock_chain=Decision(
            kind="lock",
            what="chain",
            name=CHAIN.join(x["service_id"] for x in chain),
            shipment=shipment,
        ),
        bans=tuple(
            (what, Decision(kind="ban", what=what, name=name, shipment=whose))
            for what, name, whose in parts
        ),
    )


def asked_id(document: Document, shipment_id: str) -> str:
    """Return the shipment that a consignment is a part of, or the shipment itself."""
    whole = {c["shipment_id"]: c["consignment_of"] for c in document.get("consignments", ())}
    return str(whole.get(shipment_id, shipment_id))


def decisions_in(document: Document) -> tuple[Decision, ...]:
    """Return the decisions that a plan was made under."""
    return tuple(Decision(**row) for row in document.get("decisions", ()))


def decided(question: Question, decision: Decision) -> Question:
    """Return a question with one decision more; a new chain takes the place of an old one."""
    kept = tuple(
        d
        for d in question.scenario.decisions
        if d != decision
        and not (decision.what == d.what == "chain" and d.shipment == decision.shipment)
    )
    return _with(question, (*kept, decision))


def undone(question: Question, decision: Decision) -> Question:
    """Return a question without a decision."""
    return _with(question, tuple(d for d in question.scenario.decisions if d != decision))


def _with(question: Question, decisions: tuple[Decision, ...]) -> Question:
    return replace(question, scenario=replace(question.scenario, decisions=decisions))


def cost_between(before: Document, after: Document) -> OverrideCost:
    """Return what the second plan costs more than the first, from their documents."""
    return difference(figures_in(before), figures_in(after))


def figures_in(document: Document) -> PlanFigures:
    """Return a plan document in figures."""
    s = document["summary"]
    legs: dict[str, list[Mapping[str, Any]]] = {}
    for leg in document["legs"]:
        legs.setdefault(leg["shipment_id"], []).append(leg)
    hours = {
        x["shipment_id"]: _hours(x["ready_at"], x["arrives_at"])
        for x in document["shipments"]
        if x["arrives_at"]
    }
    share = {c["shipment_id"]: c["share"] for c in document.get("consignments", ())}
    return PlanFigures(
        cost_eur=s["cost"]["total"],
        physical_kgco2e=s["physical_kgco2e"]["wtw"],
        market_kgco2e=s["market_based_kgco2e"]["wtw"],
        offsets_t=s["credits_t"],
        hours=math.fsum(h * share.get(name, 1.0) for name, h in hours.items()),
        units=math.fsum(x["full_units"] + x["part_units"] for x in document["departures_used"]),
        planned=math.fsum(share.get(name, 1.0) for name in hours),
        chains={name: _chain(rows, hours[name]) for name, rows in legs.items()},
    )


def _hours(ready_at: str, arrives_at: str) -> float:
    spent = datetime.fromisoformat(arrives_at) - datetime.fromisoformat(ready_at)
    return spent.total_seconds() / SECONDS_PER_HOUR


def _chain(legs: Sequence[Mapping[str, Any]], hours: float) -> ChainFigures:
    return ChainFigures(
        services=tuple(x["service_id"] for x in legs if x["service_id"]),
        cost_eur=math.fsum(float(x["cost"]) for x in legs),
        physical_kgco2e=math.fsum(float(x["wtw_kgco2e"]) for x in legs),
        market_kgco2e=math.fsum(float(x["market_wtw_kgco2e"]) for x in legs),
        hours=hours,
    )
