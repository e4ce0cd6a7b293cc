from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from openchair.places.distance import (
    EARTH_RADIUS_KM,
    box_around,
    distance_km,
    distances_km,
    km_from_miles,
    miles_from_km,
)

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


def test_known_distances():
    assert distance_km(42.3601, -71.0589, 40.7128, -74.0060) == pytest.approx(306, abs=1)
    assert distance_km(51.5074, -0.1278, 48.8566, 2.3522) == pytest.approx(344, abs=1)
    assert distance_km(0, 179.5, 0, -179.5) == pytest.approx(111.2, abs=0.1)
    assert distance_km(90, 0, -90, 0) == pytest.approx(EARTH_RADIUS_KM * np.pi)


def test_a_mile_is_a_mile():
    assert km_from_miles(5) == pytest.approx(8.04672)
    assert miles_from_km(km_from_miles(3.7)) == pytest.approx(3.7)


@given(latitudes, longitudes, latitudes, longitudes)
def test_distance_is_the_same_both_ways_and_for_many_at_once(a, b, c, d):
    there = distance_km(a, b, c, d)
    many = distances_km(
        latitude=a, longitude=b, latitudes=np.array([c, a]), longitudes=np.array([d, b])
    )

    assert there == pytest.approx(distance_km(c, d, a, b), abs=1e-6)
    assert many[0] == pytest.approx(there, abs=1e-5)
    assert many[1] == 0
    assert 0 <= there <= EARTH_RADIUS_KM * np.pi + 1e-6


@given(latitudes, longitudes, st.floats(0.01, 15_000), latitudes, longitudes)
def test_a_box_holds_all_that_is_within_its_radius(latitude, longitude, radius_km, other, over):
    assume(distance_km(latitude, longitude, other, over) <= radius_km)

    west, south, east, north = box_around(
        latitude=latitude, longitude=longitude, radius_km=radius_km
    )

    assert south <= other <= north
    assert west <= over <= east if west <= east else (over >= west or over <= east)


@given(latitudes, longitudes, st.floats(0.01, 300), st.floats(0, 1), st.floats(0, 2 * np.pi))
def test_a_box_holds_points_near_its_rim(latitude, longitude, radius_km, share, bearing):
    reach = radius_km * share / EARTH_RADIUS_KM
    phi = np.radians(latitude)
    other = np.arcsin(
        np.clip(np.sin(phi) * np.cos(reach) + np.cos(phi) * np.sin(reach) * np.cos(bearing), -1, 1)
    )
    turn = np.arctan2(
        np.sin(bearing) * np.sin(reach) * np.cos(phi), np.cos(reach) - np.sin(phi) * np.sin(other)
    )
    over = (longitude + np.degrees(turn) + 180) % 360 - 180

    west, south, east, north = box_around(
        latitude=latitude, longitude=longitude, radius_km=radius_km
    )

    assert south - 1e-9 <= np.degrees(other) <= north + 1e-9
    at_pole = abs(abs(np.degrees(other)) - 90) < 1e-6
    assert at_pole or (
        west - 1e-6 <= over <= east + 1e-6
        if west <= east
        else (over >= west - 1e-6 or over <= east + 1e-6)
    )


def test_a_box_crosses_the_date_line_and_takes_a_pole_whole():
    west, _, east, _ = box_around(latitude=-17.8, longitude=179.9, radius_km=50)
    assert west > east

    assert box_around(latitude=89.9, longitude=10, radius_km=50)[::2] == (-180.0, 180.0)
    assert box_around(latitude=-90, longitude=10, radius_km=50)[::2] == (-180.0, 180.0)
