"""State each rule of a plan as one function on the model; `audit` re-checks each without it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ortools.math_opt.python import mathopt

from data.units import KG_PER_TONNE
from optimizer.prices import units_needed
from optimizer.problem import saf_limit_share, service_rates
from optimizer.solvers import expressions
from optimizer.stowage import NEVER

if TYPE_CHECKING:
    from optimizer.solvers.variables import Flow, Opened, Variables

_NOISE = 1e-9
# What rounding a plan (cents a price, millionths a part load) may add for each shipment.
_EUR_PER_SHIPMENT = 0.1
_KG_PER_SHIPMENT = 0.01


def add_constraints(variables: Variables) -> None:
    """Add every rule to the model."""
    for rule in (
        serve_once,
        keep_flow,
        keep_capacity,
        keep_room_for_pieces,
        pay_by_tariff,
        use_what_must_be_used,
        limit_saf,
        limit_certificates,
        balance_residual,
        keep_carbon_cap,
        keep_budget,
    ):
        rule(variables)


def serve_once(v: Variables) -> None:
    """Each shipment starts once, or is left and priced."""
    for flow in v.flows.values():
        started = mathopt.LinearSum(flow.start.values())
        v.model.add_linear_constraint(started + flow.unserved == 1)


def keep_flow(v: Variables) -> None:
    """Let what is ready for a departure board it or wait; what arrives goes on or is there."""
    for flow in v.flows.values():
        for line, waiting in flow.lines.items():
            _keep_line(v, flow, line)
            for d in waiting:
                service = v.problem.services[d.service_id]
                if service.destination_hub == flow.shipment.destination:
                    continue
                onward = [x for (name, _), x in flow.change.items() if name == d.departure_id]
                v.model.add_linear_constraint(
                    flow.board[d.departure_id] == mathopt.LinearSum(onward)
                )


def _keep_line(v: Variables, flow: Flow, line: tuple[str, str]) -> None:
    before = None
    for d in flow.lines[line]:
        ready = mathopt.LinearSum(flow.joins[d.departure_id])
        if before is not None:
            ready = ready + flow.wait[before]
        after = flow.wait.get(d.departure_id, 0.0)
        v.model.add_linear_constraint(ready == flow.board[d.departure_id] + after)
        before = d.departure_id


def keep_capacity(v: Variables) -> None:
    """Mass and volume on board fit the opened units; nobody boards what is not opened."""
    for name, opened in v.opened.items():
        service = v.problem.services[opened.departure.service_id]
        units = _units(opened)
        on_board = [f for f in v.flows.values() if name in f.board]
        for size, amounts in (
            (service.unit_capacity_kg, [f.shipment.mass_kg for f in on_board]),
            (service.unit_capacity_m3, [f.shipment.volume_m3 for f in on_board]),
        ):
            load = mathopt.LinearSum(
                amount / size * f.board[name] for amount, f in zip(amounts, on_board, strict=True)
            )
            v.model.add_linear_constraint(load <= units)
        if opened.limited and opened.departure.units_max is not None:
            v.model.add_linear_constraint(units <= opened.departure.units_max)
        if opened.part is None and opened.full.integer:
            for f in on_board:  # strong forcing: who boards alone opens whole units
                alone = units_needed(service, f.shipment.mass_kg, f.shipment.volume_m3)
                # A part of a shipment opens one unit, or more by its share.
                least = max(1.0, alone) if f.shipment.divisible else math.ceil(alone - _NOISE)
                v.model.add_linear_constraint(least * f.board[name] <= opened.full)


def keep_room_for_pieces(v: Variables) -> None:
    """Shipments whose pieces need more units together open them, or do not all board."""
    for need in v.problem.needs:
        for name, opened in v.opened.items():
            if not need.concerns(v.problem.services[opened.departure.service_id]):
                continue
            boards = [
                f.board[name]
                for f in v.flows.values()
                if f.shipment.shipment_id in need.shipments and name in f.board
            ]
            if len(boards) < len(need.shipments):
                continue
            together = mathopt.LinearSum(boards) - (len(boards) - 1)  # 1 if all board, else <= 0
            most = opened.departure.units_max
            if need.units >= NEVER or (most is not None and need.units > most + _NOISE):
                v.model.add_linear_constraint(together <= 0)
            else:
                v.model.add_linear_constraint(need.units * together <= _units(opened))
    for name, opened in v.opened.items():
        if opened.part is not None:
            continue
        shares = v.problem.floors.get(v.problem.services[opened.departure.service_id].unit_code, {})
        standing = [
            shares[f.shipment.shipment_id] * f.board[name]
            for f in v.flows.values()
            if name in f.board and f.shipment.shipment_id in shares
        ]
        if standing:
            v.model.add_linear_constraint(mathopt.LinearSum(standing) <= _units(opened))


def _units(opened: Opened) -> mathopt.LinearBase:
    return opened.full if opened.part is None else opened.full + opened.part


def pay_by_tariff(v: Variables) -> None:
    """Charge a share of a shipment on a departure by one line of its tariff."""
    for flow in v.flows.values():
        for name, lines in flow.fares.items():
            for line in lines:
                low, high = line.step.from_share, line.step.to_share
                v.model.add_linear_constraint(low * line.paid <= line.share)
                v.model.add_linear_constraint(line.share <= high * line.paid)
            shares = mathopt.LinearSum(line.share for line in lines)
            v.model.add_linear_constraint(flow.board[name] == shares)
            v.model.add_linear_constraint(mathopt.LinearSum(line.paid for line in lines) <= 1)


def use_what_must_be_used(v: Variables) -> None:
    """Make a chain pass each hub, service, carrier or mode that its shipment must use."""
    for flow in v.flows.values():
        for name in flow.shipment.must_use:
            using = []
            for d in flow.usable:
                s = v.problem.services[d.service_id]
                if name in {s.service_id, s.carrier, s.mode, s.destination_hub, s.origin_hub}:
                    using.append(flow.board[d.departure_id])
            v.model.add_linear_constraint(mathopt.LinearSum(using) >= 1 - flow.unserved)


def limit_saf(v: Variables) -> None:
    """SAF energy of a departure stays within its shares of the energy burnt for those on board."""
    fuel = v.problem.scenario.fuel
    for name, opened in v.opened.items():
        if opened.saf_mj is None:
            continue
        rates = service_rates(v.problem.services[opened.departure.service_id], v.problem)
        burnt = mathopt.LinearSum(
            rates.fuel_mj_per_kg * f.shipment.mass_kg * f.board[name]
            for f in v.flows.values()
            if name in f.board
        )
        most = saf_limit_share(v.problem)
        v.model.add_linear_constraint(opened.saf_mj <= most * burnt)
        if fuel.saf_min_share > 0:
            v.model.add_linear_constraint(opened.saf_mj >= fuel.saf_min_share * burnt)


def limit_certificates(v: Variables) -> None:
    """Certified kWh of a departure stay within their shares of the kWh that its vehicles use."""
    policy = v.problem.scenario.electricity
    for name, opened in v.opened.items():
        if opened.eac_kwh is None:
            continue
        rates = service_rates(v.problem.services[opened.departure.service_id], v.problem)
        used = rates.kwh_per_unit * _units(opened) + mathopt.LinearSum(
            rates.kwh_per_kg * f.shipment.mass_kg * f.board[name]
            for f in v.flows.values()
            if name in f.board
        )
        v.model.add_linear_constraint(opened.eac_kwh <= policy.eac_max_share * used)
        if policy.eac_min_share > 0:
            v.model.add_linear_constraint(opened.eac_kwh >= policy.eac_min_share * used)


def balance_residual(v: Variables) -> None:
    """Whole credits cover the wanted share of the market-based residual. They lower no emission."""
    if v.credits is None:
        return
    residual_t = expressions.co2e_kg(v, "market_based") / KG_PER_TONNE
    target = v.problem.scenario.neutrality.target
    v.model.add_linear_constraint(v.credits >= target * residual_t)


def keep_carbon_cap(v: Variables) -> None:
    """CO2e on the chosen basis stays within the cap; offsets are no part of it."""
    objective = v.problem.scenario.objective
    if objective.carbon_cap_kgco2e is not None:
        total = expressions.co2e_kg(v, objective.co2e_basis)
        room = max(0.0, objective.carbon_cap_kgco2e - _KG_PER_SHIPMENT * len(v.flows))
        v.model.add_linear_constraint(total <= room)


def keep_budget(v: Variables) -> None:
    """All that is paid stays within the budget."""
    budget = v.problem.scenario.objective.budget
    if budget is not None:
        room = max(0.0, budget - _EUR_PER_SHIPMENT * len(v.flows))
        v.model.add_linear_constraint(expressions.paid_eur(v) <= room)
