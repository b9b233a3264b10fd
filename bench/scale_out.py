"""Measure the planner's shards over threads, processes and Dask, and over two hosts.

`python -m bench.scale_out [--terminals N] [--shipments N] [--hosts]`. `--hosts` makes two network
namespaces joined by a virtual cable (root on Linux), a Dask scheduler in one and a worker in each,
kills a worker with SIGKILL in mid-run and compares the whole answer with that of one process.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.synthetic import Instance, synthetic
from optimizer.planner.bounds import Ascent, even_prices
from optimizer.planner.contents import digest_of, ground
from optimizer.planner.corridors import SHARD, Width, build, least_seconds
from optimizer.planner.engine import Answer, Work, plan
from optimizer.planner.partitions import Kept
from optimizer.planner.shards import Threads, Workers, unheard
from optimizer.planner.workers import open_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from optimizer.planner.board import Floats

WORK = Work(rounds=1, steps=4_000, climbs=20)
SEED = 1
HOST_A, HOST_B, PORT = "10.203.0.1", "10.203.0.2", 8786
KILL_AFTER = 4  # answers
RUNS = 2  # of each kind; the faster one is told


class Spied:
    """Workers that tell how long each call took, and how many tasks it had."""

    def __init__(self, workers: Workers, on_answer: Callable[[int], None] = int) -> None:
        self._workers, self._on_answer = workers, on_answer
        self.calls: list[tuple[str, int, float]] = []
        self._answers = 0

    def map(
        self,
        work: Callable[[Any, Any], Any],
        shared: object,
        tasks: Sequence[Any],
        *,
        arrived: Callable[[int, Any], None] = unheard,
    ) -> list[Any]:
        """Pass on, and look at the clock."""

        def told(number: int, answer: object) -> None:
            arrived(number, answer)
            self._answers += 1
            self._on_answer(self._answers)

        began = time.perf_counter()
        answers = self._workers.map(work, shared, tasks, arrived=told)
        self.calls.append((work.__name__, len(tasks), time.perf_counter() - began))
        return answers


# --- one host -----------------------------------------------------------------------------------


def distributed_part(instance: Instance, seconds: Floats, workers: Workers) -> str:
    """Return the digest of corridors and their proof: what shards are for."""
    board, freight = instance.board, instance.freight
    found = build(board, freight, seconds, Width(), workers)
    prices = even_prices(board, found.corridors)
    ascent = Ascent(board, freight, found.corridors, prices, Threads(), whole=False)
    ascent.climb(0.0)
    proof = ascent.prove(seconds, workers)
    return digest_of(found, proof.value, proof.others, list(proof.better.items()))


def one_host(instance: Instance, cores: int) -> None:
    """Time each kind of workers; all must give the same bytes."""
    seconds = least_seconds(instance.board)
    distributed_part(instance, seconds, Threads())  # compiles, or reads what was compiled
    wanted = timed("1 thread", instance, seconds)
    timed(f"{cores} threads", instance, seconds, wanted, threads=cores)
    timed(f"{cores} processes", instance, seconds, wanted, processes=cores)
    with tempfile.TemporaryDirectory() as folder:
        timed("1 thread, keeping", instance, seconds, wanted, runs=1, keep=Path(folder))
        timed("1 thread, all kept", instance, seconds, wanted, runs=1, keep=Path(folder))
        sizes = [f.stat().st_size for f in Path(folder).rglob("*.parquet")]
        print(f"  {len(sizes)} partitions, {sum(sizes) / 1e6:.1f} MB")
    try:
        dask = import_module("distributed")
    except ImportError:
        print("Dask: not installed, skipped")
        return
    with dask.LocalCluster(
        n_workers=cores, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as cluster:
        address = cluster.scheduler_address
        timed(f"Dask, {cores} workers", instance, seconds, wanted, cluster=address)


def timed(
    name: str,
    instance: Instance,
    seconds: Floats,
    wanted: str | None = None,
    *,
    runs: int = RUNS,
    **options: Any,  # noqa: ANN401  (of `open_workers`)
) -> str:
    """Print how long a kind of workers took, and return the digest of the answer."""
    fastest, told = float("inf"), ""
    for _ in range(runs):
        began = time.perf_counter()
        with open_workers(**options) as workers:
            spied = Spied(workers)
            digest = distributed_part(instance, seconds, spied)
        assert wanted in {None, digest}, f"{name}: {digest}, wanted {wanted}"
        took = time.perf_counter() - began
        calls = ", ".join(f"{work} x{tasks} {s:.1f} s" for work, tasks, s in spied.calls)
        found = f", {workers.found} tasks found" if isinstance(workers, Kept) else ""
        if took < fastest:
            fastest, told = took, f"{name}: {took:.1f} s ({calls}{found}) {digest[:12]}"
    print(told, flush=True)
    return digest


# --- two hosts ----------------------------------------------------------------------------------


def run(*command: str) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, check=True, capture_output=True)


@contextlib.contextmanager
def two_hosts() -> Iterator[None]:
    """Make namespaces gla and glb, joined by a cable; each has one address."""
    try:
        for host in ("gla", "glb"):
            run("ip", "netns", "add", host)
        run("ip", "link", "add", "gla0", "netns", "gla", "type", "veth",
            "peer", "name", "glb0", "netns", "glb")  # fmt: skip
        for host, address in (("gla", HOST_A), ("glb", HOST_B)):
            run("ip", "-n", host, "addr", "add", f"{address}/24", "dev", f"{host}0")
            run("ip", "-n", host, "link", "set", "lo", "up")
            run("ip", "-n", host, "link", "set", f"{host}0", "up")
        yield
    finally:
        for host in ("gla", "glb"):
            subprocess.run(["ip", "netns", "del", host], check=False, capture_output=True)  # noqa: S607


@contextlib.contextmanager
def started(host: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run Python on a host, in a process group of its own, and end the group."""
    with subprocess.Popen(
        ["ip", "netns", "exec", host, sys.executable, *arguments],  # noqa: S607
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
        cwd=Path(__file__).parents[1],
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            killed(process)


def killed(process: subprocess.Popen[str]) -> None:
    """Send SIGKILL to all of a group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def on_hosts(arguments: argparse.Namespace) -> None:
    """Compare the answer of two hosts, one of which is killed, with that of this process."""
    if platform.system() != "Linux" or os.geteuid() != 0 or shutil.which("ip") is None:
        print("two hosts: skipped, they need root on Linux and the program ip")
        return
    wanted = answered(arguments)
    print(f"one process: {wanted}", flush=True)
    try:
        with two_hosts():
            for kill in (False, True):
                told = on_two(arguments, kill=kill)
                print(f"two hosts: {told}", flush=True)
                assert told["code"] == wanted["code"], "the planner was edited meanwhile"
                assert told["sha256"] == wanted["sha256"]
    except subprocess.CalledProcessError as error:
        print(f"two hosts: skipped, not permitted: {error.stderr.decode().strip()}")
        return
    print("the answers are identical")


def on_two(arguments: argparse.Namespace, *, kill: bool) -> dict[str, Any]:
    """Plan on two hosts; kill the worker of the second one after some answers."""
    scheduler = f"tcp://{HOST_A}:{PORT}"
    size = ("--terminals", f"{arguments.terminals}", "--shipments", f"{arguments.shipments}")
    with (
        started("gla", "-m", "distributed.cli.dask_scheduler", "--host", HOST_A,
                "--port", str(PORT), "--no-dashboard"),
        started("gla", *worker(scheduler, HOST_A)),
        started("glb", *worker(scheduler, HOST_B)) as victim,
        started("gla", "-m", "bench.scale_out", "--inside", scheduler, *size) as inside,
    ):  # fmt: skip
        assert inside.stdout is not None
        when = "nobody"
        for line in inside.stdout:
            if line.startswith("{"):
                return {**json.loads(line), "killed": when}
            if kill and when == "nobody" and int(line) >= KILL_AFTER:
                killed(victim)
                when = f"host b after {int(line)} answers"
    raise SystemExit("two hosts: no answer")


def worker(scheduler: str, host: str) -> tuple[str, ...]:
    """Return how Python is told to work for a scheduler."""
    return ("-m", "distributed.cli.dask_worker", scheduler, "--host", host,
            "--nthreads", "1", "--no-nanny", "--no-dashboard")  # fmt: skip


def answered(arguments: argparse.Namespace) -> dict[str, Any]:
    """Plan, and return what came out and how long it took; count a cluster's answers aloud."""
    instance = synthetic(arguments.terminals, arguments.shipments, SEED)
    plan(instance.board, some(instance, 20), WORK, seed=SEED)  # compiles
    code, began = ground(), time.perf_counter()
    with open_workers(cluster=arguments.inside) as workers:
        hosts = [hosts_of(workers)]
        spied = Spied(workers, lambda n: print(n, flush=True) if arguments.inside else None)
        answer = plan(instance.board, instance.freight, WORK, seed=SEED, workers=spied)
        hosts.append(hosts_of(workers))
    return {
        "sha256": digest_of_answer(answer),
        "code": code,
        "seconds": round(time.perf_counter() - began, 1),
        "tasks": sum(tasks for _, tasks, _ in spied.calls),
        "hosts at the beginning and the end": hosts,
    }


def some(instance: Instance, count: int) -> Any:  # noqa: ANN401  (freight)
    """Return the first shipments."""
    taken = {n: getattr(instance.freight, n)[:count] for n in instance.freight._fields}
    return instance.freight._replace(**(taken | {"allowed": instance.freight.allowed}))


def digest_of_answer(answer: Answer) -> str:
    """Return the SHA-256 of all that the engine says of a plan."""
    return digest_of(
        answer.departures, answer.value, answer.bound, answer.unservable, answer.found,
        answer.prices,
    )  # fmt: skip


def hosts_of(workers: Any) -> int:  # noqa: ANN401
    """Return how many hosts a cluster has now; none, where there is no cluster."""
    return len(getattr(workers, "hosts", ()))


def main() -> None:
    """Run one part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--terminals", type=int, default=600)
    parser.add_argument("--shipments", type=int, default=4_000)
    parser.add_argument("--hosts", action="store_true", help="two network namespaces, as root")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        print(json.dumps(answered(arguments)), flush=True)
        return
    print(f"{arguments.shipments} shipments, {arguments.terminals} terminals, shards of {SHARD}")
    if arguments.hosts:
        on_hosts(arguments)
    else:
        one_host(synthetic(arguments.terminals, arguments.shipments, SEED), os.cpu_count() or 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory of this process: {peak:.2f} GB")


if __name__ == "__main__":
    main()
