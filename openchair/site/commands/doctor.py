"""`openchair doctor`: say what is wrong with an installation, and how to mend it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import django
import msgspec

from openchair.lib import clock
from openchair.lib.environment import BadSetting
from openchair.lib.installation import Installation, read_installation
from openchair.people.tombstones import TombstonesDamaged, read_tombstones, tombstones_path
from openchair.site.backing_up.taking import backup_folder, find_backups

HELP = "say what is wrong with this installation and how to mend it"
LEAST_FREE_BYTES = 500 * 1024 * 1024
# Linux refuses longer names for Unix sockets. Source: unix(7), sun_path is 108 bytes with the closing zero.
LONGEST_SOCKET_NAME = 107
SNAPSHOT_OLD_AFTER = timedelta(days=2)
BACKUP_OLD_AFTER = timedelta(days=7)
# Nothing of this version can have been made earlier: a clock before it has lost its battery.
EARLIEST_NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLOCK_MARGIN = timedelta(minutes=10)
LOCAL_HOSTS = frozenset(["localhost", "127.0.0.1", "::1"])


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at. `mend` says what to do; empty when it is well."""

    level: Literal["ok", "warning", "broken"]
    what: str
    mend: str = ""


Check = Callable[[Installation, datetime], Iterator[Finding]]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print every finding. Return 0 when all is well or only warned of, 1 when something is broken."""
    findings = examine(now=clock.now())
    if arguments.json:
        print(json.dumps([msgspec.to_builtins(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            print(_line(finding))
    return 1 if any(finding.level == "broken" for finding in findings) else 0


def examine(*, now: datetime) -> list[Finding]:
    """Return what was found, in the order in which it should be mended."""
    try:
        installation = read_installation()
    except BadSetting as error:
        return [Finding(level="broken", what=str(error), mend="Correct the setting and run again.")]
    findings = [finding for check in EARLY_CHECKS for finding in check(installation, now)]
    if any(finding.level == "broken" for finding in findings):
        return findings
    return findings + [finding for check in LATE_CHECKS for finding in check(installation, now)]


def check_home(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look at the folder that everything is kept in."""
    home = installation.home
    if not home.is_dir():
        yield Finding(level="broken", what=f"{home} does not exist", mend="Run: openchair setup")
        return
    if not os.access(home, os.W_OK):
        yield Finding(
            level="broken",
            what=f"{home} can't be written to",
            mend=f"Run as its owner, or: chown -R $USER {home}",
        )
        return
    if home.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO) & stat.S_IWOTH:
        yield Finding(level="warning", what=f"anyone may write to {home}", mend=f"chmod 700 {home}")
    free = shutil.disk_usage(home).free
    if free < LEAST_FREE_BYTES:
        yield Finding(
            level="warning",
            what=f"only {free // 2**20} MB are free on its disk",
            mend="Make room, or move OPENCHAIR_HOME.",
        )
    yield Finding(level="ok", what=f"home {home}")


