"""Pages that belong to no part: the front page, help now, new here, languages, service worker."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
