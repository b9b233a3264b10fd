"""Plan which way each shipment should go, and say why not another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import plan_screen, plan_state, screen, state
from app.desk import (
    BALANCED,
    EFFORTS,
    OBJECTIVES,
    PASSAGES,
    Knobs,
    Question,
    own_scenario,
    scenarios_on_offer,
    zipped,
)
from app.uploads import MAX_UPLOAD_BYTES
from app.views import charts, pareto, stowage, tables, text
from app.views.load_html import load_html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.desk import Answer, Scenario

_PICTURE_HEIGHT = 900  # of a load, in pixels
_KINDS = {"legs.csv": "text/csv", "plan.json": "application/json", "map.html": "text/html"}
_OWN = "own"
_WHAT = {"What": 560}
_ENDS = {"From": 160, "To": 160}  # px: names of places are long, and a page is not
_PASSAGE_NAMES = {"suez": "Suez", "babalmandab": "Bab al-Mandab", "panama": "Panama"}


def show() -> None:
    """Draw the page."""
    st.title("Plan")
    st.caption("Shipments in, a dated, audited plan out: with its CO₂e, its cost and its reasons.")
    question = _question()
    many = plan_state.is_many(question.file_name, question.content)
    if many:
        plan_state.warming(question.file_name, question.content)
    if st.button("Plan", type="primary", width=220):
        state.clear_screen()
        plan_state.clear_fault()
        if many:
            plan_state.start_job(question)
        else:
            with screen.faults_as_sentences():
                screen.planned([question], "Planning")
                state.keep_on_screen(question)
    plan_state.take_job()
    if fault := plan_state.fault():
        screen.fault(fault)
    answer = state.on_screen()
    if plan_state.job() is not None:
        plan_screen.running()
    elif answer is not None:
        st.divider()
        _result(answer)
    screen.source_list()


def _question() -> Question:
    """Ask what to move and how to choose."""
    goods, way = st.columns([2, 3], gap="large")
    upload = goods.file_uploader(
        "Shipments (CSV, XLSX, Parquet) or a problem folder (zip)",
        type=["csv", "xlsx", "parquet", "zip"],
        max_upload_size=MAX_UPLOAD_BYTES // 1_000_000,
        help="Without a file: the shipped reference lane. A bare shipments file is planned on the "
        "world network, under assumptions that the plan lists. "
        "Columns: shipment_id, origin, destination, mass_kg, volume_m3, ready_at, due_at.",
    )
    with way:
        offered = scenarios_on_offer(upload.name if upload else "")
        name = _scenario_name(offered)
        left, middle, right = st.columns(3)
    effort = left.selectbox(
        "Effort",
        EFFORTS,
        help="How long to search, in counted steps: repeatable. small: seconds.",
    )
    limit = middle.number_input(
        "Time limit (s)",
        min_value=0,
        value=0,
        step=30,
        help="0: none. A limit that strikes makes the plan not repeatable, and the plan says so.",
    )
    points = right.number_input(
        "Frontier points",
        min_value=0,
        max_value=8,
        value=0,
        help="Plans between cheapest and greenest to trace; each costs one more search.",
    )
    return Question(
        scenario=_scenario(name, offered),
        effort=effort,
        time_limit_s=float(limit) or None,
        frontier_points=int(points),
        file_name=upload.name if upload else "",
        content=upload.getvalue() if upload else b"",
    )


def _scenario_name(scenarios: Mapping[str, Scenario]) -> str:
    titles = {name: text.scenario_label(name, s.title) for name, s in scenarios.items()}
    titles[_OWN] = "Your own limits"
    return st.selectbox(
        "Scenario",
        list(titles),
        format_func=titles.__getitem__,
        key=f"scenario-{BALANCED.name}" if BALANCED.name in scenarios else "scenario",
        help="A shipped scenario, or limits of your own.",
    )


def _scenario(name: str, scenarios: Mapping[str, Scenario]) -> Scenario:
    """Return the chosen scenario; an own one is asked for in a box of its own."""
    if name != _OWN:
        st.caption(text.plain(text.subscript(scenarios[name].description)))
        return scenarios[name]
    with st.container(border=True):
        ground = st.selectbox(
            "On the ground of",
            list(scenarios),
            index=0 if BALANCED.name in scenarios else list(scenarios).index("cheapest"),
            format_func=lambda key: text.scenario_label(key, scenarios[key].title),
            help="Its closures of modes and carriers, certificates and credits stay.",
        )
        return own_scenario(scenarios[ground], _knobs())


def _knobs() -> Knobs:
    """Ask for limits of the planner's own."""
    one, two, three = st.columns(3)
    with one:
        objective, basis = _aim()
    with two:
        price = st.number_input(
            "Carbon price (EUR per t CO₂e)",
            min_value=0.0,
            value=0.0,
            step=10.0,
            help="Added to cost for every tonne of the chosen column.",
        )
        saf = st.slider(
            "SAF, largest share of fuel burnt (%)",
            0,
            100,
            0,
            help="Book and claim, priced per tonne of neat SAF. A blend in the tank has a lower "
            "limit.",
        )
    with three:
        cap = _limit("Carbon cap (kg CO₂e)", "no cap", "The most that the chosen column may be.")
        budget = _limit(
            "Budget (EUR)", "no budget", "The most that all costs but penalties may be."
        )
    passages = st.pills(
        "Closed passages",
        PASSAGES,
        selection_mode="multi",
        format_func=_PASSAGE_NAMES.__getitem__,
        help="Sea services through a closed passage are not used.",
    )
    return Knobs(
        objective=objective,
        basis=basis,
        carbon_price_per_t=price,
        carbon_cap_kgco2e=cap,
        budget=budget,
        saf_max_share=tables.share(saf),
        passages=tuple(passages),
    )


