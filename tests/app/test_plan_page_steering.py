"""Locks and bans on the Plan page of the sample: each one planned at once, priced, undone."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import steering_desk
from app.desk import Answer, Question
from app.views import override, progress
from app.workflow import sample_scenarios
from optimizer.scenarios import Decision
from optimizer.steering import ChainFigures, Change, OverrideCost

SLOW_S = 180


def _plan() -> None:
    from app.pages import plan  # noqa: PLC0415  (AppTest runs this body alone)

    plan.show()


@pytest.fixture
def pilot(lane_answers: dict[str, Answer]) -> AppTest:
    """The page with the pilot on it."""
    assert "pilot" in lane_answers
    at = AppTest.from_function(_plan, default_timeout=SLOW_S).run()
    at.selectbox(key="scenario").set_value("pilot").run()
    next(x for x in at.button if x.label == "Plan").click().run()
    assert not at.exception
    return at


def press(at: AppTest, key: str) -> None:
    next(x for x in at.button if x.key == key).click().run()
    assert not at.exception


def said(at: AppTest) -> str:
    """Return the words of the page as they are read, without Markdown's escapes."""
    return " ".join(x.value for x in at.markdown).replace("\\", "")


def chain_of_the_first(at: AppTest) -> list[tuple[str, str]]:
    """Return the ends of the first shipment's legs, as the table of legs tells them."""
    legs = next(t.value for t in at.dataframe if "Working" in t.value.columns)
    legs = legs[legs["Shipment"] == "GL-01"]
    return list(zip(legs["From"], legs["To"], strict=True))


def test_locking_the_chosen_chain_keeps_it_and_says_what_the_gaps_mean(pilot: AppTest) -> None:
    """At small effort neither plan is proven: what their gaps hide is said beside the price."""
    chain = chain_of_the_first(pilot)
    press(pilot, "lock-chain")
    assert "Lock chain " in said(pilot)
    assert ", for GL-01" in said(pilot)
    assert "Your last decision" in said(pilot)
    assert chain_of_the_first(pilot) == chain
    assert any("are part of this" in x.value for x in pilot.caption)


def test_ban_for_one_shipment_is_priced_with_columns_apart_and_undone(pilot: AppTest) -> None:
    cost = next(m.value for m in pilot.metric if m.label == "Cost")
    press(pilot, "ban-leg")
    labels = [m.label for m in pilot.metric]
    assert {"Physical (kg CO₂e)", "Market-based (kg CO₂e)", "Offsets (t, credits)"} <= set(labels)
    assert "changed" in said(pilot)
    press(pilot, "undo-0")
    assert next(m.value for m in pilot.metric if m.label == "Cost") == cost
    assert "Your last decision" not in said(pilot)


def test_ban_for_all_freight_offers_departures_too(pilot: AppTest) -> None:
    assert "ban-departure" not in {x.key for x in pilot.button}
    next(x for x in pilot.radio if x.label == "Bans hold for").set_value("all freight").run()
    assert {"ban-service", "ban-departure", "ban-mode"} <= {x.key for x in pilot.button}


def test_new_chain_takes_the_place_of_the_one_locked_before() -> None:
    question = Question(scenario=sample_scenarios()["pilot"])
    first, second, ban = (
        Decision(kind="lock", what="chain", name="A > B", shipment="X"),
        Decision(kind="lock", what="chain", name="A > C", shipment="X"),
        Decision(kind="ban", what="mode", name="air"),
    )
    for decision in (first, ban, second):
        question = steering_desk.decided(question, decision)
    assert question.scenario.decisions == (ban, second)
    assert steering_desk.undone(question, ban).scenario.decisions == (second,)


def test_figures_of_a_document_add_up_to_its_summary(lane_answers: dict[str, Answer]) -> None:
    """What a decision costs is told from files as from plans: both must mean the same."""
    document = lane_answers["cheapest"].document
    figures = steering_desk.figures_in(document)
    plan = lane_answers["cheapest"].plan
    assert plan is not None
    assert figures.hours == pytest.approx(plan.hours())
    assert figures.planned == plan.planned()
    chains = figures.chains.values()
    assert sum(c.physical_kgco2e for c in chains) == pytest.approx(figures.physical_kgco2e)


def test_sentence_keeps_money_both_footprints_and_credits_apart() -> None:
    change = Change(
        shipment_id="A", before=ChainFigures(services=("X",)), after=ChainFigures(services=())
    )
    cost = OverrideCost(
        cost_eur=1240.4,
        physical_kgco2e=310.2,
        market_kgco2e=-40.0,
        offsets_t=1,
        hours=0.2,
        units=-1.5,
        planned=-1.0,
        changes=(change,),
    )
    assert override.sentence(cost, "This ban") == (
        "This ban costs 1,240 EUR; +310 kg CO₂e physical, -40.0 kg CO₂e market-based, "
        "+1 t credits; 1 shipment changed; 1 fewer planned."
    )
    assert [x["value"] for x in override.figures(cost)] == [
        "+1,240", "+310", "-40.0", "+1", "±0", "-2"
    ]  # fmt: skip
    row = override.changes_for_screen(cost)[0]
    assert row["After"] == "not planned"
    assert row["Door to door (h)"] is None  # hours of what stays behind are no hours saved
    assert override.changes_words(cost) == "Shipments: 1 no longer planned"


def test_chart_draws_what_is_known_and_nothing_else() -> None:
    trace: list[dict[str, Any]] = [
        {"phase": "corridors", "best": None, "bound": None, "gap": None},
        {"phase": "first plan", "best": 200.0, "bound": None, "gap": None},
        {"phase": "first bound", "best": 200.0, "bound": 150.0, "gap": 0.25},
    ]
    rows = progress.rows_of(trace)
    assert [(r["step"], r["what"], r["value"]) for r in rows] == [
        (2, progress.BEST, 200.0),
        (3, progress.BEST, 200.0),
        (3, progress.BOUND, 150.0),
    ]
    assert rows[-1]["gap"] == "25.00 %"
    assert progress.progress_chart(trace).to_dict()
