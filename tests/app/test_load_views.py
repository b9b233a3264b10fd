"""The pictures and pages of a load plan, from a plan made by hand."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from typing import Any

import pytest

from app.load_documents import load_document, placement_rows, stop_rows, unit_rows
from app.views.load_html import load_html
from app.views.load_scene import View, drawing_order
from app.views.load_svg import unit_svg
from app.views.load_tables import figures, unit_table
from data.loading_schemas import LOADED_UNITS, PLACEMENTS, STOP_WEIGHTS
from data.tables import read_bytes, write_bytes
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

HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture
def document() -> dict[str, Any]:
    """Two pallets and a carton for two stops in a trailer with supports; one name is hostile."""
    inside = Interior(
        unit_code="T",
        size_mm=(4_000, 2_400, 2_500),
        payload_g=10_000_000,
        cuts=(Cut(0, 1, 2_400),),
        blocks=(Block(0, 0, 0, 100, 100, 100),),
        supports=Supports(front_mm=0, rear_mm=4_000, rear_max_g=5_000_000),
    )
    items = (
        Item(
            item_id="pallets",
            shipment_id=HOSTILE,
            quantity=2,
            size_mm=(1_200, 800, 1_000),
            mass_g=400_000,
            stop=2,
        ),
        Item(
            item_id="carton", shipment_id="S2", quantity=2, size_mm=(600, 400, 400), mass_g=20_000
        ),
    )
    boxes = (
        Placement(0, 100, 0, 0, 1_200, 800, 1_000),
        Placement(0, 100, 800, 0, 1_200, 800, 1_000),
        Placement(1, 1_300, 0, 0, 600, 400, 400),
    )
    plan = LoadPlan(
        items=items,
        units=(LoadedUnit(interior=inside, placements=boxes),),
        unplaced=((1, 1, "no room: 1 T on offer"),),
    )
    report = validate(plan, Rules())
    basis = {"pieces": "pieces.csv", "units": ["T"], "effort": "small", "seed": 1}
    return load_document(plan, Rules(), report, basis | {"input_sha256": "0" * 64})


def test_rows_read_back_by_their_schemas(document: dict[str, Any]) -> None:
    """What we write, our own reader takes without a refusal."""
    for rows, schema in (
        (unit_rows(document), LOADED_UNITS),
        (placement_rows(document), PLACEMENTS),
        (stop_rows(document), STOP_WEIGHTS),
    ):
        table = read_bytes(write_bytes(rows, schema), f"{schema.name}.csv", schema)
        assert not table.refused
        assert len(table.rows) == len(rows)


def test_figures_of_the_document_by_hand(document: dict[str, Any]) -> None:
    """820 kg in all; after stop 1 the pallets stay, 700 mm from the front: 17.5 % on the rear."""
    (unit,) = document["units"]
    assert (unit["mass_kg"], unit["pieces"], unit["unload"]) == (820.0, 3, [3, 2, 1])
    assert unit["stops"][1]["rear_kg"] == 800 * 700 / 4_000
    assert [s["pieces"] for s in unit["stops"]] == [3, 2, 0]
    assert document["summary"]["pieces"] == {"asked": 4, "loaded": 3, "left": 1}
    assert not document["summary"]["proven_fewest"]
    assert [card["value"] for card in figures(document["summary"])][:2] == ["1", "3 of 4"]
    assert unit_table(document)[0]["Payload"] == "8.2 %"


def test_page_loads_nothing_and_runs_no_text(document: dict[str, Any]) -> None:
    """Names come from strangers; the page's policy names the one script that may run."""
    page = load_html(document)
    assert "<script>alert" not in page
    assert not re.search(r"(src|href)\s*=|https?://(?!www\.w3\.org/2000/svg)", page)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    (data,) = re.findall(r"id='load'>(.*?)</script>", page, re.DOTALL)
    assert json.loads(data)["items"][0]["shipment_id"] == HOSTILE
    assert page == load_html(document)


def test_page_says_what_has_no_place_and_what_was_not_checked(document: dict[str, Any]) -> None:
    """What is missing must not be looked for."""
    page = load_html(document)
    assert "Without a place" in page
    assert "no room: 1 T on offer" in page
    assert "unknown" in page  # what a metre of floor bears


def test_still_picture_draws_each_box_once(document: dict[str, Any]) -> None:
    """Paper has no scripts."""
    (unit,) = document["units"]
    svg = unit_svg(unit, document["items"])
    assert svg.count("<g><title>") == 3
    assert "<script" not in svg


def test_nearer_box_is_drawn_later() -> None:
    """Seen from the left of the door: what is nearer to the door, the left wall or the roof."""
    back, front = (0, 0, 0, 10, 10, 10), (10, 0, 0, 10, 10, 10)
    assert drawing_order([front, back], View()) == [1, 0]
    left, right = (0, 0, 0, 10, 10, 10), (0, 10, 0, 10, 10, 10)
    assert drawing_order([left, right], View()) == [1, 0]
    low, high = (0, 0, 0, 10, 10, 10), (0, 0, 10, 10, 10, 10)
    assert drawing_order([high, low], View()) == [1, 0]


def test_grid_is_drawn_so_that_no_box_covers_a_nearer_one() -> None:
    """All 27 boxes of a cube, whatever order they come in."""
    boxes = [
        (10 * x, 10 * y, 10 * z, 10, 10, 10) for x, y, z in itertools.product(range(3), repeat=3)
    ]
    order = drawing_order(boxes[::-1], View())
    place = {boxes[::-1][i]: n for n, i in enumerate(order)}
    for x, y, z in itertools.product(range(2), repeat=3):
        near = (10 * (x + 1), 10 * y, 10 * (z + 1), 10, 10, 10)
        far = (10 * x, 10 * (y + 1), 10 * z, 10, 10, 10)
        assert place[far] < place[near]
