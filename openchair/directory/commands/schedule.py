"""`openchair schedule MEETING`: show its coming dates; set its rule, a date off, a date moved, a pause."""

from __future__ import annotations

import argparse
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from openchair.directory.commands.starting import needs_tables, say, who
from openchair.lib import clock

HELP = "show or set a meeting's rule, dates off, dates moved and pauses"
DATES_SHOWN = 6


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("meeting", help="the last part of its page's address")
    deed = parser.add_mutually_exclusive_group()
    deed.add_argument(
        "--rule", metavar="RRULE", help='such as FREQ=MONTHLY;BYDAY=1SU,3SU, or "" for every week'
    )
    deed.add_argument(
        "--off", type=date.fromisoformat, metavar="DATE", help="not held on this date"
    )
    deed.add_argument(
        "--move", type=date.fromisoformat, metavar="DATE", help="held at --to instead"
    )
    deed.add_argument(
        "--pause",
        type=date.fromisoformat,
        metavar="DATE",
        help="not held from this date, to --until",
    )
    deed.add_argument(
        "--clear", action="store_true", help="take back all dates off, moves and pauses"
    )
    parser.add_argument(
        "--held-on",
        type=date.fromisoformat,
        metavar="DATE",
        help="for every other week: a date on which it is held",
    )
    parser.add_argument(
        "--to",
        type=datetime.fromisoformat,
        metavar="DATETIME",
        help="2026-12-26T19:00, on the meeting's own clock",
    )
    parser.add_argument("--until", type=date.fromisoformat, metavar="DATE")
    parser.add_argument("--note", default="", help="why, for the history")


@needs_tables
def run(arguments: argparse.Namespace) -> int:
    """Do the deed, publish and show the coming dates. Return 0, or 2 when it can't be done."""
    from openchair.directory.models import Meeting

    meeting = Meeting.objects.filter(slug=arguments.meeting).first()
    if meeting is None or meeting.day is None:
        say(f"There is no meeting {arguments.meeting} with a day and a time.")
        return 2
    complaint = _change(meeting, arguments)
    if complaint:
        say(complaint)
        return 2
    _show(Meeting.objects.get(pk=meeting.pk))
    return 0


def _change(meeting, arguments: argparse.Namespace) -> str:  # type: ignore[no-untyped-def]  # Meeting, loaded after setup()
    from django.conf import settings

    from openchair.directory import scheduling
    from openchair.directory.publishing import publish_search_index

    said = {"meeting": meeting, "now": clock.now(), "who": who()}
    note = arguments.note[:255]
    try:
        if arguments.rule is not None:
            scheduling.set_rule(rule=arguments.rule, anchor=arguments.held_on, **said)
        elif arguments.off:
            scheduling.cancel_date(day=arguments.off, note=note, **said)
        elif arguments.move and arguments.to:
            scheduling.move_date(day=arguments.move, to=arguments.to, note=note, **said)
        elif arguments.move:
            return "Say when it is held instead: --to 2026-12-26T19:00"
        elif arguments.pause:
            scheduling.pause(first=arguments.pause, last=arguments.until, note=note, **said)
        elif arguments.clear:
            scheduling.forget_exceptions(**said)
        else:
            return ""
    except scheduling.BadRule as error:
        return f"{error} is no rule that a meeting can have. Use one such as FREQ=MONTHLY;BYDAY=1SU,3SU"
    except scheduling.NeedsAnchor:
        return "That does not say which weeks. Add --held-on with a date on which it is held."
    except scheduling.EndsBeforeItBegins:
        return "The pause ends before it begins: look at --until."
    publish_search_index(now=clock.now(), home=Path(settings.HOME))
    return ""


def _show(meeting) -> None:  # type: ignore[no-untyped-def]  # Meeting, loaded after setup()
    from openchair.directory.rule_wording import describe_rule
    from openchair.directory.rules import next_starts
    from openchair.directory.schedules import schedule_of

    print(f"{meeting.name}: {describe_rule(rule=meeting.rule, day=meeting.day, language='en')}")
    schedule = schedule_of(meeting=meeting)
    starts = (
        next_starts(schedule=schedule, after=clock.now(), count=DATES_SHOWN) if schedule else []
    )
    for start in starts:
        print(
            f"  {start.astimezone(ZoneInfo(meeting.time_zone)):%A %Y-%m-%d %H:%M} {meeting.time_zone}"
        )
    if not starts:
        print("  no coming date")
