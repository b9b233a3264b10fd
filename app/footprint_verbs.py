"""Verbs of the footprint: take it from a file of any layout, and keep factor sets for it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path  # noqa: TC003  (Typer reads annotations)
from typing import TYPE_CHECKING, Annotated

import typer

from data.errors import GreenlaneError

if TYPE_CHECKING:
    from app.footprint_files import Wanted
    from app.footprint_intake import Options

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
_DONE, _NO = 0, 1
_MOST_TOLD = 40  # refusals told one by one; all of them are in refused.csv

factors_app = typer.Typer(
    help="Factor sets: what is there, one factor with its source, a set of your own.",
    no_args_is_help=True,
)


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    pairs = {}
    for text in given or []:
        name, sign, value = text.partition("=")
        if not sign:
            raise GreenlaneError(f"{option} {text!r}, wanted name=value")
        pairs[name.strip()] = value.strip()
    return pairs


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise GreenlaneError(f"{text!r}, wanted a date such as 2023-06-30") from None


def footprint(  # noqa: PLR0913  (the options of the verb)
    file: Annotated[
        Path, typer.Argument(help="Legs or shipments: CSV, XLSX, Parquet or JSON of any layout.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Folder for all files, or a .csv for the legs alone."),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show how the columns are read, and stop.")
    ] = False,
    factors: Annotated[
        list[str] | None,
        typer.Option(help="Factor set; may be repeated, the later over the earlier."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Day whose knowledge counts; later factors are restated.")
    ] = None,
    operations: Annotated[
        Path | None, typer.Option(help="operations.csv: fuel and activity that carriers recorded.")
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(help="Profile of columns, as an earlier run wrote it.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option("--map", help="OURS=THEIRS: one column, by its name.")
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option(help="mass=lb, distance=mi: where a header names none.")
    ] = None,
    decimal: Annotated[str, typer.Option(help="Decimal sign, . or ,")] = "",
    encoding: Annotated[str, typer.Option(help="Encoding where it is not UTF-8.")] = "",
    delimiter: Annotated[str, typer.Option(help="Delimiter: , ; | or tab.")] = "",
    sheet: Annotated[str, typer.Option(help="Sheet of a workbook.")] = "",
    date_format: Annotated[
        str, typer.Option(help="Dates such as 03/02/2026: dd/mm/yyyy or mm/dd/yyyy.")
    ] = "",
    mode: Annotated[str, typer.Option(help="Mode of rows that name none.")] = "",
    teu_load: Annotated[
        str, typer.Option(help="Containers of unknown load: average 10 t, light 6, heavy 14.5.")
    ] = "average",
    hubs: Annotated[
        str, typer.Option(help="Handling between legs: auto, always or none.")
    ] = "auto",
    gwp: Annotated[str, typer.Option(help="Warming potentials wanted: AR5 or AR6.")] = "",
    mix: Annotated[
        bool, typer.Option("--mix", help="Allow factors on different warming potentials.")
    ] = False,
    subject: Annotated[str, typer.Option(help="What the report is about.")] = "",
    level: Annotated[str, typer.Option(help="Level of the report: organisation or service.")] = (
        "organisation"
    ),
    period: Annotated[
        str, typer.Option(help="START/END of the report; default that of the legs.")
    ] = "",
    omit: Annotated[
        list[str] | None, typer.Option(help="WHAT=WHY that is left out, for the report.")
    ] = None,
    targets: Annotated[
        Path | None, typer.Option(help="targets.toml: a baseline and a pathway.")
    ] = None,
    measures: Annotated[
        Path | None, typer.Option(help="measures.toml: what-ifs, each with its saving a year.")
    ] = None,
    bulk: Annotated[
        bool, typer.Option("--bulk", help="Millions of legs in our columns: Parquet out, in parts.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 if any row was refused.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Take the CO2e inventory of transport that is decided or done, leg by leg."""
    from app.footprint_intake import Options  # noqa: PLC0415  (so that --help answers at once)

    options = Options(
        factor_sets=tuple(factors or ()),
        as_of=_day(as_of),
        operations=operations,
        profile=profile,
        columns=_pairs(column, "--map"),
        units=_pairs(unit, "--unit"),
        decimal=decimal,
        encoding=encoding,
        delimiter=delimiter,
        sheet=sheet,
        date_format=date_format,
        mode=mode,
        teu_load=teu_load,
        hubs=hubs,
        gwp_set=gwp,
        mixed_gwp=mix,
    )
    if bulk:
        return _bulk(file, options, out, strict=strict)
    if preview:
        return _preview(file, options, as_json=as_json)
    asked = _wanted(subject, level, period, omit, (targets, measures))
    return _take(file, options, out, asked, strict=strict, as_json=as_json)


