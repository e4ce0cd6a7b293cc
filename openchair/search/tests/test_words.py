from __future__ import annotations

import pytest

from openchair.search.answering import answer
from openchair.search.query import Query
from openchair.search.tests.invented import build, ids_of
from openchair.search.tests.small import NOW, make_document

NAMES = {
    "serenity": "Serenity at Noon",
    "serene": "Serene Sunday",
    "etude": "Étude du Gros Livre",
    "brooklyn": "Brooklyn Heights Beginners",
    "digits": "164 and More",
    "irish": "O'Brien's",
    "two": "Hope Hope",
    "cyrillic": "Шаг за шагом",
}


@pytest.fixture
def find(tmp_path):
    snapshot = build(tmp_path, [make_document(k, name) for k, name in NAMES.items()], built_at=NOW)

    def find(*words, **others):
        query = Query(words=words, sort="relevance", **others)
        return ids_of(answer(snapshot=snapshot, query=query, now=NOW).rows)

    return find


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["serenity"], ["serenity"]),
        (["SERENITY"], ["serenity"]),
        (["serenity", "sunday"], []),
        (["noon", "serenity"], ["serenity"]),
        (["etude"], ["etude"]),
        (["ETUDÉ"], ["etude"]),
        (["brook"], ["brooklyn"]),
        (["h"], []),
        (["ша"], ["cyrillic"]),
        (["о"], []),
        (["sernity"], ["serenity"]),
        (["serneity"], ["serenity"]),
        (["broklin"], []),
        (["beginrs"], []),
        (["beginers"], ["brooklyn"]),
        (["begninres"], ["brooklyn"]),
        (["hpe"], []),
        (["165"], []),
        (["16"], ["digits"]),
        (["o'brien's"], ["irish"]),
        ([""], list(NAMES)),
        (["…"], list(NAMES)),
    ],
    ids=" ".join,
)
def test_a_word_finds(find, words, expected):
    assert sorted(find(*words)) == sorted(expected)


def test_the_word_itself_comes_before_its_beginning(tmp_path):
    documents = [make_document("begins", "Stepping Stones"), make_document("is", "Step")]
    snapshot = build(tmp_path, documents, built_at=NOW)

    query = Query(words=("step",), sort="relevance")

    assert ids_of(answer(snapshot=snapshot, query=query, now=NOW).rows) == ["is", "begins"]


def test_a_name_comes_before_a_note(tmp_path):
    documents = [
        make_document("note", "Other", text={"name": "Other", "notes": "step"}),
        make_document("name", "Step", text={"name": "Step", "notes": "step"}),
    ]
    snapshot = build(tmp_path, documents, built_at=NOW)

    query = Query(words=("step",), sort="relevance")

    assert ids_of(answer(snapshot=snapshot, query=query, now=NOW).rows) == ["name", "note"]


def test_a_rare_word_weighs_more_than_a_common_one(tmp_path):
    documents = [make_document(f"common{n}", "Group") for n in range(9)]
    documents += [
        make_document("rare name", "x", text={"name": "ibis", "notes": "group"}),
        make_document("common name", "x", text={"name": "group", "notes": "ibis"}),
    ]
    snapshot = build(tmp_path, documents, built_at=NOW)

    query = Query(words=("group", "ibis"), sort="relevance")

    assert ids_of(answer(snapshot=snapshot, query=query, now=NOW).rows) == [
        "rare name",
        "common name",
    ]


def test_a_pasted_page_is_not_searched_for_word_by_word(find):
    assert find(*[f"serenity{'' if n == 0 else n}" for n in range(5000)]) == []
