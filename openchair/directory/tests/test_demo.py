"""`openchair demo`: the same invented fellowship on every machine, whole, and gone without a trace when removed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from openchair.cli import main
from openchair.directory.demo_fellowship import CITIES, demo_rows
from openchair.directory.models import Group, Meeting, Region, RuleProposal, ServiceBody, Venue
from openchair.directory.publishing import in_print_documents
from openchair.directory.tests.bringing import NOW, bring, row, source_named
from openchair.search.snapshot import Snapshot
from openchair.sources.models import Change, ImportRun, Source

FELLOWSHIPS = {"aa", "na", "ca", "ha", "secular"}


def test_the_rows_are_the_same_each_time():
    assert demo_rows() == demo_rows()


def test_nobody_is_behind_a_link_or_a_number_of_the_demo():
    for each in demo_rows():
        assert str(each.get("conference_url", "https://zoom.example.org/")).startswith("https://zoom.example.org/")  # fmt: skip
        assert str(each.get("conference_phone", "+16175550100")).startswith("+1617555")


@pytest.fixture
def demo(db: None, home: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The demo brought in, and what the command told."""
    assert main(["demo"]) == 0
    return capsys.readouterr().out


def test_every_row_of_the_demo_is_understood(demo: str):
    run = ImportRun.objects.get()

    assert run.problems == []
    assert run.counts["listings"] == len(demo_rows()) == Meeting.objects.count()
    assert "could not be read" not in demo


def test_the_demo_shows_what_there_is_to_show(demo: str):
    meetings = list(Meeting.objects.in_print())

    assert {meeting.fellowship for meeting in meetings} == FELLOWSHIPS
    assert {meeting.attendance for meeting in meetings} == {"in_person", "online", "hybrid", "inactive"}  # fmt: skip
    assert {meeting.day for meeting in meetings} == {0, 1, 2, 3, 4, 5, 6, None}
    assert {language for meeting in meetings for language in meeting.languages} >= {"en", "es", "fr"}  # fmt: skip
    assert len({meeting.time_zone for meeting in meetings}) == len({city.zone for city in CITIES})
    assert RuleProposal.objects.exists()
    assert min(Counter(meeting.fellowship for meeting in meetings).values()) >= 10


def test_irregular_meetings_of_the_demo_have_dates_to_come(demo: str):
    irregular = [each for each in in_print_documents(now=NOW) if each.occurrences is not None]

    assert len(irregular) >= 5
    assert all(each.occurrences for each in irregular)


def test_the_demo_is_searched_at_once(demo: str, home: Path):
    assert Snapshot.open(folder=home / "search").manifest.rows == Meeting.objects.count()


def test_a_second_time_nothing_changes(demo: str):
    before = list(Meeting.objects.order_by("pk").values())

    assert main(["demo"]) == 0

    assert list(Meeting.objects.order_by("pk").values()) == before


def test_removing_the_demo_leaves_nothing(demo: str, home: Path):
    assert main(["demo", "--remove"]) == 0

    for model in (Source, ImportRun, Change, Meeting, Venue, Group, Region, ServiceBody, RuleProposal):  # fmt: skip
        assert not model.objects.exists()
    assert not (home / "demo").exists()
    assert Snapshot.open(folder=home / "search").manifest.rows == 0


def test_removing_the_demo_leaves_what_is_real(demo: str, tmp_path: Path):
    bring(source_named("Area"), [row("Sunrise", regions=["MA", "Cambridge"])], tmp_path)

    main(["demo", "--remove"])

    assert Meeting.objects.get().slug == "sunrise"
    assert list(Region.objects.order_by("path").values_list("path", flat=True)) == ["ma", "ma/cambridge"]  # fmt: skip


def test_removing_what_is_not_there_is_no_fault(
    db: None, home: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["demo", "--remove"]) == 0
    assert "There is no demo here." in capsys.readouterr().out


def test_a_directory_with_sources_is_left_alone(db: None, home: Path, tmp_path: Path):
    bring(source_named("Area"), [row("Sunrise")], tmp_path)

    assert main(["demo", "--if-empty"]) == 0

    assert Source.objects.get().slug == "area"
