"""Files that survive a pulled plug: written aside, brought to the disk, renamed; and the locks that keep two apart."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class InUse(Exception):
    """The installation runs, or another backup or restore is going on."""


@contextmanager
def held(*, path: Path, sentence: str) -> Iterator[None]:
    """Hold the lock `path` until the block ends. Raises InUse with `sentence` when somebody else has it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(sentence) from None
        yield


@contextmanager
def stopped(*, home: Path) -> Iterator[None]:
    """Keep `openchair run` from starting until the block ends. Raises InUse when it runs."""
    sentence = "Openchair is running. Stop it first, such as: systemctl stop openchair"
    with held(path=home / "run.lock", sentence=sentence):
        yield


@contextmanager
def alone(*, home: Path) -> Iterator[Path]:
    """Give an empty folder of one's own to work in, on the home's disk, to one backup or restore at a time.

    What a killed one left in it is removed by the next. Raises InUse.
    """
    sentence = "Another backup or restore is going on. Wait until it has ended."
    with held(path=home / "backup.lock", sentence=sentence):
        folder = home / "backing-up"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def create(path: Path) -> int:
    """Make a file that was not there, for its owner's eyes only, and return its handle for writing."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def sync(path: Path) -> None:
    """Bring a file or a folder's names to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Bring everything below `folder` to the disk, and the folder itself."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)
