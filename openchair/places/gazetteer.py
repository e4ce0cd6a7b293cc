"""Look places up: postal codes, cities, regions and countries, in one read-only SQLite file.

Every answer is data of GeoNames (CC BY 4.0), to be credited where it is shown. Nothing here leaves the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from openchair.places import place_words
from openchair.places.candidates import Named, Qualifier, is_within, matches, point, score
from openchair.places.distance import box_around, distance_km
from openchair.places.naming import OVERSEAS_PARTS, fold_place
from openchair.places.place import Place
from openchair.places.place_file import NoGazetteer, PlaceFile
from openchair.places.postal_codes import known_forms
from openchair.places.schema import CREDIT

__all__ = ["CREDIT", "AddressPlaces", "Gazetteer", "NoGazetteer"]

_OVERSEAS = frozenset(part for parts in OVERSEAS_PARTS.values() for part in parts)
# Below this many letters a name is a code, and no county's.
_LEAST_COUNTY_LETTERS = 4


class AddressPlaces(NamedTuple):
    """Where an address lies by its postal code, and by its city within its state; how far apart, when both are known."""

    postal: Place | None
    city: Place | None
    apart_km: float = 0.0


class Gazetteer:
    """A gazetteer, open for reading. Safe to use from many threads. Answers are kept, so ask it as often as you like."""

    def __init__(self, file: PlaceFile) -> None:
        self._file = file
        self.meta = file.meta
        self._postal = lru_cache(maxsize=65536)(self._find_postal)
        self._city = lru_cache(maxsize=32768)(self._find_city)
        self._address = lru_cache(maxsize=65536)(self._find_address)

    @classmethod
    def open(cls, *, path: Path) -> Gazetteer:
        """Open the gazetteer at `path`. Raises NoGazetteer, with the way out, when it is missing or unreadable."""
        return cls(PlaceFile.open(path=path))

    @classmethod
    def empty(cls) -> Gazetteer:
        """Return a gazetteer that knows no place, for an installation without one."""
        return cls(PlaceFile.empty())

    @classmethod
    def open_or_empty(cls, *, path: Path) -> Gazetteer:
        """Open the gazetteer at `path`, or return an empty one: a search or an import never fails for want of it."""
        try:
            return cls.open(path=path)
        except NoGazetteer:
            return cls.empty()

    def close(self) -> None:
        """Close the file in all threads."""
        self._file.close()

    def postal(self, *, code: str, country: str = "", prefer: Sequence[str] = ()) -> Place | None:
        """Return the middle of a postal code, None when unknown. `prefer` ranks ISO countries that share the code."""
        return self._postal(code, country, tuple(prefer))

    def city(
        self,
        *,
        name: str,
        admin1: str = "",
        country: str = "",
        prefer: Sequence[str] = (),
        near: tuple[float, float] | None = None,
    ) -> Place | None:
        """Return the city that `name` most likely means, None when there is none.

        `admin1` is a region's code or name; a city outside it, or outside `country`, is not taken. Among several the
        largest wins, those in `prefer` counting twenty-fold; with `near` (degrees) the nearest.
        """
        return self._city(name, admin1, country, tuple(prefer), near)

    def region(self, *, name: str, country: str = "", prefer: Sequence[str] = ()) -> Place | None:
        """Return a first-level region or county by its code or name, None when unknown."""
        found = [each for each in self.named(name=name) if each.place.kind == "region"]
        for where, admin1 in self._file.regions.get(fold_place(name), ()):
            shown = self.named(name=self.region_name(country=where, admin1=admin1))
            found += [each for each in shown if _is_region(each.place, where, admin1)]
        found = [each for each in found if is_within(each.place.country, country)]
        return max(found, key=lambda named: score(named, prefer)).place if found else None

    def region_code(self, *, name: str, country: str) -> str:
        """Return the code of a first-level region of `country` by its code or name, "" when unknown."""
        found = self._file.regions.get(fold_place(name), ())
        return next((admin1 for where, admin1 in found if where == country), "")

    def region_name(self, *, country: str, admin1: str) -> str:
        """Return the name under which a first-level region is shown, "" when unknown."""
        return self._file.region_names.get((country, admin1), "")

    def country(self, *, name: str) -> Place | None:
        """Return a country by its ISO code or its name in English, Spanish or French, None when unknown."""
        country = self._file.countries.get(fold_place(name))
        return self._file.country(country=country) if country else None

    def named(self, *, name: str) -> tuple[Named, ...]:
        """Return every place of a name, with what speaks for its being meant."""
        return self._file.named(fold_place(name))

    def qualifiers(self, *, name: str) -> tuple[Qualifier, ...]:
        """Return what a name after a city may narrow it to: regions, a country, counties."""
        folded = fold_place(name)
        found = [Qualifier(*region) for region in self._file.regions.get(folded, ())]
        if country := self._file.countries.get(folded):
            found.append(Qualifier(country))
        # PR and its like are states in an address, and countries of their own in data.
        found += [Qualifier(folded.upper())] if folded.upper() in _OVERSEAS else []
        counties = self._file.named(folded) if len(folded) >= _LEAST_COUNTY_LETTERS else ()
        found += [
            Qualifier(each.place.country, each.place.admin1, point(each.place))
            for each in counties
            if each.place.kind == "region" and not each.place.population
        ]
        return tuple(found)

    def lookup(self, *, text: str, prefer: Sequence[str] = ()) -> Place | None:
        """Return the place that a person means by `text`, None when it names none.

        Understands postal codes, names, and names with a state, county or country after them, with or without commas.
        `prefer` are the ISO countries that are home.
        """
        return place_words.read_text(self, text=text, prefer=prefer)

    def longest_place(
        self, *, words: Sequence[str], prefer: Sequence[str] = (), min_population: int = 0
    ) -> tuple[Place, int] | None:
        """Return the place that the longest start of `words` names and how many words it took, None when none.

        Give words as typed: capitals tell "OR" from "or". `min_population` leaves out lone names of smaller cities,
        which are often words (Hope, Freedom); with a state or country after it a city of any size is taken.
        """
        return place_words.read_start(
            self, words=words, prefer=prefer, min_population=min_population
        )

    def cities_within(
        self,
        *,
        west: float,
        south: float,
        east: float,
        north: float,
        limit: int,
        min_population: int,
    ) -> list[Place]:
        """Return the largest cities of a box in degrees, largest first. A box with west > east crosses the date line."""
        found = [
            city
            for start, end in _spans(west, east)
            for city in self._file.cities(
                west=start, south=south, east=end, north=north, least=min_population, limit=limit
            )
        ]
        return sorted(found, key=lambda city: -city.population)[:limit]

    def nearest_city(
        self, *, latitude: float, longitude: float, within_km: float = 50
    ) -> Place | None:
        """Return the city of more than 1,000 people whose middle is nearest, None when none is within `within_km`."""
        west, south, east, north = box_around(
            latitude=latitude, longitude=longitude, radius_km=within_km
        )
        nearest: tuple[float, Place | None] = (within_km, None)
        for start, end in _spans(west, east):
            for city in self._file.cities(
                west=start, south=south, east=end, north=north, least=1, limit=-1
            ):
                away = distance_km(latitude, longitude, *point(city))
                nearest = min(nearest, (away, city), key=lambda each: each[0])
        return nearest[1]

    def address(
        self, *, postal_code: str, city: str, state: str, country: str, home: str = ""
    ) -> AddressPlaces:
        """Return the places of an address's parts, any of which may be "". `home` is taken for a country not told."""
        return self._address(postal_code, city, state, country, home)

    def _find_postal(self, code: str, country: str, prefer: tuple[str, ...]) -> Place | None:
        for only, known in known_forms(text=code):
            found = [
                place
                for place in self._file.postal(code=known)
                if is_within(place.country, country) and is_within(place.country, only)
            ]
            if found:
                return min(found, key=lambda place: self._postal_rank(place.country, prefer))
        return None

    def _postal_rank(self, country: str, prefer: tuple[str, ...]) -> tuple[int, int]:
        home = prefer.index(country) if country in prefer else len(prefer)
        order = self._file.postal_order
        return home, order.get(country, len(order))

    def _find_city(
        self,
        name: str,
        admin1: str,
        country: str,
        prefer: tuple[str, ...],
        near: tuple[float, float] | None,
    ) -> Place | None:
        found = [each for each in self.named(name=name) if each.place.kind == "city"]
        found = [each for each in found if is_within(each.place.country, country)]
        if admin1:
            meanings = self.qualifiers(name=admin1)
            found = [each for each in found if any(matches(each.place, one) for one in meanings)]
        if not found:
            return None
        if near:
            return min(found, key=lambda named: distance_km(*near, *point(named.place))).place
        return max(found, key=lambda named: score(named, prefer)).place

    def _find_address(
        self, postal_code: str, city: str, state: str, country: str, home: str
    ) -> AddressPlaces:
        prefer = (home,) if home else ()
        postal = self.postal(code=postal_code, country=country, prefer=prefer)
        if postal and state and not country:
            postal = self._postal_in_state(postal_code, state) or postal
        if not city:
            return AddressPlaces(postal, None)
        within = country or (postal.country if postal else "")
        # Without a state the code tells which of forty Springfields.
        near = point(postal) if postal and not state else None
        town = self.city(name=city, admin1=state, country=within, prefer=prefer, near=near)
        apart_km = distance_km(*point(postal), *point(town)) if postal and town else 0.0
        return AddressPlaces(postal, town, apart_km)

    def _postal_in_state(self, postal_code: str, state: str) -> Place | None:
        """Return the postal code in the country whose state it is: 75001 is Texas or Paris."""
        for country, admin1 in self._file.regions.get(fold_place(state), ()):
            place = self.postal(code=postal_code, country=country)
            if place and place.admin1 == admin1:
                return place
        return None


def _is_region(place: Place, country: str, admin1: str) -> bool:
    return (place.kind, place.country, place.admin1) == ("region", country, admin1)


def _spans(west: float, east: float) -> list[tuple[float, float]]:
    return [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
