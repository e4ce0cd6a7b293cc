"""What every command does first: bring Django up, and say what is missing in plain words."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.conf import settings

from openchair.lib import environment

if TYPE_CHECKING:
    from openchair.directory.importing_sources import Progress, Tools

Command = Callable[[argparse.Namespace], int]

# For a command that finds another one writing to SQLite, which takes one writer at a time.
WAIT_SECONDS = 600


class NotReady(Exception):
    """The installation lacks something; the sentence says what to run."""


def needs_tables(run: Command) -> Command:
    """Bring Django up before a command runs; return 2 with a sentence when the installation has no tables yet."""

    @wraps(run)
    def started(arguments: argparse.Namespace) -> int:
        try:
            start_django()
        except NotReady as error:
            say(str(error))
            return 2
        return run(arguments)

    return started


def start_django() -> None:
    """Bring Django up. Raises NotReady when the installation has no tables yet."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openchair.site.settings")
    django.setup()
    from django.db import connection

    if connection.vendor == "sqlite":
        # A page gives up after seconds; a command can wait until another has written a whole country.
        connection.settings_dict["OPTIONS"]["timeout"] = WAIT_SECONDS

    from openchair.directory.models import Meeting

    if Meeting._meta.db_table not in connection.introspection.table_names():
        raise NotReady("This installation has no tables yet. Run first: openchair setup")


def tools(*, progress: Progress | None = None) -> Tools:
    """Return what an import leans on, as the settings name it."""
    from openchair.directory.importing_sources import Tools
    from openchair.lib import clock
    from openchair.lib.fetching import Limits
    from openchair.places.gazetteer import Gazetteer
    from openchair.places.geocoding import open_geocoder

    home = Path(settings.HOME)
    geocoder = open_geocoder(
        setting=settings.GEOCODER,
        cache_path=home / "geocoder.sqlite3",
        site_url=settings.SITE_URL,
        now=clock.now(),
    )
    limits = Limits(
        private_networks=tuple(environment.words("FETCH_PRIVATE_NETWORKS")), ports=_ports()
    )
    return Tools(
        gazetteer=Gazetteer.open_or_empty(path=home / "places.sqlite3"),
        geocoder=geocoder,
        limits=limits,
        progress=progress,
    )


def _ports() -> tuple[int, ...]:
    words = environment.words("FETCH_PORTS", "80,443")
    if not all(word.isdecimal() and 0 < int(word) < 65536 for word in words):
        raise environment.BadSetting(
            f"unexpected value FETCH_PORTS={','.join(words)}, use ports such as 80,443,8080"
        )
    return tuple(int(word) for word in words)


def who() -> str:
    """Return who is at the command line, for the history: the system's user, no person's name."""
    return f"operator {os.environ.get('USER', '')}".strip()


def say(sentence: str) -> None:
    """Tell the person, apart from what a program reads."""
    print(sentence, file=sys.stderr, flush=True)
