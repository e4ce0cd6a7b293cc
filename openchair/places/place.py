"""A named point on the map."""

from __future__ import annotations

from typing import Literal

import msgspec


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A postal code, city or region with its centre in degrees. `admin1` is the GeoNames code of its first-level region.

    Source: GeoNames (CC BY 4.0).
    """

    name: str
    kind: Literal["postal", "city", "region", "country"]
    country: str
    admin1: str = ""
    latitude: float
    longitude: float
    timezone: str = ""
    population: int = 0
