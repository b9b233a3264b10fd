"""Read legs.csv into chain elements; a row without its factor is refused, never a zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emissions.chain import TCE
from emissions.errors import EmissionsError, LegFaultError, MissingFactorError
from emissions.inventory import take_inventory

if TYPE_CHECKING:
    from data.tables import Row, Table
    from emissions.factors import Factors


def elements_of(table: Table, factors: Factors) -> list[TCE]:
    """Return the elements of the usable rows; the others are refused in place."""
    elements = []
    for number, row in table:
        try:
            element = _element(row)
            take_inventory([element], factors)
        except LegFaultError as fault:
            missing = isinstance(fault, MissingFactorError)
            code = "missing_factor" if missing else "bad_leg"
            table.refuse(number, fault.column, fault.found, fault.wanted, code)
            continue
        except EmissionsError as fault:
            table.refuse(number, "", "", str(fault), "bad_leg")
            continue
        elements.append(element)
    return elements


def _element(row: Row) -> TCE:
    return TCE(
        shipment_id=row["shipment_id"],
        leg_no=row["leg_no"],
        kind=row["kind"],
        mode=row["mode"] or "",
        origin=row["origin"],
        destination=row["destination"],
        mass_kg=row["mass_kg"],
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
    )
