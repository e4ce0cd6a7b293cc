from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.template import TemplateDoesNotExist
from pytest_django import Settings

from openchair.lib import clock
from openchair.people import views
from openchair.people.models import Account
from openchair.people.tests.cast import TODAY, Browser, make_account, signed_in


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)

    def pass_by(self, **length: float) -> None:
        """Let time pass."""
        self.now += timedelta(**length)


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    time = Clock()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    return time


@pytest.fixture(autouse=True)
def _home(site_home: Path, settings: Settings) -> None:
    """Every request goes through the whole stack, which looks for static files. Nobody works out sums to join."""
    settings.EFFORT_BITS = 0


@pytest.fixture
def alice(db: None) -> Account:
    return make_account("Alice")


@pytest.fixture
def bob(db: None) -> Account:
    return make_account("Bob")


@pytest.fixture
def operator(db: None) -> Account:
    return make_account("Olga", is_operator=True)


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def alices(alice: Account) -> Browser:
    return signed_in(alice)


@pytest.fixture
def bobs(bob: Account) -> Browser:
    return signed_in(bob)


@pytest.fixture
def shown(monkeypatch):
    """What each template was given, by its name."""
    found = {}
    real = views.render

    def render(request, name, context=None, **more):
        found[name] = context or {}
        try:
            return real(request, name, context, **more)
        except TemplateDoesNotExist:
            return HttpResponse(name, status=more.get("status", 200))

    monkeypatch.setattr(views, "render", render)
    return found
