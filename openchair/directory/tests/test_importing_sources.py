"""What an import does from the first byte to the last row: all of it, or nothing."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from openchair.directory import importing_sources, keeping, publishing
from openchair.directory.importing_sources import Outcome
from openchair.directory.models import Group, Meeting, Region, ServiceBody, Venue
from openchair.directory.tests import bringing
from openchair.directory.tests.bringing import NOW, TOOLS, row, source_named
from openchair.lib.fetching import CannotFetch, Fetched
from openchair.search.documents import Document
from openchair.sources import applying
from openchair.sources.models import Change, ImportRun, Source

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
LATER = NOW + dt.timedelta(hours=1)
Feed = list[dict[str, object]]


def office() -> Source:
    return Source.objects.filter(slug="office").first() or source_named("Office")


def bring(folder: Path, feed: Feed, **options: object) -> Outcome:
    return bringing.bring(office(), feed, folder, **options)


def refresh(source: Source, **options: object) -> Outcome:
    source.refresh_from_db()
    return importing_sources.import_source(
        source=source,
        tools=TOOLS,
        **{"now": LATER, "who": "Alice", **options},  # type: ignore[arg-type]
    )


def rows(count: int) -> Feed:
    return [row(f"m{number}", day=number % 7) for number in range(count)]


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.added, outcome.changed, outcome.unchanged, outcome.retired


def documents() -> dict[str, Document]:
    return {document.name: document for document in publishing.in_print_documents(now=NOW)}


def test_a_row_on_three_days_makes_three_meetings(tmp_path: Path):
    outcome = bring(tmp_path, [row("Sisters", day=[1, 3, 5])])

    assert (outcome.state, outcome.rows, outcome.listings, outcome.meetings) == ("applied", 1, 1, 3)
    assert sorted(Meeting.objects.values_list("day", flat=True)) == [1, 3, 5]


def test_the_same_file_changes_nothing(tmp_path: Path):
    bring(tmp_path, rows(5))
    before, told = bringing.directory(), bringing.history()

    outcome = bring(tmp_path, rows(5), now=LATER)

    assert (outcome.state, counts(outcome)) == ("unchanged", (0, 0, 5, 0))
    assert (bringing.directory(), bringing.history()) == (before, told)


def test_the_same_rows_in_other_bytes_change_nothing(tmp_path: Path):
    bring(tmp_path, rows(5))
    before, told = bringing.directory(), bringing.history()

    outcome = bring(tmp_path, [dict(reversed(each.items())) for each in reversed(rows(5))])

    assert counts(outcome) == (0, 0, 5, 0)
    assert (bringing.directory(), bringing.history()) == (before, told)


def test_the_same_rows_written_otherwise_are_not_brought_into_normal_form_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    feed = [row("A", time="half past"), *rows(5)]
    first = bring(tmp_path, feed)
    monkeypatch.setattr(importing_sources, "prepare", None)
    text = json.dumps([dict(reversed(each.items())) for each in feed], indent=1)
    (tmp_path / "office.json").write_text(text)

    outcome = refresh(office())

    assert (outcome.state, counts(outcome)) == ("unchanged", (0, 0, 6, 0))
    assert outcome.problems == first.problems != []


def test_rows_that_no_digest_can_be_made_of_still_come_in(tmp_path: Path):
    (tmp_path / "office.json").write_text(
        '[{"name": "A \\ud800", "day": 1, "time": "19:00", "x": 1e999, "y": %s}]' % ("9" * 400)
    )
    source = source_named("Office", address=str(tmp_path / "office.json"))

    assert refresh(source).added == 1
    assert refresh(source, accept=True).unchanged == 1


def test_a_changed_row_changes_its_meeting_alone(tmp_path: Path):
    bring(tmp_path, rows(5))

    outcome = bring(tmp_path, [row("m0", day=0, time="18:30"), *rows(5)[1:]], now=LATER)

    assert counts(outcome) == (0, 1, 4, 0)
    changed = Meeting.objects.get(updated_at=LATER)
    assert (changed.slug, changed.start_time) == ("m0", dt.time(18, 30))


def test_losing_much_waits_and_changes_nothing(tmp_path: Path):
    bring(tmp_path, rows(20))
    before = bringing.directory()

    outcome = bring(tmp_path, rows(20)[5:], now=LATER)

    assert (outcome.state, outcome.is_held, outcome.retired) == ("held", True, 5)
    assert "--accept" in outcome.reason
    assert bringing.directory() == before
    assert len(documents()) == 20


def test_what_waits_still_waits_the_next_night(tmp_path: Path):
    bring(tmp_path, rows(20))
    bring(tmp_path, rows(20)[5:])

    assert bring(tmp_path, rows(20)[5:]).state == "held"


def test_what_waits_is_applied_once_accepted(tmp_path: Path):
    bring(tmp_path, rows(20))
    bring(tmp_path, rows(20)[5:])

    outcome = bring(tmp_path, rows(20)[5:], accept=True)

    assert (outcome.state, outcome.retired) == ("applied", 5)
    assert len(documents()) == 15


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"<html><body>404</body></html>", b"\0\1\2"])
def test_a_feed_that_broke_changes_nothing(tmp_path: Path, data: bytes):
    bring(tmp_path, rows(5))
    before = bringing.directory()
    (tmp_path / "office.json").write_bytes(data)

    outcome = refresh(office())

    assert outcome.state in {"failed", "held"}
    assert outcome.reason.endswith(".")
    assert bringing.directory() == before
    assert len(documents()) == 5


def test_a_file_that_is_gone_changes_nothing(tmp_path: Path):
    bring(tmp_path, rows(5))
    (tmp_path / "office.json").unlink()

    outcome = refresh(office())

    assert outcome.state == "failed"
    assert "office.json" in outcome.reason
    assert len(documents()) == 5
    assert ImportRun.objects.latest("pk").state == "failed"


# Each is a moment at which a power cut would leave something half done.
@pytest.mark.parametrize(
    ("module", "name"),
    [(applying, "_record"), (keeping, "keep_regions"), (importing_sources, "settle_copies")],
    ids=["at the history", "at the regions", "at the very end"],
)
def test_a_run_that_dies_midway_changes_nothing_and_the_next_makes_up_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, name: str
):
    bring(tmp_path, rows(10))
    before, told = bringing.directory(), bringing.history()
    feed = [row("New", location="Elsewhere", region="Far"), *rows(10)[1:]]

    def die(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, name, die)
        with pytest.raises(KeyboardInterrupt):
            bring(tmp_path, feed)

    assert (bringing.directory(), bringing.history()) == (before, told)
    assert ImportRun.objects.count() == 1
    assert counts(bring(tmp_path, feed)) == (1, 0, 9, 1)


def test_looking_only_writes_nothing(tmp_path: Path):
    bring(tmp_path, rows(5))
    before = bringing.directory()

    outcome = bring(tmp_path, rows(6), dry_run=True)

    assert counts(outcome) == (1, 0, 5, 0)
    assert bringing.directory() == before
    assert ImportRun.objects.count() == 1
    assert counts(bring(tmp_path, rows(6))) == (1, 0, 5, 0)


def test_what_cannot_be_read_is_told_and_the_rest_comes_in(tmp_path: Path):
    outcome = bring(tmp_path, [{"notes": "Only words."}, row("A", time="half past"), row("B")])

    fatal = [problem for problem in outcome.problems if problem.is_fatal]
    assert (outcome.rows, outcome.listings, len(fatal)) == (3, 2, 1)
    assert {problem.row for problem in outcome.problems} == {1, 2}


def test_an_unchanged_file_still_tells_what_could_not_be_read(tmp_path: Path):
    feed = [row("A", time="half past"), row("B")]
    first = bring(tmp_path, feed)

    again = bring(tmp_path, feed)

    assert again.problems == first.problems != []
    assert (again.rows, again.listings, again.meetings) == (2, 2, 2)


def test_the_same_meeting_has_the_same_id_on_another_installation(tmp_path: Path):
    bring(tmp_path, rows(3))
    before = set(Meeting.objects.values_list("pk", flat=True))
    keeping.remove_source(source=office())

    bring(tmp_path, rows(3))

    assert set(Meeting.objects.values_list("pk", flat=True)) == before


def test_a_time_without_a_zone_gets_the_sites_own(tmp_path: Path, settings: Settings):
    settings.SITE_TIME_ZONE = "Europe/Paris"
    source_named("Office", time_zone="")

    bring(tmp_path, [{"name": "Sisters", "slug": "sisters", "day": 1, "time": "19:00"}])

    assert Meeting.objects.get().time_zone == "Europe/Paris"


def test_what_a_person_decided_outlives_every_refresh(tmp_path: Path):
    bring(tmp_path, [row("A"), row("B")])
    meeting = Meeting.objects.get(slug="a")
    meeting.decided = {"rule": "FREQ=MONTHLY;BYDAY=1MO"}
    keeping.derive_again(meeting=meeting, now=NOW)

    bring(tmp_path, [row("A", notes="Ring twice."), row("B")])

    meeting.refresh_from_db()
    assert (meeting.rule, meeting.notes) == ("FREQ=MONTHLY;BYDAY=1MO", "Ring twice.")


def test_contact_people_are_kept_and_never_go_out(tmp_path: Path):
    person = {"contact_1_name": "Kim Secret", "contact_1_phone": "+12025550199"}

    bring(tmp_path, [row("A", group="Sisters", **person)])

    assert Group.objects.get().contacts[0]["name"] == "Kim Secret"
    shown = repr(documents()["A"])
    assert "Secret" not in shown
    assert "0199" not in shown


MEETING_OF_A_SERVER = {
    "id_bigint": "7", "worldid_mixed": "", "service_body_bigint": "2", "weekday_tinyint": "3", "venue_type": "1",
    "start_time": "19:00:00", "duration_time": "01:00:00", "formats": "", "lang_enum": "en", "longitude": "-71.1",
    "latitude": "42.3", "meeting_name": "Clean Start", "location_text": "Hall", "location_street": "1 Elm St",
    "location_municipality": "Cambridge", "location_province": "MA", "published": "1", "format_shared_id_list": "",
}  # fmt: skip


def test_a_server_comes_in_with_its_service_bodies(tmp_path: Path):
    folder = tmp_path / "server"
    folder.mkdir()
    bodies = [
        {"id": "1", "parent_id": "0", "name": "Region", "type": "RS"},
        {"id": "2", "parent_id": "1", "name": "Area", "type": "AS"},
    ]
    lists = {"meetings": [MEETING_OF_A_SERVER], "formats": [], "service_bodies": bodies}
    for name, value in lists.items():
        (folder / f"{name}.json").write_text(json.dumps(value))

    outcome = refresh(source_named("Server", address=str(folder), fellowship="na"))

    assert (outcome.state, outcome.format) == ("applied", "bmlt")
    area = ServiceBody.objects.select_related("parent").get(name="Area")
    assert area.parent is not None
    assert area.parent.name == "Region"
    assert documents()["Clean Start"].filters["body"] == [str(area.parent.pk), str(area.pk)]


def bodies_of(*names: str) -> Feed:
    return [{"id": str(n), "parent_id": "0", "name": name, "type": "AS"} for n, name in enumerate(names, 1)]  # fmt: skip


def test_a_service_body_is_kept_up_to_date_though_no_meeting_changes(tmp_path: Path):
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / "meetings.json").write_text(json.dumps([MEETING_OF_A_SERVER]))
    (folder / "service_bodies.json").write_text(json.dumps(bodies_of("Gone", "Area", "Other")))
    source = source_named("Server", address=str(folder), fellowship="na")
    refresh(source)
    (folder / "service_bodies.json").write_text(json.dumps(bodies_of("New", "Area")))

    outcome = refresh(source)

    assert (outcome.state, outcome.unchanged) == ("unchanged", 1)
    names = ServiceBody.objects.order_by("source_key").values_list("name", flat=True)
    assert list(names) == ["New", "Area"]


def answering(monkeypatch: pytest.MonkeyPatch, feed: Feed) -> list[str]:
    """Let every address answer with `feed` under the etag "1", and return the etags as they are sent."""
    sent: list[str] = []

    def fetch(*, url: str, etag: str, last_modified: str, limits: object) -> Fetched:
        sent.append(etag)
        is_known = etag == '"1"'
        return Fetched(
            status="unchanged" if is_known else "new",
            body=b"" if is_known else json.dumps(feed).encode(),
            etag='"1"',
            last_modified="",
            final_url=url,
            content_type="application/json",
        )

    monkeypatch.setattr(importing_sources, "fetch", fetch)
    return sent


def web_source() -> Source:
    return source_named("Web", address="https://office.example.org/feed.json")


def test_an_address_is_asked_only_for_news(monkeypatch: pytest.MonkeyPatch):
    sent = answering(monkeypatch, rows(3))
    source = web_source()

    first, second = refresh(source, now=NOW), refresh(source)

    assert sent == ["", '"1"']
    assert (first.added, second.state, second.unchanged) == (3, "unchanged", 3)
    source.refresh_from_db()
    assert source.refreshed_at == LATER


def test_another_reading_of_the_same_answer_is_read_anew(monkeypatch: pytest.MonkeyPatch):
    sent = answering(monkeypatch, [row("A")])
    source = web_source()
    refresh(source)
    Source.objects.update(fellowship="secular")

    outcome = refresh(source)

    assert sent == ["", ""]
    assert outcome.changed == 1
    assert Meeting.objects.get().fellowship == "secular"


def test_an_address_that_does_not_answer_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    answering(monkeypatch, rows(3))
    source = web_source()
    refresh(source)

    def fail(**options: object) -> Fetched:
        raise CannotFetch("The server did not answer within 60 seconds.")

    monkeypatch.setattr(importing_sources, "fetch", fail)
    outcome = refresh(source)

    assert (outcome.state, len(documents())) == ("failed", 3)
    assert ImportRun.objects.latest("pk").reason == "The server did not answer within 60 seconds."


def test_no_row_costs_a_query_of_its_own(tmp_path: Path):
    def queries(count: int, name: str) -> int:
        feed = [row(f"{name} {n}", city=f"Town {n}", group=f"Group {n}") for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            bringing.bring(source_named(name), feed, tmp_path)
        return len(captured)

    few, many = queries(10, "Few"), queries(200, "Many")

    # SQLite takes some hundred values a statement, so that many rows need a few statements more.
    assert many - few < 190 / 5
    assert Venue.objects.count() == 210
    assert Region.objects.count() == 0
    assert Change.objects.count() == 210
