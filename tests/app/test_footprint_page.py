"""The footprint page headless: any file in, honest figures out, nothing lost and nothing hidden."""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from app import footprint_answers
from app.footprint_answers import FootprintAnswer, FootprintQuestion
from app.footprint_columns import (
    NOT_USED,
    Preview,
    look_at,
    open_questions,
    profile_of,
    read_table,
    slots_of,
    table_of,
    unused_columns,
    with_options,
)
from app.footprint_intake import Options
from app.footprints import FootprintDesk
from app.tools import open_tools
from app.uploads import MAX_UPLOAD_BYTES
from app.views import footprint_charts as charts
from app.views import footprint_tables as tables
from data.errors import DataError
from tests.app.conftest import HOSTILE

SLOW_S = 120
TAKE = "Take the footprint"
UNITLESS = (
    "Shipment;From;To;Mode;Weight;Distance (km)\n"
    "A;Hamburg, DE;Munich, DE;Lkw;1000,5;790\n"
    "B;Hamburg, DE;Munich, DE;Lkw;1000,5;790\n"
)


def _page() -> None:
    from app.pages import footprint  # noqa: PLC0415  (AppTest runs this body alone)

    footprint.show()


@pytest.fixture(scope="module")
def desk() -> FootprintDesk:
    return FootprintDesk(open_tools())


def _question(text: str = "", options: Options | None = None) -> FootprintQuestion:
    name, content = footprint_answers.sample()
    if text:
        name, content = "mine.csv", text.encode()
    return FootprintQuestion(file=name, content=content, options=options or Options())


def _quiet(_: str) -> None:
    """Report to nobody."""


@pytest.fixture(scope="module")
def found(desk: FootprintDesk) -> FootprintAnswer:
    """The footprint of the shipped sample."""
    return footprint_answers.answer(_question(), desk, _quiet)


@pytest.fixture
def preview() -> Preview:
    name, content = footprint_answers.sample()
    return look_at(content, name, Options())


def _words(at: AppTest) -> str:
    kinds = ("title", "header", "subheader", "caption", "markdown", "info", "error", "warning")
    shown = [str(x.value) for kind in (*kinds, "success") for x in getattr(at, kind)]
    told = "\n".join([*shown, *(f"{m.label}: {m.value}" for m in at.metric)])
    return told.replace("\\", "")


def _opened() -> AppTest:
    at = AppTest.from_function(_page, default_timeout=SLOW_S).run()
    assert not at.exception
    return at


def _press(at: AppTest) -> AppTest:
    (button,) = [b for b in at.button if b.label == TAKE]
    assert not button.disabled
    button.click().run()
    assert not at.exception
    return at


def _choose(at: AppTest, label: str, value: str) -> AppTest:
    (box,) = [b for b in at.selectbox if b.label == label]
    box.set_value(value).run()
    assert not at.exception
    return at


def test_sample_opens_with_its_columns_and_every_option_explained() -> None:
    at = _opened()
    shown = _words(at)
    assert "Every row is invented" in shown
    assert "16 rows, layout B" in shown
    assert "not used: Invoice Text" in shown
    widgets = (*at.selectbox, *at.multiselect, *at.date_input, *at.toggle)
    assert [w.label for w in widgets if not w.help] == []
    assert not at.metric


def test_footprint_keeps_three_columns_apart() -> None:
    """Physical, market-based and offsets are three things (ISO 14083 knows no offset)."""
    shown = _words(_press(_opened()))
    assert "Physical (location-based): " in shown
    assert "95 % interval" in shown
    assert "Market-based: " in shown
    assert "Not part of a footprint" in shown
    assert "Outside the total, as memos: biogenic" in shown
    assert "radiative forcing of flights" in shown
    assert "% primary" in shown
    assert "ertified" not in shown.replace("certificates", "")


def test_every_row_has_a_fate_and_a_refusal_is_told_in_words() -> None:
    at = _press(_opened())
    shown = _words(at)
    assert "16 rows: 4 ok, 11 warned, 1 refused" in shown
    assert "Row 17 (FX-2409)" in shown
    assert "Atlantis Base" in shown
    assert "incomplete (FX-2409)" in shown
    assert len(at.get("download_button")) == 8


