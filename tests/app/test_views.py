"""Pictures load nothing, trust no name, repeat byte for byte, and say what the files say."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from app.views import charts, findings, maps, pareto, tables, text
from app.views.html_map import map_html
from app.views.lanes import picture_of
from app.views.look import LOOKS
from app.views.projection import Box, Window, clipped, label_hubs, place_labels
from app.workflow import compare
from data.findings import Finding, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.desk import Answer

    Document = dict[str, Any]

WIDEST_STEP_PX = 700.0


class Tags(HTMLParser):
    """Gather the tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_page_loads_nothing(pacific: Document, outline: Document) -> None:
    """A plan is opened offline and at strangers' desks: no address, no script, no file."""
    page = map_html(pacific, outline)
    seen = Tags()
    seen.feed(page)
    assert "http:" not in page
    assert "https:" not in page
    assert not {"script", "link", "img", "iframe", "object"} & set(seen.tags)
    assert not {"src", "href", "srcset", "onload"} & {name for name, _ in seen.attributes}
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_page_escapes_hostile_names(pacific: Document, outline: Document) -> None:
    page = map_html(pacific, outline)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 3


def test_page_repeats_byte_for_byte(pacific: Document, outline: Document) -> None:
    again = json.loads(json.dumps(pacific))
    assert map_html(pacific, outline) == map_html(again, outline)


def test_page_keeps_three_columns_apart(pacific: Document, outline: Document) -> None:
    page = map_html(pacific, outline)
    for words in ("Physical", "Market-based", "Offsets", "restated", "Self-check", "Natural Earth"):
        assert words in page
    assert "certified" not in page.lower()
    assert "1,010.5" in page
    assert "Not planned" in page


def test_line_over_the_date_line_is_not_torn(pacific: Document, outline: Document) -> None:
    """A jump from +180 to -180 degrees would draw a streak over the whole map."""
    lane = max(picture_of(pacific).lanes, key=lambda x: x.kgco2e)
    assert all(abs(b[0] - a[0]) < 90 for a, b in pairwise(lane.path))
    world = re.search(r'<svg id="map".*?</svg>', map_html(pacific, outline), re.DOTALL)
    assert world
    line = re.search(r'd="M([^"]+)" fill="none" stroke="#D55E00"', world.group())
    assert line
    xs = [float(p.split()[0]) for p in line.group(1).split("L")]
    assert all(abs(b - a) < WIDEST_STEP_PX for a, b in pairwise(xs))
    assert all(-1 < x < 1200 for x in xs)


def test_page_without_any_plan_says_so(pacific: Document, outline: Document) -> None:
    empty = pacific | {"hubs": [], "services": [], "legs": []}
    assert "no shipment could be planned" in map_html(empty, outline)


def test_real_page_draws_every_mode(lane_answers: Mapping[str, Answer], outline: Document) -> None:
    document = lane_answers["cheapest"].document
    page = map_html(document, outline)
    for mode in {s["mode"] for s in document["services"]}:
        assert LOOKS[mode].colour in page
        assert f">{LOOKS[mode].label}<" in page
    assert len(page) < 400_000


def test_modes_differ_by_more_than_colour() -> None:
    """Colour is never the only signal: each mode of carriage has a label and a dash of its own."""
    carriage = [look for mode, look in LOOKS.items() if mode != "hub"]
    assert len({x.dash for x in carriage}) == len(carriage)
    assert len({x.colour for x in carriage}) == len(carriage)


def test_deck_asks_for_no_tiles(pacific: Document, outline: Document) -> None:
    """`map_style=None` would make Streamlit fetch a style from the web; absent, nothing is."""
    deck = json.loads(maps.plan_map(pacific, outline).to_json())
    assert not deck.get("mapProvider")
    assert deck.get("mapStyle") in {None, "__MAP_STYLE__"}  # pydeck's word for "left out"
    assert "http" not in json.dumps({k: v for k, v in deck.items() if k != "layers"})
    assert {layer["id"] for layer in deck["layers"]} >= {"ocean", "land", "lanes", "hubs", "names"}


def test_deck_takes_no_code_from_names(pacific: Document, outline: Document) -> None:
    """deck.gl's JSON reader evaluates strings that begin with `@@`."""
    pacific["hubs"][2]["name"] = "@@=alert(1)"
    layers = maps.plan_map(pacific, outline).to_json()
    assert "@@=alert" not in layers
    assert "html" not in json.dumps(maps.plan_map(pacific, outline)._tooltip)  # noqa: SLF001


def test_groups_of_legs_make_the_total(lane_answers: Mapping[str, Answer]) -> None:
    for answer in lane_answers.values():
        rows = tables.leg_groups(answer.document)
        total = tables.sums(rows, ("physical_kgco2e", "market_based_kgco2e"))
        s = answer.document["summary"]
        assert total["physical_kgco2e"] == pytest.approx(s["physical_kgco2e"]["wtw"], abs=1e-6)
        assert total["market_based_kgco2e"] == pytest.approx(
            s["market_based_kgco2e"]["wtw"], abs=1e-6
        )


