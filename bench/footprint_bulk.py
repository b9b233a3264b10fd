"""Measure footprints of ten million legs: `python -m bench.footprint_bulk [--rows N] [--work DIR]`.

The files are made here, seeded: four legs a shipment, a hub among them that is charged by its own
electricity and diesel. Each figure is the best of some runs, each in a process of its own, so that
its memory is its own; pandas merges and multiplies the same file in the same run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from data.catalogue import open_catalogue
from emissions.factors import Factors

Rows = list[tuple[str, str, str]]
SEED, LEGS, CHUNK, RUNS = 7, 4, 1_000_000, 2
CSV_ROWS = 2_000_000
MODES = ("road", "road", "sea", "air", "rail")
TOCS = ("ROAD-HGV-AVG", "", "SEA-CONTAINER-AVG", "AIR-LONGHAUL-AVG", "RAIL-DIESEL")
KINDS = ("actual", "", "sfd", "gcd", "sfd")
PLACES = ("CNSHA", "NLRTM", "DEHAM", "USLAX", "SGSIN", "FRA", "PVG", "ESMAD", "BRSSZ", "INNSA")
HUB, GRID = "HUB-CROSSDOCK", "EU"


def chunk(rng: np.random.Generator, first: int, shipments: int, factors: Factors) -> pa.Table:
    """Return the legs of some shipments: road, hub, the main carriage, road."""
    hoc = factors.hocs[HUB]
    what = np.zeros((shipments, LEGS), int)
    what[:, 1], what[:, 2] = 1, 2 + rng.integers(0, 3, shipments)
    what = what.ravel()
    hub = what == 1
    mass = np.repeat(np.round(rng.uniform(5, 20_000, shipments), 1), LEGS)
    near, far = (rng.uniform(a, b, len(what)) for a, b in ((5, 800), (900, 12_000)))
    place = rng.integers(0, len(PLACES), (2, len(what)))
    ids = np.char.add("S", np.char.zfill(np.arange(first, first + shipments).astype(str), 8))
    grid = next(iter(factors.grids)) if GRID not in factors.grids else GRID

    def words(names: tuple[str, ...]) -> pa.Array:
        return pa.array([n or None for n in names]).take(pa.array(what))

    return pa.table(
        {
            "shipment_id": pa.array(np.repeat(ids, LEGS)),
            "leg_no": np.tile(np.arange(1, LEGS + 1), shipments),
            "kind": pa.array(["transport", "hub"]).take(pa.array(hub.astype(int))),
            "mode": words(MODES),
            "origin": pa.array(PLACES).take(pa.array(place[0])),
            "destination": pa.array(PLACES).take(pa.array(place[1])),
            "mass_kg": mass,
            "distance_km": pa.array(np.round(np.where(what == 0, near, far), 1), mask=hub),
            "distance_kind": words(KINDS),
            "toc_id": words(TOCS),
            "hoc_id": words(("", HUB, "", "", "")),
            "fuel_kg": pa.array(np.round(mass / 1000 * hoc.diesel_kg_per_t, 6), mask=~hub),
            "energy_kwh": pa.array(np.round(mass / 1000 * hoc.kwh_per_t, 6), mask=~hub),
            "grid_id": words(("", grid, "", "", "")),
        }
    )


def make(path: Path, rows: int, factors: Factors) -> Path:
    """Write legs as Parquet or CSV."""
    rng = np.random.default_rng(SEED)
    shipments, writer = rows // LEGS, None
    for first in range(0, shipments, CHUNK // LEGS):
        table = chunk(rng, first, min(CHUNK // LEGS, shipments - first), factors)
        if path.suffix == ".csv":
            options = pa_csv.WriteOptions(quoting_style="none")
            writer = writer or pa_csv.CSVWriter(path, table.schema, write_options=options)
            writer.write_table(table)
        else:
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table, row_group_size=CHUNK // 4)
    if writer:
        writer.close()
    return path


TASK = """
import json, sys, time
from pathlib import Path
from data.catalogue import open_catalogue
from emissions.factors import Factors
from emissions.bulk import footprint_of_file, shipment_totals
what, path, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
factors = Factors.load(open_catalogue())
start = time.perf_counter()
if what == "totals":
    found = shipment_totals(path, factors, work=work)
