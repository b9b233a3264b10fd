"""Plan in the background: watched while it runs, stopped on demand, never with a traceback."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from data.errors import GreenlaneError
from optimizer.plan import TracePoint
from optimizer.solve import Hands

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.desk import Question
    from app.workflow import Draft
    from optimizer.plan import Plan
    from optimizer.planner.engine import Progress

_LOOKED_S, _PATIENCE_S = 5.0, 45.0  # a browser that lost its line comes back sooner
_LEFT = "the window that asked for this plan was closed: it was stopped, and nothing of it is kept"
_UNNAMED = "planning broke off by a fault of the program; the log of the server names it"
Made = TypeVar("Made")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is known of a job at one moment."""

    state: str  # running, stopping, done or failed
    seconds: float
    text: str  # what it does
    trace: tuple[TracePoint, ...]
    drafts: int  # plans shown so far
    fault: str = ""


class AbandonedError(GreenlaneError):
    """Nobody waits for a plan any more."""


class Job(Generic[Made]):
    """One plan in the making, in a thread of the server.

    `make` is given where to report, the hands of the search, and where to show plans on the way.
    Once nobody has `wanted` it for `patience_s`, it breaks off at its next word: one plan is made
    at a time, and others wait for their turn.
    """

    def __init__(  # noqa: PLR0913  (what a plan needs, and two clocks)
        self,
        question: Question,
        make: Callable[[Callable[[str], None], Hands, Callable[[Draft], None]], Made],
        *,
        threads: int = 1,
        start: Plan | None = None,
        wanted: Callable[[], bool] = lambda: True,
        looked_s: float = _LOOKED_S,
        patience_s: float = _PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.question = question
        self.made: Made | None = None
        self._make, self._threads, self._start, self._clock = make, threads, start, clock
        self._wanted, self._looked_s, self._patience_s = wanted, looked_s, patience_s
        self._began, self._ended = clock(), 0.0
        self._text, self._fault = "waiting for its turn", ""
        self._trace: list[TracePoint] = []
        self._drafts: list[Draft] = []  # the latest alone
        self._shown = 0
        self._document: tuple[int, dict[str, Any]] | None = None
        self._stop, self._left = threading.Event(), threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="plan", daemon=True)
        self._thread.start()
        threading.Thread(target=self._look, name="plan-wanted", daemon=True).start()

    def watched(self) -> Watched:
        """Return how it goes."""
        done = self._done.is_set()
        state = "running"
        if done:
            state = "failed" if self._fault else "done"
        elif self._stop.is_set():
            state = "stopping"
        return Watched(
            state=state,
            seconds=(self._ended if done else self._clock()) - self._began,
            text=self._text,
            trace=tuple(self._trace),
            drafts=self._shown,
            fault=self._fault,
        )

    def stop(self) -> None:
        """Ask the search to end and keep its best plan; nothing else is cut short."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is done, at most so long; tell whether it is."""
        return self._done.wait(seconds)

    def draft(self) -> dict[str, Any] | None:
        """Return the document of the best plan so far; None before the first."""
        drafts, number = self._drafts, self._shown
        if not drafts:
            return None
        if self._document is None or self._document[0] != number:
            self._document = (number, drafts[-1]())
        return self._document[1]

    def _look(self) -> None:
        """Have it break off once nobody has wanted it for a while, looked at now and then."""
        unwanted_s = 0.0
        while unwanted_s < self._patience_s:
            if self._done.wait(self._looked_s):
                return
            unwanted_s = 0.0 if self._wanted() else unwanted_s + self._looked_s
        self._left.set()

    def _stops(self) -> bool:
        return self._stop.is_set() or self._left.is_set()

    def _break_off_if_left(self) -> None:
        if self._left.is_set():
            raise AbandonedError(_LEFT)

    def _run(self) -> None:
        try:
            hands = Hands(
                threads=self._threads,
                watch=self._watch,
                stop=self._stops,
                start=self._start,
            )
            self.made = self._make(self._report, hands, self._show)
        except GreenlaneError as error:
            self._fault = str(error)
        except Exception:  # noqa: BLE001  (a thread has nobody above it that could say it)
            _LOG.exception("a plan broke off")
            self._fault = _UNNAMED
        finally:
            self._ended = self._clock()
            self._drafts = []  # they hold the arrays of the search
            self._done.set()

    def _report(self, text: str) -> None:
        self._break_off_if_left()
        self._text = text

    def _watch(self, progress: Progress) -> None:
        self._break_off_if_left()
        self._text = progress.phase
        self._trace.append(
            TracePoint(
                phase=progress.phase, best=progress.best, bound=progress.bound, gap=progress.gap
            )
        )

    def _show(self, draft: Draft) -> None:
        self._drafts = [draft]
        self._shown += 1
