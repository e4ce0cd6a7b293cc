"""The one way in which a reader of a single value says that it could not."""

from __future__ import annotations


class Unreadable(ValueError):
    """A value has no meaning here. `kind` is a stable slug for counting, the message a sentence for a person."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
