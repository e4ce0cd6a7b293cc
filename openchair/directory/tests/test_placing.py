from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openchair.directory.importing.normalizing import normalize
from openchair.directory.importing.placing import place_listing
from openchair.directory.importing.reading import read
from openchair.directory.listing import Listing, Problem, SourceDefaults
from openchair.places.distance import distance_km
from openchair.places.gazetteer import Gazetteer
from openchair.places.geocoding import Located, Point
from openchair.places.tests.building_fixture import gazetteer, gazetteer_path

__all__ = ["gazetteer", "gazetteer_path"]

MEETINGS = Path(__file__).parents[4] / "shared" / "data" / "meetings"
US = SourceDefaults(country="US")
CAMBRIDGE = {"city": "Cambridge", "state": "MA", "postal_code": "02139", "country": "US"}


def _listing(**fields: object) -> Listing:
    return Listing(key="1", name="Early Birds", row=7, **fields)


def _place(
    listing: Listing, gazetteer: Gazetteer, defaults: SourceDefaults = US, **more
) -> tuple[Listing, list[str]]:
    placed, problems = place_listing(
        listing=listing, gazetteer=gazetteer, defaults=defaults, **more
    )
    assert all(problem.row == listing.row and problem.reason.endswith(".") for problem in problems)
    return placed, [problem.kind for problem in problems]


def _is_near(listing: Listing, latitude: float, longitude: float, km: float = 15) -> bool:
    assert listing.latitude is not None
    assert listing.longitude is not None
    return distance_km(listing.latitude, listing.longitude, latitude, longitude) < km


@pytest.mark.parametrize(
    ("fields", "precision", "spot"),
    [
        (CAMBRIDGE, "postal", (42.37, -71.10)),
        ({"city": "Cambridge", "state": "MA", "country": "US"}, "city", (42.37, -71.10)),
        ({"city": "Cambridge", "state": "Massachusetts"}, "city", (42.37, -71.10)),
        ({"postal_code": "SW4 9SW", "country": "GB"}, "postal", (51.46, -0.13)),
        (
            {"postal_code": "02139", "city": "Nowhere At All", "country": "US"},
            "postal",
            (42.37, -71.10),
        ),
        ({"city": "San Juan", "state": "PR", "country": "US"}, "city", (18.42, -66.07)),
        (
            {"city": "Rimbey", "state": "AB", "postal_code": "T0C 2J0", "country": "CA"},
            "city",
            (52.63, -114.24),
        ),
    ],
    ids=[
        "postal",
        "city and state",
        "state by name",
        "British",
        "city unknown",
        "Puerto Rico",
        "rural Canada",
    ],
)
def test_a_spot_is_filled_from_the_address(fields, precision, spot, gazetteer):
    placed, kinds = _place(_listing(**fields), gazetteer)

    assert placed.precision == precision
    assert _is_near(placed, *spot)
    assert placed.timezone
    assert kinds == []


def test_a_listing_with_a_spot_and_a_zone_is_left_as_it_is(gazetteer):
    listing = _listing(**CAMBRIDGE, latitude=42.36, longitude=-71.1, timezone="America/New_York")

    placed, kinds = _place(listing, gazetteer)

    assert placed is listing
    assert kinds == []


@pytest.mark.parametrize(
    ("latitude", "longitude", "kind", "precision"),
    [
        (0.0, 0.0, "coordinates-zero", "postal"),
        (-71.1, 42.36, "coordinates-corrected", ""),
        (42.36, 71.1, "coordinates-corrected", ""),
        (-42.36, -71.1, "coordinates-corrected", ""),
        (71.1, 42.36, "coordinates-corrected", ""),
        (48.85, 2.35, "coordinates-in-another-country", "postal"),
        (42.0, -40.0, "coordinates-in-another-country", "postal"),
        (999.0, 5.0, "coordinates-off-globe", "postal"),
        (float("nan"), 5.0, "coordinates-off-globe", "postal"),
        (42.36, None, "coordinates-incomplete", "postal"),
    ],
    ids=[
        "0,0",
        "swapped",
        "east for west",
        "south for north",
        "swapped, sign lost",
        "Paris",
        "sea",
        "999",
        "nan",
        "half",
    ],
)
def test_coordinates_that_cannot_be_are_put_right_and_reported(
    latitude, longitude, kind, precision, gazetteer
):
    placed, kinds = _place(_listing(**CAMBRIDGE, latitude=latitude, longitude=longitude), gazetteer)

    assert kinds == [kind]
    assert _is_near(placed, 42.36, -71.1)
    assert placed.precision == precision
    assert placed.timezone == "America/New_York"


