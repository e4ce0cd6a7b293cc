"""What every page template knows about the installation."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi

from openchair.people.disguise import disguise_of, shown_site_name
from openchair.site.pages import PAPER, PAPER_DARK


def site(request: HttpRequest) -> dict[str, object]:
    """Return the installation's name and languages for the page shell."""
    disguise = disguise_of(request=request)
    return {
        "site_name": shown_site_name(request=request),
        "site_icon": f"img/disguises/{disguise}.svg" if disguise else "img/mark.svg",
        "touch_icon": f"img/disguises/{disguise}-192.png" if disguise else "img/icon-192.png",
        "manifest_url": reverse("manifest") + (f"?as={disguise}" if disguise else ""),
        "site_languages": settings.LANGUAGES,
        "language": (get_language() or settings.LANGUAGE_CODE).partition("-")[0],
        "text_direction": "rtl" if get_language_bidi() else "ltr",
        "here": request.get_full_path() if request.method in {"GET", "HEAD"} else request.path,
        "paper": PAPER,
        "paper_dark": PAPER_DARK,
        "debug": settings.DEBUG,
    }
