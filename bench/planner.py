"""Measure the planner: `python -m bench.planner [rows ...] [--seeds N] [--threads N]`.

Rows: 1k, 10k-short, 10k, 100k (synthetic networks of 200 terminals and 40,000 departures), small
(300 shipments through our files, 40 hubs), frontier, first (time to a first answer), mip (the exact
model beside us). Values leave out shipments that no chain serves. The per-shipment baseline is what
a user would write: each shipment's cheapest chain at evenly shared unit prices, units then shared.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
import tempfile
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.tools import open_tools
from bench.synthetic import synthetic
from bench.synthetic_folder import write_folder
from optimizer.audit import audit
from optimizer.intake import read_problem
from optimizer.planner.bounds import Ascent, even_prices
from optimizer.planner.corridor_kernels import FOUND
from optimizer.planner.corridors import Width, build, least_seconds
from optimizer.planner.dag_kernels import plan_price
from optimizer.planner.engine import Work, plan
from optimizer.planner.search import opened_prices
from optimizer.planner.shards import Threads
from optimizer.scenarios import FuelPolicy, Neutrality, Scenario
from optimizer.solve import Effort, Hands, frontier, solve, with_whole_timetable
from optimizer.solvers.mip import choose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.synthetic import Instance
    from optimizer.planner.engine import Answer, Progress
    from optimizer.problem import Problem

THREADS = int(sys.argv[sys.argv.index("--threads") + 1]) if "--threads" in sys.argv else 2
SEEDS = int(sys.argv[sys.argv.index("--seeds") + 1]) if "--seeds" in sys.argv else 1
WORK = {
    "1k": Work(rounds=6, steps=60_000, climbs=75, proofs=6, width=Width(factor=2.0, most=1500),
               whole=False),
    "10k-short": Work(rounds=1, steps=100_000, climbs=50, proofs=1,
                      width=Width(factor=1.6, most=350), whole=False),
    "10k": Work(rounds=5, steps=300_000, climbs=50, proofs=5,
                width=Width(factor=1.6, most=350), whole=False),
    "100k": Work(rounds=1, steps=2_000_000, climbs=40, proofs=1,
                 width=Width(factor=1.3, most=80), whole=False),
}  # fmt: skip
SHIPMENTS = {"1k": 1_000, "10k-short": 10_000, "10k": 10_000, "100k": 100_000}


class Clock:
    """CPU and wall seconds since it was made."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def __str__(self) -> str:
        cpu, wall = time.process_time() - self._cpu, time.perf_counter() - self._wall
        return f"{cpu:.1f} CPU s, {wall:.1f} s"


def say(text: str) -> None:
    """Print a row at once."""
    print(text, flush=True)


def peak_mb() -> float:
    """Return the greatest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def at_scale(row: str, seed: int) -> None:
    """Plan one synthetic instance and tell every phase."""
    made = synthetic(200, SHIPMENTS[row], seed)
    clock = Clock()

    def watch(progress: Progress) -> None:
        if not progress.phase.startswith("round"):
            say(f"  {row} seed {seed}: {progress.text}; {clock}")

    answer = plan(made.board, made.freight, WORK[row], seed=1, threads=THREADS, report=watch)
    value, bound = answer.value - answer.unservable, answer.bound - answer.unservable
    left = sum(not len(d) for d in answer.departures) - int((answer.status != FOUND).sum())
    over, mine = recheck(made, answer)
    say(
        f"{row} seed {seed}: {value:,.0f}, bound {bound:,.0f}, gap "
        f"{100 * (value - bound) / value:.2f} %, left {left}, departures over their units {over}, "
        f"recounted {mine:,.0f}; {clock}; peak {peak_mb():.0f} MB"
    )
    if row != "100k":
        cost, broken = baseline(made)
        say(
            f"  per-shipment cheapest chains, units shared: {cost:,.0f} ({broken} departures over "
            f"their units): ours saves {100 * (1 - value / cost):.1f} %"
        )


def recheck(made: Instance, answer: Answer) -> tuple[int, float]:
    """Recount a plan in plain numpy: chains in order and in time, units, price."""
    d, s, f = made.departures, made.shipments, made.freight
    kg, m3 = np.zeros(len(d["at"])), np.zeros(len(d["at"]))
    total = 0.0
    for k, taken in enumerate(answer.departures):
        if not len(taken):
            if answer.status[k] == FOUND:
                total += f.unserved[k]
            continue
        assert d["origin"][taken[0]] == s["origin"][k]
        assert d["destination"][taken[-1]] == s["destination"][k]
        assert d["at"][taken[0]] >= s["ready"][k] - 1e-3
        assert d["arrives"][taken[-1]] <= s["due"][k] + 1e-3
        for a, b in pairwise(taken):
            assert d["destination"][a] == d["origin"][b]
            assert d["arrives"][a] <= d["at"][b] + 1e-3
        total += float((made.board.per_kg[d["lane"][taken]] * s["mass"][k]).sum())
        kg[taken] += s["mass"][k]
        m3[taken] += s["volume"][k]
    load = np.maximum(kg / d["kg"], m3 / d["m3"])
    lane = d["lane"]
    total += float(opened_prices(load, made.board.full[lane], made.board.part[lane]).sum())
    return int((load > d["units"] + 1e-6).sum()), total


def baseline(made: Instance) -> tuple[float, int]:
    """Return the price of each shipment's own cheapest chain with units shared, limits ignored."""
    board, freight, local = made.board, made.freight, Threads(1)
    found = build(board, freight, least_seconds(board), Width(factor=1.0 + 1e-9, most=64), local)
    ascent = Ascent(
        board, freight, found.corridors, even_prices(board, found.corridors), local, whole=False
    )
    ascent.measure()
    departures = len(board.service)
    value, over = plan_price(
        found.corridors, board, freight, ascent.chains, ascent.legs,
        np.zeros(departures), np.zeros(departures),
    )  # fmt: skip
    return float(value - freight.unserved[found.status != FOUND].sum()), int(over)


