"""Print results as tables for people; numbers are rounded here and nowhere below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from app.views import stowage
from data.findings import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from data.findings import Report

_MOST_LEVERS = 5
_PRICED = {"lateness EUR": "lateness_eur", "left behind (penalty) EUR": "left_penalty_eur"}
_SURE = 0.9  # of being in time, to be counted as such


def open_console() -> Console:
    """Return where to print: as wide as the terminal, or of a fixed width in a file."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=140)


def _kg(value: float) -> str:
    return f"{value:,.0f}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def show_comparison(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print plans side by side; the three columns stay three columns."""
    table = Table(title="Scenarios side by side", title_justify="left")
    table.add_column("scenario")
    # Prices that nobody pays stand apart, and only where there are any.
    priced = {title: key for title, key in _PRICED.items() if any(row[key] > 0 for row in rows)}
    for name in (
        "cost EUR",
        *priced,
        "mean days",
        "physical kg CO2e",
        "market-based kg CO2e",
        "offsets t",
        "neat SAF kg",
        "load mass",
        "load volume",
        "served",
        "gap",
    ):
        table.add_column(name, justify="right")
    for row in rows:
        days = "-" if row["mean_days"] is None else f"{row['mean_days']:.1f}"
        table.add_row(
            row["title"],
            f"{row['paid_eur']:,.0f}",
            *(f"{row[key]:,.0f}" for key in priced.values()),
            days,
            _kg(row["physical_kgco2e"]),
            _kg(row["market_based_kgco2e"]),
            str(row["offsets_t"]),
            _kg(row["saf_kg"]),
            _percent(row["load_mass"]),
            _percent(row["load_volume"]),
            f"{row['planned']}/{row['planned'] + row['unserved']}",
            f"{100 * row['gap']:.2f} %",
        )
    open_console().print(table)


def show_plan(document: Mapping[str, Any], out: Path) -> None:
    """Print one plan: what it costs and emits, what was proven, what could still be bought."""
    console, s = open_console(), document["summary"]
    show_comparison([_row(document)])
    low, high = s["interval_kgco2e"]["low"], s["interval_kgco2e"]["high"]
    console.print(
        f"physical interval {_kg(low)} to {_kg(high)} kg CO2e; factors {s['factor_basis']}"
    )
    shares = ", ".join(f"{m} {_percent(p)}" for m, p in s["mode_shares"].items())
    console.print(f"physical CO2e by mode: {shares}")
    show_punctuality(document["punctuality"])
    show_loads(document)
    if document.get("frontier_stopped"):
        console.print(f"frontier: stopped, {len(document['frontier'])} points kept")
    for u in document["unserved"]:
        console.print(
            f"unserved {u['shipment_id']}: {u['reason']}; would need {u['would_need']}",
            markup=False,
        )
    show_levers(document)
    for assumption in document["assumptions"]:
        console.print(f"assumption: {assumption}", markup=False)
    console.print(f"files in {out}", markup=False)


def show_punctuality(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print how sure the arrivals are, the least sure by name."""
    known = [row for row in rows if row["on_time_probability"] is not None]
    if not known:
        return
    sure = sum(row["on_time_probability"] >= _SURE for row in known)
    least = min(known, key=lambda row: (row["on_time_probability"], row["shipment_id"]))
    open_console().print(
        f"on time with {100 * _SURE:.0f} % or more: {sure} of {len(rows)} shipments; least sure "
        f"{least['shipment_id']}, {_percent(least['on_time_probability'])}",
        markup=False,
    )


def show_loads(document: Mapping[str, Any]) -> None:
    """Print how far pieces have their places, what one more pallet costs, and who could wait."""
    if not document.get("stowage"):
        return
    console = open_console()
    console.print(f"loads: {stowage.coverage(document)}", markup=False)
    free = [x for x in document.get("room_left", ()) if not x["opens_units"]]
    if free:
        eur = sorted(float(x["cost"]) for x in free)
        kg = sorted(x["wtw_kgco2e"] for x in free)
        pallets = sum(x["pallets"] for x in free)
        console.print(
            f"room left: {pallets} pallets on {len(free)} departures; one more costs {eur[0]:,.0f} "
            f"to {eur[-1]:,.0f} EUR and emits {kg[0]:,.1f} to {kg[-1]:,.1f} kg CO2e there",
            markup=False,
        )
    for line in stowage.merges_in_words(document):
        console.print(f"could be one: {line}", markup=False)


def show_levers(document: Mapping[str, Any]) -> None:
    """Print what the planner could still buy, cheapest per tonne first."""
    levers = document["levers"][:_MOST_LEVERS]
    if not levers:
        return
    table = Table(title="What could still be bought", title_justify="left")
    table.add_column("measure")
    for name in ("saves kg CO2e", "costs EUR", "EUR per t"):
        table.add_column(name, justify="right")
    for x in levers:
        table.add_row(
            f"{x['kind']}: {x['text']}",
            _kg(x["saves_kgco2e"]),
            f"{x['costs_eur']:,.0f}",
            f"{x['eur_per_t']:,.0f}",
        )
    open_console().print(table)


def _row(document: Mapping[str, Any]) -> dict[str, Any]:
    from app.workflow import compare  # noqa: PLC0415

    return compare({document["scenario"]["name"]: document})[0]


def show_statement(statement: Mapping[str, Any], self_check: Report) -> None:
    """Print the three columns and what the self-check found."""
    console, columns = open_console(), statement["columns"]
    table = Table(title="Statement", title_justify="left")
    for name in ("physical", "market-based", "offsets retired"):
        table.add_column(f"{name}, kg CO2e", justify="right")
    table.add_row(
        columns["physical"]["wtw_kgco2e"],
        columns["market_based"]["wtw_kgco2e"],
        columns["offsets"]["retired_kgco2e"],
    )
    console.print(table)
    console.print(
        f"residual {statement['residual_kgco2e']} kg CO2e; factors {statement['factor_basis']}",
        markup=False,
    )
    for f in self_check.findings:
        if f.verdict is Verdict.PASS:
            continue
        mark = "note" if f.severity is Severity.WARNING else str(f.verdict)
        console.print(f"{mark:8}{f.code:9}{f.message}", markup=False)
    passed = sum(f.verdict is Verdict.PASS for f in self_check.findings)
    word = "conforms" if self_check.ok else "does not conform"
    standard = statement["declaration"]["standard"]
    console.print(
        f"self-check: {passed} of {len(self_check.findings)} findings pass; "
        f"the declaration {word} to profile {standard}",
        markup=False,
    )


def show_sources(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print every table with its sources and licences."""
    table = Table(title="Sources", title_justify="left")
    for name in ("table", "source", "publisher", "title", "edition", "licence", "read"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(str(row[k]) for k in _SOURCE_KEYS))
    open_console().print(table)


_SOURCE_KEYS = ("table", "source_id", "publisher", "title", "edition", "licence", "read")
