"""Who was erased: a file beside the database and outside every backup, so that no restore brings anybody back.

One line an account: its opaque id and the day. A line counts once its line feed is on the disk: before that the
erasure was not answered.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import UUID

from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model, QuerySet

FILE_NAME = "tombstones"


class TombstonesDamaged(Exception):
    """A line of the file can't be read. Restoring without it could bring an erased person back."""


def tombstones_path(*, home: Path) -> Path:
    """Return where the tombstones of an installation lie."""
    return home / FILE_NAME


def record_tombstone(*, home: Path, account_id: UUID, day: date) -> None:
    """Write down that an account is erased, and return once it is on the disk.

    Raises OSError when it can't be written: the account must stay until it can.
    """
    path = tombstones_path(home=home)
    is_new = not path.exists()
    with _held(path) as file:
        _drop_unfinished_line(file)
        os.write(file, f"{account_id} {day.isoformat()}\n".encode("ascii"))
        os.fsync(file)
    if is_new:
        _sync_folder(home)


def read_tombstones(*, home: Path) -> dict[UUID, date]:
    """Return the day of each erased account. Raises TombstonesDamaged, naming the line."""
    try:
        text = tombstones_path(home=home).read_bytes()
    except FileNotFoundError:
        return {}
    finished, _line_feed, _unfinished = text.rpartition(b"\n")
    rows = [_read_row(number, line) for number, line in enumerate(finished.splitlines(), start=1)]
    return dict(rows)


def prune_tombstones(*, home: Path, before: date) -> int:
    """Forget the accounts erased before that day, and return how many.

    Whoever calls says that no backup from before that day is left: nothing could bring them back.
    """
    path = tombstones_path(home=home)
    if not path.exists():
        return 0
    # Held while the new file takes the place: an erasure that waits here goes into the new one.
    with _held(path):
        every = read_tombstones(home=home)
        kept = {account: day for account, day in every.items() if day >= before}
        if len(kept) < len(every):
            _replace(path, kept)
    return len(every) - len(kept)


def apply_tombstones(*, home: Path, using: str = "default") -> int:
    """Erase again whoever was erased, in the database `using`, and return how many were still there.

    The models are those of the migrations that this database has seen: it may be older than the code. Raises
    TombstonesDamaged.
    """
    erased = set(read_tombstones(home=home))
    loader = MigrationLoader(connections[using])
    applied = [node for node in loader.applied_migrations if node in loader.graph.nodes]
    try:
        account = loader.project_state(applied).apps.get_model("people", "Account")
    except LookupError:
        return 0
    with transaction.atomic(using=using):
        rows: QuerySet[Model] = QuerySet(account, using=using)
        found = erased & set(rows.values_list("pk", flat=True))
        for account_id in found:
            rows.filter(pk=account_id).delete()
    return len(found)


@contextmanager
def _held(path: Path) -> Iterator[int]:
    """Open the file for writing and hold it alone."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            # Another process may have put a new file in its place while this one waited.
            if path.exists() and os.fstat(file).st_ino == path.stat().st_ino:
                yield file
                return
        finally:
            os.close(file)


def _drop_unfinished_line(file: int) -> None:
    size = os.fstat(file).st_size
    text = os.pread(file, size, 0)
    if not text.endswith(b"\n"):
        os.ftruncate(file, text.rfind(b"\n") + 1)


def _read_row(number: int, line: bytes) -> tuple[UUID, date]:
    try:
        account, day = line.decode("ascii").split(" ")
        return UUID(account), date.fromisoformat(day)
    except ValueError:
        raise TombstonesDamaged(f"line {number} of the tombstones can't be read") from None


def _replace(path: Path, kept: dict[UUID, date]) -> None:
    aside = path.with_name(f"{path.name}.part")
    aside.unlink(missing_ok=True)
    file = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        for account, day in kept.items():
            os.write(file, f"{account} {day.isoformat()}\n".encode("ascii"))
        os.fsync(file)
    finally:
        os.close(file)
    aside.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
