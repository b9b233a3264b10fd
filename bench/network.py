"""Measure the world network: `python -m bench.network --instances DIR`.

DIR holds `sea_reference_distances.csv.gz` and `road_reference_distances.csv.gz`: published
distances that we may compare with but not ship. With `searoute` installed (extra `build-data`) it
is measured in the same run; without it those rows say so.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from data.catalogue import open_catalogue
from data.gazetteer import Gazetteer
from emissions.factors import Factors
from optimizer.errors import RouteError
from optimizer.routers import ALWAYS_CLOSED, WorldRouter
from optimizer.ways.route import Conditions, geodesic_km
from optimizer.world.chains import find_chains
from optimizer.world.detail import detail
from optimizer.world.hubs import WorldHubs
from optimizer.world.supply import end_of
from optimizer.world.tools import World

if TYPE_CHECKING:
    from collections.abc import Iterator

Rows = "Iterator[tuple[str, str, str]]"
SEED, PEER_PAIRS, QUERIES = 7, 60, 300
FAR_KM, ROAD_FROM_KM, CLOSE_SHARE = 500.0, 300.0, 0.05
SHANGHAI, ROTTERDAM = (121.5, 31.35), (4.1, 51.96)
NO_CANALS = frozenset({"suez", "babalmandab", "panama"})


@dataclass(frozen=True)
class Spot:
    """A named point."""

    hub_id: str
    lat: float
    lon: float


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a compressed CSV."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# --- sea ------------------------------------------------------------------------------------------


def sea_errors(router: WorldRouter, rows: list[dict[str, str]]) -> tuple[np.ndarray, int, int]:
    """Return relative errors of all far pairs, rows below the great circle, and unreachable ones.

    A port that our own table knows stands where that says; the references have slips of position.
    """
    known = {h.unlocode: h.hub for h in WorldHubs.load(router.catalogue).hubs if h.unlocode}
    best: dict[tuple[str, str], float] = {}
    spots: dict[str, tuple[float, float]] = {}
    for row in rows:
        for side in "ab":
            spots[row[f"port_{side}"]] = (float(row[f"{side}_lon"]), float(row[f"{side}_lat"]))
        pair = (row["port_a"], row["port_b"])
        best[pair] = min(float(row["distance_km"]), best.get(pair, np.inf))
    low = {pair for pair, km in best.items() if km < geodesic_km(spots[pair[0]], spots[pair[1]])}
    for name, hub in known.items():
        if name in spots and hub.kind == "port":
            spots[name] = (hub.lon, hub.lat)
    graph = router.sea.under(Conditions(closed=ALWAYS_CLOSED))
    names = sorted(spots)
    nodes, off = graph.nearest_nodes(*(np.array([spots[n][i] for n in names]) for i in (0, 1)))
    place = {name: i for i, name in enumerate(names)}
    trees: dict[int, np.ndarray] = {}
    errors, unreachable = [], 0
    for (a, b), km in sorted(best.items()):
        if (a, b) in low or km <= FAR_KM:
            continue
        i, j = place[a], place[b]
        if i not in trees:
            trees[i] = graph.tree(int(nodes[i])).km
        found = trees[i][nodes[j]] + off[i] + off[j]
        unreachable += int(not np.isfinite(found) or max(off[i], off[j]) > router.sea.reach.snap_km)
        errors.append(found / km - 1)
    return np.array(errors), len(low), unreachable


def sea_rows(router: WorldRouter, instances: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the sea's figures against published distances and against searoute."""
    errors, low, unreachable = sea_errors(
        router, table(instances / "sea_reference_distances.csv.gz")
    )
    size = np.abs(errors)
    yield (
        (
            f"sea: {len(errors)} reference pairs over {FAR_KM:g} km ({low} below the great "
            "circle left out): median error; within 5 %; unreachable"
        ),
        f"{100 * np.median(size):.2f} %; {100 * (size <= CLOSE_SHARE).mean():.1f} %; {unreachable}",
        "<= 1.7 %; >= 87 %; 0",
    )
    a, b = (Spot(n, p[1], p[0]) for n, p in (("CNSHA", SHANGHAI), ("NLRTM", ROTTERDAM)))
    for text, closed, wanted in (
        ("by Suez", frozenset(), 19_485.0),
        ("Suez, Bab-el-Mandeb and Panama closed", NO_CANALS, 25_558.0),
    ):
        found = router.route(a, b, "sea", Conditions(closed=closed))
        yield (
            f"Shanghai-Rotterdam, {text}",
            f"{found.distance_km:,.0f} km ({100 * (found.distance_km / wanted - 1):+.2f} %)",
            f"{wanted:,.0f} km ± 1 %",
        )
    red_sea = Conditions(closed=frozenset({"suez", "babalmandab"}))
    yield (
        "the same, Suez and Bab-el-Mandeb closed, Panama open: passages",
        f"{router.route(a, b, 'sea', red_sea).distance_km:,.0f} km by "
        + ", ".join(router.route(a, b, "sea", red_sea).passages),
        "about 25,000 km by Panama",
    )
    wide = Conditions(closed=red_sea.closed, draft_m=16.0)
    yield (
        "the same with a ship of 16 m draft",
        f"{router.route(a, b, 'sea', wide).distance_km:,.0f} km by "
        + ", ".join(router.route(a, b, "sea", wide).passages),
        "by the Cape",
    )
    try:
        every = Conditions(closed=frozenset(router.sea.graph.labels) - {""})
        router.route(a, b, "sea", every)
        yield "everything closed", "a way", "an error that names the closures"
    except RouteError as error:
        yield "everything closed", str(error)[:120] + " ...", "an error that names the closures"
    yield from peer_rows(router)


