"""Chart a footprint with Altair: by mode and stage, and each shipment with its interval."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import altair as alt

from app.views import text
from app.views.look import GREEN, INK, look_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = dict[str, Any]
    Rows = Sequence[Mapping[str, Any]]

MOST_BARS = 24
_PALE = "#A9CDBF"
_HEAD_PX, _BAR_PX = 96, 33
_ROOM = 1.34  # of an axis: words stand right of the longest bar
_FAR_APART = 40.0  # times; beyond it a linear axis shows the largest alone
_WTT, _TTW = "WTT, energy provision", "TTW, operation"
_STATUS = {"complete": "complete", "incomplete": "incomplete: a row was refused"}


def stage_rows(modes: Rows) -> list[Row]:
    """Return one row per mode and stage, with the words at the end of its bar."""
    return [
        {
            "mode": _mode_label(row["mode"]),
            "stage": stage,
            "order": order,
            "kgco2e": row[column],
            "total": row["wtw_kgco2e"],
            "label": text.kg(row["wtw_kgco2e"], unit="kg"),
        }
        for row in modes
        for order, (stage, column) in enumerate(((_TTW, "ttw_kgco2e"), (_WTT, "wtt_kgco2e")))
    ]


def _mode_label(mode: str) -> str:
    return "Handling at hubs" if mode == "hub" else look_of(mode).label


def co2e_by_mode(modes: Rows) -> alt.LayerChart:
    """Return a bar per mode, operation dark and energy provision pale, the total in words."""
    rows = stage_rows(modes)
    most = max((row["total"] for row in rows), default=0.0)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=_names("mode", [_mode_label(row["mode"]) for row in modes])
    )
    bars = base.mark_bar(height={"band": 0.62}, stroke=GREEN, strokeWidth=1).encode(
        x=alt.X(
            "kgco2e:Q",
            title="Physical, kg CO₂e, well-to-wheel",
            axis=_axis(),
            scale=alt.Scale(domain=[0, most * _ROOM or 1]),
        ),
        color=alt.Color(
            "stage:N",
            title=None,
            scale=alt.Scale(domain=[_TTW, _WTT], range=[GREEN, _PALE]),
            legend=alt.Legend(orient="top", symbolType="square", symbolStrokeWidth=1),
        ),
        order=alt.Order("order:Q"),
        tooltip=[
            alt.Tooltip("mode:N", title="Mode"),
            alt.Tooltip("stage:N", title="Stage"),
            alt.Tooltip("kgco2e:Q", title="kg CO₂e", format=",.3s"),
            alt.Tooltip("total:Q", title="WTW, kg CO₂e", format=",.3s"),
        ],
    )
    words = (
        base.transform_filter("datum.order == 0")
        .mark_text(align="left", dx=6, fontSize=12, color=INK)
        .encode(x="total:Q", text="label:N")
    )
    return _of_bars([bars, words], len(modes))


def interval_rows(totals: Rows) -> list[Row]:
    """Return the largest shipments with their intervals; an incomplete one says so."""
    found: list[Row] = [
        {
            "shipment": str(row["shipment_id"]),
            "kgco2e": float(row["wtw_kgco2e"]),
            "low": float(row["low_kgco2e"]),
            "high": float(row["high_kgco2e"]),
            "status": _STATUS[row["status"]],
            "label": text.kg(row["wtw_kgco2e"], unit="kg"),
        }
        for row in totals
    ]
    return sorted(found, key=lambda row: (-row["kgco2e"], row["shipment"]))[:MOST_BARS]


def needs_log(totals: Rows) -> bool:
    """Tell whether shipments are so far apart that only a logarithmic axis shows them all."""
    rows = interval_rows(totals)
    lows = [row["low"] for row in rows]
    return bool(rows) and min(lows) > 0 and max(r["high"] for r in rows) > _FAR_APART * min(lows)


def intervals(totals: Rows) -> alt.LayerChart:
    """Return each shipment's total as a point on its interval; hollow where it is incomplete."""
    rows, log = interval_rows(totals), needs_log(totals)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=_names("shipment", [row["shipment"] for row in rows]),
        tooltip=[
            alt.Tooltip("shipment:N", title="Shipment"),
            alt.Tooltip("low:Q", title="Low, kg CO₂e", format=",.3s"),
            alt.Tooltip("kgco2e:Q", title="Physical, kg CO₂e", format=",.3s"),
            alt.Tooltip("high:Q", title="High, kg CO₂e", format=",.3s"),
            alt.Tooltip("status:N", title="Status"),
        ],
    )
    x = alt.X(
        "low:Q",
        title=f"Physical, kg CO₂e, with interval{' (logarithmic)' if log else ''}",
        axis=alt.Axis(format=",.0f", values=_decades(rows)) if log else _axis(),
        scale=_scale(rows, log=log),
    )
    bars = base.mark_bar(height=9, color=_PALE, cornerRadius=4).encode(x=x, x2="high:Q")
    points = base.mark_point(size=90, opacity=1, strokeWidth=2).encode(
        x="kgco2e:Q",
        stroke=alt.value(GREEN),
        fill=alt.condition("datum.status == 'complete'", alt.value(GREEN), alt.value("#FFFFFF")),
        shape=alt.Shape(
            "status:N",
            title=None,
            scale=alt.Scale(domain=list(_STATUS.values()), range=["circle", "diamond"]),
            legend=None,  # hollow shapes are drawn as nothing there: the page says it
        ),
    )
    words = base.mark_text(align="left", dx=7, fontSize=11, color=INK).encode(
        x="high:Q", text="label:N"
    )
    return _of_bars([bars, points, words], len(rows))


def _decades(rows: Sequence[Row]) -> list[float]:
    """Return the powers of ten between the least and the greatest end."""
    least, most = min(row["low"] for row in rows), max(row["high"] for row in rows)
    return [10.0**n for n in range(math.ceil(math.log10(least)), math.ceil(math.log10(most)))]


def _scale(rows: Sequence[Row], *, log: bool) -> alt.Scale:
    """Return an axis with room for words right of the largest shipment."""
    most = max((row["high"] for row in rows), default=1.0)
    if not log:
        return alt.Scale(domain=[0, most * _ROOM or 1.0])
    least = min(row["low"] for row in rows)
    return alt.Scale(type="log", nice=False, domain=[least, most * (most / least) ** (_ROOM - 1)])


def _names(field: str, order: list[str]) -> alt.Y:
    axis = alt.Axis(labelLimit=120, labelOverlap=False)
    return alt.Y(f"{field}:N", sort=order, title=None, axis=axis)


def _axis() -> alt.Axis:
    return alt.Axis(format=",.0f", tickCount=4)


def _of_bars(layers: Sequence[alt.Chart], bars: int) -> alt.LayerChart:
    chart: alt.LayerChart = alt.LayerChart(layer=list(layers))
    return chart.properties(height=_HEAD_PX + _BAR_PX * max(bars, 1))
