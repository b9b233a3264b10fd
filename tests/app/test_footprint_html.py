"""The footprint page: nothing loaded, everything escaped, every figure with its words."""

from __future__ import annotations

import html.parser
import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.views.footprint_html import footprint_html, target_svg
from data import open_catalogue
from emissions import TCE, Factors, take_inventory
from emissions.conformity import Evidence, guard_words, readiness
from emissions.differences import explain, leg_rows
from emissions.energy import hub_energy
from emissions.measures import Measure, World, weigh
from emissions.report import About, footprint_report
from emissions.targets import Period, Target, stand

FACTORS = Factors.load(open_catalogue())
NASTY = "<script>alert(1)</script>\"'&"
FLIGHT = TCE(
    shipment_id="S", leg_no=1, kind="transport", mode="air", origin="PVG", destination="FRA",
    mass_kg=1000.0, distance_km=8880.0, distance_kind="gcd", toc_id="AIR-LONGHAUL-AVG",
)  # fmt: skip


def chain(shipment_id: str = "S") -> tuple[TCE, ...]:
    fuel, kwh = hub_energy(FACTORS.hoc("HUB-AIR"), 1000.0)
    hub = replace(
        FLIGHT, leg_no=2, kind="hub", origin="FRA", toc_id="", hoc_id="HUB-AIR", distance_km=0.0,
        distance_kind="", fuel_kg=fuel, energy_kwh=kwh, grid_id="DE",
    )  # fmt: skip
    return tuple(replace(e, shipment_id=shipment_id) for e in (FLIGHT, hub))


def report(shipment_id: str = "S", **change: Any) -> dict[str, Any]:
    inventory = take_inventory(chain(shipment_id), FACTORS)
    rows = [r | {"carrier_wtw_kgco2e": "9999999"} for r in leg_rows(inventory)[:1]]
    plain: dict[str, Any] = {
        "subject": "Freight",
        "period_start": date(2025, 1, 1),
        "period_end": date(2025, 3, 31),
        "level": "service",
        "carrier_rows": rows,
        "omissions": (("returns", "no data"),),
        "as_of": date(2024, 1, 1),
    }
    return footprint_report(inventory, FACTORS, About(**(plain | change)))


def progress(name: str = "Half by 2030") -> dict[str, Any]:
    target = Target(
        name=name,
        baseline=Period(year=2021, kgco2e=1000.0, activity=100.0),
        target_year=2030,
        change_share=-0.52,
    )
    periods = [
        Period(year=2023, kgco2e=800.0, activity=100.0),
        Period(year=2024, kgco2e=900.0, activity=100.0),
    ]
    return stand(target, periods).document()


def whole_page(text: str = "S") -> str:
    """Every section at once; strangers' words are `text`."""
    made = report(
        text, subject=text, omissions=((text, text),), incoterms={text: "EXW"},
        distance_evidence={(text, 1): text},
    )  # fmt: skip
    world = World(elements=chain(text), factors=FACTORS)
    measures = [
        Measure(name=text, kind="saf", options={"share": 0.5, "pathway": "hefa-uco"}),
        Measure(name=f"shift {text}", kind="mode_shift", options={"toc_id": "RAIL-CHINA-EUROPE"},
                cost_eur_per_year=100.0),
    ]  # fmt: skip
    longer = [replace(FLIGHT, shipment_id=text, distance_km=9950.0), *chain(text)[1:]]
    rows = (leg_rows(take_inventory(e, FACTORS)) for e in (chain(text), longer))
    return footprint_html(
        made,
        targets=[progress(text)],
        measures=weigh(world, measures),
        comparison=explain(*rows).document(),
        readiness=readiness(made, Evidence(checked_on=date(2026, 6, 1), verifier=text)),
    )


