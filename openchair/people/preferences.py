"""How somebody wants the site, and what the browser keeps of it for the public pages."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpResponse

from openchair.people.models import Account

FIELDS = (
    "language",
    "wording",
    "higher_power_word",
    "country",
    "time_zone",
    "day_start_hour",
    "lock_minutes",
)
# Which help lines come first. The help page reads it of anybody, with or without an account.
COUNTRY_COOKIE = "country"
_A_YEAR = 31_536_000


def preferences_of(*, account: Account) -> dict[str, object]:
    """Return what the account has chosen, by field."""
    return {field: getattr(account, field) for field in FIELDS}


def keep_preferences(*, account: Account, values: Mapping[str, object]) -> None:
    """Store preferences that a form has checked."""
    for field in FIELDS:
        setattr(account, field, values[field])
    account.save(update_fields=FIELDS)


def bring_preferences(*, response: HttpResponse, account: Account) -> None:
    """Let this device's public pages follow the account: its language, and the country of its help lines."""
    if account.language:
        _keep(response, settings.LANGUAGE_COOKIE_NAME, account.language)
    if account.country:
        _keep(response, COUNTRY_COOKIE, account.country)


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=_A_YEAR, samesite="Lax", secure=settings.IS_HTTPS, httponly=True
    )
