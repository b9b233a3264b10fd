"""Print footprints, mappings of columns and factor sets as tables for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.table import Table

from app.console import open_console
from app.footprint_files import summary_of, total_rows
from data.units import MG_PER_KG

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.footprints import FootprintResult
    from data.dialects import RawTable
    from data.layouts import Proposal
    from emissions.differences import Comparison

_MOST_SHIPMENTS = 20
_SAMPLE = 3


def show_footprint(result: FootprintResult, *, as_json: bool) -> None:
    """Print an inventory by mode, by shipment and in total, and what it rests on."""
    inventory, console = result.inventory, open_console()
    summary = summary_of(result)
    if as_json:
        low, high = summary["interval_kgco2e"]
        told = summary | {
            "physical_kgco2e": summary["physical_kgco2e"]["wtw"],
            "market_based_kgco2e": summary["market_based_kgco2e"]["wtw"],
            "physical": summary["physical_kgco2e"],
            "market_based": summary["market_based_kgco2e"],
            "interval_kgco2e": {"low": low, "high": high},
            "by_shipment_kgco2e": {m: e.wtw_kgco2e for m, e in inventory.by("shipment_id").items()},
            "gas_set_shares": summary["gas_sets"],
            "legs": len(inventory.lines),
            "refused": len(result.refused),
        }
        console.print(json.dumps(told, sort_keys=True), markup=False, soft_wrap=True)
        return
    table = Table(title="Footprint, well-to-wheel", title_justify="left")
    table.add_column("mode")
    for name in ("WTT", "TTW", "WTW"):
        table.add_column(f"{name} kg CO2e", justify="right")
    for mode, e in [*inventory.by("mode").items(), ("all", inventory.physical)]:
        ttw, wtt = e.ttw_mg / MG_PER_KG, e.wtt_mg / MG_PER_KG
        table.add_row(mode, f"{wtt:,.3f}", f"{ttw:,.3f}", f"{e.wtw_kgco2e:,.3f}")
    console.print(table)
    _show_shipments(result, console)
    for line in _told(result, summary):
        console.print(line, markup=False)


def _show_shipments(result: FootprintResult, console: Any) -> None:  # noqa: ANN401  (rich)
    rows = total_rows(result)
    if not 1 < len(rows) <= _MOST_SHIPMENTS:
        return
    table = Table(title="Shipments", title_justify="left")
    table.add_column("shipment")
    for name in ("tkm", "WTW kg CO2e", "low to high", "g per tkm", "tier", "status"):
        table.add_column(name, justify="right")
    for row in rows:
        rate = row["kgco2e_per_tkm"]
        table.add_row(
            row["shipment_id"],
            f"{row['activity_tkm']:,.1f}",
            f"{float(row['wtw_kgco2e']):,.3f}",
            f"{float(row['low_kgco2e']):,.0f} to {float(row['high_kgco2e']):,.0f}",
            "-" if rate is None else f"{1000 * rate:,.1f}",
            str(row["quality_tier"]),
            row["status"],
        )
    console.print(table)


def _told(result: FootprintResult, summary: Mapping[str, Any]) -> Iterable[str]:
    counts, inventory = summary["rows"], result.inventory
    yield (
        f"{len(inventory.lines)} legs of {summary['shipments']} shipments; rows: "
        f"{counts['ok']} ok, {counts['warned']} warned, {counts['refused']} refused"
    )
    low, high = summary["interval_kgco2e"]
    yield (
        f"physical {inventory.physical.wtw_kgco2e:,.3f} kg CO2e ({low:,.0f} to {high:,.0f}), "
        f"market-based {inventory.market_based.wtw_kgco2e:,.3f} kg CO2e"
    )
    memos = [
        f"{label} {value:,.3f} kg"
        for label, value in (
            ("biogenic CO2", summary["biogenic_kgco2"]),
            ("radiative forcing of flights", summary["rf_memo_kgco2e"]),
        )
        if value
    ]
    if memos:
        yield f"outside the total: {', '.join(memos)}"
    shares = ", ".join(f"{100 * s:.1f} % {n}" for n, s in summary["data_shares"].items() if s)
    yield f"data by emissions: {shares or 'none'}"
    yield f"factor set {inventory.factor_set}, {summary['basis']}"
    if lacking := summary["incomplete_shipments"]:
        yield f"incomplete shipments: {', '.join(lacking[:_MOST_SHIPMENTS])}"
    notes: dict[str, tuple[int, str]] = {}
    for found in result.intake.notes().values():
        for note in found:
            if note.severity == "warned":
                count, first = notes.get(note.code, (0, note.message))
                notes[note.code] = (count + 1, first)
    for code, (count, first) in sorted(notes.items()):
        yield f"warned: {code} in {count} rows, such as: {first}"


def show_proposal(raw: RawTable, proposal: Proposal) -> None:
    """Print how columns are read, with the first values of each, and what is still open."""
    console = open_console()
    table = Table(title=f"{raw.file}: layout {proposal.layout}", title_justify="left")
    for name in ("our column", "their column", "unit", "leg", "first values"):
        table.add_column(name)
    for b in proposal.mapping.bindings:
        at = raw.header.index(b.source) if b.source in raw.header else None
        shown = "" if at is None else " | ".join(row[at] for row in raw.rows[:_SAMPLE])
        target = f"{b.target}.{b.part}" if b.part else b.target
        table.add_row(target, b.source, b.unit, str(b.leg or ""), shown[:60])
    console.print(table)
    for text in proposal.told:
        console.print(text, markup=False)
    for name in proposal.unmapped:
        console.print(f"not used: {name}", markup=False)
    for question in proposal.questions:
        kind = "wanted" if question.blocking else "open"
        console.print(f"{kind}: {question.target}: {question.message}", markup=False)


def show_sets(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print factor sets."""
    console, table = open_console(), Table(title="Factor sets", title_justify="left")
    for name in ("set", "TOCs", "HOCs", "fuels", "grids", "vehicles", "sha256"):
        table.add_column(name)
    for r in rows:
        name = f"{r['set']} (default)" if r["default"] else r["set"]
        counts = (r[k] for k in ("tocs", "hocs", "energy_carriers", "grids", "vehicles"))
        table.add_row(name, *map(str, counts), r["sha256"][:16])
    console.print(table)


def show_explanation(found: Comparison) -> None:
    """Print why two footprints differ: in total, and shipment by shipment."""
    console = open_console()
    console.print(found.total.words, markup=False)
    for one in found.shipments[:_MOST_SHIPMENTS]:
        console.print(one.words, markup=False)
    if len(found.shipments) > _MOST_SHIPMENTS:
        console.print(f"and {len(found.shipments) - _MOST_SHIPMENTS} more shipments")
