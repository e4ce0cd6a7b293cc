from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest

from openchair.people.models import Account, Report
from openchair.people.tests.cast import TODAY
from openchair.people.tombstones import (
    TombstonesDamaged,
    apply_tombstones,
    prune_tombstones,
    read_tombstones,
    record_tombstone,
)

DAY = date(2026, 3, 1)


def test_what_was_recorded_is_read_back(tmp_path):
    one, other = uuid4(), uuid4()

    record_tombstone(home=tmp_path, account_id=one, day=DAY)
    record_tombstone(home=tmp_path, account_id=other, day=DAY + timedelta(days=1))

    assert read_tombstones(home=tmp_path) == {one: DAY, other: DAY + timedelta(days=1)}
    assert stat.S_IMODE((tmp_path / "tombstones").stat().st_mode) == 0o600


def test_nobody_was_erased_where_there_is_no_file(tmp_path):
    assert read_tombstones(home=tmp_path) == {}
    assert prune_tombstones(home=tmp_path, before=DAY) == 0


def test_a_line_cut_off_was_never_acknowledged_and_harms_no_later_one(tmp_path):
    one, other = uuid4(), uuid4()
    record_tombstone(home=tmp_path, account_id=one, day=DAY)
    with (tmp_path / "tombstones").open("a") as file:
        file.write(str(uuid4())[:20])

    assert list(read_tombstones(home=tmp_path)) == [one]
    record_tombstone(home=tmp_path, account_id=other, day=DAY)

    assert list(read_tombstones(home=tmp_path)) == [one, other]


def test_a_damaged_line_is_named(tmp_path):
    record_tombstone(home=tmp_path, account_id=uuid4(), day=DAY)
    with (tmp_path / "tombstones").open("a") as file:
        file.write("nonsense\n")

    with pytest.raises(TombstonesDamaged, match="line 2"):
        read_tombstones(home=tmp_path)


def test_old_tombstones_are_forgotten_and_none_that_come_meanwhile(tmp_path):
    old, new, meanwhile = uuid4(), uuid4(), [uuid4() for _ in range(40)]
    record_tombstone(home=tmp_path, account_id=old, day=DAY)
    record_tombstone(home=tmp_path, account_id=new, day=DAY + timedelta(days=2))

    with ThreadPoolExecutor(4) as threads:
        for account in meanwhile:
            threads.submit(record_tombstone, home=tmp_path, account_id=account, day=DAY)
            threads.submit(prune_tombstones, home=tmp_path, before=DAY)
    record_tombstone(home=tmp_path, account_id=meanwhile[0], day=DAY + timedelta(days=2))
    prune_tombstones(home=tmp_path, before=DAY)
    assert set(read_tombstones(home=tmp_path)) == {old, new, *meanwhile}

    prune_tombstones(home=tmp_path, before=DAY + timedelta(days=1))

    assert set(read_tombstones(home=tmp_path)) == {new, meanwhile[0]}
    assert stat.S_IMODE((tmp_path / "tombstones").stat().st_mode) == 0o600


@pytest.mark.django_db
def test_whoever_was_erased_is_erased_again_with_all_that_hangs_on_them(alice, bob, tmp_path):
    Report.objects.create(reporter=alice, about_account=bob, day=TODAY)
    record_tombstone(home=tmp_path, account_id=alice.pk, day=TODAY)
    record_tombstone(home=tmp_path, account_id=uuid4(), day=TODAY)

    assert apply_tombstones(home=tmp_path) == 1
    assert apply_tombstones(home=tmp_path) == 0

    assert [row.pk for row in Account.objects.all()] == [bob.pk]
    assert Report.objects.get().reporter is None
