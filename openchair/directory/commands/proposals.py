"""`openchair proposals`: rules read from notes, for a person to accept or refuse."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from openchair.directory.commands.starting import needs_tables, say, who
from openchair.lib import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from openchair.directory.models import RuleProposal

HELP = "show, accept or refuse rules read from notes (“1st Sunday only”)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    deed = parser.add_mutually_exclusive_group()
    deed.add_argument("--accept", type=int, metavar="ID")
    deed.add_argument("--refuse", type=int, metavar="ID")
    deed.add_argument("--accept-all", action="store_true", help="all that need no date")
    parser.add_argument(
        "--held-on",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="for every other week: a date on which it is held",
    )


@needs_tables
def run(arguments: argparse.Namespace) -> int:
    """Show the proposals, or decide. Return 0, or 2 when it can't be done."""
    from openchair.directory.models import RuleProposal

    waiting = (
        RuleProposal.objects.filter(state="proposed")
        .select_related("meeting__source")
        .order_by("pk")
    )
    number = arguments.accept or arguments.refuse
    if number is None and not arguments.accept_all:
        return _list(waiting)
    chosen = list(waiting if arguments.accept_all else waiting.filter(pk=number))
    if not chosen:
        say("There is no such proposal waiting. See: openchair proposals")
        return 2
    return _decide(chosen, arguments)


def _decide(chosen: list[RuleProposal], arguments: argparse.Namespace) -> int:
    from django.conf import settings

    from openchair.directory.proposing import NeedsAnchor, accept_rule, refuse_rule
    from openchair.directory.publishing import publish_search_index

    # One date says which weeks one meeting means, never all of them.
    anchor = None if arguments.accept_all else arguments.held_on
    done = 0
    for proposal in chosen:
        if arguments.refuse:
            refuse_rule(proposal=proposal, now=clock.now())
            done += 1
            continue
        try:
            accept_rule(proposal=proposal, now=clock.now(), who=who(), anchor=anchor)
            done += 1
        except NeedsAnchor:
            say(
                f"{proposal.pk}: {proposal.rule} does not say which weeks. Name a date on which it is held: "
                f"openchair proposals --accept {proposal.pk} --held-on YYYY-MM-DD"
            )
    publish_search_index(now=clock.now(), home=Path(settings.HOME))
    print(f"{done} decided.")
    return 0 if done == len(chosen) else 2


def _list(waiting: QuerySet[RuleProposal]) -> int:
    from openchair.directory.rule_wording import describe_rule

    for proposal in waiting:
        meeting = proposal.meeting
        words = describe_rule(rule=proposal.rule, day=meeting.day or 0, language="en")
        print(
            f"{proposal.pk}: {meeting.slug} ({meeting.source.name})\n   “{proposal.evidence}” → {words}"
        )
    print(f"{waiting.count()} proposals wait. openchair proposals --accept ID, or --refuse ID")
    return 0
