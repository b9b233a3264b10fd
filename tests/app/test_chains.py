"""Chains on the page and in the file: honest words, no stranger's code, the same bytes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

from app import ways
from app.chain_desk import ChainQuestion, digest, meaning
from app.passages import closable, passage_names
from app.tools import open_tools
from app.views import chain_deck, chain_tables
from app.views.chain_html import chains_html
from app.views.chain_lanes import evidence_words, picture_of
from app.views.chain_scatter import place_around, scatter_svg
from app.views.look import LOOKS
from data.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from app.chain_desk import ChainAnswer

    Document = dict[str, Any]

SLOW_S = 120


def _chains() -> None:
    from app.pages import chains  # noqa: PLC0415  (AppTest runs this body alone)

    chains.show()


def opened() -> AppTest:
    at = AppTest.from_function(_chains, default_timeout=SLOW_S).run()
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    kinds = ("title", "header", "subheader", "caption", "markdown", "info", "error", "warning")
    shown = [str(x.value) for kind in kinds for x in getattr(at, kind)]
    return "\n".join([*shown, *(f"{m.label}: {m.value}" for m in at.metric)])


class Tags(HTMLParser):
    """Gather the tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


# --- the page -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("lane_chains")
def test_page_shows_chains_with_marks_and_reasons() -> None:
    at = opened()
    assert not at.metric
    at.button[0].click().run()
    assert not at.exception
    assert [m.label for m in at.metric] == ["Cheapest", "Fastest", "Greenest"]
    shown = words(at)
    assert "Why not?" in shown
    assert "physical" in shown
    assert "nobody's offers" in shown
    assert at.get("deck_gl_json_chart")
    assert len(at.get("download_button")) == 4
    table = at.dataframe[0].value
    columns = {str(name) for name in table}
    assert columns >= {"Cost (EUR)", "Days", "Physical (kg CO₂e)", "Way", "Distances are"}
    assert not any("arket" in name or "ffset" in name for name in columns)


@pytest.mark.usefixtures("lane_chains")
def test_chosen_chain_stands_out_and_shows_its_legs(lane_chains: ChainAnswer) -> None:
    at = opened()
    at.button[0].click().run()
    before = at.get("deck_gl_json_chart")[0].proto.json
    at.button_group(key="chosen-chain").set_value(1).run()
    assert not at.exception
    assert at.get("deck_gl_json_chart")[0].proto.json != before
    assert "Legs of chain 1" in words(at)
    legs = at.dataframe[1].value
    assert len(legs) == len(lane_chains.document["chains"][0]["legs"])


def test_name_in_doubt_offers_candidates_and_waits() -> None:
    """Frankfurt is two towns in Germany alone: neither may be guessed."""
    at = opened()
    at.text_input(key="origin").set_value("Frankfurt").run()
    assert not at.exception
    assert not at.error
    assert at.button[0].disabled
    (choice,) = at.selectbox
    assert "Frankfurt am Main" in choice.options[0]
    assert "Frankfurt (Oder)" in choice.options[1]
    choice.set_value("DEFRA").run()
    assert not at.button[0].disabled
    at.text_input(key="destination").set_value("Lyon, FR").run()
    at.button[0].click().run()
    assert not at.exception
    assert "Frankfurt am Main, DE → Lyon, FR" in at.header[0].value


def test_closed_suez_is_gone_from_every_chain() -> None:
    at = opened()
    at.multiselect(key="closed-passages").set_value(["suez"]).run()
    at.button[0].click().run()
    assert not at.exception
    assert "Suez Canal closed" in words(at)
    ways_shown = "\n".join(at.dataframe[0].value["Way"])
    assert "Suez" not in ways_shown
    assert "Cape of Good Hope" in ways_shown


@pytest.mark.usefixtures("lane_chains")
def test_changed_question_is_told_from_the_answer_on_screen() -> None:
    at = opened()
    at.button[0].click().run()
    assert not at.info
    at.number_input[0].set_value(500).run()
    assert "changed since" in at.info[0].value
    assert "10,000 kg" in words(at)


