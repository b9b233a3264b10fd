"""Find each shipment's own best chains: the cheapest, the greenest, the earliest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.planner.bounds import Ascent, even_prices
from optimizer.planner.compile import compiled
from optimizer.planner.corridor_kernels import FOUND
from optimizer.planner.corridors import Width, build, least_seconds
from optimizer.planner.shards import Threads
from optimizer.planner.weights import Weights, weights_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.planner.board import Freight, Ints
    from optimizer.planner.compile import Compiled
    from optimizer.problem import Problem
    from optimizer.timetable import Departure

_ONE = Width(factor=1.0 + 1e-9, most=64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The best chain of some shipments by one measure."""

    chains: dict[str, tuple[Departure, ...]]


def best_ways(
    problem: Problem, departures: Sequence[Departure], level: str, only: Sequence[int]
) -> Ways:
    """Return the best chain of some shipments by cost, co2e or time, units shared evenly."""
    weights = Weights(hour=1.0) if level == "time" else weights_of(problem, level)
    return _ways(problem, compiled(problem, departures, weights), only)


def earliest_ways(
    problem: Problem, departures: Sequence[Departure], only: Sequence[int], *, any_goods: bool
) -> Ways:
    """Return the earliest chain of some shipments within the timetable, however late it is.

    `any_goods` asks as if every service took every freight.
    """
    arrays = compiled(problem, departures, Weights(hour=1.0))
    end = int(arrays.board.ride_at.max(initial=0)) + 1
    freight = arrays.freight._replace(latest_at=np.full(len(problem.shipments), end, np.int32))
    if any_goods:
        freight = freight._replace(allowed=np.ones_like(freight.allowed))
    return _ways(problem, replace(arrays, freight=freight), only)


def _ways(problem: Problem, arrays: Compiled, only: Sequence[int]) -> Ways:
    board, chosen = arrays.board, np.array(sorted(only), np.int32)
    if not len(chosen) or not len(board.service):
        return Ways(chains={})
    freight, local = _some(arrays, chosen), Threads(1)
    found = build(board, freight, least_seconds(board), _ONE, local)
    ascent = Ascent(
        board, freight, found.corridors, even_prices(board, found.corridors), local, whole=False
    )
    ascent.measure()
    chains = {}
    for place, k in enumerate(chosen):
        if found.status[place] == FOUND and ascent.legs[place]:
            taken = ascent.chains[place, : ascent.legs[place]][::-1]
            chains[problem.shipments[k].shipment_id] = tuple(
                arrays.departures[d] for d in found.corridors.departure[taken]
            )
    return Ways(chains=chains)


def _some(arrays: Compiled, chosen: Ints) -> Freight:
    """Return the freight of some shipments, none of them worth leaving."""
    freight = arrays.freight
    columns = {
        name: getattr(freight, name)[chosen] for name in freight._fields if name != "allowed"
    }
    columns["unserved"] = np.full(len(chosen), 1e15)
    return type(freight)(**columns, allowed=freight.allowed)
