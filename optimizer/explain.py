"""Answer "why not?": unserved shipments, other chains, and what the planner could still buy."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from data.units import G_PER_KG, KG_PER_TONNE, SECONDS_PER_DAY, SECONDS_PER_HOUR
from optimizer.itineraries import itineraries, usable_departures
from optimizer.plan import Alternative, Lever, Unserved
from optimizer.problem import NOT_ITS_LANE, latest_arrival, may_carry
from optimizer.punctuality import Forecast
from optimizer.scores import arrivals
from optimizer.timetable import catchable_departures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from data.freight import Shipment
    from emissions.factors import Factors
    from optimizer.itineraries import Itinerary
    from optimizer.plan import Plan
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

DEFAULT_PATHWAY = "hefa-uco"  # the fuel most of Europe's SAF is made of, when none is named
_LOOK_AHEAD = timedelta(days=90)  # how far past a due date an arrival is searched for
_SMALLEST_SAVING_KG = 1.0  # below this a measure is noise


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
        if why := _unsure(problem, departures, s):
            return why
        limits = problem.scenario.objective
        limited = limits.carbon_cap_kgco2e is not None or limits.budget is not None
        return Unserved(
            shipment_id=s.shipment_id,
            reason_code="limit" if limited else "capacity",
            reason="chains in time exist, but "
            + ("the cap or budget leaves no room" if limited else "their units are full"),
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
    """Return the other chains of each shipment with the reason why each was not chosen."""
    chosen: dict[str, list[str]] = {}
    for leg in plan.legs:
        if leg.service_id:
            chosen.setdefault(leg.line.element.shipment_id, []).append(leg.service_id)
    found = []
    forecast = Forecast(problem)
    for s in problem.shipments:
        ways = ways_of[s.shipment_id]
        taken = tuple(chosen.get(s.shipment_id, ()))
        mine = next((w for w in ways if w.services == taken), None)
        rank = 0
        for way in ways:
            if way is mine:
                found.append(Alternative(rank=0, itinerary=way, why_not="chosen"))
                continue
            rank += 1
            found.append(
                Alternative(
                    rank=rank,
                    itinerary=way,
                    why_not=_too_unsure(forecast, s, way, plan) + _why_not(s, way, mine, plan),
                )
            )
    return tuple(found)


def _too_unsure(forecast: Forecast, s: Shipment, way: Itinerary, plan: Plan) -> str:
    wanted = plan.problem.scenario.robustness.min_on_time_probability
    chance = forecast.on_time(s, way.departures).probability if wanted else None
    if not wanted or (chance is not None and chance >= wanted):
        return ""
    told = "an unknown chance" if chance is None else _chance(chance)
    return f"in time with {told}, wanted {_chance(wanted)}; "


def _why_not(s: Shipment, way: Itinerary, mine: Itinerary | None, plan: Plan) -> str:
    parts = []
    if way.arrives_at > s.due_at:
        days = (way.arrives_at - s.due_at).total_seconds() / SECONDS_PER_DAY
        parts.append(f"late by {days:.1f} days")
    if mine is None:
        return "; ".join([*parts, "the chosen chain is shared with others, see legs"])
    cost = way.cost_eur - mine.cost_eur
    basis = plan.problem.scenario.objective.co2e_basis
    co2e = _co2e(way, basis) - _co2e(mine, basis)
    parts.append(f"{cost:+,.0f} EUR and {co2e:+,.0f} kg CO2e against the chosen chain, alone")
    if cost < 0 and co2e < 0 and len(parts) == 1:
        parts.append("dearer once the chosen chain shares its units")
    return "; ".join(parts)


def _co2e(way: Itinerary, basis: str) -> float:
    return way.market_kgco2e if basis == "market_based" else way.physical_kgco2e


def levers_of(problem: Problem, ways_of: Ways, plan: Plan) -> tuple[Lever, ...]:
    """Return measures that would lower CO2e further: first what costs nothing, then by EUR/t."""
    found = [*_mode_levers(problem, ways_of, plan), *_saf_levers(problem, plan)]
    return tuple(sorted(found, key=lambda x: (*_worth(x), x.kind, x.about)))


def _worth(lever: Lever) -> tuple[float, float]:
    """Order measures: those that cost nothing by what they save, then by price per tonne."""
    return max(0.0, lever.eur_per_t), -lever.saves_kgco2e


def _mode_levers(problem: Problem, ways_of: Ways, plan: Plan) -> list[Lever]:
    """Price the cheapest greener chain in time of each shipment against what it now costs."""
    now_kg: dict[str, float] = {}
    now_eur: dict[str, float] = {}
    for leg in plan.legs:
        name = leg.line.element.shipment_id
        now_kg[name] = now_kg.get(name, 0.0) + leg.line.physical.wtw_kgco2e
        now_eur[name] = now_eur.get(name, 0.0) + leg.cost_eur
    found = []
    forecast, wanted = Forecast(problem), problem.scenario.robustness.min_on_time_probability
    for s in problem.shipments:
        name = s.shipment_id
        if name not in now_kg:
            continue
        offers = [
            _mode_lever(problem, s, way, now_kg[name], now_eur[name])
            for way in ways_of[name]
            if way.arrives_at <= s.due_at
            and (not wanted or (forecast.on_time(s, way.departures).probability or 0.0) >= wanted)
            and now_kg[name] - way.physical_kgco2e > _SMALLEST_SAVING_KG
        ]
        found += sorted(offers, key=_worth)[:1]
    return found


def _mode_lever(
    problem: Problem, s: Shipment, way: Itinerary, now_kg: float, now_eur: float
) -> Lever:
    saves, costs = now_kg - way.physical_kgco2e, way.cost_eur - now_eur
    per_t = costs / saves * KG_PER_TONNE
    days = (s.due_at - way.arrives_at).total_seconds() / SECONDS_PER_DAY
    return Lever(
        kind="mode",
        about=s.shipment_id,
        saves_kgco2e=saves,
        costs_eur=costs,
        eur_per_t=per_t,
        text=f"{s.shipment_id}: {' > '.join(way.services)}, alone, {days:.1f} days in hand"
        + _opens(problem, way),
    )


def _opens(problem: Problem, way: Itinerary) -> str:
    """Return which closures of the scenario a chain would have to open."""
    shut = dict.fromkeys(problem.closed[x] for x in way.services if x in problem.closed)
    return f" (were it open: {', '.join(shut)})" if shut else ""


def _saf_levers(problem: Problem, plan: Plan) -> list[Lever]:
    """Price SAF for the fuel of each flight service that is still fossil."""
    factors, fuel = problem.factors, problem.scenario.fuel
    pathway_id = fuel.saf_pathway or DEFAULT_PATHWAY
    price = fuel.saf_price_per_t or _usual_saf_premium(factors)
    pathway, lhv = factors.pathway(pathway_id), factors.carrier("jet").lhv_mj_per_kg
    saved: dict[str, float] = {}
    tonnes: dict[str, float] = {}
    for leg in plan.legs:
        line = leg.line
        if line.element.mode != "air":
            continue
        fuel_mj = line.fuel_kg * lhv
        rest_mj = fuel_mj - line.element.saf_kg * pathway.lhv_mj_per_kg
        per_mj = line.physical.wtw_kgco2e / fuel_mj - pathway.total_gco2e_per_mj / G_PER_KG
        saved[leg.service_id] = saved.get(leg.service_id, 0.0) + max(0.0, rest_mj) * per_mj
        need = max(0.0, rest_mj) / pathway.lhv_mj_per_kg / KG_PER_TONNE
        tonnes[leg.service_id] = tonnes.get(leg.service_id, 0.0) + need
    return [
        Lever(
            kind="saf",
            about=service_id,
            saves_kgco2e=saves,
            costs_eur=tonnes[service_id] * price,
            eur_per_t=tonnes[service_id] * price / saves * KG_PER_TONNE,
            text=f"{service_id}: {tonnes[service_id]:.2f} t neat {pathway_id} for the fossil rest",
        )
        for service_id, saves in sorted(saved.items())
        if saves > _SMALLEST_SAVING_KG
    ]


def _usual_saf_premium(factors: Factors) -> float:
    """Return what a tonne of neat SAF costs above the jet fuel that a freight rate holds."""
    saf = factors.parameter("saf_price_eur_per_t_typical")
    return saf - factors.parameter("jet_price_eur_per_t")
