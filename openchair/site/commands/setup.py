"""`openchair setup`: bring an installation to where it can run. Everything it does may be done again without harm."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

import django
from django.core.management import call_command

from openchair.lib import clock
from openchair.lib.installation import Installation, read_installation

HELP = "make or renew what an installation needs: database, static files, places, search"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options: it has none."""


def run(arguments: argparse.Namespace) -> int:
    """Set up and say each step. Return 0."""
    set_up(say=lambda sentence: print(sentence, file=sys.stderr, flush=True))
    return 0


def set_up(*, say: Callable[[str], None]) -> None:
    """Make home, database, static files, gazetteer, search snapshot and the pages for when Django is away."""
    installation = read_installation()
    installation.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (installation.home / "public").mkdir(exist_ok=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openchair.site.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    _build_places(installation, say)
    _publish(installation)
    _keep_away_pages(installation)


def _build_places(installation: Installation, say: Callable[[str], None]) -> None:
    from openchair.places.building import build_places

    say(
        f"places: {build_places(path=installation.places_file, countries=installation.places_countries)}"
    )


def _publish(installation: Installation) -> None:
    from openchair.directory.publishing import publish_search_index

    publish_search_index(now=clock.now(), home=installation.home)


def _keep_away_pages(installation: Installation) -> None:
    from openchair.site.away import keep_away_pages

    keep_away_pages(folder=installation.away_folder)
