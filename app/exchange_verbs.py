"""Verbs of the exchange with others: footprints as iLEAP objects, and a small server for them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003  (Typer reads annotations)
from typing import Annotated

import typer

from data.errors import GreenlaneError

_DONE = 0


def exchange(  # noqa: PLR0913  (what an envelope says)
    source: Annotated[
        Path, typer.Argument(help="Folder of a footprint or a plan; or JSON, with --read.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the result.")],
    read: Annotated[
        bool,
        typer.Option("--read", help="Read iLEAP JSON, a file or a folder of it, into tables."),
    ] = False,
    company: Annotated[str, typer.Option(help="Who publishes.")] = "",
    company_id: Annotated[str, typer.Option(help="URN of the company.")] = "",
    created: Annotated[str, typer.Option(help="Time of publication, ISO 8601 with offset.")] = "",
    period: Annotated[
        str, typer.Option(help="START/END of the period, ISO 8601 with offset.")
    ] = "",
    mix: Annotated[
        list[str] | None,
        typer.Option(help="CATEGORY=diesel:0.2,electricity@DE:0.8, where no table tells."),
    ] = None,
    market_based: Annotated[
        bool, typer.Option("--market-based", help="Also our own extension with that column.")
    ] = False,
    leave_out_unknown: Annotated[
        bool,
        typer.Option(
            "--leave-out-unknown", help="Leave out, and list, shipments with unknown places."
        ),
    ] = False,
) -> int:
    """Write a footprint as iLEAP 1.0.0 objects in PACT v2 envelopes, or read such into tables."""
    from app import exchange_desk  # noqa: PLC0415  (so that --help answers at once)

    if read:
        told = exchange_desk.read_file(source, out)
    else:
        missing = [
            name
            for name, value in (
                ("--company", company),
                ("--company-id", company_id),
                ("--created", created),
                ("--period", period),
            )
            if not value
        ]
        if missing:
            raise GreenlaneError(f"{', '.join(missing)} missing: an envelope names its publisher")
        told = exchange_desk.write_folder(
            source,
            out,
            publication=exchange_desk.publication(company, company_id, created, period),
            mixes=exchange_desk.read_mixes(mix or []),
            market_based=market_based,
            leave_out=leave_out_unknown,
        )
    typer.echo(json.dumps(told, indent=1, sort_keys=True))
    return _DONE


def serve(
    folder: Annotated[Path, typer.Argument(help="Folder that `greenlane exchange` wrote.")],
    clients: Annotated[
        Path, typer.Option(help="File with one `client id = secret` a line; made if missing.")
    ],
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8400,
    base_url: Annotated[str, typer.Option(help="Address that links name.")] = "",
) -> int:
    """Serve footprints by the PACT v2 and iLEAP interface, and take footprints of legs by JSON."""
    from app import exchange_desk, server, server_store  # noqa: PLC0415

    known, made = exchange_desk.read_clients(clients)
    if made:
        typer.echo(f"made {clients} with one client; its secret stands there", err=True)
    app = server.create_app(
        server_store.read_store(folder),
        clients=known,
        base_url=base_url or f"http://127.0.0.1:{port}",
        clock=lambda: datetime.now(UTC),
        compute=exchange_desk.computer(),
    )
    typer.echo(f"serving {folder} on http://127.0.0.1:{port}, this machine alone", err=True)
    server.serve(app, port=port)
    return _DONE
