"""No other site can make a browser post here, signing in included."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver

from openchair.people import urls
from openchair.people.bodies import encode
from openchair.people.models import Account, Block, Session
from openchair.people.tests.cast import Browser, auth_of, join_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict() -> Browser:
    return Browser(client=Client(enforce_csrf_checks=True))


def test_joining_and_signing_in_need_the_token(strict, alice):
    message = {"handle": alice.handle, "auth": encode(auth_of("Alice's passphrase"))}

    for path, body in (("/account/sign-in", message), ("/account/join", join_message("Bob"))):
        refused = strict.post(path, body)
        assert (refused.status_code, refused.json()["error"]) == (403, "token-missing")
    assert not Session.objects.exists()
    assert Account.objects.count() == 1


def test_with_the_token_it_works_and_the_new_token_works_from_then_on(strict, alice, bob):
    strict.client.cookies["csrftoken"] = "t" * 32
    message = {"handle": alice.handle, "auth": encode(auth_of("Alice's passphrase"))}
    token = strict.post("/account/sign-in", message, headers={"X-CSRFToken": "t" * 32}).json()

    body = {"account": str(bob.pk)}
    stale = strict.post("/account/blocks", body, headers={"X-CSRFToken": "t" * 32})
    fresh = strict.post("/account/blocks", body, headers={"X-CSRFToken": token["csrf"]})

    assert (stale.status_code, fresh.status_code) == (403, 200)
    assert Block.objects.count() == 1


@pytest.mark.parametrize("pattern", urls.urlpatterns, ids=lambda pattern: pattern.name)
def test_no_address_of_accounts_takes_a_post_without_a_token(strict, pattern):
    path = "/" + get_resolver().reverse(pattern.name, **_arguments(pattern))

    response = strict.client.post(path, "{}", content_type="application/json")

    # 405 where nothing can be posted: the check runs before the view is asked.
    assert response.status_code == 403


def _arguments(pattern):
    example = {"token": "x" * 22}
    return {
        name: example.get(name, "00000000-0000-4000-8000-000000000000")
        for name in pattern.pattern.converters
    }


def test_a_page_without_its_token_is_answered_as_a_page(strict):
    response = strict.client.post("/sign-out")

    assert response.status_code == 403
    assert response["Content-Type"].startswith("text/html")
