"""What several pages draw alike: figures, tables, maps, faults. Rounding only, no arithmetic."""

from __future__ import annotations

import runpy
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import state
from app.views import maps, text
from data.errors import GreenlaneError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from app.desk import Answer, Question

MAP_HEIGHT = 520
_LETTER_PX = 6.6
_TALL_PX = 68  # Streamlit wraps words in rows of more than 4 rem, which are 64 px
_THOUSAND = 1000
CREDITS = "Whole credits (1 credit = 1 t CO₂e) that would balance the market-based residual."


def open_app() -> None:
    """Run the whole app in place of a page that was asked for by its file.

    Streamlit takes a folder `pages` for its older kind of app until navigation has been set once.
    """
    runpy.run_path(str(Path(__file__).with_name("main.py")))


def table(  # noqa: PLR0913  (how one table is drawn)
    rows: Sequence[Mapping[str, Any]],
    *,
    key: str,
    alt: str,
    wide: str = "",
    widths: Mapping[str, int] | None = None,
    order: Sequence[str] | None = None,
    tall: bool = False,
) -> None:
    """Draw rows; figures are shown with the reader's thousands separator.

    `wide` names a column of sentences; `widths` are those in pixels of other columns of words;
    `order` names the columns to draw, if not all; `tall` rows let sentences take two lines.
    """
    if not rows:
        st.caption("None.")
        return
    config = _columns(rows)
    if wide:
        config[wide] = st.column_config.TextColumn(width="large")
    config |= {name: st.column_config.TextColumn(width=px) for name, px in (widths or {}).items()}
    st.dataframe(
        list(rows),
        hide_index=True,
        column_config=config,
        column_order=order,
        key=key,
        alt=alt,
        placeholder="",
        row_height=_TALL_PX if tall and _overflows(rows, widths or {}) else None,
    )


def _overflows(rows: Sequence[Mapping[str, Any]], widths: Mapping[str, int]) -> bool:
    return any(len(str(row[name])) * _LETTER_PX > px for row in rows for name, px in widths.items())


def table_and_more(  # noqa: PLR0913  (one table in two)
    rows: Sequence[Mapping[str, Any]],
    *,
    key: str,
    alt: str,
    more: Sequence[str],
    named_by: Sequence[str],
    about: str,
    widths: Mapping[str, int] | None = None,
) -> None:
    """Draw rows as wide as a page is; `more` of them, with what names each, waits folded below."""
    names = list(rows[0]) if rows else []
    kept = [n for n in names if n not in more]
    table(rows, key=key, alt=alt, order=kept, widths=widths)
    if rows:
        with st.expander(about):
            order = [*(n for n in named_by if n not in more), *more]
            table(rows, key=f"{key}-more", alt=f"{alt}: {about}", order=order, widths=widths)


def table_to_choose_from(rows: Sequence[Mapping[str, Any]], *, key: str, alt: str) -> int | None:
    """Draw rows of which one may be chosen; return its number, first is 0, or None."""
    event = st.dataframe(
        list(rows),
        hide_index=True,
        column_config=_columns(rows),
        key=key,
        alt=alt,
        placeholder="",
        on_select="rerun",
        selection_mode="single-row",
    )
    chosen: list[int] = event["selection"]["rows"]
    return chosen[0] if chosen else None


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        name: st.column_config.NumberColumn(format=_number_format([row[name] for row in rows]))
        for name in (rows[0] if rows else {})
        if any(_is_number(row[name]) for row in rows)
    }


