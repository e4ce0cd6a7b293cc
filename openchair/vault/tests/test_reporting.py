from __future__ import annotations

from uuid import uuid4

import pytest

from openchair.people.models import Report
from openchair.vault import reporting
from openchair.vault.rules import encode_bytes
from openchair.vault.tests.people_writing import block, sealed

pytestmark = pytest.mark.django_db

FILE_KEY = bytes(range(16))


def body(of, **change) -> dict:
    key = encode_bytes(FILE_KEY)
    return {"document": str(of), "version": 1, "file_key": key, "words": "He threatens me."} | change  # fmt: skip


@pytest.fixture
def letter(alice, bob):
    """Two versions by Bob; Alice was given the first."""
    document = bob.saved(sealed("threat"), readers=[alice])
    bob.save(document, sealed("later"), read=1, readers=[])
    return document


def test_a_report_keeps_the_bytes_as_stored_and_the_key_of_that_one_file(alice, bob, letter):
    answer = alice.post("/vault/reports", body(letter))
    bob.erase(letter, 2)
    report = Report.objects.get()

    assert answer.status_code == 201
    assert (bytes(report.sealed), bytes(report.file_key)) == (sealed("threat"), FILE_KEY)
    assert (report.reporter, report.about_account) == (alice.account, bob.account)
    assert (report.document_id, report.version, report.words) == (letter, 1, "He threatens me.")


def test_who_blocks_first_can_report_then(alice, bob, letter):
    block(alice.account, bob.account)

    assert alice.post("/vault/reports", body(letter)).status_code == 201


def test_words_alone_carry_no_file(alice, letter):
    alice.post("/vault/reports", body(letter, file_key=""))

    assert (bytes(Report.objects.get().sealed), bytes(Report.objects.get().file_key)) == (b"", b"")


def test_only_who_was_given_that_version_may_report_it(alice, bob, charlie, letter):
    answers = [
        alice.post("/vault/reports", body(letter, version=2)),
        alice.post("/vault/reports", body(uuid4())),
        bob.post("/vault/reports", body(letter)),
        charlie.post("/vault/reports", body(letter)),
    ]

    assert {(answer.status_code, answer.content) for answer in answers} == {
        (404, answers[0].content)
    }
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"file_key": encode_bytes(FILE_KEY[:-1])},
        {"file_key": encode_bytes(FILE_KEY + b"x")},
        {"words": "x" * 2001},
        {"words": "nul \x00"},
        {"words": None},
        {"document": 7},
        {"version": "1"},
    ],
)
def test_a_report_that_can_not_be_meant_is_refused(alice, letter, change):
    assert alice.post("/vault/reports", body(letter, **change)).status_code == 400


def test_more_reports_than_anybody_reads_wait_for_tomorrow(alice, letter, monkeypatch):
    monkeypatch.setattr(reporting, "MOST_OPEN_REPORTS", 1)
    alice.post("/vault/reports", body(letter))

    answer = alice.post("/vault/reports", body(letter))

    assert (answer.status_code, answer["Retry-After"]) == (429, "86400")
