"""Someone pulls a plug: what must go on goes on, and what ends, ends in time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.running import openchair, running

pytestmark = pytest.mark.xdist_group("installation")


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    """A copy of the demo home: these tests break things."""
    return Path(
        shutil.copytree(demo_home, tmp_path / "home", ignore=lambda *_: ["pages.sock", "run.lock"])
    )


def get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def children(pid: int, word: str) -> list[int]:
    found = subprocess.run(
        ["ps", "-ww", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in found.stdout.splitlines()[1:]]
    return [
        int(own) for own, parent, args in rows if int(parent) == pid and f"processes {word}" in args
    ]


def wait_until(condition, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_search_and_help_lines_outlive_django_and_django_comes_back(home):
    with running(home) as (address, process):
        [pages] = children(process.pid, "pages")
        os.kill(pages, signal.SIGSTOP)
        os.killpg(pages, signal.SIGKILL)

        status, body = get(f"{address}/api/v1/meetings?limit=5")
        help_status, help_page = get(f"{address}/help")
        other_status, _ = get(f"{address}/new")

        assert (status, len(json.loads(body)["meetings"])) == (200, 5)
        assert help_status == 200
        assert b"988" in help_page
        assert other_status in {200, 503}  # 200 when it was back before we asked
        wait_until(lambda: get(f"{address}/new")[0] == 200, 30)


def test_sigterm_ends_everything_within_five_seconds(home):
    with running(home) as (_address, process):
        both = children(process.pid, "pages") + children(process.pid, "live")
        began = time.monotonic()

        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)

        assert process.returncode == 0
        assert time.monotonic() - began < 6
        assert not any(Path(f"/proc/{pid}").exists() for pid in both)


def test_when_the_parent_is_killed_its_halves_end_too(home):
    with running(home) as (_address, process):
        both = children(process.pid, "pages") + children(process.pid, "live")
        assert len(both) == 2

        process.kill()
        process.wait()

        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in both), 15)


def test_a_second_run_on_the_same_home_says_so(home):
    with running(home):
        second = openchair("run", "--port", "1", home=home, check=False)

    assert second.returncode == 1
    assert "already being run" in second.stderr


def test_a_damaged_search_snapshot_is_named_by_the_doctor(home):
    for path in (home / "search").rglob("*"):
        if path.is_file():
            path.write_bytes(b"")

    verdict = openchair("doctor", home=home, check=False)

    assert verdict.returncode == 1
    assert "openchair publish" in verdict.stdout
