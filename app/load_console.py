"""Print a load plan as a table for people; numbers are rounded here and nowhere below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from app.console import open_console
from app.views import load_tables, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_COLUMNS = ("unit", "code", "boxes", "kg", "m3", "volume", "payload", "floor", "length m", "LDM")
_NAMES = 2


def show_load(document: Mapping[str, Any], out: Path | None) -> None:
    """Print each unit, what found no place, and how good the answer is known to be."""
    console, s = open_console(), document["summary"]
    table = Table(title="Loaded units", title_justify="left")
    for number, name in enumerate(_COLUMNS):
        table.add_column(name, justify="left" if number < _NAMES else "right")
    for unit in document["units"]:
        table.add_row(*_cells(unit))
    console.print(table)
    console.print(
        f"{s['pieces']['loaded']:,} of {s['pieces']['asked']:,} boxes in {s['units']:,} units, "
        f"{s['mass_kg']:,.0f} kg, {s['volume_m3']:,.2f} m3"
    )
    console.print(load_tables.proof(s))
    for u in document["unplaced"]:
        words = (
            f"no place: {u['quantity']:,} x {u['piece_id']} of {u['shipment_id']}: {u['reason']}"
        )
        console.print(words, markup=False)
    for f in document["self_check"]:
        if f["verdict"] != "pass":
            console.print(f"{f['verdict']} {f['code']} {f['about']}: {f['message']}", markup=False)
    if out is not None:
        console.print(f"files in {out}", markup=False)


def _cells(unit: Mapping[str, Any]) -> tuple[str, ...]:
    share = unit["mass_share"]
    return (
        str(unit["unit_no"]),
        escape(unit["unit_code"]),
        f"{unit['pieces']:,}",
        f"{unit['mass_kg']:,.0f}",
        f"{unit['volume_m3']:,.2f}",
        text.percent(unit["volume_share"], 1),
        "not known" if share is None else text.percent(share, 1),
        text.percent(unit["floor_share"], 1),
        f"{unit['loading_metres']:.2f}",
        f"{unit['ldm']:.2f}",
    )


def show_pallets(document: Mapping[str, Any]) -> None:
    """Print the first stage in a line or two."""
    s = document["summary"]
    loose = sum(u["quantity"] for u in document["unplaced"])
    console = open_console()
    kinds = ", ".join(f"{n:,} x {code}" for code, n in s["units_by_code"].items())
    console.print(f"pallets: {kinds or 'none'} with {s['pieces']['loaded']:,} boxes", markup=False)
    if loose:
        console.print(f"{loose:,} pieces travel without a pallet")
