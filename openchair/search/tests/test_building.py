from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from openchair.search import text_cache
from openchair.search.answering import answer
from openchair.search.building import DuplicateDocument, build_snapshot
from openchair.search.manifest import MANIFEST, read_current_name
from openchair.search.query import Query
from openchair.search.snapshot import Snapshot
from openchair.search.tests.invented import SCHEMA, build, ids_of
from openchair.search.tests.small import NOW, make_document
from openchair.search.text_cache import UndeclaredField


def test_the_same_documents_make_the_same_snapshot(tmp_path):
    documents = [make_document(f"m{number}", f"Name {number}") for number in range(20)]

    one = build(tmp_path / "one", documents, built_at=NOW)
    other = build(tmp_path / "other", documents, built_at=NOW)

    assert one.digest == other.digest


def test_a_row_keeps_its_members_and_gets_the_next_start(tmp_path):
    snapshot = build(tmp_path, [make_document("a", row=b'{"id":"a","n":1}')], built_at=NOW)

    rows = answer(snapshot=snapshot, query=Query(), now=NOW).rows

    assert rows == [b'{"id":"a","n":1,"next_start":"2026-01-15T00:00:00Z"}']


def test_an_empty_row_is_complete_too(tmp_path):
    snapshot = build(tmp_path, [make_document("a", row=b"{}", minute=None)], built_at=NOW)

    assert answer(snapshot=snapshot, query=Query(), now=NOW).rows == [b'{"next_start":null}']


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (make_document("a", filters={"colour": ["red"]}), UndeclaredField),
        (make_document("a", text={"colour": "red"}), UndeclaredField),
        (make_document("a", row=b"[]"), ValueError),
    ],
    ids=["filter", "text", "row"],
)
def test_a_document_that_does_not_fit_is_refused_and_nothing_changes(tmp_path, document, error):
    build(tmp_path, [make_document("before")], built_at=NOW)

    with pytest.raises(error):
        build(tmp_path, [document], built_at=NOW + timedelta(minutes=1))

    found = answer(snapshot=Snapshot.open(folder=tmp_path), query=Query(), now=NOW)
    assert ids_of(found.rows) == ["before"]
    assert not list(tmp_path.glob(".building-*"))


def test_two_documents_with_one_id_are_refused(tmp_path):
    with pytest.raises(DuplicateDocument, match="twin"):
        build(tmp_path, [make_document("a", "twin"), make_document("a", "twin")], built_at=NOW)


def test_a_build_that_was_killed_leaves_nothing_behind(tmp_path):
    leftover = tmp_path / ".building-20260101T000000000000"
    leftover.mkdir()

    build(tmp_path, [], built_at=NOW)

    assert not leftover.exists()


def test_the_last_two_snapshots_are_kept(tmp_path):
    for minute in range(4):
        build(tmp_path, [make_document(f"m{minute}")], built_at=NOW + timedelta(minutes=minute))

    kept = sorted(path.parent.name for path in tmp_path.glob(f"*/{MANIFEST}"))
    assert len(kept) == 2
    assert kept[-1] == read_current_name(folder=tmp_path)


def test_a_snapshot_in_use_answers_on_when_it_is_removed(tmp_path):
    old = build(tmp_path, [make_document("old")], built_at=NOW)

    for minute in range(1, 4):
        build(tmp_path, [make_document("new")], built_at=NOW + timedelta(minutes=minute))

    assert ids_of(answer(snapshot=old, query=Query(words=("serenity",)), now=NOW).rows) == ["old"]


def test_the_words_of_unchanged_documents_are_not_read_again(tmp_path, monkeypatch):
    documents = [make_document(f"m{number}", f"Hope {number} word{number}") for number in range(9)]
    build(tmp_path, documents, built_at=NOW)
    read = []
    plain = text_cache.tokenise
    monkeypatch.setattr(text_cache, "tokenise", lambda text: read.append(text) or plain(text))

    documents[3] = make_document("m3", "Changed altogether")
    snapshot = build(tmp_path, documents, built_at=NOW + timedelta(minutes=1))

    assert read == ["Changed altogether"]
    for words, expected in {("hope",): 8, ("altogether",): 1, ("word3",): 0, ("word8",): 1}.items():
        assert answer(snapshot=snapshot, query=Query(words=words), now=NOW).total == expected


def test_a_build_upon_another_is_the_same_as_one_from_nothing(tmp_path):
    first = [make_document(f"m{number}", f"Hope {number} word{number}") for number in range(9)]
    second = [*first[2:7], make_document("n", "New étude"), make_document("o", "Hope")]
    build(tmp_path / "one", first, built_at=NOW)

    upon = build(tmp_path / "one", second, built_at=NOW + timedelta(minutes=1))
    anew = build(tmp_path / "two", second, built_at=NOW + timedelta(minutes=1))

    assert upon.digest == anew.digest


def test_another_schema_reads_every_word_again(tmp_path):
    build(tmp_path, [make_document("a")], built_at=NOW)

    schema = msgspec.structs.replace(SCHEMA, text_weights={"notes": 1.0, "name": 9.0})
    build_snapshot(
        documents=[make_document("a")],
        folder=tmp_path,
        schema=schema,
        built_at=NOW + timedelta(minutes=1),
    )

    found = answer(
        snapshot=Snapshot.open(folder=tmp_path), query=Query(words=("serenity",)), now=NOW
    )
    assert found.total == 1
