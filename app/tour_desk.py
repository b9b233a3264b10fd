"""Plan tours and write their files: plain functions for the verb, and for whoever else asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.documents import json_bytes
from app.rows import refused_rows
from app.tour_documents import leg_rows, tours_document, unserved_rows, visit_rows
from app.views.tour_html import tours_html
from app.workflow import land
from data.schemas import LEGS, REFUSED
from data.tables import write_bytes
from data.tour_schemas import TOUR_UNSERVED, TOURS
from optimizer.tours.engine import Effort, open_engine
from optimizer.tours.intake import read_tours
from optimizer.tours.solve import plan_tours

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.tools import Tools
    from optimizer.tours.intake import TourIntake
    from optimizer.tours.records import TourPlan


def _quiet(_: str) -> None:
    """Report to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToursDone:
    """Tours that passed their audit, with all that their files hold."""

    plan: TourPlan
    intake: TourIntake
    document: dict[str, Any]


def make_tours(  # noqa: PLR0913  (one option each)
    folder: Path,
    tools: Tools,
    *,
    engine: str = "ortools",
    objective: str = "cost",
    recharge: str = "full",
    effort: Effort = Effort(),  # noqa: B008  (frozen)
    report: Callable[[str], None] = _quiet,
) -> ToursDone:
    """Read, choose, audit and document the tours of one folder.

    Raises
    ------
    GreenlaneError
        when nothing can be read, the engine cannot model it, or the audit finds a fault.
    """
    chosen = open_engine(engine)
    effort.steps  # noqa: B018  (refuses a bad effort before the roads are measured)
    intake = read_tours(
        folder,
        tools.catalogue,
        tools.factors,
        objective=objective,
        recharge=recharge,
        report=report,
    )
    report(f"choosing tours for {len(intake.problem.stops)} stops")
    plan = plan_tours(intake.problem, chosen, effort)
    return ToursDone(plan=plan, intake=intake, document=tours_document(plan, intake))


def save_tours(done: ToursDone, folder: Path, tools: Tools) -> tuple[Path, ...]:
    """Write every file; the same tours give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "tours.csv": write_bytes(visit_rows(done.plan), TOURS),
        "legs.csv": write_bytes(leg_rows(done.plan), LEGS),
        "unserved.csv": write_bytes(unserved_rows(done.plan), TOUR_UNSERVED),
        "refused.csv": write_bytes(refused_rows(done.intake.refused), REFUSED),
        "tours.json": json_bytes(done.document),
        "tours_map.html": tours_html(done.document, land(tools.catalogue, "50m")).encode(),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in files)
