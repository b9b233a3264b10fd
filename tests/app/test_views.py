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
from app.views.told import Told
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


def test_lane_and_its_hubs_are_drawn_on_one_copy_of_the_world(pacific: Document) -> None:
    """A plan all around the world must be cut somewhere; no lane may end where no hub is."""
    ring = [0.0, 60.0, 120.0, 180.0, 240.0, 300.0]
    hubs = [
        {"hub_id": f"H{n}", "kind": "port", "name": f"Port {n}", "lat": 0.0, "lon": lon - 180.0}
        for n, lon in enumerate(ring)
    ]
    ways = [(n, (n + 1) % len(ring)) for n in range(len(ring))]
    services = [
        pacific["services"][0]
        | {
            "service_id": f"S{a}",
            "origin_hub": f"H{a}",
            "destination_hub": f"H{b}",
            "geometry": [[hubs[a]["lon"], 0.0], [hubs[b]["lon"], 0.0]],
        }
        for a, b in ways
    ]
    picture = picture_of(pacific | {"hubs": hubs, "services": services, "legs": []})
    at = {p.hub_id: p.at for p in picture.places}
    assert [len(lane.parts) for lane in picture.lanes].count(2) == 1
    for lane in picture.lanes:
        assert lane.parts[0][0] == pytest.approx(at[lane.origin])
        assert lane.parts[-1][-1] == pytest.approx(at[lane.destination])
    assert all(abs(p[0] - picture.centre) <= 180.0 for p in picture.points)


def test_map_of_the_world_shows_it_once_with_room_for_the_poles(
    pacific: Document, outline: Document
) -> None:
    """Mercator repeats the world on a wide page, and an arc over the pole leaves it at the top."""
    service = pacific["services"][0] | {
        "geometry": [[-150.0, 60.0], [-150.0, 88.0], [0.0, 89.0], [30.0, 60.0]]
    }
    deck = json.loads(maps.plan_map(pacific | {"services": [service]}, outline).to_json())
    land = next(x for x in deck["layers"] if x["id"] == "land")["data"]["features"]
    points = [p for f in land for p in f["geometry"]["coordinates"][0]]
    lanes = next(x for x in deck["layers"] if x["id"] == "lanes")["data"]
    assert max(abs(p[0]) for p in points) < 28.0  # half the world's width, laid flat
    assert max(abs(p[1]) for row in lanes for p in row["path"]) < 15.0


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


def test_tables_name_places_and_tell_times_that_people_read(
    lane_answers: Mapping[str, Answer],
) -> None:
    """Ids and raw ISO times are for files."""
    document = lane_answers["cheapest"].document
    about = document["shipments"][0]["shipment_id"]
    rows = [
        *tables.legs_for_screen(document),
        *tables.alternatives_for_screen(document, about),
        *tables.shipments_for_screen(document),
    ]
    ids = {h["hub_id"] for h in document["hubs"]}
    for row in rows:
        assert not ids & {row.get("From"), row.get("To")}
        words = [v for k, v in row.items() if isinstance(v, str) and k not in {"Working", "Data"}]
        assert not any(re.search(r"T\d\d:\d\d| > |CO2e", v) for v in words)


def test_place_of_a_service_that_left_the_plan_is_told_by_its_neighbours() -> None:
    """A plan lists the services it uses; the ways not taken run over others too."""
    names = Told(
        hubs={"A": "Aachen", "B": "Bremen", "C": "Cham"},
        services={"S1": ("rail", "A", "B")},
        ends={"G1": ("A", "C")},
    )
    assert names.way(["S1", "S9"], "G1") == "Aachen → Bremen (rail) → Cham"
    assert names.way(["S9"], "G1") == "Aachen → Cham"
    assert names.way(["S7", "S8"], "G1") == "Aachen → S7 → Cham"
    assert names.sentence("the binding leg is S1@2026-09-13T10:43Z, late by 2 h") == (
        "the binding leg is Aachen → Bremen (rail) of 2026-09-13 10:43 UTC, late by 2 h"
    )


def test_levers_of_a_kilogram_do_not_lead() -> None:
    """Sorted by EUR/t alone, what saves 1 kg stands before what saves 5 t."""
    levers = [
        {"about": "A", "eur_per_t": -1360.0, "saves_kgco2e": 1.3},
        {"about": "B", "eur_per_t": 200.0, "saves_kgco2e": 3000.0},
        {"about": "C", "eur_per_t": -51.0, "saves_kgco2e": 5720.0},
    ]
    plan = {"levers": levers, "summary": {"physical_kgco2e": {"wtw": 1_000_000.0}}}
    great, small = text.levers(plan)
    assert [x["about"] for x in great] == ["C", "B"]
    assert [x["about"] for x in small] == ["A"]


def test_frontier_marks_what_leaves_freight_behind_and_begins_at_no_zero() -> None:
    document = {
        "scenario": {"title": "Mine"},
        "summary": {"cost": {"total": 100.0}, "market_based_kgco2e": {"wtw": 50.0}},
        "frontier": [
            {"point": 1, "cost": "90", "wtw_kgco2e": "60", "market_wtw_kgco2e": "60", "left": 0},
            {"point": 2, "cost": "120", "wtw_kgco2e": "40", "market_wtw_kgco2e": "40", "left": 3},
        ],
    }
    rows = pareto.frontier_rows(document, "market_based_kgco2e")
    assert [r["what"] for r in rows] == [pareto.SERVES, pareto.LEAVES]
    axes = [layer["encoding"]["y"] for layer in pareto.frontier(document).to_dict()["layer"]]
    assert not any(axis["scale"]["zero"] for axis in axes)


def test_every_table_states_its_units(lane_answers: Mapping[str, Answer]) -> None:
    document = lane_answers["pilot"].document
    rows = [
        *tables.services_for_screen(document)[:1],
        *tables.legs_for_screen(document)[:1],
        *tables.departures_for_screen(document)[:1],
        *tables.shipments_for_screen(document)[:1],
        *tables.levers_for_screen(document, document["levers"])[:1],
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
