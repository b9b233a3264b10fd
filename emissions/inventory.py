"""Take the inventory: physical and market-based CO2e of every element, rounded once, traceable.

Records are views of what the kernel works out over columns. Nothing here knows of credits: an
offset never lowers a footprint.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.units import MG_PER_KG
from emissions.distance import transport_activity_tkm
from emissions.kernel import columns_of, footprint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emissions.chain import TCE
    from emissions.factors import Factors, Origin

_WEAKEST_LAST = ("primary", "modelled", "default", "estimate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Emissions:
    """Energy provision and operation in whole milligrams. Adds; never subtracts."""

    wtt_mg: int
    ttw_mg: int

    @property
    def wtw_mg(self) -> int:
        """Total, exactly the sum of its parts."""
        return self.wtt_mg + self.ttw_mg

    @property
    def wtw_kgco2e(self) -> float:
        """Total in kilograms, for showing."""
        return self.wtw_mg / MG_PER_KG

    def __add__(self, other: Emissions) -> Emissions:
        return Emissions(wtt_mg=self.wtt_mg + other.wtt_mg, ttw_mg=self.ttw_mg + other.ttw_mg)


NOTHING = Emissions(wtt_mg=0, ttw_mg=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One element with its two footprints and the way they were worked out."""

    element: TCE
    physical: Emissions
    market_based: Emissions
    fuel_kg: float  # burnt; derived from CO2 for air, else the element's own
    deviation_share: float
    data_type: str
    quality: str
    gas_set: str
    source_id: str
    working: str  # the formula with its numbers

    @property
    def low_mg(self) -> int:
        """Lower end of the interval of the physical total."""
        return round(self.physical.wtw_mg * (1 - self.deviation_share))

    @property
    def high_mg(self) -> int:
        """Upper end of the interval of the physical total."""
        return round(self.physical.wtw_mg * (1 + self.deviation_share))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The footprint of some chains under one factor set."""

    lines: tuple[Line, ...]
    factor_set: str
    factor_set_sha256: str

    @property
    def physical(self) -> Emissions:
        """As operated, location-based."""
        return sum((line.physical for line in self.lines), NOTHING)

    @property
    def market_based(self) -> Emissions:
        """After SAF profiles and electricity certificates; never after offsets."""
        return sum((line.market_based for line in self.lines), NOTHING)

    def by(self, field: str) -> dict[str, Emissions]:
        """Physical totals by a field of the element, such as `mode` or `shipment_id`."""
        totals: dict[str, Emissions] = defaultdict(lambda: NOTHING)
        for line in self.lines:
            totals[str(getattr(line.element, field))] += line.physical
        return dict(sorted(totals.items()))

    def share_by(self, field: str) -> dict[str, float]:
        """Shares of the physical total by a field of the lines, such as `data_type`."""
        total = self.physical.wtw_mg
        parts: dict[str, int] = defaultdict(int)
        for line in self.lines:
            parts[str(getattr(line, field))] += line.physical.wtw_mg
        return {name: part / total for name, part in sorted(parts.items())} if total else {}

    @property
    def default_share(self) -> float:
        """Share of the total that rests on default data."""
        return self.share_by("data_type").get("default", 0.0)

    @property
    def activity_tkm(self) -> float:
        """Transport activity of all carriage; hub activity is not part of it (ISO 14083, 12)."""
        return math.fsum(
            transport_activity_tkm(line.element.mass_kg, line.element.distance_km)
            for line in self.lines
            if line.element.kind == "transport"
        )

    def interval_mg(self) -> tuple[int, int]:
        """Interval of the physical total.

        Deviations inside one TOC or HOC are one and the same error and add up; those of different
        categories are independent and add in squares.
        """
        widths: dict[str, float] = defaultdict(float)
        for line in self.lines:
            category = line.element.toc_id or line.element.hoc_id
            widths[category] += line.physical.wtw_mg * line.deviation_share
        half = math.sqrt(math.fsum(w * w for w in widths.values()))
        total = self.physical.wtw_mg
        return max(0, round(total - half)), round(total + half)


def _origins(e: TCE, factors: Factors) -> tuple[list[Origin], float, set[str]]:
    """Return the origins behind an element, its deviation, and the gas sets it stands on."""
    if e.toc_id in factors.tocs:
        toc = factors.tocs[e.toc_id]
        origins, deviation, gases = [toc.origin], toc.deviation_share, {toc.gas_set}
    else:
        user = factors.hoc(e.hoc_id) if e.hoc_id else factors.vehicle(e.toc_id)
        origins, deviation, gases = [user.origin], user.deviation_share, set()
        if e.fuel_kg:
            fuel = factors.carrier("diesel" if e.hoc_id else factors.vehicle(e.toc_id).carrier_id)
            origins.append(fuel.origin)
            gases.add(fuel.gas_set)
        if e.energy_kwh:
            grid = factors.grid(e.grid_id)
            origins.append(grid.origin)
            gases.add(grid.gas_set)
    if e.saf_kg:
        origins.append(factors.pathway(e.saf_pathway).origin)
    return origins, deviation, gases


def _unique(source_ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one for joined in source_ids for one in joined.split("|")))


def _working(e: TCE, factors: Factors, burnt_kg: float) -> str:
    if e.toc_id in factors.tocs:
        toc = factors.tocs[e.toc_id]
        text = (
            f"{e.mass_kg / 1000:g} t x {e.distance_km:g} km ({e.distance_kind}) x "
            f"(WTT {toc.wtt_kgco2e_per_tkm:g} + TTW {toc.ttw_kgco2e_per_tkm:g}) kg/tkm [{e.toc_id}]"
        )
    else:
        parts = []
        if e.fuel_kg:
            parts.append(f"{e.fuel_kg:g} kg fuel")
        if e.energy_kwh:
            rate = factors.grid(e.grid_id).location_kgco2e_per_kwh
            parts.append(f"{e.energy_kwh:g} kWh x {rate:g} kg/kWh [{e.grid_id}]")
        text = f"{' + '.join(parts) or 'no energy'} [{e.toc_id or e.hoc_id}]"
    if e.saf_kg:
        text += f"; market: {e.saf_kg:g} kg neat SAF [{e.saf_pathway}] of {burnt_kg:g} kg fuel"
    if e.eac_kwh:
        text += f"; market: {e.eac_kwh:g} kWh certified"
    return text


def take_inventory(elements: Iterable[TCE], factors: Factors) -> Inventory:
    """Return the footprint of every element under one factor set.

    Each of WTT and TTW is worked out in float64 and rounded once to whole milligrams, so totals
    are exact and do not depend on order.

    Raises
    ------
    EmissionsError
        naming every element whose factor is missing or whose claim exceeds what it used.
    """
    elements = tuple(elements)
    columns = columns_of(elements, factors)
    figures, burnt = footprint(columns, factors.parameter("jet_co2_kg_per_kg"))
    wtt, ttw, market_wtt, market_ttw = (f.tolist() for f in figures)
    lines = []
    for i, e in enumerate(elements):
        origins, deviation, gases = _origins(e, factors)
        quality = max((o.quality for o in origins), key=_WEAKEST_LAST.index)
        lines.append(
            Line(
                element=e,
                physical=Emissions(wtt_mg=wtt[i], ttw_mg=ttw[i]),
                market_based=Emissions(wtt_mg=market_wtt[i], ttw_mg=market_ttw[i]),
                fuel_kg=float(burnt[i]),
                deviation_share=deviation,
                data_type=origins[0].data_type,
                quality=quality,
                gas_set="+".join(sorted(gases)) or "none",
                source_id="|".join(_unique(o.source_id for o in origins)),
                working=_working(e, factors, float(burnt[i])),
            )
        )
    return Inventory(
        lines=tuple(lines), factor_set=factors.edition, factor_set_sha256=factors.sha256
    )


def published_after(inventory: Inventory, factors: Factors, as_of: object) -> dict[str, str]:
    """Return the categories whose factors were published after `as_of`, with their dates."""
    late: dict[str, str] = {}
    for line in inventory.lines:
        origins, _, _ = _origins(line.element, factors)
        for origin in origins:
            if str(origin.published_on) > str(as_of):
                name = line.element.toc_id or line.element.hoc_id
                late[name] = max(late.get(name, ""), str(origin.published_on))
    return dict(sorted(late.items()))
