"""`openchair import` and `openchair refresh`, as a web servant types them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openchair.cli import main
from openchair.directory import publishing
from openchair.directory.models import Meeting
from openchair.directory.tests.bringing import directory, row
from openchair.directory.tests.feed_server import Feed, serving
from openchair.search.snapshot import Snapshot
from openchair.sources.models import Change, ImportRun, Source

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

ISSUE_KEYS = {
    "format", "rows", "listings", "meetings", "problems", "problems_by_kind", "added", "changed", "unchanged", "retired", "held",
}  # fmt: skip
OUR_KEYS = {"state", "reason", "run"}
ROWS = [row(name) for name in ("Sunrise", "Noon", "Sunset", "Night", "Dawn")]

Write = Callable[[list[dict[str, object]]], str]
Told = tuple[int, dict[str, object]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(rows: list[dict[str, object]]) -> str:
        path = tmp_path / "area.json"
        path.write_text(json.dumps(rows), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def run_json(capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    def run_json(*words: str) -> Told:
        code = main([*words, "--json"])
        (line,) = capsys.readouterr().out.splitlines()
        return code, json.loads(line)

    return run_json


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Feed]:
    with serving() as feed:
        monkeypatch.setenv("FETCH_PRIVATE_NETWORKS", "127.0.0.0/8")
        monkeypatch.setenv("FETCH_PORTS", str(feed.port))
        yield feed


def counts(told: dict[str, object]) -> tuple[object, ...]:
    return tuple(told[name] for name in ("added", "changed", "unchanged", "retired", "held"))


def test_a_file_comes_in_and_is_summed_up(write: Write, capsys: pytest.CaptureFixture[str]):
    code = main(["import", write(ROWS)])

    out = capsys.readouterr().out
    assert code == 0
    assert "area: 5 rows as meeting-guide, 5 read, 5 meetings." in out
    assert "added 5, changed 0, unchanged 0, retired 0" in out
    assert f"openchair undo {ImportRun.objects.get().pk}" in out


def test_what_came_in_can_be_searched(write: Write, home: Path):
    main(["import", write(ROWS)])

    assert Snapshot.open(folder=home / "search").manifest.rows == 5


def test_json_is_one_object_with_the_keys_that_are_promised(
    write: Write, run_json: Callable[..., Told]
):
    rows = [*ROWS, row("Odd", time="sevenish", slug="odd"), {"notes": "Ring twice."}]

    code, told = run_json("import", write(rows))

    assert code == 0
    assert told.keys() == ISSUE_KEYS | OUR_KEYS
    assert (told["rows"], told["listings"], told["meetings"]) == (7, 6, 6)
    assert counts(told) == (6, 0, 0, 0, False)
    problems: list[dict[str, object]] = told["problems"]  # type: ignore[assignment]
    assert all(each.keys() == {"row", "field", "value", "reason", "kind"} for each in problems)
    assert {(each["row"], each["field"], each["value"]) for each in problems} >= {
        (6, "time", "sevenish")
    }
    assert sum(told["problems_by_kind"].values()) == len(problems)  # type: ignore[attr-defined]


def test_a_row_on_three_days_makes_three_meetings(write: Write, run_json: Callable[..., Told]):
    _, told = run_json("import", write([row("Sunrise", day=[1, 3, 5])]))

    assert (told["rows"], told["listings"], told["meetings"], told["added"]) == (1, 1, 3, 3)


def test_the_same_file_again_changes_nothing(write: Write, run_json: Callable[..., Told]):
    _, first = run_json("import", write(ROWS))
    before = directory()

    code, told = run_json("import", write(ROWS))

    assert code == 0
    assert counts(told) == (0, 0, 5, 0, False)
    assert (told["rows"], told["format"]) == (5, first["format"])
    assert directory() == before


def test_a_changed_file_changes_only_what_changed(write: Write):
    main(["import", write([row("Sunrise", day=[1, 3]), *ROWS[1:]])])
    Change.objects.all().delete()
    rows = [
        row("Sunrise", day=[1, 3]),
        {**ROWS[1], "time": "12:30"},
        *ROWS[2:4],
        row("New"),
    ]

    code = main(["import", write(rows)])

    assert code == 0
    assert sorted(Change.objects.values_list("deed", "fields__start")) == [
        ("added", [None, 1140]),
        ("changed", [1140, 750]),
        ("retired", None),
    ]
    run = ImportRun.objects.latest("pk")
    assert {name: run.counts[name] for name in ("added", "changed", "unchanged", "retired")} == {
        "added": 1,
        "changed": 1,
        "unchanged": 4,
        "retired": 1,
    }


@pytest.mark.parametrize("name", [[], ["--name", "Never Heard Of"]], ids=["by file", "by name"])
def test_a_dry_run_leaves_nothing(write: Write, run_json: Callable[..., Told], name: list[str]):
    code, told = run_json("import", write(ROWS), "--dry-run", *name)

    assert code == 0
    assert counts(told) == (5, 0, 0, 0, False)
    assert told["run"] is None
    assert not Source.objects.exists()
    assert not ImportRun.objects.exists()
    assert not Meeting.objects.exists()
    assert not Change.objects.exists()


def test_a_dry_run_of_a_known_source_tells_what_would_change(
    write: Write, run_json: Callable[..., Told]
):
    run_json("import", write(ROWS))
    before, known = directory(), Source.objects.values().get()

    code, told = run_json("import", write(ROWS[1:]), "--dry-run", "--fellowship", "na")

    assert code == 0
    assert counts(told) == (0, 4, 0, 1, False)
    assert directory() == before
    assert Source.objects.values().get() == known
    assert ImportRun.objects.count() == 1


def test_a_dry_run_says_that_it_only_looked(write: Write, capsys: pytest.CaptureFixture[str]):
    main(["import", write(ROWS), "--dry-run"])

    assert "Only looked: nothing was changed." in capsys.readouterr().out


def test_a_file_that_would_retire_much_waits_for_a_person(
    write: Write, run_json: Callable[..., Told]
):
    run_json("import", write(ROWS))
    before = directory()

    code, told = run_json("import", write(ROWS[:2]))

    assert code == 3
    assert counts(told) == (0, 0, 2, 3, True)
    assert told["state"] == "held"
    assert "--accept" in str(told["reason"])
    assert directory() == before

    code, told = run_json("import", write(ROWS[:2]), "--accept")

    assert code == 0
    assert counts(told) == (0, 0, 2, 3, False)
    assert Meeting.objects.in_print().count() == 2


def test_what_is_held_is_held_again_when_asked_again(write: Write, run_json: Callable[..., Told]):
    run_json("import", write(ROWS))

    for _ in range(2):
        code, _told = run_json("import", write(ROWS[:2]))
        assert code == 3
        code, _told = run_json("refresh")
        assert code == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "can't be read: No such file", id="missing"),
        pytest.param(b"%PDF-1.7 ...", "This is a PDF", id="a PDF"),
        pytest.param(b'[{"name": "Cut', "not whole JSON", id="broken off"),
        pytest.param(b"", ".", id="empty"),
        pytest.param(b"\x00\x01\x02" * 99, ".", id="noise"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(
    content: bytes | None, words: str, tmp_path: Path, run_json: Callable[..., Told]
):
    path = tmp_path / "area.json"
    if content is not None:
        path.write_bytes(content)

    code, told = run_json("import", str(path))

    assert code == 2
    assert told["state"] == "failed"
    assert words in str(told["reason"])
    assert told.keys() == ISSUE_KEYS | OUR_KEYS
    # A slip of the pen must not be asked again at every refresh.
    assert not Source.objects.exists()


def test_a_known_source_that_breaks_stays_as_it_was(
    write: Write, tmp_path: Path, run_json: Callable[..., Told]
):
    address = write(ROWS)
    run_json("import", address, "--name", "Area")
    before = directory()

    code, _ = run_json("import", str(tmp_path / "typo.json"), "--name", "Area")

    assert code == 2
    assert directory() == before
    assert Source.objects.get().address == address
    assert ImportRun.objects.latest("pk").state == "failed"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--format", "docx"], "There is no format 'docx'. Known are: auto, meeting-guide"),
        (["--fellowship", "xyz"], "There is no fellowship 'xyz'. Known are: aa, "),
        (["--timezone", "Mars/Base"], "There is no time zone 'Mars/Base'. Use a name such as"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_does_not_exist_is_said_in_plain_words(
    write: Write, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
):
    code = main(["import", write(ROWS), *words])

    told = capsys.readouterr()
    assert code == 2
    assert sentence in told.err
    assert told.out == ""
    assert not Source.objects.exists()


def test_what_the_rows_leave_open_is_told_with_the_source(write: Write):
    rows = [{**ROWS[0], "timezone": None, "latitude": None, "longitude": None}]

    main(["import", write(rows), "--fellowship", "NA", "--timezone", "America/Denver", "--rank", "7"])  # fmt: skip

    meeting = Meeting.objects.get()
    assert (meeting.fellowship, meeting.time_zone, meeting.source.rank) == (
        "na",
        "America/Denver",
        7,
    )


def test_the_same_file_read_another_way_is_read_anew(write: Write, run_json: Callable[..., Told]):
    run_json("import", write(ROWS), "--fellowship", "aa")

    _, told = run_json("import", write(ROWS), "--fellowship", "na")

    assert told["changed"] == 5


def test_the_same_address_without_a_name_is_the_same_source(
    write: Write, run_json: Callable[..., Told]
):
    run_json("import", write(ROWS), "--name", "Our Area")

    _, told = run_json("import", write(ROWS))

    assert Source.objects.get().slug == "our-area"
    assert told["unchanged"] == 5


def test_a_folder_without_meetings_is_refused(tmp_path: Path, run_json: Callable[..., Told]):
    code, told = run_json("import", str(tmp_path))

    assert code == 2
    assert "no meetings.json" in str(told["reason"])


def test_a_feed_over_the_web_is_not_sent_again_while_it_is_unchanged(
    feed: Feed, run_json: Callable[..., Told]
):
    feed.rows = ROWS
    code, told = run_json("import", feed.address, "--name", "Area")
    assert (code, told["added"]) == (0, 5)
    assert Source.objects.get().etag != ""

    code, told = run_json("refresh")

    assert (code, told["source"], told["state"], told["unchanged"]) == (0, "area", "unchanged", 5)
    assert (feed.asked, feed.sent) == (2, 1)


def test_a_changed_feed_is_brought_in_by_a_refresh(feed: Feed, run_json: Callable[..., Told]):
    feed.rows = ROWS
    run_json("import", feed.address, "--name", "Area")
    feed.rows = [{**ROWS[0], "time": "08:00"}, *ROWS[1:]]

    code, told = run_json("refresh", "area")

    assert (code, told["changed"], told["unchanged"]) == (0, 1, 4)


def test_an_unchanged_feed_is_asked_for_whole_when_it_is_to_be_read_another_way(
    feed: Feed, run_json: Callable[..., Told]
):
    feed.rows = ROWS
    run_json("import", feed.address, "--name", "Area")

    _, told = run_json("import", feed.address, "--name", "Area", "--fellowship", "na")

    assert told["changed"] == 5
    assert feed.sent == 2


def test_a_private_address_is_refused(
    feed: Feed, run_json: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("FETCH_PRIVATE_NETWORKS")

    code, told = run_json("import", feed.address)

    assert code == 2
    assert "not on the public internet" in str(told["reason"])
    assert feed.asked == 0


def test_one_broken_source_does_not_stop_the_others(
    feed: Feed, write: Write, capsys: pytest.CaptureFixture[str]
):
    feed.rows = ROWS
    main(["import", feed.address, "--name", "First", "--rank", "1"])
    main(["import", write([row("Other")]), "--name", "Second", "--rank", "2"])
    feed.status = 500
    write([row("Other", time="20:00")])
    capsys.readouterr()

    code = main(["refresh", "--json"])

    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 2
    assert [(each["source"], each["state"]) for each in told] == [
        ("first", "failed"),
        ("second", "applied"),
    ]
    assert Meeting.objects.in_print().count() == 6


def test_refresh_returns_the_gravest_of_its_codes(
    feed: Feed, write: Write, capsys: pytest.CaptureFixture[str]
):
    feed.rows = ROWS
    main(["import", feed.address, "--name", "First"])
    main(["import", write(ROWS), "--name", "Second"])
    feed.status = 500
    write(ROWS[:1])

    assert main(["refresh"]) == 3


def test_refresh_of_an_unknown_source_is_refused(capsys: pytest.CaptureFixture[str]):
    assert main(["refresh", "nobody"]) == 2
    assert "There is no source nobody." in capsys.readouterr().err


def test_what_could_not_be_published_is_published_by_the_next_run(
    write: Write, home: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(**_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(publishing, "build_snapshot", full)
    with pytest.raises(OSError, match="the disk is full"):
        main(["import", write(ROWS)])
    monkeypatch.undo()

    assert main(["import", write(ROWS)]) == 0
    assert Snapshot.open(folder=home / "search").manifest.rows == 5


@pytest.mark.parametrize("ports", ["", "80", "80,443"])
def test_a_port_that_was_not_opened_is_refused(
    feed: Feed, ports: str, run_json: Callable[..., Told], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("FETCH_PORTS", ports) if ports else monkeypatch.delenv("FETCH_PORTS")

    code, told = run_json("import", feed.address)

    assert code == 2
    assert f"can't be asked on port {feed.port}" in str(told["reason"])
