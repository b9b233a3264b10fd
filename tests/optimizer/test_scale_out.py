from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import signal
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from optimizer.planner import bounds, corridors
from optimizer.planner.board import NO_LIMIT
from optimizer.planner.bounds import Ascent, Proof, even_prices
from optimizer.planner.contents import digest_of
from optimizer.planner.corridor_kernels import corridors as corridors_at_once
from optimizer.planner.corridors import Found, Width, build, least_seconds
from optimizer.planner.engine import Work, plan
from optimizer.planner.partitions import Kept, partition_path, read_partition, write_partition
from optimizer.planner.processes import Processes
from optimizer.planner.shards import Threads, Workers, WorkersError
from optimizer.planner.workers import open_workers

if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = ["two threads", "one process", "two processes", "cluster"]


@pytest.fixture(scope="module")
def instance() -> Any:
    """600 shipments between 30 terminals: ten shards of corridors, six of a proof."""
    return importlib.import_module("bench.synthetic").synthetic(30, 600, 1)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corridors, "SHARD", 60)
    monkeypatch.setattr(bounds, "PROOF_SHARD", 100)


def ours() -> list[int]:
    """Return our worker processes; Dask has its own."""
    there = multiprocessing.active_children()
    return sorted(c.pid for c in there if c.name == "greenlane-worker" and c.pid)


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No process and no file survives a test."""
    folder = tmp_path / "shared"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield
    assert ours() == []
    assert list(folder.glob("greenlane-*")) == []


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """A Dask scheduler with two workers on this machine."""
    dask = pytest.importorskip("distributed")
    with dask.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as cluster:
        yield cluster.scheduler_address


@contextmanager
def opened(kind: str, request: pytest.FixtureRequest) -> Iterator[Workers]:
    chosen = {
        "one thread": {},
        "two threads": {"threads": 2},
        "one process": {"processes": 1},
        "two processes": {"processes": 2},
    }
    options = chosen[kind] if kind in chosen else {"cluster": request.getfixturevalue("scheduler")}
    with open_workers(**options) as workers:
        yield workers


def planned(instance: Any, workers: Workers) -> tuple[Found, Proof]:
    """Return what the large-scale engine distributes: corridors, and the proof over them."""
    board, freight = instance.board, instance.freight
    seconds = least_seconds(board)
    found = build(board, freight, seconds, Width(), workers)
    prices = even_prices(board, found.corridors)
    ascent = Ascent(board, freight, found.corridors, prices, Threads(), whole=False)
    ascent.climb(0.0)
    return found, ascent.prove(seconds, workers)


def digest(answer: tuple[Found, Proof]) -> str:
    found, proof = answer
    return digest_of(found, proof.value, proof.others, list(proof.better.items()))


@pytest.fixture(scope="module")
def alone(instance: Any) -> str:
    """The answer of one thread, in shards of the shipped size."""
    return digest(planned(instance, Threads()))


def squared(shared: Any, task: int) -> tuple[Any, ...]:
    return (shared[task : task + 1] ** 2, np.arange(task, dtype=np.int32))


def killed_once(shared: str, task: int) -> int:
    """Kill the worker that comes to task 3 first."""
    flag = Path(shared) / "flag"
    if task == 3 and not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task * task


def exits_at_two(_shared: None, task: int) -> int:
    if task == 2:
        os._exit(9)
    return task


def refuses_two(_shared: None, task: int) -> int:
    if task == 2:
        raise ValueError("two is not wanted")
    return task


def threads_there(_shared: None, _task: int) -> int:
    return int(importlib.import_module("numba").get_num_threads())


class Unspeakable(Exception):  # noqa: N818
    """An error that cannot be read back, as some of other libraries cannot."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def unspeakable(_shared: None, _task: int) -> None:
    raise Unspeakable(1, 2)


# --- the same answer, whoever does it -----------------------------------------------------------


