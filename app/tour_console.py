"""Print tours as a table for people; numbers are rounded here and nowhere below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from app.console import open_console
from app.views.text import tours_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_COLUMNS = (
    "tour",
    "vehicle",
    "stops",
    "departs (UTC)",
    "returns (UTC)",
    "km",
    "EUR",
    "energy",
    "kg CO2e",
)


def show_tours(document: Mapping[str, Any], out: Path) -> None:
    """Print each tour, what is left and why, and how good the answer is known to be."""
    console, s = open_console(), document["summary"]
    table = Table(title="Tours", title_justify="left")
    for number, name in enumerate(_COLUMNS):
        table.add_column(name, justify="left" if number < 2 else "right")  # noqa: PLR2004
    for tour in document["tours"]:
        table.add_row(*_cells(tour))
    console.print(table)
    physical = s["physical_kgco2e"]
    kg = "no CO2e" if physical is None else f"{physical['wtw']:,.1f} kg CO2e physical"
    console.print(
        f"{tours_words(s['vehicles'])}, {s['distance_km']:,.1f} km, {s['cost']:,.2f} EUR, {kg}; "
        f"{s['stops']['served']} of {s['stops']['asked']} stops"
    )
    proof = "proven best" if s["objective"]["proven"] else "not proven: the gap is not known"
    console.print(f"{s['engine']}, by {s['objective']['mode']}: {proof}", markup=False)
    for u in document["unserved"]:
        words = f"unserved {u['stop_id']}: {u['reason']}; would need {u['would_need']}"
        console.print(words, markup=False)
    for line in (*document["assumptions"], *document["notes"]):
        console.print(f"assumption: {line}", markup=False)
    console.print(f"files in {out}", markup=False)


def _cells(tour: Mapping[str, Any]) -> tuple[str, ...]:
    calls = [v for v in tour["visits"] if v["kind"] in {"pickup", "delivery"}]
    energy = f"{tour['energy']:,.1f} {tour['energy_unit']}" if tour["energy"] is not None else "-"
    return (
        tour["tour_id"],
        escape(tour["vehicle_id"]),
        str(len(calls)),
        tour["departs_at"][:16].replace("T", " "),
        tour["returns_at"][:16].replace("T", " "),
        f"{tour['distance_km']:,.1f}",
        f"{tour['cost']:,.2f}",
        energy,
        f"{float(tour['wtw_kgco2e']):,.1f}",
    )
