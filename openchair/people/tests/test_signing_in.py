from __future__ import annotations

import pytest
from django.test import Client

from openchair.people import signing_in
from openchair.people.bodies import encode
from openchair.people.models import Account, Alert, Session
from openchair.people.tests.cast import Browser, auth_of, join_message, signed_in

pytestmark = pytest.mark.django_db
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"


def attempt(browser, handle, secret, path="/account/sign-in"):
    return browser.post(path, {"handle": handle, "auth": encode(auth_of(secret))})


def test_handle_and_passphrase_sign_in(browser, alice):
    response = attempt(browser, alice.handle, "Alice's passphrase")

    assert response.status_code == 200
    assert response.json().keys() == {"account", "handle", "csrf"}
    assert response["Cache-Control"] == "no-store"


def test_a_handle_is_read_as_people_type_it(browser, alice):
    assert attempt(browser, f" @{alice.handle.upper()} ", "Alice's passphrase").status_code == 200


@pytest.mark.parametrize("path", ["/account/sign-in", "/account/recovery"])
def test_a_wrong_secret_and_a_wrong_handle_look_alike(browser, alice, path):
    wrong = attempt(browser, alice.handle, "guessed", path)
    unknown = attempt(browser, "alice-2222", "guessed", path)

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.headers == unknown.headers


@pytest.mark.parametrize("path", ["/account/sign-in", "/account/recovery"])
@pytest.mark.parametrize("known", [True, False])
def test_a_handle_that_nobody_has_costs_the_same_work(browser, alice, monkeypatch, path, known):
    verified = []

    class Counting:
        def verify(self, stored, auth):
            verified.append(stored)
            return real.verify(stored, auth)

    real = signing_in._HASHER
    monkeypatch.setattr(signing_in, "_HASHER", Counting())

    attempt(browser, alice.handle if known else "nobody-2222", "guessed", path)

    assert len(verified) == 1


def test_the_hash_of_nobody_costs_what_others_cost_and_opens_for_nobody():
    assert not signing_in._HASHER.check_needs_rehash(signing_in.NOBODYS_HASH)
    assert not signing_in.matches(stored="", auth=b"")


@pytest.mark.parametrize("path", ["/account/sign-in/salt", "/account/recovery/salt"])
def test_a_handle_that_nobody_has_gets_a_salt_that_stays(browser, alice, path):
    known, unknown, again, other = (
        browser.post(path, {"handle": handle}).json()
        for handle in (alice.handle, "nobody-2222", " @NOBODY-2222", "nobody-3333")
    )

    assert unknown == again
    assert unknown["salt"] != other["salt"]
    assert known.keys() == unknown.keys()
    assert len(known["salt"]) == len(unknown["salt"])
    assert known["scrypt_log_n"] == unknown["scrypt_log_n"]


def test_the_made_up_salts_of_passphrase_and_code_differ(browser):
    paths = ("/account/sign-in/salt", "/account/recovery/salt")
    one, two = (browser.post(path, {"handle": "nobody-2222"}).json()["salt"] for path in paths)

    assert one != two


def test_a_planted_cookie_is_worth_nothing_after_signing_in(browser, alice):
    browser.client.cookies["session"] = "planted"

    browser.sign_in(alice)

    key = browser.client.cookies["session"].value
    assert key != "planted"
    planted = Browser()
    planted.client.cookies["session"] = "planted"
    assert planted.get("/account/keys").status_code == 401


def test_the_session_of_before_ends_at_the_next_sign_in_on_the_device(alices, alice):
    before = alices.client.cookies["session"].value

    alices.sign_in(alice)

    old = Browser()
    old.client.cookies["session"] = before
    assert old.get("/account/keys").status_code == 401
    assert Session.objects.count() == 1


def test_the_form_token_changes_at_sign_in(alice):
    browser = Browser(client=Client())
    first = browser.post("/account/join", join_message("Charlie")).json()["csrf"]
    cookie = browser.client.cookies["csrftoken"].value

    second = browser.sign_in(alice).json()["csrf"]

    assert first != second
    assert browser.client.cookies["csrftoken"].value != cookie


def test_every_sign_in_is_told_to_the_person_with_the_devices_name(alice):
    browser = Browser()
    browser.post(
        "/account/sign-in",
        {"handle": alice.handle, "auth": encode(auth_of("Alice's passphrase"))},
        headers={"User-Agent": CHROME},
    )

    assert Alert.objects.visible_to(alice).values_list("deed", "detail").get() == (
        "signed-in",
        "Chrome on Windows",
    )
    assert Session.objects.get().device_name == "Chrome on Windows"


def test_a_suspended_account_is_told_only_with_its_secret(browser, alice):
    Account.objects.update(is_suspended=True)

    assert attempt(browser, alice.handle, "guessed").status_code == 401
    assert attempt(browser, alice.handle, "Alice's passphrase").json()["error"] == "suspended"
    assert not Session.objects.exists()


def test_an_account_without_a_passphrase_looks_like_nobody(browser, alice):
    before = browser.post("/account/sign-in/salt", {"handle": "nobody-2222"}).json()
    Account.objects.update(auth_hash="", salt=b"")

    found = browser.post("/account/sign-in/salt", {"handle": alice.handle}).json()

    assert len(found["salt"]) == len(before["salt"])
    assert attempt(browser, alice.handle, "").status_code == 401


def test_devices_are_listed_and_ended_one_by_one_and_together(alice, alices):
    other, third = signed_in(alice), signed_in(alice)

    listed = alices.get("/account/sessions").json()["sessions"]
    mine = next(row for row in listed if row["this"])
    theirs = next(row for row in listed if not row["this"])
    assert len(listed) == 3

    assert alices.post(f"/account/sessions/{theirs['id']}/end").status_code == 200
    assert alices.post("/account/sessions/end-others").status_code == 200
    assert [row["id"] for row in alices.get("/account/sessions").json()["sessions"]] == [mine["id"]]
    assert other.get("/account/sessions").status_code == 401
    assert third.get("/account/sessions").status_code == 401


def test_another_persons_device_can_not_be_ended(alices, bobs, bob):
    theirs = Session.objects.get(account=bob)

    assert alices.post(f"/account/sessions/{theirs.pk}/end").status_code == 404
    assert Session.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("as_json", [True, False])
def test_signing_out_ends_the_session(alices, as_json):
    response = alices.post("/sign-out") if as_json else alices.client.post("/sign-out")

    assert response.status_code == (200 if as_json else 302)
    assert not Session.objects.exists()
    assert alices.get("/account/keys").status_code == 401


def test_nothing_is_signed_out_by_a_link(alices):
    assert alices.get("/sign-out").status_code == 405
    assert Session.objects.exists()