def _aim() -> tuple[str, str]:
    objective = st.selectbox(
        "Minimise",
        OBJECTIVES,
        index=OBJECTIVES.index("balanced"),
        help="cost: EUR. co2e: kg CO₂e, then cost. time: hours. balanced: cost + 100 EUR per t "
        "CO₂e + lateness. lexicographic: CO₂e first, then cost.",
    )
    basis = st.selectbox(
        "CO₂e column that counts",
        ("market_based", "physical"),
        help="market_based sees SAF claims and certificates, physical does not. Offsets never "
        "count in either.",
    )
    return objective, basis


def _limit(label: str, without: str, what: str) -> float | None:
    return st.number_input(
        label, min_value=0.0, value=None, step=1000.0, placeholder=without, help=what
    )


def _result(answer: Answer) -> None:
    """Draw a plan: figures, map, and the tables behind them."""
    document = answer.shown
    st.header(text.plain(document["scenario"]["title"]))
    before, question = state.before(), state.question_on_screen()
    if question is not None and (without := plan_screen.decisions(question)) is not None:
        plan_screen.planned_anew(without, held_against=None)
    if before is not None:
        plan_screen.price(before, answer)
    if answer.refused:
        st.warning(f"{len(answer.refused)} rows were refused; the good ones are planned.")
        screen.table(tables.refused_for_screen(answer.refused), key="refused", alt="Refused rows")
    if answer.unknown_columns:
        st.caption(text.plain(f"Unknown columns, not read: {', '.join(answer.unknown_columns)}"))
    screen.figures(document)
    if document["unserved"]:
        st.warning(text.plain(tables.unserved_words(document)))
        screen.table(
            tables.unserved_for_screen(document),
            key="unserved",
            alt="Unserved shipments",
            widths={"Reason": 660},
            tall=True,
        )
    screen.plan_map(document, key="plan-map")
    screen.remark(text.air_share(document))
    _details(answer, question)
    screen.basis_of(document)
    screen.downloads(answer.files, _KINDS, zipped(answer.files), "plan.zip")


