from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.directory.importing.attendance import attendance_of, stated_attendance
from openchair.directory.importing.conference import (
    dial_in,
    door_in,
    mail_address,
    mail_or_web_address,
    phone_number,
    text_before_door,
    web_address,
)
from openchair.directory.importing.contributions import READERS
from openchair.directory.importing.unreadable import Unreadable
from openchair.directory.listing import Attendance


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://zoom.us/j/123?pwd=x", "https://zoom.us/j/123?pwd=x"),
        ("zoom.us/j/123", "https://zoom.us/j/123"),
        ("//zoom.us/j/1", "https://zoom.us/j/1"),
        ("HTTPS://zoom.us/j/1", "https://zoom.us/j/1"),
        ("us02web.zoom.us:443/j/1", "https://us02web.zoom.us:443/j/1"),
        ("<https://example.org>", "https://example.org"),
        ("https://münchen.example/a", "https://münchen.example/a"),
    ],
)
def test_an_address_gets_a_scheme(text: str, url: str) -> None:
    assert web_address(text=text) == url


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "JaVaScript:x.y", "data:text/html,x.y", "http://a b", "ftp://x.org", "localhost", "https://user:pw@zoom.us/", "https://x.org/\"onclick=", "n/a", "",
     "https://", "http://[::1", "https://x.org:99999/", "mailto:x@y.org", "https://x.org/" + "a" * 3000, "vbscript:x.y/z", "java\nscript:alert(1)//x.y"],
)  # fmt: skip
def test_what_must_not_be_followed_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        web_address(text=text)


@given(
    text=st.text(max_size=40)
    | st.sampled_from(("javascript:", "java\tscript:", " javascript:")).flatmap(
        lambda start: st.text(max_size=20).map(lambda end: start + end)
    )
)
def test_every_address_that_is_taken_leads_to_the_web(text: str) -> None:
    try:
        url = web_address(text=text)
    except Unreadable:
        return
    assert url.startswith(("http://", "https://"))
    assert web_address(text=url) == url


def test_feedback_may_be_a_mail_address() -> None:
    assert mail_or_web_address(text="mailto:web@example.org") == "mailto:web@example.org"
    assert mail_address(text=" <web@example.org> ") == "web@example.org"
    with pytest.raises(Unreadable):
        mail_address(text="web at example.org")


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [("(805) 611-3584", "US", "+18056113584"), ("020 7833 0022", "GB", "+442078330022"), ("tel:+44 20 7833 0022", "", "+442078330022"), ("(805) 611-3584", "", "(805) 611-3584"),
     ("6189016318", "US", "+16189016318")],
)  # fmt: skip
def test_a_number_becomes_international_where_its_country_is_known(
    text: str, country: str, number: str
) -> None:
    assert phone_number(text=text, country=country) == number
    assert phone_number(text=number, country=country) == number


@pytest.mark.parametrize("text", ["+11", "911", "call me", "", "1" * 60])
def test_what_nobody_can_dial_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        phone_number(text=text, country="US")


@pytest.mark.parametrize(
    ("text", "dialled"),
    [
        ("+12125551212,,123456789#,,1234#", "+12125551212,,123456789#,,1234#"),
        ("+13012342935,,24717043336#,,#,,M8F5TTRlakdHUDg0#", "+13012342935,,24717043336#,,#"),
        ("212-555-1212 x123", "+12125551212,123"),
        ("646 558 8656 , 123 456 789 #", "+16465588656,123456789#"),
        ("+44 20 7833 0022;123#", "+442078330022,123#"),
    ],
)
def test_pauses_and_codes_stay_behind_the_number(text: str, dialled: str) -> None:
    assert dial_in(text=text, country="US") == dialled
    assert dial_in(text=dialled, country="US") == dialled


def test_a_link_in_prose_is_found_with_its_codes() -> None:
    door = door_in(
        text="Join us! https://us18web.zoom.us/j/95533782361?pwd=534e. Meeting ID: 955 3378 2361 Passcode: 12ab."
    )

    assert door is not None
    assert door.url == "https://us18web.zoom.us/j/95533782361?pwd=534e"
    assert door.codes == "Meeting ID: 955 3378 2361, Passcode: 12ab"


def test_a_zoom_number_makes_a_link() -> None:
    door = door_in(text="Zoom Meeting ID - 8104108390\nPasscode - secret")

    assert door is not None
    assert door.url == "https://zoom.us/j/8104108390"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Group site: https://example.org/zoom",
        "Meeting ID 8104108390",
        "zoom zoom",
        "ID 12 on zoom",
    ],
)
def test_other_links_and_numbers_are_left_where_they_are(text: str) -> None:
    assert door_in(text=text) is None


def test_an_address_loses_the_way_to_join_typed_into_it() -> None:
    assert text_before_door(
        text="20 Cathedral Rd, Armagh, Zoom Link: Click Here Meeting ID: 341"
    ) == ("20 Cathedral Rd, Armagh", "Zoom Link: Click Here Meeting ID: 341")
    assert text_before_door(text="1 Zoomer St") == ("1 Zoomer St", "")


@pytest.mark.parametrize(
    ("codes", "has_link", "approximate", "attendance"),
    [
        (("tc", "onl"), False, True, "online"),
        (("tc",), False, False, "inactive"),
        (("onl",), False, True, "online"),
        (("onl",), False, False, "hybrid"),
        ((), False, False, "in_person"),
        ((), False, True, "inactive"),
        (("hy",), False, None, "hybrid"),
        (("vm", "tc"), True, None, "online"),
        ((), True, None, "hybrid"),
        ((), False, None, "in_person"),
    ],
)
def test_attendance_follows_the_meeting_guide_table(
    codes: tuple[str, ...], has_link: bool, approximate: bool | None, attendance: Attendance
) -> None:
    found = attendance_of(
        stated=None,
        codes=frozenset(codes),
        has_link=has_link,
        has_street=True,
        is_approximate=approximate,
    )

    assert found == attendance


@pytest.mark.parametrize(("stated", "codes", "attendance"), [("in_person", ("tc",), "inactive"), ("in_person", ("tc", "vm"), "online"), ("hybrid", ("tc",), "online"),
                                                             ("online", ("tc",), "online"), ("in_person", ("onl",), "in_person"), ("inactive", (), "inactive")])  # fmt: skip
def test_what_a_source_states_counts_unless_its_room_is_closed(
    stated: Attendance, codes: tuple[str, ...], attendance: Attendance
) -> None:
    assert (
        attendance_of(
            stated=stated,
            codes=frozenset(codes),
            has_link=False,
            has_street=True,
            is_approximate=None,
        )
        == attendance
    )


def test_a_link_without_a_street_is_online() -> None:
    assert (
        attendance_of(
            stated=None, codes=frozenset(), has_link=True, has_street=False, is_approximate=None
        )
        == "online"
    )


@pytest.mark.parametrize(
    ("text", "attendance"),
    [
        ("in_person", "in_person"),
        ("In Person", "in_person"),
        ("1", "in_person"),
        ("Virtual", "online"),
        ("3", "hybrid"),
        ("maybe", None),
    ],
)
def test_attendance_is_stated_in_words_or_as_a_venue_type(
    text: str, attendance: Attendance | None
) -> None:
    assert stated_attendance(text=text) == attendance


def test_handles_are_kept_and_links_refused() -> None:
    assert READERS["venmo"](text="OurGroup") == "@OurGroup"
    assert READERS["square"](text="$OurGroup") == "$OurGroup"
    for text in ("https://paypal.me/OurGroup", "our-group", "x" * 21):
        with pytest.raises(Unreadable):
            READERS["paypal"](text=text)
