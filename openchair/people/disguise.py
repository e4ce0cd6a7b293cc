"""Another name and icon on one device, for whoever shares a telephone. Kept in a cookie there and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

COOKIE = "disguise"
NAMES: dict[str, _StrPromise] = {
    "notes": _("Notes"),
    "calendar": _("Calendar"),
    "weather": _("Weather"),
}
_A_YEAR = 31_536_000


def disguise_of(*, request: HttpRequest) -> str:
    """Return what the site goes by on this device, a key of NAMES, or "" for its own name.

    A browser fetches the manifest without cookies, so its address says it too: `?as=notes`.
    """
    asked = request.GET.get("as") or request.COOKIES.get(COOKIE, "")
    return asked if asked in NAMES else ""


def shown_site_name(*, request: HttpRequest) -> str:
    """Return the site's name as this device shows it."""
    disguise = disguise_of(request=request)
    return str(NAMES[disguise]) if disguise else str(settings.SITE_NAME)


def keep_disguise(*, response: HttpResponse, disguise: str) -> None:
    """Let the site go by another name on this device; "" or a word that is no disguise brings its own back."""
    if disguise in NAMES:
        response.set_cookie(
            COOKIE,
            disguise,
            max_age=_A_YEAR,
            samesite="Lax",
            secure=settings.IS_HTTPS,
            httponly=True,
        )
    else:
        response.delete_cookie(COOKIE)
