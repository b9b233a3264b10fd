"""Each page headless: no fault, honest words, and what is chosen is what is shown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping  # noqa: TC003  (pytest reads annotations)
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import app
from app import claims, desk, state
from app.desk import Answer, Knobs, Question, look_at_claim, own_scenario
from app.tools import open_tools
from app.workflow import sample_folder, sample_scenarios

MAIN = Path(app.__file__).with_name("main.py")
SLOW_S = 120


def _compare() -> None:
    from app.pages import compare  # noqa: PLC0415  (AppTest runs this body alone)

    compare.show()


def _plan() -> None:
    from app.pages import plan  # noqa: PLC0415  (AppTest runs this body alone)

    plan.show()


def _evidence() -> None:
    from app.pages import evidence  # noqa: PLC0415  (AppTest runs this body alone)

    evidence.show()


def words(at: AppTest) -> str:
    kinds = ("title", "header", "subheader", "caption", "markdown", "info", "error", "warning")
    shown = [str(x.value) for kind in (*kinds, "success") for x in getattr(at, kind)]
    return "\n".join([*shown, *(f"{m.label}: {m.value}" for m in at.metric)])


@pytest.fixture
def lane_csv() -> bytes:
    """The sample's shipments between towns, with two faults: a negative mass, an unknown place."""
    text = (sample_folder() / "shipments.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))[:4]
    for row in rows:
        row["origin"], row["destination"] = "Nanjing, CN", "Madrid, ES"
    rows[0]["mass_kg"] = "-3"
    rows[1]["destination"] = "<b>Atlantis</b>"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


@pytest.fixture(scope="module")
def claim(lane_answers: Mapping[str, Answer], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed claim of the pilot, as `greenlane demo` leaves it."""
    out = tmp_path_factory.mktemp("out")
    folder = out / "reference_lane"
    (folder / "pilot").mkdir(parents=True)
    for name, content in lane_answers["pilot"].files.items():
        (folder / "pilot" / name).write_bytes(content)
    factors = open_tools().factors
    declared = claims.make_declaration(folder / "pilot", sample_folder(), factors)
    claims.save_declaration(declared, folder / "claim")
    key = folder / "demo.key"
    claims.demo_key(key, folder / "trust.toml")
    claims.seal_folder(
        folder / "claim", key, folder / "claim.zip", factors, holder=claims.DEMO_HOLDER
    )
    return out


@pytest.mark.usefixtures("lane_answers")
def test_app_opens_on_the_comparison() -> None:
    at = AppTest.from_file(MAIN, default_timeout=SLOW_S).run()
    assert not at.exception
    assert [t.value for t in at.title] == ["Nanjing → Madrid, side by side"]
    assert len(at.metric) == 4


@pytest.mark.usefixtures("lane_answers")
def test_scenario_switch_changes_map_and_table() -> None:
    at = AppTest.from_function(_compare, default_timeout=SLOW_S).run()
    assert not at.exception
    before = at.get("deck_gl_json_chart")[0].proto.json, at.dataframe[2].value
    at.button_group(key="shown").set_value("greenest_in_time").run()
    assert not at.exception
    after = at.get("deck_gl_json_chart")[0].proto.json, at.dataframe[2].value
    assert before[0] != after[0]
    assert "Sea" not in set(before[1]["Mode"])
    assert {"Sea", "Rail"} <= set(after[1]["Mode"])
    assert "Legs: Greenest in time" in words(at)


def test_comparison_keeps_three_columns_and_says_what_air_does(
    lane_answers: Mapping[str, Answer],
) -> None:
    at = AppTest.from_function(_compare, default_timeout=SLOW_S).run()
    columns = set(at.dataframe[0].value.columns)
    assert {"Physical (kg CO₂e)", "Market-based (kg CO₂e)", "Offsets: credits (t)"} <= columns
    air = lane_answers["business_as_usual"].document["summary"]["mode_shares"]["air"]
    assert f"Air makes {100 * air:.1f} %" in words(at).replace("\\", "")
    assert "restated" in words(at)
    assert "ertified" not in words(at)


@pytest.mark.usefixtures("lane_answers")
def test_comparing_nothing_is_no_fault() -> None:
    at = AppTest.from_function(_compare, default_timeout=SLOW_S).run()
    at.button_group(key="compared").set_value([]).run()
    assert not at.exception
    assert "Choose at least one" in words(at)


@pytest.mark.usefixtures("lane_answers")
def test_plan_of_the_sample_is_drawn_with_its_reasons() -> None:
    at = AppTest.from_function(_plan, default_timeout=SLOW_S).run()
    assert not at.exception
    assert not at.metric
    at.selectbox(key="scenario").set_value("pilot").run()
    at.button[0].click().run()
    assert not at.exception
    shown = words(at)
    assert "Physical (location-based): 31" in shown
    assert "Offsets: credits needed: 59 t" in shown
    assert "interval" in shown
    assert at.get("deck_gl_json_chart")
    assert len(at.get("download_button")) == 4


def test_bad_rows_are_shown_and_the_good_ones_planned(lane_csv: bytes) -> None:
    at = AppTest.from_function(_plan, default_timeout=SLOW_S).run()
    at.file_uploader[0].set_value(("mine.csv", lane_csv, "text/csv")).run()
    at.selectbox(key="scenario").set_value("cheapest").run()
    at.button[0].click().run()
    assert not at.exception
    refused = at.dataframe[0].value
    assert set(refused["Found"]) >= {"-3", "<b>Atlantis</b>"}
    assert set(refused.columns) == {"File", "Row", "Column", "Found", "Wanted"}
    assert any(m.value == "2 of 4" for m in at.metric)


def test_hopeless_upload_is_a_sentence() -> None:
    at = AppTest.from_function(_plan, default_timeout=SLOW_S).run()
    at.file_uploader[0].set_value(("a.csv", b"nothing\n1\n", "text/csv")).run()
    at.button[0].click().run()
    assert not at.exception
    assert len(at.error) == 1
    assert not at.metric


def test_own_limits_make_an_own_scenario() -> None:
    base = sample_scenarios()["cheapest"]
    knobs = Knobs(objective="co2e", saf_max_share=0.5, passages=("suez",), budget=9000.0)
    mine = own_scenario(base, knobs)
    assert mine.objective.mode == "co2e"
    assert mine.objective.budget == 9000.0
    assert mine.closures == replace(base.closures, passages=("suez",))
    assert mine.fuel.saf_pathway
    assert mine.fuel.saf_price_per_t > 0


def test_budget_of_one_euro_leaves_everything_unserved_with_reasons() -> None:
    """A plan that moves nothing is still an answer: no map to draw, sixteen reasons to read."""
    at = AppTest.from_function(_plan, default_timeout=SLOW_S).run()
    at.selectbox(key="scenario").set_value("own").run()
    (budget,) = [x for x in at.number_input if x.label == "Budget (EUR)"]
    budget.set_value(1.0).run()
    at.button[0].click().run()
    assert not at.exception
    assert any(m.value == "0 of 16" for m in at.metric)
    unserved = at.dataframe[0].value
    assert len(unserved) == 16
    assert all(unserved["Reason"])


def test_knobs_appear_for_own_limits_only() -> None:
    at = AppTest.from_function(_plan, default_timeout=SLOW_S).run()
    assert not at.slider
    at.selectbox(key="scenario").set_value("own").run()
    assert not at.exception
    assert at.slider[0].label == "SAF, largest share of fuel burnt (%)"
    assert all(x.help for x in (*at.slider, *at.number_input, *at.selectbox[1:]))


def test_questions_differ_by_content_and_limits() -> None:
    """A cache that confuses two questions would show one planner another's plan."""
    tools, scenario = open_tools(), sample_scenarios()["cheapest"]
    questions = [
        Question(scenario=scenario),
        Question(scenario=scenario, effort="normal"),
        Question(scenario=own_scenario(scenario, Knobs())),
        Question(scenario=scenario, file_name="a.csv", content=b"1"),
        Question(scenario=scenario, file_name="a.csv", content=b"2"),
    ]
    assert len({desk.digest(q, tools) for q in questions}) == len(questions)


def test_shelf_is_bounded() -> None:
    shelf: state.Shelf[Answer] = state.Shelf(2)
    for name in "abc":
        shelf.get_or_make(
            name, lambda: Answer(document={}, files={}, refused=(), unknown_columns=())
        )
    assert shelf.get("a") is None
    assert shelf.get("c") is not None


def test_zip_of_files_repeats_byte_for_byte() -> None:
    files = {"b.csv": b"2", "a.csv": b"1"}
    assert desk.zipped(files) == desk.zipped(dict(reversed(files.items())))


def test_demo_claim_is_intact_and_recomputed(claim: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENLANE_OUTPUT_DIR", str(claim))
    at = AppTest.from_function(_evidence, default_timeout=SLOW_S).run()
    assert not at.exception
    shown = words(at)
    assert "**Intact and recomputed**" in shown
    assert "exit code 0" in shown
    for label in ("Physical (location-based)", "Market-based", "Offsets: credits retired"):
        assert any(m.label == label for m in at.metric)
    assert "certified" not in shown.lower().replace("certificates", "")


def test_claim_without_trust_is_intact_but_unknown(claim: Path) -> None:
    check = look_at_claim((claim / "reference_lane" / "claim.zip").read_bytes(), None)
    assert check.exit_code == 3
    assert check.verdict.startswith("Intact and recomputed")


def test_altered_claim_shows_no_figures(claim: Path) -> None:
    """Figures of a tampered pack must not be read out as if they were someone's claim."""
    content = bytearray((claim / "reference_lane" / "claim.zip").read_bytes())
    at_byte = content.index(b"statement.json") + 200
    content[at_byte] ^= 1
    at = AppTest.from_function(_evidence, default_timeout=SLOW_S).run()
    at.file_uploader[0].set_value(("claim.zip", bytes(content), "application/zip")).run()
    assert not at.exception
    assert at.error
    assert not any("Physical" in m.label for m in at.metric)


def test_no_pack_at_all_is_a_sentence() -> None:
    at = AppTest.from_function(_evidence, default_timeout=SLOW_S).run()
    at.file_uploader[0].set_value(("claim.zip", b"not a zip", "application/zip")).run()
    assert not at.exception
    assert len(at.error) == 1


def test_files_of_the_app_hide_no_floor() -> None:
    """Streamlit puts app/ first on the path: app/data.py would hide the floor below."""
    names = {p.stem for p in MAIN.parent.glob("*")}
    assert not names & {"data", "emissions", "optimizer", "app"}


def test_downloads_hold_the_plan(lane_answers: Mapping[str, Answer]) -> None:
    answer = lane_answers["pilot"]
    assert json.loads(answer.files["plan.json"]) == answer.document
    assert answer.files["map.html"].startswith(b"<!doctype html>")
    assert answer.files["legs.csv"].startswith(b"shipment_id,leg_no")
