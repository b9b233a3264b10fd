"""Draw a plan as SVG: land, lanes by mode and CO2e, hubs, and labels that do not touch."""

from __future__ import annotations

import html
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.views import text
from app.views.look import COAST, GRID, INK, LAND, OCEAN, Look, look_of
from app.views.projection import (
    Box,
    Label,
    Window,
    clipped,
    label_hubs,
    natural_earth,
    thinned,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.views.lanes import Lane, Picture, Place, Point

_THIN_PX = 0.3  # points of a line closer than this are one
_SEEN_PX = 0.7  # land points closer than this are one
_EDGE_PX = 6.0  # land is drawn a little beyond the frame, so that its cut edge is not seen
_THINNEST_PX, _THICKEST_PX = 1.6, 9.0
_LABELLED_LANE_PX = 70.0  # a shorter lane has no room for words
_KM_PER_DEGREE = 111.32
_CLUSTER_PX = 30.0
_MOST_DETAILS = 2
_TAG_SHARES = (0.45, 0.38, 0.52, 0.3, 0.7, 0.24, 0.78)  # where a lane's words may sit


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A frame in pixels on a part of the world."""

    width: float
    height: float
    centre: float
    scale: float
    x0: float
    y0: float

    def pixel(self, point: Point) -> Point:
        """Return where a place is drawn."""
        x, y = natural_earth(point[0] - self.centre, point[1])
        return self.x0 + x * self.scale, self.y0 - y * self.scale

    @property
    def frame(self) -> Box:
        """The frame less a border that labels keep clear."""
        return Box(left=4, top=4, right=self.width - 4, bottom=self.height - 4)


def fitted(points: Sequence[Point], centre: float, *, size: tuple[float, float]) -> View:
    """Return the view that shows all points with a border, on land no smaller than a region."""
    flat = [natural_earth(lon - centre, lat) for lon, lat in points]
    xs, ys = [p[0] for p in flat], [p[1] for p in flat]
    width, height = size
    least = math.radians(0.5)
    wide, high = max(max(xs) - min(xs), least), max(max(ys) - min(ys), least)
    scale = min(width * 0.80 / wide, height * 0.70 / high)
    return View(
        width=width,
        height=height,
        centre=centre,
        scale=scale,
        x0=width / 2 - (max(xs) + min(xs)) / 2 * scale,
        y0=height / 2 + (max(ys) + min(ys)) / 2 * scale,
    )


def lane_width(kgco2e: float, most: float) -> float:
    """Return a line's width; its square grows with CO2e, so that small lanes stay visible."""
    share = 0.0 if most <= 0 else math.sqrt(max(kgco2e, 0.0) / most)
    return _THINNEST_PX + (_THICKEST_PX - _THINNEST_PX) * share


def details(picture: Picture, view: View) -> list[list[Place]]:
    """Return the groups of hubs that stand too close to be told apart, largest first."""
    groups: list[list[Place]] = []
    for place in picture.places:
        near = [g for g in groups if any(_apart(place, p, view) < _CLUSTER_PX for p in g)]
        merged = [p for g in near for p in g] + [place]
        groups = [g for g in groups if g not in near] + [merged]
    crowded = [g for g in groups if len(g) > 1]
    crowded.sort(key=lambda g: (-len(g), g[0].hub_id))
    return crowded[:_MOST_DETAILS]


def _apart(a: Place, b: Place, view: View) -> float:
    return math.dist(view.pixel(a.at), view.pixel(b.at))


def draw(  # noqa: PLR0913  (one picture)
    picture: Picture,
    rings: Sequence[Sequence[Point]],
    view: View,
    *,
    name: str,
    title: str,
    detail: bool = False,
) -> str:
    """Return one SVG element; `name` starts all ids in it."""
    most = max((lane.kgco2e for lane in picture.lanes), default=0.0)
    size = 12.5
    places = [p for p in picture.places if visible(view, p)]
    hubs = [(p.label, *view.pixel(p.at)) for p in places]
    labels, taken = label_hubs(hubs, size=size, frame=view.frame)
    body = [
        *ground(rings, view, detail=detail),
        *(_lane(lane, view, most) for lane in reversed(picture.lanes)),
        *(mark(place, x, y) for place, (_, x, y) in zip(places, hubs, strict=True)),
        *(label_text(hubs[label.index][0], label, size, "hub") for label in labels),
        *([] if detail else _lane_labels(picture.lanes, view, taken)),
        *([scale_bar(view)] if detail else []),
    ]
    return framed(body, view, name=name, title=title)


def framed(body: Iterable[str], view: View, *, name: str, title: str) -> str:
    """Return shapes as one SVG element with a title for those who do not see it."""
    return (
        f'<svg id="{name}" role="img" aria-labelledby="{name}-title" '
        f'viewBox="0 0 {view.width:g} {view.height:g}">'
        f'<title id="{name}-title">{html.escape(title)}</title>\n' + "\n".join(body) + "\n</svg>"
    )


def ground(rings: Sequence[Sequence[Point]], view: View, *, detail: bool = False) -> list[str]:
    """Return ocean, grid and land."""
    return [
        f'<rect width="{view.width:g}" height="{view.height:g}" fill="{OCEAN}"/>',
        _grid(view, 1.0 if detail else 15.0),
        _land(rings, view),
    ]


def visible(view: View, place: Place) -> bool:
    """Tell whether a place lies in the frame."""
    x, y = view.pixel(place.at)
    return 0 <= x <= view.width and 0 <= y <= view.height


def _path(points: Sequence[Point], *, close: bool = False) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + ("Z" if close else "")


def _land(rings: Sequence[Sequence[Point]], view: View) -> str:
    frame = Window(
        west=-_EDGE_PX, south=-_EDGE_PX, east=view.width + _EDGE_PX, north=view.height + _EDGE_PX
    )
    parts = []
    for ring in rings:
        for turn in (-360.0, 0.0, 360.0):
            shifted = [(lon + turn, lat) for lon, lat in ring]
            if all(abs(lon - view.centre) > 200.0 for lon, _ in shifted):  # noqa: PLR2004
                continue
            flat = clipped([view.pixel(p) for p in shifted], frame)
            seen = thinned(flat, _SEEN_PX)
            if len(seen) > 3:  # noqa: PLR2004  (less is no area)
                parts.append(_path(seen, close=True))
    return (
        f'<path class="land" d="{"".join(parts)}" fill="{LAND}" stroke="{COAST}" '
        'stroke-width="0.7" stroke-linejoin="round" fill-rule="evenodd"/>'
    )


def _grid(view: View, step: float) -> str:
    lines = []
    west, north = _unproject(view, 0, 0)
    east, south = _unproject(view, view.width, view.height)
    reach = (east - west) * 0.25 + step
    first, last = math.floor((west - reach) / step), math.ceil((east + reach) / step)
    low, high = max(math.floor(south / step) - 1, -89 // step), min(north / step + 1, 89 // step)
    bottom, top = low * step, math.floor(high) * step
    for i in range(first, last + 1):
        points = [(i * step, bottom + (top - bottom) * k / 24) for k in range(25)]
        lines.append(_path([view.pixel(p) for p in points]))
    for j in range(int(low), math.floor(high) + 1):
        ends = [view.pixel((first * step, j * step)), view.pixel((last * step, j * step))]
        lines.append(_path(ends))
    return f'<path d="{"".join(lines)}" fill="none" stroke="{GRID}" stroke-width="0.8"/>'


def _unproject(view: View, x: float, y: float) -> Point:
    """Return the place at a pixel, by halving: the polynomials have no plain inverse."""
    wanted, low, high = (view.y0 - y) / view.scale, -89.0, 89.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if natural_earth(0, middle)[1] < wanted else (low, middle)
    per_degree = natural_earth(1, low)[0]
    return view.centre + (x - view.x0) / view.scale / per_degree, low


def _lane(lane: Lane, view: View, most: float) -> str:
    look = look_of(lane.mode)
    hint = (
        f"{look.label}: {lane.origin} to {lane.destination}, {text.three_digits(lane.distance_km)}"
        f" km\nPhysical {text.kg(lane.kgco2e)}, market-based {text.kg(lane.market_kgco2e)}\n"
        f"{text.three_digits(lane.mass_kg)} kg of freight\n{', '.join(lane.services)}"
    )
    return "".join(
        line(
            thinned([view.pixel(p) for p in part], _THIN_PX),
            look,
            width=lane_width(lane.kgco2e, most),
            hint=hint,
        )
        for part in lane.parts
        if len(part) > 1
    )


def line(  # noqa: PLR0913  (one line)
    points: Sequence[Point],
    look: Look,
    *,
    width: float,
    hint: str,
    group: str = "lane",
    arrow: bool = True,
) -> str:
    """Return a line in pixels with a pale edge, an arrow, and words to hover over."""
    dash = f' stroke-dasharray="{look.dash}"' if look.dash else ""
    casing = (
        f'<path d="{_path(points)}" fill="none" stroke="#fff" stroke-opacity="0.75" '
        f'stroke-width="{width + 2.4:.1f}" stroke-linecap="round" stroke-linejoin="round"/>'
    )
    head = _arrow(points, look.colour) if arrow else ""
    return (
        f'<g class="{group}">{casing}<path d="{_path(points)}" fill="none" stroke="{look.colour}" '
        f'stroke-width="{width:.1f}" stroke-linejoin="round"{dash}/>{head}'
        f"<title>{html.escape(hint)}</title></g>"
    )


def _arrow(points: Sequence[Point], colour: str) -> str:
    """Return an arrowhead in the middle of a line long enough to carry one."""
    at, heading = _along(points, 0.6)
    if length(points) < _LABELLED_LANE_PX:
        return ""
    return (
        f'<path d="M-6 -6L8 0L-6 6L-3 0Z" fill="{colour}" stroke="#fff" stroke-width="1.2" '
        f'transform="translate({at[0]:.1f} {at[1]:.1f}) rotate({math.degrees(heading):.0f})"/>'
    )


def length(points: Sequence[Point]) -> float:
    """Return the length of a line in its own units."""
    return math.fsum(math.dist(a, b) for a, b in itertools.pairwise(points))


def _along(points: Sequence[Point], share: float) -> tuple[Point, float]:
    """Return the place at a share of a line's length, and the line's heading there."""
    left = length(points) * share
    for a, b in itertools.pairwise(points):
        step = math.dist(a, b)
        if step and left <= step:
            t = left / step
            at = (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))
            return at, math.atan2(b[1] - a[1], b[0] - a[0])
        left -= step
    return points[-1], 0.0


def _lane_labels(lanes: Sequence[Lane], view: View, taken: Sequence[Box]) -> list[str]:
    """Return mode and CO2e in words on each long lane: colour is never the only signal."""
    lines = [thinned([view.pixel(p) for p in lane.path], 4.0) for lane in lanes]
    blocked, tags = list(taken), []
    for lane, line in zip(lanes, lines, strict=True):
        if len(line) < 2 or length(line) < _LABELLED_LANE_PX:  # noqa: PLR2004  (no line)
            continue
        words = f"{look_of(lane.mode).label} {text.kg(lane.kgco2e, unit='kg')}"
        others = [p for other in lines if other is not line for p in other]
        box = tag_box(words, line, view, blocked, others)
        if box is not None:
            blocked.append(box)
            tags.append(tag(words, box, look_of(lane.mode).colour))
    return tags


def tag_box(
    words: str, line: Sequence[Point], view: View, blocked: Sequence[Box], others: Sequence[Point]
) -> Box | None:
    """Return the box on a line that hides least of the others, if there is room at all."""
    wide, high = len(words) * 6.1 + 14, 18.0
    best: tuple[int, int, Box] | None = None
    for rank, share in enumerate(_TAG_SHARES):
        (x, y), _ = _along(line, share)
        box = Box(left=x - wide / 2, top=y - high / 2, right=x + wide / 2, bottom=y + high / 2)
        if not box.within(view.frame) or any(box.meets(b) for b in blocked):
            continue
        hidden = sum(box.left < p[0] < box.right and box.top < p[1] < box.bottom for p in others)
        if best is None or (hidden, rank) < best[:2]:
            best = (hidden, rank, box)
    return best[2] if best else None


def tag(words: str, box: Box, colour: str) -> str:
    """Return words in a rounded box."""
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return (
        f'<g class="tag"><rect x="{box.left:.1f}" y="{box.top:.1f}" '
        f'width="{box.right - box.left:.1f}" height="{box.bottom - box.top:.1f}" rx="9" '
        f'fill="#fff" stroke="{colour}" stroke-width="1.4"/><text x="{x:.1f}" y="{y:.1f}" '
        f'font-size="11" text-anchor="middle" dominant-baseline="central" fill="{INK}">'
        f"{html.escape(words)}</text></g>"
    )


def mark(place: Place, x: float, y: float) -> str:
    """Return the sign of a hub with its name to hover over."""
    hint = html.escape(f"{place.label} ({place.hub_id}), {place.kind}")
    return f'<g transform="translate({x:.1f} {y:.1f})">{sign(place.kind)}<title>{hint}</title></g>'


_SIGNS = {
    "site": "M-4.5 -4.5H4.5V4.5H-4.5Z",
    "airport": "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1 -5 0Z",
    "port": "M0 -6L6 0L0 6L-6 0Z",
    "rail": "M0 -6L5.5 4.5H-5.5Z",
    "iww": "M-5.5 -4H5.5L0 6Z",
}


def sign(kind: str) -> str:
    """Return the mark of a kind of hub around the origin."""
    shape = _SIGNS.get(kind, _SIGNS["site"])
    fill = INK if kind == "site" else "#fff"
    return f'<path d="{shape}" fill="{fill}" stroke="{INK}" stroke-width="1.8"/>'


def label_text(words: str, label: Label, size: float, kind: str, colour: str = INK) -> str:
    """Return a text where it found room."""
    return (
        f'<text class="{kind}" x="{label.x:.1f}" y="{label.y:.1f}" font-size="{size:g}" '
        f'text-anchor="{label.align}" dominant-baseline="central" fill="{colour}">'
        f"{html.escape(words)}</text>"
    )


def scale_bar(view: View) -> str:
    """Return a bar of a round number of kilometres at the view's middle latitude."""
    west, lat = _unproject(view, 0, view.height / 2)
    east, _ = _unproject(view, view.width, view.height / 2)
    km_per_px = (east - west) * _KM_PER_DEGREE * math.cos(math.radians(lat)) / view.width
    room = km_per_px * 90
    power = 10 ** math.floor(math.log10(room))
    km = max(f * power for f in (1, 2, 5) if f * power <= room)
    wide, y = km / km_per_px, view.height - 12
    return (
        f'<path d="M12 {y - 4:g}V{y:g}H{12 + wide:.1f}V{y - 4:g}" fill="none" stroke="{INK}" '
        f'stroke-width="1.4"/><text class="way" x="{18 + wide:.1f}" y="{y - 1:g}" font-size="11" '
        f'fill="{INK}">{km:g} km</text>'
    )
