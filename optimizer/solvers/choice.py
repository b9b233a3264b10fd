"""Hold what a solver chose, whichever way it was found."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.freight import Shipment
    from optimizer.plan import Boarding
    from optimizer.stowage import Need
    from optimizer.timetable import Departure


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelResult:
    """What one level reached, and what the solver proved of it."""

    name: str
    unit: str
    value: float
    lower_bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the solver chose: departures per shipment, units per departure, bounds per level."""

    shipments: tuple[Shipment, ...]  # consignments in the place of a shipment that was divided
    chains: dict[str, tuple[Departure, ...]]  # empty: unserved
    boardings: tuple[Boarding, ...]
    levels: tuple[LevelResult, ...]
    solver: str
    unservable: frozenset[str] = frozenset()  # no chain in time, whatever else travels
    needs: tuple[Need, ...] = ()  # of pieces, beyond mass and volume, that were learnt on the way


def aboard(
    shipments: Sequence[Shipment], chains: Mapping[str, Sequence[Departure]]
) -> dict[str, list[Shipment]]:
    """Return who boards each departure, in the order of the shipments."""
    found: dict[str, list[Shipment]] = defaultdict(list)
    for s in shipments:
        for d in chains[s.shipment_id]:
            found[d.departure_id].append(s)
    return found
