"""The schedule of a stored meeting, as the pure rules take it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from openchair.directory.models import InactivePeriod, Meeting, MeetingException
from openchair.directory.rules import Move, Schedule


def schedule_of(*, meeting: Meeting) -> Schedule | None:
    """Return when a meeting is held; None by appointment. Prefetch its exceptions and inactive periods."""
    if meeting.day is None or meeting.start_time is None:
        return None
    usual = Schedule(
        day=meeting.day,
        start=minutes_of(meeting.start_time),
        timezone=meeting.time_zone,
        duration_minutes=meeting.duration_minutes or 60,
        rule=meeting.rule,
        anchor=meeting.rule_anchor,
    )
    return with_irregularities(
        usual=usual,
        exceptions=list(meeting.meetingexception_set.all()),
        periods=list(meeting.inactiveperiod_set.all()),
    )


def with_irregularities(
    *,
    usual: Schedule,
    exceptions: Sequence[MeetingException],
    periods: Sequence[InactivePeriod],
) -> Schedule:
    """Return the usual schedule without the days off and pauses, and with the moves, that are stored for it."""
    return msgspec.structs.replace(
        usual,
        cancelled=tuple(each.date for each in exceptions if each.is_cancelled),
        moved=tuple(
            Move(original=each.date, date=each.moved_to_date, start=minutes_of(each.moved_to_time))
            for each in exceptions
            if each.moved_to_date and each.moved_to_time
        ),
        inactive=tuple((period.first_date, period.last_date) for period in periods),
    )


def minutes_of(time: dt.time) -> int:
    """Return minutes after midnight."""
    return time.hour * 60 + time.minute
