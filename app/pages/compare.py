"""Compare what each way of moving the same goods costs, takes and emits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import screen
from app.desk import Question
from app.views import charts, pareto, tables, text
from app.workflow import SCENARIOS, compare, sample_scenarios

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Documents = Mapping[str, Mapping[str, Any]]

BASE = "business_as_usual"
_FIRST_BASIS = "market_based_kgco2e"


def show() -> None:
    """Draw the page."""
    st.title("Nanjing → Madrid, side by side")
    st.caption(
        "The reference lane of June 2023, planned anew under each scenario. Masses of the sample "
        "are invented; factors, distances and prices name their sources."
    )
    documents = _documents()
    if not documents:
        st.info("Choose at least one scenario.")
        return
    rows = compare(documents)
    for column, card in zip(st.columns(len(rows)), tables.cards(rows), strict=True):
        column.metric(card["title"], card["physical"], border=True, help=card["help"])
        column.caption(card["note"])
    left, right = st.columns([3, 2], gap="medium")
    with left:
        document = _shown(documents)
    with right:
        _charts(documents, rows)
    screen.remark(text.air_share(document))
    _tables(rows, document)
    screen.source_list()


def _documents() -> Documents:
    """Ask which scenarios to compare and return their plans, in the shipped order."""
    scenarios = sample_scenarios()
    picked = st.pills(
        "Scenarios to compare",
        list(scenarios),
        default=list(SCENARIOS),
        selection_mode="multi",
        format_func=lambda name: text.scenario_label(name, scenarios[name].title),
        key="compared",
    )
    questions = [Question(scenario=scenarios[name]) for name in scenarios if name in picked]
    with screen.faults_as_sentences():
        answers = screen.planned(questions, "Planning the scenarios, a few seconds each")
    return {q.scenario.name: a.document for q, a in zip(questions, answers, strict=True)}


def _shown(documents: Documents) -> Mapping[str, Any]:
    """Draw the map of one plan, and return that plan."""
    names = list(documents)
    shown = st.segmented_control(
        "On the map, and in the legs below",
        names,
        default=names[0],
        format_func=lambda name: text.scenario_label(name, documents[name]["scenario"]["title"]),
        key="shown",
    )
    document = documents[shown if shown and shown in documents else names[0]]
    screen.plan_map(document, key="map")
    return document


def _charts(documents: Documents, rows: Sequence[dict[str, Any]]) -> None:
    modes, spread = st.tabs(["CO₂e by mode", "Intervals"])
    with modes:
        st.altair_chart(
            charts.co2e_by_mode(documents), alt="Physical CO₂e of each scenario by mode"
        )
        st.caption("Bars: physical, by mode. Black tick: the market-based total.")
    with spread:
        st.altair_chart(charts.intervals(documents), alt="Intervals of physical CO₂e")
        st.caption("Pale bar: interval that follows from the deviation of the factors.")
    basis = st.segmented_control(
        "Cost against CO₂e",
        list(pareto.BASES),
        default=_FIRST_BASIS,
        format_func=pareto.BASES.__getitem__,
        key="basis",
    )
    st.altair_chart(
        pareto.pareto(rows, basis=basis or _FIRST_BASIS),
        alt="Cost against CO₂e; the dashed line joins plans that none beats",
    )
    st.caption("Dashed: none is both cheaper and lower. Pale: beaten in cost, CO₂e and days.")


def _tables(rows: Sequence[dict[str, Any]], document: Mapping[str, Any]) -> None:
    st.subheader("Scenarios in figures")
    screen.table(tables.comparison_for_screen(rows), key="comparison", alt="Scenarios side by side")
    st.caption(
        "Physical, market-based and offsets are three columns and are never merged. Load rate: of "
        "the capacity that is paid for. kg and t of CO₂e, well-to-wheel."
    )
    differences = tables.differences(rows, BASE)
    if differences:
        st.subheader("Against business as usual")
        screen.table(differences, key="differences", alt="Differences to business as usual")
        st.caption("Negative: less than business as usual.")
    name = text.scenario_label(document["scenario"]["name"], document["scenario"]["title"])
    st.subheader(f"Legs: {text.plain(name)}")
    screen.table(tables.services_for_screen(document), key="legs", alt="Legs by service")
    screen.basis_of(document)


if __name__ == "__main__":  # Streamlit opens this file by itself when it is asked for first
    screen.open_app()
