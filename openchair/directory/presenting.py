"""What a card of a meeting shows: its time, place and kind in a person's words, from a row of the search snapshot."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_day_names
from django.utils.translation import gettext as _

from openchair.directory.rule_wording import describe_rule
from openchair.fellowships.catalog import UnknownFellowship, catalog

KM_PER_MILE = 1.609344
MINUTE = dt.timedelta(minutes=1)
# A meeting is still worth walking into so long after its start; the search counts the same (search/next_starts.py).
JOINABLE = dt.timedelta(minutes=10)
# Beyond two hours the clock says more than a count of minutes.
SOON = dt.timedelta(hours=2)
EVENING_HOUR = 17
MOST_CHIPS = 4
# What decides whether one can or may go comes first, then what it is like.
_CATEGORY_ORDER = {"community": 0, "access": 1, "format": 2, "language": 3, "feature": 4}
# CLDR's own shapes with the full weekday all carry a year.
_DAY_SHAPES = {"en": "EEEE, MMMM d", "es": "EEEE, d 'de' MMMM"}
# Two thirds of all meetings are neither more nor less than these.
_QUIET_CATEGORIES = frozenset(["feature"])

Row = Mapping[str, object]


class Chip(msgspec.Struct, frozen=True):
    """A word about a meeting. `is_quiet` for what is good to know rather than what it is."""

    text: str
    is_quiet: bool = False


class Clock(msgspec.Struct, frozen=True):
    """A time of day, "7:30" and "pm"; the half of the day is empty where people count to 24."""

    time: str
    half: str = ""

    def __str__(self) -> str:
        return f"{self.time} {self.half}" if self.half else self.time


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting as a list shows it. Texts are in the reader's language, "" for nothing.

    `when` says the day ("tonight", "tomorrow", "Sun"), `until` counts down ("in 12 min", "now"). `next_start` is ISO 8601 UTC.
    `held` says when it is held if not weekly; `saved` is what a browser keeps of it, as JSON.
    """

    id: str
    name: str
    url: str
    clock: Clock | None
    when: str
    until: str
    next_start: str
    zone: str
    fellowship: str
    place: str
    distance: str
    chips: tuple[Chip, ...]
    held: str
    is_inactive: bool
    is_joined_from_afar: bool
    saved: str


def card(*, row: Row, now: dt.datetime, language: str, distance_unit: str) -> Card:
    """Return what a card shows of `row`, the decoded JSON object of an answer. `now` is aware; gettext must be active."""
    start = _instant(row)
    zone = _text(row, "timezone")
    local = start.astimezone(ZoneInfo(zone)) if start and zone else None
    when = day_words(local=local, now=now, language=language) if local else _undated(row, language)
    clock = _clock_of_row(row, language)
    place = place_line(row=row)
    return Card(
        id=_text(row, "id"),
        name=_text(row, "name"),
        url=_text(row, "url") or f"/meetings/{_text(row, 'slug')}",
        clock=clock,
        when=when,
        until=until_words(start=start, now=now) if start else "",
        next_start=start.strftime("%Y-%m-%dT%H:%M:%SZ") if start else "",
        zone=zone,
        fellowship=fellowship_name(row=row, language=language),
        place=place,
        distance=distance_words(
            km=_number(row, "distance_km"), unit=distance_unit, language=language
        ),
        chips=chips(row=row, language=language),
        held=held_words(row=row, language=language),
        is_inactive=_text(row, "attendance") == "inactive",
        is_joined_from_afar=is_joined_from_afar(attendance=_text(row, "attendance")),
        saved=_kept_in_browser(row, clock, place, language),
    )


def is_joined_from_afar(*, attendance: str) -> bool:
    """Return whether people of other zones come: they need their own clock, those in the room the one on its wall."""
    return attendance in {"online", "hybrid"}


def clock_words(*, minutes: int, language: str) -> Clock:
    """Return a time of day, given in minutes after midnight, as `language` writes it."""
    hour, minute = divmod(minutes % 1440, 60)
    if language.partition("-")[0] == "en":
        return Clock(f"{hour % 12 or 12}:{minute:02}", "am" if hour < 12 else "pm")
    return Clock(f"{hour}:{minute:02}")


def span_words(*, start: int, end: int | None, language: str) -> str:
    """Return "7:00–8:15 pm", "11:30 am–12:30 pm" or "19:00–20:15"; the start alone without an end."""
    first = clock_words(minutes=start, language=language)
    if end is None:
        return str(first)
    last = clock_words(minutes=end, language=language)
    begin = first.time if first.half == last.half else str(first)
    return f"{begin}–{last}"


