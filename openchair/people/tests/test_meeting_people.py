"""Cards and blocks: how people find each other, and how they don't."""

from __future__ import annotations

import uuid

import pytest

from openchair.people.models import Account, Block

pytestmark = pytest.mark.django_db


def card(browser, account):
    return browser.get(f"/account/cards/{account.card_token}")


def block(browser, account):
    return browser.post("/account/blocks", {"account": str(account.pk)})


def test_a_card_shows_name_and_key_to_whoever_holds_it(alice, alices, bobs):
    token = alices.get("/account/card").json()["token"]

    assert bobs.get(f"/account/cards/{token}").json() == {
        "account": str(alice.pk),
        "shown_name": "Alice",
        "public_key": alice.public_key,
    }


@pytest.mark.parametrize("token", ["%00", "x" * 5000, "%F0%9F%94%91"])
def test_any_token_is_a_question_that_the_database_takes(alice, bobs, token):
    assert bobs.get(f"/account/cards/{token}").status_code == 404


def test_a_card_is_opened_by_members_alone(alice, browser):
    assert card(browser, alice).status_code == 401


def test_a_renewed_card_finds_nobody_by_the_old_token(alice, alices, bobs):
    new = alices.post("/account/card/renewal").json()["token"]

    assert new != alice.card_token
    assert card(bobs, alice).status_code == 404
    assert bobs.get(f"/account/cards/{new}").status_code == 200


def test_unknown_blocked_suspended_and_near_tokens_look_alike(alice, alices, bob, bobs):
    paths = [f"/account/cards/{'x' * 22}", f"/account/cards/{alice.card_token[:-1]}"]
    unknown, near = (bobs.get(path) for path in paths)
    block(alices, bob)
    blocked = card(bobs, alice)
    Block.objects.all().delete()
    block(bobs, alice)
    blocker = card(bobs, alice)
    Block.objects.all().delete()
    Account.objects.filter(pk=alice.pk).update(is_suspended=True)
    suspended = card(bobs, alice)

    answers = [unknown, near, blocked, blocker, suspended]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(answer.headers) for answer in answers}) == 1


def test_a_card_costs_the_same_questions_whether_or_not_there_is_one(
    alice, bobs, django_assert_num_queries
):
    with django_assert_num_queries(3):
        card(bobs, alice)
    with django_assert_num_queries(3):
        bobs.get(f"/account/cards/{'x' * 22}")


def test_nobody_learns_that_they_are_blocked(alice, alices, bob, bobs):
    before = [bobs.get(path).content for path in ("/account/keys", "/account/sessions")]

    assert block(alices, bob).json() == {}

    assert [bobs.get(path).content for path in ("/account/keys", "/account/sessions")] == before
    assert not Block.objects.visible_to(bob).exists()


def test_blocking_twice_oneself_and_nobody_look_alike(alice, alices, bob):
    answers = [
        block(alices, bob),
        block(alices, bob),
        block(alices, alice),
        alices.post("/account/blocks", {"account": str(uuid.uuid4())}),
    ]

    assert {(answer.status_code, answer.content) for answer in answers} == {(200, b"{}")}
    assert Block.objects.get().blocked == bob


def test_a_block_is_taken_back_by_who_made_it(alice, alices, bob, bobs):
    block(alices, bob)

    bobs.post(f"/account/blocks/{alice.pk}/removal")
    bobs.post(f"/account/blocks/{bob.pk}/removal")
    assert Block.objects.exists()

    alices.post(f"/account/blocks/{bob.pk}/removal")
    assert not Block.objects.exists()


def test_guessing_cards_is_held_back(alice, bobs):
    statuses = [bobs.get(f"/account/cards/{number:022}").status_code for number in range(40)]

    assert statuses[-1] == 429
