"""Which of several copies of a meeting is in print, settled anew whenever one of them may have come or gone."""

from __future__ import annotations

from openchair.directory.copies import mark_copies
from openchair.directory.duplicates import settle_merged


def settle_copies() -> None:
    """Bring every merged and every carried meeting in or out of print, as the one that rules over it stands."""
    settle_merged()
    mark_copies()
