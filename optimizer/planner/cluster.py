"""Do shards on other hosts, by Dask: the same work as in processes, in the same order."""

from __future__ import annotations

import warnings
from collections import Counter, deque
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.planner.contents import ground, name_of
from optimizer.planner.shards import WorkersError, unheard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

MOST_TRIES = 3  # what a task was given for its input may be lost with a host so often
_AHEAD = 2  # tasks for each thread of the cluster: one is done, one is on its way
_ANSWER_S = 30  # for a scheduler, and for the first of its workers
_PACKAGES = ["greenlane", "numba", "numpy"]
_LARGE = (
    "1GB"  # of one task; the scheduler keeps it until it is done, so that no host's end loses it
)


def libraries() -> tuple[Any, Any]:
    """Return dask and dask.distributed, or say how they are installed."""
    try:
        import dask  # noqa: PLC0415  (an extra that most do not need)
        import distributed  # noqa: PLC0415
    except ImportError as error:
        raise WorkersError(
            "a cluster needs Dask, which is not installed; wanted: pip install"
            " 'greenlane[distributed]', here and on each of its hosts"
        ) from error
    return dask, distributed


class Cluster:
    """The workers of a Dask scheduler, which must have the same Greenlane, numba and numpy.

    For an address tls://... certificates are those of Dask's own configuration.
    """

    def __init__(self, address: str) -> None:
        self._dask, distributed = libraries()
        context = distributed.Security().get_connection_args("client").get("ssl_context")
        if address.startswith("tls:") and context is None:
            raise WorkersError(
                f"{address}: no certificates; wanted distributed.comm.tls in Dask's configuration"
            )
        # In two steps, so that a client that gets no answer is closed here: left to the garbage
        # collector, it takes the lock under which a later client waits for its thread.
        self._client = distributed.Client.__new__(distributed.Client)
        try:
            self._client.__init__(
                address, timeout=_ANSWER_S, set_as_default=False, name="greenlane"
            )
        except (OSError, ValueError) as error:
            self.close()
            raise WorkersError(
                f"{address}: {error}; wanted the address of a running scheduler, as tcp://host:8786"
            ) from error
        try:
            self._check(address)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the addresses of hosts that work now."""
        return tuple(sorted({there.rsplit(":", 1)[0] for there in self._client.nthreads()}))

    def close(self) -> None:
        """Leave the cluster; it goes on without us."""
        self._client.close()

    def _check(self, address: str) -> None:
        try:
            self._client.wait_for_workers(1, timeout=_ANSWER_S)
        except TimeoutError as error:
            raise WorkersError(f"{address}: no worker after {_ANSWER_S} s, wanted 1") from error
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            self._client.get_versions(check=True, packages=_PACKAGES)
        if told:
            raise WorkersError(f"{address}: {told[0].message}\nwanted the same on every host")

    def map(
        self,
        work: Callable[[Any, Any], Any],
        shared: object,
        tasks: Sequence[Any],
        *,
        arrived: Callable[[int, Any], None] = unheard,
    ) -> list[Any]:
        """Return `work(shared, task)` of each task; a task whose worker dies is done by another."""
        errand = _Errand(self._client, work, shared)
        try:
            answers = errand.run(tasks, arrived)
        finally:
            errand.forget()
        return [answers[number] for number in range(len(tasks))]


class _Errand:
    """One `map`: what is on its way, and what came back."""

    def __init__(
        self,
        client: Any,  # noqa: ANN401  (untyped)
        work: Callable[[Any, Any], Any],
        shared: object,
    ) -> None:
        self._dask, self._distributed = libraries()
        self._client, self._work, self._shared = client, work, shared
        self._name = name_of(work)
        self._there: Any = None
        self._numbers: dict[Any, int] = {}  # of the futures on their way
        self._losses: Counter[int] = Counter()

    def run(self, tasks: Sequence[Any], arrived: Callable[[int, Any], None]) -> dict[int, Any]:
        answers: dict[int, Any] = {}
        waiting = deque(range(len(tasks)))
        coming = self._distributed.as_completed(loop=self._client.loop)
        while len(answers) < len(tasks):
            while waiting and len(self._numbers) < self._room():
                coming.add(self._sent(waiting[0], tasks[waiting.popleft()]))
            future = next(coming)
            number = self._numbers.pop(future)
            try:
                answers[number] = future.result()
            except self._distributed.client.FutureCancelledError as error:
                self._lost(number, len(tasks), error)
                waiting.appendleft(number)
            except self._distributed.KilledWorker as error:
                raise WorkersError(
                    f"{self._name}, task {number} of {len(tasks)}: {error}"
                ) from error
            except Exception as error:
                error.add_note(f"in {self._name}, task {number}")
                raise
            else:
                self._losses.pop(number, None)
                arrived(number, answers[number])
        return answers

    def _room(self) -> int:
        """Return how many tasks may be on their way to the workers that are there now.

        What was lost goes alone, so that a task that kills its workers takes no other with it and
        is the one that is named.
        """
        if self._losses:
            return 1
        threads: int = sum(self._client.nthreads().values())
        return max(1, _AHEAD * threads)

    def _sent(self, number: int, task: object) -> object:
        if self._there is None:  # the same for all tasks, so a copy for each worker
            (self._there,) = self._client.scatter([self._shared], broadcast=True, hash=False)
        with self._dask.config.set({"distributed.admin.large-graph-warning-threshold": _LARGE}):
            future = self._client.submit(
                done_there, ground(), self._work, self._there, task, pure=False
            )
        self._numbers[future] = number
        return future

    def _lost(self, number: int, tasks: int, error: Exception) -> None:
        """Give out again what all tasks share: it was lost with the hosts that had it."""
        self._there = None
        self._losses[number] += 1
        if self._losses[number] == MOST_TRIES:
            raise WorkersError(f"{self._name}, task {number} of {tasks}: {error}") from error

    def forget(self) -> None:
        """Let go of what is on its way, so that nobody works on for nothing."""
        self._client.cancel(list(self._numbers), force=True)
        self._numbers.clear()
        self._there = None


def done_there(
    wanted: str, work: Callable[[Any, Any], Any], shared: object, task: object
) -> object:
    """Do a task on a host, unless its code would answer otherwise than ours."""
    if ground() != wanted:
        raise WorkersError(f"a worker has {ground()}, wanted {wanted}: the same on every host")
    return work(aligned(shared), aligned(task))


def aligned(value: object) -> object:
    """Return a value whose arrays lie as our own do: kernels are compiled for these."""
    if isinstance(value, np.ndarray):
        return value if value.flags.aligned and value.flags.writeable else value.copy()
    if isinstance(value, tuple):
        items = [aligned(item) for item in value]
        return value._make(items) if hasattr(value, "_make") else tuple(items)
    return value