def _wanted(
    subject: str,
    level: str,
    period: str,
    omit: list[str] | None,
    files: tuple[Path | None, Path | None],
) -> Wanted:
    from app.footprint_files import Wanted  # noqa: PLC0415
    from app.footprint_report import LEVELS, read_period  # noqa: PLC0415

    if level not in LEVELS:
        raise GreenlaneError(f"--level {level!r}, wanted one of {', '.join(LEVELS)}")
    targets, measures = (None if f is None else (f.name, _bytes_of(f)) for f in files)
    return Wanted(
        subject=subject,
        level=level,
        period=read_period(period),
        omissions=tuple(_pairs(omit, "--omit").items()),
        targets=targets,
        measures=measures,
    )


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise GreenlaneError(f"{file}: no such file") from None
    except OSError as error:
        raise GreenlaneError(f"{file}: {error.strerror or error}") from None


def _take(  # noqa: PLR0913  (how the answer is told)
    file: Path,
    options: Options,
    out: Path | None,
    asked: Wanted,
    *,
    strict: bool,
    as_json: bool,
) -> int:
    from app import footprint_files, footprints  # noqa: PLC0415
    from app.footprint_console import show_footprint  # noqa: PLC0415
    from app.tools import open_tools  # noqa: PLC0415

    desk = footprints.FootprintDesk(open_tools())
    result = footprints.take(
        _bytes_of(file),
        file.name,
        desk,
        options,
        report=lambda text: typer.echo(f"  {text}", err=True),
    )
    if out is not None and out.suffix == ".csv":
        out.write_bytes(footprint_files.legs_bytes(result))
    elif out is not None:
        footprint_files.save_footprint(result, out, desk.atlas, asked)
    for fault in result.refused[:_MOST_TOLD]:
        typer.echo(f"refused: {fault}", err=True)
    if len(result.refused) > _MOST_TOLD:
        typer.echo(f"and {len(result.refused) - _MOST_TOLD} more refusals", err=True)
    for name in result.intake.unknown_columns:
        typer.echo(f"unknown column, ignored: {name}", err=True)
    show_footprint(result, as_json=as_json)
    return _NO if strict and result.refused else _DONE


def _bulk(file: Path, options: Options, out: Path | None, *, strict: bool) -> int:
    from app.bulk_desk import take_bulk  # noqa: PLC0415
    from app.footprints import FootprintDesk  # noqa: PLC0415
    from app.tools import open_tools  # noqa: PLC0415

    if out is None or out.suffix:
        raise GreenlaneError("--bulk wants a folder: -o DIR")
    desk = FootprintDesk(open_tools())
    factors = desk.factors(options)
    summary = take_bulk(
        file,
        out,
        factors,
        desk.matcher(factors),
        mixed_gwp=options.mixed_gwp,
        report=lambda text: typer.echo(f"  {text}", err=True),
    )
    typer.echo(json.dumps(summary, indent=1, sort_keys=True))
    return _NO if strict and summary["rows"]["refused"] else _DONE


def _preview(file: Path, options: Options, *, as_json: bool) -> int:
    from app.footprint_console import show_proposal  # noqa: PLC0415
    from app.footprint_intake import preview_of  # noqa: PLC0415

    raw, proposal = preview_of(_bytes_of(file), file.name, options)
    if as_json:
        typer.echo(proposal.mapping.to_toml())
    else:
        show_proposal(raw, proposal)
    return _NO if any(q.blocking for q in proposal.questions) else _DONE


def explain_two(folders: list[Path], out: Path | None, *, as_json: bool) -> int:
    """Explain why two footprints differ: distance, load, factor, boundary, to the milligram."""
    from app.footprint_console import show_explanation  # noqa: PLC0415
    from app.rankings import ranking_of, say_ranking  # noqa: PLC0415
    from emissions.differences import explain, read_legs_result  # noqa: PLC0415

    if len(folders) != 2:  # noqa: PLR2004  (before and after)
        raise GreenlaneError(f"{len(folders)} footprint folders, wanted two: before and after")
    before, after = (
        read_legs_result(_bytes_of(folder / "legs.csv"), f"{folder}/legs.csv") for folder in folders
    )
    found = explain(before, after)
    content = json.dumps(found.document() | ranking_of(folders).document(), indent=1)
    if out is not None:
        out.write_text(content + "\n", "utf-8")
    if as_json:
        typer.echo(content)
    else:
        show_explanation(found)
        say_ranking(folders)
    return _DONE


@factors_app.command(name="list")
def list_sets(as_json: AsJson = False) -> int:
    """List factor sets with the number of their categories, and their hashes."""
    from app import factor_desk  # noqa: PLC0415
    from app.footprint_console import show_sets  # noqa: PLC0415
    from app.tools import open_tools  # noqa: PLC0415

    rows = factor_desk.sets(open_tools())
    if as_json:
        typer.echo(json.dumps(rows, sort_keys=True))
    else:
        show_sets(rows)
    return _DONE


