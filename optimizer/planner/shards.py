"""Do the same work on many shards with some workers, and give the answers in the shards' order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

from data.errors import GreenlaneError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class WorkersError(GreenlaneError):
    """Workers that cannot be had, or a task that none of them could finish."""


class Workers(Protocol):
    """Whoever does work on shards; answers come in the order of the tasks.

    `work` is a function of a module, `shared` what all tasks read and none changes, so that both
    can travel to another process or host once. `arrived` is told the number and the answer of each
    task as soon as it is known, in any order, and never from two threads at once.
    """

    def map(
        self,
        work: Callable[[Any, Any], Any],
        shared: object,
        tasks: Sequence[Any],
        *,
        arrived: Callable[[int, Any], None] = ...,
    ) -> list[Any]:
        """Return `work(shared, task)` of each task."""


def unheard(_number: int, _answer: object) -> None:
    """Hear of an answer and do nothing."""


class Threads:
    """Threads of this process: the kernels release the interpreter while they run."""

    def __init__(self, count: int = 1) -> None:
        self._pool = ThreadPoolExecutor(count) if count > 1 else None

    def map(
        self,
        work: Callable[[Any, Any], Any],
        shared: object,
        tasks: Sequence[Any],
        *,
        arrived: Callable[[int, Any], None] = unheard,
    ) -> list[Any]:
        """Return `work(shared, task)` of each task."""

        def done(number: int) -> object:
            return work(shared, tasks[number])  # tasks may be made when they are asked for

        numbers = range(len(tasks))
        answers: list[Any] = []
        each = self._pool.map if self._pool is not None and len(tasks) > 1 else map
        for answer in each(done, numbers):
            arrived(len(answers), answer)
            answers.append(answer)
        return answers
