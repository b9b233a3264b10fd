"""Solve published network design instances through our formats: `python -m bench.canad`.

`python -m bench.canad --instances DIR [c33 c44 ...] [--variant split|single] [--limit SECONDS]
[--peers]`. DIR holds the Canad instances of fixed-charge multicommodity network design (`.dow`
files, at any depth), which we do not ship. Each becomes a problem folder of our formats, is read,
solved and audited as any other. A commodity is a shipment, an arc a service that takes no time
and has one unit; a split flow is a divisible shipment.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from app.tools import open_tools
from optimizer.audit import audit
from optimizer.intake import read_problem
from optimizer.scenarios import Objective, Scenario
from optimizer.solve import Effort, solve

# Optima that HiGHS and SCIP each proved on one arc model, and we on the problem folder.
REFERENCE = {
    ("c33", "split"): 423_848.0,
    ("c44", "split"): 604_198.0,
    ("c33", "single"): 423_933.0,
}
NAMES = ("c33", "c44")
_NOON = "2026-01-05T12:00Z"  # the one instant at which everything happens
_LATER = "2026-01-05T18:00Z"
_NO_VOLUME_M3_PER_T = 0.001  # commodities have no volume: it never binds


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A design instance: arcs as (tail, head, cost, capacity, fixed), commodities as (o, d, t)."""

    nodes: int
    arcs: tuple[tuple[int, int, float, float, float], ...]
    commodities: tuple[tuple[int, int, float], ...]


def read_design(path: Path) -> Design:
    """Read a `.dow` file: nodes, arcs and commodities, then a row for each."""
    lines = [line.split() for line in path.read_text("utf-8").splitlines() if line.strip()][1:]
    nodes, arcs, commodities = map(int, lines[0])
    return Design(
        nodes=nodes,
        arcs=tuple(
            (int(a), int(b), float(cost), float(capacity), float(fixed))
            for a, b, cost, capacity, fixed, *_ in lines[1 : 1 + arcs]
        ),
        commodities=tuple(
            (int(a), int(b), float(t)) for a, b, t in lines[1 + arcs : 1 + arcs + commodities]
        ),
    )


def write_problem(design: Design, folder: Path, *, split: bool) -> None:
    """Write a design as a problem of our formats: one currency unit is a euro, one unit a tonne."""
    hubs = [
        # Nodes of no known place stand close together, far from any road.
        (f"N{n:02}", "road", f"Node {n}", "DE", 0.0, -140 + n / 1e4, "UTC", "HUB-SITE", "DE")
        for n in range(1, design.nodes + 1)
    ]
    _write(
        folder / "hubs.csv",
        ("hub_id", "kind", "name", "country", "lat", "lon", "tz", "hoc_id", "grid_id"),
        hubs,
    )
    _write(
        folder / "transfers.csv",
        ("hub_id", "from_mode", "to_mode", "hours"),
        [(hub[0], "road", "road", 0) for hub in hubs],
    )
    common = {
        "carrier": "Carrier",
        "mode": "road",
        "distance_km": 10,
        "distance_kind": "sfd",
        "duration_h": 0,
        "unit_capacity_m3": 1e7,
        "toc_id": "ROAD-ARTIC33-AVG",
    }
    services = [
        common
        | {
            "service_id": f"A{number:04}",
            "origin_hub": f"N{tail:02}",
            "destination_hub": f"N{head:02}",
            "unit_capacity_kg": 1000 * capacity,
            "cost_per_unit": fixed,
            "cost_per_t": cost,
        }
        for number, (tail, head, cost, capacity, fixed) in enumerate(design.arcs, start=1)
    ]
    _write(folder / "services.csv", tuple(services[0]), [tuple(s.values()) for s in services])
    _write(
        folder / "departures.csv",
        ("service_id", "departs_at", "arrives_at", "units_max"),
        [(s["service_id"], _NOON, _NOON, 1) for s in services],
    )
    _write(
        folder / "shipments.csv",
        (
            "shipment_id",
            "origin",
            "destination",
            "mass_kg",
            "volume_m3",
            "ready_at",
            "due_at",
            "divisible",
        ),
        [
            (
                f"K{number:03}",
                f"N{origin:02}",
                f"N{destination:02}",
                1000 * tonnes,
                _NO_VOLUME_M3_PER_T * tonnes,
                _NOON,
                _LATER,
                "yes" if split else "no",
            )
            for number, (origin, destination, tonnes) in enumerate(design.commodities, start=1)
        ],
    )


