"""Work on parts of a file side by side, each engine on one part, answers in order."""

from __future__ import annotations

import queue
import shutil
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Self, TypeVar

from emissions.bulk.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")


class Crew:
    """Some engines with one factor set each, and threads to drive them."""

    def __init__(
        self, *, work: Path, reads: Iterable[Path], threads: int, memory_limit_mb: int
    ) -> None:
        work.mkdir(parents=True, exist_ok=True)
        reads = list(reads)
        share = max(64, memory_limit_mb // threads)
        self._work = work
        self.engines = [
            Engine(work=work.resolve(), reads=reads, memory_mb=share) for _ in range(threads)
        ]
        self._free: queue.SimpleQueue[Engine] = queue.SimpleQueue()
        for engine in self.engines:
            self._free.put(engine)
        self._threads = ThreadPoolExecutor(threads)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
        for engine in self.engines:
            engine.close()
        for spill in self._work.glob("spill-*"):
            shutil.rmtree(spill, ignore_errors=True)

    @property
    def first(self) -> Engine:
        """The engine for what cannot be parted; only while no parts are worked on."""
        return self.engines[0]

    def each(self, task: Callable[[Engine], None]) -> None:
        """Do something on every engine."""
        for engine in self.engines:
            task(engine)

    def in_order(
        self, task: Callable[[Engine, _Item], _Answer], items: Iterable[_Item]
    ) -> Iterator[_Answer]:
        """Yield the answer for each item; few items are under way at a time."""
        waiting: deque[Future[_Answer]] = deque()
        try:
            for item in items:
                waiting.append(self._threads.submit(self._do, task, item))
                if len(waiting) > len(self.engines):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:  # who takes no more answers must not find an engine at work
            wait([one for one in waiting if not one.cancel()])

    def _do(self, task: Callable[[Engine, _Item], _Answer], item: _Item) -> _Answer:
        engine = self._free.get()
        try:
            return task(engine, item)
        finally:
            self._free.put(engine)
