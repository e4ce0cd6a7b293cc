# ruff: noqa: DTZ001 - wall times have no zone
from __future__ import annotations

import datetime as dt
import itertools
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from openchair.directory.rules import (
    Move,
    Schedule,
    is_valid_rule,
    minute_of_week,
    needs_anchor,
    next_starts,
    plain_rule,
    rule_days,
    rule_on,
)

VECTORS = json.loads(
    (Path(__file__).parents[3] / "vectors" / "schedules.json").read_text(encoding="utf-8")
)
ZONES = (
    "America/New_York",
    "Europe/London",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Pacific/Kiritimati",
    "UTC",
)
CODES = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
INSTANTS = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2035, 1, 1), timezones=st.just(dt.UTC))


def minutes(text: str) -> int:
    hours, _, rest = text.partition(":")
    return int(hours) * 60 + int(rest)


def schedule_of(case: dict[str, Any]) -> Schedule:
    values = dict(case)
    values["start"] = minutes(values["start"])
    for key in ("anchor",):
        values[key] = dt.date.fromisoformat(values[key]) if key in values else None
    values["cancelled"] = tuple(map(dt.date.fromisoformat, values.get("cancelled", [])))
    values["moved"] = tuple(
        Move(
            original=dt.date.fromisoformat(each["original"]),
            date=dt.date.fromisoformat(each["date"]),
            start=minutes(each["start"]),
        )
        for each in values.get("moved", [])
    )
    values["inactive"] = tuple(
        (dt.date.fromisoformat(a), dt.date.fromisoformat(b) if b else None)
        for a, b in values.get("inactive", [])
    )
    return Schedule(**values)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_next_starts_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    starts = next_starts(
        schedule=schedule_of(case["schedule"]),
        after=dt.datetime.fromisoformat(case["after"]),
        count=case["count"],
    )

    assert [start.strftime("%Y-%m-%dT%H:%M:%SZ") for start in starts] == case["starts"]


@pytest.mark.parametrize("rule", VECTORS["rules"]["valid"])
def test_a_rule_that_meetings_follow_is_valid(rule: str) -> None:
    assert is_valid_rule(rule)


@pytest.mark.parametrize("rule", VECTORS["rules"]["refused"])
def test_any_other_rule_is_refused(rule: str) -> None:
    assert not is_valid_rule(rule)


@given(
    day=st.integers(0, 6), start=st.integers(0, 1439), zone=st.sampled_from(ZONES), after=INSTANTS
)
def test_every_weekly_start_has_its_weekday_and_wall_time(
    day: int, start: int, zone: str, after: dt.datetime
) -> None:
    starts = next_starts(
        schedule=Schedule(day=day, start=start, timezone=zone), after=after, count=5
    )

    assert len(starts) == 5
    assert starts == sorted(starts)
    assert starts[0] >= after
    assert starts[0] - after <= dt.timedelta(days=7, hours=1)
    for instant in starts:
        local = instant.astimezone(ZoneInfo(zone))
        wall = local.hour * 60 + local.minute
        # A time that the spring night skips is told as the clock shows it then.
        if wall != start:
            existed = dt.datetime(
                local.year, local.month, local.day, start // 60, start % 60, tzinfo=ZoneInfo(zone)
            )
            assert existed.astimezone(dt.UTC).astimezone(ZoneInfo(zone)).replace(
                tzinfo=None
            ) != existed.replace(tzinfo=None)
        else:
            assert local.isoweekday() % 7 == day


@st.composite
def rules_for_a_day(draw: st.DrawFn) -> tuple[int, str]:
    day = draw(st.integers(0, 6))
    months = draw(st.sets(st.integers(1, 12), min_size=1))
    by_month = draw(st.sampled_from(("", f";BYMONTH={','.join(map(str, sorted(months)))}")))
    ordinals = draw(
        st.sets(st.sampled_from((1, 2, 3, 4, 5, -1, -2, -3, -4, -5)), min_size=1, max_size=4)
    )
    monthly = (
        f"FREQ=MONTHLY;BYDAY={','.join(f'{n}{CODES[day]}' for n in sorted(ordinals))}{by_month}"
    )
    weekly = f"FREQ=WEEKLY;INTERVAL={draw(st.integers(1, 6))}{by_month}"
    return day, draw(st.sampled_from((monthly, weekly)))


