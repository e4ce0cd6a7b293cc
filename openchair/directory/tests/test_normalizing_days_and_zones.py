from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.directory.importing.days import days_of_week
from openchair.directory.importing.unreadable import Unreadable
from openchair.directory.importing.zones import zone_named


@pytest.mark.parametrize(
    ("value", "days"),
    [
        (0, (0,)), (6, (6,)), (7, (0,)), ("0", (0,)), ("7", (0,)), (1.0, (1,)), ("Thursday", (4,)), ("Thursay", (4,)), ("Wensday", (3,)), ("thurs.", (4,)),
        ("TUES", (2,)), ("lunes", (1,)), ("miércoles", (3,)), ("sábado", (6,)), ("dimanche", (0,)), ("mercredi", (3,)), ("Sundays", (0,)), ([1, "2"], (1, 2)),
        (["Monday", None, ""], (1,)), ("Mon, Wed, Fri", (1, 3, 5)), ("Mon Wed Fri", (1, 3, 5)), ("Mon-Fri", (1, 2, 3, 4, 5)), ("Mon - Fri", (1, 2, 3, 4, 5)),
        ("Monday to Friday", (1, 2, 3, 4, 5)), ("Sat-Mon", (0, 1, 6)), ("lunes a viernes", (1, 2, 3, 4, 5)), ("lundi au vendredi", (1, 2, 3, 4, 5)),
        ("lunes y jueves", (1, 4)), ("M/W/F", (1, 3, 5)), ("daily", (0, 1, 2, 3, 4, 5, 6)), ("Every day", (0, 1, 2, 3, 4, 5, 6)), ("weekdays", (1, 2, 3, 4, 5)),
        ("weekends", (0, 6)), ("todos los días", (0, 1, 2, 3, 4, 5, 6)), ("Ongoing", ()), ("by appointment", ()), ("", ()), ([], ()), ("[1,3]", (1, 3)),
    ],
)  # fmt: skip
def test_days_are_read_in_three_languages_and_many_spellings(
    value: object, days: tuple[int, ...]
) -> None:
    assert days_of_week(value=value) == days


@pytest.mark.parametrize(
    "value",
    ["m", "blah", None, 8, -1, 1.5, True, {"a": 1}, "Monday or so", "99", float("nan"), ["x"]],
)
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(Unreadable) as refusal:
        days_of_week(value=value)

    assert refusal.value.kind == "day-unreadable"


@given(text=st.text(max_size=30))
def test_any_text_is_read_as_days_or_refused(text: str) -> None:
    try:
        days = days_of_week(value=text)
    except Unreadable:
        return
    assert set(days) <= set(range(7))
    assert list(days) == sorted(set(days))


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("America/New_York", "America/New_York"), ("america/new_york", "America/New_York"), ("US/Eastern", "America/New_York"), ("Asia/Calcutta", "Asia/Kolkata"),
        ("ET", "America/New_York"), ("EST", "America/New_York"), ("Eastern", "America/New_York"), ("Eastern Time (US & Canada)", "America/New_York"),
        ("Pacific Standard Time", "America/Los_Angeles"), ("west_coast", "America/Los_Angeles"), ("EST5EDT", "America/New_York"), ("new york", "America/New_York"),
        ("Stockholm", "Europe/Stockholm"), ("Europe/Stockholm", "Europe/Stockholm"), ("London", "Europe/London"), ("UK", "Europe/London"), ("GMT", "UTC"), ("UTC", "UTC"),
        ("W. Europe Standard Time", "Europe/Berlin"), ("AEDT", "Australia/Sydney"),
    ],
)  # fmt: skip
def test_a_zone_is_known_by_any_of_its_names(text: str, zone: str) -> None:
    assert zone_named(text=text) == zone


@pytest.mark.parametrize(("text", "kind"), [("UTC-5", "timezone-is-offset"), ("GMT+1", "timezone-is-offset"), ("Nowhere", "timezone-unknown"), ("", "timezone-unknown"),
                                            ("indiana", "timezone-unknown"), ("../../etc/passwd", "timezone-unknown"), ("America", "timezone-unknown")])  # fmt: skip
def test_what_names_no_single_zone_is_refused(text: str, kind: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        zone_named(text=text)

    assert refusal.value.kind == kind
