"""Make TOCs and HOCs from what was burnt and what was carried: primary and modelled data.

The numerator holds all trips, empty and ballast ones included, and refrigerant losses; the
denominator loaded activity alone (ISO 14083, 5.2.2, 5.3 and 5.4.2; GLEC Framework v3.0, pages 29
to 34).
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.factor_schemas import HUB_INTENSITIES, INTENSITIES, MATCHING
from data.units import KG_PER_TONNE
from emissions.allocation import passenger_activity_tkm, shares
from emissions.distance import planned_kind, transport_activity_tkm
from emissions.errors import EmissionsError, LegFaultError, MissingFactorError
from emissions.fuel import ELECTRICITY, Burnt, burn, draw, leak

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from data.schemas import Schema
    from data.tables import Row, Table
    from emissions.factors import Factors

# Half widths where the carrier states none: metered energy over weighed freight, and a model fed
# with assumed loads. Estimates of this project.
_DEVIATIONS = {"primary": 0.05, "modelled": 0.3}
_DEFAULT_GWP_SET = "AR5"  # of refrigerants where no fuel tells one (ISO 14083, Annex K)
SOURCE_ID = "operations"
_ASSETS = (
    *("operator", "flight_no", "aircraft_type", "air_option", "overflight"),
    *("vessel_imo", "voyage_no", "vehicle_id", "region", "vehicle"),
)


@dataclass(slots=True)
class _Category:
    """The rows of one category, and what they sum to."""

    category_id: str
    rows: list[tuple[int, Row]] = field(default_factory=list)
    shared: list[tuple[float, Burnt]] = field(default_factory=list)
    burnt: Burnt = field(default_factory=Burnt)
    activity: float = 0.0
    from_legs: bool = False

    def first(self, column: str) -> object:
        """Return the first value that any row states."""
        return next((v for _, r in self.rows if (v := r[column]) not in {None, ""}), None)

    def one(self, column: str, default: str) -> str:
        """Return the value that all rows agree on.

        Raises
        ------
        LegFaultError
            if they do not.
        """
        found = sorted({str(r[column]) for _, r in self.rows if r[column]})
        if len(found) > 1:
            raise LegFaultError(column, " and ".join(found), f"one for {self.category_id}")
        return found[0] if found else default

    @property
    def is_hub(self) -> bool:
        """True for a hub operation category."""
        return self.one("kind", "toc") == "hoc"

    @property
    def by_teu(self) -> bool:
        """True if its activity is counted in TEU."""
        columns = ("activity_teukm", "throughput_teu")
        counted = any(r[c] for _, r in self.rows for c in columns)
        return counted or any(r["teu"] and r["mass_kg"] is None for _, r in self.rows)

    @property
    def modelled(self) -> bool:
        """True if a vehicle's energy is modelled instead of measured."""
        return any(r["vehicle_code"] for _, r in self.rows)


def categories_of(
    table: Table, factors: Factors, *, activity_of_legs: Mapping[str, float] | None = None
) -> dict[str, list[Row]]:
    """Return the categories of an operations table as rows of factor tables, by schema name.

    A category without an activity of its own takes that of the legs that name it: a tour whose
    energy is known is shared by the notional point-to-point tkm of what it carried. A category that
    cannot be made is refused with all its rows in `table`; the others go on.
    """
    groups, shared = _grouped(table)
    made: dict[str, list[Row]] = defaultdict(list)
    faults: dict[str, EmissionsError] = {}
    for category in groups.values():
        try:
            category.activity = _activity(category, activity_of_legs or {})
            category.burnt = _burnt_of(category, factors)
        except EmissionsError as fault:
            faults[category.category_id] = fault
    _share(shared, groups, faults, factors)
    for name, category in groups.items():
        try:
            if name in faults:
                raise faults[name]
            for schema, row in _rows_of(category, factors):
                made[schema.name].append(row)
        except EmissionsError as fault:
            _refuse(table, category, fault)
    return dict(made)


