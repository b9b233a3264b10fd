"""Write chains as one HTML file that loads nothing: map, scatter, table, and what is missing."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from app.views import text
from app.views.chain_lanes import (
    ESTIMATED,
    MARKS,
    all_chains,
    conditions_words,
    end_names,
    evidence_words,
    hub_name,
    kind_label,
    leg_words,
    mark_figure,
    marked_chain,
    title_of,
)
from app.views.chain_map import maps_of, stroke
from app.views.chain_page import STYLE, picking
from app.views.chain_scatter import scatter_svg
from app.views.lanes import land_rings
from data.units import KG_PER_TONNE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.views.chain_lanes import Chain, Names


def chains_html(document: Mapping[str, Any], land: Mapping[str, Any], names: Names) -> str:
    """Return the page; the same chains give the same bytes, and every text in it is escaped.

    `names` are those of passages, by their labels.
    """
    title = html.escape(title_of(document))
    chains = all_chains(document)
    parts = [
        _head(document, title, names),
        _cards(document),
        _pick(chains),
        maps_of(document, land_rings(land), names),
        _scatter(document),
        _table(document, names),
        _absent(document),
        _foot(document),
    ]
    return (
        "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        "<meta http-equiv='Content-Security-Policy' "
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title} · Greenlane chains</title>\n"
        f"<style>{STYLE}{picking([c['rank'] for c in chains])}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(p for p in parts if p)
        + "\n</main>\n</body>\n</html>\n"
    )


def _head(document: Mapping[str, Any], title: str, names: Names) -> str:
    shown, unbeaten = len(document["chains"]), document["unbeaten"]
    facts = (
        f"{document['mass_kg'] / KG_PER_TONNE:,.6g} t · {conditions_words(document, names)} · "
        f"{shown} of {unbeaten} unbeaten chains"
    )
    about = (
        "No other chain is at once as cheap, as fast and as low in CO₂e as any of these; "
        "near-duplicates are left out. "
        f"{document['hubs_searched']} hubs were searched. Prices, hours and schedules are "
        "assumptions, nobody's offers."
    )
    return (
        f"<header><p class='mark'>Greenlane chains</p><h1>{title}</h1>"
        f"<p class='facts'>{html.escape(facts)}</p>"
        f"<p class='about'>{html.escape(about)}</p></header>"
    )


def _cards(document: Mapping[str, Any]) -> str:
    cards = []
    for name in MARKS:
        chain = marked_chain(document, name)
        if chain is None:
            continue
        note = (
            f"Chain {chain['rank']}, {kind_label(chain)}: {text.eur(chain['cost_eur'])}, "
            f"{text.days(chain['hours'])}, {text.kg(chain['kgco2e'])}"
        )
        cards.append(
            f"<div><h2>{name.capitalize()}</h2><p class='big'>"
            f"{html.escape(mark_figure(chain, name))}</p><p class='note'>{html.escape(note)}</p>"
            "</div>"
        )
    return f"<section id='marks' aria-label='Best by each figure'>{''.join(cards)}</section>"


def _pick(chains: Sequence[Chain]) -> str:
    """Return buttons that show one chain; they work by style alone, without any script."""
    items = [_radio(0, "All chains")]
    for chain in chains:
        marks = f" {', '.join(chain['marks'])}" if chain["marks"] else ""
        items.append(_radio(chain["rank"], f"{chain['rank']}{marks}"))
    return f"<fieldset id='pick'><legend>Show</legend>{''.join(items)}</fieldset>"


def _radio(rank: int, words: str) -> str:
    checked = "" if rank else " checked"
    return (
        f"<label><input type='radio' name='chain' id='pick-{rank:d}'{checked}>"
        f"<span>{html.escape(words)}</span></label>"
    )


def _scatter(document: Mapping[str, Any]) -> str:
    return (
        "<section id='weigh'><h2>Cost against CO₂e</h2>"
        f"<div class='pan'>{scatter_svg(document)}</div>"
        "<p class='note'>Words: chain and days. Shape and colour: the mode that carries most "
        "kilometres. Pale: beaten by another chain.</p></section>"
    )


_HEADERS = ("Chain", "EUR", "Days", "kg CO₂e", "Way", "Distances are")
_FIRST_FIGURE, _LAST_FIGURE = 1, 3


def _table(document: Mapping[str, Any], names: Names) -> str:
    head = "".join(
        f"<th scope='col'{_side(i)}>{html.escape(h)}</th>" for i, h in enumerate(_HEADERS)
    )
    ends = end_names(document)
    body = "".join(_row(c, ends, names) for c in document["chains"])
    beaten = "".join(_row(c, ends, names) for c in document["others"])
    if beaten:
        beaten = (
            f"<tbody><tr class='part'><th scope='rowgroup' colspan='{len(_HEADERS)}'>Beaten by "
            f"another chain, shown for their kind</th></tr>{beaten}</tbody>"
        )
    note = (
        "CO₂e is physical (location-based), well-to-wheel, hubs included; no certificate and no "
        f"offset. {ESTIMATED} before a distance: estimated from the great circle."
    )
    return (
        f"<section id='chains'><h2>Chains</h2><div class='wide'><table><thead><tr>{head}</tr>"
        f"</thead><tbody>{body}</tbody>{beaten}</table></div>"
        f"<p class='note'>{html.escape(note)}</p></section>"
    )


def _side(index: int) -> str:
    return " class='n'" if _FIRST_FIGURE <= index <= _LAST_FIGURE else ""


def _row(chain: Chain, ends: Names, names: Names) -> str:
    marks = "".join(f"<b class='badge {m}'>{html.escape(m)}</b>" for m in chain["marks"])
    note = f"<p class='why'>{html.escape(chain['note'])}</p>" if chain["note"] else ""
    cells = (
        ("EUR", f"{chain['cost_eur']:,.0f}"),
        ("days", f"{chain['hours'] / text.HOURS_PER_DAY:,.1f}"),
        ("kg CO₂e", text.three_digits(chain["kgco2e"])),
    )
    return (
        f"<tr id='row-{chain['rank']:d}'><th scope='row'><label for='pick-{chain['rank']:d}'>"
        f"{chain['rank']:d}</label>{marks}</th>"
        + "".join(f"<td class='n' data-unit='{u}'>{x}</td>" for u, x in cells)
        + f"<td class='legs'>{_legs(chain, ends, names)}{note}</td>"
        "<td class='known' data-unit='Distances are '>"
        f"{html.escape(evidence_words(chain))}</td></tr>"
    )


def _legs(chain: Chain, ends: Names, names: Names) -> str:
    parts = [f"<span class='at'>{html.escape(hub_name(chain['legs'][0], 'origin', ends))}</span>"]
    for leg in chain["legs"]:
        hint = f"{text.kg(leg['kgco2e'])}, {leg['offer']}"
        parts.append(
            f"<span class='by' title='{html.escape(hint)}'>{stroke(leg['mode'])}"
            f"{html.escape(leg_words(leg, names))} →</span> "
            f"<span class='at'>{html.escape(hub_name(leg, 'destination', ends))}</span>"
        )
    return " ".join(parts)


def _absent(document: Mapping[str, Any]) -> str:
    if not document["absent"]:
        return ""
    items = "".join(
        f"<li><b>{html.escape(gone['family'])}</b>: {html.escape(gone['why'])}</li>"
        for gone in document["absent"]
    )
    return (
        "<section id='absent'><h2>Kinds of transport without a chain</h2>"
        f"<ul>{items}</ul></section>"
    )


def _foot(document: Mapping[str, Any]) -> str:
    factors = document["factor_set"]
    stated = "".join(f"<li>{html.escape(line)}</li>" for line in document["assumptions"])
    lines = (
        (
            f"Factors: set {factors['id']} (sha256 {factors['sha256'][:12]}…). Distances: measured "
            "along the network; repaired, with a gap closed or a cited link; published, of a "
            "named service; estimated, for want of a network."
        ),
        (
            "Roads and railways: © OpenStreetMap contributors, ODbL 1.0. Land: Natural Earth, "
            "public domain. Sources of every figure: `greenlane sources`."
        ),
        (
            "Self-check only: no third party has verified these figures. Greenlane "
            f"{document['version']}."
        ),
    )
    return (
        f"<footer><details><summary>Assumptions</summary><ul>{stated}</ul></details>"
        + "".join(f"<p>{html.escape(x)}</p>" for x in lines)
        + "</footer>"
    )
