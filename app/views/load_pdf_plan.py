"""Lay out what is said of a load plan as a whole: its units, what is left, its basis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from app.views import text
from app.views.load_pdf_rows import UNKNOWN, check_line
from app.views.load_tables import proof
from app.views.look import MUTED
from app.views.pdf_sheets import HEADING, LEFT, Column, Sheets, heading, paragraph, table
from app.views.pdf_words import SIGN, TIMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.views.load_pdf_unit import Stage
    from app.views.pdf_paper import Paper
    from app.views.pdf_sheets import Cell

_MOST_LEFT = 500  # rows of pieces without a place; the tables hold all
_UNITS = (
    Column(head="Sheet", wide=34, align="right", bold=True),
    Column(head="Unit", wide=56, bold=True),
    Column(head="Kind", wide=112, most=2),
    Column(head="Pieces", wide=42, align="right"),
    Column(head="Mass, kg", wide=50, align="right"),
    Column(head="Volume", wide=46, align="right"),
    Column(head="Floor", wide=46, align="right"),
    Column(head="Payload", wide=50, align="right"),
    Column(head="Loading metres", wide=45, align="right"),
    Column(head="Goes into", wide=46.3),
)
_ALONE = tuple(
    replace(column, wide=158.3) if column.head == "Kind" else column for column in _UNITS[:-1]
)
_LEFT = (
    Column(head="Piece", wide=140, most=2),
    Column(head="Shipment", wide=120, most=2),
    Column(head="Boxes", wide=44, align="right", bold=True),
    Column(head="Why", wide=223.3, most=4),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """What one file holds: load plans in the order in which they are worked off."""

    title: str
    plan_id: str  # what tells it from other plans, in words
    stages: tuple[Stage, ...]


def overview_sheets(paper: Paper, plans: Plans, counts: Sequence[int]) -> Sheets:
    """Return the sheets that come first where units are not one; `counts` are those of each."""
    drawn = _overview(paper, plans, counts, first=2)
    if len(drawn.pages) > 1:  # what it says of where the units begin was too early
        drawn = _overview(paper, plans, counts, first=len(drawn.pages) + 1)
    return drawn


def _overview(paper: Paper, plans: Plans, counts: Sequence[int], *, first: int) -> Sheets:
    sheets, done = Sheets(), 0
    sheets.put(40, partial(_title, words=plans.title))
    for stage in plans.stages:
        _stage(sheets, paper, stage)
        units = len(stage.document["units"])
        if units:
            begins = [first + sum(counts[: done + n]) for n in range(units)]
            columns = _UNITS if stage.whole else _ALONE
            table(sheets, paper, columns, _unit_rows(stage, begins), title=stage.title)
            sheets.skip(12)
        done += units
    plan_notes(sheets, paper, plans)
    return sheets


def _title(paper: Paper, y: float, words: str) -> None:
    paper.write((LEFT, y + 9), "GREENLANE LOAD PLAN", 7.5, bold=True, ink=MUTED)
    paper.write((LEFT, y + 34), words, 27, bold=True)


def _stage(sheets: Sheets, paper: Paper, stage: Stage) -> None:
    """Put what a plan amounts to, how good it is known to be, and how its check ended."""
    s = stage.document["summary"]
    kinds = ", ".join(f"{n:,} {TIMES} {code}" for code, n in s["units_by_code"].items())
    amount = (
        f"{kinds or 'no unit'}: {s['pieces']['loaded']:,} of {s['pieces']['asked']:,} boxes, "
        f"{s['mass_kg']:,.0f} kg, {s['volume_m3']:,.2f} m³, {s['ldm']:,.2f} loading metres"
    )
    sheets.skip(4)
    paragraph(sheets, paper, amount, size=10.5)
    if not stage.whole:
        paragraph(sheets, paper, proof(s), size=9)
    paragraph(sheets, paper, check_line(stage.document["self_check"]), size=8.5, ink=MUTED)
    sheets.skip(8)


def _unit_rows(stage: Stage, begins: Sequence[int]) -> Iterator[tuple[Cell, ...]]:
    for unit, sheet in zip(stage.document["units"], begins, strict=True):
        row = (
            f"{sheet:,}",
            f"{stage.noun} {unit['unit_no']}",
            unit["unit_code"],
            f"{unit['pieces']:,}",
            f"{unit['mass_kg']:,.0f}",
            text.percent(unit["volume_share"], 1),
            text.percent(unit["floor_share"], 1),
            UNKNOWN if unit["mass_share"] is None else text.percent(unit["mass_share"], 1),
            f"{unit['ldm']:,.2f}",
        )
        where = stage.goes_to.get(unit["unit_no"])
        yield (*row, "" if where is None else f"unit {where[0]}") if stage.whole else row


def plan_notes(sheets: Sheets, paper: Paper, plans: Plans) -> None:
    """Put what is not loaded and why, what the plan keeps to, and what it was made from."""
    for stage in plans.stages:
        left = stage.document["unplaced"]
        if left:
            sheets.skip(12)
            heads = stage.left if not stage.of else f"{stage.of}: {stage.left.lower()}"
            table(sheets, paper, _LEFT, _left_rows(left[:_MOST_LEFT]), title=heads, least=17)
            if len(left) > _MOST_LEFT:
                words = f"and {len(left) - _MOST_LEFT:,} rows more, in the tables"
                paragraph(sheets, paper, words)
    sheets.skip(12)
    sheets.put(HEADING, partial(heading, words="About this plan"), beside=36)
    for note in _basis(plans):
        paragraph(sheets, paper, note, size=8.5, most=4)
        sheets.skip(3)


def _left_rows(left: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Cell, ...]]:
    for u in left:
        yield (u["piece_id"], u["shipment_id"], f"{u['quantity']:,}", u["reason"])


def _basis(plans: Plans) -> Iterator[str]:
    document = plans.stages[-1].document
    rules, basis = document["rules"], document["basis"]
    order = "unloaded in the order of stops" if rules["unload_in_order"] else "any unloading order"
    if plans.plan_id:
        yield f"This plan: {plans.plan_id}"
    yield f"At least {rules['support_percent']} % of every base is supported; {order}."
    yield (
        f"Greenlane {basis['software']}, effort {basis['effort']}, seed {basis['seed']}, "
        f"input SHA-256 {basis['input_sha256']}"
    )
    yield (
        f"{SIGN} stands for a character that no font of this paper shows; long names end in an "
        "ellipsis. The tables of the plan have them in full."
    )
