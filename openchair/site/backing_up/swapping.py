"""The steps that carry out a restore once it is decided. Each may be done again; no Django, as any command may need it."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from openchair.site.backing_up.databases import Database, Trial
from openchair.site.backing_up.files import sync
from openchair.site.backing_up.manifest import Damaged

PLAN = "plan.json"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What lies ready: the trial database (for SQLite a file beside the plan), and files and folders of the home."""

    engine: str
    trial: str
    names: list[str]


def plan_folder(*, home: Path) -> Path:
    """Return where the parts of a decided restore lie. While the folder exists, the restore is not finished."""
    return home / "restoring"


def is_cut_off(*, home: Path) -> bool:
    """Return whether a restore was decided and not finished."""
    return plan_folder(home=home).exists()


def read_plan(*, home: Path) -> Plan:
    """Return the plan of a restore that was cut off. Raises Damaged."""
    try:
        return msgspec.json.decode((plan_folder(home=home) / PLAN).read_bytes(), type=Plan)
    except (OSError, msgspec.MsgspecError) as error:
        raise Damaged(f"the plan of a restore can't be read: {error}") from None


def finish_restore(*, home: Path, database: Database) -> None:
    """Put everything that lies ready in its place. Raises DatabaseTrouble while the database can't be swapped."""
    folder = plan_folder(home=home)
    plan = read_plan(home=home)
    name = str(folder / plan.trial) if plan.engine == "sqlite" else plan.trial
    database.swap_in(trial=Trial(engine=plan.engine, name=name))
    for name in plan.names:
        _put(folder / name, home / name, folder / f"old-{name}")
    sync(home)
    done = home / "restoring.done"
    shutil.rmtree(done, ignore_errors=True)
    folder.replace(done)
    sync(home)
    shutil.rmtree(done, ignore_errors=True)


def _put(new: Path, target: Path, old: Path) -> None:
    if not new.exists():
        return  # done before the plug was pulled
    if target.exists():
        if old.is_dir():
            shutil.rmtree(old)
        target.replace(old)
    new.replace(target)
