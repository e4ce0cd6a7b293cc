"""What `backup`, `restore` and `upgrade` share: bring Django up, find the database, and say what went wrong."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from functools import wraps

import django

from openchair.lib.environment import BadSetting
from openchair.people.tombstones import TombstonesDamaged
from openchair.site.backing_up.archive import ChangedMeanwhile, NoRoom
from openchair.site.backing_up.databases import Database, DatabaseTrouble, find_database
from openchair.site.backing_up.files import InUse
from openchair.site.backing_up.manifest import Damaged

Command = Callable[[argparse.Namespace], int]


def says_what_failed(run: Command) -> Command:
    """Return 2 with a sentence when a command fails in a way that is known. Then it has changed nothing."""

    @wraps(run)
    def started(arguments: argparse.Namespace) -> int:
        try:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openchair.site.settings")
            django.setup()
            return run(arguments)
        except ChangedMeanwhile as error:
            say(f"{error} changed while it was read. Run the command again.")
        except Damaged as error:
            say(f"This backup can't be used: {error}.")
        except NoRoom as error:
            say(f"The disk is too full: {error}. Make room and run the command again.")
        except TombstonesDamaged as error:
            say(f"{error}. Mend or empty that line: without it an erased person could come back.")
        except (InUse, BadSetting, DatabaseTrouble) as error:
            say(sentence_of(error))
        except OSError as error:
            say(f"Nothing was changed: {error.strerror or error} ({error.filename or 'no file'}).")
        return 2

    return started


def database_in_use() -> Database:
    """Return the database that the settings name."""
    from django.conf import settings

    return find_database(settings=settings.DATABASES["default"])


def sentence_of(error: Exception) -> str:
    """Return what an error says as a whole sentence, as far as it is one."""
    text = str(error)
    return text[:1].upper() + text[1:]


def say(sentence: str) -> None:
    """Tell the person."""
    print(sentence, file=sys.stderr, flush=True)
