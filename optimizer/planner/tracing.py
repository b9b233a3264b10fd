"""Trace cost against CO2e for thousands of shipments: prices of carbon, plans that start warm.

Each price gives a plan and a bound. A bound at one price bounds the cost of every plan at any cap,
so each point has the best that all prices together prove.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.units import CENTS_PER_EUR, MG_PER_KG
from optimizer.errors import InfeasibleError
from optimizer.frontiers import basis_mg, point_of, undominated, unpriced
from optimizer.planner.choose import ROUNDING_EUR, Solver
from optimizer.planner.limits import leaving, limits_of, price_limit, weights_of_limit
from optimizer.planner.weights import Weights, weights_of
from optimizer.problem import leaving_eur

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.assemble import Body
    from optimizer.plan import FrontierPoint
    from optimizer.planner.choose import Means, Run
    from optimizer.planner.limits import Limit
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

_GREENEST = 100.0  # times the mean price of a kilogram: CO2e first, cost to break ties
_LADDER_EUR_PER_KG = (0.1, 0.3, 0.6, 2.0, 10.0)  # what measures cost: load, mode, fuel
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
    """Return at least so many undominated points, if there are that many, ends included.

    All of them keep the scenario's cap and budget. A stop keeps those found so far.
    """
    limits, problem = limits_of(problem), unpriced(problem)
    objective = replace(problem.scenario.objective, mode="cost", carbon_cap_kgco2e=None)
    problem = replace(problem, scenario=replace(problem.scenario, objective=objective))
    tracer = _Tracer(problem, departures, means, limits)
    tracer.cheapest()
    for price in _LADDER_EUR_PER_KG:
        if not tracer.stopped():
            tracer.at(price)
    if not tracer.stopped():
        tracer.greenest()
    for _ in range(_MOST_TRIES * points):
        kept = tracer.points()
        report(f"{len(kept)} points of cost against CO2e")
        if len(kept) >= points or tracer.stopped() or not tracer.between():
            break
    kept = tracer.kept()
    if tracer.stopped():
        report(f"stopped: {len(kept)} points of the frontier are kept")
    return kept


class _Tracer:
    def __init__(
        self,
        problem: Problem,
        departures: Sequence[Departure],
        means: Means,
        limits: tuple[Limit, ...],
    ) -> None:
        self._problem, self._limits = problem, limits
        self._money = next((x for x in limits if x.kind == "money"), None)
        self._money_price = 0.0  # at which the budget is kept, where it has to be priced
        self._solver = Solver(problem, departures, means)
        self._seen: list[_Seen] = []
        self._asked: set[tuple[int, int]] = set()
        market = problem.scenario.objective.co2e_basis == "market_based"
        # Leaving a shipment must never look green: its price stands in kilograms as well.
        self._kg = Weights(market_kg=float(market), physical_kg=float(not market), unserved=1.0)

    def stopped(self) -> bool:
        """Tell whether somebody, or the clock, wants an end."""
        return self._solver.stopped()

    def cheapest(self) -> None:
        """Plan for least cost; find the price of a budget that this breaks."""
        self.at(0.0)
        run = self._seen[0].run
        if self._money is not None and self._money.excess(run.body) > 0:
            priced = price_limit(self._solver, "cost", self._money, run)
            self._money_price = priced.price
            self._seen.append(_Seen(price=0.0, bound=priced.run.answer.bound, run=priced.run))

    def at(self, price: float) -> None:
        """Plan at a price of carbon, EUR per kg, and at that of the budget."""
        self._solver.tell(f"frontier at {1000 * price:,.0f} EUR/t CO2e")
        weights = weights_of(self._problem, "cost").plus(self._kg, price)
        within = 0.0
        if self._money is not None and self._money_price:
            # Leaving is dearer by the price of carbon: as much dearer must paying be.
            dearer = (1.0 + self._money_price) * (1.0 + price) - 1.0
            weights = weights.plus(weights_of_limit(self._money), dearer)
            within = dearer * self._money.most
        run = self._solver.run(weights, quiet=True)
        self._seen.append(_Seen(price=price, bound=run.answer.bound - within, run=run))

    def greenest(self) -> None:
        """Plan for least CO2e; cost breaks ties."""
        body = self._seen[0].body
        self.at(_GREENEST * self._seen[0].cost / max(1.0, self._co2e_kg(body)))

    def _co2e_kg(self, body: Body) -> float:
        market = self._problem.scenario.objective.co2e_basis == "market_based"
        total = body.inventory.market_based if market else body.inventory.physical
        return total.wtw_mg / MG_PER_KG

    def points(self) -> tuple[FrontierPoint, ...]:
        """Return what keeps all limits and is undominated, each with its bound."""
        return self._points([seen for seen in self._seen if self._allowed(seen)])

    def kept(self) -> tuple[FrontierPoint, ...]:
        """Return the points; where every plan breaks a limit, those that leave freight to keep it.

        Raises
        ------
        InfeasibleError
            when not even that keeps the limits.
        """
        if not self.points():
            for seen in tuple(self._seen):
                run = leaving(self._solver, seen.run, self._limits)
                self._seen.append(replace(seen, run=run))
        if found := self.points():
            return found
        names = " and the ".join(limit.name for limit in self._limits)
        raise InfeasibleError(f"no point of the frontier keeps the {names} of the scenario")

    def _allowed(self, seen: _Seen) -> bool:
        return all(limit.excess(seen.body) <= 0 for limit in self._limits)

    def _points(self, some: Sequence[_Seen]) -> tuple[FrontierPoint, ...]:
        """Return the undominated ones, each with the best bound of all prices.

        A bound is less what rounding a plan to cents may take off, as that of a level is.
        """
        found = []
        rounding = ROUNDING_EUR * len(self._problem.shipments)
        for seen in some:
            left = seen.body.costs.unserved_penalty / CENTS_PER_EUR
            kg = self._co2e_kg(seen.body) + left
            unservable = seen.run.choice.unservable
            hopeless = math.fsum(
                leaving_eur(s) for s in self._problem.shipments if s.shipment_id in unservable
            )
            bound = max(s.bound - s.price * kg for s in self._seen) - rounding - hopeless
            name = f"cost, {1000 * seen.price:,.0f} EUR/t CO2e"
            found.append(
                point_of(
                    self._problem, seen.body, name, bound,
                    status="feasible", unservable=unservable,
                )
            )  # fmt: skip
        return undominated(found, self._problem.scenario)

    def between(self) -> bool:
        """Look for a plan between the two points furthest apart; tell whether there was one to ask.

        Points that break a limit show the way to the last one that keeps it: one of the two will
        do.

        Where fuel makes the difference, the same plan with less of it lies between. Elsewhere a
        plan does if it pays at the price of going from one point to the other.
        """
        scenario = self._problem.scenario
        kept = self._points(self._seen)
        good = {_mark(p) for p in self._points([s for s in self._seen if self._allowed(s)])}
        kg = [basis_mg(p, scenario) / MG_PER_KG for p in kept]
        span_kg, span_eur = kg[0] - kg[-1], kept[-1].cost_eur - kept[0].cost_eur
        gaps = []
        for n in range(len(kept) - 1):
            less_kg, more_eur = kg[n] - kg[n + 1], kept[n + 1].cost_eur - kept[n].cost_eur
            pair = (kept[n].market_mg, kept[n + 1].market_mg)
            away = less_kg / max(span_kg, 1e-9) + more_eur / max(span_eur, 1e-9)
            near = not self._limits or any(_mark(p) in good for p in kept[n : n + 2])
            if near and pair not in self._asked and away > _SAME:
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


def _mark(point: FrontierPoint) -> tuple[float, int, int]:
    """Return what tells one point from another."""
    return point.cost_eur, point.physical_mg, point.market_mg
