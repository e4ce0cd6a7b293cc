from __future__ import annotations

import pytest

from openchair.directory.importing import scrape

PLACE = {
    "address": "20 Brick Rd",
    "location": "Parish Hall",
    "meeting": "Thruway",
    "latLong": {"lat": 41.1, "lng": -74.0},
    "formattedLocation": "20 Brick Rd, Spring Valley, NY 10977, USA",
}


def read_one(**inner: object) -> dict[str, object]:
    parsed = scrape.parse(rows=[{**PLACE, "meetings": [inner]}])
    assert parsed.rows == len(parsed.listings) == 1
    return parsed.listings[0].fields


def test_each_inner_meeting_is_a_row_with_the_place_around_it():
    inner = [
        {"time": "Sunday, 7:00 am to 8:00 am"},
        {"time": "Monday, Noon to 1:00 pm", "type": "Closed"},
    ]

    parsed = scrape.parse(rows=[{**PLACE, "meetings": inner}, {**PLACE, "meetings": inner[:1]}])

    assert [listing.row for listing in parsed.listings] == [1, 2, 3]
    assert parsed.listings[1].fields == {
        "name": "Thruway",
        "location": "Parish Hall",
        "address": "20 Brick Rd",
        "formatted_address": "20 Brick Rd, Spring Valley, NY 10977, USA",
        "latitude": 41.1,
        "longitude": -74.0,
        "day": "Monday",
        "time": "Noon",
        "end_time": "1:00 pm",
        "types": "Closed",
    }


@pytest.mark.parametrize(
    ("text", "day", "time", "end_time"),
    [
        ("Sunday, 7:00 am to 8:00 am", "Sunday", "7:00 am", "8:00 am"),
        ("Friday, 11:00 pm to Midnight", "Friday", "11:00 pm", "Midnight"),
        ("domingo, 19.30", "domingo", "19.30", None),
        ("7:00 am", None, "7:00 am", None),
        ("by appointment", None, "by appointment", None),
    ],
)
def test_day_and_hours_in_one_text_are_parted(
    text: str, day: str | None, time: str, end_time: str | None
):
    fields = read_one(time=text)

    assert (fields.get("day"), fields["time"], fields.get("end_time")) == (day, time, end_time)


def test_number_and_notes_in_the_groups_text_are_parted():
    fields = read_one(
        time="Sunday, 7:00 am", group="BAGELS (Group #10480)\nNOTE: 1st & 3rd Sunday only."
    )

    assert fields["group"] == fields["name"] == "BAGELS"
    assert fields["group_id"] == "10480"
    assert fields["group_notes"] == "NOTE: 1st & 3rd Sunday only."


def test_place_mixed_with_counts_of_neighbours_is_kept_beside():
    parsed = scrape.parse(
        rows=[{**PLACE, "meetings": [{"time": "Sunday, 7 pm", "location": "Hall(6 other)\nX"}]}]
    )

    assert parsed.listings[0].fields["location"] == "Parish Hall"
    assert parsed.listings[0].extra["location_as_found"] == "Hall(6 other)\nX"


def test_entry_inside_that_is_no_object_is_reported():
    parsed = scrape.parse(rows=[{**PLACE, "meetings": [{"time": "Sunday, 7 pm"}, "text"]}])

    assert parsed.rows == 2
    assert [problem.kind for problem in parsed.problems] == ["row-not-an-object"]
