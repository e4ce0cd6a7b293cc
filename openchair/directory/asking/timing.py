"""When: what "tonight", "sunday morning" and "after 8" are, in hours of the meeting or in instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from openchair.directory.asking.clock_words import (
    AROUND_MINUTES,
    DAY,
    NOON,
    ClockMatch,
    Hour,
    guess_hour,
)
from openchair.directory.asking.question import Item

NIGHT_ENDS = 4 * 60

EVENING_STARTS = 17 * 60

# Minutes after midnight, [from, until); beyond 1440 is the next day.
PARTS: dict[str, tuple[int, int]] = {
    "early": (4 * 60, 9 * 60),
    "morning": (4 * 60, NOON),
    "noon": (NOON - 30, NOON + 60),
    "lunch": (NOON - 30, NOON + 90),
    "afternoon": (NOON, EVENING_STARTS),
    "tarde": (NOON, 21 * 60),
    "evening": (EVENING_STARTS, DAY),
    "night": (EVENING_STARTS, DAY + NIGHT_ENDS),
    "late": (21 * 60, DAY + NIGHT_ENDS),
    "midnight": (DAY - 60, DAY + 60),
    "small_hours": (0, 6 * 60),
}

DATES: dict[str, tuple[int, str]] = {
    "today": (0, ""),
    "tonight": (0, "night"),
    "tomorrow": (1, ""),
    "this_morning": (0, "morning"),
    "this_afternoon": (0, "afternoon"),
    "this_tarde": (0, "tarde"),
}

_EVENING_DATES = frozenset(["tonight", "this_afternoon", "this_tarde"])
_MORNING_PARTS = frozenset(["early", "morning", "small_hours"])


class When(msgspec.Struct, frozen=True, kw_only=True):
    """Times as search/query.py takes them. `is_late_night` when "tonight" is the night that is
    ending."""

    start_from: int | None = None
    start_until: int | None = None
    next_from: int | None = None
    next_until: int | None = None
    is_late_night: bool = False


class _Window(msgspec.Struct, frozen=True):
    """Minutes after midnight, [first, last); beyond 1440 is the next day."""

    first: int
    last: int

    def within(self, other: _Window) -> _Window:
        """Return what both share; the other alone when they share nothing."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return _Window(first, last) if first < last else other


