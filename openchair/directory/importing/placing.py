"""Give every listing a spot and a time zone, from what it says of its place; say what does not fit together.

Offline, and pure apart from look-ups that only read: the same listing gives the same answer, and a placed listing is
left as it is. What is only the middle of a postal code or a city is marked so by its precision.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from openchair.directory.listing import Listing, Precision, Problem, SourceDefaults
from openchair.places.distance import distance_km
from openchair.places.gazetteer import Gazetteer
from openchair.places.geocoding import Geocoder
from openchair.places.place import Place
from openchair.places.postal_codes import is_wide
from openchair.places.zones import countries_of_zone, zone_at, zone_for_region

# Alaska's postal codes apart, no code or city has its middle this far from its edge.
FAR_KM = 100.0
# A spot explained by swapped or turned coordinates must come nearer than one that merely passes.
EXPLAINED_KM = 50.0
# Feeds write 0,0 for "not known", or a hair beside it.
NULL_ISLAND_DEGREES = 0.01
# People near a border of zones keep the clock of the town they work in: Phenix City in Alabama lives by Georgia's.
NEAR_BORDER_DEGREES = 0.4
# Two dates apart tell zones with summer time from those without, on both halves of the Earth.
_DATES = (datetime(2025, 1, 15, 12), datetime(2025, 7, 15, 12))  # noqa: DTZ001  # each zone puts its own on


class _Spot(NamedTuple):
    latitude: float
    longitude: float


def place_listing(
    *,
    listing: Listing,
    gazetteer: Gazetteer,
    defaults: SourceDefaults,
    geocoder: Geocoder | None = None,
) -> tuple[Listing, list[Problem]]:
    """Return the listing with spot, precision and time zone filled or put right, and what could not be.

    Given coordinates stay unless they can't be: 0,0, outside the globe, swapped, with a wrong sign, or in another
    country than the address. A given zone stays unless the meeting is held in a room whose place, known by coordinates
    and address alike, keeps another clock all around: the clock on its wall is then the one that people read. An online
    meeting keeps its host's zone wherever the address is.
    """
    problems: list[Problem] = []
    anchors = _anchors(listing, gazetteer, defaults, problems)
    placed = _with_spot(listing, anchors, gazetteer, geocoder, problems)
    placed = _with_zone(placed, anchors, gazetteer, defaults, problems)
    return placed, problems


def _anchors(
    listing: Listing, gazetteer: Gazetteer, defaults: SourceDefaults, problems: list[Problem]
) -> tuple[Place, ...]:
    """Return the places that the address names, the most trustworthy first."""
    if not (listing.postal_code or listing.city):
        return ()
    found = gazetteer.address(
        postal_code=listing.postal_code,
        city=listing.city,
        state=listing.state,
        country=listing.country,
        home=listing.country or defaults.country or _country_at(listing),
    )
    if found.postal and is_wide(code=listing.postal_code, country=found.postal.country):
        # Its middle says little of where in it the town lies, and nothing against coordinates.
        return tuple(place for place in (found.city, _unless_spot(found.postal, listing)) if place)
    if found.postal and found.city and found.apart_km > FAR_KM:
        # A digit is mistyped more easily than a town and its state together.
        trusted, other = (found.city, found.postal) if listing.state else (found.postal, found.city)
        taken = "city" if trusted is found.city else "postal code"
        reason = f"{listing.postal_code} lies far from {listing.city}. The {taken} was taken."
        if _spot_of(listing) is None:
            problems.append(
                _problem(
                    listing, "postal_code", listing.postal_code, "postal-code-far-from-city", reason
                )
            )
        return trusted, other
    return tuple(place for place in (found.postal, found.city) if place)


def _with_spot(
    listing: Listing,
    anchors: tuple[Place, ...],
    gazetteer: Gazetteer,
    geocoder: Geocoder | None,
    problems: list[Problem],
) -> Listing:
    if listing.latitude is None and listing.longitude is None:
        return _filled(listing, anchors, geocoder)
    if listing.latitude is None or listing.longitude is None:
        problems.append(
            _about_spot(listing, "coordinates-incomplete", "One of the two coordinates is missing.")
        )
        return _filled(_without_spot(listing), anchors, geocoder)
    spot = _Spot(listing.latitude, listing.longitude)
    if _is_null_island(spot):
        problems.append(_about_spot(listing, "coordinates-zero", "0,0 lies in the sea off Africa."))
        return _filled(_without_spot(listing), anchors, geocoder)
    if _is_on_globe(spot) and (
        not anchors or any(_away(spot, anchor) <= FAR_KM for anchor in anchors)
    ):
        return listing
    if _is_on_globe(spot) and _is_near_namesake(listing, spot, gazetteer):
        return listing
    return _mended(listing, spot, anchors, geocoder, problems)


def _unless_spot(place: Place, listing: Listing) -> Place | None:
    return None if _spot_of(listing) else place


def _country_at(listing: Listing) -> str:
    """Return the country of the coordinates: where none is told, 28013 beside Madrid is no code of North Carolina."""
    spot = _spot_of(listing)
    zone = zone_at(latitude=spot.latitude, longitude=spot.longitude) if spot else ""
    return next(iter(sorted(countries_of_zone(zone))), "")


def _is_near_namesake(listing: Listing, spot: _Spot, gazetteer: Gazetteer) -> bool:
    """Tell whether the spot is near any city of the listing's: without a state, Springfield is one of forty."""
    if listing.state or not listing.city:
        return False
    city = gazetteer.city(name=listing.city, country=listing.country, near=spot)
    return city is not None and _away(spot, city) <= FAR_KM


