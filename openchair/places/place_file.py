"""Read the file of a gazetteer: rows become places, and nothing is decided."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import floor
from pathlib import Path

import msgspec

from openchair.places.candidates import Named
from openchair.places.naming import region_names
from openchair.places.place import Place
from openchair.places.schema import INDEXES, SCHEMA, SCHEMA_VERSION, cell_of

# Tall boxes are read from the largest city down, flat ones cell by cell.
MOST_CELL_ROWS = 12
_REGION_ROWS = "SELECT country, admin1, name FROM place WHERE kind = 'region' AND population > 0"
# A row of `place`: number, the fields of a Place, weight, cell. A row of `postal` is given the same head.
_FIELDS = ("kind", "name", "country", "admin1", "latitude", "longitude", "timezone", "population")
_WEIGHT = 9
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


class NoGazetteer(FileNotFoundError):
    """There is no gazetteer at the path, or it can't be read, or it is of another version."""


class PlaceFile:
    """A gazetteer's file, open for reading, with a connection for each thread and its small tables in memory.

    The file never changes under a reader, since a build makes a new one: so SQLite need not lock or look (immutable).
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._thread = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self.close = weakref.finalize(self, _close_all, self._connections)
        self.named = lru_cache(maxsize=8192)(self._named)
        self.meta = self._pairs("SELECT key, value FROM meta")
        self.countries = self._pairs("SELECT folded, country FROM country_name")
        self.regions = self._read_regions()
        self.region_names = self._read_region_names()
        order = self.meta.get("postal_order", "").split(",")
        self.postal_order = {country: number for number, country in enumerate(order)}

    @classmethod
    def open(cls, *, path: Path) -> PlaceFile:
        """Open the file at `path`. Raises NoGazetteer, with the way out, when it is missing or unreadable."""
        if not path.is_file():
            raise NoGazetteer(f"there is no gazetteer at {path}, `openchair places` makes it")
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        try:
            file = cls(lambda: sqlite3.connect(uri, uri=True, check_same_thread=False))
        except sqlite3.DatabaseError:
            raise NoGazetteer(
                f"{path} can't be read, `openchair places --force` makes it anew"
            ) from None
        if not file.meta.get("fingerprint", "").startswith(f"schema {SCHEMA_VERSION} "):
            file.close()
            raise NoGazetteer(f"{path} is of another version, `openchair places` makes it anew")
        return file

    @classmethod
    def empty(cls) -> PlaceFile:
        """Return a file that holds no place."""
        return cls(_connect_nowhere)

    def postal(self, *, code: str) -> list[Place]:
        """Return the middle of a postal code, as it is kept, in each country that has it."""
        return [_place(row) for row in self._rows(_POSTAL, (code,))]

    def country(self, *, country: str) -> Place | None:
        """Return a country by its ISO code."""
        rows = self._rows(_COUNTRY, (country,))
        return _place(rows[0]) if rows else None

    def cities(
        self, *, west: float, south: float, east: float, north: float, least: int, limit: int
    ) -> list[Place]:
        """Return cities of a box (west ≤ east) of at least `least` people, about the `limit` largest; -1 for all."""
        box = (least, south, north, west, east, limit)
        if floor(north) - floor(south) >= MOST_CELL_ROWS:
            return [_place(row) for row in self._rows(_LARGEST_IN_BOX, box)]
        bands = range(floor(max(-90.0, south)), floor(min(90.0, north)) + 1)
        ends = [[cell_of(latitude=band, longitude=side) for side in (west, east)] for band in bands]
        return [
            _place(row) for cells in ends for row in self._rows(_LARGEST_IN_CELLS, (*cells, *box))
        ]

    def _named(self, folded: str) -> tuple[Named, ...]:
        """Return every place of a name, folded as names of places are."""
        rows = self._rows(_BY_NAME, (folded,))
        return tuple(Named(_place(row), int(str(row[_WEIGHT])), bool(row[-1])) for row in rows)

    def _read_regions(self) -> dict[str, tuple[tuple[str, str], ...]]:
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for folded, *region in self._rows("SELECT folded, country, admin1 FROM region_name", ()):
            country, admin1 = region
            found[str(folded)] = (*found.get(str(folded), ()), (str(country), str(admin1)))
        return found

    def _read_region_names(self) -> dict[tuple[str, str], str]:
        rows = self._rows(_REGION_ROWS, ())
        found = {(str(country), str(admin1)): str(name) for country, admin1, name in rows}
        for country, names_by_code in region_names().items():
            found |= {(country, admin1): names[0] for admin1, names in names_by_code.items()}
        return found

    def _pairs(self, statement: str) -> dict[str, str]:
        return {str(key): str(value) for key, value in self._rows(statement, ())}

    def _rows(self, statement: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        connection = getattr(self._thread, "connection", None)
        if connection is None:
            connection = self._thread.connection = self._connect()
            with self._lock:
                self._connections.append(connection)
        found: list[tuple[object, ...]] = connection.execute(statement, values).fetchall()
        return found


def _connect_nowhere() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.executescript(SCHEMA + INDEXES)
    return connection


def _close_all(connections: list[sqlite3.Connection]) -> None:
    while connections:
        connections.pop().close()


def _place(row: tuple[object, ...]) -> Place:
    return msgspec.convert(dict(zip(_FIELDS, row[1:], strict=False)), Place)
