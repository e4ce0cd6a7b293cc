"""`openchair history MEETING`: who or which source changed what, when."""

from __future__ import annotations

import argparse
import json

from openchair.directory.commands.starting import needs_tables, say

HELP = "show who or which source changed a meeting, when, from what to what"
LONGEST_VALUE = 60


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("meeting", help="the last part of its page's address")


@needs_tables
def run(arguments: argparse.Namespace) -> int:
    """Print the changes, newest first. Return 0, or 2 when there is no such meeting."""
    from openchair.directory.models import Meeting
    from openchair.sources.history import changes_of

    meeting = Meeting.objects.filter(slug=arguments.meeting).first()
    if meeting is None:
        say(f"There is no meeting {arguments.meeting}.")
        return 2
    for change in changes_of(kind="meeting", object_key=meeting.pk):
        by = f"run {change.run_id} of {change.run.source.slug}, " if change.run else ""
        print(f"{change.at:%Y-%m-%d %H:%M} {change.deed} by {by}{change.who}")
        for field, (before, after) in change.fields.items():
            print(f"  {field}: {_short(before)} → {_short(after)}")
    return 0


def _short(value: object) -> str:
    text = "–" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
