"""Meeting Guide JSON: a list of flat objects, as the 12-Step-Meeting-List plugin, many sites of their own make, and databases export.

The hot path of every import: one look-up a key, no call a field. Only rows that hold more than plain values, or keys
under other names, take the slower road. Source: code4recovery/spec, and the corpus in ../shared/data/meetings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from openchair.directory.importing import headers
from openchair.directory.importing.decoding import CannotRead, shorten
from openchair.directory.listing import Parsed, Problem, RawListing

FORMAT = "meeting-guide"
# One of these must hold something, or the row names no meeting.
NAMING = (
    "name",
    "time",
    "day",
    "location",
    "group",
    "formatted_address",
    "address",
    "conference_url",
    "conference_phone",
)
# One of these must occur in the source, or its rows are something else than meetings.
TELLING = frozenset(("day", "time", "types", "conference_url", "conference_phone", "rule"))
PLACE_PARTS = frozenset(("formatted_address", "city", "state", "postal_code"))

_PLAIN = frozenset((str, int, float, bool, type(None)))
_FIELDS = headers.FIELDS
_INTERNAL = headers.INTERNAL
# How an object that stands for one type is named in the wild, best first.
_MEMBER_NAMES = ("code", "key", "slug", "name", "label", "title", "value", "id")


def parse(*, rows: Iterable[object], format_name: str = FORMAT) -> Parsed:
    """Return the meetings in decoded JSON rows under canonical keys, values as found.

    A row that is no object, or names no meeting, is reported and left out; one without any value is no row at all.
    Raise CannotRead when not one row is about a meeting.
    """
    listings: list[RawListing] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    number = 0
    for item in rows:
        if item.__class__ is dict:
            fields, extra = sort_keys(item)
            if names_meeting(fields):
                number += 1
                seen.update(fields)
                listings.append(RawListing(row=number, fields=fields, extra=extra))
                continue
        if is_blank(item):
            continue
        number += 1
        problems.append(_unusable(number, item))
    if number and seen.isdisjoint(TELLING):
        raise CannotRead(_not_meetings(problems, listings))
    return Parsed(format=format_name, rows=number, listings=listings, problems=problems)


def sort_keys(item: dict[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """Return the values of one object under the keys known here, and the rest as it was."""
    fields: dict[str, object] = {}
    rest: list[str] = []
    is_plain = True
    for key, value in item.items():
        if value.__class__ not in _PLAIN and (
            value.__class__ is dict or not _PLAIN.issuperset(map(type, value))  # type: ignore[call-overload]
        ):
            is_plain = False
            break
        if key in _FIELDS:
            fields[key] = value
        else:
            rest.append(key)
    if not is_plain:
        return sort_keys(_flatten(item))
    extra = _sort_rest(item, rest, fields) if rest else {}
    if "address" in fields and PLACE_PARTS.isdisjoint(fields):
        # An address that stands alone is the whole one, town and all (Edmonton).
        fields["formatted_address"] = fields.pop("address")
    return fields, extra


def names_meeting(fields: dict[str, object]) -> bool:
    """Say whether the fields hold anything that a meeting could be known by."""
    for key in NAMING:
        value = fields.get(key)
        # Sunday and midnight are both 0 in some feeds.
        if value not in (None, "", [], False) or (value == 0 and value.__class__ is int):
            return not isinstance(value, str) or bool(value.strip())
    return False


def is_blank(item: object) -> bool:
    """Say whether an item holds no value whatever."""
    if isinstance(item, dict):
        return all(is_blank(value) for value in item.values())
    if isinstance(item, list):
        return all(is_blank(value) for value in item)
    return item is None or (isinstance(item, str) and not item.strip())


def _sort_rest(
    item: dict[str, object], rest: list[str], fields: dict[str, object]
) -> dict[str, object]:
    extra: dict[str, object] = {}
    for key in rest:
        value = item[key]
        canonical = "" if key in _INTERNAL else headers.canonical_key(key)
        # A better-named key, or an earlier one that says something, keeps its place; the other is kept beside it.
        if canonical and fields.get(canonical) in (None, "", []):
            fields[canonical] = value
        else:
            extra[key] = value
    if "slug" not in fields and _is_identifier(extra.get("id")):
        fields["slug"] = extra.pop("id")
    for key in ("_id", "_key", "guid"):
        if "slug" not in fields and "source_key" not in fields and _is_identifier(extra.get(key)):
            fields["source_key"] = extra[key]
    return extra


def _is_identifier(value: object) -> bool:
    return (value.__class__ is int or isinstance(value, str)) and value != ""


def _flatten(item: dict[str, object]) -> dict[str, object]:
    """Return the object with plain values and lists of plain values alone: `location: {name}` becomes `location.name`."""
    flat: dict[str, object] = {}
    for key, value in item.items():
        if value.__class__ is dict:
            flat.update(_flatten_object(key, value))
        elif value.__class__ is list:
            flat[key] = [_plain_member(member) for member in value]
        else:
            flat[key] = value
    return flat


def _flatten_object(key: str, value: dict[str, Any]) -> dict[str, object]:
    if len(value) == 1 and next(iter(value)).startswith("$"):
        # MongoDB's extended JSON: {"$oid": "…"}, {"$date": "…"}, {"$numberInt": "…"}.
        return {key: _plain_member(next(iter(value.values())))}
    flat: dict[str, object] = {}
    for sub, inner in value.items():
        name = f"{key}.{sub}"
        if not headers.canonical_key(name) and headers.canonical_key(sub) in _OF_A_PLACE:
            name = sub if sub not in flat else name
        if inner.__class__ is list:
            flat[name] = [_plain_member(member) for member in inner]
        else:
            flat[name] = _plain_member(inner)
    return flat


_OF_A_PLACE = frozenset(
    (
        "latitude",
        "longitude",
        "address",
        "city",
        "state",
        "postal_code",
        "country",
        "timezone",
        "formatted_address",
    )
)


def _plain_member(value: object) -> object:
    if value.__class__ in _PLAIN:
        return value
    if isinstance(value, dict):
        for name in _MEMBER_NAMES:
            if value.get(name).__class__ in (str, int):
                return value[name]
    # Kept whole, as its JSON text, so that nothing behind this point has to walk into unknown depths.
    return msgspec.json.encode(value).decode()


def _unusable(number: int, item: object) -> Problem:
    if not isinstance(item, dict):
        reason, kind = "This entry is not an object with named values.", "row-not-an-object"
    else:
        reason, kind = (
            "Nothing in this row names a meeting, a place or a time.",
            "row-without-meeting",
        )
    return Problem(
        row=number, field="", value=shorten(item), reason=reason, kind=kind, is_fatal=True
    )


def _not_meetings(problems: list[Problem], listings: list[RawListing]) -> str:
    if listings:
        keys = [*listings[0].fields, *listings[0].extra]
        shown = ", ".join(shorten(key) for key in keys[:12])
        return (
            f"These entries do not look like meetings: they hold {shown}, and none gives a day, a time, "
            "types or a way to join."
        )
    return f"None of the entries names a meeting. The first is: {problems[0].value}"
