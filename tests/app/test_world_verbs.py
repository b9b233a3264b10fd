"""The verbs `places`, `chains` and a bare `plan`, as a user runs and a stranger abuses them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path  # noqa: TC003  (pytest reads fixtures' annotations)

import pytest

from app.cli import main

Run = Callable[..., int]
HEADER = "shipment_id,origin,destination,mass_kg,volume_m3,ready_at,due_at\n"
ROW = '{},"{}","{}",{},20,2026-03-02T09:00:00+01:00,2026-03-20T18:00:00+02:00\n'


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> int:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(a) for a in arguments])
        code = stopped.value.code
        return code if isinstance(code, int) else 0

    return call


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("PVG", "Shanghai Pudong International Airport"),
        ("CNNKG", "Nanjing"),
        ("南京", "Nanjing"),
        ("Москва", "Moscow"),
        ("Madrid, ES", "Madrid"),
    ],
)
def test_places_answers_with_the_likeliest_first(
    run: Run, capsys: pytest.CaptureFixture[str], name: str, first: str
) -> None:
    assert run("places", name, "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["name"] == first


def test_places_shows_candidates_of_an_ambiguous_name(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("places", "Frankfurt") == 0
    shown = capsys.readouterr().out
    assert "Frankfurt am Main" in shown
    assert "Frankfurt (Oder)" in shown


def chains(run: Run, capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, object]:
    assert run("chains", *arguments, "--json") == 0
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


def test_chains_writes_what_it_shows_and_the_same_bytes_again(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first, again = tmp_path / "a", tmp_path / "b"
    for folder in (first, again):
        assert run("chains", "Rotterdam, NL", "Basel, CH", "--mass", 20000, "-o", folder) == 0
        assert "barge" in capsys.readouterr().out
    names = {p.name for p in first.iterdir()}
    assert {"chains.json", "chains.csv", "chains.geojson"} <= names
    for name in names:
        assert (first / name).read_bytes() == (again / name).read_bytes()
    document = json.loads((first / "chains.json").read_bytes())
    assert document["schema"] == "greenlane/chains/1"
    with (first / "chains.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    legs = [leg for c in (*document["chains"], *document["others"]) for leg in c["legs"]]
    assert len(rows) == len(legs)
    for chain in (*document["chains"], *document["others"]):
        parts = sum(leg["kgco2e"] for leg in chain["legs"]) + chain["handling_kgco2e"]
        assert chain["kgco2e"] == pytest.approx(parts, abs=1e-5)
    lines = json.loads((first / "chains.geojson").read_bytes())["features"]
    assert {f["geometry"]["type"] for f in lines} == {"LineString"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("Frankfurt", "Madrid, ES"), "Frankfurt (Oder)"),
        (("Nowhereville", "Madrid, ES"), "not found"),
        (("Madrid, ES", "Madrid, ES"), "found one place"),
        (("Madrid, ES", "Paris, FR", "--mass", "inf"), "at most"),
        (("Madrid, ES", "Paris, FR", "--close", "narnia"), "narnia"),
        (("Madrid, ES", "Paris, FR", "--close-country", "XX"), "XX"),
        (("Madrid, ES", "Paris, FR", "--close-airspace", "ZZ"), "ZZ"),
        (("Madrid, ES", "Paris, FR", "--mass", "0"), "more than 0"),
        (("Madrid, ES", "Paris, FR", "--mass", "nan"), "more than 0"),
        (("91.0,200.0", "Paris, FR"), "91"),
        (("x" * 100_000, "Paris, FR"), "place"),
    ],
)
def test_a_wrong_question_is_told_plainly(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert run("chains", *arguments) in {1, 2}
    message = capsys.readouterr().err
    assert any(part in message for part in told.split("|"))
    assert "Traceback" not in message
    assert len(message) < 5000


def test_a_plan_of_shipments_alone(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "shipments.csv"
    rows = [("S1", "Rotterdam, NL", "Basel, CH", 20000), ("S2", "Lyon, FR", "Milan, IT", 3000)]
    file.write_text(HEADER + "".join(ROW.format(*row) for row in rows), "utf-8")
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        assert run("plan", file, "-o", folder, "--effort", "small") == 0
    said = capsys.readouterr()
    assert "nobody's offers" in said.out
    summary = json.loads((folders[0] / "summary.json").read_bytes())
    assert summary["shipments"] == {"asked": 2, "planned": 2, "unserved": 0, "refused": 0}
    for path in folders[0].iterdir():
        assert path.read_bytes() == (folders[1] / path.name).read_bytes()


def test_an_osrm_server_that_is_away_leaves_estimates_and_says_so(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optimizer.osrm._FIRST_WAIT_S", 0.0)
    file = tmp_path / "shipments.csv"
    file.write_text(HEADER + ROW.format("S2", "Lyon, FR", "Milan, IT", 3000), "utf-8")
    out = tmp_path / "out"
    assert run("plan", file, "-o", out, "--effort", "small", "--osrm", "http://127.0.0.1:9") == 0
    said = capsys.readouterr().out
    assert "OSRM server at http://127.0.0.1:9" in said
    assert "road estimated" in said
    assert run("plan", file, "-o", out, "--osrm", "file:///etc/passwd") == 2
    assert "wanted an address" in capsys.readouterr().err


def test_names_are_no_markup(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("[/bold]", "[red]zzz", "[link=http://x]y[/link]"):
        assert run("places", name) in {0, 1, 2}
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert name in said.out + said.err


def test_sources_lists_the_network_too(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sources", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    tables = {row["table"].partition("/")[0] for row in rows}
    assert tables == {"factors", "equipment", "network", "places"}
    assert any(row["licence"] == "ODbL-1.0" for row in rows)
