"""How text becomes the words that are indexed and looked up: one way for both sides."""

from __future__ import annotations

from openchair.lib.folding import fold

# The longest German compounds stay below it; longer runs are noise such as encoded links.
LONGEST_TOKEN = 40


def tokenise(text: str) -> list[str]:
    """Return the folded words of `text`, in order."""
    return [token[:LONGEST_TOKEN] for token in fold(text).split()]
