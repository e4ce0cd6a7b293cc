"""`openchair duplicates`: meetings of two sources that look like one; merge them, or keep them apart."""

from __future__ import annotations

import argparse
from pathlib import Path

from openchair.directory.commands.starting import needs_tables, say, who
from openchair.lib import clock

HELP = "show, merge or keep apart meetings that look like one"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    deed = parser.add_mutually_exclusive_group()
    deed.add_argument("--merge", type=int, metavar="ID", help="take one of the two out of print")
    deed.add_argument("--apart", type=int, metavar="ID", help="they are two: show them no more")
    deed.add_argument("--unmerge", type=int, metavar="ID", help="put back what a merge took out")
    parser.add_argument("--keep", metavar="SLUG", help="with --merge: the one that stays")


@needs_tables
def run(arguments: argparse.Namespace) -> int:
    """Show the pairs, or do one deed. Return 0, or 2 when it can't be done."""
    number = arguments.merge or arguments.apart or arguments.unmerge
    if number is None:
        return _list()
    from django.conf import settings

    from openchair.directory import duplicates as pairs
    from openchair.directory.models import DuplicatePair
    from openchair.directory.publishing import publish_search_index

    pair = (
        DuplicatePair.objects.select_related("first__source", "second__source")
        .filter(pk=number)
        .first()
    )
    if pair is None:
        say(f"There is no pair {number}. See: openchair duplicates")
        return 2
    if arguments.apart:
        pairs.keep_apart(pair=pair)
        print("Kept apart.")
        return 0
    if arguments.unmerge:
        pairs.unmerge_pair(pair=pair, now=clock.now(), who=who())
        print("Both are in print again.")
    else:
        keep = next(
            (each for each in (pair.first, pair.second) if each.slug == arguments.keep), None
        )
        if arguments.keep and keep is None:
            say(f"{arguments.keep} is neither {pair.first.slug} nor {pair.second.slug}.")
            return 2
        try:
            stays = pairs.merge_pair(pair=pair, keep=keep, now=clock.now(), who=who())
        except pairs.AlreadyDecided:
            say("This pair was merged or kept apart before. To take that back: --unmerge")
            return 2
        print(
            f"{stays.slug} stays in print. To take that back: openchair duplicates --unmerge {pair.pk}"
        )
    publish_search_index(now=clock.now(), home=Path(settings.HOME))
    return 0


def _list() -> int:
    from openchair.directory.duplicates import open_pairs

    found = open_pairs()
    for pair in found:
        print(f"{pair.pk}: alike {pair.score} %, {pair.reason}")
        for meeting in (pair.first, pair.second):
            where = meeting.venue or meeting.conference_url or ""
            print(
                f"   {meeting.slug}: {meeting.name}, day {meeting.day}, {meeting.start_time}, {where} [{meeting.source.name}]"
            )
    print(f"{len(found)} pairs wait. openchair duplicates --merge ID [--keep SLUG], or --apart ID")
    return 0
