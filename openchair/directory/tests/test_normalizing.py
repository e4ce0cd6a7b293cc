from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings

from openchair.directory.importing import reading
from openchair.directory.importing.normalizing import as_raw, normalize
from openchair.directory.listing import Listing, Problem, RawListing, SourceDefaults
from openchair.directory.tests.listings import dirty_rows, normal_listings

DATA = Path(__file__).parents[4] / "shared" / "data"
DEFAULTS = SourceDefaults()


def read(
    defaults: SourceDefaults = DEFAULTS, extra: dict[str, object] | None = None, **fields: object
) -> tuple[Listing, list[Problem]]:
    """Return what a row becomes; a name is given unless the test is about it."""
    listing, problems = normalize(
        raw=RawListing(row=1, fields={"name": "A", **fields}, extra=extra or {}), defaults=defaults
    )
    assert listing is not None
    return listing, problems


def kinds(problems: list[Problem]) -> list[str]:
    return [problem.kind for problem in problems]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(listing=normal_listings())
def test_normalizing_a_normal_listing_changes_nothing(listing: Listing) -> None:
    assert normalize(raw=as_raw(listing=listing), defaults=DEFAULTS) == (listing, [])


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(raw=dirty_rows())
@example(raw=RawListing(row=1, fields={"country": "Monday", "formatted_address": "USA"}))
def test_whatever_comes_of_a_dirty_row_is_normal(raw: RawListing) -> None:
    listing, problems = normalize(raw=raw, defaults=DEFAULTS)

    if listing is None:
        assert problems[-1].is_fatal
    else:
        assert not any(problem.is_fatal for problem in problems)
        assert bool(listing.days) == (listing.start is not None)
        assert normalize(raw=as_raw(listing=listing), defaults=DEFAULTS) == (listing, [])


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(raw=dirty_rows())
def test_keys_that_nobody_knows_are_kept(raw: RawListing) -> None:
    listing, _ = normalize(raw=raw, defaults=DEFAULTS)

    if listing is not None:
        unheard = raw.fields.get("unheard_of")
        if unheard not in (None, "", [], {}) and str(unheard).strip():
            assert "unheard_of" in listing.extra
        assert raw.extra.items() <= listing.extra.items()