def _grouped(table: Table) -> tuple[dict[str, _Category], list[tuple[int, Row, list[str]]]]:
    groups: dict[str, _Category] = {}
    shared = []
    for number, row in table:
        names = [n.strip() for n in row["category_id"].split("|") if n.strip()]
        if len(names) > 1:
            shared.append((number, row, names))
            continue
        groups.setdefault(names[0], _Category(names[0])).rows.append((number, row))
    return groups, shared


def _share(
    shared: list[tuple[int, Row, list[str]]],
    groups: dict[str, _Category],
    faults: dict[str, EmissionsError],
    factors: Factors,
) -> None:
    """Share the energy of rows that several categories have in common by their activity."""
    for _, row, names in shared:
        unknown = [n for n in names if n not in groups]
        known = [groups[n] for n in names if n in groups]
        try:
            if unknown:
                wanted = "categories with rows of their own"
                raise LegFaultError("category_id", "|".join(unknown), wanted)
            burnt = _burnt(row, factors, _gwp_of(known))
            parts = shares(1.0, [c.activity for c in known])
        except EmissionsError as fault:
            faults |= {c.category_id: fault for c in known}
            continue
        for category, part in zip(known, parts, strict=True):
            category.burnt += burnt.times(part)


def _gwp_of(categories: list[_Category]) -> str:
    sets = {s for c in categories for s in c.burnt.gwp_sets} - {"none"}
    return sets.pop() if len(sets) == 1 else _DEFAULT_GWP_SET


def _activity(category: _Category, of_legs: Mapping[str, float]) -> float:
    if category.modelled:
        return 1.0  # a model gives energy per tkm
    rows = [row for _, row in category.rows]
    if category.is_hub:
        column = "throughput_teu" if category.by_teu else "throughput_t"
        total = math.fsum(row[column] or 0.0 for row in rows)
    else:
        total = math.fsum(_row_activity(row, by_teu=category.by_teu) for row in rows)
        if total == 0.0 and category.category_id in of_legs:
            category.from_legs = True
            total = of_legs[category.category_id]
    if not total > 0:
        wanted = "throughput" if category.is_hub else "loaded activity, or legs that name it"
        raise LegFaultError("activity_tkm", total, f"> 0 for {category.category_id}: {wanted}")
    return total


def _row_activity(row: Row, *, by_teu: bool) -> float:
    km = row["distance_km"] or 0.0
    people = passenger_activity_tkm(row["passengers"] or 0.0, km)
    people += passenger_activity_tkm(1.0, row["passenger_km"] or 0.0)
    if by_teu:
        return float(row["activity_teukm"] or 0.0) + (row["teu"] or 0.0) * km
    if row["activity_tkm"] is not None:
        return float(row["activity_tkm"]) + people
    return transport_activity_tkm(row["mass_kg"] or 0.0, km) + people


def _burnt_of(category: _Category, factors: Factors) -> Burnt:
    _want_empty_trips(category)
    if category.modelled:
        return _modelled(category, factors)
    total = Burnt()
    cooling = []
    for _, row in category.rows:
        if row["refrigerant"] or row["refrigerant_kg"]:
            cooling.append(row)
        total += _burnt(row, factors, "")
    for row in cooling:
        sets = total.gwp_sets - {"none"}
        gwp_set = next(iter(sets)) if len(sets) == 1 else _DEFAULT_GWP_SET
        total += leak(row["refrigerant"] or "", row["refrigerant_kg"] or 0.0, factors, gwp_set)
    return total


def _want_empty_trips(category: _Category) -> None:
    """Refuse energy of loaded trips alone: empty ones belong to the freight that caused them."""
    covered = {row["trip"] for _, row in category.rows if row["amount"]}
    if "loaded" in covered and "empty" not in covered:
        wanted = "energy of the empty trips too, or rows that cover all trips"
        raise LegFaultError("trip", "loaded", f"{wanted} (GLEC Framework, empty running)")


