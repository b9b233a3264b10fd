"""The working clock of a hub: monotone, idempotent, exact on nights when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.opening import BadOpeningError, WorkClock, clock_of, read_opening

ZONES = ("Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "UTC")
TEXTS = (
    "Mon-Fri 06:00-22:00; Sat 08:00-14:00",
    "Mon-Sun 22:00-06:00",
    "Sun 01:00-03:30",
    "Mon,Wed 09:30-12:00,13:00-17:15",
    "Fri-Mon 00:00-24:00",
)
times = st.datetimes(
    min_value=datetime(2023, 1, 1),  # noqa: DTZ001  (hypothesis adds the zone)
    max_value=datetime(2024, 12, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda t: t.replace(microsecond=0))
clocks = st.builds(clock_of, st.sampled_from(TEXTS), st.sampled_from(ZONES))
hours = st.floats(0, 100).map(lambda h: round(h, 2))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def works_at(text: str, tz: str, at: datetime) -> bool:
    """Say it a second time, by the wall clock alone: its day, or a window begun the day before."""
    local = at.astimezone(ZoneInfo(tz))
    minute = local.hour * 60 + local.minute
    return any(
        (day == local.weekday() and start <= minute < end)
        or ((day + 1) % 7 == local.weekday() and start <= minute + 1440 < end)
        for day, start, end in read_opening(text)
    )


def test_blank_is_always_open() -> None:
    """What was planned before opening hours is planned the same."""
    clock, at = WorkClock("", "Europe/Berlin"), utc("2023-06-04T03:00:30+00:00")
    assert clock.always
    assert clock.next_open(at) == at
    assert clock.after_working_hours(at, 2.5) == at + timedelta(hours=2.5)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2023-06-02T21:59+02:00", "2023-06-02T21:59+02:00"),
        ("2023-06-02T22:00+02:00", "2023-06-02T22:00+02:00"),  # closing time still counts
        ("2023-06-02T22:01+02:00", "2023-06-03T08:00+02:00"),
        ("2023-06-03T14:01+02:00", "2023-06-05T06:00+02:00"),  # over Sunday
    ],
)
def test_next_open_is_now_or_the_next_window(at: str, opens: str) -> None:
    """Freight may leave at the very end of a window, and after it when the next begins."""
    assert clock_of(TEXTS[0], "Europe/Berlin").next_open(utc(at)) == utc(opens)


def test_work_stops_when_the_hub_closes() -> None:
    """Eight hours from Friday 20:00: two that night, six on Saturday, done when it closes."""
    clock = clock_of(TEXTS[0], "Europe/Berlin")
    done = clock.after_working_hours(utc("2023-06-02T20:00+02:00"), 8)
    assert done == utc("2023-06-03T14:00+02:00")
    done = clock.after_working_hours(utc("2023-06-02T20:00+02:00"), 8.25)
    assert done == utc("2023-06-05T06:15+02:00")
    assert clock.after_working_hours(utc("2023-06-02T22:00+02:00"), 0) == utc(
        "2023-06-02T22:00+02:00"
    )


def test_nights_when_the_clocks_change_count_what_the_wall_clock_shows() -> None:
    """00:00-04:00 has three hours when summer time begins, and five when it ends."""
    clock = clock_of("Sun 00:00-04:00", "Europe/Berlin")
    spring, autumn = utc("2024-03-31T00:00+01:00"), utc("2024-10-27T00:00+02:00")
    assert clock.after_working_hours(spring, 3) == utc("2024-03-31T04:00+02:00")
    assert clock.after_working_hours(autumn, 5) == utc("2024-10-27T04:00+01:00")
    skipped = clock_of("Sun 02:10-02:50", "Europe/Berlin")  # never comes on that night
    assert skipped.next_open(spring) == utc("2024-04-07T02:10+02:00")
    twice = clock_of("Sun 02:10-02:50", "Europe/Berlin")
    assert twice.after_working_hours(autumn, 1) == utc("2024-10-27T02:30+01:00")


@given(clocks, times, times, hours)
@settings(max_examples=200, deadline=None)
def test_later_freight_is_never_done_earlier(
    clock: WorkClock, a: datetime, b: datetime, work: float
) -> None:
    """The timetable rests on it: arriving earlier is never worse."""
    a, b = sorted((a, b))
    assert clock.next_open(a) <= clock.next_open(b)
    assert clock.after_working_hours(a, work) <= clock.after_working_hours(b, work)


@given(clocks, times, hours, hours)
@settings(max_examples=200, deadline=None)
def test_the_clock_is_idempotent_and_adds_up(
    clock: WorkClock, at: datetime, one: float, two: float
) -> None:
    """An open moment is its own next; work in two parts takes as long as in one."""
    opens = clock.next_open(at)
    assert opens >= at
    assert clock.next_open(opens) == opens
    done = clock.after_working_hours(at, one)
    assert done >= opens + timedelta(hours=one)
    assert clock.next_open(done) == done
    both = clock.after_working_hours(at, one + two)
    assert abs(clock.after_working_hours(done, two) - both) <= timedelta(
        microseconds=2
    ) or clock.next_open(both + timedelta(microseconds=2)) >= clock.after_working_hours(done, two)


@given(st.sampled_from(TEXTS), st.sampled_from(ZONES), times)
@settings(max_examples=200, deadline=None)
def test_the_clock_agrees_with_the_wall(text: str, tz: str, at: datetime) -> None:
    """Open is what the local wall clock says, on every night of the year."""
    clock = clock_of(text, tz)
    edge = works_at(text, tz, at) or works_at(text, tz, at - timedelta(microseconds=1))
    assert (clock.next_open(at) == at) == edge


@pytest.mark.parametrize("tz", ZONES)
def test_every_minute_of_the_changing_days_agrees_with_the_wall(tz: str) -> None:
    """Minute by minute over both changes of a year, of zones with hours, half hours or none."""
    for start in ("2024-03-10", "2024-03-31", "2024-04-07", "2024-10-06", "2024-10-27"):
        first = datetime.fromisoformat(start).replace(tzinfo=UTC) - timedelta(hours=14)
        minutes = [first + timedelta(minutes=m) for m in range(2400)]
        for text in TEXTS[:3]:
            clock = clock_of(text, tz)
            for a, b in pairwise(minutes):
                done = clock.after_working_hours(a, 1 / 60)
                assert (done == b) == works_at(text, tz, a), (text, a)


@pytest.mark.parametrize(
    "text",
    ["always", "Mon 6-22", "Mon-Frx 06:00-22:00", "Mon 06:00-25:00", "Mon 08:00-08:00", "Mon", "-"],
)
def test_bad_opening_hours_say_what_was_wanted(text: str) -> None:
    """No hours are guessed."""
    with pytest.raises(BadOpeningError, match="such as Mon-Fri"):
        read_opening(text)


def test_a_clock_that_is_asked_far_apart_stays_right() -> None:
    """Its calendar is laid out as far as was asked for, in any order."""
    clock = WorkClock(TEXTS[0], "Europe/Berlin")
    asked = [utc(f"{year}-06-03T15:00+02:00") for year in (2024, 1990, 2060, 2023, 2024)]
    for at in asked:
        fresh = WorkClock(TEXTS[0], "Europe/Berlin")
        assert clock.next_open(at) == fresh.next_open(at)
        assert clock.after_working_hours(at, 2000) == fresh.after_working_hours(at, 2000)
