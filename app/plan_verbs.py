"""The verbs that plan, and that compare what was planned."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path  # noqa: TC003  (Typer reads annotations)
from typing import TYPE_CHECKING, Annotated

import typer

from data.errors import GreenlaneError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from data.tables import Refused

_FEWEST_POINTS = 3  # both ends and one between
_DONE, _ANSWER_IS_NO = 0, 1


def plan(  # noqa: PLR0913  (the options of the verb)
    problem: Annotated[Path, typer.Argument(help="Problem folder, or a shipments file.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the plan.")],
    scenario: Annotated[
        Path | None, typer.Option(help="Scenario file, or a shipped one by name.")
    ] = None,
    frontier: Annotated[int, typer.Option(help="Points of cost against CO2e, at least 3.")] = 0,
    effort: Annotated[str, typer.Option(help="small, normal, large or nodes a level.")] = "normal",
    seed: Annotated[int, typer.Option(help="Seed of the solver.")] = 1,
    time_limit: Annotated[
        float | None,
        typer.Option(help="Seconds a level; marks the plan as not deterministic."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Day whose knowledge counts, default the last ready_at.")
    ] = None,
    osrm: Annotated[
        str, typer.Option(help="Address of an OSRM server for roads; offline they are our own.")
    ] = "",
    threads: Annotated[
        int,
        typer.Option(min=0, help="Of a search at scale, default the cores; the plan is the same."),
    ] = 0,
    workers: Annotated[
        int, typer.Option(min=0, help="Processes that help a search at scale, default none.")
    ] = 0,
    cluster: Annotated[
        str, typer.Option(help="Address of a Dask scheduler whose workers help.")
    ] = "",
    resume: Annotated[
        Path | None,
        typer.Option(help="Folder that keeps finished work; a run that broke off goes on there."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 if any row was refused.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> int:
    """Choose modes, routes, loads, SAF and credits; write every file of the plan.

    Ctrl-C stops a search at scale and keeps its best plan; pressed twice it aborts.
    """
    from app import workflow  # noqa: PLC0415  (so that --help answers at once)
    from app.hands import Helpers, lent  # noqa: PLC0415
    from app.plan_watch import PlanWatch  # noqa: PLC0415
    from app.tools import open_tools  # noqa: PLC0415
    from optimizer.scenarios import Scenario, read_scenario  # noqa: PLC0415
    from optimizer.solve import Effort  # noqa: PLC0415

    if frontier and frontier < _FEWEST_POINTS:
        raise GreenlaneError(f"--frontier {frontier}, wanted at least {_FEWEST_POINTS} points")
    workflow.refuse_as_folder(out)
    if resume is not None:
        workflow.refuse_as_folder(resume)
    chosen = Scenario() if scenario is None else read_scenario(_scenario_file(scenario))
    tools = open_tools()
    day = _day(as_of)
    helpers = Helpers(threads=threads, processes=workers, cluster=cluster, keep=resume)
    with (
        PlanWatch(chosen.name, _say) as watch,
        lent(helpers, watch=watch.watch, stop=watch.stop) as hands,
    ):
        planned = watch.run(
            lambda: workflow.make_plan(
                problem,
                chosen,
                tools,
                effort=Effort(name=effort, seed=seed, time_limit_s=time_limit),
                as_of=day,
                frontier_points=frontier,
                osrm=osrm,
                report=watch.report,
                hands=hands,
            )
        )
    workflow.save_plan(planned, out, tools)
    refused = _told_refusals(planned.intake.refused, planned.intake.unknown_columns)
    if as_json:
        typer.echo(json.dumps(planned.document["summary"], sort_keys=True))
    else:
        from app.console import show_plan  # noqa: PLC0415

        show_plan(planned.document, out)
    return _ANSWER_IS_NO if strict and refused else _DONE


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise GreenlaneError(f"{text!r}, wanted a date such as 2023-06-30") from None


def _told_refusals(refused: Iterable[Refused], unknown: Iterable[str]) -> int:
    count = 0
    for fault in refused:
        _say(f"refused: {fault}")
        count += 1
    for column in unknown:
        _say(f"unknown column, ignored: {column}")
    return count


def _scenario_file(given: Path) -> Path:
    """Return a scenario file: as given, or the shipped one of that name."""
    from app import workflow  # noqa: PLC0415

    shipped = workflow.sample_folder() / "scenarios" / f"{given}.toml"
    return shipped if not given.exists() and shipped.is_file() else given


def compare(
    folders: Annotated[list[Path], typer.Argument(help="Plan folders, or two footprint folders.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="File for the explanation, JSON.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> int:
    """Show plans side by side; or explain why two footprints differ, leg by leg."""
    from app import footprint_verbs, workflow  # noqa: PLC0415
    from app.console import show_comparison  # noqa: PLC0415
    from app.override_console import show_overrides  # noqa: PLC0415
    from app.rankings import say_ranking  # noqa: PLC0415
    from app.seals import is_sealed  # noqa: PLC0415

    if all(workflow.is_footprint(folder) for folder in folders):
        return footprint_verbs.explain_two(folders, out, as_json=as_json)
    short = len({folder.name for folder in folders}) == len(folders)
    plans = {
        folder.name if short else str(folder): workflow.read_plan(folder) for folder in folders
    }
    for name, document in plans.items():
        if not is_sealed(document):
            _say(f"{name}: not checked; an older plan.json does not say what its folder held")
    rows = workflow.compare(plans)
    if as_json:
        typer.echo(json.dumps(rows, sort_keys=True))
    else:
        show_comparison(rows)
        say_ranking(folders)
        show_overrides(plans)
    return _DONE
