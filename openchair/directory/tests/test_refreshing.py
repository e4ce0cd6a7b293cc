from __future__ import annotations

from pathlib import Path

import pytest

from openchair.cli import main
from openchair.directory import importing_sources
from openchair.directory.models import Meeting
from openchair.directory.tests.bringing import bring, row, source_named

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def test_a_fault_of_ours_in_one_source_does_not_leave_the_others_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    one, two = source_named("One", rank=1), source_named("Two", rank=2)
    bring(one, [row("Sunrise")], tmp_path)
    bring(two, [row("Noon")], tmp_path)
    for name in ("one", "two"):
        path = tmp_path / f"{name}.json"
        path.write_text(path.read_text().replace("19:00", "20:00"))
    original = importing_sources.prepare

    def prepare(**arguments: object) -> object:
        if arguments["source"] == one:
            raise ZeroDivisionError
        return original(**arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(importing_sources, "prepare", prepare)
    code = main(["refresh"])

    told = capsys.readouterr()
    assert code == 2
    assert "one: a fault in Openchair stopped this one. Nothing was changed." in told.err
    assert {m.slug: f"{m.start_time:%H}" for m in Meeting.objects.all()} == {
        "sunrise": "19",
        "noon": "20",
    }
