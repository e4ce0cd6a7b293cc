"""The description of the API is valid, and says what the API does: no more, no less."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import jsonschema_rs
import msgspec
import pytest
from schemathesis.specs.openapi import definitions

from openchair.directory.searching import PARAMETERS, BadParameter, SearchSettings, read_parameters
from openchair.directory.tests.few_places import FewPlaces
from openchair.live.openapi import DOCUMENT_BYTES, describe_api

DOCUMENT = msgspec.json.decode(DOCUMENT_BYTES)
FIND = DOCUMENT["paths"]["/api/v1/meetings"]["get"]
DESCRIBED = {each["name"]: each for each in FIND["parameters"]}
GUIDE = Path(__file__).parents[3] / "docs" / "api.md"
# Asked alone these are refused: a point takes both, and a distance needs one to be measured from.
BESIDE = {
    "lat": [("lng", "1")],
    "lng": [("lat", "1")],
    "radius_km": [("near", "Boston")],
    "radius_mi": [("near", "Boston")],
}


def schema(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}


def read(pairs):
    return read_parameters(
        query_string=urlencode(pairs),
        now=datetime(2026, 3, 11, tzinfo=UTC),
        settings=SearchSettings(),
        gazetteer=FewPlaces(),
    )


def is_refused(pairs) -> bool:
    try:
        read(pairs)
    except BadParameter:
        return True
    return False


def test_the_description_is_openapi_3_1():
    jsonschema_rs.validator_for(definitions.OPENAPI_31).validate(DOCUMENT)


def test_the_bytes_are_the_description():
    assert describe_api() == DOCUMENT


def test_every_schema_is_json_schema():
    for each in DOCUMENT["components"]["schemas"].values():
        jsonschema_rs.meta.validate(
            {"$schema": "https://json-schema.org/draft/2020-12/schema"} | each
        )
    for each in DESCRIBED.values():
        jsonschema_rs.meta.validate(
            {"$schema": "https://json-schema.org/draft/2020-12/schema"} | each["schema"]
        )


def test_every_parameter_is_described_and_every_described_one_is_read():
    assert set(DESCRIBED) == set(PARAMETERS)


@pytest.mark.parametrize("name", sorted(set(PARAMETERS) - {"cursor"}))
def test_the_example_of_a_parameter_is_taken(name):
    example = DESCRIBED[name]["example"]
    values = example if isinstance(example, list) else [example]

    read([*((name, value) for value in values), *BESIDE.get(name, [])])


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_what_may_be_repeated_is_described_as_a_list(name):
    value = getattr(read([]).parameters, name)
    is_list = DESCRIBED[name]["schema"].get("type") == "array"

    assert is_list == (value == ())


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_every_allowed_value_is_taken_and_one_beyond_is_not(name):
    described = DESCRIBED[name]["schema"]
    described = described.get("items", described)
    beside = BESIDE.get(name, [])

    for value in described.get("enum", []):
        assert not is_refused([(name, value), *beside])
    if "enum" in described:
        assert is_refused([(name, "zz"), *beside])
    for edge, step in (("minimum", -1), ("maximum", 1)):
        if edge in described:
            assert not is_refused([(name, described[edge]), *beside])
            assert is_refused([(name, described[edge] + step), *beside])


def test_an_answer_and_an_error_fit_their_schemas():
    understood = msgspec.to_builtins(read([("q", "not women tonight")]).understood)
    meeting = {
        "id": "1",
        "slug": "serenity",
        "name": "Serenity",
        "fellowship": "aa",
        "day": 3,
        "time": "19:00",
        "timezone": "America/New_York",
        "attendance": "hybrid",
        "types": ["O"],
        "next_start": "2026-03-11T23:00:00Z",
    }
    answer = {
        "total": 1,
        "meetings": [meeting],
        "next_cursor": None,
        "understood": understood,
        "facets": {"day": [{"value": "3", "count": 1}]},
    }
    error = {"parameter": "day", "value": "9", "allowed": "0 to 6", "message": "Use 0 to 6."}

    jsonschema_rs.validate(schema("Meetings"), answer)
    jsonschema_rs.validate(schema("Error"), {"error": error})
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(schema("Meetings"), answer | {"meetings": [{}]})


def test_every_parameter_has_its_line_in_the_guide():
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", GUIDE.read_text(encoding="utf-8"), re.M))

    assert documented == set(PARAMETERS)


def test_every_question_in_the_guide_can_be_asked():
    questions = re.findall(r"/api/v1/meetings\?([^\s\"'`]+)", GUIDE.read_text(encoding="utf-8"))

    assert len(questions) >= 8
    for question in questions:
        read_parameters(
            query_string=question,
            now=datetime(2026, 3, 11, tzinfo=UTC),
            settings=SearchSettings(),
            gazetteer=FewPlaces(),
        )
