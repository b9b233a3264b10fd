"""Measure the footprint engine: `python -m bench.footprint [--rows N] [--fuzz FILE]`.

Ten million legs are made by a seed, on a temporary disk; `--rows` takes fewer. FILE is what
`python -m bench.fuzz_importer --out FILE` wrote: that hour of fuzzing runs apart.
"""

from __future__ import annotations

import argparse
import base64
import csv
import io
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn

from app.exchange_desk import computer
from app.footprint_files import total_rows
from app.footprint_intake import Options
from app.footprints import FootprintDesk, take
from app.server import create_app
from app.server_store import Store
from app.tools import open_tools
from bench import footprint_bulk
from emissions.allocation import shares
from emissions.chain import TCE
from emissions.inventory import take_inventory

if TYPE_CHECKING:
    from collections.abc import Iterator

Figure = tuple[str, str, str]
SEED = 11
REPEATS, CALLS = 5, 400
MESSY_ROWS = 50_000
EXAMPLES = "tests/emissions/test_worked_examples.py"
HEAD = "shipment_id,leg_no,kind,mode,origin,destination,mass_kg,distance_km,distance_kind"
CHAIN = f"""{HEAD}
S1,1,transport,road,"Nanjing, CN",PVG,1000,359,sfd
S1,2,hub,air,PVG,PVG,1000,,
S1,3,transport,air,PVG,FRA,1000,8880,gcd
S1,4,hub,air,FRA,FRA,1000,,
S1,5,transport,road,FRA,"Madrid, ES",1000,1800,sfd
"""
UNROUTED = f"""{HEAD}
S1,1,transport,road,"Nanjing, CN",PVG,1000,,
S1,2,transport,air,PVG,FRA,1000,,
S1,3,transport,road,FRA,"Madrid, ES",1000,,
"""


def examples() -> Iterator[Figure]:
    """Run the worked examples: given figures, answers by hand."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", EXAMPLES],
        check=False,
        capture_output=True,
        text=True,
    )
    said = run.stdout.strip().splitlines()[-1] if run.stdout.strip() else run.stderr[-200:]
    yield "worked examples by hand, exact or to 1e-9", said, "within 0.1 %"


def command_line() -> Iterator[Figure]:
    """Time one shipment by the command line, start-up included."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text, wanted in (
            ("one chain of five elements, distances given", CHAIN, "<= 1.0 s"),
            ("one chain of three legs, distances by our networks", UNROUTED, "told"),
        ):
            file = Path(folder) / "legs.csv"
            file.write_text(text, "utf-8")
            command = [sys.executable, "-m", "app.cli", "footprint", str(file)]
            times = []
            for _ in range(REPEATS):
                start = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True)
                times.append(time.perf_counter() - start)
            yield (
                f"`greenlane footprint`, {name}: best; median of {REPEATS}",
                f"{min(times):.2f} s; {statistics.median(times):.2f} s",
                wanted,
            )