def test_changed_option_marks_the_result_as_out_of_date() -> None:
    """A figure of other options must never pass for the one that is asked for."""
    at = _press(_opened())
    before = [m.value for m in at.metric]
    _choose(at, "Handling at hubs", "none")
    assert "Out of date. Changed since: handling at hubs" in _words(at).replace("*", "")
    assert [m.value for m in at.metric] == before
    _press(at)
    assert "Out of date" not in _words(at)
    assert [m.value for m in at.metric] != before


def test_mass_without_a_unit_blocks_until_it_is_told() -> None:
    at = _opened()
    at.file_uploader[0].set_value(("mine.csv", UNITLESS.encode(), "text/csv")).run()
    assert "Wanted** · Column “Weight” names no unit" in _words(at)
    assert [b.disabled for b in at.button if b.label == TAKE] == [True]
    _choose(at, "Unit of mass", "lb")
    _press(at)
    assert "Footprint of mine.csv" in _words(at)


def test_equal_shipments_cannot_be_ranked() -> None:
    at = _opened()
    at.file_uploader[0].set_value(("mine.csv", UNITLESS.encode(), "text/csv")).run()
    _press(_choose(at, "Unit of mass", "kg"))
    assert "The data cannot tell which is greener" in _words(at)


def test_hopeless_file_is_a_sentence_and_the_last_result_stays() -> None:
    at = _press(_opened())
    at.file_uploader[0].set_value(("a.csv", b"\xff\xfe\xff", "text/csv")).run()
    assert not at.exception
    assert len(at.error) == 1
    assert len(at.metric) == 6


def test_names_of_strangers_are_shown_as_text() -> None:
    """A shipment may be called anything; nothing of it may run or format (Markdown, HTML)."""
    name = f"**x** {HOSTILE}"
    text = f'Shipment,From,To,Mode,Weight (kg)\n"{name}","Hamburg, DE","Nowhere, QQ",road,5\n'
    text += '"ok","Hamburg, DE","Munich, DE",road,5\n'
    at = _opened()
    at.file_uploader[0].set_value(("<b>.csv", text.encode(), "text/csv")).run()
    _press(at)
    raw = "\n".join(str(x.value) for x in (*at.markdown, *at.caption, *at.header))
    assert "alert" in raw
    assert HOSTILE not in raw
    assert "**x**" not in raw
    assert "<b>" not in raw


def test_saved_reading_is_offered_and_used() -> None:
    at = _opened()
    (box,) = [b for b in at.selectbox if b.label == "Of this session"]
    assert box.options == ["as recognised"]
    text = 'profile = 1\nlayout = "B"\n'
    named = {
        "shipment_id": "Shipment ID",
        "leg_no": "Sequence No",
        "mode": "Transport Mode",
        "origin": "From",
        "destination": "To",
    }
    for target, source in named.items():
        text += f'\n[[column]]\ntarget = "{target}"\nsource = "{source}"\n'
    text += '\n[[column]]\ntarget = "mass_kg"\nsource = "Gross Weight (kg)"\nunit = "kg"\n'
    at.file_uploader[1].set_value(("my.toml", text.encode(), "application/toml")).run()
    assert not at.exception
    assert "Read by the profile my.toml" in _words(at)
    assert "not used: Customer" in _words(at)
    assert "Footprint of forwarder_export.csv" in _words(_press(at))


def test_broken_profile_is_a_sentence() -> None:
    at = _opened()
    at.file_uploader[1].set_value(("my.toml", b"profile = 7", "application/toml")).run()
    assert not at.exception
    assert "wanted profile = 1" in _words(at)
    assert [b.disabled for b in at.button if b.label == TAKE] == [True]


def test_file_above_the_bound_is_refused_before_it_is_read() -> None:
    with pytest.raises(DataError, match="wanted at most"):
        look_at(b"x" * (MAX_UPLOAD_BYTES + 1), "a.csv", Options())


def test_untouched_table_means_the_mapping_it_shows(preview: Preview) -> None:
    slots = slots_of(preview.mapping)
    columns, faults = read_table(slots, table_of(slots, preview), preview.mapping)
    assert columns == preview.mapping
    assert faults == ()


