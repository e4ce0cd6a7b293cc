"""A real installation for journeys: its own home, the demo fellowship, both halves on a port of this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def openchair(
    *words: str, home: Path, check: bool = True, **extra: str
) -> subprocess.CompletedProcess[str]:
    """Run one command of the installation in `home`."""
    return subprocess.run(
        [sys.executable, "-m", "openchair.cli", *words],
        env=environment(home, **extra),
        capture_output=True,
        text=True,
        check=check,
        timeout=240,
    )


def environment(home: Path, **extra: str) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    }
    return {**inherited, "OPENCHAIR_HOME": str(home), **extra}


@contextmanager
def running(home: Path, **extra: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run the installation in `home` until the block ends; give its address and its process."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "openchair.cli", "run", "--port", str(port)],
        env=environment(home, **extra),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for_page(address, process)
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stderr:
            process.stderr.close()


def _wait_for_page(address: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = process.stderr.read() if process.stderr else ""
            raise AssertionError(f"openchair run ended at once: {said}")
        try:
            with urllib.request.urlopen(f"{address}/", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError("no page within two minutes")
