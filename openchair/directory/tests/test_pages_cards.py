from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from openchair.directory import presenting
from openchair.directory.showing import dial_address, phone_words, web_address

NOW = dt.datetime(2026, 11, 24, 23, 48, tzinfo=dt.UTC)  # Tuesday 18:48 in New York
ROW: dict[str, object] = {
    "id": "a1",
    "slug": "keep-it-simple",
    "name": "Keep It Simple",
    "fellowship": "aa",
    "day": 2,
    "time": "19:00",
    "timezone": "America/New_York",
    "attendance": "in_person",
    "types": ["X", "D", "O", "W"],
    "location": "St Mark’s hall",
    "city": "Cambridge",
    "distance_km": 1.29,
    "next_start": "2026-11-25T00:00:00Z",
}


def card(language: str = "en", unit: str = "mi", **facts: object) -> presenting.Card:
    with translation.override(language):
        return presenting.card(row=ROW | facts, now=NOW, language=language, distance_unit=unit)


def test_a_card_says_time_name_place_and_kind() -> None:
    shown = card()

    assert str(shown.clock) == "7:00 pm"
    assert shown.until == "in 12 min"
    assert shown.when == "tonight"
    assert shown.fellowship == "AA"
    assert shown.place == "St Mark’s hall, Cambridge"
    assert shown.distance == "0.8 mi"
    assert [chip.text for chip in shown.chips][:2] == ["Women", "Open"]
    assert [chip.is_quiet for chip in shown.chips] == [False, False, False, True]


@pytest.mark.parametrize(
    ("minutes", "language", "written"),
    [
        (0, "en", "12:00 am"),
        (720, "en", "12:00 pm"),
        (785, "en", "1:05 pm"),
        (785, "es", "13:05"),
        (0, "fr", "0:00"),
    ],
)
def test_hours_are_written_as_the_language_does(minutes: int, language: str, written: str) -> None:
    assert str(presenting.clock_words(minutes=minutes, language=language)) == written


@pytest.mark.parametrize(
    ("start", "end", "language", "written"),
    [
        (1140, 1215, "en", "7:00–8:15 pm"),
        (690, 750, "en", "11:30 am–12:30 pm"),
        (1380, 1470, "en", "11:00 pm–12:30 am"),
        (1140, None, "en", "7:00 pm"),
        (1140, 1215, "fr", "19:00–20:15"),
    ],
)
def test_a_span_says_the_half_of_the_day_once(
    start: int, end: int | None, language: str, written: str
) -> None:
    assert presenting.span_words(start=start, end=end, language=language) == written


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(-11, ""), (-10, "now"), (0, "now"), (1, "in 1 min"), (120, "in 120 min"), (121, "")],
)
def test_a_start_is_counted_down_to_for_two_hours(minutes: int, words: str) -> None:
    start = NOW + dt.timedelta(minutes=minutes)

    assert presenting.until_words(start=start, now=NOW) == words


def test_half_a_minute_left_is_a_minute() -> None:
    assert presenting.until_words(start=NOW + dt.timedelta(seconds=30), now=NOW) == "in 1 min"


@pytest.mark.parametrize(
    ("local", "words"),
    [
        ("2026-11-24T12:00", "today"),
        ("2026-11-24T17:00", "tonight"),
        ("2026-11-25T07:00", "tomorrow"),
        ("2026-11-26T07:00", "Thursday"),
        ("2026-11-30T07:00", "Monday"),
        ("2026-12-01T07:00", "Tue, Dec 1"),
    ],
)
def test_days_are_named_as_people_do(local: str, words: str) -> None:
    moment = dt.datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("America/New_York"))

    assert presenting.day_words(local=moment, now=NOW, language="en") == words


def test_tonight_is_the_meetings_own_night() -> None:
    # Already Wednesday in London, where it is a quarter to midnight on Tuesday there.
    london = dt.datetime(2026, 11, 25, 7, tzinfo=ZoneInfo("Europe/London"))

    assert presenting.day_words(local=london, now=NOW, language="en") == "tomorrow"


