"""Write tours as one HTML file that loads nothing: map, figures, calls, and what was left."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from app.views import page, text
from app.views.geo import ATTRIBUTION
from app.views.lanes import land_rings
from app.views.tour_map import SIGNS, look_of_tour, sign, tours_svg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TITLE = "First- and last-mile tours"
_STYLE = (
    page.STYLE
    + "\n#figures{grid-template-columns:repeat(4,1fr)}\n.tour h3{margin:18px 0 4px}"
    + "\n.tour td{white-space:nowrap}.tour th,.tour td{padding:7px 9px}\n"
)
_HEADERS = (
    "Call", "What", "Shipment", "Place", "Arrives, UTC", "Begins, UTC", "Leaves, UTC", "km",
    "On board, kg", "On board, m³", "Charged, kWh", "Battery, kWh",
)  # fmt: skip
_FIRST_FIGURE = 7


def tours_html(document: Mapping[str, Any], land: Mapping[str, Any]) -> str:
    """Return the page; the same tours give the same bytes, and every text in it is escaped."""
    parts = [
        _head(document["summary"]),
        _figures(document["summary"]),
        _map(document, land),
        _legend(document),
        *(_tour(n, t) for n, t in enumerate(document["tours"])),
        _unserved(document["unserved"]),
        _foot(document),
    ]
    return (
        "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        "<meta http-equiv='Content-Security-Policy' "
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{_TITLE} · Greenlane</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(p for p in parts if p)
        + "\n</main>\n</body>\n</html>\n"
    )


def _head(s: Mapping[str, Any]) -> str:
    stops = s["stops"]
    facts = (
        f"{text.tours_words(s['vehicles'])} · {stops['served']} of {stops['asked']} stops · "
        f"{s['distance_km']:,.0f} km"
    )
    return (
        f"<header><p class='mark'>Greenlane tours</p><h1>{_TITLE}</h1>"
        f"<p class='facts'>{html.escape(facts)}</p></header>"
    )


def _figures(s: Mapping[str, Any]) -> str:
    span, physical, market = (
        s["interval_kgco2e"], s["physical_kgco2e"], s["market_based_kgco2e"],
    )  # fmt: skip
    proof = "proven best" if s["objective"]["proven"] else "no bound: the gap is not known"
    cards = (
        (
            "Physical",
            text.kg(physical and physical["wtw"]),
            f"location-based; interval {text.interval(span['low'], span['high'])}",
        ),
        ("Market-based", text.kg(market and market["wtw"]), "no certificates, no SAF"),
        ("Cost", text.eur(s["cost"]), f"{s['hours']:,.1f} hours on the road"),
        ("Proof", s["status"], f"{proof}; by {s['objective']['mode']}, {s['engine']}"),
    )
    body = "".join(
        f"<div><h2>{html.escape(a)}</h2><p class='big'>{html.escape(b)}</p>"
        f"<p class='note'>{html.escape(c)}</p></div>"
        for a, b, c in cards
    )
    return f"<section id='figures' aria-label='Figures'>{body}</section>"


def _map(document: Mapping[str, Any], land: Mapping[str, Any]) -> str:
    drawn = tours_svg(document, land_rings(land))
    if not drawn:
        return "<p class='say'>Nothing to draw: no stop could be served.</p>"
    return f"<section id='maps' class='whole'><div class='pan'>{drawn}</div></section>"


def _legend(document: Mapping[str, Any]) -> str:
    tours = "".join(
        f"<li>{_stroke(n)}{html.escape(t['tour_id'])} {html.escape(t['vehicle_id'])}</li>"
        for n, t in enumerate(document["tours"])
    )
    kinds = "".join(
        f"<li><svg viewBox='-9 -9 18 18' class='sign'>{sign(kind)}</svg>{kind}</li>"
        for kind in SIGNS
    )
    return f"<section id='legend' aria-label='Legend'><ul>{tours}</ul><ul>{kinds}</ul></section>"


def _stroke(number: int) -> str:
    look = look_of_tour(number, "")
    dash = f" stroke-dasharray='{look.dash}'" if look.dash else ""
    return (
        f"<svg viewBox='0 0 34 12'><path d='M1 6H33' stroke='{look.colour}' "
        f"stroke-width='3.5'{dash}/></svg>"
    )


def _tour(number: int, tour: Mapping[str, Any]) -> str:
    energy = "" if tour["energy"] is None else f", {tour['energy']:,.1f} {tour['energy_unit']}"
    day = tour["departs_at"][:10]
    facts = (
        f"{day}: {tour['distance_km']:,.1f} km, {tour['hours']:,.1f} h, "
        f"{tour['cost']:,.2f} EUR{energy}, "
        f"{text.kg(tour['wtw_kgco2e'])} physical; filled at most "
        f"{text.percent(tour['load']['mass'])} by mass, {text.percent(tour['load']['volume'])} "
        "by volume"
    )
    head = "".join(
        f"<th scope='col'{_side(i)}>{html.escape(h)}</th>" for i, h in enumerate(_HEADERS)
    )
    body = "".join(_visit(v, day) for v in tour["visits"])
    title = html.escape(f"{tour['tour_id']} {tour['vehicle_id']} ({tour['vehicle_code']})")
    return (
        f"<section class='tour'><h3>{_mode(number)}{title}</h3><p class='note'>"
        f"{html.escape(facts)}</p><div class='wide'><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div></section>"
    )


def _mode(number: int) -> str:
    return f"<span class='mode'>{_stroke(number)}</span>"


def _side(index: int) -> str:
    return " class='n'" if index >= _FIRST_FIGURE else ""


def _visit(v: Mapping[str, Any], day: str) -> str:
    cells = (
        f"{v['visit_no']}",
        v["kind"],
        v["shipment_id"] or "",
        v["place"],
        *(
            text.moment(v[c]).removeprefix(f"{day} ")
            for c in ("arrives_at", "begins_at", "leaves_at")
        ),
        f"{v['distance_km']:,.1f}",
        f"{v['load_kg']:,.0f}",
        f"{v['load_m3']:,.1f}",
        *("" if v[c] is None else f"{v[c]:,.1f}" for c in ("charged_kwh", "battery_kwh")),
    )
    return (
        "<tr>"
        + "".join(f"<td{_side(i)}>{html.escape(cell)}</td>" for i, cell in enumerate(cells))
        + "</tr>"
    )


def _unserved(left: Sequence[Mapping[str, Any]]) -> str:
    if not left:
        return ""
    items = "".join(
        f"<li><b>{html.escape(u['stop_id'])}</b> {html.escape(u['reason'])}; "
        f"it would need {html.escape(u['would_need'])}</li>"
        for u in left
    )
    return f"<section id='unserved'><h2>Not served</h2><ul>{items}</ul></section>"


def _foot(document: Mapping[str, Any]) -> str:
    s = document["summary"]
    factors, made = s["factor_set"], f"Greenlane {document['version']}"
    lines = (
        (
            f"Factors: set {factors['id']} (sha256 {factors['sha256'][:12]}…). Well-to-wheel by "
            "actual mass; a tour is shared by mass x the shortest way of each consignment as if "
            "alone (ISO 14083). Times are UTC. Battery as planned at full load."
        ),
        f"Assumed: {'; '.join((*document['assumptions'], *document['notes']))}.",
        "Self-check only: no third party has verified these tours.",
        (
            f"{ATTRIBUTION}. Land: Natural Earth, public domain. {made}, seed {s['seed']}, "
            f"effort {s['effort']}, input {s['input_sha256'][:12]}…."
        ),
    )
    return "<footer>" + "".join(f"<p>{html.escape(x)}</p>" for x in lines) + "</footer>"
