"""A database that is one file: its online backup, its check, and the step that replaces it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from openchair.site.backing_up.databases import DatabaseTrouble, Trial
from openchair.site.backing_up.files import create, sync
from openchair.site.backing_up.manifest import Contents, Damaged

# Written by the same process or by a member's page: neither takes as long.
WAIT_SECONDS = 30


class SQLite:
    """The database file at `path`."""

    engine = "sqlite"

    def __init__(self, *, path: Path) -> None:
        self.path = path

    def is_there(self) -> bool:
        """Return whether there is a file with something in it."""
        return self.path.exists() and self.path.stat().st_size > 0

    def copy(self, *, to: Path) -> Contents:
        """Copy by SQLite's online backup, all pages within one read: writers go on and are not seen.

        Raises DatabaseTrouble, also when the database is damaged: a backup of that would only feel like one.
        """
        os.close(create(to))
        try:
            with (
                closing(_connect(self.path, "rw")) as source,
                closing(sqlite3.connect(to)) as target,
            ):
                source.backup(target)
                # One file, no log beside it.
                target.execute("PRAGMA journal_mode=DELETE")
            sync(to)
            return read_contents(path=to)
        except (sqlite3.Error, Damaged) as error:
            raise DatabaseTrouble(f"the database file can't be copied: {error}") from None

    def unpack(self, *, copy: Path) -> Trial:
        """Return the copy itself: it is a database already."""
        return Trial(engine=self.engine, name=str(copy))

    def contents(self, *, trial: Trial) -> Contents:
        """Return what the file holds, after SQLite's check of every page. Raises Damaged."""
        return read_contents(path=Path(trial.name))

    def settings(self, *, trial: Trial) -> dict[str, Any]:
        """Return the trial's file, without the log that would have to be moved with it."""
        command = "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        return {
            "NAME": trial.name,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": command},
        }

    def swap_in(self, *, trial: Trial) -> None:
        """Rename the trial to the database's name.

        The old file's log goes first: SQLite would take it for the new file's and write its pages into it. Nothing
        of the old is lost by that as long as the restore is finished, which the plan on the disk makes sure of.
        """
        new = Path(trial.name)
        if not new.exists():
            return
        for ending in ("-wal", "-shm", "-journal"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        sync(self.path.parent)
        new.replace(self.path)
        sync(self.path.parent)

    def drop(self, *, trial: Trial) -> None:
        """Remove the trial's file."""
        Path(trial.name).unlink(missing_ok=True)


def read_contents(*, path: Path) -> Contents:
    """Return what a database file holds. Raises Damaged when SQLite's check of it finds anything."""
    try:
        with _reading(path) as database:
            verdict = [row[0] for row in database.execute("PRAGMA integrity_check(3)")]
            if verdict != ["ok"]:
                raise Damaged(f"its database is damaged: {'; '.join(verdict)}")
            _refuse_programs(database)
            return Contents(migrations=_migrations(database), rows=_rows(database))
    except sqlite3.Error as error:
        raise Damaged(f"its database can't be read: {error}") from None


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # As a URI, so that nothing is made where nothing was.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=WAIT_SECONDS
    )


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(_connect(path, "ro")) as database:
        # What the file says of itself is not run: it may come from a stranger.
        database.execute("PRAGMA trusted_schema=OFF")
        database.execute("PRAGMA cell_size_check=ON")
        yield database


def _refuse_programs(database: sqlite3.Connection) -> None:
    found = database.execute(
        "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')"
        " OR sql LIKE 'CREATE VIRTUAL%'"
    ).fetchone()
    if found:
        raise Damaged(f"its database holds a {found[0]} that Openchair does not make: {found[1]}")


def _migrations(database: sqlite3.Connection) -> tuple[str, ...]:
    rows = database.execute("SELECT app, name FROM django_migrations").fetchall()
    return tuple(sorted(f"{app}.{name}" for app, name in rows))


def _rows(database: sqlite3.Connection) -> dict[str, int]:
    names = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    return {name: _count(database, name) for (name,) in names}


def _count(database: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    [count] = database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()  # noqa: S608  # quoted above
    return int(count)
