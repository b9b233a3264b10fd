"""Take the footprint of transport done, from a file of any layout, and show what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import footprint_screen, screen, state
from app.footprint_answers import (
    ASSUMED_MODES,
    DATE_ORDERS,
    DECIMALS,
    ENCODINGS,
    HUBS,
    TEU_LOADS,
    USUAL_SET,
    WARMING_SETS,
    FootprintQuestion,
    changes,
    sample,
)
from app.footprint_columns import (
    NOT_USED,
    UNITS,
    fingerprint,
    open_questions,
    profile_of,
    read_table,
    slots_of,
    table_of,
    unused_columns,
    with_options,
)
from app.footprint_intake import Options
from app.uploads import MAX_UPLOAD_BYTES
from app.views import text
from app.views.footprint_tables import told_words
from app.views.look import look_of
from data.errors import GreenlaneError
from data.quantities import FACTORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.footprint_columns import Open, Preview
    from data.mapping import Mapping as Columns

_KINDS = ["csv", "tsv", "txt", "xlsx", "parquet", "json", "jsonl"]
_RECOGNISED = "as recognised"
_TABLE_HEIGHT = 386
_BY_FILE = "decided by the file"
_HUB_WORDS = {
    "auto": "auto: added where the file names none",
    "always": "always added",
    "none": "none added, but told",
}
_LOAD_WORDS = {
    "average": "average, 10 t per TEU",
    "light": "light, 6 t per TEU",
    "heavy": "heavy, 14.5 t per TEU",
}
_ENCODING_WORDS = {
    "": "UTF-8, or as the file is marked",
    "cp1252": "Windows, Western Europe (cp1252)",
    "iso8859-15": "ISO, Western Europe (8859-15)",
    "cp1250": "Windows, Central Europe (cp1250)",
    "cp1251": "Windows, Cyrillic (cp1251)",
    "gb18030": "Chinese (gb18030)",
    "big5": "Chinese, traditional (big5)",
    "shift_jis": "Japanese (shift_jis)",
}


def show() -> None:
    """Draw the page."""
    st.title("Footprint")
    st.caption(
        "A file of transport done in, its CO₂e out: leg by leg, with the working, the sources and "
        "the fate of every row. Nothing is guessed in silence."
    )
    question, blocked = _question()
    pressed = st.button(
        "Take the footprint", type="primary", width=220, disabled=question is None or blocked
    )
    if blocked:
        st.caption("First answer what is marked *wanted* under the columns.")
    if pressed and question is not None:
        _take(question)
    found = state.footprint_on_screen()
    if found is not None:
        st.divider()
        differs = () if question is None else changes(found[0], question)
        if differs:
            st.warning(
                f"**Out of date.** Changed since: {', '.join(differs)}. What stands below is the "
                "footprint of before; press *Take the footprint* to take it anew."
            )
        footprint_screen.result(found[1])
    screen.source_list()


def _take(question: FootprintQuestion) -> None:
    """Take a footprint while its progress is shown; what was on screen stays if it fails."""
    place = st.empty()
    try:
        with place.status("Taking the footprint", expanded=True):
            state.ask_footprint(question, _writer())
            state.keep_footprint_on_screen(question)
    except GreenlaneError as error:
        place.empty()
        _fault(error)
        return
    place.empty()


def _writer() -> Any:  # noqa: ANN401  (a function that writes lines)
    def write(message: str) -> None:
        st.caption(text.plain(message))

    return write


def _fault(error: GreenlaneError, advice: str = "") -> None:
    """Show what went wrong as sentences; the page goes on."""
    shown = [text.plain(line) for line in str(error).splitlines()[:20]]
    st.error("  \n".join([*shown, *([advice] if advice else [])]))


def _question() -> tuple[FootprintQuestion | None, bool]:
    """Ask for a file, its columns and the options; True while something wanted is open."""
    file, content = _file()
    columns_place = st.container()
    options = _options(is_workbook=file.lower().endswith(".xlsx"))
    with columns_place:
        st.subheader("How the file is read")
        try:
            with st.spinner("Reading the file"):
                key, preview = state.preview(content, file, _of_reading(options))
            columns, edited = _columns(key, preview, options)
        except GreenlaneError as error:
            _fault(error, "Another encoding, sheet or profile may help: see the options.")
            return None, False
        questions = open_questions(preview, columns)
        _open(questions)
    asked = FootprintQuestion(
        file=file, content=content, options=options, columns=columns if edited else None
    )
    return asked, any(one.blocking for one in questions)


def _of_reading(options: Options) -> Options:
    """Return the options on which the columns depend: the others must not move the table."""
    return Options(encoding=options.encoding, sheet=options.sheet)


def _file() -> tuple[str, bytes]:
    """Ask for a file; without one, the sample."""
    upload = st.file_uploader(
        "Legs or shipments (CSV, XLSX, Parquet or JSON), of any layout",
        type=_KINDS,
        max_upload_size=MAX_UPLOAD_BYTES // 1_000_000,
        help="An export of a forwarder, a carrier or a transport system, or our own legs.csv. It "
        "is read on this machine and kept in memory alone.",
        key="footprint-upload",
        on_change=state.forget_file,
    )
    if upload is not None:
        state.keep_file(upload.name, upload.getvalue())
    kept = state.kept_file()
    if kept is not None:
        if upload is None:
            st.caption(f"Still at work on {text.plain(kept[0])}, uploaded before.")
            st.button("Put it aside", on_click=state.forget_file)
        return kept
    name, content = sample()
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.info(
        "No file yet: this is the shipped sample, a forwarder's export. **Every row is invented.**"
    )
    right.download_button(
        "The sample (CSV)", content, name, "text/csv", on_click="ignore", width="stretch"
    )
    return name, content


def _options(*, is_workbook: bool) -> Options:
    """Ask how the file is read and worked on; every default may stand."""
    with st.container(border=True):
        st.subheader("Options")
        st.caption("Every default may stand: what the file itself tells is believed, and told.")
        one, two, three = st.columns(3, gap="medium")
        with one:
            reading = _reading_options(is_workbook=is_workbook)
        with two:
            work = _work_options()
        with three:
            factors = _factor_options()
    return Options(**reading, **work, **factors)


def _pick(label: str, options: Sequence[str], words: Mapping[str, str], about: str) -> str:
    """Ask for one of several words; the choice survives a change of page."""
    return st.selectbox(
        label,
        options,
        format_func=lambda value: words.get(value, value),
        help=about,
        key=f"footprint {label}",
        persist_state="session",
    )


def _reading_options(*, is_workbook: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "decimal": _pick(
            "Decimal sign",
            DECIMALS,
            {"": _BY_FILE, ".": "point: 1,234.5", ",": "comma: 1.234,5"},
            "One sign for all numbers of a text file. Where the file cannot tell, it asks.",
        ),
        "date_format": _pick(
            "Order of dates",
            DATE_ORDERS,
            {"": _BY_FILE},
            "For dates such as 03/04/2026. ISO dates (2026-04-03) need no answer.",
        ),
        "encoding": _pick(
            "Encoding",
            ENCODINGS,
            _ENCODING_WORDS,
            "Of a text file that is not UTF-8. Never guessed: a wrong guess would spoil names.",
        ),
    }
    if is_workbook:
        found["sheet"] = st.text_input(
            "Sheet",
            max_chars=80,
            placeholder="the first with a table",
            help="Name of the sheet to read.",
            key="footprint Sheet",
            persist_state="session",
        ).strip()
    found["units"] = _units()
    return found


def _units() -> dict[str, str]:
    """Ask for units where a header names none; a header that names one is believed."""
    left, right = st.columns(2)
    found = {}
    for column, quantity in ((left, "mass"), (right, "distance")):
        with column:
            unit = _pick(
                f"Unit of {quantity}",
                ("", *FACTORS[quantity]),
                {"": "as in the header"},
                f"Of columns of {quantity} whose header and cells name no unit.",
            )
        if unit:
            found[quantity] = unit
    return found


def _work_options() -> dict[str, Any]:
    return {
        "mode": _pick(
            "Mode assumed",
            ASSUMED_MODES,
            {"": "none"} | {m: look_of(m).label for m in ASSUMED_MODES if m},
            "For rows that name no mode. Each of them is warned of.",
        ),
        "hubs": _pick(
            "Handling at hubs",
            HUBS,
            _HUB_WORDS,
            "ISO 14083 counts handling wherever goods change vehicle; exports leave it out.",
        ),
        "teu_load": _pick(
            "Containers of unknown load",
            TEU_LOADS,
            _LOAD_WORDS,
            "Taken where a row gives containers and no mass. Each of them is warned of.",
        ),
    }


def _factor_options() -> dict[str, Any]:
    names = st.multiselect(
        "Factor sets",
        state.factor_sets(),
        default=[USUAL_SET],
        help="Of the library; a later one is laid over the earlier. Sets of your own come in by "
        "`greenlane factors import`.",
        key="footprint factor sets",
        persist_state="session",
    )
    return {
        "factor_sets": () if names in ([], [USUAL_SET]) else tuple(names),
        "gwp_set": _pick(
            "Warming potentials (GWP 100)",
            WARMING_SETS,
            {"": "as most legs"},
            "Factors on other sets of the IPCC are refused, not mixed.",
        ),
        "as_of": st.date_input(
            "As known on",
            value=None,
            format="YYYY-MM-DD",
            help="Only factors published by that day count, where the library has any; others are "
            "told as restated. Blank: the latest.",
            key="footprint as of",
            persist_state="session",
        ),
        "mixed_gwp": st.toggle(
            "Allow mixing them",
            help="Sum factors on different warming potentials, and say so.",
            key="footprint mix",
            persist_state="session",
        ),
    }


def _columns(key: str, preview: Preview, options: Options) -> tuple[Columns, bool]:
    """Show the mapping as a table to edit; return what it means, and whether a person chose it."""
    st.markdown(text.plain(_recognised(preview)))
    st.caption(text.plain(told_words(preview.told[:-1])))
    chosen = _profile()
    ground, lacking = preview.mapping, tuple[str, ...]()
    if chosen is not None:
        ground, lacking = profile_of(chosen[1], chosen[0], preview)
        key = fingerprint(key, *chosen)
    if lacking:
        names = ", ".join(lacking)
        st.warning(text.plain(f"The file lacks columns of the profile, not used: {names}"))
    columns = _edited(f"footprint table {key}", ground, preview)
    unused = unused_columns(preview, columns)
    if unused:
        st.caption(text.plain(f"Their columns that are not used: {', '.join(unused)}"))
    final = with_options(columns, options)
    name = preview.file.rsplit(".", 1)[0]
    st.download_button(
        "Save this reading (profile.toml)",
        final.to_toml(),
        "profile.toml",
        "application/toml",
        on_click=lambda: state.keep_profile(f"reading of {name}", final.to_toml()),
        help="Read the next export of the same kind in the same way, here or with "
        "`greenlane footprint --profile`.",
    )
    return final, chosen is not None or columns.bindings != preview.mapping.bindings


def _recognised(preview: Preview) -> str:
    if preview.is_ours:
        layout = "our own legs.csv, read by its column names"
    else:
        layout = f"layout {preview.layout}, {text.percent(preview.confidence)} of its marks"
    return f"{preview.file}: {preview.rows} rows, {layout}."


def _profile() -> tuple[str, str] | None:
    """Ask for a saved reading; return its name and text."""
    with st.expander("Use a saved reading (profile.toml)"):
        upload = st.file_uploader(
            "Profile (TOML)",
            type=["toml"],
            max_upload_size=1,
            help="As this page or `greenlane footprint` wrote it.",
            key="footprint-profile",
        )
        if upload is not None:
            state.keep_profile(upload.name, upload.getvalue().decode("utf-8", errors="replace"))
        saved = state.profiles()
        name = st.selectbox(
            "Of this session",
            [_RECOGNISED, *saved],
            help="Readings that were uploaded or saved since this page was opened.",
            key="footprint saved reading",
            persist_state="session",
            disabled=upload is not None,
        )
    name = upload.name if upload is not None else name
    if name not in saved:
        return None
    st.caption(f"Read by the profile {text.plain(name)}.")
    return name, saved[name]


def _edited(key: str, ground: Columns, preview: Preview) -> Columns:
    """Draw the table to edit on its ground, and return what it now means."""
    stands_on = state.ground_of(key, ground)
    slots = slots_of(stands_on)
    rows = st.data_editor(
        table_of(slots, preview),
        hide_index=True,
        num_rows="fixed",
        height=_TABLE_HEIGHT,
        disabled=["ours", "values"],
        key=key,
        placeholder="",
        alt="How each column of the file is read",
        column_config={
            "ours": st.column_config.TextColumn("Our column", width=170),
            "theirs": st.column_config.SelectboxColumn(
                "Their column",
                options=[NOT_USED, *preview.header],
                required=True,
                width=190,
                help="Click to choose another of their columns, or *not used*.",
            ),
            "unit": st.column_config.SelectboxColumn(
                "Unit", options=list(UNITS), width=80, help="Of quantities; else blank."
            ),
            "values": st.column_config.TextColumn("First values", width=380),
        },
    )
    columns, faults = read_table(slots, rows, stands_on)
    for fault in faults:
        st.warning(text.plain(fault))
    state.keep_columns(key, columns)
    return columns


def _open(questions: Sequence[Open]) -> None:
    """Draw what a person should answer, what blocks first."""
    for one in questions:
        words = f"{'**Wanted**' if one.blocking else '**Open**'} · {text.plain(one.words)}"
        (st.error if one.blocking else st.info)(words)


if __name__ == "__main__":  # Streamlit opens this file by itself when it is asked for first
    screen.open_app()
