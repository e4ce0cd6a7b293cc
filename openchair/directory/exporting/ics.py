"""One meeting as a calendar entry that repeats as the meeting does."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec

from openchair.directory.models import Meeting
from openchair.directory.rules import Schedule, next_starts
from openchair.directory.schedules import schedule_of
from openchair.lib import ics

# A closed summer is left out date by date; a calendar that is asked again later learns of what comes after.
_EXCLUDED_AHEAD = dt.timedelta(days=400)


class NotScheduled(ValueError):
    """The meeting is by appointment, or none is coming: a calendar has no place for it."""


def meeting_calendar(*, meeting: Meeting, url: str, now: dt.datetime) -> bytes:
    """Return an iCalendar file (RFC 5545) of `meeting`. `url` is its page. Raises NotScheduled."""
    schedule = schedule_of(meeting=meeting)
    if schedule is None:
        raise NotScheduled(meeting.pk)
    plain = msgspec.structs.replace(schedule, cancelled=(), moved=(), inactive=())
    first = next(iter(next_starts(schedule=plain, after=now, count=1)), None)
    if first is None or not next_starts(schedule=schedule, after=now, count=1):
        raise NotScheduled(meeting.pk)
    start = _wall(first, schedule)
    event = ics.Event(
        uid=f"meeting-{meeting.pk}@openchair.invalid",
        summary=meeting.name,
        start=start,
        duration_minutes=schedule.duration_minutes,
        timezone=schedule.timezone,
        rule=schedule.rule or "FREQ=WEEKLY",
        excluded=_excluded(schedule, plain, now),
        moved=_moved(schedule, start),
        location=_location(meeting),
        description="\n".join(_lines(meeting)),
        url=url,
        position=_position(meeting),
        sequence=int(meeting.updated_at.timestamp()) // 60,
        updated=meeting.updated_at,
    )
    return ics.calendar(events=[event], stamp=now, name=meeting.name)


def _wall(instant: dt.datetime, schedule: Schedule) -> dt.datetime:
    """Return the naive local start. The clock's own hour stands where the spring change skipped it."""
    local = instant.astimezone(ZoneInfo(schedule.timezone))
    return dt.datetime.combine(
        local.date(), dt.time(schedule.start // 60, schedule.start % 60)
    )  # fmt: skip


def _excluded(
    schedule: Schedule, plain: Schedule, now: dt.datetime
) -> tuple[dt.datetime, ...]:  # fmt: skip
    coming = [
        _wall(start, schedule)
        for start in next_starts(schedule=plain, after=now, count=60)
        if start < now + _EXCLUDED_AHEAD
    ]
    away = set(schedule.cancelled)
    return tuple(
        start
        for start in coming
        if start.date() in away
        or any(
            first <= start.date() and (last is None or start.date() <= last)
            for first, last in schedule.inactive
        )
    )


def _moved(schedule: Schedule, first: dt.datetime) -> tuple[ics.Moved, ...]:
    at = dt.time(schedule.start // 60, schedule.start % 60)
    return tuple(
        ics.Moved(
            original=dt.datetime.combine(move.original, at),
            start=dt.datetime.combine(move.date, dt.time(move.start // 60, move.start % 60)),
        )
        for move in schedule.moved
        if move.original >= first.date()
    )


def _location(meeting: Meeting) -> str:
    venue = meeting.venue
    if venue is None or meeting.attendance == "online":
        return meeting.conference_url
    town = " ".join(part for part in (venue.state, venue.postal_code) if part)
    parts = [venue.name, venue.address, venue.city, town]
    return ", ".join(dict.fromkeys(part for part in parts if part)) or venue.formatted_address


def _lines(meeting: Meeting) -> list[str]:
    lines = [meeting.conference_url, meeting.conference_phone, meeting.notes]
    return [line for line in lines if line]


def _position(meeting: Meeting) -> tuple[float, float] | None:
    venue = meeting.venue
    if venue is None or venue.latitude is None or venue.longitude is None or venue.is_approximate:
        return None
    return venue.latitude, venue.longitude
