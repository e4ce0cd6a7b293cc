"""Places that a name may mean, what narrows them, and which of them is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from openchair.places.distance import distance_km
from openchair.places.naming import OVERSEAS_PARTS
from openchair.places.place import Place

# A name at home weighs as much as one twenty times as large abroad: Cambridge, Massachusetts to an American, but
# London, England all the same.
HOME_WEIGHT = 20
# An exact name goes before a name in another language, unless the other bears it for a city that much larger.
OTHER_NAME_WEIGHT = 0.02
# A city of this size is meant rather than the region of its name: Washington, Québec.
LARGE_CITY = 300_000
# A city of a twentieth of its region's people is meant by the name that both bear: New York, Québec.
REGIONS_PEOPLE_PER_CITYS = 20
NEAR_COUNTY_KM = 80.0


class Named(NamedTuple):
    """A place under one of its names; `is_other` when the name is not its own but another language's or a habit."""

    place: Place
    weight: int
    is_other: bool


class Qualifier(NamedTuple):
    """What narrows a name: a country, a region of it, or the spot of a county in degrees."""

    country: str = ""
    admin1: str = ""
    near: tuple[float, float] | None = None


def point(place: Place) -> tuple[float, float]:
    """Return latitude and longitude in degrees."""
    return place.latitude, place.longitude


def is_within(country: str, wanted: str) -> bool:
    """Tell whether a country is the wanted one or an overseas part of it; "" wants any."""
    return not wanted or country == wanted or country in OVERSEAS_PARTS.get(wanted, ())


def matches(place: Place, qualifier: Qualifier) -> bool:
    """Tell whether a place lies in what a qualifier names."""
    if not is_within(place.country, qualifier.country):
        return False
    if qualifier.admin1 and place.admin1 != qualifier.admin1:
        return False
    return qualifier.near is None or distance_km(*point(place), *qualifier.near) < NEAR_COUNTY_KM


def fits(named: Named, qualifiers: Sequence[Sequence[Qualifier]]) -> bool:
    """Tell whether a place lies in one of the meanings of each qualifier."""
    if qualifiers and named.place.kind == "country":
        return False
    return all(any(matches(named.place, each) for each in meanings) for meanings in qualifiers)


def score(named: Named, prefer: Sequence[str]) -> float:
    """Return how likely a place is meant by its name; `prefer` are the ISO countries that are home."""
    weight = named.weight * (OTHER_NAME_WEIGHT if named.is_other else 1.0)
    return weight * HOME_WEIGHT if named.place.country in prefer else weight


def likeliest(found: Sequence[Named], prefer: Sequence[str]) -> Place:
    """Return the place that is meant: the one of most weight, but a city rather than the region that bears its name."""
    best = max(found, key=lambda named: score(named, prefer))
    if best.place.kind == "city":
        return best.place
    cities = [each for each in found if each.place.kind == "city" and _is_rather(each, best.place)]
    return max(cities, key=lambda named: score(named, prefer)).place if cities else best.place


def _is_rather(city: Named, whole: Place) -> bool:
    """Tell whether a city is meant rather than the region or country of its name.

    New York and Québec are cities in the regions of their names; Mexico City is called Mexico only by habit.
    """
    is_large = not city.is_other and city.weight >= LARGE_CITY
    if whole.kind == "country":
        return is_large and city.place.country == whole.country
    is_inside = (city.place.country, city.place.admin1) == (whole.country, whole.admin1)
    return is_large or (is_inside and city.weight * REGIONS_PEOPLE_PER_CITYS >= whole.population)
