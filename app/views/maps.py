"""Draw a plan as an interactive map that fetches nothing: no tiles, no style, no fonts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pydeck as pdk

from app.views import text
from app.views.lanes import land_rings, picture_of
from app.views.look import COAST, INK, LAND, OCEAN, look_of, rgb
from app.views.projection import Box, around, label_hubs, mercator, mercator_zoom, place_labels
from app.views.svg_map import lane_width

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.views.lanes import Lane, Picture, Point
    from app.views.projection import Label, Window

# What the camera is set for; a page may show it wider or narrower.
_WIDTH, _HEIGHT = 700.0, 500.0
_LABEL_PX, _TAG_PX = 13.0, 12.0
_TAGGED_LANE_PX = 60.0
_TAG_SHARES = (0.45, 0.3, 0.6, 0.75, 0.2)  # of a lane, where its words may stand
_TAG_ROOM = 1.3  # its box stands wider than its words
_THINNEST_PX = 1.6
_NARROWEST_DEGREES = 2.0
_BEYOND = 90.0  # degrees of land drawn beside the window: a wide screen shows more than asked


def plan_map(document: Mapping[str, Any], land: Mapping[str, Any]) -> pdk.Deck:
    """Return the map of a plan: ocean, land, lanes by mode and CO2e, hubs and their names.

    `map_provider=None` without any `map_style` is what keeps the browser from asking for tiles.
    """
    picture = picture_of(document)
    points = [p for lane in picture.lanes for p in lane.path] + [p.at for p in picture.places]
    window = around(points or [(0.0, 20.0)], margin=0.17, least=_NARROWEST_DEGREES)
    zoom, latitude = mercator_zoom(window, _WIDTH, _HEIGHT)
    return pdk.Deck(
        layers=[
            *ground(land, window),
            _lanes(picture),
            _hubs(picture),
            *_words(picture, zoom, (window.centre, latitude)),
        ],
        map_provider=None,
        initial_view_state=pdk.ViewState(
            longitude=round(window.centre, 4), latitude=round(latitude, 4), zoom=round(zoom, 3)
        ),
        tooltip={"text": "{hint}"},  # never html: names come from strangers
    )


def map_alt(document: Mapping[str, Any]) -> str:
    """Return the map in words, for those who do not see it."""
    picture = picture_of(document)
    ways = "; ".join(
        f"{look_of(x.mode).label} {x.origin} to {x.destination}, {text.kg(x.kgco2e)}"
        for x in picture.lanes[:8]
    )
    return f"Map of the plan. Lanes by physical CO₂e: {ways or 'none'}."


def safe(words: object) -> str:
    """Return text that deck.gl shows as it is: its JSON reader takes `@@` for code."""
    return str(words).replace("@@", "@ @")


def ground(land: Mapping[str, Any], window: Window) -> list[pdk.Layer]:
    """Return ocean and land, as often as the window shows them."""
    lons = [float(x) for x in range(-540, 541, 60)]
    ocean = [[x, -85.0] for x in lons] + [[x, 85.0] for x in reversed(lons)]
    turns = [
        turn
        for turn in (-360.0, 0.0, 360.0)
        if window.west - _BEYOND < 180.0 + turn and window.east + _BEYOND > -180.0 + turn
    ]
    rings = [
        [[round(lon + turn, 3), round(lat, 3)] for lon, lat in ring]
        for turn in turns
        for ring in land_rings(land)
    ]
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
    rows = [
        {
            "path": [[round(lon, 4), round(lat, 4)] for lon, lat in lane.path],
            "colour": rgb(look_of(lane.mode).colour),
            "width": round(lane_width(lane.kgco2e, most), 2),
            "hint": safe(_hint(lane)),
        }
        for lane in reversed(picture.lanes)
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


def _hint(lane: Lane) -> str:
    return (
        f"{look_of(lane.mode).label}: {lane.origin} → {lane.destination}\n"
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


def _words(picture: Picture, zoom: float, centre: Point) -> list[pdk.Layer]:
    """Return the names and lane tags that neither touch nor leave the picture at first."""
    project = mercator(zoom)
    x0, y0 = project(centre)
    wide, high = _WIDTH / 2 - 8, _HEIGHT / 2 - 8
    frame = Box(left=x0 - wide, right=x0 + wide, top=y0 - high, bottom=y0 + high)
    hubs = [(p.label, *project(p.at)) for p in picture.places]
    labels, taken = label_hubs(hubs, size=_LABEL_PX, frame=frame)
    names = [
        text_row(hubs[x.index], picture.places[x.index].at, x) | {"edge": [255, 255, 255, 0]}
        for x in labels
    ]
    spots: list[tuple[Lane, Point]] = [
        (lane, lane.path[int(len(lane.path) * share)])
        for lane in picture.lanes
        for share in _TAG_SHARES
        if len(lane.path) > 1 and _reach(lane, project) > _TAGGED_LANE_PX
    ]
    tags, tagged = [], set()
    for lane, at in spots:
        wanted = (_tag(lane), *project(at))
        free = (
            []
            if lane in tagged
            else place_labels([wanted], size=_TAG_PX * _TAG_ROOM, taken=taken, frame=frame)
        )
        for x in free:
            taken.append(x.box)
            tagged.add(lane)
            tags.append(text_row(wanted, at, x) | {"edge": rgb(look_of(lane.mode).colour)})
    return [text_layer("tags", tags, _TAG_PX, 235), text_layer("names", names, _LABEL_PX, 170)]


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
