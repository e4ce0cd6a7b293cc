"""What every page template knows about the installation."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Return the installation's name and languages for the page shell."""
    return {
        "site_name": settings.SITE_NAME,
        "site_languages": settings.LANGUAGES,
        "debug": settings.DEBUG,
    }
