"""Draw a footprint: figures, charts, shipments, the working of any leg. Rounding only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app import screen
from app.footprint_answers import (
    BASES,
    MOST_OFFERED,
    MOST_RANKED,
    legs_of,
    rankable,
    ranking,
    shipments,
    usual_choice,
)
from app.footprint_columns import fingerprint
from app.views import footprint_charts, text
from app.views import footprint_tables as tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from app.footprint_answers import FootprintAnswer

_TOLD_IN_WORDS = 6
_MOST_ROWS = 2000
_BASIS_WORDS = {"total": "kg CO₂e in all", "per tkm": "g CO₂e per tkm"}
_CSV = "text/csv"
_FILES = {
    "report.html": "text/html",
    "legs.csv": _CSV,
    "totals.csv": _CSV,
    "rows.csv": _CSV,
    "refused.csv": _CSV,
}


def result(found: FootprintAnswer) -> None:
    """Draw a footprint with all that it rests on."""
    st.header(text.plain(f"Footprint of {found.summary['file']}"))
    _rows(found)
    _figures(found)
    _pictures(found)
    _shipments(found)
    _greener(found)
    _working(found)
    _carriers(found)
    _downloads(found)


def _rows(found: FootprintAnswer) -> None:
    """Say what became of the rows; a refusal is told in words before any figure is shown."""
    st.markdown(text.plain(tables.counts_words(found.summary)))
    st.caption(text.plain(tables.told_words(found.summary["told"])))
    if found.refusals:
        with st.container(border=True):
            st.markdown(f"**✗ Refused: {len(found.refusals)}**, not in any figure below")
            for row in found.refusals[:_TOLD_IN_WORDS]:
                st.markdown(f"- {text.plain(tables.refusal_words(row))}")
            if len(found.refusals) > _TOLD_IN_WORDS:
                rows = tables.refusals_for_screen(found.refusals[:_MOST_ROWS])
                screen.table(rows, key="footprint-refused", alt="Refused rows", wide="Wanted")
    if found.warnings:
        with st.expander(f"! Warned: what was assumed, by kind ({len(found.warnings)})"):
            rows = tables.warnings_for_screen(found.warnings)
            widths = {"What": 330, "Rows": 60}
            screen.table(
                rows, key="footprint-warned", alt="Warnings by kind", wide="Such as", widths=widths
            )
            st.caption("What was noted of each row: rows.csv, below.")


def _figures(found: FootprintAnswer) -> None:
    """Draw three columns that are never merged, then what the total is made of."""
    columns = st.columns(3)
    for column, card in zip(columns, tables.cards(found.summary), strict=False):
        column.metric(card["label"], card["value"], help=card["help"], border=True)
        column.caption(text.plain(card["note"]))
    with columns[2].container(border=True):
        st.markdown(":small[Offsets]")
        st.caption(tables.OFFSETS)
    facts = tables.facts(found.summary)
    for column, fact in zip(st.columns(len(facts)), facts, strict=True):
        column.metric(fact["label"], fact["value"], help=fact["help"], border=True)
    st.markdown(text.plain(tables.data_words(found.summary)))
    st.markdown(text.plain(tables.memo_words(found.summary)))
    st.caption(text.plain(tables.basis_words(found.summary)))


def _pictures(found: FootprintAnswer) -> None:
    modes, spread = st.tabs(["CO₂e by mode", "Intervals by shipment"])
    with modes:
        st.altair_chart(
            footprint_charts.co2e_by_mode(found.modes),
            alt="Physical CO₂e by mode, energy provision and operation apart",
        )
        st.caption("Dark: operation (TTW). Pale: energy provision (WTT). Words: both, WTW.")
    with spread:
        st.altair_chart(
            footprint_charts.intervals(found.totals),
            alt="Physical CO₂e of each shipment with its interval",
        )
        st.caption(
            "Pale bar: 95 % interval. Full circle: the total. Hollow diamond: incomplete, a row "
            f"was refused. At most {footprint_charts.MOST_BARS} shipments, the largest first; all "
            "are in the table."
        )


def _shipments(found: FootprintAnswer) -> None:
    st.subheader("Shipments")
    rows = tables.totals_for_screen(found.totals[:_MOST_ROWS])
    widths = {"Status": 190}
    screen.table(rows, key="footprint-totals", alt="Totals of each shipment", widths=widths)
    st.caption(
        "Click a header to sort. Quality tier: 1 is measured, each step away from it adds one. An "
        "incomplete total lacks a refused row and is too low."
    )


def _greener(found: FootprintAnswer) -> None:
    """Say which shipment is really greener, if the data can tell."""
    names = rankable(found)
    if not names[1:]:
        return
    st.subheader("Which of these shipments is really greener?")
    left, right = st.columns([3, 1])
    chosen = left.multiselect(
        "Shipments to compare",
        names,
        default=usual_choice(found),
        max_selections=MOST_RANKED,
        help=f"2 to {MOST_RANKED}. Incomplete shipments cannot be chosen: they look greener than "
        "they are.",
        key=f"footprint-ranked {fingerprint(*names)}",
        persist_state="session",
    )
    basis = right.segmented_control(
        "Compare by",
        BASES,
        default=BASES[0],
        required=True,
        format_func=_BASIS_WORDS.__getitem__,
        key="footprint-basis",
        persist_state="session",
    )
    if not chosen[1:]:
        st.caption("Choose at least two.")
        return
    _ranking(found, chosen, basis or BASES[0])


def _ranking(found: FootprintAnswer, chosen: list[str], basis: str) -> None:
    order = ranking(found, chosen, basis)
    words = text.plain(tables.verdict(order.rows, order.rivals))
    (st.success if order.supported else st.warning)(
        f"**{'✓ Supported' if order.supported else '? Not supported'}** · {words}"
    )
    screen.table(
        tables.ranking_for_screen(order.rows, basis), key="footprint-ranking", alt="Ranking"
    )
    st.caption(
        "Equal places: the data cannot tell them apart. Errors of one factor are shared by all "
        "legs that use it and cancel in a comparison."
    )
    if not order.alike:
        st.caption(
            "! They differ in mass or in their ends: they are no options of one question, and the "
            "lower figure is not the better choice by itself."
        )


def _working(found: FootprintAnswer) -> None:
    """Draw the elements of one chain, and how each of them was worked out."""
    st.subheader("Working of any leg")
    names = shipments(found)
    about = st.selectbox(
        "Shipment",
        names[:MOST_OFFERED],
        key=f"footprint-shipment {fingerprint(*names)}",
        help="Its legs and hubs, with factor, source, kind of distance and evidence. Any shipment "
        "may be named, even where the list is too long to hold all.",
        accept_new_options=len(names) > MOST_OFFERED,
        persist_state="session",
    )
    legs = legs_of(found, about or "")
    if not legs:
        st.caption("No shipment of this name has a total.")
        return
    screen.table(tables.legs_for_screen(legs), key="footprint-legs", alt="Legs of a shipment")
    for leg in legs:
        with st.expander(text.plain(tables.leg_title(leg))):
            _leg(leg)


def _leg(leg: Mapping[str, Any]) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Figures**")
        for fact in tables.leg_facts(leg):
            st.markdown(f"- {text.plain(fact)}")
    with right:
        st.markdown("**How it was found, and the working**")
        for step in leg["steps"]:
            st.markdown(f"- {text.plain(step)}")
    st.markdown("**Sources**")
    for source in leg["sources"]:
        st.markdown(f"- {text.plain(source)}")


def _carriers(found: FootprintAnswer) -> None:
    if not found.carriers:
        return
    st.subheader("The carriers' own figures")
    rows = tables.carriers_for_screen(found.carriers[:_MOST_ROWS])
    screen.table(rows, key="footprint-carriers", alt="The carriers' figures beside ours")
    st.caption(
        "Kept beside ours and in no total. *undisclosed*: no method is given, so what such a "
        "figure counts is not known."
    )


def _downloads(found: FootprintAnswer) -> None:
    st.subheader("Files")
    st.caption("Exact figures, every row accounted for; the same input gives the same bytes.")
    columns = st.columns(len(_FILES) + 1)
    for column, (name, mime) in zip(columns, _FILES.items(), strict=False):
        column.download_button(
            name, found.files[name], name, mime, on_click="ignore", width="stretch"
        )
    columns[-1].download_button(
        "All files (zip)",
        found.archive,
        "footprint.zip",
        "application/zip",
        on_click="ignore",
        width="stretch",
    )
