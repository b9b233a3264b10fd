"""Measure a plan by an objective, from its own exact figures and without the solver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.units import CENTS_PER_EUR, KG_PER_TONNE, MG_PER_KG, SECONDS_PER_HOUR
from optimizer.prices import carrying_eur
from optimizer.problem import leaving_eur
from optimizer.scenarios import BALANCED_CARBON_PRICE_EUR_PER_T

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from datetime import datetime

    from emissions.inventory import Inventory
    from optimizer.plan import Costs, Leg
    from optimizer.problem import Problem
    from optimizer.scenarios import Scenario


def carbon_price(scenario: Scenario) -> float:
    """Return the EUR/t that CO2e is priced at.

    With a neutrality target, measures in the chain that cost less than the abatement ceiling come
    before credits: the ceiling is a price on CO2e.
    """
    ceiling = scenario.neutrality.max_abatement_cost_per_t if scenario.neutrality.target else 0.0
    return max(scenario.objective.carbon_price_per_t, ceiling)


def levels_of(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the levels of an objective, first things first.

    Least CO2e or time alone leaves money on the table, so cost breaks their ties.
    """
    mode = scenario.objective.mode
    if mode == "lexicographic":
        return scenario.objective.order
    return (mode, "cost") if mode in {"co2e", "time"} else (mode,)


def balanced_weights(scenario: Scenario) -> dict[str, float]:
    """Return the weights of cost (EUR), CO2e (EUR/t) and time (EUR/h) of a balanced objective."""
    default = {"cost": 1.0, "co2e": BALANCED_CARBON_PRICE_EUR_PER_T, "time": 0.0}
    return {**default, **scenario.objective.weights}


def arrivals(legs: Sequence[Leg]) -> dict[str, datetime]:
    """Return when each shipment arrives."""
    return {leg.line.element.shipment_id: leg.arrives_at for leg in legs}


def basis_kg(inventory: Inventory, basis: str) -> float:
    """Return CO2e on the basis that an objective or a cap speaks of. Never net of offsets."""
    total = inventory.market_based if basis == "market_based" else inventory.physical
    return total.wtw_mg / MG_PER_KG


def level_value(  # noqa: PLR0913  (a plan's parts)
    problem: Problem,
    level: str,
    legs: Sequence[Leg],
    inventory: Inventory,
    costs: Costs,
    *,
    unservable: Container[str] = (),
) -> float:
    """Return the value of one level, in EUR, kg CO2e or hours.

    Shipments that no chain could serve are left out: their price is in every plan and in every
    bound, and would only make a gap look small.
    """
    arrived: Mapping[str, datetime] = arrivals(legs)
    left = sum(leaving_eur(s) for s in problem.shipments if s.shipment_id not in arrived)
    hopeless = sum(leaving_eur(s) for s in problem.shipments if s.shipment_id in unservable)
    penalty = left - hopeless
    co2e = basis_kg(inventory, problem.scenario.objective.co2e_basis)
    if level == "co2e":
        return co2e + penalty
    known = {s.shipment_id: s for s in problem.shipments}
    hours = sum(
        (arrived[k] - known[k].ready_at).total_seconds() / SECONDS_PER_HOUR * known[k].share
        for k in sorted(arrived)
    )
    if level == "time":
        return hours + penalty
    if level == "cost":
        paid = costs.total / CENTS_PER_EUR - hopeless
        return paid + carbon_price(problem.scenario) / KG_PER_TONNE * co2e
    weight = balanced_weights(problem.scenario)
    carrying = sum(
        carrying_eur(s, arrived[s.shipment_id])
        for s in problem.shipments
        if s.shipment_id in arrived
    )
    return (
        weight["cost"] * costs.paid / CENTS_PER_EUR
        + weight["co2e"] / KG_PER_TONNE * co2e
        + weight["time"] * hours
        + (costs.lateness + costs.unserved_penalty) / CENTS_PER_EUR
        - hopeless
        + carrying
    )
