"""A PostgreSQL of one test alone, on a socket in a folder of its own: nothing else on the machine is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def find_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs, or None when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    path = shutil.which("initdb")
    return Path(path).parent if path else None


class Cluster:
    """A database server that can be stopped and started. `url` is what DATABASE_URL takes."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._programs = programs
        # The host of a URL can't be a folder, so it is given escaped.
        self.url = f"postgres://openchair@{str(folder).replace('/', '%2F')}/openchair"

    def create(self) -> None:
        self._run("initdb", "-D", "data", "-A", "trust", "-U", "openchair", "-E", "UTF8", "--locale=C.UTF-8")  # fmt: skip
        self.start()
        self._run("createdb", "-h", str(self._folder), "-U", "openchair", "openchair")

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c fsync=off"
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server. `immediate` is its crash: it recovers from its log at the next start."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", mode, "stop")

    def _run(self, program: str, *words: str) -> None:
        # The server refuses to run as root.
        as_who = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run(
            [*as_who, str(self._programs / program), *words],
            cwd=self._folder,
            check=True,
            # The server inherits what it is started with: a pipe would never end.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )


@contextmanager
def postgres(programs: Path) -> Iterator[Cluster]:
    """Give a running server until the block ends."""
    # Short: the path of a Unix socket has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    cluster = Cluster(folder, programs)
    try:
        cluster.create()
        yield cluster
    finally:
        # A test may have stopped it.
        with suppress(subprocess.CalledProcessError):
            cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
