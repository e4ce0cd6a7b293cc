"""BMLT: what a server's semantic API answers for meetings, formats and service bodies. Source: bmlt-enabled/bmlt-server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from openchair.directory.importing import meeting_guide
from openchair.directory.importing.decoding import CannotRead, shorten
from openchair.directory.listing import Parsed, Problem, RawBody, RawListing

FORMAT = "bmlt"
FELLOWSHIP = "na"

# BMLT's keys by ours. Those not here are kept beside: boroughs, trains, buses, and what a server's own templates add.
_KEYS = {
    "meeting_name": "name",
    "start_time": "time",
    "duration_time": "duration",
    "time_zone": "timezone",
    "latitude": "latitude",
    "longitude": "longitude",
    "published": "published",
    "worldid_mixed": "world_id",
    "service_body_bigint": "body_key",
    "service_body_name": "body_name",
    "location_text": "location",
    "location_info": "location_notes",
    "location_street": "address",
    "location_municipality": "city",
    "location_province": "state",
    "location_postal_code_1": "postal_code",
    "location_nation": "country",
    "comments": "notes",
    "virtual_meeting_link": "conference_url",
    "virtual_meeting_additional_info": "conference_url_notes",
    "phone_meeting_number": "conference_phone",
    "contact_name_1": "contact_1_name",
    "contact_email_1": "contact_1_email",
    "contact_phone_1": "contact_1_phone",
    "contact_name_2": "contact_2_name",
    "contact_email_2": "contact_2_email",
    "contact_phone_2": "contact_2_phone",
}
_CONSUMED = frozenset(("weekday_tinyint", "venue_type", "id_bigint"))
_ATTENDANCE = {"1": "in_person", "2": "online", "3": "hybrid"}
_NAMING = ("name", "time", "location", "address", "conference_url")
# Old servers store "Prompt#@-@#value"; clients show what follows the last mark.
_PROMPT = "#@-@#"
_MARKS = frozenset(
    ("id_bigint", "weekday_tinyint", "service_body_bigint", "meeting_name", "start_time")
)
_FORMAT_MARKS = frozenset(("key_string", "name_string", "format_type_enum"))
_BODY_MARKS = frozenset(("parent_id", "name", "type"))

# Group, area, metro, region, zone, world: real trees have six floors.
_DEEPEST_BODY = 20

Format = dict[str, str]


def recognises(*, rows: Sequence[object]) -> bool:
    """Say whether rows are BMLT's meetings, by the keys of the first objects. Raise CannotRead for its formats or bodies alone."""
    objects = [row for row in rows[:20] if isinstance(row, dict)]
    if not objects:
        return False
    keys = set(objects[0])
    if keys >= _FORMAT_MARKS:
        raise CannotRead(
            "These are a BMLT server's formats. Bring its meetings too: a folder with meetings.json, formats.json and service_bodies.json."
        )
    if keys >= _BODY_MARKS and not keys & {"day", "time", "slug"}:
        raise CannotRead(
            "These are a BMLT server's service bodies. Bring its meetings too: a folder with meetings.json, formats.json and service_bodies.json."
        )
    return any(len(_MARKS & row.keys()) >= 3 for row in objects)


def bundle_parts(*, value: object) -> tuple[list[object], list[object], list[object]] | None:
    """Return (meetings, formats, bodies) of an object that holds them together, None when it is something else."""
    if not isinstance(value, dict) or not isinstance(value.get("meetings"), list):
        return None
    meetings = value["meetings"]
    formats = _list_under(value, "formats", "used_formats")
    bodies = _list_under(value, "service_bodies", "serviceBodies", "bodies")
    looks_like_bmlt = any(
        isinstance(row, dict) and len(_MARKS & row.keys()) >= 3 for row in meetings[:20]
    )
    return (meetings, formats, bodies) if looks_like_bmlt else None


def parse(
    *, meetings: Iterable[object], formats: Iterable[object] = (), bodies: Iterable[object] = ()
) -> Parsed:
    """Return the meetings of a BMLT server under canonical keys, and its tree of bodies.

    `bmlt_formats` of a listing is a list of {key, world_id, name, kind}, for the fellowship to turn into types. `day` is
    0 Sunday … 6 Saturday. An entry that is no object or holds nothing of a meeting is reported and left out.
    """
    body_list, problems = _read_bodies(bodies)
    reader = _Reader(formats, body_list)
    listings: list[RawListing] = []
    number = 0
    for item in meetings:
        if meeting_guide.is_blank(item):
            continue
        number += 1
        listing = reader.read(number, item) if isinstance(item, dict) else None
        if listing is None:
            problems.append(_unusable(number, item))
        else:
            listings.append(listing)
    problems.extend(reader.problems)
    return Parsed(
        format=FORMAT, rows=number, listings=listings, problems=problems, bodies=body_list
    )


