"""Turn a solver's choice into a plan: legs with energy, exact CO2e, cost shares and loads."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.units import CENTS_PER_EUR, KG_PER_TONNE, MG_PER_KG, MILLIONTHS, micro
from emissions.distance import transport_activity_tkm
from emissions.energy import shares_by_activity, vehicle_energy
from emissions.inventory import take_inventory
from optimizer.loads import loads_as_stowed, loads_of
from optimizer.plan import Boarding, Costs, DepartureUse, Leg
from optimizer.prices import fares_eur, lateness_eur, unit_price_eur, units_needed
from optimizer.problem import (
    hub_element,
    leaving_eur,
    saf_limit_share,
    transport_element,
)
from optimizer.stowage import floor_share, loading_metres, offers_parts, units_learnt
from optimizer.timetable import handled_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from data.freight import Shipment
    from emissions.chain import TCE
    from emissions.inventory import Inventory
    from optimizer.loading.geometry import LoadPlan
    from optimizer.plan import Load
    from optimizer.problem import Problem
    from optimizer.stowage import Stowed
    from optimizer.timetable import Departure

_MG_PER_TONNE = 1000 * MG_PER_KG


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The parts of a plan that follow from a choice."""

    legs: tuple[Leg, ...]
    uses: tuple[DepartureUse, ...]
    loads: tuple[Load, ...]
    inventory: Inventory
    costs: Costs
    credits_t: int
    stowed: tuple[Stowed, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A leg before its CO2e and cost are known."""

    element: TCE
    departure: Departure | None
    departs_at: datetime
    arrives_at: datetime
    unit_share: float | None = None
    cents: int = 0


def assemble(
    problem: Problem,
    chains: Mapping[str, Sequence[Departure]],
    boardings: Sequence[Boarding],
    stowed: Mapping[str, Stowed] | None = None,
) -> Body:
    """Return legs, departures, loads, inventory and costs of a choice.

    `stowed` says by departure how pieces stand in their units; elsewhere loads are by mass and
    volume alone.
    """
    stowed = stowed or {}
    boardings = [tightened(problem, b) for b in boardings]
    drafts = [
        draft
        for shipment in problem.shipments
        if chains.get(shipment.shipment_id)
        for draft in _drafts(problem, shipment, chains[shipment.shipment_id])
    ]
    by_departure: dict[str, list[_Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.departure is not None:
            by_departure[draft.departure.departure_id].append(draft)
    for boarding in boardings:
        _give_energy(problem, boarding, by_departure[boarding.departure.departure_id])
        _give_cost(problem, boarding, by_departure[boarding.departure.departure_id])
    _give_saf(problem, {b.departure.departure_id: b.saf_share for b in boardings}, drafts)
    inventory = take_inventory([d.element for d in drafts], problem.factors)
    legs = _legs(drafts, inventory)
    on_board: dict[str, list[Leg]] = defaultdict(list)
    for leg in legs:
        on_board[leg.departure_id].append(leg)
    credits_t = credits_needed(problem, inventory.market_based.wtw_mg)
    return Body(
        legs=legs,
        uses=tuple(
            _use(problem, b, on_board[b.departure.departure_id], _plan_of(b, stowed))
            for b in boardings
        ),
        loads=tuple(load for b in boardings for load in _loads(problem, b, _plan_of(b, stowed))),
        stowed=tuple(stowed.values()),
        inventory=inventory,
        costs=_costs(problem, legs, credits_t),
        credits_t=credits_t,
    )


def credits_needed(problem: Problem, residual_mg: int) -> int:
    """Return whole credits for the wanted share of a residual: always rounded up."""
    return math.ceil(problem.scenario.neutrality.target * residual_mg / _MG_PER_TONNE)


def tightened(problem: Problem, b: Boarding) -> Boarding:
    """Open what the load needs and no more; part loads rounded up to a millionth of a unit."""
    service = problem.services[b.departure.service_id]
    mass = sum(s.mass_kg for s in b.shipments)
    need = units_needed(service, mass, sum(s.volume_m3 for s in b.shipments))
    stowed = units_learnt(problem, service, b.shipments)
    full = min(b.full_units, _ceil(need))
    if not offers_parts(service):
        return replace(b, full_units=max(full, _ceil(stowed)), part_units=0.0)
    rest = max(0.0, need - full, stowed - full)
    if rest > 1:  # whole units are never dearer than parts that make up a whole
        full, rest = full + math.floor(rest), rest - math.floor(rest)
    return replace(b, full_units=full, part_units=math.ceil(rest * MILLIONTHS) / MILLIONTHS)


def _ceil(need: float) -> int:
    """Return whole units for a load; a load above a whole by float noise alone does not add one."""
    return math.ceil(need - 1e-9)


def _drafts(problem: Problem, shipment: Shipment, chain: Sequence[Departure]) -> list[_Draft]:
    drafts: list[_Draft] = []
    before: Departure | None = None
    for departure in chain:
        service = problem.services[departure.service_id]
        if before is not None:
            drafts.append(_handling(problem, shipment, before, service.mode, len(drafts) + 1))
        drafts.append(
            _Draft(
                element=transport_element(service, shipment, len(drafts) + 1),
                departure=departure,
                departs_at=departure.departs_at,
                arrives_at=departure.arrives_at,
            )
        )
        before = departure
    if before is not None:
        drafts[-1].arrives_at = problem.delivered_at(before)
    return drafts


def _handling(
    problem: Problem, shipment: Shipment, before: Departure, to_mode: str, leg_no: int
) -> _Draft:
    arrived = problem.services[before.service_id]
    transfer = problem.transfers[arrived.destination_hub, arrived.mode, to_mode]
    hub = problem.hubs[transfer.hub_id]
    element = hub_element(transfer, hub, shipment, problem.factors)
    return _Draft(
        element=replace(element, leg_no=leg_no),
        departure=None,
        departs_at=before.arrives_at,
        arrives_at=handled_at(before.arrives_at, transfer),
        cents=round(transfer.cost_eur_per_t * shipment.mass_kg / KG_PER_TONNE * CENTS_PER_EUR),
    )


def _give_energy(problem: Problem, b: Boarding, drafts: Sequence[_Draft]) -> None:
    """Share the energy of a dedicated vehicle among those on board, by transport activity."""
    service = problem.services[b.departure.service_id]
    opened = b.full_units + b.part_units
    for draft, shipment in zip(drafts, b.shipments, strict=True):
        load = units_needed(service, shipment.mass_kg, shipment.volume_m3)
        draft.unit_share = micro(load / opened)
    if not service.dedicated:
        return
    vehicle = problem.factors.vehicle(service.toc_id)
    total = vehicle_energy(
        vehicle,
        units=opened,
        mass_kg=sum(s.mass_kg for s in b.shipments),
        distance_km=service.distance_km,
        empty_share=service.empty_share,
    )
    activities = [transport_activity_tkm(s.mass_kg, service.distance_km) for s in b.shipments]
    for draft, share in zip(drafts, shares_by_activity(total, activities), strict=True):
        if vehicle.electric:
            most = problem.scenario.electricity.eac_max_share
            certified = _millionths(share * b.eac_share, share * most)
            draft.element = replace(draft.element, energy_kwh=share, eac_kwh=certified)
        else:
            draft.element = replace(draft.element, fuel_kg=share)


def _millionths(wanted: float, most: float) -> float:
    """Round up to six decimals, so that caps stay kept, but never beyond `most`."""
    return min(math.ceil(wanted * MILLIONTHS), math.floor(most * MILLIONTHS)) / MILLIONTHS


def _give_saf(problem: Problem, share_of: Mapping[str, float], drafts: Sequence[_Draft]) -> None:
    """Give each flight leg its share of SAF: no less than was chosen, no more than is allowed."""
    flying = [d for d in drafts if d.departure and share_of[d.departure.departure_id] > 0]
    if not flying:
        return
    pathway_id = problem.scenario.fuel.saf_pathway
    lhv_saf = problem.factors.pathway(pathway_id).lhv_mj_per_kg
    lhv_jet = problem.factors.carrier("jet").lhv_mj_per_kg
    burnt = take_inventory([d.element for d in flying], problem.factors)
    for draft, line in zip(flying, burnt.lines, strict=True):
        assert draft.departure is not None  # noqa: S101  (narrowed for the type checker)
        most_kg = line.fuel_kg * lhv_jet / lhv_saf
        share = share_of[draft.departure.departure_id]
        kg = _millionths(most_kg * share, most_kg * saf_limit_share(problem))
        draft.element = replace(draft.element, saf_kg=kg, saf_pathway=pathway_id)


def _give_cost(problem: Problem, b: Boarding, drafts: Sequence[_Draft]) -> None:
    """Share a departure's price: own fare, and unit prices by load; the last takes the rest."""
    service = problem.services[b.departure.service_id]
    units_eur = unit_price_eur(service.price, b.full_units, b.part_units)
    loads = [units_needed(service, s.mass_kg, s.volume_m3) for s in b.shipments]
    fares = fares_eur(service.price, b.shipments)
    rest = round(100 * (units_eur + math.fsum(fares)))
    for draft, load, fare in zip(drafts, loads, fares, strict=True):
        draft.cents = round(100 * (fare + units_eur * load / math.fsum(loads)))
        rest -= draft.cents
    drafts[-1].cents += rest


def _legs(drafts: Sequence[_Draft], inventory: Inventory) -> tuple[Leg, ...]:
    return tuple(
        Leg(
            line=line,
            departure_id=d.departure.departure_id if d.departure else "",
            service_id=d.departure.service_id if d.departure else "",
            unit_share=d.unit_share,
            departs_at=d.departs_at,
            arrives_at=d.arrives_at,
            cost_eur=d.cents / 100,
        )
        for d, line in zip(drafts, inventory.lines, strict=True)
    )


def _plan_of(b: Boarding, stowed: Mapping[str, Stowed]) -> LoadPlan | None:
    found = stowed.get(b.departure.departure_id)
    return found.plan if found else None


def _use(
    problem: Problem, b: Boarding, on_board: Sequence[Leg], stowed: LoadPlan | None
) -> DepartureUse:
    service = problem.services[b.departure.service_id]
    opened = b.full_units + b.part_units
    mass, volume = (
        sum(x) for x in zip(*((s.mass_kg, s.volume_m3) for s in b.shipments), strict=True)
    )
    return DepartureUse(
        departure=b.departure,
        unit_code=service.unit_code,
        full_units=b.full_units,
        part_units=b.part_units,
        mass_kg=mass,
        volume_m3=round(volume, 6),
        fill_mass=micro(mass / (opened * service.unit_capacity_kg)),
        fill_volume=micro(volume / (opened * service.unit_capacity_m3)),
        fill_floor=None if stowed is None else micro(floor_share(stowed, opened)),
        ldm=None if stowed is None else round(loading_metres(stowed), 3),
        cost_eur=sum(round(leg.cost_eur * 100) for leg in on_board) / 100,
        wtw_mg=sum(leg.line.physical.wtw_mg for leg in on_board),
        saf_kg=micro(math.fsum(leg.line.element.saf_kg for leg in on_board)),
    )


def _loads(problem: Problem, b: Boarding, stowed: LoadPlan | None) -> tuple[Load, ...]:
    service, name = problem.services[b.departure.service_id], b.departure.departure_id
    if stowed is not None:
        return loads_as_stowed(service, name, b.shipments, stowed)
    return loads_of(service, name, b.shipments, full_units=b.full_units, part=b.part_units)


def _costs(problem: Problem, legs: Sequence[Leg], credits_t: int) -> Costs:
    scenario = problem.scenario
    arrival: dict[str, datetime] = {}
    for leg in legs:
        arrival[leg.line.element.shipment_id] = leg.arrives_at
    saf_kg = math.fsum(leg.line.element.saf_kg for leg in legs)
    eac_kwh = math.fsum(leg.line.element.eac_kwh for leg in legs)
    late = sum(
        lateness_eur(s, arrival[s.shipment_id])
        for s in problem.shipments
        if s.shipment_id in arrival
    )
    left = sum(leaving_eur(s) for s in problem.shipments if s.shipment_id not in arrival)
    return Costs(
        transport=sum(round(x.cost_eur * 100) for x in legs if x.departure_id),
        hubs=sum(round(x.cost_eur * 100) for x in legs if not x.departure_id),
        saf=round(saf_kg * scenario.fuel.saf_price_per_t / 10),
        eac=round(eac_kwh * scenario.electricity.eac_price_per_mwh / 10),
        credits=round(credits_t * scenario.neutrality.credit_price_per_t * 100),
        lateness=round(late * 100),
        unserved_penalty=round(100 * left),
    )
