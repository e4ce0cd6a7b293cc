"""Every real file comes in whole: nothing crashes, nothing is lost in silence, and a second time nothing changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openchair.directory import importing_sources
from openchair.directory.importing_sources import Outcome, Prepared, Tools, import_source
from openchair.directory.models import Meeting
from openchair.directory.publishing import in_print_documents
from openchair.directory.tests.bringing import source_named
from openchair.places.gazetteer import Gazetteer
from openchair.search.manifest import read_current_name, read_manifest

DATA = Path(__file__).parents[4] / "shared" / "data"
SOURCES = [*sorted((DATA / "meetings").glob("*")), DATA / "bmlt"]
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real files are not beside the repository"),
]


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[Prepared]:
    """What each import made of the rows, before it was written."""
    seen: list[Prepared] = []
    original = importing_sources.prepare

    def watched(**arguments: object) -> Prepared:
        seen.append(original(**arguments))  # type: ignore[arg-type]
        return seen[-1]

    monkeypatch.setattr(importing_sources, "prepare", watched)
    return seen


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_real_file_comes_in_and_a_second_time_changes_nothing(
    path: Path,
    gazetteer: Gazetteer,
    home: Path,
    prepared: list[Prepared],
    record_property: Callable[[str, object], None],
):
    source = source_named(path.stem, address=str(path), fellowship="", time_zone="")
    tools = Tools(gazetteer=gazetteer)

    first = import_source(source=source, tools=tools, now=NOW, who="Alice")
    before = dict(Meeting.objects.values_list("pk", "facts"))
    second = import_source(source=source, tools=tools, now=NOW, who="Alice")
    # Told to accept, it does not stop at the bytes being the same, but reads and compares every row anew.
    third = import_source(source=source, tools=tools, now=NOW, who="Alice", accept=True)

    record_property("table: real files brought in", table_row(path, first))
    assert first.state == "applied"
    assert_nothing_is_lost(first, prepared[0])
    assert first.added == first.meetings == len(before)
    for again in (second, third):
        assert (again.state, again.format) == ("unchanged", first.format)
        assert (again.rows, again.listings, again.meetings) == (
            first.rows,
            first.listings,
            first.meetings,
        )
        assert (again.added, again.changed, again.retired) == (0, 0, 0)
        assert again.unchanged == first.meetings
        assert again.problems == first.problems
    assert dict(Meeting.objects.values_list("pk", "facts")) == before
    assert_all_in_print_is_found(home)


def assert_nothing_is_lost(outcome: Outcome, prepared: Prepared) -> None:
    read = {listing.row for listing in prepared.listings}
    unreadable = [problem.row for problem in outcome.problems if problem.is_fatal and problem.row]
    assert sorted([*read, *unreadable]) == list(range(1, outcome.rows + 1))
    assert outcome.listings == len(read)
    assert outcome.rows == outcome.listings + len(unreadable)
    assert outcome.meetings >= outcome.listings


def assert_all_in_print_is_found(home: Path) -> None:
    folder = home / "search"
    manifest = read_manifest(folder=folder / read_current_name(folder=folder))
    assert manifest.rows == Meeting.objects.in_print().count()
    assert manifest.rows == sum(1 for _ in in_print_documents(now=NOW))


def table_row(path: Path, outcome: Outcome) -> str:
    kinds = Counter(problem.kind for problem in outcome.problems).most_common()
    return (
        f"{path.name:40} {outcome.format:14} rows {outcome.rows:5} listings {outcome.listings:5} "
        f"meetings {outcome.meetings:5}  " + ", ".join(f"{kind} {count}" for kind, count in kinds)
    )