def test_edited_table_changes_the_mapping(preview: Preview) -> None:
    """A header that names a unit is believed; a unit of another quantity is not."""
    slots = slots_of(preview.mapping)
    rows = {s.label: row for s, row in zip(slots, table_of(slots, preview), strict=True)}
    rows["customer"]["theirs"] = NOT_USED
    rows["distance_km"]["unit"] = "lb"
    rows["packaging_mass_kg"]["theirs"] = "Gross Weight (kg)"
    table = [rows[s.label] for s in slots]
    columns, faults = read_table(slots, table, preview.mapping)
    bound = {(b.target, b.part): b for b in columns.bindings}
    assert ("customer", "") not in bound
    assert bound["packaging_mass_kg", ""].unit == "kg"
    assert bound["distance_km", ""].unit == ""
    assert faults == ("distance_km: unit lb, wanted km, m, mi, nmi",)
    assert "Customer" in unused_columns(preview, columns)


def test_blocking_questions_come_first(preview: Preview) -> None:
    kept = tuple(b for b in preview.mapping.bindings if b.target not in {"shipment_id", "origin"})
    found = open_questions(preview, replace(preview.mapping, bindings=kept))
    assert [(q.target, q.blocking) for q in found] == [("origin", True), ("shipment_id", False)]


def test_assumed_mode_answers_the_question_for_modes(preview: Preview) -> None:
    kept = tuple(b for b in preview.mapping.bindings if b.target != "mode")
    lacking = replace(preview.mapping, bindings=kept)
    assert [q.target for q in open_questions(preview, lacking)] == ["mode"]
    assert not open_questions(preview, with_options(lacking, Options(mode="road")))


def test_profile_of_another_file_says_what_is_lacking(preview: Preview) -> None:
    text = preview.mapping.to_toml().replace('"Carrier"', '"Frachtführer"')
    mapping, lacking = profile_of(text, "p.toml", preview)
    assert lacking == ("Frachtführer",)
    assert all(b.target != "carrier" for b in mapping.bindings)


def test_columns_of_a_person_give_the_figures_of_the_same_recognised_ones(
    desk: FootprintDesk, found: FootprintAnswer, preview: Preview
) -> None:
    """The edited mapping travels as a profile; the way there must not change a figure."""
    asked = replace(_question(), columns=preview.mapping)
    own = footprint_answers.answer(asked, desk, _quiet)
    assert own.files["legs.csv"] == found.files["legs.csv"]
    assert own.files["totals.csv"] == found.files["totals.csv"]


def test_same_file_gives_the_same_archive(desk: FootprintDesk, found: FootprintAnswer) -> None:
    again = footprint_answers.answer(_question(), desk, _quiet)
    assert again.archive == found.archive
    with zipfile.ZipFile(io.BytesIO(found.archive)) as archive:
        assert {"legs.csv", "rows.csv", "refused.csv", "profile.toml"} <= set(archive.namelist())


def test_modes_and_shipments_make_the_whole(found: FootprintAnswer) -> None:
    total = found.summary["physical_kgco2e"]["wtw"]
    assert math.fsum(m["wtw_kgco2e"] for m in found.modes) == pytest.approx(total)
    assert math.fsum(float(t["wtw_kgco2e"]) for t in found.totals) == pytest.approx(total)
    rows = charts.stage_rows(found.modes)
    assert math.fsum(r["kgco2e"] for r in rows) == pytest.approx(total)


def test_questions_differ_by_file_columns_and_options(preview: Preview) -> None:
    """A cache that confuses two questions would show one planner another's footprint."""
    tools, asked = open_tools(), _question()
    others = [
        asked,
        replace(asked, content=b"x"),
        replace(asked, columns=preview.mapping),
        replace(asked, options=Options(hubs="none")),
    ]
    assert len({footprint_answers.digest(q, tools) for q in others}) == len(others)
    told = [footprint_answers.changes(asked, q) for q in others]
    assert told == [(), ("file",), ("columns",), ("handling at hubs",)]


def test_incomplete_shipment_is_never_ranked(found: FootprintAnswer) -> None:
    """It lacks a refused row: its total is too low, and it would win."""
    assert "FX-2409" in footprint_answers.shipments(found)
    assert "FX-2409" not in footprint_answers.rankable(found)


def test_ways_of_the_same_goods_are_compared_first(found: FootprintAnswer) -> None:
    names = footprint_answers.usual_choice(found)
    assert names == ("FX-2401", "FX-2402", "FX-2403")
    order = footprint_answers.ranking(found, names, "total")
    assert order.alike
    assert order.rows[-1]["shipment_id"] == "FX-2403"
    assert order.rows[-1]["first_is_greener"] > 0.9


