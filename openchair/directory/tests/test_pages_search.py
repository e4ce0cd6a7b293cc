from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from openchair.directory.tests.page_meetings import NOW, meeting, publish
from openchair.lib import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(site_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return site_home


def page(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_the_front_page_shows_what_starts_soon_and_when(client: Client, home: Path) -> None:
    meeting("Keep It Simple")
    publish(home)

    shown = page(client, "/")

    assert "Keep It Simple" in shown
    assert "in 12 min" in shown
    assert "Starting soon" in shown


def test_an_installation_without_meetings_still_has_a_front_page(client: Client) -> None:
    assert "No meetings are listed here yet" in page(client, "/")


@pytest.mark.parametrize("address", ["/", "/meetings?q=women+tonight", "/map?q=women"])
def test_search_pages_never_touch_the_database(
    client: Client, home: Path, address: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    meeting("Keep It Simple")
    publish(home)

    with django_assert_num_queries(0):
        page(client, address)


def test_what_was_understood_can_be_taken_away(client: Client, home: Path) -> None:
    meeting("Sisters in Recovery")
    publish(home)

    shown = page(client, "/meetings?q=women+tonight")

    assert "1 meeting<" in shown
    assert re.search(r'chip-chosen" href="\?q=tonight">\s*Women', shown)
    assert re.search(r'chip-chosen" href="\?q=women">\s*Tonight, from 5 pm', shown)


def test_a_script_gets_the_results_alone(client: Client, home: Path) -> None:
    meeting("Sisters in Recovery")
    publish(home)

    response = client.get("/meetings?q=women", headers={"X-Part": "results"})

    assert "<html" not in response.content.decode()
    assert "Sisters in Recovery" in response.content.decode()
    assert "X-Part" in response["Vary"]


def test_filters_count_and_link_to_the_question_with_one_more_condition(
    client: Client, home: Path
) -> None:
    meeting("Tuesday Women")
    meeting("Wednesday Men", day=3, types=["M"])
    publish(home)

    shown = page(client, "/meetings")

    assert 'id="wide-day-2" data-in-place href="?day=2"' in shown
    assert 'href="?type=women"' in shown


def test_a_chosen_filter_links_to_the_question_without_it(client: Client, home: Path) -> None:
    meeting("Tuesday Women")
    publish(home)

    shown = page(client, "/meetings?day=2&type=women")

    assert re.search(
        r'id="wide-day-2" data-in-place href="\?type=women" aria-current="true"', shown
    )
    assert re.search(r'id="wide-type-women"[^>]*href="\?day=2" aria-current="true"', shown)


def test_a_filter_said_in_words_is_shown_as_chosen(client: Client, home: Path) -> None:
    meeting("Tuesday Women")
    publish(home)

    shown = page(client, "/meetings?q=women+tuesday")

    assert re.search(r'id="wide-day-2" href="\?q=women" aria-current="true"', shown)


def test_more_than_a_page_is_reached_by_a_link(client: Client, home: Path) -> None:
    for number in range(25):
        meeting(f"Meeting {number:02}")
    publish(home)

    first = page(client, "/meetings")
    more = re.search(r'data-more href="\?([^"]+)"', first)
    assert more
    second = page(client, f"/meetings?{more[1].replace('&amp;', '&')}")

    names = re.findall(r"Meeting \d\d", first + second)
    assert len(set(names)) == 25
    assert "data-more" not in second


def test_a_cursor_of_nowhere_shows_the_first_page(client: Client, home: Path) -> None:
    meeting("Keep It Simple")
    publish(home)

    assert "Keep It Simple" in page(client, "/meetings?cursor=nonsense")


def test_nothing_found_offers_the_next_nearest_thing(client: Client, home: Path) -> None:
    meeting("Saturday Women", day=6)
    meeting("Online Now", attendance="online", conference_url="https://example.org/j", types=["O"])
    publish(home)

    shown = page(client, "/meetings?q=women+tonight")

    assert "No meetings found" in shown
    assert "1 at another time" in shown
    assert "1 online within the hour" in shown


def test_a_wider_circle_is_offered_until_it_holds_something(client: Client, home: Path) -> None:
    meeting("Keep It Simple")
    publish(home)

    shown = page(client, "/meetings?lat=42.0&lng=-71.1&radius_km=2")

    assert re.search(r'href="\?lat=42.0&amp;lng=-71.1&amp;radius_km=54">1 within 34 mi', shown)


def test_a_meeting_that_is_not_weekly_is_named_when_it_is_not_held(
    client: Client, home: Path
) -> None:
    meeting("Every Week")
    meeting("Now and Then", rule="FREQ=MONTHLY;BYDAY=1TU,3TU")
    publish(home)

    shown = page(client, "/meetings?q=tonight")

    assert "1 meeting<" in shown
    assert "First and third Tuesday of the month: 1 more meeting, not this time." in shown


def test_a_bad_parameter_is_explained_and_the_words_are_kept(client: Client) -> None:
    response = client.get("/meetings?day=9&q=women")

    assert response.status_code == 400
    assert "“9” can’t be used for day." in response.content.decode()
    assert 'value="women"' in response.content.decode()


def test_an_unknown_place_is_explained(client: Client) -> None:
    response = client.get("/meetings?near=Zzyzx")

    assert response.status_code == 400


def test_the_map_has_the_same_meetings_as_a_list_and_where_they_are(
    client: Client, home: Path
) -> None:
    meeting("Keep It Simple")
    publish(home)

    shown = page(client, "/map?type=women")

    assert "Keep It Simple" in shown
    assert 'data-bounds="-71.1100,42.3500,-71.0900,42.3700"' in shown
    assert 'data-points-url="/api/v1/meetings?type=women"' in shown


def test_tonight_is_in_the_zone_of_the_visitor(client: Client, home: Path) -> None:
    meeting("Late in Tokyo", attendance="online", start_time=dt.time(4), day=3, venue=None)
    publish(home)
    client.cookies["zone"] = "Asia/Tokyo"

    shown = page(client, "/meetings?q=tonight")

    # 4:00 in Cambridge is 18:00 in Tokyo, on the same Wednesday there.
    assert "Late in Tokyo" in shown


def test_a_zone_of_nowhere_does_no_harm(client: Client) -> None:
    client.cookies["zone"] = "../../etc/passwd"

    page(client, "/meetings?q=tonight")


def test_names_from_feeds_are_text(client: Client, home: Path) -> None:
    meeting("Evil", name='<script>alert(1)</script>"><b>')
    publish(home)

    shown = page(client, "/meetings")

    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown
