"""What a gazetteer holds of one country, gathered from GeoNames' two files: cities, towns, counties, regions, itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from statistics import median
from typing import Literal

import msgspec
from babel import Locale

from openchair.places.distance import distance_km
from openchair.places.naming import (
    CITY_NAMES,
    COUNTRY_NAMES,
    FIRST_WORDS,
    IRISH_COUNTIES,
    fold_place,
    region_names,
)
from openchair.places.package_data import City, Country, PostalRow
from openchair.places.postal_codes import plain_code
from openchair.places.schema import cell_of
from openchair.places.zones import zone_at, zone_for_region

# Postal files with more lines than this list streets and colonies, whose names would drown those of towns.
MOST_ROWS_WITH_TOWNS = 60_000
# A postal town within this distance of a city of its name is that city.
SAME_TOWN_KM = 30.0
# Within this many degrees two towns of one name in GeoNames' two files are one.
SAME_SPOT_DEGREES = 0.5
# Nunavut's three postal codes cover a land as large as Mexico: no town of its stands at their middle.
CODES_WITHOUT_TOWNS = {("CA", "14"): "NU"}
# What a postal code adds to the weight of a county, for which no population is known: a few thousand people each.
PEOPLE_PER_CODE = 4000
# Below this, a name without its tail is more often a word than the town; above the second, habits have names of their own.
LEAST_FOR_SHORT_NAME = 20_000
LEAST_FOR_HABIT_NAME = 100_000
# The languages of the pages: a country is found under its name in each.
LANGUAGES = ("en", "es", "fr")


class PlaceRow(msgspec.Struct, kw_only=True):
    """A row of the table `place`. `weight` ranks places of one name; `cell` is set for cities of known population."""

    kind: Literal["city", "region", "country"]
    name: str
    country: str
    admin1: str = ""
    latitude: float
    longitude: float
    timezone: str
    population: int = 0
    weight: int = 1
    cell: int | None = None


class CountryPlaces:
    """The places of one country with their names; the number of a place is where it stands in `rows`."""

    def __init__(self, *, country: Country, other_countries: Collection[str]) -> None:
        self.country = country
        self.rows: list[PlaceRow] = []
        self.names: dict[tuple[str, int], bool] = {}
        self.region_names: set[tuple[str, str, str]] = set()
        self._country_names = other_countries
        self._cities: dict[str, list[int]] = defaultdict(list)

    def gather(self, *, cities: Sequence[City], postal_rows: Sequence[PostalRow]) -> None:
        """Add all that the two files hold. What is found later gives way to what was found before."""
        codes = _codes_of_main_file(self.country.iso, postal_rows, cities)
        for city in cities:
            self._add_city(city, codes.get(city.admin1code, city.admin1code))
        if self.country.iso == "IE":
            self._add_irish_counties()
        if len(postal_rows) <= MOST_ROWS_WITH_TOWNS:
            self._add_towns(postal_rows)
        self._add_regions(postal_rows)
        self._add_counties(postal_rows)
        self._add_itself()

    def _add(self, row: PlaceRow, *, names: Iterable[str]) -> int:
        number = len(self.rows)
        self.rows.append(row)
        for name in names:
            if folded := fold_place(name):
                self.names[folded, number] = False
        return number

    def _add_city(self, city: City, admin1: str) -> None:
        row = PlaceRow(
            kind="city",
            name=city.name,
            country=self.country.iso,
            admin1=admin1,
            latitude=city.latitude,
            longitude=city.longitude,
            timezone=city.timezone,
            population=city.population,
            weight=max(1, city.population),
            cell=cell_of(latitude=city.latitude, longitude=city.longitude),
        )
        number = self._add(row, names=[city.name])
        self._cities[fold_place(city.name)].append(number)
        is_large = city.population >= LEAST_FOR_HABIT_NAME
        habits = CITY_NAMES.get((self.country.iso, city.name), ()) if is_large else ()
        for name in (*habits, *filter(_is_telling, city.alternatenames)):
            folded = fold_place(name)
            if folded and (folded, number) not in self.names:
                self.names[folded, number] = not self._is_short_name(folded, city)
                self._cities[folded].append(number)

    def _is_short_name(self, folded: str, city: City) -> bool:
        """Tell whether a name is the city's own without its tail: "New York", "Newcastle", but no country (Mexico)."""
        if folded in self._country_names or folded in FIRST_WORDS:
            return False
        is_large = city.population >= LEAST_FOR_SHORT_NAME
        return is_large and fold_place(city.name).startswith(f"{folded} ")

    def _add_irish_counties(self) -> None:
        for county, town in IRISH_COUNTIES.items():
            for number in self._cities.get(fold_place(town), ())[:1]:
                at = self.rows[number]
                row = PlaceRow(
                    kind="region",
                    name=f"County {county}",
                    country=at.country,
                    admin1=at.admin1,
                    latitude=at.latitude,
                    longitude=at.longitude,
                    timezone=at.timezone,
                    weight=PEOPLE_PER_CODE,
                )
                self._add(row, names=[f"County {county}", f"Co {county}", county])

    def _add_towns(self, postal_rows: Sequence[PostalRow]) -> None:
        """Add the towns that only the postal file names: below 1,000 people, or parts of a city."""
        towns: dict[tuple[str, str], list[PostalRow]] = defaultdict(list)
        for row in postal_rows:
            if _is_town(row.place):
                towns[row.admin1, row.place].append(row)
        for (admin1, name), found in towns.items():
            folded = fold_place(name)
            if folded and not any(
                self._has_city_near(folded, row) for row in (found[0], found[-1])
            ):
                self._add(
                    self._middle_of(found, kind="city", name=name, admin1=admin1), names=[name]
                )

    def _has_city_near(self, folded: str, row: PostalRow) -> bool:
        cities = (self.rows[number] for number in self._cities.get(folded, ()))
        return any(
            distance_km(row.latitude, row.longitude, city.latitude, city.longitude) < SAME_TOWN_KM
            for city in cities
        )

    def _add_regions(self, postal_rows: Sequence[PostalRow]) -> None:
        by_region: dict[str, list[PlaceRow]] = defaultdict(list)
        for row in self._cities_with_people():
            by_region[row.admin1].append(row)
        told = {
            row.admin1: row.admin1_name for row in postal_rows if row.admin1 and row.admin1_name
        }
        for admin1, name in sorted(told.items()):
            names = region_names().get(self.country.iso, {}).get(admin1, [name])
            if cities := by_region.get(admin1):
                whole = self._whole(cities, kind="region", name=names[0], admin1=admin1)
                self._add(whole, names=[*names, name])
            codes = [admin1] if len(admin1) > 1 and admin1.isalpha() else []
            self.region_names.update(
                (fold_place(text), self.country.iso, admin1) for text in (*names, name, *codes)
            )

    def _add_counties(self, postal_rows: Sequence[PostalRow]) -> None:
        counties: dict[tuple[str, str], list[PostalRow]] = defaultdict(list)
        for row in postal_rows:
            if row.admin2_name and "(" not in row.admin2_name:
                counties[row.admin1, row.admin2_name].append(row)
        for (admin1, name), found in counties.items():
            full = f"{name} County" if self.country.iso == "US" else name
            county = self._middle_of(found, kind="region", name=full, admin1=admin1)
            county.weight = PEOPLE_PER_CODE * len({row.code for row in found})
            self._add(county, names=[full])

    def _add_itself(self) -> None:
        cities = self._cities_with_people()
        if cities:
            whole = self._whole(cities, kind="country", name=self.country.name, admin1="")
            whole.population = whole.weight = self.country.population
            self._add(whole, names=names_of_country(country=self.country))

    def _cities_with_people(self) -> list[PlaceRow]:
        return [row for row in self.rows if row.kind == "city" and row.population]

    def _middle_of(
        self, found: Sequence[PostalRow], *, kind: Literal["city", "region"], name: str, admin1: str
    ) -> PlaceRow:
        latitude, longitude = _middle_of_rows(found)
        return PlaceRow(
            kind=kind,
            name=name,
            country=self.country.iso,
            admin1=admin1,
            latitude=latitude,
            longitude=longitude,
            timezone=zone_at(latitude=latitude, longitude=longitude),
        )

    def _whole(
        self,
        cities: Sequence[PlaceRow],
        *,
        kind: Literal["region", "country"],
        name: str,
        admin1: str,
    ) -> PlaceRow:
        """Return a region or country made of its cities, at the middle of its people."""
        population = sum(city.population for city in cities)
        zones = {city.timezone for city in cities}
        told = zone_for_region(country=self.country.iso, admin1=admin1)
        return PlaceRow(
            kind=kind,
            name=name,
            country=self.country.iso,
            admin1=admin1,
            latitude=_weighted_median([(city.latitude, city.population) for city in cities]),
            longitude=_weighted_median([(city.longitude, city.population) for city in cities]),
            timezone=told or (zones.pop() if len(zones) == 1 else ""),
            population=population,
            weight=population,
        )


