"""Judge many pallet loads of a trailer quickly, then check each answer by means of other code.

python -m bench.loading_quick --loads 20000 --seed 1
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from itertools import product
from time import process_time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bench.loading_quick_checks import faults, report_faults
from data.catalogue import open_catalogue
from optimizer.loading.geometry import Rules
from optimizer.loading.quick.certificate import QuickLoads, Verdicts, certificates, quick_check
from optimizer.loading.quick.judge_kernels import pack_anyhow
from optimizer.loading.quick.loads import unit_row
from optimizer.loading.units import open_interior

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from optimizer.loading.geometry import Interior

UNIT = "TRK_EU_13600"
RULES = Rules(support_percent=100)
BASES_MM = np.array([[1200, 800], [1200, 1000], [800, 600], [1140, 1140]])
HEIGHTS_MM = (900, 1200, 1450, 1800)
LEAST_BOXES, MOST_BOXES = 10, 44
MASS_G = (80_000, 700_000)
STOPS = 3
ROUNDS = 3  # the best of so many, since others use the machine
VALIDATED = 3000


class Variant(NamedTuple):
    """What the loads of a row have."""

    stops: bool  # one to three of them, else one
    axles: bool
    alone: bool  # what bears nothing stands on the floor with nothing below or above it
    crowded: bool  # twice the boxes

    @property
    def name(self) -> str:
        """How its row is called."""
        parts = ("1-3 stops", "axles", "fragile alone", "twice the boxes")
        return ", ".join(p for p, on in zip(parts, self, strict=True) if on) or "plain"


def loads_of(variant: Variant, unit: Interior, number: int, seed: int) -> QuickLoads:
    """Return random pallet loads of one unit, as in the first measurements of this check."""
    rng = np.random.default_rng(seed)
    times = 2 if variant.crowded else 1
    boxes = rng.integers(times * LEAST_BOXES, times * MOST_BOXES + 1, number)
    n = int(boxes.sum())
    size = np.column_stack([BASES_MM[rng.integers(0, 4, n)], rng.choice(HEIGHTS_MM, n)])
    mass, above = rng.integers(MASS_G[0], MASS_G[1] + 1, n), rng.integers(0, 3, n)
    most = np.repeat(rng.integers(1, STOPS + 1, number), boxes) if variant.stops else 1
    stop = rng.integers(1, most + 1, n)
    ones, alone = np.ones(n, np.int64), (above == 0) * variant.alone
    rows = np.column_stack([size, mass, 4 * ones, above, -ones, stop, alone, np.arange(n)])
    units = np.tile(np.array((*unit_row(unit, RULES), 0), np.int64), (number, 1))
    if not variant.axles:
        units[:, 12:14] = 0
    return QuickLoads(np.concatenate([[0], np.cumsum(boxes)]), rows, units)


def measure(run: Callable[[], object]) -> float:
    """Return the least CPU seconds of some runs."""
    found = []
    for _ in range(ROUNDS):
        start = process_time()
        run()
        found.append(process_time() - start)
    return min(found)


def contradictions(loads: QuickLoads, verdicts: NDArray[np.int8]) -> int:
    """Count loads that are said not to fit though some way to pile them up finds a placement."""
    packed = np.zeros(len(verdicts), np.bool_)
    pack_anyhow(*loads, packed)
    return int((packed & (verdicts == Verdicts.DOES_NOT_FIT)).sum())


def row_of(variant: Variant, unit: Interior, number: int, seed: int, sample: int) -> list[float]:
    """Measure and check one variant; return the numbers of its row."""
    loads = loads_of(variant, unit, number, seed)
    seconds = measure(lambda: quick_check(loads))
    verdicts, places = certificates(loads)
    assert (verdicts == quick_check(loads)).all()
    fit = np.flatnonzero(verdicts == Verdicts.FITS)
    checked = np.random.default_rng(seed).permutation(fit)[:sample]
    interior = unit if variant.axles else replace(unit, supports=None)
    return [
        number / seconds,
        *(float((verdicts == v).mean()) for v in (Verdicts.FITS, Verdicts.DOES_NOT_FIT)),
        1.0 - float((verdicts == Verdicts.UNDECIDED).mean()),
        sum(faults(loads, places, fit)),
        len(checked),
        report_faults(loads, places, checked, interior, RULES),
        contradictions(loads, verdicts),
    ]


def main() -> None:
    """Print a row per variant, and what they have in common."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--loads", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--validated", type=int, default=VALIDATED)
    given = options.parse_args()
    unit = open_interior(open_catalogue(), UNIT)
    quick_check(loads_of(Variant(*4 * [False]), unit, 10, 0))  # compiles
    variants = [Variant(s, a, f, crowded=False) for f, s, a in product((False, True), repeat=3)]
    variants.append(Variant(stops=True, axles=True, alone=False, crowded=True))
    sample = -(-given.validated // len(variants))
    print("| loads | per s | fit | do not fit | decided | faults | validated | invalid | denied |")
    print("|---|---|---|---|---|---|---|---|---|")
    for k, variant in enumerate(variants):
        row = row_of(variant, unit, given.loads, given.seed + k, sample)
        shares = " | ".join(f"{100 * share:.2f} %" for share in row[1:4])
        print(f"| {variant.name} | {row[0]:,.0f} | {shares} | ", end="")
        print(" | ".join(f"{count:.0f}" for count in row[4:]) + " |", flush=True)


if __name__ == "__main__":
    main()
