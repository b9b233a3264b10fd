"""Say what is minimised, level by level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ortools.math_opt.python import mathopt

from data.units import KG_PER_TONNE
from optimizer.scores import balanced_weights, carbon_price, levels_of
from optimizer.solvers import expressions as x

if TYPE_CHECKING:
    from optimizer.solvers.variables import Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One thing to minimise, once all levels before it are held."""

    name: str
    unit: str
    expression: mathopt.LinearSum


def levels(v: Variables) -> tuple[Level, ...]:
    """Return what to minimise in turn."""
    return tuple(_level(v, name) for name in levels_of(v.problem.scenario))


def _level(v: Variables, name: str) -> Level:
    objective = v.problem.scenario.objective
    left = x.unserved_eur(v)
    if name == "co2e":
        # Leaving a shipment must never look green: its price stands in kilograms as well.
        total = mathopt.LinearSum([x.co2e_kg(v, objective.co2e_basis), left])
        return Level(name=name, unit="kgco2e", expression=total)
    if name == "time":
        return Level(name=name, unit="h", expression=mathopt.LinearSum([x.hours(v), left]))
    if name == "balanced":
        return Level(name=name, unit="EUR", expression=_balanced(v))
    price = carbon_price(v.problem.scenario) / KG_PER_TONNE
    terms: list[mathopt.LinearBase] = [x.paid_eur(v), x.lateness(v), left]
    if price:
        terms.append(price * x.co2e_kg(v, objective.co2e_basis))
    return Level(name=name, unit="EUR", expression=mathopt.LinearSum(terms))


def _balanced(v: Variables) -> mathopt.LinearSum:
    objective = v.problem.scenario.objective
    weight = balanced_weights(v.problem.scenario)
    return mathopt.LinearSum(
        [
            weight["cost"] * x.paid_eur(v),
            weight["co2e"] / KG_PER_TONNE * x.co2e_kg(v, objective.co2e_basis),
            weight["time"] * x.hours(v),
            x.lateness(v),
            x.carrying(v),
            x.unserved_eur(v),
        ]
    )
