"""Read legs into chain elements; a row without its factor is refused, never a zero."""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING

from data.operation_schemas import OPERATIONS
from data.tables import Table
from emissions.chain import TCE
from emissions.distance import planned_kind, transport_activity_tkm
from emissions.errors import EmissionsError, LegFaultError, MissingFactorError
from emissions.fuel import ELECTRICITY
from emissions.kernel import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.tables import Row
    from emissions.factors import Factors

_ASSETS = (
    *("flight_no", "aircraft_type", "air_option", "overflight", "vessel_imo"),
    *("voyage_no", "vehicle_id", "vehicle"),
)
_COOLED = "temperature_controlled"
_ROUNDING = 1e-6  # of activities that are summed


def elements_of(table: Table, factors: Factors) -> list[TCE]:
    """Return the elements of the usable rows; the others are refused in place."""
    return [element for _, element in numbered_elements(table, factors)]


def numbered_elements(table: Table, factors: Factors) -> list[tuple[int, TCE]]:
    """Return each usable row's number and element; the others are refused in place."""
    elements = []
    for number, row in table:
        try:
            element = element_of(row)
            columns_of([element], factors)
        except EmissionsError as fault:
            refuse(table, number, fault)
            continue
        elements.append((number, element))
    return elements


def refuse(table: Table, number: int, fault: EmissionsError, code: str = "bad_leg") -> None:
    """Refuse a row with what its fault says."""
    if isinstance(fault, LegFaultError):
        missing = isinstance(fault, MissingFactorError)
        table.refuse(
            number, fault.column, fault.found, fault.wanted, "missing_factor" if missing else code
        )
    else:
        table.refuse(number, "", "", str(fault), code)


def element_of(row: Row) -> TCE:
    """Return one row as an element.

    Raises
    ------
    EmissionsError
        if the row cannot be an element.
    """
    return TCE(
        shipment_id=row["shipment_id"],
        leg_no=row["leg_no"],
        kind=row["kind"],
        mode=row["mode"] or "",
        origin=row["origin"],
        destination=row["destination"],
        mass_kg=row["mass_kg"] or 0.0,
        distance_km=row["distance_km"] or 0.0,
        distance_kind=row["distance_kind"] or "",
        toc_id=row["toc_id"] or "",
        hoc_id=row["hoc_id"] or "",
        # An activity-based leg carries the fuel burnt for information; it is no input there.
        fuel_kg=row["fuel_kg"] if row["hoc_id"] or row["mode"] != "air" else None,
        energy_kwh=row["energy_kwh"],
        grid_id=row["grid_id"] or "",
        saf_kg=row["saf_kg"] or 0.0,
        saf_pathway=row["saf_pathway"] or "",
        eac_kwh=row["eac_kwh"] or 0.0,
        teu=row.get("teu"),
        activity_tkm=row.get("activity_tkm"),
        match_steps=row.get("match_steps") or 0,
    )


def is_primary(row: Row) -> bool:
    """Tell whether a row brings the fuel or electricity of its own operation along.

    A dedicated vehicle of the factor set with its energy is not one: its category is named.
    """
    if row["kind"] != "transport" or row["toc_id"]:
        return False
    return row["fuel_amount"] is not None or row["energy_kwh"] is not None


def operations_of_legs(rows: Iterable[Row], file: str) -> Table:
    """Return the operations that rows of legs bring along, and name their categories in the rows.

    With `activity_total_tkm` the amounts are those of a whole operation, shared by transport
    activity; without it they are what this leg alone used. Legs that state the same operation get
    the same category, and are refused together if they carried more than it did. Rows of the
    table are counted from 1: a row of the file may hold several legs.
    """
    table = Table(schema=OPERATIONS, file=file)
    shared: dict[str, list[Row]] = {}
    for row in rows:
        if not is_primary(row):
            continue
        operation = _operation(row)
        name = _category_id(operation, row)
        if name not in shared:
            for part in _energy_rows(operation | {"category_id": name}, row):
                table.rows.append(dict.fromkeys(OPERATIONS.names) | part)
                table.row_numbers.append(len(table.rows))
        shared.setdefault(name, []).append(row)
    for name, legs in shared.items():
        _check_legs(table, name, legs)
        for row in legs:
            row["toc_id"] = name
            row["energy_kwh"] = row["eac_kwh"] = None  # in the category now, not beside it
    return table


def _own_activity(row: Row) -> float:
    stated = row["activity_tkm"]
    return float(stated or transport_activity_tkm(row["mass_kg"], row["distance_km"] or 0.0))


def _check_legs(table: Table, name: str, legs: list[Row]) -> None:
    """Refuse legs that say their electricity twice, or carried more than the whole operation."""
    row, wanted = legs[0], ""
    if row["fuel"] == ELECTRICITY and None not in {row["fuel_amount"], row["energy_kwh"]}:
        column, wanted = "energy_kwh", "nothing beside fuel_amount of electricity"
    total = row["activity_total_tkm"]
    own = math.fsum(map(_own_activity, legs))
    if total and own > total * (1 + _ROUNDING):
        column = "activity_total_tkm"
        wanted = (
            f"at least the {own:.6g} tkm of the {len(legs)} legs that share these amounts "
            "(operations of equal amounts are told apart by voyage_no or vehicle_id)"
        )
    if wanted:
        number = next(n for n, r in table if r["category_id"] == name)
        table.refuse(number, column, row[column], wanted, "bad_operation")
        table.refused_keys.add((name,))


def _operation(row: Row) -> Row:
    return {
        "mode": row["mode"],
        "activity_tkm": row["activity_total_tkm"] or _own_activity(row),
        "distance_kind": row["distance_kind"] or planned_kind(row["mode"]),
        "temperature": "ambient" if row["temperature"] in {None, "ambient"} else _COOLED,
        "operator": row["carrier"],
        "quality": "modelled" if row["data_type"] == "modelled" else "primary",
        **{name: row[name] for name in _ASSETS},
    }


def _category_id(operation: Row, row: Row) -> str:
    own = () if row["activity_total_tkm"] else (row["shipment_id"], row["leg_no"])
    fuel = (row["fuel"], row["fuel_amount"], row["fuel_unit"])
    energy = (*fuel, row["energy_kwh"], row["grid_id"], row["eac_kwh"])
    text = json.dumps([operation, energy, own], sort_keys=True, default=str)
    return f"OWN-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _energy_rows(operation: Row, row: Row) -> list[Row]:
    """Return the fuel and the electricity of an operation, its activity once."""
    fuel = (row["fuel"], row["fuel_amount"], row["fuel_unit"])
    rows: list[Row] = []
    for carrier, amount, unit in (fuel, (ELECTRICITY, row["energy_kwh"], "kwh")):
        if amount is None:
            continue
        drawn = {"carrier_id": carrier, "amount": amount, "unit": unit}
        if carrier == ELECTRICITY:
            drawn |= {"grid_id": row["grid_id"], "eac_kwh": row["eac_kwh"] or None}
        rows.append(operation | drawn | ({"activity_tkm": None} if rows else {}))
    if all(r["carrier_id"] != ELECTRICITY for r in rows):
        rows[0]["eac_kwh"] = row["eac_kwh"] or None  # to be refused: it would cover nothing
    return rows