def test_supported_ranking_names_the_greener_one(found: FootprintAnswer) -> None:
    order = footprint_answers.ranking(found, ("FX-2401", "FX-2403"), "total")
    assert order.supported
    assert tables.verdict(order.rows, order.rivals).startswith("FX-2401 is the greenest of these 2")


def test_rank_per_tkm_tells_other_questions_apart(found: FootprintAnswer) -> None:
    order = footprint_answers.ranking(found, ("FX-2405", "FX-2406"), "per tkm")
    assert not order.alike
    (total,) = [t for t in found.totals if t["shipment_id"] == "FX-2405"]
    assert order.rows[0]["kgco2e"] == pytest.approx(total["kgco2e_per_tkm"], rel=1e-3)


def test_each_leg_shows_working_factor_and_source(found: FootprintAnswer) -> None:
    legs = footprint_answers.legs_of(found, "FX-2401")
    assert [leg["leg_no"] for leg in legs] == [1, 2, 3, 4, 5]
    for leg in legs:
        assert leg["toc_id"] or leg["hoc_id"]
        assert any(" x " in step for step in leg["steps"])
        assert all(leg["sources"])
    shown = tables.legs_for_screen(legs)
    assert shown[2]["Distance is"] == "shortest feasible, measured"
    assert footprint_answers.legs_of(found, "nobody") == []


def test_carrier_without_a_method_is_undisclosed(found: FootprintAnswer) -> None:
    rows = tables.carriers_for_screen(found.carriers)
    methods = {row["Carrier"]: row["The carrier's method"] for row in rows}
    assert methods["Demo Rail Silk"] == "GLEC"
    assert methods["Demo Line One"] == "undisclosed"
    assert rows[0]["The carrier's (kg CO₂e)"] == 2010


def test_warnings_are_grouped_by_kind_with_their_rows(found: FootprintAnswer) -> None:
    rows = tables.warnings_for_screen(found.warnings)
    assert {"hub_added", "matched_down"} <= {row["Code"] for row in rows}
    assert all(row["Rows"] and row["Such as"] and row["In rows"] for row in rows)


def test_intervals_say_which_shipment_is_incomplete(found: FootprintAnswer) -> None:
    rows = charts.interval_rows(found.totals)
    assert [r["shipment"] for r in rows if "incomplete" in r["status"]] == ["FX-2409"]
    assert all(r["low"] <= r["kgco2e"] <= r["high"] for r in rows)
    assert charts.needs_log(found.totals)
    assert not charts.needs_log([])
    for chart in (charts.intervals(found.totals), charts.co2e_by_mode(found.modes)):
        assert "http" not in str({k: v for k, v in chart.to_dict().items() if k != "$schema"})


def test_charts_of_nothing_can_be_drawn() -> None:
    for chart in (charts.intervals([]), charts.co2e_by_mode([])):
        assert chart.to_dict()


def test_figures_of_the_screen_have_three_digits_and_units(found: FootprintAnswer) -> None:
    """Rounding is for eyes alone: the files keep every milligram."""
    cards = [*tables.cards(found.summary), *tables.facts(found.summary)]
    assert all(any(u in c["value"] for u in ("kg CO₂e", "g per tkm", "tkm")) for c in cards)
    (row,) = [r for r in tables.totals_for_screen(found.totals) if r["Shipment"] == "FX-2403"]
    (total,) = [t for t in found.totals if t["shipment_id"] == "FX-2403"]
    assert row["Physical (kg CO₂e)"] == tables.three(total["wtw_kgco2e"])
    assert row["Physical (kg CO₂e)"] % 100 == 0
    assert str(total["wtw_kgco2e"]) in found.files["totals.csv"].decode()


def test_each_layout_survives_the_table_unchanged() -> None:
    """Codes, cities and legs of one wide row are parts: the table must not lose which is which."""
    text = (
        "source,pickup_city,pickup_country,mass_kg,leg1_method,leg1_destination,leg1_country,"
        "leg2_method,leg2_destination,leg2_country,containers\n"
        "W-1,Hamburg,DE,5000,road,Munich,DE,rail,Milan,IT,2x40HC\n"
    )
    seen = look_at(text.encode(), "wide.csv", Options())
    slots = slots_of(seen.mapping)
    columns, faults = read_table(slots, table_of(slots, seen), seen.mapping)
    assert columns == seen.mapping
    assert faults == ()
    assert any(slot.label.startswith("leg 2 · ") for slot in slots)
