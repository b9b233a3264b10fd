"""Price what changes if one shipment takes another chain and all others travel as planned."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from data.units import KG_PER_TONNE, KWH_PER_MWH
from optimizer.itineraries import handled, units_opened
from optimizer.prices import fares_eur, unit_price_eur, units_needed
from optimizer.problem import service_rates
from optimizer.stowage import NEVER, units_learnt
from optimizer.timetable import boarding_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.freight import Shipment
    from optimizer.itineraries import Itinerary
    from optimizer.plan import DepartureUse, Plan
    from optimizer.problem import Problem, Rates
    from optimizer.timetable import Departure

_ROOM = 1e-9  # units

Figures = tuple[float, float, float]  # EUR, physical kg CO2e, market-based kg CO2e
_NOTHING: Figures = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a plan pays and emits more with one shipment on another chain; below zero: less."""

    paid_eur: float  # transport, hubs, SAF and certificates; no credits, no penalties
    physical_kgco2e: float
    market_kgco2e: float
    full: tuple[str, ...]  # departures that have no room for it


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cover:
    """Shares of the energy of a departure that SAF and certificates cover."""

    saf: float
    eac: float


def staying_aboard(problem: Problem, mine: Sequence[Departure], way: Itinerary) -> Itinerary:
    """Return a way that keeps to the departures of a chain as far as both take the same services.

    Earliest departures need not be those that others share; where the rest of the way cannot be
    caught from there, or nothing of it is left, the way stays as it is.
    """
    same = sum(1 for _ in takewhile(_one_service, zip(mine, way.departures, strict=False)))
    chain = (*mine[:same], *way.departures[same:])
    if 0 < same < len(chain) and _caught(problem, chain, same):
        return replace(way, departures=chain)
    return way


def _one_service(pair: tuple[Departure, Departure]) -> bool:
    return pair[0].service_id == pair[1].service_id


def _caught(problem: Problem, chain: Sequence[Departure], at: int) -> bool:
    services = {**problem.services, **problem.shut}
    before, after = chain[at - 1], chain[at]
    first, second = services[before.service_id], services[after.service_id]
    transfer = problem.transfers[first.destination_hub, first.mode, second.mode]
    return after.departs_at >= boarding_time(before.arrives_at, transfer)


