"""When a meeting is held: pure rules for weekly times, rules such as first and third Sunday, and their exceptions.

A schedule is kept as local weekday, wall time and zone, never as UTC, so that 19:00 stays 19:00 when the clocks change.
"""

from __future__ import annotations

import datetime as dt
import heapq
import re
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec
from dateutil.rrule import rrulestr

DAY_CODES = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
MINUTES_A_DAY = 1440
MINUTES_A_WEEK = 7 * MINUTES_A_DAY

# A fifth Friday of February comes every 28 years; nobody looks further, and a schedule that never comes must end.
_FARTHEST = dt.timedelta(days=366 * 29)
# A closed weekly meeting is looked for this long after, so that a page never loops over decades of weeks.
_FARTHEST_WEEKLY = dt.timedelta(days=366 * 3)
_ORDINAL_DAY = re.compile(r"(-?[1-5])(SU|MO|TU|WE|TH|FR|SA)\Z")
_MONTH = re.compile(r"[1-9]\Z|1[0-2]\Z")
_MOST_WEEKS_APART = 52


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One meeting held at another time: the local date it would have had, and the local date and minutes it has."""

    original: dt.date
    date: dt.date
    start: int


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """When a meeting is held.

    `day` 0 Sunday … 6 Saturday; `start` minutes after local midnight; `timezone` an IANA name; `rule` "" for every week,
    or as `is_valid_rule` allows; `anchor` a local date in a week of meeting, needed by "every other week" alone.
    `cancelled` are local dates without a meeting; `inactive` are pairs of first and last local date (None: open end).
    """

    day: int
    start: int
    timezone: str
    duration_minutes: int = 60
    rule: str = ""
    anchor: dt.date | None = None
    cancelled: tuple[dt.date, ...] = ()
    moved: tuple[Move, ...] = ()
    inactive: tuple[tuple[dt.date, dt.date | None], ...] = ()


def next_starts(*, schedule: Schedule, after: dt.datetime, count: int) -> list[dt.datetime]:
    """Return the next `count` starts at or after the aware instant `after`, in UTC, soonest first; fewer if there are no more.

    A wall time that the spring change skips (02:30) is held an hour later by the clock; one that autumn repeats is held
    the first time. A rule of "every other week" without an anchor has no known weeks, and gives none: better no
    meeting on the page than a locked door. Source: reference of RFC 5545, section 3.3.10.
    """
    zone = ZoneInfo(schedule.timezone)
    since = after.astimezone(dt.UTC)
    local = since.astimezone(zone)
    # A gap can carry a start over midnight and `after` may lie in a repeated hour: begin a day early, filter by instant.
    first = local.date() - dt.timedelta(days=1)
    plain = _plain_starts(schedule, zone, first)
    if not schedule.moved:
        return _take(plain, since, count)
    moved = sorted(
        _instant(move.date, move.start, zone)
        for move in schedule.moved
        if not _is_inactive(schedule, move.date)
    )
    return _take(heapq.merge(plain, moved), since, count)


def local_start(*, schedule: Schedule, date: dt.date) -> dt.datetime:
    """Return the instant, in UTC, at which a meeting on the local `date` starts."""
    return _instant(date, schedule.start, ZoneInfo(schedule.timezone))


def is_valid_rule(text: str) -> bool:
    """Return whether `text` is a rule that Openchair keeps: a small part of RFC 5545, in any order of its parts.

    FREQ=WEEKLY with INTERVAL, BYDAY of one weekday, BYMONTH; FREQ=MONTHLY with BYDAY of ordinals 1…5, -1…-5 and BYMONTH.
    UNTIL and COUNT are refused: a meeting that ends is made inactive by a person.
    """
    try:
        parts = _parts(text)
    except ValueError:
        return False
    days = parts.get("BYDAY", "").split(",") if "BYDAY" in parts else []
    if not all(_MONTH.match(month) for month in parts.get("BYMONTH", "1").split(",")):
        return False
    if parts.get("FREQ") == "WEEKLY":
        interval = parts.get("INTERVAL", "1")
        is_interval = (
            interval.isascii() and interval.isdigit() and 1 <= int(interval) <= _MOST_WEEKS_APART
        )
        return is_interval and len(days) <= 1 and set(days) <= set(DAY_CODES)
    return (
        parts.get("FREQ") == "MONTHLY"
        and bool(days)
        and "INTERVAL" not in parts
        and all(map(_ORDINAL_DAY.match, days))
    )


def plain_rule(text: str) -> str:
    """Return a valid rule in its one spelling: parts in order, numbers sorted; "" when it says no more than every week."""
    parts = _parts(text)
    months = (
        sorted({int(month) for month in parts["BYMONTH"].split(",")}) if "BYMONTH" in parts else []
    )
    by_month = f";BYMONTH={','.join(map(str, months))}" if months and len(months) < 12 else ""
    if parts["FREQ"] == "MONTHLY":
        days = sorted(set(parts["BYDAY"].split(",")), key=_place_in_month)
        return f"FREQ=MONTHLY;BYDAY={','.join(days)}{by_month}"
    interval = int(parts.get("INTERVAL", "1"))
    by_day = f";BYDAY={parts['BYDAY']}" if "BYDAY" in parts else ""
    if interval == 1:
        return f"FREQ=WEEKLY{by_day}{by_month}" if by_month else ""
    return f"FREQ=WEEKLY;INTERVAL={interval}{by_day}{by_month}"


def rule_days(rule: str) -> tuple[int, ...]:
    """Return the weekdays that a valid rule names, 0 Sunday … 6 Saturday, sorted; none when it leaves them to the meeting."""
    days = _parts(rule).get("BYDAY", "") if rule else ""
    return tuple(sorted({DAY_CODES.index(day[-2:]) for day in days.split(",")})) if days else ()


def rule_on(*, rule: str, day: int) -> str:
    """Return the part of a valid rule that is about one weekday; "" when none is."""
    parts = _parts(rule)
    if "BYDAY" not in parts:
        return rule
    days = [name for name in parts["BYDAY"].split(",") if name.endswith(DAY_CODES[day])]
    return (
        plain_rule(
            ";".join(
                f"{key}={','.join(days) if key == 'BYDAY' else value}"
                for key, value in parts.items()
            )
        )
        if days
        else ""
    )


def needs_anchor(rule: str) -> bool:
    """Return whether a valid rule leaves open which weeks it means until a date of one of them is known."""
    return bool(rule) and _parts(rule).get("INTERVAL", "1") != "1"


def minute_of_week(*, day: int, start: int) -> int:
    """Return minutes since Sunday 00:00, local."""
    return day * MINUTES_A_DAY + start


def _take(starts: Iterator[dt.datetime], since: dt.datetime, count: int) -> list[dt.datetime]:
    found: list[dt.datetime] = []
    if count < 1:
        return found
    for start in starts:
        # A move can put a meeting on the very start of another: that is one meeting to go to.
        if start >= since and (not found or start > found[-1]):
            found.append(start)
            if len(found) == count:
                break
    return found


def _plain_starts(schedule: Schedule, zone: ZoneInfo, first: dt.date) -> Iterator[dt.datetime]:
    """Yield what the week or the rule gives from the local date `first` on, without what is cancelled, moved or inactive."""
    away = {*schedule.cancelled, *(move.original for move in schedule.moved)}
    dates = _rule_dates(schedule, first) if schedule.rule else _weekly_dates(schedule, first)
    for date in dates:
        if date not in away and not _is_inactive(schedule, date):
            yield _instant(date, schedule.start, zone)


def _weekly_dates(schedule: Schedule, first: dt.date) -> Iterator[dt.date]:
    date = _on_or_after(first, schedule.day)
    last = _safe_end(first, _FARTHEST_WEEKLY)
    week = dt.timedelta(days=7)
    while date <= last:
        yield date
        if date > dt.date.max - week:
            return
        date += week


def _rule_dates(schedule: Schedule, first: dt.date) -> Iterator[dt.date]:
    parts = _parts(schedule.rule)
    start = first.replace(day=1)
    interval = int(parts.get("INTERVAL", "1"))
    if interval > 1:
        if schedule.anchor is None:
            return
        # Whole intervals from the anchor, begun just before `first`: expanding from years ago would be a thousand times slower.
        anchor = _on_or_after(schedule.anchor, schedule.day)
        start = anchor + dt.timedelta(weeks=(first - anchor).days // 7 // interval * interval)
    elif parts["FREQ"] == "WEEKLY":
        start = _on_or_after(first, schedule.day)
    last = _safe_end(first, _FARTHEST)
    for moment in rrulestr(schedule.rule, dtstart=dt.datetime.combine(start, dt.time())):
        if moment.date() > last:
            return
        if moment.date() >= first and _weekday(moment.date()) == schedule.day:
            yield moment.date()


def _is_inactive(schedule: Schedule, date: dt.date) -> bool:
    return any(begin <= date and (end is None or date <= end) for begin, end in schedule.inactive)


def _instant(date: dt.date, start: int, zone: ZoneInfo) -> dt.datetime:
    wall = dt.datetime(date.year, date.month, date.day, start // 60, start % 60, tzinfo=zone)
    return wall.astimezone(dt.UTC)


def _on_or_after(date: dt.date, day: int) -> dt.date:
    return date + dt.timedelta(days=(day - _weekday(date)) % 7)


def _weekday(date: dt.date) -> int:
    return date.isoweekday() % 7


def _safe_end(first: dt.date, span: dt.timedelta) -> dt.date:
    return first + span if first < dt.date.max - span else dt.date.max - dt.timedelta(days=8)


def _place_in_month(day: str) -> tuple[int, int, int]:
    ordinal = int(day[:-2])
    return (ordinal < 0, ordinal, DAY_CODES.index(day[-2:]))


@lru_cache(maxsize=1024)
def _parts(rule: str) -> dict[str, str]:
    """Return the parts of an RRULE value. Raises ValueError for a part that is not allowed, twice there or malformed."""
    parts: dict[str, str] = {}
    for piece in rule.removeprefix("RRULE:").split(";"):
        key, equals, value = piece.partition("=")
        if (
            key not in ("FREQ", "INTERVAL", "BYDAY", "BYMONTH")
            or not equals
            or not value
            or key in parts
        ):
            raise ValueError(
                f"unexpected {piece!r} in a rule, use FREQ, INTERVAL, BYDAY and BYMONTH once each"
            )
        parts[key] = value
    return parts
