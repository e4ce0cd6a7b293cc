from __future__ import annotations

import json
from pathlib import Path

import pytest

from openchair.directory.importing import reading
from openchair.directory.importing.reading import CannotRead, read
from openchair.directory.listing import Parsed, RawListing

MEETING = {"name": "Daily Reprieve", "slug": "daily-reprieve", "day": 1, "time": "19:00"}
BMLT_MEETING = {
    "id_bigint": "7",
    "weekday_tinyint": "2",
    "start_time": "19:00:00",
    "service_body_bigint": "3",
    "meeting_name": "Clean Start",
}


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def only(parsed: Parsed) -> RawListing:
    assert len(parsed.listings) == 1
    return parsed.listings[0]


def kinds(parsed: Parsed) -> list[str]:
    return [problem.kind for problem in parsed.problems]


@pytest.mark.parametrize(
    ("data", "format_name"),
    [
        (as_json([MEETING]), "meeting-guide"),
        (b"[]", "meeting-guide"),
        (b"Name,Day,Time\nDaily Reprieve,Monday,7 pm\n", "csv"),
        (b"Name;Day;Time\nDaily Reprieve;Monday;7 pm\n", "csv"),
        (b"Name\tDay\tTime\nDaily Reprieve\tMonday\t7 pm\n", "csv"),
        (
            b"Time,End Time,Day,Name,Slug,Author,Website 2,Group Notes,Location Notes\n7 pm,,Monday,A,a,,,,\n",
            "tsml-csv",
        ),
        (as_json([BMLT_MEETING]), "bmlt"),
        (as_json([{"location": "Hall", "meetings": [MEETING]}]), "nested"),
        (as_json([["Name", "Day", "Time"], ["Daily Reprieve", "Monday", "7 pm"]]), "csv"),
    ],
)
def test_format_is_recognised_by_what_is_inside(data: bytes, format_name: str):
    parsed = read(data=data)

    assert parsed.format == format_name
    assert parsed.format in reading.FORMATS
    assert parsed.rows == len(parsed.listings)


@pytest.mark.parametrize(
    "value",
    [
        {"meetings": [MEETING]},
        {"data": {"meetings": [MEETING]}},
        {"status": "ok", "results": [MEETING]},
        {"anything_at_all": [MEETING]},
        {"12": MEETING, "13": {}},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": MEETING}]},
        {"records": [{"id": "rec1", "createdTime": "2024-01-01", "fields": MEETING}]},
        {"range": "A1:D2", "values": [["Name", "Slug", "Day", "Time"], ["Daily Reprieve", "daily-reprieve", "1", "19:00"]]},
    ],
    ids=["meetings", "two deep", "results", "any name", "by id", "GeoJSON", "Airtable", "Google"],
)  # fmt: skip
def test_wrapper_around_the_list_is_opened(value: object):
    listing = only(read(data=as_json(value)))

    assert listing.fields["name"] == "Daily Reprieve"
    assert listing.fields["slug"] == "daily-reprieve"
    assert str(listing.fields["day"]) == "1"


def test_record_id_of_a_wrapper_becomes_the_key_of_the_source():
    airtable = {"records": [{"id": "rec1", "fields": {"Meeting Name": "A", "Day": "Monday"}}]}
    mongo = [{"_id": {"$oid": "5f2b"}, "name": "A", "day": {"$numberInt": "1"}}]

    assert only(read(data=as_json(airtable))).fields["source_key"] == "rec1"
    assert only(read(data=as_json(mongo))).fields == {"name": "A", "day": "1", "source_key": "5f2b"}


def test_point_of_geojson_is_read_longitude_first():
    feature = {
        "type": "Feature",
        "properties": MEETING,
        "geometry": {"type": "Point", "coordinates": [-71.1, 42.3]},
    }

    listing = only(read(data=as_json({"features": [feature]})))

    assert (listing.fields["latitude"], listing.fields["longitude"]) == (42.3, -71.1)


def test_what_lies_beside_the_list_is_reported():
    parsed = read(data=as_json({"version": 2, "meetings": [MEETING]}))

    assert [(problem.kind, problem.value) for problem in parsed.problems] == [
        ("beside-the-list", "version")
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + as_json([MEETING]),
        json.dumps([MEETING]).encode("utf-16"),
        json.dumps([MEETING]).encode("utf-16-le"),
        json.dumps([MEETING]).encode("utf-32"),
        b"/**/callback(" + as_json([MEETING]) + b");",
        b"app.show(" + as_json([MEETING]) + b")",
        as_json(MEETING) + b"\n" + as_json({**MEETING, "name": ""}) + b"\n",
    ],
    ids=["BOM", "UTF-16", "UTF-16 unmarked", "UTF-32", "JSONP", "dotted JSONP", "line by line"],
)
def test_json_is_read_however_it_is_written(data: bytes):
    assert read(data=data).listings[0].fields == MEETING


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ('[{"name": "A", "day": 1, "latitude": NaN}]', "latitude", None),
        ('[{"name": "A", "day": 1, "latitude": -Infinity}]', "latitude", None),
        ('[{"name": "A", "day": 1, "latitude": 1e999}]', "latitude", "1e999"),
        ('[{"name": "A", "day": 1, "slug": %s}]' % ("9" * 9000), "slug", "9" * 9000),
        ('[{"name": "A\\u0000B", "day": 1}]', "name", "AB"),
        ('[{"name": "A\\ud800B", "day": 1}]', "name", "AB"),
        ('[{"name": "A\tB", "day": 1}]', "name", "A\tB"),
        ('[{"name": "A", "name": "B", "day": 1}]', "name", "B"),
    ],
    ids=["NaN", "infinity", "too large", "long number", "NUL", "surrogate", "raw tab", "twice"],
)
def test_oddity_of_json_costs_its_value_at_most(text: str, field: str, value: object):
    assert only(read(data=text.encode())).fields[field] == value


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Café du Matin"),
        ("cp1252", "Grupo Mañana"),
        ("cp1252", "Früh übt sich"),
        ("cp1252", "Women’s “Big Book” – Study"),
        ("cp1250", "Grupa Wtorkowa „Źródło” w kościele świętej Łucji, wejście od tyłu, spotkania otwarte"),
        ("cp1251", "Группа Надежда, открытое собрание по вторникам в церкви"),
    ],
)  # fmt: skip
def test_text_in_an_old_encoding_is_read_and_reported(encoding: str, name: str):
    data = f'Name,Day,Time\n"{name}",Monday,7 pm\n'.encode(encoding)

    parsed = read(data=data)

    assert only(parsed).fields["name"] == name
    assert kinds(parsed) == ["encoding-guessed"]