class _Reader:
    """What is the same for all rows of one server: its formats by id and its bodies' paths."""

    def __init__(self, formats: Iterable[object], bodies: list[RawBody]) -> None:
        self.problems: list[Problem] = []
        self._formats = _formats_by_id(formats)
        self._names = {body.key: body.name for body in bodies}
        self._paths = _body_paths(bodies)

    def read(self, number: int, item: Mapping[str, object]) -> RawListing | None:
        fields: dict[str, object] = {"fellowship": FELLOWSHIP}
        extra: dict[str, object] = {}
        for key, value in item.items():
            if value == "":
                # Every key is always there; an empty one says nothing.
                continue
            canonical = _KEYS.get(key)
            if canonical:
                fields[canonical] = _cut_prompt(value)
            elif key not in _CONSUMED:
                extra[key] = value
        if not any(fields.get(key) for key in _NAMING):
            return None
        fields["source_key"] = _source_key(item)
        self._add_day(number, item, fields)
        self._add_formats(item, fields)
        self._add_attendance(item, fields, extra)
        self._add_body(fields)
        return RawListing(row=number, fields=fields, extra=extra)

    def _add_day(self, number: int, item: Mapping[str, object], fields: dict[str, object]) -> None:
        text = _text(item.get("weekday_tinyint"))
        if text in ("1", "2", "3", "4", "5", "6", "7"):
            fields["day"] = int(text) - 1
        elif text:
            reason = "BMLT counts days from 1, Sunday, to 7, Saturday."
            self.problems.append(
                Problem(
                    row=number,
                    field="day",
                    value=shorten(text),
                    reason=reason,
                    kind="day-unreadable",
                )
            )

    def _add_formats(self, item: Mapping[str, object], fields: dict[str, object]) -> None:
        language = _text(item.get("lang_enum")) or "en"
        origin = _origin(item)
        found = [
            self._formats.get((origin, shared_id), {})
            for shared_id in _text(item.get("format_shared_id_list")).split(",")
        ]
        known = [by_language for by_language in found if by_language]
        if known:
            fields["bmlt_formats"] = [
                by_language.get(language)
                or by_language.get("en")
                or next(iter(by_language.values()))
                for by_language in known
            ]
        else:
            keys = [key.strip() for key in _text(item.get("formats")).split(",")]
            fields["bmlt_formats"] = [
                {"key": key, "world_id": "", "name": "", "kind": ""} for key in keys if key
            ]

    def _add_attendance(
        self, item: Mapping[str, object], fields: dict[str, object], extra: dict[str, object]
    ) -> None:
        venue_type = _text(item.get("venue_type"))
        attendance = _ATTENDANCE.get(venue_type)
        if not attendance:
            if venue_type:
                extra["venue_type"] = venue_type
            return
        keys = set(_text(item.get("formats")).split(","))
        # TC is a room that is closed for now. With VM the meeting goes on online; without it there is no meeting to go to.
        if attendance == "in_person" and "TC" in keys:
            attendance = "online" if "VM" in keys else "inactive"
        fields["attendance"] = attendance

    def _add_body(self, fields: dict[str, object]) -> None:
        key = _text(fields.get("body_key"))
        if not fields.get("body_name") and key in self._names:
            fields["body_name"] = self._names[key]
        path = self._paths.get(key) or [_text(fields.get("body_name"))]
        if path != [""]:
            fields["regions"] = path


def _source_key(item: Mapping[str, object]) -> str:
    # An aggregator carries several servers whose ids collide.
    server = _text(item.get("root_server_id"))
    key = _text(item.get("id_bigint"))
    return f"{server}:{key}" if server and key else key


def _origin(item: Mapping[str, object]) -> str:
    return _text(item.get("root_server_id"))


def _formats_by_id(formats: Iterable[object]) -> dict[tuple[str, str], dict[str, Format]]:
    """Return formats by (server, shared id), then by language. Only the world id means the same on two servers."""
    by_id: dict[tuple[str, str], dict[str, Format]] = {}
    for item in formats:
        if not isinstance(item, dict):
            continue
        by_language = by_id.setdefault((_origin(item), _text(item.get("id"))), {})
        by_language.setdefault(
            _text(item.get("lang")) or "en",
            {
                "key": _text(item.get("key_string")),
                "world_id": _text(item.get("world_id")),
                "name": _text(item.get("name_string")),
                "kind": _text(item.get("format_type_enum")),
            },
        )
    return by_id


def _read_bodies(bodies: Iterable[object]) -> tuple[list[RawBody], list[Problem]]:
    read: list[RawBody] = []
    problems: list[Problem] = []
    for item in bodies:
        if not isinstance(item, dict) or not _text(item.get("id")):
            reason = "This service body is not an object with an id, so it was left out."
            problems.append(
                Problem(
                    row=0,
                    field="service_bodies",
                    value=shorten(item),
                    reason=reason,
                    kind="body-unreadable",
                )
            )
            continue
        read.append(_read_body(item))
    return read, problems


def _read_body(item: Mapping[str, object]) -> RawBody:
    parent = _text(item.get("parent_id"))
    return RawBody(
        key=_text(item.get("id")),
        name=_text(item.get("name")),
        kind=_text(item.get("type")),
        parent_key="" if parent == "0" else parent,
        description=_text(item.get("description")),
        url=_text(item.get("url")),
        helpline=_text(item.get("helpline")),
        world_id=_text(item.get("world_id")),
    )


def _body_paths(bodies: list[RawBody]) -> dict[str, list[str]]:
    """Return by key the names from the root down to each body. A loop in the tree ends where it closes."""
    by_key = {body.key: body for body in bodies}
    paths: dict[str, list[str]] = {}
    for body in bodies:
        names: list[str] = []
        visited: set[str] = set()
        at: RawBody | None = body
        while at and at.key not in visited and len(names) < _DEEPEST_BODY:
            visited.add(at.key)
            names.append(at.name)
            at = by_key.get(at.parent_key)
        paths[body.key] = names[::-1]
    return paths


def _list_under(value: Mapping[str, object], *keys: str) -> list[object]:
    for key in keys:
        found = value.get(key)
        if isinstance(found, list):
            return found
    return []


def _cut_prompt(value: object) -> object:
    if isinstance(value, str) and _PROMPT in value:
        return value.rpartition(_PROMPT)[2]
    return value


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _unusable(number: int, item: object) -> Problem:
    is_object = isinstance(item, dict)
    return Problem(
        row=number,
        field="",
        value=shorten(item),
        reason="Nothing in this entry names a meeting, a place or a time."
        if is_object
        else "This entry is not an object with named values.",
        kind="row-without-meeting" if is_object else "row-not-an-object",
        is_fatal=True,
    )
