"""What feeds come wrapped in: finding the list of meetings inside a JSON answer."""

from __future__ import annotations

from openchair.directory.importing.decoding import CannotRead, shorten

# Where answers keep their list, most telling first.
LIST_KEYS = (
    "meetings",
    "records",
    "features",
    "data",
    "results",
    "items",
    "rows",
    "entries",
    "listings",
    "groups",
    "locations",
    "values",
    "response",
    "result",
    "body",
    "payload",
    "feed",
)
_DEEPEST = 4


def unwrap(*, value: object) -> tuple[list[object], list[str]]:
    """Return the list of entries in a decoded answer, and the names of what else lay beside it.

    Reads bare lists, `{"meetings": […]}` and its kin, Airtable's `records` with `fields`, GeoJSON, Google's `values`, and
    objects keyed by id. Raise CannotRead when there is no list.
    """
    beside: list[str] = []
    entries = _find_list(value, beside, _DEEPEST)
    if entries is None:
        raise CannotRead(f"There is no list of meetings in this JSON: {shorten(value)}")
    return [_open_entry(entry) for entry in entries], beside


def _find_list(value: object, beside: list[str], depth: int) -> list[object] | None:
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or depth == 0:
        return None
    for key in (*LIST_KEYS, *value):
        inner = value.get(key)
        # A dictionary under one of the known names may hold the list one floor down.
        if isinstance(inner, list) or (key in LIST_KEYS and isinstance(inner, dict)):
            found = _find_list(inner, beside, depth - 1)
            if found is not None:
                beside.extend(str(name) for name in value if name != key)
                return found
    return _keyed_by_id(value)


def _keyed_by_id(value: dict[str, object]) -> list[object] | None:
    if len(value) < 2 or not all(isinstance(entry, dict) for entry in value.values()):
        return None
    return [{"source_key": key, **entry} for key, entry in value.items() if isinstance(entry, dict)]


def _open_entry(entry: object) -> object:
    if not isinstance(entry, dict):
        return entry
    fields = entry.get("fields")
    if isinstance(fields, dict) and len(entry) <= 4:
        # Airtable: {"id": "rec…", "createdTime": "…", "fields": {…}}; the record's id survives edits.
        return {"source_key": entry.get("id", ""), **fields}
    properties = entry.get("properties")
    if entry.get("type") == "Feature" and isinstance(properties, dict):
        return {**properties, **_point(entry.get("geometry"))}
    return entry


def _point(geometry: object) -> dict[str, object]:
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return {}
    position = geometry.get("coordinates")
    if not isinstance(position, list) or len(position) < 2:
        return {}
    # RFC 7946: longitude first.
    return {"longitude": position[0], "latitude": position[1]}
