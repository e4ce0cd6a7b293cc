"""Addresses of the pages that belong to no part."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from openchair.site import about_this_copy, pages, styleguide

urlpatterns: list[URLPattern] = [
    path("help", pages.help_now, name="help"),
    path("new", pages.new_here, name="new"),
    path("saved", pages.saved, name="saved"),
    path("about-this-copy", about_this_copy.show, name="about-this-copy"),
    path("static-manifest.json", about_this_copy.manifest, name="static-manifest"),
    path("credits", pages.credits_page, name="credits"),
    path("language", pages.change_language, name="language"),
    path("offline", pages.offline, name="offline"),
    path("away", pages.away, name="away"),
    path("manifest.webmanifest", pages.manifest, name="manifest"),
    path("sw.js", pages.service_worker, name="service-worker"),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide", styleguide.show, name="styleguide"))
