"""Lay out the sheets of one unit: its head, its views, then steps, stops, weights and notes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from app.views import load_pdf_rows as rows
from app.views.load_pdf_flat import looks_of, swatch
from app.views.load_pdf_views import arrange, draw_views
from app.views.look import MUTED
from app.views.pdf_sheets import (
    HAIR,
    HEADING,
    LEFT,
    RIGHT,
    RULE,
    Boxed,
    Column,
    Sheets,
    Swatched,
    heading,
    paragraph,
    table,
)
from app.views.pdf_words import TIMES, cut, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.views.load_pdf_flat import StopLook
    from app.views.pdf_paper import Paper, Place
    from app.views.pdf_sheets import Cell

_MOST_DRAWN = 4_000  # boxes of one unit; of more, a picture says nothing
_DENSE = 300  # boxes from which on rows are lower, so that they fill half as many sheets
_TITLE, _CODE = 27.0, 15.0
_STRIP, _KEY_LINE = 44.0, 17.0  # height of the figures, and of a line of stops
_LEAST_VIEWS = 270.0  # height of the views, or else they get a sheet of their own
_FEW = 20  # boxes whose steps may share a sheet with the views
_MOST_STOPS = 60  # in the key; the tables tell all
STEP_COLUMNS = (
    Column(head="Step", wide=40, align="right", size=15, bold=True),
    Column(head="Piece, and its shipment", wide=108, size=8.5, most=2),
    Column(head=f"Along {TIMES} across {TIMES} high, mm", wide=100, size=8.5),
    Column(head="Turned how", wide=72, size=7.5, most=2),
    Column(head="kg", wide=38, align="right", size=8.5),
    Column(head="From the front, mm", wide=39, align="right"),
    Column(head="From the left, mm", wide=36, align="right"),
    Column(head="Up, mm", wide=33, align="right"),
    Column(head="Stop", wide=43, size=9, bold=True),
    Column(head="", wide=18.3, align="middle"),
)
_LEAVING_COLUMNS = (
    Column(head="Stop", wide=52, size=11, bold=True),
    Column(head="How much", wide=88, size=8.5, most=2),
    Column(head="What", wide=150, size=8, most=9),
    Column(head="Steps, in the order in which they leave", wide=219.3, size=10, most=16),
    Column(head="", wide=18.0, align="middle"),
)
_WEIGHT_HEADS = (
    "Leaves", "Boxes", "Cargo, kg", "Centre from the front, mm", "Centre from the left, mm",
    "Centre up, mm", "Front support, kg", "of at most, kg", "Rear support, kg", "of at most, kg",
)  # fmt: skip
_WEIGHT_COLUMNS = tuple(
    Column(
        head=head,
        wide=64.3 if n == 0 else 38.0 if n == 1 else 53.125,
        align="left" if n == 0 else "right",
        bold=n == 0,
    )
    for n, head in enumerate(_WEIGHT_HEADS)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One load plan of those that share a file, and how its units are called."""

    document: Mapping[str, Any]
    noun: str  # such as unit or pallet
    title: str
    left: str  # what heads the pieces in none of these units
    of: str = ""  # such as a departure: told with each unit
    whole: bool = False  # its units leave as they stand, as pieces in units of the next plan
    goes_to: Mapping[int, tuple[int, int]] = field(default_factory=dict)  # unit and step

    def name_of(self, unit: Mapping[str, Any]) -> str:
        """Return what a unit is called on its sheets."""
        return f"{self.noun} {unit['unit_no']} of {len(self.document['units'])}"


def unit_sheets(paper: Paper, stage: Stage, unit: Mapping[str, Any], *, told: bool) -> Sheets:
    """Return the sheets of a unit; of a unit that is not `told`, its figures alone."""
    sheets, items = Sheets(), stage.document["items"]
    _head(sheets, paper, stage, unit)
    if not told:
        words = "Its boxes are not on paper: there are too many in this plan. The tables hold them."
        paragraph(sheets, paper, words)
        _weights(sheets, paper, unit)
        _notes(sheets, paper, stage, unit)
    else:
        if unit["boxes"]:
            _key(sheets, paper, unit, items)
        _views(sheets, paper, unit, items, below=_height_of_tables(paper, stage, unit))
        _tables(sheets, paper, stage, unit)
    return sheets


