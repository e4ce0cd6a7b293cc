"""What every command does first: finish a restore that was cut off."""

from __future__ import annotations

import os
from pathlib import Path

from openchair.site.backing_up.databases import Database, find_database
from openchair.site.backing_up.files import alone, stopped
from openchair.site.backing_up.sqlite import SQLite
from openchair.site.backing_up.swapping import finish_restore, is_cut_off, read_plan


def finish_what_was_cut_off(*, home: Path) -> bool:
    """Finish a restore that somebody pulled the plug on, and return whether there was one.

    Raises InUse while the restore is still going on, and what finish_restore raises.
    """
    if not is_cut_off(home=home):
        return False
    with stopped(home=home), alone(home=home):
        # It may have ended while this process came up.
        if is_cut_off(home=home):
            finish_restore(home=home, database=_database(home))
    return True


def _database(home: Path) -> Database:
    if read_plan(home=home).engine == "sqlite":
        return SQLite(path=home / "openchair.sqlite3")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openchair.site.settings")
    from django.conf import settings  # noqa: PLC0415 - settings read the home, which is being put in order

    return find_database(settings=settings.DATABASES["default"])
