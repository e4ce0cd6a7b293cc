"""`openchair sources`: where meetings come from, how each stands, and which copy rules."""

from __future__ import annotations

import argparse

from openchair.directory.commands.starting import needs_tables

HELP = "list where meetings come from"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options: it has none."""


@needs_tables
def run(arguments: argparse.Namespace) -> int:
    """Print each source with its state. Return 0."""
    from django.db.models import Count, Q

    from openchair.directory.models import Meeting
    from openchair.sources.models import ImportRun, Source

    counted = Source.objects.annotate(
        in_print=Count("meeting", filter=Q(meeting__state="in_print")),
        retired=Count("meeting", filter=Q(meeting__state="retired")),
    )
    for source in counted.order_by("rank", "pk"):
        last = ImportRun.objects.filter(source=source).order_by("-pk").first()
        state = f"{last.state} {last.started_at:%Y-%m-%d %H:%M}" if last else "never read"
        print(
            f"{source.slug}: {source.in_print} in print, {source.retired} retired; last run {state}"
        )
        print(f"  {source.address}")
        carried = (
            Meeting.objects.filter(source=source, state="copy")
            .values("carried_from__name")
            .annotate(n=Count("pk"))
        )
        for row in carried:
            print(
                f"  {row['n']} are carried from “{row['carried_from__name']}”, whose copy rules: their own page is there"
            )
        if last and last.reason:
            print(f"  {last.reason}")
    return 0
