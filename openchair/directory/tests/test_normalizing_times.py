from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.directory.importing.times import (
    date_text,
    duration_in_minutes,
    moment,
    time_of_day,
    time_range,
)
from openchair.directory.importing.unreadable import Unreadable


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        ("19:30", 1170), ("7p", 1140), ("7:00 PM", 1140), ("7 p.m.", 1140), ("noon", 720), ("Noon", 720), ("12 noon", 720), ("midnight", 0), ("19.30", 1170),
        ("19h30", 1170), ("20h", 1200), ("7:00:00 pm", 1140), ("06:30:00", 390), ("24:00", 1440), ("12:15 am", 15), ("12:15 pm", 735), ("1930", 1170),
        ("730pm", 1170), ("9:00", 540), ("2023-01-01T19:30:00", 1170), ("19:30 pm", 1170), ("mediodía", 720), ("minuit", 0), ("a las 7 pm", 1140), ("7 o'clock", 420),
        (19, 1140), (1930, 1170), (0, 0), (0.8125, 1170), (19.0, 1140), (dt.time(19, 30), 1170), (dt.datetime(2023, 1, 1, 19, 30, tzinfo=dt.UTC), 1170),
        (dt.timedelta(hours=19.5), 1170),
    ],
)  # fmt: skip
def test_a_time_is_read_however_it_is_written(value: object, minutes: int) -> None:
    assert time_of_day(value=value) == minutes


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "25:00",
        "7:75",
        "13 of May",
        True,
        None,
        [],
        -1,
        2460,
        1e9,
        float("nan"),
        float("inf"),
        "99999999999",
        dt.timedelta(days=3),
    ],
)
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(Unreadable) as refusal:
        time_of_day(value=value)

    assert refusal.value.kind == "time-unreadable"


@pytest.mark.parametrize(
    ("value", "both"),
    [
        ("10:30 am to Noon", (630, 720)),
        ("7-8pm", (1140, 1200)),
        ("7:30 pm - 9 pm", (1170, 1260)),
        ("11pm–1am", (1380, 60)),
        ("18h00 à 19h00", (1080, 1140)),
        ("19:00 hasta 20:00", (1140, 1200)),
        ("19:30", (1170, None)),
    ],
)
def test_a_range_gives_its_end_too(value: str, both: tuple[int, int | None]) -> None:
    assert time_range(value=value) == both


@pytest.mark.parametrize(
    ("value", "minutes"),
    [("1hr 30mins", 90), ("1hr ", 60), ("2hrs", 120), ("45mins", 45), ("01:30:00", 90), ("1:15", 75), ("90", 90), (90, 90), ("1.5 hours", 90), ("1h30", 90), ("24:00:00", 1440),
     (0.0625, 90), (dt.timedelta(minutes=75), 75), (dt.time(1, 30), 90), ("1 hora y 30 minutos", 90)],
)  # fmt: skip
def test_a_duration_is_read_however_it_is_written(value: object, minutes: int) -> None:
    assert duration_in_minutes(value=value) == minutes


@pytest.mark.parametrize(("value", "kind"), [("25hr", "duration-out-of-range"), (0, "duration-out-of-range"), (-5, "duration-out-of-range"), ("long", "duration-unreadable"),
                                             ("", "duration-unreadable"), (True, "duration-unreadable"), (float("nan"), "duration-unreadable")])  # fmt: skip
def test_what_no_meeting_lasts_is_refused(value: object, kind: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        duration_in_minutes(value=value)

    assert refusal.value.kind == kind


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2023-08-10 22:32:51", "2023-08-10T22:32:51Z"),
        ("2020-04-0416:50:58", "2020-04-04T16:50:58Z"),
        ("5/19/2022 3:59:51 PM", "2022-05-19T15:59:51Z"),
        ("2022-05-19T10:00:00+02:00", "2022-05-19T08:00:00Z"),
        ("2022-05-19T10:00:00Z", "2022-05-19T10:00:00Z"),
        ("2023-08-10", "2023-08-10T00:00:00Z"),
        ("19/05/2022", "2022-05-19T00:00:00Z"),
        (1650000000, "2022-04-15T05:20:00Z"),
        (1650000000000, "2022-04-15T05:20:00Z"),
        ("May 3, 2020", "2020-05-03T00:00:00Z"),
        (dt.date(2020, 5, 3), "2020-05-03T00:00:00Z"),
    ],
)
def test_a_moment_becomes_iso_in_utc(value: object, text: str) -> None:
    assert moment(value=value) == text


def test_the_day_stands_first_where_a_country_writes_it_so() -> None:
    assert moment(value="3/4/2022") == "2022-03-04T00:00:00Z"
    assert moment(value="3/4/2022", day_first=True) == "2022-04-03T00:00:00Z"
    assert date_text(value="3/4/2022", day_first=True) == "2022-04-03"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "2007-13-40 00:00:00",
        "13/13/2020",
        [],
        5,
        True,
        "9" * 400,
        "1/1/2020 99:99",
    ],
)
def test_what_is_no_date_is_refused(value: object) -> None:
    with pytest.raises(Unreadable):
        moment(value=value)


@given(text=st.text(max_size=30) | st.from_regex(r"[0-9apm:. hT/-]{1,20}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (time_of_day, duration_in_minutes, moment, date_text):
        try:
            read(value=text)
        except Unreadable:
            continue


@given(minutes=st.integers(0, 1439))
def test_a_time_in_twelve_hours_is_the_same_time(minutes: int) -> None:
    clock = dt.time(minutes // 60, minutes % 60)

    assert (
        time_of_day(value=clock.strftime("%I:%M %p"))
        == time_of_day(value=clock.strftime("%H:%M"))
        == minutes
    )
