"""Bring an installation to this version with a way back: a backup first, and the backup again when anything fails."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from openchair.site.backing_up.databases import Database
from openchair.site.backing_up.postgresql import PostgreSQL
from openchair.site.backing_up.restoring import restore
from openchair.site.backing_up.taking import (
    Backup,
    Say,
    backup_folder,
    find_backups,
    free_name,
    let_old_ones_go,
    take_backup,
)


class UpgradeFailed(Exception):
    """The new version does not work with this installation, which is as it was before. The sentence says why."""


class NoBackup(Exception):
    """No backup from before an upgrade is there to go back to."""


def upgrade(*, home: Path, work: Path, database: Database, now: datetime, say: Say) -> None:
    """Back up, set up, and look whether all is well; go back to the backup when it is not.

    Whoever calls holds `stopped` and `alone`. Raises UpgradeFailed after going back, and what take_backup and
    restore raise.
    """
    if isinstance(database, PostgreSQL):
        # Found out now, and not when there is something to go back from.
        database.may_make_databases()
    folder = backup_folder(home=home)
    target = free_name(folder=folder, now=now, is_before_upgrade=True)
    aside = work / "before"
    aside.mkdir(mode=0o700)
    broken_before = broken_things()
    take_backup(home=home, work=aside, target=target, database=database, now=now, say=say)
    say(f"Kept what is here in {target}")
    reason = _set_up() or _what_broke(before=broken_before)
    if reason:
        say(f"The upgrade does not work here: {reason}")
        say("Going back to what was here before.")
        restore(home=home, path=target, work=work, database=database, now=now, say=say, keep=False)
        raise UpgradeFailed(reason)
    let_old_ones_go(home=home, folder=folder, newest=target, now=now)


def newest_before_upgrade(*, home: Path) -> Backup:
    """Return the last backup that an upgrade took. Raises NoBackup."""
    folder = backup_folder(home=home)
    for backup in find_backups(folder=folder):
        if backup.is_before_upgrade:
            return backup
    raise NoBackup(f"No backup from before an upgrade is in {folder}.")


def broken_things() -> set[str]:
    """Return what `openchair doctor` calls broken, by its own sentences."""
    done = _openchair("doctor", "--json")
    try:
        return {found["what"] for found in json.loads(done.stdout) if found["level"] == "broken"}
    except ValueError:
        return {f"openchair doctor does not answer: {_last_line(done.stderr)}"}


def _set_up() -> str:
    """Set up in a process of its own, as the new version's first start would. Return what went wrong, if anything."""
    done = _openchair("setup")
    return f"openchair setup says: {_last_line(done.stderr)}" if done.returncode else ""


def _what_broke(*, before: set[str]) -> str:
    # What was broken before is no reason to go back: the old version had it too.
    return "; ".join(sorted(broken_things() - before))


def _openchair(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-m", "openchair.cli", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["nothing"])[-1]
