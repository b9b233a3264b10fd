"""The verb `load`, as a user runs and a stranger abuses it."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.load_desk import LoadQuestion, files_of, make_load, sample_pieces, units_on_offer
from app.tools import Tools, open_tools
from data.errors import GreenlaneError

Run = Callable[..., int]
DOCS = Path(__file__).parents[2] / "docs" / "loading.md"
FILES = {
    "loaded_units.csv",
    "placements.csv",
    "stop_weights.csv",
    "unplaced.csv",
    "refused.csv",
    "load.json",
    "load.html",
    "load.pdf",
}
HEAD = "shipment_id,piece_id,quantity,length_mm,width_mm,height_mm,mass_kg"
CARTONS = f"{HEAD}\nS1,P1,30,400,300,300,8\nS2,P1,20,500,300,250,10\n"


@pytest.fixture(scope="module")
def tools() -> Tools:
    """The shipped tables, opened once."""
    return open_tools()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> int:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main([str(a) for a in arguments])
        code = stopped.value.code
        return code if isinstance(code, int) else 0

    return call


def asked(rows: str, *units: str, **rules: Any) -> LoadQuestion:
    question = LoadQuestion(name="pieces.csv", content=rows.encode(), units=units, effort="small")
    return replace(question, **rules)


def test_example_of_the_docs_runs(run: Run, tmp_path: Path) -> None:
    """docs/loading.md is code: its pieces go into its trailer, the mill's at the front."""
    text = DOCS.read_text(encoding="utf-8")
    (rows,) = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    (command,) = re.findall(r"^greenlane (load .*)$", text, re.MULTILINE)
    (tmp_path / "pieces.csv").write_text(rows, encoding="utf-8")
    words = [str(tmp_path / w) if w in {"pieces.csv", "out/load"} else w for w in command.split()]
    assert run(*words, "--effort", "small") == 0
    out = tmp_path / "out" / "load"
    assert {p.name for p in out.iterdir()} == FILES
    with (out / "placements.csv").open(encoding="utf-8") as file:
        placed = list(csv.DictReader(file))
    assert len(placed) == 26
    last_of_mill = max(int(p["x_mm"]) + int(p["dx_mm"]) for p in placed if p["stop_no"] == "2")
    on_floor = [p for p in placed if p["stop_no"] == "1" and p["z_mm"] == "0"]
    assert on_floor
    assert json.loads((out / "load.json").read_bytes())["summary"]["proven_fewest"]
    assert last_of_mill <= 13_600


def test_same_input_gives_the_same_bytes_for_one_thread_and_two(tools: Tools) -> None:
    """Results are compared and hashed: nothing may depend on who helped."""
    question = asked(CARTONS, "AKE_LD3")
    one, two = (files_of(make_load(question, tools, threads=n)) for n in (1, 2))
    assert one == two


def test_contour_of_a_uld_is_kept(tools: Tools) -> None:
    """The self-check would refuse a plan that stands in the cut corner of an LD3."""
    done = make_load(asked(CARTONS, "AKE_LD3"), tools)
    assert done.document["summary"]["pieces"]["loaded"] == 50
    assert not [f for f in done.report.findings if f.verdict == "fail"]


def test_cheapest_mix_of_units(tools: Tools) -> None:
    """Fifty cartons go into one LD3 at 1; a lower-deck pallet at 10 is not opened."""
    done = make_load(asked(CARTONS, "PMC_LD:10", "AKE_LD3:1"), tools)
    assert done.document["summary"]["units_by_code"] == {"AKE_LD3": 1}


def test_limited_units_leave_a_rest_with_its_reason(tools: Tools, run: Run, tmp_path: Path) -> None:
    """One LD3 does not hold 400 cartons; what is left is named, and --strict makes it exit 1."""
    rows = f"{HEAD}\nS1,P1,400,400,300,300,2\n"
    done = make_load(asked(rows, "AKE_LD3:1:1"), tools)
    (left,) = done.document["unplaced"]
    assert left["quantity"] + done.document["summary"]["pieces"]["loaded"] == 400
    assert left["reason"] == "no room: 1 AKE_LD3 on offer"
    (tmp_path / "p.csv").write_text(rows, encoding="utf-8")
    words = ("load", tmp_path / "p.csv", "--unit", "AKE_LD3:1:1", "--effort", "small")
    assert run(*words) == 0
    assert run(*words, "--strict") == 1


def test_codes_that_keep_apart_go_into_two_units(tools: Tools) -> None:
    """Food and poison: one unit would hold both."""
    rows = f"{HEAD},codes\nS1,P1,4,400,300,300,8,food\nS1,P2,4,400,300,300,8,6.1\n"
    assert len(make_load(asked(rows, "AKE_LD3"), tools).plan.units) == 1
    kept = make_load(asked(rows, "AKE_LD3", apart=("6.1:food",)), tools)
    assert len(kept.plan.units) == 2


