from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from openchair.vault.models import Document, Version
from openchair.vault.rules import MOST_DOCUMENT_BYTES
from openchair.vault.tests.people_writing import Person, account, sealed

pytestmark = pytest.mark.django_db


def test_what_is_saved_is_fetched_byte_for_byte(alice):
    document = alice.saved(sealed("one"), kind="journal")
    answer = alice.fetch(document)

    assert answer.content == sealed("one")
    assert answer["Content-Type"] == "application/octet-stream"
    assert (answer["X-Version"], answer["X-Kind"], answer["X-Owner"]) == (
        "1",
        "journal",
        str(alice.id),
    )
    assert answer["Cache-Control"] == "no-store"


def test_every_version_is_kept(alice):
    document = alice.saved(sealed("one"))
    second = alice.save(document, sealed("two"), read=1)

    assert (second.status_code, second.json()) == (200, {"version": 2})
    assert alice.fetch(document).content == sealed("two")
    assert alice.fetch(document, 1).content == sealed("one")
    assert [row["number"] for row in alice.versions(document).json()["versions"]] == [1, 2]


def test_the_same_save_sent_twice_is_one_version(alice):
    document, key = uuid4(), uuid4()

    answers = [alice.save(document, sealed("one"), key=key) for _ in range(3)]

    assert [(a.status_code, a.json()) for a in answers] == [(201, {"version": 1})] * 3
    assert Version.objects.count() == 1


def test_a_retry_is_answered_alike_after_others_have_saved(alice):
    document, key = uuid4(), uuid4()
    alice.save(document, sealed("one"), key=key)
    alice.save(document, sealed("two"), read=1)

    assert alice.save(document, sealed("one"), key=key).json() == {"version": 1}
    assert alice.fetch(document).content == sealed("two")


def test_another_text_under_the_key_of_a_save_is_refused_rather_than_lost(alice):
    document, key = uuid4(), uuid4()
    alice.save(document, sealed("one"), key=key)

    answer = alice.save(document, sealed("other"), key=key)

    assert (answer.status_code, answer.json()["error"]) == (409, "key-used")


@pytest.mark.parametrize("read", [0, 1, 3], ids=["as if new", "the one before", "ahead of time"])
def test_a_save_that_has_not_read_the_newest_is_refused_and_overwrites_nothing(alice, read):
    document = alice.saved(sealed("one"))
    alice.save(document, sealed("two"), read=1)

    answer = alice.save(document, sealed("late"), read=read)

    assert answer.status_code == 409
    assert (answer.json()["error"], answer.json()["version"]) == ("conflict", 2)
    assert [alice.fetch(document, n).content for n in (1, 2)] == [sealed("one"), sealed("two")]


def test_two_devices_meet_in_one_index(alice):
    index = alice.saved(sealed("index"), kind="index")

    answer = alice.save(uuid4(), sealed("another"), kind="index")

    assert answer.status_code == 409
    assert answer.json()["error"] == "index-exists"
    assert (answer.json()["document"], answer.json()["version"]) == (str(index), 1)


def test_two_members_have_an_index_each(alice, bob):
    alice.saved(sealed("a"), kind="index")

    bob.saved(sealed("b"), kind="index")

    assert Document.objects.filter(kind="index").count() == 2


def test_nothing_is_stored_before_the_recovery_kit_was_tried(db):
    dora = Person(account("Dora", is_kit_confirmed=False))

    answer = dora.save(uuid4(), sealed())

    assert (answer.status_code, answer.json()["error"]) == (409, "kit-untested")
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (sealed() + bytes(MOST_DOCUMENT_BYTES), 413, "too-large"),
        (b"Dear diary", 400, "not-sealed"),
        (b"", 400, "not-sealed"),
        (b"age-encryption.org/v1", 400, "not-sealed"),
        (b" " + sealed(), 400, "not-sealed"),
    ],
    ids=["too large", "plain text", "nothing", "cut short", "moved by a byte"],
)
def test_bytes_that_are_no_sealed_document_are_refused(alice, body, status, error):
    answer = alice.save(uuid4(), body)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert not Document.objects.exists()


def test_a_document_may_take_its_full_megabyte(alice):
    body = sealed().ljust(MOST_DOCUMENT_BYTES, b"\0")

    assert alice.fetch(alice.saved(body)).content == body


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("If-Match", None),
        ("If-Match", "*"),
        ("If-Match", "-1"),
        ("If-Match", '"1'),
        ("If-Match", "9" * 40),
        ("If-Match", "٣"),
        ("X-Kind", None),
        ("X-Kind", "Two Words"),
        ("X-Kind", "k" * 41),
        ("Idempotency-Key", None),
        ("Idempotency-Key", "again"),
        ("X-Readers", "bob"),
        ("X-Readers", ",".join(str(uuid4()) for _ in range(101))),
    ],
)
def test_a_header_that_can_not_be_meant_is_named(alice, header, value):
    answer = alice.save(uuid4(), sealed(), headers={header: value})

    assert (answer.status_code, answer.json()["what"]) == (400, header)
    assert not Document.objects.exists()


def test_a_document_keeps_its_kind(alice):
    document = alice.saved(sealed(), kind="journal")

    answer = alice.save(document, sealed("x"), read=1, kind="letter")

    assert (answer.status_code, answer.json()["error"]) == (400, "kind-differs")


def test_a_vault_has_its_measure_and_a_retry_is_not_judged_by_it(alice, settings):
    settings.VAULT_MOST_MB = 1
    large, key = sealed().ljust(700_000, b"\0"), uuid4()
    first = uuid4()
    alice.save(first, large, key=key)

    answer = alice.save(uuid4(), large)

    assert (answer.status_code, answer.json()["error"]) == (413, "vault-full")
    assert alice.save(first, large, key=key).status_code == 201
    assert alice.save(uuid4(), sealed("small")).status_code == 201


def test_the_measure_is_each_members_own(alice, bob, settings):
    settings.VAULT_MOST_MB = 1
    large = sealed().ljust(700_000, b"\0")
    alice.saved(large)

    bob.saved(large)

    assert Document.objects.count() == 2


def test_a_save_needs_the_token_of_a_page_of_ours(alice):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = alice.client.cookies

    answer = strict.put(f"/vault/documents/{uuid4()}", sealed())

    assert answer.status_code == 403
    assert not Document.objects.exists()


def test_who_is_signed_out_is_told_so(db):
    answer = Client().put(f"/vault/documents/{uuid4()}", sealed())

    assert (answer.status_code, answer.json()["error"]) == (401, "signed-out")


@pytest.mark.parametrize(("size", "expected"), [(1024, 10), (1025, 11), (2048, 11)])
def test_the_size_class_is_told_and_no_size(alice, size, expected):
    body = sealed().ljust(size, b"\0")
    document = alice.saved(body)

    [row] = alice.versions(document).json()["versions"]

    assert row["size_class"] == expected
    assert set(row) == {"number", "day", "size_class"}
