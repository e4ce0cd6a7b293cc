"""Every component in every state on one page, for developers: what screenshots are taken of."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from openchair.directory import presenting
from openchair.directory.forms import ReportForm
from openchair.lib import clock
from openchair.site import helplines


def show(request: HttpRequest) -> HttpResponse:
    """Show the page. Only an installation in DEBUG has its address."""
    now = clock.now()
    language = (get_language() or "en").partition("-")[0]
    cards = [
        presenting.card(row=row, now=now, language=language, distance_unit="mi")
        for row in _rows(now)
    ]
    context = {
        "cards": cards,
        "form": ReportForm({"text": "", "reply_to": ""}),
        "first_lines": helplines.first_lines(country="US"),
        "roles": ROLES,
    }
    return render(request, "site/styleguide.html", context)


ROLES = ("paper", "card", "ink", "soft", "line", "edge", "action", "wash", "soon", "help", "done")


def _rows(now: datetime) -> list[dict[str, object]]:
    """Return rows that are near, far, long, irregular, online and closed for now."""
    plain: dict[str, object] = {
        "id": "1",
        "slug": "keep-it-simple",
        "name": "Keep It Simple",
        "fellowship": "aa",
        "day": 2,
        "time": "19:30",
        "timezone": "America/New_York",
        "attendance": "in_person",
        "types": ["O", "D", "X"],
        "location": "St Mark’s hall",
        "city": "Cambridge",
        "distance_km": 1.2,
        "next_start": _iso(now + timedelta(minutes=12)),
    }
    online = {
        "fellowship": "na",
        "attendance": "online",
        "conference_url": "https://example.org/j",
        "conference_phone": "+1 555 0100",
        "types": ["BEG"],
        "next_start": _iso(now),
    }
    return [
        plain,
        {**plain, **online, "name": "Just for Today"},
        {
            **plain,
            "name": "Donnerstagsgruppe Lebensfreudegemeinschaftsversammlung im Gemeindehaus",
            "rule": "FREQ=MONTHLY;BYDAY=1TU,3TU",
            "attendance": "hybrid",
            "next_start": _iso(now + timedelta(days=9)),
        },
        {**plain, "name": "Summer Beach Meeting", "attendance": "inactive", "next_start": None},
        {**plain, "name": "By appointment", "day": None, "time": None, "next_start": None},
    ]


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
