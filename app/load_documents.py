"""Write a load plan as one JSON document and as the rows of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.documents import software_version
from data.units import G_PER_KG, MM3_PER_M3
from optimizer.loading.figures import figures_of
from optimizer.loading.order import unloading_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.findings import Report
    from data.tables import Row
    from optimizer.loading.figures import Figures, StopWeight
    from optimizer.loading.geometry import Cut, Item, LoadedUnit, LoadPlan, Rules

SCHEMA = "greenlane/load/1"


def load_document(
    plan: LoadPlan, rules: Rules, report: Report, basis: Mapping[str, Any]
) -> dict[str, Any]:
    """Return all of a load plan; `basis` says what it was made from and how."""
    shipments = {name: n for n, name in enumerate(dict.fromkeys(i.shipment_id for i in plan.items))}
    figures = [figures_of(plan.items, unit) for unit in plan.units]
    return {
        "schema": SCHEMA,
        "summary": _summary(plan, figures),
        "items": [_item(item, shipments[item.shipment_id]) for item in plan.items],
        "units": [
            _unit(plan.items, number, unit, found)
            for number, (unit, found) in enumerate(zip(plan.units, figures, strict=True), start=1)
        ],
        "unplaced": [_unplaced(plan.items[i], n, why) for i, n, why in plan.unplaced],
        "rules": {
            "support_percent": rules.support_percent,
            "unload_in_order": rules.unload_in_order,
            "apart": sorted(list(pair) for pair in rules.apart),
        },
        "self_check": [
            {"code": f.code, "verdict": str(f.verdict), "about": f.about, "message": f.message}
            for f in report.findings
        ],
        "basis": {**basis, "software": software_version()},
    }


def _summary(plan: LoadPlan, figures: Sequence[Figures]) -> dict[str, Any]:
    asked = sum(item.quantity for item in plan.items)
    loaded = sum(f.pieces for f in figures)
    inside = sum(unit.interior.volume_mm3 for unit in plan.units)
    volume = sum(f.volume_mm3 for f in figures)
    kinds: dict[str, int] = {}
    for unit in plan.units:
        kinds[unit.interior.unit_code] = kinds.get(unit.interior.unit_code, 0) + 1
    proven = (
        plan.least_units is not None and not plan.unplaced and len(plan.units) == plan.least_units
    )
    return {
        "units": len(plan.units),
        "units_by_code": dict(sorted(kinds.items())),
        "least_units": plan.least_units,
        "proven_fewest": proven,
        "cost": None if plan.cost is None else plan.cost / 1000,
        "least_cost": None if plan.least_cost is None else plan.least_cost / 1000,
        "pieces": {"asked": asked, "loaded": loaded, "left": asked - loaded},
        "mass_kg": _kg(sum(f.mass_g for f in figures)),
        "volume_m3": _m3(volume),
        "volume_share": _share(volume / inside) if inside else None,
        "ldm": round(sum(f.ldm for f in figures), 3),
    }


def _item(item: Item, colour: int) -> dict[str, Any]:
    return {
        "shipment_id": item.shipment_id,
        "piece_id": item.item_id,
        "quantity": item.quantity,
        "size_mm": list(item.size_mm),
        "mass_kg": _kg(item.mass_g),
        "stop_no": item.stop,
        "group": item.group or None,
        "colour": colour,
    }


def _unit(items: Sequence[Item], number: int, unit: LoadedUnit, f: Figures) -> dict[str, Any]:
    inside, leaves = unit.interior, unloading_order(items, unit.placements)
    supports = inside.supports
    return {
        "unit_no": number,
        "unit_code": inside.unit_code,
        "inside_mm": list(inside.size_mm),
        "cuts_mm": [_line(cut, inside.size_mm) for cut in inside.cuts],
        "blocks_mm": [list(block) for block in inside.blocks],
        "payload_kg": None if inside.payload_g is None else _kg(inside.payload_g),
        "supports_mm": None if supports is None else [supports.front_mm, supports.rear_mm],
        "rear_only": inside.rear_only,
        "pieces": f.pieces,
        "mass_kg": _kg(f.mass_g),
        "volume_m3": _m3(f.volume_mm3),
        "volume_share": _share(f.volume_share),
        "mass_share": None if f.mass_share is None else _share(f.mass_share),
        "floor_share": _share(f.floor_share),
        "loading_metres": round(f.loading_metres, 3),
        "ldm": round(f.ldm, 3),
        "boxes": [[*p, step] for step, p in enumerate(unit.placements, start=1)],
        "unload": [step + 1 for step in leaves],
        "stops": [_stop(weight, unit) for weight in f.stops],
    }


def _line(cut: Cut, size: Sequence[int]) -> list[list[float]]:
    """Return where a cut's line enters and leaves the cross-section, as (y, z)."""
    a, b, most = cut
    _, wide, high = size
    at_walls = [(float(y), (most - a * y) / b) for y in (0, wide) if b]
    at_levels = [((most - b * z) / a, float(z)) for z in (0, high) if a]
    ends = sorted(
        [round(y, 1), round(z, 1)]
        for y, z in (*at_walls, *at_levels)
        if 0 <= y <= wide and 0 <= z <= high
    )
    return [ends[0], ends[-1]]


