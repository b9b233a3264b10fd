"""Say what room is left in the units of a plan: for one more pallet, and for another's load.

A unit that travels half empty carries one more pallet for next to nothing; two of them that leave a
day apart may be one, if what waits may arrive later.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from data.freight import Piece
from data.units import SECONDS_PER_HOUR
from optimizer.itineraries import units_opened
from optimizer.prices import shipment_price_eur, unit_price_eur
from optimizer.problem import booked_in_time, service_rates
from optimizer.stowage import NEVER, Merge, Spare, offers_parts
from optimizer.timetable import boarding_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.freight import Shipment
    from data.network import Service
    from optimizer.plan import DepartureUse, Plan
    from optimizer.problem import Problem
    from optimizer.stowing import Stower
    from optimizer.timetable import Departure

# A pallet as it is often: EUR size, a metre high, nothing heavy on top (our choice).
PALLET = Piece(
    piece_id="one more pallet",
    quantity=1,
    length_mm=1200,
    width_mm=800,
    height_mm=1000,
    mass_kg=300.0,
    max_load_top_kg=0.0,
)
MOST_PALLETS = 40
_A_DAY = timedelta(days=1)
_NOISE = 1e-9  # units
_MOST_TRIED = 200  # pairs of departures whose pieces are placed together
_MOST_USES = 60  # departures that are looked at; a table of more helps nobody


def spares_of(plan: Plan, stower: Stower) -> tuple[Spare, ...]:
    """Return the room left on each departure whose pieces were placed, the emptiest first."""
    aboard = _aboard(plan)
    placed = {s.departure_id for s in plan.stowed if s.plan is not None}
    uses = sorted(
        (
            u
            for u in plan.uses
            if u.departure.departure_id in placed and _has_units(plan.problem, u)
        ),
        key=lambda u: (u.fill_volume, u.departure.departure_id),
    )
    found = (
        _spare(plan.problem, use, aboard[use.departure.departure_id], stower)
        for use in uses[:_MOST_USES]
    )
    return tuple(spare for spare in found if spare is not None)


def _has_units(problem: Problem, use: DepartureUse) -> bool:
    """Tell whether units have a price or an emission of their own; else room costs nothing."""
    service = problem.services[use.departure.service_id]
    return bool(unit_price_eur(service.price, 1, 0.0)) or service.dedicated


def _spare(
    problem: Problem, use: DepartureUse, aboard: Sequence[Shipment], stower: Stower
) -> Spare | None:
    """Return the room left on one departure; none where it has no unit for one more pallet."""
    service, opened = problem.services[use.departure.service_id], use.full_units + use.part_units
    one = _pallets(aboard[0], 1)
    needed = max(stower.units(service, [*aboard, one]), _by_size(service, [*aboard, one]))
    most = use.departure.units_max
    if needed >= NEVER or (most is not None and math.ceil(needed - _NOISE) > most):
        return None
    now = (use.full_units, use.part_units)
    then = now if needed <= opened + _NOISE else units_opened(service, needed)
    extra = max(0.0, sum(then) - opened)
    rates = service_rates(service, problem)
    fare = shipment_price_eur(service.price, one.mass_kg, one.volume_m3)
    units_eur = unit_price_eur(service.price, *then) - unit_price_eur(service.price, *now)
    return Spare(
        departure_id=use.departure.departure_id,
        pallets=_fitting(service, aboard, opened, stower),
        opens=round(extra, 6),
        eur=round(fare + max(0.0, units_eur), 2),
        physical_kgco2e=rates.physical_per_unit * extra + rates.physical_per_kg * one.mass_kg,
    )


def _fitting(service: Service, aboard: Sequence[Shipment], opened: float, stower: Stower) -> int:
    """Return how many pallets more go into whole opened units; of parts none is left over."""
    units = float(math.floor(opened + _NOISE))  # of a part nothing is left over

    def fits(number: int) -> bool:
        goods = [*aboard, _pallets(aboard[0], number)]
        return max(stower.units(service, goods), _by_size(service, goods)) <= units + _NOISE

    low, high = 0, MOST_PALLETS + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _pallets(like: Shipment, number: int) -> Shipment:
    """Return so many pallets as a shipment between the same ends as another."""
    pieces = (replace(PALLET, quantity=number),)
    return replace(
        like,
        shipment_id=f"{number} more pallets",
        mass_kg=number * PALLET.mass_kg,
        volume_m3=number * PALLET.volume_m3,
        pieces=pieces,
    )


def _by_size(service: Service, goods: Sequence[Shipment]) -> float:
    return max(
        math.fsum(s.mass_kg for s in goods) / service.unit_capacity_kg,
        math.fsum(s.volume_m3 for s in goods) / service.unit_capacity_m3,
    )


def merges_of(plan: Plan, stower: Stower) -> tuple[Merge, ...]:
    """Return pairs of departures of a service that would do with fewer units, dearest first.

    All freight of the earlier one waits for the later one, at most a day; what it changes to after
    it must still be caught. Only whole units with a price or an emission of their own count.
    """
    problem, aboard = plan.problem, _aboard(plan)
    if problem.scenario.robustness.min_on_time_probability:
        return ()  # who waits is less sure to be in time, by how much nobody asked
    used = _placed_by_service(plan)
    found: list[Merge] = []
    tried = 0
    for service_id, uses in sorted(used.items()):
        service = problem.services[service_id]
        if offers_parts(service) or not _has_units(problem, uses[0]):
            continue
        rates, unit_eur = service_rates(service, problem), unit_price_eur(service.price, 1, 0.0)
        for first, second in pairwise(uses):
            if second.departure.departs_at - first.departure.departs_at > _A_DAY:
                continue
            if tried >= _MOST_TRIED:
                break
            goods = aboard[first.departure.departure_id]
            together = [*aboard[second.departure.departure_id], *goods]
            later = _later(plan, goods, first.departure, second.departure)
            opened = first.full_units + second.full_units
            if later is None or opened <= math.ceil(_by_size(service, together) - _NOISE):
                continue
            tried += 1
            needed = max(stower.units(service, together), _by_size(service, together))
            units = opened - math.ceil(needed - _NOISE)
            most = second.departure.units_max
            if units <= 0 or (most is not None and math.ceil(needed - _NOISE) > most):
                continue
            found.append(
                Merge(
                    service_id=service_id,
                    dropped=first.departure.departure_id,
                    kept=second.departure.departure_id,
                    moved=tuple(s.shipment_id for s in goods),
                    later_h=later,
                    units=units,
                    saves_eur=round(units * unit_eur, 2),
                    saves_kgco2e=units * rates.physical_per_unit,
                )
            )
    return tuple(sorted(found, key=lambda m: (-m.saves_eur, -m.saves_kgco2e, m.dropped)))


def _placed_by_service(plan: Plan) -> dict[str, list[DepartureUse]]:
    """Return the departures whose pieces were placed by service, the first to leave first."""
    placed = {s.departure_id for s in plan.stowed if s.plan is not None}
    used: dict[str, list[DepartureUse]] = {}
    for use in sorted(plan.uses, key=lambda u: (u.departure.departs_at, u.departure.departure_id)):
        if use.departure.departure_id in placed:
            used.setdefault(use.departure.service_id, []).append(use)
    return used


def _later(
    plan: Plan, goods: Sequence[Shipment], now: Departure, then: Departure
) -> tuple[float, ...] | None:
    """Return by how many hours each due date would have to move; None where a change is missed."""
    problem, chains = plan.problem, plan.departures_of()
    service = problem.services[then.service_id]
    hours = []
    for s in goods:
        chain = chains[s.shipment_id]
        at = next(n for n, d in enumerate(chain) if d.departure_id == now.departure_id)
        if not booked_in_time(service, s, then.departs_at):
            return None
        if at + 1 < len(chain):
            onward = chain[at + 1]
            mode = problem.services[onward.service_id].mode
            transfer = problem.transfers[service.destination_hub, service.mode, mode]
            if onward.departs_at < boarding_time(then.arrives_at, transfer):
                return None
            hours.append(0.0)
            continue
        late = (problem.delivered_at(then) - s.due_at).total_seconds() / SECONDS_PER_HOUR
        if late > _A_DAY.total_seconds() / SECONDS_PER_HOUR:
            return None
        hours.append(max(0.0, round(late, 2)))
    return tuple(hours)


def _aboard(plan: Plan) -> Mapping[str, list[Shipment]]:
    known = {s.shipment_id: s for s in plan.problem.shipments}
    found: dict[str, list[Shipment]] = {}
    for leg in plan.legs:
        if leg.departure_id:
            found.setdefault(leg.departure_id, []).append(known[leg.line.element.shipment_id])
    return found
