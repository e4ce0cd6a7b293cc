from __future__ import annotations

import pytest

from openchair.directory.importing import headers
from openchair.directory.importing.reading import CannotRead, read
from openchair.directory.listing import Parsed, RawListing

HEADER = "Name,Day,Time,Address,City"


def read_text(text: str) -> Parsed:
    return read(data=text.encode())


def read_row(header: str, row: str) -> RawListing:
    parsed = read_text(f"{header}\n{row}\n")
    assert parsed.rows == len(parsed.listings) == 1
    return parsed.listings[0]


def kinds(parsed: Parsed) -> list[str]:
    return [problem.kind for problem in parsed.problems]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Meeting Name,Day,Start Time,End Time,Venue,Street Address,Town,State,Zip Code,Description", "A,Mon,7 pm,8 pm,Hall,1 High St,Leeds,X,9,n"),
        ("Nombre,Día,Hora,Hora de fin,Lugar,Dirección,Ciudad,Provincia,Código postal,Notas", "A,Mon,7 pm,8 pm,Hall,1 High St,Leeds,X,9,n"),
        ("Nom,Jour,Heure,Heure de fin,Lieu,Adresse,Ville,Province,Code postal,Remarques", "A,Mon,7 pm,8 pm,Hall,1 High St,Leeds,X,9,n"),
        ("Name,Wochentag,Uhrzeit,Ende,Veranstaltungsort,Straße,Stadt,Bundesland,PLZ,Bemerkungen", "A,Mon,7 pm,8 pm,Hall,1 High St,Leeds,X,9,n"),
        ("NAME , day,TIME,End-Time,location name,Address,city,Province,postcode,NOTE", "A,Mon,7 pm,8 pm,Hall,1 High St,Leeds,X,9,n"),
    ],
    ids=["English", "Spanish", "French", "German", "untidy"],
)  # fmt: skip
def test_plain_words_for_columns_are_known(header: str, row: str):
    assert read_row(header, row).fields == {
        "name": "A",
        "day": "Mon",
        "time": "7 pm",
        "end_time": "8 pm",
        "location": "Hall",
        "address": "1 High St",
        "city": "Leeds",
        "state": "X",
        "postal_code": "9",
        "notes": "n",
    }


def test_every_word_for_a_column_means_one_thing():
    words = [
        (headers.fold(word), key)
        for key, line in headers._WORDS.items()
        for word in line.split(",")
    ]

    assert len({word for word, _ in words}) == len(words)
    assert {key for _, key in words} <= headers.FIELDS


def test_unknown_and_repeated_columns_are_kept_beside():
    listing = read_row("Name,Day,Time,Colour,Notes,Notes,", "A,Mon,7 pm,red,first,second,third")

    assert listing.fields["notes"] == "first"
    assert listing.extra == {"Colour": "red", "Notes": "second", "column 7": "third"}


def test_id_column_is_the_slug_where_there_is_none():
    assert read_row("ID,Name,Day,Time", "12,A,Mon,7 pm").fields["slug"] == "12"
    both = read_row("ID,Slug,Name,Day,Time", "12,a,A,Mon,7 pm")
    assert (both.fields["slug"], both.extra) == ("a", {"ID": "12"})


def test_address_without_town_column_is_the_whole_one():
    assert "formatted_address" in read_row("Name,Day,Time,Address", "A,Mon,7 pm,1 High St").fields
    assert "address" in read_row("Name,Day,Time,Address,Postcode", "A,Mon,7 pm,1 High St,X").fields


def test_table_without_a_single_place_lists_online_meetings():
    online = read_row("Name,Day,Time,Video,Desc", "A,Mon,7 pm,https://zoom.us/j/1,n")

    assert online.fields["attendance"] == "online"
    assert online.fields["conference_url"] == "https://zoom.us/j/1"
    assert "attendance" not in read_row("Name,Day,Time,Zoom,City", "A,Mon,7 pm,u,Rome").fields