def _number_format(values: Sequence[object]) -> str:
    """Return one spelling for a column: a decimal for all or for none."""
    numbers = [v for v in values if isinstance(v, int | float)]
    small = all(abs(v) < _THOUSAND for v in numbers)
    return "%.1f" if small and any(isinstance(v, float) for v in numbers) else "localized"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def figures(document: Mapping[str, Any], *, proof: bool = True) -> None:
    """Draw a plan's figures: the three columns, never merged, then cost, days and the rest."""
    s = document["summary"]
    span = s["interval_kgco2e"]
    first = st.columns(3)
    first[0].metric(
        "Physical (location-based)",
        text.kg(s["physical_kgco2e"]["wtw"]),
        help="Well-to-wheel, as operated. No claim and no offset ever lowers it.",
        border=True,
    )
    first[0].caption(f"interval {text.interval(span['low'], span['high'])} CO₂e")
    first[1].metric(
        "Market-based",
        text.kg(s["market_based_kgco2e"]["wtw"]),
        help="After SAF claims and electricity certificates, before any offset.",
        border=True,
    )
    saf, eac = text.three_digits(s["saf_kg"]), text.three_digits(s["eac_kwh"])
    first[1].caption(f"{saf} kg neat SAF, {eac} kWh certificates")
    first[2].metric("Offsets: credits needed", text.credits_needed(s), help=CREDITS, border=True)
    first[2].caption("never taken off a footprint")
    second = st.columns(5 if proof else 4)
    load, counts = s["load"], s["shipments"]
    second[0].metric("Cost", text.eur(s["cost"]["paid"]), help="What is paid to others.")
    if beside := text.beside_cost(s["cost"]):
        second[0].caption(beside)
    second[1].metric("Door to door", text.days(s["mean_hours"]), help="Mean over shipments.")
    second[2].metric(
        "Load rate by volume",
        text.percent(load["volume"]),
        help=f"By mass: {text.percent(load['mass'])}. Of the capacity that is paid for.",
    )
    second[3].metric(
        "Shipments planned",
        f"{counts['planned']} of {counts['asked']}",
        help=f"{counts['unserved']} unserved, {counts['refused']} refused.",
    )
    if proof:
        second[4].metric("Proof", text.gap(s), help=f"Status {s['status']}: {text.proof(s)}.")
        if note := text.proof_note(s):
            second[4].caption(note)


def plan_map(document: Mapping[str, Any], *, key: str) -> None:
    """Draw a plan's map with its legend in words."""
    st.pydeck_chart(
        maps.plan_map(document, state.land_outline()),
        height=MAP_HEIGHT,
        key=key,
        alt=text.plain(maps.map_alt(document)),
    )
    st.caption(
        f"Colour: {maps.colours_in_words(document)}. Width and kg: physical CO₂e. "
        "Filled mark: site. A lane that "
        "leaves the map of the world at one side comes in at the other. Line shapes and "
        "distances of quality *estimate* are indicative. Land: Natural Earth, public domain."
    )


def remark(words: str) -> None:
    """Draw a sentence that a planner should not miss."""
    with st.container(border=True):
        st.markdown(text.plain(words))


def basis_of(document: Mapping[str, Any]) -> None:
    """Draw the way from figures to sources."""
    s = document["summary"]
    shares = ", ".join(f"{text.percent(v)} {k}" for k, v in sorted(s["data_shares"].items()))
    st.caption(
        text.plain(
            f"Data of the physical total: {shares}. Factors: set {s['factor_set']['id']}, "
            f"{s['factor_basis']}. Working and sources of each leg: table of legs. Self-check "
            "only: no third party has verified this plan."
        )
    )


def planned(questions: Sequence[Question], label: str) -> list[Answer]:
    """Return the answers, planning what is new while its progress is shown."""
    if all(state.known(q) is not None for q in questions):
        return [state.ask(q, _quiet) for q in questions]
    place = st.empty()
    answers = []
    with place.status(label, expanded=True):
        for question in questions:
            st.write(f"**{text.plain(question.scenario.title)}**")
            answers.append(state.ask(question, _writer()))
    place.empty()
    return answers


def _writer() -> Callable[[str], None]:
    line = st.empty()

    def write(message: str) -> None:
        line.caption(text.plain(message))

    return write


def _quiet(_: str) -> None:
    """Report to nobody."""


@contextmanager
def faults_as_sentences(advice: str = "") -> Iterator[None]:
    """Show what went wrong as sentences, with what may be changed, and stop the page there."""
    try:
        yield
    except GreenlaneError as error:
        fault(str(error), advice)
        st.stop()


def fault(words: str, advice: str = "") -> None:
    """Show what went wrong, a sentence a line."""
    shown = [text.plain(line) for line in words.splitlines()[:30]]
    st.error("  \n".join([*shown, *([text.plain(advice)] if advice else [])]))


def downloads(
    files: Mapping[str, bytes], kinds: Mapping[str, str], zipped: bytes, zip_name: str
) -> None:
    """Offer some files of an answer by name and kind, and all of them as one."""
    *columns, last = st.columns(len(kinds) + 1)
    for column, (name, mime) in zip(columns, kinds.items(), strict=True):
        column.download_button(name, files[name], name, mime, on_click="ignore", width="stretch")
    last.download_button(
        "All files (zip)", zipped, zip_name, "application/zip", on_click="ignore", width="stretch"
    )


def source_list() -> None:
    """Draw every table of figures with its source and licence."""
    with st.expander("Sources and licences of every shipped figure"):
        table(state.source_rows(), key="sources", alt="Sources and licences")
