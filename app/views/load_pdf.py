"""Write load plans for the dock: sheets of A4 that are legible in black and white."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.views.load_pdf_plan import Plans, overview_sheets, plan_notes
from app.views.load_pdf_unit import Stage, unit_sheets
from app.views.look import MUTED
from app.views.pdf_sheets import HAIR, LEFT, RIGHT, RULE
from app.views.pdf_words import cut, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.views.pdf_paper import Paper
    from app.views.pdf_sheets import Sheets

_MOST_STEPS = 10_000  # on paper, of all units together; the tables hold all
_FOOT = 810.0
_SMALL, _NAME = 7.5, 12.5


def load_pdf(
    document: Mapping[str, Any], *, plan_id: str = "", pallets: Mapping[str, Any] | None = None
) -> bytes:
    """Return the sheets of a load plan, its pallets' first; the same plan gives the same bytes.

    `plan_id` tells the plan from others, such as the digest of the file that holds it.
    """
    vehicles = Stage(document=document, noun="Unit", title="Units", left="Without a place")
    if pallets is None:
        return _pdf(Plans(title="Load plan", plan_id=plan_id, stages=(vehicles,)))
    first = Stage(
        document=pallets,
        noun="Pallet",
        title="Pallets",
        left="Without a pallet",
        whole=True,
        goes_to=_places(document, len(pallets["units"])),
    )
    return _pdf(Plans(title="Load plan", plan_id=plan_id, stages=(first, vehicles)))


def _places(document: Mapping[str, Any], pallets: int) -> dict[int, tuple[int, int]]:
    """Return the unit and the step of each pallet; pallets come first among the pieces."""
    return {
        box[0] + 1: (unit["unit_no"], box[7])
        for unit in document["units"]
        for box in unit["boxes"]
        if box[0] < pallets
    }


def departures_pdf(documents: Mapping[str, Mapping[str, Any]], *, plan_id: str = "") -> bytes:
    """Return the sheets of each departure's load, by the names of departures."""
    stages = (
        Stage(document=document, noun="Unit", title=name, left="Without a place", of=name)
        for name, document in documents.items()
    )
    return _pdf(Plans(title="Loads of a plan", plan_id=plan_id, stages=tuple(stages)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bundle:
    """The sheets that are counted together, and what the head and the foot of each say."""

    name: str
    more: str
    sheets: Sheets


def _pdf(plans: Plans) -> bytes:
    # Imported when something is drawn: nobody else waits for it.
    from app.views.pdf_paper import Paper  # noqa: PLC0415

    paper = Paper(plans.title)
    bundles: list[_Bundle] = []
    drawn, alone = 0, sum(len(stage.document["units"]) for stage in plans.stages) == 1
    for stage in plans.stages:
        for unit in stage.document["units"]:
            drawn += len(unit["boxes"])
            sheets = unit_sheets(paper, stage, unit, told=drawn <= _MOST_STEPS)
            more = "  ".join(part for part in (unit["unit_code"], stage.of) if part)
            bundles.append(_Bundle(name=stage.name_of(unit), more=more, sheets=sheets))
    if alone:
        plan_notes(bundles[0].sheets, paper, plans)
    else:
        counts = [len(bundle.sheets.pages) for bundle in bundles]
        sheets = overview_sheets(paper, plans, counts)
        bundles.insert(0, _Bundle(name="Overview", more="", sheets=sheets))
    _draw(paper, bundles, plans.plan_id)
    return paper.content()


def _draw(paper: Paper, bundles: Sequence[_Bundle], plan_id: str) -> None:
    number, total = 0, sum(len(bundle.sheets.pages) for bundle in bundles)
    for n, bundle in enumerate(bundles):
        pages = bundle.sheets.pages
        for page, drawings in enumerate(pages, start=1):
            number += 1
            if number > 1:
                paper.next_sheet()
            if page == 1:
                paper.bookmark(f"bundle-{n}", tidy(f"{bundle.name}  {bundle.more}".strip()))
            else:
                _running_head(paper, bundle)
            for drawing, y in drawings:
                drawing(paper, y)
            words = f"{bundle.name}, page {page} of {len(pages)}"
            _foot(paper, words, plan_id, f"sheet {number:,} of {total:,}")


def _running_head(paper: Paper, bundle: _Bundle) -> None:
    paper.write((LEFT, 44), bundle.name, _NAME, bold=True)
    start = LEFT + paper.width(bundle.name, _NAME, bold=True) + 8
    words = cut(tidy(bundle.more), RIGHT - start, lambda w: paper.width(w, _NAME))
    paper.write((start, 44), words, _NAME, ink=MUTED)
    paper.strokes([((LEFT, 50), (RIGHT, 50))], ink=RULE, line=0.8)


def _foot(paper: Paper, page: str, plan_id: str, sheet: str) -> None:
    paper.strokes([((LEFT, _FOOT - 12), (RIGHT, _FOOT - 12))], ink=HAIR)
    words = cut(tidy(plan_id), 270, lambda w: paper.width(w, _SMALL))
    paper.write((LEFT, _FOOT), words, _SMALL, ink=MUTED)
    paper.write((RIGHT, _FOOT), sheet, _SMALL, align="right", ink=MUTED)
    end = RIGHT - paper.width(sheet, _SMALL) - 10
    paper.write((end, _FOOT + 0.5), page, 9.5, bold=True, align="right")
