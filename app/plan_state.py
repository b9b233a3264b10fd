"""Remember the plan in the making of a session; what is made stands in `state` like any other."""

from __future__ import annotations

import hashlib
from os import cpu_count
from secrets import token_hex
from threading import Thread
from typing import TYPE_CHECKING

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import state
from app.desk import FEW, Answer, Question, Scenario, answer, digest, shipments_asked, warm_up
from app.jobs import Job
from data.errors import GreenlaneError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.workflow import Draft
    from optimizer.solve import Hands

_JOB = "job"
_FAULT = "fault"
_HELD = "held-against"  # the answer that what the job makes is held against


@st.cache_data(show_spinner=False, max_entries=64)
def is_many(name: str, content: bytes) -> bool:
    """Tell whether an upload has so many shipments that its plan is searched for while one looks.

    A file that cannot be read has none: planning it says why.
    """
    try:
        return shipments_asked(Question(scenario=Scenario(), file_name=name, content=content)) > FEW
    except GreenlaneError:
        return False


@st.cache_resource(show_spinner=False, max_entries=8)
def warming(name: str, content: bytes) -> Thread:
    """Start to read an upload before its plan is asked for; the plan waits for it."""
    question = Question(scenario=Scenario(), file_name=name, content=content)
    thread = Thread(target=warm_up, args=(question, state.tools()), daemon=True)
    thread.start()
    return thread


def start_job(
    question: Question, begin_with: Answer | None = None, held_against: Answer | None = None
) -> None:
    """Start to plan in the background; the one job of this session that was there is stopped.

    A search begins with the plan of `begin_with`; what it finds is held against another on screen.
    """
    clear_fault()
    former = job()
    if former is not None:
        former.stop()
    shelf, opened, start = state.shelf(), state.tools(), begin_with.plan if begin_with else None
    warm = warming(question.file_name, question.content) if question.file_name else None
    key = _key(question, begin_with)

    def make(
        report: Callable[[str], None], hands: Hands, show: Callable[[Draft], None]
    ) -> tuple[str, Answer]:
        if warm is not None:
            report("reading; on a machine's first run the search is compiled, about half a minute")
            warm.join()
        known = shelf.get(key)
        if known is not None:
            return key, known
        report("waiting for its turn: one plan is made at a time")
        made = shelf.in_turn(lambda: answer(question, opened, report, hands=hands, drafts=show))
        stopped = made.document["summary"]["status"] == "interrupted"
        name = f"{key}/{token_hex(8)}" if stopped else key  # a stopped plan is nobody else's answer
        shelf.put(name, made)
        return name, made

    st.session_state[_HELD] = held_against
    st.session_state[_JOB] = Job(
        question, make, threads=cpu_count() or 1, start=start, wanted=_window_is_open()
    )


def _window_is_open() -> Callable[[], bool]:
    """Return what tells whether the browser of this session is still there."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    server, name = runtime.get_instance(), context.session_id
    return lambda: server.is_active_session(name)


def _key(question: Question, begin_with: Answer | None) -> str:
    """Return the key of an answer: what it began with is a part of the question."""
    key = digest(question, state.tools())
    if begin_with is None:
        return key
    return hashlib.sha256(f"{key} {begin_with.document['legs']!r}".encode()).hexdigest()


def job() -> Job[tuple[str, Answer]] | None:
    """Return the plan in the making of this session."""
    found: Job[tuple[str, Answer]] | None = st.session_state.get(_JOB)
    return found


def take_job() -> None:
    """Put what a finished job made on the screen, or what went wrong."""
    done = job()
    if done is None or not done.wait(0.0):
        return
    st.session_state.pop(_JOB)
    held = st.session_state.pop(_HELD, None)
    st.session_state[_FAULT] = done.watched().fault
    if done.made is not None:
        state.keep_on_screen(done.question, done.made[0])
        state.keep_before(held)


def fault() -> str:
    """Return what went wrong with the last job; nothing, if nothing did."""
    return str(st.session_state.get(_FAULT, ""))


def clear_fault() -> None:
    """Forget what went wrong with the last job."""
    st.session_state.pop(_FAULT, None)
