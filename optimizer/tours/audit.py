"""Re-check every rule of some tours without an engine, and recompute cost, km, energy and CO2e.

Formulas are stated here a second time on purpose: a checker that shares the maker's code shares
its faults. Add a rule here first; it is the specification.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from data.findings import Finding, Report, Verdict
from optimizer.recount import physical_mg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.tours.records import Share, Stop, Tour, TourPlan, Visit

_MINUTE = 1e-6  # sums of a day's minutes in floats
_KWH = 1e-6
_KM = 1e-6
_KG = 1e-6
_CENTS = 0.011  # each tour's price is rounded to cents once
_ENERGY = 2e-6  # amounts are rounded to millionths once
_ONE_MG = 1


def audit_tours(plan: TourPlan) -> Report:
    """Return one finding per rule; nothing may leave Greenlane unless all pass."""
    rules = (
        ("TOUR-01", "each stop visited once, or left with a reason", _once),
        ("TOUR-02", "tours start and end at their depot, unbroken, km as measured", _unbroken),
        ("TOUR-03", "service begins within its window and takes its time", _windows),
        ("TOUR-04", "nothing departs before it has arrived; driving takes its time", _clock),
        ("TOUR-05", "tours keep the shift of their vehicle", _shift),
        ("TOUR-06", "loads add up and fit by mass and volume", _loads),
        ("TOUR-07", "a pair rides in one vehicle, pick-up first", _pairs),
        ("TOUR-08", "the battery never runs below empty or above full", _battery),
        ("TOUR-09", "charging takes its time, and fills where that is the rule", _charging),
        ("TOUR-10", "no more vehicles than there are", _fleet),
        ("TOUR-11", "km, hours and cost recomputed", _cost),
        ("TOUR-12", "energy recomputed by load along the tour", _energy),
        ("TOUR-13", "shares by activity sum to their tour; CO2e recomputed", _shares),
        ("TOUR-14", "no bound above its value; proven only where they meet", _proof),
    )
    return Report.of(
        Finding(
            code=code,
            verdict=Verdict.FAIL if faults else Verdict.PASS,
            about="tours",
            message="; ".join(faults) if faults else what,
        )
        for code, what, faults in ((code, what, list(rule(plan))) for code, what, rule in rules)
    )


def _stops(plan: TourPlan) -> dict[str, Stop]:
    return {s.stop_id: s for s in plan.problem.stops}


def _calls(tour: Tour) -> list[Visit]:
    return [v for v in tour.visits if v.kind in {"pickup", "delivery"}]


def _once(plan: TourPlan) -> Iterator[str]:
    seen = Counter(v.node_id for t in plan.tours for v in _calls(t))
    seen.update(u.stop_id for u in plan.unserved)
    for stop_id, stop in _stops(plan).items():
        if seen[stop_id] != 1:
            yield f"{stop_id} is visited or left {seen[stop_id]} times, wanted 1"
        for tour in plan.tours:
            for v in _calls(tour):
                if v.node_id == stop_id and (v.kind != stop.kind or v.site != stop.site):
                    yield f"{tour.tour_id} calls {stop_id} as {v.kind} at site {v.site}"
    yield from (f"{name} was never asked for" for name in sorted(set(seen) - set(_stops(plan))))
    for u in plan.unserved:
        if not (u.reason and u.would_need):
            yield f"{u.stop_id} is left without a reason"


def _unbroken(plan: TourPlan) -> Iterator[str]:
    km = plan.problem.ways.km
    for tour in plan.tours:
        depot = plan.problem.vehicles[tour.vehicle].depot
        kinds = [v.kind for v in tour.visits]
        if kinds[:1] != ["start"] or kinds[-1:] != ["end"] or kinds.count("start") != 1:
            yield f"{tour.tour_id} is {kinds}, wanted one start first and an end last"
        if not _calls(tour) or kinds.count("end") != 1:
            yield f"{tour.tour_id} serves nobody or ends more than once"
        for v in (tour.visits[0], tour.visits[-1]):
            if v.site != depot:
                yield f"{tour.tour_id} {v.kind}s at site {v.site}, wanted the depot {depot}"
        for a, b in pairwise(tour.visits):
            if abs(km[a.site][b.site] - b.km) > _KM:
                yield f"{tour.tour_id} {a.node_id}-{b.node_id} {b.km} km, {km[a.site][b.site]}"


def _windows(plan: TourPlan) -> Iterator[str]:
    stops = _stops(plan)
    for tour in plan.tours:
        for v in _calls(tour):
            s = stops.get(v.node_id)
            if s is None:
                continue
            if v.begins_min < s.ready_min - _MINUTE or v.begins_min > s.due_min + _MINUTE:
                window = f"[{s.ready_min:.3f}, {s.due_min:.3f}]"
                yield f"{tour.tour_id} serves {s.stop_id} at {v.begins_min:.3f}, window {window}"
            if v.leaves_min < v.begins_min + s.service_min - _MINUTE:
                yield f"{tour.tour_id} leaves {s.stop_id} before its service is done"


def _clock(plan: TourPlan) -> Iterator[str]:
    for tour in plan.tours:
        speed = plan.problem.vehicles[tour.vehicle].km_per_h
        for v in tour.visits:
            if not v.arrives_min - _MINUTE <= v.begins_min <= v.leaves_min + _MINUTE:
                yield f"{tour.tour_id} {v.node_id}: arrives, begins and leaves out of order"
        for a, b in pairwise(tour.visits):
            if b.arrives_min < a.leaves_min + b.km / speed * 60.0 - _MINUTE:
                yield f"{tour.tour_id} drives {b.km:g} km to {b.node_id} too fast"


def _shift(plan: TourPlan) -> Iterator[str]:
    for tour in plan.tours:
        vehicle = plan.problem.vehicles[tour.vehicle]
        if tour.visits[0].leaves_min < vehicle.starts_min - _MINUTE:
            yield f"{tour.tour_id} departs at {tour.visits[0].leaves_min:.3f}, before its shift"
        if tour.visits[-1].arrives_min > vehicle.ends_min + _MINUTE:
            yield f"{tour.tour_id} returns at {tour.visits[-1].arrives_min:.3f}, after its shift"


def _loads(plan: TourPlan) -> Iterator[str]:
    stops = _stops(plan)
    for tour in plan.tours:
        vehicle = plan.problem.vehicles[tour.vehicle]
        calls = [stops[v.node_id] for v in _calls(tour) if v.node_id in stops]
        aboard = [s for s in calls if s.kind == "delivery" and not s.pair_id]
        kg, m3 = math.fsum(s.mass_kg for s in aboard), math.fsum(s.volume_m3 for s in aboard)
        for v in tour.visits:
            if v.kind in {"pickup", "delivery"} and v.node_id in stops:
                sign = 1 if v.kind == "pickup" else -1
                kg += sign * stops[v.node_id].mass_kg
                m3 += sign * stops[v.node_id].volume_m3
            if abs(kg - v.load_kg) > _KG * (1 + kg) or abs(m3 - v.load_m3) > _KG * (1 + m3):
                yield f"{tour.tour_id} leaves {v.node_id} with {v.load_kg} kg, recomputed {kg}"
            for what, size, load in (
                ("kg", vehicle.capacity_kg, kg),
                ("m3", vehicle.capacity_m3, m3),
            ):
                if load > size + _KG * (1 + size):
                    yield f"{tour.tour_id} leaves {v.node_id} with {load:g} {what} of {size:g}"


def _pairs(plan: TourPlan) -> Iterator[str]:
    stops = plan.problem.stops
    for pair_id, ends in plan.problem.pairs.items():
        wanted = {stops[i].stop_id for i in ends}
        for tour in plan.tours:
            found = [v for v in _calls(tour) if v.node_id in wanted]
            if found and [v.kind for v in found] != ["pickup", "delivery"]:
                kinds = ", ".join(v.kind for v in found)
                yield f"{tour.tour_id} takes of pair {pair_id} {kinds}, wanted pickup, delivery"


def _battery(plan: TourPlan) -> Iterator[str]:
    for tour in plan.tours:
        vehicle = plan.problem.vehicles[tour.vehicle]
        if vehicle.battery_kwh is None:
            continue
        kwh = vehicle.battery_kwh
        for v in tour.visits:
            kwh -= v.km * vehicle.kwh_per_km
            told = v.battery_arriving_kwh, v.battery_kwh
            if kwh < -_KWH:
                yield f"{tour.tour_id} reaches {v.node_id} with {kwh:.6f} kWh"
            if told[0] is None or abs(told[0] - kwh) > _KWH:
                yield f"{tour.tour_id} tells {told[0]} kWh at {v.node_id}, recomputed {kwh}"
            kwh += v.charged_kwh
            if told[1] is None or abs(told[1] - kwh) > _KWH or kwh > vehicle.battery_kwh + _KWH:
                yield f"{tour.tour_id} leaves {v.node_id} with {told[1]} of {kwh:.6f} kWh"


def _charging(plan: TourPlan) -> Iterator[str]:
    known = {c.charger_id: c for c in plan.problem.chargers}
    for tour in plan.tours:
        vehicle = plan.problem.vehicles[tour.vehicle]
        for v in tour.visits:
            if v.kind != "charge":
                if v.charged_kwh:
                    yield f"{tour.tour_id} charges at {v.node_id}, which is no charger"
                continue
            charger = known.get(v.node_id)
            if charger is None or charger.site != v.site or v.charged_kwh < 0:
                yield f"{tour.tour_id} charges {v.charged_kwh} kWh at {v.node_id}"
                continue
            pace = max(charger.minutes_per_kwh, vehicle.minutes_per_kwh)
            if v.leaves_min < v.begins_min + v.charged_kwh * pace - _MINUTE:
                yield f"{tour.tour_id} charges {v.charged_kwh:g} kWh at {v.node_id} too fast"
            full = vehicle.battery_kwh or 0.0
            if plan.problem.recharge == "full" and abs((v.battery_kwh or 0.0) - full) > _KWH:
                yield f"{tour.tour_id} leaves {v.node_id} with {v.battery_kwh} of {full} kWh"


def _fleet(plan: TourPlan) -> Iterator[str]:
    used = Counter(t.vehicle for t in plan.tours)
    for i, vehicle in enumerate(plan.problem.vehicles):
        if used[i] > vehicle.count:
            yield f"{used[i]} vehicles {vehicle.vehicle_id}, wanted at most {vehicle.count}"
    names = Counter(t.tour_id for t in plan.tours)
    yield from (f"{name} stands twice" for name, times in names.items() if times > 1)


def _cost(plan: TourPlan) -> Iterator[str]:
    for tour in plan.tours:
        v = plan.problem.vehicles[tour.vehicle]
        km = math.fsum(x.km for x in tour.visits)
        hours = (tour.visits[-1].leaves_min - tour.visits[0].leaves_min) / 60.0
        eur = v.fixed_eur + v.eur_per_km * km + v.eur_per_h * hours
        for what, told, again, room in (
            ("km", tour.km, km, _KM),
            ("hours", tour.hours, hours, _MINUTE),
            ("EUR", tour.cost_eur, eur, _CENTS),
        ):
            if abs(told - again) > room:
                yield f"{tour.tour_id} tells {told} {what}, recomputed {again}"


def _energy(plan: TourPlan) -> Iterator[str]:
    factors = plan.problem.factors
    for tour in plan.tours:
        code = plan.problem.vehicles[tour.vehicle].vehicle_code
        if factors is None or not code:
            if tour.energy is not None:
                yield f"{tour.tour_id} tells energy without a factor"
            continue
        f = factors.vehicle(code)
        slope = (f.energy_per_km_full - f.energy_per_km_empty) / f.payload_kg
        used = math.fsum(
            b.km * (f.energy_per_km_empty + slope * a.load_kg) for a, b in pairwise(tour.visits)
        )
        if tour.energy is None or abs(tour.energy - used) > _ENERGY:
            yield f"{tour.tour_id} tells {tour.energy} kWh or kg, recomputed {used}"


def _shares(plan: TourPlan) -> Iterator[str]:
    if plan.problem.factors is None:
        if plan.shares or plan.inventory is not None:
            yield "CO2e is told without a factor set"
        return
    for tour in plan.tours:
        shares = [s for s in plan.shares if s.tour_id == tour.tour_id]
        yield from _shares_of(plan, tour, shares)
    told = sum(s.line.physical.wtw_mg for s in plan.shares)
    if plan.inventory is None or plan.inventory.physical.wtw_mg != told:
        yield "the inventory is not the sum of its shares"


def _shares_of(plan: TourPlan, tour: Tour, shares: list[Share]) -> Iterator[str]:
    wanted = sorted(v.node_id for v in _calls(tour))
    if sorted(name for s in shares for name in s.stop_ids) != wanted:
        yield f"{tour.tour_id}: the shares do not name its stops once each"
        return
    elements = [s.line.element for s in shares]
    activity = [e.mass_kg * e.distance_km for e in elements]
    amounts = [(e.fuel_kg or 0.0) + (e.energy_kwh or 0.0) for e in elements]
    total = math.fsum(amounts)
    if abs(total - (tour.energy or 0.0)) > _ENERGY:
        yield f"{tour.tour_id} shares {total} of {tour.energy} kWh or kg"
    if abs(math.fsum(s.cost_eur for s in shares) - tour.cost_eur) > _CENTS:
        yield f"{tour.tour_id}: cost shares do not sum to {tour.cost_eur}"
    for share, e, part, amount in zip(shares, elements, activity, amounts, strict=True):
        if abs(amount - total * part / math.fsum(activity)) > _ENERGY:
            yield f"{tour.tour_id} {e.shipment_id} bears {amount}, not its share by activity"
        if e.mass_kg != _stops(plan)[share.stop_ids[0]].mass_kg:
            yield f"{tour.tour_id} {e.shipment_id}: {e.mass_kg} kg is not the mass of its stop"
        if abs(e.distance_km - _alone_km(plan, tour, share)) > _KM:
            yield f"{tour.tour_id} {e.shipment_id}: {e.distance_km} km is not its way alone"
        if plan.problem.factors is not None:
            wtt, ttw = physical_mg(e, plan.problem.factors)
            told = share.line.physical
            if abs(told.wtt_mg - wtt) > _ONE_MG or abs(told.ttw_mg - ttw) > _ONE_MG:
                yield f"{tour.tour_id} {e.shipment_id} tells {told}, recomputed {wtt} + {ttw} mg"


def _alone_km(plan: TourPlan, tour: Tour, share: Share) -> float:
    """Return the shortest way of a consignment as if it went alone, from its stops."""
    sites = [_stops(plan)[name].site for name in share.stop_ids]
    depot = plan.problem.vehicles[tour.vehicle].depot
    ends = (sites[0], sites[1]) if len(sites) > 1 else (depot, sites[0])
    return plan.problem.ways.km[ends[0]][ends[1]]


def _proof(plan: TourPlan) -> Iterator[str]:
    bound, value = plan.lower_bound, plan.value
    if plan.proven and bound is None:
        yield "proven without a bound"
    if bound is None:
        return
    room = _CENTS * (1 + len(plan.tours))
    for told, least in zip(value, bound, strict=True):
        if least > told + room:
            yield f"bound {least} above value {told}"
        if plan.proven and abs(told - least) > room:
            yield f"value {told} is not its bound {least}, but called proven"
        if told > least + room:
            break  # later figures are bounds only where earlier ones meet
