"""Trace cost against CO2e for thousands of shipments: prices of carbon, plans that start warm.

Each price gives a plan and a bound. A bound at one price bounds the cost of every plan at any cap,
so each point has the best that all prices together prove.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.units import CENTS_PER_EUR, MG_PER_KG
from optimizer.frontiers import basis_mg, point_of, undominated
from optimizer.planner.choose import Solver
from optimizer.planner.weights import Weights, weights_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.assemble import Body
    from optimizer.plan import FrontierPoint
    from optimizer.planner.choose import Means, Run
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

_GREENEST = 100.0  # times the mean price of a kilogram: CO2e first, cost to break ties
_LADDER_EUR_PER_KG = (0.0, 0.1, 0.3, 0.6, 2.0, 10.0)  # what measures cost: load, mode, fuel
_MOST_TRIES = 3  # per point wanted
_FUEL = 0.2  # of a point's SAF: a greater difference is bridged by fuel alone
_SAME = 1e-4  # of the span of a frontier: closer points are one to people


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One price of carbon, what came out, and what it proves."""

    price: float
    bound: float
    run: Run

    @property
    def body(self) -> Body:
        return self.run.body

    @property
    def cost(self) -> float:
        return self.body.costs.total / CENTS_PER_EUR


def trace(
    problem: Problem,
    departures: Sequence[Departure],
    points: int,
    means: Means,
    report: Callable[[str], None],
) -> tuple[FrontierPoint, ...]:
    """Return at least so many undominated points, if there are that many, ends included."""
    scenario = problem.scenario
    free = replace(scenario.objective, mode="cost", carbon_price_per_t=0.0, carbon_cap_kgco2e=None)
    problem = replace(problem, scenario=replace(scenario, objective=free))
    tracer = _Tracer(problem, departures, means)
    for price in _LADDER_EUR_PER_KG:
        tracer.at(price)
    tracer.greenest()
    for _ in range(_MOST_TRIES * points):
        kept = tracer.points()
        report(f"{len(kept)} points of cost against CO2e")
        if len(kept) >= points or means.stop():
            break
        if not tracer.between(kept):
            break
    return tracer.points()


class _Tracer:
    def __init__(self, problem: Problem, departures: Sequence[Departure], means: Means) -> None:
        self._problem = problem
        self._solver = Solver(problem, departures, means)
        self._seen: list[_Seen] = []
        self._asked: set[tuple[int, int]] = set()
        market = problem.scenario.objective.co2e_basis == "market_based"
        # Leaving a shipment must never look green: its price stands in kilograms as well.
        self._kg = Weights(market_kg=float(market), physical_kg=float(not market), unserved=1.0)

    def at(self, price: float) -> None:
        """Plan at a price of carbon, EUR per kg."""
        self._keep(price, self._solver.run(weights_of(self._problem, "cost").plus(self._kg, price)))

    def greenest(self) -> None:
        """Plan for least CO2e; cost breaks ties."""
        body = self._seen[0].body
        self.at(_GREENEST * self._seen[0].cost / max(1.0, self._co2e_kg(body)))

    def _keep(self, price: float, run: Run) -> None:
        self._seen.append(_Seen(price=price, bound=run.answer.bound, run=run))

    def _co2e_kg(self, body: Body) -> float:
        market = self._problem.scenario.objective.co2e_basis == "market_based"
        total = body.inventory.market_based if market else body.inventory.physical
        return total.wtw_mg / MG_PER_KG

    def points(self) -> tuple[FrontierPoint, ...]:
        """Return what is undominated, each with the best bound of all prices."""
        found = []
        for seen in self._seen:
            kg = self._co2e_kg(seen.body) + seen.body.costs.unserved_penalty / CENTS_PER_EUR
            bound = max(s.bound - s.price * kg for s in self._seen)
            name = f"cost, {1000 * seen.price:,.0f} EUR/t CO2e"
            found.append(point_of(self._problem, seen.body, name, bound, "feasible"))
        return undominated(found, self._problem.scenario)

    def between(self, kept: Sequence[FrontierPoint]) -> bool:
        """Look for a plan between the two points furthest apart; tell whether there was one to ask.

        Where fuel makes the difference, the same plan with less of it lies between. Elsewhere a
        plan does if it pays at the price of going from one point to the other.
        """
        scenario = self._problem.scenario
        kg = [basis_mg(p, scenario) / MG_PER_KG for p in kept]
        span_kg, span_eur = kg[0] - kg[-1], kept[-1].cost_eur - kept[0].cost_eur
        gaps = []
        for n in range(len(kept) - 1):
            less_kg, more_eur = kg[n] - kg[n + 1], kept[n + 1].cost_eur - kept[n].cost_eur
            pair = (kept[n].market_mg, kept[n + 1].market_mg)
            away = less_kg / max(span_kg, 1e-9) + more_eur / max(span_eur, 1e-9)
            if pair not in self._asked and away > _SAME:
                gaps.append((away, more_eur / less_kg, pair, n))
        if not gaps:
            return False
        _, price, pair, n = max(gaps)
        self._asked.add(pair)
        bought = kept[n + 1].saf_kg - kept[n].saf_kg
        if bought > _FUEL * kept[n + 1].saf_kg:
            self._with_less_fuel(kept[n + 1], 0.5 * (1.0 + kept[n].saf_kg / kept[n + 1].saf_kg))
        else:
            self.at(price)
        return True

    def _with_less_fuel(self, point: FrontierPoint, share: float) -> None:
        """Keep a plan with part of its SAF; every tonne left out saves its price."""
        seen = next(
            s for s in self._seen if s.run.body.inventory.market_based.wtw_mg == point.market_mg
        )
        self._seen.append(
            _Seen(price=seen.price, bound=-math.inf, run=self._solver.with_fuel(seen.run, share))
        )