def read_when(items: list[Item], *, now: datetime, zone: str) -> When:
    """Return when the items want a meeting. A date or "now" is an instant, in `zone`; hours alone
    are each meeting's own."""
    dates = [item.values[0] for item in items if item.kind == "date"]
    window = _hours_window(items, dates)
    soon = _soon_minutes(items)
    now_minute = int(now.timestamp() // 60)
    until = now_minute + soon + 1 if soon is not None else None
    if dates:
        return _dated(dates, window, now=now, zone=zone, until=until)
    if window is None:
        return When(next_until=until)
    has_day = any(item.kind == "day" and not item.is_negative for item in items)
    last = min(window.last, DAY) if has_day and window.first < DAY else window.last
    return When(
        # A window over a whole day says nothing, one past midnight comes round to the morning.
        start_from=window.first % DAY or None,
        start_until=None if last == DAY else last % DAY,
        next_until=until,
    )


def says_evening(parts: list[str], dates: list[str]) -> bool | None:
    """Return whether the words around say which half of the day an hour is in."""
    if not _EVENING_DATES.isdisjoint(dates):
        return True
    if "this_morning" in dates:
        return False
    if not parts:
        return None
    return not all(part in _MORNING_PARTS for part in parts)


def clock_bounds(match: ClockMatch, *, is_evening: bool | None) -> tuple[int, int]:
    """Return the first and last hour of `match` as minutes after midnight, guessing the half of the
    day where it is open."""
    if match.kind == "before":
        # Before work, or before supper: an hour from six on is more often the morning's.
        hour = guess_hour(match.hours[0], is_evening=is_evening, earliest_morning=6 * 60)
        return hour, hour
    if match.kind != "between":
        hour = guess_hour(match.hours[0], is_evening=is_evening)
        return hour, hour
    return _range_bounds(match.hours[0], match.hours[1], is_evening=is_evening)


def _dated(
    dates: list[str], window: _Window | None, *, now: datetime, zone: str, until: int | None
) -> When:
    """Return instants: a date is that of the place, or of the searcher, not of each meeting's own
    zone."""
    info = ZoneInfo(zone)
    local = now.astimezone(info)
    is_late_night = "tonight" in dates and local.hour * 60 + local.minute < NIGHT_ENDS
    spans = [
        _Window(0, NIGHT_ENDS) if is_late_night and name == "tonight" else _span_of(name, window)
        for name in dates
    ]
    today = local.date()
    first = min(_epoch_minute(today, span.first, info) for span in spans)
    last = max(_epoch_minute(today, span.last, info) for span in spans)
    return When(
        next_from=first,
        next_until=last if until is None else max(first, min(last, until)),
        is_late_night=is_late_night,
    )


def _span_of(name: str, window: _Window | None) -> _Window:
    """Return minutes after the midnight that began today."""
    days, part = DATES[name]
    bounds = _Window(*PARTS[part]) if part else _Window(0, DAY)
    if window is not None:
        bounds = window.within(bounds) if part else window
    return _Window(days * DAY + bounds.first, days * DAY + bounds.last)


def _epoch_minute(today: date, minutes: int, info: ZoneInfo) -> int:
    days, minute = divmod(minutes, DAY)
    wall = datetime.combine(today + timedelta(days=days), time(minute // 60, minute % 60), info)
    return int(wall.astimezone(UTC).timestamp() // 60)


def _soon_minutes(items: list[Item]) -> int | None:
    amounts = [
        int(item.clock.amount) if item.clock else int(item.values[0])
        for item in items
        if item.kind == "soon"
    ]
    return min(amounts) if amounts else None


def _hours_window(items: list[Item], dates: list[str]) -> _Window | None:
    """Return the hours that parts of the day and clock times leave over, None when none are named."""
    parts = [item.values[0] for item in items if item.kind == "part"]
    if len(dates) == 1 and DATES[dates[0]][1]:
        # "Tonight after 8" runs to the end of the night, not to midnight.
        parts.append(DATES[dates[0]][1])
    window: _Window | None = None
    if parts:
        window = _Window(min(PARTS[p][0] for p in parts), max(PARTS[p][1] for p in parts))
    is_evening = says_evening(parts, dates)
    for item in items:
        if item.kind in {"after", "before", "at", "between"} and item.clock is not None:
            hours = _clock_window(item.clock, is_evening=is_evening, window=window)
            window = hours if window is None else window.within(hours)
    return window


def _clock_window(match: ClockMatch, *, is_evening: bool | None, window: _Window | None) -> _Window:
    # After hours named with a part of the day the window may run past midnight with it.
    end_of_day = max(DAY, window.last) if window else DAY
    first, last = clock_bounds(match, is_evening=is_evening)
    if match.kind == "after":
        return _Window(first, end_of_day if first < end_of_day else first + NIGHT_ENDS)
    if match.kind == "before":
        return _Window(0, max(last, 1))
    if match.kind == "between":
        return _Window(first, last + 1)
    return _Window(max(first - AROUND_MINUTES, 0), last + AROUND_MINUTES + 1)


def _range_bounds(first: Hour, last: Hour, *, is_evening: bool | None) -> tuple[int, int]:
    """Return the shortest range that the two hours can mean: "6 to 8 pm" is an evening, "10 to 2
    pm" a noon."""
    starts = [first.minutes]
    if not first.is_sure and last.is_sure:
        starts.append(first.minutes + NOON)
    elif not first.is_sure:
        starts = [guess_hour(first, is_evening=is_evening)]
    ends = [last.minutes] if last.is_sure else [last.minutes, last.minutes + NOON]
    ranges = [(start, end if end > start else end + DAY) for start in starts for end in ends]
    return min(ranges, key=lambda bounds: bounds[1] - bounds[0])
