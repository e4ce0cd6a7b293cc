"""Two requests at the same moment, in threads with connections of their own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection, connections

from openchair.vault.models import Document, Version
from openchair.vault.tests.people_writing import sealed
from openchair.vault.tests.test_groups import create, rotate

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _a_database_in_a_file(transactional_db, tmp_path):
    """On SQLite: what an installation has. The database in memory of other tests locks in other ways."""
    if connection.vendor != "sqlite":
        yield
        return
    path = tmp_path / "at-once.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    in_memory, name = connection.connection, connection.settings_dict["NAME"]
    connection.connection, connection.settings_dict["NAME"] = None, str(path)
    yield
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = in_memory, name


def at_once(*deeds):
    """Do all at the same moment, and return what each gave."""
    gate = threading.Barrier(len(deeds))

    def do(deed):
        try:
            gate.wait(timeout=10)
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [done.result(timeout=60) for done in [pool.submit(do, deed) for deed in deeds]]


def until_heard(deed):
    """What a browser's queue does: ask again with the same key while the answer is "not just now"."""

    def ask():
        for _ in range(50):
            answer = deed()
            if answer.status_code != 503:
                return answer
        return answer

    return ask


def test_the_same_save_at_once_is_one_version(alice):
    document, key = uuid4(), uuid4()
    save = until_heard(lambda: alice.save(document, sealed("one"), key=key))

    answers = at_once(save, save, save, save)

    assert {answer.status_code for answer in answers} == {201}
    assert Version.objects.count() == 1


def test_of_two_devices_at_once_one_is_told_to_read_first(alice):
    document = alice.saved(sealed("0"))

    answers = at_once(
        *[until_heard(lambda n=n: alice.save(document, sealed(str(n)), read=1)) for n in (1, 2, 3)]
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert Document.objects.get().version == 2
    assert Version.objects.count() == 2


def test_two_devices_that_make_the_index_at_once_meet_in_one(alice):
    make = until_heard(lambda: alice.save(uuid4(), sealed(), kind="index"))

    answers = at_once(make, make)

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert Document.objects.get().kind == "index"


def test_an_erasure_and_a_save_at_once_leave_no_half(alice):
    document = alice.saved(sealed("1"))

    saved, erased = at_once(
        until_heard(lambda: alice.save(document, sealed("2"), read=1)),
        until_heard(lambda: alice.erase(document, 1)),
    )

    assert (saved.status_code, erased.status_code) in {(200, 409), (404, 200)}
    assert Version.objects.count() == (2 if saved.status_code == 200 else 0)


def test_two_who_share_with_the_same_people_do_not_wait_for_each_other_for_ever(
    alice, bob, charlie
):
    deeds = [
        until_heard(lambda: alice.save(uuid4(), sealed(), readers=[bob, charlie])),
        until_heard(lambda: alice.save(uuid4(), sealed(), readers=[charlie, bob])),
    ]

    answers = at_once(*deeds, *deeds)

    assert {answer.status_code for answer in answers} == {201}


def test_of_two_rotations_at_once_one_wins_whole(alice, bob):
    group, _ = create(alice, bob)

    answers = at_once(
        until_heard(lambda: rotate(alice, group, 2, alice)),
        until_heard(lambda: rotate(bob, group, 2, bob)),
    )

    assert sorted(answer.status_code for answer in answers) in ([200, 403], [200, 409])