def test_few_broken_bytes_in_good_utf8_do_not_change_the_encoding():
    data = "Name,Day,Time\nÀ côté, déjà vu élève,Monday,7 pm\n".replace(", d", " d").encode()
    broken = data.replace(b"vu", b"v\xe9")

    parsed = read(data=broken)

    assert only(parsed).fields["name"] == "À côté déjà v\ufffd élève"
    assert kinds(parsed) == ["encoding-damaged"]


def test_nul_bytes_are_left_out_and_reported():
    parsed = read(data=b"Name,Day,Time\nDaily\0 Reprieve of the evening,Monday,7 pm\n")

    assert only(parsed).fields["name"] == "Daily Reprieve of the evening"
    assert kinds(parsed) == ["nul-removed"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"\xef\xbb\xbf", "names a day"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", r"\.xlsx"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"PK\x03\x04" + b"\0" * 40, "damaged"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (bytes(range(32)) * 20, "not text"),
        (b"Hello there, this is a letter.", "names a day or a time"),
        (b"id,colour\n1,red\n", "The columns found are: id, colour"),
        (b'[{"name": "A", "day": 1}, {"name": "B', "not whole JSON.*line 1, column"),
        (b"{", "not whole JSON"),
        (b"[1, 2, 3]", "None of the entries names a meeting"),
        (b'[{"colour": "red"}]', "None of the entries names a meeting"),
        (b'[{"name": "Clinic", "city": "Boston"}]', "do not look like meetings"),
        (b'{"a": 1}', "no list of meetings"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (as_json([{"key_string": "O", "name_string": "Open", "format_type_enum": "O"}]), "formats"),
        (as_json([{"id": "1", "parent_id": "0", "name": "Area", "type": "AS"}]), "service bodies"),
    ],
)
def test_what_is_no_list_of_meetings_is_refused_with_a_reason(data: bytes, said: str):
    with pytest.raises(CannotRead, match=said):
        read(data=data)


def test_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(CannotRead, match="meeting-guide, csv, tsml-csv, bmlt, nested, xlsx"):
        read(data=b"[]", format="ical")


@pytest.mark.parametrize("format_name", reading.FORMATS)
def test_named_format_is_held_to(format_name: str):
    with pytest.raises(CannotRead):
        read(data=b"Hello there, this is a letter.", format=format_name)


@pytest.mark.parametrize(
    "data",
    [
        as_json([MEETING] * 4),
        as_json([BMLT_MEETING] * 4),
        b"Name,Day,Time\n" + b"A,Monday,7 pm\n" * 4,
        as_json({"meetings": [BMLT_MEETING] * 4, "formats": []}),
    ],
)
def test_list_with_too_many_rows_is_refused(data: bytes):
    with pytest.raises(CannotRead, match="more than"):
        read(data=data, max_rows=3)


def test_folder_of_a_server_is_read_with_its_formats_and_bodies(tmp_path: Path):
    meeting = {**BMLT_MEETING, "format_shared_id_list": "17", "lang_enum": "en"}
    formats = [{"id": "17", "lang": "en", "key_string": "O", "name_string": "Open", "world_id": "OPEN", "format_type_enum": "O"}]  # fmt: skip
    (tmp_path / "meetings.json").write_bytes(as_json([meeting]))
    (tmp_path / "formats.json").write_bytes(as_json(formats))
    (tmp_path / "service_bodies.json").write_bytes(as_json([{"id": "3", "parent_id": "0", "name": "Area"}]))  # fmt: skip

    parsed = reading.read_folder(folder=tmp_path)

    assert only(parsed).fields["bmlt_formats"] == [
        {"key": "O", "world_id": "OPEN", "name": "Open", "kind": "O"}
    ]
    assert only(parsed).fields["body_name"] == "Area"


def test_folder_without_meetings_is_refused(tmp_path: Path):
    with pytest.raises(CannotRead, match=r"no meetings\.json"):
        reading.read_folder(folder=tmp_path)


def test_broken_file_in_a_folder_is_named(tmp_path: Path):
    (tmp_path / "meetings.json").write_bytes(as_json([BMLT_MEETING]))
    (tmp_path / "formats.json").write_bytes(b"[{")

    with pytest.raises(CannotRead, match=r"formats\.json: This is not whole JSON"):
        reading.read_folder(folder=tmp_path)


def test_row_that_names_nothing_is_reported_and_blank_ones_are_no_rows():
    parsed = read(data=as_json([MEETING, {}, None, {"name": " "}, "text", {"colour": "red"}, 5]))

    assert parsed.rows == 4
    assert len(parsed.listings) == 1
    assert [(p.row, p.kind, p.is_fatal) for p in parsed.problems] == [
        (2, "row-not-an-object", True),
        (3, "row-without-meeting", True),
        (4, "row-not-an-object", True),
    ]
