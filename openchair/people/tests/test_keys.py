from __future__ import annotations

import uuid

import pytest

from openchair.people.bodies import encode
from openchair.people.models import Account, Alert, KeyWrapping, PastKey, Session
from openchair.people.tests.cast import SEALED, Browser, auth_of, public_key, signed_in

pytestmark = pytest.mark.django_db
NEW = "a new passphrase"


def new_passphrase(*, now: str | None = "Alice's passphrase", **changes):
    message = {
        "salt": encode(b"n" * 16),
        "scrypt_log_n": 17,
        "auth": encode(auth_of(NEW)),
        "wrapped": encode(SEALED + b"new"),
        **changes,
    }
    return message | ({"auth_now": encode(auth_of(now))} if now else {})


def new_kit(*, now: str = "Alice's passphrase", code: str = "a new code"):
    return {
        "auth_now": encode(auth_of(now)),
        "recovery_salt": encode(b"k" * 16),
        "recovery_auth": encode(auth_of(code)),
        "recovery_wrapped": encode(SEALED + b"new kit"),
    }


def attempt(account, secret, path="/account/sign-in"):
    browser = Browser()
    browser.answer = browser.post(path, {"handle": account.handle, "auth": encode(auth_of(secret))})
    return browser


def proof(browser, code):
    return browser.post("/account/kit/proof", {"auth": encode(auth_of(code))})


def test_a_new_passphrase_replaces_the_old_with_what_it_opens(alice, alices):
    assert alices.post("/account/passphrase", new_passphrase()).status_code == 200

    assert attempt(alice, "Alice's passphrase").answer.status_code == 401
    assert attempt(alice, NEW).answer.status_code == 200
    sealed = KeyWrapping.objects.get(account=alice, way="passphrase").sealed
    assert bytes(sealed) == SEALED + b"new"


@pytest.mark.parametrize("now", ["guessed", None])
def test_without_the_old_passphrase_nothing_changes(alice, alices, now):
    response = alices.post("/account/passphrase", new_passphrase(now=now))

    assert (response.status_code, response.json()["error"]) == (403, "wrong-secret")
    assert attempt(alice, "Alice's passphrase").answer.status_code == 200


def test_a_new_passphrase_signs_other_devices_out_and_changes_this_ones_cookie(alice, alices):
    other = signed_in(alice)
    before = alices.client.cookies["session"].value

    alices.post("/account/passphrase", new_passphrase())

    assert other.get("/account/keys").status_code == 401
    assert alices.client.cookies["session"].value != before
    assert alices.get("/account/keys").status_code == 200
    assert Alert.objects.filter(account=alice, deed="passphrase-changed").exists()


def test_the_cost_of_guessing_only_goes_up(alice, alices):
    alices.post("/account/passphrase", new_passphrase(scrypt_log_n=18))

    weaker = alices.post("/account/passphrase", new_passphrase(now=NEW, scrypt_log_n=17))

    assert (weaker.status_code, weaker.json()["error"]) == (400, "weaker-than-before")
    assert Account.objects.get().scrypt_log_n == 18


def test_a_raised_cost_does_not_change_the_kits(alice, alices):
    alices.post("/account/passphrase", new_passphrase(scrypt_log_n=18))

    asked = alices.post("/account/recovery/salt", {"handle": alice.handle}).json()
    assert asked["scrypt_log_n"] == 17
    assert attempt(alice, "Alice's code", "/account/recovery").answer.status_code == 200


def test_the_recovery_code_lets_a_person_choose_a_new_passphrase_once(alice):
    browser = attempt(alice, "Alice's code", "/account/recovery")
    assert browser.answer.status_code == 200

    assert browser.post("/account/passphrase", new_passphrase(now=None)).status_code == 200
    again = browser.post("/account/passphrase", new_passphrase(now=None))

    assert again.status_code == 403
    assert attempt(alice, NEW).answer.status_code == 200
    assert Alert.objects.filter(account=alice, deed="recovered").exists()


