"""Chart plan documents with Altair: pure functions, data inline, colours and shapes fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from app.views import text
from app.views.look import GREEN, INK, LOOKS, MUTED, SHAPES, look_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Documents = Mapping[str, Mapping[str, Any]]
    Row = dict[str, Any]

BASES = {"physical_kgco2e": "Physical", "market_based_kgco2e": "Market-based"}
_MOST_LEVERS = 10
_LONGEST_LEVER = 58


def _label(name: str, document: Mapping[str, Any]) -> str:
    return text.scenario_label(name, document["scenario"]["title"])


def _inline(rows: Sequence[Row]) -> alt.InlineData:
    return alt.InlineData(values=list(rows))


def mode_rows(documents: Documents) -> list[Row]:
    """Return physical CO2e by scenario and mode."""
    return [
        {
            "scenario": _label(name, d),
            "mode": look_of(mode).label,
            "order": list(LOOKS).index(mode) if mode in LOOKS else len(LOOKS),
            "kgco2e": share * d["summary"]["physical_kgco2e"]["wtw"],
            "share": share,
        }
        for name, d in documents.items()
        for mode, share in d["summary"]["mode_shares"].items()
    ]


def co2e_by_mode(documents: Documents) -> alt.LayerChart:
    """Return stacked bars of physical CO2e; a tick shows the market-based total beside them."""
    rows = mode_rows(documents)
    order = [_label(name, d) for name, d in documents.items()]
    used = {r["mode"] for r in rows}
    looks = [look for look in LOOKS.values() if look.label in used]
    y = alt.Y("scenario:N", sort=order, title=None, axis=alt.Axis(labelLimit=150))
    bars = (
        alt.Chart(_inline(rows))
        .mark_bar(height={"band": 0.62})
        .encode(
            y=y,
            x=alt.X(
                "kgco2e:Q", title="Physical, kg CO₂e", axis=alt.Axis(format=",.0f", tickCount=5)
            ),
            color=alt.Color(
                "mode:N",
                title=None,
                scale=alt.Scale(
                    domain=[x.label for x in looks], range=[x.colour for x in looks]
                ),
                legend=alt.Legend(orient="top", symbolType="square"),
            ),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("scenario:N", title="Scenario"),
                alt.Tooltip("mode:N", title="Mode"),
                alt.Tooltip("kgco2e:Q", title="Physical, kg CO₂e", format=",.3s"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
            ],
        )
    )
    market = [
        {
            "scenario": _label(name, d),
            "kgco2e": d["summary"]["market_based_kgco2e"]["wtw"],
            "what": "market-based total",
        }
        for name, d in documents.items()
    ]
    ticks = (
        alt.Chart(_inline(market))
        .mark_tick(thickness=3, height={"band": 0.9}, color=INK)
        .encode(
            y=y,
            x="kgco2e:Q",
            tooltip=[
                alt.Tooltip("what:N", title="Tick"),
                alt.Tooltip("kgco2e:Q", title="kg CO₂e", format=",.3s"),
            ],
        )
    )
    return alt.layer(bars, ticks).properties(height=46 * len(documents) + 20)


def pareto_rows(rows: Sequence[Row], basis: str) -> list[Row]:
    """Return one point per plan; `best` tells that no other beats it in cost, CO2e and days."""
    points = [
        {
            "scenario": text.scenario_label(r["scenario"], r["title"]),
            "cost_eur": r["cost_eur"],
            "kgco2e": r[basis],
            "mean_days": r["mean_days"],
        }
        for r in rows
    ]
    return [
        p | {"best": "not beaten" if not _beaten(p, points) else "beaten in all three"}
        for p in points
    ]


_CRITERIA = ("cost_eur", "kgco2e", "mean_days")


def _beaten(point: Row, points: Sequence[Row], criteria: Sequence[str] = _CRITERIA) -> bool:
    mine = [point[c] if point[c] is not None else float("inf") for c in criteria]
    for other in points:
        its = [other[c] if other[c] is not None else float("inf") for c in criteria]
        if its != mine and all(a <= b for a, b in zip(its, mine, strict=True)):
            return True
    return False


def staircase(points: Sequence[Row]) -> list[Row]:
    """Return the points that none beats in cost and CO2e, dearest last.

    >>> [p["kgco2e"] for p in staircase([
    ...     {"cost_eur": 1, "kgco2e": 9}, {"cost_eur": 2, "kgco2e": 9.5},
    ...     {"cost_eur": 3, "kgco2e": 4}])]
    [9, 4]
    """
    front = [p for p in points if not _beaten(p, points, ("cost_eur", "kgco2e"))]
    return sorted(front, key=lambda p: (p["cost_eur"], p["kgco2e"]))


def frontier_rows(document: Mapping[str, Any], basis: str) -> list[Row]:
    """Return the traced frontier of one plan, if it has one."""
    column = "wtw_kgco2e" if basis == "physical_kgco2e" else "market_wtw_kgco2e"
    return [
        {
            "scenario": f"frontier point {p['point']}",
            "cost_eur": float(p["cost"]),
            "kgco2e": float(p[column]),
        }
        for p in document["frontier"]
    ]


def pareto(
    rows: Sequence[Row], *, basis: str = "market_based_kgco2e", frontier: Sequence[Row] = ()
) -> alt.LayerChart:
    """Return cost against CO2e: a point per plan, and the staircase of those that none beats."""
    points = pareto_rows(rows, basis)
    names = [p["scenario"] for p in points]
    x = alt.X(
        "cost_eur:Q",
        title="Cost, EUR",
        axis=alt.Axis(format=",.0f", tickCount=5),
        scale=alt.Scale(zero=True, padding=34),
    )
    y = alt.Y(
        "kgco2e:Q",
        title=f"{BASES[basis]}, kg CO₂e",
        axis=alt.Axis(format=",.0f", tickCount=5),
        scale=alt.Scale(zero=True, padding=16),
    )
    steps = (
        alt.Chart(_inline(staircase([*points, *frontier])))
        .mark_line(interpolate="step-after", strokeDash=[5, 4], color=MUTED, strokeWidth=1.6)
        .encode(x=x, y=y)
    )
    dots = (
        alt.Chart(_inline(points))
        .mark_point(size=190, filled=True, color=GREEN, stroke="white", strokeWidth=1)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape(
                "scenario:N",
                scale=alt.Scale(domain=names, range=[SHAPES[i % len(SHAPES)] for i in range(len(names))]),
                legend=None,
            ),
            opacity=alt.condition("datum.best == 'not beaten'", alt.value(1.0), alt.value(0.4)),
            tooltip=[
                alt.Tooltip("scenario:N", title="Scenario"),
                alt.Tooltip("cost_eur:Q", title="Cost, EUR", format=",.0f"),
                alt.Tooltip("kgco2e:Q", title=f"{BASES[basis]}, kg CO₂e", format=",.3s"),
                alt.Tooltip("mean_days:Q", title="Mean days", format=".1f"),
                alt.Tooltip("best:N", title="Cost, CO₂e and days"),
            ],
        )
    )
    words = (
        alt.Chart(_inline(points))
        .mark_text(dy=-15, fontSize=12, fontWeight=600, color=INK)
        .encode(x=x, y=y, text="scenario:N")
    )
    layers: list[Any] = [steps, dots, words]
    if frontier:
        layers.insert(1, _frontier_dots(frontier, x, y))
    return alt.layer(*layers).properties(height=290)


def _frontier_dots(frontier: Sequence[Row], x: alt.X, y: alt.Y) -> alt.Chart:
    return (
        alt.Chart(_inline(frontier))
        .mark_point(size=60, filled=False, color=GREEN, strokeWidth=1.6)
        .encode(
            x=x,
            y=y,
            tooltip=[
                alt.Tooltip("scenario:N", title="Point"),
                alt.Tooltip("cost_eur:Q", title="Cost, EUR", format=",.0f"),
                alt.Tooltip("kgco2e:Q", title="kg CO₂e", format=",.3s"),
            ],
        )
    )


def lever_rows(document: Mapping[str, Any]) -> list[Row]:
    """Return the cheapest levers of a plan."""
    levers = sorted(document["levers"], key=lambda x: (x["eur_per_t"], x["about"]))
    return [
        {
            "lever": _short(x["text"]),
            "kind": "SAF" if x["kind"] == "saf" else "Mode change",
            "eur_per_t": x["eur_per_t"],
            "saves_kgco2e": x["saves_kgco2e"],
            "label": f"{text.three_digits(x['eur_per_t'])} EUR/t · "
            f"saves {text.kg(x['saves_kgco2e'], unit='kg')}",
            "text": x["text"],
        }
        for x in levers[:_MOST_LEVERS]
    ]


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST_LEVER else words[: _LONGEST_LEVER - 1] + "…"


def levers(document: Mapping[str, Any]) -> alt.LayerChart:
    """Return what the next tonne of CO2e would cost: one bar per lever, cheapest first."""
    rows = lever_rows(document)
    base = alt.Chart(_inline(rows)).encode(
        y=alt.Y(
            "lever:N",
            sort=[r["lever"] for r in rows],
            title=None,
            axis=alt.Axis(labelLimit=330),
        ),
        x=alt.X("eur_per_t:Q", title="Marginal abatement cost, EUR per t CO₂e (market-based)"),
    )
    bars = base.mark_bar(height={"band": 0.6}).encode(
        color=alt.Color(
            "kind:N",
            title=None,
            scale=alt.Scale(
                domain=["Mode change", "SAF"], range=[GREEN, LOOKS["air"].colour]
            ),
            legend=alt.Legend(orient="top", symbolType="square"),
        ),
        tooltip=[
            alt.Tooltip("text:N", title="Lever"),
            alt.Tooltip("saves_kgco2e:Q", title="Saves, kg CO₂e", format=",.3s"),
            alt.Tooltip("eur_per_t:Q", title="EUR per t CO₂e", format=",.1f"),
        ],
    )
    words = base.mark_text(align="left", dx=6, fontSize=12, color=INK).encode(text="label:N")
    return alt.layer(bars, words).properties(height=34 * max(len(rows), 1) + 30)


def intervals(documents: Documents) -> alt.LayerChart:
    """Return each plan's physical CO2e with its interval."""
    rows = [
        {
            "scenario": _label(name, d),
            "low": d["summary"]["interval_kgco2e"]["low"],
            "high": d["summary"]["interval_kgco2e"]["high"],
            "kgco2e": d["summary"]["physical_kgco2e"]["wtw"],
        }
        for name, d in documents.items()
    ]
    y = alt.Y("scenario:N", sort=[r["scenario"] for r in rows], title=None)
    hints = [
        alt.Tooltip("scenario:N", title="Scenario"),
        alt.Tooltip("low:Q", title="Low, kg CO₂e", format=",.3s"),
        alt.Tooltip("kgco2e:Q", title="Physical, kg CO₂e", format=",.3s"),
        alt.Tooltip("high:Q", title="High, kg CO₂e", format=",.3s"),
    ]
    base = alt.Chart(_inline(rows)).encode(y=y, tooltip=hints)
    title = "Physical, kg CO₂e, with interval"
    bars = base.mark_bar(height=9, color="#A9CDBF", cornerRadius=4).encode(
        x=alt.X("low:Q", title=title, axis=alt.Axis(format=",.0f", tickCount=5)), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=90, color=GREEN, opacity=1).encode(x="kgco2e:Q")
    return alt.layer(bars, dots).properties(height=44 * len(documents) + 20)
