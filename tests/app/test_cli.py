"""Each verb as a user runs it: files, exit codes, and a clear message for every wrong input."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import main
from app.workflow import sample_folder

Run = Callable[..., int]
LANE = sample_folder()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> int:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(a) for a in arguments])
        code = stopped.value.code
        return code if isinstance(code, int) else 0

    return call


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, run once for this module."""
    out = tmp_path_factory.mktemp("demo")
    with pytest.raises(SystemExit) as stopped:
        main(["demo", "-o", str(out)])
    assert stopped.value.code == 0
    return out / "reference_lane"


@pytest.fixture
def bad_lane(tmp_path: Path) -> Path:
    """The reference lane with one fault of each kind in its shipments and services."""
    folder = tmp_path / "lane"
    shutil.copytree(LANE, folder)
    edit(folder / "shipments.csv", {
        "GL-01": {"destination": "Atlantis, XX"},
        "GL-02": {"mass_kg": "-2160"},
        "GL-03": {"due_at": "2023-05-01T00:00:00+02:00"},
    })  # fmt: skip
    edit(folder / "services.csv", {"AIR-PVG-MAD-B": {"toc_id": "AIR-MISSING"}})
    return folder


def edit(path: Path, changes: dict[str, dict[str, str]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names, rows = list(reader.fieldnames or ()), list(reader)
    for row in rows:
        row.update(changes.get(row[names[0]], {}))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_demo_writes_every_file_of_the_contract(demo: Path) -> None:
    """Four scenarios, each with all its tables, and a pack beside them."""
    for name in ("business_as_usual", "pilot", "greenest_in_time", "cheapest"):
        files = {p.name for p in (demo / name).iterdir()}
        assert {
            "legs.csv", "departures_used.csv", "loads.csv", "unserved.csv", "alternatives.csv",
            "frontier.csv", "refused.csv", "summary.json", "plan.json", "map.html",
        } <= files  # fmt: skip
    assert (demo / "claim.zip").is_file()
    assert (demo / "trust.toml").is_file()


def test_planner_and_inventory_use_the_same_figure(demo: Path, run: Run) -> None:
    """CO2e of the plan equals the footprint recomputed from legs.csv, to the milligram."""
    for name in ("business_as_usual", "pilot", "greenest_in_time", "cheapest"):
        again = demo / name / "again.csv"
        assert run("footprint", demo / name / "legs.csv", "-o", again) == 0
        columns = (
            "wtt_kgco2e",
            "ttw_kgco2e",
            "wtw_kgco2e",
            "market_wtt_kgco2e",
            "market_wtw_kgco2e",
        )
        for before, after in zip(rows_of(demo / name / "legs.csv"), rows_of(again), strict=True):
            assert [before[c] for c in columns] == [after[c] for c in columns]
        summary = json.loads((demo / name / "summary.json").read_bytes())
        total = sum(round(float(r["wtw_kgco2e"]) * 1e6) for r in rows_of(again))
        assert total == round(summary["physical_kgco2e"]["wtw"] * 1e6)


def test_air_dominates_the_pilot(demo: Path) -> None:
    """Roughly 95 % or more of its location-based total, and the levers say what to do about it."""
    document = json.loads((demo / "pilot" / "plan.json").read_bytes())
    assert document["summary"]["mode_shares"]["air"] > 0.95
    bau = json.loads((demo / "business_as_usual" / "plan.json").read_bytes())
    assert {"saf", "mode"} <= {lever["kind"] for lever in bau["levers"]}
    assert all(lever["saves_kgco2e"] > 0 for lever in bau["levers"])


def test_ten_different_itineraries(demo: Path) -> None:
    """At least ten meaningfully different chains for the lane, with the reason of each refusal."""
    found = rows_of(demo / "greenest_in_time" / "alternatives.csv")
    patient = [r for r in found if r["shipment_id"] == "GL-12"]
    assert len({r["itinerary"] for r in patient}) == len(patient) >= 10
    assert all(r["why_not"] for r in found)
    second = {r["itinerary"].split(" > ")[1][:2] for r in found if " > " in r["itinerary"]}
    assert {"AI", "SE", "RL"} <= second
    assert any("AEJEA" in r["itinerary"] and "AIR" in r["itinerary"] for r in patient)  # sea-air


def test_same_input_same_bytes(demo: Path, tmp_path: Path) -> None:
    """Run twice, in new processes with other hash seeds: byte-identical outputs."""
    scenario = LANE / "scenarios" / "greenest_in_time.toml"
    for seed, name in enumerate(("a", "b")):
        arguments = ["plan", LANE, "--scenario", scenario, "-o", tmp_path / name]
        subprocess.run(
            [sys.executable, "-m", "app.cli", *map(str, arguments), "--effort", "small"],
            check=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            stdout=subprocess.DEVNULL,
        )
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name
        assert file.read_bytes() == (demo / "greenest_in_time" / file.name).read_bytes(), file.name


def test_verify_says_what_it_checked(
    demo: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0 for a trusted key, 3 for an untrusted one, 2 for what is no pack."""
    pack, trust = demo / "claim.zip", demo / "trust.toml"
    assert run("verify", pack, "--trust", trust) == 0
    assert "legs recomputed to the milligram" in capsys.readouterr().out
    assert run("verify", pack) == 3
    (demo / "text.zip").write_text("no pack")
    assert run("verify", demo / "text.zip", "--trust", trust) in {1, 2}
    assert run("verify", demo / "missing.zip") == 2


def test_one_changed_byte_is_found_and_its_member_named(
    demo: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """One byte of any member: exit 1, and the member's name."""
    content = bytearray((demo / "claim.zip").read_bytes())
    at = content.index(b"AIR-LONGHAUL")
    content[at] ^= 1
    bad = demo / "bad.zip"
    bad.write_bytes(content)
    assert run("verify", bad, "--trust", demo / "trust.toml") == 1
    assert "evidence/legs.csv" in capsys.readouterr().out


def test_bad_rows_are_named_and_the_good_ones_go_on(
    bad_lane: Path, tmp_path: Path, run: Run
) -> None:
    """An unknown place, a negative mass, a due date before ready, a missing factor."""
    out = tmp_path / "out"
    assert run("plan", bad_lane, "-o", out, "--effort", "small") == 0
    refused = {(r["file"], r["column"], r["found"]): r for r in rows_of(out / "refused.csv")}
    assert refused["shipments.csv", "destination", "Atlantis, XX"]["code"] == "unknown_place"
    assert refused["shipments.csv", "mass_kg", "-2160"]["wanted"] == "> 0"
    assert "after ready_at" in next(
        r["wanted"] for r in refused.values() if r["code"] == "due_before_ready"
    )
    assert refused["services.csv", "toc_id", "AIR-MISSING"]["code"] == "missing_factor"
    summary = json.loads((out / "summary.json").read_bytes())
    assert summary["shipments"] == {"asked": 16, "planned": 13, "refused": 3, "unserved": 0}
    assert run("plan", bad_lane, "-o", out, "--effort", "small", "--strict") == 1


def test_a_shipment_that_no_service_carries_is_explained(
    bad_lane: Path, tmp_path: Path, run: Run
) -> None:
    """Unserved shipments alone leave exit 0, and each says why and what would help."""
    edit(bad_lane / "shipments.csv", {"GL-04": {"un_number": "UN9999"}})
    out = tmp_path / "out"
    assert run("plan", bad_lane, "-o", out, "--effort", "small") == 0
    (left,) = rows_of(out / "unserved.csv")
    assert (left["shipment_id"], left["reason_code"]) == ("GL-04", "incompatible")
    assert "UN9999" in left["reason"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["plan", "nowhere", "-o", "x"], 2, "no shipments table"),
        (["plan", LANE, "-o", "x", "--effort", "much"], 2, "small, normal, large"),
        (["plan", LANE, "-o", "x", "--scenario", "nosuch"], 2, "no such scenario"),
        (["footprint", "nosuch.csv"], 2, "no such file"),
        (["compare", "nosuch"], 2, "plan.json"),
        (["declare", "nosuch", "-o", "x", "--books", LANE], 2, "legs.csv"),
        (["nosuch"], 2, "No such command"),
    ],
)
def test_wrong_usage_is_told_plainly(
    arguments: list[object],
    code: int,
    words: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One message with what was wanted; never a traceback."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main([str(a) for a in arguments])
    told = capsys.readouterr().err
    assert stopped.value.code == code, told
    assert words in told
    assert "Traceback" not in told


def test_footprint_refuses_a_leg_without_its_factor(
    demo: Path, tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bad leg is named; the good legs go on; --strict makes it a no."""
    legs = tmp_path / "legs.csv"
    rows = rows_of(demo / "pilot" / "legs.csv")[:3]
    rows[2]["toc_id"] = "AIR-NOWHERE"
    with legs.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    assert run("footprint", legs) == 0
    captured = capsys.readouterr()
    assert "legs.csv row 4: toc_id found 'AIR-NOWHERE'" in captured.err
    assert run("footprint", legs, "--strict") == 1


def test_declaration_is_not_neutral_with_too_few_credits(
    demo: Path, tmp_path: Path, run: Run
) -> None:
    """Fewer retired credits than the residual: the answer is no, exit 1."""
    books = tmp_path / "books"
    books.mkdir()
    for name in ("declaration.toml", "saf.csv", "eac.csv", "credits.csv"):
        shutil.copy(LANE / name, books)
    lines = (books / "credits.csv").read_text("utf-8").splitlines(keepends=True)
    (books / "credits.csv").write_text("".join(lines[:1]), "utf-8")
    assert run("declare", demo / "pilot", "--books", books, "-o", tmp_path / "claim") == 1


def test_plans_of_one_name_stand_apart(
    demo: Path, tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two folders called `pilot` are two rows, not one."""
    for name in ("a", "b"):
        shutil.copytree(demo / "pilot", tmp_path / name / "pilot")
    assert run("compare", tmp_path / "a" / "pilot", tmp_path / "b" / "pilot", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_a_frontier_has_both_ends_and_one_between(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two points are no frontier."""
    assert run("plan", LANE, "-o", tmp_path, "--frontier", "2") == 2
    assert "at least 3" in capsys.readouterr().err


def test_every_verb_has_help(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """`greenlane VERB --help` tells what it does."""
    for verb in (
        "plan",
        "footprint",
        "compare",
        "declare",
        "seal",
        "verify",
        "sources",
        "app",
        "demo",
    ):
        assert run(verb, "--help") == 0
        assert "Usage" in capsys.readouterr().out
