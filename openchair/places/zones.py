"""Time zones of points and regions, by the names of the zone database."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources

import tzfpy

# Regions that keep one clock, of countries that keep several. A region with two (Texas, Ontario, Nayarit) is left out:
# a guess there would send people to a locked door. Source: the zones of GeoNames' cities; a test compares them.
_REGIONS_OF_ZONE = {
    ("US", "America/New_York"): "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
    ("US", "America/Chicago"): "AR IA IL LA MN MO MS OK WI",
    ("US", "America/Denver"): "CO MT NM UT WY",
    ("US", "America/Los_Angeles"): "CA NV WA",
    ("US", "Pacific/Honolulu"): "HI",
    ("CA", "America/Edmonton"): "AB",
    ("CA", "America/Winnipeg"): "MB",
    ("CA", "America/Moncton"): "NB",
    ("CA", "America/Halifax"): "NS PE",
    ("CA", "America/Whitehorse"): "YT",
    ("MX", "America/Mexico_City"): "01 06 07 09 11 12 13 15 16 17 20 21 22 29 30",
    ("MX", "America/Monterrey"): "10",
    ("MX", "America/Tijuana"): "02",
    ("MX", "America/Mazatlan"): "25",
    ("MX", "America/Hermosillo"): "26",
    ("MX", "America/Merida"): "04 31",
    ("ES", "Europe/Madrid"): "AN AR AS CB CE CL CM CT EX GA IB MC MD ML NC PV RI VC",
    ("ES", "Atlantic/Canary"): "CN",
    ("AU", "Australia/Brisbane"): "QLD",
    ("AU", "Australia/Melbourne"): "VIC",
    ("AU", "Australia/Hobart"): "TAS",
    ("AU", "Australia/Darwin"): "NT",
    ("AU", "Australia/Sydney"): "ACT",
}
_ZONE_OF_REGION = {
    (country, region): zone
    for (country, zone), regions in _REGIONS_OF_ZONE.items()
    for region in regions.split()
}
# Countries with several zones whose other ones hold only far islands or an enclave that GeoNames lists apart.
_ZONE_OF_COUNTRY = {
    "DE": "Europe/Berlin",
    "NZ": "Pacific/Auckland",
    "CY": "Asia/Nicosia",
    "CN": "Asia/Shanghai",
}


def zone_at(*, latitude: float, longitude: float) -> str:
    """Return the IANA zone of a point in degrees, "" at sea and outside the globe.

    A few metres' doubt at borders: the polygons of tzfpy are simplified.
    """
    # A thousandth of a degree is about a hundred metres, finer than the polygons; it makes the cache hit for a venue.
    return _zone_at(round(latitude, 3), round(longitude, 3))


@lru_cache(maxsize=65536)
def _zone_at(latitude: float, longitude: float) -> str:
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return ""
    name = str(tzfpy.get_tz(longitude, latitude))
    return "" if name.startswith("Etc/") else name


@lru_cache(maxsize=4096)
def zone_for_region(*, country: str, admin1: str) -> str:
    """Return the one zone of a region (GeoNames postal code, such as PA) or of its whole country, "" when several."""
    zone = _ZONE_OF_REGION.get((country, admin1)) or _ZONE_OF_COUNTRY.get(country)
    if zone:
        return zone
    zones = _zones_of_country().get(country, ())
    return zones[0] if len(zones) == 1 else ""


@lru_cache(maxsize=1024)
def canonical_zone(name: str) -> str:
    """Return the name that a place goes by for any name of its zone ("US/Eastern" → "America/New_York"), "" if unknown."""
    return _canonical_names().get(name.strip().lower().replace(" ", "_"), "")


@lru_cache(maxsize=1024)
def countries_of_zone(name: str) -> frozenset[str]:
    """Return the ISO codes of the countries that keep a zone, none when it is no place's."""
    return frozenset(country for country, zones in _zones_of_country().items() if name in zones)


@cache
def _zones_of_country() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for line in _tzdata("zone.tab").splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found.setdefault(country, []).append(zone)
    return {country: tuple(zones) for country, zones in found.items()}


@cache
def _canonical_names() -> dict[str, str]:
    places = {zone for zones in _zones_of_country().values() for zone in zones} | {"UTC"}
    links = {}
    for line in _tzdata("tzdata.zi").splitlines():
        if line.startswith("L "):
            _, target, alias = line.split()
            links[alias] = target
    names = {zone.lower(): zone for zone in places}
    for alias in links:
        target = alias
        while target in links and target not in places:
            target = links[target]
        # Etc/UTC is what UTC's other names lead to.
        target = "UTC" if target == "Etc/UTC" else target
        if target in places:
            names.setdefault(alias.lower(), target)
    names.setdefault("etc/utc", "UTC")
    return names


def _tzdata(name: str) -> str:
    return (resources.files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
