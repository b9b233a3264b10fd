"""Draw how a search goes: the best plan falls, the bound rises, and the gap is between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import altair as alt

from app.views import text
from app.views.look import GREEN, INK, LOOKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = dict[str, Any]

_POINTS = re.compile(r"(\d+) points of cost against CO2e")
BEST, BOUND = "Best plan", "Proven bound"
_HIGH = 230
_ROOM = 0.08  # above and below the lines
_ROOM_FOR_WORDS = 1.24  # right of the last step
_LEAST_STEPS, _MOST_TICKS = 8, 16


def rows_of(trace: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return one row per known figure of each counted phase."""
    return [
        {
            "step": number,
            "phase": point["phase"],
            "what": what,
            "value": value,
            "gap": text.percent(point["gap"], 2) if point["gap"] is not None else "no bound yet",
        }
        for number, point in enumerate(trace, start=1)
        for what, value in ((BEST, point["best"]), (BOUND, point["bound"]))
        if value is not None
    ]


def traced_share(words: str, wanted: int) -> float | None:
    """Return how much of a frontier is traced, from what its search reports; None before.

    >>> traced_share("3 points of cost against CO2e", 4), traced_share("reading", 4)
    (0.75, None)
    """
    found = _POINTS.match(words)
    return min(1.0, int(found.group(1)) / wanted) if found and wanted else None


def progress_chart(trace: Sequence[Mapping[str, Any]], unit: str = "") -> alt.LayerChart:
    """Return best and bound over counted phases; words right of their ends name them."""
    rows = rows_of(trace)
    last = {r["what"]: r for r in rows}
    seen = max(_LEAST_STEPS, len(trace))
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X(
            "step:Q",
            title="Counted phases of the search",
            axis=alt.Axis(
                values=list(range(1, seen + 1, 1 + seen // _MOST_TICKS)), format="d", grid=False
            ),
            scale=alt.Scale(domain=[1, seen * _ROOM_FOR_WORDS], nice=False),
        ),
        y=alt.Y(
            "value:Q",
            title=f"What is minimised, {unit}" if unit else "What is minimised",
            axis=alt.Axis(format=",.3~s", tickCount=4),
            scale=alt.Scale(domain=_domain(rows), nice=False),
        ),
        color=alt.Color(
            "what:N",
            scale=alt.Scale(domain=[BEST, BOUND], range=[GREEN, LOOKS["sea"].colour]),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("phase:N", title="Phase"),
            alt.Tooltip("what:N", title="Line"),
            alt.Tooltip("value:Q", title="Value", format=",.0f"),
            alt.Tooltip("gap:N", title="Gap"),
        ],
    )
    lines = base.mark_line(strokeWidth=2.5, interpolate="step-after").encode(
        strokeDash=alt.StrokeDash(
            "what:N", scale=alt.Scale(domain=[BEST, BOUND], range=[[1, 0], [6, 4]]), legend=None
        )
    )
    dots = base.mark_point(filled=True, size=38, opacity=1)
    words = alt.Chart(alt.InlineData(values=[r | {"words": _words(r)} for r in last.values()]))
    words = words.encode(x="step:Q", y="value:Q", text="words:N")
    above, below = (
        words.transform_filter(alt.datum.what == what).mark_text(
            align="left", dx=9, dy=dy, fontSize=12, fontWeight=600, color=INK
        )
        for what, dy in ((BEST, -7), (BOUND, 7))  # apart, even where the gap is closed
    )
    chart: alt.LayerChart = alt.LayerChart(layer=[lines, dots, above, below])
    return chart.properties(height=_HIGH)


def _words(row: Row) -> str:
    return f"{row['what']} {row['value']:,.0f}"


def _domain(rows: Sequence[Row]) -> list[float]:
    values = [r["value"] for r in rows] or [0.0, 1.0]
    low, high = min(values), max(values)
    room = _ROOM * 2.5 * ((high - low) or abs(high) or 1.0)
    return [low - room, high + room]
