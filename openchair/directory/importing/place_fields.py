"""The place of a row: venue, address and its parts, regions, position. Coordinates that lack are `placing`'s to find."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from openchair.directory.importing import addresses, conference
from openchair.directory.importing.countries import country_code, country_of_state, state_code
from openchair.directory.importing.row import Row, line
from openchair.directory.importing.unreadable import Unreadable
from openchair.lib.text import one_line

_LIMITS = {"address": 255, "city": 128, "state": 64, "postal_code": 16, "formatted_address": 500}
_PARTS = (*_LIMITS, "country")
# Feeds in the order of the week scatter a place's meetings: the cache must hold all places of a large one, and no
# more than 50 MB of a hostile one. The longest place of the feeds in `../shared/data` has 125 characters.
_MOST_CACHED = 32_768
_LONGEST_CACHED = 600
_PRECISIONS = frozenset(("exact", "street", "postal", "city"))
_APPROXIMATE = {
    "yes": "city",
    "true": "city",
    "1": "city",
    "no": "exact",
    "false": "exact",
    "0": "exact",
}
_REGION_KEYS = ("region", "sub_region", "sub_sub_region")
_REGION_LIMIT = 128
_LONGEST_ITEM = 1000
_MOST_REGIONS = 8
_ZIP = re.compile(r"\d{5}(?:-\d{4})?\Z")
_CA_CODE = re.compile(r"[A-Z]\d[A-Z] \d[A-Z]\d\Z")


class _Placed(msgspec.Struct, frozen=True):
    """What an address became: values of a Listing, words for its notes, and problems as (field, kind, reason, value)."""

    values: dict[str, str]
    door_words: str
    problems: tuple[tuple[str, str, str, str], ...]


def read_place(row: Row) -> None:
    """Read every field about the place of a row into its values."""
    parts = {key: row.text(key) if key in row.fields else "" for key in _PARTS}
    if not parts["formatted_address"] and "full_address" in row.fields:
        parts["formatted_address"] = row.text("full_address")
    _read_doors_from(row, parts)
    texts = tuple(parts.values())
    # Meetings share their places. What is too long to be one must not fill the cache.
    place = _placed if sum(map(len, texts)) <= _LONGEST_CACHED else _placed.__wrapped__
    placed = place(texts, row.defaults.country)
    row.values.update(placed.values)
    for field, kind, reason, value in placed.problems:
        row.tell(field, kind=kind, reason=reason, value=value)
        if kind == "country-unknown":
            row.extra.setdefault("country", value)
    if placed.door_words and placed.door_words not in row.made("venue_notes"):
        row.append_note("venue_notes", placed.door_words)
    _read_regions(row)
    _read_position(row)


def _read_doors_from(row: Row, parts: dict[str, str]) -> None:
    """Take a link with its codes out of an address or a venue, where online meetings were once typed."""
    for key in ("address", "formatted_address", "venue_name"):
        text = row.made(key) if key == "venue_name" else parts[key]
        if not text or ("oom" not in text and "OOM" not in text and "ing id" not in text.lower()):
            continue
        before, cut = conference.text_before_door(text=text)
        if not cut:
            continue
        if key == "venue_name":
            row.values[key] = before
            if not before:
                del row.values[key]
        else:
            parts[key] = before
        _keep_door(row, key, cut)


def _keep_door(row: Row, key: str, words: str) -> None:
    door = conference.door_in(text=words)
    if door is not None and "conference_url" not in row.fields:
        row.fields["conference_url"] = door.url
        row.extra["conference_url_from"] = key
    known = row.made("conference_url_notes")
    if words not in known:
        row.values["conference_url_notes"] = f"{known}\n{words}".strip()[:2000].strip()


@lru_cache(maxsize=_MOST_CACHED)
def _placed(texts: tuple[str, ...], default_country: str) -> _Placed:
    """Return what the texts of `_PARTS` mean together."""
    parts = dict(zip(_PARTS, texts, strict=True))
    problems: list[tuple[str, str, str, str]] = []
    _cut(parts, problems)
    country_in_line = _split_one_line(parts, default_country)
    parts["country"] = _country(parts, default_country, country_in_line, problems)
    _cut(parts, problems)
    words = _spell(parts)
    return _Placed({key: text for key, text in parts.items() if text}, words, tuple(problems))


def _split_one_line(parts: dict[str, str], default_country: str) -> str:
    """Fill the parts that are missing from an address in one line, and return the country that stands in it."""
    whole = parts["formatted_address"]
    # "address" holds the whole line in feeds that never heard of the other fields.
    if not whole and not parts["city"] and parts["address"].count(",") >= 2:
        whole = parts["address"]
    has_parts = parts["city"] or parts["state"] or parts["postal_code"]
    if not whole or has_parts or (parts["address"] and parts["formatted_address"]):
        return ""
    found = addresses.address_parts(
        text=whole, country=_known_country(parts["country"]) or default_country
    )
    if found.city or found.postal_code:
        parts["address"], parts["city"], parts["state"] = found.street, found.city, found.state
        parts["postal_code"], parts["formatted_address"] = found.postal_code, whole
    return found.country


def _known_country(text: str) -> str:
    try:
        return country_code(text=text) if text else ""
    except Unreadable:
        return ""


def _country(
    parts: dict[str, str],
    default_country: str,
    country_in_line: str,
    problems: list[tuple[str, str, str, str]],
) -> str:
    text, found = parts["country"], ""
    if text:
        try:
            found = country_code(text=text)
        except Unreadable as error:
            problems.append(("country", error.kind, error.reason, text))
    found = found or country_in_line
    if not found and parts["state"] and parts["postal_code"]:
        found = _country_by_shape(parts["state"], parts["postal_code"])
    return found or (default_country if any(parts.values()) else "")


def _country_by_shape(state: str, postal_code: str) -> str:
    """Return the country that a state and a postal code tell together; one alone is too little (WA is in two)."""
    country = country_of_state(state=state_code(text=state, country=""))
    shape = {"US": _ZIP, "CA": _CA_CODE}.get(country)
    code = addresses.postal_code(text=postal_code, country=country)
    return country if shape and shape.match(code) else ""


def _spell(parts: dict[str, str]) -> str:
    """Give every part its country's spelling, and return what helps at the door alone."""
    country = parts["country"]
    if parts["postal_code"]:
        parts["postal_code"] = addresses.postal_code(text=parts["postal_code"], country=country)
    if parts["state"] and country in ("US", "CA"):
        parts["state"] = state_code(text=parts["state"], country=country)
    if not parts["address"]:
        return ""
    parts["address"], words = addresses.door_words(street=parts["address"])
    return words


