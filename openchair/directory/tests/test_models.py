"""What must never be stored is refused by the database itself, whoever writes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, models, transaction

from openchair.directory.models import (
    ChangeReport,
    DuplicatePair,
    Group,
    InactivePeriod,
    Meeting,
    MeetingException,
    Region,
    RuleProposal,
    ServiceBody,
    Venue,
)
from openchair.directory.tests.page_meetings import NOW, meeting, source, venue
from openchair.sources.models import Change, ImportRun, Source

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)


def refuse(model: type[models.Model], /, **columns: object) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.create(**columns)


@pytest.mark.parametrize(
    "columns",
    [
        {"day": 7},
        {"day": None},
        {"start_time": None},
        {"time_zone": ""},
        {"duration_minutes": 0},
        {"duration_minutes": 1441},
        {"attendance": "by_post"},
        {"state": "lost"},
        {"state": "retired", "retired_at": None},
        {"merged_into_id": "sisters"},
        {"slug": "other"},
        {"source_key": "other"},
    ],
    ids=str,
)
def test_a_meeting_that_cannot_be_is_refused(columns: dict[str, object]):
    meeting("Other")
    sisters = meeting("Sisters")

    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=sisters.pk).update(**columns)


def test_a_meeting_by_appointment_needs_neither_day_nor_zone():
    meeting("Sisters", day=None, start_time=None, time_zone="")

    assert Meeting.objects.in_print().count() == 1


@pytest.mark.parametrize(
    "columns",
    [
        {"latitude": 90.1},
        {"longitude": -180.1},
        {"longitude": None},
        {"precision": "roughly"},
    ],
    ids=str,
)
def test_a_venue_off_the_map_is_refused(columns: dict[str, object]):
    hall = venue()

    with pytest.raises(IntegrityError), transaction.atomic():
        Venue.objects.filter(pk=hall.pk).update(**columns)


def test_two_of_what_there_is_once_are_refused():
    group = Group.objects.create(source=source(), key="g", name="Sisters")
    ServiceBody.objects.create(source=source(), source_key="1", name="Area")
    Region.objects.create(path="ma", name="Massachusetts")

    refuse(Group, source=group.source, key="g", name="Another")
    refuse(ServiceBody, source=source(), source_key="1", name="Another")
    refuse(Region, path="ma", name="Another")
    refuse(Venue, source=source(), digest=venue().digest)
    refuse(Source, name="Another", slug="office", address="x", created_at=NOW)


def test_what_says_nothing_is_refused():
    refuse(Region, path="", name="Nowhere")
    refuse(ChangeReport, meeting=meeting("Sisters"), text="", reported_on=DAY)
    refuse(Source, name="", slug="a", address="x", created_at=NOW)
    refuse(Source, name="A", slug="a", address="", created_at=NOW)


def test_dates_that_end_before_they_begin_are_refused():
    sisters = meeting("Sisters")

    refuse(InactivePeriod, meeting=sisters, first_date=DAY, last_date=DAY - dt.timedelta(days=1))
    refuse(MeetingException, meeting=sisters, date=DAY, moved_to_date=DAY)
    refuse(MeetingException, meeting=sisters, date=DAY, moved_to_time=dt.time(19))
    refuse(
        ImportRun,
        source=source(),
        who="Alice",
        state="applied",
        started_at=NOW,
        finished_at=NOW - dt.timedelta(seconds=1),
    )


def test_unknown_states_and_deeds_are_refused():
    one, two = sorted((meeting("One"), meeting("Two")), key=lambda each: each.pk)
    run = {"source": source(), "who": "Alice", "started_at": NOW, "finished_at": NOW}
    pair = {"first": one, "second": two, "score": 90, "reason": "same place"}

    refuse(ImportRun, **run, state="?")
    refuse(Change, who="Alice", at=NOW, kind="meeting", object_key="a", deed="eaten")
    refuse(RuleProposal, meeting=one, rule="FREQ=WEEKLY", evidence="x", state="?")
    refuse(ChangeReport, meeting=one, text="x", reported_on=DAY, state="?")
    refuse(DuplicatePair, **pair, state="?")
    refuse(DuplicatePair, **{**pair, "score": 101})
    refuse(DuplicatePair, **{**pair, "first": two, "second": one})


def test_a_hall_stays_while_a_meeting_is_in_it():
    sisters = meeting("Sisters")
    assert sisters.venue is not None

    with pytest.raises(models.ProtectedError):
        sisters.venue.delete()
