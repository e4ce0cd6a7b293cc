"""Two imports at once, one killed, and a reader who has seen enough: nothing is half done and nobody sees a fault."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.running import environment, openchair

pytestmark = pytest.mark.xdist_group("installation")
ROWS = 2_000


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    """A copy of the demo home: these tests change it."""
    return Path(
        shutil.copytree(demo_home, tmp_path / "home", ignore=lambda *_: ["pages.sock", "run.lock"])
    )


def feed(folder: Path, time_of_day: str) -> Path:
    path = folder / "feed.json"
    rows = [
        {"slug": f"m{n}", "name": f"Meeting {n}", "day": n % 7, "time": time_of_day, "timezone": "UTC", "group": f"G {n // 3}"}
        for n in range(ROWS)
    ]  # fmt: skip
    path.write_text(json.dumps(rows))
    return path


def start(*words: str, home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "openchair.cli", *words],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ask(home: Path, question: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(home / "openchair.sqlite3", timeout=60)
    try:
        return connection.execute(question).fetchall()
    finally:
        connection.close()


TIMES = (
    "SELECT start_time, count(*) FROM directory_meeting m JOIN sources_source s ON s.id = source_id "
    "WHERE s.slug = 'feed' GROUP BY 1"
)


def test_two_imports_of_one_source_at_once_bring_it_in_once(home: Path, tmp_path: Path):
    path = feed(tmp_path, "19:00")
    both = [start("import", str(path), "--name", "Feed", "--json", home=home) for _ in range(2)]
    told = [process.communicate(timeout=120) for process in both]

    # One may lose the race for the source's very name, and says so in a sentence.
    assert sorted({process.returncode for process in both}) in ([0], [0, 2])
    assert not any("Traceback" in err for _, err in told)
    assert ask(home, TIMES) == [("19:00:00", ROWS)]
    assert sum(json.loads(out)["added"] for out, _ in told if out) == ROWS


def test_an_import_that_is_killed_is_all_or_nothing(home: Path, tmp_path: Path):
    openchair("import", str(feed(tmp_path, "19:00")), "--name", "Feed", home=home)
    path = feed(tmp_path, "20:00")
    journal = home / "openchair.sqlite3-wal"
    before = size(journal)

    process = start("import", str(path), "--name", "Feed", home=home)
    # The journal grows once a transaction no longer fits into memory, long before it is committed.
    while size(journal) <= before and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    process.communicate()

    assert ask(home, TIMES) in ([("19:00:00", ROWS)], [("20:00:00", ROWS)])
    again = openchair("import", str(path), "--name", "Feed", home=home)
    assert again.returncode == 0
    assert ask(home, TIMES) == [("20:00:00", ROWS)]
    assert ask(home, "PRAGMA integrity_check") == [("ok",)]


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def test_a_reader_that_has_seen_enough_is_no_fault(home: Path):
    with start("runs", home=home) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()

        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 1
