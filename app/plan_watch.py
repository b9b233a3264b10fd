"""Show on a terminal how a search goes, and let Ctrl-C stop it with the best plan kept."""

from __future__ import annotations

import signal
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, Self, TypeVar

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from rich.console import RenderableType

    from optimizer.planner.engine import Progress

Made = TypeVar("Made")

_PER_SECOND = 8
_LISTEN_S = 0.2
_STOPPING = "stopping: the best plan is kept; Ctrl-C again aborts"


class PlanWatch:
    """What a person at a terminal sees of a plan in the making, and how they stop it.

    Before a search at scale has begun, and for the exact model, Ctrl-C aborts at once; during the
    search the first one stops it and keeps its best plan, the second aborts.
    """

    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        self._name, self._say = name, say
        self._console = Console(stderr=True, highlight=False)
        self._live: Live | None = None
        self._began = time.monotonic()
        self._progress: Progress | None = None
        self._text = "reading"
        self._asked = False
        self._before: object = None

    def __enter__(self) -> Self:
        """Listen to Ctrl-C, and draw where there is a terminal to draw on."""
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._interrupted)
        if self._console.is_terminal:
            self._live = Live(
                get_renderable=self._drawn,
                console=self._console,
                refresh_per_second=_PER_SECOND,
                transient=True,
            )
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal and Ctrl-C as they were."""
        if self._live:
            self._live.stop()
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)  # type: ignore[arg-type]  # (as it was)

    def run(self, make: Callable[[], Made]) -> Made:
        """Return what is made, beside a main thread that stays free to hear Ctrl-C."""
        made: Future[Made] = Future()

        def work() -> None:
            try:
                made.set_result(make())
            except BaseException as error:  # noqa: BLE001  (raised again where it is awaited)
                made.set_exception(error)

        threading.Thread(target=work, daemon=True).start()
        while True:
            try:
                return made.result(_LISTEN_S)
            except FutureTimeoutError:
                if made.done():  # what was made failed with a time-out of its own
                    raise

    def report(self, text: str) -> None:
        """Tell the next step: a line each, where nothing is drawn."""
        self._text = text
        if self._live is None:
            self._say(f"  {self._name}: {text}")

    def watch(self, progress: Progress) -> None:
        """Hear how the search at scale goes."""
        self._progress = progress

    def stop(self) -> bool:
        """Tell the search whether to stop."""
        return self._asked

    def _interrupted(self, _signal: int, _frame: FrameType | None) -> None:
        if self._progress is None or self._asked:
            raise KeyboardInterrupt
        self._asked = True
        self.report(_STOPPING)

    def _drawn(self) -> RenderableType:
        seconds = f"{time.monotonic() - self._began:.0f} s"
        told = Table.grid(padding=(0, 2))
        figures = [] if self._progress is None else _figures(self._progress)
        told.add_row(
            Spinner("dots"), self._name, seconds, _STOPPING if self._asked else self._phase(),
            *figures,
        )  # fmt: skip
        return told

    def _phase(self) -> str:
        progress = self._progress
        return progress.phase if progress and self._text == progress.text else self._text


def _figures(progress: Progress) -> list[str]:
    """Return best, bound and gap, each with its name."""
    found = []
    if progress.best is not None:
        found.append(f"best {progress.best:,.0f}")
    if progress.bound is not None:
        found.append(f"bound {progress.bound:,.0f}")
    if progress.gap is not None:
        found.append(f"gap {100 * progress.gap:.2f} %")
    return found
