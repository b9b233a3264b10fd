"""Answer "why not?": unserved shipments, other chains, and what the planner could still buy."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from data.units import MG_PER_KG, SECONDS_PER_DAY, SECONDS_PER_HOUR
from optimizer.itineraries import (
    every_way,
    exceeds,
    itineraries,
    priced,
    usable_departures,
)
from optimizer.levers import missed_wishes, mode_levers, saf_levers, worth
from optimizer.marginal import Marginal, staying_aboard
from optimizer.plan import Alternative, Lever, Unserved
from optimizer.problem import NOT_ITS_LANE, latest_arrival, may_carry
from optimizer.punctuality import Forecast
from optimizer.scores import arrivals
from optimizer.timetable import catchable_departures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from data.freight import Shipment
    from optimizer.itineraries import Itinerary
    from optimizer.marginal import Change
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

_LOOK_AHEAD = timedelta(days=90)  # how far past a due date an arrival is searched for


def why_unserved(
    problem: Problem, departures: Sequence[Departure], plan: Plan
) -> tuple[Unserved, ...]:
    """Return the reason for each shipment left behind, and the smallest change that would help."""
    planned = arrivals(plan.legs)
    return tuple(
        _reason(problem, departures, s) for s in problem.shipments if s.shipment_id not in planned
    )


def _reason(problem: Problem, departures: Sequence[Departure], s: Shipment) -> Unserved:
    if usable_departures(problem, departures, s):
        if s.must_use:
            return Unserved(
                shipment_id=s.shipment_id,
                reason_code="must_use",
                reason=f"no chain in time passes {', '.join(s.must_use)}",
                would_need="a later due date, or fewer things it must use",
            )
        if (why := _unsure(problem, departures, s)) or (why := _outsized(problem, departures, s)):
            return why
        limits = problem.scenario.objective
        limited = limits.carbon_cap_kgco2e is not None or limits.budget is not None
        return Unserved(
            shipment_id=s.shipment_id,
            reason_code="limit" if limited else "capacity",
            reason="chains in time exist, but "
            + ("the cap or budget leaves no room" if limited else "their units are full")
            + _as_placed(problem, s),
            would_need="a higher cap or budget" if limited else "more units on a departure it uses",
        )
    late = _arrival_when_late(problem, s)
    if late is not None:
        hours = (late - latest_arrival(s)).total_seconds() / SECONDS_PER_HOUR
        return Unserved(
            shipment_id=s.shipment_id,
            reason_code="no_chain_in_time",
            reason=f"earliest arrival is {late.isoformat()}, due {s.due_at.isoformat()}",
            would_need=f"{_held_by(problem, s)}due_at later by {hours:.1f} h",
        )
    return _no_chain(problem, s)


def _outsized(problem: Problem, departures: Sequence[Departure], s: Shipment) -> Unserved | None:
    """Return the reason of a shipment too large for some departure of every chain in time."""
    small = {d.departure_id for d in departures if exceeds(problem, s, d)}
    roomy = [d for d in departures if d.departure_id not in small]
    if s.divisible or not small or usable_departures(problem, roomy, s):
        return None
    ways = every_way(problem, departures, s)
    return next((why for w in ways if (why := too_large(problem, s, w.departures))), None)


def too_large(problem: Problem, s: Shipment, chain: Sequence[Departure]) -> Unserved | None:
    """Return the reason of a shipment that does not fit the departures of a chain in time."""
    small = []
    for d in chain:
        if exceeds(problem, s, d):
            x = problem.services[d.service_id]
            small.append(
                f"{d.departure_id} ({d.units_max} {x.unit_code} of {x.unit_capacity_kg:,.0f} kg "
                f"and {x.unit_capacity_m3:,g} m3)"
            )
    if not small:
        return None
    return Unserved(
        shipment_id=s.shipment_id,
        reason_code="too_large",
        reason=f"{s.mass_kg:,.0f} kg and {s.volume_m3:,g} m3 exceed {', '.join(small)}, and no "
        "other chain in time has more room",
        would_need="to be divided, or a departure with more units",
    )


def _unsure(problem: Problem, departures: Sequence[Departure], s: Shipment) -> Unserved | None:
    """Return the reason of a shipment that no chain on offer to people brings in time surely."""
    wanted = problem.scenario.robustness.min_on_time_probability
    if not wanted:
        return None
    forecast = Forecast(problem)
    ways = itineraries(problem, departures, s)
    best = max((forecast.on_time(s, w.departures).probability or 0.0 for w in ways), default=0.0)
    if best >= wanted:
        return None
    return Unserved(
        shipment_id=s.shipment_id,
        reason_code="punctuality",
        reason=f"the surest chain is in time with {_chance(best)}, wanted {_chance(wanted)}",
        would_need="a later due date, or a lower min_on_time_probability",
    )


def _chance(probability: float) -> str:
    return f"{100 * probability:.1f} %"


def _arrival_when_late(problem: Problem, s: Shipment) -> datetime | None:
    patient = replace(s, due_at=s.due_at + _LOOK_AHEAD)
    departures = catchable_departures(
        problem.timetable_of(patient.lane), [patient], latest_arrival(patient)
    )
    ways = itineraries(problem, departures, patient)
    return min((way.arrives_at for way in ways), default=None)


def _held_by(problem: Problem, s: Shipment) -> str:
    """Return what else would bring a late shipment in time: hubs open longer, a booking before."""
    helps = []
    if any(hub.opening for hub in problem.hubs.values()):
        helps.append(("longer opening hours", _never_closed(problem), s))
    if s.booked_at is not None:
        helps.append(("an earlier booking", problem, replace(s, booked_at=None)))
    arrivals_by = {what: _arrival_when_late(around, one) for what, around, one in helps}
    latest = latest_arrival(s)
    return "".join(f"{what}, or " for what, at in arrivals_by.items() if at and at <= latest)


def _never_closed(problem: Problem) -> Problem:
    return replace(
        problem,
        hubs={name: replace(hub, opening="") for name, hub in problem.hubs.items()},
        transfers={key: replace(t, opening="") for key, t in problem.transfers.items()},
    )


def _as_placed(problem: Problem, s: Shipment) -> str:
    """Say what the pieces of a shipment take up by themselves, where that was learnt."""
    alone = {need.text for need in problem.needs if need.shipments == {s.shipment_id}}
    return f"; its pieces alone {', '.join(sorted(alone))}" if alone else ""


def _no_chain(problem: Problem, s: Shipment) -> Unserved:
    if s.booked_at and _arrival_when_late(problem, replace(s, booked_at=None)):
        return Unserved(
            shipment_id=s.shipment_id,
            reason_code="booking",
            reason=f"booked {s.booked_at.isoformat()}, too late for every departure",
            would_need="an earlier booking, or a service with a shorter booking lead",
        )
    plain = replace(
        s,
        un_number="",
        temperature="ambient",
        must_use=(),
        must_avoid=(),
        only=frozenset(),
        booked_at=None,
        unloadable=(),
        pieces=(),
    )
    if _arrival_when_late(problem, plain) is None:
        shut = sorted(set(problem.closed.values()))
        return Unserved(
            shipment_id=s.shipment_id,
            reason_code="no_chain",
            reason=f"no services connect {s.origin} with {s.destination}"
            + (f" ({'; '.join(shut)})" if shut else ""),
            would_need="a service, a transfer, or an open closure between them",
        )
    refusals = sorted({r for x in problem.services.values() if (r := may_carry(x, s))})
    refusals = [r for r in refusals if r != NOT_ITS_LANE]
    return Unserved(
        shipment_id=s.shipment_id,
        reason_code="incompatible",
        reason="; ".join(refusals) or "must_use cannot be kept",
        would_need="a service that takes it on each part of the way",
    )


Ways: TypeAlias = (
    "Mapping[str, tuple[Itinerary, ...]]"  # the different chains of each shipment, cheapest first
)


def alternatives_of(problem: Problem, ways_of: Ways, plan: Plan) -> tuple[Alternative, ...]:
    """Return the chain of each shipment, and the others with the reason why each was not chosen."""
    chosen, forecast = _chosen(problem, ways_of, plan), Forecast(problem)
    marginal = Marginal(problem, plan)
    found = []
    for s in problem.shipments:
        mine = chosen.get(s.shipment_id)
        if mine is not None:
            found.append(Alternative(rank=0, itinerary=mine, why_not="chosen"))
        for rank, way in enumerate(_others(problem, ways_of[s.shipment_id], mine), start=1):
            why = _too_unsure(forecast, s, way, plan)
            why += _why_not(s, way, mine, marginal.change(s, way.departures), plan)
            found.append(Alternative(rank=rank, itinerary=way, why_not=why))
    return tuple(found)


def _chosen(problem: Problem, ways_of: Ways, plan: Plan) -> dict[str, Itinerary]:
    """Return the chain of each planned shipment: its price alone, and CO2e as its legs have it."""
    chains, arrived = plan.departures_of(), arrivals(plan.legs)
    mg: dict[str, list[int]] = {name: [0, 0] for name in chains}
    for leg in plan.legs:
        sums = mg[leg.line.element.shipment_id]
        sums[0] += leg.line.physical.wtw_mg
        sums[1] += leg.line.market_based.wtw_mg
    return {
        s.shipment_id: replace(
            next((w for w in ways_of[s.shipment_id] if w.departures == chains[s.shipment_id]), None)
            or priced(problem, s, [chains[s.shipment_id]])[0],
            arrives_at=arrived[s.shipment_id],
            physical_kgco2e=mg[s.shipment_id][0] / MG_PER_KG,
            market_kgco2e=mg[s.shipment_id][1] / MG_PER_KG,
        )
        for s in problem.shipments
        if s.shipment_id in chains
    }


def _others(problem: Problem, ways: Sequence[Itinerary], mine: Itinerary | None) -> list[Itinerary]:
    """Return all ways but the chosen one: that of the same departures, or else services."""
    if mine is None:
        return list(ways)
    same = next((w for w in ways if w.departures == mine.departures), None)
    same = same or next((w for w in ways if w.services == mine.services), None)
    return [staying_aboard(problem, mine.departures, w) for w in ways if w is not same]


def _too_unsure(forecast: Forecast, s: Shipment, way: Itinerary, plan: Plan) -> str:
    wanted = plan.problem.scenario.robustness.min_on_time_probability
    chance = forecast.on_time(s, way.departures).probability if wanted else None
    if not wanted or (chance is not None and chance >= wanted):
        return ""
    told = "an unknown chance" if chance is None else _chance(chance)
    return f"in time with {told}, wanted {_chance(wanted)}; "


def _why_not(
    s: Shipment, way: Itinerary, mine: Itinerary | None, change: Change, plan: Plan
) -> str:
    parts = []
    if way.arrives_at > s.due_at:
        days = (way.arrives_at - s.due_at).total_seconds() / SECONDS_PER_DAY
        parts.append(f"late by {days:.1f} days")
    if change.full:
        parts.append(f"no room on {', '.join(change.full)}")
    if missed := missed_wishes(plan.problem, s, way):
        parts.append(f"does not use {', '.join(missed)}")
    hindered = bool(parts)
    market = plan.problem.scenario.objective.co2e_basis == "market_based"
    cost, co2e = change.paid_eur, change.market_kgco2e if market else change.physical_kgco2e
    parts.append(
        f"{cost:+,.0f} EUR and {co2e:+,.0f} kg CO2e ({'market-based' if market else 'physical'}) "
        "against the plan, the others as they travel"
    )
    if cost < 0 and co2e < 0 and not hindered:
        if mine is not None and way.arrives_at > mine.arrives_at:
            parts.append("better, but later")
        elif plan.status != "optimal":
            parts.append("better, and not found within the effort")
    return "; ".join(parts)


def levers_of(problem: Problem, ways_of: Ways, plan: Plan) -> tuple[Lever, ...]:
    """Return measures that would lower CO2e further: first what costs nothing, then by EUR/t."""
    found = [*mode_levers(problem, ways_of, plan), *saf_levers(problem, plan)]
    return tuple(sorted(found, key=lambda x: (*worth(x), x.kind, x.about)))
