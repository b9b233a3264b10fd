"""Turn an inventory into iLEAP objects: shipments, the categories they stand on, and activity.

Only physical figures go out: market-based ones, SAF claims and offsets have no field in iLEAP.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from data.units import kg_text
from emissions.errors import EmissionsError
from emissions.exchange.amounts import counts_teu, distance, teu, transport_activity
from emissions.exchange.category import hoc_of, toc_of
from emissions.exchange.models import (
    HOC,
    TAD,
    TCE,
    TOC,
    GlecDistance,
    Location,
    ShipmentFootprint,
    exact,
)
from emissions.exchange.rules import check
from emissions.inventory import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from data.tables import Row
    from emissions import chain
    from emissions.exchange.carriers import EnergyMix
    from emissions.exchange.rules import Thing
    from emissions.factors import Factors
    from emissions.inventory import Emissions, Inventory, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What an exchange wants to know of a place."""

    city: str
    country: str  # ISO 3166 alpha-2
    iata: str = ""
    locode: str = ""
    lat: float | None = None
    lng: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFacts:
    """What a row of legs tells beside its footprint."""

    departs_at: datetime | None = None
    arrives_at: datetime | None = None
    departure_id: str = ""
    consignment_id: str = ""
    flight_no: str = ""
    voyage_no: str = ""