@given(
    of=rules_for_a_day(), zone=st.sampled_from(ZONES), after=INSTANTS, start=st.integers(240, 1439)
)
def test_the_starts_of_a_rule_are_those_that_dateutil_finds(
    of: tuple[int, str], zone: str, after: dt.datetime, start: int
) -> None:
    day, rule = of
    # 5 January 2020 was a Sunday.
    anchor = dt.date(2020, 1, 5) + dt.timedelta(days=day)
    first = dt.datetime.combine(anchor, dt.time(start // 60, start % 60))
    walls = (
        wall.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
        for wall in rrulestr(rule, dtstart=first)
    )
    expected = list(itertools.islice((instant for instant in walls if instant >= after), 4))

    starts = next_starts(
        schedule=Schedule(day=day, start=start, timezone=zone, rule=rule, anchor=anchor),
        after=after,
        count=4,
    )

    if after >= dt.datetime(2020, 1, 20, tzinfo=dt.UTC):
        assert starts == expected[: len(starts)]
        assert len(starts) == 4 or "5" in rule


@given(of=rules_for_a_day())
def test_a_plain_rule_is_valid_means_the_same_and_is_plain_already(of: tuple[int, str]) -> None:
    day, rule = of
    plain = plain_rule(rule)

    assert plain == "" or (is_valid_rule(plain) and plain_rule(plain) == plain)
    given_starts, plain_starts = (
        next_starts(
            schedule=Schedule(
                day=day, start=600, timezone="UTC", rule=each, anchor=dt.date(2026, 1, 1)
            ),
            after=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            count=3,
        )
        for each in (rule, plain)
    )
    assert given_starts[: len(plain_starts)] == plain_starts[: len(given_starts)]


@given(text=st.text(st.sampled_from("FREQ=WEKLYMONTH;BYDASU,123-INTV0 \n"), max_size=40))
def test_what_is_valid_dateutil_can_read(text: str) -> None:
    if is_valid_rule(text):
        assert rrulestr(text, dtstart=dt.datetime(2026, 1, 1)) is not None


def test_a_schedule_that_is_cancelled_for_ever_ends() -> None:
    schedule = Schedule(day=1, start=0, timezone="UTC", inactive=((dt.date(2000, 1, 1), None),))

    assert (
        next_starts(schedule=schedule, after=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), count=3) == []
    )


def test_the_end_of_time_is_no_error() -> None:
    for rule in ("", "FREQ=MONTHLY;BYDAY=1SU"):
        schedule = Schedule(day=0, start=600, timezone="UTC", rule=rule)
        assert (
            next_starts(schedule=schedule, after=dt.datetime(9999, 12, 1, tzinfo=dt.UTC), count=99)
            is not None
        )


def test_a_rule_of_two_weekdays_is_parted_by_day() -> None:
    rule = "FREQ=MONTHLY;BYDAY=1SU,3MO,3SU"

    assert rule_days(rule) == (0, 1)
    assert rule_on(rule=rule, day=0) == "FREQ=MONTHLY;BYDAY=1SU,3SU"
    assert rule_on(rule=rule, day=1) == "FREQ=MONTHLY;BYDAY=3MO"
    assert rule_on(rule=rule, day=2) == ""
    assert rule_on(rule="FREQ=WEEKLY;INTERVAL=2", day=2) == "FREQ=WEEKLY;INTERVAL=2"


def test_only_every_other_week_needs_an_anchor() -> None:
    assert needs_anchor("FREQ=WEEKLY;INTERVAL=2")
    assert not needs_anchor("FREQ=MONTHLY;BYDAY=1SU")
    assert not needs_anchor("")


def test_the_minute_of_the_week_counts_from_sunday() -> None:
    assert minute_of_week(day=0, start=0) == 0
    assert minute_of_week(day=6, start=1439) == 7 * 1440 - 1