def test_groups_travel_whole(tools: Tools) -> None:
    """Two groups that share no LD3 take one each, though their boxes would mix better."""
    rows = f"{HEAD},group\nS1,P1,60,400,300,300,8,a\nS2,P1,60,400,300,300,8,b\n"
    done = make_load(asked(rows, "AKE_LD3"), tools)
    for unit in done.document["units"]:
        assert len({done.document["items"][box[0]]["group"] for box in unit["boxes"]}) == 1
    assert done.document["summary"]["pieces"]["loaded"] == 120


@pytest.mark.parametrize(
    ("rows", "units", "rules", "words"),
    [
        (f"{HEAD}\nS1,P1,1,5000,3000,100,10\n", ("ISO40HC",), {}, "piece P1 of S1: 5,000 x 3,000"),
        (f"{HEAD}\nS1,P1,1,1000,1000,2600,10\n", ("ISO40HC",), {}, "the door of ISO40HC_typ"),
        (f"{HEAD}\nS1,P1,1,0,10,10,10\n", ("ISO40HC",), {}, "row 2: length_mm"),
        (f"{HEAD}\nS1,P1,1,9e9,10,10,10\n", ("ISO40HC",), {}, "at most 100,000 mm"),
        (f"{HEAD}\nS1,P1,1,10,10,10,1e30\n", ("ISO40HC_min",), {}, "at most 1,000,000 kg"),
        (f"{HEAD}\nS1,P1,999999999,10,10,10,1\n", ("ISO40HC",), {}, "999,999,999 boxes"),
        (CARTONS, ("ISO41",), {}, "no load unit 'ISO41'"),
        (CARTONS, ("AKE_LD3:x",), {}, "wanted CODE, CODE:COST"),
        (CARTONS, ("AKE_LD3:-1",), {}, "wanted a cost from 0.001"),
        (CARTONS, ("AKE_LD3:0.0004",), {}, "wanted a cost from 0.001"),
        (CARTONS, ("AKE_LD3:1e15",), {}, "to 1,000,000,000 in steps of 0.001"),
        (CARTONS, ("AKE_LD3:1:0",), {}, "a number from 1 to 10,000"),
        (CARTONS, ("AKE_LD3:1:99999999999999999999",), {}, "a number from 1 to 10,000"),
        (CARTONS, ("AKE_LD3",), {"seed": -1}, "seed must be from 0"),
        (CARTONS, ("AKE_LD3",), {"seed": 2**63}, "seed must be from 0"),
        (f"{HEAD},codes\nS1,P1,1,9,9,9,1,A|B\n", ("AKE_LD3",), {"apart": ("A:B",)}, "P1 of S1 has"),
        (CARTONS, (), {}, "no unit on offer"),
        (CARTONS, ("AKE_LD3",), {"apart": ("food",)}, "wanted A:B"),
        (CARTONS, ("AKE_LD3",), {"support_percent": 101}, "from 0 to 100"),
    ],
)
def test_what_cannot_be_loaded_is_said(
    rows: str, units: tuple[str, ...], rules: dict[str, object], words: str, tools: Tools
) -> None:
    """Found and wanted, and the piece by name."""
    with pytest.raises(GreenlaneError, match=re.escape(words)):
        make_load(asked(rows, *units, **rules), tools)


def test_limits_beyond_all_freight_say_nothing(tools: Tools) -> None:
    """More boxes above than a plan has, or more mass than there is, are no limit."""
    row = "S1,P1,4,400,300,300,8,1000000000000,1e20"
    done = make_load(asked(f"{HEAD},most_above,max_load_top_kg\n{row}\n", "AKE_LD3"), tools)
    assert done.document["summary"]["pieces"]["loaded"] == 4


def test_unknown_effort_and_missing_file_are_usage_errors(run: Run, tmp_path: Path) -> None:
    """Exit 2: nothing was computed."""
    (tmp_path / "p.csv").write_text(CARTONS, encoding="utf-8")
    assert run("load", tmp_path / "p.csv", "--unit", "AKE_LD3", "--effort", "huge") == 2
    assert run("load", tmp_path / "none.csv", "--unit", "AKE_LD3") == 2


def test_sample_and_units_are_on_offer(tools: Tools) -> None:
    """The page begins with something to look at."""
    assert sample_pieces(tools).startswith(b"shipment_id,")
    assert "13,600 x 2,450 x 2,700 mm, 24,000 kg" in units_on_offer(tools)["TRK_EU_13600"]
