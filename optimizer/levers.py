"""Price what a planner could still buy: other chains, one shipment at a time, and SAF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.units import G_PER_KG, KG_PER_TONNE, SECONDS_PER_DAY
from optimizer.marginal import Marginal, staying_aboard
from optimizer.plan import Lever
from optimizer.punctuality import Forecast

if TYPE_CHECKING:
    from data.freight import Shipment
    from emissions.factors import Factors
    from optimizer.explain import Ways
    from optimizer.itineraries import Itinerary
    from optimizer.marginal import Change
    from optimizer.plan import Plan
    from optimizer.problem import Problem

DEFAULT_PATHWAY = "hefa-uco"  # the fuel most of Europe's SAF is made of, when none is named
_SMALLEST_SAVING_KG = 1.0  # below this a measure is noise


def worth(lever: Lever) -> tuple[float, float]:
    """Order measures: those that cost nothing by what they save, then by price per tonne."""
    return max(0.0, lever.eur_per_t), -lever.saves_kgco2e


def missed_wishes(problem: Problem, s: Shipment, way: Itinerary) -> list[str]:
    """Return what a shipment must use and a chain does not."""
    used: set[str] = set()
    for name in way.services:
        x = problem.services.get(name) or problem.shut[name]
        used |= {x.service_id, x.carrier, x.mode, x.origin_hub, x.destination_hub}
    return [wish for wish in s.must_use if wish not in used]


def mode_levers(problem: Problem, ways_of: Ways, plan: Plan) -> list[Lever]:
    """Price the best greener chain in time of each shipment, the others as they travel."""
    marginal, chains = Marginal(problem, plan), plan.departures_of()
    found = []
    forecast, wanted = Forecast(problem), problem.scenario.robustness.min_on_time_probability
    for s in problem.shipments:
        if s.shipment_id not in chains:
            continue
        offers = []
        for each in ways_of[s.shipment_id]:
            way = staying_aboard(problem, chains[s.shipment_id], each)
            if way.arrives_at > s.due_at or missed_wishes(problem, s, way):
                continue
            if wanted and (forecast.on_time(s, way.departures).probability or 0.0) < wanted:
                continue
            change = marginal.change(s, way.departures)
            if -change.physical_kgco2e > _SMALLEST_SAVING_KG and not change.full:
                offers.append(_mode_lever(problem, s, way, change))
        found += sorted(offers, key=worth)[:1]
    return found


def _mode_lever(problem: Problem, s: Shipment, way: Itinerary, change: Change) -> Lever:
    saves, costs = -change.physical_kgco2e, change.paid_eur
    days = (s.due_at - way.arrives_at).total_seconds() / SECONDS_PER_DAY
    return Lever(
        kind="mode",
        about=s.shipment_id,
        saves_kgco2e=saves,
        costs_eur=costs,
        eur_per_t=costs / saves * KG_PER_TONNE,
        text=f"{s.shipment_id}: {' > '.join(way.services)}, {days:.1f} days in hand, "
        f"physical CO2e, the others as they travel{_opens(problem, way)}",
    )


def _opens(problem: Problem, way: Itinerary) -> str:
    """Return which closures of the scenario a chain would have to open."""
    shut = dict.fromkeys(problem.closed[x] for x in way.services if x in problem.closed)
    return f" (were it open: {', '.join(shut)})" if shut else ""


def saf_levers(problem: Problem, plan: Plan) -> list[Lever]:
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
            text=f"{service_id}: {tonnes[service_id]:.2f} t neat {pathway_id} for the fossil rest, "
            "market-based CO2e",
        )
        for service_id, saves in sorted(saved.items())
        if saves > _SMALLEST_SAVING_KG
    ]


def _usual_saf_premium(factors: Factors) -> float:
    """Return what a tonne of neat SAF costs above the jet fuel that a freight rate holds."""
    saf = factors.parameter("saf_price_eur_per_t_typical")
    return saf - factors.parameter("jet_price_eur_per_t")
