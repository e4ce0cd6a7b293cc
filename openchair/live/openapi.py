"""The description of the public API, OpenAPI 3.1, made once: what docs/api.md tells people, for
programs."""

from __future__ import annotations

from typing import Any

import msgspec

from openchair import __version__
from openchair.directory.searching import (
    ATTENDANCES,
    FARTHEST_KM,
    FARTHEST_MI,
    MEETING_SCHEMA,
    MOST_MEETINGS,
    MOST_MINUTES,
    SORTS,
    USUAL_MEETINGS,
)
from openchair.fellowships.catalog import LANGUAGES, catalog

# Any: a JSON schema is nested objects of any shape; the tests hold it to the standard's own schema.
Json = dict[str, Any]

_HOUR = {"type": "string", "pattern": r"^([01]?\d|2[0-3]):[0-5]\d$"}
_TEXT = {"type": "string", "maxLength": 300}


def describe_api() -> Json:
    """Return the description of everything under /api/v1/, and of /healthz."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Openchair",
            "version": __version__,
            "summary": "Find meetings of twelve-step fellowships.",
            "description": "Open for reading to every site, without a key. Answers may be kept for as long as their "
            "Cache-Control says. Parameters that are not described are left alone; empty ones are as good as absent.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": "meetings"}, {"name": "service"}],
        "paths": {
            "/api/v1/meetings": {"get": _find_meetings()},
            "/api/v1/openapi.json": {"get": _read_description()},
            "/healthz": {"get": _check_health()},
        },
        "components": {
            "schemas": {
                "Meetings": _meetings_schema(),
                "Meeting": _meeting_schema(),
                "Understood": _understood_schema(),
                "Error": _error_schema(),
            }
        },
    }


def _find_meetings() -> Json:
    return {
        "operationId": "findMeetings",
        "tags": ["meetings"],
        "summary": "Find meetings",
        "description": "All parameters combine: a meeting must satisfy every one that is given.",
        "parameters": _parameters(),
        "responses": {
            "200": {
                "description": "The meetings found, the next to start first unless asked otherwise.",
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": _json({"$ref": "#/components/schemas/Meetings"}),
            },
            "304": {"description": "The answer is still the one that If-None-Match names."},
            "400": _error(
                "A parameter can't be meant, a place is not known, or a cursor is not ours."
            ),
            "414": _error("The question is too long."),
        },
    }


def _read_description() -> Json:
    return {
        "operationId": "readDescription",
        "tags": ["service"],
        "summary": "Read this description",
        "responses": {
            "200": {"description": "This document.", "content": _json({"type": "object"})},
            "304": {"description": "It has not changed."},
        },
    }


def _check_health() -> Json:
    body = {
        "type": "object",
        "properties": {"status": {"const": "ok"}},
        "required": ["status"],
    }
    return {
        "operationId": "checkHealth",
        "tags": ["service"],
        "summary": "Ask whether the server answers",
        "responses": {"200": {"description": "It does.", "content": _json(body)}},
    }


def _parameters() -> list[Json]:
    return [
        *_word_parameters(),
        *_time_parameters(),
        *_kind_parameters(),
        *_place_parameters(),
        *_answer_parameters(),
    ]


def _word_parameters() -> list[Json]:
    return [
        _parameter(
            "q",
            {"type": "string"},
            "Words as a person types them, in English, Spanish or French: “women tonight near 02139”. What was understood "
            "is told in `understood`; the rest is searched as text. Only the first 200 characters and 30 words count.",
            "women tonight near 02139",
        ),
    ]


def _time_parameters() -> list[Json]:
    return [
        _several(
            "day", {"type": "integer", "minimum": 0, "maximum": 6}, "0 Sunday … 6 Saturday.", 6
        ),
        _parameter("after", _HOUR, "Starts at this time or later, local to the meeting.", "18:00"),
        _parameter(
            "before",
            _HOUR,
            "Starts earlier than this, local to the meeting. Earlier than `after`, it is the next day's.",
            "21:30",
        ),
        _parameter(
            "within_minutes",
            {"type": "integer", "minimum": 1, "maximum": MOST_MINUTES},
            "Starts within so many minutes from now, wherever it is.",
            60,
        ),
        _parameter(
            "timezone",
            _TEXT,
            "The searcher's zone, an IANA name: what “tonight” means where no place is named.",
            "America/New_York",
        ),
    ]


def _kind_parameters() -> list[Json]:
    type_text = {**_TEXT, "examples": _type_examples()}
    attendance = {"type": "string", "enum": list(ATTENDANCES)}
    language = {"type": "string", "pattern": "^[A-Za-z]{2,3}$"}
    packs = {"type": "string", "enum": list(catalog().fellowships)}
    return [
        _several("fellowship", packs, "One of these fellowships.", "aa"),
        _several(
            "type",
            type_text,
            "Every one of these types: a code as the fellowship writes it (`W`), a code with its fellowship (`aa:W`), or "
            "a word for what several fellowships have under different codes (`women`).",
            "women",
        ),
        _several("any_type", type_text, "One of these types.", "lgbtq"),
        _several("not_type", type_text, "None of these types.", "men"),
        _several(
            "attendance",
            attendance,
            "`in_person` and `online` find hybrid meetings too, `hybrid` only those; `inactive` finds meetings that can't "
            "be attended for now.",
            "online",
        ),
        _several("language", language, "Held in one of these languages, ISO 639-1.", "es"),
        _several(
            "region", _TEXT, "In one of these regions, a path of the tree.", "new-york/brooklyn"
        ),
        _several("body", _TEXT, "Served by one of these service bodies, or by one below it.", "12"),
    ]


def _place_parameters() -> list[Json]:
    return [
        _parameter(
            "near",
            _TEXT,
            "A place name, with its state or country where need be, or a postal code. Without a radius 5 miles (10 km) "
            "around a postal code or town, 15 miles (25 km) around a city of 100,000.",
            "Cambridge, MA",
        ),
        _parameter("lat", _between(-90, 90), "Latitude in degrees, with `lng`.", 42.36),
        _parameter("lng", _between(-180, 180), "Longitude in degrees, with `lat`.", -71.06),
        _parameter(
            "radius_km",
            {"type": "number", "exclusiveMinimum": 0, "maximum": FARTHEST_KM},
            "No farther than this from `near`, or from `lat` and `lng`, or from the place in `q`.",
            8,
        ),
        _parameter(
            "radius_mi",
            {"type": "number", "exclusiveMinimum": 0, "maximum": FARTHEST_MI},
            "The same in miles.",
            5,
        ),
        _parameter(
            "bbox",
            {"type": "string", "pattern": r"^[^,]+(,[^,]+){3}$"},
            "west,south,east,north in degrees, for a map. West may be greater than east: then it crosses the date line.",
            "-71.2,42.3,-71.0,42.4",
        ),
    ]


def _answer_parameters() -> list[Json]:
    limit = {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST_MEETINGS,
        "default": USUAL_MEETINGS,
    }
    return [
        _parameter(
            "sort",
            {"type": "string", "enum": list(SORTS)},
            "Without it: `next` when a time is asked for, else `distance` when a place is, else `relevance` when words are "
            "searched as text, else `next`. `distance` without a place is as good as absent.",
            "next",
        ),
        _parameter("limit", limit, "At most so many meetings.", 50),
        _parameter("cursor", _TEXT, "`next_cursor` of the answer before: the page after it.", None),
        _parameter(
            "facets",
            {"type": "string", "enum": ["0", "1"], "default": "0"},
            "1 counts the meetings found by every filter.",
            "1",
        ),
        _parameter(
            "lang",
            {"type": "string", "enum": list(LANGUAGES)},
            "The language of `means` in `understood`.",
            "es",
        ),
    ]


def _parameter(name: str, schema: Json, description: str, example: object) -> Json:
    parameter = {"name": name, "in": "query", "description": description, "schema": schema}
    return parameter if example is None else {**parameter, "example": example}


def _several(name: str, item: Json, description: str, example: object) -> Json:
    return {
        "name": name,
        "in": "query",
        "description": f"{description} May be repeated.",
        "schema": {"type": "array", "items": item},
        "style": "form",
        "explode": True,
        "example": [example],
    }


def _between(least: float, most: float) -> Json:
    return {"type": "number", "minimum": least, "maximum": most}


def _type_examples() -> list[str]:
    """Return concepts, then codes with their fellowships: examples and no enum, since plain codes
    are taken too."""
    concepts = [each for each in catalog().concepts if not each.startswith("language-")]
    codes = [f"{pack.id}:{code}" for pack in catalog().fellowships.values() for code in pack.types]
    return concepts + codes


def _meetings_schema() -> Json:
    count = {
        "type": "object",
        "properties": {"value": {"type": "string"}, "count": {"type": "integer"}},
        "required": ["value", "count"],
    }
    return _object(
        {
            "total": {
                "type": "integer",
                "minimum": 0,
                "description": "How many were found in all.",
            },
            "meetings": {"type": "array", "items": {"$ref": "#/components/schemas/Meeting"}},
            "next_cursor": {
                "type": ["string", "null"],
                "description": "Ask again with it for the next page; null on the last.",
            },
            "understood": {"type": "array", "items": {"$ref": "#/components/schemas/Understood"}},
            "facets": {
                "type": "object",
                "description": "With facets=1: by filter, the values found, most frequent first. Values of `type` stand as "
                "`aa:W` and as `concept:women`; both can be asked for.",
                "properties": {
                    name: {"type": "array", "items": count} for name in MEETING_SCHEMA.filters
                },
            },
        }
    )


def _meeting_schema() -> Json:
    text, number = {"type": "string"}, {"type": ["number", "null"]}
    required = {
        "id": text,
        "slug": text,
        "name": text,
        "fellowship": {"type": "string", "description": "The id of its fellowship."},
        "day": {"type": ["integer", "null"], "minimum": 0, "maximum": 6},
        "time": {"type": ["string", "null"], "description": "HH:MM, local to the meeting."},
        "timezone": text,
        "attendance": {"type": "string", "enum": list(ATTENDANCES)},
        "types": {"type": "array", "items": text, "description": "Codes of its fellowship."},
        "next_start": {
            "type": ["string", "null"],
            "description": "The next start in UTC, ISO 8601; null when none is known.",
        },
    }
    optional = {
        "end_time": {"type": ["string", "null"]},
        "latitude": number,
        "longitude": number,
        "distance_km": {
            "type": ["number", "null"],
            "description": "From the point asked for; absent when none was, null for a meeting that is nowhere.",
        },
        "conference_url": {"type": ["string", "null"]},
        "conference_phone": {"type": ["string", "null"]},
        "url": {"type": ["string", "null"], "description": "Its page."},
    }
    return _object(required, optional)


def _understood_schema() -> Json:
    text = {"type": "string"}
    required: Json = {
        "text": {"type": "string", "description": "The words of `q`, as typed."},
        "means": {
            "type": "string",
            "description": "What they were taken for, as a short sentence.",
        },
    }
    optional: Json = {
        "kind": text,
        "value": text,
        "q_without": {"type": "string", "description": "`q` without them, to ask again."},
        "is_negative": {"type": "boolean", "description": "True for “not women”."},
    }
    return _object(required, optional)


def _error_schema() -> Json:
    text = {"type": "string"}
    return _object(
        {
            "error": _object(
                {
                    "parameter": {"type": "string", "description": "Its name."},
                    "value": text,
                    "allowed": {"type": "string", "description": "What can be meant."},
                    "message": {"type": "string", "description": "All of it as a sentence."},
                }
            )
        }
    )


def _object(required: Json, optional: Json | None = None) -> Json:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
    }


def _error(description: str) -> Json:
    return {
        "description": description,
        "content": _json({"$ref": "#/components/schemas/Error"}),
    }


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


DOCUMENT_BYTES = msgspec.json.encode(describe_api())
