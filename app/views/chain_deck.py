"""Draw chains as an interactive map that fetches nothing, and weigh them in a chart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import altair as alt
import pydeck as pdk

from app.views import text
from app.views.chain_labels import hub_labels
from app.views.chain_lanes import (
    all_chains,
    kind_label,
    main_mode,
    picture_of,
)
from app.views.chain_scatter import is_log, point_words
from app.views.look import INK, LOOKS, look_of, rgb
from app.views.maps import ground, path_layer, safe, text_layer, text_row
from app.views.projection import Box, around, mercator, mercator_zoom, place_labels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.views.chain_lanes import Chain, ChainPicture, Names, Way
    from app.views.lanes import Place, Point

    Row = dict[str, Any]

# What the camera is set for; a page may show it wider or narrower.
_WIDTH, _HEIGHT = 760.0, 480.0
_LABEL_PX, _TAG_PX = 13.0, 12.0
_TAG_ROOM = 1.3  # a tag's box stands wider than its words
_TAG_SHARES = (0.5, 0.38, 0.62, 0.28, 0.74)  # of a way, where its tag may stand
_NARROWEST_DEGREES = 2.0
_PALE = 38  # opacity of what is not chosen, of 255
_HIGH = 390
_SHAPES = {
    "air": "circle",
    "sea": "diamond",
    "rail": "triangle-up",
    "road": "square",
    "iww": "triangle-down",
}


def chains_map(
    document: Mapping[str, Any], land: Mapping[str, Any], names: Names, chosen: int | None = None
) -> pdk.Deck:
    """Return the map of all chains; the chosen one, by rank, stands out from the rest."""
    picture = picture_of(document, names)
    window = around(picture.points or [(0.0, 20.0)], margin=0.12, least=_NARROWEST_DEGREES)
    zoom, latitude = mercator_zoom(window, _WIDTH, _HEIGHT)
    places = [p for p in picture.places if chosen in {None, *picture.ranks_at[p.hub_id]}]
    named = [
        c
        for c in all_chains(document)
        if c["rank"] == chosen or (c["marks"] and chosen is None and c["legs"])
    ]
    return pdk.Deck(
        layers=[
            *ground(land, window),
            _ways(picture, chosen),
            _hubs(places),
            *_words_of(picture, places, named, zoom, (window.centre, latitude)),
        ],
        map_provider=None,
        initial_view_state=pdk.ViewState(
            longitude=round(window.centre, 4), latitude=round(latitude, 4), zoom=round(zoom, 3)
        ),
        tooltip={"text": "{hint}"},  # never html: names come from strangers
    )


def _ways(picture: ChainPicture, chosen: int | None) -> pdk.Layer:
    rows = [
        {
            "path": [[round(lon, 4), round(lat, 4)] for lon, lat in way.path],
            "colour": [
                *rgb(look_of(way.mode).colour),
                255 if chosen in {None, *way.ranks} else _PALE,
            ],
            "width": way.width if chosen in {None, *way.ranks} else 1.5,
            "hint": safe(way.hint),
        }
        for way in sorted(picture.ways, key=lambda w: chosen in w.ranks)
    ]
    return path_layer("ways", rows)


def _hubs(places: Sequence[Place]) -> pdk.Layer:
    return pdk.Layer(
        "ScatterplotLayer",
        id="hubs",
        data=[
            {
                "at": list(p.at),
                "fill": rgb(INK) if p.kind == "site" else [255, 255, 255],
                "hint": safe(f"{p.label} ({p.hub_id}), {p.kind}"),
            }
            for p in reversed(places)
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


def _words_of(
    picture: ChainPicture,
    places: Sequence[Place],
    chains: Sequence[Chain],
    zoom: float,
    centre: Point,
) -> list[pdk.Layer]:
    """Return names of hubs and marks of chains that touch no other at first."""
    project = mercator(zoom)
    x0, y0 = project(centre)
    wide, high = _WIDTH / 2 - 8, _HEIGHT / 2 - 8
    frame = Box(left=x0 - wide, right=x0 + wide, top=y0 - high, bottom=y0 + high)
    pixels = [project(p.at) for p in places]
    labels, taken = hub_labels(places, pixels, frame, size=_LABEL_PX, end_size=_LABEL_PX)
    names = [
        text_row((places[x.index].label, *pixels[x.index]), places[x.index].at, x)
        | {"edge": [255, 255, 255, 0]}
        for x in labels
    ]
    tags = []
    for chain in chains:
        way = _longest(picture, chain["rank"], project)
        words = f"{chain['rank']} {', '.join(chain['marks'])}".strip()
        for share in _TAG_SHARES:
            at = way.path[int((len(way.path) - 1) * share)]
            spot = (f"{words} · {look_of(way.mode).label}", *project(at))
            found = place_labels([spot], size=_TAG_PX * _TAG_ROOM, frame=frame, taken=taken)
            if found:
                taken.append(found[0].box)
                tags.append(text_row(spot, at, found[0]) | {"edge": rgb(look_of(way.mode).colour)})
                break
    return [text_layer("tags", tags, _TAG_PX, 235), text_layer("names", names, _LABEL_PX, 170)]


def _longest(picture: ChainPicture, rank: int, project: Callable[[Point], Point]) -> Way:
    """Return the way of a chain that takes most room on the map."""
    mine = [way for way in picture.ways if rank in way.ranks]
    return max(mine, key=lambda w: math.dist(project(w.path[0]), project(w.path[-1])))


def map_alt(document: Mapping[str, Any]) -> str:
    """Return the map in words, for those who do not see it."""
    chains = "; ".join(f"{point_words(c)}, {kind_label(c)}" for c in document["chains"][:12])
    return f"Map of the chains: {chains}."


def scatter_rows(document: Mapping[str, Any], chosen: int | None = None) -> list[Row]:
    """Return one point per chain."""
    return [
        {
            "chain": f"{c['rank']} {', '.join(c['marks'])}".strip(),
            "words": point_words(c) if c["marks"] or c["rank"] == chosen else "",
            "above": "greenest" not in c["marks"],  # its words stand below: the cheapest is near
            "way": kind_label(c),
            "mode": look_of(main_mode(c)).label,
            "cost_eur": c["cost_eur"],
            "kgco2e": c["kgco2e"],
            "days": round(c["hours"] / text.HOURS_PER_DAY, 1),
            "strong": 1.0 if chosen in {None, c["rank"]} else 0.25,
            "note": c["note"] or "not beaten",
        }
        for c in all_chains(document)
    ]


def scatter(document: Mapping[str, Any], chosen: int | None = None) -> alt.LayerChart:
    """Return cost against physical CO2e: size tells days, shape and colour the main mode."""
    rows = scatter_rows(document, chosen)
    legend = alt.Legend(orient="top")
    used = [m for m in LOOKS if look_of(m).label in {r["mode"] for r in rows}]
    labels = [look_of(m).label for m in used]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=_axis(alt.X, "cost_eur:Q", "Cost, EUR", [r["cost_eur"] for r in rows], 70),
        y=_axis(alt.Y, "kgco2e:Q", "Physical, kg CO₂e", [r["kgco2e"] for r in rows], 30),
    )
    dots = base.mark_point(filled=True, stroke="white", strokeWidth=1).encode(
        color=alt.Color(
            "mode:N",
            title=None,
            scale=alt.Scale(domain=labels, range=[look_of(m).colour for m in used]),
            legend=legend,
        ),
        shape=alt.Shape(
            "mode:N",
            title=None,
            scale=alt.Scale(domain=labels, range=[_SHAPES.get(m, "cross") for m in used]),
            legend=legend,
        ),
        size=alt.Size("days:Q", legend=None, scale=alt.Scale(range=[70, 330])),
        opacity=alt.Opacity("strong:Q", legend=None, scale=None),
        tooltip=[
            alt.Tooltip("chain:N", title="Chain"),
            alt.Tooltip("way:N", title="Modes"),
            alt.Tooltip("cost_eur:Q", title="Cost, EUR", format=",.0f"),
            alt.Tooltip("days:Q", title="Days", format=".1f"),
            alt.Tooltip("kgco2e:Q", title="Physical, kg CO₂e", format=",.3s"),
            alt.Tooltip("note:N", title="Beaten"),
        ],
    )
    chart: alt.LayerChart = alt.LayerChart(layer=[dots, *_words(base)])
    return chart.properties(height=_HIGH)


def _axis(kind: Any, field: str, title: str, values: Sequence[float], pad: int) -> Any:  # noqa: ANN401
    """Return an axis, logarithmic where figures are far apart."""
    log = bool(values) and is_log(values)
    return kind(
        field,
        title=f"{title}{', logarithmic' if log else ''}",
        axis=alt.Axis(format=",.0f", tickCount=5),
        scale=alt.Scale(type="log" if log else "linear", zero=False, padding=pad, nice=False),
    )


def _words(base: alt.Chart) -> list[alt.Chart]:
    """Return rank and days of the chains that are marked or chosen, on a pale edge."""
    return [
        base.transform_filter("datum.above" if above else "!datum.above")
        .mark_text(
            dy=-17 if above else 18,
            fontSize=12,
            fontWeight=600,
            color=INK,
            stroke=edge,
            strokeWidth=4 if edge else 0,
        )
        .encode(text="words:N")
        for above in (True, False)
        for edge in ("white", None)
    ]
