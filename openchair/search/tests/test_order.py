"""Which meeting comes first, and for how long it counts as the next."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec

from openchair.search.answering import answer
from openchair.search.query import Query
from openchair.search.tests.invented import build, ids_of
from openchair.search.tests.small import NOW, make_document

START = datetime(2026, 1, 15, 0, 0, tzinfo=UTC)  # of make_document's meeting


def first(snapshot, now):
    row = answer(snapshot=snapshot, query=Query(), now=now).rows[0]
    return msgspec.json.decode(row)["next_start"]


def test_a_meeting_is_next_until_ten_minutes_after_its_start(tmp_path):
    snapshot = build(tmp_path, [make_document("a")], built_at=NOW)

    assert first(snapshot, START + timedelta(minutes=10)) == "2026-01-15T00:00:00Z"
    assert first(snapshot, START + timedelta(minutes=11)) == "2026-01-22T00:00:00Z"


def test_no_group_is_always_first_among_those_of_one_start(tmp_path):
    snapshot = build(tmp_path, [make_document(f"m{n}") for n in range(5)], built_at=NOW)

    winners = Counter(
        ids_of(answer(snapshot=snapshot, query=Query(), now=NOW + timedelta(days=day)).rows)[0]
        for day in range(200)
    )

    assert len(winners) == 5


def test_closed_ones_and_those_without_a_time_come_last(tmp_path):
    documents = [
        make_document("closed", filters={"attendance": ["inactive"]}),
        make_document("by appointment", minute=None),
        make_document("in no zone", zone=""),
        make_document("in no such zone", zone="Mars/Olympus"),
        make_document("over", occurrences=()),
        make_document("next year", occurrences=(30_000_000,)),
        make_document("tonight"),
    ]
    snapshot = build(tmp_path, documents, built_at=NOW)

    ids = ids_of(answer(snapshot=snapshot, query=Query(), now=NOW).rows)

    assert ids[:2] == ["tonight", "next year"]
    assert len(ids) == 7
    in_a_window = Query(next_from=0, next_until=1 << 39)
    assert answer(snapshot=snapshot, query=in_a_window, now=NOW).total == 2


def test_an_exception_beats_the_week(tmp_path):
    """The first Wednesday of the month only: tonight is the second, the door is locked."""
    later = int((START + timedelta(days=21)).timestamp() // 60)
    documents = [make_document("rule", occurrences=(later,)), make_document("weekly")]
    snapshot = build(tmp_path, documents, built_at=NOW)

    within = Query(next_until=int((NOW + timedelta(days=7)).timestamp() // 60))

    assert ids_of(answer(snapshot=snapshot, query=within, now=NOW).rows) == ["weekly"]


def test_a_snapshot_is_stale_when_many_clocks_have_changed(tmp_path):
    documents = [make_document(f"m{n}") for n in range(10)]
    snapshot = build(tmp_path, documents, built_at=NOW)

    assert not snapshot.is_stale(NOW + timedelta(days=30))
    assert snapshot.is_stale(datetime(2026, 3, 20, tzinfo=UTC))


def test_a_meeting_in_a_zone_without_changes_never_makes_it_stale(tmp_path):
    documents = [make_document(f"m{n}", zone="America/Phoenix") for n in range(10)]
    snapshot = build(tmp_path, documents, built_at=NOW)

    assert not snapshot.is_stale(NOW + timedelta(days=300))
