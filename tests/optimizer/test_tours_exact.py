"""What is called proven is the best of all: counted out by brute force, in other arithmetic."""

from __future__ import annotations

import itertools
import math
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.optimize import linprog

from data.errors import DataError
from optimizer.tours.audit import audit_tours
from optimizer.tours.engine import Effort, open_engine
from optimizer.tours.evrptw import read_evrptw
from optimizer.tours.records import Charger, Site, Stop, TourProblem, TourVehicle, Ways
from optimizer.tours.solve import plan_tours

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

INSTANCES = Path(__file__).parents[3] / "shared" / "instances" / "optimiser" / "evrptw"
EPS = 1e-7


def small(seed: int, *, recharge: str, stops: int, chargers: int, pairs: bool = False) -> Any:
    """Make a random electric problem, tight enough that every rule matters now and then."""
    rng = random.Random(seed)  # noqa: S311  (a test world, not a secret)
    points = [(rng.uniform(0, 60), rng.uniform(0, 60)) for _ in range(1 + stops + chargers)]
    made = []
    for i in range(stops):
        ready = rng.uniform(0, 120)
        paired = pairs and i < 2
        made.append(
            Stop(
                stop_id=f"C{i}",
                shipment_id=f"C{i}",
                kind="pickup" if (i == 0 if paired else rng.random() < 0.3) else "delivery",
                site=1 + i,
                mass_kg=40.0 if paired else rng.choice([20.0, 50.0]),
                volume_m3=1.0,
                ready_min=ready,
                due_min=ready + rng.choice([30.0, 90.0, 300.0]),
                service_min=rng.choice([0.0, 10.0]),
                pair_id="X" if paired else "",
            )
        )
    return TourProblem(
        sites=tuple(Site(hub_id=f"K{i}", name="", lat=0.0, lon=0.0) for i in range(len(points))),
        stops=tuple(made),
        vehicles=(
            TourVehicle(
                vehicle_id="EV",
                count=stops,
                depot=0,
                starts_min=0.0,
                ends_min=400.0,
                capacity_kg=100.0,
                capacity_m3=9.0,
                km_per_h=60.0,
                battery_kwh=rng.uniform(60, 110),
                kwh_per_km=1.0,
            ),
        ),
        ways=Ways(km=tuple(tuple(math.dist(a, b) for b in points) for a in points)),
        starts_at=datetime(2026, 1, 1, tzinfo=UTC),
        chargers=tuple(
            Charger(charger_id=f"S{k}", site=1 + stops + k, minutes_per_kwh=0.7)
            for k in range(chargers)
        ),
        objective="vehicles",
        recharge=recharge,
    )


