"""What goes out: each meeting in print with what finds it and what is shown of it, and never who its contacts are."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from openchair.directory.models import InactivePeriod, Meeting, MeetingException, ServiceBody
from openchair.directory.publishing import (
    in_print_documents,
    publish_if_due,
    publish_search_index,
)
from openchair.directory.tests.bringing import NOW, bring, row, source_named
from openchair.search.documents import Document
from openchair.search.snapshot import Snapshot
from openchair.sources.models import Source

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def source(db: None, home: Path) -> Source:
    return source_named("Feed")


def published(source: Source, folder: Path, *rows: dict[str, object]) -> Document:
    """Bring rows in and return the document of the one that is in print."""
    bring(source, list(rows), folder)
    (document,) = in_print_documents(now=NOW)
    return document


def shown(document: Document) -> dict[str, object]:
    return json.loads(document.row)  # type: ignore[no-any-return]


def starts(document: Document) -> list[dt.datetime]:
    assert document.occurrences is not None
    return [dt.datetime.fromtimestamp(minute * 60, tz=dt.UTC) for minute in document.occurrences]


def test_a_weekly_meeting_has_its_minute_of_the_week(source: Source, tmp_path: Path):
    document = published(source, tmp_path, row("Sunrise", day=1, time="07:00", end_time="08:15"))

    assert document.minute == 1440 + 7 * 60
    assert document.zone == "America/New_York"
    assert document.duration_minutes == 75
    assert document.occurrences is None
    assert (document.latitude, document.longitude) == (42.36, -71.06)


def test_a_row_shows_what_is_known(source: Source, tmp_path: Path):
    document = published(source, tmp_path, row("Sunrise", end_time="20:00", group="Early Group", regions=["MA", "Boston"]))  # fmt: skip

    told = shown(document)
    assert told | {"id": ""} == {
        "id": "", "slug": "sunrise", "name": "Sunrise", "fellowship": "aa", "day": 1, "time": "19:00", "end_time": "20:00",
        "timezone": "America/New_York", "attendance": "in_person", "types": ["O"], "languages": told["languages"], "url": "/meetings/sunrise",
        "group": "Early Group", "regions": ["MA", "Boston"], "location": "Old Hall", "address": "12 Elm St", "city": "Boston", "state": "MA",
        "country": "US", "latitude": 42.36, "longitude": -71.06, "approximate": False,
    }  # fmt: skip
    assert told["id"] == document.id == Meeting.objects.get().pk


def test_a_meeting_by_appointment_has_neither_day_nor_time(source: Source, tmp_path: Path):
    document = published(source, tmp_path, row("Sunrise", day=None, time=None))

    told = shown(document)
    assert (document.minute, document.occurrences, document.filters["day"]) == (None, None, [])
    assert (told["day"], told["time"], told["end_time"]) == (None, None, None)


def test_a_meeting_over_midnight_ends_on_the_next_day(source: Source, tmp_path: Path):
    document = published(source, tmp_path, row("Late", time="23:30", end_time="00:30"))

    assert (shown(document)["time"], shown(document)["end_time"]) == ("23:30", "00:30")


def test_each_filter_has_its_values(source: Source, tmp_path: Path):
    rows = row("Sunrise", regions=["MA", "Boston"], types=["O", "W"], languages=["es", "en"])

    document = published(source, tmp_path, rows)

    filters = {name: sorted(values) for name, values in document.filters.items()}
    assert filters["type"] == ["aa:O", "aa:W", "concept:open", "concept:women"]
    assert filters["region"] == ["ma", "ma/boston"]
    assert filters["language"] == ["en", "es"]
    assert (filters["fellowship"], filters["attendance"], filters["day"]) == (
        ["aa"],
        ["in_person"],
        ["1"],
    )


def test_a_type_counts_for_wider_concepts_too(source: Source, tmp_path: Path):
    document = published(source, tmp_path, row("Rainbow", types=["LGBTQ"]))

    assert {"concept:lgbtq", "concept:gay", "concept:lesbian"} <= set(document.filters["type"])


def test_a_meeting_is_found_under_every_body_above_its_own(source: Source, tmp_path: Path):
    bring(source, [row("Sunrise")], tmp_path)
    region = ServiceBody.objects.create(source=source, source_key="1", name="Region")
    area = ServiceBody.objects.create(source=source, source_key="2", name="Area", parent=region)
    Meeting.objects.update(body=area)

    (document,) = in_print_documents(now=NOW)

    assert document.filters["body"] == [str(region.pk), str(area.pk)]
    assert shown(document)["body"] == "Area"


def test_bodies_in_a_circle_end(source: Source, tmp_path: Path):
    bring(source, [row("Sunrise")], tmp_path)
    one = ServiceBody.objects.create(source=source, source_key="1", name="One")
    two = ServiceBody.objects.create(source=source, source_key="2", name="Two", parent=one)
    ServiceBody.objects.filter(pk=one.pk).update(parent=two)
    Meeting.objects.update(body=two)

    (document,) = in_print_documents(now=NOW)

    assert set(document.filters["body"]) == {str(one.pk), str(two.pk)}


def test_words_are_found_by_their_field(source: Source, tmp_path: Path):
    rows = row("Sunrise", group="Early Group", notes="Ring twice.", regions=["Massachusetts"])

    document = published(source, tmp_path, rows)

    assert (document.text["name"], document.text["group"]) == ("Sunrise", "Early Group")
    assert document.text["notes"] == "Ring twice."
    assert {"Massachusetts", "Old", "Hall", "12", "Elm", "Boston"} <= set(
        document.text["place"].split()
    )


SECRETS = ("Zebulon", "zebulon@example.org", "2025550147", "Quilla", "edit-key-77")


def test_contact_people_never_go_out(source: Source, home: Path, tmp_path: Path):
    rows = row(
        "Sunrise",
        group="Early Group",
        contact_1_name="Zebulon Q.",
        contact_1_email="zebulon@example.org",
        contact_1_phone="(202) 555-0147",
        contact_2_name="Quilla",
        edit_url="https://area.example.org/wp-admin/edit-key-77",
    )
    bring(source, [rows], tmp_path)
    assert "Zebulon" in repr(Meeting.objects.get().facts)

    publish_search_index(now=NOW, home=home)

    bytes_out = b"".join(
        path.read_bytes() for path in (home / "search").rglob("*") if path.is_file()
    )
    assert b"Sunrise" in bytes_out
    assert not [secret for secret in SECRETS if secret.lower().encode() in bytes_out.lower()]


@pytest.mark.parametrize("state", ["unpublished", "merged", "copy"])
def test_what_is_out_of_print_does_not_go_out(source: Source, tmp_path: Path, state: str):
    bring(source, [row("Sunrise"), row("Noon")], tmp_path)
    Meeting.objects.filter(slug="noon").update(state=state)

    assert [document.name for document in in_print_documents(now=NOW)] == ["Sunrise"]


def test_what_is_retired_does_not_go_out(source: Source, tmp_path: Path):
    bring(source, [row("Sunrise"), row("Noon")], tmp_path)

    document = published(source, tmp_path, row("Sunrise"))

    assert document.name == "Sunrise"


def test_a_rule_gives_its_dates(source: Source, tmp_path: Path):
    document = published(source, tmp_path, row("Sunrise", rule="FREQ=MONTHLY;BYDAY=1MO,3MO"))

    # 2 March 2026, noon in London, is a first Monday; seven in the evening in Boston is midnight.
    assert starts(document)[:3] == [
        dt.datetime(2026, 3, 3, 0, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 16, 23, tzinfo=dt.UTC),
        dt.datetime(2026, 4, 6, 23, tzinfo=dt.UTC),
    ]
    assert starts(document)[-1] < NOW + dt.timedelta(days=400)


def test_every_other_week_without_a_date_shows_no_locked_door(source: Source, tmp_path: Path):
    document = published(source, tmp_path, row("Sunrise", rule="FREQ=WEEKLY;INTERVAL=2"))

    assert document.occurrences == ()


def test_a_date_that_is_cancelled_or_moved_is_told(source: Source, tmp_path: Path):
    bring(source, [row("Sunrise")], tmp_path)
    meeting = Meeting.objects.get()
    MeetingException.objects.create(meeting=meeting, date=dt.date(2026, 3, 2))
    MeetingException.objects.create(
        meeting=meeting,
        date=dt.date(2026, 3, 9),
        moved_to_date=dt.date(2026, 3, 10),
        moved_to_time=dt.time(20, 30),
    )

    (document,) = in_print_documents(now=NOW)

    assert starts(document)[:2] == [
        dt.datetime(2026, 3, 11, 0, 30, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 16, 23, tzinfo=dt.UTC),
    ]


def test_a_summer_pause_is_left_out(source: Source, tmp_path: Path):
    bring(source, [row("Sunrise")], tmp_path)
    InactivePeriod.objects.create(
        meeting=Meeting.objects.get(),
        first_date=dt.date(2026, 3, 1),
        last_date=dt.date(2026, 3, 31),
    )

    (document,) = in_print_documents(now=NOW)

    assert starts(document)[0] == dt.datetime(2026, 4, 6, 23, tzinfo=dt.UTC)


def test_a_meeting_that_has_just_begun_is_still_the_next(source: Source, tmp_path: Path):
    bring(source, [row("Sunrise", rule="FREQ=MONTHLY;BYDAY=1MO")], tmp_path)
    begun = dt.datetime(2026, 3, 3, 0, tzinfo=dt.UTC)

    (soon,) = in_print_documents(now=begun + 59 * MINUTE)
    (later,) = in_print_documents(now=begun + 61 * MINUTE)

    assert starts(soon)[0] == begun
    assert starts(later)[0] > begun


def test_a_long_note_is_cut_in_the_list_but_found_whole(source: Source, tmp_path: Path):
    document = published(source, tmp_path, row("Sunrise", notes="x" * 500 + " lantern"))

    assert len(str(shown(document)["notes"])) == 300
    assert document.text["notes"].endswith("lantern")


def test_an_approximate_point_says_so(source: Source, tmp_path: Path):
    document = published(source, tmp_path, row("Sunrise", approximate="yes"))

    assert shown(document)["approximate"] is True


def test_a_sound_young_snapshot_is_left_alone(source: Source, home: Path, tmp_path: Path):
    bring(source, [row("Sunrise")], tmp_path)
    before = Snapshot.open(folder=home / "search").manifest

    assert publish_if_due(now=NOW + 60 * MINUTE, home=home) is False
    assert Snapshot.open(folder=home / "search").manifest == before


@pytest.mark.parametrize("trouble", ["none there", "damaged", "a day old", "older than a change"])
def test_a_snapshot_is_made_anew_when_it_is_due(
    source: Source, home: Path, tmp_path: Path, trouble: str
):
    folder = home / "search"
    now = NOW + (dt.timedelta(days=2) if trouble == "a day old" else 60 * MINUTE)
    if trouble != "none there":
        bring(source, [row("Sunrise")], tmp_path)
    if trouble == "damaged":
        next(folder.glob("*/MANIFEST.json")).write_text("{")
    if trouble == "older than a change":
        publish_search_index(now=NOW - 60 * MINUTE, home=home)

    assert publish_if_due(now=now, home=home) is True
    assert Snapshot.open(folder=folder).manifest.built_at == now
