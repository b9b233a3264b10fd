"""Print places and chains as tables for people; numbers are rounded here and nowhere below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from app.console import open_console

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MODE_WORDS = {"iww": "barge", "road": "truck"}


def show_places(name: str, found: Sequence[Mapping[str, Any]]) -> None:
    """Print candidates for a name, the likeliest first."""
    if not found:
        open_console().print(escape(f"nothing like {name!r} is known"))
        return
    table = Table(title=escape(f"Places for {name!r}"), title_justify="left")
    for column in ("place", "country", "UN/LOCODE", "IATA", "position", "people", "because"):
        table.add_column(column, justify="right" if column == "people" else "left")
    for row in found:
        people = f"{row['population']:,}" if row["population"] else ""
        where = f"{row['name']}, {row['admin1']}" if row["admin1"] else row["name"]
        position = f"{row['lat']:.3f},{row['lon']:.3f}"
        cells = (where, row["country"], row["unlocode"], row["iata"], position, people, row["why"])
        table.add_row(*map(escape, cells))
    open_console().print(table)


def show_chains(document: Mapping[str, Any]) -> None:
    """Print the chains, cheapest first, then what is beaten or missing, and why."""
    tonnes = document["mass_kg"] / 1000
    ends = [document[end] for end in ("origin", "destination")]
    title = f"{ends[0]['name']} to {ends[1]['name']}, {tonnes:g} t ({document['conditions']})"
    table = Table(title=escape(title), title_justify="left")
    for column in ("", "EUR", "days", "kg CO2e", "way"):
        table.add_column(column, justify="left" if column in {"", "way"} else "right")
    for chain in (*document["chains"], *document["others"]):
        table.add_row(
            f"{chain['rank']} {', '.join(chain['marks'])}".strip(),
            f"{chain['cost_eur']:,.0f}",
            f"{chain['hours'] / 24:.1f}",
            f"{chain['kgco2e']:,.0f}",
            escape(_way(chain))
            + (f"\n[dim]{escape(chain['note'])}[/dim]" if chain["note"] else ""),
        )
    out = open_console()
    out.print(table)
    for gone in document["absent"]:
        out.print(escape(f"no {gone['family']}: {gone['why']}"))
    out.print(
        f"{len(document['chains'])} of {document['unbeaten']} unbeaten chains shown: near-"
        "duplicates, and those that gain next to nothing, are left out; "
        f"{document['hubs_searched']} hubs searched"
    )
    out.print("[dim]" + "; ".join(document["assumptions"][:2]) + "[/dim]")


def _way(chain: Mapping[str, Any]) -> str:
    parts = [chain["legs"][0]["origin_name"] or chain["legs"][0]["origin"]]
    for leg in chain["legs"]:
        mode = _MODE_WORDS.get(leg["mode"], leg["mode"])
        name = leg["destination_name"] or leg["destination"]
        passed = f" by {', '.join(leg['passages'])}" if leg["passages"] else ""
        mark = "~" if leg["evidence"] == "estimated" else ""
        parts.append(f"{mode} {mark}{leg['distance_km']:,.0f} km{passed} > {name}")
    return " > ".join(parts)
