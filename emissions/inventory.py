"""Take the inventory: physical and market-based CO2e of every element, rounded once, traceable.

Records are views of what the kernel works out over columns. Nothing here knows of credits: an
offset never lowers a footprint.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.units import KG_PER_TONNE, MG_PER_KG
from emissions.distance import distance_adjustment_factor, transport_activity_tkm
from emissions.errors import MixedWarmingError
from emissions.kernel import columns_of, footprint, jet_co2_of, teu_of
from emissions.uncertainty import Estimate, with_steps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emissions.categories import TOC, Origin
    from emissions.chain import TCE
    from emissions.factors import Factors
    from emissions.kernel import Figures

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
    gwp_sets: tuple[str, ...] = ()
    biogenic_mg: int = 0  # CO2 outside the total
    rf_memo_mg: int = 0  # radiative forcing of flights, outside the total

    @property
    def category(self) -> str:
        """The TOC, vehicle or HOC that it stands on."""
        return self.element.toc_id or self.element.hoc_id

    @property
    def quality_tier(self) -> int:
        """1 for measured data and on; each step down the ladder of matching adds one."""
        return 1 + _WEAKEST_LAST.index(self.quality) + self.element.match_steps

    @property
    def low_mg(self) -> int:
        """Lower end of the interval of the physical total; never below 0."""
        return max(0, round(self.physical.wtw_mg * (1 - self.deviation_share)))

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
        return math.fsum(activity_tkm_of(line.element) for line in self.lines)

    @property
    def hub_activity_t(self) -> float:
        """Outbound throughput of all handling."""
        hubs = (line.element for line in self.lines if line.element.kind == "hub")
        return math.fsum(e.mass_kg / KG_PER_TONNE for e in hubs)

    @property
    def biogenic_mg(self) -> int:
        """Biogenic CO2 of combustion, a figure of its own outside the total."""
        return sum(line.biogenic_mg for line in self.lines)

    @property
    def rf_memo_mg(self) -> int:
        """Radiative forcing of flights, a memo outside the total."""
        return sum(line.rf_memo_mg for line in self.lines)

    @property
    def gwp_sets(self) -> tuple[str, ...]:
        """Sets of warming potentials that the CO2e stands on; more than one only if allowed."""
        return tuple(sorted({name for line in self.lines for name in line.gwp_sets}))

    def chain_intensities(self) -> dict[str, float]:
        """Return kg CO2e per tkm of each shipment's chain.

        Emissions of hubs are in the numerator, their activity is not in the denominator (ISO 14083,
        12.2.4). A chain without carriage has none.
        """
        kg: dict[str, int] = defaultdict(int)
        tkm: dict[str, list[float]] = defaultdict(list)
        for line in self.lines:
            kg[line.element.shipment_id] += line.physical.wtw_mg
            tkm[line.element.shipment_id].append(activity_tkm_of(line.element))
        activity = {name: math.fsum(parts) for name, parts in tkm.items()}
        return {n: kg[n] / MG_PER_KG / activity[n] for n in sorted(kg) if activity[n] > 0}

    def estimate(self, name: str = "") -> Estimate:
        """Return the physical total with its half widths by category."""
        parts = ((x.category, x.physical.wtw_mg, x.deviation_share) for x in self.lines)
        return Estimate.of(name, parts)

    def interval_mg(self) -> tuple[int, int]:
        """Interval of the physical total.

        Deviations inside one TOC or HOC are one and the same error and add up; those of different
        categories are independent and add in squares.
        """
        return self.estimate().interval_mg


def activity_tkm_of(e: TCE) -> float:
    """Return the transport activity of an element; 0 for handling."""
    if e.kind != "transport":
        return 0.0
    if e.activity_tkm is not None:
        return e.activity_tkm
    return transport_activity_tkm(e.mass_kg, e.distance_km)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Basis:
    """What an element stands on: where its factors come from, and the gases that they count."""

    origins: tuple[Origin, ...]
    deviation_share: float
    gas_sets: frozenset[str]
    gwp_sets: frozenset[str]


def _basis(e: TCE, factors: Factors) -> _Basis:
    if e.toc_id in factors.tocs:
        toc = factors.tocs[e.toc_id]
        return _basis_of(e, factors, [toc], toc.deviation_share)
    user = factors.hoc(e.hoc_id) if e.hoc_id else factors.vehicle(e.toc_id)
    parts: list[Any] = [user]
    if e.fuel_kg:
        parts.append(
            factors.carrier("diesel" if e.hoc_id else factors.vehicle(e.toc_id).carrier_id)
        )
    if e.energy_kwh:
        parts.append(factors.grid(e.grid_id))
    return _basis_of(e, factors, parts, user.deviation_share)


def _basis_of(e: TCE, factors: Factors, parts: list[Any], deviation_share: float) -> _Basis:
    origins = [part.origin for part in parts]
    if e.saf_kg:
        origins.append(factors.pathway(e.saf_pathway).origin)
    gases = {getattr(part, "gas_set", "") for part in parts}
    warming = {getattr(part, "gwp_set", "") for part in parts}
    return _Basis(
        origins=tuple(origins),
        deviation_share=with_steps(deviation_share, e.match_steps),
        gas_sets=frozenset(gases - {""}),
        gwp_sets=frozenset(warming - {"", "none"}),
    )


def _unique(source_ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one for joined in source_ids for one in joined.split("|")))


def _working(e: TCE, factors: Factors, burnt_kg: float) -> str:
    if e.toc_id in factors.tocs:
        text = _activity_working(e, factors.tocs[e.toc_id])
    elif e.hoc_id and not factors.hoc(e.hoc_id).by_energy:
        hoc = factors.hoc(e.hoc_id)
        text = (
            f"{e.mass_kg / KG_PER_TONNE:g} t x (WTT {hoc.wtt_kgco2e_per_t:g} + "
            f"TTW {hoc.ttw_kgco2e_per_t:g}) kg/{hoc.activity_unit} [{e.hoc_id}]"
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
        text += f"; market: {e.eac_kwh:g} kWh under certificates"
    return text


def _activity_working(e: TCE, toc: TOC) -> str:
    rate = (
        f"(WTT {toc.wtt_kgco2e_per_tkm:g} + TTW {toc.ttw_kgco2e_per_tkm:g}) kg/{toc.activity_unit}"
    )
    if e.activity_tkm is not None:
        return f"{e.activity_tkm:g} tkm as the carrier states x {rate} [{e.toc_id}]"
    load = f"{e.mass_kg / KG_PER_TONNE:g} t"
    if toc.activity_unit == "teukm":
        load = f"{teu_of(e.mass_kg, e.teu):g} TEU"
    daf = distance_adjustment_factor(toc, e.distance_kind, e.distance_km)
    detour = "" if daf == 1.0 else f" x DAF {daf:.6g}"
    return f"{load} x {e.distance_km:g} km ({e.distance_kind}){detour} x {rate} [{e.toc_id}]"


def take_inventory(
    elements: Iterable[TCE], factors: Factors, *, mixed_gwp: bool = False
) -> Inventory:
    """Return the footprint of every element under one factor set.

    Each of WTT and TTW is worked out in float64 and rounded once to whole milligrams, so totals
    are exact and do not depend on order.

    Raises
    ------
    EmissionsError
        naming every element whose factor is missing or whose claim exceeds what it used; or, unless
        `mixed_gwp` allows it, when factors on different sets of warming potentials meet.
    """
    elements = tuple(elements)
    columns = columns_of(elements, factors)
    figures = footprint(columns, jet_co2_of(columns, factors))
    lines = [_line(i, e, figures, factors) for i, e in enumerate(elements)]
    inventory = Inventory(
        lines=tuple(lines), factor_set=factors.edition, factor_set_sha256=factors.sha256
    )
    if len(inventory.gwp_sets) > 1 and not mixed_gwp:
        raise MixedWarmingError(inventory.gwp_sets)
    return inventory


def _line(i: int, e: TCE, figures: Figures, factors: Factors) -> Line:
    basis = _basis(e, factors)
    burnt = float(figures.burnt_kg[i])
    return Line(
        element=e,
        physical=Emissions(wtt_mg=int(figures.wtt_mg[i]), ttw_mg=int(figures.ttw_mg[i])),
        market_based=Emissions(
            wtt_mg=int(figures.market_wtt_mg[i]), ttw_mg=int(figures.market_ttw_mg[i])
        ),
        fuel_kg=burnt,
        deviation_share=basis.deviation_share,
        data_type=basis.origins[0].data_type,
        quality=max((o.quality for o in basis.origins), key=_WEAKEST_LAST.index),
        gas_set="+".join(sorted(basis.gas_sets)) or "none",
        source_id="|".join(_unique(o.source_id for o in basis.origins)),
        working=_working(e, factors, burnt),
        gwp_sets=tuple(sorted(basis.gwp_sets)),
        biogenic_mg=int(figures.biogenic_mg[i]),
        rf_memo_mg=int(figures.rf_memo_mg[i]),
    )


def published_after(inventory: Inventory, factors: Factors, as_of: object) -> dict[str, str]:
    """Return the categories whose factors were published after `as_of`, with their dates."""
    late: dict[str, str] = {}
    for line in inventory.lines:
        for origin in _basis(line.element, factors).origins:
            if str(origin.published_on) > str(as_of):
                name = line.element.toc_id or line.element.hoc_id
                late[name] = max(late.get(name, ""), str(origin.published_on))
    return dict(sorted(late.items()))
