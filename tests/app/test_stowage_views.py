"""What a planner reads about loads: where pieces stand, what room is left, what could be one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.stowage_rows import picture_name, stowage_parts
from app.views import stowage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.desk import Answer

USE = {
    "departure_id": "T@2023-06-01T02:00Z",
    "departs_at": "2023-06-01T02:00:00+00:00",
    "service_id": "T",
    "unit_code": "TRK_EU_13600",
    "not_placed": None,
}


def document(**more: Any) -> dict[str, Any]:
    uses = [USE, USE | {"departure_id": "V@1", "not_placed": "pieces of B are not known"}]
    return {"departures_used": uses} | more


def test_coverage_says_why_pieces_are_not_placed() -> None:
    words = stowage.coverage(document())
    assert words.startswith("Pieces are placed on 1 of 2 departures")
    assert "unproven: pieces of B are not known." in words
    all_placed = stowage.coverage({"departures_used": [USE]})
    assert all_placed == "Each piece has its place on all 1 departures."


def test_merge_names_the_due_dates_that_move() -> None:
    merge = {
        "dropped": "T@1",
        "kept": "T@2",
        "shipments": ["A", "B"],
        "later_h": "18|0",
        "units_saved": 1,
        "saves": "400.00",
        "saves_wtw_kgco2e": 321.4,
    }
    (line,) = stowage.merges_in_words(document(merges=[merge]))
    assert line == (
        "T@1 could wait for T@2: 1 unit(s), 400 EUR and 321 kg CO2e less; A due 18.0 h later"
    )
    (free,) = stowage.merges_in_words(document(merges=[merge | {"later_h": "0|0"}]))
    assert free.endswith("no due date moves")


def test_plans_without_pieces_have_no_parts_of_loads(lane_answers: Mapping[str, Answer]) -> None:
    bare = {**lane_answers["pilot"].document, "stowage": {}, "room_left": []}
    assert stowage.departures_of(bare) == {}
    assert stowage.room_for_screen(bare) == []


def test_lane_has_a_picture_of_each_departure(lane_answers: Mapping[str, Answer]) -> None:
    answer = lane_answers["pilot"]
    words = stowage.departures_of(answer.document)
    assert set(words) == {u["departure_id"] for u in answer.document["departures_used"]}
    for name in words:
        page = answer.files[picture_name(name)].decode()
        assert page.startswith("<!doctype html>")
        assert name in page
    rows = stowage.room_for_screen(answer.document)
    assert rows
    assert all(row["The first emits (kg CO₂e)"] > 0 for row in rows)
    stowed = answer.files["stowed_pieces.csv"].decode().splitlines()
    boxes = sum(
        len(unit["boxes"]) for x in answer.document["stowage"].values() for unit in x["units"]
    )
    assert len(stowed) == boxes + 1


def test_names_of_pictures_are_plain_and_never_two_of_a_kind() -> None:
    name = picture_name("../../x@2023-06-01T02:00Z<script>")
    assert re.fullmatch(r"load_\.\.\.\.x_2023-06-01T0200Zscript-[0-9a-f]{8}\.html", name)
    assert picture_name("R/1@x") != picture_name("R1@x")
    assert picture_name("\u8def@x") != picture_name("\u6d77@x")


def test_parts_are_left_out_where_nothing_was_placed() -> None:
    class Bare:
        stowed = spares = merges = ()

    assert stowage_parts(Bare(), "0" * 64) == {}  # type: ignore[arg-type]
