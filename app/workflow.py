"""Each step as a plain function: no Streamlit, no Typer, no print."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.documents import factor_basis, json_bytes, paid_eur, plan_document, summary
from app.rows import consignment_rows, plan_rows, refused_rows
from app.seals import PLAN_FILE, check_seal, sealed
from app.stowage_rows import (
    MOST_PICTURES,
    picture_name,
    stowage_documents,
    stowage_parts,
    stowage_rows,
)
from app.views.geo import lanes_geojson
from app.views.html_map import map_html
from app.views.load_html import load_html
from app.views.load_pdf import departures_pdf
from data.errors import DataError
from data.loading_schemas import STOWAGE_TABLES
from data.schemas import CONSIGNMENTS, HUBS, PLAN_TABLES, REFUSED, SHIPMENTS
from data.tables import write_bytes
from emissions.inventory import published_after
from optimizer.audit import audit
from optimizer.intake import read_problem
from optimizer.plan import TracePoint, Unserved
from optimizer.scenarios import Scenario, read_scenario
from optimizer.solve import Effort, Hands, frontier, solve

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from app.tools import Tools
    from data.catalogue import Catalogue
    from data.findings import Report
    from optimizer.intake import Intake
    from optimizer.plan import Plan
    from optimizer.planner.engine import Progress
    from optimizer.problem import Problem

    Draft = Callable[[], dict[str, Any]]  # the document of a plan on the way, made when asked for

SCENARIOS = ("business_as_usual", "pilot", "greenest_in_time", "cheapest")


def _quiet(_: str) -> None:
    """Report to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan that passed its audit, with all that its files hold."""

    plan: Plan
    intake: Intake
    report: Report
    document: dict[str, Any]


def sample_folder(name: str = "reference_lane") -> Path:
    """Return the folder of a shipped sample."""
    return Path(str(resources.files("data") / "samples" / name))


def sample_scenarios() -> dict[str, Scenario]:
    """Return the shipped scenarios of the reference lane by name, the four of the demo first."""
    folder = sample_folder() / "scenarios"
    names = [*SCENARIOS, *sorted({p.stem for p in folder.glob("*.toml")} - set(SCENARIOS))]
    return {name: read_scenario(folder / f"{name}.toml") for name in names}


def make_plan(  # noqa: PLR0913  (one option each)
    problem: Path,
    scenario: Scenario,
    tools: Tools,
    *,
    effort: Effort = Effort(),  # noqa: B008  (frozen)
    as_of: date | None = None,
    frontier_points: int = 0,
    osrm: str = "",
    report: Callable[[str], None] = _quiet,
    hands: Hands = Hands(),  # noqa: B008  (frozen)
    drafts: Callable[[Draft], None] | None = None,
) -> Planned:
    """Read, solve, audit and document one problem under one scenario.

    A search that `hands` stopped keeps its best plan, which says so and is not repeatable. `drafts`
    is offered the document of the first plan, and of each better one, while the search goes on.

    Raises
    ------
    GreenlaneError
        when nothing can be read, no plan exists, or the audit finds a fault.
    """
    intake = read_problem(
        problem,
        tools.catalogue,
        tools.factors,
        scenario,
        cache_dir=tools.cache_dir,
        osrm=osrm,
        report=report,
    )
    if drafts is not None:
        hands = replace(hands, show=lambda made: drafts(lambda: _draft(made(), intake)))
    plan = _solved(intake.problem, effort, as_of, report, hands)
    if frontier_points:
        plan = _traced(plan, intake.problem, frontier_points, report, hands, effort)
    findings = audit(plan)
    findings.raise_if_failed()
    late = published_after(plan.inventory, tools.factors, plan.as_of)
    basis = factor_basis(late, plan.as_of)
    document = plan_document(plan, summary(plan, intake, basis)) | stowage_parts(
        plan, intake.input_sha256
    )
    return Planned(plan=plan, intake=intake, report=findings, document=document)


def _solved(
    problem: Problem,
    effort: Effort,
    as_of: date | None,
    report: Callable[[str], None],
    hands: Hands,
) -> Plan:
    """Solve, and keep how the search went where the same search would go the same way again."""
    trace: list[TracePoint] = []
    stopped: list[bool] = []

    def watch(progress: Progress) -> None:
        trace.append(
            TracePoint(
                phase=progress.phase, best=progress.best, bound=progress.bound, gap=progress.gap
            )
        )
        hands.watch(progress)

    def stop() -> bool:
        if hands.stop():
            stopped.append(True)
        return bool(stopped)

    plan = solve(
        problem,
        effort=effort,
        as_of=as_of,
        report=report,
        hands=replace(hands, watch=watch, stop=stop),
    )
    if stopped:
        return replace(plan, interrupted=True, deterministic=False)
    if hands.start is not None and trace:  # nobody can repeat it without that plan
        return replace(plan, deterministic=False)
    return replace(plan, trace=tuple(trace)) if plan.deterministic else plan


def _traced(  # noqa: PLR0913, PLR0917  (a plan, and what traces its frontier)
    plan: Plan,
    problem: Problem,
    points: int,
    report: Callable[[str], None],
    hands: Hands,
    effort: Effort,
) -> Plan:
    """Return the plan with its frontier; a stop keeps the points found so far, and is told."""
    if plan.interrupted:
        report("stopped: the frontier is not traced")
        return replace(plan, frontier_stopped=True)
    report("tracing the frontier")
    stopped: list[bool] = []

    def stop() -> bool:
        if hands.stop():
            stopped.append(True)
        return bool(stopped)

    found = frontier(
        problem, points, effort=effort, report=report, hands=replace(hands, stop=stop, start=None)
    )
    plan = replace(plan, frontier=found)
    return replace(plan, frontier_stopped=True, deterministic=False) if stopped else plan


def _draft(plan: Plan, intake: Intake) -> dict[str, Any]:
    """Return the document of a plan on the way: what has no chain yet may still get one."""
    planned = {leg.line.element.shipment_id for leg in plan.legs}
    left = tuple(
        Unserved(
            shipment_id=s.shipment_id,
            reason_code="pending",
            reason="no chain with room so far",
            would_need="the rest of the search",
        )
        for s in plan.problem.shipments
        if s.shipment_id not in planned
    )
    plan = replace(plan, unserved=left)
    return plan_document(plan, summary(plan, intake, "in the making"))


def refuse_as_folder(path: Path) -> None:
    """Refuse what can be no folder to write to, before hours of work are done for it.

    Raises
    ------
    DataError
        when it is a file, lies below one, or may not be written.
    """
    there = next(p for p in (path, *path.absolute().parents) if p.exists())
    if not there.is_dir():
        what = "a file" if there == path else f"{there}, which is a file"
        raise DataError(f"{path}: found {what}, wanted a folder, or a name that is still free")
    if not os.access(there, os.W_OK | os.X_OK):
        raise DataError(
            f"{path}: found {there} without leave to write, wanted a folder to write to"
        )


def save_plan(planned: Planned, folder: Path, tools: Tools) -> tuple[Path, ...]:
    """Write every file of docs/formats.md; the same plan gives the same bytes."""
    refuse_as_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = plan_rows(planned.plan) | {REFUSED.name: refused_rows(planned.intake.refused)}
    files = {f"{s.name}.csv": write_bytes(rows[s.name], s) for s in PLAN_TABLES}
    if consignments := consignment_rows(planned.plan):
        files[f"{CONSIGNMENTS.name}.csv"] = write_bytes(consignments, CONSIGNMENTS)
    loads = planned.document.get("stowage", {})
    every = stowage_documents(planned.plan, planned.intake.input_sha256)
    stowage = stowage_rows(planned.plan, every)
    for schema in STOWAGE_TABLES:
        if schema.name in stowage:
            files[f"{schema.name}.csv"] = write_bytes(stowage[schema.name], schema)
    drawn = {name: loads[name] for name in list(loads)[:MOST_PICTURES]}
    for name, load in drawn.items():
        files[picture_name(name)] = load_html(load, title=name).encode()
    if drawn:
        files["loads.pdf"] = departures_pdf(
            drawn, plan_id=f"input, SHA-256 {planned.intake.input_sha256}"
        )
    files["summary.json"] = json_bytes(planned.document["summary"])
    files["map.html"] = map_html(planned.document, land(tools.catalogue, "50m")).encode()
    files["hubs.csv"] = hubs_bytes(planned.plan)
    files["shipments.csv"] = planned_shipments_bytes(planned.plan)
    files["lanes.geojson"] = lanes_geojson(planned.document)
    files[PLAN_FILE] = sealed(planned.document, files)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in files)


def planned_shipments_bytes(plan: Plan) -> bytes:
    """Return what was planned, consignments in the place of a shipment that was divided.

    It is what a reader needs to see that no leg is missing.
    """
    travelling = replace(
        SHIPMENTS, columns=tuple(c for c in SHIPMENTS.columns if c.name != "divisible")
    )
    planned = {leg.line.element.shipment_id for leg in plan.legs}
    rows = (
        {c: getattr(s, c, None) for c in travelling.names}
        for s in plan.problem.shipments
        if s.shipment_id in planned
    )
    return write_bytes(rows, travelling)


def hubs_bytes(plan: Plan) -> bytes:
    """Return the hubs that a plan touches: what a reader needs to check its distances."""
    used = {x.line.element.origin for x in plan.legs} | {
        x.line.element.destination for x in plan.legs
    }
    hubs = (plan.problem.hubs[name] for name in sorted(used))
    rows = [{c: getattr(hub, c, None) for c in HUBS.names} for hub in hubs]
    return write_bytes(rows, HUBS)


def land(catalogue: Catalogue, scale: str = "110m") -> dict[str, Any]:
    """Return the shipped land polygons as GeoJSON."""
    document: dict[str, Any] = json.loads(catalogue.file(f"network/land_{scale}.geojson"))
    return document


def is_footprint(folder: Path) -> bool:
    """Tell whether a folder holds a footprint and no plan."""
    return (folder / "totals.csv").is_file() and not (folder / "plan.json").exists()


def read_plan(folder: Path) -> dict[str, Any]:
    """Read the plan.json of a plan folder.

    Raises
    ------
    DataError
        if there is none, it is not one of ours, or a file of the folder changed since it was
        written.
    """
    path = folder / PLAN_FILE
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; make it with `greenlane plan`") from None
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{path}: not readable as JSON ({error})") from None
    if not isinstance(document, dict) or document.get("schema") != "greenlane/plan/1":
        raise DataError(f"{path}: wanted schema greenlane/plan/1")
    missing = sorted({"scenario", "summary", "legs", "hubs", "services"} - set(document))
    if missing:
        raise DataError(f"{path}: lacks {', '.join(missing)}")
    check_seal(folder, document)
    return document


def compare(documents: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one row per plan: cost, days, the three columns apart, load rate, proof."""
    return [_comparison(name, d) for name, d in documents.items()]


