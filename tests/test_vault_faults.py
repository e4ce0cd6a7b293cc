"""Nothing that was acknowledged is lost: the server is killed, its disk fills, its database goes away.

Writers save numbered documents over HTTP like a browser's queue: each save has a key, and one that was not answered
is sent again until it is. SOAK_ROUNDS says how often the server is killed (`make soak`: 500).
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.members import Member, make_members
from tests.postgres import Cluster, find_programs, postgres
from tests.running import openchair, running

pytestmark = [pytest.mark.xdist_group("installation"), pytest.mark.timeout(0)]
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "5"))
WRITERS = 4
AGE_HEADER = b"age-encryption.org/v1\n"
TABLE = "table: Killed while writing"


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    """A copy of the demo home: these tests break things."""
    return copy_home(demo_home, tmp_path / "home")


def copy_home(source: Path, target: Path) -> Path:
    ignore = shutil.ignore_patterns("pages.sock", "run.lock")
    return Path(shutil.copytree(source, target, ignore=ignore, dirs_exist_ok=True))


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine")
    with postgres(programs) as cluster:
        yield cluster


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of a database of either kind."""
    # 500 rounds fill more than a member's share.
    room = {"VAULT_MOST_MB": "100000"}
    if request.param == "SQLite":
        return room
    return {**room, "DATABASE_URL": request.getfixturevalue("cluster").url}


@dataclass(frozen=True, kw_only=True)
class Save:
    """One version of a document on its way."""

    document: str
    number: int
    key: str
    body: bytes


@dataclass
class Writer:
    """A member at their device. `sent` waits for its answer; `acknowledged` must never be lost.

    Of what was acknowledged the digests are kept: 500 rounds write more than fits into memory.
    """

    member: Member
    chance: random.Random
    acknowledged: dict[tuple[str, int], bytes] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    sent: Save | None = None
    problems: list[str] = field(default_factory=list)
    unsure: int = 0

    def browser(self, address: str) -> httpx.Client:
        # The token's two halves are one and the same for a client that needs no page.
        token = "t" * 32
        return httpx.Client(
            base_url=address,
            cookies={"session": self.member.session, "csrftoken": token},
            headers={"X-CSRFToken": token},
            timeout=40,
        )

    def write_until(self, address: str, end: Callable[[], bool]) -> None:
        """Save one version after another until `end`, or until the server is gone."""
        with self.browser(address) as browser:
            while not end():
                if not self.send(browser):
                    return

    def send(self, browser: httpx.Client) -> bool:
        """Send what waits, or something new. Return whether an answer came that counts."""
        save = self.sent = self.sent or self._next()
        try:
            answer = browser.put(
                f"/vault/documents/{save.document}",
                content=save.body,
                headers={
                    "If-Match": f'"{save.number - 1}"',
                    "X-Kind": "journal",
                    "Idempotency-Key": save.key,
                },
            )
        except httpx.TransportError:
            self.unsure += 1
            return False
        if answer.status_code == 503:
            if not answer.headers.get("Retry-After"):
                self.problems.append("503 without Retry-After")
            return False
        if answer.status_code not in {200, 201} or answer.json() != {"version": save.number}:
            self.problems.append(f"{save.number}: {answer.status_code} {answer.text[:200]}")
            return False
        self.acknowledged[save.document, save.number] = digest(save.body)
        self.newest[save.document] = save.number
        self.sent = None
        return True

    def stored(self, address: str) -> dict[tuple[str, int], bytes]:
        """Return the digest of everything that the server has of this member, through the archive."""
        with tempfile.TemporaryFile() as file:
            with (
                self.browser(address) as browser,
                browser.stream("GET", "/vault/archive") as answer,
            ):
                for piece in answer.iter_bytes():
                    file.write(piece)
            archive = zipfile.ZipFile(file)
            rows = json.loads(archive.read("manifest.json"))["documents"]
            found = {(row["id"], row["version"]): digest(archive.read(row["file"])) for row in rows}
        assert len(found) == len(rows)
        return found

    def _next(self) -> Save:
        known = sorted(self.newest)
        is_new = len(known) < 3 or self.chance.random() < 0.2
        document = str(uuid4()) if is_new else self.chance.choice(known)
        text = self.chance.randbytes(self.chance.choice([1_000, 4_000, 20_000]))
        number = self.newest.get(document, 0) + 1
        return Save(document=document, number=number, key=str(uuid4()), body=AGE_HEADER + text)


def digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


def make_writers(home: Path, seed: int, **database: str) -> list[Writer]:
    openchair("setup", home=home, **database)
    members = make_members(WRITERS, home=home, **database)
    return [Writer(member, random.Random(f"{seed} {n}")) for n, member in enumerate(members)]


@contextmanager
def writing(writers: list[Writer], address: str) -> Iterator[None]:
    """Let all write at once until the block ends."""
    end = threading.Event()
    threads = [
        threading.Thread(target=writer.write_until, args=(address, end.is_set))
        for writer in writers
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        end.set()
        for thread in threads:
            thread.join()


def kill_everything(process: subprocess.Popen[str]) -> None:
    """Kill the installation without a word: its parent, both halves, and their workers."""
    found = subprocess.run(
        ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
    ).stdout
    pairs = [tuple(map(int, line.split())) for line in found.splitlines()]
    # Each half leads a group of its own, which its workers are in.
    groups = [pid for pid, parent in pairs if parent == process.pid]
    for group in [process.pid, *groups]:
        os.killpg(group, signal.SIGKILL)
    process.wait()


def send_what_waits(writers: list[Writer], address: str, seconds: float = 60) -> None:
    """Send each save that was not answered, as often as it takes."""
    deadline = time.monotonic() + seconds
    for writer in writers:
        with writer.browser(address) as browser:
            while writer.sent and not writer.send(browser):
                assert not writer.problems, writer.problems
                assert time.monotonic() < deadline, "no answer in time"
                time.sleep(0.2)


def assert_nothing_lost_and_nothing_twice(writers: list[Writer], address: str) -> None:
    for writer in writers:
        assert writer.problems == []
        assert writer.sent is None
        stored = writer.stored(address)
        lost = writer.acknowledged.keys() - stored.keys()
        twice = stored.keys() - writer.acknowledged.keys()
        assert (len(lost), len(twice)) == (0, 0)
        assert stored == writer.acknowledged


def assert_sound(home: Path) -> None:
    connection = sqlite3.connect(home / "openchair.sqlite3", timeout=60)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        connection.close()


def test_what_was_acknowledged_outlives_being_killed(
    home: Path, database: dict[str, str], record_property: Callable[[str, object], None]
) -> None:
    seed = random.randrange(2**32)
    record_property("seed", seed)
    chance = random.Random(seed)
    is_sqlite = "DATABASE_URL" not in database
    writers = make_writers(home, seed, **database)

    for _round in range(ROUNDS):
        with running(home, **database) as (address, process):
            send_what_waits(writers, address)
            with writing(writers, address):
                time.sleep(chance.uniform(0.05, 1.0))
                kill_everything(process)
        if is_sqlite:
            assert_sound(home)
    with running(home, **database) as (address, _process):
        send_what_waits(writers, address)
        assert_nothing_lost_and_nothing_twice(writers, address)
    if is_sqlite:
        assert_sound(home)

    kept = sum(len(writer.acknowledged) for writer in writers)
    unsure = sum(writer.unsure for writer in writers)
    kind = "SQLite" if is_sqlite else "PostgreSQL"
    record_property(
        TABLE,
        f"{kind}: killed {ROUNDS} times, {kept} saves acknowledged, {unsure} unanswered and sent again, 0 lost, 0 twice",
    )
    assert kept > ROUNDS
    assert unsure > 0


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Give a folder on a file system of 64 MiB in memory."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def may_mount(tmp_path: Path) -> bool:
    if os.getuid() != 0:
        return False
    try:
        with small_disk(tmp_path / "may-mount"):
            return True
    except (subprocess.CalledProcessError, FileNotFoundError):
        return False


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(b"\1" * size)
            except OSError:
                continue


def groups_of(process: subprocess.Popen[str]) -> list[int]:
    """Return every process of the installation."""
    found = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = {int(pid): int(parent) for pid, parent in map(str.split, found.stdout.splitlines())}
    family = {process.pid}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sorted(family)


@contextmanager
def no_room(home: Path, process: subprocess.Popen[str], *, by_limit: bool) -> Iterator[None]:
    """Leave no room to write: fill the disk, or limit the size of files where a disk can't be mounted."""
    if not by_limit:
        fill(home / "filler")
        yield
        (home / "filler").unlink()
        return
    family = groups_of(process)
    # The journal is grown once and used again: not even its first page may be written.
    for pid in family:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    yield
    for pid in family:
        resource.prlimit(
            pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )


def save_until_refused(writer: Writer, browser: httpx.Client) -> None:
    # What is free in the journal and in the database's own pages takes some more.
    for _ in range(2_000):
        if not writer.send(browser):
            return
    raise AssertionError("the disk never filled")


def test_a_full_disk_is_told_reading_goes_on_and_room_is_enough_to_recover(
    demo_home: Path, tmp_path: Path
) -> None:
    # The real thing where this user may mount it.
    by_limit = not may_mount(tmp_path)
    with small_disk(tmp_path / "disk") if not by_limit else plain_folder(tmp_path / "disk") as disk:
        home = copy_home(demo_home, disk / "home")
        [writer, *_] = make_writers(home, 1)
        with running(home) as (address, process), writer.browser(address) as browser:
            assert writer.send(browser)
            with no_room(home, process, by_limit=by_limit):
                save_until_refused(writer, browser)
                refusal = put(browser, writer.sent)
                searched = browser.get("/api/v1/meetings?limit=5")
                read = writer.stored(address)

            assert refusal.status_code == 503
            assert refusal.json()["error"] in {"storage-full", "storage-away"}
            assert int(refusal.headers["Retry-After"]) > 0
            assert (searched.status_code, len(searched.json()["meetings"])) == (200, 5)
            assert read == writer.acknowledged
            send_what_waits([writer], address)
            assert_nothing_lost_and_nothing_twice([writer], address)
        assert_sound(home)


@contextmanager
def plain_folder(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    yield folder


def put(browser: httpx.Client, save: Save | None) -> httpx.Response:
    assert save is not None
    return browser.put(
        f"/vault/documents/{save.document}",
        content=save.body,
        headers={
            "If-Match": f'"{save.number - 1}"',
            "X-Kind": "journal",
            "Idempotency-Key": save.key,
        },
    )


@pytest.mark.parametrize("mode", ["fast", "immediate"], ids=["stopped", "crashed"])
def test_a_database_that_goes_away_and_comes_back_loses_nothing(
    home: Path, cluster: Cluster, mode: str
) -> None:
    database = {"DATABASE_URL": cluster.url}
    writers = make_writers(home, 2, **database)
    # A search is answered from what was published from this database.
    openchair("demo", home=home, **database)
    with running(home, **database) as (address, _process):
        with writing(writers, address):
            time.sleep(0.5)
            cluster.stop(mode)
            began = time.monotonic()
        with writers[0].browser(address) as browser:
            writers[0].sent = writers[0].sent or writers[0]._next()
            refusal = put(browser, writers[0].sent)
            searched = browser.get("/api/v1/meetings?limit=5")
            help_page = browser.get("/help")
        told_after = time.monotonic() - began
        cluster.start()

        assert (refusal.status_code, refusal.json()["error"]) == (503, "storage-away")
        assert int(refusal.headers["Retry-After"]) > 0
        assert (searched.status_code, len(searched.json()["meetings"])) == (200, 5)
        assert help_page.status_code == 200
        assert told_after < 25
        send_what_waits(writers, address)
        assert_nothing_lost_and_nothing_twice(writers, address)
