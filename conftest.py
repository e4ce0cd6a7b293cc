from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def site_home(settings: Settings, tmp_path: Path) -> Path:
    """A home of its own for a page test, with static files by their plain names: nothing is collected for it."""
    settings.HOME = tmp_path
    for folder in ("static", "public"):
        (tmp_path / folder).mkdir()
    settings.WHITENOISE_ROOT = tmp_path / "public"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    return tmp_path
