"""Backups without Django: the archive, the copy of a file that is written to, the swap, and how long one stays."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from openchair.people.tombstones import read_tombstones, record_tombstone
from openchair.site.backing_up.archive import NoRoom, read_archive
from openchair.site.backing_up.databases import DatabaseTrouble
from openchair.site.backing_up.files import InUse, alone, stopped
from openchair.site.backing_up.manifest import Damaged, Manifest, is_expected
from openchair.site.backing_up.sqlite import SQLite, read_contents
from openchair.site.backing_up.swapping import PLAN, Plan
from openchair.site.backing_up.taking import (
    NothingThere,
    find_backups,
    free_name,
    keep_aside,
    let_old_ones_go,
    take_backup,
)

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a database of one table, a secret key, a secret and a public file."""
    home = tmp_path / "home"
    fill(home, word="here")
    return home


def fill(home: Path, *, word: str) -> None:
    for folder in ("secrets", "public/maps"):
        (home / folder).mkdir(parents=True)
    (home / "secret_key").write_text(f"key {word}")
    (home / "secrets" / "push").write_text(f"push {word}")
    (home / "public" / "maps" / "streets").write_text(f"streets {word}")
    with closing(sqlite3.connect(home / "openchair.sqlite3")) as database, database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE django_migrations (app TEXT, name TEXT)")
        database.execute("INSERT INTO django_migrations VALUES ('people', '0001_accounts')")
        database.execute("CREATE TABLE written (number INTEGER, word TEXT)")
        database.execute("INSERT INTO written VALUES (0, ?)", [word])


def back_up(home: Path, target: Path) -> Manifest:
    with alone(home=home) as work:
        database = SQLite(path=home / "openchair.sqlite3")
        return take_backup(
            home=home, work=work, target=target, database=database, now=NOW, say=print
        )


def repack(source: Path, target: Path, change) -> Path:
    """Write the members of `source` again as `change` gives them, (entry, bytes) each."""
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        members = [(entry, old.extractfile(entry).read()) for entry in old]
        for entry, text in change(members):
            if entry.isreg():
                entry.size = len(text)
            new.addfile(entry, io.BytesIO(text))
    return target


def test_everything_comes_out_as_it_went_in(home, tmp_path):
    (home / "tombstones").write_text("nobody's business")
    (home / "search").mkdir()
    target = tmp_path / "kept.tar.gz"

    manifest = back_up(home, target)
    (tmp_path / "out").mkdir()
    read = read_archive(path=target, into=tmp_path / "out")

    assert read == manifest
    assert manifest.taken_at == NOW
    names = {"database.sqlite3", "secret_key", "secrets/push", "public/maps/streets"}
    assert set(manifest.members) == names
    assert (tmp_path / "out/public/maps/streets").read_text() == "streets here"
    assert read_contents(path=tmp_path / "out/database.sqlite3") == manifest.contents
    assert manifest.contents.rows == {"django_migrations": 1, "written": 1}
    assert not list(home.glob("backing-up"))


def test_a_backup_under_write_load_holds_every_row_acknowledged_before(home, tmp_path):
    acknowledged = 0
    end = threading.Event()
    enough = threading.Event()

    def write() -> None:
        nonlocal acknowledged
        with closing(sqlite3.connect(home / "openchair.sqlite3", timeout=20)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            while not end.is_set():
                with database:
                    database.execute("INSERT INTO written VALUES (?, ?)", [acknowledged + 1, "x" * 2000])  # fmt: skip
                acknowledged += 1
                if acknowledged == 50:
                    enough.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert enough.wait(20)
        for number in range(5):
            before = acknowledged
            target = tmp_path / f"{number}.tar.gz"
            manifest = back_up(home, target)
            into = tmp_path / str(number)
            into.mkdir()
            read_archive(path=target, into=into)

            with closing(sqlite3.connect(into / "database.sqlite3")) as copy:
                numbers = [n for (n,) in copy.execute("SELECT number FROM written ORDER BY 1")]
            assert len(numbers) > before
            assert numbers == list(range(len(numbers)))
            assert manifest.contents.rows["written"] == len(numbers)
    finally:
        end.set()
        writer.join()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.7, 0.98, 0.9999])
def test_a_file_cut_off_anywhere_is_refused(home, tmp_path, share):
    target = tmp_path / "kept.tar.gz"
    back_up(home, target)
    whole = target.read_bytes()
    target.write_bytes(whole[: int(len(whole) * share)])
    (tmp_path / "out").mkdir()

    with pytest.raises(Damaged):
        read_archive(path=target, into=tmp_path / "out")


