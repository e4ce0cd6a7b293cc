from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from openchair.lib import clock
from openchair.vault.tests.people_writing import TODAY, Person, account


@pytest.fixture(autouse=True)
def _a_day_in_may(monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: noon)


@pytest.fixture(autouse=True)
def _home(site_home: Path) -> None:
    """Every request goes through the whole stack, which looks for static files."""


@pytest.fixture
def alice(db) -> Person:
    return Person(account("Alice"))


@pytest.fixture
def bob(db) -> Person:
    return Person(account("Bob"))


@pytest.fixture
def charlie(db) -> Person:
    return Person(account("Charlie"))
