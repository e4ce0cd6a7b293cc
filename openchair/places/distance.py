"""Distances on the Earth, taken as a sphere: off by 0.5 % at most, less than anyone walks round a block."""

from __future__ import annotations

from math import asin, cos, degrees, pi, radians, sin, sqrt

import numpy as np
import numpy.typing as npt

# The mean radius of the Earth. Source: IUGG.
EARTH_RADIUS_KM = 6371.0088
# The international mile. Source: exact by definition, 1959.
KM_PER_MILE = 1.609344

Degrees = npt.NDArray[np.float64]


def miles_from_km(km: float) -> float:
    """Return kilometres as miles."""
    return km / KM_PER_MILE


def km_from_miles(miles: float) -> float:
    """Return miles as kilometres."""
    return miles * KM_PER_MILE


def distance_km(
    latitude: float, longitude: float, to_latitude: float, to_longitude: float
) -> float:
    """Return the great-circle distance between two points in degrees (haversine)."""
    from_phi, to_phi = radians(latitude), radians(to_latitude)
    half = sin((to_phi - from_phi) / 2) ** 2
    half += cos(from_phi) * cos(to_phi) * sin(radians(to_longitude - longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def distances_km(
    *, latitude: float, longitude: float, latitudes: Degrees, longitudes: Degrees
) -> Degrees:
    """Return the distance from one point to each of many, all in degrees."""
    from_phi, to_phi = radians(latitude), np.radians(latitudes)
    half = np.sin((to_phi - from_phi) / 2) ** 2
    half += np.cos(from_phi) * np.cos(to_phi) * np.sin(np.radians(longitudes - longitude) / 2) ** 2
    result: Degrees = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return result


def box_around(
    *, latitude: float, longitude: float, radius_km: float
) -> tuple[float, float, float, float]:
    """Return (west, south, east, north) in degrees, the least box that holds all within `radius_km`.

    West is greater than east when the box crosses the date line; around a pole it takes all longitudes.
    """
    reach = radius_km / EARTH_RADIUS_KM
    # A breath wider than exact: rounding must not push a point on the rim out of the box.
    reach += 1e-9
    south, north = radians(latitude) - reach, radians(latitude) + reach
    if south <= -pi / 2 or north >= pi / 2:
        return -180.0, max(-90.0, degrees(south)), 180.0, min(90.0, degrees(north))
    # The rim's widest longitude lies nearer the pole than the centre does.
    spread = degrees(asin(min(1.0, sin(reach) / cos(radians(latitude)))))
    west, east = longitude - spread, longitude + spread
    return _turned(west), degrees(south), _turned(east), degrees(north)


def _turned(longitude: float) -> float:
    """Return `longitude` within -180…180."""
    return longitude if -180 <= longitude <= 180 else (longitude + 180) % 360 - 180
