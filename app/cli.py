"""The command line: parse, call the workflow, show progress, print, exit with a code."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from app import exchange_verbs, footprint_verbs, load_verbs, plan_verbs, tour_verbs, world_verbs
from data.errors import GreenlaneError

DONE, ANSWER_IS_NO, BAD_INPUT, UNTRUSTED = 0, 1, 2, 3

app = typer.Typer(
    name="greenlane",
    help="Plan freight by cost, time and CO2e, account for it to ISO 14083, and prove the claim.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one verb; errors that we name are told in one message, never as a traceback."""
    arguments = sys.argv[1:] if arguments is None else arguments
    traceback = "--traceback" in arguments
    try:
        code = app(
            [a for a in arguments if a != "--traceback"],
            standalone_mode=False,
            prog_name="greenlane",
        )
    except GreenlaneError as error:
        if traceback:
            raise
        _fail(error)
    except OSError as error:
        if traceback:
            raise
        _say(f"greenlane: {error.filename or 'file'}: {error.strerror or error}")
        sys.exit(BAD_INPUT)
    except typer.Abort:
        _say("stopped")
        sys.exit(130)
    except Exception as error:
        # Typer's own usage errors know their exit code and how to show themselves.
        if traceback or not hasattr(error, "exit_code") or not hasattr(error, "show"):
            raise
        error.show()
        sys.exit(error.exit_code)
    sys.exit(code if isinstance(code, int) else DONE)


def _fail(error: GreenlaneError) -> NoReturn:
    from optimizer.errors import InfeasibleError, NoPlanFoundError  # noqa: PLC0415

    _say(f"greenlane: {error}")
    no_plan = isinstance(error, InfeasibleError | NoPlanFoundError)
    sys.exit(ANSWER_IS_NO if no_plan else BAD_INPUT)


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise GreenlaneError(f"{text!r}, wanted a date such as 2023-06-30") from None


app.command(name="plan")(plan_verbs.plan)
app.command(name="compare")(plan_verbs.compare)


@app.command()
def declare(
    plan_folder: Annotated[Path, typer.Argument(help="Folder with legs.csv and hubs.csv.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the statement.")],
    books: Annotated[
        Path, typer.Option(help="Folder with declaration.toml, credits.csv, saf.csv, eac.csv.")
    ],
    as_json: AsJson = False,
) -> int:
    """Make the statement in three columns, and self-check it against its standard."""
    from app import claims  # noqa: PLC0415
    from app.console import show_statement  # noqa: PLC0415
    from app.documents import findings_rows  # noqa: PLC0415
    from app.tools import open_tools  # noqa: PLC0415

    factors = claims.factors_of(plan_folder, open_tools())
    declared = claims.make_declaration(plan_folder, books, factors)
    claims.save_declaration(declared, out)
    if as_json:
        typer.echo(json.dumps(findings_rows(declared.self_check), sort_keys=True))
    else:
        show_statement(declared.statement.to_json(), declared.self_check)
    return DONE if declared.self_check.ok else ANSWER_IS_NO


@app.command()
def seal(  # noqa: PLR0913  (what a signature says)
    folder: Annotated[Path, typer.Argument(help="Folder that `declare` wrote.")],
    key: Annotated[Path, typer.Option(help="Ed25519 key, PKCS#8 PEM; made if it is missing.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The pack.")] = Path("claim.zip"),
    holder: Annotated[str, typer.Option(help="Who signs.")] = "issuer",
    role: Annotated[str, typer.Option(help="issuer or verification_body.")] = "issuer",
    sealed_on: Annotated[
        str | None, typer.Option(help="Day of signing, default the declaration's.")
    ] = None,
) -> int:
    """Recompute a statement from its inputs, sign it, and write the evidence pack."""
    from app import claims  # noqa: PLC0415
    from app.settings import read_settings  # noqa: PLC0415
    from app.tools import open_tools  # noqa: PLC0415

    passphrase = read_settings().key_passphrase
    if not key.exists():
        trust = key.with_name("trust.toml")
        claims.demo_key(key, trust)
        _say(f"made a new key {key}; whoever shall trust it needs {trust}")
    claims.seal_folder(
        folder,
        key,
        out,
        claims.factors_of(folder, open_tools()),
        holder=holder,
        role=role,
        sealed_on=_day(sealed_on),
        passphrase=passphrase,
    )
    typer.echo(f"sealed {out} ({out.stat().st_size} bytes)")
    return DONE


@app.command()
def verify(
    pack: Annotated[Path, typer.Argument(help="claim.zip")],
    trust: Annotated[
        Path | None, typer.Option(help="Keys you trust; without it nobody is trusted.")
    ] = None,
    factors_sha256: Annotated[
        str, typer.Option(help="Demand this very factor set, by its publisher's hash.")
    ] = "",
    as_json: AsJson = False,
) -> int:
    """Open a stranger's pack offline, recompute everything, and say what was checked."""
    from app import claims  # noqa: PLC0415
    from app.documents import findings_rows  # noqa: PLC0415
    from emissions.evidence import exit_code, summary  # noqa: PLC0415

    report = claims.verify_file(pack, trust, factors_sha256=factors_sha256)
    if as_json:
        typer.echo(json.dumps(findings_rows(report), sort_keys=True))
    else:
        typer.echo(summary(report))
    return exit_code(report)


@app.command()
def sources(as_json: AsJson = False) -> int:
    """List every shipped table with its sources and licences."""
    from app import workflow  # noqa: PLC0415
    from app.console import show_sources  # noqa: PLC0415
    from app.tools import open_tools  # noqa: PLC0415

    rows = workflow.sources(open_tools())
    if as_json:
        typer.echo(json.dumps(rows, sort_keys=True))
    else:
        show_sources(rows)
    return DONE


@app.command(name="app")
def start_app(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8501,
    headless: Annotated[bool, typer.Option(help="Do not open a browser.")] = False,
) -> int:
    """Start the Streamlit app on this machine alone (127.0.0.1)."""
    import subprocess  # noqa: PLC0415

    page = Path(__file__).with_name("main.py")
    options = {
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.headless": "true" if headless else "false",
        "server.fileWatcherType": "none",
        "server.maxUploadSize": "50",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "theme.base": "light",
        "theme.primaryColor": "#1b7f5c",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "streamlit", "run", str(page), *flags]
    return subprocess.call(command)  # noqa: S603  (our own interpreter and page)


@app.command()
def demo(
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder, default out/.")] = None,
    effort: Annotated[str, typer.Option(help="small, normal, large or nodes.")] = "small",
) -> int:
    """Plan the reference lane four ways, declare, seal and verify the pilot, show the files."""
    from app.demo import run_demo  # noqa: PLC0415
    from app.settings import read_settings  # noqa: PLC0415

    folder = (out or Path(read_settings().output_dir)) / "reference_lane"
    return run_demo(folder, effort=effort, say=_say)


app.command(name="footprint")(footprint_verbs.footprint)
app.add_typer(footprint_verbs.factors_app, name="factors")
app.command(name="exchange")(exchange_verbs.exchange)
app.command(name="serve")(exchange_verbs.serve)
app.command(name="places")(world_verbs.places)
app.command(name="chains")(world_verbs.chains)
app.command(name="tours")(tour_verbs.tours)
app.command(name="load")(load_verbs.load)


if __name__ == "__main__":
    main()