@pytest.mark.parametrize("yes", ["Yes", "y", "TRUE", "x", "1", "✓", "sí"])
def test_yes_in_a_column_of_a_type_adds_the_type(yes: str):
    listing = read_row("Name,Day,Time,Types,Wheelchair", f"A,Mon,7 pm,Open,{yes}")

    assert listing.fields["types"] == "Open, Wheelchair Access"


def test_no_in_a_column_of_a_type_is_kept_beside():
    listing = read_row("Name,Day,Time,Types,Wheelchair", "A,Mon,7 pm,Open,False")

    assert listing.fields["types"] == "Open"
    assert listing.extra == {"Wheelchair": "False"}


def test_notice_above_the_header_is_reported():
    parsed = read_text(f"Last updated in May,,,,\n\n{HEADER}\nA,Mon,7 pm,1 High St,Leeds\n")

    assert len(parsed.listings) == 1
    assert [(p.row, p.kind, p.value) for p in parsed.problems] == [
        (0, "notice-above-header", "Last updated in May")
    ]


def test_blank_rows_are_no_rows():
    parsed = read_text(f"{HEADER}\n,,,,\n\nA,Mon,7 pm,1 High St,Leeds\n , ,,,\n")

    assert parsed.rows == 1
    assert parsed.listings[0].row == 1
    assert parsed.problems == []


def test_note_under_the_table_is_reported_as_no_meeting():
    parsed = read_text(f"{HEADER}\nA,Mon,7 pm,1 High St,Leeds\nPrinted by the office,,,,\n")

    assert parsed.rows == 2
    assert [(p.row, p.kind, p.is_fatal) for p in parsed.problems] == [(2, "row-is-a-note", True)]


def test_row_with_other_cells_than_the_header_is_kept_and_reported():
    parsed = read_text(f"{HEADER}\nA,Mon,7 pm,1 High St,Leeds,more\nB,Mon,8 pm\n")

    assert len(parsed.listings) == 2
    assert parsed.listings[0].extra == {"column 6": "more"}
    assert kinds(parsed) == ["too-many-cells", "too-few-cells"]


def test_short_rows_from_google_are_whole():
    parsed = read(data=b'{"values": [["Name", "Day", "Time", "Notes"], ["A", "Mon", "7 pm"]]}')

    assert parsed.problems == []


def test_quote_that_is_never_closed_costs_its_own_row_alone():
    rows = "".join(f"M{n},Mon,7 pm,1 High St,Leeds\n" for n in range(250))

    parsed = read_text(f'{HEADER}\nA,Mon,7 pm,"1 High St,Leeds\n{rows}')

    assert parsed.rows == 251
    assert len(parsed.listings) == 250
    assert [(p.row, p.kind, p.is_fatal) for p in parsed.problems] == [(1, "row-broken", True)]


def test_open_quote_near_the_end_costs_its_own_row_alone():
    parsed = read_text(
        f'{HEADER}\nA,Mon,7 pm,"1 High St,Leeds\nB,Tue,7 pm,2 High St,Leeds\nC,Wed,7 pm,3 High St,Leeds\n'
    )

    assert [listing.fields["name"] for listing in parsed.listings] == ["B", "C"]
    assert kinds(parsed) == ["row-broken"]


def test_notes_of_many_lines_stay_one_row():
    notes = "\n".join(f"line {n}" for n in range(60))

    parsed = read_text(f'Name,Day,Notes\nA,Mon,"{notes}"\nB,Tue,"one\n""two"""\n')

    assert parsed.listings[0].fields["notes"] == notes
    assert parsed.listings[1].fields["notes"] == 'one\n"two"'


def test_stray_quote_within_a_line_costs_nothing():
    parsed = read_text(f'{HEADER}\nA,Mon,7 pm,"5" pipe",Leeds\nB "the best",Tue,7 pm,,\n')

    assert [listing.fields["name"] for listing in parsed.listings] == ["A", 'B "the best"']
    assert parsed.problems == []


