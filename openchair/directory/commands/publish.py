"""`openchair publish`: make what is in print searchable, now."""

from __future__ import annotations

import argparse
from pathlib import Path

from openchair.directory.commands.starting import needs_tables
from openchair.lib import clock

HELP = "make what is in print searchable, now"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options: it has none."""


@needs_tables
def run(arguments: argparse.Namespace) -> int:
    """Publish and say how many. Return 0."""
    from django.conf import settings

    from openchair.directory.publishing import publish_search_index

    manifest = publish_search_index(now=clock.now(), home=Path(settings.HOME))
    print(f"{manifest.rows} meetings can be searched.")
    return 0