def test_corridors_do_not_depend_on_shards(instance: Any) -> None:
    """Shards are by lane, the answer is by shipment: it is what one call over all would give."""
    board, freight = instance.board, instance.freight
    seconds = least_seconds(board)
    found = build(board, freight, seconds, Width(), Threads())
    count, none = len(freight.mass_kg), np.empty(0, np.int32)
    whole = corridors_at_once(
        board, freight, seconds, np.full(len(board.service), NO_LIMIT),
        np.arange(count, dtype=np.int32), np.zeros(count + 1, np.int64), none,
        Width().factor, Width().most,
    )  # fmt: skip
    c = found.corridors
    counts, rides = np.diff(c.first).astype(np.int32), np.diff(c.ride_first).astype(np.int32)
    assert digest_of(
        found.status, counts, c.departure, c.base, c.onward,
        rides, c.ride_join, c.ride_price, c.start, found.least,
    ) == digest_of(*whole)  # fmt: skip


def test_corridors_of_some_stand_in_their_order(instance: Any) -> None:
    """Repairs ask for some shipments, and put them where they belong by their order."""
    board, freight = instance.board, instance.freight
    seconds = least_seconds(board)
    some = np.array([400, 3, 77], np.int32)
    found = build(board, freight, seconds, Width(), Threads(), only=some)
    for place, k in enumerate(some):
        one = build(board, freight, seconds, Width(), Threads(), only=some[place : place + 1])
        assert found.least[place] == one.least[0], k
        span = slice(found.corridors.first[place], found.corridors.first[place + 1])
        assert np.array_equal(found.corridors.departure[span], one.corridors.departure)


@pytest.mark.parametrize("kind", KINDS)
def test_answer_is_the_same_bytes(
    kind: str, instance: Any, alone: str, request: pytest.FixtureRequest
) -> None:
    """A plan must not depend on where it was computed."""
    with opened(kind, request) as workers:
        assert digest(planned(instance, workers)) == alone


def test_whole_plan_is_the_same_bytes(instance: Any) -> None:
    """The search and the prices stay in one process, whoever has the shards."""

    def answer(workers: Workers) -> str:
        work = Work(rounds=1, steps=400, climbs=4)
        a = plan(instance.board, instance.freight, work, seed=1, workers=workers)
        return digest_of(a.departures, a.value, a.bound, a.found, a.prices)

    with Processes(2) as workers:
        assert answer(workers) == answer(Threads())


@pytest.mark.parametrize("kind", ["one thread", *KINDS])
def test_answers_come_in_order_and_each_is_told_once(
    kind: str, request: pytest.FixtureRequest
) -> None:
    told: list[int] = []
    with opened(kind, request) as workers:
        answers = workers.map(
            squared, np.arange(40.0), range(40), arrived=lambda number, _: told.append(number)
        )
        assert workers.map(squared, np.arange(40.0), ()) == []
    assert [float(a[0][0]) for a in answers] == [n * n for n in range(40)]
    assert sorted(told) == list(range(40))


