"""Rows and figures of a load plan for a screen: rounding only, no arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.views import text

if TYPE_CHECKING:
    from collections.abc import Mapping


def figures(summary: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the figures above the pictures, each with what it means."""
    pieces = summary["pieces"]
    return [
        {"label": "Units", "value": f"{summary['units']:,}", "note": proof(summary)},
        {
            "label": "Boxes",
            "value": f"{pieces['loaded']:,} of {pieces['asked']:,}",
            "note": f"{summary['mass_kg']:,.0f} kg, {summary['volume_m3']:,.2f} m³",
        },
        {
            "label": "Volume used",
            "value": text.percent(summary["volume_share"], 1),
            "note": "Of the inside of all units together.",
        },
        {
            "label": "Loading metres",
            "value": f"{summary['ldm']:,.2f}",
            "note": "Footprints on the floor over 2.4 m, by custom of the trade.",
        },
    ]


def proof(summary: Mapping[str, Any]) -> str:
    """Return how good the number of units, or what units of several kinds cost, is known to be."""
    cost, least_cost = summary.get("cost"), summary.get("least_cost")
    if cost is not None:
        if least_cost is None:
            return f"Costs {cost:,.2f}."
        if least_cost >= cost:
            return f"Costs {cost:,.2f}. Proven: no units on offer cost less."
        return f"Costs {cost:,.2f}. No units on offer cost less than {least_cost:,.2f}."
    if summary["proven_fewest"]:
        return "Proven: no fewer hold it."
    least = summary["least_units"]
    return "Not proven fewest." if least is None else f"Not proven fewest: at least {least:,}."


def unit_table(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one row per unit."""
    return [
        {
            "Unit": unit["unit_no"],
            "Kind": unit["unit_code"],
            "Boxes": unit["pieces"],
            "kg": round(unit["mass_kg"]),
            "m³": round(unit["volume_m3"], 2),
            "Volume": text.percent(unit["volume_share"], 1),
            "Payload": _share(unit["mass_share"]),
            "Floor": text.percent(unit["floor_share"], 1),
            "Length (m)": round(unit["loading_metres"], 2),
            "Loading metres": round(unit["ldm"], 2),
        }
        for unit in document["units"]
    ]


def _share(value: float | None) -> str:
    return "not known" if value is None else text.percent(value, 1)


def left_table(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what found no place, and why."""
    return [
        {
            "Shipment": u["shipment_id"],
            "Piece": u["piece_id"],
            "Boxes": u["quantity"],
            "Why": u["reason"],
        }
        for u in document["unplaced"]
    ]


def doubts(document: Mapping[str, Any]) -> list[str]:
    """Return what the self-check could not decide."""
    return [
        f"Not checked: {f['about']}: {f['message']}"
        for f in document["self_check"]
        if f["verdict"] == "unknown"
    ]
