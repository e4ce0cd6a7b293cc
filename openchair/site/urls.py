"""The URL root. Each part brings its own urls.py."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path


def root_addresses(*, has_accounts: bool) -> list[URLPattern | URLResolver]:
    """Return the addresses of every part; those of accounts and of the vault only where they are switched on."""
    parts = ["openchair.directory.urls", "openchair.site.pages_urls"]
    if has_accounts:
        parts += ["openchair.people.urls", "openchair.vault.urls"]
    return [path("", include(part)) for part in parts]


urlpatterns = root_addresses(has_accounts=settings.ACCOUNTS)
handler404 = "openchair.site.pages.not_found"
handler500 = "openchair.site.pages.server_error"