def peer_rows(router: WorldRouter) -> Iterator[tuple[str, str, str]]:
    """Yield our queries between nodes of the network beside searoute's, on its sphere."""
    graph = router.sea.under(Conditions(closed=ALWAYS_CLOSED - {"bering", "northeast"}))
    rng = np.random.default_rng(SEED)
    lanes = np.flatnonzero(np.bincount(graph.u[graph.evidence == 1], minlength=len(graph.lon)) > 0)
    pairs = rng.choice(lanes, (QUERIES, 2))
    graph.tree(0)
    ours = []
    for i, j in pairs.tolist():
        start = time.perf_counter()
        graph.tree(i).nodes_to(j)
        ours.append(time.perf_counter() - start)
    yield (
        f"sea query with path, warm, median of {QUERIES} random node pairs",
        f"{1000 * median(ours):.2f} ms",
        "<= 2 ms",
    )
    try:
        import searoute  # noqa: PLC0415  (a peer, not a dependency)
    except ImportError:
        yield "searoute", "not installed (pip install searoute)", "32 ms; within 0.1 %"
        return
    searoute.searoute([0.0, 50.0], [10.0, 54.0])
    theirs, apart = [], []
    for i, j in pairs[:PEER_PAIRS].tolist():
        ends = [[float(graph.lon[n]), float(graph.lat[n])] for n in (i, j)]
        start = time.perf_counter()
        found = searoute.searoute(*ends, units="km")
        theirs.append(time.perf_counter() - start)
        line = np.array(found["geometry"]["coordinates"])
        nodes = graph.tree(i).nodes_to(j)
        lengths = [
            float(np.sum(steps_km(lon, lat)))
            for lon, lat in ((graph.lon[nodes], graph.lat[nodes]), (line[:, 0], line[:, 1]))
        ]
        if lengths[1] > 0:
            apart.append(abs(lengths[0] / lengths[1] - 1))
    yield (
        (
            f"searoute {searoute.__version__ if hasattr(searoute, '__version__') else ''}: "
            f"median of {len(theirs)} of these pairs; lengths apart on one sphere, median; greatest"
        ),
        f"{1000 * median(theirs):.1f} ms; {100 * median(apart):.4f} %; {100 * max(apart):.3f} %",
        "32 ms; <= 0.1 %",
    )


