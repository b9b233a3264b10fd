"""The only door to what outlives one run of a page: the session, and caches shared by all."""

from __future__ import annotations

import gc
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import streamlit as st

from app import chain_desk, passages
from app.desk import Answer, Question, answer, demo_claim, digest
from app.settings import read_settings
from app.tools import Tools, open_tools
from app.workflow import land, sources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.chain_desk import ChainAnswer, ChainQuestion, Meaning

_MOST_ANSWERS = 24
_ANSWER = "answer"  # key in the session: the fingerprint of the plan on screen
_CHAINS = "chains"  # likewise: the question whose chains are on screen

Found = TypeVar("Found")


class Shelf(Generic[Found]):
    """Answers by the fingerprint of their question, the least used dropped first."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._lock = Lock()
        self._planning = Lock()  # one solver at a time: a page must not starve the others
        self._answers: OrderedDict[str, Found] = OrderedDict()

    def get(self, key: str) -> Found | None:
        """Return an answer that is there."""
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
            return found

    def get_or_make(self, key: str, make: Callable[[], Found]) -> Found:
        """Return an answer, made by the first who asks."""
        with self._planning:
            found = self.get(key)
            if found is None:
                found = make()
                with self._lock:
                    self._answers[key] = found
                    while len(self._answers) > self._room:
                        self._answers.popitem(last=False)
            return found


@st.cache_resource(show_spinner=False, max_entries=1)
def _shelf() -> Shelf[Answer]:
    return Shelf(_MOST_ANSWERS)


@st.cache_resource(show_spinner=False, max_entries=1)
def tools() -> Tools:
    """Return the shipped tables and factors, opened once."""
    opened = open_tools()
    # Streamlit collects garbage after every run; what is loaded now never becomes garbage.
    gc.collect()
    gc.freeze()
    return opened


@st.cache_resource(show_spinner=False, max_entries=1)
def land_outline() -> dict[str, Any]:
    """Return the land that maps draw."""
    return land(tools().catalogue)


@st.cache_data(show_spinner=False, max_entries=1)
def source_rows() -> list[dict[str, str]]:
    """Return every source of the shipped figures."""
    return sources(tools())


def known(question: Question) -> Answer | None:
    """Return the answer to a question that was asked before, by anyone."""
    return _shelf().get(digest(question, tools()))


def ask(question: Question, report: Callable[[str], None]) -> Answer:
    """Return the answer to a question, planning it if need be."""
    key = digest(question, tools())
    return _shelf().get_or_make(key, lambda: answer(question, tools(), report))


def keep_on_screen(question: Question) -> None:
    """Remember which plan this session looks at."""
    st.session_state[_ANSWER] = digest(question, tools())


def on_screen() -> Answer | None:
    """Return the plan that this session looks at."""
    key = st.session_state.get(_ANSWER)
    return _shelf().get(key) if key else None


def clear_screen() -> None:
    """Forget which plan this session looks at: its question has failed."""
    st.session_state.pop(_ANSWER, None)


@st.cache_resource(show_spinner=False, max_entries=1)
def _chain_shelf() -> Shelf[ChainAnswer]:
    return Shelf(_MOST_ANSWERS)


@st.cache_data(show_spinner=False, max_entries=256)
def meaning_of(name: str) -> Meaning:
    """Return which place a name means, or may mean."""
    return chain_desk.meaning(name, tools())


def closable() -> passages.Closable:
    """Return what may be closed, with words for each."""
    return passages.closable(tools())


def passage_names() -> Mapping[str, str]:
    """Return the names of passages by label."""
    return passages.passage_names(tools())


def ask_chains(question: ChainQuestion) -> ChainAnswer:
    """Return the chains of a question, searching for them if need be."""
    key = chain_desk.digest(question, tools())
    return _chain_shelf().get_or_make(key, lambda: chain_desk.answer(question, tools()))


def keep_chains_on_screen(question: ChainQuestion) -> None:
    """Remember which chains this session looks at."""
    st.session_state[_CHAINS] = question


def chains_on_screen() -> tuple[ChainQuestion, ChainAnswer] | None:
    """Return the chains that this session looks at, with their question."""
    question: ChainQuestion | None = st.session_state.get(_CHAINS)
    if question is None:
        return None
    found = _chain_shelf().get(chain_desk.digest(question, tools()))
    return None if found is None else (question, found)


def clear_chains() -> None:
    """Forget which chains this session looks at: their question has failed."""
    st.session_state.pop(_CHAINS, None)


def claim_of_the_demo() -> tuple[bytes, bytes | None] | None:
    """Return the claim that `greenlane demo` made on this machine, if there is one."""
    return demo_claim(Path(read_settings().output_dir) / "reference_lane")
