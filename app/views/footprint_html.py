"""Write a footprint report as one HTML file that loads nothing: tables, bars, pathways."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from app.views import text
from app.views.look import GREEN, INK, MUTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from data.findings import Report

    Document = Mapping[str, Any]

_STYLE = f"""
*{{box-sizing:border-box}}
body{{margin:0;background:#F4F6F4;color:{INK};
 font:15px/1.5 "Source Sans 3","Segoe UI","Helvetica Neue",Arial,sans-serif}}
main{{max-width:1100px;margin:0 auto;padding:28px 24px 40px}}
h1{{font-size:32px;line-height:1.15;margin:2px 0 6px}}
h2{{font-size:19px;margin:26px 0 6px}}
p{{margin:4px 0}}
.mark{{color:{GREEN};font-weight:700}}
.note{{color:{MUTED};font-size:13px}}
.cards{{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin-top:14px}}
.cards>div{{background:#fff;border:1px solid #DCE4DF;border-radius:10px;padding:12px 16px}}
.big{{font-size:24px;font-weight:650;font-variant-numeric:tabular-nums}}
.wide{{overflow-x:auto;background:#fff;border:1px solid #DCE4DF;border-radius:10px}}
table{{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}}
caption{{text-align:left;padding:8px 12px;color:{MUTED}}}
th,td{{padding:6px 12px;text-align:left;border-bottom:1px solid #E8EEEA;vertical-align:top}}
.n{{text-align:right;white-space:nowrap}}
thead .n{{white-space:normal}}
td:first-child{{min-width:5.5em}}
svg{{display:block;max-width:100%;height:auto}}
.warn{{background:#FFF6DD;border:1px solid #E3C667;border-radius:10px;padding:8px 16px}}
footer{{margin-top:22px;border-top:1px solid #D5DFD9;color:{MUTED};font-size:12.5px;
 overflow-wrap:anywhere}}
@media(max-width:760px){{.cards{{grid-template-columns:1fr 1fr}}}}
@media print{{body{{background:#fff}}main{{max-width:none;padding:0}}.wide{{overflow:visible}}
 h2,table,svg{{break-inside:avoid}}}}
"""
_BAR_WIDTH, _BAR_HEIGHT = 220, 14
_CHART_WIDTH, _CHART_HEIGHT, _PAD = 640, 260, 56


def footprint_html(
    report: Document,
    *,
    targets: Sequence[Document] = (),
    measures: Document | None = None,
    comparison: Document | None = None,
    readiness: Report | None = None,
) -> str:
    """Return the page; the same documents give the same text, and every text in it is escaped."""
    title = _esc(f"Footprint of {report['subject']}")
    parts = [
        _head(report, title),
        _warnings(report),
        _cards(report),
        _modes(report),
        _hubs(report),
        _carriers(report),
        _services(report),
        _shares(report),
        _scopes(report),
        *map(_target, targets),
        _measures(measures),
        _comparison(comparison),
        _carrier_figures(report),
        _left_out(report),
        _sources(report),
        _readiness(readiness),
        _foot(report),
    ]
    return (
        "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        "<meta http-equiv='Content-Security-Policy' "
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title} · Greenlane</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _esc(value: object) -> str:
    return html.escape(str(value))


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, words: int) -> str:
    """Return a table whose first `words` columns are words, the others figures; cells are HTML."""

    def side(i: int) -> str:
        return "" if i < words else " class='n'"

    head = "".join(f"<th scope='col'{side(i)}>{_esc(h)}</th>" for i, h in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(f"<td{side(i)}>{cell}</td>" for i, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    if not body:
        body = f"<tr><td colspan='{len(heads)}'>none</td></tr>"
    return (
        f"<div class='wide'><table><caption>{_esc(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _section(title: str, *parts: str) -> str:
    return f"<section><h2>{_esc(title)}</h2>{''.join(parts)}</section>"


def _note(words: str) -> str:
    return f"<p class='note'>{_esc(words)}</p>"


def _kg(value: object) -> str:
    return text.three_digits(float(str(value)))


def _figure(value: float | None) -> str:
    return text.NOT_STATED if value is None else text.three_digits(value)


def _bar(value: float, greatest: float, words: str) -> str:
    """Return a bar with its figure in words beside it: length, not colour, says how much."""
    width = _BAR_WIDTH * max(value, 0.0) / greatest if greatest > 0 else 0.0
    return (
        f"<svg width='{_BAR_WIDTH}' height='{_BAR_HEIGHT}' role='img' aria-label='{_esc(words)}'>"
        f"<rect width='{_BAR_WIDTH}' height='{_BAR_HEIGHT}' fill='#E8EEEA'/>"
        f"<rect width='{width:.1f}' height='{_BAR_HEIGHT}' fill='{GREEN}'/></svg>"
    )


def _head(report: Document, title: str) -> str:
    period, label = report["period"], report["restated"]["label"]
    facts = (
        f"{report['level']} level · {period['start']} to {period['end']} · {report['method']}"
        + (f" · {label}, as of {report['restated']['as_of']}" if label else "")
    )
    return (
        f"<header><p class='mark'>Greenlane footprint</p><h1>{title}</h1>"
        f"<p>{_esc(facts)}</p>{_note(report['standing'])}</header>"
    )


def _warnings(report: Document) -> str:
    items = "".join(f"<li>{_esc(words)}</li>" for words in report["warnings"])
    return f"<section class='warn'><b>! To note</b><ul>{items}</ul></section>" if items else ""


def _cards(report: Document) -> str:
    totals, span = report["totals"], report["interval_kgco2e"]
    market, intensity = report["market_based"], report["intensity"]
    kinds = ", ".join(intensity["distance_kinds"]) or "none"
    provision = "energy_provision_wtt_kgco2e"
    cards = (
        (
            "Physical, well-to-wheel",
            f"{_kg(totals['wtw_kgco2e'])} kg CO₂e",
            f"interval {text.interval(float(span['low']), float(span['high']))}",
        ),
        (
            "Operation (TTW) and energy provision (WTT)",
            f"{_kg(totals['operation_ttw_kgco2e'])} + {_kg(totals[provision])} kg",
            "their sum is the total",
        ),
        (
            "Intensity",
            f"{_figure(intensity['total_g_per_tkm'])} g/tkm",
            f"{_figure(intensity['operation_g_per_tkm'])} in operation; distances: {kinds}",
        ),
        ("Market-based, beside it", f"{_kg(market['wtw_kgco2e'])} kg CO₂e", market["note"]),
    )
    return (
        "<section class='cards' aria-label='Totals'>"
        + "".join(
            f"<div><p>{_esc(name)}</p><p class='big'>{_esc(value)}</p>{_note(note)}</div>"
            for name, value, note in cards
        )
        + "</section>"
    )


def _modes(report: Document) -> str:
    rows = report["by_mode"]
    most = max((float(r["wtw_kgco2e"]) for r in rows), default=0.0)
    cells = (
        (
            _esc(r["mode"]),
            _esc(r["temperature"].replace("_", " ")),
            _bar(float(r["wtw_kgco2e"]), most, f"{_kg(r['wtw_kgco2e'])} kg CO2e"),
            _esc(", ".join(r["distance_kinds"])),
            _kg(r["wtw_kgco2e"]),
            _kg(r["operation_ttw_kgco2e"]),
            _figure(r["tkm"]),
            _figure(r["total_g_per_tkm"]),
            _figure(r["operation_g_per_tkm"]),
        )
        for r in rows
    )
    heads = ("Mode", "Condition", "", "Distance", "kg CO₂e", "in operation", "tkm", "g/tkm")
    table = _table("Well-to-wheel", (*heads, "in operation"), cells, words=4)
    return _section("Carriage by mode", table)


def _hubs(report: Document) -> str:
    cells = (
        (
            _esc(r["hub_kind"]),
            _esc(r["temperature"]),
            _kg(r["wtw_kgco2e"]),
            _kg(r["operation_ttw_kgco2e"]),
            _figure(r["t"]),
            _figure(r["total_kg_per_t"]),
        )
        for r in report["by_hub_kind"]
    )
    heads = ("Hub", "Condition", "kg CO₂e", "in operation", "t", "kg/t")
    return _section("Handling by kind of hub", _table("Well-to-wheel", heads, cells, words=2))


def _carriers(report: Document) -> str:
    cells = (
        (
            _esc(r["energy_carrier"]),
            _esc(r["used_in"]),
            _kg(r["operation_ttw_kgco2e"]),
            _kg(r["energy_provision_wtt_kgco2e"]),
            _kg(r["wtw_kgco2e"]),
        )
        for r in report["by_energy_carrier"]
    )
    heads = ("Energy carrier", "Used in", "operation, kg CO₂e", "provision", "total")
    return _section("By energy carrier", _table("Where it is known", heads, cells, words=2))


def _services(report: Document) -> str:
    if "services" not in report["chains"]:
        return ""
    cells = (
        (
            _esc(r["shipment_id"]),
            _kg(r["wtw_kgco2e"]),
            _kg(r["operation_ttw_kgco2e"]),
            _figure(r["transport_tkm"]),
            _figure(r["hub_t"]),
            _figure(r["total_g_per_tkm"]),
            _figure(r["operation_g_per_tkm"]),
        )
        for r in report["chains"]["services"]
    )
    heads = ("Service", "kg CO₂e", "in operation", "tkm", "hub t", "g/tkm", "in operation")
    return _section("Services", _table("Each chain, hubs included", heads, cells, words=1))


def _shares(report: Document) -> str:
    shares = report["data_shares"]
    named = (
        ("Data, by emissions", shares["by_emissions"]),
        ("Data, by tkm", shares["by_tkm"]),
        ("Quality, by emissions", shares["quality_by_emissions"]),
        ("Tier (1 is measured), by emissions", shares["tier_by_emissions"]),
        ("How distances are known, by tkm", shares["distance_evidence_by_tkm"]),
    )
    cells = (
        (_esc(what), _esc(kind), _bar(share, 1.0, text.percent(share, 1)), text.percent(share, 1))
        for what, parts in named
        for kind, share in parts.items()
    )
    table = _table("Shares", ("What", "Kind", "", "Share"), cells, words=3)
    return _section("How well it is known", table, _note(report["interval_kgco2e"]["assumption"]))


def _scopes(report: Document) -> str:
    cells = (
        (_esc(r["scope"]), _kg(r["kgco2e"]), _kg(r["market_based_kgco2e"]))
        for r in report["ghg_protocol"]
    )
    owners = (
        (_esc(r["run_by"]), _kg(r["wtw_kgco2e"]), str(int(r["elements"])))
        for r in report["own_and_third_party"]
    )
    heads = ("Scope and category", "physical (location-based), kg CO₂e", "market-based")
    return _section(
        "GHG Protocol",
        _table("Nothing stands twice", heads, cells, words=1),
        _table("Own and third-party", ("Run by", "kg CO₂e", "elements"), owners, words=1),
    )


def _target(progress: Document) -> str:
    cells = (
        (
            _esc(p["year"]),
            _esc(p["status"]),
            _figure(p["required"]),
            _figure(p["found"]),
            _figure(p["gap"]),
            _figure(p["change_kgco2e"]),
        )
        for p in progress["periods"]
    )
    goal = progress["target"]
    about = (
        f"{text.percent(-goal['change_share'])} less by {goal['year']} than in "
        f"{progress['baseline']['year']}, {progress['pathway']} pathway, {progress['unit']}. "
        f"Trend to {goal['year']}: {_figure(progress['projected'])} "
        f"({progress['projected_status']})."
    )
    heads = ("Year", "Status", "required", "found", "gap", "change at last intensity, kg")
    return _section(
        f"Target: {progress['name']}",
        _note(about),
        target_svg(progress),
        _note("Dashed: required. " + ", ".join(f"{s} {w}" for w, s in _STATUS_SIGNS.items()) + "."),
        _table(str(progress["unit"]), heads, cells, words=2),
    )


def target_svg(progress: Document) -> str:
    """Return a target's pathway as a line and its periods as marks: ● on track, ▲ behind."""
    path, periods = progress["required_by_year"], progress["periods"]
    years = [p["year"] for p in (*path, *periods)]
    top = max(p[k] for p in (*path, *periods) for k in ("value", "found") if k in p) * 1.1
    first, span = min(years), max(max(years) - min(years), 1)

    def at(year: int, value: float) -> tuple[float, float]:
        x = _PAD + (year - first) / span * (_CHART_WIDTH - 2 * _PAD)
        return x, _CHART_HEIGHT - _PAD + (value / top) * (2 * _PAD - _CHART_HEIGHT)

    line = " ".join("{:.1f},{:.1f}".format(*at(p["year"], p["value"])) for p in path)
    marks = "".join(_mark(p, *at(p["year"], p["found"])) for p in periods)
    ends = "".join(
        f"<text x='{at(p['year'], 0)[0]:.1f}' y='{_CHART_HEIGHT - _PAD + 20}' "
        f"text-anchor='middle'>{_esc(p['year'])}</text>"
        f"<text x='{at(p['year'], 0)[0]:.1f}' y='{at(p['year'], p['value'])[1] - 8:.1f}' "
        f"text-anchor='middle'>{_figure(p['value'])}</text>"
        for p in (path[0], path[-1])
    )
    base = _CHART_HEIGHT - _PAD
    return (
        f"<svg viewBox='0 0 {_CHART_WIDTH} {_CHART_HEIGHT}' width='{_CHART_WIDTH}' role='img' "
        f"aria-label='Pathway of {_esc(progress['name'])}' font-size='12' fill='{INK}'>"
        f"<line x1='{_PAD}' y1='{base}' x2='{_CHART_WIDTH - _PAD}' y2='{base}' stroke='{MUTED}'/>"
        f"<polyline points='{line}' fill='none' stroke='{GREEN}' stroke-width='2' "
        f"stroke-dasharray='6 4'/>{marks}{ends}</svg>"
    )


_STATUS_SIGNS = {"on track": "●", "behind": "▲", "not comparable": "○"}


def _mark(period: Document, x: float, y: float) -> str:
    sign, figure = _STATUS_SIGNS[period["status"]], _figure(period["found"])
    words = f"{period['year']}: {figure}, {period['status']}"
    return (
        f"<text x='{x - 5:.1f}' y='{y + 4:.1f}'><title>{_esc(words)}</title>"
        f"{sign} {_esc(figure)}</text>"
    )


def _measures(measures: Document | None) -> str:
    if measures is None:
        return ""
    rows = measures["measures"]
    cells = (
        (
            _esc(r["name"]),
            _esc(r["status"]),
            _kg(r["saves_kgco2e_per_year"]),
            text.interval(*(float(r["interval_kgco2e_per_year"][x]) for x in ("low", "high"))),
            text.percent(r["probability_saves"]),
            _kg(r["market_saves_kgco2e_per_year"]),
            _kg(r["outside_saves_kgco2e_per_year"]),
            _figure(r["cost_eur_per_year"]),
            _figure(r["eur_per_t"]),
        )
        for r in rows
    )
    heads = ("Measure", "Status", "saves, kg", "interval", "probability")
    more = ("market-based", "outside, as stated", "EUR", "EUR per t")
    both = measures["together"]
    words = (
        f"Together, in this order: {_kg(both['saves_kgco2e_per_year'])} kg CO₂e a year, of which "
        f"interaction {_kg(both['interaction_kgco2e_per_year'])} kg; market-based "
        f"{_kg(both['market_saves_kgco2e_per_year'])} kg, of which interaction "
        f"{_kg(both['market_interaction_kgco2e_per_year'])} kg. {measures['note']}"
    )
    table = _table("Each alone; kg CO₂e and EUR per year", (*heads, *more), cells, words=2)
    assumed = sorted({f"{r['kind'].replace('_', ' ')}: {r['assumption']}" for r in rows})
    items = "".join(f"<li>{_esc(line)}</li>" for line in assumed)
    return _section("Measures", table, _note(words), f"<ul class='note'>{items}</ul>")


def _comparison(comparison: Document | None) -> str:
    if comparison is None:
        return ""
    cells = (
        (
            _esc(r["words"]),
            _kg(r["before_kgco2e"]),
            _kg(r["after_kgco2e"]),
            *(_kg(r["causes_kgco2e"][c]) for c in ("distance", "load", "factor", "boundary")),
        )
        for r in (comparison["total"], *comparison["shipments"])
    )
    heads = ("Difference", "before, kg", "after, kg", "distance", "load", "factor", "boundary")
    table = _table("Causes sum to the difference", heads, cells, words=1)
    return _section("Against another footprint", table)


def _carrier_figures(report: Document) -> str:
    if not report["carrier_figures"]:
        return ""
    cells = (
        (
            f"{_esc(r['shipment_id'])} leg {_esc(r['leg_no'])}",
            _esc(r["carrier"]),
            _esc(r["method"]),
            _esc(_doubts(r)),
            _kg(r["ours_kgco2e"]),
            _kg(r["carrier_kgco2e"]),
            _figure(r["ratio"]),
        )
        for r in report["carrier_figures"]
    )
    heads = ("Leg", "Carrier", "Its method", "To note", "ours, kg", "its own, kg", "ratio")
    table = _table("Kept beside ours, in no total", heads, cells, words=4)
    return _section("Carriers' own figures", table)


def _doubts(row: Document) -> str:
    said = (
        ("outside our interval", row["outside_our_interval"]),
        ("operation alone", row["operation_only"]),
    )
    return ", ".join(words for words, true in said if true) or "within our interval"


def _left_out(report: Document) -> str:
    lists = (
        ("Outside of the method", report["excluded"]),
        ("Left out, and why", [f"{o['what']}: {o['why']}" for o in report["omissions"]]),
        ("Rows refused", report["refused"]),
        (
            "Beside the total",
            [
                f"biogenic CO2 {_kg(report['biogenic_kgco2'])} kg",
                f"radiative forcing of flights {_kg(report['rf_memo_kgco2e'])} kg CO2e (memo)",
            ],
        ),
    )
    return _section(
        "What is not in the total",
        *(
            f"<h3>{_esc(name)}</h3><ul>{''.join(f'<li>{_esc(x)}</li>' for x in items)}</ul>"
            for name, items in lists
            if items
        ),
    )


def _sources(report: Document) -> str:
    names = ("source_id", "publisher", "title", "edition", "licence")
    cells = (tuple(_esc(s[n]) for n in names) for s in report["sources"])
    heads = ("Source", "Publisher", "Title", "Edition", "Licence")
    used = (
        (
            _esc(c["category"]),
            _esc(c["quality"]),
            _esc(c["published_on"]),
            _kg(c["wtw_kgco2e"]),
            text.percent(c["deviation_share"]),
        )
        for c in report["categories"]
    )
    more = ("Category", "Quality", "Published", "kg CO₂e", "half width")
    return _section(
        "What it stands on",
        _table("Categories", more, used, words=3),
        _table("Sources", heads, cells, words=len(names)),
    )


_SIGNS = {"pass": "✓ pass", "fail": "✗ fail", "unknown": "? unknown"}


def _readiness(readiness: Report | None) -> str:
    if readiness is None:
        return ""
    cells = (
        (_esc(f.code), _SIGNS[f.verdict], _esc(f.about), _esc(f.message), _esc(f.clause))
        for f in readiness.findings
    )
    heads = ("Item", "Verdict", "About", "Found", "Clause")
    return _section(
        "CountEmissionsEU: self-check", _table("Unknown is no pass", heads, cells, words=5)
    )


def _foot(report: Document) -> str:
    factors, gwp = report["factor_set"], ", ".join(report["gases"]["gwp_sets"]) or "none"
    words = (
        f"Factors: set {factors['id']} (sha256 {factors['sha256']}); warming potentials: {gwp}. "
        f"{report['chains']['count']} chains of {report['chains']['elements']} elements. "
        f"Offsets: {report['offsets']}. {report['standing']}."
    )
    return f"<footer><p>{_esc(words)}</p></footer>"
