"""Write a plan as one HTML file that loads nothing: map, figures, legs and where they come from."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any

from app.views import tables, text
from app.views.geo import ATTRIBUTION
from app.views.lanes import land_rings, picture_of
from app.views.look import LOOKS, look_of
from app.views.page import STYLE
from app.views.svg_map import View, details, draw, fitted, lane_width, sign
from data.units import KG_PER_TONNE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.views.lanes import Picture, Point

_PAID_FOR = "freight, handling, SAF, certificates, credits"
_WIDE, _NARROW, _HIGH = 1160.0, 836.0, 520.0
_DETAIL_WIDE, _DETAIL_HIGH = 312.0, 255.0
_MOST_NAMED = 6  # places at either end, in the head of a page


def map_html(document: Mapping[str, Any], land: Mapping[str, Any]) -> str:
    """Return the page; the same plan gives the same bytes, and every text in it is escaped."""
    picture, rings = picture_of(document), land_rings(land)
    title = html.escape(document["scenario"]["title"])
    parts = [
        _head(document, title),
        _columns(document["summary"]),
        _figures(document["summary"]),
        _maps(picture, rings, document["scenario"]["title"]),
        _legend(picture),
        f"<p class='say'>{html.escape(text.air_share(document))}</p>",
        _legs(document),
        _unserved(document),
        _foot(document),
    ]
    return (
        "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        "<meta http-equiv='Content-Security-Policy' "
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title} · Greenlane</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(p for p in parts if p)
        + "\n</main>\n</body>\n</html>\n"
    )


def _places(names: Sequence[str]) -> str:
    """Return places by name, or how many there are where a head could not hold their names."""
    return ", ".join(names) if len(names) <= _MOST_NAMED else f"{len(names)} places"


def _head(document: Mapping[str, Any], title: str) -> str:
    names = {h["hub_id"]: h["name"] for h in document["hubs"]}
    shipments = document["shipments"]
    ends = [
        _places(sorted({str(names.get(s[end], s[end])) for s in shipments}))
        for end in ("origin", "destination")
    ]
    mass_t = math.fsum(s["mass_kg"] for s in shipments) / KG_PER_TONNE
    first = min((s["ready_at"][:10] for s in shipments), default="")
    last = max((s["due_at"][:10] for s in shipments), default="")
    facts = f"{' → '.join(ends)} · {len(shipments)} shipments · {mass_t:,.1f} t · {first} to {last}"
    return (
        f"<header><p class='mark'>Greenlane plan</p><h1>{title}</h1>"
        f"<p class='facts'>{html.escape(facts)}</p>"
        f"<p class='about'>{html.escape(document['scenario']['description'])}</p></header>"
    )


def _columns(s: Mapping[str, Any]) -> str:
    span = s["interval_kgco2e"]
    cards = (
        (
            "Physical",
            text.kg(s["physical_kgco2e"]["wtw"]),
            f"as operated, location-based; interval {text.interval(span['low'], span['high'])}",
        ),
        (
            "Market-based",
            text.kg(s["market_based_kgco2e"]["wtw"]),
            (
                f"after {text.three_digits(s['saf_kg'])} kg neat SAF and "
                f"{text.three_digits(s['eac_kwh'])} kWh certificates"
            ),
        ),
        (
            "Offsets",
            f"{text.credits_needed(s)} CO₂e",
            "whole credits needed; never taken off a footprint",
        ),
    )
    return f"<section id='columns' aria-label='Three columns'>{_cards(cards)}</section>"


def _figures(s: Mapping[str, Any]) -> str:
    load, counts = s["load"], s["shipments"]
    planned = f"{counts['planned']} of {counts['asked']}"
    left = f"{counts['unserved']} unserved, {counts['refused']} refused"
    fill = f"by volume; {text.percent(load['mass'])} by mass"
    cards = (
        ("Cost", text.eur(s["cost"]["paid"]), text.beside_cost(s["cost"]) or _PAID_FOR),
        ("Door to door", text.days(s["mean_hours"]), "mean over shipments"),
        ("Load rate", text.percent(load["volume"]), fill),
        ("Shipments", planned, left),
        ("Proof", text.gap(s), f"to the lower bound; status {s['status']}, effort {s['effort']}"),
    )
    return f"<section id='figures' aria-label='Figures'>{_cards(cards)}</section>"


def _cards(cards: Sequence[tuple[str, str, str]]) -> str:
    return "".join(
        f"<div><h2>{html.escape(a)}</h2><p class='big'>{html.escape(b)}</p>"
        f"<p class='note'>{html.escape(c)}</p></div>"
        for a, b, c in cards
    )


def _maps(picture: Picture, rings: Sequence[Sequence[Point]], title: str) -> str:
    points = picture.points
    if not points:
        return "<p class='say'>Nothing to draw: no shipment could be planned.</p>"
    main = fitted(points, picture.centre, size=(_NARROW, _HIGH))
    crowded = details(picture, main)
    if not crowded:
        main = fitted(points, picture.centre, size=(_WIDE, _HIGH))
    views = [_detail_view([p.at for p in group]) for group in crowded]
    insets = [
        draw(picture, rings, view, name=f"detail-{n}", title=f"Detail {n}", detail=True)
        for n, view in enumerate(views, start=1)
    ]
    world = draw(picture, rings, main, name="map", title=f"Map of the plan: {title}")
    side = f"<div id='details'>{''.join(insets)}</div>" if insets else ""
    shape = "split" if insets else "whole"
    return f"<section id='maps' class='{shape}'><div class='pan'>{world}</div>{side}</section>"


def _detail_view(points: Sequence[Point]) -> View:
    middle = math.fsum(p[0] for p in points) / len(points)
    return fitted(points, middle, size=(_DETAIL_WIDE, _DETAIL_HIGH))


def _legend(picture: Picture) -> str:
    used = {lane.mode for lane in picture.lanes}
    modes = [
        f"<li>{_stroke(m, 3.5)}{look_of(m).label}</li>"
        for m in [*LOOKS, *sorted(used - set(LOOKS))]
        if m in used
    ]
    most = max((lane.kgco2e for lane in picture.lanes), default=0.0)
    steps = [most, most / 10, most / 100] if most else []
    widths = [
        f"<li><svg viewBox='0 0 34 12'><path d='M1 6H33' stroke='#5D6B6A' "
        f"stroke-width='{lane_width(kg, most):.1f}'/></svg>{text.kg(kg)}</li>"
        for kg in steps
    ]
    kinds = [
        f"<li><svg viewBox='-9 -9 18 18' class='sign'>{sign(kind)}</svg>{kind}</li>"
        for kind in ("site", "airport", "port", "rail")
        if any(p.kind == kind for p in picture.places)
    ]
    return (
        f"<section id='legend' aria-label='Legend'><ul>{''.join(modes)}</ul>"
        f"<ul><li class='key'>Width: physical CO₂e of a lane</li>{''.join(widths)}</ul>"
        f"<ul>{''.join(kinds)}</ul></section>"
    )


def _stroke(mode: str, width: float) -> str:
    look = look_of(mode)
    dash = f" stroke-dasharray='{look.dash}'" if look.dash else ""
    return (
        f"<svg viewBox='0 0 34 12'><path d='M1 6H33' stroke='{look.colour}' "
        f"stroke-width='{width}'{dash}/></svg>"
    )


_HEADERS = (
    "Mode", "Service", "From – to", "Distance, km", "Shipments", "Freight, t",  # noqa: RUF001
    "Physical, kg CO₂e", "Market-based, kg CO₂e", "Freight cost, EUR", "Data quality",
)  # fmt: skip
_FIRST_FIGURE, _LAST_FIGURE = 3, 8


def _legs(document: Mapping[str, Any]) -> str:
    rows = tables.leg_groups(document)
    head = "".join(
        f"<th scope='col'{_side(i)}>{html.escape(h)}</th>" for i, h in enumerate(_HEADERS)
    )
    body = "".join(_leg(r) for r in rows)
    total = tables.sums(rows, ("physical_kgco2e", "market_based_kgco2e", "cost_eur"))
    foot = (
        f"<tr><th scope='row' colspan='6'>All legs and hubs</th>"
        f"<td class='n'>{total['physical_kgco2e']:,.1f}</td>"
        f"<td class='n'>{total['market_based_kgco2e']:,.1f}</td>"
        f"<td class='n'>{total['cost_eur']:,.0f}</td><td></td></tr>"
    )
    return (
        "<section id='legs'><h2>Legs by service</h2><div class='wide'><table><thead><tr>"
        f"{head}</tr></thead><tbody>{body}</tbody><tfoot>{foot}</tfoot></table></div></section>"
    )


def _side(index: int) -> str:
    return " class='n'" if _FIRST_FIGURE <= index <= _LAST_FIGURE else ""


def _leg(r: Mapping[str, Any]) -> str:
    ends = f"{r['origin']} → {r['destination']}" if r["origin"] else ""
    distance = "" if r["distance_km"] is None else f"{r['distance_km']:,.0f}"
    cells = (
        html.escape(r["service"]),
        html.escape(ends),
        html.escape(f"{distance} {r['distance_kind']}".strip()),
        f"{r['shipments']}",
        f"{r['mass_kg'] / KG_PER_TONNE:,.2f}",
        f"{r['physical_kgco2e']:,.1f}",
        f"{r['market_based_kgco2e']:,.1f}",
        f"{r['cost_eur']:,.0f}",
        html.escape(r["quality"]),
    )
    mode = f"<td class='mode'>{_stroke(r['mode'], 4)}{html.escape(look_of(r['mode']).label)}</td>"
    return (
        f"<tr>{mode}"
        + "".join(f"<td{_side(i)}>{cell}</td>" for i, cell in enumerate(cells, start=1))
        + "</tr>"
    )


def _unserved(document: Mapping[str, Any]) -> str:
    if not document["unserved"]:
        return ""
    items = "".join(
        f"<li><b>{html.escape(u['shipment_id'])}</b> {html.escape(u['reason'])}; "
        f"it would need {html.escape(u['would_need'])}</li>"
        for u in document["unserved"]
    )
    return f"<section id='unserved'><h2>Not planned</h2><ul>{items}</ul></section>"


def _foot(document: Mapping[str, Any]) -> str:
    s = document["summary"]
    shares = ", ".join(f"{text.percent(v)} {k}" for k, v in sorted(s["data_shares"].items()))
    lines = (
        (
            f"Factors: set {s['factor_set']['id']} (sha256 {s['factor_set']['sha256'][:12]}…), "
            f"{s['factor_basis']}. Data of the physical total: {shares}."
        ),
        (
            "Well-to-wheel (WTT + TTW), by actual mass, transport chains to ISO 14083; radiative "
            "forcing is not included. Distances and line shapes of quality estimate are indicative."
        ),
        (
            "Self-check only: no third party has verified this plan. Sources of every figure: "
            "column source_id of legs.csv, and `greenlane sources`."
        ),
        (
            f"{ATTRIBUTION}. Land: Natural Earth, public domain. "
            f"Greenlane {s['versions']['greenlane']}, "
            f"{s['solver']}, seed {s['seed']}, input {s['input_sha256'][:12]}…."
        ),
    )
    return "<footer>" + "".join(f"<p>{html.escape(x)}</p>" for x in lines) + "</footer>"