class Reader(html.parser.HTMLParser):
    """Gathers tags, attributes and words, and wants every tag closed in order."""

    VOID = frozenset({"meta", "br", "rect", "line", "polyline"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def test_the_page_is_whole_and_loads_nothing() -> None:
    """One file for print and post: no script, no link, no picture, no font of others."""
    page = whole_page()
    reader = read(page)
    assert not {"script", "link", "img", "iframe", "object", "form", "a"} & {
        t for t, _ in reader.tags
    }
    assert not re.search(r"https?://|url\(|@import", page)
    assert "default-src 'none'" in page


def test_every_strangers_word_is_escaped() -> None:
    """Subject, shipments, omissions, targets, measures, comparison: text stays text."""
    page = whole_page(NASTY)
    assert "<script" not in page
    tags = {t for t, _ in read(page).tags}
    assert tags <= {
        *("html", "head", "meta", "title", "style", "body", "main", "header", "section", "footer"),
        *("h1", "h2", "h3", "p", "div", "b", "ul", "li", "span", "br"),
        *("table", "caption", "thead", "tbody", "tr", "th", "td"),
        *("svg", "rect", "line", "polyline", "text"),
    }
    for _, attributes in read(page).tags:
        assert not [name for name in attributes if name.startswith("on")]


def test_all_sections_stand_and_absent_ones_do_not() -> None:
    """What is not given is not drawn empty."""
    titles = set(re.findall(r"<h2>(.*?)</h2>", whole_page()))
    for wanted in ("Carriage by mode", "Handling by kind of hub", "GHG Protocol", "Measures"):
        assert wanted in titles
    plain = footprint_html(report(level="organisation", carrier_rows=()))
    for absent in ("Measures", "Services", "Target", "CountEmissionsEU", "own figures</h2>"):
        assert absent not in plain


def test_tables_say_what_they_hold() -> None:
    """Each table has a caption and column heads with a scope, for a reader who cannot see."""
    reader = read(whole_page())
    tables = sum(t == "table" for t, _ in reader.tags)
    assert tables > 5
    assert sum(t == "caption" for t, _ in reader.tags) == tables
    assert all(a.get("scope") == "col" for t, a in reader.tags if t == "th")


def test_pictures_have_words() -> None:
    """Bars and charts carry their figure in words: colour and length are never alone."""
    drawn = [a for t, a in read(whole_page()).tags if t == "svg"]
    assert drawn
    assert all(a.get("role") == "img" and a.get("aria-label") for a in drawn)


def test_a_target_shows_its_status_by_sign_and_word() -> None:
    """On track and behind differ in shape and word."""
    svg = target_svg(progress())
    assert "<title>2023: 8.00, on track</title>● 8.00" in svg
    assert "<title>2024: 9.00, behind</title>▲ 9.00" in svg
    assert "● on track, ▲ behind" in whole_page()


def test_figures_are_those_of_the_report() -> None:
    """Rounded to three digits, from the document alone."""
    page = whole_page()
    assert "5,930 kg CO₂e" in page
    assert "undisclosed" in page
    assert "outside our interval" in page
    assert "market-based only" in page
    assert "restated" in page
    assert "9 (downstream transport)" in page


def test_the_page_claims_nothing_that_it_may_not() -> None:
    """It says self-check, and none of the words of a third party (asks 14)."""
    words = " ".join(read(whole_page()).words)
    found = guard_words(words)
    assert found.ok, json.dumps([f.message for f in found.findings])
    assert "self-check" in words


def test_the_same_report_gives_the_same_bytes() -> None:
    """No clock and no order of a set in it."""
    assert whole_page() == whole_page()


@pytest.mark.parametrize("level", ["organisation", "service"])
def test_an_empty_footprint_has_a_page(level: str) -> None:
    """Nothing to show is shown as nothing, without a division by it."""
    about = About(
        subject="none",
        period_start=date(2025, 1, 1),
        period_end=date(2025, 12, 31),
        level=level,
    )
    page = footprint_html(footprint_report(take_inventory([], FACTORS), FACTORS, about))
    assert "not stated g/tkm" in page
