from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openchair.search import facets, ordering
from openchair.search.answering import answer
from openchair.search.tests.invented import NOWS, SCHEMA, build, collections, ids_of, queries
from openchair.search.tests.plain_search import LATEST, PlainSearch, metres, minute_of, next_start

QUICK = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
# How long a snapshot is in use before the question: a minute, or over several changes of clocks.
AGES = st.sampled_from([0, 1, 600, 3 * 1440, 7 * 1440, 200 * 1440]) | st.integers(0, 20000)


@st.composite
def cases(draw: st.DrawFn):
    now = draw(NOWS)
    return now, draw(collections(now)), [draw(queries(now)) for _ in range(6)], draw(AGES)


@pytest.fixture(params=["as it is", "as if all were many"], autouse=True)
def size(request, monkeypatch):
    """Few rows are sorted and counted in one go, many along what was prepared; both must give the
    same.
    """
    if request.param != "as it is":
        monkeypatch.setattr(ordering, "_FEW", 0)
        monkeypatch.setattr(ordering, "_FEW_STRAYS", -1)
        monkeypatch.setattr(facets, "NARROW", -1)


@QUICK
@given(cases())
def test_every_answer_is_that_of_a_plain_search(case):
    now, documents, questions, age = case
    plain = PlainSearch(documents, SCHEMA)

    with tempfile.TemporaryDirectory() as folder:
        snapshot = build(Path(folder), documents, built_at=now - timedelta(minutes=age))
        for query in questions:
            found = answer(snapshot=snapshot, query=query, now=now)

            expected = plain.answer(query, now=now)
            assert found.total == len(expected)
            assert ids_of(found.rows) == [entry.id for entry in expected[: query.limit]], query
            assert (found.next_cursor is not None) == (len(expected) > query.limit)
            for row, document in zip(found.rows, expected, strict=False):
                assert_members(msgspec.json.decode(row), document, query, now)
            if query.facets:
                counts = {name: dict(values) for name, values in found.facets.items()}
                assert counts == plain.facets(query, now=minute_of(now))


def assert_members(shown, document, query, now):
    start = next_start(document, now=minute_of(now))
    expected = (
        None if start == LATEST else f"{datetime.fromtimestamp(start * 60, UTC):%Y-%m-%dT%H:%M:%SZ}"
    )
    assert shown["next_start"] == expected
    if query.near is not None:
        far = metres(document, query.near)
        if far == LATEST:
            assert shown["distance_km"] is None
        else:
            assert abs(shown["distance_km"] - far / 1000) <= 0.05


@QUICK
@given(cases())
def test_pages_together_are_the_whole_answer(case):
    now, documents, questions, age = case
    plain = PlainSearch(documents, SCHEMA)

    with tempfile.TemporaryDirectory() as folder:
        snapshot = build(Path(folder), documents, built_at=now - timedelta(minutes=age))
        for query in questions:
            shown: list[str] = []
            cursor: str | None = ""
            while cursor is not None:
                page = msgspec.structs.replace(query, cursor=cursor)
                found = answer(snapshot=snapshot, query=page, now=now)
                shown += ids_of(found.rows)
                cursor = found.next_cursor

            assert shown == [entry.id for entry in plain.answer(query, now=now)], query


@QUICK
@given(cases(), st.randoms(use_true_random=False))
def test_no_listing_that_stays_is_skipped_or_shown_twice_when_others_change_between_pages(
    case, random
):
    now, documents, questions, _ = case
    staying = [entry for entry in documents if random.random() < 0.6]
    leaving = [entry for entry in documents if entry not in staying]

    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        before = build(Path(one), staying + leaving, built_at=now)
        after = build(Path(two), staying, built_at=now + timedelta(minutes=3))
        # Mistyped words find what is there at all: which words those are may change between two
        # builds.
        for query in [msgspec.structs.replace(question, words=()) for question in questions]:
            shown: list[str] = []
            cursor: str | None = ""
            later = now
            while cursor is not None:
                page = msgspec.structs.replace(query, cursor=cursor)
                found = answer(snapshot=after if cursor else before, query=page, now=later)
                shown += ids_of(found.rows)
                cursor = found.next_cursor
                later = now + timedelta(minutes=2)

            assert len(shown) == len(set(shown))
            stayed = [e.id for e in PlainSearch(staying, SCHEMA).answer(query, now=now)]
            assert [entry for entry in shown if entry in set(stayed)] == stayed
