"""Draw a plan as an interactive map that fetches nothing: no tiles, no style, no fonts."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pydeck as pdk

from app.views import text
from app.views.lanes import land_rings, picture_of
from app.views.look import COAST, INK, LAND, LOOKS, OCEAN, look_of, rgb
from app.views.projection import (
    Box,
    Window,
    around,
    clipped,
    label_hubs,
    laid_flat,
    mercator,
    mercator_zoom,
    place_labels,
)
from app.views.svg_map import lane_width

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from app.views.lanes import Lane, Picture, Point
    from app.views.projection import Label

# What the camera is set for; a page may show it wider or narrower.
_WIDTH, _HEIGHT = 700.0, 500.0
_WORLD_WIDTH = 1000.0  # of a map of the world, which a narrow page cuts at its sides
_LABEL_PX, _TAG_PX = 13.0, 12.0
_TAGGED_LANE_PX = 60.0
_TAG_SHARES = (0.45, 0.3, 0.6, 0.75, 0.2)  # of a lane, where its words may stand
_TAG_ROOM = 1.3  # its box stands wider than its words
_THINNEST_PX = 1.6
_NARROWEST_DEGREES = 2.0
_MOST_TAGS = 14  # more words than this hide the lanes
_BEYOND = 90.0  # degrees of land drawn beside the window: a wide screen shows more than asked
_WORLD_DEGREES, _POLAR_DEGREES = 150.0, 72.0  # wider or farther north Mercator does not serve
_HALF_TURN, _TURN = 180.0, 360.0


def plan_map(document: Mapping[str, Any], land: Mapping[str, Any]) -> pdk.Deck:
    """Return the map of a plan: ocean, land, lanes by mode and CO2e, hubs and their names.

    `map_provider=None` without any `map_style` is what keeps the browser from asking for tiles.
    """
    picture = picture_of(document)
    world = _is_world(picture)
    rings = _world_rings(land, picture.centre) if world else []
    if world:
        picture = _laid_flat(picture)
    window = around(
        picture.points or [(0.0, 20.0)],
        margin=0.08 if world else 0.17,
        least=_NARROWEST_DEGREES,
    )
    size = (_WORLD_WIDTH if world else _WIDTH, _HEIGHT)
    zoom, latitude = mercator_zoom(window, *size)
    return pdk.Deck(
        layers=[
            *(_ground(rings) if world else ground(land, window)),
            _lanes(picture),
            _hubs(picture),
            *_words(picture, zoom, (window.centre, latitude), size),
        ],
        map_provider=None,
        initial_view_state=pdk.ViewState(
            longitude=round(window.centre, 4), latitude=round(latitude, 4), zoom=round(zoom, 3)
        ),
        tooltip={"text": "{hint}"},  # never html: names come from strangers
    )


def colours_in_words(document: Mapping[str, Any]) -> str:
    """Return the colour of each mode on the map, as its key."""
    used = {s["mode"] for s in document["services"]}
    words = (f"{look.label.lower()} {look.hue}" for mode, look in LOOKS.items() if mode in used)
    return ", ".join(words)


def map_alt(document: Mapping[str, Any]) -> str:
    """Return the map in words, for those who do not see it."""
    picture = picture_of(document)
    names = _names(picture)
    ways = "; ".join(
        f"{look_of(x.mode).label} {names[x.origin]} to {names[x.destination]}, {text.kg(x.kgco2e)}"
        for x in picture.lanes[:8]
    )
    return f"Map of the plan. Lanes by physical CO₂e: {ways or 'none'}."


def _is_world(picture: Picture) -> bool:
    """Tell whether a plan spans so much that Mercator would repeat or cut it."""
    lons = [p[0] for p in picture.points] or [0.0]
    polar = any(abs(p[1]) > _POLAR_DEGREES for p in picture.points)
    return polar or max(lons) - min(lons) > _WORLD_DEGREES


def _laid_flat(picture: Picture) -> Picture:
    centre = picture.centre
    return replace(
        picture,
        lanes=tuple(
            replace(
                lane,
                parts=tuple(tuple(laid_flat(p, centre) for p in part) for part in lane.parts),
            )
            for lane in picture.lanes
        ),
        places=tuple(replace(p, at=laid_flat(p.at, centre)) for p in picture.places),
    )


def _world_rings(land: Mapping[str, Any], centre: float) -> list[list[list[float]]]:
    """Return the land of the whole world once, cut at the far side of its central meridian."""
    world = Window(west=centre - _HALF_TURN, east=centre + _HALF_TURN, south=-90.0, north=90.0)
    cut = [
        clipped([(lon + turn, lat) for lon, lat in ring], world)
        for turn in (-_TURN, 0.0, _TURN)
        for ring in land_rings(land)
    ]
    return [_rounded(laid_flat(p, centre) for p in ring) for ring in cut if ring]


def _names(picture: Picture) -> dict[str, str]:
    return {p.hub_id: p.label for p in picture.places}


def safe(words: object) -> str:
    """Return text that deck.gl shows as it is: its JSON reader takes `@@` for code."""
    return str(words).replace("@@", "@ @")


def ground(land: Mapping[str, Any], window: Window) -> list[pdk.Layer]:
    """Return ocean and land, as often as the window shows them."""
    turns = [
        turn
        for turn in (-360.0, 0.0, 360.0)
        if window.west - _BEYOND < 180.0 + turn and window.east + _BEYOND > -180.0 + turn
    ]
    return _ground(
        [
            _rounded((lon + turn, lat) for lon, lat in ring)
            for turn in turns
            for ring in land_rings(land)
        ]
    )


def _rounded(ring: Iterable[Point]) -> list[list[float]]:
    return [[round(lon, 3), round(lat, 3)] for lon, lat in ring]


def _ground(rings: Sequence[Sequence[Sequence[float]]]) -> list[pdk.Layer]:
    lons = [float(x) for x in range(-540, 541, 60)]
    ocean = [[x, -85.0] for x in lons] + [[x, 85.0] for x in reversed(lons)]
    return [
        pdk.Layer(
            "SolidPolygonLayer",
            id="ocean",
            data=[{"p": ocean}],
            get_polygon="p",
            get_fill_color=rgb(OCEAN),
        ),
        pdk.Layer(
            "GeoJsonLayer",
            id="land",
            data={
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {},
                        "geometry": {"type": "Polygon", "coordinates": [ring]},
                    }
                    for ring in rings
                ],
            },
            get_fill_color=rgb(LAND),
            get_line_color=rgb(COAST),
            stroked=True,
            line_width_min_pixels=0.7,
        ),
    ]


def _lanes(picture: Picture) -> pdk.Layer:
    most = max((lane.kgco2e for lane in picture.lanes), default=0.0)
    names = _names(picture)
    rows = [
        {
            "path": [[round(lon, 4), round(lat, 4)] for lon, lat in part],
            "colour": rgb(look_of(lane.mode).colour),
            "width": round(lane_width(lane.kgco2e, most), 2),
            "hint": safe(_hint(lane, names)),
        }
        for lane in reversed(picture.lanes)
        for part in lane.parts
    ]
    return path_layer("lanes", rows)


def path_layer(name: str, rows: list[dict[str, Any]]) -> pdk.Layer:
    """Return lines by `path`, `colour` and `width` in pixels, with a `hint` when pointed at."""
    return pdk.Layer(
        "PathLayer",
        id=name,
        data=rows,
        get_path="path",
        get_color="colour",
        get_width="width",
        width_units=pdk.types.String("pixels"),
        width_min_pixels=_THINNEST_PX,
        cap_rounded=True,
        joint_rounded=True,
        pickable=True,
        auto_highlight=True,
    )


def _hint(lane: Lane, names: Mapping[str, str]) -> str:
    return (
        f"{look_of(lane.mode).label}: {names[lane.origin]} → {names[lane.destination]}\n"
        f"{text.three_digits(lane.distance_km)} km ({lane.quality}), "
        f"{text.three_digits(lane.mass_kg)} kg of freight\n"
        f"physical {text.kg(lane.kgco2e)}\nmarket-based {text.kg(lane.market_kgco2e)}\n"
        f"{', '.join(lane.services)}"
    )


def _hubs(picture: Picture) -> pdk.Layer:
    return pdk.Layer(
        "ScatterplotLayer",
        id="hubs",
        data=[
            {
                "at": list(p.at),
                "fill": rgb(INK) if p.kind == "site" else [255, 255, 255],
                "hint": safe(f"{p.label} ({p.hub_id}), {p.kind}"),
            }
            for p in picture.places
        ],
        get_position="at",
        get_fill_color="fill",
        get_line_color=rgb(INK),
        get_radius=5,
        radius_units=pdk.types.String("pixels"),
        line_width_min_pixels=1.8,
        stroked=True,
        pickable=True,
    )


def _words(
    picture: Picture, zoom: float, centre: Point, size: tuple[float, float]
) -> list[pdk.Layer]:
    """Return the names and lane tags that neither touch nor leave the picture at first."""
    project = mercator(zoom)
    x0, y0 = project(centre)
    wide, high = size[0] / 2 - 8, size[1] / 2 - 8
    frame = Box(left=x0 - wide, right=x0 + wide, top=y0 - high, bottom=y0 + high)
    hubs = [(p.label, *project(p.at)) for p in picture.places]
    labels, taken = label_hubs(hubs, size=_LABEL_PX, frame=frame)
    names = [
        text_row(hubs[x.index], picture.places[x.index].at, x) | {"edge": [255, 255, 255, 0]}
        for x in labels
    ]
    spots: list[tuple[Lane, Point]] = [
        (lane, lane.path[int(len(lane.path) * share)])
        for lane in _as_tagged(picture.lanes)
        for share in _TAG_SHARES
        if len(lane.path) > 1 and _reach(lane, project) > _TAGGED_LANE_PX
    ]
    tags: list[dict[str, Any]] = []
    tagged: set[Lane] = set()
    for lane, at in spots:
        wanted = (_tag(lane), *project(at))
        free = (
            []
            if lane in tagged or len(tags) == _MOST_TAGS
            else place_labels([wanted], size=_TAG_PX * _TAG_ROOM, taken=taken, frame=frame)
        )
        for x in free:
            taken.append(x.box)
            tagged.add(lane)
            tags.append(text_row(wanted, at, x) | {"edge": rgb(look_of(lane.mode).colour)})
    return [text_layer("tags", tags, _TAG_PX, 235), text_layer("names", names, _LABEL_PX, 170)]


def _as_tagged(lanes: Sequence[Lane]) -> list[Lane]:
    """Return the greatest lane of each mode first: its words are the map's legend."""
    first = {lane.mode: lane for lane in reversed(lanes)}
    leading = [lane for lane in lanes if lane is first[lane.mode]]
    return [*leading, *(lane for lane in lanes if lane is not first[lane.mode])]


