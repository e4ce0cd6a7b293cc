from __future__ import annotations

import numpy as np
import pytest
from geopy.distance import great_circle
from hypothesis import given
from hypothesis import strategies as st

from openchair.search.near import (
    Box,
    box_around,
    cells_of,
    distances_km,
    gather,
    places_in_cells,
    unit_vectors,
    wrap,
)

POINTS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def distance(here, there):
    vectors = unit_vectors(np.array([there[0]]), np.array([there[1]]))
    return float(distances_km(here=here, vectors=vectors)[0])


@given(POINTS, POINTS)
def test_distances_are_those_of_another_library(here, there):
    # Close to the opposite end of the globe both lose digits.
    assert distance(here, there) == pytest.approx(great_circle(here, there).km, rel=1e-5, abs=1e-6)


@given(POINTS, POINTS, st.sampled_from([0.0, 1.0, 40.0, 500.0, 15_000.0]))
def test_whatever_is_near_enough_lies_in_a_cell_of_the_box(here, there, radius):
    latitudes, longitudes = np.array([there[0]]), np.array([wrap(there[1])])
    box = box_around(latitude=here[0], longitude=here[1], radius_km=radius)

    found = places_in_cells(box=box, cells=cells_of(latitudes, longitudes))

    if distance(here, there) <= radius:
        assert found
        assert box.holds(latitudes, longitudes)[0]


@pytest.mark.parametrize(
    ("bounds", "point", "is_inside"),
    [
        ((170, -10, -170, 10), (0, 179), True),
        ((170, -10, -170, 10), (0, -179), True),
        ((170, -10, -170, 10), (0, 180), True),
        ((170, -10, -170, 10), (0, 0), False),
        ((-180, -90, 180, 90), (90, 12), True),
        ((530, -10, 550, 10), (0, -179), True),
        ((-10, 0, 10, 5), (5, 10), True),
        ((-10, 0, 10, 5), (5.1, 10), False),
        ((0, 0, 360, 5), (1, -100), True),
    ],
)
def test_a_box_may_cross_the_date_line(bounds, point, is_inside):
    latitudes, longitudes = np.array([float(point[0])]), np.array([wrap(point[1])])
    cells = cells_of(latitudes, longitudes)
    box = Box(*map(float, bounds))

    places = gather(np.array([0]), places_in_cells(box=box, cells=cells))

    assert bool(len(places) and box.holds(latitudes, longitudes)[0]) == is_inside
