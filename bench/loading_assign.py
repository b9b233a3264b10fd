"""Sixty shipments on three kinds of trucks: cost, bound and time, beside one model for all of it.

    python -m bench.loading_assign --seeds 5 [--seconds 60]

A shipment is 1 to 8 pallets of 0.4 loading metres and 300 to 9,000 kg. The peer is what one would
write first: a CP-SAT model of shipments, trucks and kinds at once, on two cores.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from ortools.sat.python import cp_model

from optimizer.solvers.assignment import Kind, assigned

KINDS = (
    Kind(100, (136, 25_000)),  # tenths of loading metres, kg: an artic of 13.6 m
    Kind(78, (96, 18_000)),  # a rigid truck of 9.6 m
    Kind(60, (96, 14_000)),  # the same, electric
)
SHIPMENTS, MOST_PALLETS, LIGHTEST_KG, HEAVIEST_KG = 60, 8, 300, 9_000


def instance(seed: int) -> list[tuple[int, int]]:
    """Return tenths of loading metres and kg of each shipment."""
    random = np.random.default_rng([seed, SHIPMENTS])
    return [
        (
            4 * int(random.integers(1, MOST_PALLETS + 1)),
            int(random.integers(LIGHTEST_KG, HEAVIEST_KG)),
        )
        for _ in range(SHIPMENTS)
    ]


def at_once(loads: list[tuple[int, int]], seconds: float) -> tuple[float, float]:
    """Return the cost and the bound of one model, after so many seconds at most."""
    trucks = 3 + max(-(-sum(x[m] for x in loads) // KINDS[0].room[m]) for m in range(2))
    model = cp_model.CpModel()
    used = [[model.new_bool_var("") for _ in KINDS] for _ in range(trucks)]
    inside = [[model.new_bool_var("") for _ in range(trucks)] for _ in loads]
    for t in range(trucks):
        model.add_at_most_one(used[t])
        for m in range(2):
            held = sum(x[m] * row[t] for x, row in zip(loads, inside, strict=True))
            model.add(held <= sum(k.room[m] * y for k, y in zip(KINDS, used[t], strict=True)))
        if t:
            size, before = (sum((3 - n) * y for n, y in enumerate(used[u])) for u in (t, t - 1))
            model.add(size <= before)
    for row in inside:
        model.add_exactly_one(row)
    model.minimize(sum(k.cost * y for row in used for k, y in zip(KINDS, row, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = seconds
    solver.solve(model)
    return solver.objective_value, solver.best_objective_bound


def main() -> None:
    """Print a line per seed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60.0, help="for the peer")
    options = parser.parse_args()
    for seed in range(1, options.seeds + 1):
        loads = instance(seed)
        start, cpu = time.perf_counter(), time.process_time()
        ours = assigned(loads, KINDS)
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        start, peer_cpu = time.perf_counter(), time.process_time()
        cost, bound = at_once(loads, options.seconds)
        peer, peer_cpu = time.perf_counter() - start, time.process_time() - peer_cpu
        print(
            f"seed {seed}: {ours.cost} (at least {ours.bound}), {len(ours.kinds)} trucks, "
            f"{wall:.2f} s, {cpu:.2f} CPU s; one model {cost:.0f} (at least {bound:.0f}), "
            f"{peer:.1f} s, {peer_cpu:.1f} CPU s",
            flush=True,
        )


if __name__ == "__main__":
    main()
