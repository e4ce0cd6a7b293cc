from __future__ import annotations

import sqlite3
from uuid import uuid4

import psycopg
import pytest
from django.db import OperationalError

from openchair.people import signed_in
from openchair.vault import documents
from openchair.vault.models import Document
from openchair.vault.tests.people_writing import sealed

pytestmark = pytest.mark.django_db


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    return error


def failing(cause: Exception):
    def fail(*_args, **_more):
        raise OperationalError(str(cause)) from cause

    return fail


OUTAGES = {
    "busy": (sqlite_error(sqlite3.SQLITE_BUSY), "storage-away"),
    "busy, by its extended code": (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), "storage-away"),
    "file gone": (sqlite_error(sqlite3.SQLITE_CANTOPEN), "storage-away"),
    "disk full": (sqlite_error(sqlite3.SQLITE_FULL), "storage-full"),
    "no server": (psycopg.OperationalError("connection refused"), "storage-away"),
    "server's disk full": (psycopg.errors.DiskFull("no space left"), "storage-full"),
}


@pytest.mark.parametrize(("cause", "error"), OUTAGES.values(), ids=OUTAGES)
def test_a_save_is_put_off_with_a_sentence(alice, monkeypatch, cause, error):
    # The last step of the transaction: all before it must be undone.
    monkeypatch.setattr(Document, "save", failing(cause))
    monkeypatch.setattr(documents.Version.objects, "create", failing(cause))

    answer = alice.save(uuid4(), sealed())

    assert (answer.status_code, answer.json()["error"]) == (503, error)
    assert int(answer["Retry-After"]) > 0
    assert answer.json()["sentence"].endswith(".")
    assert not Document.objects.exists()


def test_the_door_itself_is_put_off_when_it_can_not_look_up_a_session(alice, monkeypatch):
    monkeypatch.setattr(signed_in, "find_session", failing(psycopg.OperationalError("gone")))

    assert alice.client.get("/vault/documents").status_code == 503


def test_a_fault_of_our_own_is_not_called_an_outage(alice, monkeypatch):
    monkeypatch.setattr(
        documents.Version.objects, "create", failing(sqlite_error(sqlite3.SQLITE_ERROR))
    )

    with pytest.raises(OperationalError):
        alice.save(uuid4(), sealed())


def test_an_outage_is_logged_without_what_was_sent(alice, monkeypatch, caplog):
    monkeypatch.setattr(documents.Version.objects, "create", failing(OUTAGES["disk full"][0]))

    alice.save(uuid4(), sealed("secret"))

    assert "vault.outage: document, storage full" in caplog.text
    assert "secret" not in caplog.text
    assert "Alice" not in caplog.text
    assert str(alice.id) not in caplog.text
