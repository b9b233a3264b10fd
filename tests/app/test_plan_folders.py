"""Plan folders: tested before the work, sealed, compared over one freight, prices apart."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app import workflow
from app.cli import main
from app.console import show_comparison
from app.rankings import ranking_of
from app.tools import open_tools
from bench.synthetic_folder import write_folder
from data.errors import DataError
from optimizer.scenarios import Objective, Scenario
from optimizer.solve import Effort, Hands

if TYPE_CHECKING:
    from optimizer.planner.engine import Progress

LANE = workflow.sample_folder()
BAD_INPUT = 2


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(a) for a in arguments])
    return int(stopped.value.code or 0)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("planned") / "cheapest"
    assert run("plan", LANE, "-o", out, "--scenario", "cheapest", "--effort", "small") == 0
    return out


@pytest.fixture
def copied(planned: Path, tmp_path: Path) -> Path:
    """A copy of a plan folder, to be bent."""
    return Path(shutil.copytree(planned, tmp_path / "copied"))


def unsealed(folder: Path) -> dict[str, Any]:
    """Make a plan.json as older versions wrote it; return it."""
    file = folder / "plan.json"
    document: dict[str, Any] = json.loads(file.read_bytes())
    del document["files_sha256"], document["sha256"]
    file.write_text(json.dumps(document), "utf-8")
    return document


def leave(folder: Path, count: int) -> None:
    """Take the legs of so many shipments out of an older plan."""
    unsealed(folder)
    file = folder / "legs.csv"
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    gone = sorted({row["shipment_id"] for row in rows})[:count]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if row["shipment_id"] not in gone)


@pytest.mark.parametrize("option", ["-o", "--resume"])
def test_file_in_place_of_a_folder_is_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    """An hour of planning must not end in "not a directory"."""
    file = tmp_path / "taken"
    file.write_text("mine", "utf-8")
    out = file if option == "-o" else tmp_path / "out"
    more = [] if option == "-o" else ["--resume", file]
    assert run("plan", LANE, "-o", out, *more) == BAD_INPUT
    told = capsys.readouterr().err
    assert f"{file}: found a file, wanted a folder" in told
    assert "building the timetable" not in told
    assert file.read_text("utf-8") == "mine"


def test_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine", "utf-8")
    with pytest.raises(DataError, match=r"taken, which is a file, wanted a folder"):
        workflow.refuse_as_folder(tmp_path / "taken" / "below" / "out")


def test_plan_folder_is_read_as_it_was_written(planned: Path) -> None:
    assert workflow.read_plan(planned)["summary"]["scenario"] == "cheapest"


@pytest.mark.parametrize("name", ["legs.csv", "summary.json", "frontier.csv"])
def test_changed_file_of_a_plan_folder_is_named(copied: Path, name: str) -> None:
    """A figure that somebody changed must not be ranked as ours."""
    file = copied / name
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(
        DataError, match=re.escape(name) + r": changed since .*found SHA-256 .*, wanted"
    ):
        workflow.read_plan(copied)


def test_changed_plan_json_is_named(copied: Path) -> None:
    file = copied / "plan.json"
    document = json.loads(file.read_bytes())
    document["summary"]["cost"]["total"] = 1.0
    file.write_text(json.dumps(document), "utf-8")
    with pytest.raises(DataError, match=r"plan\.json: changed since the plan was written"):
        workflow.read_plan(copied)


def test_older_plan_folder_is_said_not_to_be_checked(
    planned: Path, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unsealed(copied)
    assert run("compare", planned, copied) == 0
    assert "copied: not checked" in capsys.readouterr().err


def test_same_freight_is_ranked_without_a_caveat(planned: Path, copied: Path) -> None:
    ranking = ranking_of([planned, copied])
    assert ranking.caveats == ()
    assert len({place["mg"] for place in ranking.places}) == 1


def test_plan_that_leaves_freight_is_not_greener_for_that(
    planned: Path, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same legs for those whom both carry: neither is greener."""
    leave(copied, 1)
    ranking = ranking_of([planned, copied])
    assert len({place["mg"] for place in ranking.places}) == 1
    assert not ranking.places[1]["supported"]
    assert run("compare", planned, copied) == 0
    told = capsys.readouterr().out
    served = len({row["shipment_id"] for row in workflow.read_plan(planned)["legs"]})
    assert f"copied: serves {served - 1} of {served} shipments; not the same freight" in told
    assert f"ranked by the {served - 1} shipments that all of them serve" in told


def test_plans_without_common_freight_are_not_ranked(
    planned: Path, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave(copied, 1000)
    assert run("compare", planned, copied) == 0
    told = capsys.readouterr().out
    assert "not ranked: no shipment is served by all of them" in told
    assert "place 1" not in told


def test_price_of_what_is_left_is_told_apart_from_what_is_paid(
    planned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody pays the price of leaving freight: it only says how much the plan minds."""
    document = workflow.read_plan(planned)
    row = workflow.compare({"all": document})[0]
    assert row["left_penalty_eur"] == 0
    show_comparison([row])
    assert "left behind" not in capsys.readouterr().out
    cost = document["summary"]["cost"]
    older = {name: value for name, value in cost.items() if name != "paid"}
    older |= {"unserved_penalty": 817_780.0, "total": cost["total"] + 817_780.0}
    document["summary"]["cost"] = older
    row = workflow.compare({"some": document})[0]
    assert row["paid_eur"] == pytest.approx(cost["paid"])
    show_comparison([row])
    told = capsys.readouterr().out
    assert f"{cost['paid']:,.0f}" in told
    assert "817,780" in told
    assert f"{row['cost_eur']:,.0f}" not in told


@pytest.fixture(scope="module")
def fifty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fifty")
    write_folder(folder, terminals=12, shipments=50, seed=1)
    return folder


def traced(folder: Path, hands: Hands, said: list[str]) -> workflow.Planned:
    return workflow.make_plan(
        folder,
        Scenario(objective=Objective(mode="cost")),
        open_tools(),
        effort=Effort(name="small"),
        frontier_points=9,
        report=said.append,
        hands=hands,
    )


def test_stop_while_tracing_keeps_plan_and_points(fifty: Path) -> None:
    """The plan itself is done: it is not interrupted, but its folder cannot be made again."""
    told: list[Progress] = []
    said: list[str] = []

    def stop() -> bool:
        return sum(x.phase.startswith("frontier") for x in told) >= 2

    made = traced(fifty, Hands(watch=told.append, stop=stop), said)
    assert made.plan.frontier
    assert made.plan.frontier_stopped
    assert not made.plan.interrupted
    assert not made.plan.deterministic
    assert made.document["frontier_stopped"] is True
    assert sum(x.phase.startswith("frontier") for x in told) == 2
    assert all(x.best is None for x in told if x.phase.startswith("frontier"))
    assert any("points of the frontier are kept" in text for text in said)


def test_stop_before_the_trace_leaves_it_out_and_says_so(fifty: Path) -> None:
    told: list[Progress] = []
    said: list[str] = []
    made = traced(fifty, Hands(watch=told.append, stop=lambda: bool(told)), said)
    assert made.plan.interrupted
    assert not made.plan.frontier
    assert made.document["frontier_stopped"] is True
    assert "stopped: the frontier is not traced" in said
