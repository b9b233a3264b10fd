"""The Plan page with more shipments than the exact model takes: watched, stopped, steered."""

from __future__ import annotations

import io
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from streamlit.testing.v1 import AppTest

from bench.synthetic_folder import write_folder

if TYPE_CHECKING:
    from pathlib import Path

SLOW_S = 240


def _plan() -> None:
    from app.pages import plan  # noqa: PLC0415  (AppTest runs this body alone)

    plan.show()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Sixty shipments on forty terminals, as a planner uploads them."""
    folder: Path = tmp_path_factory.mktemp("sixty")
    write_folder(folder, terminals=40, shipments=60, seed=1)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for file in sorted(folder.iterdir()):
            out.write(file, file.name)
    return buffer.getvalue()


@pytest.fixture
def page(archive: bytes) -> AppTest:
    at = AppTest.from_function(_plan, default_timeout=SLOW_S).run()
    at.file_uploader[0].set_value(("sixty.zip", archive, "application/zip")).run()
    assert not at.exception
    return at


def figures(at: AppTest) -> dict[str, str]:
    return {m.label: m.value for m in at.metric}


def until(at: AppTest, label: str) -> dict[str, str]:
    """Look at the page again and again, as a browser does, until a figure is on it."""
    last = time.monotonic() + SLOW_S
    while time.monotonic() < last:
        at.run()
        assert not at.exception
        assert not at.error, [e.value for e in at.error]
        if label in figures(at):
            return figures(at)
        time.sleep(0.2)
    pytest.fail(f"{label} never came")


def press(at: AppTest, key: str) -> None:
    next(x for x in at.button if x.key == key).click().run()


def plan_button(at: AppTest) -> Any:
    return next(x for x in at.button if x.label == "Plan")


def test_first_plan_is_shown_before_the_search_ends_and_stop_keeps_it(page: AppTest) -> None:
    """Best, bound and gap stand above the first plan; a stopped plan is audited and says so."""
    effort = next(x for x in page.selectbox if x.label == "Effort")
    effort.set_value("large").run()
    plan_button(page).click().run()
    assert not page.exception
    until(page, "Cost")
    shown = figures(page.run())  # a first plan may have come between the figures and the draft
    assert {"Time", "Best plan", "Proven bound", "Gap"} <= set(shown)
    assert shown["Best plan"].endswith(" EUR")
    assert "Proof" not in shown
    assert any("best plan so far" in x.value for x in page.info)
    press(page, "stop")
    done = until(page, "Proof")
    assert done["Shipments planned"].endswith("of 60")
    help_text = next(m.help for m in page.metric if m.label == "Proof")
    assert "interrupted" in help_text
    assert "Best plan" not in done


def test_banned_leg_is_searched_anew_priced_and_undone(page: AppTest) -> None:
    plan_button(page).click().run()
    before = until(page, "Proof")
    press(page, "ban-leg")
    after = until(page, "Proof")
    said = " ".join(x.value for x in page.markdown).replace("\\", "")
    assert "Your last decision" in said
    assert "physical" in said
    assert "market-based" in said
    assert "Ban leg" in said
    assert after["Shipments planned"] == before["Shipments planned"]
    press(page, "undo-0")
    again = until(page, "Proof")
    assert again == before
    assert "Your last decision" not in " ".join(x.value for x in page.markdown)


def test_banned_hub_goes_by_its_name_and_what_stays_behind_is_no_saving(page: AppTest) -> None:
    """Freight that a closed hub strands takes its CO2e along: the price of the ban says so."""
    plan_button(page).click().run()
    until(page, "Proof")
    next(x for x in page.radio if x.label == "Bans hold for").set_value("all freight").run()
    leg = next(x for x in page.selectbox if x.label == "Leg").options[0]
    hub = leg.partition(" → ")[2].partition(",")[0]  # where the first leg ends, if another follows
    ban = next(x for x in page.button if x.key == "ban-hub")
    assert ban.label.replace("\\", "") == f"Ban hub {hub.partition(' (')[0]}"
    ban.click().run()
    after = until(page, "Proof")
    said = " ".join(x.value for x in page.markdown).replace("\\", "")
    assert f"Ban hub {hub}, for all freight" in said
    assert int(after["Shipments planned"].split()[0]) < 60
    assert any("is no saving" in x.value for x in page.warning)


def test_fault_of_a_background_plan_stays_on_the_page(page: AppTest) -> None:
    """A shipped scenario closes services that this network lacks: it is said, and stays said."""
    page.selectbox(key="scenario-balanced").set_value("business_as_usual").run()
    plan_button(page).click().run()
    last = time.monotonic() + SLOW_S
    while not page.error and time.monotonic() < last:
        time.sleep(0.2)
        page.run()
    page.run()
    assert not page.exception
    assert "is not known" in page.error[0].value