def test_every_real_row_becomes_normal_or_is_reported() -> None:
    for path in sorted((DATA / "meetings").glob("*.*")):
        parsed = reading.read(data=path.read_bytes(), name=path.name)
        # A step keeps the test quick and meets every kind of row of every file.
        for raw in parsed.listings[:: max(1, len(parsed.listings) // 150)]:
            listing, problems = normalize(raw=raw, defaults=DEFAULTS)
            if listing is None:
                assert any(problem.is_fatal for problem in problems)
            else:
                assert normalize(raw=as_raw(listing=listing), defaults=DEFAULTS) == (listing, []), (
                    path.name,
                    raw.row,
                )


def test_a_row_without_name_place_and_time_is_left_out_and_told() -> None:
    listing, problems = normalize(
        raw=RawListing(row=7, fields={"notes": "hello", "day": "Monday"}), defaults=DEFAULTS
    )

    assert listing is None
    assert [(problem.row, problem.is_fatal) for problem in problems if problem.is_fatal] == [
        (7, True)
    ]


def test_one_bad_value_costs_no_other() -> None:
    listing, problems = read(
        day="Blursday",
        time="25:00",
        timezone="Nowhere",
        latitude="x",
        longitude=1,
        email="me",
        website="javascript:alert(1)",
        city="Boston",
    )

    assert listing.city == "Boston"
    assert {problem.field for problem in problems} == {
        "day",
        "time",
        "timezone",
        "latitude",
        "email",
        "website",
    }
    assert all(problem.reason.endswith(".") and problem.row == 1 for problem in problems)
    assert (listing.days, listing.start, listing.website, listing.email) == ((), None, "", "")
    assert listing.extra == {"day": "Blursday", "time": "25:00"}


def test_a_long_value_is_cut_in_its_problem() -> None:
    _, problems = read(day="x" * 5000)

    assert len(problems[0].value) == 200


def test_html_in_any_text_becomes_plain() -> None:
    listing, _ = read(
        name="<b>Big &amp; Book</b>",
        notes="one<br>two<script>x</script>",
        location="St. Mary&#8217;s",
    )

    assert (listing.name, listing.notes, listing.venue_name) == (
        "Big & Book",
        "one\ntwo",
        "St. Mary’s",
    )


def test_a_name_of_capitals_is_left_as_it_is() -> None:
    assert read(name="  SERENITY  GROUP ")[0].name == "SERENITY GROUP"


def test_a_name_too_long_is_cut_and_told() -> None:
    listing, problems = read(name="x" * 300)

    assert len(listing.name) == 255
    assert kinds(problems) == ["too-long"]


def test_a_meeting_without_a_name_goes_by_its_group_or_place() -> None:
    listing, problems = read(name="", group="Sunrise", location="Hall")

    assert listing.name == "Sunrise"
    assert kinds(problems) == ["name-missing"]


@pytest.mark.parametrize(
    ("fields", "days", "start", "minutes"),
    [
        pytest.param({"day": 1, "time": "19:00", "end_time": "20:30"}, (1,), 1140, 90, id="plain"),
        pytest.param(
            {"day": 1, "time": "23:30", "end_time": "00:30"}, (1,), 1410, 60, id="over midnight"
        ),
        pytest.param({"day": 1, "time": "10:30 am to Noon"}, (1,), 630, 90, id="range"),
        pytest.param({"day": 1, "time": "24:00"}, (2,), 0, None, id="the end of Monday is Tuesday"),
        pytest.param(
            {"day": 6, "time": "24:00"}, (0,), 0, None, id="the end of Saturday is Sunday"
        ),
        pytest.param({"day": 0, "time": 0}, (0,), 0, None, id="zeros are values"),
        pytest.param(
            {"day": 1, "time": "19:00", "duration": "1hr 30mins", "end_time": "23:00"},
            (1,),
            1140,
            90,
            id="duration before end",
        ),
        pytest.param({"day": [1, 3], "time": "7p"}, (1, 3), 1140, None, id="several days"),
        pytest.param({"day": None, "time": None}, (), None, None, id="by appointment"),
        pytest.param({"day": "Ongoing", "time": "Ongoing"}, (), None, None, id="ongoing"),
        pytest.param(
            {"time": "19:00", "rule": "FREQ=MONTHLY;BYDAY=1SU"},
            (0,),
            1140,
            None,
            id="day from the rule",
        ),
    ],
)
def test_when_a_meeting_is(
    fields: dict[str, object], days: tuple[int, ...], start: int | None, minutes: int | None
) -> None:
    listing, problems = read(**fields)

    assert (listing.days, listing.start, listing.duration_minutes) == (days, start, minutes)
    assert problems == []


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"day": 1}, "time-missing"),
        ({"time": "19:00"}, "day-missing"),
        ({"day": 1, "time": "19:00", "duration": "25hrs"}, "duration-out-of-range"),
        ({"day": 1, "time": "19:00", "end_time": "19:00"}, "end-equals-start"),
        ({"day": 1, "time": "19:00", "rule": "FREQ=DAILY"}, "rule-unreadable"),
        ({"day": 1, "time": "19:00", "rule": "FREQ=MONTHLY;BYDAY=1SU"}, "rule-day-conflict"),
        ({"timezone": "UTC-5"}, "timezone-is-offset"),
        ({"attendance": "sometimes"}, "attendance-unknown"),
        ({"published": "perhaps"}, "yes-or-no-unreadable"),
        ({"latitude": 0, "longitude": 0}, "coordinates-null"),
        ({"latitude": 120.5, "longitude": 45}, "coordinates-swapped"),
        ({"latitude": 45}, "coordinates-unreadable"),
        ({"country": "Atlantis"}, "country-unknown"),
        ({"fellowship": "Chess Club"}, "fellowship-unknown"),
        ({"languages": "Klingonese"}, "language-unknown"),
        ({"types": ["O", "C"]}, "open-and-closed"),
        ({"types": ["QQQ"]}, "type-unknown"),
        ({"paypal": "https://paypal.me/us"}, "paypal-unreadable"),
        ({"conference_phone": "+11"}, "phone-unreadable"),
        ({"conference_phone": "+12125551212,,12#,,abcd#"}, "phone-code-undiallable"),
        ({"updated": "yesterday"}, "date-unreadable"),
        ({"name": {"a": 1}, "location": "Hall"}, "text-unreadable"),
        ({"group": "", "name": " ", "location": "Hall"}, "name-missing"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_told_by_kind(fields: dict[str, object], kind: str) -> None:
    assert kind in kinds(read(**fields)[1])


def test_half_a_time_is_kept_for_a_person_to_mend() -> None:
    listing, _ = read(day="Thursday")

    assert (listing.days, listing.extra) == ((), {"day": "Thursday"})


def test_words_around_a_day_become_notes_and_a_suggestion() -> None:
    listing, problems = read(day="Saturday - Only 2nd Saturday of every month", time="10:00")

    assert (listing.days, listing.rule_hint) == ((6,), "FREQ=MONTHLY;BYDAY=2SA")
    assert problems == []


def test_a_rule_of_its_own_needs_no_suggestion() -> None:
    listing, _ = read(
        day=0, time="10:00", rule="RRULE:BYDAY=3SU,1SU;FREQ=MONTHLY", notes="1st & 3rd Sunday only"
    )

    assert (listing.rule, listing.rule_hint) == ("FREQ=MONTHLY;BYDAY=1SU,3SU", "")


def test_a_suggestion_holds_the_words_it_was_read_from() -> None:
    listing, _ = read(day=0, time="10:00", notes="Bring a mug. 1st & 3rd Sunday only.")

    assert (listing.rule, listing.rule_hint, listing.rule_evidence) == (
        "",
        "FREQ=MONTHLY;BYDAY=1SU,3SU",
        "1st & 3rd Sunday only",
    )


@pytest.mark.parametrize(
    ("value", "types", "languages", "attendance"),
    [
        (["O", "D"], ("D", "O"), ("en",), "in_person"),
        ("Open, Wheelchair Access", ("O", "X"), ("en",), "in_person"),
        (["[open]", None, ""], ("O",), ("en",), "in_person"),
        (["o", "12x12", "11"], ("11", "12x12", "O"), ("en",), "in_person"),
        ([11], ("11",), ("en",), "in_person"),
        (["S", "C"], ("C",), ("es",), "in_person"),
        (["EN", "FR"], (), ("en", "fr"), "in_person"),
        (["TC"], (), ("en",), "inactive"),
        (["onl"], (), ("en",), "online"),
        (["O", "C"], ("C",), ("en",), "in_person"),
        (["M", "W"], ("M", "W"), ("en",), "in_person"),
    ],
    ids=str,
)
def test_what_types_say(
    value: object, types: tuple[str, ...], languages: tuple[str, ...], attendance: str
) -> None:
    listing, _ = read(types=value)

    assert (listing.types, listing.languages, listing.attendance) == (types, languages, attendance)


def test_unknown_types_are_kept_for_re_export() -> None:
    listing, problems = read(types=["O", "QQQ", "zzz"])

    assert listing.types == ("O",)
    assert listing.extra["types_unknown"] == ["QQQ", "zzz"]
    assert [problem.value for problem in problems] == ["QQQ", "zzz"]


def test_bmlt_formats_become_types_languages_and_attendance() -> None:
    formats = [
        {"key": "C", "world_id": "CLOSED", "name": "Closed", "kind": "O"},
        {"key": "ES", "world_id": "LANG", "name": "Spanish", "kind": "LANG"},
        {"key": "VM", "world_id": "VM", "name": "Virtual Meeting", "kind": "FC2"},
    ]

    listing, problems = read(fellowship="na", bmlt_formats=formats)

    assert (listing.types, listing.languages, listing.attendance, problems) == (
        ("C",),
        ("es",),
        "online",
        [],
    )


def test_open_yes_or_no_is_a_type() -> None:
    assert read(open="True")[0].types == ("O",)
    assert read(open=False)[0].types == ("C",)


def test_a_fellowship_goes_by_any_of_its_names() -> None:
    assert read(fellowship="Narcotics Anonymous")[0].fellowship == "na"
    assert read(fellowship="AA - BIPOC women")[0].fellowship == "aa"
    assert read(defaults=SourceDefaults(fellowship="ca"))[0].fellowship == "ca"
    # Another fellowship's meeting must not be listed as one of the source's own.
    assert read(fellowship="Chess Club")[0].fellowship == ""


def test_a_source_speaks_where_its_rows_are_silent() -> None:
    defaults = SourceDefaults(
        fellowship="na", timezone="Europe/Madrid", country="ES", language="es"
    )

    listing, _ = read(defaults=defaults, address="Calle 1, 2")

    assert (listing.fellowship, listing.timezone, listing.country, listing.languages) == (
        "na",
        "Europe/Madrid",
        "ES",
        ("es",),
    )


def test_one_line_of_address_is_split_and_kept() -> None:
    line = "19092 Beach Blvd, Huntington Beach, CA 92648, USA"

    listing, _ = read(formatted_address=line)

    assert (listing.address, listing.city, listing.state, listing.postal_code, listing.country) == (
        "19092 Beach Blvd",
        "Huntington Beach",
        "CA",
        "92648",
        "US",
    )
    assert listing.formatted_address == line


def test_door_words_go_from_the_street_to_the_notes() -> None:
    listing, _ = read(address="12 Main St, 2nd Floor", city="Boston", location_notes="Ring twice.")

    assert (listing.address, listing.venue_notes) == ("12 Main St", "Ring twice.\n2nd Floor")


def test_a_us_zip_gets_its_zero_back() -> None:
    assert read(postal_code=2139, country="USA", address="1 Main St")[0].postal_code == "02139"


def test_a_link_typed_into_the_address_is_moved() -> None:
    listing, _ = read(
        address="20 Cathedral Rd, Armagh,\n\nZoom Link: Click Here\n\nMeeting ID: 341 408 7847\n\nPasscode: secret",
        country="GB",
    )

    assert listing.address == "20 Cathedral Rd, Armagh"
    assert listing.conference_url == "https://zoom.us/j/3414087847"
    assert "Passcode: secret" in listing.conference_url_notes
    assert listing.extra["conference_url_from"] == "address"


def test_a_link_in_notes_is_copied_only_where_none_was_given() -> None:
    notes = "Also on Zoom: https://zoom.us/j/123456789 Passcode: abc"

    listing, _ = read(notes=notes, address="1 Main St", city="Boston")
    other, _ = read(notes=notes, conference_url="https://meet.google.com/abc")
    room, _ = read(notes=notes, attendance="in_person")

    assert (listing.conference_url, listing.conference_url_notes, listing.notes) == (
        "https://zoom.us/j/123456789",
        "Passcode: abc",
        notes,
    )
    assert (listing.attendance, listing.extra["conference_url_from"]) == ("hybrid", "notes")
    assert other.conference_url == "https://meet.google.com/abc"
    assert room.conference_url == ""


def test_words_around_a_link_are_kept_beside_it() -> None:
    listing, _ = read(conference_url="Join: https://zoom.us/j/1234567890 pw 55")

    assert listing.conference_url == "https://zoom.us/j/1234567890"
    assert listing.conference_url_notes == "Join: https://zoom.us/j/1234567890 pw 55"


def test_a_script_is_not_kept_anywhere() -> None:
    listing, problems = read(
        conference_url="javascript:alert(1)", feedback_url="javascript:x", url="data:text/html,x"
    )

    assert (
        listing.conference_url,
        listing.conference_url_notes,
        listing.feedback_url,
        listing.url,
    ) == ("", "", "", "")
    assert len(problems) == 3


def test_cells_that_say_nothing_are_no_problem() -> None:
    assert read(conference_url="N/A", email="none", phone="-", website="TBD")[1] == []


def test_a_number_with_codes_is_a_way_in_whichever_column_it_stands_in() -> None:
    listing, _ = read(phone="12516643292,,90340674491#,,1#", defaults=SourceDefaults(country="US"))

    assert (listing.phone, listing.conference_phone) == ("", "+12516643292,,90340674491#,,1#")


def test_regions_come_as_list_path_or_levels() -> None:
    for fields in (
        {"regions": ["A", "B"]},
        {"regions": "A > B"},
        {"region": "A", "sub_region": "B"},
        {"region": "A > B"},
    ):
        assert read(**fields)[0].regions == ("A", "B")


def test_a_place_that_is_approximate_says_how_far() -> None:
    assert read(latitude=1.5, longitude=2, approximate="yes")[0].precision == "city"
    assert read(latitude=1.5, longitude=2, approximate=False)[0].precision == "exact"
    assert read(coordinates="40,-74,41,-73")[0].precision == "city"
    assert read(coordinates="40.5,-73.5")[0].latitude == 40.5


def test_a_key_is_the_source_s_own_or_made_of_what_lasts() -> None:
    assert read(source_key="k", slug="s")[0].key == "k"
    assert read(slug=269)[0].key == "269"
    first, again = (
        read(day=1, time="19:00", city="Boston")[0],
        read(day=1, time="19:00", city="Boston", notes="new")[0],
    )
    other = read(day=1, time="20:00", city="Boston")[0]
    assert first.key == again.key != other.key


def test_a_slug_is_always_there_and_safe() -> None:
    assert read(slug="A Slug/With?Things")[0].slug == "a-slug-with-things"
    assert read(name="日本語")[0].slug.startswith("m-")
    assert len(read(slug="a-" * 60)[0].slug) <= 64


def test_contacts_and_entity_are_gathered() -> None:
    listing, _ = read(
        contact_1_name="Jo",
        contact_3_phone="555",
        entity="District 1",
        entity_url="https://example.org",
        contact_x="?",
    )

    assert [(contact.name, contact.phone) for contact in listing.contacts] == [
        ("Jo", ""),
        ("", "555"),
    ]
    assert listing.entity == {"name": "District 1", "url": "https://example.org"}
    assert listing.extra == {"contact_x": "?"}


def test_a_problem_is_a_plain_value_that_travels() -> None:
    _, problems = read(day="Blursday")

    assert msgspec.json.decode(msgspec.json.encode(problems), type=list[Problem]) == problems


@pytest.mark.parametrize(
    "key",
    [
        "name",
        "notes",
        "address",
        "formatted_address",
        "day",
        "time",
        "types",
        "regions",
        "conference_url",
        "phone",
        "updated",
        "timezone",
        "fellowship",
    ],
)
@pytest.mark.parametrize(
    "piece",
    ["upstairs, ", "1st & ", "<b>", "1", "zoom id ", "Monday to ", "on ", "&amp;", "a@b.c ", "(("],
)
def test_a_monstrous_value_takes_little_time_and_is_told(key: str, piece: str) -> None:
    raw = RawListing(row=1, fields={"location": "Hall", key: piece * 60_000})

    listing, problems = normalize(raw=raw, defaults=DEFAULTS)

    assert "too-long" in kinds(problems)
    assert listing is not None
    assert normalize(raw=as_raw(listing=listing), defaults=DEFAULTS) == (listing, [])
