"""Bring meetings in as an import does, without files: sources, rows of a Meeting Guide feed, and the whole directory to compare."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction
from django.forms.models import model_to_dict

from openchair.directory import deriving
from openchair.directory.importing.splitting import split_by_day
from openchair.directory.importing_sources import Outcome, Tools, import_source, plan_for
from openchair.directory.keeping import MeetingAdapter
from openchair.directory.listing import Listing
from openchair.directory.models import Group, Meeting, Region, Venue
from openchair.places.gazetteer import Gazetteer
from openchair.sources.applying import apply_plan
from openchair.sources.models import Change, ImportRun, Source

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
# The rows below say where they are, so that nothing is looked up.
TOOLS = Tools(gazetteer=Gazetteer.open_or_empty(path=Path("/nowhere")))


def source_named(name: str, **fields: object) -> Source:
    """Return a saved source."""
    return Source.objects.create(
        **{
            "name": name,
            "slug": name.lower().replace(" ", "-"),
            "address": f"/nowhere/{name}.json",
            "fellowship": "aa",
            "time_zone": "America/New_York",
            "created_at": NOW,
            **fields,
        }
    )


def row(name: str, **fields: object) -> dict[str, object]:
    """Return a row of a Meeting Guide feed: Mondays at seven in Boston, unless `fields` say otherwise."""
    slug = name.lower().replace(" ", "-")
    return {
        "name": name, "slug": slug, "day": 1, "time": "19:00", "location": "Old Hall", "address": "12 Elm St", "city": "Boston",
        "state": "MA", "country": "US", "latitude": 42.36, "longitude": -71.06, "types": ["O"], "timezone": "America/New_York", **fields,
    }  # fmt: skip


def bring(
    source: Source, rows: list[dict[str, object]], folder: Path, **options: object
) -> Outcome:
    """Import rows as the source's feed, and return the outcome."""
    path = folder / f"{source.slug}.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    Source.objects.filter(pk=source.pk).update(address=str(path))
    source.refresh_from_db()
    return import_source(source=source, tools=TOOLS, **{"now": NOW, "who": "Alice", **options})  # type: ignore[arg-type]


def apply(source: Source, listings: list[Listing], *, now: datetime = NOW) -> ImportRun:
    """Bring the source's meetings to `listings` and return the run."""
    split, _ = split_by_day(listings=listings)
    run = ImportRun.objects.create(
        source=source, who="Alice", started_at=now, finished_at=now, state="applied"
    )
    plan = plan_for(source=source, listings=split)
    apply_plan(plan=plan, run=run, adapter=MeetingAdapter(), now=now)
    return run


def facts_in_print(source: Source) -> dict[str, object]:
    """Return the facts of every meeting of the source that is not retired, by key."""
    held = Meeting.objects.filter(source=source).exclude(state="retired")
    return dict(held.values_list("source_key", "facts"))


def facts_of_listings(listings: list[Listing]) -> dict[str, object]:
    """Return the same of a list."""
    split, _ = split_by_day(listings=listings)
    return {listing.key: deriving.facts_of(listing=listing) for listing in split}


_CLOCKS = ("created_at", "updated_at", "retired_at")
_LINKS = ("venue", "group", "region", "source", "body")


def directory() -> dict[str, object]:
    """Return all that the directory holds, with rows named by what they say rather than by number."""
    meetings = Meeting.objects.select_related("venue", "group", "region").order_by("pk")
    return {
        "meetings": {
            meeting.pk: {
                field.name: getattr(meeting, field.name)
                for field in Meeting._meta.concrete_fields
                if field.name not in {*_CLOCKS, *_LINKS}
            }
            | {
                "venue": meeting.venue and meeting.venue.digest,
                "group": meeting.group and meeting.group.key,
                "region": meeting.region and meeting.region.path,
            }
            for meeting in meetings
        },
        "venues": sorted(_plain(venue) for venue in Venue.objects.all()),
        "groups": sorted(_plain(group) for group in Group.objects.all()),
        "regions": sorted(Region.objects.values_list("path", "parent__path", "name")),
    }


def _plain(thing: Venue | Group) -> str:
    return repr(sorted(model_to_dict(thing, exclude=["id"]).items()))


def history() -> list[tuple[object, ...]]:
    """Return every change as it was written down."""
    return list(
        Change.objects.order_by("pk").values_list("who", "at", "object_key", "deed", "fields")
    )


@contextmanager
def rolled_back() -> Iterator[None]:
    """Take back all that is written within: each example of a property begins with an empty directory."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
