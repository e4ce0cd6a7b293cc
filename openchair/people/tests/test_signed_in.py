from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.http import HttpResponse

from openchair.people.models import Account, Session
from openchair.people.signed_in import (
    IDLE_DAYS,
    LONGEST_DAYS,
    find_session,
    renew_session,
    session_cookie_name,
    start_session,
)

TODAY = date(2026, 5, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> Account:
    return Account.objects.create(
        handle="alice-3f9k", shown_name="Alice", public_key="age1x", joined_on=TODAY
    )


def sign_in(account: Account) -> tuple[Session, str]:
    response = HttpResponse()
    session = start_session(
        response=response, account=account, device_name="Firefox on Android", today=TODAY
    )
    return session, response.cookies[session_cookie_name()].value


def test_a_cookie_finds_its_session_and_the_table_does_not_hold_it(alice):
    session, key = sign_in(alice)

    assert find_session(key=key, today=TODAY) == session
    assert key.encode() not in bytes(session.key_hash)


@pytest.mark.parametrize("key", ["", "guessed", "x" * 5000])
def test_any_other_cookie_finds_nothing(alice, key):
    sign_in(alice)

    assert find_session(key=key, today=TODAY) is None


def test_an_idle_session_ends(alice):
    _session, key = sign_in(alice)

    assert find_session(key=key, today=TODAY + timedelta(days=IDLE_DAYS + 1)) is None
    assert not Session.objects.exists()


def test_use_keeps_a_session_until_its_longest_age(alice):
    _session, key = sign_in(alice)
    day = TODAY

    while find_session(key=key, today=day):
        day += timedelta(days=IDLE_DAYS)

    assert day - TODAY > timedelta(days=LONGEST_DAYS)
    assert day - TODAY <= timedelta(days=LONGEST_DAYS + IDLE_DAYS)


def test_a_suspended_account_is_signed_out(alice):
    _session, key = sign_in(alice)
    Account.objects.update(is_suspended=True)

    assert find_session(key=key, today=TODAY) is None


def test_a_renewed_session_leaves_the_old_cookie_worthless(alice):
    session, old = sign_in(alice)
    response = HttpResponse()

    renew_session(response=response, session=session)
    new = response.cookies[session_cookie_name()].value

    assert find_session(key=old, today=TODAY) is None
    assert find_session(key=new, today=TODAY) == session


def test_over_https_the_cookie_can_only_come_from_this_host(alice, settings):
    settings.IS_HTTPS = True
    response = HttpResponse()

    start_session(response=response, account=alice, device_name="", today=TODAY)
    cookie = response.cookies["__Host-session"]

    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")