def test_every_table_states_its_units(lane_answers: Mapping[str, Answer]) -> None:
    document = lane_answers["pilot"].document
    rows = [
        *tables.services_for_screen(document)[:1],
        *tables.legs_for_screen(document)[:1],
        *tables.departures_for_screen(document)[:1],
        *tables.shipments_for_screen(document)[:1],
        *tables.levers_for_screen(document)[:1],
    ]
    counts = {"Shipments", "Departures", "Leg", "Full units", "Part units"}
    for row in rows:
        for name, value in row.items():
            if isinstance(value, float):
                assert "(" in name or "per t" in name or name in counts


def test_charts_hold_their_data(lane_answers: Mapping[str, Answer]) -> None:
    documents = {name: a.document for name, a in lane_answers.items()}
    rows = compare(documents)
    for chart in (
        charts.co2e_by_mode(documents),
        charts.intervals(documents),
        charts.levers(documents["business_as_usual"]),
        pareto.pareto(rows),
    ):
        spec = chart.to_dict()
        assert '"url"' not in json.dumps(spec)
    assert {r["mode"] for r in charts.mode_rows(documents)} >= {"Air", "Road", "Rail", "Sea"}


def test_staircase_leaves_out_what_is_beaten() -> None:
    rows = [
        {"scenario": n, "title": n, "cost_eur": c, "market_based_kgco2e": k, "mean_days": d}
        for n, c, k, d in (("a", 1, 9, 5), ("b", 2, 10, 4), ("c", 3, 4, 9), ("d", 4, 11, 9))
    ]
    points = pareto.pareto_rows(rows, "market_based_kgco2e")
    assert [p["scenario"] for p in pareto.staircase(points)] == ["A", "C"]
    assert {p["scenario"]: p["best"] == "not beaten" for p in points} == {
        "A": True,
        "B": True,  # dearer and higher than A, but faster
        "C": True,
        "D": False,
    }


def test_difference_to_the_base_keeps_columns_apart() -> None:
    base = {
        "scenario": "business_as_usual",
        "title": "",
        "cost_eur": 100.0,
        "mean_days": 5.0,
        "physical_kgco2e": 2000.0,
        "market_based_kgco2e": 2000.0,
        "offsets_t": 0,
    }
    other = base | {"scenario": "pilot", "cost_eur": 400.0, "market_based_kgco2e": 500.0}
    (row,) = tables.differences([base, other], "business_as_usual")
    assert row["Physical (kg CO₂e)"] == 0
    assert row["Market-based (kg CO₂e)"] == -1500
    assert row["EUR per t CO₂e avoided (market-based)"] == 200


def test_labels_never_touch() -> None:
    """Names on top of each other were the fault of the first trial's map."""
    hubs = [(f"Hub number {i}", 100.0 + 9 * i, 100.0 + 3 * (i % 4)) for i in range(30)]
    labels, _ = label_hubs(hubs, size=12)
    assert labels
    for i, a in enumerate(labels):
        assert not any(a.box.meets(b.box) for b in labels[i + 1 :])
    frame = Box(left=0, top=0, right=50, bottom=20)
    assert place_labels([("far too long for its frame", 25, 10)], size=12, frame=frame) == []


def test_clipping_keeps_what_is_inside() -> None:
    square = [(-10.0, -10.0), (10.0, -10.0), (10.0, 10.0), (-10.0, 10.0)]
    inside = clipped(square, Window(west=0, south=0, east=5, north=5))
    assert {(round(x), round(y)) for x, y in inside} == {(0, 0), (5, 0), (5, 5), (0, 5)}
    assert clipped(square, Window(west=20, south=20, east=30, north=30)) == []


@pytest.mark.parametrize(
    "hostile",
    ["![x](https://evil.invalid/a)", "[a](javascript:1)", "$x$", ":material/x:", "<b>"],
)
def test_plain_text_is_no_markdown(hostile: str) -> None:
    """An uploaded name must not make the browser load a picture."""
    shown = text.plain(hostile)
    assert not re.search(r"(?<!\\)[!\[\]()<>$:`*_]", shown)


def test_air_is_named_with_what_can_still_be_bought(pacific: Document) -> None:
    words = text.air_share(pacific)
    assert "99.0 %" in words
    assert "400 EUR per tonne" in words
    assert "the physical figure would stay" in words


def test_findings_against_come_first() -> None:
    found = [
        Finding(code="A", verdict=Verdict.PASS, about="x", message="m"),
        Finding(code="B", verdict=Verdict.UNKNOWN, about="x", message="m"),
        Finding(code="C", verdict=Verdict.FAIL, about="x", message="m", severity=Severity.WARNING),
    ]
    assert [r["Code"] for r in findings.for_screen(found)] == ["B", "C", "A"]
    assert findings.score(found) == "1 of 2 pass"
    assert [r["Verdict"] for r in findings.for_screen(found)] == ["? unknown", "! note", "✓ pass"]
    assert "1 to note" in findings.heading("standard", found)
    assert findings.score([]) == "not checked"