def _stop(weight: StopWeight, unit: LoadedUnit) -> dict[str, Any]:
    supports = unit.interior.supports
    centre = weight.centre_mm
    return {
        "after_stop": weight.after_stop,
        "pieces": weight.pieces,
        "mass_kg": _kg(weight.mass_g),
        "centre_mm": None if centre is None else [round(c, 1) for c in centre],
        "front_kg": None if weight.front_g is None else _kg(weight.front_g),
        "front_max_kg": _limit(None if supports is None else supports.front_max_g),
        "rear_kg": None if weight.rear_g is None else _kg(weight.rear_g),
        "rear_max_kg": _limit(None if supports is None else supports.rear_max_g),
    }


def _unplaced(item: Item, number: int, why: str) -> dict[str, Any]:
    return {
        "shipment_id": item.shipment_id,
        "piece_id": item.item_id,
        "quantity": number,
        "reason": why,
    }


def _limit(grams: int | None) -> float | None:
    return None if grams is None else _kg(grams)


def _kg(grams: float) -> float:
    return round(grams / G_PER_KG, 3)


def _m3(mm3: float) -> float:
    return round(mm3 / MM3_PER_M3, 6)


def _share(value: float) -> float:
    return round(value, 6)


# --- rows -----------------------------------------------------------------------------------------


def unit_rows(document: Mapping[str, Any]) -> list[Row]:
    """Return one row per unit."""
    keys = (
        "unit_no", "unit_code", "pieces", "mass_kg", "volume_m3", "volume_share", "mass_share",
        "floor_share", "loading_metres", "ldm",
    )  # fmt: skip
    rows = []
    for unit in document["units"]:
        centre = unit["stops"][0]["centre_mm"] or [None, None, None]
        names = ("centre_x_mm", "centre_y_mm", "centre_z_mm")
        rows.append({k: unit[k] for k in keys} | dict(zip(names, centre, strict=True)))
    return rows


def placement_rows(document: Mapping[str, Any]) -> list[Row]:
    """Return one row per box, in the order of loading."""
    return [
        _placement(document["items"][box[0]], unit, box)
        for unit in document["units"]
        for box in unit["boxes"]
    ]


def _placement(item: Mapping[str, Any], unit: Mapping[str, Any], box: Sequence[int]) -> Row:
    names = ("x_mm", "y_mm", "z_mm", "dx_mm", "dy_mm", "dz_mm")
    return {
        "unit_no": unit["unit_no"],
        "step": box[7],
        "shipment_id": item["shipment_id"],
        "piece_id": item["piece_id"],
        **dict(zip(names, box[1:7], strict=True)),
        "mass_kg": item["mass_kg"],
        "stop_no": item["stop_no"],
        "unload_step": unit["unload"].index(box[7]) + 1,
    }


def stop_rows(document: Mapping[str, Any]) -> list[Row]:
    """Return one row per unit and stop."""
    keys = ("after_stop", "pieces", "mass_kg", "front_kg", "front_max_kg", "rear_kg", "rear_max_kg")
    rows = []
    for unit in document["units"]:
        for stop in unit["stops"]:
            x, y, _ = stop["centre_mm"] or (None, None, None)
            row = {"unit_no": unit["unit_no"], "centre_x_mm": x, "centre_y_mm": y}
            rows.append(row | {k: stop[k] for k in keys})
    return rows
