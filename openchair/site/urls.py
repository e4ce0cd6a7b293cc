"""The URL root. Each part brings its own urls.py."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("openchair.directory.urls")),
    path("", include("openchair.people.urls")),
    path("", include("openchair.vault.urls")),
    path("", include("openchair.site.pages_urls")),
]
handler404 = "openchair.site.pages.not_found"
handler500 = "openchair.site.pages.server_error"
