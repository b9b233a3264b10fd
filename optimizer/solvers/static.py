"""Read a problem without time as a design, and a design as the choice of a plan.

Where every departure leaves and arrives at one instant there is nothing to wait for: a line of the
dated network is a mere node. The exact model of `mip` says the same with three times the columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import ortools

from data.units import KG_PER_TONNE
from optimizer.consignments import divided
from optimizer.itineraries import transfers_from, usable_departures
from optimizer.plan import Boarding
from optimizer.prices import fare_steps, lateness_eur, shipment_price_eur
from optimizer.problem import leaving_eur, service_rates, transfer_inventory
from optimizer.scores import carbon_price, levels_of
from optimizer.solvers.choice import Choice, LevelResult, aboard
from optimizer.solvers.design import Design
from optimizer.solvers.paths import END, START, Arc, parts_of_flow
from optimizer.solvers.search import solve_design
from optimizer.timetable import boarding_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.freight import Shipment
    from data.network import Service
    from optimizer.consignments import Part
    from optimizer.problem import Problem, Rates
    from optimizer.solvers.search import Answer, Work
    from optimizer.timetable import Departure

Node = tuple[str, str, str]  # out, in or all; hub; mode
_NO_FARE_EUR = 1e-9
_FLOWING = 1e-6


def is_design(problem: Problem, departures: Sequence[Departure], crowded: frozenset[str]) -> bool:
    """Tell whether a problem is one of design: no time, one goal, prices by unit and by mass."""
    scenario = problem.scenario
    limits = scenario.objective
    services = [problem.services[d.service_id] for d in departures]
    return (
        bool(departures)
        and len({x for d in departures for x in (d.departs_at, d.arrives_at)}) == 1
        and all(d.units_max is None or d.departure_id in crowded for d in departures)
        and levels_of(scenario) == ("cost",)
        and limits.carbon_cap_kgco2e is None
        and limits.budget is None
        and not scenario.neutrality.target
        and not scenario.electricity.eac_max_share
        and not (scenario.fuel.saf_max_share and any(s.mode == "air" for s in services))
        and not any(s.must_use for s in problem.shipments)
        and not scenario.robustness.min_on_time_probability
        and not any(hub.opening for hub in problem.hubs.values())
        and all(s.price.part_load_factor is None for s in services)
        and all(_one_rate(s, k) for k in problem.shipments if k.divisible for s in services)
    )


def _one_rate(service: Service, shipment: Shipment) -> bool:
    steps = fare_steps(service.price, shipment.mass_kg, shipment.volume_m3)
    return len(steps) == 1 and abs(steps[0].base_eur) < _NO_FARE_EUR


def choose_static(problem: Problem, departures: Sequence[Departure], work: Work) -> Choice | None:
    """Return the best choice of a problem that `is_design`; None where effort found none."""
    network = _Network(problem, departures)
    design = network.design()
    answer = solve_design(design, work)
    if answer is None:
        return None
    paths = network.paths(design, answer)
    parts = {s.shipment_id: x for s, x in zip(problem.shipments, paths, strict=True)}
    shipments, chains = divided(problem.shipments, parts)
    on_board = aboard(shipments, chains)
    units = {
        a.departure.departure_id: n
        for a, n in zip(network.arcs, answer.units, strict=True)
        if a.departure is not None
    }
    return Choice(
        shipments=shipments,
        chains=chains,
        boardings=tuple(
            Boarding(
                departure=d,
                full_units=math.ceil(units[d.departure_id] - _FLOWING),
                part_units=0.0,
                saf_share=0.0,
                eac_share=0.0,
                shipments=tuple(on_board[d.departure_id]),
            )
            for d in sorted(departures, key=lambda d: d.departure_id)
            if d.departure_id in on_board
        ),
        levels=(
            LevelResult(
                name="cost",
                unit="EUR",
                value=answer.value,
                lower_bound=answer.bound if math.isfinite(answer.bound) else 0.0,
            ),
        ),
        solver=f"design search, GLOP and HiGHS by OR-Tools {ortools.__version__}",
    )


@dataclass(slots=True, kw_only=True)
class _Arc:
    """A departure, or a change of mode that costs what it costs each shipment."""

    tail: int
    head: int
    departure: Departure | None = None


class _Network:
    """Nodes, arcs and columns of a problem without time."""

    def __init__(self, problem: Problem, departures: Sequence[Departure]) -> None:
        self.problem, self.departures = problem, departures
        self._price = carbon_price(problem.scenario) / KG_PER_TONNE
        self._nodes: dict[Node, int] = {}
        self.arcs: list[_Arc] = []
        self._rates: dict[str, Rates] = {}
        self._handling: dict[tuple[str, str, str, str], float] = {}
        modes = {problem.services[d.service_id].mode for d in departures}
        self._one_mode = next(iter(modes)) if len(modes) == 1 else ""
        self._columns: list[tuple[int, int, float, float, float]] = []
        self._departing = [self._departing_arc(d) for d in departures]
        self._changing = [] if self._one_mode else self._changing_arcs()
        for number, shipment in enumerate(problem.shipments):
            self._add(number, shipment)

    def _node(self, kind: str, hub: str, mode: str) -> int:
        key = ("all", hub, "") if self._one_mode else (kind, hub, mode)
        return self._nodes.setdefault(key, len(self._nodes))

    def _arc(self, tail: int, head: int, departure: Departure | None = None) -> int:
        self.arcs.append(_Arc(tail=tail, head=head, departure=departure))
        return len(self.arcs) - 1

    def _departing_arc(self, d: Departure) -> int:
        s = self.problem.services[d.service_id]
        out, into = (s.origin_hub, s.mode), (s.destination_hub, s.mode)
        return self._arc(self._node("out", *out), self._node("in", *into), d)

    def _changing_arcs(self) -> list[tuple[int, tuple[str, str, str] | None]]:
        """Return arcs for each change of mode, and from each start and to each end of its own."""
        found: list[tuple[int, tuple[str, str, str] | None]] = []
        at = self.departures[0].departs_at
        for transfers in transfers_from(self.problem).values():
            for t in transfers:
                if boarding_time(at, t) <= at:
                    tail = self._node("in", t.hub_id, t.from_mode)
                    arc = self._arc(tail, self._node("out", t.hub_id, t.to_mode))
                    found.append((arc, (t.hub_id, t.from_mode, t.to_mode)))
        for kind, hub, mode in sorted(self._nodes):
            here = self._node(kind, hub, mode)
            if kind == "out":
                found.append((self._arc(self._node("start", hub, ""), here), None))
            elif kind == "in":
                found.append((self._arc(here, self._node("end", hub, "")), None))
        return found

    def _add(self, number: int, shipment: Shipment) -> None:
        """Add the columns of a shipment: departures that it can use, and changes between them."""
        usable = {
            d.departure_id for d in usable_departures(self.problem, self.departures, shipment)
        }
        for arc, d in zip(self._departing, self.departures, strict=True):
            if d.departure_id not in usable:
                continue
            service = self.problem.services[d.service_id]
            price = shipment_price_eur(service.price, shipment.mass_kg, shipment.volume_m3)
            cost = price + self._price * self._per_kg(service) * shipment.mass_kg
            hub, mode = service.destination_hub, self._one_mode
            if hub == shipment.destination:
                cost += lateness_eur(shipment, d.arrives_at)
            elif mode:
                cost += self._handled((hub, mode, mode), shipment)
            load = shipment.mass_kg / service.unit_capacity_kg
            bulk = shipment.volume_m3 / service.unit_capacity_m3
            self._columns.append((arc, number, cost, load, bulk))
        for arc, key in self._changing:
            cost = 0.0 if key is None else self._handled(key, shipment)
            self._columns.append((arc, number, cost, 0.0, 0.0))

    def _of(self, service: Service) -> Rates:
        if service.service_id not in self._rates:
            self._rates[service.service_id] = service_rates(service, self.problem)
        return self._rates[service.service_id]

    def _market(self) -> bool:
        return self.problem.scenario.objective.co2e_basis == "market_based"

    def _per_kg(self, service: Service) -> float:
        if not self._price:
            return 0.0
        rates = self._of(service)
        return rates.market_per_kg if self._market() else rates.physical_per_kg

    def _per_unit(self, service: Service) -> float:
        if not self._price:
            return 0.0
        rates = self._of(service)
        return rates.market_per_unit if self._market() else rates.physical_per_unit

    def _handled(self, key: tuple[str, str, str], shipment: Shipment) -> float:
        transfer = self.problem.transfers[key]
        cost = transfer.cost_eur_per_t * shipment.mass_kg / KG_PER_TONNE
        if self._price:
            inventory = transfer_inventory(transfer, self.problem, shipment)
            total = inventory.market_based if self._market() else inventory.physical
            cost += self._price * total.wtw_kgco2e
        return cost

    def design(self) -> Design:
        """Return the arrays."""
        shipments = self.problem.shipments
        fixed, most, whole = zip(*(self._opening(arc.departure) for arc in self.arcs), strict=True)
        arc, who, cost, load, bulk = zip(*self._columns, strict=True)
        ends = [
            (self._node("start", s.origin, ""), self._node("end", s.destination, ""))
            for s in shipments
        ]
        return Design(
            nodes=len(self._nodes),
            tail=np.array([a.tail for a in self.arcs]),
            head=np.array([a.head for a in self.arcs]),
            fixed=np.array(fixed),
            most_units=np.array(most),
            whole_units=np.array(whole, dtype=bool),
            origin=np.array([start for start, _ in ends]),
            destination=np.array([end for _, end in ends]),
            divisible=np.array([s.divisible for s in shipments], dtype=bool),
            left_cost=np.array([leaving_eur(s) for s in shipments]),
            arc=np.array(arc),
            who=np.array(who),
            cost=np.array(cost),
            load=np.array(load),
            bulk=np.array(bulk),
        )

    def _opening(self, d: Departure | None) -> tuple[float, float, bool]:
        """Return what a unit costs, how many there are, and whether they are whole."""
        if d is None:
            return 0.0, np.inf, False
        service = self.problem.services[d.service_id]
        unit = (service.price.eur_per_unit or 0.0) + service.price.surcharge_eur_per_unit
        most = np.inf if d.units_max is None else float(d.units_max)
        return (
            unit + self._price * self._per_unit(service),
            most,
            service.dedicated or unit > 0,
        )

    def paths(self, design: Design, answer: Answer) -> list[tuple[Part, ...]]:
        """Return the chains of each shipment in an answer."""
        flows: list[list[Arc]] = []
        for number, whole in enumerate(~design.divisible):
            left = _clean(answer.left[number], whole=whole)
            start, end = design.origin[number], design.destination[number]
            flows.append(
                [
                    Arc(start=START, end=("node", str(start)), amount=1 - left),
                    Arc(start=("node", str(end)), end=END, amount=1 - left),
                ]
            )
        for column in np.flatnonzero(answer.flow > _FLOWING):
            number, arc = design.who[column], self.arcs[design.arc[column]]
            whole = not design.divisible[number]
            flows[number].append(
                Arc(
                    start=("node", str(arc.tail)),
                    end=("node", str(arc.head)),
                    amount=_clean(answer.flow[column], whole=whole),
                    departure=arc.departure,
                )
            )
        return [parts_of_flow(arcs, max(0.0, 1 - arcs[0].amount)) for arcs in flows]


def _clean(amount: float, *, whole: bool) -> float:
    """Return a share without the noise of a solver."""
    return float(round(amount)) if whole or abs(amount - round(amount)) < _FLOWING else amount
