from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from openchair.vault.models import GroupKey, SealedGroup
from openchair.vault.rules import encode_bytes
from openchair.vault.tests.people_writing import Person, block, public_key, sealed

pytestmark = pytest.mark.django_db


def wrapped(*people: Person, epoch: int = 1) -> dict[str, str]:
    return {
        str(person.id): encode_bytes(sealed(f"{epoch} {person.account.shown_name}"))
        for person in people
    }


def create(person: Person, *others: Person, group: UUID | None = None, key: str | None = None):
    body = {
        "id": str(group or uuid4()),
        "public_key": key or public_key(),
        "wrapped": wrapped(person, *others),
    }
    return UUID(body["id"]), person.post("/vault/groups", body)


def rotate(person: Person, group: UUID, epoch: int, *members: Person, key: str | None = None):
    body = {
        "epoch": epoch,
        "public_key": key or public_key(),
        "wrapped": wrapped(*members, epoch=epoch),
    }
    return person.post(f"/vault/groups/{group}/rotation", body)


def held(person: Person) -> list[dict]:
    return person.client.get("/vault/groups").json()["groups"]


def epochs(person: Person) -> list[int]:
    [group] = held(person)
    return [key["epoch"] for key in group["keys"]]


def test_each_member_gets_the_key_as_it_was_sealed_to_them(alice, bob, charlie):
    group, answer = create(alice, bob)
    [of_bob] = held(bob)

    assert (answer.status_code, answer.json()) == (201, {"epoch": 1})
    assert (of_bob["id"], of_bob["epoch"]) == (str(group), 1)
    assert [key["sealed"] for key in of_bob["keys"]] == [wrapped(bob)[str(bob.id)]]
    assert set(of_bob["members"]) == {str(alice.id), str(bob.id)}
    assert held(charlie) == []


def test_who_leaves_keeps_the_old_keys_and_gets_no_new_one(alice, bob, charlie):
    group, _ = create(alice, bob, charlie)

    answer = rotate(alice, group, 2, alice, bob)
    [of_charlie] = held(charlie)

    assert answer.json() == {"epoch": 2}
    assert (epochs(alice), epochs(bob), epochs(charlie)) == ([2, 1], [2, 1], [1])
    assert (of_charlie["epoch"], of_charlie["members"]) == (1, [])
    assert set(held(bob)[0]["members"]) == {str(alice.id), str(bob.id)}


def test_who_joins_later_gets_no_earlier_key(alice, bob, charlie):
    group, _ = create(alice, bob)

    rotate(bob, group, 2, alice, bob, charlie)

    assert epochs(charlie) == [2]


def test_who_comes_back_has_the_keys_of_their_own_times(alice, bob):
    group, _ = create(alice, bob)
    rotate(alice, group, 2, alice)
    rotate(alice, group, 3, alice, bob)

    assert epochs(bob) == [3, 1]
    assert len(held(bob)[0]["members"]) == 2


@pytest.mark.parametrize("epoch", [1, 3, 9], ids=["the one there is", "one ahead", "far ahead"])
def test_a_rotation_that_is_not_the_next_is_a_conflict(alice, bob, epoch):
    group, _ = create(alice, bob)

    answer = rotate(bob, group, epoch, alice, bob)

    assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
    assert answer.json()["epoch"] == 1
    assert epochs(alice) == [1]


def test_the_slower_of_two_rotations_is_told(alice, bob, charlie):
    group, _ = create(alice, bob, charlie)
    rotate(alice, group, 2, alice, bob)

    answer = rotate(bob, group, 2, bob, charlie)

    assert answer.status_code == 409
    assert set(held(alice)[0]["members"]) == {str(alice.id), str(bob.id)}


def test_a_group_and_a_rotation_sent_twice_are_made_once(alice, bob):
    key, next_key, group = public_key(), public_key(), uuid4()

    made = [create(alice, bob, group=group, key=key)[1].status_code for _ in range(2)]
    turned = [rotate(alice, group, 2, alice, bob, key=next_key).status_code for _ in range(2)]

    assert (made, turned) == ([201, 201], [200, 200])
    assert GroupKey.objects.count() == 2


def test_an_id_that_is_taken_says_nothing_of_the_other_group(alice, charlie):
    group, _ = create(alice)

    _group, answer = create(charlie, group=group)

    assert (answer.status_code, answer.json()["error"]) == (409, "group-exists")
    assert held(charlie) == []


def test_only_a_current_member_may_rotate(alice, bob, charlie):
    group, _ = create(alice, bob)
    rotate(alice, group, 2, alice)

    of_former, of_stranger = rotate(bob, group, 3, bob), rotate(charlie, group, 3, charlie)

    assert (of_former.status_code, of_former.json()["error"]) == (403, "not-a-member")
    assert (of_stranger.status_code, of_stranger.json()["error"]) == (404, "not-found")
    assert rotate(charlie, uuid4(), 3, charlie).content == of_stranger.content
    assert epochs(alice) == [2, 1]


def test_who_makes_a_key_is_in_the_group(alice, bob):
    body = {"id": str(uuid4()), "public_key": public_key(), "wrapped": wrapped(bob)}

    assert alice.post("/vault/groups", body).status_code == 403
    assert not SealedGroup.objects.exists()


def test_a_block_keeps_people_out_of_new_groups_and_lets_old_ones_rotate(alice, bob, charlie):
    group, _ = create(alice, bob)
    block(bob.account, alice.account)
    block(alice.account, charlie.account)

    _other, refused = create(alice, bob)
    added = rotate(alice, group, 2, alice, bob, charlie)
    rotated = rotate(alice, group, 2, alice, bob)

    assert (refused.status_code, refused.json()["error"]) == (409, "cannot-share")
    assert (added.status_code, added.json()["accounts"]) == (409, [str(charlie.id)])
    assert rotated.status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"},
        {"public_key": "age1short"},
        {"public_key": None},
        {"wrapped": []},
        {"wrapped": {"x": ""}},
        {"wrapped": {str(uuid4()): 1}},
        {"wrapped": {str(uuid4()): "+/=="}},
    ],
)
def test_a_group_that_can_not_be_meant_is_refused(alice, change):
    body = {"id": str(uuid4()), "public_key": public_key(), "wrapped": wrapped(alice)} | change

    assert alice.post("/vault/groups", body).status_code == 400
    assert not SealedGroup.objects.exists()


def test_a_key_that_is_not_sealed_is_refused(alice):
    body = {
        "id": str(uuid4()),
        "public_key": public_key(),
        "wrapped": {str(alice.id): encode_bytes(b"AGE-SECRET-KEY-1")},
    }

    answer = alice.post("/vault/groups", body)

    assert (answer.status_code, answer.json()["error"]) == (400, "not-sealed")
    assert not SealedGroup.objects.exists()
