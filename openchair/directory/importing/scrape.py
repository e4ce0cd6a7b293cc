"""Nested listings, as scrapers write them: a place or group with its meetings inside. Each inner meeting is a row.

The pattern is the New York scrape of 2016: day and hours in one text ("Sunday, 7:00 am to 8:00 am"), the group's number
and notes in the group's text, and the place's text mixed with "(6 other meetings at this location)".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from openchair.directory.importing import meeting_guide
from openchair.directory.listing import Parsed

FORMAT = "nested"
INNER_KEYS = ("meetings", "schedule", "times", "sessions")

_DAY_AND_HOURS = re.compile(
    r"\s*([^\W\d]+)\s*,\s*(\S[^,]{0,20}?)(?:\s+to\s+(\S[^,]{0,20}?))?\s*", re.IGNORECASE
)
_GROUP_NUMBER = re.compile(r"\s*\(Group #\s*([^()\s]{1,20})\s*\)\s*")


def recognises(*, rows: Sequence[object]) -> bool:
    """Say whether most of the first rows hold meetings inside."""
    sample = rows[:20]
    nested = sum(isinstance(row, dict) and _inner_key(row) != "" for row in sample)
    return nested * 2 > len(sample)


def parse(*, rows: Sequence[object]) -> Parsed:
    """Return each inner meeting with what its outer entry says of the place. An entry without inner meetings is a row itself."""
    return meeting_guide.parse(
        rows=[inner for row in rows for inner in _spread(row)], format_name=FORMAT
    )


def _inner_key(row: dict[str, object]) -> str:
    for key in INNER_KEYS:
        inner = row.get(key)
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            return key
    return ""


def _spread(row: object) -> list[object]:
    if not isinstance(row, dict):
        return [row]
    key = _inner_key(row)
    inner = row.get(key)
    if not isinstance(inner, list):
        return [row]
    outer = {name: value for name, value in row.items() if name != key}
    return [_join(outer, meeting) if isinstance(meeting, dict) else meeting for meeting in inner]


def _join(outer: dict[str, object], inner: dict[str, object]) -> dict[str, object]:
    """Return one flat meeting: the inner entry's words, with the outer's for the place and for what the inner leaves out."""
    joined = {**outer, **inner}
    if "location" in outer and "location" in inner:
        # The outer one is the clean name of the place; the inner one repeats the address and counts neighbours.
        joined["location"], joined["location_as_found"] = outer["location"], inner["location"]
    if isinstance(inner.get("time"), str):
        joined.update(_split_hours(str(inner["time"])))
    if isinstance(inner.get("group"), str):
        joined.update(_split_group(str(inner["group"])))
        # The outer `meeting` names the first meeting of the place only.
        joined.setdefault("name", joined["group"] or outer.get("meeting", ""))
    return joined


def _split_hours(text: str) -> dict[str, object]:
    found = _DAY_AND_HOURS.fullmatch(text)
    if not found:
        return {}
    hours: dict[str, object] = {"day": found[1], "time": found[2]}
    if found[3]:
        hours["end_time"] = found[3]
    return hours


def _split_group(text: str) -> dict[str, object]:
    first, _, notes = text.partition("\n")
    found = _GROUP_NUMBER.search(first)
    parts: dict[str, object] = {"group": _GROUP_NUMBER.sub(" ", first).strip()}
    if found:
        parts["group_id"] = found[1]
    if notes.strip():
        parts["group_notes"] = notes.strip()
    return parts
