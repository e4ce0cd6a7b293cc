"""Pages kept for the time when Django is away: the help lines, and a kind word for everything else."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation

# File name → the address whose page it holds. "away" answers every other address (live/front.py).
KEPT = {"help": "/help", "away": "/away"}


def keep_away_pages(*, folder: Path) -> None:
    """Render each kept page into `folder`, in the installation's language, replacing what was there."""
    folder.mkdir(parents=True, exist_ok=True)
    with translation.override(settings.LANGUAGE_CODE):
        for name, address in KEPT.items():
            _replace(folder / f"{name}.html", _render(address))


def _render(address: str) -> bytes:
    request: HttpRequest = RequestFactory().get(address)
    match = resolve(address)
    response = match.func(request, *match.args, **match.kwargs)
    if hasattr(response, "render"):
        response.render()
    return bytes(response.content)


def _replace(path: Path, content: bytes) -> None:
    aside = path.with_suffix(".new")
    aside.write_bytes(content)
    aside.replace(path)
