"""Put blocks and tables on sheets, one below the other; a table's head is repeated on each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.views.look import INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from app.views.pdf_paper import Align, Paper

    Drawing = Callable[[Paper, float], None]  # onto which paper, from which height downwards

LEFT, RIGHT = 34.0, 561.3  # margins of A4, points
TOP, BOTTOM = 58.0, 792.0  # between the running head and the foot
FIRST_TOP = 34.0  # of a sheet with a head of its own
HAIR, RULE = "#C3CCC7", "#7F8B86"
SHADE = "#F1F4F2"
_PAD = 4.0  # free at the left and right of a cell
_LEADING, _FREE = 1.2, 0.3  # of a line, and free around those of a cell, of their size


@dataclass(slots=True, kw_only=True)
class Sheets:
    """Sheets that are filled from above; what is drawn on them is kept until all are counted."""

    pages: list[list[tuple[Drawing, float]]] = field(default_factory=lambda: [[]])
    y: float = FIRST_TOP

    @property
    def room(self) -> float:
        """Return what is free below."""
        return BOTTOM - self.y

    def turn(self) -> None:
        """Begin another sheet."""
        self.pages.append([])
        self.y = TOP

    def put(self, height: float, drawing: Drawing, *, beside: float = 0.0) -> None:
        """Put a drawing below what is there; on a new sheet if it and `beside` find no room."""
        if self.room < height + beside and self.pages[-1]:
            self.turn()
        self.pages[-1].append((drawing, self.y))
        self.y += height

    def skip(self, height: float) -> None:
        """Leave some room free."""
        self.y = min(self.y + height, BOTTOM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    head: str
    wide: float
    align: Align = "left"
    size: float = 8.5
    bold: bool = False
    most: int = 1  # lines of a cell, or of each part of it


@dataclass(frozen=True, slots=True)
class Boxed:
    """A cell to be ticked by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swatched:
    """A cell with a sign before its words, such as the hatch of a stop."""

    words: str
    draw: Callable[[Paper, tuple[float, float]], None]  # from its upper left corner
    wide: float


_Line = tuple[str, float, bool]  # words, size, bold
Cell = str | tuple[str, ...] | Boxed | Swatched  # of a tuple, the first line is the stronger


def heading(paper: Paper, y: float, words: str) -> None:
    """Write a heading of a part."""
    paper.write((LEFT, y + 13), words, 12.5, bold=True)


HEADING = 21.0


def paragraph(  # noqa: PLR0913  (what a text on a sheet is)
    sheets: Sheets, paper: Paper, words: str, *, size: float = 9.0, ink: str = INK, most: int = 6
) -> None:
    """Put a text across the sheet."""
    leading = size * 1.32
    for line in paper.lines(words, RIGHT - LEFT, size, most=most):
        sheets.put(leading, _line_of(line, size, ink))


def _line_of(line: str, size: float, ink: str) -> Drawing:
    return lambda paper, y: paper.write((LEFT, y + size), line, size, ink=ink)


def table(  # noqa: PLR0913  (what a table on a sheet is)
    sheets: Sheets,
    paper: Paper,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    least: float = 15.0,
    title: str = "",
) -> None:
    """Put a table with its title; `least` is the height of a row of one line."""
    head = _Head(paper, columns)
    beside = 0.0
    if title:
        beside = head.height + 2 * least
        sheets.put(HEADING, lambda p, y: heading(p, y, title), beside=beside)
    sheets.put(head.height, head.draw, beside=2 * least)
    for n, row in enumerate(rows):
        drawn = _Row(paper, columns, row, least, shaded=n % 2 == 1)
        if sheets.room < drawn.height:
            sheets.turn()
            sheets.put(head.height, head.draw)
        sheets.put(drawn.height, drawn.draw)


