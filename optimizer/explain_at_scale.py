"""Answer "why not?" for thousands of shipments: the ways that matter, found without listing all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from data.units import SECONDS_PER_HOUR
from optimizer.explain import alternatives_of, levers_of, too_large
from optimizer.itineraries import priced
from optimizer.plan import Unserved
from optimizer.prices import units_needed
from optimizer.problem import NOT_ITS_LANE, latest_arrival, may_carry
from optimizer.punctuality import on_time_of
from optimizer.scores import arrivals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.freight import Shipment
    from optimizer.itineraries import Itinerary
    from optimizer.plan import Plan
    from optimizer.planner.alone import Ways
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

_MEASURES = ("cost", "co2e", "time")
_ALL = 3_000  # shipments up to which each gets alternatives; beyond, the greatest emitters do
_ROOM = 1e-9
_NAMED = 3  # full departures named in a reason


def explained_at_scale(plan: Plan, departures: Sequence[Departure]) -> Plan:
    """Return a plan with its reasons: unserved shipments, alternatives, chances, levers."""
    problem = plan.problem
    ways = _ways(plan, departures)
    return replace(
        plan,
        unserved=_unserved(plan, departures, ways),
        alternatives=alternatives_of(problem, ways, plan),
        punctuality=on_time_of(problem, plan.legs, (u.departure for u in plan.uses)),
        levers=levers_of(problem, ways, plan),
    )


def _ways(plan: Plan, departures: Sequence[Departure]) -> dict[str, tuple[Itinerary, ...]]:
    """Return the chosen, the cheapest, the greenest and the earliest chain of each shipment."""
    from optimizer.planner.alone import best_ways  # noqa: PLC0415  (loads numba)

    problem = plan.problem
    asked = _asked(plan)
    found: dict[str, dict[tuple[str, ...], tuple[Departure, ...]]] = defaultdict(dict)
    for name, chain in plan.departures_of().items():
        found[name][tuple(d.departure_id for d in chain)] = chain
    for measure in _MEASURES:
        for name, chain in best_ways(problem, departures, measure, asked).chains.items():
            found[name].setdefault(tuple(d.departure_id for d in chain), chain)
    return {
        s.shipment_id: tuple(
            sorted(
                priced(problem, s, found[s.shipment_id].values()),
                key=lambda way: (way.cost_eur, way.market_kgco2e, way.services),
            )
        )
        if s.shipment_id in found
        else ()
        for s in problem.shipments
    }


def _asked(plan: Plan) -> list[int]:
    """Return whose alternatives are looked for: all, or those who emit most and the left ones."""
    shipments = plan.problem.shipments
    if len(shipments) <= _ALL:
        return list(range(len(shipments)))
    emitted: dict[str, int] = defaultdict(int)
    for leg in plan.legs:
        emitted[leg.line.element.shipment_id] += leg.line.physical.wtw_mg
    first = sorted(
        range(len(shipments)), key=lambda n: (-emitted.get(shipments[n].shipment_id, 2**62), n)
    )
    return sorted(first[:_ALL])


def _unserved(
    plan: Plan, departures: Sequence[Departure], ways: Mapping[str, Sequence[Itinerary]]
) -> tuple[Unserved, ...]:
    from optimizer.planner.alone import earliest_ways  # noqa: PLC0415

    problem, planned = plan.problem, set(arrivals(plan.legs))
    left = [n for n, s in enumerate(problem.shipments) if s.shipment_id not in planned]
    hopeless = [n for n in left if problem.shipments[n].shipment_id in plan.unservable]
    late = earliest_ways(problem, departures, hopeless, any_goods=False)
    never = [n for n in hopeless if problem.shipments[n].shipment_id not in late.chains]
    other = earliest_ways(problem, departures, never, any_goods=True)
    found = []
    for n in left:
        s = problem.shipments[n]
        if s.shipment_id not in plan.unservable:
            found.append(_left_behind(plan, s, ways[s.shipment_id]))
        elif s.shipment_id in late.chains:
            found.append(_late(problem, s, late.chains[s.shipment_id]))
        else:
            found.append(_nowhere(problem, s, other))
    return tuple(found)


def _late(problem: Problem, s: Shipment, chain: Sequence[Departure]) -> Unserved:
    """Name the earliest arrival, by how much it is late, and the leg that holds freight longest.

    The earliest chain leaves room out of account: where it is in time, it has too little.
    """
    at = problem.delivered_at(chain[-1])
    if at <= latest_arrival(s) and (outsized := too_large(problem, s, chain)):
        return outsized
    ready, waits = problem.picked_up_at(s), []
    for d in chain:
        waits.append(((d.arrives_at - ready).total_seconds() / SECONDS_PER_HOUR, d.departure_id))
        ready = d.arrives_at
    hours, longest = max(waits)
    return Unserved(
        shipment_id=s.shipment_id,
        reason_code="no_chain_in_time",
        reason=(
            f"earliest arrival is {at.isoformat()}, due {s.due_at.isoformat()}; the binding leg "
            f"is {longest}, {hours:.1f} h with the wait for it"
        ),
        would_need=(
            f"due_at later by {(at - latest_arrival(s)).total_seconds() / SECONDS_PER_HOUR:.1f} h"
        ),
    )


def _nowhere(problem: Problem, s: Shipment, other: Ways) -> Unserved:
    if s.shipment_id in other.chains:
        services = [problem.services[d.service_id] for d in other.chains[s.shipment_id]]
        refusals = sorted(
            {f"{x.service_id} {why}" for x in services if (why := may_carry(x, s))}
            - {f"{x.service_id} {NOT_ITS_LANE}" for x in services}
        )
        return Unserved(
            shipment_id=s.shipment_id,
            reason_code="incompatible",
            reason="; ".join(refusals) or "no chain takes it",
            would_need="a service that takes it on each part of the way",
        )
    shut = sorted(set(problem.closed.values()))
    return Unserved(
        shipment_id=s.shipment_id,
        reason_code="no_chain",
        reason=f"no services connect {s.origin} with {s.destination} within the timetable"
        + (f" ({'; '.join(shut)})" if shut else ""),
        would_need="a service, a transfer, or an open closure between them",
    )


def _left_behind(plan: Plan, s: Shipment, ways: Sequence[Itinerary]) -> Unserved:
    """Say why a shipment with chains in time was left: wishes, chances, a limit, or no room."""
    robust = plan.problem.scenario.robustness.min_on_time_probability
    limits = plan.problem.scenario.objective
    full = _full(plan, s, ways)
    if full:
        code, reason = "capacity", f"its cheapest chain needs room on {', '.join(full)}: full"
        need = "one more unit there, or a later due date"
    elif s.must_use:
        code, reason = "must_use", f"no chain found in time passes {', '.join(s.must_use)}"
        need = "a later due date, or fewer things it must use"
    elif robust:
        code, reason = "punctuality", f"no chain found is in time with {100 * robust:.1f} %"
        need = "a later due date, or a lower min_on_time_probability"
    elif limits.carbon_cap_kgco2e is not None or limits.budget is not None:
        code, reason = "limit", "chains in time exist, but the cap or budget leaves no room"
        need = "a higher cap or budget"
    else:
        cheapest = min((way.cost_eur for way in ways), default=0.0)
        code, reason = "price", f"its cheapest chain costs {cheapest:,.0f} EUR alone"
        need = "a lower price of carbon, or others to share its units with"
    return Unserved(shipment_id=s.shipment_id, reason_code=code, reason=reason, would_need=need)


def _full(plan: Plan, s: Shipment, ways: Sequence[Itinerary]) -> list[str]:
    """Return the departures of a shipment's cheapest chain that have no room for it."""
    if not ways:
        return []
    used = {use.departure.departure_id: use for use in plan.uses}
    found = []
    for d in ways[0].departures:
        use, service = used.get(d.departure_id), plan.problem.services[d.service_id]
        if d.units_max is None:
            continue
        kg, m3 = (use.mass_kg, use.volume_m3) if use else (0.0, 0.0)
        load = units_needed(service, kg + s.mass_kg, m3 + s.volume_m3)
        if load > d.units_max + _ROOM:
            found.append(d.departure_id)
    return found[:_NAMED]
