"""Open the workers that a run was given: threads, processes, or a cluster; and what they keep."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from optimizer.planner.shards import Threads, Workers, WorkersError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def open_workers(
    threads: int = 1, processes: int = 0, cluster: str = "", keep: Path | None = None
) -> Iterator[Workers]:
    """Open a cluster by its address, else so many processes, else threads of this process.

    With `keep` each task's answer is kept in that folder, and found there the next time.
    """
    if cluster and processes:
        raise WorkersError(f"{processes} processes and the cluster {cluster}, wanted one of them")
    with _opened(threads, processes, cluster) as workers:
        if keep is None:
            yield workers
        else:
            from optimizer.planner.partitions import Kept  # noqa: PLC0415  (opens pyarrow)

            yield Kept(workers, keep)


@contextmanager
def _opened(threads: int, processes: int, cluster: str) -> Iterator[Workers]:
    if cluster:
        from optimizer.planner.cluster import Cluster  # noqa: PLC0415  (an extra)

        with Cluster(cluster) as hosts:
            yield hosts
    elif processes:
        from optimizer.planner.processes import Processes  # noqa: PLC0415

        with Processes(processes) as crew:
            yield crew
    else:
        yield Threads(threads)