def _comparison(name: str, document: Mapping[str, Any]) -> dict[str, Any]:
    s = document["summary"]
    return {
        "scenario": name,
        "title": document["scenario"]["title"],
        "cost_eur": s["cost"]["total"],
        "paid_eur": paid_eur(s["cost"]),
        "lateness_eur": s["cost"]["lateness"],
        "left_penalty_eur": s["cost"]["unserved_penalty"],
        "mean_days": None if s["mean_hours"] is None else s["mean_hours"] / 24.0,
        "physical_kgco2e": s["physical_kgco2e"]["wtw"],
        "market_based_kgco2e": s["market_based_kgco2e"]["wtw"],
        "offsets_t": s["credits_t"],
        "saf_kg": s["saf_kg"],
        "load_mass": s["load"]["mass"],
        "load_volume": s["load"]["volume"],
        "planned": s["shipments"]["planned"],
        "unserved": s["shipments"]["unserved"],
        "gap": s["gap"],
        "status": s["status"],
    }


def sources(tools: Tools) -> list[dict[str, str]]:
    """Return one row per table and source: publisher, title, edition, licence, how it was read."""
    return [
        {
            "table": path,
            "source_id": source.source_id,
            "publisher": source.publisher,
            "title": source.title,
            "edition": source.edition,
            "licence": source.licence,
            "url": source.url,
            "read": source.read,
        }
        for path, card in tools.catalogue.cards()
        for source in card.sources.values()
    ]
