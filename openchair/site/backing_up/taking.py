"""Take a backup while the installation runs, and let old ones go."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from openchair import __version__
from openchair.lib import environment
from openchair.lib.installation import read_installation
from openchair.people.tombstones import prune_tombstones
from openchair.site.backing_up.archive import measure, write_archive
from openchair.site.backing_up.databases import Database, DatabaseTrouble
from openchair.site.backing_up.manifest import DATABASES, FOLDERS, FORMAT, SECRET_KEY, Manifest

Say = Callable[[str], None]
NAME = re.compile(r"openchair-(\d{8}T\d{6}Z)(-before-upgrade)?(?:-(\d+))?\.tar\.gz")
# Longer than any backup lives: a copy taken away by hand on its last day may come back a little later.
TOMBSTONE_MARGIN = timedelta(days=7)


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """A backup in a folder, as its name tells."""

    path: Path
    taken_at: datetime
    is_before_upgrade: bool
    number: int


class NothingThere(Exception):
    """There is no database yet, so there is nothing to back up."""


def backup_folder(*, home: Path) -> Path:
    """Return where backups go unless told otherwise (BACKUP_FOLDER)."""
    return Path(environment.text("BACKUP_FOLDER", str(home / "backups"))).absolute()


def keep_days() -> int:
    """Return for how many days backups are kept (BACKUP_KEEP_DAYS)."""
    return read_installation().backup_keep_days


def find_backups(*, folder: Path) -> list[Backup]:
    """Return the backups in `folder`, newest first."""
    if not folder.is_dir():
        return []
    found = [_read_name(path) for path in folder.iterdir() if path.is_file()]
    every = [backup for backup in found if backup is not None]
    return sorted(every, key=lambda backup: (backup.taken_at, backup.number), reverse=True)


def free_name(*, folder: Path, now: datetime, is_before_upgrade: bool = False) -> Path:
    """Return the name of a backup taken now that no file in `folder` has."""
    stem = f"openchair-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    stem += "-before-upgrade" if is_before_upgrade else ""
    path, number = folder / f"{stem}.tar.gz", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}.tar.gz"
    return path


def take_backup(
    *, home: Path, work: Path, target: Path, database: Database, now: datetime, say: Say
) -> Manifest:
    """Write everything that can't be made again into the one file `target`, and return what it says of itself.

    `now` is the moment it stands for: what was acknowledged before is in it. `work` is an empty folder. Raises
    NothingThere, DatabaseTrouble, ChangedMeanwhile and OSError; then there is no file.
    """
    if not database.is_there():
        raise NothingThere("There is nothing to back up yet. Run first: openchair setup")
    copy = work / DATABASES[database.engine]
    contents = database.copy(to=copy)
    sources = {copy.name: copy, **dict(_files(home, say))}
    manifest = Manifest(
        format=FORMAT,
        version=__version__,
        engine="sqlite" if database.engine == "sqlite" else "postgresql",
        taken_at=now,
        contents=contents,
        members={name: measure(path=path) for name, path in sources.items()},
    )
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_archive(target=target, manifest=manifest, sources=sources)
    copy.unlink()
    return manifest


def let_old_ones_go(*, home: Path, folder: Path, newest: Path, now: datetime) -> list[Path]:
    """Remove the backups in `folder` that are past their days, and forget tombstones that outlived every backup.

    `newest` is never removed. Returns what was removed.
    """
    oldest_kept = now - timedelta(days=keep_days())
    old = [
        backup.path
        for backup in find_backups(folder=folder)
        if backup.taken_at < oldest_kept and backup.path != newest
    ]
    for path in old:
        path.unlink(missing_ok=True)
    left = [backup.taken_at for backup in find_backups(folder=backup_folder(home=home))]
    prune_tombstones(home=home, before=min([oldest_kept - TOMBSTONE_MARGIN, *left]).date())
    return old


def keep_aside(*, home: Path, work: Path, database: Database, now: datetime, say: Say) -> None:
    """Back up what is there before something else takes its place, as well as it can be done.

    A damaged SQLite file can't be backed up, and is the very reason to restore: its files are kept as they are.
    Raises like take_backup for every other reason.
    """
    folder = backup_folder(home=home)
    target = free_name(folder=folder, now=now)
    try:
        take_backup(home=home, work=work, target=target, database=database, now=now, say=say)
        say(f"What was here is kept in {target}")
    except NothingThere:
        return
    except DatabaseTrouble as error:
        if database.engine != "sqlite":
            raise
        kept = _keep_damaged(home, folder=folder, now=now)
        say(f"What was here is damaged ({error}). Its files are kept in {kept}")


def _read_name(path: Path) -> Backup | None:
    match = NAME.fullmatch(path.name)
    if match is None:
        return None
    try:
        taken_at = datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Backup(
        path=path,
        taken_at=taken_at,
        is_before_upgrade=bool(match[2]),
        number=int(match[3] or 1),
    )


def _files(home: Path, say: Say) -> Iterator[tuple[str, Path]]:
    """Give the name in the backup and the place of every file that goes in beside the database."""
    if (home / SECRET_KEY).is_file():
        yield SECRET_KEY, home / SECRET_KEY
    for folder in FOLDERS:
        for parent, folders, names in os.walk(home / folder):
            for name in folders:
                if (Path(parent) / name).is_symlink():
                    say(f"Left out {Path(parent) / name}: it leads to another folder.")
            for path in (Path(parent) / name for name in sorted(names)):
                if path.is_file():
                    yield path.relative_to(home).as_posix(), path


def _keep_damaged(home: Path, *, folder: Path, now: datetime) -> Path:
    kept = folder / f"damaged-{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"
    kept.mkdir(mode=0o700, parents=True)
    for path in home.glob("openchair.sqlite3*"):
        (kept / path.name).write_bytes(path.read_bytes())
        (kept / path.name).chmod(0o600)
    return kept