# --- what goes wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["two processes", "cluster"])
def test_killed_worker_is_survived(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with opened(kind, request) as workers:
        answers = workers.map(killed_once, str(tmp_path), range(12))
    assert (tmp_path / "flag").exists()
    assert answers == [n * n for n in range(12)]


def test_plan_survives_a_process_killed_from_outside(instance: Any, alone: str) -> None:
    """As the kernel does when memory is short: SIGKILL, at any moment."""
    killed: list[int] = []

    class Murdered(Processes):
        def map(self, work: Any, shared: object, tasks: Any, **_: Any) -> list[Any]:
            def arrived(_number: int, _answer: object) -> None:
                if not killed:
                    killed.append(ours()[-1])
                    os.kill(killed[0], signal.SIGKILL)

            return super().map(work, shared, tasks, arrived=arrived)

    with Murdered(2) as workers:
        assert digest(planned(instance, workers)) == alone
    assert killed


@pytest.mark.parametrize("kind", ["two processes", "cluster"])
def test_task_that_kills_its_workers_is_named(kind: str, request: pytest.FixtureRequest) -> None:
    """Else a machine would be busy all night with what cannot be done."""
    with opened(kind, request) as workers:
        with pytest.raises(WorkersError, match=r"exits_at_two, task 2 of 5"):
            workers.map(exits_at_two, None, range(5))
        assert workers.map(squared, np.arange(3.0), range(3))[2][0][0] == 4.0


@pytest.mark.parametrize("kind", ["two processes", "cluster"])
def test_error_of_a_task_is_raised_with_its_number(
    kind: str, request: pytest.FixtureRequest
) -> None:
    """A task that raises would raise again: it is not tried twice."""
    with opened(kind, request) as workers:
        with pytest.raises(ValueError, match="two is not wanted") as raised:
            workers.map(refuses_two, None, range(5))
        assert any("refuses_two, task 2" in note for note in raised.value.__notes__)
        assert workers.map(squared, np.arange(3.0), range(3))[2][0][0] == 4.0


def test_error_that_cannot_travel_is_told_in_words() -> None:
    with Processes(1) as workers, pytest.raises(WorkersError, match="Unspeakable: 1 and 2"):
        workers.map(unspeakable, None, range(2))


def test_interrupt_leaves_nobody_at_work() -> None:
    """Ctrl-C while tasks run; `nothing_left` looks for processes and files."""

    def interrupt(_number: int, _answer: object) -> None:
        raise KeyboardInterrupt

    with Processes(2) as workers:
        with pytest.raises(KeyboardInterrupt):
            workers.map(squared, np.arange(9.0), range(9), arrived=interrupt)
        assert ours() == []


def test_process_has_one_thread() -> None:
    """Two processes of two threads each would be four on two cores."""
    with Processes(1) as workers:
        assert workers.map(threads_there, None, [0]) == [1]


# --- kept answers -------------------------------------------------------------------------------


class Counted(Threads):
    """Threads that count what they were given, and stop after so many tasks."""

    def __init__(self, most: int = 10**9) -> None:
        super().__init__()
        self.tasks, self._most = 0, most

    def map(self, work: Any, shared: object, tasks: Any, *, arrived: Any = None) -> list[Any]:
        def counted(number: int, answer: object) -> None:
            arrived(number, answer)
            self.tasks += 1
            if self.tasks == self._most:
                raise KeyboardInterrupt

        return super().map(work, shared, tasks, arrived=counted)


def test_stopped_run_goes_on_where_it_was(instance: Any, alone: str, tmp_path: Path) -> None:
    """Four of sixteen tasks are done before the power fails: twelve are left, the answer equal."""
    stopped, resumed, again = Counted(most=4), Counted(), Counted()
    with pytest.raises(KeyboardInterrupt):
        planned(instance, Kept(stopped, tmp_path))
    assert digest(planned(instance, Kept(resumed, tmp_path))) == alone
    assert digest(planned(instance, Kept(again, tmp_path))) == alone
    assert (stopped.tasks, resumed.tasks, again.tasks) == (4, 12, 0)


def test_partitions_are_the_same_bytes_from_anybody(tmp_path: Path) -> None:
    """Whoever writes a partition last changes nothing."""
    with open_workers(processes=2, keep=tmp_path / "processes") as workers:
        workers.map(squared, np.arange(5.0), range(5))
    with open_workers(keep=tmp_path / "thread") as workers:
        workers.map(squared, np.arange(5.0), range(5))
    files = [
        {p.name: p.read_bytes() for p in (tmp_path / where).rglob("*.*")}
        for where in ("processes", "thread")
    ]
    assert len(files[0]) == 5
    assert files[0] == files[1]


def test_another_input_is_another_partition(tmp_path: Path) -> None:
    workers = Kept(Counted(), tmp_path)
    workers.map(squared, np.arange(5.0), range(5))
    workers.map(squared, np.arange(1.0, 6.0), range(5))
    workers.map(killed_once, str(tmp_path), ())
    assert (workers.done, workers.found) == (10, 0)


@pytest.mark.parametrize("fault", ["cut", "empty", "foreign", "text"])
def test_torn_or_foreign_partition_is_done_again(fault: str, tmp_path: Path) -> None:
    """A partition is believed for its content, not for its name."""
    first = Kept(Counted(), tmp_path)
    wanted = first.map(squared, np.arange(90.0), range(70, 72))
    one, other = sorted(tmp_path.rglob("*.parquet"))
    whole = one.read_bytes()
    one.write_bytes({
        "cut": whole[:-40],
        "empty": b"",
        "foreign": other.read_bytes(),
        "text": b"not a Parquet file",
    }[fault])  # fmt: skip
    again = Kept(Counted(), tmp_path)
    answers = again.map(squared, np.arange(90.0), range(70, 72))
    assert (again.done, again.found) == (1, 1)
    assert digest_of(answers) == digest_of(wanted)
    assert one.read_bytes() == whole


def test_flipped_bit_never_changes_an_answer(tmp_path: Path) -> None:
    """Wherever a disk lies, the partition is refused, or reads as it was."""
    answer, key = squared(np.arange(90.0), 70), "ab" * 32
    write_partition(tmp_path, key, answer)
    path = partition_path(tmp_path, key)
    whole, refused = path.read_bytes(), 0
    for place in range(0, len(whole), 5):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        read = read_partition(tmp_path, key)
        refused += read is None
        assert read is None or digest_of(read) == digest_of(answer), place
    assert refused > 20


def test_partition_keeps_types_and_bits(tmp_path: Path) -> None:
    answer = (
        np.array([1, 2], np.int8), np.empty(0, np.int32), np.array([-0.0, np.nan, 1e-308]),
        np.array([7], np.uint8), np.array([2**40], np.int64), np.array([0.1], np.float32),
    )  # fmt: skip
    write_partition(tmp_path, "ab" * 32, answer)
    read = read_partition(tmp_path, "ab" * 32)
    assert read is not None
    assert [a.dtype for a in read] == [a.dtype for a in answer]
    assert [a.tobytes() for a in read] == [a.tobytes() for a in answer]
    assert all(a.flags.writeable for a in read)
    assert [p.name for p in partition_path(tmp_path, "ab" * 32).parent.iterdir()] == [
        f"{'ab' * 32}.parquet"
    ]


def test_partition_of_what_is_no_array_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkersError, match="wanted flat arrays"):
        write_partition(tmp_path, "ab" * 32, (np.zeros((2, 2)),))