def names_of_country(*, country: Country) -> list[str]:
    """Return the names of a country: GeoNames' first, then those in the languages of the pages and by habit."""
    territories = [Locale(language).territories.get(country.iso, "") for language in LANGUAGES]
    names = [country.name, *territories, *COUNTRY_NAMES.get(country.iso, ())]
    return [name for name in dict.fromkeys(names) if name]


def postal_table(*, postal_rows: Sequence[PostalRow]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of the table `postal`: for each code the middle of its most accurate lines."""
    by_code: dict[str, list[PostalRow]] = defaultdict(list)
    for row in postal_rows:
        by_code[plain_code(text=row.code)].append(row)
    for code, found in by_code.items():
        accuracy = max(row.accuracy for row in found)
        best = [row for row in found if row.accuracy == accuracy]
        latitude, longitude = _middle_of_rows(best)
        country, admin1 = best[0].country, best[0].admin1
        zone = zone_at(latitude=latitude, longitude=longitude)
        zone = zone or zone_for_region(country=country, admin1=admin1)
        # Brackets hold lists of quarters: "Downtown Toronto (CN Tower / King and Spadina / …)".
        name = best[0].place.partition(" (")[0]
        yield code, country, name, admin1, latitude, longitude, zone


def _is_telling(name: str) -> bool:
    """Tell whether another name of a city is worth finding it by: codes of airports (HWO) are words in some language."""
    return len(name) > 3 or not name.isascii()


def _is_town(name: str) -> bool:
    # "Cedex" is a sorting office; brackets hold lists of quarters (Canada).
    return bool(name) and "(" not in name and "CEDEX" not in name.upper() and not name.isdigit()


def _codes_of_main_file(
    country: str, postal_rows: Sequence[PostalRow], cities: Sequence[City]
) -> dict[str, str]:
    """Map the region codes of GeoNames' main file to those of its postal file: Ontario is 08 and ON.

    The files share no key, so towns of one name at one spot vote. No two regions become one: Washington, where towns of
    Maryland stand near, stays apart from Maryland.
    """
    towns = {row.place: row for row in postal_rows if row.admin1}
    votes: Counter[tuple[str, str]] = Counter()
    for city in cities:
        row = towns.get(city.name)
        if row and _is_same_spot(row, city):
            votes[city.admin1code, row.admin1] += 1
    found = {main: code for (where, main), code in CODES_WITHOUT_TOWNS.items() if where == country}
    for (main, code), _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        if main not in found and code not in found.values():
            found[main] = code
    return found


def _is_same_spot(row: PostalRow, city: City) -> bool:
    return (
        abs(row.latitude - city.latitude) < SAME_SPOT_DEGREES
        and abs(row.longitude - city.longitude) < SAME_SPOT_DEGREES
    )


def _middle_of_rows(found: Sequence[PostalRow]) -> tuple[float, float]:
    return median(row.latitude for row in found), median(row.longitude for row in found)


def _weighted_median(weighted: Sequence[tuple[float, int]]) -> float:
    """Return the weighted median, which a date line or one far island does not pull away."""
    half = sum(weight for _, weight in weighted) / 2
    for value, weight in sorted(weighted):
        half -= weight
        if half <= 0:
            return value
    return weighted[-1][0]
