"""`openchair reports`: what visitors said is wrong."""

from __future__ import annotations

import argparse

from openchair.directory.commands.starting import needs_tables, say

HELP = "show what visitors said is wrong"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--done", type=int, metavar="ID", help="it is dealt with")


@needs_tables
def run(arguments: argparse.Namespace) -> int:
    """Show the open reports, or close one. Return 0, or 2 when there is no such report."""
    from openchair.directory.models import ChangeReport

    if arguments.done:
        if not ChangeReport.objects.filter(pk=arguments.done, state="open").update(state="done"):
            say(f"There is no open report {arguments.done}.")
            return 2
        print("Done.")
        return 0
    for report in (
        ChangeReport.objects.filter(state="open").select_related("meeting").order_by("pk")
    ):
        reply = f" (answer to: {report.reply_to})" if report.reply_to else ""
        print(f"{report.pk}: {report.reported_on} {report.meeting.slug}{reply}\n   {report.text}")
    return 0
