"""Look places up: postal codes, cities, regions and countries, in one read-only SQLite file.

Every answer is data of GeoNames (CC BY 4.0), to be credited where it is shown. Nothing here leaves the server.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from math import floor
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from openchair.places.distance import box_around, distance_km, distances_km
from openchair.places.naming import OVERSEAS_PARTS, fold_place, region_names
from openchair.places.place import Place
from openchair.places.postal_codes import is_second_half, known_forms, may_stand_alone
from openchair.places.schema import CREDIT, INDEXES, SCHEMA, SCHEMA_VERSION, cell_of

__all__ = ["CREDIT", "AddressPlaces", "Gazetteer", "NoGazetteer"]

# A name at home weighs as much as one twenty times as large abroad: Cambridge, Massachusetts to an American, but
# London, England all the same.
HOME_WEIGHT = 20
# An exact name goes before a name in another language, unless the other bears it for a city that much larger.
OTHER_NAME_WEIGHT = 0.02
# A city of this size is meant rather than the region of its name: Washington, Québec.
LARGE_CITY = 300_000
# The longest names of places in words, and of regions and countries after them.
MOST_NAME_WORDS = 7
MOST_QUALIFIER_WORDS = 5
MOST_QUALIFIERS = 2
# Words of English, Spanish and French that are a region's or a country's code too: "meetings in boston in person".
CODES_THAT_ARE_WORDS = frozenset(
    [
        "al",
        "am",
        "as",
        "at",
        "be",
        "by",
        "ca",
        "co",
        "de",
        "do",
        "en",
        "es",
        "et",
        "hi",
        "id",
        "il",
        "in",
        "is",
        "la",
        "le",
        "ma",
        "mi",
        "me",
        "mo",
        "my",
        "na",
        "ne",
        "no",
        "of",
        "oh",
        "ok",
        "on",
        "or",
        "pa",
        "sa",
        "se",
        "si",
        "so",
        "to",
        "us",
        "va",
        "we",
    ]
)
PREPOSITIONS = frozenset(("in", "on", "or"))
LARGE_ENOUGH_FOR_CODE_WORD = 20_000
# "Us" is a village in France, and "North" was once the name of a suburb of Salt Lake City.
LEAST_LONE_LETTERS = 3
LEAST_FOR_OTHER_NAME = 100_000
# Tall boxes are read from the largest city down, flat ones cell by cell.
MOST_CELL_ROWS = 12
NEAR_REGION_KM = 80.0


class NoGazetteer(FileNotFoundError):
    """There is no gazetteer at the path, or it is of another version."""


class AddressPlaces(NamedTuple):
    """Where an address lies by its postal code, and by its city within its state."""

    postal: Place | None
    city: Place | None


class _Named(NamedTuple):
    place: Place
    weight: int
    is_other: bool


class _Qualifier(NamedTuple):
    """What narrows a name: a country, a region of it, or the spot of a county."""

    country: str = ""
    admin1: str = ""
    near: tuple[float, float] | None = None


class Gazetteer:
    """A gazetteer, open for reading. Safe to use from many threads: each has a connection of its own.

    The file never changes under a reader, since a build makes a new one: so SQLite need not lock or look (immutable).
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._thread = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self.close = weakref.finalize(self, _close_all, self._connections)
        self._read_small_tables()
        self._named = lru_cache(maxsize=8192)(self._read_named)
        self._postal = lru_cache(maxsize=65536)(self._read_postal)
        self._city = lru_cache(maxsize=32768)(self._read_city)
        self._address = lru_cache(maxsize=65536)(self._read_address)

    @classmethod
    def open(cls, *, path: Path) -> Gazetteer:
        """Open the gazetteer at `path`. Raises NoGazetteer, with the way out, when it is missing or unreadable."""
        if not path.is_file():
            raise NoGazetteer(f"there is no gazetteer at {path}, `openchair places` makes it")
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        try:
            gazetteer = cls(lambda: sqlite3.connect(uri, uri=True, check_same_thread=False))
        except sqlite3.DatabaseError:
            raise NoGazetteer(
                f"{path} can't be read, `openchair places --force` makes it anew"
            ) from None
        if not gazetteer.meta.get("fingerprint", "").startswith(f"schema {SCHEMA_VERSION} "):
            gazetteer.close()
            raise NoGazetteer(f"{path} is of another version, `openchair places` makes it anew")
        return gazetteer

    @classmethod
    def empty(cls) -> Gazetteer:
        """Return a gazetteer that knows no place, for an installation without one."""
        return cls(_connect_nowhere)

    @classmethod
    def open_or_empty(cls, *, path: Path) -> Gazetteer:
        """Open the gazetteer at `path`, or return an empty one: a search or an import never fails for want of it."""
        try:
            return cls.open(path=path)
        except NoGazetteer:
            return cls.empty()

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
        found = [named for named in self._named(fold_place(name)) if named.place.kind == "region"]
        for where, admin1 in self._regions.get(fold_place(name), ()):
            display = self.region_name(country=where, admin1=admin1)
            found += [
                named
                for named in self._named(fold_place(display))
                if named.place.kind == "region"
                and (named.place.country, named.place.admin1) == (where, admin1)
            ]
        found = [named for named in found if _is_within(named.place.country, country)]
        return max(found, key=lambda named: _score(named, tuple(prefer))).place if found else None

    def region_code(self, *, name: str, country: str) -> str:
        """Return the code of a first-level region of `country` by its code or name, "" when unknown."""
        found = self._regions.get(fold_place(name), ())
        return next((admin1 for where, admin1 in found if where == country), "")

    def region_name(self, *, country: str, admin1: str) -> str:
        """Return the name under which a first-level region is shown, "" when unknown."""
        return self._region_names.get((country, admin1), "")

    def lookup(self, *, text: str, prefer: Sequence[str] = ()) -> Place | None:
        """Return the place that a person means by `text`, None when it names none.

        Understands postal codes, names, and names with a state, county or country after them, with or without commas.
        """
        return self._lookup(" ".join(text.split())[:200], tuple(prefer))

    def longest_place(
        self, *, words: Sequence[str], prefer: Sequence[str] = (), min_population: int = 0
    ) -> tuple[Place, int] | None:
        """Return the place that the longest start of `words` names and how many words it took, None when none.

        Give words as typed: capitals tell "OR" from "or". `min_population` leaves out lone names of smaller cities,
        which are often words (Hope, Freedom); with a state or country after it a city of any size is taken.
        """
        postal = self._leading_postal(words, tuple(prefer))
        named = self._leading_name(words, tuple(prefer), min_population)
        # "Cambridge, MA 02139": the code is the finer of the two.
        if named and not postal:
            after = self._leading_postal(words[named[1] :], tuple(prefer))
            if after and distance_km(*_point(after[0]), *_point(named[0])) < NEAR_REGION_KM:
                return after[0], named[1] + after[1]
        return postal or named

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
        rows: list[tuple[object, ...]] = []
        for start, end in _spans(west, east):
            if floor(north) - floor(south) < MOST_CELL_ROWS:
                found = self._cities_in_cells(start, south, end, north, min_population, limit)
            else:
                found = self._execute(
                    _LARGEST_IN_BOX, (min_population, south, north, start, end, limit)
                )
            rows += found
        places = [_place(row) for row in rows]
        return sorted(places, key=lambda place: -place.population)[:limit]

    def nearest_city(
        self, *, latitude: float, longitude: float, within_km: float = 50
    ) -> Place | None:
        """Return the city of more than 1,000 people whose middle is nearest, None when none is within `within_km`."""
        west, south, east, north = box_around(
            latitude=latitude, longitude=longitude, radius_km=within_km
        )
        rows = [
            row
            for start, end in _spans(west, east)
            for row in self._cities_in_cells(start, south, end, north, 1, -1)
        ]
        spots = [(row[_LATITUDE], row[_LONGITUDE]) for row in rows]
        away = distances_km(
            latitude=latitude,
            longitude=longitude,
            latitudes=np.array([spot[0] for spot in spots], dtype=np.float64),
            longitudes=np.array([spot[1] for spot in spots], dtype=np.float64),
        )
        nearest = int(away.argmin()) if rows else -1
        return _place(rows[nearest]) if rows and away[nearest] <= within_km else None

    def address(
        self, *, postal_code: str, city: str, state: str, country: str, home: str = ""
    ) -> AddressPlaces:
        """Return the places of an address's parts, any of which may be "". `home` is taken for a country not told."""
        return self._address(postal_code, city, state, country, home)

    # What follows reads the file; all above it asks.

    def _read_small_tables(self) -> None:
        self.meta = {
            str(key): str(value) for key, value in self._execute("SELECT key, value FROM meta", ())
        }
        self._postal_order = {
            country: number
            for number, country in enumerate(self.meta.get("postal_order", "").split(","))
        }
        self._countries = {
            str(folded): str(country)
            for folded, country in self._execute("SELECT folded, country FROM country_name", ())
        }
        regions: dict[str, list[tuple[str, str]]] = {}
        for folded, country, admin1 in self._execute(
            "SELECT folded, country, admin1 FROM region_name", ()
        ):
            regions.setdefault(str(folded), []).append((str(country), str(admin1)))
        self._regions = {folded: tuple(codes) for folded, codes in regions.items()}
        self._region_names = {
            (country, admin1): names[0]
            for country, codes in region_names().items()
            for admin1, names in codes.items()
        }
        for country, admin1, name in self._execute(_REGION_ROWS, ()):
            self._region_names.setdefault((str(country), str(admin1)), str(name))

    def _execute(self, statement: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        connection = getattr(self._thread, "connection", None)
        if connection is None:
            connection = self._thread.connection = self._connect()
            with self._lock:
                self._connections.append(connection)
        found: list[tuple[object, ...]] = connection.execute(statement, values).fetchall()
        return found

    def _read_named(self, folded: str) -> tuple[_Named, ...]:
        rows = self._execute(_BY_NAME, (folded,))
        return tuple(_Named(_place(row), int(str(row[_WEIGHT])), bool(row[-1])) for row in rows)

    def _read_postal(self, code: str, country: str, prefer: tuple[str, ...]) -> Place | None:
        for only, known in known_forms(text=code):
            rows = self._execute(_POSTAL, (known,))
            places = [_place(row) for row in rows]
            places = [
                place
                for place in places
                if _is_within(place.country, country) and _is_within(place.country, only)
            ]
            if places:
                return min(places, key=lambda place: self._postal_rank(place.country, prefer))
        return None

    def _postal_rank(self, country: str, prefer: tuple[str, ...]) -> tuple[int, int]:
        home = prefer.index(country) if country in prefer else len(prefer)
        return home, self._postal_order.get(country, len(self._postal_order))

    def _read_city(
        self,
        name: str,
        admin1: str,
        country: str,
        prefer: tuple[str, ...],
        near: tuple[float, float] | None,
    ) -> Place | None:
        found = [named for named in self._named(fold_place(name)) if named.place.kind == "city"]
        found = [named for named in found if _is_within(named.place.country, country)]
        if admin1:
            allowed = [
                each
                for each in self._qualifiers_of(fold_place(admin1), admin1)
                if _is_within(each.country, country)
                or country in OVERSEAS_PARTS.get(each.country, ())
            ]
            found = (
                [named for named in found if any(_matches(named.place, each) for each in allowed)]
                if allowed
                else []
            )
        if not found:
            return None
        if near:
            return min(found, key=lambda named: distance_km(*near, *_point(named.place))).place
        return max(found, key=lambda named: _score(named, prefer)).place

    def _read_address(
        self, postal_code: str, city: str, state: str, country: str, home: str
    ) -> AddressPlaces:
        prefer = (home,) if home else ()
        postal = (
            self.postal(code=postal_code, country=country, prefer=prefer) if postal_code else None
        )
        if (
            postal
            and not country
            and state
            and self.region_code(name=state, country=postal.country) != postal.admin1
        ):
            # Without a country, 75001 is Texas or Paris: the state decides, and a state elsewhere refuses.
            postal = self._postal_in_state(postal_code, state) or postal
        if not city:
            return AddressPlaces(postal, None)
        within = country or (postal.country if postal else "")
        if state:
            return AddressPlaces(
                postal, self.city(name=city, admin1=state, country=within, prefer=prefer)
            )
        return AddressPlaces(
            postal,
            self.city(
                name=city, country=within, prefer=prefer, near=_point(postal) if postal else None
            ),
        )

    def _postal_in_state(self, postal_code: str, state: str) -> Place | None:
        for country, admin1 in self._regions.get(fold_place(state), ()):
            place = self.postal(code=postal_code, country=country)
            if place and place.admin1 == admin1:
                return place
        return None

    def _lookup(self, text: str, prefer: tuple[str, ...]) -> Place | None:
        segments = [segment.strip() for segment in text.split(",") if segment.strip()]
        whole = self._whole_text(" ".join(segments), prefer)
        if whole or len(segments) < 2:
            return whole
        is_street = any(sign.isdigit() for sign in segments[0])
        if len(segments) == 2 and not is_street:
            return self._first_segment(segments, prefer)
        # A whole address: what stands before the town is a street, and the town is in the last three parts.
        for start in range(max(1, len(segments) - 3), len(segments)):
            if place := self._whole_text(" ".join(segments[start:]), prefer):
                return place
        return None

    def _whole_text(self, text: str, prefer: tuple[str, ...]) -> Place | None:
        words = text.split()
        found = self.longest_place(words=words, prefer=prefer)
        if found and found[1] == len(words):
            return found[0]
        if len(words) > 2:
            return None
        # Alone in the box, even "E1" or "MA" is a place; among other words it is not.
        return self.postal(code=text, prefer=prefer) or self._by_code(text, prefer)

    def _by_code(self, word: str, prefer: tuple[str, ...]) -> Place | None:
        """Return the region or country of a code that stands alone, which among other words would be a word."""
        if word.isupper() and (region := self.region(name=word, prefer=prefer)):
            return region
        country = self._countries.get(fold_place(word), "")
        return self._country(country) if country else None

    def _country(self, country: str) -> Place | None:
        rows = self._execute(_COUNTRY, (country,))
        return _place(rows[0]) if rows else None

    def _first_segment(self, segments: Sequence[str], prefer: tuple[str, ...]) -> Place | None:
        """Return the place before the comma, by the city after it or whatever follows: "Hackney, London"."""
        around = self._whole_text(segments[1], prefer)
        if around and around.kind == "city":
            place = self.city(name=segments[0], near=_point(around))
            if place and distance_km(*_point(place), *_point(around)) < NEAR_REGION_KM:
                return place
        return self._whole_text(segments[0], prefer)

    def _leading_postal(
        self, words: Sequence[str], prefer: tuple[str, ...]
    ) -> tuple[Place, int] | None:
        heads = [word.strip(".,;:()") for word in words[:2]]
        if (
            len(heads) == 2
            and is_second_half(text=heads[1])
            and any(sign.isdigit() for sign in heads[0])
        ):
            joined = "".join(heads)
            # Only a code whose two halves belong together: "0700 930" is two times of day.
            if not heads[0].isdigit() or not heads[1].isdigit():
                place = self.postal(code=joined, prefer=prefer)
                if place and not joined.isdigit() and known_forms(text=joined)[-1][0]:
                    return place, 2
            elif place := self._whole_postal(joined, prefer):
                return place, 2
        if heads and may_stand_alone(text=heads[0]):
            place = self.postal(code=heads[0], prefer=prefer)
            return (place, 1) if place else None
        return None

    def _whole_postal(self, code: str, prefer: tuple[str, ...]) -> Place | None:
        """Return the place of a code of digits written in two parts ("111 22"), only in a country that is preferred."""
        place = self.postal(code=code, prefer=prefer)
        return place if place and place.country in prefer else None

    def _leading_name(
        self, words: Sequence[str], prefer: tuple[str, ...], min_population: int
    ) -> tuple[Place, int] | None:
        folded = [
            fold_place(word)
            for word in words[: MOST_NAME_WORDS + MOST_QUALIFIERS * MOST_QUALIFIER_WORDS]
        ]
        best: tuple[Place, int] | None = None
        for count in range(min(MOST_NAME_WORDS, len(folded)), 0, -1):
            named = self._named(" ".join(filter(None, folded[:count]))) if folded[count - 1] else ()
            if not named:
                continue
            for qualifiers, taken in self._chains(folded[count:], words[count:]):
                if best and count + taken <= best[1]:
                    continue
                fitting = [each for each in named if _fits(each, qualifiers)]
                if taken:
                    fitting = _despite_code_word(fitting, words[count + taken - 1 :])
                else:
                    fitting = [
                        each
                        for each in fitting
                        if _may_stand_alone(each, folded[:count], min_population)
                    ]
                if fitting:
                    best = _likeliest(fitting, prefer), count + taken
        return best

    def _chains(
        self, folded: Sequence[str], words: Sequence[str]
    ) -> Iterator[tuple[tuple[tuple[_Qualifier, ...], ...], int]]:
        """Yield the ways to read the words after a name as regions and countries, the longest first, none last."""
        chains: list[tuple[tuple[tuple[_Qualifier, ...], ...], int]] = [((), 0)]
        for chain, taken in chains:
            if len(chain) == MOST_QUALIFIERS:
                continue
            for count in range(1, min(MOST_QUALIFIER_WORDS, len(folded) - taken) + 1):
                text = " ".join(filter(None, folded[taken : taken + count]))
                found = (
                    self._qualifiers_of(text, " ".join(words[taken : taken + count]))
                    if text
                    else ()
                )
                if found:
                    chains.append(((*chain, found), taken + count))
        return iter(sorted(chains, key=lambda chain: -chain[1]))

    def _qualifiers_of(self, folded: str, text: str) -> tuple[_Qualifier, ...]:
        found = [_Qualifier(country, admin1) for country, admin1 in self._regions.get(folded, ())]
        if country := self._countries.get(folded):
            found.append(_Qualifier(country))
        found += [_Qualifier(folded.upper())] if folded.upper() in _PARTS else []
        if len(folded) > 3:
            found += [
                _Qualifier(named.place.country, named.place.admin1, _point(named.place))
                for named in self._named(folded)
                if named.place.kind == "region"
                and not named.is_other
                and not named.place.population
            ]
        return tuple(found)

    def _cities_in_cells(
        self, west: float, south: float, east: float, north: float, min_population: int, limit: int
    ) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        for band in range(floor(max(-90.0, south)), floor(min(90.0, north)) + 1):
            cells = [cell_of(latitude=band, longitude=side) for side in (west, east)]
            rows += self._execute(
                _LARGEST_IN_CELLS, (*cells, min_population, south, north, west, east, limit)
            )
        return rows


# A row of `place`: number, the fields of a Place, weight, cell. A row of `postal` is given the same head.
_LATITUDE, _LONGITUDE, _WEIGHT = 5, 6, 9
_BY_NAME = "SELECT place.*, is_other FROM name JOIN place ON place.id = name.place WHERE folded = ?"
_COUNTRY = "SELECT * FROM place WHERE kind = 'country' AND country = ?"
_POSTAL = (
    "SELECT 0, 'postal', name, country, admin1, latitude, longitude, timezone, 0 FROM postal"
    " WHERE code = ?"
)
_LARGEST_IN_BOX = (
    "SELECT * FROM place INDEXED BY city_by_population WHERE cell IS NOT NULL AND population >= ?"
    " AND latitude BETWEEN ? AND ? AND longitude BETWEEN ? AND ? ORDER BY population DESC LIMIT ?"
)
_LARGEST_IN_CELLS = (
    "SELECT * FROM place INDEXED BY city_by_cell WHERE cell BETWEEN ? AND ? AND population >= ?"
    " AND latitude BETWEEN ? AND ? AND longitude BETWEEN ? AND ? ORDER BY population DESC LIMIT ?"
)
_REGION_ROWS = "SELECT country, admin1, name FROM place WHERE kind = 'region' AND population > 0"
_PARTS = frozenset(part for parts in OVERSEAS_PARTS.values() for part in parts)


def _connect_nowhere() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.executescript(SCHEMA + INDEXES)
    return connection


def _close_all(connections: list[sqlite3.Connection]) -> None:
    while connections:
        connections.pop().close()


def _place(row: tuple[object, ...]) -> Place:
    return msgspec.convert(dict(zip(_FIELDS, row[1:], strict=False)), Place)


_FIELDS = ("kind", "name", "country", "admin1", "latitude", "longitude", "timezone", "population")


def _point(place: Place) -> tuple[float, float]:
    return place.latitude, place.longitude


def _spans(west: float, east: float) -> list[tuple[float, float]]:
    return [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]


def _is_within(country: str, wanted: str) -> bool:
    return not wanted or country == wanted or country in OVERSEAS_PARTS.get(wanted, ())


def _matches(place: Place, qualifier: _Qualifier) -> bool:
    if not _is_within(place.country, qualifier.country) or (
        qualifier.admin1 and place.admin1 != qualifier.admin1
    ):
        return False
    return qualifier.near is None or distance_km(*_point(place), *qualifier.near) < NEAR_REGION_KM


def _fits(named: _Named, qualifiers: Sequence[Sequence[_Qualifier]]) -> bool:
    """Tell whether a place lies in one of the meanings of each qualifier."""
    if qualifiers and named.place.kind == "country":
        return False
    return all(any(_matches(named.place, each) for each in meanings) for meanings in qualifiers)


def _despite_code_word(found: list[_Named], words: Sequence[str]) -> list[_Named]:
    """Return those of `found` that are meant although the region's code, `words[0]`, is a word too.

    "Portland or" ends with Oregon; "London on Friday" does not lie in Ontario, and "Boston in person" not in Indiana.
    """
    folded = fold_place(words[0])
    if words[0].isupper() or folded not in CODES_THAT_ARE_WORDS:
        return found
    if folded in PREPOSITIONS and len(words) > 1:
        return []
    return [named for named in found if named.place.population >= LARGE_ENOUGH_FOR_CODE_WORD]


def _may_stand_alone(named: _Named, folded: Sequence[str], min_population: int) -> bool:
    """Tell whether a name without state or country is enough: not by two letters, nor a byname of a small town."""
    if len("".join(folded)) < LEAST_LONE_LETTERS and not named.weight >= LARGE_CITY:
        return False
    if named.place.kind != "city":
        return True
    least = LEAST_FOR_OTHER_NAME if named.is_other else 0
    return named.place.population >= max(min_population, least)


def _score(named: _Named, prefer: tuple[str, ...]) -> float:
    score = named.weight * (OTHER_NAME_WEIGHT if named.is_other else 1.0)
    return score * HOME_WEIGHT if named.place.country in prefer else score


def _likeliest(found: Sequence[_Named], prefer: tuple[str, ...]) -> Place:
    best = max(found, key=lambda named: _score(named, prefer))
    if best.place.kind == "city":
        return best.place
    cities = [
        named for named in found if named.place.kind == "city" and _is_rather(named, best.place)
    ]
    return max(cities, key=lambda named: _score(named, prefer)).place if cities else best.place


def _is_rather(city: _Named, whole: Place) -> bool:
    """Tell whether a city is meant rather than the region or country of its name.

    New York and Québec are cities in the regions of their names; Mexico City is called Mexico only by habit.
    """
    if whole.kind == "country":
        return (
            not city.is_other and city.place.country == whole.country and city.weight >= LARGE_CITY
        )
    inside = (city.place.country, city.place.admin1) == (whole.country, whole.admin1)
    return (inside and city.weight * 20 >= whole.population) or (
        not city.is_other and city.weight >= LARGE_CITY
    )
