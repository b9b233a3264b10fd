"""Stow the pieces of each departure in its units, and find what a set of shipments really needs.

Mass and volume alone let through what no dock can load. Where pieces are known they are placed, one
by one; what they need beyond mass and volume comes back to the solver as a `Need`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from data.units import MM3_PER_M3
from optimizer.loading.bounds import least_units
from optimizer.loading.figures import figures_of
from optimizer.loading.filling import Effort
from optimizer.loading.geometry import LoadedUnit, LoadPlan, Rules
from optimizer.loading.intake import why_unloadable
from optimizer.prices import unit_price_eur
from optimizer.stowage import NEVER, Need, Stowed, items_aboard, offers_parts, room_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.freight import Shipment
    from data.network import Service
    from optimizer.loading.geometry import Interior, Item
    from optimizer.plan import Boarding
    from optimizer.problem import Problem

RULES = Rules()  # the shipped ones: three quarters of each base held
_LOOK = "least"  # of a placement that only counts units; a plan asks for hundreds
_NOISE = 1e-9
_MOST_CLOSE = 200  # departures whose pieces are also pressed together
_MOST_BOXES = 2_000  # of one departure; beyond it mass and volume alone count
_MOST_DROPPED = 12  # shipments of a set that are tried without one of them


def dock_effort(plan_effort: str) -> str:
    """Return the effort of placements that a dock works by, for that of a plan."""
    return _LOOK if plan_effort == "small" else "small"


class Stower:
    """Places the pieces of departures, and remembers every set of shipments that it placed."""

    def __init__(self, problem: Problem, seed: int = 1, effort: str = "normal") -> None:
        self._problem, self._seed, self._dock = problem, seed, dock_effort(effort)
        self._closely = False
        self._known: dict[tuple[str, float, frozenset[str]], LoadPlan] = {}

    def stow(self, boardings: Sequence[Boarding]) -> dict[str, Stowed]:
        """Return how each departure's pieces stand, by departure: for a dock, so close together.

        Of very many departures a certificate that they fit is enough.
        """
        self._closely = len(boardings) <= _MOST_CLOSE
        return {b.departure.departure_id: self._stowed(b) for b in boardings}

    def needs(self, boardings: Sequence[Boarding]) -> tuple[Need, ...]:
        """Return what departures need beyond the units that were opened on them."""
        found: dict[Need, None] = {}
        for b in boardings:
            service = self._problem.services[b.departure.service_id]
            if self._unknown(service, b.shipments):
                continue
            opened = b.full_units + b.part_units
            for need in self._needs_of(service, b.shipments, opened, b.departure.units_max):
                found[need] = None
        return tuple(found)

    def _stowed(self, b: Boarding) -> Stowed:
        service, name = self._problem.services[b.departure.service_id], b.departure.departure_id
        unknown = self._unknown(service, b.shipments)
        if unknown:
            return Stowed(departure_id=name, plan=None, unknown=unknown)
        plan = self._placed(service, b.shipments)
        if self._closely and not plan.unplaced:
            room, items = plan.units[0].interior, plan.items
            close = _packed(room, items, self._seed, plan.least_units or 1, self._dock)
            if not close.unplaced and len(close.units) <= len(plan.units):
                plan = close
        return Stowed(departure_id=name, plan=plan)

    def _unknown(self, service: Service, shipments: Sequence[Shipment]) -> str:
        """Return why pieces cannot be placed, or nothing."""
        if not service.unit_code:
            return "the service names no kind of unit"
        if service.unit_code not in self._problem.interiors:
            return f"the inside of {service.unit_code} is not known"
        blank = [s.shipment_id for s in shipments if not s.pieces]
        if blank:
            more = f" and {len(blank) - 1} more" if len(blank) > 1 else ""
            return f"pieces of {blank[0]}{more} are not known"
        boxes = sum(piece.quantity for s in shipments for piece in s.pieces)
        if boxes > _MOST_BOXES:
            return f"{boxes:,} boxes, more than the {_MOST_BOXES:,} that are placed while planning"
        return ""

    def _needs_of(
        self,
        service: Service,
        shipments: Sequence[Shipment],
        opened: float,
        most: int | None,
    ) -> list[Need]:
        plan = self._placed(service, shipments)
        if self.units(service, shipments) <= opened + _NOISE:
            return []
        never = {plan.items[n].shipment_id for n, _, _ in plan.unplaced}
        if never:  # who goes into no such unit, alone or with others
            left = [s for s in shipments if s.shipment_id in never]
            alone = [s for s in left if self.units(service, [s]) >= NEVER]
            return [self._need(service, [s]) for s in alone] or [self._need(service, shipments)]
        whole = self._need(service, shipments)
        enough = most is None or whole.units <= most + _NOISE
        if enough and not unit_price_eur(service.price, 1, 0.0) and not service.dedicated:
            return [whole]  # opening them costs nothing, so no other way is better for it
        # The whole set for the units to open; its smallest part for whoever may board together.
        few = self._fewest(service, shipments, opened)
        return [whole] if len(few) == len(shipments) else [whole, self._need(service, few)]

    def _need(self, service: Service, shipments: Sequence[Shipment]) -> Need:
        roomiest, units = self._roomiest(service), self.units(service, shipments)
        if self.units(roomiest, shipments) >= units:
            service = roomiest  # it is not for their mass, so it holds for all of them
        parts = offers_parts(service)
        # Of a part of a unit nothing is proven: another placement may need less of it.
        least = 0 if parts else self._placed(service, shipments).least_units or 0
        return Need(
            unit_code=service.unit_code,
            payload_kg=service.unit_capacity_kg,
            shipments=frozenset(s.shipment_id for s in shipments),
            units=units,
            parts=parts,
            proven=least >= units,
        )

    def _roomiest(self, service: Service) -> Service:
        """Return the service with such units, sold alike, that may carry the most in each."""
        alike = [
            s
            for s in self._problem.services.values()
            if (s.unit_code, offers_parts(s)) == (service.unit_code, offers_parts(service))
        ]
        return max(alike, key=lambda s: (s.unit_capacity_kg, s.service_id))

    def _fewest(
        self, service: Service, shipments: Sequence[Shipment], opened: float
    ) -> tuple[Shipment, ...]:
        """Return shipments of a set that alone need more than was opened: none could be left out.

        A need of fewer shipments binds wherever they meet again, whoever else is aboard.
        """
        kept = sorted(shipments, key=lambda s: (-s.volume_m3, s.shipment_id))
        if len(kept) > _MOST_DROPPED:
            return tuple(kept)
        for s in reversed(tuple(kept)):
            rest = [other for other in kept if other is not s]
            if rest and self.units(service, rest) > opened + _NOISE:
                kept = rest
        return tuple(kept)

    def units(self, service: Service, shipments: Sequence[Shipment]) -> float:
        """Return the units of the best placement found; of the last a part, where parts are sold.

        `NEVER` where some piece goes into no such unit.
        """
        plan = self._placed(service, shipments)
        if plan.unplaced:
            return NEVER
        if not offers_parts(service):
            return float(len(plan.units))
        found, service_m3 = figures_of(plan.items, plan.units[-1]), service.unit_capacity_m3
        volume_share = found.volume_mm3 / MM3_PER_M3 / service_m3
        return len(plan.units) - 1 + max(found.mass_share or 0.0, volume_share)

    def _placed(self, service: Service, shipments: Sequence[Shipment]) -> LoadPlan:
        names = frozenset(s.shipment_id for s in shipments)
        key = (service.unit_code, service.unit_capacity_kg, names)
        if key not in self._known:
            room = room_of(self._problem, service)
            assert room is not None  # noqa: S101  (`_unknown` was asked first)
            ordered = sorted(shipments, key=lambda s: s.shipment_id)
            self._known[key] = place(room, items_aboard(ordered), self._seed)
        return self._known[key]


def place(room: Interior, items: Sequence[Item], seed: int = 1) -> LoadPlan:
    """Return pieces in as few units as are found, the fullest first; a certificate where one does.

    What no unit takes is left unplaced; nothing is raised.
    """
    from optimizer.loading.quick.certificate import Verdicts, certificate  # noqa: PLC0415  (loads numba)

    refused = tuple(
        (n, i.quantity, why) for n, i in enumerate(items) if (why := why_unloadable(room, i))
    )
    if refused:
        return LoadPlan(items=tuple(items), units=(), unplaced=refused)
    least = least_units(room, items)
    if least == 1:
        verdict, boxes = certificate(room, items, RULES)
        if verdict is Verdicts.FITS:
            unit = LoadedUnit(interior=room, placements=boxes)
            return LoadPlan(items=tuple(items), units=(unit,), unplaced=(), least_units=1)
        least += verdict is Verdicts.DOES_NOT_FIT
    return _packed(room, items, seed, least)


def _packed(
    room: Interior, items: Sequence[Item], seed: int, least: int, dock: str = ""
) -> LoadPlan:
    """Return pieces in as few units as the packer finds, the fullest first.

    With the effort of a `dock` they are also pressed together.
    """
    from optimizer.loading.several import UnitKind, load_units  # noqa: PLC0415  (loads numba)

    kinds, effort = [UnitKind(interior=room)], Effort(name=dock or _LOOK, seed=seed)
    plan = load_units(kinds, items, rules=RULES, effort=effort, press=bool(dock))
    ordered = sorted(plan.units, key=lambda unit: -_share(items, unit))
    return replace(plan, units=tuple(ordered), least_units=max(least, plan.least_units or 0))


def _share(items: Sequence[Item], unit: LoadedUnit) -> float:
    """Return what share of a unit its pieces take up: of its mass, its volume or its floor."""
    found = figures_of(items, unit)
    return max(found.mass_share or 0.0, found.volume_share, found.floor_share)
