"""`openchair refresh [SOURCE…]`: ask every source for news. Safe to run from a timer."""

from __future__ import annotations

import argparse
import logging

from openchair.directory.commands.starting import needs_tables, say, tools, who
from openchair.lib import clock

logger = logging.getLogger(__name__)

HELP = "ask every source, or those named, for news"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("sources", nargs="*", help="names as `openchair sources` lists them")
    parser.add_argument("--accept", action="store_true", help="apply even if much would be retired")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object a source, one a line"
    )


@needs_tables
def run(arguments: argparse.Namespace) -> int:
    """Refresh each source by itself and return the gravest of their exit codes."""
    from openchair.directory.commands import reporting_runs as telling
    from openchair.directory.importing_sources import import_source
    from openchair.sources.models import Source

    sources = Source.objects.filter(is_active=True).order_by("rank", "pk")
    if arguments.sources:
        sources = sources.filter(slug__in=arguments.sources)
        missing = set(arguments.sources) - {source.slug for source in sources}
        if missing:
            say(f"There is no source {', '.join(sorted(missing))}. See: openchair sources")
            return 2
    worst, given = 0, tools()
    for source in sources:
        try:
            outcome = import_source(
                source=source, tools=given, now=clock.now(), who=who(), accept=arguments.accept
            )
        except Exception:
            # A fault of ours in one source's listings must not leave the directory of all others stale.
            logger.exception("directory.source.refresh_failed %s", source.slug)
            say(f"{source.slug}: a fault in Openchair stopped this one. Nothing was changed.")
            worst = max(worst, telling.CANNOT_READ)
            continue
        if arguments.json:
            print(telling.as_json(outcome, source=source.slug))
        else:
            print(*telling.summary(outcome, name=source.slug), sep="\n")
        worst = max(worst, telling.exit_code(outcome))
    return worst
