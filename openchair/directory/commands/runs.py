"""`openchair runs [SOURCE]`: what was read and changed, newest first."""

from __future__ import annotations

import argparse

from openchair.directory.commands.starting import needs_tables

HELP = "list what was read and changed, newest first"
MOST_PROBLEMS = 30


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("source", nargs="?", help="only this source")
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--problems", action="store_true", help="show what could not be read")


@needs_tables
def run(arguments: argparse.Namespace) -> int:
    """Print the runs. Return 0."""
    from openchair.sources.models import ImportRun

    runs = ImportRun.objects.select_related("source").order_by("-pk")
    if arguments.source:
        runs = runs.filter(source__slug=arguments.source)
    for each in runs[: arguments.limit]:
        counts = each.counts
        print(
            f"run {each.pk} {each.started_at:%Y-%m-%d %H:%M} {each.source.slug} {each.state} by {each.who}: "
            f"added {counts.get('added', 0)}, changed {counts.get('changed', 0)}, retired {counts.get('retired', 0)}"
        )
        if each.reason:
            print(f"  {each.reason}")
        if arguments.problems:
            for problem in each.problems[:MOST_PROBLEMS]:
                print(
                    f"  row {problem['row']}, {problem['field']} {problem.get('value', '')!r}: {problem['reason']}"
                )
    return 0
