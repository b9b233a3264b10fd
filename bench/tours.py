"""Prove public electric tours and compare engines: `python -m bench.tours --instances DIR`.

`python -m bench.tours [--instances DIR] [--peers]`. DIR holds instances of the electric VRP with
time windows of 5 and 10 customers (Schneider, Stenger and Goeke, 2014), which we do not ship.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.tours.audit import audit_tours
from optimizer.tours.engine import Effort, open_engine
from optimizer.tours.evrptw import read_evrptw
from optimizer.tours.records import Site, Stop, TourProblem, TourVehicle, Ways
from optimizer.tours.solve import plan_tours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.tours.records import TourPlan

# Best known values as printed in 2014 (CPLEX column): from memory, not re-read.
FROM_MEMORY = {
    "c101C5": (2, 257.75),
    "r104C5": (2, 136.69),
    "rc105C5": (2, 241.30),
    "c101C10": (3, 393.76),
}
_HEAD = (
    "| instance | vehicles | distance | proven | OR-Tools: vehicles, distance | CPU s | wall s |"
)
_PEER_STOPS = 100
_PEER_EFFORTS = ("small", "normal")


def proofs(folder: Path) -> Iterator[str]:
    """Yield a row per instance; fail on a known value that differs."""
    yield _HEAD + "\n" + "|---" * _HEAD.count(" | ") + "|---|"
    paths = sorted(folder.rglob("*.txt"), key=_by_size)
    for path in paths:
        problem = read_evrptw(path)
        cpu, wall = time.process_time(), time.perf_counter()
        plan = plan_tours(problem, open_engine("exact"), Effort())
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert audit_tours(plan).ok
        assert not plan.unserved
        known = FROM_MEMORY.get(path.stem)
        if known is not None:
            assert (len(plan.tours), round(plan.km, 2)) == known, (path.stem, known, plan.km)
        other = plan_tours(problem, open_engine("ortools"), Effort(name="small"))
        yield (
            f"| {path.stem}{' *' if known else ''} | {len(plan.tours)} | {plan.km:.2f} | "
            f"{'yes' if plan.proven else 'no'} | {len(other.tours)}, {other.km:.2f} | "
            f"{cpu:.2f} | {wall:.2f} |"
        )


def _by_size(path: Path) -> tuple[int, str]:
    return int(path.stem.rpartition("C")[2]), path.stem


def synthetic(stops: int = _PEER_STOPS, seed: int = 1) -> TourProblem:
    """Return a seeded problem: 100 x 100 km, windows of 1 to 8 hours, 3 t vans paid by the hour."""
    rng = random.Random(seed)  # noqa: S311  (a test world, not a secret)
    points = [(50.0, 50.0), *((rng.uniform(0, 100), rng.uniform(0, 100)) for _ in range(stops))]
    return TourProblem(
        sites=tuple(Site(hub_id=f"N{i}", name="", lat=0.0, lon=0.0) for i in range(len(points))),
        stops=tuple(_stop(i, rng) for i in range(1, stops + 1)),
        vehicles=(
            TourVehicle(
                vehicle_id="van",
                count=25,
                depot=0,
                starts_min=0.0,
                ends_min=660.0,
                capacity_kg=3000.0,
                capacity_m3=30.0,
                km_per_h=50.0,
                fixed_eur=100.0,
                eur_per_km=0.5,
                eur_per_h=25.0,
            ),
        ),
        ways=Ways(km=tuple(tuple(math.dist(a, b) for b in points) for a in points)),
        starts_at=datetime(2026, 1, 5, tzinfo=UTC),
    )


def _stop(i: int, rng: random.Random) -> Stop:
    ready = rng.uniform(60, 360)
    return Stop(
        stop_id=f"N{i}",
        shipment_id=f"N{i}",
        kind="delivery",
        site=i,
        mass_kg=float(rng.randint(50, 400)),
        volume_m3=1.0,
        ready_min=ready,
        due_min=min(ready + rng.choice([60.0, 120.0, 480.0]), 540.0),
        service_min=10.0,
    )


def peers() -> Iterator[str]:
    """Yield a row per engine and effort, on one synthetic problem; then at like CPU."""
    yield "| engine | steps | tours | km | EUR | left | CPU s |\n|---|---|---|---|---|---|---|"
    problem = synthetic()
    for engine in ("ortools", "pyvrp"):
        for effort in (*_PEER_EFFORTS, *(["15000"] if engine == "pyvrp" else [])):
            cpu = time.process_time()
            plan = plan_tours(problem, open_engine(engine), Effort(name=effort))
            yield _peer(plan, time.process_time() - cpu)


def _peer(plan: TourPlan, cpu: float) -> str:
    steps = Effort(name=plan.effort).steps
    return (
        f"| {plan.engine} | {steps:,} | {len(plan.tours)} | {plan.km:,.1f} | "
        f"{plan.cost_eur:,.2f} | {len(plan.unserved)} | {cpu:.1f} |"
    )


def main() -> None:
    """Print the tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parents[2] / "shared" / "instances" / "optimiser" / "evrptw"
    asked.add_argument("--instances", type=Path, default=default)
    asked.add_argument("--peers", action="store_true", help="compare OR-Tools with PyVRP instead")
    options = asked.parse_args()
    if not options.peers and not options.instances.is_dir():
        sys.exit(f"{options.instances}: no such folder of instances")
    for row in peers() if options.peers else proofs(options.instances):
        print(row, flush=True)


if __name__ == "__main__":
    main()
