"""`openchair demo`: an invented fellowship to look at, and its removal."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from openchair.directory.commands.starting import needs_tables, tools, who
from openchair.lib import clock

HELP = "bring in an invented fellowship to look at, or remove it"
NAME, SLUG = "Demo fellowship", "demo-fellowship"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--if-empty", action="store_true", help="only when there are no sources yet"
    )
    parser.add_argument("--remove", action="store_true", help="take the demo out again, wholly")


@needs_tables
def run(arguments: argparse.Namespace) -> int:
    """Bring the demo in or out. Return 0, or 2 when it can't be done."""
    from openchair.sources.models import Source

    if arguments.remove:
        return _remove()
    if arguments.if_empty and Source.objects.exists():
        return 0
    return _bring()


def _bring() -> int:
    from django.conf import settings

    from openchair.directory.commands.reporting_runs import exit_code, summary
    from openchair.directory.demo_fellowship import demo_rows
    from openchair.directory.importing_sources import import_source
    from openchair.sources.models import Source

    path = Path(settings.HOME) / "demo" / "meetings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(demo_rows(), ensure_ascii=False), encoding="utf-8")
    source, _ = Source.objects.get_or_create(
        slug=SLUG,
        defaults={"name": NAME, "address": str(path), "rank": 1000, "created_at": clock.now()},
    )
    outcome = import_source(source=source, tools=tools(), now=clock.now(), who=who())
    print(*summary(outcome, name=NAME), sep="\n")
    return exit_code(outcome)


def _remove() -> int:
    from django.conf import settings

    from openchair.directory.keeping import remove_source
    from openchair.directory.publishing import publish_search_index
    from openchair.directory.standing import settle_copies
    from openchair.sources.models import Source

    source = Source.objects.filter(slug=SLUG).first()
    if source is None:
        print("There is no demo here.")
        return 0
    remove_source(source=source)
    settle_copies()
    shutil.rmtree(Path(settings.HOME) / "demo", ignore_errors=True)
    publish_search_index(now=clock.now(), home=Path(settings.HOME))
    print("The demo is gone.")
    return 0
