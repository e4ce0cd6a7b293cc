from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openchair.directory.importing.addresses import (
    Address,
    address_parts,
    door_words,
    position,
    position_in_text,
    postal_code,
)
from openchair.directory.importing.countries import country_code, state_code
from openchair.directory.importing.unreadable import Unreadable


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "19092 Beach Blvd, Huntington Beach, CA 92648, USA",
            ("19092 Beach Blvd", "Huntington Beach", "CA", "92648", "US"),
        ),
        (
            "11526 76 ave, Edmonton, Alberta, T6G 0K7, Canada",
            ("11526 76 ave", "Edmonton", "AB", "T6G 0K7", "CA"),
        ),
        (
            "3424 Kossuth Ave., New York, NY, 10467, USA",
            ("3424 Kossuth Ave.", "New York", "NY", "10467", "US"),
        ),
        ("2212 Quimby Rd, San Jose, CA 95122", ("2212 Quimby Rd", "San Jose", "CA", "95122", "US")),
        (
            "St Mark's, 1 High St, Leeds LS1 4AP, UK",
            ("St Mark's, 1 High St", "Leeds", "", "LS1 4AP", "GB"),
        ),
        ("1 High St, London, W1H5HD", ("1 High St", "London", "", "W1H 5HD", "GB")),
        ("1 High St, London, UK", ("1 High St", "London", "", "", "GB")),
        ("Mesa, AZ, USA", ("", "Mesa", "AZ", "", "US")),
        ("USA", ("", "", "", "", "US")),
        ("12 rue de la Paix, 75002 Paris, France", ("", "", "", "", "FR")),
        ("Somewhere over the hill", ("", "", "", "", "")),
        ("", ("", "", "", "", "")),
    ],
)
def test_one_line_is_split_into_the_parts_of_its_country(text: str, parts: tuple[str, ...]) -> None:
    street, city, state, code, country = parts

    assert address_parts(text=text) == Address(
        street=street, city=city, state=state, postal_code=code, country=country
    )


@pytest.mark.parametrize(
    ("street", "kept", "words"),
    [
        ("12 Main St, 2nd Floor", "12 Main St", "2nd Floor"),
        ("4501 Troost, upstairs", "4501 Troost", "upstairs"),
        ("210 W Green St (around back)", "210 W Green St", "around back"),
        ("3424 Kossuth Ave. @210th St", "3424 Kossuth Ave.", "210th St"),
        ("9 Elm St, Enter through the side door", "9 Elm St", "Enter through the side door"),
        ("44 Main St (at 5th Ave)", "44 Main St", "at 5th Ave"),
        ("55 2nd Ave, Basement", "55 2nd Ave", "Basement"),
        (
            "PCH @ 1st Street (Across from Pacific City)",
            "PCH @ 1st Street (Across from Pacific City)",
            "",
        ),
        ("100 Rear St", "100 Rear St", ""),
        ("1 Back Bay Rd", "1 Back Bay Rd", ""),
        ("2nd floor", "2nd floor", ""),
        ("First Floor, The Old Police Station", "First Floor, The Old Police Station", ""),
    ],
)
def test_what_helps_at_the_door_leaves_the_street(street: str, kept: str, words: str) -> None:
    assert door_words(street=street) == (kept, words)


@given(street=st.text("abc 12,@()", max_size=30).map(lambda text: text + ", upstairs"))
def test_a_street_without_door_words_stays(street: str) -> None:
    kept, _ = door_words(street=street)

    assert door_words(street=kept) == (kept, "")


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [("2139", "US", "02139"), ("501", "US", "00501"), ("02139-1234", "US", "02139-1234"), ("t6g0k7", "CA", "T6G 0K7"), ("w1h5hd", "GB", "W1H 5HD"), ("A92 RF2P", "IE", "A92 RF2P"),
     ("2139", "AU", "2139"), ("64110.0", "US", "64110")],
)  # fmt: skip
def test_a_postal_code_gets_its_country_s_spelling(text: str, country: str, code: str) -> None:
    assert postal_code(text=text, country=country) == code


@pytest.mark.parametrize(
    ("latitude", "longitude", "found"),
    [(33.6, -117.8, (33.6, -117.8, False)), ("33.6", " -117.8 ", (33.6, -117.8, False)), (-117.8, 33.6, (33.6, -117.8, True)), ("51,5074", 0.1, (51.5074, 0.1, False))],
)  # fmt: skip
def test_a_position_is_read_and_set_right(
    latitude: object, longitude: object, found: tuple[float, float, bool]
) -> None:
    assert position(latitude=latitude, longitude=longitude) == found


@pytest.mark.parametrize(
    ("latitude", "longitude", "kind"),
    [(0, 0, "coordinates-null"), ("0.000", "0", "coordinates-null"), (200, 1, "coordinates-out-of-range"), (10, 181, "coordinates-out-of-range"), ("x", 1, "coordinates-unreadable"),
     (float("nan"), 1, "coordinates-unreadable"), (True, 1, "coordinates-unreadable"), ([], 1, "coordinates-unreadable"), ("", 1, "coordinates-unreadable")],
)  # fmt: skip
def test_what_is_no_place_on_earth_is_refused(
    latitude: object, longitude: object, kind: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        position(latitude=latitude, longitude=longitude)

    assert refusal.value.kind == kind


def test_bounds_stand_for_their_middle() -> None:
    assert position_in_text(text="40,-74,41,-73") == (40.5, -73.5, True)
    assert position_in_text(text="40.1, -73.2") == (40.1, -73.2, False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("USA", "US"),
        ("U.S.A", "US"),
        ("UK", "GB"),
        ("England", "GB"),
        ("Éire", "IE"),
        ("Alemania", "DE"),
        ("États-Unis", "US"),
        ("us", "US"),
    ],
)
def test_a_country_is_known_by_its_names(text: str, code: str) -> None:
    assert country_code(text=text) == code


@pytest.mark.parametrize("text", ["", "XX", "Atlantis", "EU", "001"])
def test_what_is_no_country_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        country_code(text=text)


def test_a_state_becomes_its_letters() -> None:
    assert state_code(text="California", country="US") == "CA"
    assert state_code(text="Québec", country="CA") == "QC"
    assert state_code(text="N.Y.", country="US") == "NY"
    assert state_code(text="Cork", country="IE") == "Cork"
