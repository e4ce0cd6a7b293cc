from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.search.next_starts import minute_of_week, next_weekly_starts, offsets_around
from openchair.search.tests.invented import NOWS
from openchair.search.tests.plain_search import minute_of, weekly_start

ALL_SORTS_OF_ZONES = (
    "America/New_York",
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Antarctica/Troll",
)


@given(st.sampled_from(ALL_SORTS_OF_ZONES), NOWS, st.lists(st.integers(0, 10079), min_size=1))
def test_every_start_is_the_first_that_a_calendar_gives(zone, now, minutes):
    earliest = minute_of(now)

    starts = next_weekly_starts(
        local_minutes=np.array(minutes),
        offsets=offsets_around(zone=zone, minute=earliest),
        earliest=earliest,
    )

    assert starts.tolist() == [weekly_start(zone, minute, earliest) for minute in minutes]


@pytest.mark.parametrize(
    ("now", "local", "expected"),
    [
        ("2026-03-07T12:00", "Sun 02:30", "2026-03-08T07:30"),
        ("2026-03-07T12:00", "Sun 03:30", "2026-03-08T07:30"),
        ("2026-03-07T12:00", "Sun 01:30", "2026-03-08T06:30"),
        ("2026-10-31T12:00", "Sun 01:30", "2026-11-01T05:30"),
        ("2026-11-01T05:31", "Sun 01:30", "2026-11-08T06:30"),
        ("2026-03-07T12:00", "Sat 06:00", "2026-03-14T10:00"),
    ],
    ids=["skipped", "after skipped", "before skipped", "twice", "not again", "a week on"],
)
def test_clocks_that_change_in_new_york(now, local, expected):
    day, clock = local.split()
    hour, minute = map(int, clock.split(":"))
    local_minute = ["Sun", "Sat"].index(day) * 6 * 1440 + hour * 60 + minute
    earliest = minute_of(datetime.fromisoformat(now).replace(tzinfo=UTC))

    starts = next_weekly_starts(
        local_minutes=np.array([local_minute]),
        offsets=offsets_around(zone="America/New_York", minute=earliest),
        earliest=earliest,
    )

    assert datetime.fromtimestamp(int(starts[0]) * 60, UTC).isoformat()[:16] == expected


def test_the_week_begins_on_sunday():
    assert minute_of_week(minute_of(datetime(2026, 1, 11, tzinfo=UTC))) == 0
    assert minute_of_week(minute_of(datetime(2026, 1, 17, 23, 59, tzinfo=UTC))) == 10079
