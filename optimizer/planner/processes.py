"""Do shards in processes of this machine, and go on when one of them is killed."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import shutil
import signal
import weakref
from collections import Counter, deque
from contextlib import suppress
from functools import lru_cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from optimizer.planner.contents import digest_of, name_of
from optimizer.planner.shards import WorkersError, unheard
from optimizer.planner.shared_file import lay_out, read_back

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.context import SpawnProcess
    from types import TracebackType
    from typing import Self

MOST_TRIES = 3  # a task is begun at most so often
_PATIENCE_S = 5.0  # for a process that was told to end
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Processes:
    """Spawned processes of one thread each; begun at the first task, ended by `close`.

    What tasks share lies in one mapped file, written once as long as it stays the same.
    """

    def __init__(self, count: int) -> None:
        if count < 1:
            raise WorkersError(f"{count} worker processes, wanted 1 or more")
        self._count = count
        self._crew: list[_Hand] = []
        self._folder: Path | None = None
        self._removal: Callable[[], object] = int
        self._digest = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes and remove what they shared."""
        self._dismiss()
        self._removal()
        self._folder, self._digest = None, ""

    def map(
        self,
        work: Callable[[Any, Any], Any],
        shared: object,
        tasks: Sequence[Any],
        *,
        arrived: Callable[[int, Any], None] = unheard,
    ) -> list[Any]:
        """Return `work(shared, task)` of each task; a task whose worker dies is begun again."""
        if not tasks:
            return []
        order = (work, self._laid_out(shared))
        try:
            answers = self._all_done(order, tasks, arrived)
        except BaseException:  # also Ctrl-C: nobody works on for an answer that nobody awaits
            self._dismiss()
            raise
        return [answers[number] for number in range(len(tasks))]

    def _laid_out(self, shared: object) -> Path:
        if self._folder is None:
            self._folder = Path(mkdtemp(prefix="greenlane-"))
            self._removal = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        digest = digest_of(shared)
        path = self._folder / digest
        if digest != self._digest:
            lay_out(path, shared)
            with suppress(OSError):  # where a mapped file cannot be removed, `close` will
                (self._folder / (self._digest or "none")).unlink()
            self._digest = digest
        return path

    def _all_done(
        self,
        order: tuple[Callable[[Any, Any], Any], Path],
        tasks: Sequence[Any],
        arrived: Callable[[int, Any], None],
    ) -> dict[int, Any]:
        answers: dict[int, Any] = {}
        waiting = deque(range(len(tasks)))
        losses: Counter[int | None] = Counter()
        while len(answers) < len(tasks):
            self._gather(min(self._count, len(tasks) - len(answers)))
            for hand in self._crew:
                if hand.free and waiting:
                    hand.give(waiting[0], (*order, tasks[waiting.popleft()]))
            for hand in self._heard():
                number, told = hand.number, hand.hear()
                if told is None:  # it died
                    self._bury(hand, losses, name_of(order[0]), len(tasks))
                    if number is not None:
                        waiting.appendleft(number)
                elif number is not None:
                    answers[number] = _answer_of(told, f"{name_of(order[0])}, task {number}")
                    arrived(number, answers[number])
        return answers

    def _gather(self, wanted: int) -> None:
        while len(self._crew) < wanted:
            assert self._folder is not None  # noqa: S101  (narrowed for the type checker)
            self._crew.append(_Hand(self._folder))

    def _heard(self) -> list[_Hand]:
        ready = set(wait([hand.pipe for hand in self._crew]))
        return [hand for hand in self._crew if hand.pipe in ready]

    def _bury(self, hand: _Hand, losses: Counter[int | None], work: str, tasks: int) -> None:
        """Take leave of a dead worker; refuse a task, or a start, that kills each one."""
        self._crew.remove(hand)
        code = hand.end(at_once=True)
        losses[hand.number] += not hand.free
        if losses[hand.number] < MOST_TRIES:
            return
        if hand.number is None:
            raise WorkersError(
                f"{MOST_TRIES} worker processes ended before their first task (exit code {code});"
                " in a script of your own, guard the call by: if __name__ == '__main__'"
            )
        raise WorkersError(
            f"{work}, task {hand.number} of {tasks}: its worker process died {MOST_TRIES} times"
            f" (exit code {code}), wanted an answer; -9 is often a lack of memory"
        )

    def _dismiss(self) -> None:
        for hand in self._crew:
            hand.end(at_once=not hand.free)
        self._crew = []


class _Hand:
    """One worker process, and the task it is at."""

    def __init__(self, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy locks that threads hold
        self.pipe, theirs = context.Pipe()
        self.number: int | None = None
        self._ready = False
        self._process: SpawnProcess = context.Process(
            target=_serve, args=(theirs, folder), name="greenlane-worker", daemon=True
        )
        self._process.start()
        theirs.close()  # else the end of the process would not end the pipe

    @property
    def free(self) -> bool:
        return self._ready and self.number is None

    def give(self, number: int, order: tuple[object, ...]) -> None:
        self.number = number
        with suppress(OSError):  # it died meanwhile; `hear` will tell
            self.pipe.send(order)

    def hear(self) -> tuple[bool, Any] | None:
        """Return (whether it went well, answer), or None of the dead."""
        try:
            told: tuple[bool, Any] = pickle.loads(self.pipe.recv_bytes())  # noqa: S301
        except (EOFError, OSError):
            return None
        if self._ready:
            self.number = None
        self._ready = True
        return told

    def end(self, *, at_once: bool) -> int | None:
        """End the process and return its exit code."""
        if at_once:
            # Before the pipe is closed: who finds it closed takes us for dead, and tidies up.
            self._process.kill()
            self._process.join()
        else:
            with suppress(OSError):
                self.pipe.send(None)
        self.pipe.close()
        self._process.join(_PATIENCE_S)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        code = self._process.exitcode
        self._process.close()
        return code


def _answer_of(told: tuple[bool, Any], task: str) -> object:
    good, answer = told
    if not good:
        answer.add_note(f"in {task}")
        raise answer
    return answer


def _serve(pipe: Connection, folder: Path) -> None:
    """Answer orders until told to end, or until who gives them is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))  # noqa: TID251  (this process's own)
    with suppress(OSError, EOFError):
        pipe.send_bytes(pickle.dumps((True, None)))
        while (order := pipe.recv()) is not None:
            pipe.send_bytes(_told(*order))
        return
    shutil.rmtree(folder, ignore_errors=True)  # nobody else is left to do it


_held = lru_cache(1)(read_back)


def _told(work: Callable[[Any, Any], Any], path: Path, task: object) -> bytes:
    """Return (whether it went well, answer or error), as bytes that can surely be read."""
    try:
        return pickle.dumps((True, work(_held(path), task)))
    except Exception as error:  # noqa: BLE001  (raised again by who gave the order)
        told = (False, error)
    try:
        pickle.loads(pickle.dumps(told))  # noqa: S301
    except Exception:  # noqa: BLE001  (an error that cannot travel is told in words)
        told = (False, WorkersError(f"{type(told[1]).__name__}: {told[1]}"))
    return pickle.dumps(told)
