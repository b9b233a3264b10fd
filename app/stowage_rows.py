"""Write how pieces stand in the units of a plan: rows of its tables, documents for its pictures."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from app.load_documents import load_document, placement_rows, unit_rows
from optimizer.loading.validate import validate
from optimizer.stowing import RULES, dock_effort

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.tables import Row
    from optimizer.plan import Plan

MOST_PICTURES = 40  # departures with a page of their own; the tables hold all
_MOST_BOXES = 20_000  # in the document of a plan; a reader of more takes the tables


def stowage_documents(plan: Plan, input_sha256: str) -> dict[str, Any]:
    """Return the load plan of each departure whose pieces were placed, by departure."""
    found: dict[str, Any] = {}
    for stowed in sorted(plan.stowed, key=lambda s: s.departure_id):
        if stowed.plan is None:
            continue
        basis = {
            "departure_id": stowed.departure_id,
            "effort": dock_effort(plan.effort),
            "seed": plan.seed,
            "input_sha256": input_sha256,
        }
        report = validate(stowed.plan, RULES)
        found[stowed.departure_id] = load_document(stowed.plan, RULES, report, basis)
    return found


def stowage_rows(plan: Plan, documents: Mapping[str, Any]) -> dict[str, list[Row]]:
    """Return the rows of each table of loads that has any."""
    spare = [
        {
            "departure_id": x.departure_id,
            "pallets": x.pallets,
            "opens_units": x.opens,
            "cost": f"{x.eur:.2f}",
            "wtw_kgco2e": round(x.physical_kgco2e, 6),
        }
        for x in plan.spares
    ]
    merges = [
        {
            "dropped": m.dropped,
            "kept": m.kept,
            "shipments": m.moved,
            "later_h": "|".join(f"{hours:g}" for hours in m.later_h),
            "units_saved": m.units,
            "saves": f"{m.saves_eur:.2f}",
            "saves_wtw_kgco2e": round(m.saves_kgco2e, 6),
        }
        for m in plan.merges
    ]
    rows = {
        "stowed_units": _with_departure(documents, unit_rows),
        "stowed_pieces": _with_departure(documents, placement_rows),
        "room_left": spare,
        "merges": merges,
    }
    return {name: found for name, found in rows.items() if found}


def stowage_parts(plan: Plan, input_sha256: str) -> dict[str, Any]:
    """Return what the document of a plan says of its loads: nothing where nothing was placed."""
    documents = stowage_documents(plan, input_sha256)
    rows = stowage_rows(plan, documents)
    drawn, boxes = {}, 0
    for name, document in documents.items():
        boxes += document["summary"]["pieces"]["loaded"]
        if boxes <= _MOST_BOXES:
            drawn[name] = document
    merges = [m | {"shipments": list(m["shipments"])} for m in rows.get("merges", ())]
    parts = {
        "stowage": drawn,
        "stowage_left_out": sorted(set(documents) - set(drawn)),  # the tables hold them
        "room_left": rows.get("room_left", []),
        "merges": merges,
    }
    return {name: part for name, part in parts.items() if part}


def _with_departure(documents: Mapping[str, Any], rows_of: Any) -> list[Row]:  # noqa: ANN401
    return [
        {"departure_id": name} | row
        for name, document in documents.items()
        for row in rows_of(document)
    ]


def picture_name(departure_id: str) -> str:
    """Return the name of the page of a departure's load: plain on every file system.

    >>> picture_name("RD-EV40@2023-06-05T02:00Z")
    'load_RD-EV40_2023-06-05T0200Z.html'
    """
    plain = re.sub(r"[^A-Za-z0-9._-]", "", departure_id.replace("@", "_"))
    if len(plain) < len(departure_id.replace(":", "")):  # two names must not become one
        plain += "-" + hashlib.sha256(departure_id.encode()).hexdigest()[:8]
    return f"load_{plain}.html"
