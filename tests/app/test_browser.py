"""The pages in a real browser with the network cut: what a planner sees, and from where."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator  # noqa: TC003  (pytest reads fixtures' annotations)
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

import pytest
from PIL import Image

import app
from app.tools import open_tools
from app.views.html_map import map_html
from app.views.look import INK, LAND, LOOKS, rgb
from app.workflow import land

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Page

    from app.chain_desk import ChainAnswer
    from app.desk import Answer

pytestmark = pytest.mark.browser

MAIN = Path(app.__file__).with_name("main.py")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PLANNING_MS = 300_000  # four plans, and on a bare machine a minute of compiling first
PAINTING_S = 40
SEEN_PIXELS = 25
NEAR = 12  # colours are blended at edges


class Watched:
    """A page, with every request and complaint it made."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.strangers: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda r: self._request(r.url))
        page.on("console", lambda m: self._say(m.text if m.type == "error" else ""))
        page.on("pageerror", lambda e: self._say(str(e)))

    def _say(self, complaint: str) -> None:
        if complaint:
            self.complaints.append(complaint)

    def _request(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "file:")):
            self.strangers.append(url)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app as `greenlane app` starts it, on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    folder = tmp_path_factory.mktemp("server")
    log = folder / "log"
    command = [sys.executable, "-m", "streamlit", "run", str(MAIN), *flags]
    environment = os.environ | {"PYTHONPATH": str(MAIN.parent.parent)}
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=out, cwd=folder, env=environment) as process,
    ):
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    last = time.monotonic() + 60
    while time.monotonic() < last and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  (this machine)
                return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the app did not start: {log.read_text()[-2000:]}")


@pytest.fixture
def watched() -> Iterator[Watched]:
    """A fresh page of a browser that can reach this machine alone."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no chromium, and CI must run the browser tests")
        pytest.skip("no chromium here; `make test` installs one where it may")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (only where it runs)

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1400, "height": 1100})
        page.set_default_timeout(PLANNING_MS)  # a busy machine paints late
        yield Watched(page)
        browser.close()


def _idle(page: Page) -> None:
    page.wait_for_selector('[data-test-script-state="notRunning"]', timeout=PLANNING_MS)


def _count(png: bytes, colour: str) -> int:
    """Return how many pixels have a colour, or nearly so."""
    wanted = rgb(colour)
    with Image.open(io.BytesIO(png)) as image:
        seen = image.convert("RGB").getcolors(maxcolors=1 << 24) or []
    return sum(
        n
        for n, pixel in seen
        if isinstance(pixel, tuple)
        and all(abs(a - b) <= NEAR for a, b in zip(pixel, wanted, strict=True))
    )


def _painted(page: Page, colours: Mapping[str, str]) -> bytes:
    """Return a picture of the map as soon as all colours are on it."""
    last = time.monotonic() + PAINTING_S
    missing = list(colours)
    while time.monotonic() < last:
        png = page.get_by_test_id("stDeckGlJsonChart").screenshot()
        missing = [name for name, c in colours.items() if _count(png, c) < SEEN_PIXELS]
        if not missing:
            return png
        time.sleep(0.3)
    pytest.fail(f"never painted: {', '.join(missing)}")


def test_switch_of_scenario_changes_map_and_table(server: str, watched: Watched) -> None:
    """Land, lines and markers are drawn with the network cut, and follow the choice."""
    page = watched.page
    page.goto(server)
    page.wait_for_selector("canvas", timeout=PLANNING_MS)
    _idle(page)
    first = {"land": LAND, "air": LOOKS["air"].colour, "marker": INK}
    before = _painted(page, first)
    assert _count(before, LOOKS["sea"].colour) < SEEN_PIXELS
    page.get_by_test_id("stButtonGroup").nth(1).get_by_text("Cheapest").click()
    page.get_by_text("Legs: Cheapest").wait_for(timeout=PLANNING_MS)
    _idle(page)
    after = _painted(page, first | {"sea": LOOKS["sea"].colour, "rail": LOOKS["rail"].colour})
    assert after != before
    table = page.get_by_test_id("stDataFrame").filter(has_text="SE-CNSHA-ESVLC-SUEZ")
    assert table.count() == 1
    assert watched.strangers == []
    assert watched.complaints == []


def test_every_page_opens_from_its_link(server: str, watched: Watched) -> None:
    page = watched.page
    page.goto(server)
    for name, title in (
        ("Chains", "Chains"),
        ("Plan", "Plan"),
        ("Footprint", "Footprint"),
        ("Evidence", "Evidence"),
        ("Compare", "Nanjing → Madrid, side by side"),
    ):
        page.get_by_role("link", name=name, exact=True).click()
        # Its own title: the last page's still stands for a moment, and a click into a page that is
        # just starting is another test's business.
        heading = page.get_by_role("heading", level=1, name=title)
        heading.first.wait_for(timeout=PLANNING_MS)
        _idle(page)
        assert page.get_by_test_id("stException").count() == 0
    assert watched.strangers == []
    assert watched.complaints == []


def test_map_file_shows_its_lanes_offline(
    lane_answers: Mapping[str, Answer], watched: Watched, tmp_path: Path
) -> None:
    """map.html is sent to people who have nothing but a browser."""
    outline = land(open_tools().catalogue, "50m")
    file = tmp_path / "map.html"
    file.write_text(map_html(lane_answers["cheapest"].document, outline), encoding="utf-8")
    watched.page.goto(file.as_uri())
    png = watched.page.locator("#map").screenshot()
    for mode in ("air", "sea", "rail"):
        assert _count(png, LOOKS[mode].colour) > SEEN_PIXELS
    assert _count(png, LAND) > 10_000
    assert watched.strangers == []
    assert watched.complaints == []


def test_chains_file_shows_one_chain_when_asked(
    lane_chains: ChainAnswer, watched: Watched, tmp_path: Path
) -> None:
    """The buttons of the file work offline and without any script."""
    file = tmp_path / "map.html"
    file.write_bytes(lane_chains.files["map.html"])
    from playwright.sync_api import expect  # noqa: PLC0415  (only where it runs)

    page = watched.page
    page.goto(file.as_uri())
    mine, others = (page.locator(f"#map .lane{x}").first for x in (".c1", ":not(.c1)"))
    expect(others).to_have_css("opacity", "1")
    page.locator("#pick").get_by_text("1 cheapest").click()
    expect(others).to_have_css("opacity", "0.1")
    expect(mine).to_have_css("opacity", "1")
    assert watched.strangers == []
    assert watched.complaints == []


@pytest.mark.usefixtures("lane_chains")
def test_chains_page_finds_ways_offline(server: str, watched: Watched) -> None:
    page = watched.page
    page.goto(server)
    page.get_by_role("link", name="Chains", exact=True).click()
    page.get_by_role("button", name="Find chains").click()
    page.get_by_text("Chains in figures").wait_for(timeout=PLANNING_MS)
    _idle(page)
    _painted(page, {m: LOOKS[m].colour for m in ("sea", "rail", "air")} | {"land": LAND})
    assert watched.strangers == []
    assert watched.complaints == []
