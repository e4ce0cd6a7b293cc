from __future__ import annotations

import pytest

from openchair.directory.importing import headers, meeting_guide


def read_one(**item: object) -> tuple[dict[str, object], dict[str, object]]:
    parsed = meeting_guide.parse(rows=[{"name": "A", "day": 1, **item}])
    listing = parsed.listings[0]
    fields = {key: value for key, value in listing.fields.items() if key not in ("name", "day")}
    return fields, listing.extra


@pytest.mark.parametrize("key", sorted(headers.FIELDS))
def test_every_known_key_keeps_its_value_as_found(key: str):
    values = [" 7:00 PM", 0, 3, 41.5, True, None, ["O", None], [1, 3]]

    for value in values:
        fields, extra = meeting_guide.sort_keys({"city": "", key: value})

        assert fields[key] is value
        assert not extra


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("zip", "postal_code"),
        ("meeting", "name"),
        ("location_name", "location"),
        ("start_time", "time"),
        ("full_address", "formatted_address"),
        ("attendance_option", "attendance"),
        ("meetingNotes", "notes"),
        ("locationNotes", "location_notes"),
        ("lastContact", "last_contact"),
        ("Conference URL Notes", "conference_url_notes"),
        ("lat", "latitude"),
        ("lng", "longitude"),
        ("type", "types"),
        ("Sub Region", "sub_region"),
        ("Contact 1 Email", "contact_1_email"),
        ("Contact Email", "contact_1_email"),
    ],
)
def test_key_under_another_name_is_known(given: str, canonical: str):
    fields, extra = meeting_guide.sort_keys({"city": "Rome", given: "x"})

    assert fields == {"city": "Rome", canonical: "x"}
    assert extra == {}


def test_better_name_wins_over_another_and_the_other_is_kept():
    fields, extra = read_one(venue="Hall B", location="St Mark's")

    assert fields == {"location": "St Mark's"}
    assert extra == {"venue": "Hall B"}


def test_other_name_fills_an_empty_better_one():
    fields, extra = read_one(location="", venue="Hall B")

    assert fields == {"location": "Hall B"}
    assert extra == {}


@pytest.mark.parametrize("key", sorted(headers.INTERNAL - {"id"}))
def test_internals_of_the_plugin_are_kept_beside(key: str):
    fields, extra = read_one(**{key: 7})

    assert fields == {}
    assert extra == {key: 7}


def test_unknown_keys_are_kept_with_their_values():
    _, extra = read_one(append=" ", Farbe="rot", flags=["a", "b"])

    assert extra == {"append": " ", "Farbe": "rot", "flags": ["a", "b"]}


def test_id_is_the_slug_only_where_there_is_none():
    assert read_one(id=12)[0] == {"slug": 12}
    assert read_one(id=12, slug="a") == ({"slug": "a"}, {"id": 12})


def test_lone_address_is_the_whole_one():
    assert read_one(address="1 High St, Leeds")[0] == {"formatted_address": "1 High St, Leeds"}
    assert read_one(address="1 High St", city="Leeds")[0] == {
        "address": "1 High St",
        "city": "Leeds",
    }


def test_login_names_are_among_what_is_never_published():
    _, extra = read_one(author="alice")

    assert set(extra) <= headers.PRIVATE_EXTRA


@pytest.mark.parametrize(
    ("item", "fields"),
    [
        ({"location": {"name": "Hall", "address": "1 High St", "city": "Leeds"}}, {"location": "Hall", "address": "1 High St", "city": "Leeds"}),
        ({"latLong": {"lat": 1.5, "lng": 2.5}}, {"latitude": 1.5, "longitude": 2.5}),
        ({"group": {"name": "Home Group"}}, {"group": "Home Group"}),
        ({"types": [{"code": "O", "name": "Open"}, {"code": "D"}]}, {"types": ["O", "D"]}),
        ({"types": ["O", {"name": "Open"}]}, {"types": ["O", "Open"]}),
        ({"updated": {"$date": "2024-01-01"}}, {"updated": "2024-01-01"}),
    ],
)  # fmt: skip
def test_objects_within_a_row_are_opened(item: dict[str, object], fields: dict[str, object]):
    assert read_one(**item) == (fields, {})


def test_depths_that_nobody_knows_are_kept_as_their_text():
    _, extra = read_one(odd={"a": {"b": [1, {"c": 2}]}, "list": [[1], 2]})

    assert extra == {"odd.a": '{"b":[1,{"c":2}]}', "odd.list": ["[1]", 2]}


@pytest.mark.parametrize("value", [0, "0", "Sunday", [0], ["0", "3"]])
def test_sunday_alone_is_enough_to_name_a_meeting(value: object):
    parsed = meeting_guide.parse(rows=[{"day": value}])

    assert parsed.listings[0].fields == {"day": value}


def test_meeting_by_appointment_is_read_beside_others():
    parsed = meeting_guide.parse(rows=[{"name": "A", "slug": "a"}, {"name": "B", "day": 1}])

    assert len(parsed.listings) == 2
