from __future__ import annotations

import pytest

from openchair.directory.importing import bmlt
from openchair.directory.listing import RawBody, RawListing

FORMATS = [
    {"id": "17", "lang": "en", "key_string": "O", "name_string": "Open", "world_id": "OPEN", "format_type_enum": "O"},
    {"id": "17", "lang": "es", "key_string": "A", "name_string": "Abierta", "world_id": "OPEN", "format_type_enum": "O"},
    {"id": "54", "lang": "en", "key_string": "VM", "name_string": "Virtual", "world_id": "VM", "format_type_enum": "FC2"},
    {"id": "60", "lang": "de", "key_string": "KL", "name_string": "Kerzen", "world_id": "", "format_type_enum": None},
]  # fmt: skip
BODIES = [
    {"id": "1", "parent_id": "0", "name": "Region", "type": "RS", "url": "u", "helpline": "h", "world_id": "RG1", "description": "d"},
    {"id": "2", "parent_id": "1", "name": "Area", "type": "AS"},
    {"id": "3", "parent_id": "99", "name": "Orphan", "type": ""},
    {"id": "4", "parent_id": "5", "name": "Loop A"},
    {"id": "5", "parent_id": "4", "name": "Loop B"},
]  # fmt: skip


def read_one(**item: object) -> RawListing:
    meeting = {"id_bigint": "7", "meeting_name": "Clean Start", **item}
    return bmlt.parse(meetings=[meeting], formats=FORMATS, bodies=BODIES).listings[0]


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("start_time", "time"), ("duration_time", "duration"), ("time_zone", "timezone"), ("worldid_mixed", "world_id"),
        ("location_text", "location"), ("location_info", "location_notes"), ("location_street", "address"),
        ("location_municipality", "city"), ("location_province", "state"), ("location_postal_code_1", "postal_code"),
        ("location_nation", "country"), ("comments", "notes"), ("virtual_meeting_link", "conference_url"),
        ("virtual_meeting_additional_info", "conference_url_notes"), ("phone_meeting_number", "conference_phone"),
        ("contact_name_1", "contact_1_name"), ("latitude", "latitude"), ("published", "published"),
    ],
)  # fmt: skip
def test_key_of_the_server_has_its_name_here(given: str, key: str):
    assert read_one(**{given: "x"}).fields[key] == "x"


def test_fellowship_and_identity_are_set():
    listing = read_one()

    assert listing.fields["fellowship"] == "na"
    assert listing.fields["source_key"] == "7"
    assert read_one(root_server_id=5).fields["source_key"] == "5:7"


@pytest.mark.parametrize(("given", "day"), [("1", 0), ("7", 6), (3, 2)])
def test_day_is_counted_from_sunday_as_zero(given: object, day: int):
    assert read_one(weekday_tinyint=given).fields["day"] == day


def test_day_that_is_none_is_reported():
    parsed = bmlt.parse(meetings=[{"meeting_name": "A", "weekday_tinyint": "9"}])

    assert "day" not in parsed.listings[0].fields
    assert [(problem.row, problem.kind) for problem in parsed.problems] == [(1, "day-unreadable")]


@pytest.mark.parametrize("given", ["", None])
def test_missing_day_is_left_out(given: object):
    assert "day" not in read_one(weekday_tinyint=given).fields


@pytest.mark.parametrize(
    ("venue_type", "formats", "attendance"),
    [
        ("1", "O", "in_person"),
        ("2", "O,VM", "online"),
        (3, "O,HY", "hybrid"),
        ("1", "O,TC", "inactive"),
        ("1", "TC,VM", "online"),
        ("2", "TC,VM", "online"),
        ("", "O", None),
        ("8", "O", None),
    ],
)
def test_venue_type_and_closed_rooms_give_attendance(
    venue_type: object, formats: str, attendance: str | None
):
    listing = read_one(venue_type=venue_type, formats=formats)

    assert listing.fields.get("attendance") == attendance


def test_formats_are_given_in_the_language_of_the_row():
    english = read_one(format_shared_id_list="17,54", lang_enum="en").fields["bmlt_formats"]
    spanish = read_one(format_shared_id_list="17,54,60", lang_enum="es").fields["bmlt_formats"]

    assert english == [
        {"key": "O", "world_id": "OPEN", "name": "Open", "kind": "O"},
        {"key": "VM", "world_id": "VM", "name": "Virtual", "kind": "FC2"},
    ]
    assert [entry["key"] for entry in spanish] == ["A", "VM", "KL"]  # type: ignore[index]


def test_formats_without_their_list_are_their_keys():
    listing = bmlt.parse(meetings=[{"meeting_name": "A", "formats": "O,St"}]).listings[0]

    assert listing.fields["bmlt_formats"] == [
        {"key": "O", "world_id": "", "name": "", "kind": ""},
        {"key": "St", "world_id": "", "name": "", "kind": ""},
    ]


def test_prompt_before_a_value_is_cut():
    assert read_one(comments="Notes#@-@#Ring twice").fields["notes"] == "Ring twice"


def test_keys_of_a_servers_own_templates_are_kept():
    listing = read_one(train_lines="A, C", zone="7", bus_lines="")

    assert listing.extra == {"train_lines": "A, C", "zone": "7"}


def test_body_gives_its_name_and_the_path_to_it():
    listing = read_one(service_body_bigint="2")

    assert listing.fields["body_key"] == "2"
    assert listing.fields["body_name"] == "Area"
    assert listing.fields["regions"] == ["Region", "Area"]


def test_bodies_are_read_with_roots_orphans_and_loops():
    parsed = bmlt.parse(meetings=[], bodies=[*BODIES, "text", {"name": "no id"}])

    assert parsed.bodies[0] == RawBody(
        key="1", name="Region", kind="RS", url="u", helpline="h", world_id="RG1", description="d"
    )
    assert [body.parent_key for body in parsed.bodies] == ["", "1", "99", "5", "4"]
    assert [problem.kind for problem in parsed.problems] == ["body-unreadable"] * 2
    assert read_one(service_body_bigint="4").fields["regions"] == ["Loop B", "Loop A"]


def test_entry_that_is_no_meeting_is_reported():
    parsed = bmlt.parse(meetings=[{"id_bigint": "1"}, 5, {}, None])

    assert parsed.rows == 2
    assert [problem.kind for problem in parsed.problems] == [
        "row-without-meeting",
        "row-not-an-object",
    ]
    assert all(problem.is_fatal for problem in parsed.problems)