def check_secret_key(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look at the secret key: there, long enough, nobody else's to read."""
    path = installation.home / "secret_key"
    if "SECRET_KEY" in os.environ or not path.exists():
        return
    if path.stat().st_mode & 0o077:
        yield Finding(
            level="warning", what="others may read the secret key", mend=f"chmod 600 {path}"
        )
    if len(path.read_text(encoding="ascii").strip()) < 32:
        yield Finding(
            level="broken",
            what="the secret key is too short",
            mend=f"Delete {path} and start again.",
        )


def check_socket_name(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look whether the socket's name fits."""
    if len(str(installation.pages_socket)) > LONGEST_SOCKET_NAME:
        yield Finding(
            level="broken",
            what=f"the name {installation.pages_socket} is too long for a socket",
            mend="Choose a shorter OPENCHAIR_HOME.",
        )


def check_settings(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look for settings that are fit for a developer only."""
    from django.conf import settings

    if settings.DEBUG:
        yield Finding(
            level="warning", what="DEBUG is on: errors show their insides", mend="Unset DEBUG."
        )
    if not settings.SITE_URL:
        yield Finding(
            level="warning",
            what="SITE_URL is not set: calendar entries carry links without a host",
            mend="Set SITE_URL, such as https://meetings.example.org",
        )
    elif not settings.IS_HTTPS and urlsplit(settings.SITE_URL).hostname not in LOCAL_HOSTS:
        yield Finding(
            level="warning",
            what="SITE_URL is not https: whoever is on the way can read and change every page, and browsers seal nothing",
            mend="Put a web server with TLS in front, and set SITE_URL to its https address. See docs/operations.md",
        )


def check_database(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look whether the database answers and has every table."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield Finding(
            level="broken",
            what=f"the database does not answer: {str(error).splitlines()[0]}",
            mend="Check DATABASE_URL, and that the database is running.",
        )
        return
    if waiting:
        yield Finding(
            level="broken",
            what=f"{len(waiting)} changes of the database are waiting",
            mend="Run: openchair setup",
        )
        return
    yield Finding(level="ok", what=f"database {connection.vendor}")
    if connection.vendor == "sqlite":
        yield from _check_sqlite(Path(str(connection.settings_dict["NAME"])))


def _check_sqlite(path: Path) -> Iterator[Finding]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        [mode] = database.execute("PRAGMA journal_mode").fetchone()
        [verdict] = database.execute("PRAGMA quick_check(1)").fetchone()
    if mode != "wal":
        yield Finding(
            level="warning",
            what=f"SQLite's journal is {mode}, not wal",
            mend="Run: openchair setup",
        )
    if verdict != "ok":
        yield Finding(
            level="broken",
            what=f"the database file is damaged: {verdict}",
            mend="Restore your last backup.",
        )


def check_secret_files(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look whether anybody else may read what only the installation should."""
    home = installation.home
    kept = [backup.path for backup in find_backups(folder=backup_folder(home=home))]
    for path in [*(home / "secrets").rglob("*"), tombstones_path(home=home), *kept]:
        if path.is_file() and path.stat().st_mode & 0o077:
            yield Finding(level="warning", what=f"others may read {path}", mend=f"chmod 600 {path}")


def check_tombstones(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look whether it can be read who was erased: without it a restore is refused."""
    try:
        read_tombstones(home=installation.home)
    except (TombstonesDamaged, OSError) as error:
        yield Finding(
            level="broken",
            what=f"the list of erased accounts can't be read: {error}",
            mend=f"Mend {tombstones_path(home=installation.home)} from a copy, or take the line out.",
        )


def check_backups(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look how old the newest backup is."""
    folder = backup_folder(home=installation.home)
    found = find_backups(folder=folder)
    if not found:
        yield Finding(
            level="warning", what=f"no backup is in {folder}", mend="Run: openchair backup"
        )
        return
    days = max(0, (now - found[0].taken_at).days)
    age = f"the newest backup is {days} day{'' if days == 1 else 's'} old"
    if now - found[0].taken_at > BACKUP_OLD_AFTER:
        yield Finding(level="warning", what=age, mend="Run: openchair backup, each day by a timer.")
    else:
        yield Finding(level="ok", what=age)


def check_clock(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look whether the clock is behind something that was made before."""
    from django.db import DatabaseError
    from django.db.migrations.recorder import MigrationRecorder

    backups = find_backups(folder=backup_folder(home=installation.home))
    try:
        newest = MigrationRecorder.Migration.objects.order_by("-applied").first()
    except DatabaseError:
        newest = None
    made = [EARLIEST_NOW, *(backup.taken_at for backup in backups[:1])]
    made += [newest.applied] if newest else []
    if now + CLOCK_MARGIN < max(made):
        yield Finding(
            level="warning",
            what=f"the clock says {now:%Y-%m-%d %H:%M} UTC, which is before something here was made ({max(made):%Y-%m-%d %H:%M})",
            mend="Set the clock, such as: timedatectl set-ntp true",
        )


def check_sources(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look for sources whose last run failed or waits for a person."""
    from django.db import DatabaseError

    from openchair.sources.models import Source

    try:
        sources = list(Source.objects.order_by("name"))
    except DatabaseError:
        return
    for source in sources:
        last = source.importrun_set.order_by("-pk").first()
        if last is not None and last.state == "held":
            yield Finding(
                level="warning",
                what=f"“{source.name}” waits: its last run would retire too much",
                mend=f"Look at it (openchair runs {source.slug}), then: openchair refresh {source.slug} --accept",
            )
        if last is not None and last.state == "failed":
            yield Finding(
                level="warning",
                what=f"the last run of “{source.name}” failed",
                mend=f"See why: openchair runs {source.slug}",
            )


def check_static(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look for style and script."""
    if not (installation.static_folder / "staticfiles.json").exists():
        yield Finding(
            level="broken", what="style and script are not collected", mend="Run: openchair setup"
        )
    elif not any(installation.static_folder.glob("build/*.css")):
        yield Finding(
            level="broken",
            what="style and script were never built",
            mend="Install a released wheel, or run: make build && .venv/bin/openchair setup",
        )


def check_places(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look for the gazetteer."""
    from openchair.places.gazetteer import Gazetteer, NoGazetteer

    try:
        Gazetteer.open(path=installation.places_file)
    except NoGazetteer as error:
        yield Finding(level="warning", what=f"no places: {error}", mend="Run: openchair places")
        return
    size = installation.places_file.stat().st_size // 2**20
    yield Finding(
        level="ok", what=f"places of {', '.join(installation.places_countries)} ({size} MB)"
    )


def check_search(installation: Installation, now: datetime) -> Iterator[Finding]:
    """Look at the search snapshot: there, whole, of this day."""
    from openchair.search.manifest import Damaged
    from openchair.search.snapshot import Snapshot

    try:
        manifest = Snapshot.open(folder=installation.search_folder).manifest
    except Damaged as error:
        yield Finding(
            level="broken",
            what=f"what is searched is damaged: {error}",
            mend="Run: openchair publish",
        )
        return
    if not manifest.name:
        yield Finding(
            level="broken", what="nothing was ever published", mend="Run: openchair publish"
        )
        return
    yield Finding(
        level="ok",
        what=f"search over {manifest.rows} meetings, published {manifest.built_at:%Y-%m-%d %H:%M} UTC",
    )
    if now - manifest.built_at > SNAPSHOT_OLD_AFTER:
        yield Finding(
            level="warning",
            what="what is searched is older than two days",
            mend="Keep `openchair run` running, or run: openchair publish",
        )
    if manifest.rows == 0:
        yield Finding(
            level="warning",
            what="there are no meetings yet",
            mend="Run: openchair import <file or address of your feed>",
        )


def _setup_django(installation: Installation, now: datetime) -> Iterator[Finding]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openchair.site.settings")
    try:
        django.setup()
    except BadSetting as error:
        yield Finding(level="broken", what=str(error), mend="Correct the setting and run again.")


EARLY_CHECKS: tuple[Check, ...] = (check_home, check_secret_key, check_socket_name, _setup_django)
LATE_CHECKS: tuple[Check, ...] = (
    check_settings,
    check_database,
    check_secret_files,
    check_tombstones,
    check_backups,
    check_clock,
    check_static,
    check_places,
    check_search,
    check_sources,
)


def _line(finding: Finding) -> str:
    mark = {"ok": "ok      ", "warning": "warning ", "broken": "broken  "}[finding.level]
    return f"{mark}{finding.what}" + (f"\n        → {finding.mend}" if finding.mend else "")
