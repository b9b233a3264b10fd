"""Write cost, CO2e and hours of a plan as linear expressions of its variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ortools.math_opt.python import mathopt

from data.units import KG_PER_TONNE, KWH_PER_MWH, SECONDS_PER_HOUR
from optimizer.prices import carrying_eur, lateness_eur, shipment_price_eur
from optimizer.problem import leaving_eur, service_rates, transfer_inventory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.problem import Rates
    from optimizer.solvers.variables import Flow, Opened, Variables
    from optimizer.timetable import Departure


def transport_eur(v: Variables) -> mathopt.LinearSum:
    """Add unit prices of what is opened and tonne prices of what boards."""
    return mathopt.LinearSum(_transport_terms(v))


def _transport_terms(v: Variables) -> Iterator[mathopt.LinearBase]:
    for opened in v.opened.values():
        price = v.problem.services[opened.departure.service_id].price
        unit = (price.eur_per_unit or 0.0) + price.surcharge_eur_per_unit
        yield unit * opened.full
        if opened.part is not None:
            part = (price.eur_per_unit or 0.0) * (price.part_load_factor or 0.0)
            yield (part + price.surcharge_eur_per_unit) * opened.part
    for flow, departure in _boardings(v):
        price = v.problem.services[departure.service_id].price
        s = flow.shipment
        if departure.departure_id in flow.fares:
            for line in flow.fares[departure.departure_id]:
                yield line.step.base_eur * line.paid + line.step.eur * line.share
            continue
        fare = shipment_price_eur(price, s.mass_kg, s.volume_m3)
        yield fare * flow.board[departure.departure_id]


def _boardings(v: Variables) -> Iterator[tuple[Flow, Departure]]:
    for flow in v.flows.values():
        for departure in flow.usable:
            yield flow, departure


def hubs_eur(v: Variables) -> mathopt.LinearSum:
    """Add handling prices."""
    return mathopt.LinearSum(
        flow.changes[key].cost_eur_per_t * flow.shipment.mass_kg / KG_PER_TONNE * x
        for flow in v.flows.values()
        for key, x in flow.change.items()
    )


def saf_eur(v: Variables) -> mathopt.LinearSum:
    """Price of neat SAF."""
    fuel = v.problem.scenario.fuel
    if not fuel.saf_pathway:
        return mathopt.LinearSum([])
    lhv = v.problem.factors.pathway(fuel.saf_pathway).lhv_mj_per_kg
    return mathopt.LinearSum(
        fuel.saf_price_per_t / KG_PER_TONNE / lhv * o.saf_mj
        for o in v.opened.values()
        if o.saf_mj is not None
    )


def certificates_eur(v: Variables) -> mathopt.LinearSum:
    """Price of electricity certificates."""
    price = v.problem.scenario.electricity.eac_price_per_mwh / KWH_PER_MWH
    return mathopt.LinearSum(price * o.eac_kwh for o in v.opened.values() if o.eac_kwh is not None)


def credits_eur(v: Variables) -> mathopt.LinearSum:
    """Price of credits."""
    if v.credits is None:
        return mathopt.LinearSum([])
    return mathopt.LinearSum([v.problem.scenario.neutrality.credit_price_per_t * v.credits])


def paid_eur(v: Variables) -> mathopt.LinearSum:
    """All that is paid to others: what a budget limits."""
    return mathopt.LinearSum(
        [transport_eur(v), hubs_eur(v), saf_eur(v), certificates_eur(v), credits_eur(v)]
    )


def lateness(v: Variables) -> mathopt.LinearSum:
    """Price of late arrivals."""
    return mathopt.LinearSum(
        lateness_eur(f.shipment, v.problem.delivered_at(d)) * f.board[d.departure_id]
        for f, d in _arrivals(v)
    )


def carrying(v: Variables) -> mathopt.LinearSum:
    """Cost of capital of the goods under way."""
    return mathopt.LinearSum(
        carrying_eur(f.shipment, v.problem.delivered_at(d)) * f.board[d.departure_id]
        for f, d in _arrivals(v)
    )


def unserved_eur(v: Variables) -> mathopt.LinearSum:
    """Price of shipments left behind."""
    return mathopt.LinearSum(leaving_eur(f.shipment) * f.unserved for f in v.flows.values())


def hours(v: Variables) -> mathopt.LinearSum:
    """Hours from ready to arrival, summed over shipments."""
    return mathopt.LinearSum(
        (v.problem.delivered_at(d) - f.shipment.ready_at).total_seconds()
        / SECONDS_PER_HOUR
        * f.board[d.departure_id]
        for f, d in _arrivals(v)
    )


def _arrivals(v: Variables) -> Iterator[tuple[Flow, Departure]]:
    for flow, departure in _boardings(v):
        service = v.problem.services[departure.service_id]
        if service.destination_hub == flow.shipment.destination:
            yield flow, departure


def co2e_kg(v: Variables, basis: str) -> mathopt.LinearSum:
    """CO2e on a basis: physical, or market-based after SAF and certificates. Credits: never."""
    market = basis == "market_based"
    return mathopt.LinearSum([*_carriage_co2e(v, market=market), *_hub_co2e(v, market=market)])


def _carriage_co2e(v: Variables, *, market: bool) -> Iterator[mathopt.LinearBase]:
    rates = {
        name: service_rates(v.problem.services[name], v.problem)
        for name in sorted({o.departure.service_id for o in v.opened.values()})
    }
    for opened in v.opened.values():
        yield from _opened_co2e(opened, rates[opened.departure.service_id], market=market)
    for flow, departure in _boardings(v):
        rate = rates[departure.service_id]
        per_kg = rate.market_per_kg if market else rate.physical_per_kg
        yield per_kg * flow.shipment.mass_kg * flow.board[departure.departure_id]


def _opened_co2e(opened: Opened, rate: Rates, *, market: bool) -> Iterator[mathopt.LinearBase]:
    per_unit = rate.market_per_unit if market else rate.physical_per_unit
    yield per_unit * opened.full
    if opened.part is not None:
        yield per_unit * opened.part
    if market and opened.saf_mj is not None:
        yield -rate.saf_drop_kg_per_mj * opened.saf_mj
    if market and opened.eac_kwh is not None:
        yield -rate.eac_drop_kg_per_kwh * opened.eac_kwh


def _hub_co2e(v: Variables, *, market: bool) -> Iterator[mathopt.LinearBase]:
    for flow in v.flows.values():
        known: dict[tuple[str, str, str], float] = {}
        for key, x in flow.change.items():
            t = flow.changes[key]
            name = (t.hub_id, t.from_mode, t.to_mode)
            if name not in known:
                inventory = transfer_inventory(t, v.problem, flow.shipment)
                total = inventory.market_based if market else inventory.physical
                known[name] = total.wtw_kgco2e
            yield known[name] * x