def test_two_stray_quotes_do_not_join_two_rows():
    parsed = read_text(
        f'{HEADER}\nA,Mon,7 pm,"1 High St,Leeds\nB,Tue,7 pm,"2 High St,Leeds\nC,Wed,7 pm,,\n'
    )

    assert [listing.fields["name"] for listing in parsed.listings] == ["C"]
    assert kinds(parsed) == ["row-broken", "row-broken"]


def test_table_of_unmatched_quotes_is_refused():
    rows = "".join(f'M{n},Mon,7 pm,"1 High St\n' for n in range(4001))

    with pytest.raises(CannotRead, match="do not match up"):
        read_text(f'{HEADER}\n{rows}"')


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_they_like(newline: str):
    parsed = read_text(newline.join([HEADER, "A,Mon,7 pm,1 High St,Leeds", "B,Tue,8 pm,,"]))

    assert len(parsed.listings) == 2


def test_semicolons_part_cells_where_commas_stand_in_them():
    listing = read_row("Name;Day;Time;Address", "A;Mon;7 pm;1 High St, Leeds, UK")

    assert listing.fields["formatted_address"] == "1 High St, Leeds, UK"


def test_day_is_carried_down_in_sections_and_reported():
    parsed = read_text(f"{HEADER}\nA,Mon,7 pm,,\nB,,8 pm,,\nC,Tue,7 pm,,\nD,,9 pm,,\n")

    assert [listing.fields["day"] for listing in parsed.listings] == ["Mon", "Mon", "Tue", "Tue"]
    assert [(p.row, p.kind) for p in parsed.problems] == [
        (2, "day-carried-down"),
        (4, "day-carried-down"),
    ]


def test_day_is_not_guessed_where_days_are_mixed():
    parsed = read_text(f"{HEADER}\nA,Mon,7 pm,,\nB,Tue,8 pm,,\nC,Mon,7 pm,,\nD,,9 pm,,\n")

    assert "day" not in parsed.listings[3].fields


def test_day_is_not_carried_to_a_meeting_by_appointment():
    parsed = read_text(f"{HEADER}\nA,Mon,7 pm,,\nB,,,1 High St,Leeds\n")

    assert "day" not in parsed.listings[1].fields


def test_heading_of_a_day_gives_the_day_to_the_rows_below():
    parsed = read_text(f"{HEADER}\nMonday,,,,\nA,,7 pm,,\nTuesday,,,,\nB,,8 pm,,\nC,,9 pm,,\n")

    assert parsed.rows == 3
    assert [listing.fields["day"] for listing in parsed.listings] == [
        "Monday",
        "Tuesday",
        "Tuesday",
    ]


ZONES = "Day,Pacific Time,Eastern Time,UK Time,Name of Meeting,Zoom Link"


def test_one_of_several_zones_is_chosen_and_named():
    listing = read_row(ZONES, "Sunday,4:00 AM,7:00 AM,12:00 PM,A,u")

    assert listing.fields["time"] == "7:00 AM"
    assert listing.fields["timezone"] == "America/New_York"
    assert listing.extra["Pacific Time"] == "4:00 AM"


def test_zone_past_midnight_is_not_chosen_because_the_day_is_the_first_zones():
    listing = read_row(ZONES, "Sunday,10:45 PM,1:45 AM,6:45 AM,A,u")

    assert (listing.fields["time"], listing.fields["timezone"]) == (
        "10:45 PM",
        "America/Los_Angeles",
    )


def test_zone_without_a_time_is_passed_over():
    listing = read_row(ZONES, "Thursday,6:30 PM,N/A,N/A,A,u")

    assert (listing.fields["time"], listing.fields["timezone"]) == (
        "6:30 PM",
        "America/Los_Angeles",
    )


