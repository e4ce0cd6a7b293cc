"""Meetings for the tests of pages, each a Tuesday evening in Cambridge until told otherwise."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from openchair.directory.models import Group, Meeting, Venue
from openchair.directory.publishing import publish_search_index
from openchair.sources.models import Source

# A Tuesday, 18:48 in Cambridge.
NOW = dt.datetime(2026, 11, 24, 23, 48, tzinfo=dt.UTC)


def source() -> Source:
    """Return the one source of all."""
    found, _made = Source.objects.get_or_create(
        slug="office", defaults={"name": "Central office", "address": "x", "created_at": NOW}
    )
    return found


def venue(**facts: object) -> Venue:
    """Return St Mark's hall, or another place."""
    usual: dict[str, object] = {
        "name": "St Mark’s hall",
        "address": "45 Pearl Street",
        "city": "Cambridge",
        "state": "MA",
        "postal_code": "02139",
        "latitude": 42.36,
        "longitude": -71.1,
        "precision": "exact",
        "notes": "Side door by the bike racks.",
    }
    wanted = usual | facts
    digest = str(hash(tuple(sorted((k, str(v)) for k, v in wanted.items()))))[:40]
    found, _made = Venue.objects.get_or_create(source=source(), digest=digest, defaults=wanted)
    return found


def meeting(name: str, /, **columns: object) -> Meeting:
    """Keep a meeting called `name`."""
    slug = name.lower().replace(" ", "-").replace("’", "")
    usual: dict[str, object] = {
        "id": slug[:16],
        "slug": slug,
        "source": source(),
        "source_key": slug,
        "facts": {},
        "name": name,
        "fellowship": "aa",
        "day": 2,
        "start_time": dt.time(19),
        "duration_minutes": 75,
        "time_zone": "America/New_York",
        "attendance": "in_person",
        "types": ["O", "W"],
        "languages": ["en"],
        "created_at": NOW,
        "updated_at": NOW,
    }
    if columns.get("attendance") != "online":
        usual["venue"] = venue()
    return Meeting.objects.create(**(usual | columns))


def group(**facts: object) -> Group:
    """Return a group of the source."""
    return Group.objects.create(source=source(), key="g1", **({"name": "Sisters"} | facts))


def publish(home: Path) -> None:
    """Let the pages find what is kept."""
    publish_search_index(now=NOW, home=home)
