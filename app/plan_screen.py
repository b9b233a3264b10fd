"""Draw a plan in the making, and the table from which a planner steers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import plan_state, screen, state, steering_desk
from app.views import override, progress, tables, text
from optimizer.plan import TracePoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.desk import Answer, Question
    from app.jobs import Watched
    from optimizer.scenarios import Decision

_EVERY_S, _AT_FIRST_S = 1.0, 0.3  # how often a plan in the making is looked at
_REDRAWN_S = 8.0  # a better plan is drawn at most so often: maps and tables travel to the browser
_NOTHING = TracePoint(phase="", best=None, bound=None, gap=None)
_MINIMISED = (
    "What the scenario minimises, freight, CO₂e and time priced together where it names several; "
    "shipments that no chain can serve are left out."
)


def running() -> None:
    """Draw the plan in the making of this session: how it goes, and the best plan so far."""
    job = plan_state.job()
    if job is None:
        return
    watched = job.watched()
    with st.container(border=True):
        every = _EVERY_S if watched.drafts else _AT_FIRST_S
        st.fragment(_watch, run_every=every)(watched.drafts, watched.seconds)
    document = job.draft()
    if document is None:
        return
    st.header(text.plain(document["scenario"]["title"]))
    st.info("The best plan so far. It is not yet audited, nor are its reasons written.")
    screen.figures(document, proof=False)
    screen.plan_map(document, key="draft-map")
    screen.table(tables.shipments_for_screen(document), key="draft-shipments", alt="Shipments")


def _watch(drawn: int, drawn_at: float) -> None:
    """Draw how the search goes; have the page drawn anew for a better plan, and at the end."""
    job = plan_state.job()
    if job is None:
        return
    watched = job.watched()
    ended = watched.state in {"done", "failed"}
    due = drawn == 0 or watched.seconds - drawn_at >= _REDRAWN_S
    if ended or (watched.drafts > drawn and due):
        st.rerun()
    _figures(watched)
    trace = [{"phase": x.phase, "best": x.best, "bound": x.bound, "gap": x.gap}
             for x in watched.trace]  # fmt: skip
    if any(x["best"] is not None for x in trace):
        st.altair_chart(
            progress.progress_chart(trace), alt="Best plan and proven bound by counted phase"
        )
    stopping = watched.state == "stopping"
    st.button(
        "Stopping, the best plan is kept" if stopping else "Stop, and keep the best plan",
        on_click=job.stop,
        disabled=stopping or not watched.trace,
        key="stop",
        help="Ends the search after its present step. The plan is audited and says that it was "
        "interrupted; it cannot be repeated byte for byte.",
    )


def _figures(watched: Watched) -> None:
    last = watched.trace[-1] if watched.trace else _NOTHING
    columns = st.columns([1, 2, 2, 2, 1.4])
    columns[0].metric("Time", f"{watched.seconds:.0f} s", help="Since the plan was asked for.")
    columns[1].metric("Phase", watched.text, help="What is done now, in counted steps.")
    columns[2].metric("Best plan", _whole(last.best), help=_MINIMISED)
    columns[3].metric("Proven bound", _whole(last.bound), help="No plan at all can be below it.")
    columns[4].metric(
        "Gap",
        "not yet" if last.gap is None else text.percent(last.gap, 2),
        help="(best - bound) / best: by so much, at most, a better plan could be better.",
    )


def _whole(value: float | None) -> str:
    return "not yet" if value is None else f"{value:,.0f}"


def decisions(question: Question) -> Question | None:
    """Draw what was decided; return the question without what the planner takes back."""
    wanted = None
    if question.scenario.decisions:
        st.subheader("Your decisions")
    for number, decision in enumerate(question.scenario.decisions):
        words, button = st.columns([6, 1], vertical_alignment="center")
        words.markdown(text.plain(override.decision_words(decision)))
        if button.button("Undo", key=f"undo-{number}", width="stretch"):
            wanted = steering_desk.undone(question, decision)
    return wanted


def price(before: Answer, after: Answer) -> None:
    """Draw what lies between two plans: what the last decision costs, and who travels otherwise."""
    cost = steering_desk.cost_between(before.document, after.document)
    with st.container(border=True):
        st.markdown(f"**{text.plain(override.sentence(cost, 'Your last decision'))}**")
        for column, figure in zip(st.columns(6), override.figures(cost), strict=True):
            column.metric(figure["label"], figure["value"], help=figure["help"])
        if cost.changes:
            with st.expander(f"Shipments that travel otherwise: {len(cost.changes)}"):
                screen.table(
                    override.changes_for_screen(cost), key="changes", alt="Changed shipments"
                )
        gaps = {before.document["summary"]["gap"], after.document["summary"]["gap"]}
        if max(gaps) > 0:
            st.caption(
                "Neither plan need be the best there is: their gaps "
                f"({text.percent(before.document['summary']['gap'], 2)} before, "
                f"{text.percent(after.document['summary']['gap'], 2)} after) are part of this."
            )


@st.fragment
def steer(answer: Answer, question: Question) -> None:
    """Draw the shipments, and what may be decided about a leg of one; plan anew once it is."""
    document = answer.document
    chosen = screen.table_to_choose_from(
        tables.shipments_for_screen(document), key="shipments", alt="Shipments"
    )
    with st.container(border=True):
        decision = _decision(document, chosen)
    if decision is not None:
        planned_anew(steering_desk.decided(question, decision), held_against=answer)


def _decision(document: Mapping[str, Any], chosen: int | None) -> Decision | None:
    """Ask which leg of which shipment, and what of it; return what was pressed."""
    names = [s["shipment_id"] for s in document["shipments"]]
    carriers = {s["service_id"]: s["carrier"] for s in document["services"]}
    left, middle, right = st.columns([2, 4, 2])
    name = left.selectbox(
        "Shipment to steer", names, index=chosen or 0, help="Or choose its row above."
    )
    chain = steering_desk.chain_of(document, name)
    if not chain:
        middle.caption("It is not planned: there is no leg to ban or lock.")
        return None
    number = middle.selectbox(
        "Leg",
        range(len(chain)),
        format_func=lambda i: f"{i + 1}. {override.leg_words(chain[i], carriers)}",
        help="What the bans below are about.",
    )
    whose = right.radio(
        "Bans hold for",
        ("this shipment", "all freight"),
        horizontal=True,
        help="A departure can be banned for all freight alone.",
    )
    return _buttons(
        steering_desk.steps_for(document, chain[number], for_all=whose != "this shipment")
    )


def _buttons(steps: steering_desk.Steps) -> Decision | None:
    wanted = None
    columns = st.columns(1 + len(steps.bans))
    for column, (what, decision) in zip(
        columns, (("chain", steps.lock_chain), *steps.bans), strict=True
    ):
        words = "Lock this chain" if what == "chain" else override.ban_words(what, decision.name)
        tells = text.plain(override.decision_words(decision))
        if column.button(words, key=f"{decision.kind}-{what}", width="stretch", help=tells):
            wanted = decision
    return wanted


def planned_anew(question: Question, held_against: Answer | None) -> None:
    """Plan a question that a decision made, at once or in the background, and draw the page."""
    former = state.on_screen()
    if plan_state.is_many(question.file_name, question.content):
        known = state.known(question)
        plan_state.start_job(question, None if known else former, held_against)
    else:
        with screen.faults_as_sentences("The plan before stands; nothing was decided."):
            screen.planned([question], "Planning under your decisions")
        state.keep_on_screen(question)
        state.keep_before(held_against)
    st.rerun()
