"""Take the inventory: physical and market-based CO2e of every element, rounded once, traceable.

One vectorised kernel over columns; records are views of its rows. Nothing here knows of credits:
an offset never lowers a footprint.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.units import G_PER_KG, MG_PER_KG
from emissions.distance import distance_adjustment_factor
from emissions.errors import EmissionsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from emissions.chain import TCE
    from emissions.factors import Factors, Origin

    Floats = NDArray[np.float64]
    Milligrams = NDArray[np.int64]

# SAF claimed for a leg may exceed the fuel burnt by this share: six decimals of a kilogram.
_SAF_TOLERANCE = 1e-6
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
            line.element.mass_kg / 1000.0 * line.element.distance_km
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


@dataclass(slots=True)
class _Columns:
    """The numbers of the kernel, one entry per element."""

    activity_tkm: Floats
    wtt_per_tkm: Floats
    ttw_per_tkm: Floats
    co2_per_tkm: Floats
    fuel_kg: Floats
    fuel_wtt: Floats
    fuel_ttw: Floats
    energy_kwh: Floats
    grid_location: Floats
    grid_market: Floats
    grid_covered: Floats
    eac_kwh: Floats
    saf_mj: Floats
    saf_g_per_mj: Floats
    lhv_fuel: Floats


def _zeros(size: int) -> _Columns:
    return _Columns(*(np.zeros(size) for _ in _Columns.__slots__))


def _milligrams(kg: Floats) -> Milligrams:
    return np.rint(kg * MG_PER_KG).astype(np.int64)


def _kernel(c: _Columns, jet_co2: float) -> tuple[tuple[Milligrams, ...], Floats]:
    """Return (wtt, ttw, market wtt, market ttw) in milligrams, and fuel burnt in kg.

    This is the one statement of the formulas of docs/methodology.md, sections 2 to 5; the
    verifier holds the only other one, on purpose.
    """
    electricity = c.energy_kwh * c.grid_location
    wtt = c.activity_tkm * c.wtt_per_tkm + (c.fuel_kg * c.fuel_wtt + electricity)
    ttw = c.activity_tkm * c.ttw_per_tkm + c.fuel_kg * c.fuel_ttw
    burnt = c.fuel_kg + c.activity_tkm * c.co2_per_tkm / jet_co2
    fuel_mj = burnt * c.lhv_fuel
    share = np.divide(c.saf_mj, fuel_mj, out=np.zeros_like(fuel_mj), where=c.saf_mj > 0)
    share = np.minimum(share, 1.0)
    uncovered = c.energy_kwh - c.eac_kwh
    market_electricity = uncovered * c.grid_market + c.eac_kwh * c.grid_covered
    market_base = c.activity_tkm * c.wtt_per_tkm + (c.fuel_kg * c.fuel_wtt + market_electricity)
    market_wtt = market_base * (1 - share) + c.saf_mj * c.saf_g_per_mj / G_PER_KG
    market_ttw = ttw * (1 - share)
    figures = (wtt, ttw, np.maximum(market_wtt, 0.0), np.maximum(market_ttw, 0.0))
    return tuple(_milligrams(f) for f in figures), burnt


def _fill_activity(c: _Columns, i: int, e: TCE, factors: Factors) -> None:
    toc = factors.toc(e.toc_id)
    daf = distance_adjustment_factor(toc, e.distance_kind, e.distance_km)
    c.activity_tkm[i] = e.mass_kg / 1000.0 * e.distance_km * daf
    c.wtt_per_tkm[i] = toc.wtt_kgco2e_per_tkm
    c.ttw_per_tkm[i] = toc.ttw_kgco2e_per_tkm
    if toc.mode == "air":
        if toc.ttw_kgco2_per_tkm is None:
            raise EmissionsError(f"toc {toc.toc_id}: ttw_kgco2_per_tkm is blank; air fuel needs it")
        c.co2_per_tkm[i] = toc.ttw_kgco2_per_tkm
        c.lhv_fuel[i] = factors.carrier("jet").lhv_mj_per_kg


def _fill_energy(c: _Columns, i: int, e: TCE, factors: Factors) -> None:
    carrier_id = "diesel" if e.hoc_id else factors.vehicle(e.toc_id).carrier_id
    if e.hoc_id:
        factors.hoc(e.hoc_id)
    if e.fuel_kg is None and e.energy_kwh is None:
        raise EmissionsError("has neither fuel_kg nor energy_kwh, wanted one of them")
    if e.fuel_kg:
        if carrier_id == "electricity":
            raise EmissionsError(f"fuel_kg {e.fuel_kg} for an electric vehicle, wanted energy_kwh")
        fuel = factors.carrier(carrier_id)
        c.fuel_kg[i] = e.fuel_kg
        c.fuel_wtt[i], c.fuel_ttw[i] = fuel.wtt_kgco2e_per_kg, fuel.ttw_kgco2e_per_kg
    if e.energy_kwh:
        grid = factors.grid(e.grid_id)
        c.energy_kwh[i] = e.energy_kwh
        c.grid_location[i] = grid.location_kgco2e_per_kwh
        c.grid_market[i] = grid.market_kgco2e_per_kwh
        c.grid_covered[i] = covered_kgco2e_per_kwh(factors, e.grid_id)


def covered_kgco2e_per_kwh(factors: Factors, grid_id: str) -> float:
    """Return what a certified kWh at the meter still emits: its own upstream and the grid's losses.

    A certificate conveys generation alone, so grid losses stay at the uncovered rate.
    """
    grid = factors.grid(grid_id)
    upstream = factors.parameter("eac_upstream_kgco2e_per_kwh")
    return upstream + grid.market_kgco2e_per_kwh * grid.loss_share


def _fill_claims(c: _Columns, i: int, e: TCE, factors: Factors) -> None:
    if e.saf_kg:
        if e.mode != "air":
            raise EmissionsError(f"saf_kg {e.saf_kg} on mode {e.mode}, wanted air (SAF-11)")
        pathway = factors.pathway(e.saf_pathway)
        c.saf_mj[i] = e.saf_kg * pathway.lhv_mj_per_kg
        c.saf_g_per_mj[i] = pathway.total_gco2e_per_mj
        fuel_mj = c.activity_tkm[i] * c.co2_per_tkm[i] * c.lhv_fuel[i]
        fuel_mj /= factors.parameter("jet_co2_kg_per_kg")
        if c.saf_mj[i] > fuel_mj * (1 + _SAF_TOLERANCE) + _SAF_TOLERANCE:
            raise EmissionsError(
                f"saf_kg {e.saf_kg} holds {c.saf_mj[i]:.3f} MJ, wanted at most the "
                f"{fuel_mj:.3f} MJ burnt (SAF-8)"
            )
    if e.eac_kwh:
        if e.eac_kwh > c.energy_kwh[i]:
            raise EmissionsError(
                f"eac_kwh {e.eac_kwh}, wanted at most the energy_kwh {c.energy_kwh[i]} (REC-9)"
            )
        c.eac_kwh[i] = e.eac_kwh


def _columns(elements: Sequence[TCE], factors: Factors) -> _Columns:
    columns = _zeros(len(elements))
    faults = []
    for i, e in enumerate(elements):
        by_energy = bool(e.hoc_id) or e.toc_id in factors.vehicles
        try:
            (_fill_energy if by_energy else _fill_activity)(columns, i, e, factors)
            _fill_claims(columns, i, e, factors)
        except EmissionsError as fault:
            if len(elements) == 1:
                raise
            faults.append(f"{e.shipment_id} leg {e.leg_no}: {fault}")
    if faults:
        raise EmissionsError("\n".join(faults))
    return columns


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
    columns = _columns(elements, factors)
    figures, burnt = _kernel(columns, factors.parameter("jet_co2_kg_per_kg"))
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
