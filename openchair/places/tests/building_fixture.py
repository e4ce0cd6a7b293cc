"""A gazetteer for tests, built once per version of its code and data and kept in the temporary folder.

In a domain's conftest.py: `from openchair.places.tests.building_fixture import gazetteer, gazetteer_path`.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from openchair.places.building import build_places, fingerprint_of
from openchair.places.gazetteer import Gazetteer

COUNTRIES = ("US", "CA", "GB", "IE", "MX", "ES", "FR")
_SOURCES = (
    "building.py",
    "country_places.py",
    "naming.py",
    "package_data.py",
    "postal_codes.py",
    "region_names.toml",
    "schema.py",
    "zones.py",
)


@pytest.fixture(scope="session")
def gazetteer_path() -> Path:
    """The file of a gazetteer of seven countries."""
    digest = hashlib.sha256(fingerprint_of(countries=COUNTRIES).encode())
    for name in _SOURCES:
        digest.update((Path(__file__).parents[1] / name).read_bytes())
    path = (
        Path(tempfile.gettempdir())
        / f"openchair-places-{digest.hexdigest()[:16]}"
        / "places.sqlite3"
    )
    build_places(path=path, countries=COUNTRIES)
    return path


@pytest.fixture(scope="session")
def gazetteer(gazetteer_path: Path) -> Iterator[Gazetteer]:
    """A gazetteer of seven countries, open."""
    opened = Gazetteer.open(path=gazetteer_path)
    yield opened
    opened.close()
