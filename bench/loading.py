"""Measure everything of load plans in one run: `python -m bench.loading --instances DIR`.

DIR holds `BR`, `aclpp` and `trucks_axles`, which are not shipped. Each row is a command of its own,
printed before what it says, so it can be run alone; CPU and wall seconds follow. `--only NAME ...`
picks rows, `--list` names them. Whole, it takes some hours on two cores.
"""

from __future__ import annotations

import argparse
import resource
import shlex
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path("instances/loading")
ROWS = {
    "br_1s": "loading_br --instances {dir}/BR --ids 7,30 --seconds 1",
    "br_10s": "loading_br --instances {dir}/BR --ids 7 --seconds 10 --validate",
    "br_75": "loading_br --instances {dir}/BR --ids 7 --seconds 10 --support 75 --validate",
    "br_100": "loading_br --instances {dir}/BR --ids 7 --seconds 10 --support 100 --validate",
    "peers": "loading_peers --instances {dir}/BR --ids 7 --seconds 1",
    "mpv": "loading_mpv --sizes 50,100,200 --seeds 10",
    "quick": "loading_quick --loads 20000 --seed 1",
    "assign": "loading_assign --seeds 5",
    "flights": "aclpp --folder {dir}/aclpp",
    "flights_anew": "aclpp_load --folder {dir}/aclpp",
    "trucks": "loading_trucks --folder {dir}/trucks_axles",
    "faults": "loading_faults --each 1000 --seed 1",
    "in_plan": "loading_in_plan",
}


def measured(words: str) -> int:
    """Run one row, say what it took, and return its exit code."""
    print(f"\n## python -m bench.{words}\n", flush=True)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([sys.executable, "-m", *shlex.split(f"bench.{words}")], check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    took = f"{cpu:,.0f} CPU s, {time.monotonic() - began:,.0f} s wall"
    print(f"\n{took}" + (f"; exit code {done.returncode}" if done.returncode else ""), flush=True)
    return done.returncode


def main() -> None:
    """Run the rows asked for; exits with 1 when one of them failed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--instances", type=Path, default=FOLDER)
    options.add_argument("--only", nargs="+", choices=ROWS, default=list(ROWS))
    options.add_argument("--list", action="store_true", help="name the rows")
    told = options.parse_args()
    rows = {name: ROWS[name].format(dir=shlex.quote(str(told.instances))) for name in told.only}
    if told.list:
        for name, words in rows.items():
            print(f"{name:14}python -m bench.{words}")
        return
    sys.exit(max(measured(words) for words in rows.values()) and 1)


if __name__ == "__main__":
    main()
