# ruff: noqa: DTZ001 - wall times have no zone
from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rrulestr

from openchair.lib.ics import Event, Moved, calendar

STAMP = dt.datetime(2026, 2, 1, 12, 0, tzinfo=dt.UTC)
EVENT = Event(
    uid="monday-night@example.org",
    summary="Monday Night; big, warm\nroom",
    start=dt.datetime(2026, 3, 2, 19, 0),
    duration_minutes=90,
    timezone="America/New_York",
    rule="FREQ=WEEKLY",
)


def parsed(*events: Event) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(calendar(events=events, stamp=STAMP))


def components(of: icalendar.Calendar) -> list[icalendar.Event]:
    return [each for each in of.walk("VEVENT") if isinstance(each, icalendar.Event)]


def expanded(event: icalendar.Event, *, count: int) -> list[dt.datetime]:
    """Return the first starts of an event, in UTC, as a calendar program would find them: wall time first, then the zone."""
    start = event["DTSTART"].dt
    rule = rrulestr(event["RRULE"].to_ical().decode(), dtstart=start.replace(tzinfo=None))
    excluded = event.get("EXDATE")
    away = {each.dt.replace(tzinfo=None) for each in excluded.dts} if excluded else set()
    walls = (wall for wall in rule if wall not in away)
    return [next(walls).replace(tzinfo=start.tzinfo).astimezone(dt.UTC) for _ in range(count)]


def test_a_weekly_event_stays_at_its_wall_time_over_the_spring_change() -> None:
    [event] = components(parsed(EVENT))

    starts = expanded(event, count=3)

    assert [start.hour for start in starts] == [0, 23, 23]
    assert {
        start.astimezone(ZoneInfo("America/New_York")).strftime("%a %H:%M") for start in starts
    } == {"Mon 19:00"}


def test_text_comes_back_whole() -> None:
    long = EVENT.__class__(
        **{
            **{key: getattr(EVENT, key) for key in EVENT.__struct_fields__},
            "description": "é, ; \\ \n" * 60,
            "location": "a, b",
        }
    )

    [event] = components(parsed(long))

    assert str(event["SUMMARY"]) == EVENT.summary
    assert str(event["DESCRIPTION"]) == long.description
    assert str(event["LOCATION"]) == "a, b"


def test_lines_are_folded_at_75_bytes() -> None:
    wordy = Event(
        uid="a", summary="ñ" * 300, start=EVENT.start, duration_minutes=60, timezone="Europe/Madrid"
    )

    lines = calendar(events=[wordy], stamp=STAMP).split(b"\r\n")

    assert max(map(len, lines)) <= 75


def test_cancelled_and_moved_occurrences_are_told() -> None:
    moved = Moved(original=dt.datetime(2026, 3, 16, 19, 0), start=dt.datetime(2026, 3, 17, 20, 0))
    event = Event(
        uid="a", summary="A", start=EVENT.start, duration_minutes=60, timezone="America/New_York", rule="FREQ=WEEKLY",
        excluded=(dt.datetime(2026, 3, 9, 19, 0),), moved=(moved,), sequence=4,
    )  # fmt: skip

    series, exception = components(parsed(event))

    assert [start.day for start in expanded(series, count=2)] == [3, 16]
    assert exception["UID"] == series["UID"] == "a"
    assert exception["RECURRENCE-ID"].dt == moved.original.replace(
        tzinfo=ZoneInfo("America/New_York")
    )
    assert exception["DTSTART"].dt == moved.start.replace(tzinfo=ZoneInfo("America/New_York"))
    assert exception["SEQUENCE"] == series["SEQUENCE"] == 4


def test_a_rule_is_kept_as_it_is() -> None:
    event = Event(
        uid="a",
        summary="A",
        start=dt.datetime(2026, 3, 1, 9, 0),
        duration_minutes=60,
        timezone="UTC",
        rule="FREQ=MONTHLY;BYDAY=1SU,3SU",
    )

    [component] = components(parsed(event))

    assert [start.day for start in expanded(component, count=4)] == [1, 15, 5, 19]


@pytest.mark.parametrize(
    "name",
    [
        "America/New_York",
        "Europe/London",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Africa/Casablanca",
        "Asia/Kolkata",
    ],
)
def test_every_change_of_a_zone_stands_at_its_instant(name: str) -> None:
    event = Event(uid="a", summary="A", start=EVENT.start, duration_minutes=60, timezone=name)

    [zone] = parsed(event).walk("VTIMEZONE")

    for observance in zone.subcomponents:
        offset_from, offset_to = observance["TZOFFSETFROM"].td, observance["TZOFFSETTO"].td
        later = observance.get("RDATE")
        for onset in [
            observance["DTSTART"].dt,
            *([each.dt for each in later.dts] if later else []),
        ]:
            instant = (onset - offset_from).replace(tzinfo=dt.UTC)
            assert (instant - dt.timedelta(seconds=1)).astimezone(
                ZoneInfo(name)
            ).utcoffset() == offset_from
            assert instant.astimezone(ZoneInfo(name)).utcoffset() == offset_to


def test_the_same_events_make_the_same_bytes() -> None:
    assert calendar(events=[EVENT], stamp=STAMP, name="Meetings") == calendar(
        events=[EVENT], stamp=STAMP, name="Meetings"
    )


def test_a_calendar_without_events_is_still_one() -> None:
    assert icalendar.Calendar.from_ical(calendar(events=[], stamp=STAMP)).name == "VCALENDAR"