def _write(path: Path, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run of one engine found, and what it cost."""

    engine: str
    value: float
    bound: float
    cpu_s: float
    wall_s: float
    note: str = ""

    def row(self, name: str, variant: str) -> str:
        """Return the row of a table."""
        gap = 100 * (self.value - self.bound) / self.value if np.isfinite(self.value) else np.nan
        wanted = REFERENCE.get((name, variant))
        return (
            f"| {name} {variant} | {self.engine} | {self.value:,.2f} | {self.bound:,.2f} "
            f"| {gap:.3f} % | {self.cpu_s:.1f}; {self.wall_s:.1f} "
            f"| {'' if wanted is None else f'{wanted:,.0f}'} | {self.note} |"
        )


def run_ours(design: Design, *, split: bool, limit_s: float) -> Measured:
    """Solve a design through our formats and audit the plan."""
    tools = open_tools()
    scenario = Scenario(objective=Objective(mode="cost"))
    with tempfile.TemporaryDirectory() as folder:
        write_problem(design, Path(folder), split=split)
        intake = read_problem(Path(folder), tools.catalogue, tools.factors, scenario)
    assert not intake.refused, intake.refused[:3]
    cpu, wall = time.process_time(), time.perf_counter()
    plan = solve(intake.problem, effort=Effort(name="large", time_limit_s=limit_s), report=_say)
    cpu_s, wall_s = time.process_time() - cpu, time.perf_counter() - wall
    findings = audit(plan)
    findings.raise_if_failed()
    level = plan.levels[0]
    return Measured(
        engine=f"greenlane, {plan.solver}",
        value=level.value,
        bound=level.lower_bound,
        cpu_s=cpu_s,
        wall_s=wall_s,
        note=f"{plan.status}, {len(plan.problem.shipments)} consignments, audit passed",
    )


def _say(line: str) -> None:
    print(f"  {line}", file=sys.stderr)


def run_peer(design: Design, solver: str, *, split: bool, limit_s: float) -> Measured:
    """Solve the strong arc formulation as one model, as anybody would."""
    from ortools.linear_solver.python import model_builder_helper as bulk  # noqa: PLC0415

    arcs, commodities = np.array(design.arcs), np.array(design.commodities)
    m, k = len(arcs), len(commodities)
    tail, head = arcs[:, 0].astype(int) - 1, arcs[:, 1].astype(int) - 1
    demand = commodities[:, 2]
    arc, who, flow = np.repeat(np.arange(m), k), np.tile(np.arange(k), m), np.arange(m * k)
    balance, forcing = design.nodes * k, design.nodes * k + m
    ones = np.ones(m * k)
    matrix = sparse.csr_matrix(
        (
            np.concatenate([ones, -ones, demand[who], -arcs[:, 3], ones, -ones]),
            (
                np.concatenate(
                    [
                        tail[arc] * k + who,
                        head[arc] * k + who,
                        balance + arc,
                        balance + np.arange(m),
                        forcing + flow,
                        forcing + flow,
                    ]
                ),
                np.concatenate([flow, flow, flow, m * k + np.arange(m), flow, m * k + arc]),
            ),
        )
    )
    supply = np.zeros((design.nodes, k))
    supply[commodities[:, 0].astype(int) - 1, np.arange(k)] += 1
    supply[commodities[:, 1].astype(int) - 1, np.arange(k)] -= 1
    least = np.concatenate([supply.ravel(), np.full(m + m * k, -np.inf)])
    most = np.concatenate([supply.ravel(), np.zeros(m + m * k)])
    model = bulk.ModelBuilderHelper()
    cost = np.concatenate([(arcs[:, 2][:, None] * demand[None, :]).ravel(), arcs[:, 4]])
    size = m * k + m
    model.fill_model_from_sparse_data(np.zeros(size), np.ones(size), cost, least, most, matrix)
    for j in range(0 if not split else m * k, size):
        model.set_var_integrality(j, True)  # noqa: FBT003  (not our signature)
    run = bulk.ModelSolverHelper(solver)
    run.set_time_limit_in_seconds(limit_s)
    cpu, wall = time.process_time(), time.perf_counter()
    run.solve(model)
    return Measured(
        engine=f"{solver}, one arc model",
        value=run.objective_value() if run.has_solution() else np.nan,
        bound=run.best_objective_bound() if run.has_solution() else np.nan,
        cpu_s=time.process_time() - cpu,
        wall_s=time.perf_counter() - wall,
        note=str(run.status()),
    )


def main() -> int:
    """Print one row per instance, variant and engine."""
    options = argparse.ArgumentParser(prog="python -m bench.canad")
    options.add_argument("names", nargs="*", default=list(NAMES))
    options.add_argument("--instances", type=Path, required=True, help="folder of .dow files")
    options.add_argument("--variant", choices=("split", "single"), action="append")
    options.add_argument("--limit", type=float, default=60.0, help="seconds for each engine")
    options.add_argument("--peers", action="store_true", help="also one arc model each")
    asked = options.parse_args()
    files = {path.stem: path for path in sorted(asked.instances.rglob("*.dow"))}
    if not files:
        print(f"skipped: no .dow file under {asked.instances}; the instances are not shipped")
        return 0
    print("| instance | engine | value | bound | gap | CPU; wall s | known | |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for name in asked.names:
        if name not in files:
            print(f"skipped: no {name}.dow; there are {', '.join(files)}")
            continue
        design = read_design(files[name])
        for variant in asked.variant or ("split",):
            split = variant == "split"
            runs = [run_ours(design, split=split, limit_s=asked.limit)]
            if asked.peers:
                runs += [
                    run_peer(design, solver, split=split, limit_s=asked.limit)
                    for solver in ("highs", "scip")
                ]
            for run in runs:
                print(run.row(name, variant), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
