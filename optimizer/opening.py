"""When a hub works: opening hours in its local time, as a clock that counts working hours.

A hub works at every instant whose local wall clock lies in one of its windows, its start included
and its end not. Freight may still leave or be handed over at the very end of a window. Clock times
that summer time skips never come; those that it repeats count twice.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_MINUTES_PER_HOUR, _MINUTES_PER_DAY = 60, 1440
_CHUNK = timedelta(days=120)  # how much of a calendar is laid out at once
WANTED = "such as Mon-Fri 06:00-22:00; Sat 08:00-14:00, blank for always"

Window = tuple[int, int, int]  # weekday, and minutes of its local day; past 1440: the next day


class BadOpeningError(ValueError):
    """What was wanted instead of opening hours."""


def read_opening(text: str) -> tuple[Window, ...]:
    """Read opening hours into windows of a local week; none means always open.

    Days are names, ranges or lists of both; a range may pass Sunday, and a window midnight.

    >>> read_opening("Sat 08:00-14:00; Sun 22:00-06:00")
    ((5, 480, 840), (6, 1320, 1800))

    Raises
    ------
    BadOpeningError
        saying what was wanted.
    """
    if text.strip() in {"", "24/7"}:
        return ()
    windows: set[Window] = set()
    for part in text.split(";"):
        match = re.fullmatch(r"\s*([A-Za-z,-]+)\s+([\d:,-]+)\s*", part)
        if match is None:
            raise BadOpeningError(WANTED)
        for start, end in map(_hours, match[2].split(",")):
            windows |= {(day, start, end) for day in _weekdays(match[1])}
    return tuple(sorted(windows))


def _weekdays(text: str) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last or first) not in _DAYS:
            raise BadOpeningError(f"days from {_DAYS[0]} to {_DAYS[-1]}, {WANTED}")
        a, b = _DAYS.index(first), _DAYS.index(last or first)
        found |= {day % 7 for day in range(a, b + 1 if b >= a else b + 8)}
    return found


def _hours(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)", text)
    if match is None:
        raise BadOpeningError(f"hours as 06:00-22:00, {WANTED}")
    a, b, c, d = map(int, match.groups())
    start, end = a * _MINUTES_PER_HOUR + b, c * _MINUTES_PER_HOUR + d
    if start >= _MINUTES_PER_DAY or end > _MINUTES_PER_DAY or start == end:
        raise BadOpeningError(f"times of a day, the end another than the start, {WANTED}")
    return start, end if end > start else end + _MINUTES_PER_DAY


@lru_cache(maxsize=100_000)  # one for each hub: a calendar is laid out once
def clock_of(opening: str, tz: str) -> WorkClock:
    """Return the working clock of a hub by its opening hours and time zone."""
    return WorkClock(opening, tz)


class WorkClock:
    """Counts a hub's working time, on windows laid out in UTC as far as was asked for."""

    def __init__(self, opening: str, tz: str) -> None:
        self._week = read_opening(opening)
        self._zone = ZoneInfo(tz)
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        self._before: list[timedelta] = []  # worked before each window
        self._after: list[timedelta] = []  # and with it
        self._from = self._to = datetime(2000, 1, 1, tzinfo=UTC)

    @property
    def always(self) -> bool:
        """True for a hub that never closes."""
        return not self._week

    def next_open(self, at: datetime) -> datetime:
        """Return the first moment from `at` on at which freight can be handed over or leave.

        >>> clock = clock_of("Mon-Fri 06:00-22:00", "Europe/Berlin")
        >>> clock.next_open(datetime(2023, 6, 3, tzinfo=UTC)).isoformat()
        '2023-06-05T04:00:00+00:00'
        """
        if not self._week:
            return at
        first = self._window(at)
        return max(at, self._starts[first])

    def after_working_hours(self, at: datetime, hours: float) -> datetime:
        """Return when work that freight of `at` waits for is done, in hours that the hub works.

        >>> clock = clock_of("Mon-Fri 06:00-22:00", "Europe/Berlin")
        >>> clock.after_working_hours(datetime(2023, 6, 2, 19, tzinfo=UTC), 4).isoformat()
        '2023-06-05T07:00:00+00:00'
        """
        work = timedelta(hours=hours)
        if not self._week:
            return at + work
        first = self._window(at)
        if work and at == self._ends[first]:  # closing time: no work is begun
            first += 1
        if first == len(self._starts):
            self._extend(self._to + _CHUNK)
            first = self._window(at) + 1
        begun = max(at, self._starts[first]) - self._starts[first]
        until = self._before[first] + begun + work
        while until > self._after[-1]:
            self._extend(self._to + _CHUNK)
        last = max(first, bisect_left(self._after, until))
        return self._starts[last] + (until - self._before[last])

    def _window(self, at: datetime) -> int:
        """Return the first window that ends at `at` or later."""
        if at - _DAY < self._from or at + _DAY > self._to:
            self._extend(at)
        found = bisect_left(self._ends, at)
        while found == len(self._ends):
            self._extend(self._to + _CHUNK)
            found = bisect_left(self._ends, at)
        return found

    def _extend(self, at: datetime) -> None:
        """Lay out windows around a time, and all between it and those there are."""
        if not self._starts:
            self._from = self._to = at
        self._from = min(self._from, at - _CHUNK)
        self._to = max(self._to, at + _CHUNK)
        spans = sorted(_spans(self._week, self._zone, self._from, self._to))
        self._starts, self._ends, self._before, self._after = [], [], [], []
        worked = timedelta()
        for start, end in spans:
            if self._ends and start <= self._ends[-1]:
                longer = max(timedelta(), end - self._ends[-1])
                self._ends[-1] += longer
                self._after[-1] += longer
            else:
                self._starts.append(start)
                self._ends.append(end)
                self._before.append(worked)
                self._after.append(worked + (end - start))
            worked = self._after[-1]


def _spans(
    week: tuple[Window, ...], zone: ZoneInfo, first: datetime, last: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the windows of whole local weeks as spans of UTC."""
    monday = first.astimezone(zone).date()
    monday -= timedelta(days=monday.weekday() + 7)
    found = []
    while datetime(monday.year, monday.month, monday.day, tzinfo=UTC) <= last + 7 * _DAY:
        midnight = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)  # local, as if UTC
        pieces = list(_offsets(zone, midnight - 2 * _DAY, midnight + 10 * _DAY))
        for day, start, end in week:
            wall = [midnight + day * _DAY + timedelta(minutes=m) for m in (start, end)]
            for since, until, offset in pieces:
                a, b = max(wall[0] - offset, since), min(wall[1] - offset, until)
                if a < b:
                    found.append((a, b))
        monday += timedelta(days=7)
    return found


def _offsets(
    zone: ZoneInfo, start: datetime, end: datetime
) -> list[tuple[datetime, datetime, timedelta]]:
    """Return spans of UTC with the offset that holds in each; one change at most, to the minute."""
    low, high = start, end
    before, after = _offset(zone, start), _offset(zone, end)
    if before == after:
        return [(start, end, before)]
    while high - low > _MINUTE:
        middle = (low + (high - low) // 2).replace(second=0, microsecond=0)
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return [(start, high, before), (high, end, after)]


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
