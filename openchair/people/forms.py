"""Forms that work without script: preferences, and what an operator decides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LOCK_MINUTES = (1, 5, 15, 30, 60)


class PreferencesForm(forms.Form):
    """What a person may set. Everything has a default; an empty answer means the site's own."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    country = forms.ChoiceField(label=_("Country, for help lines"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    wording = forms.ChoiceField(
        label=_("Words for a higher power"),
        choices=[
            ("written", _("As the texts are written")),
            ("agnostic", _("Without religion")),
            ("own", _("A word of my own")),
        ],
    )
    higher_power_word = forms.CharField(
        label=_("Your own word"), max_length=40, required=False, strip=True
    )
    day_start_hour = forms.TypedChoiceField(
        label=_("My day starts at"),
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(13)],
    )
    lock_minutes = forms.TypedChoiceField(
        label=_("Lock after this many minutes"),
        coerce=int,
        choices=[(minutes, str(minutes)) for minutes in LOCK_MINUTES],
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        own = ("", _("As this device asks for"))
        self._choose("language", [own, *settings.LANGUAGES])
        self._choose("country", [("", _("As this site has it")), *_countries(_language())])
        self._choose("time_zone", [own, *((zone, zone.replace("_", " ")) for zone in _zones())])

    def _choose(self, name: str, choices: list[tuple[str, object]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class DecisionForm(forms.Form):
    """What an operator does about a report."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("close", _("Close")), ("suspend", _("Suspend the account"))],
    )


@cache
def _countries(language: str) -> list[tuple[str, str]]:
    """Return (ISO 3166 alpha-2, name) by name. Source: CLDR, through Babel."""
    names = Locale.parse(language).territories
    # Two letters are countries; CLDR's private ones (EU, UN, XA, ZZ…) are none.
    found = [
        (code, name)
        for code, name in names.items()
        if len(code) == 2
        and code.isalpha()
        and code not in {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}
    ]
    return sorted(found, key=lambda pair: pair[1].casefold())


@cache
def _zones() -> list[str]:
    # Names with a place in them: "Etc/GMT+5" means the reverse of what it says to most people.
    return sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")
    )


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE).partition("-")[0]
