"""Draw on sheets of A4 in the fonts that every viewer has: the one room that knows reportlab.

Places are in points from the upper left corner of a sheet, y downwards, a text's at its baseline.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from reportlab import rl_config
from reportlab.lib.colors import Color
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import Font, getFont, registerFont
from reportlab.pdfgen.canvas import Canvas

from app.views.look import INK, rgb
from app.views.pdf_words import Face, glyph_of, tidy, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Align = Literal["left", "middle", "right"]
Place = tuple[float, float]

WIDTH, HEIGHT = 595.28, 841.89  # A4
_SLANT = 90.0  # degrees of a text that runs upwards
_RAISED = 0.19  # of the size: capitals are so much higher than small letters in Helvetica
_FONTS: dict[Face, tuple[str, str]] = {  # plain, bold
    "latin": ("Helvetica", "Helvetica-Bold"),
    "standard": ("Greenlane-Standard", "Greenlane-Standard-Bold"),
    "symbol": ("Symbol", "Symbol"),
    "signs": ("ZapfDingbats", "ZapfDingbats"),
    # Not in the file: viewers bring the glyphs, or ask to fetch them once.
    "han": ("STSong-Light", "STSong-Light"),
    "hangul": ("HYSMyeongJo-Medium", "HYSMyeongJo-Medium"),
}


@lru_cache(maxsize=1)
def _ready() -> None:
    """Make the fonts known that reportlab does not know by itself."""
    rl_config.useA85 = 0  # bytes as they are, a fifth fewer than in letters
    registerFont(Font("Greenlane-Standard", "Helvetica", "StandardEncoding"))
    registerFont(Font("Greenlane-Standard-Bold", "Helvetica-Bold", "StandardEncoding"))
    for name in ("STSong-Light", "HYSMyeongJo-Medium"):
        registerFont(UnicodeCIDFont(name))


@lru_cache(maxsize=20_000)
def _advance(character: str, *, bold: bool) -> float:
    """Return how wide a character is at size 1."""
    glyph = glyph_of(character)
    return float(getFont(_FONTS[glyph.face][bold]).stringWidth(glyph.drawn, 1))


@lru_cache(maxsize=20_000)
def _lines(words: str, wide: float, most: int, *, bold: bool) -> tuple[str, ...]:
    """Return a text in lines no wider than `wide` at size 1; the pieces of a load are alike."""
    return wrap(tidy(words), wide, most, lambda w: Paper.width(w, 1.0, bold=bold))


@lru_cache(maxsize=64)
def _colour(colour: str) -> Color:
    return Color(*(part / 255 for part in rgb(colour)))


def _turned(place: Place) -> Place:
    """Return a place as PDF counts it, from below, to a hundredth of a point."""
    return round(place[0], 2), round(HEIGHT - place[1], 2)


class Paper:
    """A pile of sheets that is drawn on one after another."""

    def __init__(self, title: str) -> None:
        _ready()
        self._content = BytesIO()
        # Without a clock and with a digest for an identifier: the same drawing, the same bytes.
        self._canvas = Canvas(
            self._content, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1
        )
        self._canvas.setTitle(title)
        self._canvas.setAuthor("Greenlane")
        self._canvas.setCreator("Greenlane")
        self._canvas.setLineJoin(1)
        # What the sheet draws with now, so that it is not said again.
        self._fill, self._pen = "", ("", 0.0)

    def content(self) -> bytes:
        """Return the file; nothing can be drawn after that."""
        self._canvas.save()
        return self._content.getvalue()

    def next_sheet(self) -> None:
        """End a sheet, and begin another."""
        self._canvas.showPage()
        self._canvas.setLineJoin(1)
        self._fill, self._pen = "", ("", 0.0)

    @staticmethod
    def width(words: str, size: float, *, bold: bool = False) -> float:
        """Return how wide a text is drawn."""
        return sum(_advance(c, bold=bold) for c in words) * size

    def lines(
        self, words: str, wide: float, size: float, *, most: int = 1, bold: bool = False
    ) -> tuple[str, ...]:
        """Return a text of strangers in lines that fit; what is too long ends in an ellipsis."""
        return _lines(words, wide / size, most, bold=bold)

    def write(  # noqa: PLR0913  (what a text on paper is)
        self,
        at: Place,
        words: str,
        size: float,
        *,
        bold: bool = False,
        align: Align = "left",
        ink: str = INK,
        upwards: bool = False,
    ) -> None:
        """Write a text of one line, as it is: no mark-up, each run in the face that shows it."""
        canvas = self._canvas
        self._pens(ink, "", 0.0)
        share = {"left": 0.0, "middle": 0.5, "right": 1.0}[align]
        start = -share * self.width(words, size, bold=bold)
        if upwards:
            canvas.saveState()
            canvas.translate(at[0], HEIGHT - at[1])
            canvas.rotate(_SLANT)
            self._runs(start, 0.0, words, size, bold=bold)
            canvas.restoreState()
        else:
            x, y = _turned((at[0] + start, at[1]))
            self._runs(x, y, words, size, bold=bold)

    def _runs(self, x: float, y: float, words: str, size: float, *, bold: bool) -> None:
        face: Face = "latin"
        run, start = "", x
        for character in words:
            glyph, wide = glyph_of(character), _advance(character, bold=bold) * size
            if glyph.face != face or glyph.accent:
                self._run(start, y, run, size, _FONTS[face][bold])
                run, face, start = "", glyph.face, x
            run += glyph.drawn
            if glyph.accent:
                self._run(start, y, run, size, _FONTS[face][bold])
                self._accent((x + wide / 2, y), glyph.accent, size, up=glyph.raised, bold=bold)
                run, start = "", x + wide
            x += wide
        self._run(start, y, run, size, _FONTS[face][bold])

    def _run(self, x: float, y: float, run: str, size: float, font: str) -> None:
        if run:
            self._canvas.setFont(font, size)
            self._canvas.drawString(round(x, 2), y, run)

    def _accent(self, at: Place, accent: str, size: float, *, up: bool, bold: bool) -> None:
        font = _FONTS["standard"][bold]
        wide = float(getFont(font).stringWidth(accent, size))
        self._run(at[0] - wide / 2, at[1] + (_RAISED * size if up else 0.0), accent, size, font)

    def rectangle(  # noqa: PLR0913  (what a rectangle on paper is)
        self,
        at: Place,
        size: Place,
        *,
        fill: str = "",
        ink: str = "",
        line: float = 0.5,
        round_by: float = 0.0,
    ) -> None:
        """Draw a rectangle from its upper left corner."""
        self._pens(fill, ink, line)
        x, y = _turned((at[0], at[1] + size[1]))
        wide, high = round(size[0], 2), round(size[1], 2)
        drawn = {"stroke": int(bool(ink)), "fill": int(bool(fill))}
        if round_by:
            self._canvas.roundRect(x, y, wide, high, round_by, **drawn)
        else:
            self._canvas.rect(x, y, wide, high, **drawn)

    def polygon(
        self, points: Sequence[Place], *, fill: str = "", ink: str = "", line: float = 0.5
    ) -> None:
        """Draw a closed outline."""
        self._pens(fill, ink, line)
        path = self._canvas.beginPath()
        path.moveTo(*_turned(points[0]))
        for point in points[1:]:
            path.lineTo(*_turned(point))
        path.close()
        self._canvas.drawPath(path, stroke=int(bool(ink)), fill=int(bool(fill)))

    def strokes(
        self,
        lines: Iterable[tuple[Place, Place]],
        *,
        ink: str = INK,
        line: float = 0.5,
        dash: tuple[float, ...] = (),
    ) -> None:
        """Draw straight lines, all with one pen."""
        found = [(*_turned(a), *_turned(b)) for a, b in lines]
        if not found:
            return
        self._pens("", ink, line)
        if dash:
            self._canvas.setDash(*dash)
        self._canvas.lines(found)
        if dash:
            self._canvas.setDash()

    def _pens(self, fill: str, ink: str, line: float) -> None:
        if fill and fill != self._fill:
            self._canvas.setFillColor(_colour(fill))
            self._fill = fill
        if ink and (ink, line) != self._pen:
            self._canvas.setStrokeColor(_colour(ink))
            self._canvas.setLineWidth(line)
            self._pen = (ink, line)

    def bookmark(self, name: str, words: str) -> None:
        """Name this sheet in the outline that viewers show beside the pages."""
        self._canvas.bookmarkPage(name)
        self._canvas.addOutlineEntry(words, name, 0, closed=False)
