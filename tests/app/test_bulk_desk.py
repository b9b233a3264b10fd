"""Millions of legs by one command: the same figures as row by row, matched where none is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.cli import main
from app.footprint_intake import Options
from app.footprints import FootprintDesk, take
from app.tools import open_tools

if TYPE_CHECKING:
    from pathlib import Path


def legs(path: Path) -> Path:
    """Write 300 legs, of which a third names no category and one is refused."""
    n = 300
    table = pa.table(
        {
            "shipment_id": [f"S{i // 3}" for i in range(n)],
            "leg_no": [i % 3 + 1 for i in range(n)],
            "kind": ["transport"] * n,
            "mode": ["road", "air", "road"] * (n // 3),
            "origin": ["AA"] * n,
            "destination": ["BB"] * n,
            "mass_kg": [100.0 + i for i in range(n - 1)] + [-1.0],
            "distance_km": [50.0, 8880.0, 120.0] * (n // 3),
            "distance_kind": ["sfd", "gcd", "sfd"] * (n // 3),
            "toc_id": ["ROAD-HGV-AVG", "AIR-LONGHAUL-AVG", None] * (n // 3),
            "vehicle": [None, None, "40t artic"] * (n // 3),
        }
    )
    pq.write_table(table, path)
    return path


def run(*arguments: str | Path) -> object:
    with pytest.raises(SystemExit) as stopped:
        main([str(a) for a in arguments])
    return stopped.value.code


def test_bulk_gives_what_row_by_row_gives(tmp_path: Path) -> None:
    """F2 and the ladder, both ways; one row refused, none lost, the total the same."""
    path = legs(tmp_path / "legs.parquet")
    assert run("footprint", path, "--bulk", "-o", tmp_path / "out") == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_bytes())
    assert summary["rows"] == {"total": 300, "ok": 200, "warned": 99, "refused": 1}
    result = take(path.read_bytes(), path.name, FootprintDesk(open_tools()), Options())
    assert summary["kgco2e"]["wtw"] == pytest.approx(result.inventory.physical.wtw_kgco2e, abs=1e-9)
    totals = pq.read_table(tmp_path / "out" / "totals.parquet")
    assert totals.num_rows == 100
    assert not (tmp_path / "out" / ".work").exists()


def test_bulk_wants_a_folder_and_can_be_strict(tmp_path: Path) -> None:
    """Many files come out; a refused row is an answer of no under --strict."""
    path = legs(tmp_path / "legs.parquet")
    assert run("footprint", path, "--bulk") == 2
    assert run("footprint", path, "--bulk", "-o", tmp_path / "out", "--strict") == 1
