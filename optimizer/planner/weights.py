"""Say what one objective pays for: euros, kilograms on two bases, hours; and how SAF follows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from data.units import KG_PER_TONNE, KWH_PER_MWH
from optimizer.problem import saf_limit_share
from optimizer.scores import balanced_weights, carbon_price

if TYPE_CHECKING:
    from optimizer.problem import Problem, Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Objective units per unit of each thing; lateness and what is left are always priced."""

    eur: float = 0.0  # all that is paid to others
    physical_kg: float = 0.0
    market_kg: float = 0.0
    hour: float = 0.0
    lateness: float = 0.0
    carrying: float = 0.0
    unserved: float = 1.0  # per EUR of the price of leaving a shipment

    def plus(self, other: Weights, times: float) -> Weights:
        """Return these weights and another objective's, so many times."""
        return Weights(
            **{f.name: getattr(self, f.name) + times * getattr(other, f.name) for f in fields(self)}
        )


def weights_of(problem: Problem, level: str) -> Weights:
    """Return the weights of one level of the objective.

    The credits that a neutrality target needs are priced by the kilogram, which whole tonnes never
    undercut.
    """
    scenario = problem.scenario
    market = scenario.objective.co2e_basis == "market_based"
    eur = kg = hour = lateness = carrying = 0.0
    if level == "co2e":
        kg = 1.0
    elif level == "time":
        hour = 1.0
    elif level == "balanced":
        weight = balanced_weights(scenario)
        eur, kg, hour = weight["cost"], weight["co2e"] / KG_PER_TONNE, weight["time"]
        lateness = carrying = 1.0
    else:
        eur, kg, lateness = 1.0, carbon_price(scenario) / KG_PER_TONNE, 1.0
    neutrality = scenario.neutrality
    credit = eur * neutrality.target * neutrality.credit_price_per_t / KG_PER_TONNE
    return Weights(
        eur=eur,
        physical_kg=0.0 if market else kg,
        market_kg=(kg if market else 0.0) + credit,
        hour=hour,
        lateness=lateness,
        carrying=carrying,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """Shares of SAF and certificates that are worth their price for a service, and what they add.

    Prices are in objective units, per kg on board and per unit opened.
    """

    saf_share: float = 0.0
    eac_share: float = 0.0
    per_kg: float = 0.0
    per_unit: float = 0.0


def bought_for(problem: Problem, rates: Rates, weights: Weights) -> Bought:
    """Return what is bought for a service: all that is allowed where it pays, else the least."""
    fuel, power = problem.scenario.fuel, problem.scenario.electricity
    saf = eac = per_kg = per_unit = 0.0
    if rates.fuel_mj_per_kg and fuel.saf_max_share > 0:
        lhv = problem.factors.pathway(fuel.saf_pathway).lhv_mj_per_kg
        costs = weights.eur * fuel.saf_price_per_t / KG_PER_TONNE / lhv
        net = costs - weights.market_kg * rates.saf_drop_kg_per_mj
        saf = saf_limit_share(problem) if net < 0 else fuel.saf_min_share
        per_kg += saf * rates.fuel_mj_per_kg * net
    if (rates.kwh_per_kg or rates.kwh_per_unit) and power.eac_max_share > 0:
        costs = weights.eur * power.eac_price_per_mwh / KWH_PER_MWH
        net = costs - weights.market_kg * rates.eac_drop_kg_per_kwh
        eac = power.eac_max_share if net < 0 else power.eac_min_share
        per_kg += eac * rates.kwh_per_kg * net
        per_unit += eac * rates.kwh_per_unit * net
    return Bought(saf_share=saf, eac_share=eac, per_kg=per_kg, per_unit=per_unit)