def _mended(
    listing: Listing,
    spot: _Spot,
    anchors: tuple[Place, ...],
    geocoder: Geocoder | None,
    problems: list[Problem],
) -> Listing:
    """Return the listing with coordinates that can't be put right, or as it is when nothing explains them."""
    for meant, how in _turned(spot):
        if any(_away(meant, anchor) <= EXPLAINED_KM for anchor in anchors):
            reason = f"The coordinates had {how}, and were put right by the address."
            problems.append(_about_spot(listing, "coordinates-corrected", reason))
            return msgspec.structs.replace(
                listing, latitude=meant.latitude, longitude=meant.longitude
            )
    if not _is_on_globe(spot):
        problems.append(
            _about_spot(
                listing, "coordinates-off-globe", "No place on Earth has these coordinates."
            )
        )
        return _filled(_without_spot(listing), anchors, geocoder)
    anchor = anchors[0]
    countries = countries_of_zone(zone_at(latitude=spot.latitude, longitude=spot.longitude))
    # A city without its state or country may be another of its name: too little to overrule coordinates.
    is_told = bool(listing.country and (listing.state or anchor.kind == "postal"))
    if is_told and anchor.country not in countries:
        where = f"in {' or '.join(sorted(countries))}" if countries else "in the sea"
        reason = (
            f"The coordinates lie {where}, the address in {anchor.country}. Its middle was taken."
        )
        problems.append(_about_spot(listing, "coordinates-in-another-country", reason))
        return _filled(_without_spot(listing), anchors, geocoder)
    away = round(_away(spot, anchor))
    reason = (
        f"The coordinates lie {away} km from {anchor.name}, where the address is. They were kept."
    )
    problems.append(_about_spot(listing, "coordinates-far-from-address", reason))
    return listing


def _turned(spot: _Spot) -> list[tuple[_Spot, str]]:
    """Return what the coordinates may have been meant as, with what was wrong with them."""
    latitude, longitude = spot
    return [
        (meant, how)
        for meant, how in (
            (_Spot(longitude, latitude), "latitude and longitude swapped"),
            (_Spot(latitude, -longitude), "the wrong sign for east and west"),
            (_Spot(-latitude, longitude), "the wrong sign for north and south"),
            (_Spot(longitude, -latitude), "latitude and longitude swapped and a sign lost"),
            (_Spot(-longitude, latitude), "latitude and longitude swapped and a sign lost"),
            (_Spot(-latitude, -longitude), "both signs wrong"),
        )
        if _is_on_globe(meant)
    ]


def _filled(listing: Listing, anchors: tuple[Place, ...], geocoder: Geocoder | None) -> Listing:
    """Return a listing without coordinates with those of its address, as fine as can be had."""
    if geocoder and listing.address and (found := _asked(listing, anchors, geocoder)):
        return found
    if not anchors:
        return listing
    anchor = anchors[0]
    precision: Precision = "postal" if anchor.kind == "postal" else "city"
    return msgspec.structs.replace(
        listing, latitude=anchor.latitude, longitude=anchor.longitude, precision=precision
    )


def _asked(listing: Listing, anchors: tuple[Place, ...], geocoder: Geocoder) -> Listing | None:
    """Return the listing where a provider puts its address, None when it has no answer or one far from the town."""
    town = " ".join(filter(None, [listing.state, listing.postal_code]))
    address = listing.formatted_address or ", ".join(
        filter(None, [listing.address, listing.city, town])
    )
    point = geocoder.locate(address=address, country=listing.country).point
    if point is None or point.precision == "city":
        return None
    spot = _Spot(point.latitude, point.longitude)
    # The main street of another town of the name is worse than the middle of this one.
    if anchors and all(_away(spot, anchor) > EXPLAINED_KM for anchor in anchors):
        return None
    return msgspec.structs.replace(
        listing, latitude=spot.latitude, longitude=spot.longitude, precision=point.precision
    )


