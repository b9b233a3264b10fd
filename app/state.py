"""The only door to what outlives one run of a page: the session, and caches shared by all."""

from __future__ import annotations

import gc
import hashlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import streamlit as st

from app import chain_desk, footprint_answers, load_desk, passages
from app.desk import Answer, Question, answer, demo_claim, digest
from app.footprint_columns import fingerprint, look_at
from app.footprints import FootprintDesk
from app.settings import read_settings
from app.tools import Tools, open_tools
from app.workflow import land, sources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.chain_desk import ChainAnswer, ChainQuestion, Meaning
    from app.footprint_answers import FootprintAnswer, FootprintQuestion
    from app.footprint_columns import Preview
    from app.footprint_intake import Options
    from app.load_desk import LoadAnswer, LoadQuestion
    from data.mapping import Mapping as Columns

_MOST_ANSWERS = 24
_ANSWER = "answer"  # key in the session: the fingerprint of the plan on screen
_QUESTION = "question"  # that it answers
_BEFORE = "before"  # the answer that it is held against, once a decision was taken
_CHAINS = "chains"  # likewise: the question whose chains are on screen
_FOOTPRINT = "footprint"  # likewise: the question whose footprint is on screen
_FILE = "footprint-file"  # name and bytes of the file that is worked on
_COLUMNS = "footprint-columns"  # by table: the mapping it began with, and the one it now means
_PROFILES = "footprint-profiles"  # profiles of this session, by name
_LOAD = "load"  # likewise: the question whose load plan is on screen
_MOST_FOOTPRINTS = 6
_MOST_LOADS = 6

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

    def put(self, key: str, found: Found) -> None:
        """Keep an answer."""
        with self._lock:
            self._answers[key] = found
            while len(self._answers) > self._room:
                self._answers.popitem(last=False)

    def get_or_make(self, key: str, make: Callable[[], Found]) -> Found:
        """Return an answer, made by the first who asks."""
        with self._planning:
            found = self.get(key)
            if found is None:
                found = make()
                self.put(key, found)
            return found

    def in_turn(self, make: Callable[[], Found]) -> Found:
        """Return what is made once nobody else plans; who made it decides under which key."""
        with self._planning:
            return make()


@st.cache_resource(show_spinner=False, max_entries=1)
def shelf() -> Shelf[Answer]:
    """Return the plans that were made, for all sessions."""
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
    return shelf().get(digest(question, tools()))


def ask(question: Question, report: Callable[[str], None]) -> Answer:
    """Return the answer to a question, planning it if need be."""
    key = digest(question, tools())
    return shelf().get_or_make(key, lambda: answer(question, tools(), report))


def keep_on_screen(question: Question, key: str = "") -> None:
    """Remember which plan this session looks at, and what it was asked."""
    st.session_state[_ANSWER] = key or digest(question, tools())
    st.session_state[_QUESTION] = question


def question_on_screen() -> Question | None:
    """Return the question whose plan this session looks at."""
    question: Question | None = st.session_state.get(_QUESTION)
    return question


def keep_before(answer: Answer | None) -> None:
    """Remember the plan that the one on screen is to be held against."""
    st.session_state[_BEFORE] = answer


def before() -> Answer | None:
    """Return the plan that the one on screen is held against, if a decision lies between them."""
    found: Answer | None = st.session_state.get(_BEFORE)
    return found


def on_screen() -> Answer | None:
    """Return the plan that this session looks at."""
    key = st.session_state.get(_ANSWER)
    return shelf().get(key) if key else None


def clear_screen() -> None:
    """Forget which plan this session looks at: its question has failed."""
    for key in (_ANSWER, _QUESTION, _BEFORE):
        st.session_state.pop(key, None)


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


@st.cache_resource(show_spinner=False, max_entries=1)
def _load_shelf() -> Shelf[LoadAnswer]:
    return Shelf(_MOST_LOADS)


@st.cache_data(show_spinner=False, max_entries=1)
def units_on_offer() -> dict[str, str]:
    """Return the units that cargo may be loaded into, with words for each."""
    return load_desk.units_on_offer(tools())


def pallets_on_offer() -> dict[str, str]:
    """Return the pallets that pieces may be stacked on first, with words for each."""
    return load_desk.pallets_on_offer(tools())


def sample_pieces() -> bytes:
    """Return the pieces of the sample."""
    return load_desk.sample_pieces(tools())


