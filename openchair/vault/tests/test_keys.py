from __future__ import annotations

import pytest

from openchair.vault.tests.people_writing import Person, block, sealed
from openchair.vault.tests.test_groups import create, rotate

pytestmark = pytest.mark.django_db


def known(person: Person, *others: Person, card: str = "") -> set[str]:
    query = {"accounts": ",".join(str(other.id) for other in others), "card": card}
    return set(person.client.get("/vault/keys", query).json()["keys"])


def test_a_stranger_has_no_key_to_be_found(alice, bob):
    assert known(alice, bob) == set()


def test_one_knows_oneself(alice):
    [found] = alice.client.get("/vault/keys", {"accounts": str(alice.id)}).json()["keys"].values()

    assert found == {"public_key": alice.account.public_key, "shown_name": "Alice"}


def test_who_shared_something_knows_the_other_both_ways_and_after_withdrawal(alice, bob, charlie):
    document = alice.saved(sealed(), readers=[bob, charlie])
    alice.save(document, sealed("2"), read=1, readers=[])

    assert known(alice, bob) == {str(bob.id)}
    assert known(bob, alice) == {str(alice.id)}
    # Two readers of one document don't know each other by it.
    assert known(bob, charlie) == set()


def test_people_of_one_group_know_each_other_if_they_met_in_it(alice, bob, charlie):
    group, _ = create(alice, bob)
    rotate(alice, group, 2, alice)
    rotate(alice, group, 3, alice, charlie)

    assert known(bob, alice, charlie) == {str(alice.id)}
    assert known(charlie, alice, bob) == {str(alice.id)}
    assert known(alice, bob, charlie) == {str(bob.id), str(charlie.id)}


def test_a_card_in_hand_is_an_introduction_to_its_owner_alone(alice, bob, charlie):
    card = bob.account.card_token

    assert known(alice, bob, charlie, card=card) == {str(bob.id)}
    assert known(alice, charlie, card=card) == set()
    assert known(alice, bob, card=card[:-1]) == set()


@pytest.mark.parametrize("by_alice", [True, False], ids=["by who asks", "by the other"])
def test_a_block_makes_strangers(alice, bob, by_alice):
    alice.saved(sealed(), readers=[bob])
    pair = (alice.account, bob.account)
    block(*(pair if by_alice else reversed(pair)))

    assert known(alice, bob, card=bob.account.card_token) == set()


def test_accounts_that_are_none_are_refused(alice):
    assert alice.client.get("/vault/keys", {"accounts": "x"}).status_code == 400
    assert alice.client.get("/vault/keys").json() == {"keys": {}}
