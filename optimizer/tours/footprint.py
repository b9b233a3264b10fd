"""Work out what a tour uses by load, and what each consignment bears of it, by activity.

A collection and delivery round is one operation: its energy, empty ways and the way home included,
is shared by mass x the shortest way of each consignment as if it went alone (ISO 14083, 5.4.2 and
5.6; methodology, F16), never by its place in the round.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from data.units import micro
from emissions.chain import TCE
from emissions.distance import transport_activity_tkm
from emissions.energy import energy_per_loaded_km, shares_by_activity
from emissions.inventory import take_inventory
from optimizer.tours.records import PICKUP, Share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emissions.factors import Factors
    from emissions.inventory import Inventory
    from optimizer.tours.records import Tour, TourProblem

_CENT_AS_MILLIONTH = 1e4  # so that cents are shared by the rule that shares millionths


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """One consignment on one tour: from where to where, and when."""

    stops: tuple[int, ...]
    origin: int
    destination: int
    departs_min: float
    arrives_min: float


def tour_energy(problem: TourProblem, tour: Tour, factors: Factors) -> float:
    """Return kWh at the meter, or kg of fuel, of a tour: each way by the load on it."""
    vehicle = factors.vehicle(problem.vehicles[tour.vehicle].vehicle_code)
    per_km, per_kg_km = energy_per_loaded_km(vehicle, 0.0)
    used = math.fsum(b.km * (per_km + a.load_kg * per_kg_km) for a, b in pairwise(tour.visits))
    return micro(used)


def rides(problem: TourProblem, tour: Tour) -> list[Ride]:
    """Return the consignments of a tour, in the order in which they are done."""
    index = {s.stop_id: i for i, s in enumerate(problem.stops)}
    depot, start, end = tour.visits[0].site, tour.visits[0], tour.visits[-1]
    called = {index[v.node_id]: v for v in tour.visits if v.node_id in index}
    found = []
    for i, visit in called.items():
        stop = problem.stops[i]
        if stop.pair_id and stop.kind == PICKUP:
            continue  # told at its delivery
        group = problem.together(i)
        first, at = called[group[0]], visit.site
        alone = {True: (at, depot), False: (depot, at)}[stop.kind == PICKUP]
        found.append(
            Ride(
                stops=group,
                origin=first.site if stop.pair_id else alone[0],
                destination=alone[1],
                departs_min=first.begins_min
                if stop.pair_id or stop.kind == PICKUP
                else start.leaves_min,
                arrives_min=end.arrives_min if stop.kind == PICKUP else visit.begins_min,
            )
        )
    return found


def _element(problem: TourProblem, tour: Tour, ride: Ride, amount: float, factors: Factors) -> TCE:
    vehicle, stop = problem.vehicles[tour.vehicle], problem.stops[ride.stops[0]]
    electric = factors.vehicle(vehicle.vehicle_code).electric
    return TCE(
        shipment_id=stop.shipment_id,
        leg_no=1,
        kind="transport",
        mode=factors.vehicle(vehicle.vehicle_code).mode,
        origin=problem.sites[ride.origin].hub_id,
        destination=problem.sites[ride.destination].hub_id,
        mass_kg=stop.mass_kg,
        distance_km=problem.ways.km[ride.origin][ride.destination],
        distance_kind="sfd",
        toc_id=vehicle.vehicle_code,
        energy_kwh=amount if electric else None,
        fuel_kg=None if electric else amount,
        grid_id=vehicle.grid_id if electric else "",
    )


def footprint_of(
    problem: TourProblem, tours: Sequence[Tour], factors: Factors
) -> tuple[tuple[Tour, ...], tuple[Share, ...], Inventory]:
    """Return tours with their energy, what each consignment bears, and the inventory of it all.

    Raises
    ------
    EmissionsError
        for a vehicle or grid that the factor set does not hold: a missing factor is no zero.
    """
    burning, elements, told = [], [], []
    for tour in tours:
        energy = tour_energy(problem, tour, factors)
        burning.append(replace(tour, energy=energy))
        aboard = rides(problem, tour)
        activity = [
            transport_activity_tkm(
                problem.stops[r.stops[0]].mass_kg, problem.ways.km[r.origin][r.destination]
            )
            for r in aboard
        ]
        amounts = shares_by_activity(energy, activity)
        costs = shares_by_activity(tour.cost_eur / _CENT_AS_MILLIONTH, activity)
        for ride, amount, cost in zip(aboard, amounts, costs, strict=True):
            elements.append(_element(problem, tour, ride, amount, factors))
            told.append((tour, ride, round(cost * _CENT_AS_MILLIONTH, 2)))
    numbered = _numbered(elements, [(r.departs_min, t.tour_id) for t, r, _ in told])
    inventory = take_inventory(numbered, factors)
    shares = tuple(
        Share(
            tour_id=tour.tour_id,
            stop_ids=tuple(problem.stops[i].stop_id for i in ride.stops),
            line=line,
            cost_eur=cost,
            departs_min=ride.departs_min,
            arrives_min=ride.arrives_min,
        )
        for line, (tour, ride, cost) in zip(inventory.lines, told, strict=True)
    )
    return tuple(burning), shares, inventory


def _numbered(elements: Sequence[TCE], when: Sequence[tuple[float, str]]) -> list[TCE]:
    """Return the elements with the legs of each shipment numbered as they start."""
    order: dict[str, list[int]] = defaultdict(list)
    for i in sorted(range(len(elements)), key=lambda i: (when[i], i)):
        order[elements[i].shipment_id].append(i)
    number = {i: n for legs in order.values() for n, i in enumerate(legs, start=1)}
    return [replace(e, leg_no=number[i]) for i, e in enumerate(elements)]
