from __future__ import annotations

import uuid

import pytest

from openchair.people.bodies import encode
from openchair.people.models import Account, Alert, Challenge, KeyWrapping, Passkey, Session
from openchair.people.passkeys import CHALLENGE_LIFE, MOST_PASSKEYS
from openchair.people.tests.authenticator import USER_PRESENT, Authenticator
from openchair.people.tests.cast import SEALED, Browser, join_message, signed_in

pytestmark = pytest.mark.django_db
WRAPPED = encode(SEALED + b"passkey")


def add(browser, device, *, wrapped=WRAPPED, name="Key ring"):
    offered = browser.post("/account/passkeys/options").json()
    answer = device.create(offered["options"])
    message = {"challenge": offered["challenge"], "credential": answer}
    return browser.post("/account/passkeys", message | {"name": name, "wrapped": wrapped})


def assertion(browser, device):
    offered = browser.post("/account/sign-in/passkey/options").json()
    return {"challenge": offered["challenge"], "credential": device.get(offered["options"])}


def sign_in(browser, device):
    return browser.post("/account/sign-in/passkey", assertion(browser, device))


def join(browser, device, *, prf=WRAPPED, **changes):
    offered = browser.post("/account/join/passkey", {"shown_name": "Alice"}).json()
    passkey = {
        "challenge": offered["challenge"],
        "credential": device.create(offered["options"]),
        "wrapped": prf,
    }
    way = {"salt": None, "auth": None, "wrapped": None, **changes}
    return browser.post("/account/join", join_message(**way, passkey=passkey))


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


def test_a_passkey_with_prf_is_enough_to_join_and_to_come_back(browser, device):
    response = join(browser, device)

    assert response.status_code == 201
    account = Account.objects.get()
    # The device keeps the account's id, so that it can show whose passkey it is.
    assert device.user_handle == encode(account.pk.bytes)
    other = Browser()
    assert sign_in(other, device).json()["account"] == str(account.pk)
    wrappings = other.get("/account/keys").json()["wrappings"]
    sealed = next(row for row in wrappings if row["way"] == "passkey")
    assert sealed["sealed"] == WRAPPED
    assert sealed["passkey"]["credential_id"] == encode(device.credential_id)


def test_a_passkey_without_prf_needs_a_passphrase_beside_it(browser, device):
    assert join(browser, device, prf="").json()["error"] == "no-way-in"
    assert not Account.objects.exists()

    message = join_message()
    ways = {key: message[key] for key in ("salt", "auth", "wrapped")}
    assert join(browser, Authenticator(), prf="", **ways).status_code == 201
    assert not KeyWrapping.objects.filter(way="passkey").exists()


def test_options_ask_for_the_person_and_for_a_secret_of_the_passkey(browser, alices):
    options = alices.post("/account/passkeys/options").json()["options"]

    assert options["rp"]["id"] == "testserver"
    assert options["extensions"] == {"prf": {}}
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    asked = browser.post("/account/sign-in/passkey/options").json()["options"]
    assert asked["userVerification"] == "required"
    assert asked["allowCredentials"] == []


def test_a_passkey_is_added_and_told_to_the_person(alice, alices, device):
    assert add(alices, device).status_code == 201

    assert Passkey.objects.visible_to(alice).get().has_prf
    assert Alert.objects.filter(account=alice, deed="passkey-added", detail="Key ring").exists()
    assert sign_in(Browser(), device).json()["handle"] == alice.handle


def test_a_challenge_is_answered_once(alices, device, browser):
    add(alices, device)
    answer = assertion(browser, device)

    assert browser.post("/account/sign-in/passkey", answer).status_code == 200
    again = Browser().post("/account/sign-in/passkey", answer)
    assert (again.status_code, again.json()["error"]) == (409, "challenge-gone")


def test_a_wrong_answer_uses_the_challenge_up(alices, device, browser):
    add(alices, device)
    answer = assertion(browser, device)
    wrong = answer | {"credential": Authenticator().get(offered_options(browser))}

    assert browser.post("/account/sign-in/passkey", wrong).status_code == 403
    assert browser.post("/account/sign-in/passkey", answer).json()["error"] == "challenge-gone"


def offered_options(browser):
    return browser.post("/account/sign-in/passkey/options").json()["options"]


def test_a_challenge_grows_old(alices, device, browser, time):
    add(alices, device)
    answer = assertion(browser, device)

    time.pass_by(seconds=CHALLENGE_LIFE.total_seconds() + 1)

    assert browser.post("/account/sign-in/passkey", answer).json()["error"] == "challenge-gone"


def test_old_challenges_do_not_pile_up(browser, time):
    offered_options(browser)
    time.pass_by(hours=1)
    offered_options(browser)

    assert Challenge.objects.count() == 1


def test_a_challenge_is_for_what_it_was_given_for(alices, bobs, device):
    mine = alices.post("/account/passkeys/options").json()
    answer = {"challenge": mine["challenge"], "credential": device.create(mine["options"])}

    assert bobs.post("/account/passkeys", answer).json()["error"] == "challenge-gone"
    assert alices.post("/account/sign-in/passkey", answer).json()["error"] == "challenge-gone"


