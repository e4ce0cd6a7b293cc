"""The only reader of the clock. Everything else takes `now` or `today` as an argument."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)