@factors_app.command()
def show(
    category: Annotated[str, typer.Argument(help="toc_id, hoc_id, vehicle, fuel or grid.")],
    factors: Annotated[list[str] | None, typer.Option(help="Factor set.")] = None,
    as_json: AsJson = False,
) -> int:
    """Show one factor: its figures, its source, its licence, its traps."""
    from app import factor_desk  # noqa: PLC0415
    from app.tools import open_tools  # noqa: PLC0415

    found = factor_desk.one(open_tools(), category, tuple(factors or ()))
    if as_json:
        typer.echo(json.dumps(found, sort_keys=True))
    else:
        for name, value in found.items():
            typer.echo(f"{name:34} {value}")
    return _DONE


@factors_app.command(name="import")
def import_set(  # noqa: PLR0913  (what a table does not say of itself)
    file: Annotated[
        list[Path], typer.Argument(help="Tables: ours, or any with mode, unit, WTT and TTW.")
    ],
    name: Annotated[str, typer.Option(help="Name of the set: lower-case letters, digits, - . _")],
    published: Annotated[str, typer.Option(help="Day of publication, such as 2023-09-30.")],
    base: Annotated[str, typer.Option(help="Set on which it stands; blank: alone.")] = "",
    gwp: Annotated[str, typer.Option(help="Warming potentials of rows that state none.")] = "",
    publisher: Annotated[str, typer.Option(help="Who published it.")] = "user supplied",
    title: Annotated[str, typer.Option(help="What it is called.")] = "",
    licence: Annotated[str, typer.Option(help="Its licence.")] = "LicenseRef-user-supplied",
    deviation: Annotated[float, typer.Option(help="Half width of its intervals, share.")] = 0.3,
    teu_per_container: Annotated[
        float | None, typer.Option(help="TEU of a container, for figures per container.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Keep a factor set of your own, hashed, beside ours; an existing one is never changed."""
    from app import factor_desk  # noqa: PLC0415
    from app.tools import open_tools  # noqa: PLC0415
    from emissions.library import Provenance  # noqa: PLC0415
    from emissions.loose_factors import About  # noqa: PLC0415

    day = _day(published)
    if day is None:  # pragma: no cover  (the option is required)
        raise GreenlaneError("--published is missing")
    about = About(
        published_on=day,
        gwp_set=gwp,
        source_id=name,
        deviation_share=deviation,
        teu_per_container=teu_per_container,
    )
    source = Provenance(
        source_id=name, publisher=publisher, title=title or file[0].name, licence=licence
    )
    files = {path.name: _bytes_of(path) for path in file}
    done = factor_desk.import_files(
        open_tools(), name, files, about=about, source=source, base=base
    )
    for fault in done.refused[:_MOST_TOLD]:
        typer.echo(f"refused: {fault}", err=True)
    told = {"set": name, "rows": done.counts, "refused": len(done.refused), "sha256": done.sha256}
    if as_json:
        typer.echo(json.dumps(told, sort_keys=True))
    else:
        typer.echo(f"set {name}: {done.counts}, {len(done.refused)} refused, sha256 {done.sha256}")
    return _DONE


@factors_app.command(name="match")
def match_one(  # noqa: PLR0913  (what may be known of a leg)
    mode: Annotated[str, typer.Argument(help="road, rail, sea, air or iww; or hub:KIND.")],
    country: Annotated[list[str] | None, typer.Option(help="ISO alpha-2; may be repeated.")] = None,
    vehicle: Annotated[str, typer.Option(help="Vehicle in words.")] = "",
    fuel: Annotated[str, typer.Option(help="Energy carrier.")] = "",
    cooled: Annotated[bool, typer.Option("--cooled", help="Temperature-controlled.")] = False,
    air_option: Annotated[str, typer.Option(help="belly, freighter or average.")] = "",
    distance: Annotated[float, typer.Option(help="km, for long and short haul.")] = 0.0,
    factors: Annotated[list[str] | None, typer.Option(help="Factor set.")] = None,
) -> int:
    """Show which category a leg would stand on, step by step down the ladder."""
    from app import factor_desk  # noqa: PLC0415
    from app.tools import open_tools  # noqa: PLC0415
    from emissions.matching import Query  # noqa: PLC0415

    kind, _, hub_kind = mode.partition(":")
    query = Query(
        mode="" if kind == "hub" else kind,
        hub_kind=(hub_kind or "site") if kind == "hub" else "",
        regions=tuple(country or ()),
        vehicle=vehicle,
        fuel=fuel,
        temperature="temperature_controlled" if cooled else "ambient",
        air_option=air_option,
        distance_km=distance or None,
    )
    found = factor_desk.matched(open_tools(), query, tuple(factors or ()))
    typer.echo(f"{found.category_id}  tier {found.tier}, {len(found.steps)} steps")
    typer.echo(found.lineage)
    return _DONE
