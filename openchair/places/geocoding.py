"""Find where an address lies: offline by its postal code or city, and by a provider only where an operator names one.

A provider hears the addresses of meetings, never what a visitor searches. Nothing here raises because of one: a save or
an import goes on without.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import msgspec
from geopy.exc import GeopyError
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim, OpenCage, Pelias, Photon

from openchair.places.gazetteer import Gazetteer

Precision = Literal["exact", "street", "postal", "city"]

# What public providers ask of everyone. Source: operations.osmfoundation.org/policies/nominatim, read 2026.
SECONDS_BETWEEN_REQUESTS = 1.0
TIMEOUT_SECONDS = 5
# Half an hour of an import at most waits for a provider; what is left stays approximate until the next refresh.
MOST_REQUESTS = 1800
# A provider that is down must not cost five seconds for every one of ten thousand addresses.
MOST_FAILURES_IN_A_ROW = 5
# Streets get names and houses numbers; what was not found may be found later.
FORGET_MISSES_AFTER = timedelta(days=30)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answer (
  provider TEXT, address TEXT, latitude REAL, longitude REAL, precision TEXT, asked_at TEXT,
  PRIMARY KEY (provider, address)) WITHOUT ROWID
"""


class BadGeocoder(ValueError):
    """GEOCODER names no provider that is known, or lacks its address or key."""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A spot in degrees. "postal" and "city" are the middles of areas, to be shown as approximate."""

    latitude: float
    longitude: float
    precision: Precision


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider said of an address; `reason` tells why there is no point, and is "" when there is one."""

    point: Point | None = None
    reason: str = ""


class Geocoder(Protocol):
    """Whatever can say where an address lies. Never raises."""

    def locate(self, *, address: str, country: str) -> Located:
        """Return where `address` lies in the ISO `country` ("" for any)."""


def geocode(
    *,
    gazetteer: Gazetteer,
    postal_code: str = "",
    city: str = "",
    state: str = "",
    country: str = "",
    home: str = "",
) -> Point | None:
    """Return the middle of an address's postal code, else of its city, None when neither is known. Asks no network.

    `home` is the ISO country to assume when `country` is "".
    """
    places = gazetteer.address(
        postal_code=postal_code, city=city, state=state, country=country, home=home
    )
    if places.postal:
        return Point(
            latitude=places.postal.latitude, longitude=places.postal.longitude, precision="postal"
        )
    if places.city:
        return Point(
            latitude=places.city.latitude, longitude=places.city.longitude, precision="city"
        )
    return None


def open_geocoder(
    *,
    setting: str,
    cache_path: Path,
    site_url: str,
    now: datetime,
    adapter_factory: Callable[..., Any] | None = None,
    seconds_between: float = SECONDS_BETWEEN_REQUESTS,
) -> ProviderGeocoder | None:
    """Return the geocoder that the setting GEOCODER names, for one run that began at `now`; None when it is "".

    Raises BadGeocoder. `site_url` tells the provider who asks, as their terms want; `adapter_factory` is geopy's, for
    tests without a network.
    """
    if not setting:
        return None
    name, _, rest = setting.partition(":")
    options: dict[str, Any] = {
        "timeout": TIMEOUT_SECONDS,
        "user_agent": f"openchair ({site_url or 'self-hosted'})",
        "adapter_factory": adapter_factory,
    }
    shown_name, ask = _provider(name.strip().lower(), rest.strip(), options)
    return ProviderGeocoder(
        name=shown_name, ask=ask, cache_path=cache_path, now=now, seconds_between=seconds_between
    )