def ask_load(question: LoadQuestion, report: Callable[[str], None]) -> LoadAnswer:
    """Return the load plan of a question, packing it if need be."""
    key = load_desk.digest(question)
    return _load_shelf().get_or_make(key, lambda: load_desk.answer(question, tools(), report))


def keep_load_on_screen(question: LoadQuestion) -> None:
    """Remember which load plan this session looks at."""
    st.session_state[_LOAD] = question


def load_on_screen() -> tuple[LoadQuestion, LoadAnswer] | None:
    """Return the load plan that this session looks at, with its question."""
    question: LoadQuestion | None = st.session_state.get(_LOAD)
    if question is None:
        return None
    found = _load_shelf().get(load_desk.digest(question))
    return None if found is None else (question, found)


def clear_load() -> None:
    """Forget which load plan this session looks at: its question has failed."""
    st.session_state.pop(_LOAD, None)


def claim_of_the_demo() -> tuple[bytes, bytes | None] | None:
    """Return the claim that `greenlane demo` made on this machine, if there is one."""
    return demo_claim(Path(read_settings().output_dir) / "reference_lane")


@st.cache_resource(show_spinner=False, max_entries=1)
def _footprint_desk() -> FootprintDesk:
    return FootprintDesk(tools())


@st.cache_resource(show_spinner=False, max_entries=1)
def _footprint_shelf() -> Shelf[FootprintAnswer]:
    return Shelf(_MOST_FOOTPRINTS)


@st.cache_resource(show_spinner=False, max_entries=1)
def _preview_shelf() -> Shelf[Preview]:
    return Shelf(_MOST_ANSWERS)


def preview(content: bytes, file: str, options: Options) -> tuple[str, Preview]:
    """Return how a file would be read, with the fingerprint of file and options."""
    key = fingerprint(file, repr(options), hashlib.sha256(content).hexdigest())
    return key, _preview_shelf().get_or_make(key, lambda: look_at(content, file, options))


def factor_sets() -> tuple[str, ...]:
    """Return the factor sets that may be chosen, the usual one first."""
    return footprint_answers.factor_sets(tools())


def keep_file(name: str, content: bytes) -> None:
    """Remember the file that this session works on; widgets forget it with their page."""
    st.session_state[_FILE] = (name, content)


def kept_file() -> tuple[str, bytes] | None:
    """Return the file that this session works on."""
    file: tuple[str, bytes] | None = st.session_state.get(_FILE)
    return file


def forget_file() -> None:
    """Forget the file that this session works on."""
    st.session_state.pop(_FILE, None)


def keep_profile(name: str, text: str) -> None:
    """Remember a profile of columns for the rest of this session."""
    st.session_state.setdefault(_PROFILES, {})[name] = text


def profiles() -> Mapping[str, str]:
    """Return the profiles of this session by name."""
    found: Mapping[str, str] = st.session_state.get(_PROFILES, {})
    return found


def ground_of(table: str, proposed: Columns) -> Columns:
    """Return the mapping on which an editable table stands: what was last edited, else proposed.

    While the table is on screen its ground must not move, or the edits on it would be lost.
    """
    tables = st.session_state.setdefault(_COLUMNS, {})
    if table not in tables:
        tables[table] = (proposed, proposed)
    elif table not in st.session_state:  # it comes back on screen, and its widget begins anew
        tables[table] = (tables[table][1], tables[table][1])
    ground: Columns = tables[table][0]
    return ground


def keep_columns(table: str, edited: Columns) -> None:
    """Remember what an editable table now means."""
    tables = st.session_state[_COLUMNS]
    tables[table] = (tables[table][0], edited)


def ask_footprint(question: FootprintQuestion, report: Callable[[str], None]) -> FootprintAnswer:
    """Return the footprint of a file, taking it if need be."""
    key = footprint_answers.digest(question, tools())
    return _footprint_shelf().get_or_make(
        key, lambda: footprint_answers.answer(question, _footprint_desk(), report)
    )


def keep_footprint_on_screen(question: FootprintQuestion) -> None:
    """Remember which footprint this session looks at."""
    st.session_state[_FOOTPRINT] = question


def footprint_on_screen() -> tuple[FootprintQuestion, FootprintAnswer] | None:
    """Return the footprint that this session looks at, with its question."""
    question: FootprintQuestion | None = st.session_state.get(_FOOTPRINT)
    if question is None:
        return None
    found = _footprint_shelf().get(footprint_answers.digest(question, tools()))
    return None if found is None else (question, found)
