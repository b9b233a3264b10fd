"""Measure the figures of the reference lane: `python -m bench.lane [--effort E]`."""

from __future__ import annotations

import contextlib
import io
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app import claims, workflow
from app.demo import run_demo
from app.tools import open_tools
from data.units import MG_PER_KG
from emissions.evidence import exit_code, read_trust, verify_pack

if TYPE_CHECKING:
    from collections.abc import Iterator

FLIP_STRIDE = 997  # a prime: bytes of every member are hit; `--every-byte` tries them all


def demo_times(folder: Path, effort: str) -> tuple[float, float]:
    """Run the demo into a folder; return CPU and wall seconds."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        code = run_demo(folder, effort=effort, say=lambda _: None)
    assert code == 0
    return cpu_seconds() - cpu, time.perf_counter() - wall


def cpu_seconds() -> float:
    """Return CPU seconds of this process and of the workers it has waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def rows(folder: Path, again: Path) -> Iterator[tuple[str, str]]:
    """Yield what was measured and what came out."""
    for name in workflow.SCENARIOS:
        s = json.loads((folder / name / "summary.json").read_bytes())
        yield (
            f"{name}: cost EUR; physical, market-based kg CO2e; gap; status",
            (
                f"{s['cost']['total']:,.0f}; {s['physical_kgco2e']['wtw']:,.0f}, "
                f"{s['market_based_kgco2e']['wtw']:,.0f}; {100 * s['gap']:.3f} %; {s['status']}"
            ),
        )
        yield (
            f"{name}: plan CO2e minus footprint of legs.csv, mg",
            str(difference_mg(folder / name)),
        )
    pilot = json.loads((folder / "pilot" / "summary.json").read_bytes())
    yield "air share of the pilot's physical total", f"{100 * pilot['mode_shares']['air']:.2f} %"
    files = [p.relative_to(folder) for p in sorted(folder.rglob("*")) if p.is_file()]
    same = sum((folder / f).read_bytes() == (again / f).read_bytes() for f in files)
    yield "files of two runs that are byte-identical", f"{same} of {len(files)}"
    stride = 1 if "--every-byte" in sys.argv else FLIP_STRIDE
    flipped, found = flips(folder, stride)
    yield f"flipped bytes found (one in {stride})", f"{found} of {flipped}"


def difference_mg(folder: Path) -> int:
    """Return the plan's CO2e minus that recomputed from its legs.csv."""
    tools = open_tools()
    again = claims.take_footprint(folder / "legs.csv", tools.factors).inventory
    told = float(json.loads((folder / "summary.json").read_bytes())["physical_kgco2e"]["wtw"])
    return round(told * MG_PER_KG) - again.physical.wtw_mg


def flips(folder: Path, stride: int) -> tuple[int, int]:
    """Flip one bit of one byte in `stride` and count the packs that are refused."""
    pack = (folder / "claim.zip").read_bytes()
    trust = read_trust((folder / "trust.toml").read_bytes())
    tried = found = 0
    for at in range(0, len(pack), stride):
        bad = bytearray(pack)
        bad[at] ^= 1
        tried += 1
        found += exit_code(verify_pack(bytes(bad), trust=trust)) == 1
    return tried, found


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        first, second = Path(name) / "a", Path(name) / "b"
        effort = sys.argv[sys.argv.index("--effort") + 1] if "--effort" in sys.argv else "small"
        cpu, wall = demo_times(first, effort)
        second.mkdir()
        for key in ("demo.key", "trust.toml"):  # one key, so that packs can be equal
            (second / key).write_bytes((first / key).read_bytes())
        demo_times(second, effort)
        print(f"{platform.machine()}, Python {platform.python_version()}")
        print("| figure | measured |\n|---|---|")
        print(f"| demo, computing: CPU s; wall s | {cpu:.1f}; {wall:.1f} |")
        for figure, measured in rows(first, second):
            print(f"| {figure} | {measured} |")


if __name__ == "__main__":
    main()
