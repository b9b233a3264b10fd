"""Recompute what a plan costs: departures, the share of each leg, and all that is bought or owed.

The tariffs and penalties are stated here a second time on purpose.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from optimizer.resum import charged_together

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from data.freight import Shipment
    from data.network import Price, Service
    from optimizer.plan import DepartureUse, Leg, Plan

_CENTS = 0.015  # prices are rounded to cents once per departure
_OWN_CENTS = 0.0051  # and once per leg; the last leg aboard takes what that leaves
_LEFT_EUR_PER_KG, _LEFT_EUR = 50.0, 20_000.0  # of a shipment that is left behind
_SECONDS_PER_DAY = 86_400.0


def shipments_aboard(plan: Plan) -> dict[str, list[Shipment]]:
    """Return who is on board of each departure."""
    known = {s.shipment_id: s for s in plan.problem.shipments}
    found: dict[str, list[Shipment]] = defaultdict(list)
    for leg in plan.legs:
        if leg.departure_id:
            found[leg.departure_id].append(known[leg.line.element.shipment_id])
    return found


def price_faults(plan: Plan) -> Iterator[str]:
    """Find departures, legs and sums of costs that are not what the tariffs make."""
    on_board = shipments_aboard(plan)
    legs: dict[str, list[Leg]] = defaultdict(list)
    for leg in plan.legs:
        legs[leg.departure_id].append(leg)
    for use in plan.uses:
        name, price = (
            use.departure.departure_id,
            plan.problem.services[use.departure.service_id].price,
        )
        sizes = charged_together(on_board[name])
        total = units_eur(price, use) + sum(fare_eur(price, *size) for size in sizes)
        if abs(total - use.cost_eur) > _CENTS:
            yield f"{name} costs {use.cost_eur:.2f}, recomputed {total:.2f}"
        yield from _shared_faults(plan, use, on_board[name], legs[name])
    yield from _handling_faults(plan)
    for what, cents, eur in (*_bought(plan), *_owed(plan)):
        if abs(cents / 100 - eur) > _CENTS:
            yield f"{what} cost {cents / 100:.2f}, recomputed {eur:.2f}"


def units_eur(price: Price, use: DepartureUse) -> float:
    """Return the price of the units opened on a departure."""
    opened = use.full_units + use.part_units
    part = use.part_units * (price.part_load_factor or 0.0)
    return (price.eur_per_unit or 0.0) * (use.full_units + part) + (
        price.surcharge_eur_per_unit * opened
    )


def fare_eur(price: Price, mass_kg: float, volume_m3: float) -> float:
    """Return what one shipment pays on a departure, apart from units."""
    weight = max(mass_kg, volume_m3 * price.chargeable_kg_per_m3)
    reached = [b.eur_per_kg for b in price.rate_breaks if b.from_kg <= weight]
    rate = reached[-1] if reached else price.eur_per_t / 1000.0
    total = max(price.eur_min, rate * weight) + price.surcharge_eur_per_shipment
    return total + price.surcharge_eur_per_kg * weight


def _shared_faults(
    plan: Plan, use: DepartureUse, goods: Sequence[Shipment], legs: Sequence[Leg]
) -> Iterator[str]:
    """Find legs that do not bear their own fare and their load's share of the units."""
    name, service = use.departure.departure_id, plan.problem.services[use.departure.service_id]
    told = sum(round(100 * leg.cost_eur) for leg in legs)
    if told != round(100 * use.cost_eur):
        yield f"{name}: its legs cost {told / 100:.2f}, it costs {use.cost_eur:.2f}"
    loads = [_load(service, s) for s in goods]
    units, fares = units_eur(service.price, use), _own_fares(service.price, goods)
    wrong = [
        f"{s.shipment_id} pays {leg.cost_eur:.2f} of {name}, recomputed {wanted:.2f}"
        for s, leg, load, fare in zip(goods, legs, loads, fares, strict=True)
        if abs(leg.cost_eur - (wanted := fare + units * load / math.fsum(loads))) > _OWN_CENTS
    ]
    if len(wrong) > 1 or (wrong and told != round(100 * use.cost_eur)):
        yield from wrong


def _own_fares(price: Price, goods: Iterable[Shipment]) -> list[float]:
    """Return the fare of each; consignments of one shipment share theirs by mass."""
    goods = list(goods)
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for s in goods:
        sums[s.consignment_of or s.shipment_id][0] += s.mass_kg
        sums[s.consignment_of or s.shipment_id][1] += s.volume_m3
    found = []
    for s in goods:
        mass_kg, volume_m3 = sums[s.consignment_of or s.shipment_id]
        found.append(fare_eur(price, mass_kg, volume_m3) * s.mass_kg / mass_kg)
    return found


def _load(service: Service, s: Shipment) -> float:
    return max(s.mass_kg / service.unit_capacity_kg, s.volume_m3 / service.unit_capacity_m3)


def _handling_faults(plan: Plan) -> Iterator[str]:
    for before, hub, after in zip(plan.legs, plan.legs[1:], plan.legs[2:], strict=False):
        e = hub.line.element
        if hub.departure_id:
            continue
        key = (e.origin, before.line.element.mode, after.line.element.mode)
        transfer = plan.problem.transfers.get(key)
        if transfer is None:
            continue  # AUD-04 tells
        wanted = transfer.cost_eur_per_t * e.mass_kg / 1000
        if abs(hub.cost_eur - wanted) > _OWN_CENTS:
            yield f"{e.shipment_id} pays {hub.cost_eur:.2f} at {e.origin}, recomputed {wanted:.2f}"


def _bought(plan: Plan) -> Iterator[tuple[str, int, float]]:
    scenario, costs = plan.problem.scenario, plan.costs
    saf = math.fsum(x.line.element.saf_kg for x in plan.legs) * scenario.fuel.saf_price_per_t / 1000
    eac = math.fsum(x.line.element.eac_kwh for x in plan.legs)
    eac *= scenario.electricity.eac_price_per_mwh / 1000
    told = plan.credits_t * scenario.neutrality.credit_price_per_t
    yield "SAF", costs.saf, saf
    yield "certificates", costs.eac, eac
    yield "credits", costs.credits, told
    yield "transport", costs.transport, math.fsum(u.cost_eur for u in plan.uses)
    yield "hubs", costs.hubs, math.fsum(x.cost_eur for x in plan.legs if not x.departure_id)


def _owed(plan: Plan) -> Iterator[tuple[str, int, float]]:
    """Yield what late arrivals and shipments left behind are priced at."""
    arrived = {leg.line.element.shipment_id: leg.arrives_at for leg in plan.legs}
    late = 0.0
    for s in plan.problem.shipments:
        if s.shipment_id in arrived and s.lateness_eur_per_day:
            seconds = (arrived[s.shipment_id] - s.due_at).total_seconds()
            late += max(0.0, seconds) / _SECONDS_PER_DAY * s.lateness_eur_per_day
    yield "late arrivals", plan.costs.lateness, late
    yield "shipments left", plan.costs.unserved_penalty, left_eur(plan.problem.shipments, arrived)


def left_eur(shipments: Iterable[Shipment], planned: Iterable[str]) -> float:
    """Return the price of all shipments that are not among the planned ones."""
    names = set(planned)
    return math.fsum(
        _LEFT_EUR_PER_KG * s.mass_kg + _LEFT_EUR * s.share
        for s in shipments
        if s.shipment_id not in names
    )
