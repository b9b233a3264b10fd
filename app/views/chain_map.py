"""Draw chains on a map as SVG: ways by mode, hubs, the three best ones thick and named."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any

from app.views.chain_labels import hub_labels
from app.views.chain_lanes import kind_words, picture_of, title_of
from app.views.look import LOOKS, look_of
from app.views.projection import thinned
from app.views.svg_map import (
    View,
    details,
    fitted,
    framed,
    ground,
    label_text,
    length,
    line,
    mark,
    scale_bar,
    sign,
    tag,
    tag_box,
    visible,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.views.chain_lanes import ChainPicture, Names, Way
    from app.views.lanes import Place, Point
    from app.views.projection import Box

_WIDE, _NARROW, _HIGH = 1160.0, 836.0, 540.0
_DETAIL_WIDE, _DETAIL_HIGH = 312.0, 265.0
_LABEL_PX, _END_PX = 12.5, 15.0
_THIN_PX, _COARSE_PX = 0.6, 4.0


def maps_of(document: Mapping[str, Any], rings: Sequence[Sequence[Point]], names: Names) -> str:
    """Return the map, its details and its legend."""
    picture = picture_of(document, names)
    if not picture.ways:
        return "<p class='say'>Nothing to draw: no chain was found.</p>"
    main = fitted(picture.points, picture.centre, size=(_NARROW, _HIGH))
    crowded = details(picture.hubs, main)
    if not crowded:
        main = fitted(picture.points, picture.centre, size=(_WIDE, _HIGH))
    title = f"Map of the chains: {title_of(document)}"
    world = _draw(picture, rings, main, document, name="map", title=title)
    insets = [
        _draw(picture, rings, view, document, name=f"detail-{n}", title=f"Detail {n}")
        for n, view in enumerate((_detail_view([p.at for p in g]) for g in crowded), start=1)
    ]
    side = f"<div id='details'>{''.join(insets)}</div>" if insets else ""
    shape = "split" if insets else "whole"
    return (
        f"<section id='maps' class='{shape}'><div class='pan'>{world}</div>{side}</section>"
        + _legend(picture)
    )


def _detail_view(points: Sequence[Point]) -> View:
    middle = math.fsum(p[0] for p in points) / len(points)
    return fitted(points, middle, size=(_DETAIL_WIDE, _DETAIL_HIGH))


def _draw(  # noqa: PLR0913  (one picture)
    picture: ChainPicture,
    rings: Sequence[Sequence[Point]],
    view: View,
    document: Mapping[str, Any],
    *,
    name: str,
    title: str,
) -> str:
    detail = name != "map"
    places = [p for p in picture.places if visible(view, p)]
    pixels = [view.pixel(p.at) for p in places]
    labels, taken = hub_labels(places, pixels, view.frame, size=_LABEL_PX, end_size=_END_PX)
    lines = [thinned([view.pixel(p) for p in way.path], _THIN_PX) for way in picture.ways]
    tags = [] if detail else _tags(picture.ways, lines, view, document, taken)
    return framed(
        [
            *ground(rings, view, detail=detail),
            *(_line(way, points) for way, points in zip(picture.ways, lines, strict=True)),
            *(
                f"<g class='{_of(picture.ranks_at[p.hub_id])}'>{mark(p, x, y)}</g>"
                for p, (x, y) in reversed(list(zip(places, pixels, strict=True)))
            ),
            *(
                f"<g class='{_of(picture.ranks_at[places[x.index].hub_id])}'>"
                f"{label_text(places[x.index].label, x, _size(places[x.index]), 'hub')}</g>"
                for x in labels
            ),
            *tags,
            *([scale_bar(view)] if detail else []),
        ],
        view,
        name=name,
        title=title,
    )


def _size(place: Place) -> float:
    return _END_PX if place.kind == "site" else _LABEL_PX


def _line(way: Way, points: Sequence[Point]) -> str:
    if len(points) < 2:  # noqa: PLR2004  (both ends on one spot)
        return ""
    thick = way.width > 3  # noqa: PLR2004  (px)
    return line(
        points,
        look_of(way.mode),
        width=way.width,
        hint=way.hint,
        group=f"lane {_of(way.ranks)}",
        arrow=thick,
    )


def _of(ranks: Sequence[int]) -> str:
    """Return the classes by which a shape is shown with its chains."""
    return " ".join(["of", *(f"c{rank:d}" for rank in ranks)])


def _tags(
    ways: Sequence[Way],
    lines: Sequence[Sequence[Point]],
    view: View,
    document: Mapping[str, Any],
    taken: Sequence[Box],
) -> list[str]:
    """Return the marks in words, each on the longest way of its chain."""
    coarse = [thinned(points, _COARSE_PX) for points in lines]
    blocked, tags = list(taken), []
    for chain in document["chains"]:
        mine = [i for i, way in enumerate(ways) if chain["rank"] in way.ranks]
        if not chain["marks"] or not mine:
            continue
        longest = max(mine, key=lambda i: length(coarse[i]))
        words = f"{chain['rank']} {', '.join(chain['marks'])}"
        others = [p for i, other in enumerate(coarse) if i != longest for p in other]
        if len(coarse[longest]) < 2:  # noqa: PLR2004  (no line)
            continue
        box = tag_box(words, coarse[longest], view, blocked, others)
        if box is not None:
            blocked.append(box)
            colour = look_of(ways[longest].mode).colour
            tags.append(f"<g class='of c{chain['rank']:d}'>{tag(words, box, colour)}</g>")
    return tags


def _legend(picture: ChainPicture) -> str:
    used = {way.mode for way in picture.ways}
    modes = "".join(
        f"<li>{stroke(m)}{html.escape(look_of(m).label)}</li>"
        for m in [*LOOKS, *sorted(used - set(LOOKS))]
        if m in used
    )
    kinds = "".join(
        f"<li><svg viewBox='-9 -9 18 18' class='sign'>{sign(kind)}</svg>{kind_words(kind)}</li>"
        for kind in ("site", "airport", "port", "rail", "iww")
        if any(p.kind == kind for p in picture.places)
    )
    return (
        f"<section id='legend' aria-label='Legend'><ul>{modes}</ul>"
        "<ul><li class='key'>Thick: a cheapest, fastest or greenest chain</li></ul>"
        f"<ul>{kinds}</ul></section>"
    )


def stroke(mode: str) -> str:
    """Return a piece of a mode's line, for legends and tables."""
    look = look_of(mode)
    dash = f" stroke-dasharray='{look.dash}'" if look.dash else ""
    return (
        f"<svg viewBox='0 0 34 12' class='way'><path d='M1 6H33' stroke='{look.colour}' "
        f"stroke-width='3.5'{dash}/></svg>"
    )
