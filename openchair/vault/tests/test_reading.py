from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from openchair.vault import documents
from openchair.vault.models import Document
from openchair.vault.tests.people_writing import Person, account, block, sealed

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(alice, bob, charlie):
    """A document of four versions: Bob was given 2 and 3, Dora reads from 3 on, Eve is a stranger by block."""
    dora, eve = Person(account("Dora")), Person(account("Eve"))
    document = alice.saved(sealed("1"))
    alice.save(document, sealed("2"), read=1, readers=[bob, eve])
    alice.save(document, sealed("3"), read=2, readers=[bob, dora, eve])
    alice.save(document, sealed("4"), read=3, readers=[dora, eve])
    block(alice.account, eve.account)
    people = {
        "owner": alice,
        "reader": dora,
        "withdrawn": bob,
        "blocked": eve,
        "stranger": charlie,
    }
    return document, people


MAY_FETCH = {
    "owner": {1, 2, 3, 4},
    "reader": {3, 4},
    "withdrawn": {2, 3},
    "blocked": set(),
    "stranger": set(),
}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("role", MAY_FETCH)
def test_each_may_fetch_what_was_given_to_them_and_nothing_else(shared, role, number):
    document, people = shared

    answer = people[role].fetch(document, number)

    if number in MAY_FETCH[role]:
        assert (answer.status_code, answer.content) == (200, sealed(str(number)))
    else:
        assert (answer.status_code, answer.json()["error"]) == (404, "not-found")


@pytest.mark.parametrize("role", MAY_FETCH)
def test_the_newest_is_the_newest_that_one_may_read(shared, role):
    document, people = shared
    answer, may = people[role].fetch(document), MAY_FETCH[role]

    assert (answer.get("X-Version")) == (str(max(may)) if may else None)


@pytest.mark.parametrize("role", MAY_FETCH)
def test_a_list_and_the_versions_show_the_same(shared, role):
    document, people = shared
    person, may = people[role], MAY_FETCH[role]
    versions = person.versions(document)

    assert [row["version"] for row in person.listed()] == ([max(may)] if may else [])
    assert versions.status_code == (200 if may else 404)
    assert {row["number"] for row in versions.json().get("versions", [])} == may


@pytest.mark.parametrize("role", ["reader", "withdrawn", "blocked", "stranger"])
@pytest.mark.parametrize("deed", ["save as new", "save the next", "erase"])
def test_nobody_but_the_owner_changes_anything(shared, role, deed):
    document, people = shared
    person = people[role]
    answer = {
        "save as new": lambda: person.save(document, sealed("x")),
        "save the next": lambda: person.save(document, sealed("x"), read=4),
        "erase": lambda: person.erase(document, 4),
    }[deed]()

    assert (answer.status_code, answer.json()["error"]) == (404, "not-found")
    assert Document.objects.get().version == 4


@pytest.mark.parametrize("role", ["reader", "withdrawn", "blocked", "stranger"])
def test_what_may_not_be_seen_looks_as_if_it_did_not_exist(shared, role):
    document, people = shared
    person, nowhere = people[role], uuid4()
    hidden = [person.fetch(document, 1), person.save(document, sealed(), read=2), person.erase(document, 1)]  # fmt: skip
    absent = [person.fetch(nowhere, 1), person.save(nowhere, sealed(), read=2), person.erase(nowhere, 1)]  # fmt: skip

    assert [(a.status_code, a.content) for a in hidden] == [
        (a.status_code, a.content) for a in absent
    ]


def test_a_block_by_the_reader_shuts_the_door_too(shared):
    document, people = shared
    block(people["reader"].account, people["owner"].account)

    assert people["reader"].fetch(document).status_code == 404
    assert people["reader"].listed() == []


def test_the_owner_sees_who_reads_and_a_reader_only_themselves(shared):
    _document, people = shared
    [of_owner] = people["owner"].listed()
    [of_reader] = people["reader"].listed()
    [of_withdrawn] = people["withdrawn"].listed()

    assert set(of_owner["readers"]) == {str(people["reader"].id), str(people["blocked"].id)}
    assert of_reader["readers"] == [str(people["reader"].id)]
    assert of_withdrawn["readers"] == []


@pytest.mark.parametrize("version", ["0", "-1", "two", "9" * 30, ""])
def test_a_version_that_does_not_exist_is_not_found(alice, version):
    document = alice.saved(sealed())

    assert alice.fetch(document, version).status_code in {400, 404}


def test_a_list_in_pages_shows_everything_once(alice, bob, monkeypatch):
    monkeypatch.setattr(documents, "PAGE_SIZE", 3)
    own = {alice.saved(sealed()) for _ in range(7)}
    given = bob.saved(sealed(), readers=[alice])
    bob.saved(sealed())

    listed = [row["id"] for row in alice.listed()]

    assert listed == sorted(str(document) for document in own | {given})


def test_pages_stay_whole_while_documents_come_and_go(alice, monkeypatch):
    monkeypatch.setattr(documents, "PAGE_SIZE", 3)
    own = sorted(str(alice.saved(sealed())) for _ in range(7))
    first = alice.client.get("/vault/documents").json()
    alice.erase(own[1], 1)
    alice.erase(own[5], 1)
    for _ in range(4):
        alice.saved(sealed())

    seen = [row["id"] for row in first["documents"] + alice.listed(after=first["next"])]

    assert len(seen) == len(set(seen))
    assert set(own) - {own[5]} <= set(seen)


def test_a_list_can_be_of_one_kind(alice):
    alice.saved(sealed(), kind="journal")
    letter = alice.saved(sealed(), kind="letter")

    assert [row["id"] for row in alice.listed(kind="letter")] == [str(letter)]


@pytest.mark.parametrize("after", ["x", "AAAA", "!" * 22, "A" * 21 + "B"])
def test_a_cursor_that_was_not_given_out_is_refused(alice, after):
    assert alice.client.get("/vault/documents", {"after": after}).status_code == 400


# One name in every process: tests that run side by side are told apart by it.
NOWHERE = "bc37fd91-674c-4bb9-a36f-e152af6b07e2"


@pytest.mark.parametrize(
    "path", ["documents", f"documents/{NOWHERE}", f"documents/{NOWHERE}/versions", "keys", "groups", "archive"]
)  # fmt: skip
def test_nothing_is_told_to_who_is_signed_out(db, path):
    assert Client().get(f"/vault/{path}").status_code == 401
