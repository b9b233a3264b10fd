"""The verb that plans loads."""

from __future__ import annotations

import json
import os
from pathlib import Path  # noqa: TC003  (Typer reads annotations)
from typing import Annotated

import typer


def _content(file: Path) -> bytes:
    from data.errors import DataError  # noqa: PLC0415

    try:
        return file.read_bytes()
    except OSError as error:
        raise DataError(f"{file}: {error.strerror or error}") from None


def load(  # noqa: PLR0913  (the options of the verb)
    pieces: Annotated[Path, typer.Argument(help="Pieces to load: pieces.csv, XLSX or Parquet.")],
    unit: Annotated[
        list[str],
        typer.Option(help="Unit on offer, CODE, CODE:COST or CODE:COST:MOST; may be repeated."),
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for placements, picture, weights.")
    ] = None,
    support: Annotated[
        int, typer.Option(help="Least share of a base that is supported, percent.")
    ] = 75,
    any_order: Annotated[
        bool, typer.Option("--any-order", help="Stops need not be unloaded in order.")
    ] = False,
    apart: Annotated[
        list[str] | None, typer.Option(help="Two codes never in one unit, A:B; may be repeated.")
    ] = None,
    pallet: Annotated[
        str, typer.Option(help="Stack pieces on pallets first: CODE, or CODE:HEIGHT in mm.")
    ] = "",
    effort: Annotated[str, typer.Option(help="small, normal or large.")] = "normal",
    seed: Annotated[int, typer.Option(help="Seed of the search.")] = 1,
    threads: Annotated[
        int, typer.Option(min=0, help="Default the cores; the plan is the same.")
    ] = 0,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 if a row was refused or a box has no place.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> int:
    """Load pieces into units: which box stands where, in which order, and what each axle bears."""
    from app.load_console import show_load, show_pallets  # noqa: PLC0415  (so that --help answers at once)
    from app.load_desk import LoadQuestion, make_load, save_load  # noqa: PLC0415
    from app.tools import open_tools  # noqa: PLC0415

    question = LoadQuestion(
        name=pieces.name,
        content=_content(pieces),
        units=tuple(unit),
        support_percent=support,
        unload_in_order=not any_order,
        apart=tuple(apart or ()),
        effort=effort,
        seed=seed,
        pallet=pallet,
    )
    done = make_load(
        question,
        open_tools(),
        threads=threads or os.cpu_count() or 1,
        report=lambda text: typer.echo(f"  load: {text}", err=True),
    )
    if out is not None:
        save_load(done, out)
    for fault in done.pieces.refused:
        typer.echo(f"refused: {fault}", err=True)
    for column in done.pieces.unknown_columns:
        typer.echo(f"unknown column, ignored: {column}", err=True)
    if as_json:
        typer.echo(json.dumps(done.document["summary"], sort_keys=True))
    else:
        if done.pallets is not None:
            show_pallets(done.pallets)
        show_load(done.document, out)
    return 1 if strict and (done.pieces.refused or done.plan.unplaced) else 0
