"""Write a load plan as one HTML file that loads nothing: pictures to turn, steps, and weights."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from app.views import page, text
from app.views.load_look import COLOURS, colour_of
from app.views.load_svg import unit_svg
from app.views.load_tables import proof
from app.views.look import GREEN, MUTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TITLE = "Load plan"
_MOST_DRAWN = 6_000  # boxes that are also drawn for pages without scripts and for paper
_STYLE = (
    page.STYLE
    + f"""
#figures{{grid-template-columns:repeat(4,1fr)}}
.load h2{{font-size:20px;color:inherit;margin:30px 0 2px}}
.load h3{{font-size:14px;margin:18px 0 6px;color:{MUTED};font-weight:600}}
.picture{{position:relative;background:#fff;border:1px solid #DCE4DF;border-radius:10px;
 overflow:hidden;margin-top:8px}}
.picture svg,.picture canvas{{display:block;width:100%}}
.picture canvas{{cursor:grab;touch-action:pan-y}}
.picture canvas:focus-visible{{outline:2px solid {GREEN};outline-offset:-2px}}
.tip{{position:absolute;background:#1E2B2A;color:#fff;font-size:12.5px;padding:3px 9px;
 border-radius:6px;pointer-events:none;white-space:nowrap}}
.tools{{display:flex;flex-wrap:wrap;gap:8px 10px;align-items:center;margin-top:8px;
 font-size:13.5px}}
