"""Bring one row of any source into normal form, and say what could not be read. Pure.

Start at `normalize`. Each kind of value has its own module beside this one; here is only their order, because some
need what others found: a phone number its country, an attendance its link. Nothing that a row holds is dropped in
silence: it is read, or reported, or kept in `extra`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from openchair.directory.importing import conference, contributions, times
from openchair.directory.importing.joining_fields import (
    read_attendance,
    read_joining,
    read_stated_attendance,
)
from openchair.directory.importing.place_fields import read_place
from openchair.directory.importing.recurrence_notes import rule_in
from openchair.directory.importing.row import NOTES_LIMIT, NOTHING, Row, line, lines
from openchair.directory.importing.schedule_fields import read_times
from openchair.directory.importing.splitting import split_by_day
from openchair.directory.importing.types import NO_FELLOWSHIP, read_fellowship, read_types
from openchair.directory.importing.unreadable import Unreadable
from openchair.directory.listing import (
    Contact,
    Listing,
    Problem,
    RawListing,
    SourceDefaults,
)
from openchair.lib.text import slug_of

__all__ = ["as_raw", "normalize", "split_by_day"]

NAME_LIMIT = 255
SLUG_LIMIT = 64
KEY_LIMIT = 128
MOST_CONTACTS = 9
# What a cell may hold before it is cleaned. Nobody writes more; whoever does means harm to memory or time.
LONGEST_CELL = 4000
LONGEST_NOTE = 40_000

Reader = Callable[..., str]

# Field → (name in Listing, longest length, how it is read). They need nothing from each other.
_TEXTS: dict[str, tuple[str, int, Reader]] = {
    "name": ("name", NAME_LIMIT, line),
    "notes": ("notes", NOTES_LIMIT, lines),
    "group": ("group_name", NAME_LIMIT, line),
    "group_id": ("group_key", KEY_LIMIT, line),
    "group_notes": ("group_notes", NOTES_LIMIT, lines),
    "district": ("district", 255, line),
    "sub_district": ("sub_district", 255, line),
    "mailing_address": ("mailing_address", 500, line),
    "location": ("venue_name", 255, line),
    "location_notes": ("venue_notes", NOTES_LIMIT, lines),
    "body_key": ("body_key", KEY_LIMIT, line),
    "body_name": ("body_name", 255, line),
    "world_id": ("world_id", 64, line),
    "conference_url_notes": ("conference_url_notes", 2000, lines),
    "conference_phone_notes": ("conference_phone_notes", 2000, lines),
    "data_source": ("data_source", 2000, line),
}
_NOTES = frozenset(key for key, (_, limit, _) in _TEXTS.items() if limit == NOTES_LIMIT)
_ADDRESSES: dict[str, tuple[str, Callable[..., str]]] = {
    "website": ("website", conference.web_address),
    "website_2": ("website_2", conference.web_address),
    "url": ("url", conference.web_address),
    "edit_url": ("edit_url", conference.web_address),
    "feedback_url": ("feedback_url", conference.mail_or_web_address),
    "email": ("email", conference.mail_address),
}
_ENTITY = {
    "entity": "name", "entity_email": "email", "entity_location": "location", "entity_logo": "logo", "entity_phone": "phone",
    "entity_url": "url", "entity_website_url": "url",
}  # fmt: skip
# Read by a step of their own below, or in the module named for their subject.
_BY_STEPS = frozenset(
    ("slug", "source_key", "id", "day", "days", "time", "end_time", "duration", "timezone", "rule", "types", "bmlt_formats", "languages", "language",
     "attendance", "attendance_option", "approximate", "precision", "coordinates", "latitude", "longitude", "fellowship", "published", "open",
     "address", "city", "state", "postal_code", "country", "formatted_address", "full_address", "region", "sub_region", "sub_sub_region", "regions",
     "phone", "venmo", "paypal", "square", "homegroup_online", "last_contact", "updated", "conference_url", "conference_phone", "feedback_emails",
     *_ENTITY)
)  # fmt: skip
_OF_GROUP = frozenset((*contributions.READERS, *_ENTITY, "feedback_emails"))
_TELLING = frozenset(
    (
        "name",
        "group_name",
        "start",
        "venue_name",
        "address",
        "formatted_address",
        "city",
        "latitude",
        "conference_url",
        "conference_phone",
    )
)
# Fields that a listing has under the row's own name.
_SAME_NAME = (
    "slug", "timezone", "rule", "attendance", "address", "city", "state", "postal_code", "country", "formatted_address", "latitude", "longitude",
    "precision", "phone", "venmo", "paypal", "square", "homegroup_online", "last_contact", "conference_url", "conference_phone", "updated",
)  # fmt: skip
# Where a day and a month in figures stand in the order of the United States.
_MONTH_FIRST = frozenset(("", "US", "CA", "PH"))


def normalize(*, raw: RawListing, defaults: SourceDefaults) -> tuple[Listing | None, list[Problem]]:
    """Return the listing that a row means, and everything in it that could not be read.

    None only when the row has neither name, place nor time, with a fatal problem. A listing in normal form comes back
    unchanged from `as_raw`, with no problems. `days` and `start` are there both or neither.
    """
    row = Row(raw=raw, defaults=defaults)
    _read_texts(row)
    read_fellowship(row)
    read_times(row)
    read_place(row)
    stated = read_stated_attendance(row)
    read_joining(row, stated=stated)
    codes = read_types(row)
    read_attendance(row, stated=stated, codes=codes)
    _read_group(row)
    _read_publication(row)
    if not _is_something(row):
        row.tell(
            "name",
            kind="row-empty",
            reason="This row has neither a name, nor a place, nor a time.",
            is_fatal=True,
        )
        return None, row.problems
    _read_hint(row)
    _name(row)
    _identify(row)
    return Listing(row=raw.row, extra=row.extra, **row.values), row.problems  # type: ignore[arg-type] # each step stores its own field's type


def as_raw(*, listing: Listing) -> RawListing:
    """Return a listing as the row that `normalize` reads back to the same listing, with no problems."""
    fields: dict[str, object] = {}
    for key, (target, _, _) in _TEXTS.items():
        fields[key] = getattr(listing, target)
    for key in (*_ADDRESSES, *_SAME_NAME):
        fields[key] = getattr(listing, key)
    for key, part in _ENTITY.items():
        fields[key] = listing.entity.get(part, "") if key != "entity_website_url" else ""
    for number, contact in enumerate(listing.contacts, start=1):
        fields |= {
            f"contact_{number}_{part}": getattr(contact, part)
            for part in ("name", "email", "phone")
        }
    fields |= {
        "source_key": listing.key,
        "fellowship": listing.fellowship or NO_FELLOWSHIP,
        "day": list(listing.days),
        "time": None
        if listing.start is None
        else f"{listing.start // 60:02}:{listing.start % 60:02}",
        "duration": listing.duration_minutes,
        "types": list(listing.types),
        "languages": list(listing.languages),
        "regions": list(listing.regions),
        "feedback_emails": list(listing.feedback_emails),
        "published": "yes" if listing.published else "no",
    }
    kept = {
        key: value
        for key, value in fields.items()
        if value is not None and value != "" and value != []
    }
    return RawListing(row=listing.row, fields=kept, extra=dict(listing.extra))


def _read_texts(row: Row) -> None:
    contacts: list[str] = []
    for key, value in row.fields.items():
        if value.__class__ is str and len(value) > LONGEST_CELL:
            value = row.cut(key, most=LONGEST_NOTE if key in _NOTES else LONGEST_CELL)  # noqa: PLW2901 - the field is cut too
        if key in _BY_STEPS:
            continue
        step = _TEXTS.get(key)
        if step is not None:
            _read_text(row, key, value, step)
        elif key in _ADDRESSES:
            _read_address(row, key, *_ADDRESSES[key])
        elif key.startswith("contact_"):
            contacts.append(key)
        else:
            row.extra.setdefault(key, value)
    if contacts:
        _read_contacts(row, contacts)


def _read_text(row: Row, key: str, value: object, step: tuple[str, int, Reader]) -> None:
    target, limit, reader = step
    try:
        text = reader(value=value)
    except Unreadable as error:
        row.report(key, error)
        return
    if len(text) > limit:
        row.tell(
            key, kind="too-long", reason=f"This is longer than {limit} characters, and was cut."
        )
        text = text[:limit].rstrip()
    if text:
        row.values[target] = text


def _read_address(row: Row, key: str, target: str, reader: Callable[..., str]) -> None:
    text = row.text(key)
    if not text or text.lower() in NOTHING:
        return
    try:
        row.values[target] = reader(text=text)
    except Unreadable as error:
        first = next(
            (
                part
                for part in text.replace(";", " ").replace(",", " ").split()
                if _reads(reader, part)
            ),
            "",
        )
        if first:
            row.values[target] = reader(text=first)
        row.report(key, error)


def _reads(reader: Callable[..., str], text: str) -> bool:
    # A word such as "n/a" must not become https://n/a: only what looks like an address by itself counts.
    if "." not in text or ("@" not in text and "/" not in text and "www" not in text):
        return False
    try:
        return bool(reader(text=text))
    except Unreadable:
        return False


def _read_contacts(row: Row, keys: list[str]) -> None:
    found = []
    for number in range(1, MOST_CONTACTS + 1):
        name, email, phone = (
            row.text(f"contact_{number}_{part}") for part in ("name", "email", "phone")
        )
        if name or email or phone:
            found.append(Contact(name=name, email=email, phone=phone))
    row.values["contacts"] = tuple(found)
    for key in keys:
        _, _, rest = key.partition("_")
        number_text, _, part = rest.partition("_")
        if not (
            number_text.isdigit()
            and 1 <= int(number_text) <= MOST_CONTACTS
            and part in ("name", "email", "phone")
        ):
            row.extra.setdefault(key, row.fields[key])


def _read_group(row: Row) -> None:
    if row.fields.keys().isdisjoint(_OF_GROUP):
        return
    for key, reader in contributions.READERS.items():
        text = row.text(key)
        if not text:
            continue
        try:
            row.values[key] = reader(text=text)
        except Unreadable as error:
            row.report(key, error)
            row.extra.setdefault(key, text)
    entity = {
        part: text for key, part in _ENTITY.items() if key in row.fields and (text := row.text(key))
    }
    if entity:
        row.values["entity"] = entity
    if "feedback_emails" in row.fields:
        _read_feedback_emails(row)


def _read_feedback_emails(row: Row) -> None:
    value = row.fields["feedback_emails"]
    texts = (
        [str(item) for item in value if item]
        if isinstance(value, list | tuple)
        else row.text("feedback_emails").replace(";", ",").split(",")
    )
    found = []
    for text in texts:
        try:
            found.append(conference.mail_address(text=text.strip()))
        except Unreadable as error:
            row.report("feedback_emails", error)
    row.values["feedback_emails"] = tuple(dict.fromkeys(found))


def _read_publication(row: Row) -> None:
    if row.yes_or_no("published") is False:
        row.values["published"] = False
    day_first = (row.made("country") or row.defaults.country) not in _MONTH_FIRST
    for key, reader in (("updated", times.moment), ("last_contact", times.date_text)):
        if key in row.fields:
            try:
                row.values[key] = reader(value=row.fields[key], day_first=day_first)
            except Unreadable as error:
                row.report(key, error)


def _is_something(row: Row) -> bool:
    return not row.values.keys().isdisjoint(_TELLING)


def _read_hint(row: Row) -> None:
    if "rule" in row.values:
        return
    days = row.values.get("days", ())
    day = days[0] if isinstance(days, tuple) and len(days) == 1 else None
    # Without one weekday there is nothing that a rule could be about.
    if day is None:
        return
    for key in ("name", "notes", "group_notes", "venue_notes"):
        text = row.values.get(key)
        hint = rule_in(text=text, day=day) if text else None  # type: ignore[arg-type] # texts all
        if hint is not None:
            row.values["rule_hint"], row.values["rule_evidence"] = hint.rule, hint.evidence
            return


def _name(row: Row) -> None:
    if "name" in row.values:
        return
    stand_in = next(
        (
            text
            for key in ("group_name", "venue_name", "address", "city", "formatted_address")
            if (text := row.made(key))
        ),
        "",
    )
    row.tell(
        "name",
        kind="name-missing",
        reason="This has no name, so its group's or its place's stands for it.",
    )
    row.values["name"] = (stand_in or "Unnamed meeting")[:NAME_LIMIT].rstrip()


def _identify(row: Row) -> None:
    slug = row.text("slug")
    key = row.text("source_key") or slug or row.text("id") or f"h-{_digest(row)}"
    if len(key) > KEY_LIMIT:
        key = f"{key[: KEY_LIMIT - 11].rstrip()}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"
    row.values["key"] = key
    row.values["slug"] = (
        slug_of(text=slug, limit=SLUG_LIMIT)
        or slug_of(text=row.made("name"), limit=SLUG_LIMIT)
        or f"m-{_digest(row)}"
    )


def _digest(row: Row) -> str:
    """Return what stays the same while a meeting keeps its name, day, time and place."""
    parts = [
        row.values.get(key)
        for key in ("name", "days", "start", "venue_name", "address", "city", "postal_code")
    ]
    if "venue_name" not in row.values and "address" not in row.values:
        parts.append(row.values.get("conference_url"))
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]
