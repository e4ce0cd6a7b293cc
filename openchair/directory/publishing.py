"""Publish what is in print: every meeting as a document of the search snapshot. Contact people never go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from openchair.directory.models import (
    InactivePeriod,
    Meeting,
    MeetingException,
    Region,
    ServiceBody,
)
from openchair.directory.rules import Schedule, minute_of_week, next_starts
from openchair.directory.schedules import with_irregularities
from openchair.directory.searching import MEETING_SCHEMA
from openchair.fellowships.catalog import UnknownFellowship, catalog
from openchair.search.building import build_snapshot
from openchair.search.documents import Document
from openchair.search.manifest import Damaged, Manifest, read_current_name, read_manifest
from openchair.sources.models import Change

# Past a year a rule has shown every date it knows; the snapshot is published anew long before.
LOOK_AHEAD = timedelta(days=400)
MOST_OCCURRENCES = 120
# Irregular meetings run out of dates, and the weekly order is quickest near the day it was made for.
STALE_AFTER = timedelta(days=1)
# A card and the API's list need the gist; the meeting's own page has the whole.
NOTES_SHOWN = 300
USUAL_MINUTES = 60
CHUNK = 2_000

_COLUMNS = (
    "id", "slug", "name", "fellowship", "day", "start_time", "duration_minutes", "time_zone", "rule", "rule_anchor",
    "rule_hint", "rule_evidence", "attendance", "types", "languages", "notes", "conference_url", "conference_url_notes",
    "conference_phone", "conference_phone_notes", "source_updated_at", "region_id", "body_id", "group__name",
    "venue__name", "venue__address", "venue__city", "venue__state", "venue__postal_code", "venue__country",
    "venue__formatted_address", "venue__latitude", "venue__longitude", "venue__precision",
)  # fmt: skip


class Row(msgspec.Struct, frozen=True):
    """One meeting with its venue and group, as the database gives it, in the order of _COLUMNS."""

    id: str
    slug: str
    name: str
    fellowship: str
    day: int | None
    start_time: object
    duration_minutes: int | None
    time_zone: str
    rule: str
    rule_anchor: object
    rule_hint: str
    rule_evidence: str
    attendance: str
    types: list[str]
    languages: list[str]
    notes: str
    conference_url: str
    conference_url_notes: str
    conference_phone: str
    conference_phone_notes: str
    updated: datetime | None
    region_id: int | None
    body_id: int | None
    group: str | None
    location: str | None
    address: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    formatted_address: str | None
    latitude: float | None
    longitude: float | None
    precision: str | None

    @property
    def start(self) -> int | None:
        """Minutes after local midnight."""
        time = self.start_time
        return None if time is None else time.hour * 60 + time.minute  # type: ignore[attr-defined]  # a datetime.time


class Trees(msgspec.Struct, frozen=True, kw_only=True):
    """Every region and body with all above it, general first: (path or id, name)."""

    regions: dict[int, list[tuple[str, str]]]
    bodies: dict[int, list[tuple[str, str]]]


def publish_search_index(*, now: datetime, home: Path) -> Manifest:
    """Build the snapshot of what is in print and make it current. Raises OSError when the disk is full."""
    return build_snapshot(
        documents=in_print_documents(now=now),
        folder=home / "search",
        schema=MEETING_SCHEMA,
        built_at=now,
    )


def publish_if_due(*, now: datetime, home: Path) -> bool:
    """Publish when there is no sound snapshot, or it is a day old, or older than the last change; return whether.

    A process that was killed between a change and its publishing leaves an old snapshot behind: the next run mends it.
    """
    changed_at = Change.objects.order_by("-pk").values_list("at", flat=True).first()
    built_at = _built_at(home / "search")
    if built_at and now - built_at < STALE_AFTER and (changed_at is None or changed_at <= built_at):
        return False
    publish_search_index(now=now, home=home)
    return True


def _built_at(folder: Path) -> datetime | None:
    try:
        name = read_current_name(folder=folder)
        return read_manifest(folder=folder / name).built_at if name else None
    except Damaged:
        return None


def in_print_documents(*, now: datetime) -> Iterator[Document]:
    """Yield a document for each meeting in print, from one pass over the database without model objects."""
    trees = Trees(regions=_regions(), bodies=_bodies())
    irregular = _irregularities()
    for values in Meeting.objects.in_print().values_list(*_COLUMNS).iterator(chunk_size=CHUNK):
        row = Row(*values)
        yield document_of(row=row, trees=trees, exceptions=irregular.get(row.id, ([], [])), now=now)


Irregularities = tuple[list[MeetingException], list[InactivePeriod]]


def document_of(*, row: Row, trees: Trees, exceptions: Irregularities, now: datetime) -> Document:
    """Return one meeting as the snapshot takes it."""
    regions = trees.regions.get(row.region_id or 0, [])
    bodies = trees.bodies.get(row.body_id or 0, [])
    start = row.start
    return Document(
        id=row.id,
        name=row.name,
        row=msgspec.json.encode(
            shown(
                row=row, regions=[name for _, name in regions], body=bodies[-1][1] if bodies else ""
            )
        ),
        filters={
            "fellowship": [row.fellowship] if row.fellowship else [],
            "type": _type_values(row.fellowship, row.types),
            "attendance": [row.attendance],
            "language": row.languages,
            "region": [path for path, _ in regions],
            "body": [key for key, _ in bodies],
            "day": [] if row.day is None else [str(row.day)],
        },
        text={
            "name": row.name,
            "group": row.group or "",
            "place": " ".join(_place_words(row, regions)),
            "notes": row.notes,
        },
        zone=row.time_zone,
        minute=None
        if row.day is None or start is None
        else minute_of_week(day=row.day, start=start),
        duration_minutes=row.duration_minutes,
        occurrences=_occurrences(row, exceptions, now),
        latitude=row.latitude,
        longitude=row.longitude,
    )


def shown(*, row: Row, regions: list[str], body: str) -> dict[str, object]:
    """Return the object that the API shows for a meeting; what is not known is left out, but for the fields of time."""
    start = row.start
    end = None if start is None else (start + (row.duration_minutes or USUAL_MINUTES)) % 1440
    always = {
        "id": row.id,
        "slug": row.slug,
        "name": row.name,
        "fellowship": row.fellowship,
        "day": row.day,
        "time": clock(start),
        "end_time": clock(end) if row.duration_minutes else None,
        "timezone": row.time_zone or None,
        "attendance": row.attendance,
        "types": row.types,
        "languages": row.languages,
        "url": f"/meetings/{row.slug}",
    }
    known = {
        "group": row.group,
        "regions": regions,
        "body": body,
        "location": row.location,
        "address": row.address,
        "city": row.city,
        "state": row.state,
        "postal_code": row.postal_code,
        "country": row.country,
        "formatted_address": row.formatted_address,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "conference_url": row.conference_url,
        "conference_url_notes": row.conference_url_notes,
        "conference_phone": row.conference_phone,
        "conference_phone_notes": row.conference_phone_notes,
        "notes": row.notes[:NOTES_SHOWN],
        "rule": row.rule,
        "rule_evidence": "" if row.rule else row.rule_evidence,
        "updated": row.updated.strftime("%Y-%m-%dT%H:%M:%SZ") if row.updated else "",
    }
    if row.latitude is not None:
        always["approximate"] = row.precision in {"postal", "city"}
    return always | {name: value for name, value in known.items() if value not in ("", None, [])}


def clock(minutes: int | None) -> str | None:
    """Return HH:MM."""
    return None if minutes is None else f"{minutes // 60:02}:{minutes % 60:02}"


def _type_values(fellowship: str, types: list[str]) -> list[str]:
    values = [f"{fellowship}:{code}" for code in types]
    try:
        known = catalog().get(fellowship).types
    except UnknownFellowship:
        return values
    concepts = {concept for code in types if code in known for concept in known[code].concepts}
    return values + [f"concept:{concept}" for concept in sorted(concepts)]


def _place_words(row: Row, regions: list[tuple[str, str]]) -> Iterator[str]:
    yield from (name for _, name in regions)
    for text in (row.location, row.address, row.city, row.state, row.postal_code):
        if text:
            yield text
    if not row.address and row.formatted_address:
        yield row.formatted_address


def _occurrences(row: Row, exceptions: Irregularities, now: datetime) -> tuple[int, ...] | None:
    changes, pauses = exceptions
    if row.day is None or row.start is None or not (row.rule or changes or pauses):
        return None
    usual = Schedule(
        day=row.day,
        start=row.start,
        timezone=row.time_zone,
        rule=row.rule,
        anchor=row.rule_anchor,  # type: ignore[arg-type]  # a date or None, as the column gives it
    )
    schedule = with_irregularities(usual=usual, exceptions=changes, periods=pauses)
    # An hour back: one that has just begun is still the next for a few minutes.
    starts = next_starts(schedule=schedule, after=now - timedelta(hours=1), count=MOST_OCCURRENCES)
    return tuple(int(start.timestamp()) // 60 for start in starts if start <= now + LOOK_AHEAD)


def _irregularities() -> dict[str, Irregularities]:
    found: dict[str, Irregularities] = {}
    for exception in MeetingException.objects.all():
        found.setdefault(exception.meeting_id, ([], []))[0].append(exception)
    for period in InactivePeriod.objects.all():
        found.setdefault(period.meeting_id, ([], []))[1].append(period)
    return found


def _regions() -> dict[int, list[tuple[str, str]]]:
    rows = {
        pk: (parent, path, name)
        for pk, parent, path, name in Region.objects.values_list("pk", "parent_id", "path", "name")
    }
    return {pk: _chain(pk, rows) for pk in rows}


def _bodies() -> dict[int, list[tuple[str, str]]]:
    rows = {
        pk: (parent, str(pk), name)
        for pk, parent, name in ServiceBody.objects.values_list("pk", "parent_id", "name")
    }
    return {pk: _chain(pk, rows) for pk in rows}


def _chain(pk: int, rows: Mapping[int, tuple[int | None, str, str]]) -> list[tuple[str, str]]:
    chain: list[tuple[str, str]] = []
    seen: set[int] = set()
    here: int | None = pk
    # A source may hang two bodies under each other: a circle ends where it began.
    while here is not None and here in rows and here not in seen:
        seen.add(here)
        parent, key, name = rows[here]
        chain.append((key, name))
        here = parent
    return chain[::-1]
