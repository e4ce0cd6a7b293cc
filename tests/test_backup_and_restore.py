"""Backups as an operator takes them, tries them out and goes back to them, on either database."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from openchair.people.tombstones import record_tombstone
from tests.members import Member, make_members
from tests.postgres import find_programs, postgres
from tests.running import environment, openchair, running

pytestmark = pytest.mark.xdist_group("installation")


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres(programs) as cluster:
        yield cluster.url


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    return {} if request.param == "SQLite" else {"DATABASE_URL": request.getfixturevalue("cluster")}


@pytest.fixture
def home(tmp_path: Path, demo_home: Path, database: dict[str, str]) -> Path:
    """An installation that is set up, with two members."""
    home = tmp_path / "home"
    shutil.copytree(demo_home, home, ignore=lambda *_: ["pages.sock", "run.lock"])
    openchair("setup", home=home, **database)
    return home


def accounts(home: Path, database: dict[str, str]) -> set[str]:
    code = (
        "import django; django.setup();"
        "from openchair.people.models import Account;"
        "print(*Account.objects.values_list('pk', flat=True))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(home, DJANGO_SETTINGS_MODULE="openchair.site.settings", **database),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(said.stdout.split())


def back_up(home: Path, target: Path, database: dict[str, str]) -> list[Member]:
    members = make_members(2, home=home, **database)
    openchair("backup", "--to", str(target), home=home, **database)
    return members


def test_a_backup_comes_back_without_who_was_erased_since(home, database, tmp_path):
    target = tmp_path / "kept.tar.gz"
    before = accounts(home, database)
    stays, leaves = (member.account for member in back_up(home, target, database))
    record_tombstone(home=home, account_id=UUID(leaves), day=date(2026, 5, 1))

    verified = openchair("restore", str(target), "--verify", home=home, **database)
    as_before = accounts(home, database)
    openchair("restore", str(target), home=home, **database)

    assert "Nothing here was changed" in verified.stdout
    assert as_before == before | {stays, leaves}
    assert accounts(home, database) == before | {stays}
    assert target.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("database", ["SQLite"], indirect=True)
class TestDamage:
    @pytest.mark.parametrize("how", ["truncated", "one bit", "empty"])
    def test_a_damaged_backup_is_refused_and_nothing_changes(self, home, database, tmp_path, how):
        target = tmp_path / "kept.tar.gz"
        back_up(home, target, database)
        whole = target.read_bytes()
        middle = len(whole) // 2
        damaged = {
            "truncated": whole[:middle],
            "one bit": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "empty": b"",
        }[how]
        target.write_bytes(damaged)
        before = accounts(home, database)

        said = openchair("restore", str(target), home=home, check=False, **database)

        assert said.returncode == 2
        assert "can't be used" in said.stderr
        assert accounts(home, database) == before

    def test_nothing_is_restored_under_a_running_installation(self, home, database, tmp_path):
        target = tmp_path / "kept.tar.gz"
        back_up(home, target, database)

        with running(home, **database):
            said = openchair("restore", str(target), home=home, check=False, **database)
            backed_up = openchair("backup", home=home, **database)

        assert said.returncode == 2
        assert "running" in said.stderr.lower()
        assert "Backed up to" in backed_up.stdout

    def test_no_backup_holds_the_tombstones(self, home, database, tmp_path):
        target = tmp_path / "kept.tar.gz"
        record_tombstone(home=home, account_id=UUID(int=7), day=date(2026, 5, 1))
        back_up(home, target, database)

        said = subprocess.run(["tar", "-tzf", target], capture_output=True, text=True, check=True)

        assert not [name for name in said.stdout.split() if "tombstone" in name]

    def test_an_upgrade_takes_a_backup_and_can_go_back(self, home, database, tmp_path):
        members = {member.account for member in make_members(1, home=home)}

        openchair("upgrade", home=home)
        with sqlite3.connect(home / "openchair.sqlite3") as connection:
            connection.execute("DELETE FROM people_session")
            connection.execute("DELETE FROM people_account")
        openchair("upgrade", "--back", home=home)

        assert accounts(home, database) == members