def small(seed: int) -> Problem:
    """Return the small planner's case, read from its files."""
    tools = open_tools()
    with tempfile.TemporaryDirectory() as name:
        write_folder(Path(name), 40, 300, seed)
        return read_problem(Path(name), tools.catalogue, tools.factors, Scenario()).problem


def small_row(seed: int, *, effort: str) -> None:
    """Plan the small case through the public API; audit it."""
    problem, clock = small(seed), Clock()
    cost = replace(problem.scenario, objective=replace(problem.scenario.objective, mode="cost"))
    answer = solve(
        replace(problem, scenario=cost),
        effort=Effort(name=effort),
        report=lambda text: (
            say(f"  small seed {seed}: {text}; {clock}")
            if "proof" in text or "first" in text
            else None
        ),
        hands=Hands(threads=THREADS),
    )
    level, report = answer.levels[0], audit(answer)
    say(
        f"small seed {seed}: {level.value:,.0f}, bound {level.lower_bound:,.0f}, gap "
        f"{100 * level.gap:.2f} %, audit {'passed' if report.ok else 'FAILED'}, left "
        f"{len(answer.unserved) - len(answer.unservable)}; {clock}"
    )


def frontier_row(seed: int) -> None:
    """Trace cost against CO2e with SAF on offer."""
    problem = small(seed)
    fuel = FuelPolicy(saf_max_share=0.5, saf_price_per_t=1300, saf_pathway="hefa-uco")
    scenario = replace(
        problem.scenario, fuel=fuel, neutrality=Neutrality(target=1.0, credit_price_per_t=30.0)
    )
    clock, begun = Clock(), time.perf_counter()
    points = frontier(
        replace(problem, scenario=scenario), 12, effort=Effort(name="small"),
        hands=Hands(threads=THREADS),
    )  # fmt: skip
    minutes = (time.perf_counter() - begun) / 60
    beaten = sum(
        any(q.cost_eur <= p.cost_eur and q.market_mg <= p.market_mg and q is not p for q in points)
        for p in points
    )
    worst = 100 * max(p.gap for p in points)
    say(
        f"frontier seed {seed}: {len(points)} points, {len(points) / minutes:.0f} a minute, "
        f"{beaten} dominated, worst gap {worst:.1f} %; {clock}"
    )


def first_row(seed: int) -> None:
    """Tell how soon the first plan of the small case is known, from the read problem on."""
    problem = small(seed)
    for run in ("cold", "warm"):
        begun = time.perf_counter()
        told: list[float] = []
        solve(
            problem,
            effort=Effort(name="small"),
            report=lambda text, b=begun, t=told: (
                t.append(time.perf_counter() - b) if text.startswith("first plan") else None
            ),
            hands=Hands(threads=THREADS),
        )
        say(f"first seed {seed} ({run}): first plan after {told[0]:.1f} s")


def mip_row(seed: int, seconds: float) -> None:
    """Give the exact model the same problem and the same time, in HiGHS and in SCIP."""
    problem = small(seed)
    cost = replace(problem.scenario, objective=replace(problem.scenario.objective, mode="cost"))
    problem = replace(problem, scenario=cost)
    departures, problem = with_whole_timetable(problem)
    crowded = frozenset(d.departure_id for d in departures)
    for solver in ("HIGHS", "GSCIP"):
        clock = Clock()
        try:
            choice = choose(
                problem, departures, crowded=crowded, effort="large", seed=1,
                time_limit_s=seconds, solver=solver,
            )  # fmt: skip
            level = choice.levels[0]
            say(
                f"mip seed {seed} {solver}: {level.value:,.0f}, bound {level.lower_bound:,.0f} "
                f"(penalties of unservable shipments in both); {clock}"
            )
        except Exception as error:  # noqa: BLE001  (a peer may fail in its own ways)
            say(f"mip seed {seed} {solver}: no plan ({type(error).__name__}: {error}); {clock}")


def rows() -> Iterator[str]:
    """Yield the rows that were asked for, or all."""
    known = ("first", "small", "frontier", *WORK, "mip")
    asked = [a for a in sys.argv[1:] if a in known]
    yield from asked or known


def main() -> None:
    """Measure every row for every seed."""
    say(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{THREADS} threads, seeds 1-{SEEDS}"
    )
    for row in rows():
        for seed in range(1, SEEDS + 1):
            if row in WORK:
                at_scale(row, seed)
            elif row == "small":
                small_row(seed, effort="normal")
            elif row == "frontier":
                frontier_row(seed)
            elif row == "first":
                first_row(seed)
            else:
                mip_row(seed, 60.0)


if __name__ == "__main__":
    main()
