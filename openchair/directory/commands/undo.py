"""`openchair undo RUN`: take a run back, whole."""

from __future__ import annotations

import argparse
from pathlib import Path

from openchair.directory.commands.starting import needs_tables, say, who
from openchair.lib import clock

HELP = "take a run back, whole"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("run_number", type=int, metavar="RUN", help="as `openchair runs` lists it")


@needs_tables
def run(arguments: argparse.Namespace) -> int:
    """Undo and publish. Return 0, or 2 when it can't be taken back."""
    from django.conf import settings

    from openchair.directory.keeping import MeetingAdapter
    from openchair.directory.publishing import publish_search_index
    from openchair.directory.standing import settle_copies
    from openchair.sources.applying import CannotUndo, undo_run
    from openchair.sources.models import ImportRun

    found = ImportRun.objects.filter(pk=arguments.run_number).select_related("source").first()
    if found is None:
        say(f"There is no run {arguments.run_number}. See: openchair runs")
        return 2
    try:
        count = undo_run(run=found, adapter=MeetingAdapter(), now=clock.now(), who=who())
    except CannotUndo as error:
        say(str(error))
        return 2
    settle_copies()
    publish_search_index(now=clock.now(), home=Path(settings.HOME))
    print(f"Took back run {found.pk} of {found.source.name}: {count} meetings are as they were.")
    return 0