def test_coordinates_far_from_the_address_in_the_same_country_are_kept_and_reported(gazetteer):
    placed, kinds = _place(_listing(**CAMBRIDGE, latitude=40.7, longitude=-74.0), gazetteer)

    assert kinds == ["coordinates-far-from-address"]
    assert (placed.latitude, placed.longitude) == (40.7, -74.0)


def test_a_city_without_its_state_does_not_overrule_coordinates(gazetteer):
    springfield = _listing(city="Springfield", country="US", latitude=39.8, longitude=-89.64)
    london = _listing(city="London", country="US", latitude=51.5, longitude=-0.12)

    assert _place(springfield, gazetteer)[1] == []
    assert _place(london, gazetteer)[0].latitude == 51.5


def test_a_postal_code_of_another_town_gives_way_to_town_and_state(gazetteer):
    placed, kinds = _place(_listing(**(CAMBRIDGE | {"postal_code": "90210"})), gazetteer)

    assert kinds == ["postal-code-far-from-city"]
    assert placed.precision == "city"
    assert _is_near(placed, 42.37, -71.1)


def test_a_code_that_two_countries_share_is_read_beside_its_coordinates(gazetteer):
    listing = _listing(postal_code="28013", latitude=40.42, longitude=-3.7)

    assert _place(listing, gazetteer, SourceDefaults())[1] == []


@pytest.mark.parametrize(
    ("fields", "defaults", "zone"),
    [
        ({"latitude": 33.45, "longitude": -112.07}, US, "America/Phoenix"),
        ({"state": "PA", "country": "US"}, US, "America/New_York"),
        ({"state": "Pennsylvania", "country": "US"}, US, "America/New_York"),
        ({"country": "IE"}, US, "Europe/Dublin"),
        (
            {"state": "TX", "country": "US"},
            SourceDefaults(timezone="America/Chicago"),
            "America/Chicago",
        ),
        ({"attendance": "online"}, SourceDefaults(timezone="Europe/Paris"), "Europe/Paris"),
    ],
    ids=["coordinates", "state", "state by name", "country", "two zones in a state", "online"],
)
def test_a_zone_is_filled_from_the_finest_that_is_known(fields, defaults, zone, gazetteer):
    placed, kinds = _place(_listing(**fields), gazetteer, defaults)

    assert placed.timezone == zone
    assert kinds == []


def test_a_zone_that_nothing_tells_is_reported(gazetteer):
    placed, kinds = _place(_listing(attendance="online"), gazetteer)

    assert placed.timezone == ""
    assert kinds == ["timezone-missing"]


PHOENIX = {
    "city": "Phoenix",
    "state": "AZ",
    "country": "US",
    "latitude": 33.45,
    "longitude": -112.07,
}


def test_a_room_keeps_the_clock_of_its_place(gazetteer):
    placed, kinds = _place(_listing(**PHOENIX, timezone="America/New_York"), gazetteer)

    assert placed.timezone == "America/Phoenix"
    assert kinds == ["timezone-disagrees"]


def test_an_online_meeting_keeps_the_zone_of_its_host(gazetteer):
    placed, kinds = _place(
        _listing(**PHOENIX, timezone="America/New_York", attendance="online"), gazetteer
    )

    assert placed.timezone == "America/New_York"
    assert kinds == []


def test_a_zone_that_no_address_contradicts_is_kept_and_reported(gazetteer):
    placed, kinds = _place(
        _listing(latitude=33.45, longitude=-112.07, timezone="America/New_York"), gazetteer
    )

    assert placed.timezone == "America/New_York"
    assert kinds == ["timezone-disagrees"]


def test_a_town_at_the_border_may_keep_the_clock_of_its_neighbours(gazetteer):
    phenix_city = {
        "city": "Phenix City",
        "state": "AL",
        "country": "US",
        "latitude": 32.47,
        "longitude": -85.0,
    }

    placed, kinds = _place(_listing(**phenix_city, timezone="America/New_York"), gazetteer)

    assert placed.timezone == "America/New_York"
    assert kinds == []


def test_another_name_for_the_same_clock_is_no_problem(gazetteer):
    listing = _listing(**CAMBRIDGE, latitude=42.36, longitude=-71.1, timezone="US/Eastern")

    assert _place(listing, gazetteer) == (listing, [])


