"""Verbs that look at the world network: places by name, chains between two of them."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  (Typer reads annotations)
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Closed = Annotated[
    list[str] | None,
    typer.Option("--close", help="Passage or link to close, such as suez; may be repeated."),
]


def places(
    name: Annotated[str, typer.Argument(help="IATA, UN/LOCODE, `City, CC`, `lat,lon` or a name.")],
    limit: Annotated[int, typer.Option(help="Most candidates shown.")] = 10,
    as_json: AsJson = False,
) -> int:
    """Show which place a name means, or what it may mean: the likeliest first."""
    from app import ways  # noqa: PLC0415  (so that --help answers at once)
    from app.tools import open_tools  # noqa: PLC0415
    from app.world_console import show_places  # noqa: PLC0415

    found = ways.find_places(open_tools(), name, limit)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, sort_keys=True))
    else:
        show_places(name, found)
    return 0 if found else 1


def chains(  # noqa: PLR0913  (the options of the verb)
    origin: Annotated[str, typer.Argument(help="Where it starts: as in `greenlane places`.")],
    destination: Annotated[str, typer.Argument(help="Where it ends.")],
    mass_kg: Annotated[float, typer.Option("--mass", help="kg to carry.")] = 10_000.0,
    close: Closed = None,
    close_country: Annotated[
        list[str] | None, typer.Option(help="Country that freight may not enter.")
    ] = None,
    close_airspace: Annotated[
        list[str] | None, typer.Option(help="Country not to be overflown.")
    ] = None,
    draft: Annotated[float | None, typer.Option(help="Draft of the ships, m.")] = None,
    beam: Annotated[float | None, typer.Option(help="Beam of the ships, m.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for JSON, CSV, GeoJSON and map.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Find the chains between two places that no other beats in cost, hours and CO2e together."""
    from app import ways  # noqa: PLC0415
    from app.tools import open_tools  # noqa: PLC0415
    from app.world_console import show_chains  # noqa: PLC0415
    from optimizer.scenarios import Closures  # noqa: PLC0415

    closures = Closures(
        passages=tuple(close or ()),
        countries=tuple(close_country or ()),
        airspace=tuple(close_airspace or ()),
        ship_draft_m=draft,
        ship_beam_m=beam,
    )
    tools = open_tools()
    document = ways.chains_document(tools, origin, destination, mass_kg=mass_kg, closures=closures)
    for note in ways.open_world(tools).legs.notes:
        typer.echo(note, err=True)
    if out is not None:
        ways.save_chains(document, out, tools)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False, sort_keys=True))
    else:
        show_chains(document)
    return 0
