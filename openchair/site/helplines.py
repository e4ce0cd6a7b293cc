"""Help lines by country: what to call or text when a meeting is not enough. The facts are in helplines.csv.

A line is here only when its owner's page was read (tier A) or when its owner's page is known and two lists agree on the
number (tier B). `dial` is what one dials inside the country and is never given a prefix: 988 and 116 123 exist only so.
"""

from __future__ import annotations

import csv
import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

import msgspec
from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DATA = Path(__file__).resolve().parent / "helplines.csv"

Kind = Literal["crisis", "addiction", "family", "youth", "violence", "gambling", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ALWAYS = "24/7"
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

KIND_NAMES: dict[Kind, Promise] = {
    "crisis": gettext_lazy("Someone to talk to now"),
    "addiction": gettext_lazy("Alcohol and drugs"),
    "family": gettext_lazy("For family and friends"),
    "youth": gettext_lazy("For young people"),
    "violence": gettext_lazy("When someone hurts you"),
    "gambling": gettext_lazy("Gambling"),
    "other": gettext_lazy("Other help nearby"),
}
NOTES: dict[str, Promise] = {
    "substances_too": gettext_lazy("Also for a crisis with alcohol or drugs."),
    "referral": gettext_lazy("Tells you where treatment is near you. It gives no counselling."),
    "press_1": gettext_lazy("Then press 1."),
    "press_2": gettext_lazy("Then press 2."),
    "mental_option": gettext_lazy("Choose the mental health option."),
    "south_australia": gettext_lazy("In South Australia from 8:30 to 22:00."),
    "page_only": gettext_lazy("There is no national line. This page lists one for each province."),
}
AUDIENCES: dict[str, Promise] = {
    "Dutch speakers": gettext_lazy("Dutch speakers"),
    "English speakers": gettext_lazy("English speakers"),
    "French speakers": gettext_lazy("French speakers"),
    "First Nations, Inuit and Metis people": gettext_lazy("First Nations, Inuit and Métis people"),
    "adults": gettext_lazy("Adults"),
    "anyone in Northern Ireland": gettext_lazy("Anyone in Northern Ireland"),
    "anyone in Scotland": gettext_lazy("Anyone in Scotland"),
    "anyone in Wales": gettext_lazy("Anyone in Wales"),
    "families and friends": gettext_lazy("Families and friends"),
    "pregnant and new parents": gettext_lazy("People who are pregnant, and new parents"),
    "under-35s and people worried about them": gettext_lazy(
        "People under 35, and those who worry about them"
    ),
    "veterans and their families": gettext_lazy("Veterans and their families"),
    "women": gettext_lazy("Women"),
    "young people": gettext_lazy("Young people"),
}
# Ambulance, police and fire by one number. Countries that are not here have several, or none that we are sure of.
# Source: the European emergency number 112 (EU rules), national emergency services' own numbers elsewhere.
EMERGENCY_NUMBERS = {
    **dict.fromkeys(("US", "CA", "MX"), "911"),
    **dict.fromkeys(("IE", "FR", "DE", "ES", "IT", "BE", "SE", "PL", "CZ", "CH"), "112"),
    "GB": "999",
    "AU": "000",
    "NZ": "111",
}


class HelpLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line, as dialled inside `country` (ISO 3166). Empty text means unknown or none.

    `hours` is "24/7", or days and local hours such as "Mo-Fr 09:30-17:30". `sms_word` is what one texts to `sms`.
    `source_date` is the day on which tier A was read on `source`, or on which a list last agreed (tier B).
    """

    country: str
    name: str
    kind: Kind
    audience: str
    phone: str
    dial: str
    sms: str
    sms_word: str
    chat: str
    website: str
    hours: str
    languages: str
    is_free: str
    note: str
    tier: Literal["A", "B"]
    source: str
    source_date: dt.date

    @property
    def is_always_open(self) -> bool:
        """Whether somebody answers at any hour."""
        return self.hours == ALWAYS

    @property
    def is_checked(self) -> bool:
        """Whether the number was read on the owner's own page."""
        return self.tier == "A"

    @property
    def note_text(self) -> Promise | str:
        """What one should know before calling."""
        return NOTES[self.note] if self.note else ""

    @property
    def audience_text(self) -> Promise | str:
        """Whom it is for, when not for anyone."""
        return AUDIENCES[self.audience] if self.audience else ""

    @property
    def sms_link(self) -> str:
        """The address that opens a message with the word in it, on every kind of phone."""
        return f"sms:{self.sms}?&body={self.sms_word}" if self.sms_word else f"sms:{self.sms}"


@lru_cache(maxsize=1)
def help_lines() -> tuple[HelpLine, ...]:
    """Return every line of the data file, in its order. Raises msgspec.ValidationError when a row is not as it must be."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return tuple(msgspec.convert(row, HelpLine) for row in csv.DictReader(file))


def lines_for(*, country: str) -> list[tuple[Promise, list[HelpLine]]]:
    """Return the lines of a country under the names of their kinds, those open at any hour first."""
    here = [line for line in help_lines() if line.country == country]
    grouped = []
    for kind in KINDS:
        lines = [line for line in here if line.kind == kind]
        if lines:
            lines.sort(key=lambda line: not line.is_always_open)
            grouped.append((KIND_NAMES[kind], lines))
    return grouped


def first_lines(*, country: str) -> list[HelpLine]:
    """Return the two lines to show where there is no room for all: someone to talk to, and one about addiction."""
    by_kind = {kind: [line for line in help_lines() if line.country == country and line.kind == kind]
               for kind in ("crisis", "addiction")}  # fmt: skip
    return [lines[0] for lines in by_kind.values() if lines and lines[0].dial]


def countries(*, language: str) -> list[tuple[str, str]]:
    """Return code and name, in `language`, of every country with lines, by name."""
    names = Locale.parse(language, sep="-").territories
    codes = {line.country for line in help_lines()}
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda pair: pair[1])


def hours_words(*, hours: str, language: str) -> str:
    """Return when a line answers, for a person: "Monday to Friday, 09:30–17:30"; "" when unknown."""
    if hours == ALWAYS:
        return _("Day and night")
    days, _space, times = hours.partition(" ")
    if not days:
        return ""
    first, last = days.split("-")
    names = Locale.parse(language, sep="-").days["stand-alone"]["wide"]
    said = _("Every day") if (first, last) == ("Mo", "Su") else _("%(first)s to %(last)s") % {
        "first": names[_DAYS.index(first)], "last": names[_DAYS.index(last)]
    }  # fmt: skip
    return f"{said}, {times.replace('-', '–')}" if times else said
