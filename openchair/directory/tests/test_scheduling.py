from __future__ import annotations

import datetime as dt
import json

import pytest

from openchair.directory import scheduling
from openchair.directory.exporting.meeting_guide import exported_rows
from openchair.directory.importing_sources import Tools, import_source
from openchair.directory.models import Meeting
from openchair.directory.publishing import in_print_documents
from openchair.directory.rules import next_starts
from openchair.directory.schedules import schedule_of
from openchair.places.gazetteer import Gazetteer
from openchair.sources.history import changes_of
from openchair.sources.models import Source

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
SAID = {"now": NOW, "who": "operator alice"}
ROW = {
    "name": "Keep It Simple", "slug": "keep-it-simple", "day": 2, "time": "19:00", "timezone": "America/New_York",
    "types": ["O"], "address": "12 Elm Street", "city": "Cambridge", "state": "MA", "country": "US",
    "parking": "behind the church", "author": "loginname", "contact_1_name": "Bob", "contact_1_phone": "+16175550100",
}  # fmt: skip


@pytest.fixture
def source(tmp_path, settings):
    settings.HOME = tmp_path
    path = tmp_path / "feed.json"
    path.write_text(json.dumps([ROW]))
    return Source.objects.create(name="Feed", slug="feed", address=str(path), created_at=NOW)


def bring(source, **options):
    return import_source(
        source=source, tools=Tools(gazetteer=Gazetteer.empty()), now=NOW, who="operator", **options
    )


@pytest.fixture
def meeting(source):
    bring(source)
    return Meeting.objects.get()


def dates(meeting, count=3):
    schedule = schedule_of(meeting=Meeting.objects.get(pk=meeting.pk))
    return [
        start.date().isoformat() for start in next_starts(schedule=schedule, after=NOW, count=count)
    ]


def test_a_date_off_is_left_out_and_can_be_taken_back(meeting):
    scheduling.cancel_date(meeting=meeting, day=dt.date(2026, 12, 1), note="holiday", **SAID)
    assert dates(meeting) == ["2026-11-25", "2026-12-09", "2026-12-16"]

    assert scheduling.forget_exceptions(meeting=meeting, **SAID) == 1

    assert dates(meeting)[1] == "2026-12-02"


def test_a_moved_date_is_where_it_was_moved_to(meeting):
    # Naive on purpose: a date and time on the meeting's own clock.
    to = dt.datetime(2026, 12, 3, 18, 0)  # noqa: DTZ001

    scheduling.move_date(meeting=meeting, day=dt.date(2026, 12, 1), to=to, note="", **SAID)

    assert dates(meeting) == ["2026-11-25", "2026-12-03", "2026-12-09"]


def test_a_pause_leaves_out_its_weeks_and_must_not_end_before_it_begins(meeting):
    first, last = dt.date(2026, 11, 28), dt.date(2026, 12, 10)

    with pytest.raises(scheduling.EndsBeforeItBegins):
        scheduling.pause(meeting=meeting, first=last, last=first, note="", **SAID)
    scheduling.pause(meeting=meeting, first=first, last=last, note="", **SAID)

    assert dates(meeting, 2) == ["2026-11-25", "2026-12-16"]


def test_a_rule_survives_the_next_reading_and_reaches_the_search(meeting, source, tmp_path):
    scheduling.set_rule(meeting=meeting, rule="FREQ=MONTHLY;BYDAY=1TU", anchor=None, **SAID)
    (tmp_path / "feed.json").write_text(json.dumps([{**ROW, "notes": "Ring twice."}]))

    assert bring(source).changed == 1

    kept = Meeting.objects.get()
    assert (kept.rule, kept.notes) == ("FREQ=MONTHLY;BYDAY=1TU", "Ring twice.")
    [document] = in_print_documents(now=NOW)
    assert document.occurrences is not None


@pytest.mark.parametrize(
    ("rule", "error"),
    [("FREQ=DAILY", scheduling.BadRule), ("FREQ=WEEKLY;INTERVAL=2", scheduling.NeedsAnchor)],
)
def test_a_rule_that_can_not_be_held_changes_nothing(meeting, rule, error):
    with pytest.raises(error):
        scheduling.set_rule(meeting=meeting, rule=rule, anchor=None, **SAID)

    assert Meeting.objects.get().decided == {}


def test_the_history_says_who_and_from_what_to_what(meeting):
    scheduling.set_rule(meeting=meeting, rule="FREQ=MONTHLY;BYDAY=1TU", anchor=None, **SAID)

    newest, first = changes_of(kind="meeting", object_key=meeting.pk)

    assert (newest.who, newest.fields) == (
        "operator alice",
        {"rule": ["", "FREQ=MONTHLY;BYDAY=1TU"]},
    )
    assert (first.deed, first.run.source.slug, first.fields["name"]) == (
        "added", "feed", [None, "Keep It Simple"],
    )  # fmt: skip


def test_what_goes_out_has_the_unknown_keys_and_none_of_the_private_ones(meeting):
    [row] = exported_rows()

    assert row["parking"] == "behind the church"
    assert (row["name"], row["day"], row["time"], row["types"]) == (
        "Keep It Simple",
        2,
        "19:00",
        ["O"],
    )
    assert "Bob" not in json.dumps(row)
    assert "loginname" not in json.dumps(row)
    assert "6175550100" not in json.dumps(row)


def test_what_went_out_comes_in_again_as_the_same_meeting(meeting, tmp_path):
    path = tmp_path / "exported.json"
    path.write_text(json.dumps(list(exported_rows())))
    other = Source.objects.create(name="Other", slug="other", address=str(path), created_at=NOW)

    bring(other)

    again = Meeting.objects.get(source=other)
    private = {"contacts", "extra", "slug"}
    before, after = (
        {k: v for k, v in m.facts.items() if k not in private} for m in (meeting, again)
    )
    assert after == before
    assert again.facts["extra"]["parking"] == "behind the church"
