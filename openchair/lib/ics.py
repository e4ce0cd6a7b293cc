"""iCalendar files (RFC 5545) of weekly or ruled events that stay at their wall time when the clocks change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from zoneinfo import ZoneInfo

import icalendar
import msgspec

PRODUCT = "-//Openchair//Meetings//EN"
# A VTIMEZONE needs a span. Calendar programs know the great zones by name anyway, and rules change sooner than this.
_YEARS_OF_ZONE = 20
_YEARS_BEFORE = 1


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence held at another local time: when it would have been, and when it is. Both naive."""

    original: dt.datetime
    start: dt.datetime


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happens once or again and again at a wall time.

    `uid` stays the same for ever; `sequence` grows with every change. `start` is the naive local time of the first
    occurrence, which must be one that `rule` (an RRULE value; "" for once) gives. `excluded` are naive local starts
    without an event. `position` is latitude and longitude in degrees. `updated` is an aware instant.
    """

    uid: str
    summary: str
    start: dt.datetime
    duration_minutes: int
    timezone: str
    rule: str = ""
    excluded: tuple[dt.datetime, ...] = ()
    moved: tuple[Moved, ...] = ()
    location: str = ""
    description: str = ""
    url: str = ""
    categories: tuple[str, ...] = ()
    position: tuple[float, float] | None = None
    sequence: int = 0
    updated: dt.datetime | None = None


def calendar(*, events: Iterable[Event], stamp: dt.datetime, name: str = "") -> bytes:
    """Return a calendar file with its time zones. `stamp` is the aware instant at which it was made (DTSTAMP).

    Lines are folded and texts escaped by the library. Raises ValueError for an event whose rule is no RRULE.
    """
    made = icalendar.Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    if name:
        made.add("name", name)
        # What programs read that are older than RFC 7986.
        made.add("x-wr-calname", name)
    events = list(events)
    for zone in _zones(events, stamp):
        made.add_component(zone)
    for event in events:
        made.add_component(_component(event, stamp))
        for moved in event.moved:
            made.add_component(_moved_component(event, moved, stamp))
    return bytes(made.to_ical())


def _zones(events: list[Event], stamp: dt.datetime) -> list[icalendar.Timezone]:
    first = min([event.start.date() for event in events] + [stamp.date()])
    begin, end = max(first.year - _YEARS_BEFORE, 1971), stamp.year + _YEARS_OF_ZONE
    names = sorted({event.timezone for event in events} - {"UTC"})
    return [_zone(name, begin, end) for name in names]


@lru_cache(maxsize=256)
def _zone(name: str, begin: int, end: int) -> icalendar.Timezone:
    """Return the VTIMEZONE of an IANA zone for whole years. Shared: never change it."""
    zone = icalendar.Timezone.from_tzid(
        name, first_date=dt.date(begin, 1, 1), last_date=dt.date(end, 1, 1)
    )
    for observance in zone.subcomponents:
        ahead: dt.timedelta = observance.TZOFFSETTO - observance.TZOFFSETFROM
        # icalendar 7.3 writes an onset that skips an hour in the new offset, an hour too late; RFC 5545 3.6.5 wants the old.
        if ahead > dt.timedelta() and not _is_onset(
            observance.DTSTART, observance.TZOFFSETFROM, ZoneInfo(name)
        ):
            _put_back(observance, ahead)
    return zone


def _is_onset(wall: dt.datetime, offset_from: dt.timedelta, zone: ZoneInfo) -> bool:
    instant = (wall - offset_from).replace(tzinfo=dt.UTC)
    return (instant - dt.timedelta(seconds=1)).astimezone(zone).utcoffset() == offset_from


def _put_back(
    observance: icalendar.TimezoneStandard | icalendar.TimezoneDaylight, ahead: dt.timedelta
) -> None:
    observance["DTSTART"] = icalendar.vDatetime(observance.DTSTART - ahead)
    later = observance.get("RDATE")
    if isinstance(later, icalendar.vDDDLists):
        del observance["RDATE"]
        observance.add(
            "rdate", [each.dt - ahead for each in later.dts if isinstance(each.dt, dt.datetime)]
        )


def _component(event: Event, stamp: dt.datetime) -> icalendar.Event:
    component = _bare_component(event, stamp, start=event.start)
    zone = ZoneInfo(event.timezone)
    if event.rule:
        component.add("rrule", icalendar.vRecur.from_ical(event.rule))
    for excluded in sorted(event.excluded):
        component.add("exdate", excluded.replace(tzinfo=zone))
    return component


def _moved_component(event: Event, moved: Moved, stamp: dt.datetime) -> icalendar.Event:
    component = _bare_component(event, stamp, start=moved.start)
    component.add("recurrence-id", moved.original.replace(tzinfo=ZoneInfo(event.timezone)))
    return component


def _bare_component(event: Event, stamp: dt.datetime, *, start: dt.datetime) -> icalendar.Event:
    component = icalendar.Event()
    component.add("uid", event.uid)
    component.add("dtstamp", stamp.astimezone(dt.UTC))
    component.add("dtstart", start.replace(tzinfo=ZoneInfo(event.timezone)))
    component.add("duration", dt.timedelta(minutes=event.duration_minutes))
    component.add("summary", event.summary)
    component.add("sequence", event.sequence)
    for key, text in (
        ("location", event.location),
        ("description", event.description),
        ("url", event.url),
    ):
        if text:
            component.add(key, text)
    if event.categories:
        component.add("categories", list(event.categories))
    if event.position:
        component.add("geo", event.position)
    if event.updated:
        component.add("last-modified", event.updated.astimezone(dt.UTC))
    # Nobody is busy because of a meeting in a directory.
    component.add("transp", "TRANSPARENT")
    return component
