"""Places on the sphere: cells of a grid, boxes over the date line, distances."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

EARTH_RADIUS_KM = 6371.0088
# About 5 km: a city is several cells, and a drive of 40 km is few bands of them.
_CELLS_PER_DEGREE = 20
_CELLS_AROUND = 360 * _CELLS_PER_DEGREE
# Below this a degree of longitude is too short for the cosine rule to be trusted; the whole circle
# is taken.
_POLAR_COSINE = 1e-3
# Bounds are widened by about a metre: they only gather candidates, the exact test decides.
_SLACK_DEGREES = 1e-5

# No two points on the globe are as far apart.
FURTHEST_KM = 20_040.0
# A distance in metres beyond all others: of listings that are nowhere on the map.
NOWHERE = 1 << 40
# A millimetre: what rounding may add to a distance must not put a point out of reach of itself.
ROUNDING_KM = 1e-6

Floats = NDArray[np.float64]


class Box(msgspec.Struct, frozen=True):
    """Bounds in degrees, edges included. `west` > `east` crosses the date line."""

    west: float
    south: float
    east: float
    north: float

    def longitude_ranges(self) -> list[tuple[float, float]]:
        """Return one or two ranges of longitudes within −180…180."""
        if self.east - self.west >= 360:
            return [(-180.0, 180.0)]
        west, east = wrap(self.west), wrap(self.east)
        # Bounds that only rounding makes equal still go all the way round when they came the wrong
        # way about.
        if west < east or (west == east and self.west <= self.east):
            return [(west, east)]
        return [(west, 180.0), (-180.0, east)]

    def holds(self, latitudes: Floats, longitudes: Floats) -> NDArray[np.bool_]:
        """Return which points lie in the box."""
        inside = np.zeros(len(latitudes), dtype=bool)
        for west, east in self.longitude_ranges():
            inside |= (longitudes >= west) & (longitudes <= east)
        return inside & (latitudes >= self.south) & (latitudes <= self.north)


def wrap(longitude: float) -> float:
    """Return the same meridian within [−180, 180)."""
    return (longitude + 180.0) % 360.0 - 180.0


def box_around(*, latitude: float, longitude: float, radius_km: float) -> Box:
    """Return a box that holds every point within `radius_km` of the centre."""
    reach = math.degrees(radius_km / EARTH_RADIUS_KM) + _SLACK_DEGREES
    south, north = latitude - reach, latitude + reach
    least_cosine = min(math.cos(math.radians(south)), math.cos(math.radians(north)))
    if south <= -90 or north >= 90 or least_cosine < _POLAR_COSINE:
        return Box(-180.0, max(south, -90.0), 180.0, min(north, 90.0))
    # The meridians that touch the circle: Source: spherical trigonometry, sin Δλ = sin r / cos φ.
    ratio = math.sin(math.radians(min(reach, 90.0))) / math.cos(math.radians(latitude))
    width = math.degrees(math.asin(min(ratio, 1.0))) + _SLACK_DEGREES
    return Box(longitude - width, south, longitude + width, north)


def unit_vectors(latitudes: Floats, longitudes: Floats) -> Floats:
    """Return the points (degrees) as rows of x, y and z on the unit sphere; nan where a point is
    unknown.
    """
    up, along = np.radians(latitudes), np.radians(longitudes)
    level = np.cos(up)
    return np.column_stack((level * np.cos(along), level * np.sin(along), np.sin(up)))


def distances_km(*, here: tuple[float, float], vectors: Floats) -> Floats:
    """Return the great-circle distances from `here` (latitude, longitude) to unit vectors; nan
    stays nan.

    Half the chord is the sine of half the angle, the haversine formula without a trigonometric
    function a point.
    """
    up, along = math.radians(here[0]), math.radians(here[1])
    level = math.cos(up)
    apart = vectors - (level * math.cos(along), level * math.sin(along), math.sin(up))
    half_chords = np.sqrt(np.einsum("ij,ij->i", apart, apart)) / 2
    result: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(half_chords, 1.0))
    return result


def whole_metres(kilometres: Floats) -> NDArray[np.int64]:
    """Return distances in whole metres, NOWHERE for nan.

    So that two meetings in one house are equally far, and the next to start comes first.
    """
    return np.where(kilometres <= FURTHEST_KM, kilometres * 1000 + 0.5, NOWHERE).astype(np.int64)


def cells_of(latitudes: Floats, longitudes: Floats) -> NDArray[np.int64]:
    """Return the number of the grid cell of each point: along a band of latitude they count up."""
    bands = np.floor((latitudes + 90.0) * _CELLS_PER_DEGREE).astype(np.int64)
    along = np.floor((longitudes + 180.0) * _CELLS_PER_DEGREE).astype(np.int64)
    return bands * (_CELLS_AROUND + 1) + along


def places_in_cells(*, box: Box, cells: NDArray[Any]) -> list[slice]:
    """Return where in `cells` (ascending) those lie that touch `box`: few slices, not overlapping."""
    south = math.floor((max(box.south, -90.0) + 90.0) * _CELLS_PER_DEGREE)
    north = math.floor((min(box.north, 90.0) + 90.0) * _CELLS_PER_DEGREE)
    bands = np.arange(south, north + 1, dtype=np.int64) * (_CELLS_AROUND + 1)
    found = []
    for west, east in box.longitude_ranges():
        low = bands + math.floor((west + 180.0) * _CELLS_PER_DEGREE)
        high = bands + math.floor((east + 180.0) * _CELLS_PER_DEGREE)
        starts = np.searchsorted(cells, low, side="left").tolist()
        ends = np.searchsorted(cells, high, side="right").tolist()
        found += [slice(a, b) for a, b in zip(starts, ends, strict=True) if a < b]
    return found


def gather(array: NDArray[Any], places: list[slice]) -> NDArray[Any]:
    """Return the parts of `array` that lie at `places`, one behind the other."""
    return np.concatenate([array[place] for place in places]) if places else array[:0]
