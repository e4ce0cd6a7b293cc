"""What a person says of a meeting's dates: its rule, a date off, a date moved, weeks without it.

A source's next reading changes none of it.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from openchair.directory.keeping import derive_again
from openchair.directory.models import InactivePeriod, Meeting, MeetingException
from openchair.directory.rules import is_valid_rule, needs_anchor, plain_rule
from openchair.sources.models import Change


class BadRule(ValueError):
    """The rule is none that a meeting can have."""


class NeedsAnchor(ValueError):
    """“Every other week” does not say which: a date on which the meeting is held must be given."""


class EndsBeforeItBegins(ValueError):
    """The last day of a pause lies before its first."""


@transaction.atomic
def set_rule(*, meeting: Meeting, rule: str, anchor: date | None, now: datetime, who: str) -> None:
    """Make `rule` (an RFC 5545 RRULE value, "" for every week) the meeting's. Raises BadRule and NeedsAnchor."""
    if rule and not is_valid_rule(rule):
        raise BadRule(rule)
    rule = plain_rule(rule) if rule else ""
    if rule and needs_anchor(rule) and anchor is None:
        raise NeedsAnchor(rule)
    before = meeting.rule
    meeting.decided = {**meeting.decided, "rule": rule}
    meeting.rule_anchor = anchor
    derive_again(meeting=meeting, now=now)
    _record(meeting, {"rule": [before, rule]}, now, who)


@transaction.atomic
def cancel_date(*, meeting: Meeting, day: date, note: str, now: datetime, who: str) -> None:
    """Say that the meeting is not held on `day`, its own calendar day."""
    MeetingException.objects.update_or_create(
        meeting=meeting,
        date=day,
        defaults={"moved_to_date": None, "moved_to_time": None, "note": note},
    )
    _record(meeting, {"cancelled": [None, day.isoformat()]}, now, who)


@transaction.atomic
def move_date(
    *, meeting: Meeting, day: date, to: datetime, note: str, now: datetime, who: str
) -> None:
    """Say that the meeting of `day` is held at `to`, a naive date and time on the meeting's own clock."""
    MeetingException.objects.update_or_create(
        meeting=meeting,
        date=day,
        defaults={"moved_to_date": to.date(), "moved_to_time": to.time(), "note": note},
    )
    _record(meeting, {"moved": [day.isoformat(), to.isoformat()]}, now, who)


@transaction.atomic
def pause(
    *, meeting: Meeting, first: date, last: date | None, note: str, now: datetime, who: str
) -> None:
    """Say that the meeting is not held from `first` to `last`, None until further notice. Raises EndsBeforeItBegins."""
    if last is not None and last < first:
        raise EndsBeforeItBegins
    InactivePeriod.objects.create(meeting=meeting, first_date=first, last_date=last, note=note)
    until = last.isoformat() if last else None
    _record(meeting, {"paused": [first.isoformat(), until]}, now, who)


@transaction.atomic
def forget_exceptions(*, meeting: Meeting, now: datetime, who: str) -> int:
    """Take back every date off, date moved and pause; the rule stays. Return how many there were."""
    count = meeting.meetingexception_set.count() + meeting.inactiveperiod_set.count()
    meeting.meetingexception_set.all().delete()
    meeting.inactiveperiod_set.all().delete()
    if count:
        _record(meeting, {"exceptions": [count, 0]}, now, who)
    return count


def _record(meeting: Meeting, fields: dict[str, object], now: datetime, who: str) -> None:
    Change.objects.create(
        who=who, at=now, kind="meeting", object_key=meeting.pk, deed="decided", fields=fields
    )
