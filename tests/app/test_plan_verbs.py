"""`greenlane plan` at scale as a user runs it: Ctrl-C, helpers, and what a decision costs."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path  # noqa: TC003  (pytest reads fixtures' annotations)
from typing import IO

import pytest

from app.cli import main
from bench.synthetic_folder import write_folder


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sixty")
    write_folder(folder, terminals=40, shipments=60, seed=1)
    return folder


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(a) for a in arguments])
    return int(stopped.value.code or 0)


def begun(folder: Path, out: Path) -> tuple[subprocess.Popen[str], IO[str]]:
    """Return a long search that has its first plan."""
    command = [sys.executable, "-m", "app.cli", "plan", str(folder), "-o", str(out)]
    process = subprocess.Popen(
        [*command, "--effort", "large"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "round 1" in line:
            return process, process.stderr
    pytest.fail("the search never began")


def test_ctrl_c_stops_the_search_and_keeps_its_plan(sixty: Path, tmp_path: Path) -> None:
    process, told = begun(sixty, tmp_path)
    with process:
        process.send_signal(signal.SIGINT)
        rest = told.read()
    assert process.returncode == 0
    assert "the best plan is kept" in rest
    summary = json.loads((tmp_path / "summary.json").read_bytes())
    assert summary["status"] == "interrupted"
    assert summary["deterministic"] is False
    assert "trace" not in json.loads((tmp_path / "plan.json").read_bytes())


def test_second_ctrl_c_aborts(sixty: Path, tmp_path: Path) -> None:
    process, told = begun(sixty, tmp_path / "none")
    with process:
        process.send_signal(signal.SIGINT)
        for line in told:
            if "Ctrl-C again aborts" in line:
                break
        process.send_signal(signal.SIGINT)
        told.read()
    assert process.returncode == 130
    assert not (tmp_path / "none").exists()


def test_helpers_do_not_change_a_byte_and_the_trace_has_no_clock(
    sixty: Path, tmp_path: Path
) -> None:
    for name, options in (("one", ["--threads", 1]), ("two", ["--threads", 2])):
        assert run("plan", sixty, "-o", tmp_path / name, "--effort", "small", *options) == 0
    files = sorted(p.name for p in (tmp_path / "one").iterdir())
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    trace = json.loads((tmp_path / "one" / "plan.json").read_bytes())["trace"]
    assert {"phase", "best", "bound", "gap"} == set(trace[0])
    bests = [x["best"] for x in trace if x["best"] is not None]
    assert bests == sorted(bests, reverse=True)


def test_workers_and_a_cluster_together_are_refused(
    sixty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run("plan", sixty, "-o", tmp_path, "--workers", 2, "--cluster", "tcp://127.0.0.1:1")
    assert code == 2
    assert "wanted one of them" in capsys.readouterr().err


def test_compare_prints_what_a_decision_costs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ground, quick = "cheapest", ("--effort", "small")
    assert run("plan", _sample(), "-o", tmp_path / "free", "--scenario", ground, *quick) == 0
    document = json.loads((tmp_path / "free" / "plan.json").read_bytes())
    leg = next(x for x in document["legs"] if x["service_id"] and x["mode"] != "road")
    text = (_sample() / "scenarios" / f"{ground}.toml").read_text("utf-8")
    (tmp_path / "banned.toml").write_text(
        f'{text}\n[[decision]]\nkind = "ban"\nwhat = "leg"\nname = "{leg["service_id"]}"\n'
        f'shipment = "{leg["shipment_id"]}"\n',
        "utf-8",
    )
    banned = ("--scenario", tmp_path / "banned.toml")
    assert run("plan", _sample(), "-o", tmp_path / "b", *banned, *quick) == 0
    capsys.readouterr()
    assert run("compare", tmp_path / "free", tmp_path / "b") == 0
    told = capsys.readouterr().out
    assert f"Ban leg {leg['service_id']}, for {leg['shipment_id']}" in told
    assert "Against free this costs" in told
    assert "kg CO₂e physical" in told
    assert "kg CO₂e market-based" in told
    assert leg["shipment_id"] in told


def _sample() -> Path:
    from app.workflow import sample_folder  # noqa: PLC0415

    return sample_folder()
