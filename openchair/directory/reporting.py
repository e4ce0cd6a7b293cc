"""Tell the web servant what is wrong with a meeting."""

from __future__ import annotations

import datetime as dt

from django.db import OperationalError

from openchair.directory.models import ChangeReport, Meeting

# More open reports than a person reads about one meeting; what comes after is most likely a machine.
MOST_OPEN_REPORTS = 50


class EnoughReports(Exception):
    """So many people have reported this meeting already that one more says nothing new."""


class BusyJustNow(Exception):
    """A large import holds the database; in a minute there is room again. Nothing was kept."""


def report_change(*, meeting: Meeting, text: str, reply_to: str, today: dt.date) -> ChangeReport:
    """Keep what a visitor says about `meeting`. `today` is the site's calendar day.

    Raises EnoughReports, and BusyJustNow when the database takes no writing within its time.
    """
    if ChangeReport.objects.filter(meeting=meeting, state="open").count() >= MOST_OPEN_REPORTS:
        raise EnoughReports
    try:
        return ChangeReport.objects.create(
            meeting=meeting, text=text, reply_to=reply_to, reported_on=today
        )
    except OperationalError as error:
        raise BusyJustNow from error
