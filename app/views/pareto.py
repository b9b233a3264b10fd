"""Weigh plans against each other: cost against CO2e, and the staircase that none beats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import altair as alt

from app.views import text
from app.views.look import GREEN, INK, LOOKS, MUTED, SHAPES
from app.views.projection import label_hubs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = dict[str, Any]

BASES = {"physical_kgco2e": "Physical", "market_based_kgco2e": "Market-based"}
_AXIS = alt.Axis(format=",.0f", tickCount=5)
_HEIGHT = 290
SERVES, LEAVES = "traced point", "traced point that leaves shipments which could travel"


def _inline(rows: Sequence[Row]) -> alt.InlineData:
    return alt.InlineData(values=list(rows))


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
            "left": p.get("left", 0),
            "what": LEAVES if p.get("left", 0) else SERVES,
        }
        for p in document["frontier"]
    ]


def pareto(
    rows: Sequence[Row], *, basis: str = "market_based_kgco2e", frontier: Sequence[Row] = ()
) -> alt.LayerChart:
    """Return cost against CO2e: a point per plan, and the staircase of those that none beats."""
    points = pareto_rows(rows, basis)
    x = alt.X("cost_eur:Q", title="Cost, EUR", axis=_AXIS, scale=alt.Scale(zero=False, padding=34))
    y = alt.Y(
        "kgco2e:Q",
        title=f"{BASES[basis]}, kg CO₂e",
        axis=_AXIS,
        scale=alt.Scale(zero=False, padding=20),  # what plans differ by, not what they share
    )
    steps = (
        alt.Chart(_inline(staircase([*points, *frontier])))
        .mark_line(interpolate="step-after", strokeDash=[5, 4], color=MUTED, strokeWidth=1.6)
        .encode(x=x, y=y)
    )
    traced = [_frontier_dots(frontier, x, y)] if frontier else []
    dots = _dots(points, x, y, INK if frontier else GREEN)
    layers = [steps, *traced, dots, *_names(points, x, y)]
    chart: alt.LayerChart = alt.LayerChart(layer=layers).properties(height=_HEIGHT)
    scaled: alt.LayerChart = chart.resolve_scale(shape="independent", color="independent")
    return scaled


def _dots(points: Sequence[Row], x: alt.X, y: alt.Y, colour: str) -> alt.Chart:
    names = [p["scenario"] for p in points]
    shapes = [SHAPES[i % len(SHAPES)] for i in range(len(names))]
    dots: alt.Chart = (
        alt.Chart(_inline(points))
        .mark_point(size=190, filled=True, color=colour, stroke="white", strokeWidth=1)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("scenario:N", scale=alt.Scale(domain=names, range=shapes), legend=None),
            opacity=alt.condition("datum.best == 'not beaten'", alt.value(1.0), alt.value(0.4)),
            tooltip=[
                alt.Tooltip("scenario:N", title="Scenario"),
                alt.Tooltip("cost_eur:Q", title="Cost, EUR", format=",.0f"),
                alt.Tooltip("kgco2e:Q", title="kg CO₂e", format=",.3s"),
                alt.Tooltip("mean_days:Q", title="Mean days", format=".1f"),
                alt.Tooltip("best:N", title="Cost, CO₂e and days"),
            ],
        )
    )
    return dots


# The plot for which names find room; a page may draw it wider, never much narrower.
_PLOT_WIDE, _PLOT_HIGH = 330.0, 170.0


def _names(points: Sequence[Row], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Return a text per point, each on a side where it touches no other."""
    across = _shares([p["cost_eur"] for p in points])
    up = _shares([p["kgco2e"] for p in points])
    spots = [
        (p["scenario"], x * _PLOT_WIDE, -y * _PLOT_HIGH)
        for p, x, y in zip(points, across, up, strict=True)
    ]
    labels, _ = label_hubs(spots, size=13.0)
    align: dict[str, Literal["left", "right", "center"]]
    align = {"start": "left", "end": "right", "middle": "center"}
    return [
        alt.Chart(_inline([points[label.index]]))
        .mark_text(
            stroke=edge,
            strokeWidth=4 if edge else 0,
            dx=label.x - spots[label.index][1],
            dy=label.y - spots[label.index][2],
            align=align[label.align],
            fontSize=12,
            fontWeight=600,
            color=INK,
        )
        .encode(x=x, y=y, text="scenario:N")
        for label in labels
        for edge in ("white", None)  # a halo first: the dashed line may run below a name
    ]


def _shares(values: Sequence[float]) -> list[float]:
    """Return where values lie between the least and the greatest, as the axes have it."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    return [(v - low) / ((high - low) or 1.0) for v in values]


def _frontier_dots(frontier: Sequence[Row], x: alt.X, y: alt.Y) -> alt.Chart:
    """Return the traced points; those that leave freight behind look otherwise, and say so."""
    kinds = [what for what in (SERVES, LEAVES) if any(p["what"] == what for p in frontier)]
    look = {SERVES: ("circle", GREEN), LEAVES: ("cross", LOOKS["air"].colour)}
    dots: alt.Chart = (
        alt.Chart(_inline(frontier))
        .mark_point(size=130, filled=True, opacity=1, stroke="white", strokeWidth=1)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape(
                "what:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=[look[k][0] for k in kinds]),
                legend=alt.Legend(orient="top"),
            ),
            color=alt.Color(
                "what:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=[look[k][1] for k in kinds]),
                legend=alt.Legend(orient="top"),
            ),
            tooltip=[
                alt.Tooltip("scenario:N", title="Point"),
                alt.Tooltip("cost_eur:Q", title="Cost, EUR", format=",.0f"),
                alt.Tooltip("kgco2e:Q", title="kg CO₂e", format=",.3s"),
                alt.Tooltip("left:Q", title="Shipments left behind"),
            ],
        )
    )
    return dots


def frontier(document: Mapping[str, Any]) -> alt.LayerChart:
    """Return the traced frontier of one plan with the plan itself on it."""
    summary = document["summary"]
    mine = {
        "scenario": "this plan",
        "title": document["scenario"]["title"],
        "cost_eur": summary["cost"]["total"],
        "mean_days": None,
        "market_based_kgco2e": summary["market_based_kgco2e"]["wtw"],
    }
    basis = "market_based_kgco2e"
    return pareto([mine], basis=basis, frontier=frontier_rows(document, basis))
