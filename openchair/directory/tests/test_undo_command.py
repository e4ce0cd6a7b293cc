"""`openchair undo` and `openchair runs`: a run is listed, and taken back whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from openchair.cli import main
from openchair.directory.models import Meeting
from openchair.directory.tests.bringing import bring, directory, row, source_named
from openchair.search.snapshot import Snapshot
from openchair.sources.models import ImportRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def test_undo_takes_a_run_back_and_publishes(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
):
    source = source_named("Feed")
    bring(source, [row("Sunrise")], tmp_path)
    before = directory()
    outcome = bring(source, [row("Noon"), row("Sunrise", time="08:00")], tmp_path)

    code = main(["undo", str(outcome.run_id)])

    assert code == 0
    assert "2 meetings are as they were" in capsys.readouterr().out
    assert directory() == before
    assert Snapshot.open(folder=home / "search").manifest.rows == 1


def test_undo_in_the_wrong_order_says_what_to_type(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    source = source_named("Feed")
    first = bring(source, [row("Sunrise")], tmp_path)
    second = bring(source, [row("Sunrise", time="08:00")], tmp_path)

    code = main(["undo", str(first.run_id)])

    assert code == 2
    assert f"openchair undo {second.run_id}" in capsys.readouterr().err
    assert Meeting.objects.get().start_time.hour == 8  # type: ignore[union-attr]


def test_undo_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    outcome = bring(source_named("Feed"), [row("Sunrise")], tmp_path)
    main(["undo", str(outcome.run_id)])

    assert main(["undo", str(outcome.run_id)]) == 2
    assert "is undone" in capsys.readouterr().err


def test_undo_of_an_unknown_run_is_refused(capsys: pytest.CaptureFixture[str]):
    assert main(["undo", "99"]) == 2
    assert "There is no run 99." in capsys.readouterr().err


def test_runs_are_listed_with_their_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    bring(source_named("Feed"), [row("Sunrise", end_time="whenever")], tmp_path)

    code = main(["runs", "--problems"])

    out = capsys.readouterr().out
    assert code == 0
    assert (
        f"run {ImportRun.objects.get().pk} 2026-03-02 12:00 feed applied by Alice: added 1" in out
    )
    assert "row 1, end_time 'whenever'" in out


def test_a_meeting_is_back_in_print_when_the_run_that_made_it_a_copy_is_taken_back(
    tmp_path: Path,
):
    carrier = source_named("Carrier")
    bring(carrier, [row("Sunrise", url="https://home.example.org/sunrise")], tmp_path)
    home_source = source_named("Home", rank=1)
    url = {"url": "https://home.example.org/sunrise"}
    outcome = bring(home_source, [row("Sunrise", **url), row("Noon", **url)], tmp_path)
    assert Meeting.objects.get(source=carrier).state == "copy"

    main(["undo", str(outcome.run_id)])

    assert Meeting.objects.get(source=carrier).state == "in_print"