# --- opening ------------------------------------------------------------------------------------


def test_cluster_without_its_extra_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(WorkersError, match=r"greenlane\[distributed\]"),
        open_workers(cluster="tcp://127.0.0.1:1"),
    ):
        pass


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://127.0.0.1:1", "wanted the address of a running scheduler"),
        ("tls://127.0.0.1:1", "no certificates; wanted distributed.comm.tls"),
        ("nonsense", "wanted the address of a running scheduler"),
    ],
)
def test_cluster_that_is_not_there_is_named(
    address: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("optimizer.planner.cluster._ANSWER_S", 1)
    with pytest.raises(WorkersError, match=f"{address}.*{said}"), open_workers(cluster=address):
        pass


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1:1"])
def test_client_without_an_answer_is_closed_at_once(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The garbage collector would close it in the thread of the next one, which then waits."""
    dask = pytest.importorskip("distributed")
    monkeypatch.setattr("optimizer.planner.cluster._ANSWER_S", 1)
    gc.disable()
    try:
        with pytest.raises(WorkersError) as raised, open_workers(cluster=address):
            pass
        clients = [it for it in gc.get_objects() if isinstance(it, dask.Client)]
    finally:
        gc.enable()
    assert raised.traceback
    assert {client.status for client in clients} == {"closed"}


def test_other_versions_on_a_host_are_refused(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dask would only warn; other numbers may come from another numpy."""

    def mismatched(*_: object, **__: object) -> None:
        warnings.warn("Mismatched versions found: numpy", stacklevel=1)

    monkeypatch.setattr("distributed.Client.get_versions", mismatched)
    with (
        pytest.raises(WorkersError, match=r"Mismatched versions(.|\n)*the same on every host"),
        open_workers(cluster=scheduler),
    ):
        pass


def test_two_kinds_of_workers_are_refused() -> None:
    with (
        pytest.raises(WorkersError, match="wanted one of them"),
        open_workers(processes=2, cluster="tcp://127.0.0.1:1"),
    ):
        pass


def test_no_process_is_refused() -> None:
    with pytest.raises(WorkersError, match="wanted 1 or more"), open_workers(processes=-1):
        pass


def test_other_code_on_a_host_is_refused(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts of two releases would give half of each one's plan."""
    monkeypatch.setattr("optimizer.planner.cluster.ground", lambda: "planner of yesterday")
    with (
        open_workers(cluster=scheduler) as workers,
        pytest.raises(WorkersError, match="wanted planner of yesterday"),
    ):
        workers.map(squared, np.arange(3.0), range(3))
