"""A plan in the making: told as it goes, stopped on demand, its faults named."""

from __future__ import annotations

import logging
from threading import Event
from typing import TYPE_CHECKING, Any

from app.desk import Question
from app.jobs import Job
from data.errors import DataError
from optimizer.planner.engine import Progress
from optimizer.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from optimizer.solve import Hands

QUESTION = Question(scenario=Scenario())
SOON_S = 20.0


def test_job_tells_phase_best_bound_and_gap_until_it_is_done() -> None:
    seen, go_on = Event(), Event()

    def make(report: Callable[[str], None], hands: Hands, _show: Any) -> str:
        report("reading")
        hands.watch(Progress(phase="first plan", best=200.0, bound=None))
        hands.watch(Progress(phase="first bound", best=200.0, bound=150.0))
        seen.set()
        go_on.wait(SOON_S)
        return "a plan"

    job = Job(QUESTION, make)
    assert seen.wait(SOON_S)
    running = job.watched()
    assert (running.state, running.text) == ("running", "first bound")
    assert [x.gap for x in running.trace] == [None, 0.25]
    assert job.made is None
    go_on.set()
    assert job.wait(SOON_S)
    assert job.watched().state == "done"
    assert job.made == "a plan"


def test_stop_reaches_the_search_and_what_it_keeps_is_kept() -> None:
    begun = Event()

    def make(_report: Any, hands: Hands, _show: Any) -> str:
        begun.set()
        while not hands.stop():
            pass
        return "the best so far"

    job = Job(QUESTION, make)
    assert begun.wait(SOON_S)
    job.stop()
    assert job.wait(SOON_S)
    assert job.made == "the best so far"


def test_plan_whose_window_was_closed_makes_room_for_others_and_keeps_nothing() -> None:
    """One plan is made at a time: one that nobody waits for must not hold the turn."""

    def make(report: Callable[[str], None], hands: Hands, _show: Any) -> str:
        while not hands.stop():
            pass
        report("assembling the plan")
        return "a plan that nobody asks for"

    job = Job(QUESTION, make, wanted=lambda: False, looked_s=0.01, patience_s=0.03)
    assert job.wait(SOON_S)
    assert job.made is None
    assert "was closed" in job.watched().fault


def test_line_that_is_lost_for_a_moment_stops_no_plan() -> None:
    answers = iter([True, False, True, False])
    asked, go_on = Event(), Event()

    def wanted() -> bool:
        found = next(answers, None)
        if found is None:
            asked.set()
        return found is not False

    def make(*_: Any) -> str:
        go_on.wait(SOON_S)
        return "a plan"

    job = Job(QUESTION, make, wanted=wanted, looked_s=0.01, patience_s=0.02)
    assert asked.wait(SOON_S)
    go_on.set()
    assert job.wait(SOON_S)
    assert job.made == "a plan"


def test_fault_is_told_in_its_own_words() -> None:
    def make(*_: Any) -> str:
        raise DataError("shipments.csv row 4: mass_kg found -3, wanted > 0")

    job = Job(QUESTION, make)
    assert job.wait(SOON_S)
    assert job.watched().state == "failed"
    assert job.watched().fault == "shipments.csv row 4: mass_kg found -3, wanted > 0"


def test_fault_of_the_program_is_a_sentence_on_the_page_and_a_record_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def make(*_: Any) -> str:
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR):
        job = Job(QUESTION, make)
        assert job.wait(SOON_S)
    assert "Traceback" not in job.watched().fault
    assert "fault of the program" in job.watched().fault
    assert caplog.records


def test_draft_is_made_when_asked_for_and_once() -> None:
    made: list[int] = []
    shown, go_on = Event(), Event()

    def draft(number: int) -> dict[str, Any]:
        made.append(number)
        return {"number": number}

    def make(_report: Any, _hands: Hands, show: Any) -> str:
        for number in (1, 2):
            show(lambda n=number: draft(n))
        shown.set()
        go_on.wait(SOON_S)
        return "a plan"

    job = Job(QUESTION, make)
    assert shown.wait(SOON_S)
    assert job.draft() == job.draft() == {"number": 2}
    assert made == [2]
    assert job.watched().drafts == 2
    go_on.set()
    assert job.wait(SOON_S)
    assert job.draft() is None or job.draft() == {"number": 2}


def test_clock_counts_until_the_end_alone() -> None:
    clock = iter([10.0, 14.0])
    job = Job(QUESTION, lambda *_: "a plan", clock=lambda: next(clock))
    assert job.wait(SOON_S)
    assert job.watched().seconds == 4.0
    assert job.watched().seconds == 4.0