.tools[hidden],.tip[hidden]{{display:none}}
.tools button,.tools select{{font:inherit;padding:3px 11px;border:1px solid #C6D3CC;
 border-radius:999px;background:#fff;cursor:pointer;color:inherit}}
.tools .play{{background:{GREEN};border-color:{GREEN};color:#fff;font-weight:600;min-width:68px}}
.tools .steps{{flex:1 1 220px;accent-color:{GREEN}}}
.now{{color:{MUTED};font-size:13px;min-height:1.5em;margin-top:4px}}
.key{{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;margin:8px 2px 0;padding:0;
 font-size:13px}}
.key i{{display:inline-block;width:13px;height:13px;border-radius:3px;border:1px solid #1E2B2A55;
 margin-right:6px;vertical-align:-2px}}
details summary{{cursor:pointer;font-size:14px;margin:14px 0 6px;color:{MUTED};font-weight:600}}
.bad td,.bad th{{color:#A3200D;font-weight:600}}
@media print{{.tools,.now{{display:none}}.load{{break-before:page}}}}
"""
)


def load_html(
    document: Mapping[str, Any],
    title: str = "",
    *,
    left: str = "Without a place",
    pictures_only: bool = False,
) -> str:
    """Return the page; the same plan gives the same bytes, and every text in it is escaped.

    `left` heads what is not in these units; `pictures_only` is for a page with figures of its own.
    """
    name = html.escape(title or _TITLE)
    script = files("app.views").joinpath("load_view.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    head = [_head(document, name), _figures(document["summary"])]
    head.append(_left(document["unplaced"], left))
    body = [
        *([] if pictures_only else head),
        *_units(document),
        _check(document["self_check"]),
        _foot(document),
        f"<script type='application/json' id='load'>{_data(document)}</script>",
        f"<script>{script}</script>",
    ]
    return (
        "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; "
        f"style-src 'unsafe-inline'; script-src 'sha256-{digest}'\">\n"
        f"<title>{name} · Greenlane</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _data(document: Mapping[str, Any]) -> str:
    """Return what the pictures need, spelled so that no text in it can end the script."""
    keys = ("unit_no", "inside_mm", "cuts_mm", "blocks_mm", "boxes", "unload", "supports_mm")
    data = {
        "colours": COLOURS,
        "items": document["items"],
        "units": [
            {key: unit[key] for key in keys} | {"centre_mm": unit["stops"][0]["centre_mm"]}
            for unit in document["units"]
        ],
    }
    spelled = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return spelled.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _head(document: Mapping[str, Any], name: str) -> str:
    s = document["summary"]
    kinds = ", ".join(f"{n} x {code}" for code, n in s["units_by_code"].items())
    facts = f"{kinds or 'no unit'} · {s['pieces']['loaded']:,} of {s['pieces']['asked']:,} boxes"
    return (
        f"<header><p class='mark'>Greenlane load plan</p><h1>{name}</h1>"
        f"<p class='facts'>{html.escape(facts)}</p></header>"
    )


def _figures(s: Mapping[str, Any]) -> str:
    cards = (
        (f"{s['units']:,}", "units", proof(s)),
        (f"{s['mass_kg']:,.0f} kg", "cargo", f"{s['volume_m3']:,.2f} m³"),
        (text.percent(s["volume_share"], 1), "of the volume inside", "of all units together"),
        (f"{s['ldm']:,.2f} m", "loading metres", "footprints on the floor over 2.4 m"),
    )
    return (
        "<div id='figures'>"
        + "".join(
            f"<div><h2>{what}</h2><p class='big'>{value}</p><p class='note'>{note}</p></div>"
            for value, what, note in cards
        )
        + "</div>"
    )


def _left(unplaced: Sequence[Mapping[str, Any]], heading: str) -> str:
    if not unplaced:
        return ""
    rows = "".join(
        f"<tr class='bad'><td>{html.escape(u['shipment_id'])}</td>"
        f"<td>{html.escape(u['piece_id'])}</td><td class='n'>{u['quantity']:,}</td>"
        f"<td>{html.escape(u['reason'])}</td></tr>"
        for u in unplaced
    )
    table = _wide(("Shipment", "Piece", "Boxes", "Why"), rows)
    return f"<section id='unserved'><h2>{html.escape(heading)}</h2>{table}</section>"


def _wide(headers: Sequence[str], rows: str) -> str:
    # A header stands over its figures as they stand themselves: to the right.
    classes = re.findall(r"<t[dh]([^>]*)>", rows.partition("</tr>")[0]) or [""] * len(headers)
    head = "".join(f"<th{c}>{h}</th>" for c, h in zip(classes, headers, strict=True))
    return (
        f"<div class='wide'><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _units(document: Mapping[str, Any]) -> list[str]:
    drawn, parts = 0, []
    for unit in document["units"]:
        drawn += len(unit["boxes"])
        parts.append(_unit(document, unit, still=drawn <= _MOST_DRAWN))
    return parts


def _unit(document: Mapping[str, Any], unit: Mapping[str, Any], *, still: bool) -> str:
    fill = [f"{text.percent(unit['volume_share'], 1)} of the volume"]
    if unit["mass_share"] is not None:
        fill.append(f"{text.percent(unit['mass_share'], 1)} of the payload")
    fill += [
        f"{text.percent(unit['floor_share'], 1)} of the floor",
        f"{unit['loading_metres']:.2f} m long",
    ]
    picture = unit_svg(unit, document["items"]) if still else ""
    return (
        f"<section class='load' id='unit-{unit['unit_no']:d}'>"
        f"<h2>Unit {unit['unit_no']:d}: {html.escape(unit['unit_code'])}</h2>"
        f"<p>{unit['pieces']:,} boxes, {unit['mass_kg']:,.0f} kg, {unit['volume_m3']:,.2f} m³ · "
        f"{' · '.join(fill)}</p>"
        f"<div class='picture'>{picture}<div class='tip' hidden></div></div>"
        f"{_TOOLS}{_key(document, unit)}{_stops(unit)}{_steps(document, unit)}</section>"
    )


_TOOLS = (
    "<div class='tools' hidden><button class='play'>Play</button>"
    "<input class='steps' type='range' min='0' aria-label='step'>"
    "<select class='way' aria-label='loading or unloading'><option value='load'>Loading</option>"
    "<option value='unload'>Unloading</option></select>"
    "<select class='by' aria-label='colours'><option value='shipment'>Colour by shipment</option>"
    "<option value='stop'>Colour by stop</option><option value='piece'>Colour by piece</option>"
    "</select>"
    "<button data-view='corner'>Corner</button><button data-view='side'>Side</button>"
    "<button data-view='top'>Top</button><button data-view='rear'>Rear</button></div>"
    "<p class='now' aria-live='off'></p>"
)


def _key(document: Mapping[str, Any], unit: Mapping[str, Any]) -> str:
    aboard = dict.fromkeys(
        (document["items"][b[0]]["shipment_id"], document["items"][b[0]]["colour"])
        for b in unit["boxes"]
    )
    entries = "".join(
        f"<li><i style='background:{colour_of(n)}'></i>{html.escape(name)}</li>"
        for name, n in sorted(aboard, key=lambda pair: pair[1])
    )
    return f"<ul class='key'>{entries}</ul>"


def _stops(unit: Mapping[str, Any]) -> str:
    known = unit["stops"][0]["front_kg"] is not None
    headers = [
        "Leaves",
        "Boxes",
        "Cargo, kg",
        "Centre from the front, mm",
        "from the left, mm",
        "up, mm",
    ]
    if known:
        headers += ["Front support, kg", "of at most", "Rear support, kg", "of at most"]
    rows = "".join(_stop(stop, known=known) for stop in unit["stops"] if stop["pieces"])
    return f"<h3>Weight as it leaves each stop</h3>{_wide(headers, rows)}"


def _stop(stop: Mapping[str, Any], *, known: bool) -> str:
    where = f"stop {stop['after_stop']}" if stop["after_stop"] else "as loaded"
    cells = [f"{stop['pieces']:,}", f"{stop['mass_kg']:,.0f}"]
    cells += [f"{c:,.0f}" for c in stop["centre_mm"] or ()] or ["", "", ""]
    if known:
        for key in ("front_kg", "front_max_kg", "rear_kg", "rear_max_kg"):
            cells.append("" if stop[key] is None else f"{stop[key]:,.0f}")
    return f"<tr><td>{where}</td>" + "".join(f"<td class='n'>{c}</td>" for c in cells) + "</tr>"


def _steps(document: Mapping[str, Any], unit: Mapping[str, Any]) -> str:
    leaves = {step: n for n, step in enumerate(unit["unload"], start=1)}
    rows = "".join(_step(document["items"][b[0]], b, leaves[b[7]]) for b in unit["boxes"])
    headers = (
        "Step", "Shipment", "Piece", "Stop", "From the front, mm", "From the left, mm", "Up, mm",
        "Along, mm", "Across, mm", "High, mm", "kg", "Leaves as",
    )  # fmt: skip
    return (
        f"<details><summary>All {len(unit['boxes']):,} steps, front to door, bottom to top"
        f"</summary>{_wide(headers, rows)}</details>"
    )


def _step(item: Mapping[str, Any], box: Sequence[int], leaves: int) -> str:
    cells = [*box[1:7]]
    numbers = "".join(f"<td class='n'>{c:,}</td>" for c in cells)
    return (
        f"<tr><td class='n'>{box[7]}</td><td>{html.escape(item['shipment_id'])}</td>"
        f"<td>{html.escape(item['piece_id'])}</td><td class='n'>{item['stop_no']}</td>{numbers}"
        f"<td class='n'>{item['mass_kg']:,}</td><td class='n'>{leaves}</td></tr>"
    )


def _check(findings: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(f['verdict'])}</td><td>{html.escape(f['code'])}</td>"
        f"<td>{html.escape(f['message'])}</td></tr>"
        for f in findings
    )
    passed = sum(f["verdict"] == "pass" for f in findings)
    return (
        f"<section><details><summary>Self-check: {passed} of {len(findings)} passed, by a checker "
        f"that shares nothing with the packer</summary>{_wide(('Verdict', 'Code', 'What'), rows)}"
        "</details></section>"
    )


def _foot(document: Mapping[str, Any]) -> str:
    rules, basis = document["rules"], document["basis"]
    order = "unloaded in the order of stops" if rules["unload_in_order"] else "any unloading order"
    words = (
        f"At least {rules['support_percent']} % of every base is supported; {order}. "
        f"Sizes in mm, inside of the unit. Greenlane {basis['software']}, effort "
        f"{basis['effort']}, seed {basis['seed']}, input SHA-256 {basis['input_sha256']}"
    )
    return f"<footer>{html.escape(words)}</footer>"
