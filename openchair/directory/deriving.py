"""What a stored meeting is, from what its source says and what a person decided. Pure.

A person's word rules: `decided` holds the fields they set, under the names of Listing.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib

import msgspec

from openchair.directory.listing import Listing
from openchair.lib.text import slug_of
from openchair.sources.reconciling import Facts

VENUE_FIELDS = {
    "venue_name": "name",
    "address": "address",
    "city": "city",
    "state": "state",
    "postal_code": "postal_code",
    "country": "country",
    "formatted_address": "formatted_address",
    "venue_notes": "notes",
    "latitude": "latitude",
    "longitude": "longitude",
    "precision": "precision",
}
GROUP_FIELDS = {
    "group_notes": "notes",
    "district": "district",
    "sub_district": "sub_district",
    "website": "website",
    "website_2": "website_2",
    "email": "email",
    "phone": "phone",
    "mailing_address": "mailing_address",
    "venmo": "venmo",
    "paypal": "paypal",
    "square": "square",
    "homegroup_online": "homegroup_online",
    "last_contact": "last_contact",
}
# What never makes a change by itself: a source that stamps every row each night has not changed its meetings.
VOLATILE = frozenset(["updated"])
SLUG_LIMIT = 72
REGION_SLUG_LIMIT = 60
LONGEST_DURATION = 1440


def facts_of(*, listing: Listing) -> Facts:
    """Return a listing of one day as facts, in JSON's types, without what stands for its place in the file."""
    facts: Facts = msgspec.to_builtins(listing)
    facts.pop("row", None)
    facts.pop("key", None)
    # The database gives lists back: facts with tuples would differ from themselves at every refresh.
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in facts.items()
    }


def listing_of(*, key: str, facts: Facts, decided: Facts) -> Listing:
    """Return the listing that facts and decisions make together."""
    return msgspec.convert({**facts, **decided, "key": key}, Listing, strict=False)


def fingerprint(facts: Facts) -> tuple[object, ...]:
    """Return what makes two listings the same meeting under two keys: fellowship, name, day, time, place and link."""
    return (
        facts.get("fellowship"),
        str(facts.get("name", "")).casefold(),
        repr(facts.get("days")),
        facts.get("start"),
        str(facts.get("venue_name", "")).casefold(),
        str(facts.get("address") or facts.get("formatted_address") or "").casefold(),
        facts.get("city"),
        facts.get("conference_url"),
    )


def public_id(*, source: str, key: str, attempt: int = 0) -> str:
    """Return the lasting public id of a listing: the same for the same source and key on every installation."""
    seed = "\0".join((source, key, str(attempt) if attempt else "")).encode(
        "utf-8", "surrogatepass"
    )
    digest = hashlib.blake2b(seed, digest_size=10).digest()
    return base64.b32encode(digest).decode().lower()


def slug_wish(*, listing: Listing) -> str:
    """Return the slug that the meeting would have if no other had it."""
    return (
        slug_of(text=listing.slug, limit=SLUG_LIMIT)
        or slug_of(text=listing.name, limit=SLUG_LIMIT)
        or "meeting"
    )


def columns_of(*, listing: Listing) -> dict[str, object]:
    """Return the meeting's own columns, by name."""
    day = listing.days[0] if listing.days and listing.start is not None else None
    start = listing.start if day is not None else None
    return {
        "fellowship": listing.fellowship,
        "name": listing.name[:255],
        "day": day,
        "start_time": None if start is None else dt.time(start // 60, start % 60),
        "duration_minutes": _duration(listing.duration_minutes),
        "time_zone": listing.timezone,
        "rule": listing.rule,
        "rule_hint": listing.rule_hint,
        "rule_evidence": listing.rule_evidence,
        "attendance": listing.attendance,
        "types": list(listing.types),
        "languages": list(listing.languages),
        "notes": listing.notes,
        "conference_url": listing.conference_url,
        "conference_url_notes": listing.conference_url_notes,
        "conference_phone": listing.conference_phone,
        "conference_phone_notes": listing.conference_phone_notes,
        "source_url": listing.url,
        "source_updated_at": _moment(listing.updated),
    }


def venue_of(*, listing: Listing) -> dict[str, object] | None:
    """Return the venue's columns with their digest; None when nothing is known of a place."""
    columns = {column: getattr(listing, field) for field, column in VENUE_FIELDS.items()}
    if all(value in ("", None) for value in columns.values()):
        return None
    digest = hashlib.blake2b(msgspec.json.encode(columns), digest_size=20).hexdigest()
    return {**columns, "digest": digest}


def group_of(*, listing: Listing) -> dict[str, object] | None:
    """Return the group's columns with its key in the source; None for a meeting without a named group."""
    key = (listing.group_key or listing.group_name.casefold())[:200]
    if not key:
        return None
    columns = {column: getattr(listing, field) for field, column in GROUP_FIELDS.items()}
    contacts = [msgspec.to_builtins(contact) for contact in listing.contacts]
    return {"key": key, "name": listing.group_name[:255], **columns, "contacts": contacts}


def unite_groups(*, rows: list[dict[str, object]]) -> dict[str, object]:
    """Return one group's columns from those of its meetings: the first that says something wins, field by field."""
    return {name: next((row[name] for row in rows if row[name]), rows[0][name]) for name in rows[0]}


def region_paths(*, listing: Listing) -> list[tuple[str, str]]:
    """Return (path, name) of each region from general to specific; a path is the slugs of all above it."""
    paths: list[tuple[str, str]] = []
    for name in listing.regions:
        slug = slug_of(text=name, limit=REGION_SLUG_LIMIT)
        if not slug:
            continue
        path = f"{paths[-1][0]}/{slug}" if paths else slug
        if len(path) > 300:
            break
        paths.append((path, name[:160]))
    return paths


def _duration(minutes: int | None) -> int | None:
    return minutes if minutes is not None and 1 <= minutes <= LONGEST_DURATION else None


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or dt.UTC) if moment else None