Facts = dict[tuple[str, int], LegFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What an envelope says of an object beside its data."""

    primary_share: float  # of its emissions
    gwp_sets: tuple[str, ...]
    deviation_share: float = 0.0  # half width of the interval, as a share of the figure
    market_based: Emissions = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """All that one inventory gives: each category that a shipment names is here."""

    shipments: tuple[ShipmentFootprint, ...]
    tocs: tuple[TOC, ...]
    hocs: tuple[HOC, ...]
    tads: tuple[TAD, ...]
    bases: Mapping[tuple[str, str], Basis]  # by (shipment, toc or hoc; its id)
    left_out: tuple[str, ...]  # carriage without times, which has no activity data


def facts_of(rows: Iterable[Row]) -> Facts:
    """Return what rows of legs tell beside their footprint, by shipment and leg."""
    return {
        (row["shipment_id"], row["leg_no"]): LegFacts(
            departs_at=row.get("departs_at"),
            arrives_at=row.get("arrives_at"),
            departure_id=row.get("departure_id") or "",
            consignment_id=row.get("consignment_id") or "",
            flight_no=row.get("flight_no") or "",
            voyage_no=row.get("voyage_no") or "",
        )
        for row in rows
    }


def objects_of(
    inventory: Inventory,
    factors: Factors,
    *,
    places: Mapping[str, Place],
    facts: Mapping[tuple[str, int], LegFacts] | None = None,
    mixes: Mapping[str, EnergyMix] | None = None,
) -> Objects:
    """Return an inventory as iLEAP objects, checked by our own rules before they leave.

    A dedicated vehicle has no intensity of its own: each of its departures becomes a TOC with the
    emissions per tkm of those on board. A hub by its energy becomes one HOC for each grid.

    Raises
    ------
    GreenlaneError
        naming every place, distance and energy carrier that is missing, or every rule that fails.
    """
    desk = _Desk(factors=factors, places=places, facts=facts or {}, mixes=mixes or {})
    for line in inventory.lines:
        desk.take(line)
    if desk.faults:
        raise EmissionsError("\n".join(dict.fromkeys(desk.faults)))
    found = desk.objects()
    _refuse_wrong(found)
    return found


def _refuse_wrong(found: Objects) -> None:
    tocs = {t.toc_id: t for t in found.tocs}
    hocs = {h.hoc_id: h for h in found.hocs}
    things: tuple[Thing, ...] = (*found.tocs, *found.hocs, *found.shipments, *found.tads)
    for thing in things:
        report = check(thing, tocs=tocs, hocs=hocs)
        if report.failed():
            report.raise_if_failed()


@dataclass(slots=True, kw_only=True)
class _Desk:
    """Takes lines one by one; gathers faults instead of stopping at the first."""

    factors: Factors
    places: Mapping[str, Place]
    facts: Mapping[tuple[str, int], LegFacts]
    mixes: Mapping[str, EnergyMix]
    faults: list[str] = field(default_factory=list)
    lines: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    of_toc: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    of_hoc: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    distances: dict[tuple[str, int], GlecDistance] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        e = line.element
        where = f"{e.shipment_id} leg {e.leg_no}"
        self.faults += [
            f"{where}: place {place!r} is not among the places, wanted its city and country"
            for place in dict.fromkeys((e.origin, e.destination))
            if place not in self.places
        ]
        try:
            self.distances[_key(e)] = distance(e, self.factors)
        except EmissionsError as fault:
            self.faults.append(f"{where}: {fault}")
        self.lines[e.shipment_id].append(line)
        (self.of_hoc if e.hoc_id else self.of_toc)[self.category_id(e)].append(line)

    def category_id(self, e: chain.TCE) -> str:
        """Return the name under which the category of an element goes out."""
        if e.hoc_id:
            by_grid = e.energy_kwh and self.factors.hoc(e.hoc_id).by_energy
            return f"{e.hoc_id}@{e.grid_id}" if by_grid else e.hoc_id
        if e.toc_id in self.factors.tocs:
            return e.toc_id
        trip = self.fact(e).departure_id or f"{e.shipment_id}/{e.leg_no}"
        return f"{e.toc_id}/{trip}"

    def fact(self, e: chain.TCE) -> LegFacts:
        return self.facts.get(_key(e), LegFacts())

    def objects(self) -> Objects:
        tocs = [t for name in sorted(self.of_toc) if (t := self._toc(name))]
        hocs = [h for name in sorted(self.of_hoc) if (h := self._hoc(name))]
        if self.faults:
            raise EmissionsError("\n".join(dict.fromkeys(self.faults)))
        shipments = tuple(self._shipment(n, self.lines[n]) for n in sorted(self.lines))
        tads, left_out = self._activities({t.toc_id: t for t in tocs})
        return Objects(
            shipments=shipments,
            tocs=tuple(tocs),
            hocs=tuple(hocs),
            tads=tads,
            bases=self._bases(),
            left_out=left_out,
        )

    def _toc(self, name: str) -> TOC | None:
        try:
            return toc_of(name, self.of_toc[name], self.factors, self.mixes)
        except EmissionsError as fault:
            self.faults.append(str(fault))
            return None

    def _hoc(self, name: str) -> HOC | None:
        try:
            return hoc_of(name, self.of_hoc[name], self.factors, self.mixes)
        except EmissionsError as fault:
            self.faults.append(str(fault))
            return None

    def _bases(self) -> dict[tuple[str, str], Basis]:
        groups = (("shipment", self.lines), ("toc", self.of_toc), ("hoc", self.of_hoc))
        return {
            (kind, name): _basis(lines) for kind, by_id in groups for name, lines in by_id.items()
        }

    def _shipment(self, name: str, lines: Sequence[Line]) -> ShipmentFootprint:
        ordered = sorted(lines, key=lambda line: line.element.leg_no)
        tces, before = [], None
        for line in ordered:
            tces.append(self._tce(line, before))
            before = tces[-1].tce_id
        return ShipmentFootprint(
            mass=exact(ordered[0].element.mass_kg), shipment_id=name, tces=tuple(tces)
        )

    def _tce(self, line: Line, before: str | None) -> TCE:
        e, known = line.element, self.fact(line.element)
        hub = bool(e.hoc_id)
        return TCE(
            tce_id=_tce_id(e),
            prev_tce_ids=(before,) if before else (),
            toc_id=None if hub else self.category_id(e),
            hoc_id=self.category_id(e) if hub else None,
            shipment_id=e.shipment_id,
            consignment_id=known.consignment_id or None,
            mass=exact(e.mass_kg),
            packaging_or_tr_eq_type="Container-TEU" if counts_teu(e, self.factors) else None,
            packaging_or_tr_eq_amount=teu(e) if counts_teu(e, self.factors) else None,
            distance=self.distances[_key(e)],
            origin=self._location(e, e.origin),
            destination=self._location(e, e.destination),
            transport_activity=transport_activity(e, self.factors),
            departure_at=known.departs_at,
            arrival_at=known.arrives_at,
            flight_no=known.flight_no or None,
            voyage_no=known.voyage_no or None,
            co2e_wtw=Decimal(kg_text(line.physical.wtw_mg)),
            co2e_ttw=Decimal(kg_text(line.physical.ttw_mg)),
        )

    def _location(self, e: chain.TCE, name: str) -> Location:
        place = self.places[name]
        return Location(
            city=place.city,
            country=place.country,
            iata=(place.iata or None) if e.kind == "transport" and e.mode == "air" else None,
            locode=place.locode or None,
            lat=None if place.lat is None else exact(place.lat),
            lng=None if place.lng is None else exact(place.lng),
        )

    def _activities(self, tocs: Mapping[str, TOC]) -> tuple[tuple[TAD, ...], tuple[str, ...]]:
        tads, left_out = [], []
        for name in sorted(self.lines):
            for line in self.lines[name]:
                e = line.element
                known = self.fact(e)
                if e.kind != "transport":
                    continue
                if known.departs_at is None or known.arrives_at is None:
                    left_out.append(f"{e.shipment_id} leg {e.leg_no}: no time, wanted both")
                    continue
                tads.append(self._tad(line, known, tocs[self.category_id(e)]))
        return tuple(tads), tuple(left_out)

    def _tad(self, line: Line, known: LegFacts, toc: TOC) -> TAD:
        e = line.element
        if known.departs_at is None or known.arrives_at is None:
            raise EmissionsError(f"{e.shipment_id} leg {e.leg_no}: no time, wanted both")
        return TAD(
            activity_id=_tce_id(e),
            consignment_ids=(known.consignment_id or e.shipment_id,),
            distance=self.distances[_key(e)],
            mass=exact(e.mass_kg),
            load_factor=toc.load_factor,
            empty_distance_factor=toc.empty_distance_factor,
            origin=self._location(e, e.origin),
            destination=self._location(e, e.destination),
            departure_at=known.departs_at,
            arrival_at=known.arrives_at,
            mode=toc.mode,
            energy_carriers=toc.energy_carriers,
            temperature_control=toc.temperature_control,
        )


def _key(e: chain.TCE) -> tuple[str, int]:
    return e.shipment_id, e.leg_no


def _tce_id(e: chain.TCE) -> str:
    return f"{e.shipment_id}/{e.leg_no}"


def _basis(lines: Sequence[Line]) -> Basis:
    total = sum(line.physical.wtw_mg for line in lines)
    primary = sum(line.physical.wtw_mg for line in lines if line.data_type == "primary")
    return Basis(
        primary_share=primary / total if total else 0.0,
        gwp_sets=tuple(sorted({name for line in lines for name in line.gwp_sets})),
        deviation_share=max(line.deviation_share for line in lines),
        market_based=sum((line.market_based for line in lines), NOTHING),
    )
