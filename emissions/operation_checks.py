"""Refuse operations that say two things, or say something that would be left out in silence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from emissions.allocation import passenger_activity_tkm
from emissions.distance import transport_activity_tkm
from emissions.errors import LegFaultError
from emissions.fuel import ELECTRICITY, SAF, fuel_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.tables import Row
    from emissions.factors import Factors
    from emissions.operation_rows import Category

_AGREEMENT = 0.01  # between an activity and what mass and distance make of it: rounding, no more
_UNUSED_BY_MODELS = ("amount", "refrigerant", "refrigerant_kg", "eac_kwh")


def row_activity(row: Row, *, by_teu: bool) -> float:
    """Return the loaded activity of a row in tkm, passengers at 100 kg, or in TEU-km."""
    km = row["distance_km"] or 0.0
    if by_teu:
        stated = row["activity_teukm"]
        return float((row["teu"] or 0.0) * km if stated is None else stated)
    stated = row["activity_tkm"]
    freight = transport_activity_tkm(row["mass_kg"] or 0.0, km) if stated is None else stated
    people_km = row["passenger_km"]
    if people_km is None:
        people_km = (row["passengers"] or 0.0) * km
    return float(freight) + passenger_activity_tkm(1.0, people_km)


def check_rows(category: Category, factors: Factors) -> None:
    """Refuse rows that contradict themselves, or bring amounts that nothing would use.

    Raises
    ------
    LegFaultError
        naming the column, what it says and what was wanted.
    """
    for _, row in category.rows:
        check_row(row, factors)
    if category.modelled:
        _check_model(category, factors)
    if category.by_teu:
        _check_teu(category)


def check_row(row: Row, factors: Factors) -> None:
    """Refuse one row that contradicts itself; as `check_rows`."""
    loads = {name: row[name] for name in ("mass_kg", "teu", "passengers", "activity_tkm")}
    for name, found in loads.items():
        if row["trip"] == "empty" and found:
            raise LegFaultError(name, found, "0 or nothing on an empty trip")
    if row["passengers"] and row["distance_km"] is None and row["passenger_km"] is None:
        raise LegFaultError("distance_km", None, "how far the passengers went, or passenger_km")
    _check_activity(row)
    if bool(row["refrigerant"]) != (row["refrigerant_kg"] is not None):
        column = "refrigerant_kg" if row["refrigerant"] else "refrigerant"
        raise LegFaultError(column, None, "both the refrigerant and its mass")
    if row["eac_kwh"] and not row["vehicle_code"]:
        named = row["carrier_id"] and fuel_named(row["carrier_id"], factors)
        if named != ELECTRICITY:
            wanted = f"none with {row['carrier_id'] or 'no energy'}: it covers electricity"
            raise LegFaultError("eac_kwh", row["eac_kwh"], wanted)


def _check_activity(row: Row) -> None:
    """Hold an activity against mass, containers or passengers times distance, where both are."""
    km = row["distance_km"] or 0.0
    pairs = (
        ("activity_tkm", transport_activity_tkm(row["mass_kg"] or 0.0, km)),
        ("activity_teukm", (row["teu"] or 0.0) * km),
        ("passenger_km", (row["passengers"] or 0.0) * km),
    )
    for column, made in pairs:
        stated = row[column]
        if stated is not None and made and not math.isclose(stated, made, rel_tol=_AGREEMENT):
            wanted = f"about {made:g}, which load times distance is, or one of the two alone"
            raise LegFaultError(column, stated, wanted)


def _check_model(category: Category, factors: Factors) -> None:
    if len(category.rows) > 1:
        wanted = f"one row of {category.category_id} that models a vehicle"
        raise LegFaultError("vehicle_code", f"{len(category.rows)} rows", wanted)
    _, row = category.rows[0]
    vehicle = factors.vehicle(row["vehicle_code"])
    for column in _UNUSED_BY_MODELS:
        if row[column] is not None and row[column] != "":
            wanted = f"nothing: {row['vehicle_code']} is modelled, and no amount is used"
            raise LegFaultError(column, row[column], wanted)
    if row["carrier_id"] and fuel_named(row["carrier_id"], factors) != vehicle.carrier_id:
        wanted = f"{vehicle.carrier_id}, the energy of {row['vehicle_code']}"
        raise LegFaultError("carrier_id", row["carrier_id"], wanted)
    if category.is_hub:
        raise LegFaultError("vehicle_code", row["vehicle_code"], "no vehicle in a hub")
    mode = category.one("mode", "")
    if mode and mode != vehicle.mode:
        wanted = f"{vehicle.mode}, the mode of {row['vehicle_code']}"
        raise LegFaultError("mode", mode, wanted)


def _check_teu(category: Category) -> None:
    """Refuse tonnes beside TEU: what is counted in the other unit would fall out of the sum."""
    for _, row in category.rows:
        for column in ("passengers", "passenger_km"):
            if row[column]:
                raise LegFaultError(column, row[column], "no passengers beside TEU-km")
        tonnes = row_activity(row, by_teu=False)
        if tonnes and not row_activity(row, by_teu=True):
            column = "activity_tkm" if row["activity_tkm"] else "mass_kg"
            raise LegFaultError(column, row[column], "TEU, as other rows of the category count")
        if row["throughput_t"] and not row["throughput_teu"]:
            wanted = "throughput_teu, as other rows of the category count"
            raise LegFaultError("throughput_t", row["throughput_t"], wanted)


def check_shared(names: Sequence[str], categories: Sequence[Category]) -> None:
    """Refuse energy shared by categories that cannot be added: they count different things.

    Raises
    ------
    LegFaultError
        if one is a model, or some are of tkm, TEU-km or hubs and others are not.
    """
    told = "|".join(names)
    unknown = [n for n in names if n not in {c.category_id for c in categories}]
    if unknown:
        raise LegFaultError("category_id", "|".join(unknown), "categories with rows of their own")
    if any(c.modelled for c in categories):
        raise LegFaultError("category_id", told, "no modelled category: it has no activity")
    if len({(c.is_hub, c.by_teu) for c in categories}) > 1:
        raise LegFaultError("category_id", told, "categories that count alike: tkm, TEU-km or t")


def check_blend(category: Category, factors: Factors) -> None:
    """Refuse more SAF in the tanks than its approval allows.

    The limit is by volume; densities of SAF are not in the factor set, so shares of energy stand
    in. At a limit of 50 % the two differ by about one point.

    Raises
    ------
    LegFaultError
        naming the share and the limit.
    """
    liquid = {name: mj for name, mj in category.burnt.energy_mj if name != ELECTRICITY}
    total = math.fsum(liquid.values())
    for name, mj in sorted(liquid.items()):
        if not name.startswith(SAF) or not mj:
            continue
        limit = factors.pathway(name.removeprefix(SAF)).blend_limit_volume_share
        if mj / total > limit * (1 + 1e-9):
            wanted = f"at most {limit:g} in the tanks (volume, here by energy); more can be booked"
            raise LegFaultError("carrier_id", f"{name}:{mj / total:.4g}", wanted)
