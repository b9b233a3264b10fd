"""Show how pieces fit into units: where each box stands, in which order, and what axles bear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app import screen, state
from app.load_desk import PALLET_HEIGHTS_MM, LoadQuestion
from app.views import load_tables, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.load_desk import LoadAnswer

_PICTURE_HEIGHT = 900
_KINDS = {
    "load.pdf": "application/pdf",
    "placements.csv": "text/csv",
    "load.json": "application/json",
    "load.html": "text/html",
}
_SAMPLE = "reference lane, pieces.csv"
_USUAL = "TRK_EU_13600"
_PIECES_HELP = (
    "Columns shipment_id, piece_id, quantity, length_mm, width_mm, height_mm, mass_kg; and, where "
    "they matter, upright_axes, stackable, max_load_top_kg, most_above, floor_only, stop_no, "
    "group, codes."
)


def show() -> None:
    """Draw the page."""
    st.title("Load")
    st.caption(
        "Boxes, pallets and drums into trailers, containers and ULDs: supported, within axle and "
        "contour limits, and unloaded stop by stop. A checker that shares nothing with the packer "
        "goes over every plan before it is shown."
    )
    question = _question()
    pressed = st.button("Plan the load", type="primary", width=220, disabled=question is None)
    if pressed and question is not None:
        state.clear_load()
        with screen.faults_as_sentences(), st.status("Packing", expanded=True) as status:
            state.ask_load(question, report=st.write)
            state.keep_load_on_screen(question)
            status.update(label="Packed and checked", state="complete", expanded=False)
    found = state.load_on_screen()
    if found is not None:
        st.divider()
        if question is not None and question != found[0]:
            st.info("What is asked above has changed since; press *Plan the load* to see its plan.")
        _result(found[1])
    screen.source_list()


def _question() -> LoadQuestion | None:
    left, right = st.columns(2, gap="large")
    upload = left.file_uploader(
        "Pieces", type=["csv", "xlsx", "parquet"], max_upload_size=20, help=_PIECES_HELP
    )
    with left:
        file = _file(upload)
    words = state.units_on_offer()
    units = right.multiselect(
        "Units on offer",
        list(words),
        default=[_USUAL],
        format_func=words.__getitem__,
        help="Of several kinds the cheapest mix is sought; without prices each counts as one.",
    )
    prices = {code: _price(right, code) for code in units} if len(units) > 1 else {}
    pallet = _pallet(right)
    with st.expander("Rules"):
        rules = _rules()
    if file is None or not units:
        return None
    rules["pallet"] = pallet
    offers = tuple(f"{code}:{prices[code]:g}" if prices else code for code in units)
    return LoadQuestion(name=file[0], content=file[1], units=offers, **rules)


def _file(upload: Any) -> tuple[str, bytes] | None:  # noqa: ANN401  (Streamlit's own class)
    if upload is not None:
        return upload.name, upload.getvalue()
    if st.toggle(f"Try with a sample ({_SAMPLE})", value=True, help="Invented freight."):
        return "pieces.csv", state.sample_pieces()
    return None


def _pallet(where: Any) -> str:  # noqa: ANN401  (a column or a container)
    words = {"": "none: pieces are loaded as they are"} | state.pallets_on_offer()
    code = where.selectbox(
        "Stack on pallets first",
        list(words),
        format_func=words.__getitem__,
        help="Each pallet holds pieces of one shipment for one stop; what goes on none travels as "
        "it is.",
    )
    if not code:
        return ""
    least, usual, most = PALLET_HEIGHTS_MM
    height = where.number_input(
        "Height of a pallet with its goods (mm)",
        min_value=least,
        max_value=most,
        value=usual,
        step=50,
    )
    return f"{code}:{height}"


def _price(where: Any, code: str) -> float:  # noqa: ANN401  (a column or a container)
    return float(
        where.number_input(
            f"Price of one {code}",
            min_value=0.01,
            value=1.0,
            step=10.0,
            key=f"price-{code}",
            help="In any currency, or its CO₂e: the plan with the least sum is sought.",
        )
    )


def _rules() -> dict[str, Any]:
    one, two, three = st.columns(3, gap="medium")
    support = one.slider(
        "Support of every base (%)",
        min_value=0,
        max_value=100,
        value=75,
        step=5,
        help="Of the base of a box that rests on what is below; its middle always does.",
    )
    in_order = one.toggle(
        "Unload in the order of stops", value=True, help="Nothing that stays stands in the way."
    )
    effort = two.selectbox(
        "Effort", ["small", "normal", "large"], index=1, help="Counted work: the same each time."
    )
    apart = three.text_input(
        "Codes that keep apart",
        placeholder="3:5.1, food:6.1",
        max_chars=500,
        help="Pairs of codes of pieces that never share a unit, such as classes of dangerous "
        "goods; take the pairs from your segregation table.",
    )
    pairs = tuple(pair.strip() for pair in apart.split(",") if pair.strip())
    return {
        "support_percent": support,
        "unload_in_order": in_order,
        "effort": effort,
        "apart": pairs,
    }


def _result(answer: LoadAnswer) -> None:
    document = answer.document
    _figures(document["summary"])
    for line in load_tables.doubts(document):
        st.caption(text.plain(line))
    screen.table(
        load_tables.unit_table(document),
        key="loaded-units",
        alt="Loaded units and how full they are",
    )
    if document["unplaced"]:
        st.subheader("Without a place")
        screen.table(load_tables.left_table(document), key="left", alt="Pieces left", wide="Why")
    st.iframe(answer.page, height=_PICTURE_HEIGHT, alt="The loaded units, to be turned")
    if answer.pallets:
        with st.expander("The pallets, and where each piece stands on them"):
            st.iframe(answer.pallets, height=_PICTURE_HEIGHT, alt="The pallets, to be turned")
    screen.downloads(answer.files, _KINDS, answer.zipped, "load.zip")


def _figures(s: Mapping[str, Any]) -> None:
    for column, card in zip(st.columns(4), load_tables.figures(s), strict=True):
        column.metric(card["label"], card["value"], help=card["note"], border=True)


if __name__ == "__main__":  # Streamlit opens this file by itself when it is asked for first
    screen.open_app()