def _cut(parts: dict[str, str], problems: list[tuple[str, str, str, str]]) -> None:
    for key, limit in _LIMITS.items():
        text = parts[key]
        if len(text) > limit:
            problems.append(
                (key, "too-long", f"This is longer than {limit} characters, and was cut.", text)
            )
            parts[key] = text[:limit].rstrip(" ,;")


def _read_regions(row: Row) -> None:
    value = row.fields.get("regions")
    texts: list[str] = []
    try:
        if isinstance(value, list | tuple):
            texts = [
                item[:_LONGEST_ITEM] if isinstance(item, str) else line(value=item)
                for item in value
                if item is not None
            ]
        elif value is not None:
            texts = line(value=value).split(">")
        else:
            for key in _REGION_KEYS:
                if key in row.fields:
                    texts += row.text(key).split(" > ")
    except Unreadable as error:
        row.report("regions", error)
    regions = _levels(tuple(texts))
    if len(regions) > _MOST_REGIONS:
        row.tell(
            "regions",
            kind="too-long",
            reason=f"There are more than {_MOST_REGIONS} levels of regions, and the rest was cut.",
        )
    if regions:
        row.values["regions"] = regions[:_MOST_REGIONS]


@lru_cache(maxsize=4096)
def _levels(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return regions as clean lines, without blanks and repeats."""
    clean = (one_line(text=text)[:_REGION_LIMIT].strip() for text in texts)
    return tuple(dict.fromkeys(text for text in clean if text))


def _read_position(row: Row) -> None:
    try:
        found = _position(row)
    except Unreadable as error:
        key = "latitude" if "latitude" in row.fields else "coordinates"
        row.tell(
            key,
            kind=error.kind,
            reason=error.reason,
            value=f"{row.fields.get(key)}, {row.fields.get('longitude', '')}".strip(" ,"),
        )
        return
    if found is None:
        return
    row.values["latitude"], row.values["longitude"], is_middle = found
    if "precision" in row.fields and row.text("precision") in _PRECISIONS:
        row.values["precision"] = row.text("precision")
    elif is_middle:
        row.values["precision"] = "city"
    elif "approximate" in row.fields:
        precision = _APPROXIMATE.get(row.text("approximate").lower())
        if precision:
            row.values["precision"] = precision


def _position(row: Row) -> tuple[float, float, bool] | None:
    fields = row.fields
    if "latitude" in fields and "longitude" in fields:
        latitude, longitude, is_middle = fields["latitude"], fields["longitude"], False
    elif "coordinates" in fields:
        value = fields["coordinates"]
        text = (
            ",".join(map(str, value))
            if isinstance(value, list | tuple)
            else row.text("coordinates")
        )
        latitude, longitude, is_middle = addresses.position_in_text(text=text)
    elif "latitude" in fields or "longitude" in fields:
        raise Unreadable(
            "coordinates-unreadable", "A position needs both a latitude and a longitude."
        )
    else:
        return None
    north, east, is_swapped = addresses.position(latitude=latitude, longitude=longitude)
    if is_swapped:
        row.tell(
            "latitude",
            kind="coordinates-swapped",
            reason="Latitude and longitude stood in each other's place, and were swapped.",
            value=f"{latitude}, {longitude}",
        )
    return north, east, is_middle