def _details(answer: Answer, question: Question | None) -> None:
    """Draw the tables behind a plan; one of them is where a planner steers it."""
    document = answer.shown
    names = ("Services", "Shipments", "Legs", "Departures", "Loads", "Why not?", "What next?")
    services, shipments, legs, departures, loads, why_not, levers = st.tabs(names)
    with services:
        screen.table_and_more(
            tables.services_for_screen(document),
            key="services",
            alt="Legs by service",
            more=tables.MORE_OF_SERVICES,
            named_by=("Mode", "From", "To"),
            about="Service, interval, data quality and sources of each row",
            widths=_ENDS,
        )
    with shipments:
        if question is not None:
            plan_screen.steer(answer, question)
    with legs:
        screen.table_and_more(
            tables.legs_for_screen(document),
            key="legs",
            alt="Every chain element",
            more=tables.MORE_OF_LEGS,
            named_by=("Shipment", "Leg"),
            about="Working, data and sources of each leg",
            widths=_ENDS,
        )
    with departures:
        screen.table_and_more(
            tables.departures_for_screen(document),
            key="departures",
            alt="Departures",
            more=tables.MORE_OF_DEPARTURES,
            named_by=("Departs (UTC)", "Way"),
            about="Service, mass, volume and SAF of each departure",
        )
    with loads:
        _loads(document)
    with why_not:
        about = st.selectbox("Shipment", [s["shipment_id"] for s in document["shipments"]])
        screen.table(
            tables.alternatives_for_screen(document, about),
            key="alternatives",
            alt="Alternatives of one shipment",
            widths={"Way": 330, "Why not": 360},
            tall=True,
        )
    with levers:
        _levers(document)


def _loads(document: Mapping[str, Any]) -> None:
    """Draw how pieces stand in the units of one departure, and the room that all have left."""
    words = stowage.departures_of(document)
    if not words:
        st.caption(
            "No pieces are placed: a table of pieces beside the shipments, and services that name "
            "a unit of the catalogue, are what it takes."
        )
        return
    st.caption(text.plain(stowage.coverage(document)))
    chosen = st.selectbox("Departure", list(words), format_func=words.__getitem__)
    page = load_html(document["stowage"][chosen], pictures_only=True)
    st.iframe(page, height=_PICTURE_HEIGHT, alt="The loaded units, to be turned")
    if room := stowage.room_for_screen(document):
        st.subheader("Room for one more pallet")
        st.caption("1,200 x 800 x 1,000 mm, 300 kg, on that departure alone.")
        screen.table(room, key="room-left", alt="Room left in the units opened")
    for line in stowage.merges_in_words(document):
        st.markdown(f"- {text.plain(line)}")


def _levers(document: Mapping[str, Any]) -> None:
    if document["levers"]:
        st.altair_chart(charts.levers(document), alt="Marginal abatement cost of each lever")
        st.caption(
            "What each further change would cost per tonne, alone; below zero it saves money."
        )
    great, small = text.levers(document)
    screen.table(
        tables.levers_for_screen(document, great),
        key="levers",
        alt="Levers",
        widths=_WHAT,
        tall=True,
    )
    if small:
        with st.expander(f"Small levers, each below 0.1 % of this plan's CO₂e: {len(small):,}"):
            screen.table(
                tables.levers_for_screen(document, small),
                key="small-levers",
                alt="Small levers",
                widths=_WHAT,
                tall=True,
            )
    if document["frontier"]:
        st.subheader("Cost against CO₂e")
        if document.get("frontier_stopped"):
            st.caption("Its tracing was stopped: other points may lie between these.")
        st.altair_chart(pareto.frontier(document), alt="Frontier of cost and CO₂e")
        st.caption(
            "Plans between the cheapest and the greenest that were traced, this one among them. "
            "The dashed stair joins those that none beats in both; neither axis begins at zero."
        )


if __name__ == "__main__":  # Streamlit opens this file by itself when it is asked for first
    screen.open_app()