def over_http() -> Iterator[Figure]:
    """Time one shipment by the server's door, over real HTTP with one connection kept."""
    app = create_app(
        Store.of([], []),
        clients={"bench": "secret"},
        base_url="http://127.0.0.1",
        clock=lambda: datetime.now(UTC),
        compute=computer(),
    )
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    legs = list(csv.DictReader(io.StringIO(CHAIN, newline="")))
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        basic = base64.b64encode(b"bench:secret").decode()
        answer = client.post(
            "/auth/token",
            data={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {basic}"},
        )
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        times = sorted(_call(client, legs, i) for i in range(CALLS))
    server.should_exit = True
    thread.join()
    yield (
        f"POST /1/footprint, five elements, {CALLS} calls: p50; p95; p99",
        "; ".join(f"{times[CALLS * p // 100]:.1f}" for p in (50, 95, 99)) + " ms",
        "p95 <= 10 ms (vendors publish 42 to 174)",
    )


def _call(client: httpx.Client, legs: list[dict[str, Any]], number: int) -> float:
    body = {"legs": [leg | {"mass_kg": 1000 + number} for leg in legs]}
    start = time.perf_counter()
    answer = client.post("/1/footprint", json=body)
    assert answer.status_code == httpx.codes.OK, answer.text
    return (time.perf_counter() - start) * 1000


def conservation() -> Iterator[Figure]:
    """Show that shares make the whole, pieces the consignment, and any order the same bytes."""
    rng = random.Random(SEED)  # noqa: S311  (to be repeated, not to be secret)
    worst = 0.0
    for _ in range(2000):
        keys = [rng.uniform(0, 1e6) for _ in range(rng.randint(1, 200))]
        total = rng.uniform(1, 1e9)
        worst = max(worst, abs(math.fsum(shares(total, keys)) - total) / total)
    yield "shares of 2,000 random wholes: greatest relative rest", f"{worst:.1e}", "<= 1e-9"
    desk = FootprintDesk(open_tools())
    yield _pieces(desk, rng)
    legs = [
        (
            f"S{rng.randint(1, 99)},{i},transport,road,A,B,{rng.uniform(1, 9e3):.3f},"
            f"{rng.uniform(1, 3e3):.3f},sfd,ROAD-HGV-AVG"
        )
        for i in range(1, 2001)
    ]
    answers = set()
    for _ in range(5):
        rng.shuffle(legs)
        text = "\n".join([f"{HEAD},toc_id", *legs])
        answers.add(repr(total_rows(take(text.encode(), "legs.csv", desk, Options()))))
    yield "totals of 2,000 legs in five orders: different answers", f"{len(answers)}", "1"


def _pieces(desk: FootprintDesk, rng: random.Random) -> Figure:
    worst = 0.0
    for _ in range(300):
        pieces, mass = rng.randint(2, 50), rng.uniform(10, 25_000)
        whole = _haul(desk, mass, 1)
        parts = _haul(desk, mass / pieces, pieces)
        worst = max(worst, abs(parts - whole) / pieces)
    return "consignments split into pieces: greatest change", f"{worst:.2f} mg a piece", "<= 1 mg"


def _haul(desk: FootprintDesk, mass_kg: float, pieces: int) -> int:
    legs = [
        TCE(
            shipment_id="S",
            leg_no=i + 1,
            kind="transport",
            mode="road",
            origin="A",
            destination="B",
            mass_kg=mass_kg,
            distance_km=123.456,
            distance_kind="sfd",
            toc_id="ROAD-HGV-AVG",
        )
        for i in range(pieces)
    ]
    return take_inventory(legs, desk.tools.factors).physical.ttw_mg


def messy() -> Iterator[Figure]:
    """Time a stranger's export: layout, units, places, routes, categories, all traced."""
    rng = random.Random(SEED)  # noqa: S311  (to be repeated, not to be secret)
    towns = ["Frankfurt;DE", "Madrid;ES", "Lyon;FR", "Milano;IT", "Rotterdam;NL", "Warszawa;PL"]
    lines = [
        (
            "Sender / Shipper Name;Sender / Shipper City;Shipper Country;Consignee Name;"
            "Consignee City;Consignee Country;Gross weight (kgs);Shipment Date"
        )
    ]
    for i in range(MESSY_ROWS):
        a, b = rng.sample(towns, 2)
        lines.append(f"N{i};{a};C{i};{b};{rng.uniform(20, 24000):.1f};{i % 28 + 1:02d}.02.2026")
    content = "\n".join(lines).replace(".", ".").encode()
    desk = FootprintDesk(open_tools())
    start = time.perf_counter()
    result = take(content, "export.csv", desk, Options(decimal=".", date_format=""))
    seconds = time.perf_counter() - start
    assert sum(result.counts().values()) == MESSY_ROWS
    yield (
        f"a forwarder's export of {MESSY_ROWS:,} rows, routed and matched, every row traced",
        f"{seconds:.1f} s, {MESSY_ROWS / seconds:,.0f} rows/s; {result.counts()}",
        "seconds for a night's batch",
    )


def fuzzed(file: Path | None) -> Iterator[Figure]:
    """Tell what the hour of fuzzing found."""
    if file is None or not file.is_file():
        yield "fuzzing of the importer", "not in this run", ">= 1 h of CPU"
        return
    said = json.loads(file.read_bytes())
    yield "fuzzing of the importer", ", ".join(f"{k} {v}" for k, v in said.items()), ">= 1 h of CPU"


def main() -> None:
    """Print the table of bench/README.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--fuzz", type=Path)
    parser.add_argument("--work", type=Path, help="Folder for the ten million legs.")
    asked = parser.parse_args()
    cpu, wall = time.process_time(), time.perf_counter()
    print("| figure | measured | wanted |\n|---|---|---|")
    parts = [examples(), command_line(), over_http(), conservation(), messy(), fuzzed(asked.fuzz)]
    for part in parts:
        for figure in part:
            print("| " + " | ".join(figure) + " |", flush=True)
    with tempfile.TemporaryDirectory(dir=asked.work) as work:
        for figure in footprint_bulk.measure(None, Path(work), rows=asked.rows):
            print("| " + " | ".join(map(str, figure)) + " |", flush=True)
    own = time.process_time() - cpu
    children = sum(os.times()[2:4])
    print(f"\nwall {time.perf_counter() - wall:.0f} s, CPU {own + children:.0f} s, seed {SEED}")


if __name__ == "__main__":
    main()
