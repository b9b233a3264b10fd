"""Chart plan documents with Altair: pure functions, data inline, colours and shapes fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from app.views import text
from app.views.look import GREEN, INK, LOOKS, look_of
from app.views.told import told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Documents = Mapping[str, Mapping[str, Any]]
    Row = dict[str, Any]

_HEAD_PX, _BAR_PX = 96, 31  # a page fits axis, legend and bars into the height it is given
_MOST_LEVERS = 10
_AXIS = alt.Axis(format=",.0f", tickCount=5)


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
    used = {r["mode"] for r in rows}
    looks = [look for look in LOOKS.values() if look.label in used]
    y = _scenario_axis([_label(name, d) for name, d in documents.items()])
    bars = (
        alt.Chart(_inline(rows))
        .mark_bar(height={"band": 0.62})
        .encode(
            y=y,
            x=alt.X("kgco2e:Q", title="Physical, kg CO₂e", axis=_AXIS),
            color=alt.Color(
                "mode:N",
                title=None,
                scale=alt.Scale(domain=[x.label for x in looks], range=[x.colour for x in looks]),
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
    return _of_bars([bars, _market_ticks(documents, y)], len(documents))


def _market_ticks(documents: Documents, y: alt.Y) -> alt.Chart:
    rows = [
        {
            "scenario": _label(name, d),
            "kgco2e": d["summary"]["market_based_kgco2e"]["wtw"],
            "what": "market-based total",
        }
        for name, d in documents.items()
    ]
    ticks: alt.Chart = (
        alt.Chart(_inline(rows))
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
    return ticks


def _scenario_axis(order: list[str]) -> alt.Y:
    axis = alt.Axis(labelLimit=150, labelOverlap=False)
    return alt.Y("scenario:N", sort=order, title=None, axis=axis)


def _of_bars(layers: Sequence[alt.Chart], bars: int) -> alt.LayerChart:
    chart: alt.LayerChart = alt.LayerChart(layer=list(layers))
    return chart.properties(height=_HEAD_PX + _BAR_PX * max(bars, 1))


def lever_rows(document: Mapping[str, Any]) -> list[Row]:
    """Return the cheapest levers of a plan among those that matter."""
    names = told(document)
    return [
        {
            "lever": f"{names.sentence(x['about'])} · SAF"
            if x["kind"] == "saf"
            else names.shipment(x["about"]),
            "end": max(x["eur_per_t"], 0.0),
            "kind": "SAF" if x["kind"] == "saf" else "Mode change",
            "eur_per_t": x["eur_per_t"],
            "saves_kgco2e": x["saves_kgco2e"],
            "label": f"{text.three_digits(x['eur_per_t'])} EUR/t · "
            f"saves {text.kg(x['saves_kgco2e'], unit='kg')}",
            "text": names.sentence(x["text"], x["about"]),
        }
        for x in text.levers(document)[0][:_MOST_LEVERS]
    ]


def levers(document: Mapping[str, Any]) -> alt.LayerChart:
    """Return what the next tonne of CO2e would cost: one bar per lever, cheapest first."""
    rows = lever_rows(document)
    base = alt.Chart(_inline(rows)).encode(
        y=alt.Y(
            "lever:N",
            sort=[r["lever"] for r in rows],
            title=None,
            axis=alt.Axis(labelLimit=330, labelOverlap=False),
        ),
        x=alt.X(
            "eur_per_t:Q",
            title="Marginal abatement cost, EUR per t CO₂e (market-based)",
            axis=_AXIS,
            scale=alt.Scale(domain=_with_room([r["eur_per_t"] for r in rows])),
        ),
    )
    bars = base.mark_bar(height={"band": 0.6}).encode(
        color=alt.Color(
            "kind:N",
            title=None,
            scale=alt.Scale(domain=["Mode change", "SAF"], range=[GREEN, LOOKS["air"].colour]),
            legend=alt.Legend(orient="top", symbolType="square"),
        ),
        tooltip=[
            alt.Tooltip("text:N", title="Lever"),
            alt.Tooltip("saves_kgco2e:Q", title="Saves, kg CO₂e", format=",.3s"),
            alt.Tooltip("eur_per_t:Q", title="EUR per t CO₂e", format=",.1f"),
        ],
    )
    # Words stand right of a bar, and right of zero where a lever saves money.
    words = base.mark_text(align="left", dx=6, fontSize=12, color=INK).encode(
        x="end:Q", text="label:N"
    )
    return _of_bars([bars, words], len(rows))


def _with_room(values: Sequence[float]) -> list[float]:
    """Return an axis from the least to the greatest, zero included, with room for words."""
    low, high = min([0.0, *values]), max([0.0, *values])
    return [low, high + 0.4 * (high - low or 1.0)]


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
    y = _scenario_axis([r["scenario"] for r in rows])
    hints = [
        alt.Tooltip("scenario:N", title="Scenario"),
        alt.Tooltip("low:Q", title="Low, kg CO₂e", format=",.3s"),
        alt.Tooltip("kgco2e:Q", title="Physical, kg CO₂e", format=",.3s"),
        alt.Tooltip("high:Q", title="High, kg CO₂e", format=",.3s"),
    ]
    base = alt.Chart(_inline(rows)).encode(y=y, tooltip=hints)
    title = "Physical, kg CO₂e, with interval"
    bars = base.mark_bar(height=9, color="#A9CDBF", cornerRadius=4).encode(
        x=alt.X("low:Q", title=title, axis=_AXIS), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=90, color=GREEN, opacity=1).encode(x="kgco2e:Q")
    return _of_bars([bars, dots], len(rows))