@pytest.mark.parametrize(
    ("km", "unit", "language", "words"),
    [
        (None, "mi", "en", ""),
        (0.0, "km", "en", "0.0 km"),
        (1.29, "mi", "en", "0.8 mi"),
        (1.29, "km", "fr", "1,3 km"),
        (30.0, "km", "en", "30 km"),
    ],
)
def test_distances(km: float | None, unit: str, language: str, words: str) -> None:
    assert presenting.distance_words(km=km, unit=unit, language=language) == words


@pytest.mark.parametrize(
    ("facts", "place", "first_chip"),
    [
        ({"attendance": "online", "conference_url": "https://x.org"}, "Online", "Online"),
        ({"attendance": "online", "conference_phone": "1"}, "By phone", "Online"),
        (
            {"attendance": "online", "conference_phone": "1", "conference_url": "https://x.org"},
            "Online and by phone",
            "Online",
        ),
        ({"attendance": "hybrid"}, "St Mark’s hall, Cambridge · In person and online", "Hybrid"),
        (
            {"location": "", "address": "", "city": "", "regions": ["MA", "Boston"]},
            "Boston",
            "Women",
        ),
    ],
)
def test_the_place_says_how_one_takes_part(
    facts: dict[str, object], place: str, first_chip: str
) -> None:
    shown = card(**facts)

    assert shown.place == place
    assert shown.chips[0].text == first_chip


def test_at_most_four_words_describe_a_meeting() -> None:
    assert len(card(types=["O", "D", "W", "X", "B", "SP"], attendance="hybrid").chips) == 4


def test_a_rule_is_said_and_else_the_note_it_may_be_in() -> None:
    assert card(rule="FREQ=MONTHLY;BYDAY=1TU").held == "First Tuesday of the month"
    assert card(rule_evidence="1st Tues only").held == "1st Tues only"
    assert card().held == ""


def test_a_meeting_by_appointment_has_no_clock() -> None:
    shown = card(day=None, time=None, next_start=None, timezone=None)

    assert shown.clock is None
    assert shown.when == "By appointment"
    assert shown.next_start == ""


def test_a_row_with_hardly_anything_is_still_a_card() -> None:
    with translation.override("en"):
        shown = presenting.card(
            row={"id": "1", "slug": "x", "name": "X", "fellowship": "unknown"},
            now=NOW,
            language="en",
            distance_unit="mi",
        )

    assert (shown.name, shown.url, shown.fellowship, shown.chips) == ("X", "/meetings/x", "", ())


def test_a_browser_keeps_what_it_needs_to_show_the_meeting_again() -> None:
    assert json.loads(card().saved) == {
        "name": "Keep It Simple",
        "url": "/meetings/keep-it-simple",
        "time": "Tuesday 7:00 pm",
        "place": "AA · St Mark’s hall, Cambridge",
    }


def test_days_and_types_follow_the_language() -> None:
    shown = card("fr", next_start="2026-11-28T00:00:00Z")

    assert shown.when == "vendredi"
    assert shown.chips[0].text == "Femmes"


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "https:\\evil.example",
        "//evil.example",
        "ftp://example.org",
        "https://exa mple.org",
        "data:text/html,x",
        "http://[",
        "",
    ],
)
def test_what_is_no_web_address_leads_nowhere(text: str) -> None:
    assert web_address(text) == ""


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("+1 (646) 558-8656", "tel:+16465588656"),
        ("646-558-8656,,123#", "tel:6465588656,,123%23"),
        ("ask Ana", ""),
        ("12", ""),
    ],
)
def test_a_phone_number_becomes_what_is_dialled(text: str, address: str) -> None:
    assert dial_address(text) == address


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("+16465588656", "+1 646-558-8656"),
        ("+16465588656,,5388697897#", "+1 646-558-8656, then 538 869 7897#"),
        ("+442034815237,,123456#,,,,*9876#", "+44 20 3481 5237, then 123 456#, *9876#"),
        ("646-558-8656", "646-558-8656"),
        ("ask Ana", "ask Ana"),
        ("", ""),
    ],
)
def test_a_phone_number_can_be_read_out(text: str, words: str) -> None:
    assert phone_words(text) == words
