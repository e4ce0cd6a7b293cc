from __future__ import annotations

import uuid

import pytest

from openchair.people import accounts
from openchair.people.models import Account, KeyWrapping, Session
from openchair.people.tests.cast import auth_of, join_message, public_key

pytestmark = pytest.mark.django_db


def test_a_name_and_a_passphrase_are_enough(browser):
    response = browser.post("/account/join", join_message("Alice"))

    assert response.status_code == 201
    account = Account.objects.get()
    assert response.json()["account"] == str(account.pk)
    assert response.json()["handle"] == account.handle
    assert account.handle.startswith("alice-")
    assert browser.get("/account/keys").json()["handle"] == account.handle


def test_the_same_sign_up_sent_twice_makes_one_account_and_the_same_answer(browser):
    message = join_message()

    first, second = browser.post("/account/join", message), browser.post("/account/join", message)

    assert Account.objects.count() == 1
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["account"] == second.json()["account"]
    assert KeyWrapping.objects.count() == 2


def test_two_with_the_same_name_have_two_handles(browser):
    browser.post("/account/join", join_message())
    browser.post("/account/join", join_message(public_key=public_key("another Alice")))

    assert Account.objects.filter(shown_name="Alice").count() == 2


def test_a_handle_that_is_taken_is_not_given_again(alice):
    tails = iter([alice.handle.rpartition("-")[2], "2222"])

    made = accounts.join(
        newcomer=accounts.Newcomer(
            account_id=uuid.uuid4(),
            join_key=uuid.uuid4(),
            shown_name="Alice",
            public_key=public_key("another"),
            recovery=accounts.RecoveryWay(salt=b"r" * 16, auth=b"a" * 32, wrapped=b"w"),
            passphrase=accounts.PassphraseWay(
                salt=b"s" * 16, scrypt_log_n=17, auth=b"a" * 32, wrapped=b"w"
            ),
            passkey=None,
        ),
        today=alice.joined_on,
        make_tail=lambda: next(tails),
    )

    assert made.handle == "alice-2222"


def test_who_has_read_the_join_key_from_the_table_is_not_let_in(browser):
    message = join_message()
    browser.post("/account/join", message)
    Session.objects.all().delete()

    stolen = browser.post(
        "/account/join", message | {"recovery_auth": join_message("Mallory")["recovery_auth"]}
    )

    assert (stolen.status_code, stolen.json()["error"]) == (409, "joined-otherwise")
    assert not Session.objects.exists()


def test_nothing_stored_opens_anything(browser):
    message = join_message()
    browser.post("/account/join", message)

    stored = [
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for model in (Account, KeyWrapping, Session)
        for row in model.objects.values()
        for value in row.values()
    ]
    secrets = [auth_of("Alice's passphrase"), auth_of("Alice's code")]
    cookie = browser.client.cookies["session"].value.encode()
    sent = [message["auth"].encode(), message["recovery_auth"].encode(), cookie]
    for secret in [*secrets, *(secret.hex().encode() for secret in secrets), *sent]:
        assert not any(secret in value for value in stored)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("salt", "AAAA", id="salt too short"),
        pytest.param("auth", "not base64!", id="no base64url"),
        pytest.param("public_key", "age1short", id="no recipient"),
        pytest.param("wrapped", "AAAA", id="no age file"),
        pytest.param("recovery_wrapped", "", id="nothing sealed"),
        pytest.param("join_key", "1", id="no id"),
        pytest.param("scrypt_log_n", 12, id="cheap to guess"),
        pytest.param("scrypt_log_n", 40, id="beyond every telephone"),
        pytest.param("shown_name", 7, id="no text"),
    ],
)
def test_what_can_not_be_meant_is_refused_by_name_and_nothing_is_made(browser, field, value):
    response = browser.post("/account/join", join_message(**{field: value}))

    assert response.status_code == 400
    assert field in response.json()["what"]
    assert not Account.objects.exists()


def test_a_missing_field_is_named(browser):
    message = join_message()
    del message["recovery_salt"]

    assert "recovery_salt" in browser.post("/account/join", message).json()["what"]


@pytest.mark.parametrize("name", ["", "   ", "\u202e\u200b", "<b></b>", "…"])
def test_a_name_has_a_letter(browser, name):
    response = browser.post("/account/join", join_message(shown_name=name))

    assert (response.status_code, response.json()["error"]) == (400, "name-missing")


def test_without_a_way_to_open_the_writing_there_is_no_account(browser):
    response = browser.post("/account/join", join_message(salt=None, auth=None, wrapped=None))

    assert (response.status_code, response.json()["error"]) == (400, "no-way-in")


def test_who_says_they_are_no_adult_is_told_kindly_where_the_site_is_for_adults(browser, settings):
    assert browser.post("/account/join", join_message(adult=False)).status_code == 400

    settings.ADULTS_ONLY = False

    assert browser.post("/account/join", join_message(adult=False)).status_code == 201


def test_joining_on_a_device_ends_the_session_that_was_there(alices, alice):
    alices.post("/account/join", join_message("Bob"))

    assert not Session.objects.filter(account=alice).exists()


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_only_json_is_read(browser, content_type):
    response = browser.client.post("/account/join", "{}", content_type=content_type)

    assert (response.status_code, response.json()["error"]) == (415, "not-json")


@pytest.mark.parametrize("raw", [b"{", b"[]", b"\xff", b'"x"', b"[" * 20_000])
def test_broken_json_is_refused(browser, raw):
    response = browser.client.post("/account/join", raw, content_type="application/json")

    assert (response.status_code, response.json()["error"]) == (400, "bad-request")


def test_a_body_is_read_to_its_limit(browser):
    response = browser.post("/account/join", join_message(shown_name="x" * 300_000))

    assert (response.status_code, response.json()["error"]) == (413, "too-large")


def test_a_flood_of_sign_ups_has_to_work_for_each(browser, settings):
    settings.EFFORT_BITS = 8

    asked = browser.post("/account/join", join_message())

    assert (asked.status_code, asked.json()["error"]) == (403, "effort-needed")
    assert not Account.objects.exists()
