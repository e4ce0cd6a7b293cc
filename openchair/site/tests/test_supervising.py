"""Real child processes: they are restarted, and they end with their parent's wish."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from openchair.site.supervising import Half, Supervisor, pause_before_restart


def half(name: str, code: str) -> Half:
    return Half(name=name, command=(sys.executable, "-c", code))


def wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail("waited in vain")
        time.sleep(0.02)


def supervised(halves):
    stop = threading.Event()
    said: list[str] = []
    thread = threading.Thread(target=Supervisor(halves=halves, stop=stop, say=said.append).run)
    thread.start()
    return stop, said, thread


@pytest.mark.parametrize(("deaths", "seconds"), [(1, 0.5), (2, 1), (3, 2), (7, 30), (500, 30)])
def test_the_pause_grows_to_half_a_minute(deaths, seconds):
    assert pause_before_restart(deaths=deaths) == seconds


def test_what_dies_is_started_again(tmp_path: Path):
    marks = tmp_path / "marks"
    code = f"open({str(marks)!r}, 'a').write('x')"

    stop, said, thread = supervised([half("short", code)])
    wait_for(lambda: marks.exists() and len(marks.read_text()) >= 2)
    stop.set()
    thread.join(10)

    assert not thread.is_alive()
    assert any("short ended (code 0)" in sentence for sentence in said)


def test_one_that_ignores_sigterm_is_ended_all_the_same(tmp_path: Path):
    mark = tmp_path / "pid"
    code = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(mark)!r}, 'w').write(str(os.getpid()))\n"
        "time.sleep(60)"
    )

    stop, said, thread = supervised([half("stubborn", code)])
    wait_for(lambda: mark.exists() and mark.read_text())
    stop.set()
    thread.join(10)

    assert not thread.is_alive()
    assert any("did not end in time" in sentence for sentence in said)
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)
