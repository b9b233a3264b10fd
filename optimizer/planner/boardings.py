"""Read what arrays take as a choice: chains by shipment, units opened by departure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from optimizer.compiled import COMPILER
from optimizer.plan import Boarding
from optimizer.planner.corridor_kernels import FOUND
from optimizer.solvers.choice import Choice, aboard
from optimizer.stowage import units_learnt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.freight import Shipment
    from optimizer.planner.board import Ints
    from optimizer.planner.compile import Compiled
    from optimizer.planner.engine import Answer
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

_NOISE = 1e-9
SOLVER = f"Greenlane's scan and Lagrangian bound on {COMPILER}"


def choice_of(problem: Problem, arrays: Compiled, answer: Answer) -> Choice:
    """Return what an answer takes as a choice, without levels."""
    chains = chains_of(problem, arrays, answer.departures)
    return Choice(
        shipments=problem.shipments,
        chains=chains,
        boardings=boardings_of(problem, arrays, chains),
        levels=(),
        unservable=frozenset(
            s.shipment_id
            for s, status in zip(problem.shipments, answer.status, strict=True)
            if status != FOUND
        ),
        solver=SOLVER,
    )


def chains_of(
    problem: Problem, arrays: Compiled, taken: Sequence[Ints]
) -> dict[str, tuple[Departure, ...]]:
    """Return the departures of each shipment, first leg first."""
    return {
        s.shipment_id: tuple(arrays.departures[d] for d in way)
        for s, way in zip(problem.shipments, taken, strict=True)
    }


def boardings_of(
    problem: Problem, arrays: Compiled, chains: Mapping[str, Sequence[Departure]]
) -> tuple[Boarding, ...]:
    """Return what is opened on each departure that somebody takes."""
    number = {s.service_id: n for n, s in enumerate(arrays.services)}
    return tuple(
        _boarding(problem, arrays, number[departure.service_id], departure, shipments)
        for departure, shipments in sorted(
            _travellers(problem, chains).items(), key=lambda x: x[0].departure_id
        )
    )


def _travellers(
    problem: Problem, chains: Mapping[str, Sequence[Departure]]
) -> dict[Departure, list[Shipment]]:
    on_board = aboard(problem.shipments, chains)
    known = {d.departure_id: d for chain in chains.values() for d in chain}
    return {known[name]: shipments for name, shipments in on_board.items()}


def _boarding(
    problem: Problem,
    arrays: Compiled,
    j: int,
    departure: Departure,
    shipments: Sequence[Shipment],
) -> Boarding:
    """Return what is opened for those on board: a part load where it is less than a unit."""
    service, board = arrays.services[j], arrays.board
    load = max(
        math.fsum(s.mass_kg for s in shipments) / service.unit_capacity_kg,
        math.fsum(s.volume_m3 for s in shipments) / service.unit_capacity_m3,
        units_learnt(problem, service, shipments),
    )
    whole = math.floor(load + _NOISE)
    rest = max(0.0, load - whole)
    as_part = board.part[j] * rest < board.full[j] and service.price.part_load_factor is not None
    part = rest if rest > _NOISE and as_part else 0.0
    return Boarding(
        departure=departure,
        full_units=whole + (rest > _NOISE and not as_part),
        part_units=part,
        saf_share=arrays.bought[j].saf_share,
        eac_share=arrays.bought[j].eac_share,
        shipments=tuple(shipments),
    )