class Marginal:
    """Reprices the departures that a shipment leaves without it, and joins with who is aboard."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self._problem = problem
        self._services = {**problem.services, **problem.shut}
        self._chains = plan.departures_of()
        self._uses: dict[str, DepartureUse] = {u.departure.departure_id: u for u in plan.uses}
        known = {s.shipment_id: s for s in problem.shipments}
        self._aboard: dict[str, list[Shipment]] = defaultdict(list)
        for leg in plan.legs:
            if leg.departure_id:
                self._aboard[leg.departure_id].append(known[leg.line.element.shipment_id])
        self._covers = _covers(problem, plan)
        self._rates: dict[str, Rates] = {}
        # Handling goes by mass: worked out once for a tonne.
        self._tonne = replace(problem.shipments[0], shipment_id="tonne", mass_kg=KG_PER_TONNE)
        self._handled: dict[tuple[str, str, str], Figures] = {}

    def change(self, shipment: Shipment, chain: Sequence[Departure]) -> Change:
        """Return what changes if a shipment takes a chain instead of its own, or of staying."""
        now = self._chains.get(shipment.shipment_id, ())
        old, new = ({d.departure_id for d in way} for way in (now, chain))
        parts = [(1, self._handling(shipment, chain)), (-1, self._handling(shipment, now))]
        full = []
        for d in now:
            if d.departure_id not in new:
                parts.append((1, self._on(d, shipment, aboard=False)))
                parts.append((-1, self._now(d, shipment)))
        for d in chain:
            if d.departure_id not in old:
                parts.append((1, self._on(d, shipment, aboard=True)))
                parts.append((-1, self._now(d, shipment)))
                if not self._has_room(d, shipment):
                    full.append(d.departure_id)
        paid, physical, market = (
            math.fsum(sign * figures[i] for sign, figures in parts) for i in range(3)
        )
        return Change(
            paid_eur=paid, physical_kgco2e=physical, market_kgco2e=market, full=tuple(full)
        )

    def _handling(self, shipment: Shipment, chain: Sequence[Departure]) -> Figures:
        found = []
        for a, b in pairwise(chain):
            first, second = (self._services[d.service_id] for d in (a, b))
            key = (first.destination_hub, first.mode, second.mode)
            if key not in self._handled:
                transfer = self._problem.transfers[key]
                self._handled[key] = handled(transfer, self._problem, self._tonne)
            found.append(self._handled[key])
        tonnes = shipment.mass_kg / KG_PER_TONNE
        eur, physical, market = (tonnes * math.fsum(x[i] for x in found) for i in range(3))
        return eur, physical, market

    def _has_room(self, d: Departure, shipment: Shipment) -> bool:
        full, part = self._opened(d, [*self._aboard[d.departure_id], shipment])
        if d.units_max is None:
            return full < NEVER
        return full + part <= d.units_max + _ROOM

    def _opened(self, d: Departure, goods: Sequence[Shipment]) -> tuple[int, float]:
        mass = math.fsum(s.mass_kg for s in goods)
        service = self._services[d.service_id]
        by_size = units_needed(service, mass, math.fsum(s.volume_m3 for s in goods))
        # What was learnt of their pieces on the way; nobody places them anew for each measure.
        return units_opened(service, max(by_size, units_learnt(self._problem, service, goods)))

    def _now(self, d: Departure, shipment: Shipment) -> Figures:
        """Return the figures of a departure as planned; fares of the shipment's own goods alone."""
        use = self._uses.get(d.departure_id)
        if use is None:
            return _NOTHING
        units = (use.full_units, use.part_units)
        return self._figures(d, self._aboard[d.departure_id], units, shipment)

    def _on(self, d: Departure, shipment: Shipment, *, aboard: bool) -> Figures:
        """Return the figures of a departure with or without a shipment, its units opened anew."""
        others = [s for s in self._aboard[d.departure_id] if s.shipment_id != shipment.shipment_id]
        goods = [*others, shipment] if aboard else others
        return self._figures(d, goods, self._opened(d, goods), shipment) if goods else _NOTHING

    def _figures(
        self, d: Departure, goods: Sequence[Shipment], units: tuple[int, float], shipment: Shipment
    ) -> Figures:
        service, rates = self._services[d.service_id], self._rates_of(d.service_id)
        cover = self._covers.get(d.departure_id) or self._least_cover()
        opened, mass = sum(units), math.fsum(s.mass_kg for s in goods)
        own = [s for s in goods if _asked(s) == _asked(shipment)]  # consignments are charged as one
        saf_mj = cover.saf * rates.fuel_mj_per_kg * mass
        eac_kwh = cover.eac * (rates.kwh_per_unit * opened + rates.kwh_per_kg * mass)
        eur = unit_price_eur(service.price, *units) + math.fsum(fares_eur(service.price, own))
        market = rates.market_per_unit * opened + rates.market_per_kg * mass
        return (
            eur + self._cover_eur(saf_mj, eac_kwh),
            rates.physical_per_unit * opened + rates.physical_per_kg * mass,
            market - saf_mj * rates.saf_drop_kg_per_mj - eac_kwh * rates.eac_drop_kg_per_kwh,
        )

    def _rates_of(self, service_id: str) -> Rates:
        if service_id not in self._rates:
            self._rates[service_id] = service_rates(self._services[service_id], self._problem)
        return self._rates[service_id]

    def _least_cover(self) -> _Cover:
        scenario = self._problem.scenario
        return _Cover(saf=scenario.fuel.saf_min_share, eac=scenario.electricity.eac_min_share)

    def _cover_eur(self, saf_mj: float, eac_kwh: float) -> float:
        scenario = self._problem.scenario
        eur = eac_kwh * scenario.electricity.eac_price_per_mwh / KWH_PER_MWH
        if saf_mj:
            lhv = self._problem.factors.pathway(scenario.fuel.saf_pathway).lhv_mj_per_kg
            eur += saf_mj / lhv * scenario.fuel.saf_price_per_t / KG_PER_TONNE
        return eur


def _asked(shipment: Shipment) -> str:
    return shipment.consignment_of or shipment.shipment_id


def _covers(problem: Problem, plan: Plan) -> dict[str, _Cover]:
    """Return what SAF and certificates cover on each departure, from its legs."""
    energy: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for leg in plan.legs:
        if leg.departure_id:
            e, sums = leg.line.element, energy[leg.departure_id]
            lhv = problem.factors.pathway(e.saf_pathway).lhv_mj_per_kg if e.saf_kg else 0.0
            for n, x in enumerate((e.saf_kg * lhv, leg.line.fuel_kg, e.eac_kwh, e.energy_kwh)):
                sums[n] += x or 0.0
    jet = problem.factors.carrier("jet").lhv_mj_per_kg
    return {
        name: _Cover(saf=saf_mj / (fuel_kg * jet) if saf_mj else 0.0, eac=eac / kwh if eac else 0.0)
        for name, (saf_mj, fuel_kg, eac, kwh) in energy.items()
    }
