"""Keep processes running: start them, restart what dies with back-off, end them all within seconds when asked."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence

import msgspec

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
# One that lived this long was well: its next death starts again with the shortest pause.
WELL_AFTER_SECONDS = 60.0
# All is over 5 s after SIGTERM; a service manager's patience is longer, a person's is not.
FAREWELL_SECONDS = 4.0


class Half(msgspec.Struct, frozen=True, kw_only=True):
    """One process to keep: its name for messages and its command line."""

    name: str
    command: tuple[str, ...]


def pause_before_restart(*, deaths: int) -> float:
    """Return the seconds to wait before the restart after `deaths` deaths in a row (1 is the first)."""
    return min(FIRST_PAUSE_SECONDS * 2.0 ** min(deaths - 1, 10), LONGEST_PAUSE_SECONDS)


class Supervisor:
    """Keeps each half running until `stop` is set. `say` gets one plain line an event."""

    def __init__(
        self, *, halves: Sequence[Half], stop: threading.Event, say: Callable[[str], None]
    ) -> None:
        self._halves = halves
        self._stop = stop
        self._say = say
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def run(self) -> None:
        """Run until `stop` is set, then end every process. Returns when all are gone."""
        keepers = [threading.Thread(target=self._keep, args=(half,)) for half in self._halves]
        for keeper in keepers:
            keeper.start()
        self._stop.wait()
        self._end_all()
        for keeper in keepers:
            keeper.join()

    def _keep(self, half: Half) -> None:
        deaths = 0
        while not self._stop.is_set():
            process = self._start(half)
            if process is None:
                return
            lived_well = self._wait(process)
            if self._stop.is_set():
                return
            deaths = 1 if lived_well else deaths + 1
            pause = pause_before_restart(deaths=deaths)
            code = process.returncode
            self._say(f"{half.name} ended (code {code}), starting it again in {pause:g} s")
            self._stop.wait(pause)

    def _start(self, half: Half) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stop.is_set():
                return None
            # A session of its own, so that all of it can be ended at once; a pipe as its standard input, so that
            # it can tell when this process is gone, however that came about.
            process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                half.command, stdin=subprocess.PIPE, start_new_session=True
            )
            self._running[half.name] = process
        return process

    def _wait(self, process: subprocess.Popen[bytes]) -> bool:
        with process:  # closes the pipe when it has ended
            try:
                process.wait(timeout=WELL_AFTER_SECONDS)
            except subprocess.TimeoutExpired:
                process.wait()
                return True
        return False

    def _end_all(self) -> None:
        with self._lock:
            processes = list(self._running.values())
        for process in processes:
            _signal_group(process, signal.SIGTERM)
        # One patience for all: two that are slow must not take twice as long as one.
        deadline = time.monotonic() + FAREWELL_SECONDS
        for process in processes:
            try:
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._say(f"process {process.pid} did not end in time")
            _signal_group(process, signal.SIGKILL)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