def _with_zone(
    listing: Listing,
    anchors: tuple[Place, ...],
    gazetteer: Gazetteer,
    defaults: SourceDefaults,
    problems: list[Problem],
) -> Listing:
    zone = ""
    if listing.latitude is not None and listing.longitude is not None:
        zone = zone_at(latitude=listing.latitude, longitude=listing.longitude)
    if not listing.timezone:
        return _with_zone_filled(listing, zone, gazetteer, defaults, problems)
    if not zone or listing.attendance == "online" or _keep_time_alike(zone, listing.timezone):
        return listing
    spot = _Spot(listing.latitude or 0.0, listing.longitude or 0.0)
    if _is_kept_nearby(listing.timezone, round(spot.latitude, 2), round(spot.longitude, 2)):
        return listing
    is_sure = any(_away(spot, anchor) <= FAR_KM for anchor in anchors)
    outcome = (
        f"{zone} was taken"
        if is_sure
        else f"{listing.timezone} was kept, since no address confirms them"
    )
    reason = f"The coordinates lie in {zone}, which keeps another time than {listing.timezone}. {outcome}."
    problems.append(_problem(listing, "timezone", listing.timezone, "timezone-disagrees", reason))
    return msgspec.structs.replace(listing, timezone=zone) if is_sure else listing


def _with_zone_filled(
    listing: Listing,
    zone: str,
    gazetteer: Gazetteer,
    defaults: SourceDefaults,
    problems: list[Problem],
) -> Listing:
    zone = zone or _zone_of_region(listing, gazetteer) or defaults.timezone
    if zone:
        return msgspec.structs.replace(listing, timezone=zone)
    reason = "Neither the place nor the source tells the time zone. Name one with --timezone."
    problems.append(_problem(listing, "timezone", "", "timezone-missing", reason))
    return listing


def _zone_of_region(listing: Listing, gazetteer: Gazetteer) -> str:
    """Return the one zone of the state or country told. The source's own country tells nothing: its zone does."""
    if not listing.country:
        return ""
    code = (
        gazetteer.region_code(name=listing.state, country=listing.country) if listing.state else ""
    )
    # PR and its like are countries of their own in data, and states in an address.
    return zone_for_region(country=listing.country, admin1=code or listing.state)


@lru_cache(maxsize=4096)
def _keep_time_alike(zone: str, other: str) -> bool:
    """Tell whether two zones show the same time all year. An unknown one is no reason to speak."""
    if zone == other:
        return True
    try:
        zones = ZoneInfo(zone), ZoneInfo(other)
    except (ZoneInfoNotFoundError, ValueError):
        return True
    return all(
        date.replace(tzinfo=zones[0]).utcoffset() == date.replace(tzinfo=zones[1]).utcoffset()
        for date in _DATES
    )


@lru_cache(maxsize=16384)
def _is_kept_nearby(zone: str, latitude: float, longitude: float) -> bool:
    steps = (-NEAR_BORDER_DEGREES, 0.0, NEAR_BORDER_DEGREES)
    around = {
        zone_at(latitude=latitude + up, longitude=longitude + over)
        for up in steps
        for over in steps
    }
    return any(_keep_time_alike(each, zone) for each in around if each)


def _without_spot(listing: Listing) -> Listing:
    return msgspec.structs.replace(listing, latitude=None, longitude=None, precision="")


def _spot_of(listing: Listing) -> _Spot | None:
    """Return the listing's coordinates when they can be a place's."""
    if listing.latitude is None or listing.longitude is None:
        return None
    spot = _Spot(listing.latitude, listing.longitude)
    return spot if _is_on_globe(spot) and not _is_null_island(spot) else None


def _is_null_island(spot: _Spot) -> bool:
    return abs(spot.latitude) < NULL_ISLAND_DEGREES and abs(spot.longitude) < NULL_ISLAND_DEGREES


def _is_on_globe(spot: _Spot) -> bool:
    return -90 <= spot.latitude <= 90 and -180 <= spot.longitude <= 180


def _away(spot: _Spot, place: Place) -> float:
    return distance_km(spot.latitude, spot.longitude, place.latitude, place.longitude)


def _about_spot(listing: Listing, kind: str, reason: str) -> Problem:
    value = f"{listing.latitude}, {listing.longitude}"
    return _problem(listing, "coordinates", value, kind, reason)


def _problem(listing: Listing, field: str, value: str, kind: str, reason: str) -> Problem:
    return Problem(row=listing.row, field=field, value=value[:200], kind=kind, reason=reason)
