"""The two kinds of database, by the few deeds that backups need. Neither leans on Django's models."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import msgspec

from openchair.site.backing_up.manifest import Contents


class DatabaseTrouble(Exception):
    """The database, or a program that belongs to it, does not do what is asked. The sentence says why and what helps."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A copy of a database, beside the one in use. `name` is a path (SQLite) or a database's name (PostgreSQL)."""

    engine: str
    name: str


class Database(Protocol):
    """The database of an installation."""

    engine: str

    def is_there(self) -> bool:
        """Return whether it exists and has tables."""

    def copy(self, *, to: Path) -> Contents:
        """Write a consistent copy while others write. Raises DatabaseTrouble."""

    def unpack(self, *, copy: Path) -> Trial:
        """Make a trial of a copy. Raises Damaged, DatabaseTrouble."""

    def contents(self, *, trial: Trial) -> Contents:
        """Return what a trial holds, after the database's own check of it. Raises Damaged."""

    def settings(self, *, trial: Trial) -> dict[str, Any]:
        """Return how Django reaches a trial: what differs from its usual settings."""

    def swap_in(self, *, trial: Trial) -> None:
        """Put a trial in the place of what is there, in one step, or do nothing when it is there already."""

    def drop(self, *, trial: Trial) -> None:
        """Remove a trial, if it is still one."""


def find_database(*, settings: dict[str, Any]) -> Database:
    """Return the database that Django's settings for it name."""
    from openchair.site.backing_up.postgresql import PostgreSQL  # noqa: PLC0415 - each needs its own library only
    from openchair.site.backing_up.sqlite import SQLite  # noqa: PLC0415

    if settings["ENGINE"].endswith("sqlite3"):
        return SQLite(path=Path(str(settings["NAME"])))
    return PostgreSQL(
        name=settings["NAME"],
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
    )
