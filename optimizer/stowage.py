"""Say what freight takes up beyond mass and volume, and how its pieces stand in units."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.units import G_PER_KG
from optimizer.loading.figures import figures_of
from optimizer.loading.intake import items_of, why_unloadable
from optimizer.problem import leaving_eur

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from data.freight import Piece, Shipment
    from data.network import Service
    from optimizer.loading.geometry import Interior, Item, LoadPlan
    from optimizer.plan import Boarding
    from optimizer.problem import Problem

_NOISE, _ROOM = 1e-9, 1e-6  # part loads are rounded up to a millionth
NEVER = 1e6  # units that no departure has: the pieces do not go into units of this kind at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What some shipments take up together, in units of one kind."""

    unit_code: str
    payload_kg: float  # it holds for units that carry this much or less
    shipments: frozenset[str]
    units: float
    parts: bool  # for services that sell parts of their units; whole units for the others
    proven: bool  # no packing at all takes less; else the best that was found

    def concerns(self, service: Service) -> bool:
        """Tell whether a service uses units of this kind."""
        mine = (service.unit_code, offers_parts(service))
        return mine == (self.unit_code, self.parts) and service.unit_capacity_kg <= self.payload_kg

    @property
    def text(self) -> str:
        """Say it in words."""
        if self.units >= NEVER:
            return f"do not go into {self.unit_code} together"
        units = f"{self.units:.2f} of" if self.parts else f"{self.units:.0f}"
        return f"take {units} {self.unit_code} ({'proven' if self.proven else 'best placement'})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stowed:
    """How the pieces of one departure stand in its units, or why that is not known."""

    departure_id: str
    plan: LoadPlan | None
    unknown: str = ""  # why pieces were not placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Spare:
    """What one more pallet on a departure would cost and emit, and how many more there is room for.

    A pallet as `spare.PALLET`, in a shipment of its own, on this departure alone.
    """

    departure_id: str
    pallets: int  # more of them go into the units that are opened
    opens: float  # units that the first of them opens
    eur: float  # units and fare of the first
    physical_kgco2e: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two departures whose freight would go into fewer units together, if it all left later."""

    service_id: str
    dropped: str  # departure
    kept: str  # departure, up to a day later
    moved: tuple[str, ...]  # shipments
    later_h: tuple[float, ...]  # by which the due date of each would have to move; 0: it may stay
    units: int  # saved
    saves_eur: float
    saves_kgco2e: float  # physical


def offers_parts(service: Service) -> bool:
    """Tell whether a service sells parts of its units."""
    return service.price.part_load_factor is not None


def room_of(problem: Problem, service: Service) -> Interior | None:
    """Return the inside of a service's units, with its own limit of mass; none if not known."""
    interior = problem.interiors.get(service.unit_code)
    if interior is None:
        return None
    most = math.floor(service.unit_capacity_kg * G_PER_KG)
    payload = most if interior.payload_g is None else min(most, interior.payload_g)
    return replace(interior, payload_g=payload)


def items_aboard(shipments: Iterable[Shipment]) -> tuple[Item, ...]:
    """Return the pieces of shipments as items that leave their unit together, at its next hub."""
    items = items_of({s.shipment_id: _as_heavy(s) for s in shipments})
    return tuple(replace(item, stop=1) for item in items)


def _as_heavy(s: Shipment) -> tuple[Piece, ...]:
    """Return the pieces of a shipment, as heavy together as the shipment is if that is more."""
    if not s.pieces:
        return ()
    more = s.mass_kg / sum(piece.quantity * piece.mass_kg for piece in s.pieces)
    if more <= 1 + _NOISE:
        return s.pieces
    return tuple(replace(piece, mass_kg=piece.mass_kg * more) for piece in s.pieces)


def units_learnt(problem: Problem, service: Service, shipments: Sequence[Shipment]) -> float:
    """Return the units that shipments are known to need together; 0 where nothing was learnt."""
    if not problem.needs:
        return 0.0
    names = {s.shipment_id for s in shipments}
    return max(
        (n.units for n in problem.needs if n.shipments <= names and n.concerns(service)),
        default=0.0,
    )


def why_not_loaded(interiors: Mapping[str, Interior], shipment: Shipment) -> dict[str, str]:
    """Return, for kinds of units that a piece of a shipment goes into in no way, why not."""
    items = items_aboard([shipment])
    found = {}
    for code, interior in interiors.items():
        whys = ((item.item_id, why_unloadable(interior, item)) for item in items)
        for name, why in whys:
            if why:
                found[code] = f"piece {name} is {why}"
                break
    return found


def crammed(problem: Problem, boardings: Sequence[Boarding]) -> tuple[str, ...]:
    """Return what to leave on each departure that has not the units its freight would need.

    What goes into no unit at all goes first; else the shipment that is missed least.
    """
    found: dict[str, None] = {}
    for b in boardings:
        most, opened = b.departure.units_max, b.full_units + b.part_units
        if opened < NEVER and (most is None or opened <= most + _ROOM):
            continue
        service = problem.services[b.departure.service_id]
        never = [s for s in b.shipments if units_learnt(problem, service, [s]) >= NEVER]
        for name in [s.shipment_id for s in never] or least_missed([b]):
            found[name] = None
    return tuple(found)


def least_missed(boardings: Sequence[Boarding]) -> tuple[str, ...]:
    """Return the shipment aboard whose leaving costs least; none where nobody is aboard."""
    aboard = [s for b in boardings for s in b.shipments]
    if not aboard:
        return ()
    return (min(aboard, key=lambda s: (leaving_eur(s), s.shipment_id)).shipment_id,)


def floors_of(problem: Problem) -> dict[str, dict[str, float]]:
    """Return by unit code and shipment the share of a floor that pieces take up by custom.

    Loading metres as the trade reckons them: each line of pieces in piles of its own, as high as
    the unit and the pieces allow. No proof, for goods of others may stand on top.
    """
    return {
        code: {
            s.shipment_id: sum(_floor_mm2(item, interior) for item in items_aboard([s]))
            / (interior.size_mm[0] * interior.size_mm[1])
            for s in problem.shipments
        }
        for code, interior in problem.interiors.items()
    }


def _floor_mm2(item: Item, interior: Interior) -> int:
    """Return the floor under the piles of one line of pieces, turned as takes least of it."""
    bears = item.quantity if item.top_g is None else item.top_g // item.mass_g
    above = item.quantity if item.most_above is None else item.most_above
    most = 1 if item.floor_only else 1 + min(bears, above)
    return min(
        -(-item.quantity // max(1, min(most, interior.size_mm[2] // z))) * x * y
        for x, y, z in item.turned()
    )


def floor_share(plan: LoadPlan, opened: float) -> float:
    """Return the share of the floors of so many units that pieces stand on."""
    floors = max(opened, float(len(plan.units)))  # a part load stands in a whole unit
    return sum(figures_of(plan.items, unit).floor_share for unit in plan.units) / floors


def loading_metres(plan: LoadPlan) -> float:
    """Return footprints on all floors over 2.4 m."""
    return sum(figures_of(plan.items, unit).ldm for unit in plan.units)
