"""When a row meets: days, start, length, rule and zone, each where it is given and readable."""

from __future__ import annotations

from openchair.directory import rules
from openchair.directory.importing import times
from openchair.directory.importing.days import day_among_words, days_of_week
from openchair.directory.importing.row import Row, line
from openchair.directory.importing.unreadable import Unreadable
from openchair.directory.importing.zones import zone_named

# What stands in a time's cell for a meeting that has none.
_NO_TIME = frozenset(("ongoing", "appointment", "by appointment", "24/7", "n/a", "-", "varies"))


def read_times(row: Row) -> None:
    """Read days and start, or neither, with length and rule, and the zone."""
    days, start, end = _days(row), *_start_and_end(row)
    rule = _rule(row, days)
    days = days or (rules.rule_days(rule) if start is not None else ())
    if start == times.MINUTES_A_DAY:
        # 24:00 is the end of its day: the next day has begun.
        start, days = 0, tuple(sorted((day + 1) % 7 for day in days))
    if days and start is not None:
        row.values |= (
            {"days": days, "start": start, "rule": rule} if rule else {"days": days, "start": start}
        )
        _read_duration(row, start, end)
    elif days or start is not None:
        _keep_half_a_time(row, has_days=bool(days))
    _read_zone(row)


def _days(row: Row) -> tuple[int, ...]:
    key = "day" if "day" in row.fields else "days"
    if key not in row.fields:
        return ()
    value = row.fields[key]
    try:
        return days_of_week(value=value)
    except Unreadable as error:
        day = day_among_words(text=line(value=value)) if isinstance(value, str) else None
        if day is not None:
            # "Saturday - only 2nd Saturday of every month": the words go where people and the reader of rules see them.
            row.append_note("notes", line(value=value))
            return (day,)
        row.report(key, error)
        row.extra.setdefault(key, value)
        return ()


def _start_and_end(row: Row) -> tuple[int | None, int | None]:
    if "time" not in row.fields:
        return None, None
    value = row.fields["time"]
    if isinstance(value, str) and value.lower().strip(" .") in _NO_TIME:
        return None, None
    try:
        return times.time_range(value=value)
    except Unreadable as error:
        row.report("time", error)
        row.extra.setdefault("time", value)
        return None, None


def _keep_half_a_time(row: Row, *, has_days: bool) -> None:
    """Make a meeting of which only the day or only the time is known one by appointment, and keep what was there."""
    key, kind = ("day", "time-missing") if has_days else ("time", "day-missing")
    key = key if key in row.fields else "days"
    missing = "time" if has_days else "day"
    if not any(problem.field in ("time", "day", "days") for problem in row.problems):
        row.tell(
            key,
            kind=kind,
            reason=f"This has no {missing}, so it can't be shown among the meetings of a day.",
        )
    row.extra.setdefault(key, row.fields.get(key))


def _rule(row: Row, days: tuple[int, ...]) -> str:
    if "rule" not in row.fields:
        return ""
    text = row.text("rule").removeprefix("RRULE:").upper().replace(" ", "")
    if not text:
        return ""
    if not rules.is_valid_rule(text):
        row.tell(
            "rule",
            kind="rule-unreadable",
            reason="This is not a rule such as FREQ=MONTHLY;BYDAY=1SU,3SU. Ends and counts are not kept.",
        )
        row.extra.setdefault("rule", row.fields["rule"])
        return ""
    rule = rules.plain_rule(text)
    if days and rules.rule_days(rule) and not set(days) >= set(rules.rule_days(rule)):
        row.tell(
            "rule",
            kind="rule-day-conflict",
            reason="This rule names another day than the meeting's own.",
        )
        row.extra.setdefault("rule", row.fields["rule"])
        return ""
    return rule


def _read_duration(row: Row, start: int, end: int | None) -> None:
    try:
        if "duration" in row.fields:
            row.values["duration_minutes"] = times.duration_in_minutes(value=row.fields["duration"])
            return
        if "end_time" in row.fields:
            end = times.time_of_day(value=row.fields["end_time"])
    except Unreadable as error:
        row.report("duration" if "duration" in row.fields else "end_time", error)
        return
    if end is None:
        return
    # An end before the start lies after midnight.
    minutes = (end - start) % times.MINUTES_A_DAY
    if minutes:
        row.values["duration_minutes"] = minutes
    else:
        row.tell(
            "end_time",
            kind="end-equals-start",
            reason="This ends when it starts, so its length is not known.",
        )


def _read_zone(row: Row) -> None:
    zone = row.text("timezone")
    try:
        found = zone_named(text=zone) if zone else row.defaults.timezone
    except Unreadable as error:
        row.report("timezone", error)
        found = row.defaults.timezone
    if found:
        row.values["timezone"] = found