elif what == "legs":
    found = footprint_of_file(path, factors, work / "out", work=work)
else:
    import pandas as pd
    legs = pd.read_parquet(path, columns=["shipment_id", "toc_id", "mass_kg", "distance_km"])
    rates = pd.DataFrame(
        [(t.toc_id, t.wtt_kgco2e_per_tkm, t.ttw_kgco2e_per_tkm) for t in factors.tocs.values()],
        columns=["toc_id", "wtt", "ttw"],
    )
    legs = legs.merge(rates, on="toc_id", how="left")
    tkm = legs["mass_kg"] / 1000 * legs["distance_km"]
    legs["wtt"] *= tkm
    legs["ttw"] *= tkm
    legs.groupby("shipment_id")[["wtt", "ttw"]].sum()
took = time.perf_counter() - start
peak = next(row.split()[1] for row in open("/proc/self/status") if row.startswith("VmHWM"))
told = [found.rows, found.refused] if what != "pandas" else []
print(json.dumps([took, int(peak) / 1024, told]))
"""  # of the peak: ru_maxrss would be that of the process that started it


def best(what: str, path: Path, work: Path, runs: int = RUNS) -> tuple[float, float]:
    """Return seconds and MB of the best run; every run must take all rows."""
    times, sizes = [], []
    for _ in range(runs):
        shutil.rmtree(work / "run", ignore_errors=True)
        command = [sys.executable, "-c", TASK, what, str(path), str(work / "run")]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        took, size, told = json.loads(answer.splitlines()[-1])
        assert not told or told[1] == 0, told
        times.append(took)
        sizes.append(size)
    shutil.rmtree(work / "run", ignore_errors=True)
    return min(times), max(sizes)


def measure(instances: Path | None, work: Path, rows: int = 10_000_000) -> Rows:
    """Return the figures of the bulk path; `instances` is not needed, the files are made."""
    del instances
    work.mkdir(parents=True, exist_ok=True)
    factors = Factors.load(open_catalogue())
    legs = make(work / "legs.parquet", rows, factors)
    table = make(work / "legs.csv", min(rows, CSV_ROWS), factors)
    plain, plain_mb = best("pandas", legs, work)
    totals, totals_mb = best("totals", legs, work)
    whole, whole_mb = best("legs", legs, work)
    checked, checked_mb = best("legs", table, work)
    millions = f"{rows / 1e6:g} million legs, Parquet {legs.stat().st_size / 1e6:.0f} MB"
    return [
        (
            f"{millions}: totals per shipment; most memory",
            f"{totals:.2f} s; {totals_mb:.0f} MB",
            "<= 2 s; <= 1000 MB",
        ),
        (
            "the same file by pandas, merge and multiply, without any check; most memory",
            f"{plain:.2f} s; {plain_mb:.0f} MB",
            "not faster than ours",
        ),
        (
            "Parquet to Parquet with provenance of each leg; most memory",
            f"{rows / whole:,.0f} legs/s; {whole_mb:.0f} MB",
            ">= 1,000,000 legs/s",
        ),
        (
            f"validated CSV of {min(rows, CSV_ROWS):,} rows to the same; most memory",
            f"{min(rows, CSV_ROWS) / checked:,.0f} rows/s; {checked_mb:.0f} MB",
            ">= 200,000 rows/s",
        ),
    ]


def main() -> int:
    """Print the figures as rows of a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--work", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print("| figure | measured | wanted |\n|---|---|---|")
        for row in measure(None, chosen.work or Path(folder), chosen.rows):
            print(f"| {' | '.join(row)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