@pytest.mark.parametrize(
    "name",
    [
        "Qqzzxxyyvvkk",
        "<script>alert(1)</script>",
        "![x](https://evil.invalid/a), ES",
        "@@=alert(1)",
        ":material/x: $x$",
        "91,181",
        "0,-140",
        "''",
    ],
)
def test_unknown_and_hostile_names_are_sentences(name: str) -> None:
    at = opened()
    at.text_input(key="origin").set_value(name).run()
    assert not at.exception
    assert not at.get("deck_gl_json_chart")
    assert at.error or at.button[0].disabled
    for line in [*(c.value for c in at.caption), *(e.value for e in at.error)]:
        assert not re.search(r"(?<!\\)(<script|!\[|:material|\$x)", line)


def test_empty_name_asks_for_one() -> None:
    at = opened()
    at.text_input(key="destination").set_value("  ").run()
    assert "Name a place" in words(at)
    assert at.button[0].disabled


def test_one_place_twice_is_a_sentence() -> None:
    at = opened()
    at.text_input(key="destination").set_value("Nanjing, CN").run()
    at.button[0].click().run()
    assert not at.exception
    assert "wanted two" in at.error[0].value.replace("\\", "")
    assert not at.metric


def test_no_chain_at_all_is_a_sentence_with_reasons() -> None:
    """Nothing leaves a landlocked country whose roads, rails and sky are closed."""
    at = opened()
    at.text_input(key="origin").set_value("Ulaanbaatar, MN").run()
    at.multiselect(key="closed-countries").set_value(["MN"]).run()
    at.multiselect(key="closed-airspace").set_value(["MN"]).run()
    at.button[0].click().run()
    assert not at.exception
    assert "lies in MN" in at.error[0].value
    said = at.error[0].value.replace("\\", "")
    assert "Closed now: Mongolia (MN), airspace of Mongolia (MN). Open one" in said
    assert not at.metric


# --- places and passages ------------------------------------------------------------------------


def test_each_candidate_can_be_asked_for() -> None:
    """What the page hands on must mean the place that was picked, not its namesake."""
    tools = open_tools()
    found = meaning("Springfield", tools)
    assert not found.asked
    assert len(found.candidates) > 3
    assert len({asked for asked, _ in found.candidates}) == len(found.candidates)
    for asked, _ in found.candidates:
        assert meaning(asked, tools).asked == asked


def test_name_that_can_be_no_place_is_refused() -> None:
    with pytest.raises(DataError):
        meaning("99,200", open_tools())


def test_passages_have_names_and_arctic_is_no_choice() -> None:
    tools = open_tools()
    options = closable(tools)
    assert options.passages["suez"] == "Suez Canal (sea)"
    assert "northwest" not in options.passages
    assert options.countries["RU"] == "Russia (RU)"
    assert set(options.passages) <= set(passage_names(tools))
    assert len(set(options.passages.values())) == len(options.passages)


def test_questions_differ_by_closure() -> None:
    tools = open_tools()
    base = ChainQuestion(origin="A", destination="B", mass_kg=1.0)
    asked = [
        base,
        replace(base, passages=("suez",)),
        replace(base, airspace=("RU",)),
        replace(base, countries=("RU",)),
        replace(base, ship_draft_m=12.0),
    ]
    assert len({digest(q, tools) for q in asked}) == len(asked)


# --- the file -----------------------------------------------------------------------------------


def test_files_repeat_byte_for_byte(lane_chains: ChainAnswer, tmp_path: Path) -> None:
    tools = open_tools()
    written = ways.save_chains(lane_chains.document, tmp_path, tools)
    assert {path.name for path in written} == {
        "chains.json",
        "chains.csv",
        "chains.geojson",
        "map.html",
    }
    assert {path.name: path.read_bytes() for path in written} == lane_chains.files


def test_file_loads_nothing(two_ways_round: Document, outline: Document) -> None:
    page = chains_html(two_ways_round, outline, {})
    seen = Tags()
    seen.feed(page)
    assert "http:" not in page
    assert "https:" not in page
    assert "url(" not in page
    assert not {"script", "link", "img", "iframe", "object", "form"} & seen.tags
    assert not {"src", "href", "srcset", "action", "onmouseover", "onload"} & seen.attributes
    assert "default-src 'none'" in page


def test_file_escapes_hostile_names(two_ways_round: Document, outline: Document) -> None:
    page = chains_html(two_ways_round, outline, {"panama": "<b>Panama</b>"})
    assert "<script" not in page
    assert "<b>Panama" not in page
    assert page.count("&lt;script&gt;") > 8