@pytest.mark.parametrize("tenth", range(10))
def test_a_bit_that_turned_over_is_found(home, tmp_path, tenth):
    target = tmp_path / "kept.tar.gz"
    back_up(home, target)
    whole = bytearray(target.read_bytes())
    # The first ten bytes are gzip's header, of which the clock and the like carry nothing.
    whole[12 + (len(whole) - 12) * tenth // 10] ^= 4
    target.write_bytes(whole)
    (tmp_path / "out").mkdir()

    with pytest.raises(Damaged):
        read_archive(path=target, into=tmp_path / "out")


def _other_text(members):
    return [(entry, b"x" * len(text) if entry.name == "secrets/push" else text) for entry, text in members]  # fmt: skip


def _renamed(name):
    def change(members):
        for entry, text in members:
            if entry.name == "secrets/push":
                entry.name = name
            elif entry.name == "manifest.json":
                yield entry, text.replace(b"secrets/push", name.encode())
                continue
            yield entry, text

    return change


def _as_link(kind):
    def change(members):
        for entry, text in members:
            if entry.name == "secrets/push":
                entry.type, entry.linkname, entry.size = kind, "../../../etc/passwd", 0
            yield entry, text

    return change


def _with(name):
    return lambda members: [*members, (tarfile.TarInfo(name), b"more")]


@pytest.mark.parametrize(
    "change",
    [
        _other_text,
        _renamed("/etc/passwd"),
        _renamed("../outside"),
        _renamed("secrets/../../outside"),
        _renamed("tombstones"),
        _renamed("openchair.sqlite3"),
        _as_link(tarfile.SYMTYPE),
        _as_link(tarfile.LNKTYPE),
        _as_link(tarfile.CHRTYPE),
        _as_link(tarfile.DIRTYPE),
        _with("secrets/more"),
        _with("secret_key"),
        lambda members: members[:-1],
        lambda members: members[1:],
        lambda members: members[::-1],
        lambda members: [],
        lambda members: [(members[0][0], b"{}"), *members[1:]],
        lambda members: [(members[0][0], b"\xff\x00 nonsense"), *members[1:]],
    ],
)
def test_what_no_backup_holds_is_refused_and_nothing_leaves_the_folder(home, tmp_path, change):
    back_up(home, tmp_path / "kept.tar.gz")
    hostile = repack(tmp_path / "kept.tar.gz", tmp_path / "hostile.tar.gz", change)
    into = tmp_path / "below" / "out"
    into.mkdir(parents=True)

    with pytest.raises(Damaged):
        read_archive(path=hostile, into=into)

    assert [path.name for path in (tmp_path / "below").iterdir()] == ["out"]
    assert not [path for path in into.rglob("*") if path.is_symlink()]


def test_a_manifest_that_claims_more_than_the_disk_holds_is_refused_before_anything_is_written(
    home, tmp_path
):
    back_up(home, tmp_path / "kept.tar.gz")

    def huge(members):
        manifest = msgspec.json.decode(members[0][1])
        manifest["members"]["database.sqlite3"]["size"] = 2**60
        return [(members[0][0], msgspec.json.encode(manifest)), *members[1:]]

    bomb = repack(tmp_path / "kept.tar.gz", tmp_path / "bomb.tar.gz", huge)
    (tmp_path / "out").mkdir()

    with pytest.raises(NoRoom):
        read_archive(path=bomb, into=tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_a_header_that_claims_to_be_gigabytes_long_is_not_read(tmp_path):
    entry = tarfile.TarInfo("pax")
    entry.type, entry.size = tarfile.XHDTYPE, 2**32
    path = tmp_path / "bomb.tar.gz"
    path.write_bytes(gzip.compress(entry.tobuf(tarfile.USTAR_FORMAT) + bytes(10_000)))

    with pytest.raises(Damaged, match="size"):
        read_archive(path=path, into=tmp_path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("public/.well-known/security.txt", True),
        ("public/a b/ü.html", True),
        ("public", False),
        ("public/", False),
        ("public//x", False),
        ("public/./x", False),
        ("secrets/a\nb", False),
        ("secrets/a\\b", False),
        ("database.dump", False),
    ],
)
def test_names_that_a_backup_may_hold(name, expected):
    assert is_expected(name=name, engine="sqlite") == expected


def test_a_database_that_brings_programs_along_is_refused(home):
    with closing(sqlite3.connect(home / "openchair.sqlite3")) as database, database:
        database.execute("CREATE TRIGGER x AFTER INSERT ON written BEGIN DELETE FROM written; END")

    with pytest.raises(Damaged, match="trigger"):
        read_contents(path=home / "openchair.sqlite3")


def test_of_a_damaged_database_no_backup_is_made_and_its_files_are_kept(home, tmp_path):
    path = home / "openchair.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.write_bytes(path.read_bytes()[:4096] + os.urandom(8192))
    damaged = path.read_bytes()

    with pytest.raises(DatabaseTrouble):
        back_up(home, tmp_path / "kept.tar.gz")
    assert not list(tmp_path.glob("*.gz*"))
    with alone(home=home) as work:
        keep_aside(home=home, work=work, database=SQLite(path=path), now=NOW, say=print)

    [kept] = (home / "backups").glob("damaged-*/openchair.sqlite3")
    assert kept.read_bytes() == damaged


def test_there_is_nothing_to_back_up_before_set_up(tmp_path):
    with pytest.raises(NothingThere):
        back_up(tmp_path / "nothing", tmp_path / "kept.tar.gz")


def test_old_backups_go_and_never_the_last_with_tombstones_that_outlived_them_all(home):
    folder = home / "backups"
    folder.mkdir()
    ages = [0, 1, 34, 36, 400]
    paths = [free_name(folder=folder, now=NOW - timedelta(days=age)) for age in ages]
    for path in [*paths, folder / "mine.tar.gz", folder / "openchair-20269999T000000Z.tar.gz"]:
        path.write_text("kept")
    for age in (1, 41, 50):
        day = (NOW - timedelta(days=age)).date()
        record_tombstone(home=home, account_id=uuid4(), day=day)

    removed = let_old_ones_go(home=home, folder=folder, newest=paths[0], now=NOW)

    assert set(removed) == set(paths[3:])
    assert [backup.path for backup in find_backups(folder=folder)] == paths[:3]
    assert (folder / "mine.tar.gz").exists()
    assert sorted(read_tombstones(home=home).values()) == [date(2026, 3, 21), date(2026, 4, 30)]
    assert let_old_ones_go(home=home, folder=folder, newest=paths[0], now=NOW + timedelta(99))
    assert [backup.path for backup in find_backups(folder=folder)] == [paths[0]]


def test_two_backups_of_one_second_have_two_names(tmp_path):
    first = free_name(folder=tmp_path, now=NOW, is_before_upgrade=True)
    first.touch()
    second = free_name(folder=tmp_path, now=NOW, is_before_upgrade=True)
    second.touch()

    assert [backup.path for backup in find_backups(folder=tmp_path)] == [second, first]
    assert all(backup.is_before_upgrade for backup in find_backups(folder=tmp_path))


def test_one_backup_or_restore_at_a_time(tmp_path):
    with alone(home=tmp_path), pytest.raises(InUse), alone(home=tmp_path):
        pass
    with stopped(home=tmp_path), pytest.raises(InUse, match="running"), stopped(home=tmp_path):
        pass


DIES_AT_STEP = """
import os, pathlib, shutil, signal, sys
left = int(sys.argv[2])
def dying(real):
    def step(*words, **named):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return real(*words, **named)
    return step
for name in ("replace", "unlink", "rename"):
    setattr(pathlib.Path, name, dying(getattr(pathlib.Path, name)))
shutil.rmtree = dying(shutil.rmtree)
from openchair.site.backing_up.finishing import finish_what_was_cut_off
finish_what_was_cut_off(home=pathlib.Path(sys.argv[1]))
"""


def finish(home: Path, *, dies_at: int) -> int:
    words = [sys.executable, "-c", DIES_AT_STEP, str(home), str(dies_at)]
    return subprocess.run(words, check=False, timeout=60).returncode


def decided(home: Path) -> None:
    """Lay a restore ready as the last rename before it is true leaves it. The old file has a log beside it."""
    part = home / "restoring"
    fill(part, word="new")
    with closing(sqlite3.connect(part / "openchair.sqlite3")) as database:
        database.execute("PRAGMA journal_mode=DELETE")
    (part / "openchair.sqlite3").rename(part / "database.sqlite3")
    plan = Plan(
        engine="sqlite", trial="database.sqlite3", names=["secret_key", "secrets", "public"]
    )
    (part / PLAN).write_bytes(msgspec.json.encode(plan))
    shutil.copy(home / "openchair.sqlite3", home / "copy")
    (home / "openchair.sqlite3-wal").write_bytes(b"the log of the old database")


def word_everywhere(home: Path) -> set[str]:
    with closing(sqlite3.connect(home / "openchair.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        words = {word for (word,) in database.execute("SELECT word FROM written")}
    files = ("secret_key", "secrets/push", "public/maps/streets")
    return words | {(home / file).read_text().split()[-1] for file in files}


def test_a_plug_pulled_at_any_step_of_the_swap_leaves_the_new_whole_after_the_next_command(
    tmp_path,
):
    step, died = 0, True
    while died:
        home = tmp_path / str(step)
        fill(home, word="old")
        decided(home)

        died = finish(home, dies_at=step) == -signal.SIGKILL
        # Twice: the second is killed a step later, in what the first had left.
        again = finish(home, dies_at=1) if died else 0
        assert again in {0, -signal.SIGKILL}
        assert finish(home, dies_at=1000) == 0

        assert word_everywhere(home) == {"new"}
        assert not (home / "restoring").exists()
        step += 1
    assert step > 8
