"""Try a backup out, and put it in the place of what is there.

A restore has one moment at which it becomes true: the rename of `restoring.part` to `restoring`. Before it nothing
of the installation has changed. After it every part lies ready on the disk, in a folder of the home or in a database
beside, and each step that moves one may be done again: whatever `openchair` command comes next finishes it first.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from openchair.people.tombstones import apply_tombstones, tombstones_path
from openchair.site.backing_up.archive import read_archive
from openchair.site.backing_up.databases import Database, DatabaseTrouble, Trial
from openchair.site.backing_up.files import sync, sync_tree
from openchair.site.backing_up.manifest import FOLDERS, SECRET_KEY, Contents, Damaged, Manifest
from openchair.site.backing_up.swapping import PLAN, Plan, finish_restore, is_cut_off, plan_folder
from openchair.site.backing_up.taking import TOMBSTONE_MARGIN, Say, keep_aside, keep_days

TRIAL_ALIAS = "trial"


class OtherDatabase(Exception):
    """The backup is of another kind of database than the installation has."""


class TooNew(Exception):
    """The backup was taken by a later version of Openchair."""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was found whole, unpacked in `folder`, its database ready as `trial`."""

    manifest: Manifest
    folder: Path
    trial: Trial


@contextmanager
def tried_out(*, home: Path, path: Path, work: Path, database: Database) -> Iterator[Tried]:
    """Unpack a backup beside what is there and compare it with what it says of itself; remove the trial at the end.

    Raises Damaged, NoRoom, OtherDatabase, TooNew, DatabaseTrouble.
    """
    folder = work / "unpacked"
    folder.mkdir(mode=0o700)
    manifest = read_archive(path=path, into=folder)
    _refuse_other_database(manifest, database)
    _refuse_unknown_migrations(manifest)
    trial = database.unpack(copy=folder / manifest.database)
    try:
        _compare(manifest.contents, database.contents(trial=trial))
        yield Tried(manifest=manifest, folder=folder, trial=trial)
    finally:
        # A plan that could not be carried out to its end still needs it.
        if not is_cut_off(home=home):
            database.drop(trial=trial)


def restore(
    *,
    home: Path,
    path: Path,
    work: Path,
    database: Database,
    now: datetime,
    say: Say,
    keep: bool = True,
) -> Manifest:
    """Put the backup at `path` in the place of what is there, whole or not at all.

    With `keep`, what is there is backed up first. Whoever calls holds `stopped` and `alone`. Raises what tried_out
    and take_backup raise, and TombstonesDamaged; then nothing has changed.
    """
    with tried_out(home=home, path=path, work=work, database=database) as tried:
        if keep:
            aside = work / "kept"
            aside.mkdir(mode=0o700)
            keep_aside(home=home, work=aside, database=database, now=now, say=say)
        _erase_again(home, tried, database=database, now=now, say=say)
        _close_connections()
        _commit_to(home, tried)
        try:
            finish_restore(home=home, database=database)
        except DatabaseTrouble:
            # Databases go first: not even that step was done, so the plan is given up.
            _give_up(home)
            raise
    return tried.manifest


def describe(*, manifest: Manifest) -> list[str]:
    """Return what a backup holds, in a volunteer's words."""
    rows = manifest.contents.rows
    kinds = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    files = sum(name.startswith("public/") for name in manifest.members)
    held = [
        f"{_count(rows, 'directory_meeting', 'meeting')} from {_count(rows, 'sources_source', 'source')}",
        _count(rows, "people_account", "account"),
        f"{_count(rows, 'vault_document', 'sealed document')} in {_count(rows, 'vault_version', 'version')}",
        f"{files} public file{'' if files == 1 else 's'}",
    ]
    return [
        f"Taken on {manifest.taken_at:%Y-%m-%d at %H:%M:%S} UTC by Openchair {manifest.version}, from {kinds[manifest.engine]}.",
        f"It holds {', '.join(held)}.",
        "The secret key is in it." if SECRET_KEY in manifest.members else "No secret key is in it.",
    ]


