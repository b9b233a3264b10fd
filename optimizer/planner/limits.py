"""Keep a cap on CO2e or a budget by its price, with what any price proves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.units import CENTS_PER_EUR, MG_PER_KG
from optimizer.planner.weights import Weights, weights_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.assemble import Body
    from optimizer.planner.choose import Run, Solver
    from optimizer.problem import Problem

_FIRST_PRICES = {"carbon": 0.2, "money": 1.0}  # EUR per kg CO2e; objective units per EUR
_STEEPER = 6.0
_TRIES = 5
_HALVINGS = 4
_SLACK = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a plan may emit or cost at most."""

    kind: str  # carbon or money
    most: float
    market: bool = True  # basis of CO2e

    @property
    def name(self) -> str:
        """Return what people call it."""
        return "budget" if self.kind == "money" else "cap on CO2e"

    def words(self, price: float, unit: str) -> str:
        """Return at which price it is kept, in words."""
        of = "EUR" if self.kind == "money" else "kg"
        return f"{self.name} at {price:.4g} {unit} per {of} over it"

    def used(self, body: Body) -> float:
        """Return what a plan uses of the limit."""
        if self.kind == "money":
            return body.costs.paid / CENTS_PER_EUR
        total = body.inventory.market_based if self.market else body.inventory.physical
        return total.wtw_mg / MG_PER_KG

    def excess(self, body: Body) -> float:
        """Return by how much a plan breaks the limit; at most 0 where it keeps it."""
        return self.used(body) - self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """The best plan that keeps a limit, and the price of the limit that gave it."""

    run: Run
    price: float


def limits_of(problem: Problem) -> tuple[Limit, ...]:
    """Return the limits of a scenario."""
    objective = problem.scenario.objective
    found = []
    if objective.carbon_cap_kgco2e is not None:
        market = objective.co2e_basis == "market_based"
        found.append(Limit(kind="carbon", most=objective.carbon_cap_kgco2e, market=market))
    if objective.budget is not None:
        found.append(Limit(kind="money", most=objective.budget))
    return tuple(found)


def price_limit(solver: Solver, level: str, limit: Limit, free: Run) -> Priced:
    """Return the best plan found that keeps a limit, with the best bound that any price proves.

    Where no price does it, or a stop comes before one, shipments are left: as in the exact model,
    that keeps any limit.
    """
    base = weights_of(solver.problem, level)
    bound, best, low, high = free.answer.bound, None, 0.0, None
    run = above = free  # above: the last one that breaks a limit
    price = paid = _FIRST_PRICES[limit.kind]
    for number in range(1, _TRIES + _HALVINGS + 1):
        if solver.stopped():
            break
        solver.tell_level(
            f"{limit.words(price, solver.unit(level))}, run {number}", level, best, bound
        )
        run = solver.run(base.plus(weights_of_limit(limit), price), quiet=True)
        bound = max(bound, run.answer.bound - price * limit.most)
        if limit.excess(run.body) <= 0 and solver.keeps_all(run):
            high = price
            if best is None or solver.value(level, run.body) < solver.value(level, best.body):
                best, paid = run, price
        else:
            low, above = price, run
        price = price * _STEEPER if high is None else 0.5 * (low + high)
        if high is None and price > _FIRST_PRICES[limit.kind] * _STEEPER**_TRIES:
            break
    # A price may go from nearly all to nearly nothing: leaving a few of nearly all may be better.
    limits = limits_of(solver.problem)
    left = [leaving(solver, each, limits) for each in (run, above, free)]
    if best is None:
        paid = price
    best = min([*left, *([best] if best else [])], key=lambda each: solver.value(level, each.body))
    best = _with_less_fuel(solver, limit, best)
    best = replace(best, answer=replace(best.answer, bound=bound))
    solver.tell_level(f"within the {limit.name}", level, best, bound)
    return Priced(run=best, price=paid)


def _with_less_fuel(solver: Solver, limit: Limit, run: Run) -> Run:
    """Return a plan without the SAF that its cap does not need: at one price it is all or none."""
    if limit.kind != "carbon" or not any(b.saf_share for b in run.choice.boardings):
        return run
    least = solver.with_fuel(run, 0.0)
    all_kg, none_kg = limit.used(run.body), limit.used(least.body)
    if none_kg <= all_kg:
        return run
    share = min(1.0, (none_kg - limit.most) / (none_kg - all_kg) + _SLACK)
    trimmed = solver.with_fuel(run, max(0.0, share))
    return trimmed if solver.keeps_all(trimmed) else run


def weights_of_limit(limit: Limit) -> Weights:
    """Return the weights of what a limit counts."""
    if limit.kind == "money":
        return Weights(eur=1.0, unserved=0.0)
    if limit.market:
        return Weights(market_kg=1.0, unserved=0.0)
    return Weights(physical_kg=1.0, unserved=0.0)


def leaving(solver: Solver, run: Run, limits: Sequence[Limit]) -> Run:
    """Return a plan that leaves shipments until all limits are kept: leaving all keeps any.

    Those go first that use most of a broken limit for each kilogram, which is what leaving costs.
    """
    mass_kg = {s.shipment_id: s.mass_kg for s in solver.problem.shipments}
    while broken := [x for x in limits if x.excess(run.body) > 0]:
        used = _used_by(broken[0], run.body)
        room, gone = -broken[0].excess(run.body), []
        for name in sorted(used, key=lambda name: (-used[name] / mass_kg[name], name)):
            if room >= 0:
                break
            gone.append(name)
            room += used[name]
        run = solver.without(run, gone)
    return run


def _used_by(limit: Limit, body: Body) -> dict[str, float]:
    """Return what each shipment's legs use of a limit."""
    used: dict[str, float] = defaultdict(float)
    for leg in body.legs:
        total = leg.line.market_based if limit.market else leg.line.physical
        kg = total.wtw_kgco2e
        used[leg.line.element.shipment_id] += leg.cost_eur if limit.kind == "money" else kg
    return used
