"""Times of day, durations and dates as people write them: "7p", "noon", "19h30", "1hr 30mins", "5/19/2022 3:59:51 PM"."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from dateutil import parser as dateutil_parser

from openchair.directory.importing.unreadable import Unreadable

MINUTES_A_DAY = 1440

_CLEAN_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\Z")
_TIME = re.compile(
    r"(?P<hour>\d{1,2})\s*(?:(?:[:.hH]|;|uhr)\s*(?P<minute>\d{2})?(?:[:.](?P<second>\d{2})(?:\.\d+)?)?)?\s*"
    r"(?P<half>a|p|am|pm|a\.m|p\.m|a\.m\.|p\.m\.|a m|p m)?\.?\s*(?:h|hs|hrs|hours|uhr|o'?clock)?\Z"
)
_COMPACT = re.compile(
    r"(?P<hour>\d{1,2})(?P<minute>\d{2})\s*(?P<half>am?|pm?|a\.m\.?|p\.m\.?)?\s*(?:h|hs|hrs|hours)?\Z"
)
_ISO_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[t ](?P<time>\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?\Z"
)
_RANGE = re.compile(r"\s*(?:-|–|—|\bto\b|\buntil\b|\btill\b|\bà\b|\ba las\b|\bhasta\b|\bbis\b)\s*")
_WORDS = {
    "noon": 720, "12 noon": 720, "noon 12": 720, "12n": 720, "midday": 720, "12:00 noon": 720, "mediodia": 720, "mediodía": 720, "midi": 720,
    "midnight": 0, "12 midnight": 0, "12:00 midnight": 0, "medianoche": 0, "minuit": 0,
}  # fmt: skip

_HOURS_AND_MINUTES = re.compile(
    r"(?:(?P<hours>\d{1,2}(?:[.,]\d{1,2})?)\s*(?:h|hr|hrs|hour|hours|hora|horas|heure|heures)\b\.?)?\s*(?:and|y|et|,)?\s*"
    r"(?:(?P<minutes>\d{1,4})\s*(?:m|min|mins|minute|minutes|minutos)?\b\.?)?\Z"
)
_CLOCK_LENGTH = re.compile(r"(?P<hours>\d{1,2})[:h](?P<minutes>[0-5]\d)(?::[0-5]\d)?\Z")

_SQL_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]?(\d{2}:\d{2}:\d{2})(?:Z|\+00:?00)?\Z")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_SLASHED = re.compile(
    r"(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year>\d{4}|\d{2})\b(?P<rest>.*)\Z",
    re.DOTALL,
)


def time_of_day(*, value: object) -> int:
    """Return the minutes after midnight that `value` means; 1440 for "24:00", the end of its day.

    Reads text in 12 and 24 hours, words in English, Spanish and French, numbers (19, 1930), a spreadsheet's fraction
    of a day (0.8125) and datetime values. Raises Unreadable.
    """
    if isinstance(value, str):
        return _time_from_text(value)
    if isinstance(value, dt.datetime | dt.time):
        return value.hour * 60 + value.minute
    if isinstance(value, dt.timedelta):
        return _checked_minutes(round(value.total_seconds() / 60), value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unreadable_time(value)
    if isinstance(value, float) and 0 <= value < 1:
        return round(value * MINUTES_A_DAY) % MINUTES_A_DAY
    # Not a number and infinity fail this comparison too.
    if not 0 <= value <= 2400 or value != int(value):
        raise _unreadable_time(value)
    return _time_from_number(int(value))


def time_range(*, value: object) -> tuple[int, int | None]:
    """Return the start and, where `value` is a range such as "10:30 am to Noon", the end. Raises Unreadable."""
    if not isinstance(value, str):
        return time_of_day(value=value), None
    match = _CLEAN_TIME.match(value)
    if match:
        return int(match[1]) * 60 + int(match[2]), None
    return _range_from_text(value)


def duration_in_minutes(*, value: object) -> int:
    """Return a length of 1 to 1440 minutes from "1hr 30mins", "01:30:00", "90", 90 or a timedelta. Raises Unreadable."""
    minutes = _length(value)
    if minutes is None:
        raise Unreadable(
            "duration-unreadable",
            "This is not a length of time that can be read, such as 90 or 1hr 30mins.",
        )
    if not 1 <= minutes <= MINUTES_A_DAY:
        raise Unreadable(
            "duration-out-of-range", "A meeting lasts at least a minute and at most 24 hours."
        )
    return minutes


def moment(*, value: object, day_first: bool = False) -> str:
    """Return a date and time as ISO 8601 in UTC ("2023-08-10T22:32:51Z"). Text without a zone is taken as UTC.

    Reads SQL and ISO forms, seconds or milliseconds since 1970, dates with slashes (month first unless `day_first`, or
    unless that is impossible), and the joined "2020-04-0416:50:58" of a well-known sample. Raises Unreadable.
    """
    if isinstance(value, str):
        match = _SQL_MOMENT.match(value)
        return (
            _moment_from_text(value, day_first)
            if match is None
            else _as_utc_text(f"{match[1]}T{match[2]}+00:00")
        )
    if isinstance(value, dt.datetime):
        return _utc_text(value)
    if isinstance(value, dt.date):
        return f"{value.isoformat()}T00:00:00Z"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _moment_from_number(value)
    raise _unreadable_moment()


def date_text(*, value: object, day_first: bool = False) -> str:
    """Return the date in `value` as "2023-08-10". Raises Unreadable."""
    if isinstance(value, str) and _ISO_DATE.match(value):
        return _as_utc_text(f"{value}T00:00:00+00:00")[:10]
    return moment(value=value, day_first=day_first)[:10]


@lru_cache(maxsize=4096)
def _range_from_text(text: str) -> tuple[int, int | None]:
    try:
        return _time_from_text(text), None
    except Unreadable:
        parts = _RANGE.split(text.lower().strip())
        if len(parts) != 2 or not all(parts):
            raise
    start, end = parts
    if start.isdigit() and end.rstrip(".m").endswith(("a", "p")):
        # "7-8pm" says the half of the day once, for both.
        start += end.rstrip(".m")[-1]
    return _time_from_text(start), _time_from_text(end)


@lru_cache(maxsize=4096)
def _time_from_text(text: str) -> int:
    folded = " ".join(text.lower().replace("\u202f", " ").split()).strip(" .,")
    for prefix in ("at ", "a las ", "à ", "@"):
        folded = folded.removeprefix(prefix).strip()
    if folded in _WORDS:
        return _WORDS[folded]
    iso = _ISO_MOMENT.match(folded)
    if iso:
        folded = iso["time"]
    match = _TIME.match(folded) or _COMPACT.match(folded)
    if match is None:
        raise _unreadable_time(text)
    return _from_parts(int(match["hour"]), int(match["minute"] or 0), match["half"], text)


def _from_parts(hour: int, minute: int, half: str | None, value: object) -> int:
    if minute > 59:
        raise _unreadable_time(value)
    # "19:30 pm" and "00:15 am" are written often enough, and can only mean one thing.
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return _checked_minutes(hour * 60 + minute, value)


def _checked_minutes(minutes: int, value: object) -> int:
    if not 0 <= minutes <= MINUTES_A_DAY:
        raise _unreadable_time(value)
    return minutes


def _time_from_number(number: int) -> int:
    if 0 <= number <= 24:
        return number * 60
    if 100 <= number <= 2400 and number % 100 < 60:
        return number // 100 * 60 + number % 100
    raise _unreadable_time(number)


def _length(value: object) -> int | None:
    if isinstance(value, str):
        return _length_from_text(value)
    if isinstance(value, dt.timedelta):
        return round(value.total_seconds() / 60)
    if isinstance(value, dt.time):
        return value.hour * 60 + value.minute
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e6:
        return None
    # A spreadsheet keeps a length as a fraction of a day.
    return (
        round(value * MINUTES_A_DAY) if isinstance(value, float) and 0 < value < 1 else round(value)
    )


@lru_cache(maxsize=1024)
def _length_from_text(text: str) -> int | None:
    folded = " ".join(text.lower().split()).strip(" .")
    clock = _CLOCK_LENGTH.match(folded)
    if clock:
        return int(clock["hours"]) * 60 + int(clock["minutes"])
    match = _HOURS_AND_MINUTES.match(folded)
    if match is None or not (match["hours"] or match["minutes"]):
        return None
    hours = float((match["hours"] or "0").replace(",", "."))
    return round(hours * 60) + int(match["minutes"] or 0)


def _moment_from_text(text: str, day_first: bool) -> str:
    text = " ".join(text.split())
    try:
        if _ISO_DATE.match(text):
            return _as_utc_text(f"{text}T00:00:00+00:00")
        slashed = _SLASHED.match(text)
        if slashed:
            return _moment_from_slashes(slashed, day_first)
        if text.isdigit() and len(text) in (10, 13):
            return _moment_from_number(int(text))
        if not any(character.isdigit() for character in text) or len(text) > 64:
            raise _unreadable_moment()
        return _utc_text(
            dateutil_parser.parse(text, default=dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
        )
    except (ValueError, OverflowError, AttributeError) as error:
        raise _unreadable_moment() from error


def _moment_from_slashes(match: re.Match[str], day_first: bool) -> str:
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    day, month = (first, second) if first > 12 or (day_first and second <= 12) else (second, first)
    minutes = match["rest"].strip(" ,T")
    clock = dateutil_parser.parse(minutes).time() if minutes else dt.time()
    return _utc_text(
        dt.datetime.combine(
            dt.date(year if year > 99 else 2000 + year, month, day), clock, tzinfo=dt.UTC
        )
    )


def _moment_from_number(number: float) -> str:
    seconds = number / 1000 if abs(number) > 1e11 else number
    try:
        if seconds < 86_400 * 365:
            raise _unreadable_moment()
        return _utc_text(dt.datetime.fromtimestamp(seconds, tz=dt.UTC))
    except (ValueError, OverflowError, OSError) as error:
        raise _unreadable_moment() from error


@lru_cache(maxsize=4096)
def _as_utc_text(text: str) -> str:
    try:
        return _utc_text(dt.datetime.fromisoformat(text))
    except ValueError as error:
        raise _unreadable_moment() from error


def _utc_text(value: dt.datetime) -> str:
    aware = value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    try:
        return aware.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    except OverflowError as error:
        raise _unreadable_moment() from error


def _unreadable_time(value: object) -> Unreadable:
    return Unreadable(
        "time-unreadable", f"{str(value)[:40]!r} is not a time of day, such as 19:30 or 7:30 pm."
    )


def _unreadable_moment() -> Unreadable:
    return Unreadable(
        "date-unreadable", "This is not a date that can be read, such as 2026-03-31 18:00:00."
    )
