"""Say in rows and sentences how the units of a plan are loaded, and what room they have left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.views.told import told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.tables import Row

    Document = Mapping[str, Any]

_MOST_MERGES = 5
_SOON_H = 1e-9


def departures_of(document: Document) -> dict[str, str]:
    """Return the departures whose pieces were placed, with words for each, first to leave first."""
    names, placed = told(document), document.get("stowage", {})
    found = {}
    for use in document["departures_used"]:
        name = use["departure_id"]
        if name in placed:
            units = len(placed[name]["units"])
            when, way = use["departs_at"][:16].replace("T", " "), names.way([use["service_id"]])
            found[name] = f"{when} UTC, {way}: {units} x {use['unit_code']}"
    return found


def coverage(document: Document) -> str:
    """Return for how many departures pieces were placed, and why not for the others."""
    uses = document["departures_used"]
    blank = [use["not_placed"] for use in uses if use.get("not_placed")]
    if not blank:
        return f"Each piece has its place on all {len(uses)} departures."
    reasons = "; ".join(sorted(set(blank))[:3])
    return (
        f"Pieces are placed on {len(uses) - len(blank)} of {len(uses)} departures; elsewhere loads "
        f"are by mass and volume alone, unproven: {reasons}."
    )


def room_for_screen(document: Document) -> list[Row]:
    """Return what one more pallet would cost and emit on each departure with units of its own."""
    words = departures_of(document)
    return [
        {
            "Departure": words.get(x["departure_id"], x["departure_id"]),
            "Pallets that still fit": x["pallets"],
            "Units the first opens": x["opens_units"],
            "The first costs (EUR)": float(x["cost"]),
            "The first emits (kg CO₂e)": x["wtw_kgco2e"],
        }
        for x in document.get("room_left", ())
    ]


def merges_in_words(document: Document) -> list[str]:
    """Return which departures would do with fewer units, and which due dates would have to move."""
    return [_merge(m) for m in document.get("merges", ())[:_MOST_MERGES]]


def _merge(m: Mapping[str, Any]) -> str:
    later = [
        f"{name} due {float(hours):.1f} h later"
        for name, hours in zip(m["shipments"], str(m["later_h"]).split("|"), strict=True)
        if float(hours) > _SOON_H
    ]
    moved = ", ".join(later) if later else "no due date moves"
    return (
        f"{m['dropped']} could wait for {m['kept']}: {m['units_saved']} unit(s), "
        f"{float(m['saves']):,.0f} EUR and {m['saves_wtw_kgco2e']:,.0f} kg CO2e less; {moved}"
    )
