"""Make TOCs and HOCs from what was burnt and what was carried: primary and modelled data.

The numerator holds all trips, empty and ballast ones included, and refrigerant losses; the
denominator loaded activity alone (ISO 14083, 5.2.2, 5.3 and 5.4.2; GLEC Framework v3.0, pages 29
to 34).
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from data.tables import read_bytes, write_bytes
from data.units import KG_PER_TONNE
from emissions.allocation import shares
from emissions.errors import EmissionsError, LegFaultError, MissingFactorError
from emissions.fuel import ELECTRICITY, Burnt, burn, draw, fuel_named, leak
from emissions.operation_checks import (
    check_blend,
    check_row,
    check_rows,
    check_shared,
    row_activity,
)
from emissions.operation_rows import SOURCE_ID, Category, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from data.schemas import Schema
    from data.tables import Row, Table
    from emissions.factors import Factors

__all__ = ["SOURCE_ID", "categories_of"]

_DEFAULT_GWP_SET = "AR5"  # of refrigerants where no fuel tells one (ISO 14083, Annex K)

_Drafts = dict[str, list[tuple["Schema", "Row"]]]  # rows of factor tables, by category
_Faults = dict[str, EmissionsError]


def categories_of(
    table: Table,
    factors: Factors,
    *,
    activity_of_legs: Mapping[str, float] | None = None,
    kinds_of_legs: Mapping[str, frozenset[str]] | None = None,
    by_id_alone: bool = False,
) -> dict[str, list[Row]]:
    """Return the categories of an operations table as rows of factor tables, by schema name.

    A category without an activity of its own takes that of the legs that name it (tkm, or tonnes
    through a hub): a tour whose energy is known is shared by the notional point-to-point tkm of
    what it carried. Their kinds of distance must then be one. A category that cannot be made is
    refused with all its rows in `table`; the others go on.
    """
    groups, shared = _grouped(table)
    faults: _Faults = _spoilt(table, groups)
    for category in groups.values():
        if category.category_id in faults:
            continue
        try:
            _want_new(category, factors)
            check_rows(category, factors)
            _take_activity(category, activity_of_legs or {}, kinds_of_legs or {})
            category.burnt = _burnt_of(category, factors)
        except EmissionsError as fault:
            faults[category.category_id] = fault
    _share(table, shared, groups, faults, factors)
    drafts: _Drafts = {}
    for name, category in groups.items():
        try:
            if name not in faults:
                check_blend(category, factors)
                drafts[name] = rows_of(category, factors, by_id_alone=by_id_alone)
        except EmissionsError as fault:
            faults[name] = fault
    faults |= _unusable(drafts)
    for name in faults:
        _refuse(table, groups[name], faults[name])
    made: dict[str, list[Row]] = defaultdict(list)
    for name, rows in drafts.items():
        for schema, row in rows if name not in faults else ():
            made[schema.name].append(row)
    return dict(made)


def _named(text: str) -> list[str]:
    return list(dict.fromkeys(name for n in text.split("|") if (name := n.strip())))


def _grouped(table: Table) -> tuple[dict[str, Category], list[tuple[int, Row, list[str]]]]:
    groups: dict[str, Category] = {}
    shared = []
    for number, row in table:
        names = _named(row["category_id"])
        if not names:
            table.refuse(number, "category_id", row["category_id"], "a name", "bad_value")
        elif len(names) > 1:
            shared.append((number, row, names))
        else:
            groups.setdefault(names[0], Category(names[0])).rows.append((number, row))
    return groups, shared


def _spoilt(table: Table, groups: Mapping[str, Category]) -> _Faults:
    """Return the categories that lost a row, all of them if it is not known whose it was."""
    lost = {name for key in table.refused_keys for name in _named("".join(key[:1])) or [""]}
    wanted = "all of its rows usable: one of them is refused"
    if "" in lost:
        wanted = "all rows usable: one is refused that may be of any category"
    return {
        name: LegFaultError("category_id", name, wanted)
        for name in groups
        if name in lost or "" in lost
    }


def _want_new(category: Category, factors: Factors) -> None:
    name = category.category_id
    if any(name in known for known in (factors.tocs, factors.hocs, factors.vehicles)):
        raise LegFaultError("category_id", name, "an id that the factor set does not hold already")


def _unusable(drafts: _Drafts) -> _Faults:
    """Return the categories whose figures no factor table may hold, such as a negative one."""
    rows: dict[str, tuple[Schema, list[Row], list[str]]] = {}
    for name, made in drafts.items():
        for schema, row in made:
            _, of_schema, names = rows.setdefault(schema.name, (schema, [], []))
            of_schema.append(row)
            names.append(name)
    faults: _Faults = {}
    for schema, of_schema, names in rows.values():
        content = write_bytes(of_schema, schema)
        for fault in read_bytes(content, f"{schema.name}.csv", schema).refused:
            name = names[fault.row - 2]  # the header is row 1
            faults.setdefault(name, LegFaultError(fault.column, fault.found, fault.wanted))
    return faults


def _share(
    table: Table,
    shared: Iterable[tuple[int, Row, list[str]]],
    groups: Mapping[str, Category],
    faults: _Faults,
    factors: Factors,
) -> None:
    """Share the energy of rows that several categories have in common by their activity."""
    direct = dict(faults)
    for number, row, names in shared:
        known = [groups[n] for n in names if n in groups]
        try:
            check_row(row, factors)
            check_shared(names, known)
            spoilt = [n for n in names if n in direct]
            if spoilt:
                wanted = "all of its categories usable"
                raise LegFaultError("category_id", "|".join(spoilt), wanted)
            burnt = _burnt(row, factors, _gwp_of(known))
            parts = shares(1.0, [c.activity for c in known])
        except EmissionsError as fault:
            faults |= {c.category_id: fault for c in known if c.category_id not in faults}
            _refuse_rows(table, [number], row["category_id"], fault)
            continue
        for category, part in zip(known, parts, strict=True):
            category.burnt += burnt.times(part)


def _gwp_of(categories: list[Category]) -> str:
    sets = {s for c in categories for s in c.burnt.gwp_sets} - {"none"}
    return sets.pop() if len(sets) == 1 else _DEFAULT_GWP_SET


def _take_activity(
    category: Category, of_legs: Mapping[str, float], kinds: Mapping[str, frozenset[str]]
) -> None:
    """Set what the energy is divided by: 1 for a model, else loaded activity or throughput."""
    if category.modelled:
        category.activity = 1.0  # a model gives energy per tkm
        return
    rows = [row for _, row in category.rows]
    if category.is_hub:
        column = "throughput_teu" if category.by_teu else "throughput_t"
        total = math.fsum(row[column] or 0.0 for row in rows)
    else:
        total = math.fsum(row_activity(row, by_teu=category.by_teu) for row in rows)
    if total == 0.0 and category.category_id in of_legs:
        total = of_legs[category.category_id]
        category.from_legs = True
        category.kind_of_legs = _kind_of_legs(category, kinds)
    if not total > 0:
        column = "throughput_t" if category.is_hub else "activity_tkm"
        what = "throughput" if category.is_hub else "loaded activity"
        wanted = f"> 0 for {category.category_id}: {what}, or legs that name it"
        raise LegFaultError(column, total, wanted)
    category.activity = total


def _kind_of_legs(category: Category, kinds: Mapping[str, frozenset[str]]) -> str:
    """Return the one kind of distance of the legs that share a category.

    Kilometres of two kinds do not add: what is adjusted afterwards would leave a part of the
    energy with nobody, or give it twice.
    """
    if category.by_teu:
        raise LegFaultError("teu", None, "distances too: legs that name it count in tonnes")
    stated = {str(v) for v in category.values("distance_kind")}
    found = sorted(kinds.get(category.category_id, frozenset()) | stated)
    if len(found) > 1:
        wanted = f"one kind for {category.category_id} and all legs that share it"
        raise LegFaultError("distance_kind", " and ".join(found), wanted)
    return found[0] if found else ""


def _burnt_of(category: Category, factors: Factors) -> Burnt:
    _want_empty_trips(category)
    if category.modelled:
        return _modelled(category, factors)
    total = Burnt()
    cooling = []
    for _, row in category.rows:
        if row["refrigerant"]:
            cooling.append(row)
        total += _burnt(row, factors, "")
    for row in cooling:
        sets = total.gwp_sets - {"none"}
        gwp_set = next(iter(sets)) if len(sets) == 1 else _DEFAULT_GWP_SET
        total += leak(row["refrigerant"], row["refrigerant_kg"], factors, gwp_set)
    return total


def _want_empty_trips(category: Category) -> None:
    """Refuse energy of loaded trips alone: empty ones belong to the freight that caused them."""
    covered = {row["trip"] for _, row in category.rows if row["amount"]}
    if "loaded" in covered and "empty" not in covered:
        wanted = "energy of the empty trips too, or rows that cover all trips"
        raise LegFaultError("trip", "loaded", f"{wanted} (GLEC Framework, empty running)")


def _burnt(row: Row, factors: Factors, gwp_set: str) -> Burnt:
    total = Burnt()
    if gwp_set and row["refrigerant"]:
        total += leak(row["refrigerant"], row["refrigerant_kg"], factors, gwp_set)
    if row["amount"] is None:
        if row["carrier_id"]:
            raise LegFaultError("amount", None, f"how much {row['carrier_id']} was used")
        return total
    if not row["carrier_id"] or not row["unit"]:
        column = "unit" if row["carrier_id"] else "carrier_id"
        raise LegFaultError(column, None, f"a value with amount {row['amount']:g}")
    carrier = fuel_named(row["carrier_id"], factors)
    if carrier == ELECTRICITY:
        eac_kwh = row["eac_kwh"] or 0.0
        grid_id = row["grid_id"] or ""
        return total + draw(row["amount"], row["unit"], grid_id, factors, eac_kwh=eac_kwh)
    return total + burn(carrier, row["amount"], row["unit"], factors)


def _modelled(category: Category, factors: Factors) -> Burnt:
    """Model energy per loaded tkm of a vehicle at its load and empty running.

    [(1 - E) f(L) + E f(0)] / [(1 - E) L payload], f linear between empty and full (methodology,
    section 4).
    """
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


def _refuse(table: Table, category: Category, fault: EmissionsError) -> None:
    """Refuse a category with all its rows: half of an operation is no operation."""
    _refuse_rows(table, [number for number, _ in category.rows], category.category_id, fault)


def _refuse_rows(table: Table, numbers: list[int], name: str, fault: EmissionsError) -> None:
    column, found, wanted, code = "category_id", name, str(fault), "bad_operation"
    if isinstance(fault, LegFaultError):
        column, found, wanted = fault.column, fault.found, f"{fault.wanted} [{name}]"
        code = "missing_factor" if isinstance(fault, MissingFactorError) else code
    for number in numbers:
        table.refuse(number, column, found, wanted, code)
