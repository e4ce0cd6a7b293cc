from __future__ import annotations

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "openchair.sources"
    label = "sources"