def _tables(sheets: Sheets, paper: Paper, stage: Stage, unit: Mapping[str, Any]) -> None:
    items = stage.document["items"]
    _steps(sheets, paper, unit, items)
    if not stage.whole:
        _leaving(sheets, paper, unit, items)
        _weights(sheets, paper, unit)
    _notes(sheets, paper, stage, unit)


def _height_of_tables(paper: Paper, stage: Stage, unit: Mapping[str, Any]) -> float | None:
    """Return how high the tables of a unit are; nothing if they take sheets of their own."""
    if len(unit["boxes"]) > _FEW:
        return None
    trial = Sheets()
    start = trial.y
    _tables(trial, paper, stage, unit)
    return trial.y - start if len(trial.pages) == 1 else None


# --- the head -------------------------------------------------------------------------------------


def _head(sheets: Sheets, paper: Paper, stage: Stage, unit: Mapping[str, Any]) -> None:
    of = tidy(stage.of)
    where = stage.goes_to.get(unit["unit_no"])
    lines = [line for line in (of, where and f"goes into unit {where[0]}, step {where[1]}") if line]
    sheets.put(40, partial(_title, name=stage.name_of(unit), code=tidy(unit["unit_code"])))
    for line in lines:
        paragraph(sheets, paper, line, size=10.5, most=2)
    sheets.skip(6)
    sheets.put(_STRIP, partial(_figures, cells=rows.figure_cells(unit)))
    sheets.skip(5)
    check = rows.check_line(stage.document["self_check"])
    paragraph(sheets, paper, check, size=8.5, ink=MUTED)
    sheets.skip(5)


def _title(paper: Paper, y: float, name: str, code: str) -> None:
    """Write which unit this is, large enough to be read from the next sheet's place."""
    paper.write((LEFT, y + 9), "GREENLANE LOAD PLAN", 7.5, bold=True, ink=MUTED)
    paper.write((LEFT, y + 34), name, _TITLE, bold=True)
    start = LEFT + paper.width(name, _TITLE, bold=True) + 12
    words = cut(code, RIGHT - start, lambda w: paper.width(w, _CODE))
    paper.write((start, y + 34), words, _CODE)


def _figures(paper: Paper, y: float, cells: Sequence[tuple[str, str, str]]) -> None:
    """Draw the figures of a unit side by side."""
    wide = (RIGHT - LEFT) / len(cells)
    paper.rectangle((LEFT, y), (RIGHT - LEFT, _STRIP), ink=RULE, line=0.8, round_by=3)
    for n, (what, value, note) in enumerate(cells):
        x = LEFT + n * wide
        if n:
            paper.strokes([((x, y + 6), (x, y + _STRIP - 6))], ink=HAIR)
        room = wide - 10
        paper.write((x + 6, y + 11), what, 7, bold=True, ink=MUTED)
        size = min(14.0, 14.0 * room / paper.width(value, 14, bold=True))
        paper.write((x + 6, y + 27), value, size, bold=True)
        size = min(6.8, 6.8 * room / paper.width(note, 6.8))
        paper.write((x + 6, y + 38), note, size, ink=MUTED)


def _key(
    sheets: Sheets, paper: Paper, unit: Mapping[str, Any], items: Sequence[Mapping[str, Any]]
) -> None:
    """Put the colours and hatches of the stops below the head, in as many lines as they take."""
    stops = [items[box[0]]["stop_no"] for box in unit["boxes"]]
    looks = looks_of(stops)
    entries = [(f"stop {stop}: {rows.pieces(stops.count(stop))}", looks[stop]) for stop in looks]
    more = len(entries) - _MOST_STOPS
    entries = entries[:_MOST_STOPS]
    x, line = LEFT, list[tuple[float, str, "StopLook"]]()
    lines = [line]
    for words, look in entries:
        wide = 22 + paper.width(words, 9.5, bold=True) + 16
        if x + wide > RIGHT and line:
            x, line = LEFT, []
            lines.append(line)
        line.append((x, words, look))
        x += wide
    for found in lines:
        sheets.put(_KEY_LINE, partial(_key_line, entries=found))
    if more > 0:
        paragraph(sheets, paper, f"and {more:,} stops more", size=8.5)


def _key_line(paper: Paper, y: float, entries: Sequence[tuple[float, str, StopLook]]) -> None:
    for x, words, look in entries:
        swatch(paper, (x, y + 7), look)
        paper.write((x + 22, y + 10.4), words, 9.5, bold=True)


# --- the views ------------------------------------------------------------------------------------