class ProviderGeocoder:
    """Asks one provider, slowly, and remembers every answer in a SQLite file of its own."""

    def __init__(
        self,
        *,
        name: str,
        ask: Callable[..., Any],
        cache_path: Path,
        now: datetime,
        seconds_between: float,
    ) -> None:
        self.name = name
        self._ask = RateLimiter(
            ask, min_delay_seconds=seconds_between, max_retries=0, swallow_exceptions=False
        )
        self._cache_path = cache_path
        self._now = now
        self._requests_left = MOST_REQUESTS
        self._failures = 0

    def locate(self, *, address: str, country: str) -> Located:
        """Return where `address` lies: from memory, else from the provider. Never raises: `reason` says what was wrong."""
        query = " ".join(address.split())[:300]
        if not query:
            return Located(reason="There is no address to look for.")
        try:
            known = self._remembered(query)
            return known or self._asked(query, country)
        except sqlite3.Error as error:
            return Located(
                reason=f"The memory of {self.name} at {self._cache_path} can't be used: {error}."
            )

    def _asked(self, query: str, country: str) -> Located:
        if self._failures >= MOST_FAILURES_IN_A_ROW:
            return Located(
                reason=f"{self.name} failed {self._failures} times in a row and is left alone."
            )
        if self._requests_left <= 0:
            return Located(reason=f"{self.name} was asked {MOST_REQUESTS} times, the rest waits.")
        self._requests_left -= 1
        try:
            location = self._ask(f"{query}, {country}" if country else query)
            point = _point(location) if location else None
        # A provider may answer with anything; whatever geopy makes of it must not end an import.
        except (GeopyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            self._failures += 1
            return Located(reason=f"{self.name} did not answer: {type(error).__name__}.")
        self._failures = 0
        self._remember(query, point)
        return (
            Located(point=point)
            if point
            else Located(reason=f"{self.name} does not know this address.")
        )

    def _remembered(self, query: str) -> Located | None:
        with closing(self._memory()) as memory:
            row = memory.execute(
                "SELECT latitude, longitude, precision, asked_at FROM answer WHERE provider = ? AND address = ?",
                (self.name, query),
            ).fetchone()
        if row is None:
            return None
        latitude, longitude, precision, asked_at = row
        if latitude is not None:
            return Located(point=Point(latitude=latitude, longitude=longitude, precision=precision))
        if self._now - datetime.fromisoformat(asked_at) > FORGET_MISSES_AFTER:
            return None
        return Located(reason=f"{self.name} does not know this address.")

    def _remember(self, query: str, point: Point | None) -> None:
        spot = (point.latitude, point.longitude, point.precision) if point else (None, None, None)
        with closing(self._memory()) as memory, memory:
            memory.execute(
                "INSERT OR REPLACE INTO answer VALUES (?,?,?,?,?,?)",
                (self.name, query, *spot, self._now.astimezone(UTC).isoformat()),
            )

    def _memory(self) -> sqlite3.Connection:
        memory = sqlite3.connect(self._cache_path, timeout=5)
        memory.execute(_SCHEMA)
        return memory


def _provider(name: str, rest: str, options: dict[str, Any]) -> tuple[str, Callable[..., Any]]:
    """Return a name that may be logged, without key or password, and geopy's function."""
    if name == "opencage":
        if not rest:
            raise BadGeocoder("unexpected value GEOCODER=opencage, use opencage:KEY")
        ask: Callable[..., Any] = OpenCage(rest, **options).geocode
        return name, ask
    kinds = {"nominatim": Nominatim, "photon": Photon, "pelias": Pelias}
    if name not in kinds:
        raise BadGeocoder(
            f"unexpected value GEOCODER={name}:…, use nominatim:URL, photon:URL, pelias:URL or opencage:KEY"
        )
    address = urlsplit(rest)
    if address.scheme not in {"http", "https"} or not address.netloc:
        raise BadGeocoder(
            f"unexpected value GEOCODER={name}:{rest}, use {name}:https://geocoder.example.org/"
        )
    domain = (address.netloc + address.path).rstrip("/")
    ask = kinds[name](domain=domain, scheme=address.scheme, **options).geocode
    return f"{name} at {address.hostname}", ask


def _point(location: Any) -> Point:  # geopy is untyped
    latitude, longitude = float(location.latitude), float(location.longitude)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("a provider gave a point outside the globe")
    return Point(latitude=latitude, longitude=longitude, precision=_precision(location.raw))


def _precision(raw: dict[str, Any]) -> Precision:
    """Return how fine an answer is, from what each provider says of its kind; "city" when it says nothing known.

    Nominatim: addresstype; Photon and Pelias: properties.type or .layer; OpenCage: components._type.
    """
    properties = raw.get("properties", {})
    kind = (
        properties.get("layer")
        or properties.get("type")
        or raw.get("components", {}).get("_type")
        or raw.get("addresstype")
        or raw.get("type")
    )
    return _PRECISIONS.get(str(kind), "city")


_PRECISIONS: dict[str, Precision] = {
    **dict.fromkeys(
        ("house", "building", "address", "venue", "place", "amenity", "shop", "office"), "exact"
    ),
    **dict.fromkeys(("road", "street", "residential", "path"), "street"),
    **dict.fromkeys(("postcode", "postalcode"), "postal"),
}
