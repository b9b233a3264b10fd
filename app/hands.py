"""Lend hands to a search at scale: cores, processes, a cluster; and let somebody watch and stop."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.solve import Hands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from optimizer.planner.engine import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpers:
    """Who may help with a search; the plan does not depend on it."""

    threads: int = 0  # 0: as many as there are cores
    processes: int = 0
    cluster: str = ""
    keep: Path | None = None  # finished parts of the work, found again by a later run

    @property
    def cores(self) -> int:
        """Return how many threads are wanted."""
        return self.threads or os.cpu_count() or 1


@contextmanager
def lent(
    helpers: Helpers,
    *,
    stop: Callable[[], bool],
    watch: Callable[[Progress], None] = lambda _: None,
) -> Iterator[Hands]:
    """Open the helpers for one plan.

    Raises
    ------
    WorkersError
        when processes or a cluster cannot be had.
    """
    if not (helpers.processes or helpers.cluster or helpers.keep):
        yield Hands(threads=helpers.cores, watch=watch, stop=stop)
        return
    from optimizer.planner.workers import open_workers  # noqa: PLC0415  (few runs have any)

    with open_workers(helpers.cores, helpers.processes, helpers.cluster, helpers.keep) as workers:
        yield Hands(threads=helpers.cores, workers=workers, watch=watch, stop=stop)