def until_words(*, start: dt.datetime, now: dt.datetime) -> str:
    """Return "now", "in 12 min" or, when the start is more than two hours off or long past, ""."""
    left = start - now
    if left > SOON or left < -JOINABLE:
        return ""
    if left <= dt.timedelta():
        return _("now")
    minutes = -(-left // MINUTE)
    # The page's script counts on in the same words.
    return _("in %s min") % minutes


def day_words(*, local: dt.datetime, now: dt.datetime, language: str) -> str:
    """Return "today", "tonight", "tomorrow", the weekday within a week, else the date. `local` is in the meeting's zone."""
    days = (local.date() - now.astimezone(local.tzinfo).date()).days
    if days == 0:
        return _("tonight") if local.hour >= EVENING_HOUR else _("today")
    if days == 1:
        return _("tomorrow")
    if 1 < days < 7:
        return day_name(day=local.isoweekday() % 7, language=language)
    return date_words(date=local.date(), language=language, shape="short")


def day_name(*, day: int, language: str) -> str:
    """Return the name of a weekday, 0 Sunday … 6 Saturday."""
    # Babel counts from Monday.
    names = get_day_names("wide", context="stand-alone", locale=_locale(language))
    return str(names[(day - 1) % 7])


def date_words(*, date: dt.date, language: str, shape: str = "day") -> str:
    """Return a date as a coming "day" ("Tuesday, November 24"), "short" ("Tue, Nov 24") or in "full" with its year."""
    locale = _locale(language)
    if shape == "full":
        return format_date(date, format="long", locale=locale)
    if shape == "short":
        return format_skeleton("MMMEd", dt.datetime.combine(date, dt.time()), locale=locale)
    return format_date(date, format=_DAY_SHAPES.get(locale.language, "EEEE d MMMM"), locale=locale)


def distance_words(*, km: float | None, unit: str, language: str) -> str:
    """Return "0.8 mi", "12 km" or "" for no distance. Beyond ten, nobody walks the tenths."""
    if km is None:
        return ""
    amount = km / KM_PER_MILE if unit == "mi" else km
    text = f"{amount:.1f}" if amount < 10 else f"{amount:.0f}"
    return f"{text if language.startswith('en') else text.replace('.', ',')} {unit}"


def attendance_words(*, row: Row) -> str:
    """Return how one takes part, for a line of text; "" for in person, which the place says already."""
    has_link = bool(_text(row, "conference_url"))
    has_phone = bool(_text(row, "conference_phone"))
    match _text(row, "attendance"):
        case "online" if has_phone and has_link:
            return _("Online and by phone")
        case "online" if has_phone:
            return _("By phone")
        case "online":
            return _("Online")
        case "hybrid":
            return _("In person and online")
        case "inactive":
            return _("Not meeting for now")
    return ""


def place_line(*, row: Row) -> str:
    """Return where it is in a few words: the building and the town, or how one takes part from afar."""
    attendance = _text(row, "attendance")
    how = attendance_words(row=row)
    if attendance == "online":
        return how
    venue = _text(row, "location") or _text(row, "address") or _text(row, "formatted_address")
    city = _text(row, "city")
    where = ", ".join(_distinct([venue, city])) or _region(row)
    return " · ".join(part for part in (where, how) if part)


def chips(*, row: Row, language: str) -> tuple[Chip, ...]:
    """Return up to four words about the meeting, in the reader's language, those that decide first."""
    words: list[Chip] = []
    attendance = _text(row, "attendance")
    if attendance == "online":
        words.append(Chip(_("Online")))
    elif attendance == "hybrid":
        words.append(Chip(_("Hybrid")))
    words += [Chip(name, quiet) for name, quiet in _type_names(row, language)]
    return tuple(words[:MOST_CHIPS])


def type_names(*, row: Row, language: str) -> list[str]:
    """Return the names of all types of a meeting, those that decide first."""
    return [name for name, _quiet in _type_names(row, language)]


def fellowship_name(*, row: Row, language: str) -> str:
    """Return the fellowship's short name, "" when none of ours is given."""
    try:
        return catalog().get(_text(row, "fellowship")).short_name_in(language)
    except UnknownFellowship:
        return ""


def held_words(*, row: Row, language: str) -> str:
    """Return when a meeting that is not weekly is held: its rule, else the words of a note that no person has read yet."""
    day = _whole(row, "day")
    if (rule := _text(row, "rule")) and day is not None:
        return describe_rule(rule=rule, day=day, language=language)
    return _text(row, "rule_evidence")


def _type_names(row: Row, language: str) -> list[tuple[str, bool]]:
    try:
        known = catalog().get(_text(row, "fellowship")).types
    except UnknownFellowship:
        return []
    codes = row.get("types")
    types = [known[code] for code in codes if code in known] if isinstance(codes, list) else []
    types.sort(key=lambda each: _CATEGORY_ORDER[each.category])
    named = {each.name(language): each.category in _QUIET_CATEGORIES for each in types}
    return list(named.items())


def _undated(row: Row, language: str) -> str:
    day = _whole(row, "day")
    return _("By appointment") if day is None else day_name(day=day, language=language)


def _clock_of_row(row: Row, language: str) -> Clock | None:
    minutes = _minutes(row, "time")
    return None if minutes is None else clock_words(minutes=minutes, language=language)


def _kept_in_browser(row: Row, clock: Clock | None, place: str, language: str) -> str:
    day = _whole(row, "day")
    when = [] if day is None else [day_name(day=day, language=language)]
    kept = {
        "name": _text(row, "name"),
        "url": _text(row, "url") or f"/meetings/{_text(row, 'slug')}",
        "time": " ".join([*when, *([str(clock)] if clock else [])]),
        "place": " · ".join(p for p in (fellowship_name(row=row, language=language), place) if p),
    }
    return json.dumps(kept, ensure_ascii=False)


def _region(row: Row) -> str:
    regions = row.get("regions")
    if isinstance(regions, list) and regions:
        return str(regions[-1])
    return _text(row, "region")


def _distinct(words: list[str]) -> list[str]:
    return list(dict.fromkeys(word for word in words if word))


def _instant(row: Row) -> dt.datetime | None:
    value = row.get("next_start")
    return dt.datetime.fromisoformat(value) if isinstance(value, str) and value else None


def _minutes(row: Row, key: str) -> int | None:
    hour, _colon, minute = _text(row, key).partition(":")
    return int(hour) * 60 + int(minute) if hour and minute else None


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    return str(value) if isinstance(value, str | int) else ""


def _whole(row: Row, key: str) -> int | None:
    value = row.get(key)
    return value if isinstance(value, int) else None


def _number(row: Row, key: str) -> float | None:
    value = row.get(key)
    return float(value) if isinstance(value, int | float) else None


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