def _refuse_other_database(manifest: Manifest, database: Database) -> None:
    if manifest.engine != database.engine:
        raise OtherDatabase(
            f"The backup is of {manifest.engine}, and this installation uses {database.engine}. See DATABASE_URL in docs/settings.md"
        )


def _refuse_unknown_migrations(manifest: Manifest) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = sorted(set(manifest.contents.migrations) - known)
    if unknown:
        raise TooNew(
            f"The backup was taken by a later version of Openchair ({manifest.version}): this one does not know {unknown[0]}."
            " Install that version and try again."
        )


def _compare(stated: Contents, found: Contents) -> None:
    if stated.migrations != found.migrations:
        raise Damaged("its database has other migrations than its manifest says")
    for table in sorted(stated.rows.keys() | found.rows.keys()):
        said, counted = stated.rows.get(table), found.rows.get(table)
        if said != counted:
            raise Damaged(f"its table {table} has {counted} rows, and its manifest says {said}")


def _erase_again(home: Path, tried: Tried, *, database: Database, now: datetime, say: Say) -> None:
    with _reached(tried.trial, database):
        count = apply_tombstones(home=home, using=TRIAL_ALIAS)
    if count:
        say(f"{count} account{'' if count == 1 else 's'} erased since the backup stay erased.")
    accounts = tried.manifest.contents.rows.get("people_account", 0)
    if accounts and not tombstones_path(home=home).exists():
        say(
            "There is no file of tombstones here. If people erased their accounts after this backup was taken, put the"
            f" file {tombstones_path(home=home)} of the old machine in its place and restore again."
        )
    elif now - tried.manifest.taken_at > timedelta(days=keep_days()) + TOMBSTONE_MARGIN:
        say(
            "This backup is older than backups are kept: accounts erased soon after it was taken may be back. Erase"
            " such copies in time."
        )


@contextmanager
def _reached(trial: Trial, database: Database) -> Iterator[None]:
    """Let Django reach the trial as the database `trial` until the block ends."""
    usual = connections.databases["default"]
    connections.databases[TRIAL_ALIAS] = {**usual, **database.settings(trial=trial)}
    try:
        yield
    finally:
        connections[TRIAL_ALIAS].close()
        del connections[TRIAL_ALIAS]
        del connections.databases[TRIAL_ALIAS]


def _close_connections() -> None:
    """Leave the database in use, the pool included: it can't be renamed while somebody is in it."""
    connection = connections["default"]
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]  # of this vendor's alone


def _commit_to(home: Path, tried: Tried) -> None:
    """Lay every part ready and write the plan: with the last rename here the restore has happened."""
    part = home / "restoring.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    names = [name for name in (SECRET_KEY, *FOLDERS) if (tried.folder / name).exists()]
    for folder in FOLDERS:
        # A backup without a folder's files means that there were none.
        (tried.folder / folder).mkdir(mode=0o700, exist_ok=True)
    names = list(dict.fromkeys([*names, *FOLDERS]))
    _open_to_readers(tried.folder / "public")
    for name in names:
        (tried.folder / name).replace(part / name)
    trial = tried.trial.name
    if tried.trial.engine == "sqlite":
        trial = tried.manifest.database
        Path(tried.trial.name).replace(part / trial)
    plan = Plan(engine=tried.trial.engine, trial=trial, names=names)
    (part / PLAN).write_bytes(msgspec.json.encode(plan))
    sync_tree(part)
    part.replace(plan_folder(home=home))
    sync(home)


def _give_up(home: Path) -> None:
    plan_folder(home=home).replace(home / "restoring.part")
    shutil.rmtree(home / "restoring.part", ignore_errors=True)


def _open_to_readers(folder: Path) -> None:
    """Let a web server of another user read what is public anyway, as it could before."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def _count(rows: dict[str, int], table: str, word: str) -> str:
    count = rows.get(table, 0)
    return f"{count} {word}{'' if count == 1 else 's'}"