def test_file_says_what_stands_behind_it(lane_chains: ChainAnswer) -> None:
    page = lane_chains.files["map.html"].decode()
    for expected in (
        "OpenStreetMap contributors, ODbL",
        "Natural Earth",
        "open-2025",
        "Self-check",
        "physical (location-based)",
        "nobody&#x27;s offers",
        "Suez Canal",
        "Kinds of transport without a chain",
    ):
        assert expected in page
    assert "certified" not in page.lower()
    for chain in lane_chains.document["chains"]:
        assert f"id='row-{chain['rank']}'" in page
        assert f"{chain['cost_eur']:,.0f}</td>" in page
    for mode in {leg["mode"] for c in lane_chains.document["chains"] for leg in c["legs"]}:
        assert f">{LOOKS[mode].label}<" in page
    assert len(page) < 900_000


def test_chains_both_ways_round_are_not_torn(two_ways_round: Document) -> None:
    """One goes east over the date line, one west: each is drawn whole from the origin."""
    picture = picture_of(two_ways_round, {})
    for way in picture.ways:
        assert all(abs(b[0] - a[0]) < 181 for a, b in pairwise(way.path))
    assert sorted(round(p.at[0]) for p in picture.places if p.hub_id == "B") == [-74, 286]
    assert sum(p.hub_id == "A" for p in picture.places) == 1


def test_shared_legs_are_drawn_once(lane_chains: ChainAnswer) -> None:
    picture = picture_of(lane_chains.document, {})
    legs = sum(len(c["legs"]) for c in lane_chains.document["chains"])
    assert len(picture.ways) < legs
    assert len({(w.mode, w.path) for w in picture.ways}) == len(picture.ways)


# --- pictures and tables ------------------------------------------------------------------------


def test_scatter_words_touch_nothing() -> None:
    """Flights lie close together in cost and CO2e; their words must not."""
    points = [(f"{n} · {n / 3:.1f} days", 900.0 + 4 * n, 80.0 - n) for n in range(14)]
    boxes = [box for box in place_around(points) if box is not None]
    assert len(boxes) == len(points)
    for n, box in enumerate(boxes):
        assert not any(box.meets(other) for other in boxes[n + 1 :])


def test_scatter_of_one_chain_has_room(two_ways_round: Document) -> None:
    document = two_ways_round | {"chains": two_ways_round["chains"][:1], "others": []}
    assert "1 cheapest" in scatter_svg(document)
    assert scatter_svg(document | {"chains": []}) == ""


def test_deck_asks_for_no_tiles_and_takes_no_code(
    two_ways_round: Document, outline: Document
) -> None:
    for chosen in (None, 2):
        made = chain_deck.chains_map(two_ways_round, outline, {}, chosen)
        deck = json.loads(made.to_json())
        assert not deck.get("mapProvider")
        assert "http" not in json.dumps({k: v for k, v in deck.items() if k != "layers"})
        assert "@@=alert" not in made.to_json()
        assert "html" not in json.dumps(made._tooltip)  # noqa: SLF001


def test_chart_holds_its_data(two_ways_round: Document) -> None:
    spec = json.dumps(chain_deck.scatter(two_ways_round, 1).to_dict())
    assert '"url"' not in spec
    assert [r["strong"] for r in chain_deck.scatter_rows(two_ways_round, 1)] == [1.0, 0.25, 0.25]


def test_tables_state_units_and_evidence(two_ways_round: Document) -> None:
    chain = two_ways_round["chains"][0]
    rows = chain_tables.chains_for_screen([chain], two_ways_round, {"panama": "Panama Canal"})
    assert rows[0]["Distances are"] == "measured 50 %, estimated 50 %"
    assert "Road ~9,000 km" in rows[0]["Way"]
    assert "Panama Canal" in rows[0]["Way"]
    for row in [*rows, *chain_tables.legs_for_screen(chain, two_ways_round, {})]:
        for name, value in row.items():
            assert not isinstance(value, float) or "(" in name or name == "Days"


def test_trace_of_estimates_is_never_shown_as_none(two_ways_round: Document) -> None:
    chain = two_ways_round["chains"][0]
    chain["legs"][1]["distance_km"] = 1.0
    assert evidence_words(chain) == "measured 100 %, estimated < 1 %"
