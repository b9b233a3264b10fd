"""Schedules in local time become departures in UTC; only useful departures are kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from optimizer.timetable import BadScheduleError, dates_of, read_schedule


def dates(text: str, tz: str, start: str, end: str) -> list[str]:
    found = dates_of(
        read_schedule(text),
        tz,
        datetime.fromisoformat(start).replace(tzinfo=UTC),
        datetime.fromisoformat(end).replace(tzinfo=UTC),
    )
    return [at.strftime("%m-%d %H:%M") for at in found]


def test_weekly_schedule_is_in_local_time() -> None:
    """Thursday 18:00 in Shanghai is 10:00 UTC."""
    assert dates("weekly:Thu 18:00", "Asia/Shanghai", "2023-06-01", "2023-06-10") == [
        "06-01 10:00",
        "06-08 10:00",
    ]


def test_daily_schedule_follows_summer_time() -> None:
    """The wall clock stays, so UTC moves by an hour when summer time ends."""
    assert dates("daily:12:00", "Europe/Madrid", "2023-10-28", "2023-10-30") == [
        "10-28 10:00",
        "10-29 11:00",
    ]


def test_every_hours_is_anchored_to_the_epoch() -> None:
    """`every:6h` leaves at 0, 6, 12 and 18 h UTC whatever the first shipment."""
    assert dates("every:6h", "Asia/Dubai", "2023-06-01T05:00", "2023-06-01T13:00") == [
        "06-01 06:00",
        "06-01 12:00",
    ]


@pytest.mark.parametrize(
    "text", ["weekly:Foo 18:00", "daily:25:00", "every:0h", "sometimes", "weekly:Mon"]
)
def test_a_bad_schedule_says_what_was_wanted(text: str) -> None:
    """No schedule is guessed."""
    with pytest.raises(BadScheduleError, match=r"\w"):
        read_schedule(text)
