"""Narrow what arrays allow to rules that they cannot say: what must be used, chances to be in time.

A narrowed plan keeps the rules; the bound is that of the freight before it was narrowed, which
holds for every plan.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from data.units import SECONDS_PER_HOUR
from optimizer.itineraries import every_way
from optimizer.problem import may_carry
from optimizer.punctuality import Forecast
from optimizer.stowage import NEVER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.freight import Shipment
    from data.network import Service
    from optimizer.planner.board import Floats, Freight, Ints
    from optimizer.planner.compile import Compiled
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

_JUST_MORE = 1e-3  # units, by which freight exceeds what it does not fit into
_BUFFER_H, _GROWS = 12.0, 2.0  # hours by which a shipment that is too unsure must be earlier
ROUNDS = 5  # of asking for earlier arrivals


def narrowed(problem: Problem, arrays: Compiled, earlier_h: Mapping[str, float]) -> Freight:
    """Return freight that may use only what keeps its wishes, and must arrive so much earlier."""
    freight = arrays.freight
    wishing = [n for n, s in enumerate(problem.shipments) if s.must_use]
    if wishing:
        freight = _with_wishes(problem, arrays, wishing)
    if earlier_h:
        hours = np.array([earlier_h.get(s.shipment_id, 0.0) for s in problem.shipments])
        latest = freight.latest_at - np.ceil(hours * SECONDS_PER_HOUR)
        freight = freight._replace(latest_at=latest.astype(np.int32))
    if problem.needs:
        freight = freight._replace(volume_m3=_swollen(problem, arrays, freight.volume_m3))
    return freight


def _swollen(problem: Problem, arrays: Compiled, volume_m3: Floats) -> Floats:
    """Return volumes under which freight that was found not to fit does not seem to fit.

    Fares go on by the volumes billed. A need without a unit's price changes nothing but room, which
    is left to whoever opens units.
    """
    swollen = volume_m3.copy()
    at = {s.shipment_id: n for n, s in enumerate(problem.shipments)}
    for need in problem.needs:
        using = [j for j, s in enumerate(arrays.services) if need.concerns(s)]
        dear = [j for j in using if arrays.board.full[j] > 0]
        if not dear or need.units >= NEVER:
            continue
        mine = [at[name] for name in need.shipments if name in at]
        room = max(arrays.board.unit_m3[j] for j in dear)
        below = need.units if need.parts else need.units - 1 + _JUST_MORE
        factor = below * room / volume_m3[mine].sum()
        swollen[mine] = np.maximum(swollen[mine], volume_m3[mine] * factor)
    return swollen


def _with_wishes(problem: Problem, arrays: Compiled, wishing: Sequence[int]) -> Freight:
    """Leave shipments with wishes only the services of their cheapest chain that keeps them."""
    kind, rows = arrays.freight.kind.copy(), [arrays.freight.allowed]
    count = len(arrays.freight.allowed)
    for n in wishing:
        shipment = problem.shipments[n]
        chain = _cheapest(problem, arrays.departures, shipment)
        row = np.array([[s.service_id in chain for s in arrays.services]], np.uint8)
        rows.append(row & arrays.freight.allowed[arrays.freight.kind[n]])
        kind[n] = count
        count += 1
    return arrays.freight._replace(kind=kind, allowed=np.concatenate(rows))


def _cheapest(
    problem: Problem, departures: Sequence[Departure], shipment: Shipment
) -> frozenset[str]:
    """Return the services of the cheapest chain that keeps the wishes; none if there is none.

    A chain that could leave out what it must use, for another of its services does as well, is no
    help: only one whose services allow no shorter way is taken.
    """
    alone = replace(problem, shipments=(shipment,))
    for way in every_way(alone, departures, shipment):
        services = [problem.services[name] for name in way.services]
        if all(keeps_wish(wish, services) for wish in shipment.must_use):
            return frozenset(way.services)
    return frozenset()


def keeps_wish(wish: str, services: Sequence[Service]) -> bool:
    """Tell whether a chain uses a hub, service, carrier or mode."""
    return any(
        wish in {s.service_id, s.carrier, s.mode, s.origin_hub, s.destination_hub} for s in services
    )


def too_unsure(
    problem: Problem, chains: Mapping[str, Sequence[Departure]], earlier_h: dict[str, float]
) -> tuple[str, ...]:
    """Return the shipments below the chance that is wanted, and ask each to arrive earlier."""
    wanted = problem.scenario.robustness.min_on_time_probability
    if not wanted:
        return ()
    forecast = Forecast(problem)
    found = []
    for s in problem.shipments:
        chain = chains[s.shipment_id]
        if chain and (forecast.on_time(s, chain).probability or 0.0) < wanted:
            found.append(s.shipment_id)
            earlier_h[s.shipment_id] = max(_BUFFER_H, _GROWS * earlier_h.get(s.shipment_id, 0.0))
    return tuple(found)


def wishless(problem: Problem, chains: Mapping[str, Sequence[Departure]]) -> tuple[str, ...]:
    """Return shipments whose chain leaves out what it must use."""
    return tuple(
        s.shipment_id
        for s in problem.shipments
        if chains[s.shipment_id]
        and not all(
            keeps_wish(wish, [problem.services[d.service_id] for d in chains[s.shipment_id]])
            for wish in s.must_use
        )
    )


def without(
    chains: Mapping[str, tuple[Departure, ...]], left: Sequence[str]
) -> dict[str, tuple[Departure, ...]]:
    """Return chains with some shipments left behind: better than sent too unsurely."""
    return {name: () if name in left else chain for name, chain in chains.items()}


def start_of(
    chains: Mapping[str, Sequence[Departure]], problem: Problem, arrays: Compiled
) -> list[Ints]:
    """Return a former plan as departures of these arrays; empty where one is gone or banned."""
    number = {d.departure_id: n for n, d in enumerate(arrays.departures)}
    found = []
    for s in problem.shipments:
        chain = chains.get(s.shipment_id, ())
        taken = [number.get(d.departure_id, -1) for d in chain]
        good = bool(taken) and min(taken) >= 0
        good = good and not any(may_carry(problem.services[d.service_id], s) for d in chain)
        found.append(np.array(taken if good else [], np.int32))
    return found
