from __future__ import annotations

from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client

from openchair.directory.models import ChangeReport
from openchair.directory.reporting import MOST_OPEN_REPORTS
from openchair.directory.tests.page_meetings import NOW, meeting
from openchair.lib import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(site_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return site_home


def test_a_report_is_kept_with_its_day_and_without_a_contact(client: Client) -> None:
    found = meeting("Sisters")

    response = client.post(
        f"/meetings/{found.slug}/report", {"text": "The door is blue now.", "reply_to": ""}
    )

    assert response["Location"] == "/meetings/sisters?told=1"
    kept = ChangeReport.objects.get()
    assert (kept.text, kept.reply_to) == ("The door is blue now.", "")
    assert kept.reported_on == NOW.date()
    thanks = client.get(response["Location"]).content.decode()
    assert "Thank you." in thanks


def test_what_was_typed_stays_when_something_is_missing(client: Client) -> None:
    found = meeting("Sisters")

    response = client.post(
        f"/meetings/{found.slug}/report", {"text": " ", "reply_to": "me@example.org"}
    )

    shown = response.content.decode()
    assert response.status_code == 422
    assert "Write a few words about what is wrong" in shown
    assert 'value="me@example.org"' in shown
    assert 'aria-describedby="text-hint text-error"' in shown
    assert not ChangeReport.objects.exists()


def test_a_text_that_is_too_long_is_not_cut_behind_ones_back(client: Client) -> None:
    found = meeting("Sisters")

    response = client.post(f"/meetings/{found.slug}/report", {"text": "x" * 4001})

    assert response.status_code == 422
    assert "x" * 4001 in response.content.decode()


def test_a_flood_is_not_kept_and_says_so(client: Client) -> None:
    found = meeting("Sisters")
    for number in range(MOST_OPEN_REPORTS):
        ChangeReport.objects.create(meeting=found, text=str(number), reported_on=NOW.date())

    response = client.post(f"/meetings/{found.slug}/report", {"text": "one more"})

    assert "Your words were not kept." in response.content.decode()
    assert "one more" in response.content.decode()
    assert ChangeReport.objects.count() == MOST_OPEN_REPORTS


def test_the_page_says_who_reads_it(client: Client) -> None:
    shown = client.get(f"/meetings/{meeting('Sisters').slug}/report").content.decode()

    assert "It is not shown on any page." in shown


def test_another_site_cannot_send_a_report(home: Path) -> None:
    found = meeting("Sisters")

    response = Client(enforce_csrf_checks=True).post(
        f"/meetings/{found.slug}/report", {"text": "spam"}
    )

    assert response.status_code == 403
    assert "what you wrote is still there" in response.content.decode()
    assert not ChangeReport.objects.exists()


def test_words_stay_when_an_import_holds_the_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = meeting("Sisters")

    def locked(**_columns: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(ChangeReport.objects, "create", locked)
    response = client.post(
        f"/meetings/{found.slug}/report", {"text": "The door is blue.", "reply_to": ""}
    )

    assert response.status_code == 503
    assert "The door is blue." in response.content.decode()
    assert "again in a minute" in response.content.decode()
