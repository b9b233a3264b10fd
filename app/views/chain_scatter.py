"""Weigh chains against each other as SVG: EUR against kg CO2e, days and rank in words."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any

from app.views import text
from app.views.chain_lanes import all_chains, kind_label, main_mode, spans
from app.views.look import INK, MUTED, look_of
from app.views.projection import Box

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.views.lanes import Point

    Chain = Mapping[str, Any]

_WIDE, _HIGH = 1160.0, 380.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 74.0, 26.0, 20.0, 48.0
_SIZE = 12.0
_LOG_FROM = 6.0  # axes are logarithmic when the greatest is so many times the least
_RINGS = (15.0, 24.0, 36.0, 50.0, 66.0, 84.0, 104.0, 126.0, 150.0)  # px from a dot to its words
_ANGLES = tuple(math.radians(a) for a in (0, 180, 330, 30, 210, 150, 300, 60, 240, 120, 270, 90))
_SHAPES = {
    "air": "M-6 0A6 6 0 1 1 6 0A6 6 0 1 1 -6 0Z",
    "sea": "M0 -7.5L7.5 0L0 7.5L-7.5 0Z",
    "rail": "M0 -7L7 5.5H-7Z",
    "road": "M-5.5 -5.5H5.5V5.5H-5.5Z",
    "iww": "M-7 -5.5H7L0 7Z",
}


def scatter_svg(document: Mapping[str, Any]) -> str:
    """Return one point per chain; its words say rank and days, its shape the main mode."""
    chains = all_chains(document)
    if not chains:
        return ""
    x, x_ticks, x_kind = _axis([c["cost_eur"] for c in chains], _LEFT + 28, _WIDE - _RIGHT - 96)
    y, y_ticks, y_kind = _axis([c["kgco2e"] for c in chains], _HIGH - _BOTTOM - 20, _TOP + 24)
    at = {c["rank"]: (x(c["cost_eur"]), y(c["kgco2e"])) for c in chains}
    order = sorted(chains, key=lambda c: (not c["marks"], c["rank"]))
    boxes = place_around([(point_words(c), *at[c["rank"]]) for c in order])
    body = [
        f'<rect width="{_WIDE:g}" height="{_HIGH:g}" fill="#fff"/>',
        *_frame(x_ticks, y_ticks, f"Cost, EUR{x_kind}", f"Physical, kg CO₂e{y_kind}"),
        *(
            _leader(at[c["rank"]], box)
            for c, box in zip(order, boxes, strict=True)
            if box is not None
        ),
        *(_dot(c, at[c["rank"]]) for c in reversed(order)),
        *(_words(c, box) for c, box in zip(order, boxes, strict=True) if box is not None),
    ]
    return (
        '<svg id="scatter" role="img" aria-labelledby="scatter-title" '
        f'viewBox="0 0 {_WIDE:g} {_HIGH:g}"><title id="scatter-title">Cost against physical CO₂e '
        "of each chain</title>\n" + "\n".join(body) + "\n</svg>"
    )


def point_words(chain: Chain) -> str:
    """Return rank, days and marks of a chain."""
    marks = f" {', '.join(chain['marks'])}" if chain["marks"] else ""
    return f"{chain['rank']}{marks} · {text.days(chain['hours'])}"


def is_log(values: Sequence[float]) -> bool:
    """Tell whether figures are so far apart that a linear axis would lump them."""
    return min(values) > 0 and spans(values) > _LOG_FROM


def _axis(
    values: Sequence[float], start: float, end: float
) -> tuple[Callable[[float], float], list[tuple[float, str]], str]:
    """Return the scale from a figure to a pixel, its ticks, and what kind it is."""
    low, high = min(values), max(values)
    log = is_log(values)
    bend: Callable[[float], float] = math.log10 if log else float
    a, b = bend(low), bend(high)
    if b - a < 1e-9:  # noqa: PLR2004  (one chain, or all alike)
        a, b = a - 1, b + 1

    def scale(value: float) -> float:
        return start + (bend(value) - a) / (b - a) * (end - start)

    ticks = _log_ticks(low, high) if log else _ticks(low, high)
    spots = [(scale(t), f"{t:,.0f}") for t in ticks]
    return scale, spots, ", logarithmic" if log else ""


def _log_ticks(low: float, high: float) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [f * 10.0**p for p in powers for f in (1, 2, 5)]
    return [t for t in ticks if low / 1.1 <= t <= high * 1.1]


def _ticks(low: float, high: float) -> list[float]:
    width = (high - low) or max(abs(high), 1.0)
    power = 10.0 ** math.floor(math.log10(width))
    step = next(f * power for f in (0.2, 0.5, 1, 2) if width / (f * power) <= 6)  # noqa: PLR2004
    first = math.ceil(low / step)
    return [i * step for i in range(first, math.floor(high / step) + 1)]


def place_around(wanted: Sequence[tuple[str, float, float]]) -> list[Box | None]:
    """Return a box for each text, as near to its point as it touches no other text or point."""
    frame = Box(left=_LEFT + 4, top=_TOP - 6, right=_WIDE - 6, bottom=_HIGH - _BOTTOM - 3)
    taken = [Box(left=x - 8, top=y - 8, right=x + 8, bottom=y + 8) for _, x, y in wanted]
    boxes: list[Box | None] = []
    for words, x, y in wanted:
        found = next((b for b in _around(words, x, y) if _is_free(b, frame, taken)), None)
        if found is not None:
            taken.append(found)
        boxes.append(found)
    return boxes


def _around(words: str, x: float, y: float) -> list[Box]:
    wide, high = len(words) * 6.3 + 6, _SIZE + 4
    boxes = []
    for ring in _RINGS:
        for angle in _ANGLES:
            dx, dy = math.cos(angle), math.sin(angle)
            middle_x = x + dx * (ring + wide / 2)
            middle_y = y + dy * ring
            boxes.append(
                Box(
                    left=middle_x - wide / 2,
                    right=middle_x + wide / 2,
                    top=middle_y - high / 2,
                    bottom=middle_y + high / 2,
                )
            )
    return boxes


def _is_free(box: Box, frame: Box, taken: Sequence[Box]) -> bool:
    return box.within(frame) and not any(box.meets(b) for b in taken)


def _frame(
    x_ticks: Sequence[tuple[float, str]],
    y_ticks: Sequence[tuple[float, str]],
    x_title: str,
    y_title: str,
) -> list[str]:
    bottom, right = _HIGH - _BOTTOM, _WIDE - _RIGHT
    lines = "".join(f"M{x:.1f} {_TOP:g}V{bottom:g}" for x, _ in x_ticks)
    lines += "".join(f"M{_LEFT:g} {y:.1f}H{right:g}" for _, y in ((0, y) for y, _ in y_ticks))
    return [
        f'<path d="{lines}" stroke="#E3EAE6" fill="none"/>',
        f'<path d="M{_LEFT:g} {_TOP:g}V{bottom:g}H{right:g}" stroke="#9AA8A3" fill="none"/>',
        *(_tick(x, bottom + 17, words, "middle") for x, words in x_ticks),
        *(_tick(_LEFT - 8, y + 4, words, "end") for y, words in y_ticks),
        _tick((_LEFT + right) / 2, _HIGH - 10, x_title, "middle", strong=True),
        (
            f'<text transform="translate(16 {(_TOP + bottom) / 2:g}) rotate(-90)" '
            f'text-anchor="middle" font-size="12" font-weight="600" fill="{MUTED}">'
            f"{html.escape(y_title)}</text>"
        ),
    ]


def _tick(x: float, y: float, words: str, align: str, *, strong: bool = False) -> str:
    weight = ' font-weight="600"' if strong else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{align}" font-size="12"{weight} '
        f'fill="{MUTED}">{html.escape(words)}</text>'
    )


def _leader(at: Point, box: Box) -> str:
    """Return a fine line from words to their point, where they stand apart."""
    x = min(max(at[0], box.left), box.right)
    y = min(max(at[1], box.top), box.bottom)
    if math.dist(at, (x, y)) <= _RINGS[0] + 1:
        return ""
    return (
        f'<path d="M{at[0]:.1f} {at[1]:.1f}L{x:.1f} {y:.1f}" stroke="#9AA8A3" '
        'stroke-width="0.9" fill="none"/>'
    )


def _dot(chain: Chain, at: Point) -> str:
    mode = main_mode(chain)
    hint = (
        f"{point_words(chain)}\n{kind_label(chain)}\n{text.eur(chain['cost_eur'])}\n"
        f"{text.kg(chain['kgco2e'])}"
    )
    edge = INK if chain["marks"] else "#fff"
    pale = ' fill-opacity="0.45"' if chain["note"] else ""
    return (
        f'<g class="dot c{chain["rank"]:d}" transform="translate({at[0]:.1f} {at[1]:.1f})">'
        f'<path d="{_SHAPES.get(mode, _SHAPES["road"])}" fill="{look_of(mode).colour}"{pale} '
        f'stroke="{edge}" stroke-width="1.4"/><title>{html.escape(hint)}</title></g>'
    )


def _words(chain: Chain, box: Box) -> str:
    weight = "700" if chain["marks"] else "500"
    return (
        f'<text class="dot c{chain["rank"]:d}" x="{(box.left + box.right) / 2:.1f}" '
        f'y="{(box.top + box.bottom) / 2:.1f}" text-anchor="middle" dominant-baseline="central" '
        f'font-size="{_SIZE:g}" font-weight="{weight}" fill="{INK}">'
        f"{html.escape(point_words(chain))}</text>"
    )
