"""The sheets for the dock, read back from plans made by hand."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader

from app.load_desk import LoadQuestion, answer
from app.load_documents import load_document
from app.stowage_rows import MOST_PICTURES
from app.tools import open_tools
from app.views import load_pdf as room
from app.views.load_pdf import departures_pdf, load_pdf
from app.views.load_pdf_flat import flats_of, hatch, looks_of
from app.views.load_pdf_rows import spans, step_rows, turned
from app.views.load_pdf_views import arrange
from app.views.load_scene import View, drawing_order
from app.views.pdf_paper import Paper
from app.views.pdf_words import SIGN, glyph_of, tidy, wrap
from data.findings import Report
from optimizer.loading.geometry import (
    Block,
    Cut,
    Interior,
    Item,
    LoadedUnit,
    LoadPlan,
    Placement,
    Rules,
    Supports,
)
from optimizer.loading.validate import validate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.desk import Answer

TRAILER = Interior(
    unit_code="TRAILER",
    size_mm=(4_000, 2_400, 2_500),
    payload_g=10_000_000,
    supports=Supports(front_mm=0, rear_mm=4_000, rear_max_g=5_000_000),
)
PALLETS = Item(
    item_id="pallets",
    shipment_id="S1",
    quantity=2,
    size_mm=(1_200, 800, 1_000),
    mass_g=400_000,
    stop=2,
)
CARTONS = Item(
    item_id="cartons", shipment_id="S2", quantity=3, size_mm=(600, 400, 400), mass_g=20_500
)
PLACES = (
    Placement(0, 0, 0, 0, 1_200, 800, 1_000),
    Placement(0, 0, 800, 0, 1_200, 800, 1_000),
    Placement(1, 1_200, 0, 0, 600, 400, 400),
    Placement(1, 1_200, 400, 0, 400, 600, 400),
)
BASIS = {"effort": "small", "seed": 1, "input_sha256": "0" * 64}


def document(
    items: Sequence[Item] = (PALLETS, CARTONS),
    units: Sequence[tuple[Interior, Sequence[Placement]]] = ((TRAILER, PLACES),),
    unplaced: Sequence[tuple[int, int, str]] = ((1, 1, "no room: 1 TRAILER on offer"),),
) -> dict[str, Any]:
    loaded = tuple(LoadedUnit(interior=i, placements=tuple(p)) for i, p in units)
    plan = LoadPlan(items=tuple(items), units=loaded, unplaced=tuple(unplaced))
    return load_document(plan, Rules(), validate(plan, Rules()), BASIS)


def named(shipment: str, piece: str) -> dict[str, Any]:
    """Return a plan whose pallets bear the names of a stranger."""
    strange = replace(PALLETS, shipment_id=shipment, item_id=piece)
    return document((strange, CARTONS))


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def words(content: bytes) -> str:
    """Return all text; what is told apart by places only is told apart by one space."""
    return " ".join(" ".join(pages(content)).split())


def row(number: int, unit: int = 0, of: int = 4) -> Placement:
    """Return one of many equal boxes in rows of `of` and layers of four rows."""
    layer, rest = divmod(number, of * 4)
    return Placement(unit, 300 * (rest // of), 300 * (rest % of), 300 * layer, 300, 300, 300)


def test_same_plan_gives_the_same_bytes_in_every_process() -> None:
    """No clock, no random identifier: the file is hashed and compared."""
    plan = document()
    first = load_pdf(plan, plan_id="load.json")
    assert first == load_pdf(plan, plan_id="load.json")
    program = (
        "import hashlib, json, sys; from app.views.load_pdf import load_pdf; "
        "plan = json.load(sys.stdin); "
        "sys.stdout.buffer.write(load_pdf(plan, plan_id='load.json'))"
    )
    other = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(plan).encode(),
        capture_output=True,
        check=True,
    )
    assert other.stdout == first
    assert b"/CreationDate (D:20000101" in first


def test_head_tells_unit_plan_and_figures() -> None:
    """What is asked first at a dock: which unit, how much, how full, how sure."""
    plan = document()
    first = pages(load_pdf(plan, plan_id="load.json, SHA-256 abcdef"))[0]
    (unit,) = plan["units"]
    for told in ("Unit 1 of 1", "TRAILER", "841 kg", "8.4 % of 10,000 kg payload", "1.80 m"):
        assert told in first, told
    assert f"{unit['volume_share'] * 100:.1f} %" in first
    assert "load.json, SHA-256 abcdef" in first
    assert "stop 1: 2 pieces" in first
    assert "stop 2: 2 pieces" in first


def test_every_step_is_told_in_order() -> None:
    """Step, piece, shipment, sizes as it stands, how it is turned, mass, and where."""
    told = words(load_pdf(document()))
    table = told[told.index("Loading, step by step: 4") : told.index("Unloading")]
    steps = (
        "1 pallets S1 1,200 × 800 × 1,000 as delivered 400 0 0 0 2",  # noqa: RUF001
        "3 cartons S2 600 × 400 × 400 as delivered 20.5 1,200 0 0 1",  # noqa: RUF001
        "4 cartons S2 400 × 600 × 400 turned length across 20.5 1,200 400 0 1",  # noqa: RUF001
    )
    places = [table.index(step) for step in steps]
    assert places == sorted(places)


def test_unloading_and_weights_by_stop() -> None:
    """What leaves at each stop, and what the supports bear after it, with their limits."""
    told = words(load_pdf(document()))
    assert "2 pieces, 41 kg 2 × cartons (S2) 4, 3" in told  # noqa: RUF001
    assert "2 pieces, 800 kg 2 × pallets (S1) 2, 1" in told  # noqa: RUF001
    # 800 kg, 600 mm from the front of 4,000: 15 % on the rear; the front has no limit.
    assert "stop 1 2 800 600 800 500 680 not known 120 5,000" in told


def test_unknown_is_unknown_and_nothing_is_verified() -> None:
    """A self-check is no certificate, and what it left open is said on the sheet."""
    plan = document()
    told = words(load_pdf(plan))
    passed = sum(f["verdict"] == "pass" for f in plan["self_check"])
    unknown = sum(f["verdict"] == "unknown" for f in plan["self_check"])
    assert unknown
    assert f"{passed} of {len(plan['self_check'])} passed, {unknown} unknown" in told
    assert told.count("Not checked: unit type TRAILER") == unknown
    assert not re.search(r"certif|verif|guarant", told, re.IGNORECASE)


def test_unknown_payload_and_supports_are_not_numbers() -> None:
    bare = replace(TRAILER, payload_g=None, supports=None)
    told = words(load_pdf(document(units=((bare, PLACES),))))
    assert "payload not known" in told
    assert "as loaded 4 841 " in told
    assert told.count("not known not known not known not known") == 2


def test_what_has_no_place_is_told_with_its_reason() -> None:
    told = words(load_pdf(document()))
    assert "Without a place Piece Shipment Boxes Why cartons S2 1 no room: 1 TRAILER on" in told


def test_pages_are_counted_by_unit_and_heads_are_repeated() -> None:
    """A sheet that falls to the floor finds its place again."""
    many = replace(CARTONS, quantity=200, size_mm=(300, 300, 300), mass_g=1_000)
    boxes = [row(n) for n in range(100)]
    plan = document((many,), ((TRAILER, boxes), (TRAILER, boxes)), ())
    found = pages(load_pdf(plan))
    assert "Overview, page 1 of 1" in found[0]
    assert f"sheet 1 of {len(found)}" in found[0]
    of_second = [page for page in found if "Unit 2 of 2, page" in page]
    assert len(of_second) > 3
    for number, page in enumerate(of_second, start=1):
        assert f"Unit 2 of 2, page {number} of {len(of_second)}" in page
    with_steps = [page for page in of_second if "as delivered\n" in page]
    assert len(with_steps) > 2
    assert all("Turned how" in page for page in with_steps)
    # The overview says on which sheet each unit begins.
    begins = next(n for n, page in enumerate(found, start=1) if "Unit 2 of 2, page 1" in page)
    assert f"{begins} Unit 2" in " ".join(found[0].split())


@pytest.mark.parametrize(
    "name",
    [
        "<b>bold</b> & <font size=99>",
        "</para><para>&amp;&#65;",
        "%s %(x)s {0} \\n (unbalanced",
        "Müller & Söhne, Größe 5",
    ],
)
def test_markup_in_names_is_text(name: str) -> None:
    """Names are drawn as they are written, whatever they would mean elsewhere."""
    assert name in words(load_pdf(named(name, "P")))


def test_no_name_raises_and_none_is_dropped() -> None:
    """Each character that no font shows leaves a visible sign."""
    hostile = "a\x07b\x00c\u202ed\ud800e\U0001f600f مرحبا ไทย"
    assert tidy(hostile) == f"a{SIGN}b{SIGN}c{SIGN}d{SIGN}e{SIGN}f {SIGN * 5} {SIGN * 3}"
    told = words(load_pdf(named(hostile, "\t\r\n")))
    assert f"a{SIGN}b{SIGN}c" in told.replace(" ", "")
    assert b"/ZapfDingbats" in load_pdf(named("", hostile))


def test_chinese_korean_and_accents_are_shown() -> None:
    """Fonts that viewers bring along are named in the file; their text can be copied out."""
    content = load_pdf(named("上海国际货运", "电机 한국"))
    assert b"/STSong-Light" in content
    assert b"/HYSMyeongJo-Medium" in content
    told = words(content)
    for part in ("上海国际货运", "电机", "한국"):
        assert part in told
    assert {glyph_of(c).face for c in "Łódź Škoda Győr"} == {"latin", "standard"}
    assert SIGN not in tidy("Łódź, Győr, Iaşi, Πειραιάς, Москва, İzmir, ﾄﾖﾀ, Hồ Chí Minh")


def test_long_names_are_cut_where_they_are_seen_to_be() -> None:
    """A thousand letters fit into their cell, and end in an ellipsis."""
    told = words(load_pdf(named("x" * 5_000, "y " * 3_000)))
    assert "…" in told
    assert "x" * 700 not in told.replace(" ", "")
    lines = wrap(tidy("one two " * 50), 60.0, 2, lambda w: Paper.width(w, 8.5))
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(Paper.width(line, 8.5) <= 60.0 for line in lines)


def test_stops_differ_by_hatch_as_well() -> None:
    """Colours are gone on a greyscale printer."""
    looks = looks_of(range(1, 22))
    assert len({(look.angles, look.spacing) for look in looks.values()}) == 21
    square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    lines = hatch(square, 45, 3)
    assert lines
    assert all(-1e-6 <= c <= 10 + 1e-6 for a, b in lines for c in (*a, *b))


def test_views_show_contour_blocks_and_stacked_boxes() -> None:
    """What stands below others is seen on the floor; what a contour cuts off, from the rear."""
    uld = replace(TRAILER, cuts=(Cut(1, 1, 4_000),), blocks=(Block(0, 0, 0, 100, 100, 100),))
    stacked = (*PLACES, Placement(1, 100, 0, 1_000, 600, 400, 400))
    plan = document(units=((uld, stacked),), unplaced=())
    views = flats_of(plan["units"][0], plan["items"])
    assert [view.title for view in views] == [
        "Floor", "From above", "From the left", "From the rear door",
    ]  # fmt: skip
    assert sorted(views[0].steps) == [b[7] for b in plan["units"][0]["boxes"] if b[3] == 0]
    assert [view.corners != () for view in views] == [False, False, False, True]
    ((corner,),) = [view.corners for view in views if view.corners]
    assert (2_400.0, 2_500.0) in corner
    assert len(corner) == 3
    assert all(len(view.blocks) == 1 for view in views)
    assert "REAR DOOR" in words(load_pdf(plan))
    open_sides = replace(uld, rear_only=False)
    assert "DOOR" not in words(load_pdf(document(units=((open_sides, stacked),), unplaced=())))


@pytest.mark.parametrize("size", [(16_015, 2_572, 2_743), (1_200, 800, 1_656), (2_430, 4_050, 800)])
def test_views_find_room_on_the_sheet(size: tuple[int, int, int]) -> None:
    """Long, high and wide units are drawn to a scale that a ruler can read."""
    inside = replace(TRAILER, size_mm=size)
    plan = document((CARTONS,), ((inside, (Placement(0, 0, 0, 0, 600, 400, 400),)),), ())
    arranged = arrange(plan["units"][0], plan["items"], (527.0, 500.0))
    assert arranged.height <= 500.0
    assert arranged.one_to % 5 == 0
    assert arranged.scene[0] > 100.0


def test_pallets_come_before_the_vehicles_that_take_them() -> None:
    """First they are built, then they are loaded; each says where it goes."""
    deck = replace(TRAILER, unit_code="EUR1", size_mm=(1_200, 800, 1_500), rear_only=False)
    built = document((CARTONS,), ((deck, (Placement(0, 0, 0, 0, 600, 400, 400),)),), ())
    pallet = replace(PALLETS, item_id="P1", quantity=1)
    loose = replace(CARTONS, item_id="P2", quantity=1)  # a stranger's name, and no pallet
    boxes = (Placement(0, 0, 0, 0, 1_200, 800, 1_000), Placement(1, 1_200, 0, 0, 600, 400, 400))
    plan = document((pallet, loose), ((TRAILER, boxes),), ())
    found = pages(load_pdf(plan, pallets=built))
    first = next(n for n, page in enumerate(found) if "Pallet 1 of 1, page 1" in page)
    second = next(n for n, page in enumerate(found) if "Unit 1 of 1, page 1" in page)
    assert 0 < first < second
    assert "goes into unit 1, step 1" in found[first]
    assert "deck of the pallet" in " ".join(found[first].split())
    assert "Unloading" not in found[first]


def test_plan_without_units_is_a_sheet_of_reasons() -> None:
    (page,) = pages(load_pdf(document(units=(), unplaced=((0, 2, "too large"), (1, 3, "no")))))
    assert "too large" in page
    assert "0 of 5 boxes" in page


def test_two_thousand_boxes_are_a_file_of_bounded_size() -> None:
    """A sheet bears dozens of steps, a picture of all of them stays small."""
    wide = replace(TRAILER, size_mm=(15_000, 2_400, 2_500))
    small = replace(CARTONS, quantity=2_000, size_mm=(200, 200, 200), mass_g=1_000)
    boxes = [
        Placement(0, 200 * (n // 100), 200 * (n % 10), 200 * (n // 10 % 10), 200, 200, 200)
        for n in range(2_000)
    ]
    content = load_pdf(_unchecked(small, wide, boxes))
    assert len(content) < 1_500_000
    assert len(PdfReader(io.BytesIO(content)).pages) < 70


def _unchecked(item: Item, inside: Interior, boxes: Sequence[Placement]) -> dict[str, Any]:
    """Return a document whose boxes nobody has to check for this test."""
    plan = LoadPlan(
        items=(item,), units=(LoadedUnit(interior=inside, placements=tuple(boxes)),), unplaced=()
    )
    return load_document(plan, Rules(), Report(findings=()), BASIS)


def test_too_many_boxes_are_left_to_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit beyond the bound has its figures on paper, and says where its steps are."""
    monkeypatch.setattr(room, "_MOST_STEPS", 3)
    told = words(load_pdf(document()))
    assert "Its boxes are not on paper" in told
    assert "Loading, step by step" not in told
    assert "Weight as it leaves each stop" in told


