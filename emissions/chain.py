"""String transport chain elements together: unbroken, in order, each with a TOC or a HOC."""

from __future__ import annotations

from dataclasses import dataclass

from emissions.errors import EmissionsError, LegFaultError


@dataclass(frozen=True, slots=True, kw_only=True)
class TCE:
    """One transport chain element (ISO 14083, 3.1.26): carriage by one vehicle, or one hub.

    `fuel_kg` and `energy_kwh` are inputs for energy-based elements (dedicated vehicles, hubs) and
    None elsewhere. `saf_kg` and `eac_kwh` touch the market-based column alone. Carriage whose
    activity the carrier states needs no distance.
    """

    shipment_id: str
    leg_no: int
    kind: str  # transport or hub
    mode: str
    origin: str
    destination: str
    mass_kg: float
    distance_km: float = 0.0
    distance_kind: str = ""
    toc_id: str = ""
    hoc_id: str = ""
    fuel_kg: float | None = None
    energy_kwh: float | None = None
    grid_id: str = ""
    saf_kg: float = 0.0
    saf_pathway: str = ""
    eac_kwh: float = 0.0
    teu: float | None = None  # containers, where they are counted
    activity_tkm: float | None = None  # as the carrier states it: then no distance is adjusted
    match_steps: int = 0  # steps down the ladder to the category, 0 where it was given

    def __post_init__(self) -> None:
        where = f"{self.shipment_id} leg {self.leg_no}"
        if not self.mass_kg > 0:
            raise EmissionsError(f"{where}: mass_kg must be > 0, got {self.mass_kg}")
        for column in ("activity_tkm", "teu"):
            amount = getattr(self, column)
            if amount is not None and not amount > 0:
                raise LegFaultError(column, amount, f"> 0 for {where}, or blank")
        stated = self.activity_tkm is not None
        if self.kind == "transport" and not (self.distance_km > 0 or stated):
            raise LegFaultError("distance_km", self.distance_km, f"> 0 for {where}")
        if min(self.saf_kg, self.eac_kwh, self.fuel_kg or 0.0, self.energy_kwh or 0.0) < 0:
            raise EmissionsError(f"{where}: fuel, energy and claims must not be negative")
        if bool(self.toc_id) == bool(self.hoc_id):
            raise EmissionsError(f"{where}: wanted either a toc_id or a hoc_id")
        if self.kind == "hub" and not self.hoc_id:
            raise EmissionsError(f"{where}: a hub element needs a hoc_id")
        if self.kind == "transport" and not self.toc_id:
            raise LegFaultError("hoc_id", self.hoc_id, f"a toc_id for {where}: it is carriage")
        if self.kind == "hub" and self.distance_km:
            raise LegFaultError(
                "distance_km", self.distance_km, f"none for {where}: a hub has none"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportChain:
    """The way of one shipment from consignor to consignee (ISO 14083, 3.1.25)."""

    shipment_id: str
    elements: tuple[TCE, ...]

    def __post_init__(self) -> None:
        if not self.elements:
            raise EmissionsError(f"chain of {self.shipment_id}: has no element")
        place = self.elements[0].origin
        for number, element in enumerate(self.elements, start=1):
            if element.shipment_id != self.shipment_id or element.leg_no != number:
                raise EmissionsError(
                    f"chain of {self.shipment_id}: element {number} is "
                    f"{element.shipment_id} leg {element.leg_no}"
                )
            if element.origin != place:
                raise EmissionsError(
                    f"chain of {self.shipment_id} leg {number}: starts at {element.origin!r}, "
                    f"but the goods are at {place!r}"
                )
            place = element.destination


def chains_of(elements: list[TCE]) -> tuple[TransportChain, ...]:
    """Group elements into chains by shipment, in the order of their leg numbers."""
    grouped: dict[str, list[TCE]] = {}
    for element in elements:
        grouped.setdefault(element.shipment_id, []).append(element)
    return tuple(
        TransportChain(shipment_id=name, elements=tuple(sorted(group, key=lambda e: e.leg_no)))
        for name, group in grouped.items()
    )
