"""A snapshot, opened: mapped into memory, shared by all who read it, never changed."""

from __future__ import annotations

import logging
import mmap
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from openchair.search import next_starts
from openchair.search.columns import Columns
from openchair.search.documents import Schema
from openchair.search.flat_files import map_bytes, sum_of_file
from openchair.search.manifest import Damaged, Manifest, read_current_name, read_manifest
from openchair.search.moments import Moment
from openchair.search.near import (
    ROUNDING_KM,
    Box,
    box_around,
    distances_km,
    gather,
    places_in_cells,
    whole_metres,
)
from openchair.search.postings import Postings, bitmap_of
from openchair.search.words import Words

logger = logging.getLogger(__name__)

# The newest minute, and those of people who are turning pages.
_KEPT_MOMENTS = 8
# What is asked again: parts of the map, and places of the gazetteer. A circle takes 8 bytes a row
# in it.
_KEPT_BOXES = 128
_KEPT_CIRCLES = 64
# A type is another code in each fellowship: the same few choices come again and again.
_KEPT_CHOICES = 128
_KEPT_TIMES_OF_DAY = 64
# So many weekly rows out of place cost more than a new order does.
_STALE_SHARE = 0.05
# Once a second a worker looks whether there is a newer snapshot: one small file.
LOOK_EVERY_SECONDS = 1.0

Facets = dict[str, list[tuple[str, int]]]
FilterValues = dict[str, list[tuple[str, int, int]]]


