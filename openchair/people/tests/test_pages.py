from __future__ import annotations

import msgspec
import pytest
from django.conf import settings as site_settings
from django.contrib.staticfiles import finders

from openchair.people import views
from openchair.people.models import Account, Alert
from openchair.people.tests.authenticator import Authenticator
from openchair.people.tests.cast import TODAY
from openchair.people.tests.test_passkeys import add

pytestmark = pytest.mark.django_db
PREFERENCES = {
    "language": "es",
    "wording": "own",
    "higher_power_word": "the sea",
    "country": "MX",
    "time_zone": "America/Mexico_City",
    "day_start_hour": "4",
    "lock_minutes": "5",
}


@pytest.mark.parametrize("path", ["/join", "/sign-in", "/recover"])
def test_visitors_see_the_pages_to_come_in_by(browser, shown, path):
    response = browser.get(path)

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response.holds_sealed_writing


@pytest.mark.parametrize(
    "path",
    [
        "/account",
        "/account/kit-page",
        "/account/preferences",
        "/account/people",
        "/account/leave",
        "/moderation",
    ],
)
def test_a_visitor_signs_in_first_and_comes_back(browser, shown, path):
    response = browser.get(path + "?x=1")

    assert response.status_code == 302
    browser.get(response["Location"])
    assert shown["people/sign_in.html"]["next"] == path + "?x=1"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\x00//evil.example",
        "account",
        "",
    ],
)
def test_after_signing_in_nobody_lands_on_another_site(browser, shown, elsewhere):
    browser.client.get("/sign-in", {"next": elsewhere})

    assert shown["people/sign_in.html"]["next"] == "/account"


def test_the_account_page_is_given_what_belongs_to_the_person(alice, alices, bobs, shown):
    add(alices, Authenticator(), name="Key ring")
    add(bobs, Authenticator(), name="Bob's")

    alices.get("/account")

    given = shown["people/account.html"]
    assert (given["handle"], given["kit_confirmed_on"]) == (alice.handle, None)
    assert (given["has_passphrase"], given["has_passkeys"]) == (True, True)
    assert [(row["name"], row["opens_writing"]) for row in given["passkeys"]] == [
        ("Key ring", True)
    ]
    assert [row["is_this"] for row in given["sessions"]] == [True]
    assert [row["deed"] for row in given["alerts"]] == ["passkey-added", "signed-in"]


def test_alerts_are_seen_when_the_person_says_so_and_go_after_a_month(alice, alices, shown, time):
    alices.client.post("/account/alerts/seen")
    assert Alert.objects.get().seen

    time.pass_by(days=views.ALERT_DAYS + 1)
    alices.sign_in(alice)
    alices.get("/account")
    assert [row["seen"] for row in shown["people/account.html"]["alerts"]] == [False]


@pytest.mark.parametrize(
    ("path", "template"),
    [("/account/kit-page", "people/kit.html"), ("/account/leave", "people/erase.html")],
)
def test_kit_and_leaving_are_given_who_the_person_is(alice, alices, shown, path, template):
    alices.get(path)

    assert shown[template]["handle"] == alice.handle
    assert shown[template]["has_passphrase"]


def test_the_people_page_has_the_card_and_the_own_blocks(alice, alices, bob, bobs, shown):
    alices.post("/account/blocks", {"account": str(bob.pk)})
    alices.get("/account/people")
    bobs.get("/account/people")

    mine = shown["people/people.html"]
    assert mine["blocks"] == []
    assert mine["card_url"].endswith(f"/account/people#card={bob.card_token}")


def test_blocks_are_listed_to_who_made_them(alices, bob, shown):
    alices.post("/account/blocks", {"account": str(bob.pk)})
    alices.get("/account/people")

    assert shown["people/people.html"]["blocks"] == [
        {"account": str(bob.pk), "shown_name": "Bob", "day": TODAY}
    ]


