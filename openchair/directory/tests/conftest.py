from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from openchair.places.tests.building_fixture import gazetteer, gazetteer_path

__all__ = ["gazetteer", "gazetteer_path"]


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    """An installation's folder of this test alone: snapshots of two tests never mix."""
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    return tmp_path / "home"