def orders(problem: TourProblem, subset: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield every order of some stops, with up to two chargers in a row between any calls."""
    chargers = [len(problem.stops) + k for k in range(len(problem.chargers))]
    gaps = [(), *((c,) for c in chargers), *itertools.permutations(chargers, 2)]
    for order in itertools.permutations(subset):
        for between in itertools.product(gaps, repeat=len(order) + 1):
            yield tuple(
                n
                for gap, stop in zip(between, (*order, None), strict=True)
                for n in (*gap, stop)
                if n is not None
            )


def simulated(problem: TourProblem, nodes: Sequence[int]) -> float | None:
    """Drive a route by plain rules with full recharge; return km, or None."""
    (v,), km, n = problem.vehicles, problem.ways.km, len(problem.stops)
    stops = [problem.stops[i] for i in nodes if i < n]
    kwh, minute, total, at = v.battery_kwh or 0.0, 0.0, 0.0, v.depot
    load = sum(s.mass_kg for s in stops if s.kind == "delivery" and not s.pair_id)
    if load > v.capacity_kg:
        return None
    open_pairs: set[str] = set()
    for node in [*nodes, None]:
        to = v.depot if node is None else problem.site_of(node)
        total, minute, kwh = total + km[at][to], minute + km[at][to], kwh - km[at][to]
        at = to
        if kwh < -EPS:
            return None
        if node is None:
            break
        if node >= n:
            minute, kwh = minute + ((v.battery_kwh or 0.0) - kwh) * 0.7, v.battery_kwh or 0.0
            continue
        s = problem.stops[node]
        minute = max(minute, s.ready_min)
        if minute > s.due_min + EPS or (s.pair_id and s.kind == "delivery" and not open_pairs):
            return None
        if s.pair_id and s.kind == "pickup":
            open_pairs.add(s.pair_id)
        load += s.mass_kg if s.kind == "pickup" else -s.mass_kg
        minute += s.service_min
        if load > v.capacity_kg + EPS:
            return None
    return total if minute <= v.ends_min + EPS else None


def by_linear_program(problem: TourProblem, nodes: Sequence[int]) -> float | None:
    """Ask a linear program whether a route works with any amounts charged; return km, or None."""
    (v,), km, n = problem.vehicles, problem.ways.km, len(problem.stops)
    stops = [problem.stops[i] for i in nodes if i < n]
    load = sum(s.mass_kg for s in stops if s.kind == "delivery")
    loads = [load := load + (s.mass_kg if s.kind == "pickup" else -s.mass_kg) for s in stops]
    if max([sum(s.mass_kg for s in stops if s.kind == "delivery"), *loads]) > v.capacity_kg:
        return None
    size = len(nodes)
    sites = [v.depot, *(problem.site_of(i) for i in nodes), v.depot]
    ways = [km[a][b] for a, b in itertools.pairwise(sites)]
    # Variables: when each call begins, then what is charged there.
    a, b = [], []
    bounds: list[tuple[float, float]] = []
    for p, i in enumerate(nodes):
        s = problem.stops[i] if i < n else None
        bounds.append((max(ways[0], s.ready_min), s.due_min) if s else (ways[0], 1e4))
        if bounds[-1][0] > bounds[-1][1]:
            return None
        row = np.zeros(2 * size)
        row[p], row[size + p] = 1.0, 0.7
        if p + 1 < size:
            row[p + 1] = -1.0
        a.append(row)
        b.append((0.0 if p + 1 < size else v.ends_min) - ways[p + 1] - (s.service_min if s else 0))
    bounds += [(0.0, 1e4 if i >= n else 0.0) for i in nodes]
    for p in range(size + 1):
        driven = sum(ways[: p + 1])
        row = np.zeros(2 * size)
        row[size : size + p] = -1.0
        a.append(row)  # never below empty on arrival
        b.append((v.battery_kwh or 0.0) - driven)
        if p < size:
            full = np.zeros(2 * size)
            full[size : size + p + 1] = 1.0
            a.append(full)  # never above full on leaving
            b.append(driven)
    found = linprog(np.zeros(2 * size), A_ub=np.array(a), b_ub=np.array(b), bounds=bounds)
    return sum(ways) if found.status == 0 else None


def brute(problem: TourProblem) -> tuple[int, int, float]:
    """Return (stops served, vehicles, km) of the best of all partitions."""
    ask = simulated if problem.recharge == "full" else by_linear_program
    least: dict[int, float] = {}
    n = len(problem.stops)
    for mask in range(1, 1 << n):
        subset = [i for i in range(n) if mask >> i & 1]
        if any(i in subset and j not in subset for i, j in problem.mate.items()):
            continue
        for nodes in sorted(orders(problem, subset), key=lambda o: _km(problem, o)):
            if (km := ask(problem, nodes)) is not None:
                least[mask] = km
                break
    best = {0: (0, 0.0)}
    for mask in range(1, 1 << n):
        options = [
            (best[mask ^ part][0] + 1, best[mask ^ part][1] + km)
            for part, km in least.items()
            if part & mask == part and mask ^ part in best
        ]
        if options:
            best[mask] = min(options)
    most = max(m.bit_count() for m in best)
    count, km = min(v for m, v in best.items() if m.bit_count() == most)
    return most, count, km


def _km(problem: TourProblem, nodes: Sequence[int]) -> float:
    sites = [0, *(problem.site_of(i) for i in nodes), 0]
    return sum(problem.ways.km[a][b] for a, b in itertools.pairwise(sites))


def proven(problem: TourProblem) -> tuple[int, int, float]:
    """Return the same of the exact engine, audited."""
    plan = plan_tours(problem, open_engine("exact"), Effort())
    assert audit_tours(plan).ok
    assert plan.proven
    assert plan.lower_bound == pytest.approx(plan.value)
    return len(problem.stops) - len(plan.unserved), len(plan.tours), plan.km


@pytest.mark.parametrize("seed", range(12))
def test_full_recharge_equals_brute_force(seed: int) -> None:
    """Three stops and two chargers, all orders, driven by rules written here a second time."""
    problem = small(seed, recharge="full", stops=3, chargers=2)
    assert proven(problem) == pytest.approx(brute(problem))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_five_stops_equal_brute_force(seed: int) -> None:
    """More stops, one charger."""
    problem = small(100 + seed, recharge="full", stops=5, chargers=1)
    assert proven(problem) == pytest.approx(brute(problem))


@pytest.mark.parametrize("seed", range(4))
def test_pairs_equal_brute_force(seed: int) -> None:
    """A pair and two singles."""
    problem = small(200 + seed, recharge="full", stops=4, chargers=1, pairs=True)
    assert proven(problem) == pytest.approx(brute(problem))


@pytest.mark.parametrize("seed", range(10))
def test_partial_recharge_equals_linear_programs(seed: int) -> None:
    """Any amount may be charged anywhere: a linear program for every order says what works."""
    problem = small(300 + seed, recharge="partial", stops=3, chargers=1)
    assert proven(problem) == pytest.approx(brute(problem))


def test_ortools_is_never_better_than_what_is_proven() -> None:
    """A heuristic below the bound would prove the bound wrong."""
    for seed in range(6):
        problem = small(seed, recharge="full", stops=5, chargers=2)
        found = plan_tours(problem, open_engine("ortools"), Effort(name="small"))
        served = len(problem.stops) - len(found.unserved)
        most, count, km = proven(problem)
        assert (-served, len(found.tours), found.km) >= (-most, count, km - 1e-6)


# Our own proofs; Schneider, Stenger and Goeke (2014) print the same, from memory.
PROVEN = {
    "5/c101C5": (2, 257.75),
    "5/r104C5": (2, 136.69),
    "5/rc105C5": (2, 241.30),
    "10/c101C10": (3, 393.76),
    "10/r203C10": (1, 218.21),
}


@pytest.mark.parametrize("name", PROVEN)
def test_public_instances_are_proven(name: str) -> None:
    """Fewest vehicles, then distance."""
    path = INSTANCES / f"{name}.txt"
    if not path.exists():
        pytest.skip("the public instances are not here")
    served, count, km = proven(read_evrptw(path))
    assert (served, count, round(km, 2)) == (int(name.partition("/")[0]), *PROVEN[name])


def test_another_file_is_no_instance(tmp_path: Path) -> None:
    """A stranger's text is refused by name."""
    (tmp_path / "x.txt").write_text("hello\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"x\.txt"):
        read_evrptw(tmp_path / "x.txt")