def test_preferences_are_a_plain_form(alice, alices, shown):
    response = alices.client.post("/account/preferences", PREFERENCES)

    assert response["Location"] == "/account/preferences?kept=1"
    kept = Account.objects.get(pk=alice.pk)
    assert (kept.language, kept.wording, kept.higher_power_word) == ("es", "own", "the sea")
    assert (kept.country, kept.time_zone) == ("MX", "America/Mexico_City")
    assert (kept.day_start_hour, kept.lock_minutes) == (4, 5)
    assert response.cookies["language"].value == "es"
    assert response.cookies["country"].value == "MX"
    alices.get("/account/preferences?kept=1")
    assert shown["people/preferences.html"]["is_kept"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "xx"),
        ("country", "ZZ"),
        ("time_zone", "Mars/Olympus"),
        ("wording", "loud"),
        ("day_start_hour", "25"),
        ("lock_minutes", "100000"),
        ("higher_power_word", "x" * 41),
    ],
)
def test_a_preference_that_is_none_is_shown_beside_its_field(alice, alices, shown, field, value):
    response = alices.client.post("/account/preferences", PREFERENCES | {field: value})

    assert response.status_code == 422
    assert list(shown["people/preferences.html"]["form"].errors) == [field]
    assert Account.objects.get(pk=alice.pk).country == ""


def test_a_form_can_set_nothing_else(alice, alices, shown):
    alices.client.post("/account/preferences", PREFERENCES | {"is_operator": "1", "handle": "root"})

    kept = Account.objects.get(pk=alice.pk)
    assert (kept.is_operator, kept.handle) == (False, alice.handle)


def test_preferences_come_along_to_a_new_device(alice, browser):
    Account.objects.update(language="fr", country="CA")

    response = browser.sign_in(alice)

    assert (response.cookies["language"].value, response.cookies["country"].value) == ("fr", "CA")


@pytest.mark.parametrize("name", ["notes", "calendar", "weather"])
def test_a_disguise_renames_the_site_on_this_device_alone(alices, browser, name):
    alices.client.post("/account/disguise", {"disguise": name})

    page = alices.get("/help").content.decode()
    address = f"/manifest.webmanifest?as={name}"
    assert f'href="{address}"' in page
    assert f"· {name.title()}</title>" in page
    # Browsers ask for the manifest without cookies.
    manifest = browser.get(address).json()
    assert manifest["name"] == name.title()
    for icon in manifest["icons"]:
        assert name in icon["src"]
        assert finders.find(icon["src"].removeprefix("/static/"))
    assert browser.get("/manifest.webmanifest").json()["name"] == site_settings.SITE_NAME


@pytest.mark.parametrize("name", ["", "bank", "../evil"])
def test_any_other_word_brings_the_own_name_back(alices, name):
    alices.client.post("/account/disguise", {"disguise": "notes"})
    alices.client.post("/account/disguise", {"disguise": name})

    assert alices.get("/manifest.webmanifest").json()["name"] == site_settings.SITE_NAME


def test_leaving_goes_where_the_operator_says(browser, settings):
    settings.QUICK_EXIT_URL = "https://www.example.org/weather"

    response = browser.get("/leave")

    assert response["Location"] == "https://www.example.org/weather"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Clear-Site-Data"] == '"cache"'


def test_leaving_asks_nobody_else_by_default(browser, shown):
    response = browser.get("/leave")

    assert response.status_code == 200
    assert "people/left.html" in shown
    assert response["Clear-Site-Data"] == '"cache"'
    assert response["Cache-Control"] == "no-store"


def test_whether_adults_only_is_told_to_the_sign_up_page(browser, shown, settings):
    browser.get("/join")
    assert shown["people/join.html"]["adults_only"] is True

    settings.ADULTS_ONLY = False
    browser.get("/join")
    assert shown["people/join.html"]["adults_only"] is False


def test_the_page_that_erases_says_how_long_this_site_keeps_backups(alices, shown, settings):
    settings.INSTALLATION = msgspec.structs.replace(settings.INSTALLATION, backup_keep_days=90)

    alices.get("/account/leave")

    assert shown["people/erase.html"]["backup_days"] == 90