def _burnt(row: Row, factors: Factors, gwp_set: str) -> Burnt:
    total = Burnt()
    if gwp_set and (row["refrigerant"] or row["refrigerant_kg"]):
        total += leak(row["refrigerant"] or "", row["refrigerant_kg"] or 0.0, factors, gwp_set)
    if row["amount"] is None:
        if row["carrier_id"]:
            raise LegFaultError("amount", None, f"how much {row['carrier_id']} was used")
        return total
    if not row["carrier_id"] or not row["unit"]:
        column = "unit" if row["carrier_id"] else "carrier_id"
        raise LegFaultError(column, None, f"a value with amount {row['amount']:g}")
    if row["carrier_id"] == ELECTRICITY:
        eac_kwh = row["eac_kwh"] or 0.0
        grid_id = row["grid_id"] or ""
        return total + draw(row["amount"], row["unit"], grid_id, factors, eac_kwh=eac_kwh)
    return total + burn(row["carrier_id"], row["amount"], row["unit"], factors)


def _modelled(category: _Category, factors: Factors) -> Burnt:
    """Model energy per loaded tkm of a vehicle at its load and empty running.

    [(1 - E) f(L) + E f(0)] / [(1 - E) L payload], f linear between empty and full (methodology,
    section 4).
    """
    if len(category.rows) > 1:
        wanted = f"one row of {category.category_id} that models a vehicle"
        raise LegFaultError("vehicle_code", f"{len(category.rows)} rows", wanted)
    _, row = category.rows[0]
    vehicle = factors.vehicle(row["vehicle_code"])
    load, empty = row["load_share"], row["empty_share"]
    for column, value in (("load_share", load), ("empty_share", empty)):
        if value is None or (column == "empty_share" and value >= 1):
            raise LegFaultError(column, value, f"a share below 1 to model {row['vehicle_code']}")
    full, bare = vehicle.energy_per_km_full, vehicle.energy_per_km_empty
    per_km = (1 - empty) * (bare + (full - bare) * load) + empty * bare
    per_tkm = per_km / ((1 - empty) * load * vehicle.payload_kg / KG_PER_TONNE)
    if vehicle.electric:
        return draw(per_tkm, "kwh", row["grid_id"] or "", factors)
    return burn(vehicle.carrier_id, per_tkm, "kg", factors)


def _rows_of(category: _Category, factors: Factors) -> list[tuple[Schema, Row]]:
    figures = _figures(category)
    match = _match_row(category)
    if category.is_hub:
        return [(HUB_INTENSITIES, figures | _hub_columns(category)), (MATCHING, match)]
    return [(INTENSITIES, figures | _toc_columns(category, factors)), (MATCHING, match)]


def _figures(category: _Category) -> Row:
    """Return what a TOC and a HOC have in common."""
    quality = category.one("quality", "modelled" if category.modelled else "primary")
    burnt = category.burnt
    warming = sorted(burnt.gwp_sets - {"none"})
    if len(warming) > 1:
        raise LegFaultError("carrier_id", " and ".join(warming), "one set of warming potentials")
    if not burnt.gas_sets:
        raise LegFaultError("amount", None, f"energy or refrigerant of {category.category_id}")
    records = [
        str(r["record"] or r["source"]) for _, r in category.rows if r["record"] or r["source"]
    ]
    return {
        "temperature": category.one("temperature", "ambient"),
        "boundary": "wtw",
        "gas_set": "co2e" if "co2e" in burnt.gas_sets else "co2",
        "gwp_set": warming[0] if warming else "none",
        "deviation_share": category.first("deviation_share") or _DEVIATIONS[quality],
        "published_on": _published(category),
        "valid_from": category.first("valid_from"),
        "valid_to": category.first("valid_to"),
        "quality": quality,
        "source_id": SOURCE_ID,
        "locator": ", ".join(dict.fromkeys(records))[:200] or None,
        "note": _working(category),
    }


def _published(category: _Category) -> date:
    stated = category.first("published_on") or category.first("valid_to")
    if stated is None:  # what it rests on was known before it could be worked out
        stated = max(origin.published_on for origin in category.burnt.origins)
    return stated  # type: ignore[return-value]  # the column holds dates


def _working(category: _Category) -> str:
    burnt = category.burnt
    energy = ", ".join(f"{mj:.6g} MJ {carrier}" for carrier, mj in burnt.energy_mj) or "no energy"
    unit = ("TEU" if category.by_teu else "t") + ("" if category.is_hub else "km")
    origin = " of the legs that name it" if category.from_legs else ""
    if category.modelled:
        return f"Modelled per tkm: {energy}."
    return (
        f"{len(category.rows)} rows: {energy}; {burnt.vo_kg:.6g} kg CO2e in operation and "
        f"{burnt.vep_kg:.6g} in energy provision over {category.activity:.6g} {unit}{origin}."
    )