def _reach(lane: Lane, project: Callable[[Point], Point]) -> float:
    return math.dist(project(lane.path[0]), project(lane.path[-1]))


def _tag(lane: Lane) -> str:
    return f"{look_of(lane.mode).label} {text.kg(lane.kgco2e, unit='kg')}"


def text_row(wanted: tuple[str, float, float], at: Point, label: Label) -> dict[str, Any]:
    """Return words, their place, and how far from it they found room."""
    return {
        "words": safe(wanted[0]),
        "at": list(at),
        "offset": [round(label.x - wanted[1], 1), round(label.y - wanted[2], 1)],
        "anchor": label.align,
    }


def text_layer(
    name: str, rows: Sequence[Mapping[str, Any]], size: float, opacity: int
) -> pdk.Layer:
    """Return words on pale boxes; rows as `text_row` makes them."""
    return pdk.Layer(
        "TextLayer",
        id=name,
        data=list(rows),
        get_text="words",
        get_position="at",
        get_color=rgb(INK),
        get_pixel_offset="offset",
        get_text_anchor="anchor",
        get_size=size,
        # pydeck reads plain strings as accessors: without these wrappers no label appears.
        character_set=pdk.types.String("auto"),
        font_family=pdk.types.String("sans-serif"),
        font_weight=600,
        background=True,
        get_background_color=[*rgb(LAND), opacity],
        background_padding=[4, 2],
        get_border_color="edge",
        get_border_width=1.3,
    )
