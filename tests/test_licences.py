"""Every shipped figure says who said so, and its licence lets us pass it on."""

from __future__ import annotations

import csv
import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from data.schemas import QUALITIES
from data.sources import SHIPPABLE_LICENCES

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
SAMPLE = DATA / "samples" / "reference_lane"

TABLES = sorted(
    path
    for path in DATA.rglob("*")
    if path.suffix in {".csv", ".parquet", ".geojson"}
    and not {DATA / "samples", DATA / "makers"} & set(path.parents)
)
CSV_TABLES = [path for path in TABLES if path.suffix == ".csv"]
SAMPLE_TABLES = sorted(SAMPLE.glob("*.csv"))
CARDS = [path.with_suffix(".toml") for path in TABLES] + [SAMPLE / "sample.toml"]
# Publishers whose figures come under terms that do not let others pass them on.
UNSHIPPABLE_PUBLISHERS = re.compile(
    r"smart freight|global logistics emissions council|\bGLEC\b|\bIEA\b"
    r"|international energy agency|ecoinvent",
    re.IGNORECASE,
)
READINGS = {"direct", "transcription", "secondary", "memory"}


def _name(path: Path) -> str:
    return path.relative_to(DATA).as_posix()


def _card(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _named_sources(rows: list[dict[str, str]]) -> set[str]:
    return {name for row in rows for name in row["source_id"].split("|")}


def test_tables_are_found() -> None:
    """A test over no tables would pass and say nothing."""
    assert len(CSV_TABLES) > 10
    assert len(SAMPLE_TABLES) > 5


@pytest.mark.parametrize("table", TABLES, ids=_name)
def test_table_has_the_hash_that_its_card_states(table: Path) -> None:
    """A published row is never edited in silence: old claims must recompute."""
    card = _card(table.with_suffix(".toml"))
    assert card["table"]["csv_sha256"] == hashlib.sha256(table.read_bytes()).hexdigest()


@pytest.mark.parametrize("table", TABLES, ids=_name)
def test_table_may_ship(table: Path) -> None:
    """The licence field decides what ships."""
    card = _card(table.with_suffix(".toml"))["table"]
    assert card["ship"] is True
    assert card["licence"] in SHIPPABLE_LICENCES


@pytest.mark.parametrize("card", CARDS, ids=_name)
def test_source_is_complete_and_may_ship(card: Path) -> None:
    """Every source of a card has a publisher, a title, an edition, a place and a licence."""
    sources = _card(card)["source"]
    assert sources
    for name, source in sources.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name), name
        for field in ("publisher", "title", "edition", "locator", "retrieved"):
            assert source.get(field), f"{name} lacks {field}"
        assert source["read"] in READINGS, name
        assert source["licence"] in SHIPPABLE_LICENCES, name


@pytest.mark.parametrize("card", CARDS, ids=_name)
def test_no_source_whose_terms_forbid_shipping(card: Path) -> None:
    """A licensed logistics framework is loaded by users who hold a licence; it never ships here."""
    for name, source in _card(card)["source"].items():
        said = f"{name} {source['publisher']} {source['title']}"
        assert not UNSHIPPABLE_PUBLISHERS.search(said), said


@pytest.mark.parametrize("table", CSV_TABLES, ids=_name)
def test_rows_name_known_sources_and_every_source_is_used(table: Path) -> None:
    """A source that no row names is decoration; a row without one is a rumour."""
    assert _named_sources(_rows(table)) == set(_card(table.with_suffix(".toml"))["source"])


def test_sample_rows_name_known_sources_and_every_source_is_used() -> None:
    """The sample shares one card among its tables."""
    named = {name for table in SAMPLE_TABLES for name in _named_sources(_rows(table))}
    assert named == set(_card(SAMPLE / "sample.toml")["source"])


@pytest.mark.parametrize("table", [*CSV_TABLES, *SAMPLE_TABLES], ids=_name)
def test_every_row_has_a_quality(table: Path) -> None:
    """Measured, modelled, taken from a table, or guessed: nothing else, and never blank."""
    rows = _rows(table)
    assert rows
    assert {row["quality"] for row in rows} <= set(QUALITIES)


def test_rows_from_memory_are_estimates() -> None:
    """What nobody looked up may not pass for a published figure."""
    for table in CSV_TABLES:
        sources = _card(table.with_suffix(".toml"))["source"]
        memories = {name for name, s in sources.items() if s["read"] == "memory"}
        for row in _rows(table):
            if memories & set(row["source_id"].split("|")):
                assert row["quality"] == "estimate", f"{_name(table)}: {row}"


def test_no_file_is_named_after_a_licensed_framework() -> None:
    """A user's own licensed copy stays with the user."""
    named = [p for p in DATA.rglob("*") if "glec" in p.name.lower()]
    assert named == []


@pytest.mark.parametrize("table", [*CSV_TABLES, *SAMPLE_TABLES], ids=_name)
def test_no_row_takes_a_figure_from_a_licensed_framework(table: Path) -> None:
    """Also not inside another table, where the licence field would not show it."""
    for row in _rows(table):
        taken_from = " ".join(row.get(field) or "" for field in ("source_id", "locator"))
        assert not re.search(r"glec|smart.?freight|\biea\b", taken_from, re.IGNORECASE), row
