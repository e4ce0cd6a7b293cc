from __future__ import annotations

import datetime as dt
from pathlib import Path

import icalendar
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from openchair.directory.models import InactivePeriod, Meeting, MeetingException
from openchair.directory.tests.page_meetings import NOW, group, meeting, publish, venue
from openchair.lib import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(site_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return site_home


def page(client: Client, found: Meeting) -> str:
    response = client.get(f"/meetings/{found.slug}")
    assert response.status_code == 200
    return response.content.decode()


def test_a_meeting_page_says_when_where_and_what_to_do(client: Client) -> None:
    shown = page(client, meeting("Sisters in Recovery"))

    assert "Tonight 7:00–8:15 pm" in shown
    assert "in 12 min" in shown
    assert "New York time" in shown
    assert "Every Tuesday" in shown
    assert "45 Pearl Street" in shown
    assert "Side door by the bike racks." in shown
    assert "https://www.openstreetmap.org/directions?to=42.360000%2C-71.100000" in shown
    assert "geo:42.360000,-71.100000" in shown
    assert ">Tuesday, December 15,</span> <span>7:00–8:15 pm<" in shown
    assert "Central office" in shown


def test_a_meeting_page_asks_the_database_a_handful_of_times(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    found = meeting("Sisters in Recovery", group=group())
    for week in range(5):
        MeetingException.objects.create(meeting=found, date=dt.date(2027, 1, 1 + 7 * week))

    with django_assert_max_num_queries(3):
        page(client, found)


def test_an_online_meeting_is_joined_not_visited(client: Client) -> None:
    found = meeting(
        "Just for Today",
        attendance="online",
        conference_url="https://example.zoom.us/j/123",
        conference_phone="+1 646 558 8656,,123#",
    )

    shown = page(client, found)

    assert 'href="https://example.zoom.us/j/123"' in shown
    assert "opens example.zoom.us" in shown
    assert 'href="tel:+16465588656,,123%23"' in shown
    assert "Directions" not in shown


def test_a_link_that_is_no_web_address_is_never_a_link(client: Client) -> None:
    found = meeting("Evil", attendance="online", conference_url="javascript:alert(1)")

    assert "javascript:" not in page(client, found)


def test_a_rough_place_is_called_rough_and_has_no_exact_directions(client: Client) -> None:
    found = meeting("Somewhere", venue=venue(precision="postal", address=""))

    shown = page(client, found)

    assert "We know the place only roughly" in shown
    assert "directions?to=" not in shown
    assert "geo:" not in shown


def test_what_a_note_says_about_the_weeks_stands_beside_the_time(client: Client) -> None:
    found = meeting(
        "First Tuesdays", rule_hint="FREQ=MONTHLY;BYDAY=1TU", rule_evidence="1st Tues only"
    )

    shown = page(client, found)

    assert "says “1st Tues only”: First Tuesday of the month." in shown


def test_a_meeting_that_rests_has_nothing_to_join(client: Client) -> None:
    shown = page(client, meeting("Beach", attendance="inactive"))

    assert "Not meeting for now" in shown
    assert "Directions" not in shown
    assert "Add to calendar" not in shown


def test_a_meeting_by_appointment_says_so(client: Client) -> None:
    shown = page(client, meeting("Ask First", day=None, start_time=None))

    assert "By appointment" in shown


def test_contributions_name_the_handle_and_spare_newcomers(client: Client) -> None:
    found = meeting("Sisters", group=group(venmo="@sisters-aa", square="not a handle !"))

    shown = page(client, found)

    assert 'href="https://venmo.com/u/sisters-aa"' in shown
    assert "Cash App: not a handle !" in shown
    assert "cash.app" not in shown
    assert "Newcomers are asked to keep their money." in shown


def test_contacts_given_to_the_office_are_never_shown(client: Client) -> None:
    found = meeting("Sisters", group=group(contacts=[{"name": "Ana", "phone": "555 0100"}]))

    assert "Ana" not in page(client, found)


def test_the_way_back_leads_to_the_search_one_came_from_and_nowhere_else(client: Client) -> None:
    found = meeting("Sisters")
    back = {"HTTP_REFERER": "http://testserver/meetings?q=women"}
    elsewhere = {"HTTP_REFERER": "https://evil.example/meetings?q=women"}

    own = client.get(f"/meetings/{found.slug}", **back).content.decode()
    other = client.get(f"/meetings/{found.slug}", **elsewhere).content.decode()

    assert 'href="/meetings?q=women"' in own
    assert "Back to your search" not in other


def test_a_way_back_that_is_no_address_does_no_harm(client: Client) -> None:
    found = meeting("Sisters")

    assert client.get(f"/meetings/{found.slug}", headers={"Referer": "http://["}).status_code == 200


def test_a_retired_meeting_says_so_and_offers_what_is_near(client: Client, home: Path) -> None:
    gone = meeting("Long Gone", state="retired", retired_at=NOW)
    meeting("Still Here")
    publish(home)

    response = client.get(f"/meetings/{gone.slug}")

    assert response.status_code == 410
    assert "no longer listed" in response.content.decode()
    assert "Still Here" in response.content.decode()


def test_a_merged_meeting_leads_to_the_one_that_stayed(client: Client) -> None:
    kept = meeting("Kept")
    copy = meeting("Copy", state="merged", merged_into=kept)

    response = client.get(f"/meetings/{copy.slug}")

    assert response.status_code == 301
    assert response["Location"] == "/meetings/kept"


def test_what_is_not_in_print_does_not_exist(client: Client) -> None:
    hidden = meeting("Hidden", state="unpublished")

    for path in ("", ".ics", "/report"):
        response = client.get(f"/meetings/{hidden.slug}{path}")
        assert response.status_code == 404
        # The same words as for what never was, so that nobody learns that it exists.
        assert response.content == client.get(f"/meetings/never-was{path}").content.replace(
            b"never-was", b"hidden"
        )


def test_the_calendar_file_repeats_as_the_meeting_does(client: Client) -> None:
    found = meeting("Now and Then", rule="FREQ=MONTHLY;BYDAY=1TU,3TU")
    MeetingException.objects.create(meeting=found, date=dt.date(2026, 12, 15))
    InactivePeriod.objects.create(
        meeting=found, first_date=dt.date(2027, 1, 1), last_date=dt.date(2027, 1, 10)
    )

    response = client.get(f"/meetings/{found.slug}.ics")
    event = icalendar.Calendar.from_ical(response.content).walk("VEVENT")[0]

    assert response["Content-Type"].startswith("text/calendar")
    assert event["DTSTART"].dt.isoformat() == "2026-12-01T19:00:00-05:00"
    assert event["DTSTART"].params["TZID"] == "America/New_York"
    assert event["RRULE"].to_ical() == b"FREQ=MONTHLY;BYDAY=1TU,3TU"
    left_out = event["EXDATE"] if isinstance(event["EXDATE"], list) else [event["EXDATE"]]
    assert [d.dt.date().isoformat() for each in left_out for d in each.dts] == [
        "2026-12-15",
        "2027-01-05",
    ]


def test_a_meeting_without_a_date_has_no_calendar_file(client: Client) -> None:
    found = meeting("Ask First", day=None, start_time=None)

    assert client.get(f"/meetings/{found.slug}.ics").status_code == 404