class Circle(msgspec.Struct, frozen=True, kw_only=True):
    """The rows around a point, ascending, and how far away in whole metres each is."""

    rows: NDArray[np.uint32]
    metres: NDArray[np.uint32]
    bitmap: BitMap

    def metres_of(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """Return the distances of `rows`, all of which must lie in the circle."""
        return self.metres[np.searchsorted(self.rows, rows)].astype(np.int64)


class Snapshot:
    """One snapshot. `Snapshot.open` opens the current one of a folder."""

    def __init__(self, *, manifest: Manifest, read: Callable[[str], mmap.mmap | bytes]) -> None:
        self.manifest = manifest
        self.digest = manifest.digest
        self.columns = Columns(manifest=manifest, read=read)
        starts = np.frombuffer(read("posting_starts.u8"), dtype="<u8")
        self.postings = Postings(read("postings.bin"), starts)
        self.words = Words(columns=self.columns, postings=self.postings, schema=manifest.schema)
        self.everything = BitMap(range(manifest.rows))
        self._filters = _read_filters(read("filters.msgpack"), manifest.schema)
        self._numbers = {
            (name, value): number
            for name, values in self._filters.items()
            for value, number, _ in values
        }
        self.values_by_number = {
            number: (name, value) for (name, value), number in self._numbers.items()
        }
        self._all_facets: Facets | None = None
        self.moment = lru_cache(maxsize=_KEPT_MOMENTS)(self._moment)
        self.in_box = lru_cache(maxsize=_KEPT_BOXES)(self._in_box)
        self.any_value = lru_cache(maxsize=_KEPT_CHOICES)(self._any_value)
        self.circle = lru_cache(maxsize=_KEPT_CIRCLES)(self._circle)
        self.starting_between = lru_cache(maxsize=_KEPT_TIMES_OF_DAY)(self._starting_between)

    @staticmethod
    def open(*, folder: Path) -> Snapshot:
        """Return the current snapshot of `folder`; an empty one when none was ever built. Raises
        Damaged.
        """
        name = read_current_name(folder=folder)
        if not name:
            return Snapshot.empty()
        manifest = read_manifest(folder=folder / name)
        _check_files(folder / name, manifest)
        try:
            return Snapshot(manifest=manifest, read=lambda file: map_bytes(folder / name / file))
        except (OSError, ValueError, LookupError, msgspec.DecodeError) as error:
            raise Damaged(f"{folder / name} can't be read: {error}") from error

    @staticmethod
    def empty() -> Snapshot:
        """Return a snapshot of nothing: what a fresh installation answers from."""
        manifest = Manifest(
            name="",
            digest="empty",
            built_at=datetime(1970, 1, 1, tzinfo=UTC),
            reference_minute=0,
            rows=0,
            weekly_rows=0,
            irregular_rows=0,
            schema=Schema(kind="", filters=(), text_weights={}),
            zones=(),
            files={},
        )
        return Snapshot(manifest=manifest, read=lambda _: b"")

    @property
    def filter_names(self) -> tuple[str, ...]:
        """The filters, as the schema names them."""
        return self.manifest.schema.filters

    def value(self, name: str, value: str) -> BitMap:
        """Return the rows with this value of this filter. Shared: not to be changed."""
        number = self._numbers.get((name, value))
        return BitMap() if number is None else self.postings.read(number)

    def _any_value(self, name: str, values: tuple[str, ...]) -> BitMap:
        """Return the rows with one of these values of this filter. Shared: not to be changed."""
        return BitMap().union(*(self.value(name, value) for value in values))

    def frequent_values(self, name: str, most: int) -> list[tuple[str, int, int]]:
        """Return the `most` frequent values of a filter, each with its posting and its count in all
        rows.
        """
        return self._filters.get(name, [])[:most]

    def all_facets(self, count: Callable[[], Facets]) -> Facets:
        """Return the facets of all rows, counted once."""
        if self._all_facets is None:
            self._all_facets = count()
        return self._all_facets

    def is_stale(self, now: datetime) -> bool:
        """Return whether so many clocks have changed since it was built that building it anew pays."""
        moment = self.moment(next_starts.epoch_minute(now))
        return len(moment.moved) > _STALE_SHARE * self.manifest.weekly_rows

    def _moment(self, minute: int) -> Moment:
        return Moment(columns=self.columns, minute=minute)

    def _in_box(self, bounds: tuple[float, float, float, float]) -> BitMap:
        """Return the rows within west, south, east and north."""
        box = Box(*bounds)
        columns = self.columns
        rows = gather(columns.cell_rows, places_in_cells(box=box, cells=columns.cells))
        inside = box.holds(columns.latitudes[rows], columns.longitudes[rows])
        return bitmap_of(np.sort(rows[inside]))

    def _circle(self, here: tuple[float, float], radius_km: float) -> Circle:
        columns = self.columns
        box = box_around(latitude=here[0], longitude=here[1], radius_km=radius_km)
        places = places_in_cells(box=box, cells=columns.cells)
        rows = gather(columns.cell_rows, places)
        distances = distances_km(here=here, vectors=gather(columns.cell_vectors, places))
        inside = distances <= radius_km + ROUNDING_KM
        rows, distances = rows[inside], distances[inside]
        order = np.argsort(rows)
        rows, distances = rows[order], distances[order]
        metres = whole_metres(distances).astype(np.uint32)
        return Circle(rows=rows, metres=metres, bitmap=bitmap_of(rows))

    def _starting_between(self, start: int | None, until: int | None) -> BitMap:
        """Return the rows that start at a time of day in [start, until); over midnight when start >
        until.
        """
        low = 0 if start is None else start
        high = next_starts.DAY if until is None else until
        if low <= high:
            return self._of_day(low, high)
        return self._of_day(low, next_starts.DAY) | self._of_day(0, high)

    def _of_day(self, low: int, high: int) -> BitMap:
        hours = range(-(-low // 60), high // 60)
        minutes = [
            *range(low, min(hours.start * 60, high)),
            *range(max(hours.stop * 60, low), high),
        ]
        if hours.start > hours.stop:  # within one hour
            hours, minutes = range(0), list(range(low, high))
        numbers = [int(self.columns.hour_postings[hour]) for hour in hours]
        numbers += [int(self.columns.minute_postings[minute]) for minute in minutes]
        return BitMap().union(*(self.postings.read(number - 1) for number in numbers if number))


def _read_filters(data: mmap.mmap | bytes, schema: Schema) -> FilterValues:
    if not data:
        return {name: [] for name in schema.filters}
    return msgspec.msgpack.decode(bytes(data), type=FilterValues)


def _check_files(folder: Path, manifest: Manifest) -> None:
    """Read every file once against its sum. Raises Damaged. It also brings the files into memory."""
    for name, expected in manifest.files.items():
        try:
            found = sum_of_file(folder / name)
        except OSError as error:
            raise Damaged(f"{folder / name} can't be read: {error}") from error
        if found != expected:
            raise Damaged(f"{folder / name} is not what was written: {found}, expected {expected}")


class SnapshotHolder:
    """Keeps the newest sound snapshot of a folder open. A newer one is opened aside, so that no
    answer waits for it.
    """

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder
        self._snapshot = Snapshot.empty()
        self._seen = ""
        self._looked_at = float("-inf")
        self._opening: threading.Thread | None = None
        self.refresh()

    def current(self, *, monotonic: float) -> Snapshot:
        """Return the snapshot to answer from. `monotonic` is a clock in seconds that only goes
        forward.
        """
        if monotonic - self._looked_at >= LOOK_EVERY_SECONDS:
            self._looked_at = monotonic
            if self._is_newer() and (self._opening is None or not self._opening.is_alive()):
                self._opening = threading.Thread(target=self.refresh, daemon=True)
                self._opening.start()
        return self._snapshot

    def refresh(self) -> None:
        """Open a newer snapshot now, if there is one. A damaged one is refused and the old kept."""
        try:
            name = read_current_name(folder=self._folder)
            if name == self._seen:
                return
            self._seen = name  # also of a damaged one: it is not read again every second
            self._snapshot = Snapshot.open(folder=self._folder)
        except Damaged as error:
            logger.error("search.snapshot.refused: %s", error)

    def wait(self) -> None:
        """Wait until a newer snapshot that is being opened is open."""
        if self._opening is not None:
            self._opening.join()

    def _is_newer(self) -> bool:
        try:
            return read_current_name(folder=self._folder) != self._seen
        except Damaged:
            return False
