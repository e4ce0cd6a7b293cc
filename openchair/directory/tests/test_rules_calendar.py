# ruff: noqa: DTZ001 - wall times have no zone
from __future__ import annotations

import datetime as dt

import icalendar
import pytest
from dateutil.rrule import rrulestr

from openchair.directory.rules import Schedule, next_starts
from openchair.lib.ics import Event, calendar


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY",
        "FREQ=MONTHLY;BYDAY=1SU,3SU",
        "FREQ=WEEKLY;INTERVAL=2",
        "FREQ=WEEKLY;BYMONTH=1,2,3,11",
    ],
)
@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Australia/Sydney"])
def test_a_calendar_program_finds_the_starts_that_the_page_shows(rule: str, zone: str) -> None:
    first = dt.date(2026, 1, 4)
    schedule = Schedule(
        day=0,
        start=19 * 60,
        timezone=zone,
        rule="" if rule == "FREQ=WEEKLY" else rule,
        anchor=first,
    )
    event = Event(
        uid="a",
        summary="A",
        start=dt.datetime(2026, 1, 4, 19, 0),
        duration_minutes=60,
        timezone=zone,
        rule=rule,
    )

    parsed = icalendar.Calendar.from_ical(
        calendar(events=[event], stamp=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    )
    [component] = parsed.walk("VEVENT")
    start = component["DTSTART"].dt
    walls = rrulestr(component["RRULE"].to_ical().decode(), dtstart=start.replace(tzinfo=None))[:40]

    shown = next_starts(schedule=schedule, after=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), count=40)
    assert shown == [wall.replace(tzinfo=start.tzinfo).astimezone(dt.UTC) for wall in walls]
