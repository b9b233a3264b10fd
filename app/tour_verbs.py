"""The verb that plans first- and last-mile tours."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003  (Typer reads annotations)
from typing import Annotated

import typer


def tours(  # noqa: PLR0913  (the options of the verb)
    folder: Annotated[Path, typer.Argument(help="Folder with stops, vehicles, maybe chargers.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for tours, legs and map.")],
    engine: Annotated[str, typer.Option(help="ortools, pyvrp or exact.")] = "ortools",
    objective: Annotated[
        str, typer.Option(help="cost, or vehicles: fewest, then least km.")
    ] = "cost",
    recharge: Annotated[str, typer.Option(help="full, or partial: as much as needed.")] = "full",
    effort: Annotated[str, typer.Option(help="small, normal, large or steps.")] = "normal",
    seed: Annotated[int, typer.Option(help="Seed of the search.")] = 1,
    time_limit: Annotated[
        float | None, typer.Option(help="Seconds; the answer then depends on the machine.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 if any row was refused.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> int:
    """Plan milk runs: pick-ups and deliveries with windows, capacities and electric range."""
    from app.tools import open_tools  # noqa: PLC0415  (so that --help answers at once)
    from app.tour_console import show_tours  # noqa: PLC0415
    from app.tour_desk import make_tours, save_tours  # noqa: PLC0415
    from optimizer.tours.engine import Effort  # noqa: PLC0415

    tools = open_tools()
    done = make_tours(
        folder,
        tools,
        engine=engine,
        objective=objective,
        recharge=recharge,
        effort=Effort(name=effort, seed=seed, time_limit_s=time_limit),
        report=lambda text: typer.echo(f"  tours: {text}", err=True),
    )
    save_tours(done, out, tools)
    for fault in done.intake.refused:
        typer.echo(f"refused: {fault}", err=True)
    for column in done.intake.unknown_columns:
        typer.echo(f"unknown column, ignored: {column}", err=True)
    if as_json:
        typer.echo(json.dumps(done.document["summary"], sort_keys=True))
    else:
        show_tours(done.document, out)
    return 1 if strict and done.intake.refused else 0
