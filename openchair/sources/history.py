"""What has happened to one listing, newest first."""

from __future__ import annotations

from collections.abc import Iterator

from openchair.sources.models import Change


def changes_of(*, kind: str, object_key: str) -> Iterator[Change]:
    """Yield the changes of one listing with their runs and sources, newest first."""
    changes = Change.objects.filter(kind=kind, object_key=object_key)
    yield from changes.select_related("run__source").order_by("-pk")