def _views(
    sheets: Sheets,
    paper: Paper,
    unit: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    *,
    below: float | None,
) -> None:
    """Put the views; with the tables `below` them, if both find room on the sheet."""
    if len(unit["boxes"]) > _MOST_DRAWN:
        paragraph(sheets, paper, "Not drawn: there are too many boxes to tell them apart.")
        return
    if sheets.room < _LEAST_VIEWS:
        sheets.turn()
    sheets.skip(4)
    room = sheets.room - 12
    if below is not None and room - below >= _LEAST_VIEWS:
        room -= below
    found = arrange(unit, items, (RIGHT - LEFT, room))

    def draw(paper: Paper, y: float) -> None:
        draw_views(paper, (LEFT, y), found, unit, items)
        _scale_words(paper, (RIGHT, y + 10.5), found.one_to)

    sheets.put(found.height, draw)


def _scale_words(paper: Paper, at: Place, one_to: int) -> None:
    paper.write(at, f"scale 1 : {one_to:,}", 7.5, align="right", ink=MUTED)


# --- the tables -----------------------------------------------------------------------------------


def _stop_cells(unit: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> dict[int, Cell]:
    """Return the cell of each stop: its look and its number."""
    looks = looks_of([items[box[0]]["stop_no"] for box in unit["boxes"]])

    def cell(stop: int, look: StopLook) -> Cell:
        return Swatched(words=f"{stop:,}", draw=partial(_swatch, look=look), wide=22)

    return {stop: cell(stop, look) for stop, look in looks.items()}


def _swatch(paper: Paper, at: Place, look: StopLook) -> None:
    swatch(paper, at, look)


def _steps(
    sheets: Sheets, paper: Paper, unit: Mapping[str, Any], items: Sequence[Mapping[str, Any]]
) -> None:
    """Put the table of steps, from a new sheet on if much of this one is taken."""
    if not unit["boxes"]:
        return
    cells = _stop_cells(unit, items)
    dense = len(unit["boxes"]) > _DENSE
    if sheets.room < 160:  # noqa: PLR2004  (a head and a handful of rows)
        sheets.turn()
    else:
        sheets.skip(6)
    columns = [_smaller(column) for column in STEP_COLUMNS] if dense else STEP_COLUMNS
    found = ((*row[:-1], cells[row[-1]], Boxed()) for row in rows.step_rows(unit, items))
    title = f"Loading, step by step: {len(unit['boxes']):,}"
    table(sheets, paper, columns, found, title=title, least=18.4 if dense else 22)


def _smaller(column: Column) -> Column:
    size = 11.0 if column.head == "Step" else 6.8 if column.most > 1 else min(column.size, 8.0)
    return replace(column, size=size, most=1)


def _leaving(
    sheets: Sheets, paper: Paper, unit: Mapping[str, Any], items: Sequence[Mapping[str, Any]]
) -> None:
    if not unit["boxes"]:
        return
    sheets.skip(14)
    cells = _stop_cells(unit, items)
    found = (
        (cells[stop], amount, what, steps, Boxed())
        for stop, amount, what, steps in rows.leaving_rows(unit, items)
    )
    table(sheets, paper, _LEAVING_COLUMNS, found, title="Unloading, stop by stop", least=22)


def _weights(sheets: Sheets, paper: Paper, unit: Mapping[str, Any]) -> None:
    found = rows.weight_rows(unit)
    if found:
        sheets.skip(14)
        title = "Weight as it leaves each stop"
        table(sheets, paper, _WEIGHT_COLUMNS, found, title=title, least=18)


def _notes(sheets: Sheets, paper: Paper, stage: Stage, unit: Mapping[str, Any]) -> None:
    """Put what is not known about the unit, and how its places are measured."""
    found = rows.doubts_of(stage.document["self_check"], unit["unit_code"])
    sheets.skip(14)
    sheets.put(HEADING, partial(heading, words="Notes"), beside=24)
    up = "deck of the pallet" if stage.whole else "floor"
    words = (
        "Places are of the corner of a box that is nearest to the front, the left wall and the "
        f"{up}; left and right as seen from the rear. Of a box as delivered, the length lies along "
        "the unit and the height is up. A box that is hidden in a view, or too small there for its "
        "number, is in the table."
    )
    for note in (*found, words):
        paragraph(sheets, paper, note, size=8.5, most=3)
        sheets.skip(3)
