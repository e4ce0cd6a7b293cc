from __future__ import annotations

from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from openchair.people import accounts
from openchair.people.bodies import encode
from openchair.people.models import Account, Alert, Block, KeyWrapping, Passkey, Report, Session
from openchair.people.tests.authenticator import Authenticator
from openchair.people.tests.cast import TODAY, auth_of, signed_in
from openchair.people.tests.test_passkeys import add, assertion

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, object, bool]]:
    """Tombstones as they were recorded: home, account, and whether the account was still there."""
    found = []

    def record(*, home, account_id, day):
        assert day == TODAY
        found.append((home, account_id, Account.objects.filter(pk=account_id).exists()))

    monkeypatch.setattr("openchair.people.accounts.record_tombstone", record)
    return found


def erase(browser, secret="Alice's passphrase"):
    return browser.post("/account/erasure", {"auth_now": encode(auth_of(secret))})


def test_an_erased_account_is_gone_with_everything_of_it(alice, alices, bob, written, settings):
    other = signed_in(alice)
    add(alices, Authenticator())
    Block.objects.create(blocker=alice, blocked=bob, day=TODAY)
    Block.objects.create(blocker=bob, blocked=alice, day=TODAY)

    assert erase(alices).status_code == 200

    assert [row.pk for row in Account.objects.all()] == [bob.pk]
    for model in (Alert, Block, KeyWrapping, Passkey, Session):
        assert not model.objects.exclude(**_of_bob(model, bob)).exists()
    assert other.get("/account/keys").status_code == 401
    assert written == [(settings.HOME, alice.pk, True)]


def _of_bob(model, bob):
    return {} if model is Block else {"account": bob}


def test_a_report_stays_without_its_reporters_name(alice, alices, bob, written):
    Report.objects.create(reporter=alice, about_account=bob, day=TODAY)

    erase(alices)

    assert Report.objects.get().reporter is None


def test_without_the_passphrase_nothing_is_erased(alice, alices, written):
    assert erase(alices, "guessed").status_code == 403
    assert alices.post("/account/erasure", {}).status_code == 403
    assert Account.objects.exists()
    assert not written


def test_a_passkey_erases_too(alice, alices, written):
    device = Authenticator()
    add(alices, device)

    assert alices.post("/account/erasure", assertion(alices, device)).status_code == 200
    assert not Account.objects.exists()


def test_a_tombstone_that_can_not_be_written_stops_the_erasing(alice, monkeypatch, tmp_path):
    def full(**_arguments):
        raise OSError("no space left on device")

    monkeypatch.setattr("openchair.people.accounts.record_tombstone", full)

    with pytest.raises(OSError, match="no space"):
        accounts.erase_account(account=alice, home=tmp_path, today=TODAY)
    assert Account.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_erasing_that_fails_halfway_erases_nothing(alice, monkeypatch, tmp_path, written):
    def fail(self, *_arguments, **_more):
        raise DatabaseError

    monkeypatch.setattr(Account, "delete", fail)

    with pytest.raises(DatabaseError), transaction.atomic():
        accounts.erase_account(account=alice, home=tmp_path, today=TODAY)
    assert KeyWrapping.objects.filter(account=alice).count() == 2


def test_the_handle_of_an_erased_account_signs_nobody_in(alice, alices, browser, written):
    erase(alices)

    message = {"handle": alice.handle, "auth": encode(auth_of("Alice's passphrase"))}
    assert browser.post("/account/sign-in", message).status_code == 401
