"""Draw a plan in the making, and the table from which a planner steers it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import plan_state, screen, state, steering_desk
from app.views import override, progress, tables, text
from app.views.told import UNUSED, hub_names, told
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
    "shipments that no chain can serve are left out. The cost of a plan counts penalties for them."
)
_UNITS = {"cost": "EUR", "balanced": "EUR", "co2e": "kg CO₂e", "time": "h"}  # of what is minimised
_STOPPING = "Stopping after the present step; then the plan is audited and its reasons are written"
_OF_FRONTIER = "frontier at "  # what such a search calls its phases
_ENDS = ("origin", "destination")
_SAME = 0.5  # below half a shipment as many are planned


def running() -> None:
    """Draw the plan in the making of this session: how it goes, and the best plan so far."""
    job = plan_state.job()
    if job is None:
        return
    watched = job.watched()
    with st.container(border=True):
        if job.question.scenario.decisions:
            names = _hub_names()
            under = (_decision_words(d, names) for d in job.question.scenario.decisions)
            st.caption(text.plain(f"Under your decisions: {'; '.join(under)}."))
        every = _EVERY_S if watched.drafts else _AT_FIRST_S
        st.fragment(_watch, run_every=every)(watched.drafts, watched.seconds)
    document, former = job.draft(), state.on_screen()
    if document is None:
        return
    if (
        former is not None and former.unused
    ):  # it knows the names of hubs that the draft does not use
        document = document | {UNUSED: former.unused}
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
    _doing(watched, job.question)
    _figures(watched, _unit(job.question))
    trace = [
        {"phase": x.phase, "best": x.best, "bound": x.bound, "gap": x.gap}
        for x in _searched(watched)
    ]
    if any(x["best"] is not None for x in trace):
        st.altair_chart(
            progress.progress_chart(trace, _unit(job.question)),
            alt="Best plan and proven bound by counted phase",
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


def _doing(watched: Watched, question: Question) -> None:
    """Say what is done now; after the search its figures stand still, and that is said too."""
    doing = _STOPPING if watched.state == "stopping" else text.subscript(watched.text)
    st.status(f"**{text.plain(doing[:1].upper() + doing[1:])}**", state="running")
    share = progress.traced_share(watched.text, question.frontier_points)
    if share is not None:
        st.progress(share, text=f"Of {question.frontier_points} frontier points")
    searched = _searched(watched)
    if searched and not watched.text.startswith(searched[-1].phase):
        st.caption("The search has ended: best plan, bound and gap stay as they are from here on.")


def _searched(watched: Watched) -> list[TracePoint]:
    """Return how the search for the plan went, without the searches for its frontier."""
    return [x for x in watched.trace if not x.phase.startswith(_OF_FRONTIER)]


def _figures(watched: Watched, unit: str) -> None:
    last = next(reversed(_searched(watched)), _NOTHING)
    columns = st.columns([1, 2, 2, 1.4])
    columns[0].metric("Time", f"{watched.seconds:.0f} s", help="Since the plan was asked for.")
    columns[1].metric("Best plan", _whole(last.best, unit), help=_MINIMISED)
    columns[2].metric(
        "Proven bound", _whole(last.bound, unit), help="No plan at all can be below it."
    )
    columns[3].metric(
        "Gap",
        "not yet" if last.gap is None else text.percent(last.gap, 2),
        help="(best - bound) / best: by so much, at most, a better plan could be better.",
    )


def _whole(value: float | None, unit: str) -> str:
    return "not yet" if value is None else f"{value:,.0f} {unit}".rstrip()


def _unit(question: Question) -> str:
    """Return the unit of what is minimised; none where it changes from level to level."""
    return _UNITS.get(question.scenario.objective.mode, "")


def _hub_names() -> dict[str, str]:
    """Return the short names of the hubs on screen; a decision may be about one that has left."""
    seen = [x.document for x in (state.before(), state.on_screen()) if x is not None]
    return {k: name for document in seen for k, name in hub_names(document["hubs"]).items()}


def _named(hub_id: str, names: Mapping[str, str]) -> str:
    """Return a hub by its name and by what tables call it."""
    name = names.get(hub_id, hub_id)
    return name if hub_id in name.split() else f"{name} ({hub_id})"


def _decision_words(decision: Decision, names: Mapping[str, str]) -> str:
    """Return a decision in words, a hub by its name."""
    if decision.what == "hub":
        decision = replace(decision, name=_named(decision.name, names))
    return override.decision_words(decision)


def decisions(question: Question) -> Question | None:
    """Draw what was decided; return the question without what the planner takes back."""
    wanted, names = None, _hub_names()
    if question.scenario.decisions:
        st.subheader("Your decisions")
    for number, decision in enumerate(question.scenario.decisions):
        words, button = st.columns([6, 1], vertical_alignment="center")
        words.markdown(text.plain(_decision_words(decision, names)))
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
        if abs(cost.planned) >= _SAME:
            st.warning(_planned_words(cost.planned))
        if cost.changes:
            names = told(after.shown, before.shown)
            with st.expander(override.changes_words(cost)):
                screen.table(
                    override.changes_for_screen(cost, names),
                    key="changes",
                    alt="Changed shipments",
                    widths={"Before": 290, "After": 290},
                    tall=True,
                )
        gaps = {before.document["summary"]["gap"], after.document["summary"]["gap"]}
        if max(gaps) > 0:
            st.caption(
                "Neither plan need be the best there is: their gaps "
                f"({text.percent(before.document['summary']['gap'], 2)} before, "
                f"{text.percent(after.document['summary']['gap'], 2)} after) are part of this."
            )


def _planned_words(more: float) -> str:
    """Say what the figures of a decision hide where it changes how many shipments are planned.

    >>> _planned_words(-1.0).partition(":")[0]
    '1 shipment fewer is planned'
    """
    number = f"{abs(more):,.0f}"
    who = "1 shipment" if number == "1" else f"{number} shipments"
    are = "is" if number == "1" else "are"
    if more < 0:
        return (
            f"{who} fewer {are} planned: freight, CO₂e and hours of what stays behind are no "
            "longer in these figures, penalties for it are. A fall of CO₂e here is no saving."
        )
    return (
        f"{who} more {are} planned: freight, CO₂e and hours of what comes along are now in these "
        "figures, penalties for it no longer. A rise of CO₂e here need not be a worse way."
    )


@st.fragment
def steer(answer: Answer, question: Question) -> None:
    """Draw the shipments, and what may be decided about a leg of one; plan anew once it is."""
    document = answer.shown
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
    hubs = _hub_names()
    legs = [
        override.leg_words({**x, **{end: _named(x[end], hubs) for end in _ENDS}}, carriers)
        for x in chain
    ]
    number = middle.selectbox(
        "Leg",
        range(len(chain)),
        format_func=lambda i: f"{i + 1}. {legs[i]}",
        help="What the bans below are about.",
    )
    whose = right.radio(
        "Bans hold for",
        ("this shipment", "all freight"),
        horizontal=True,
        help="A departure can be banned for all freight alone.",
    )
    return _buttons(
        steering_desk.steps_for(document, chain[number], for_all=whose != "this shipment"), hubs
    )


def _buttons(steps: steering_desk.Steps, hubs: Mapping[str, str]) -> Decision | None:
    wanted = None
    columns = st.columns(1 + len(steps.bans))
    for column, (what, decision) in zip(
        columns, (("chain", steps.lock_chain), *steps.bans), strict=True
    ):
        name = hubs.get(decision.name, decision.name) if what == "hub" else decision.name
        words = "Lock this chain" if what == "chain" else override.ban_words(what, name)
        tells = text.plain(_decision_words(decision, hubs))
        if column.button(
            text.plain(words), key=f"{decision.kind}-{what}", width="stretch", help=tells
        ):
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
