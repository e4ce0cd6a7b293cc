from __future__ import annotations

from uuid import uuid4

import pytest

from openchair.people.models import Block
from openchair.vault.models import Document, Grant
from openchair.vault.tests.people_writing import Person, account, block, sealed

pytestmark = pytest.mark.django_db


def test_a_reader_sees_nothing_from_before_they_were_given_it(alice, bob):
    document = alice.saved(sealed("before"))
    alice.save(document, sealed("shared"), read=1, readers=[bob])

    assert bob.fetch(document, 1).status_code == 404
    assert bob.fetch(document, 2).content == sealed("shared")


def test_who_is_left_out_keeps_what_they_had_and_gets_nothing_later(alice, bob):
    document = alice.saved(sealed("shared"), readers=[bob])
    alice.save(document, sealed("private"), read=1, readers=[])

    assert bob.fetch(document).content == sealed("shared")
    assert bob.fetch(document, 2).status_code == 404


def test_a_save_that_says_nothing_of_readers_leaves_them(alice, bob):
    document = alice.saved(sealed("1"), readers=[bob])

    alice.save(document, sealed("2"), read=1)

    assert bob.fetch(document).content == sealed("2")


def test_who_comes_back_does_not_get_what_was_written_in_between(alice, bob):
    document = alice.saved(sealed("1"), readers=[bob])
    alice.save(document, sealed("2"), read=1, readers=[])
    alice.save(document, sealed("3"), read=2, readers=[bob])

    assert [bob.fetch(document, n).status_code for n in (1, 2, 3)] == [200, 404, 200]
    assert [row["id"] for row in bob.listed()] == [str(document)]


def test_naming_the_owner_or_somebody_twice_makes_no_grant_more(alice, bob):
    alice.saved(sealed(), readers=[alice, bob, bob])

    assert [grant.account_id for grant in Grant.objects.all()] == [bob.id]


@pytest.fixture(params=["unknown", "erased", "blocked by the owner", "who blocked the owner"])
def unreachable(request, alice) -> Person:
    eve = Person(account("Eve"))
    match request.param:
        case "unknown" | "erased":
            # An account that was never stored and one that is gone are the same to the database.
            type(eve.account).objects.filter(pk=eve.id).delete()
        case "blocked by the owner":
            block(alice.account, eve.account)
        case "who blocked the owner":
            block(eve.account, alice.account)
    return eve


def test_nothing_can_be_given_to_the_unreachable_and_why_is_not_said(alice, unreachable):
    answer = alice.save(uuid4(), sealed(), readers=[unreachable])
    told = answer.json()

    assert answer.status_code == 409
    assert told.pop("accounts") == [str(unreachable.id)]
    assert told == {
        "error": "cannot-share",
        "sentence": "This can't be shared with this person.",
    }
    assert not Document.objects.exists()


def test_a_refused_sharing_leaves_a_document_as_it_was(alice, bob, charlie):
    document = alice.saved(sealed("1"), readers=[bob])
    block(alice.account, charlie.account)

    answer = alice.save(document, sealed("2"), read=1, readers=[charlie])

    assert answer.status_code == 409
    assert alice.fetch(document)["X-Version"] == "1"
    assert [row["readers"] for row in alice.listed()] == [[str(bob.id)]]


def test_a_reader_with_a_block_gets_no_version_more_though_nobody_said_so(alice, bob):
    document = alice.saved(sealed("1"), readers=[bob])
    block(bob.account, alice.account)

    alice.save(document, sealed("2"), read=1)
    Block.objects.all().delete()

    assert bob.fetch(document, 1).status_code == 200
    assert bob.fetch(document, 2).status_code == 404


def test_a_retry_of_a_save_gives_to_nobody_twice(alice, bob):
    document, key = uuid4(), uuid4()

    for _ in range(2):
        alice.save(document, sealed(), key=key, readers=[bob])

    assert Grant.objects.count() == 1