def test_cell_that_the_spreadsheet_hid_is_reported():
    parsed = read_text(f"{ZONES}\nSunday,4:00 AM,7:00 AM,########,A,u\n")

    assert [(p.row, p.field, p.kind) for p in parsed.problems] == [(1, "UK Time", "cell-hidden")]
    assert "UK Time" not in parsed.listings[0].extra


@pytest.mark.parametrize(
    ("cell", "fellowship", "types"),
    [
        ("AA", "AA", None),
        ("AA (see notes)", "AA", None),
        ("AA - Women", "AA", ["Women"]),
        ("All Recovery — Meditation", "All Recovery", ["Meditation"]),
        ("Narcotics Anonymous (NA) - Men & Allies", "Narcotics Anonymous (NA)", ["Men", "Allies"]),
        ("Al-Anon (AFG) - See notes", "Al-Anon (AFG)", None),
    ],
)
def test_fellowship_and_audience_in_one_cell_are_parted(
    cell: str, fellowship: str, types: list[str] | None
):
    listing = read_row(
        "Day,Time,Name,Fellowship and Type,Zoom Link", f'Mon,7 pm,A,"{cell}",https://zoom.us/j/1'
    )

    assert listing.fields["fellowship"] == fellowship
    assert listing.fields.get("types") == types
    assert listing.extra["Fellowship and Type"] == cell


@pytest.mark.parametrize(
    ("place", "attendance", "location"),
    [
        ("Virtual", "online", None),
        ("Virtual (DC)", "online", "Virtual (DC)"),
        ("*IN PERSON* Brooklyn", "in_person", "*IN PERSON* Brooklyn"),
        ("Hybrid. Meets in Oakland and online", "hybrid", "Hybrid. Meets in Oakland and online"),
        ("------", None, None),
        ("Davis, CA", None, "Davis, CA"),
    ],
)
def test_place_that_says_how_to_attend_is_understood(
    place: str, attendance: str | None, location: str | None
):
    listing = read_row("Day,Time,Name,Location,Zoom Link", f'Mon,7 pm,A,"{place}",u')

    assert listing.fields.get("attendance") == attendance
    assert listing.fields.get("location") == location


def test_number_and_password_go_where_people_look_for_them():
    listing = read_row(
        "Day,Time,Name,Zoom Link,Meeting ID,Password", "Mon,7 pm,A,u,893 5390 0019,3236"
    )

    assert listing.fields["conference_url_notes"] == "Meeting ID: 893 5390 0019\nPassword: 3236"


UK = "Title,Time,Day,Postcode,Venue,Open,OpenFormat,Note,MeetingTypeNamespace,Region,RegionArea"


@pytest.mark.parametrize(
    ("is_open", "wording", "expected"),
    [
        ("True", "All mtgs 'open'.", "True"),
        ("True", "This meeting is open and anyone may attend.", "True"),
        ("False", "This meeting is closed; only those who have a desire to stop.", "False"),
        ("True", "", "True"),
        ("False", "", None),
        ("True", "1st Tue each mnth 'open'.", None),
        ("False", "'Open' mtgs on request.", None),
    ],
)
def test_meeting_is_called_open_only_where_it_always_is(
    is_open: str, wording: str, expected: str | None
):
    listing = read_row(UK, f'A,20:00,Monday,W1 1AA,Hall,{is_open},"{wording}",,AA,Kent,South')

    assert listing.fields.get("open") == expected
    assert listing.fields.get("notes", "") == wording
    assert listing.fields["regions"] == ["South", "Kent"]
    assert listing.fields["fellowship"] == "AA"


def test_csv_of_a_bmlt_server_is_read_as_its_json():
    parsed = read_text(
        'id_bigint,weekday_tinyint,start_time,meeting_name\n7,2,19:00:00,"Clean Start"\n"8",3\n'
    )

    assert parsed.format == "bmlt"
    assert parsed.rows == 2
    assert parsed.listings[0].fields["day"] == 1
    assert kinds(parsed) == ["row-without-meeting"]
