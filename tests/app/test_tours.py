"""The verb `tours`, as a user runs and a stranger abuses it."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.tools import open_tools
from app.tour_desk import make_tours, save_tours
from data.errors import GreenlaneError
from optimizer.tours.engine import Effort

Run = Callable[..., int]
DOCS = Path(__file__).parents[2] / "docs" / "tours.md"
FILES = {"tours.csv", "legs.csv", "unserved.csv", "refused.csv", "tours.json", "tours_map.html"}
HOSTILE = "<script>alert(1)</script>"

STOPS = """stop_id,kind,place,mass_kg,volume_m3,ready_at,due_at,service_minutes,pair_id,shipment_id
A,delivery,"Ludwigsburg, DE",800,4,2026-03-02T07:00+01:00,2026-03-02T10:00+01:00,15,,S1
B,delivery,"Heilbronn, DE",600,3,2026-03-02T07:00+01:00,2026-03-02T12:00+01:00,15,,S2
C,pickup,"Karlsruhe, DE",1200,6,2026-03-02T09:00+01:00,2026-03-02T15:00+01:00,20,,S3
E,pickup,"Reutlingen, DE",700,3,2026-03-02T08:00+01:00,2026-03-02T17:00+01:00,15,P1,
F,delivery,"Pforzheim, DE",700,3,2026-03-02T08:00+01:00,2026-03-02T17:00+01:00,15,P1,
H,delivery,"Ulm, DE",9000,5,2026-03-02T08:00+01:00,2026-03-02T17:00+01:00,15,,S6
"""
VEHICLES = """vehicle_id,vehicle_code,count,depot,shift_starts_at,shift_ends_at,capacity_m3,\
fixed_cost,cost_per_km,cost_per_h,grid
EV7,EV-RIGID-7T5,2,"Stuttgart, DE",2026-03-02T06:00+01:00,2026-03-02T18:00+01:00,20,120,0.25,32,DE
D12,DIESEL-RIGID-12T,1,"Stuttgart, DE",2026-03-02T06:00+01:00,2026-03-02T18:00+01:00,30,140,0.45,32,
"""
CHARGERS = 'charger_id,place,kw\nCH-HN,"Heilbronn, DE",50\nCH-KA,"Karlsruhe, DE",50\n'


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> int:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(a) for a in arguments])
        code = stopped.value.code
        return code if isinstance(code, int) else 0

    return call


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    """A folder with deliveries, a pick-up, a pair, and one stop that no vehicle takes."""
    folder = tmp_path / "problem"
    write(folder, stops=STOPS, vehicles=VEHICLES, chargers=CHARGERS)
    return folder


def write(folder: Path, **tables: str) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tours_writes_the_same_bytes_again(
    run: Run, capsys: pytest.CaptureFixture[str], problem: Path, tmp_path: Path
) -> None:
    """Work is counted, and no clock, host or user is in any file."""
    for name in ("a", "b"):
        assert run("tours", problem, "-o", tmp_path / name, "--effort", "small") == 0
    shown = capsys.readouterr().out
    assert "unserved H" in shown
    assert {p.name for p in (tmp_path / "a").iterdir()} == FILES
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_tours_files_agree_with_each_other_and_with_the_footprint(
    run: Run, capsys: pytest.CaptureFixture[str], problem: Path, tmp_path: Path
) -> None:
    """Whoever reads legs.csv computes the same milligrams."""
    out = tmp_path / "out"
    assert run("tours", problem, "-o", out, "--effort", "small", "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    legs = rows(out / "legs.csv")
    kg = summary["physical_kgco2e"]["wtw"]
    assert sum(float(r["wtw_kgco2e"]) for r in legs) == pytest.approx(kg, abs=1e-6)
    assert sum(float(r["cost"]) for r in legs) == pytest.approx(summary["cost"], abs=1e-6)
    assert {r["shipment_id"] for r in legs} == {"S1", "S2", "S3", "P1"}
    (left,) = rows(out / "unserved.csv")
    assert (left["stop_id"], left["reason_code"]) == ("H", "too_heavy")
    assert summary["stops"] == {"asked": 6, "served": 5, "unserved": 1, "refused_rows": 0}
    calls = [r["stop_id"] for r in rows(out / "tours.csv") if r["kind"] in {"pickup", "delivery"}]
    assert sorted(calls) == ["A", "B", "C", "E", "F"]
    assert run("footprint", out / "legs.csv", "-o", tmp_path / "fp", "--json") == 0
    again = json.loads(capsys.readouterr().out)
    assert again["by_mode_kgco2e"]["road"] == pytest.approx(kg, abs=5e-7)


def test_electric_vehicle_charges_on_tour(problem: Path) -> None:
    """Without the diesel truck the way to Karlsruhe and back needs a charger."""
    write(problem, vehicles="\n".join(VEHICLES.splitlines()[:2]))
    tools = open_tools()
    done = make_tours(problem, tools, effort=Effort(name="small"), recharge="partial")
    charged = [v for t in done.plan.tours for v in t.visits if v.kind == "charge"]
    assert charged
    assert all(t.energy for t in done.plan.tours)
    assert done.plan.inventory is not None
    assert done.plan.inventory.physical.ttw_mg == 0  # electricity has no exhaust


@pytest.mark.parametrize(
    ("table", "old", "new", "column", "code"),
    [
        ("stops", '"Heilbronn, DE"', '"Nowhereham, DE"', "place", "unknown_place"),
        ("stops", '"Heilbronn, DE"', "", "place", "missing_value"),
        ("stops", '"Heilbronn, DE"', '"Honolulu, US"', "place", "no_route"),
        ("stops", "B,delivery,", "B,swap,", "kind", "bad_value"),
        ("stops", "2026-03-02T12:00+01:00", "2026-03-01T12:00+01:00", "due_at", "times"),
        ("stops", "F,delivery,", "F,pickup,", "pair_id", "bad_pair"),
        ("stops", '"Pforzheim, DE",700', '"Pforzheim, DE",701', "pair_id", "bad_pair"),
        ("stops", '"Pforzheim, DE"', '"Reutlingen, DE"', "pair_id", "bad_pair"),
        ("vehicles", "DIESEL-RIGID-12T", "CARGO-BIKE", "vehicle_code", "unknown_vehicle"),
        ("vehicles", ",32,DE", ",32,", "grid", "unknown_grid"),
        ("vehicles", "T18:00+01:00,20,", "T05:00+01:00,20,", "shift_ends_at", "times"),
        ("chargers", ",50", ",0", "kw", "bad_value"),
    ],
)
def test_bad_row_is_refused_with_what_was_wanted(
    problem: Path, table: str, old: str, new: str, column: str, code: str
) -> None:
    """Good rows go on; a refused one says file, row, column, found and wanted."""
    path = problem / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = make_tours(problem, open_tools(), effort=Effort(name="1"))
    faults = [(r.file, r.column, r.code) for r in done.intake.refused]
    assert (f"{table}.csv", column, code) in faults
    assert all(r.wanted for r in done.intake.refused)


def test_a_vehicle_must_agree_with_its_factor(problem: Path) -> None:
    """More than the payload, or a battery on a diesel truck, is a slip."""
    text = VEHICLES.splitlines()
    head = text[0] + ",capacity_kg,range_km"
    write(problem, vehicles="\n".join([head, text[1] + ",99000,", text[2] + ",,300"]))
    with pytest.raises(GreenlaneError, match=r"payload of EV-RIGID-7T5(.|\n)*does not charge"):
        make_tours(problem, open_tools())


def test_exit_codes(run: Run, problem: Path, tmp_path: Path) -> None:
    """0 done, 1 strict and rows refused, 2 wrong usage or nothing usable."""
    out = tmp_path / "out"
    assert run("tours", problem, "-o", out, "--effort", "much") == 2
    assert run("tours", problem, "-o", out, "--engine", "gurobi") == 2
    assert run("tours", problem, "-o", out, "--engine", "pyvrp") == 2  # it cannot charge on tour
    assert run("tours", tmp_path / "nowhere", "-o", out) == 2
    write(problem, stops=STOPS.replace("Heilbronn, DE", "Nowhereham, DE"))
    assert run("tours", problem, "-o", out, "--effort", "1") == 0
    assert run("tours", problem, "-o", out, "--effort", "1", "--strict") == 1


def test_missing_pyvrp_is_told(
    run: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    problem: Path,
    tmp_path: Path,
) -> None:
    """An optional engine that is absent says how it comes."""
    (problem / "chargers.csv").unlink()
    monkeypatch.setitem(sys.modules, "pyvrp", None)
    assert run("tours", problem, "-o", tmp_path, "--engine", "pyvrp") == 2
    assert "greenlane[tours]" in capsys.readouterr().err


def test_map_loads_nothing_and_escapes_everything(problem: Path, tmp_path: Path) -> None:
    """A stranger's names are text, and the page asks nobody."""
    stops = STOPS.replace("A,delivery", f"{HOSTILE},delivery").replace("S2", HOSTILE + "2")
    write(problem, stops=stops, vehicles=VEHICLES.replace("D12", HOSTILE))
    tools = open_tools()
    save_tours(make_tours(problem, tools, effort=Effort(name="1")), tmp_path, tools)
    page = (tmp_path / "tours_map.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert re.search(r"(src|href)=", page) is None
    assert "default-src 'none'" in page
    assert "&lt;script&gt;" in page


def examples() -> dict[str, str]:
    """Return the files that docs/tours.md shows, by name."""
    found = re.findall(
        r"`(\w+\.csv)`:\n\n```csv\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL
    )
    return dict(found)


def test_example_of_the_docs_works_as_told(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What docs/tours.md shows is what comes out."""
    folder = tmp_path / "example"
    write(folder, **{name.removesuffix(".csv"): text for name, text in examples().items()})
    assert run("tours", folder, "-o", tmp_path / "out", "--engine", "exact", "--json") == 0
    summary: dict[str, Any] = json.loads(capsys.readouterr().out)
    told = re.search(
        r"(\d+) tours?, ([\d.]+) km, ([\d.]+) EUR, ([\d.]+) kg", DOCS.read_text(encoding="utf-8")
    )
    assert told is not None
    assert (
        str(summary["vehicles"]),
        f"{summary['distance_km']:.1f}",
        f"{summary['cost']:.2f}",
        f"{summary['physical_kgco2e']['wtw']:.1f}",
    ) == told.groups()
    assert summary["objective"]["proven"]
