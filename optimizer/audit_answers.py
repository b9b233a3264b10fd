"""Recompute what a plan says of other chains: their price and CO2e alone, and the chosen one's.

What levers cost is priced from the departures of the plan; here only their arithmetic is looked at.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from optimizer.audit_prices import fare_eur
from optimizer.problem import hub_element, transport_element
from optimizer.recount import physical_mg

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.freight import Shipment
    from data.network import Service
    from optimizer.plan import Alternative, Leg, Plan
    from optimizer.problem import Problem

_CENTS = 0.015
_SHARE = 1e-5  # relative; intensities are known to the milligram per tonne
_KG = 1e-4
_NOISE = 1e-9  # units


def answer_faults(plan: Plan) -> Iterator[str]:
    """Find alternatives with other figures than their chains make, levers that do not divide."""
    known = {s.shipment_id: s for s in plan.problem.shipments}
    legs: dict[str, list[Leg]] = defaultdict(list)
    for leg in plan.legs:
        legs[leg.line.element.shipment_id].append(leg)
    for a in plan.alternatives:
        name = a.itinerary.shipment_id
        told = f"{name} alternative {a.rank}"
        if name not in known:
            yield f"{told} is of a shipment nobody asked for"
            continue
        if a.rank == 0:
            yield from _chosen_faults(told, a, legs[name])
        yield from _alone_faults(told, a, plan.problem, known[name])
    told_of = [a.itinerary.shipment_id for a in plan.alternatives if a.rank == 0]
    if plan.alternatives and sorted(told_of) != sorted(legs):
        yield "alternatives do not name the chosen chain of each planned shipment once"
    for x in plan.levers:
        price = x.costs_eur / x.saves_kgco2e * 1000 if x.saves_kgco2e > 0 else math.nan
        if not math.isclose(x.eur_per_t, price, rel_tol=1e-9, abs_tol=1e-6):
            yield f"lever of {x.about} tells {x.eur_per_t} EUR/t, recomputed {price}"


def _chosen_faults(told: str, a: Alternative, legs: Sequence[Leg]) -> Iterator[str]:
    way, taken = a.itinerary, [leg.departure_id for leg in legs if leg.departure_id]
    if [d.departure_id for d in way.departures] != taken:
        yield f"{told} is not the chain of its legs"
    for what, kg, mg in (
        ("physical", way.physical_kgco2e, sum(x.line.physical.wtw_mg for x in legs)),
        ("market-based", way.market_kgco2e, sum(x.line.market_based.wtw_mg for x in legs)),
    ):
        if round(kg * 1e6) != mg:
            yield f"{told} tells {kg} kg {what}, its legs {mg} mg"
    if legs and way.arrives_at != legs[-1].arrives_at:
        yield f"{told} arrives {way.arrives_at}, its legs {legs[-1].arrives_at}"


def _alone_faults(told: str, a: Alternative, problem: Problem, s: Shipment) -> Iterator[str]:
    """Find a price, and but for the chosen chain a CO2e, that a shipment alone does not make."""
    eur = mg = 0.0
    services = [problem.services.get(name) for name in a.itinerary.services]
    if None in services or not services:
        yield f"{told} takes services that are closed or unknown"
        return
    chain = [x for x in services if x is not None]
    for service in chain:
        price, opened = _opened(service, s)
        eur += price + fare_eur(service.price, s.mass_kg, s.volume_m3)
        mg += _carried_mg(problem, service, s, opened)
    for one, two in pairwise(chain):
        transfer = problem.transfers.get((one.destination_hub, one.mode, two.mode))
        if transfer is None or one.destination_hub != two.origin_hub:
            yield f"{told} changes at {one.destination_hub}, which offers no such change"
            return
        eur += transfer.cost_eur_per_t * s.mass_kg / 1000
        hub = problem.hubs[transfer.hub_id]
        mg += sum(physical_mg(hub_element(transfer, hub, s, problem.factors), problem.factors))
    if abs(a.itinerary.cost_eur - eur) > _CENTS:
        yield f"{told} costs {a.itinerary.cost_eur:.2f} EUR alone, recomputed {eur:.2f}"
    kg, wanted = a.itinerary.physical_kgco2e, mg / 1e6
    if a.rank and not math.isclose(kg, wanted, rel_tol=_SHARE, abs_tol=_KG):
        yield f"{told} emits {kg:.6f} kg alone, recomputed {wanted:.6f}"


def _opened(service: Service, s: Shipment) -> tuple[float, float]:
    """Return the least price of the units for a shipment alone, and how many they are."""
    price = service.price
    load = max(s.mass_kg / service.unit_capacity_kg, s.volume_m3 / service.unit_capacity_m3)
    each, extra = price.eur_per_unit or 0.0, price.surcharge_eur_per_unit
    full = math.ceil(load - _NOISE)
    offers = [((each + extra) * full, float(full))]
    part = load - math.floor(load + _NOISE)
    if price.part_load_factor is not None and part > _NOISE:
        whole = math.floor(load)
        offers.append(
            ((each + extra) * whole + (each * price.part_load_factor + extra) * part, load)
        )
    return min(offers, key=lambda offer: offer[0])


def _carried_mg(problem: Problem, service: Service, s: Shipment, opened: float) -> float:
    element = transport_element(service, s)
    if service.dedicated:
        v = problem.factors.vehicle(service.toc_id)
        empty = opened * v.energy_per_km_empty / (1 - service.empty_share)
        load = s.mass_kg * (v.energy_per_km_full - v.energy_per_km_empty) / v.payload_kg
        used = (empty + load) * service.distance_km
        fuel, kwh = (None, used) if v.electric else (used, None)
        element = replace(element, fuel_kg=fuel, energy_kwh=kwh)
    return sum(physical_mg(element, problem.factors))