def steps_km(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return the great circles between successive points, on the mean sphere."""
    x, y = np.radians(lon), np.radians(lat)
    h = np.sin(np.diff(y) / 2) ** 2
    h += np.cos(y[:-1]) * np.cos(y[1:]) * np.sin(np.diff(x) / 2) ** 2
    return 2 * 6371.0088 * np.arcsin(np.sqrt(h))


# --- road and rail --------------------------------------------------------------------------------


def road_rows(router: WorldRouter, instances: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the road's figures against an OSRM server's, and well-known pairs."""
    rows = table(instances / "road_reference_distances.csv.gz")
    network, errors = router.road, []
    trees: dict[int, np.ndarray] = {}
    for row in rows:
        wanted = float(row["distance_km"])
        if wanted <= ROAD_FROM_KM:
            continue
        ends = [(float(row[f"{s}_lon"]), float(row[f"{s}_lat"])) for s in "ab"]
        snaps = [network.graph.snaps(*end, network.reach.snap_km)[0] for end in ends]
        if snaps[0].node not in trees:
            trees[snaps[0].node] = network.graph.tree(snaps[0].node, 3000.0).km
        off = sum(s.km for s in snaps) * network.reach.connector_factor
        errors.append(trees[snaps[0].node][snaps[1].node] + off)
        errors[-1] = errors[-1] / wanted - 1
    size = np.abs(np.array(errors))
    yield (
        f"road: {len(errors)} pairs of French cities over 300 km against OSRM: median error; bias",
        f"{100 * np.median(size):.2f} %; {100 * np.mean(errors):+.2f} %",
        "<= 3.4 %",
    )
    for a, b, wanted in ROADS:
        found = router.route(a, b, "road")
        text = f"{found.distance_km:,.0f} km, {found.evidence}"
        links = ", ".join(p for p in found.passages if p)
        yield f"road {a.hub_id}-{b.hub_id}", text + (f", by {links}" if links else ""), wanted


PARIS = Spot("Paris", 48.86, 2.35)
ROADS = (
    (Spot("Nanjing", 32.06, 118.79), Spot("PVG", 31.15, 121.80), "340 km ± 6 %"),
    (Spot("FRA", 50.04, 8.56), Spot("Madrid", 40.42, -3.70), "1,780 to 1,880 km"),
    (Spot("Hamburg", 53.55, 10.0), Spot("Stockholm", 59.33, 18.07), "connected"),
    (PARIS, Spot("London", 51.51, -0.13), "connected"),
    (Spot("Rome", 41.9, 12.5), Spot("Palermo", 38.12, 13.36), "connected"),
    (Spot("Kuala Lumpur", 3.14, 101.69), Spot("Singapore", 1.35, 103.82), "connected"),
    (Spot("Guangzhou", 23.13, 113.26), Spot("Hong Kong", 22.32, 114.17), "connected"),
)
RAILS = (
    (Spot("Yiwu", 29.37, 120.04), Spot("Madrid", 40.39, -3.66), 13_052, 5),
    (Spot("Chongqing", 29.53, 106.46), Spot("Duisburg", 51.40, 6.74), 11_179, 7),
    (Spot("Los Angeles", 34.02, -118.20), Spot("Chicago", 41.83, -87.70), 3_592, 3),
    (Spot("Moscow", 55.77, 37.66), Spot("Vladivostok", 43.11, 131.88), 9_289, 5),
)


def rail_rows(router: WorldRouter) -> Iterator[tuple[str, str, str]]:
    """Yield railways by the network itself, whatever is published of the services on them."""
    for a, b, wanted, percent in RAILS:
        found = router.route(a, b, "rail")
        yield (
            f"rail {a.hub_id}-{b.hub_id}",
            (
                f"{found.distance_km:,.0f} km ({100 * (found.distance_km / wanted - 1):+.1f} %) "
                f"by {', '.join(found.passages) or 'one gauge'}; {' '.join(found.countries)}"
            ),
            f"{wanted:,} km ± {percent} %",
        )
    graph = router.rail.graph
    gauge = gauges(router)
    apart = gauge[graph.u] != gauge[graph.v]
    changing = np.array([label.startswith("gauge:") for label in graph.labels])[graph.label]
    yield (
        "rail edges between gauges away from a gauge-change station",
        str(int((apart & ~changing).sum())),
        "0",
    )


def gauges(router: WorldRouter) -> np.ndarray:
    """Return the gauge at each rail node, mm."""
    import io  # noqa: PLC0415

    import pyarrow.parquet as pq  # noqa: PLC0415

    content = router.catalogue.checked_file("network/odbl/rail_nodes.parquet")
    return pq.ParquetFile(io.BytesIO(content)).read()["gauge_mm"].to_numpy()


# --- chains ---------------------------------------------------------------------------------------

LANES = (
    ("Nanjing, CN", "Madrid, ES"),
    ("Shenzhen, CN", "Sao Paulo, BR"),
    ("Rotterdam, NL", "Nairobi, KE"),
    ("Chicago, US", "Stuttgart, DE"),
    ("Sydney, AU", "Perth, AU"),
    ("Changsha, CN", "Almaty, KZ"),
)


def chain_rows(world: World, gazetteer: Gazetteer) -> Iterator[tuple[str, str, str]]:
    """Yield how many chains each lane has, of which kinds, and how long the search takes warm."""
    for origin, destination in LANES:
        ends = [end_of(world, gazetteer, name) for name in (origin, destination)]
        find_chains(world, ends[0], ends[1])
        times = []
        for _ in range(5):
            start = time.perf_counter()
            found = find_chains(world, ends[0], ends[1])
            times.append(time.perf_counter() - start)
        kinds = ", ".join(dict.fromkeys(c.kind for c in found.chains))
        beaten = ", ".join(c.kind for c in found.others) or "none"
        absent = ", ".join(family for family, _ in found.absent) or "none"
        yield (
            f"{origin} to {destination}: chains (of unbeaten); warm",
            (
                f"{len(found.chains)} ({found.unbeaten}): {kinds}; beaten but shown: {beaten}; "
                f"absent: {absent}; {1000 * median(times):.0f} ms"
            ),
            ">= 15; <= 300 ms" if origin.startswith("Nanjing") else "plausible",
        )
    yield from closure_rows(world, gazetteer)


def closure_rows(world: World, gazetteer: Gazetteer) -> Iterator[tuple[str, str, str]]:
    """Yield what closing the Red Sea does to the cheapest chain by sea."""
    ends = [end_of(world, gazetteer, name) for name in LANES[0]]
    for text, conditions in (
        ("open", Conditions()),
        ("Red Sea closed", Conditions(closed=frozenset({"suez", "babalmandab"}))),
        ("Red Sea and Panama closed", Conditions(closed=NO_CANALS)),
    ):
        found = find_chains(world, ends[0], ends[1], conditions)
        both = (*found.chains, *found.others)
        sea = min((c for c in both if c.kind == "sea"), key=lambda c: c.eur_per_t)
        worked = detail(world, found, sea, 10_000.0)
        yield (
            f"Nanjing-Madrid by sea, {text}: km; EUR; days; kg CO2e for 10 t",
            (
                f"{sum(r.distance_km for r in worked.routes):,.0f}; {worked.cost_eur:,.0f}; "
                f"{worked.hours / 24:.1f}; {worked.kgco2e:,.0f}"
            ),
            "cost, hours and CO2e follow",
        )


# --- the machine ----------------------------------------------------------------------------------


def machine_rows() -> Iterator[tuple[str, str, str]]:
    """Yield import time, cold search and memory, each in a process of its own."""
    imports = [
        float(subprocess.check_output([sys.executable, "-c", IMPORT], text=True)) for _ in range(3)
    ]
    yield "import of optimizer.world.chains, best of 3", f"{min(imports):.2f} s", "<= 1 s"
    cold = [
        subprocess.check_output([sys.executable, "-c", COLD], text=True).split() for _ in range(3)
    ]
    yield (
        "Nanjing-Madrid cold: a new process without any cache, imports included; best of 3",
        f"{min(float(c[0]) for c in cold):.2f} s",
        "<= 3 s",
    )
    yield (
        "memory of a process with every network, the hubs and the gazetteer loaded",
        f"{max(float(c[1]) for c in cold):.0f} MB",
        "<= 500 MB",
    )


IMPORT = (
    "import time; t = time.perf_counter(); import optimizer.world.chains; "
    "print(time.perf_counter() - t)"
)
COLD = """
import time
t = time.perf_counter()
from data.catalogue import open_catalogue
from data.gazetteer import Gazetteer
from emissions.factors import Factors
from optimizer.world.chains import find_chains
from optimizer.world.supply import end_of
from optimizer.world.tools import World
c = open_catalogue()
world, places = World.open(c, Factors.load(c)), Gazetteer.load(c)
find_chains(world, end_of(world, places, 'Nanjing, CN'), end_of(world, places, 'Madrid, ES'))
took = time.perf_counter() - t
# Not ru_maxrss: a child inherits the greatest size of the process that started it.
peak = next(row.split()[1] for row in open('/proc/self/status') if row.startswith('VmHWM'))
print(took, int(peak) / 1024)
"""


def place_rows(gazetteer: Gazetteer) -> Iterator[tuple[str, str, str]]:
    """Yield how fast a thousand names are found."""
    names = ["CNNKG", "PVG", "南京", "Madrid, ES", "40.4168,-3.7038", "Nanjing", "DEFRA", "Yiwu"]
    mixed = [names[i % len(names)] for i in range(1000)]
    for name in mixed:
        gazetteer.find(name)
    start = time.perf_counter()
    for name in mixed:
        gazetteer.find(name)
    took = time.perf_counter() - start
    yield "1,000 mixed place names, warm", f"{1000 * took:.0f} ms", "< 50 ms"


def main() -> int:
    """Print every figure of issue and house as rows of a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=Path, default=Path("bench/instances/network"))
    chosen = parser.parse_args()
    catalogue = open_catalogue()
    router = WorldRouter(catalogue)
    print("| figure | measured | wanted |\n|---|---|---|")
    world = World.open(catalogue, Factors.load(catalogue))
    gazetteer = Gazetteer.load(catalogue)
    cpu, wall = time.process_time(), time.perf_counter()
    for group in (
        sea_rows(router, chosen.instances),
        road_rows(router, chosen.instances),
        rail_rows(router),
        chain_rows(world, gazetteer),
        place_rows(gazetteer),
        machine_rows(),
    ):
        for figure, measured, wanted in group:
            print(f"| {figure} | {measured} | {wanted} |", flush=True)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"| this run: CPU s; wall s; most memory | {time.process_time() - cpu:.0f}; "
        f"{time.perf_counter() - wall:.0f}; {used.ru_maxrss / 1024:.0f} MB | - |"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
