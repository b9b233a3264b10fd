"""Re-check every rule of a plan without the solver, and recompute its cost, CO2e and proof.

Formulas are stated here a second time on purpose: a checker that shares the maker's code shares
its faults. Add a rule here first; it is the specification.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.findings import Finding, Report, Severity, Verdict
from data.places import haversine_km
from emissions.inventory import take_inventory
from optimizer.audit_answers import answer_faults
from optimizer.audit_claims import claim_faults, credit_faults
from optimizer.audit_loads import stowage_faults, unplaced
from optimizer.audit_prices import price_faults, shipments_aboard
from optimizer.audit_proof import frontier_faults, proof_faults
from optimizer.audit_reach import unservable_faults
from optimizer.recheck import booking_faults as booked
from optimizer.recheck import goods_faults, times_faults
from optimizer.recheck import opening_faults as opened
from optimizer.recheck_chances import punctuality_faults as unpunctual
from optimizer.recheck_decisions import decision_faults
from optimizer.recount import co2e_faults, energy_faults
from optimizer.resum import division_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.freight import Shipment
    from data.network import Service
    from optimizer.plan import DepartureUse, Leg, Plan

_ROOM = 1e-6  # relative; part loads are rounded up to a millionth of a unit
_MINUTE = timedelta(minutes=1)
_CLOCK = {"Mon": 0, "Tue": 1, "Wed": 2, "Thu": 3, "Fri": 4, "Sat": 5, "Sun": 6}


def audit(plan: Plan) -> Report:
    """Return one finding per rule; nothing may leave Greenlane unless all pass."""
    rules = (
        ("AUD-01", "each shipment planned once, or left with a reason", _served),
        ("AUD-02", "chains unbroken, from origin to destination", _unbroken),
        (
            "AUD-03",
            "nothing leaves before it is ready or arrives after the last accepted day",
            _dates,
        ),
        ("AUD-04", "handling hours and cut-offs kept at every change", _changes),
        ("AUD-05", "departures stand in the timetable", _timetable),
        ("AUD-06", "units hold the mass and volume on board, within the units on offer", _capacity),
        ("AUD-07", "loads add up to the shipments and fit their units", _loads),
        (
            "AUD-08",
            "closures, dangerous goods, temperature, must-use and must-avoid kept",
            _allowed,
        ),
        (
            "AUD-09",
            "prices recomputed from the tariffs, each leg its share; lateness and what is left",
            price_faults,
        ),
        ("AUD-10", "CO2e recomputed to the milligram", _co2e),
        ("AUD-11", "SAF and certificates within their shares", claim_faults),
        ("AUD-12", "credits cover the wanted residual, in whole tonnes", credit_faults),
        ("AUD-13", "carbon cap and budget kept", _limits),
        (
            "AUD-14",
            "values recomputed, bounds below them, gaps and claims follow; no bound re-proven",
            proof_faults,
        ),
        ("AUD-15", "no carriage is shorter than the great circle", _distances),
        (
            "AUD-16",
            "consignments add up to the shipments asked, divided only if allowed",
            division_faults,
        ),
        ("AUD-17", "hubs open for handling, pick-up, delivery and any-time departures", opened),
        ("AUD-18", "every departure booked in time", booked),
        ("AUD-19", "chances of being in time recomputed, none below the one wanted", unpunctual),
        ("AUD-20", "what the planner banned or locked kept", decision_faults),
        (
            "AUD-21",
            "frontier undominated; gaps, credits and prices recomputed, as far as points tell",
            frontier_faults,
        ),
        ("AUD-22", "no shipment called unservable that a chain would serve", unservable_faults),
        ("AUD-23", "other chains recomputed alone, the chosen ones as planned", answer_faults),
    )
    found = [_finding(code, what, list(rule(plan))) for code, what, rule in rules]
    return Report.of([*found, *_stowage(plan)])


def _stowage(plan: Plan) -> Iterator[Finding]:
    """Return whether pieces stand as they may, and, as a warning, where nobody knows."""
    placed = sum(1 for stowed in plan.stowed if stowed.plan is not None)
    what = f"pieces of {placed} departures stand in the units opened, by the rules of load plans"
    yield _finding("AUD-24", what, list(stowage_faults(plan)))
    blank = unplaced(plan)
    if blank:
        yield Finding(
            code="AUD-25",
            verdict=Verdict.UNKNOWN,
            about="plan",
            message=f"{len(blank)} of {len(plan.uses)} departures: by mass and volume alone",
            severity=Severity.WARNING,
        )


def _finding(code: str, what: str, faults: list[str]) -> Finding:
    return Finding(
        code=code,
        verdict=Verdict.FAIL if faults else Verdict.PASS,
        about="plan",
        message="; ".join(faults) if faults else what,
    )


def _by_shipment(plan: Plan) -> dict[str, list[Leg]]:
    grouped: dict[str, list[Leg]] = defaultdict(list)
    for leg in plan.legs:
        grouped[leg.line.element.shipment_id].append(leg)
    return grouped


def _shipments(plan: Plan) -> dict[str, Shipment]:
    return {s.shipment_id: s for s in plan.problem.shipments}


def _served(plan: Plan) -> Iterator[str]:
    known, planned = _shipments(plan), set(_by_shipment(plan))
    left = Counter(u.shipment_id for u in plan.unserved)
    for name in known:
        times = (name in planned) + left[name]
        if times != 1:
            yield f"{name} is planned or left {times} times, wanted 1"
    for name in sorted((planned | set(left)) - set(known)):
        yield f"{name} was never asked for"
    for name in sorted(plan.unservable & planned):
        yield f"{name} is called unservable but planned"
    for u in plan.unserved:
        if u.shipment_id in plan.unservable and u.reason_code in {"capacity", "limit"}:
            yield f"{u.shipment_id} is left for {u.reason_code}, but called unservable"
        if not u.reason or not u.would_need:
            yield f"{u.shipment_id} is left without a reason"


def _unbroken(plan: Plan) -> Iterator[str]:
    known = _shipments(plan)
    for name, legs in _by_shipment(plan).items():
        shipment, place = known[name], known[name].origin
        for number, leg in enumerate(legs, start=1):
            e = leg.line.element
            if e.leg_no != number or e.origin != place:
                yield f"{name} leg {e.leg_no} starts at {e.origin}, goods at {place}"
            if e.kind != ("transport" if number % 2 else "hub"):
                yield f"{name} leg {e.leg_no} is {e.kind}; carriage and handling alternate"
            if e.mass_kg != shipment.mass_kg:
                yield f"{name} leg {e.leg_no} carries {e.mass_kg} kg, wanted {shipment.mass_kg}"
            place = e.destination
        if place != shipment.destination or legs[-1].line.element.kind != "transport":
            yield f"{name} ends at {place}, wanted {shipment.destination}"


def _dates(plan: Plan) -> Iterator[str]:
    known = _shipments(plan)
    for name, legs in _by_shipment(plan).items():
        s = known[name]
        if legs[0].departs_at < s.ready_at:
            yield f"{name} departs {legs[0].departs_at}, ready {s.ready_at}"
        grace = timedelta(days=14) if s.lateness_eur_per_day is not None else timedelta()
        if legs[-1].arrives_at > s.due_at + grace:
            yield f"{name} arrives {legs[-1].arrives_at}, due {s.due_at}"


def _changes(plan: Plan) -> Iterator[str]:
    for name, legs in _by_shipment(plan).items():
        for before, hub, after in zip(legs[::2], legs[1::2], legs[2::2], strict=False):
            at = hub.line.element.origin
            key = (at, before.line.element.mode, after.line.element.mode)
            transfer = plan.problem.transfers.get(key)
            if transfer is None:
                yield f"{name} changes {key[1]} to {key[2]} at {at}, which offers no such change"
                continue
            ready = before.arrives_at + timedelta(hours=transfer.hours + transfer.cutoff_h)
            if after.departs_at < ready:
                yield f"{name} leaves {at} at {after.departs_at}, ready {ready}"
            if hub.line.element.hoc_id != transfer.hoc_id:
                yield f"{name} is handled at {at} as {hub.line.element.hoc_id}"


def _timetable(plan: Plan) -> Iterator[str]:
    for use in plan.uses:
        d, service = use.departure, plan.problem.services.get(use.departure.service_id)
        if service is None:
            yield f"{d.departure_id}: service is closed or unknown"
            continue
        dated = plan.problem.dated.get(d.service_id)
        if dated is not None:
            if d not in dated:
                yield f"{d.departure_id} is not among the dated departures"
            continue
        if abs(d.arrives_at - d.departs_at - timedelta(hours=service.duration_h)) > _MINUTE:
            yield f"{d.departure_id} takes {d.arrives_at - d.departs_at}"
        if not _in_schedule(plan, use, service):
            yield f"{d.departure_id} is not in {service.schedule!r}"
    yield from times_faults(plan)


def _in_schedule(plan: Plan, use: DepartureUse, service: Service) -> bool:
    if not service.schedule:
        return True
    kind, _, rest = service.schedule.partition(":")
    at = use.departure.departs_at
    if kind == "every":
        minutes = round(float(rest.removesuffix("h")) * 60)
        return round(at.timestamp()) % (60 * minutes) == 0
    local = at.astimezone(ZoneInfo(plan.problem.hubs[service.origin_hub].tz))
    days, times = rest.split(" ") if kind == "weekly" else (",".join(_CLOCK), rest)
    clocks = {tuple(map(int, clock.split(":"))) for clock in times.split(",")}
    weekdays = {_CLOCK[day] for day in days.split(",")}
    return local.weekday() in weekdays and (local.hour, local.minute) in clocks


def _capacity(plan: Plan) -> Iterator[str]:
    on_board = shipments_aboard(plan)
    for use in plan.uses:
        service, name = plan.problem.services[use.departure.service_id], use.departure.departure_id
        opened = use.full_units + use.part_units
        aboard = on_board[name]
        for what, size, load, told in (
            ("kg", service.unit_capacity_kg, sum(s.mass_kg for s in aboard), use.mass_kg),
            ("m3", service.unit_capacity_m3, sum(s.volume_m3 for s in aboard), use.volume_m3),
        ):
            if load > opened * size * (1 + _ROOM) + _ROOM:
                yield f"{name} carries {load:g} {what} in {opened:g} units of {size:g}"
            if not math.isclose(load, told, rel_tol=1e-9, abs_tol=1e-6):
                yield f"{name} tells {told:g} {what}, {load:g} on board"
        if use.departure.units_max is not None and opened > use.departure.units_max + _ROOM:
            yield f"{name} opens {opened:g} units of {use.departure.units_max}"
        if use.part_units and service.price.part_load_factor is None:
            yield f"{name} opens a part load, which is not on offer"


def _loads(plan: Plan) -> Iterator[str]:
    stowed = {s.departure_id for s in plan.stowed if s.plan is not None}
    total: dict[tuple[str, str], float] = defaultdict(float)
    unit: dict[tuple[str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for load in plan.loads:
        total[load.departure_id, load.shipment_id] += load.mass_kg
        unit[load.departure_id, load.unit_no][0] += load.mass_kg
        unit[load.departure_id, load.unit_no][1] += load.volume_m3
    for leg in plan.legs:
        e = leg.line.element
        if leg.departure_id and abs(total[leg.departure_id, e.shipment_id] - e.mass_kg) > _GRAMS:
            yield f"{leg.departure_id}: loads of {e.shipment_id} do not add up to {e.mass_kg} kg"
    units_of: dict[str, list[tuple[int, list[float]]]] = defaultdict(list)
    for (departure, number), sizes in unit.items():
        units_of[departure].append((number, sizes))
    for use in plan.uses:
        service, name = plan.problem.services[use.departure.service_id], use.departure.departure_id
        placed = name in stowed  # AUD-24 finds a place for every piece; so much for volume
        for number, (mass, volume) in units_of[name]:
            share = 1.0 if number <= use.full_units else use.part_units
            if mass > share * service.unit_capacity_kg * (1 + _ROOM) + _GRAMS:
                yield f"{name} unit {number} carries {mass:g} kg"
            if not placed and volume > share * service.unit_capacity_m3 * (1 + _ROOM) + _LITRES:
                yield f"{name} unit {number} carries {volume:g} m3"


_GRAMS = 0.02  # loads are written to the gram; some are split over several units
_LITRES = 0.0001


def _allowed(plan: Plan) -> Iterator[str]:
    known = _shipments(plan)
    for name, legs in _by_shipment(plan).items():
        s, used = known[name], set()
        for leg in legs:
            if not leg.service_id:
                continue
            service = plan.problem.services.get(leg.service_id)
            if service is None or leg.service_id in plan.problem.closed:
                yield f"{name} uses {leg.service_id}, which is closed"
                continue
            used |= {service.service_id, service.carrier, service.mode}
            used |= {service.origin_hub, service.destination_hub}
            if s.un_number and s.un_number not in service.dangerous_goods:
                yield f"{name} ({s.un_number}) travels on {leg.service_id}"
            if s.temperature not in {"ambient", service.temperature}:
                yield f"{name} ({s.temperature}) travels on {leg.service_id}"
            yield from goods_faults(s, service, plan.problem.hubs)
        yield from (f"{name} avoids {x} but uses it" for x in s.must_avoid if x in used)
        yield from (f"{name} must use {x} but does not" for x in s.must_use if x not in used)


def _co2e(plan: Plan) -> Iterator[str]:
    yield from co2e_faults(plan)
    yield from energy_faults(plan)
    again = take_inventory([x.line.element for x in plan.legs], plan.problem.factors)
    for leg in plan.legs:
        figures = (leg.line.physical, leg.line.market_based)
        if any(min(f.wtt_mg, f.ttw_mg) < 0 for f in figures):
            yield f"{leg.line.element.shipment_id} leg {leg.line.element.leg_no} is below zero"
    if again.physical != plan.inventory.physical:
        yield f"physical {plan.inventory.physical.wtw_mg} mg, recomputed {again.physical.wtw_mg}"
    if again.market_based != plan.inventory.market_based:
        yield f"market-based {plan.inventory.market_based.wtw_mg}, {again.market_based.wtw_mg}"
    total_mg: dict[str, int] = defaultdict(int)
    for leg in plan.legs:
        total_mg[leg.departure_id] += leg.line.physical.wtw_mg
    for use in plan.uses:
        if total_mg[use.departure.departure_id] != use.wtw_mg:
            yield f"{use.departure.departure_id}: shipments do not sum to its CO2e"


def _limits(plan: Plan) -> Iterator[str]:
    limits = plan.problem.scenario.objective
    market = limits.co2e_basis == "market_based"
    total = plan.inventory.market_based if market else plan.inventory.physical
    if limits.carbon_cap_kgco2e is not None and total.wtw_kgco2e > limits.carbon_cap_kgco2e:
        yield f"{total.wtw_kgco2e:.6f} kg CO2e above the cap {limits.carbon_cap_kgco2e:g}"
    if limits.budget is not None and plan.costs.paid > round(100 * limits.budget):
        yield f"{plan.costs.paid / 100:.2f} EUR above the budget {limits.budget:g}"


def _distances(plan: Plan) -> Iterator[str]:
    hubs = plan.problem.hubs
    for leg in plan.legs:
        e = leg.line.element
        if e.kind != "transport":
            continue
        a, b = hubs[e.origin], hubs[e.destination]
        least = haversine_km(a.lat, a.lon, b.lat, b.lon)
        if e.distance_km < least * _SPHERE:
            yield f"{leg.service_id} is {e.distance_km} km, the great circle {least:.0f} km"


_SPHERE = 0.99  # a mean sphere differs from the ellipsoid by up to 0.6 %
