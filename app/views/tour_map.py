"""Draw tours as SVG: each in a colour and a dash of its own, stops by what happens there."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.views import text
from app.views.lanes import central_meridian, unrolled
from app.views.look import INK, Look
from app.views.projection import label_hubs, thinned
from app.views.svg_map import fitted, framed, ground, label_text, line, scale_bar, tag, tag_box

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.views.lanes import Point
    from app.views.svg_map import View

_SIZE = (1160.0, 640.0)
_WIDTH_PX, _THIN_PX, _COARSE_PX, _LABEL_PX = 2.6, 0.3, 4.0, 11.5
_MOST_LABELS = 40  # more names than this hide the tours
# Okabe and Ito (2008) without yellow, which is too pale on land.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#8A6D00", "#333333")
_DASHES = ("", "9 3", "3 3", "12 3 2 3")
SIGNS = {
    "depot": "M-6 -6H6V6H-6Z",
    "delivery": "M-5 -4H5L0 6Z",
    "pickup": "M0 -6L5 4H-5Z",
    "both": "M0 -6L6 0L0 6L-6 0Z",
    "charge": "M-4.5 0A4.5 4.5 0 1 1 4.5 0A4.5 4.5 0 1 1 -4.5 0Z",
}
_DEPOT = ("start", "end")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place that some tour calls at, and all that happens there."""

    name: str
    kind: str  # a key of SIGNS
    at: Point
    hint: str


def look_of_tour(number: int, tour_id: str) -> Look:
    """Return the look of a tour: after all colours the dash changes."""
    dash = _DASHES[number // len(_COLOURS) % len(_DASHES)]
    return Look(label=tour_id, colour=_COLOURS[number % len(_COLOURS)], dash=dash)


def tours_svg(document: Mapping[str, Any], rings: Sequence[Sequence[Point]]) -> str:
    """Return one SVG element with every tour of a document, or nothing if there is none."""
    paths = [unrolled(t["geometry"]) for t in document["tours"]]
    if not paths:
        return ""
    centre = central_meridian([p[0] for path in paths for p in path])
    view = fitted([p for path in paths for p in path], centre, size=_SIZE)
    lines = [thinned([view.pixel(p) for p in path], _THIN_PX) for path in paths]
    marks = marks_of(document)
    spots = [(m.name, *view.pixel(m.at)) for m in marks]
    named = spots if len(spots) <= _MOST_LABELS else spots[:1]
    labels, taken = label_hubs(named, size=_LABEL_PX, frame=view.frame)
    return framed(
        [
            *ground(rings, view, detail=True),
            *_tours(document, lines),
            *(_mark(m, x, y) for m, (_, x, y) in zip(marks, spots, strict=True)),
            *(label_text(named[x.index][0], x, _LABEL_PX, "hub") for x in labels),
            *_tags(document, lines, view, taken),
            scale_bar(view),
        ],
        view,
        name="map",
        title=f"Map of {text.tours_words(len(paths))}",
    )


def marks_of(document: Mapping[str, Any]) -> list[Mark]:
    """Return every place called at: depots first, then in the order of the tours."""
    calls: dict[tuple[str, float, float], list[tuple[str, Mapping[str, Any]]]] = {}
    for tour in document["tours"]:
        for v in tour["visits"]:
            key = (v["place"], v["lon"], v["lat"])
            calls.setdefault(key, []).append((tour["tour_id"], v))
    marks = [
        Mark(name=name, kind=_kind({v["kind"] for _, v in here}), at=(lon, lat), hint=_hint(here))
        for (name, lon, lat), here in calls.items()
    ]
    return sorted(marks, key=lambda m: m.kind != "depot")


def _kind(kinds: set[str]) -> str:
    if kinds & set(_DEPOT):
        return "depot"
    stops = kinds - {"charge"}
    if len(stops) > 1:
        return "both"
    return min(stops or kinds)


def _hint(here: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    told = [
        f"{tour_id} {v['kind']} {v['stop_id']} {v['begins_at'][11:16]} UTC"
        for tour_id, v in here
        if v["kind"] not in _DEPOT
    ]
    return "\n".join([here[0][1]["place"], *told])


def _tours(document: Mapping[str, Any], lines: Sequence[Sequence[Point]]) -> list[str]:
    return [
        line(
            points,
            look_of_tour(number, tour["tour_id"]),
            width=_WIDTH_PX,
            hint=(
                f"{tour['tour_id']} {tour['vehicle_id']}: {text.three_digits(tour['distance_km'])}"
                f" km, {text.eur(tour['cost'])}, physical {text.kg(tour['wtw_kgco2e'])}"
            ),
        )
        for number, (tour, points) in enumerate(zip(document["tours"], lines, strict=True))
        if len(points) > 1
    ]


def _mark(mark: Mark, x: float, y: float) -> str:
    hint = html.escape(mark.hint)
    return f'<g transform="translate({x:.1f} {y:.1f})">{sign(mark.kind)}<title>{hint}</title></g>'


def sign(kind: str) -> str:
    """Return the mark of a kind of call around the origin."""
    fill = INK if kind == "depot" else "#fff"
    return f'<path d="{SIGNS[kind]}" fill="{fill}" stroke="{INK}" stroke-width="1.6"/>'


def _tags(
    document: Mapping[str, Any],
    lines: Sequence[Sequence[Point]],
    view: View,
    taken: Sequence[Any],
) -> list[str]:
    """Return the name of each tour on its line: colour is never the only signal."""
    coarse = [thinned(points, _COARSE_PX) for points in lines]
    blocked, tags = list(taken), []
    for number, tour in enumerate(document["tours"]):
        mine = coarse[number]
        if len(mine) < 2 or not math.dist(mine[0], mine[1]) > 0:  # noqa: PLR2004  (no line)
            continue
        others = [p for i, other in enumerate(coarse) if i != number for p in other]
        box = tag_box(tour["tour_id"], mine, view, blocked, others)
        if box is not None:
            blocked.append(box)
            tags.append(tag(tour["tour_id"], box, look_of_tour(number, "").colour))
    return tags