def test_words_of_steps() -> None:
    assert turned((12, 8, 5), (5, 8, 12)) == ("tipped, length up", "width across")
    assert turned((5, 5, 5), (5, 5, 5)) == "as delivered"
    assert turned((12, 8, 5), (1, 2, 3)) == "not known"
    assert spans([]) == []
    assert spans([1]) == ["1"]
    assert spans([4, 5, 9, 8, 7]) == ["4", "5", "9 to 7"]
    plan = document()
    assert [r[0] for r in step_rows(plan["units"][0], plan["items"])] == ["1", "2", "3", "4"]


def test_order_of_drawing_is_the_same_for_rings() -> None:
    """Three boxes that hide each other in a ring are still drawn once each."""
    boxes = [(0, 0, 5, 20, 5, 5), (15, 0, 0, 5, 20, 5), (0, 5, 0, 5, 15, 20), (6, 6, 0, 5, 5, 5)]
    assert sorted(drawing_order(boxes, View())) == [0, 1, 2, 3]


def test_command_line_starts_without_it() -> None:
    """Only who draws waits for the library that does."""
    program = "import sys, app.cli, app.load_desk; print('reportlab' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_page_has_the_file_to_take_away() -> None:
    """The page Load offers what the folder of the verb holds, by name and kind."""
    from app.pages import load  # noqa: PLC0415  (pages are opened by who shows them)

    rows = (
        "shipment_id,piece_id,quantity,length_mm,width_mm,height_mm,mass_kg\nS,P,3,400,300,300,8\n"
    )
    question = LoadQuestion(name="p.csv", content=rows.encode(), units=("AKE_LD3",), effort="small")
    found = answer(question, open_tools(), report=lambda _: None)
    assert load._KINDS["load.pdf"] == "application/pdf"  # noqa: SLF001  (what the page offers)
    assert set(load._KINDS) <= set(found.files)  # noqa: SLF001
    told = words(found.files["load.pdf"])
    assert "AKE_LD3" in told
    assert "From the rear" in told


def test_plan_has_one_file_of_all_departures(lane_answers: Mapping[str, Answer]) -> None:
    """The dock of a plan gets each departure's units, by its name."""
    files = lane_answers["pilot"].files
    stowage = lane_answers["pilot"].document["stowage"]
    assert 0 < len(stowage) <= MOST_PICTURES
    told = words(files["loads.pdf"])
    assert all(name in told for name in stowage)
    one = dict(list(stowage.items())[:2])
    assert departures_pdf(one) == departures_pdf(one)