def test_a_count_that_does_not_go_up_is_a_copy(alices, device, browser):
    add(alices, device)
    assert sign_in(browser, device).status_code == 200

    device.sign_count -= 1

    refused = sign_in(Browser(), device)
    assert (refused.status_code, refused.json()["error"]) == (403, "passkey-not-accepted")


def test_a_device_that_does_not_count_is_let_in_again_and_again(alices, browser):
    device = Authenticator(counts=False)
    add(alices, device)

    assert [sign_in(Browser(), device).status_code for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize(
    "impostor",
    [
        pytest.param({"origin": "http://evil.example"}, id="another site"),
        pytest.param({"origin": "https://testserver"}, id="another scheme"),
        pytest.param({"flags": USER_PRESENT}, id="nobody verified"),
    ],
)
def test_answers_from_elsewhere_are_refused(alices, device, browser, impostor):
    add(alices, device)
    for name, value in impostor.items():
        setattr(device, name, value)

    assert sign_in(browser, device).json()["error"] == "passkey-not-accepted"
    assert add(alices, Authenticator(**impostor)).json()["error"] == "passkey-not-accepted"


def test_another_key_behind_a_known_id_is_refused(alices, device, browser):
    add(alices, device)

    impostor = Authenticator(credential_id=device.credential_id, sign_count=100)

    assert sign_in(browser, impostor).status_code == 403


@pytest.mark.parametrize("credential", [{}, {"rawId": 7}, {"rawId": "AA"}, {"rawId": "é"}])
def test_an_answer_that_is_none_is_refused(alices, device, browser, credential):
    add(alices, device)
    challenge = browser.post("/account/sign-in/passkey/options").json()["challenge"]

    response = browser.post(
        "/account/sign-in/passkey", {"challenge": challenge, "credential": credential}
    )

    assert response.status_code == 403


def test_the_site_of_a_passkey_is_that_of_the_settings(alices, settings):
    settings.SITE_URL = "https://meetings.example.org:8443"

    offered = alices.post("/account/passkeys/options").json()["options"]
    assert offered["rp"]["id"] == "meetings.example.org"
    assert add(alices, Authenticator()).status_code == 403
    device = Authenticator(origin="https://meetings.example.org:8443")
    assert add(alices, device).status_code == 201


def test_a_passkey_belongs_to_one_account(alices, bobs, device):
    add(alices, device)

    assert add(bobs, device).json()["error"] == "passkey-not-accepted"


def test_a_passkey_is_removed_with_what_was_sealed_for_it(alice, alices, device):
    made = add(alices, device).json()["id"]

    assert alices.post(f"/account/passkeys/{made}/removal").status_code == 200

    assert not Passkey.objects.exists()
    assert not KeyWrapping.objects.filter(way="passkey").exists()
    assert sign_in(Browser(), device).status_code == 403
    assert Alert.objects.filter(account=alice, deed="passkey-removed").exists()


def test_another_persons_passkey_can_not_be_removed(alices, bobs, device):
    made = add(alices, device).json()["id"]

    assert bobs.post(f"/account/passkeys/{made}/removal").status_code == 404
    assert bobs.post(f"/account/passkeys/{uuid.uuid4()}/removal").status_code == 404
    assert Passkey.objects.exists()


def test_the_only_way_in_stays(browser, device):
    join(browser, device)

    response = browser.post(f"/account/passkeys/{Passkey.objects.get().pk}/removal")

    assert (response.status_code, response.json()["error"]) == (409, "last-way-in")


def test_a_person_has_so_many_passkeys_and_no_more(alices, alice):
    for _number in range(MOST_PASSKEYS):
        add(alices, Authenticator())

    assert add(alices, Authenticator()).json()["error"] == "too-many-passkeys"


def test_a_suspended_account_is_not_let_in(alices, device):
    add(alices, device)
    Account.objects.update(is_suspended=True)

    assert sign_in(Browser(), device).json()["error"] == "suspended"


def test_a_passkey_confirms_for_its_own_account_alone(alice, alices, bobs, device):
    add(alices, device)
    passphrase = join_message()
    change = {key: passphrase[key] for key in ("salt", "auth", "wrapped", "scrypt_log_n")}

    theirs = bobs.post("/account/passphrase", change | assertion(bobs, device))
    mine = alices.post("/account/passphrase", change | assertion(alices, device))

    assert (theirs.status_code, mine.status_code) == (403, 200)


def test_each_sign_in_has_a_session_of_its_own(alice, alices, device):
    add(alices, device)
    sign_in(Browser(), device)

    assert Session.objects.filter(account=alice).count() == 2
    assert signed_in(alice).get("/account/keys").status_code == 200


def test_the_name_of_a_passkey_is_one_line_of_text(alices):
    add(alices, Authenticator(), name="Key\x00\n ring" + "g" * 100)

    name = Passkey.objects.get().name
    assert name.startswith("Key ring")
    assert len(name) == 60
