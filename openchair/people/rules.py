"""Names, handles and devices. Pure: no Django, no clock, no randomness of its own."""

from __future__ import annotations

import re

from openchair.lib.text import one_line, slug_of

LONGEST_NAME = 60
LONGEST_SLUG = 40
# Without 0/o and 1/l/i: handles are read out over the telephone.
TAIL_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
TAIL_LENGTH = 4

# An age recipient: bech32 of 32 bytes. Source: age-encryption.org/v1.
_PUBLIC_KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}\Z")

# The first that fits wins: Edge and Opera call themselves Chrome, and Chrome calls itself Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class NoName(ValueError):
    """A name without a letter or a digit: nobody could be called by it."""


def clean_name(*, name: str) -> str:
    """Return the name to show: one line of plain text, at most 60 characters. Raises NoName when nothing is left."""
    clean = one_line(text=name[: 10 * LONGEST_NAME])[:LONGEST_NAME].strip()
    if not any(character.isalnum() for character in clean):
        raise NoName
    return clean


def make_handle(*, name: str, tail: str) -> str:
    """Return the handle of a shown name: its slug and `tail`, which makes it one of a kind: "alice-3f9k"."""
    return f"{slug_of(text=name, limit=LONGEST_SLUG) or 'member'}-{tail}"


def typed_handle(*, text: str) -> str:
    """Return a handle as people type it, as it is stored."""
    typed = text[: 10 * LONGEST_NAME].strip().lower().removeprefix("@")[:LONGEST_NAME]
    # No handle has such signs, and PostgreSQL takes no NUL even in a question.
    return typed if typed.isprintable() else ""


def is_public_key(*, text: str) -> bool:
    """Return whether `text` has the form of an age recipient."""
    return bool(_PUBLIC_KEY.match(text))


def device_name(*, user_agent: str) -> str:
    """Return what a person calls a device, "Firefox on Android", or "" when it is neither.

    Families only: a version or a model would tell one person's telephone from another's.
    """
    words = (_family(user_agent, _BROWSERS), _family(user_agent, _SYSTEMS))
    return " on ".join(word for word in words if word)


def _family(user_agent: str, families: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in families if mark in user_agent), "")
