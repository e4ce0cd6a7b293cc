"""The shapes a meeting listing takes on its way in: as found in a source, then as everything here speaks of it."""

from __future__ import annotations

from typing import Literal

import msgspec

Attendance = Literal["in_person", "online", "hybrid", "inactive"]
Precision = Literal["", "exact", "street", "postal", "city"]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something in a source that could not be read. `is_fatal` when the whole row was left out because of it.

    `row` counts as a person would: from 1 over the rows of data (a sheet's header is not counted); 0 is the file itself.
    `kind` is a stable slug for counting (`time-unreadable`); `reason` is a sentence for a person; `value` is cut to 200 characters.
    """

    row: int
    field: str
    value: str
    reason: str
    kind: str
    is_fatal: bool = False


class RawListing(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a source under canonical keys, values still as found.

    `fields` uses Meeting Guide's key names (../shared reference: name, slug, day, time, end_time, types, …) plus ours:
    `duration` (minutes or text), `fellowship`, `languages`, `attendance`, `rule` (RRULE), `published`, `world_id`,
    `body_key`, `body_name`, `source_key`, `open` (yes/no text). `extra` keeps every key nobody here knows.
    """

    row: int
    fields: dict[str, object]
    extra: dict[str, object] = {}


class RawBody(msgspec.Struct, frozen=True, kw_only=True):
    """A service body as a source gives it; `parent_key` is empty at a root."""

    key: str
    name: str
    kind: str = ""
    parent_key: str = ""
    description: str = ""
    url: str = ""
    helpline: str = ""
    world_id: str = ""


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader made of a source: `rows == len(listings) + fatal problems with a row`."""

    format: str
    rows: int
    listings: list[RawListing]
    problems: list[Problem] = []
    bodies: list[RawBody] = []


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Someone the group named to the office. Never published."""

    name: str = ""
    email: str = ""
    phone: str = ""


class Listing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A meeting listing in normal form. Every text is plain, trimmed, without HTML; "" means not given.

    `key` identifies it within its source and survives refreshes. `days` are 0 Sunday … 6 Saturday, sorted; empty for
    a meeting by appointment or ongoing. `start` is minutes after local midnight (0–1439), None by appointment.
    `rule` is an RFC 5545 RRULE value for a meeting that is not weekly (FREQ=MONTHLY;BYDAY=1SU,3SU), "" for weekly;
    `rule_hint` is one read from notes, to be proposed to a person, with the words it was read from in `rule_evidence`.
    `types` are codes of the fellowship's pack, sorted; `languages` ISO 639-1 codes, sorted. `regions` go from general
    to specific. `updated` is ISO 8601 UTC. `extra` keeps unknown keys for re-export.
    """

    key: str
    name: str
    slug: str = ""
    row: int = 0
    fellowship: str = ""
    days: tuple[int, ...] = ()
    start: int | None = None
    duration_minutes: int | None = None
    timezone: str = ""
    rule: str = ""
    rule_hint: str = ""
    rule_evidence: str = ""
    attendance: Attendance = "in_person"
    types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    notes: str = ""
    published: bool = True

    group_name: str = ""
    group_key: str = ""
    group_notes: str = ""
    district: str = ""
    sub_district: str = ""
    website: str = ""
    website_2: str = ""
    email: str = ""
    phone: str = ""
    mailing_address: str = ""
    venmo: str = ""
    paypal: str = ""
    square: str = ""
    homegroup_online: str = ""
    contacts: tuple[Contact, ...] = ()
    last_contact: str = ""

    venue_name: str = ""
    address: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    formatted_address: str = ""
    venue_notes: str = ""
    latitude: float | None = None
    longitude: float | None = None
    precision: Precision = ""
    regions: tuple[str, ...] = ()

    body_key: str = ""
    body_name: str = ""
    world_id: str = ""

    conference_url: str = ""
    conference_url_notes: str = ""
    conference_phone: str = ""
    conference_phone_notes: str = ""

    url: str = ""
    edit_url: str = ""
    feedback_emails: tuple[str, ...] = ()
    feedback_url: str = ""
    entity: dict[str, str] = {}
    data_source: str = ""
    updated: str = ""
    extra: dict[str, object] = {}


class SourceDefaults(msgspec.Struct, frozen=True, kw_only=True):
    """What a source's rows mean where they are silent: pack id, IANA zone, ISO country, language."""

    fellowship: str = "aa"
    timezone: str = ""
    country: str = ""
    language: str = "en"
