"""Turn what a planner locks or bans into a plain problem, and price it afterwards.

A ban shuts services, or becomes what one shipment must avoid; a lock becomes what a chain must
use, or the only services it may use; departures are struck from the dates of their service. So
solvers and audit see nothing but a problem.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from data.schemas import MODES
from data.units import SECONDS_PER_HOUR
from optimizer.closures import nearest_name
from optimizer.errors import ProblemError
from optimizer.problem import latest_arrival
from optimizer.timetable import Departure, dates_of, departure_id, read_schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime

    from data.freight import Shipment
    from data.network import Service
    from optimizer.plan import Leg, Plan
    from optimizer.problem import Problem
    from optimizer.scenarios import Closures, Decision, Scenario

CHAIN = " > "  # between the services of a chain, as in alternatives.csv
_AHEAD = timedelta(days=90)  # dates past the last arrival: late freight looks for them too

_PASSES: Mapping[str, Callable[[Service, str], bool]] = {
    "mode": lambda s, name: s.mode == name,
    "hub": lambda s, name: name in {s.origin_hub, s.destination_hub},
    "carrier": lambda s, name: s.carrier == name,
    "service": lambda s, name: s.service_id == name,
}


def closures_with_bans(scenario: Scenario) -> Closures:
    """Return closures with the modes and hubs that are banned for all, for a search of the world.

    What is banned is not offered then, and what takes its place is.
    """

    def banned(what: str) -> tuple[str, ...]:
        return tuple(
            d.name
            for d in scenario.decisions
            if d.kind == "ban" and d.what == what and not d.shipment
        )

    shut = scenario.closures
    return replace(shut, modes=(*shut.modes, *banned("mode")), hubs=(*shut.hubs, *banned("hub")))


def steered(
    problem: Problem, decisions: Iterable[Decision], *, hubs: Collection[str] = ()
) -> Problem:
    """Return the problem under a planner's decisions; without any, the problem itself.

    `hubs` are known beside those of the problem: a search of the world leaves banned ones out.

    Raises
    ------
    ProblemError
        listing every decision about what is not there, or that cannot be kept as it is written.
    """
    decisions = tuple(dict.fromkeys(decisions))
    if not decisions:
        return problem
    faults = [fault for d in decisions for fault in _faults(problem, d, hubs)]
    faults += _two_chains(decisions)
    if faults:
        raise ProblemError("\n".join(faults))
    for d in decisions:
        problem = _under(problem, d)
    known = dict.fromkeys((*problem.scenario.decisions, *decisions))
    return replace(problem, scenario=replace(problem.scenario, decisions=tuple(known)))


# --- decisions ------------------------------------------------------------------------------------


def _under(problem: Problem, d: Decision) -> Problem:
    if d.what == "departure":
        return _with_dates(problem, d)
    if d.kind == "ban" and not d.shipment:
        return _without(problem, d)
    return replace(
        problem,
        shipments=tuple(
            _bound(s, d) if d.shipment in {"", s.shipment_id} else s for s in problem.shipments
        ),
    )


def _bound(s: Shipment, d: Decision) -> Shipment:
    if d.what == "chain":
        return replace(s, only=frozenset(d.name.split(CHAIN)))
    if d.kind == "ban":
        return replace(s, must_avoid=tuple(dict.fromkeys((*s.must_avoid, d.name))))
    return replace(s, must_use=tuple(dict.fromkeys((*s.must_use, d.name))))


def _without(problem: Problem, d: Decision) -> Problem:
    passes = _PASSES[d.what]
    shut = {k: s for k, s in problem.services.items() if passes(s, d.name)}
    return replace(
        problem,
        services={k: s for k, s in problem.services.items() if k not in shut},
        shut={**problem.shut, **shut},
        closed={**problem.closed, **dict.fromkeys(shut, f"{d.what} {d.name} banned")},
    )


def _with_dates(problem: Problem, d: Decision) -> Problem:
    name = d.name.rpartition("@")[0]
    if name not in problem.services:  # banned as a whole by another decision
        return problem
    kept = tuple(
        x for x in _dates(problem, name) if (x.departure_id == d.name) == (d.kind == "lock")
    )
    return replace(problem, dated={**problem.dated, name: kept})


def _dates(problem: Problem, service_id: str) -> tuple[Departure, ...]:
    """Return the dates of a scheduled service as far ahead as anybody looks."""
    if service_id in problem.dated:
        return problem.dated[service_id]
    service = _all_services(problem)[service_id]
    start = min(s.ready_at for s in problem.shipments)
    end = max(latest_arrival(s) for s in problem.shipments) + _AHEAD
    tz = problem.hubs[service.origin_hub].tz
    return tuple(
        Departure(
            departure_id=departure_id(service_id, at),
            service_id=service_id,
            departs_at=at,
            arrives_at=at + timedelta(hours=service.duration_h),
            units_max=service.units_max,
        )
        for at in dates_of(read_schedule(service.schedule), tz, start, end)
    )


def _all_services(problem: Problem) -> dict[str, Service]:
    return {**problem.shut, **problem.services}


# --- faults ---------------------------------------------------------------------------------------


def _faults(problem: Problem, d: Decision, hubs: Collection[str]) -> list[str]:
    where = f"decision {d.kind} {d.what} {d.name!r}"
    shipments = {s.shipment_id: s for s in problem.shipments}
    if d.shipment and d.shipment not in shipments:
        near = nearest_name(d.shipment, shipments)
        return [f"{where}: shipment {d.shipment!r} is not known{near}"]
    if d.what in {"leg", "chain"} and not d.shipment:
        return [f"{where}: names no shipment, wanted the one whose {d.what} it is"]
    if d.what == "chain" and d.kind == "ban":
        return [f"{where}: a chain is not banned as a whole, wanted a ban of one of its legs"]
    if d.what == "departure":
        return [f"{where}: {why}" for why in _departure_faults(problem, d)]
    known = _known(problem, hubs)[d.what]
    names = d.name.split(CHAIN) if d.what == "chain" else [d.name]
    faults = [
        f"{where}: {name!r} is not known{nearest_name(name, known)}"
        for name in names
        if name not in known
    ]
    touched = [shipments[d.shipment]] if d.shipment else problem.shipments
    divided = [s.shipment_id for s in touched if s.divisible]
    if d.kind == "lock" and d.what != "chain" and divided:
        faults.append(f"{where}: {divided[0]} is divisible, a part could miss it; lock a chain")
    return faults


def _known(problem: Problem, hubs: Collection[str]) -> dict[str, Collection[str]]:
    services = _all_services(problem)
    return {
        "mode": MODES,
        "hub": {*problem.hubs, *hubs},
        "carrier": {s.carrier for s in services.values()},
        "service": services,
        "leg": services,
        "chain": services,
    }


def _departure_faults(problem: Problem, d: Decision) -> list[str]:
    service_id, services = d.name.rpartition("@")[0], _all_services(problem)
    if d.shipment:
        return ["names a shipment, wanted none: a departure is locked or banned for all freight"]
    if service_id not in services:
        return [f"service {service_id!r} is not known{nearest_name(service_id, services)}"]
    dated = service_id in problem.dated
    if not dated and read_schedule(services[service_id].schedule).any_time:
        return ["leaves at any time, wanted a service with a schedule"]
    dates = [x.departure_id for x in _dates(problem, service_id)]
    if d.name not in dates:
        return [f"no such departure{nearest_name(d.name, dates)}"]
    return []


def _two_chains(decisions: Iterable[Decision]) -> list[str]:
    locked = sorted((d.shipment, d.name) for d in decisions if d.what == "chain")
    groups = [(who, [name for _, name in x]) for who, x in groupby(locked, key=lambda x: x[0])]
    return [
        f"decisions: {who} is locked to {len(names)} chains, wanted one"
        for who, names in groups
        if len(names) > 1
    ]


# --- what it costs --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFigures:
    """One shipment's chain in figures; none of them is a sum over the three columns."""

    services: tuple[str, ...]  # empty: it is left
    cost_eur: float = 0.0
    physical_kgco2e: float = 0.0
    market_kgco2e: float = 0.0
    hours: float = 0.0  # from ready to delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFigures:
    """A plan in figures, and each of its chains."""

    cost_eur: float  # penalties included
    physical_kgco2e: float
    market_kgco2e: float
    offsets_t: float
    hours: float  # of all planned shipments, from ready to delivered
    units: float
    planned: float
    chains: Mapping[str, ChainFigures]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A shipment that travels otherwise: before, and after."""

    shipment_id: str
    before: ChainFigures
    after: ChainFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideCost:
    """What a decision costs: after less before, each column apart."""

    cost_eur: float
    physical_kgco2e: float
    market_kgco2e: float
    offsets_t: float
    hours: float
    units: float
    planned: float
    changes: tuple[Change, ...]


def cost_of(before: Plan, after: Plan) -> OverrideCost:
    """Return what the second plan costs more than the first, and which shipments changed."""
    return difference(figures_of(before), figures_of(after))


def difference(before: PlanFigures, after: PlanFigures) -> OverrideCost:
    """Return the second plan's figures less the first's."""
    left = ChainFigures(services=())
    pairs = {
        name: (before.chains.get(name, left), after.chains.get(name, left))
        for name in sorted({*before.chains, *after.chains})
    }
    return OverrideCost(
        cost_eur=after.cost_eur - before.cost_eur,
        physical_kgco2e=after.physical_kgco2e - before.physical_kgco2e,
        market_kgco2e=after.market_kgco2e - before.market_kgco2e,
        offsets_t=after.offsets_t - before.offsets_t,
        hours=after.hours - before.hours,
        units=after.units - before.units,
        planned=after.planned - before.planned,
        changes=tuple(
            Change(shipment_id=name, before=a, after=b)
            for name, (a, b) in pairs.items()
            if a.services != b.services
        ),
    )


def figures_of(plan: Plan) -> PlanFigures:
    """Return a plan in figures."""
    ready = {s.shipment_id: s.ready_at for s in plan.problem.shipments}
    chains = {
        name: _chain_figures(list(legs), ready[name])
        for name, legs in groupby(plan.legs, key=lambda x: x.line.element.shipment_id)
    }
    return PlanFigures(
        cost_eur=plan.costs.total / 100,
        physical_kgco2e=plan.inventory.physical.wtw_kgco2e,
        market_kgco2e=plan.inventory.market_based.wtw_kgco2e,
        offsets_t=plan.credits_t,
        hours=plan.hours(),
        units=math.fsum(u.full_units + u.part_units for u in plan.uses),
        planned=plan.planned(),
        chains=chains,
    )


def _chain_figures(legs: list[Leg], ready_at: datetime) -> ChainFigures:
    return ChainFigures(
        services=tuple(x.service_id for x in legs if x.service_id),
        cost_eur=math.fsum(x.cost_eur for x in legs),
        physical_kgco2e=math.fsum(x.line.physical.wtw_kgco2e for x in legs),
        market_kgco2e=math.fsum(x.line.market_based.wtw_kgco2e for x in legs),
        hours=(legs[-1].arrives_at - ready_at).total_seconds() / SECONDS_PER_HOUR,
    )
