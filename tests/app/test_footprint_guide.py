"""The guide's commands and files work as they stand."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import pytest

from app.cli import main
from app.footprint_files import Wanted, footprint_files
from app.footprint_intake import Options
from app.footprints import FootprintDesk, take
from app.tools import open_tools
from data.operation_schemas import OPERATIONS
from data.tables import read_bytes
from emissions.operations import categories_of

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "footprint.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)


COMMANDS = [line for block in blocks("sh") for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_of_the_guide_run(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documentation is code."""
    monkeypatch.chdir(ROOT)
    command = [str(tmp_path / "out") if w == "out/footprint" else w for w in shlex.split(line)]
    with pytest.raises(SystemExit) as stopped:
        main(command[1:])
    assert stopped.value.code == 0
    if "-o" in command:
        assert {"legs.csv", "totals.csv", "rows.csv", "report.html", "profile.toml"} <= {
            p.name for p in (tmp_path / "out").iterdir()
        }


def test_operations_of_the_guide_are_categories() -> None:
    """Freighter out and back is one category; belly freight shares with 290 passengers."""
    factors = open_tools().factors
    table = read_bytes(blocks("csv")[0].encode(), "operations.csv", OPERATIONS)
    made = categories_of(table, factors)
    assert not table.refused
    names = [row["toc_id"] for row in made["intensities"]]
    assert names == ["XX8401", "XX19"]


def test_targets_and_measures_of_the_guide_are_weighed() -> None:
    """Both files stand in the report, the year of the footprint among the target's periods."""
    targets, measures = (text.encode() for text in blocks("toml"))
    desk = FootprintDesk(open_tools())
    legs = (
        "shipment_id,leg_no,kind,mode,origin,destination,mass_kg,distance_km,distance_kind\n"
        "S1,1,transport,air,PVG,FRA,1000,8880,gcd\nS1,2,hub,air,FRA,FRA,1000,,\n"
    )
    result = take(legs.encode(), "legs.csv", desk, Options())
    wanted = Wanted(
        period=(date(2026, 1, 1), date(2026, 12, 31)),
        targets=("targets.toml", targets),
        measures=("measures.toml", measures),
    )
    files = footprint_files(result, desk.atlas, wanted)
    text = files["report.json"].decode()
    assert '"year": 2026' in text
    assert "Rail instead of air" in text
    assert b"Rail instead of air" in files["report.html"]