def test_without_a_gazetteer_coordinates_still_give_the_zone():
    empty = Gazetteer.empty()

    placed, kinds = _place(_listing(**CAMBRIDGE, latitude=42.36, longitude=-71.1), empty)
    unplaced, _ = _place(_listing(**CAMBRIDGE), empty)
    empty.close()

    assert (placed.timezone, kinds) == ("America/New_York", [])
    assert (unplaced.latitude, unplaced.timezone) == (None, "America/New_York")


class Told:
    """A geocoder that was told its answer."""

    def __init__(self, point: Point | None) -> None:
        self.point = point
        self.asked: list[tuple[str, str]] = []

    def locate(self, *, address: str, country: str) -> Located:
        self.asked.append((address, country))
        return Located(
            point=self.point, reason="" if self.point else "It does not know this address."
        )


@pytest.mark.parametrize(
    ("point", "precision"),
    [
        (Point(latitude=42.3655, longitude=-71.1035, precision="exact"), "exact"),
        (Point(latitude=42.3655, longitude=-71.1035, precision="city"), "postal"),
        (Point(latitude=40.0, longitude=-80.0, precision="exact"), "postal"),
        (None, "postal"),
    ],
    ids=["taken", "no finer", "far from the town", "not known"],
)
def test_a_provider_is_believed_only_near_the_town(point, precision, gazetteer):
    told = Told(point)

    placed, kinds = _place(_listing(**CAMBRIDGE, address="1 Main Street"), gazetteer, geocoder=told)

    assert (placed.precision, kinds) == (precision, [])
    assert told.asked == [("1 Main Street, Cambridge, MA 02139", "US")]


def test_a_provider_does_not_hear_of_a_listing_that_has_its_spot(gazetteer):
    told = Told(None)

    _place(
        _listing(**CAMBRIDGE, address="1 Main Street", latitude=42.36, longitude=-71.1),
        gazetteer,
        geocoder=told,
    )

    assert told.asked == []


def _told(problems: list[Problem]) -> set[tuple[str, str]]:
    return {(problem.kind, problem.value) for problem in problems}


degrees = st.one_of(
    st.none(),
    st.floats(-400, 400),
    st.sampled_from([0.0, 42.36, -71.1, 71.1, float("nan"), float("inf")]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    latitude=degrees,
    longitude=degrees,
    postal_code=st.sampled_from(["", "02139", "90210", "SW4 9SW", "T0C 2J0", "?"]),
    city=st.sampled_from(["", "Cambridge", "London", "Springfield", "\x00"]),
    state=st.sampled_from(["", "MA", "ON", "Nowhere"]),
    country=st.sampled_from(["", "US", "GB", "CA", "ZZ"]),
    timezone=st.sampled_from(
        ["", "America/New_York", "America/Phoenix", "US/Eastern", "Mars/Olympus", "../etc"]
    ),
    attendance=st.sampled_from(["in_person", "online", "hybrid", "inactive"]),
)
def test_a_placed_listing_is_placed(gazetteer, **fields):
    listing = _listing(**fields)

    placed, problems = place_listing(listing=listing, gazetteer=gazetteer, defaults=US)
    again, more = place_listing(listing=placed, gazetteer=gazetteer, defaults=US)

    assert again == placed
    assert _told(more) <= _told(problems)
    untouched = {"latitude": None, "longitude": None, "precision": "", "timezone": ""}
    assert msgspec.structs.replace(placed, **untouched) == msgspec.structs.replace(
        listing, **untouched
    )


@pytest.mark.skipif(not MEETINGS.is_dir(), reason="the shared data is not here")
@pytest.mark.parametrize(
    "name",
    [
        "uk-ireland-aa-na-ca-2024-04-21.csv",
        "custom-edmonton-ab-2022.json",
        "tsml-nepa-pa-2022.json",
    ],
)
def test_real_listings_get_spot_and_zone(name: str, gazetteer: Gazetteer):
    rows = read(data=(MEETINGS / name).read_bytes(), name=name).listings
    listings = [
        listing for row in rows if (listing := normalize(raw=row, defaults=SourceDefaults())[0])
    ]

    placed = [
        place_listing(listing=each, gazetteer=gazetteer, defaults=SourceDefaults())
        for each in listings
    ]

    rooms = [listing for listing, _ in placed if listing.attendance != "online"]
    assert sum(listing.latitude is not None for listing in rooms) > len(rooms) * 0.97
    assert all(listing.timezone for listing in rooms)
    assert len([problem for _, problems in placed for problem in problems]) < len(listings) * 0.01
    assert all(
        place_listing(listing=each, gazetteer=gazetteer, defaults=SourceDefaults())[0] == each
        for each, _ in placed
    )