def _toc_columns(category: _Category, factors: Factors) -> Row:
    mode = category.one("mode", "")
    if not mode:
        raise LegFaultError("mode", None, f"the mode of {category.category_id}")
    burnt, activity = category.burnt, category.activity
    carriers = [carrier for carrier, _ in burnt.energy_mj]
    jet_co2 = burnt.jet_kg * factors.parameter("jet_co2_kg_per_kg")
    return {
        "toc_id": category.category_id,
        "mode": mode,
        "region": category.first("region") or "as operated",
        "vehicle": category.first("vehicle") or category.first("vehicle_code") or "as operated",
        "load": None,
        "carrier_id": carriers[0] if len(carriers) == 1 and not category.is_hub else None,
        "wtt_kgco2e_per_tkm": burnt.vep_kg / activity,
        "ttw_kgco2e_per_tkm": burnt.vo_kg / activity,
        "ttw_kgco2_per_tkm": jet_co2 / activity if mode == "air" and burnt.jet_kg else None,
        "market_wtt_kgco2e_per_tkm": (
            None if burnt.market_vep_kg == burnt.vep_kg else burnt.market_vep_kg / activity
        ),
        "biogenic_kgco2_per_tkm": burnt.biogenic_kg / activity,
        "activity_unit": "teukm" if category.by_teu else "tkm",
        "load_share": category.first("load_share"),
        "empty_share": _empty_share(category),
        "distance_kind": category.one("distance_kind", planned_kind(mode)),
        "daf_included": "no",
        "empty_running_included": "yes",
    }


def _empty_share(category: _Category) -> float | None:
    if category.modelled:
        return category.rows[0][1]["empty_share"]  # type: ignore[no-any-return]
    trips = [r for _, r in category.rows if r["distance_km"] and r["mass_kg"] is not None]
    km = math.fsum(r["distance_km"] for r in trips)
    empty = math.fsum(r["distance_km"] for r in trips if r["mass_kg"] == 0)
    return empty / km if empty else None


def _hub_columns(category: _Category) -> Row:
    burnt, activity = category.burnt, category.activity
    return {
        "hoc_id": category.category_id,
        "kind": category.one("hub_kind", "site"),
        "activity_unit": "teu" if category.by_teu else "t",
        "wtt_kgco2e_per_t": burnt.vep_kg / activity,
        "ttw_kgco2e_per_t": burnt.vo_kg / activity,
        "market_wtt_kgco2e_per_t": (
            None if burnt.market_vep_kg == burnt.vep_kg else burnt.market_vep_kg / activity
        ),
    }


def _match_row(category: _Category) -> Row:
    total = math.fsum(mj for _, mj in category.burnt.energy_mj)
    mix = [f"{carrier}:{mj / total!r}" for carrier, mj in category.burnt.energy_mj if total]
    return {
        "match_id": f"M-{category.category_id}",
        "category_id": category.category_id,
        "kind": "hoc" if category.is_hub else "toc",
        "mode": None if category.is_hub else category.one("mode", ""),
        "hub_kind": category.one("hub_kind", "site") if category.is_hub else None,
        "temperature": category.one("temperature", "ambient"),
        **{column: category.first(column) for column in _ASSETS},
        "energy_mix": tuple(mix),
        "quality": category.one("quality", "modelled" if category.modelled else "primary"),
        "source_id": SOURCE_ID,
    }


def _refuse(table: Table, category: _Category, fault: EmissionsError) -> None:
    """Refuse a category with all its rows: half of an operation is no operation."""
    column, found, wanted, code = "category_id", category.category_id, str(fault), "bad_operation"
    if isinstance(fault, LegFaultError):
        column, found, wanted = fault.column, fault.found, f"{fault.wanted} [{found}]"
        code = "missing_factor" if isinstance(fault, MissingFactorError) else code
    for number, _ in category.rows:
        table.refuse(number, column, found, wanted, code)