class _Head:
    """The names of columns, each in as many lines as it needs."""

    _SIZE = 7.2

    def __init__(self, paper: Paper, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._lines = [
            paper.lines(c.head, c.wide - 2 * _PAD, self._SIZE, most=3, bold=True) for c in columns
        ]
        self.height = max(len(lines) for lines in self._lines) * self._SIZE * _LEADING + 7

    def draw(self, paper: Paper, y: float) -> None:
        """Write the names at the foot of the head, above a rule."""
        x, foot = LEFT, y + self.height
        for column, lines in zip(self._columns, self._lines, strict=True):
            at = _anchor(column, x)
            first = foot - 5 - (len(lines) - 1) * self._SIZE * _LEADING
            for n, line in enumerate(lines):
                place = (at, first + n * self._SIZE * _LEADING)
                paper.write(place, line, self._SIZE, bold=True, align=column.align, ink=MUTED)
            x += column.wide
        paper.strokes([((LEFT, foot), (x, foot))], ink=RULE, line=0.8)


class _Row:
    """One row, as high as its longest cell."""

    def __init__(
        self,
        paper: Paper,
        columns: Sequence[Column],
        cells: Sequence[Cell],
        least: float,
        *,
        shaded: bool,
    ) -> None:
        self._columns, self._cells, self._shaded = columns, cells, shaded
        self._lines = [_lines_of(paper, *pair) for pair in zip(columns, cells, strict=True)]
        heights = (
            column.size * (_LEADING * len(lines) + _FREE)
            for column, lines in zip(columns, self._lines, strict=True)
        )
        self.height = max(least, *heights)

    def draw(self, paper: Paper, y: float) -> None:
        """Write the cells, each in the middle of the row's height."""
        wide = sum(column.wide for column in self._columns)
        if self._shaded:
            paper.rectangle((LEFT, y), (wide, self.height), fill=SHADE)
        x = LEFT
        for column, cell, lines in zip(self._columns, self._cells, self._lines, strict=True):
            if isinstance(cell, Boxed):
                self._box(paper, (x, y), column.wide)
            else:
                start = x
                if isinstance(cell, Swatched):
                    cell.draw(paper, (x + _PAD, y + self.height / 2))
                    start += cell.wide
                _write(paper, column, lines, (start, y + self.height / 2))
            x += column.wide
        foot = y + self.height
        paper.strokes([((LEFT, foot), (x, foot))], ink=HAIR, line=0.4)

    def _box(self, paper: Paper, corner: tuple[float, float], wide: float) -> None:
        side = min(11.0, self.height - 4)
        at = (corner[0] + (wide - side) / 2, corner[1] + (self.height - side) / 2)
        paper.rectangle(at, (side, side), fill="#FFFFFF", ink=INK, line=0.8)


def _write(paper: Paper, column: Column, lines: Sequence[_Line], at: tuple[float, float]) -> None:
    """Write the lines of a cell around the middle of its height."""
    leading = column.size * _LEADING
    first = at[1] - len(lines) * leading / 2 + 0.92 * column.size
    for n, (words, size, bold) in enumerate(lines):
        place = (_anchor(column, at[0]), first + n * leading)
        paper.write(place, words, size, bold=bold, align=column.align)


def _lines_of(paper: Paper, column: Column, cell: Cell) -> Sequence[_Line]:
    """Return the lines of a cell, wrapped and cut; a figure is made smaller rather than cut."""
    if isinstance(cell, Boxed):
        return ()
    wide = column.wide - 2 * _PAD
    if isinstance(cell, Swatched):
        wide -= cell.wide
        cell = cell.words
    if column.align == "right" and isinstance(cell, str):
        needs = paper.width(cell, column.size, bold=column.bold)
        return [(cell, min(column.size, column.size * wide / needs) if needs else 1.0, column.bold)]
    parts = (cell,) if isinstance(cell, str) else cell
    found: list[_Line] = []
    for n, part in enumerate(parts):
        bold = column.bold or (n == 0 and isinstance(cell, tuple))
        lines = paper.lines(part, wide, column.size, most=column.most, bold=bold)
        found += ((line, column.size, bold) for line in lines)
    return found


def _anchor(column: Column, x: float) -> float:
    if column.align == "right":
        return x + column.wide - _PAD
    return x + (column.wide / 2 if column.align == "middle" else _PAD)
