"""Meetings as Meeting Guide JSON: one object a meeting, unknown keys of the source among them.

Source of the format: code4recovery/spec. Contact people and what else is the office's own never go out.
"""

from __future__ import annotations

from collections.abc import Iterator

from openchair.directory import deriving
from openchair.directory.importing.normalizing import as_raw
from openchair.directory.importing.reading import PRIVATE_EXTRA
from openchair.directory.listing import Listing
from openchair.directory.models import Meeting

CHUNK = 2_000
# The office's own: whom to ask, where to edit, who wrote.
_PRIVATE = ("contact_", "edit_url", "last_contact", "mailing_address")
# Said once more than a reader of feeds needs, or only to our own importer.
_OWN = frozenset(["source_key", "published"])


def exported_rows(*, source_slug: str = "") -> Iterator[dict[str, object]]:
    """Yield every meeting in print, or those of one source, in the order of their addresses."""
    meetings = Meeting.objects.in_print().order_by("slug")
    if source_slug:
        meetings = meetings.filter(source__slug=source_slug)
    rows = meetings.values_list("slug", "source_key", "facts", "decided")
    for slug, key, facts, decided in rows.iterator(chunk_size=CHUNK):
        yield exported(
            slug=slug, listing=deriving.listing_of(key=key, facts=facts, decided=decided)
        )


def exported(*, slug: str, listing: Listing) -> dict[str, object]:
    """Return one listing as a feed gives it. A key of ours rules over one of the source's by the same name."""
    fields = as_raw(listing=listing).fields
    ours = {
        name: value
        for name, value in fields.items()
        if name not in _OWN and not name.startswith(_PRIVATE)
    }
    kept = {name: value for name, value in listing.extra.items() if name not in PRIVATE_EXTRA}
    day = listing.days[0] if listing.days else None
    return {**kept, **ours, "slug": slug, "day": day}