def test_the_passphrase_is_no_recovery_code_nor_the_reverse(alice):
    assert attempt(alice, "Alice's passphrase", "/account/recovery").answer.status_code == 401
    assert attempt(alice, "Alice's code").answer.status_code == 401


def test_a_kit_counts_once_its_code_was_typed(alice, alices):
    assert alices.get("/account/keys").json()["kit_confirmed"] is False
    differs = proof(alices, "another code")

    assert (differs.status_code, differs.json()["error"]) == (409, "kit-differs")
    assert proof(alices, "Alice's code").json() == {"kit_confirmed": True}
    assert alices.get("/account/keys").json()["kit_confirmed"] is True


def test_a_new_kit_ends_the_old_one_and_has_to_be_tested(alice, alices):
    proof(alices, "Alice's code")

    assert alices.post("/account/kit", new_kit()).status_code == 200

    assert alices.get("/account/keys").json()["kit_confirmed"] is False
    assert proof(alices, "Alice's code").status_code == 409
    assert proof(alices, "a new code").status_code == 200
    assert attempt(alice, "Alice's code", "/account/recovery").answer.status_code == 401


def test_a_new_kit_needs_the_passphrase(alice, alices):
    assert alices.post("/account/kit", new_kit(now="guessed")).status_code == 403
    assert attempt(alice, "Alice's code", "/account/recovery").answer.status_code == 200


def rotation(browser, *, key="new", leave_out=0, extra=()):
    rows = browser.get("/account/keys").json()["wrappings"]
    made = [{"id": row["id"], "sealed": encode(SEALED + key.encode())} for row in rows]
    return {"public_key": public_key(key), "wrappings": [*made[leave_out:], *extra]}


def test_a_new_key_keeps_the_old_one_known_and_every_way_in(alice, alices):
    assert alices.post("/account/key", rotation(alices)).status_code == 200

    found = alices.get("/account/keys").json()
    assert found["public_key"] == public_key("new")
    assert found["past_keys"] == [public_key("Alice")]
    assert {row["sealed"] for row in found["wrappings"]} == {encode(SEALED + b"new")}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"leave_out": 1}, id="one missing"),
        pytest.param(
            {"extra": [{"id": str(uuid.uuid4()), "sealed": encode(SEALED)}]}, id="one unknown"
        ),
        pytest.param({"leave_out": 2}, id="none"),
    ],
)
def test_a_change_of_keys_that_leaves_a_way_out_changes_nothing(alices, change):
    before = alices.get("/account/keys").json()

    response = alices.post("/account/key", rotation(alices, **change))

    assert (response.status_code, response.json()["error"]) == (409, "wrappings-missing")
    assert alices.get("/account/keys").json() == before
    assert not PastKey.objects.exists()


def test_a_change_of_keys_with_somebody_elses_wrapping_changes_nothing(alices, bobs, bob):
    theirs = KeyWrapping.objects.filter(account=bob).values_list("pk", flat=True)
    extra = [{"id": str(key), "sealed": encode(SEALED + b"mine")} for key in theirs]

    assert alices.post("/account/key", rotation(alices, extra=extra)).status_code == 409
    assert not any(
        bytes(row.sealed).endswith(b"mine") for row in KeyWrapping.objects.filter(account=bob)
    )


def test_the_same_change_of_keys_sent_twice_is_one(alices):
    message = rotation(alices)

    alices.post("/account/key", message)

    assert alices.post("/account/key", message).status_code == 200
    assert PastKey.objects.count() == 1


def test_a_key_that_was_given_up_does_not_come_back(alices):
    alices.post("/account/key", rotation(alices))

    response = alices.post("/account/key", rotation(alices, key="Alice"))

    assert (response.status_code, response.json()["error"]) == (409, "key-used-before")


def test_nobody_elses_keys_are_shown(alices, bob):
    shown = alices.get("/account/keys").content.decode()

    assert str(bob.pk) not in shown
    assert Session.objects.count() == 1
