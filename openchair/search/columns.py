"""The numbers of a snapshot, one array a column. Rows are numbered weekly first, then irregular,
then without a start.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from openchair.search.flat_files import ByteStrings
from openchair.search.manifest import Manifest
from openchair.search.next_starts import DAY, WEEK
from openchair.search.postings import bitmap_of

Read = Callable[[str], mmap.mmap | bytes]


class Columns:
    """Every array of a snapshot. `read` gives the bytes of a file by name, b"" in an empty
    snapshot.
    """

    def __init__(self, *, manifest: Manifest, read: Read) -> None:
        self.rows = manifest.rows
        self.weekly = manifest.weekly_rows
        self.irregular_end = manifest.weekly_rows + manifest.irregular_rows
        self.reference_minute = manifest.reference_minute
        self.zone_names = manifest.zones
        self._read_times(read)
        self._read_rows(read)
        self._read_places(read)
        self._read_words(read)

    def _read_times(self, read: Read) -> None:
        self.hashes = _array(read, "hashes.u8")
        self.weekly_minutes = _array(read, "weekly_minutes.u2")
        self.local_minutes = _array(read, "local_minutes.u2")
        self.zones = _array(read, "zones.u2")
        self.occurrences = _array(read, "occurrences.i8")
        self.occurrence_starts = _starts(read, "occurrence_starts.u8")
        self.hour_postings = _table(read, "hour_postings.u4", 24)
        self.minute_postings = _table(read, "minute_postings.u4", DAY)
        # A single number is read several times faster through a memoryview than through numpy.
        self.hash_at = self.hashes.data
        self.weekly_minute_at = self.weekly_minutes.data
        self.minute_starts = _table(read, "minute_starts.u4", WEEK + 1).tolist()

    def _read_rows(self, read: Read) -> None:
        self.row_bytes = read("rows.bin")
        self.row_start_at = _array(read, "row_starts.u8").data
        self.row_length_at = _array(read, "row_lengths.u4").data
        self.names = ByteStrings(read("names.bin"), _starts(read, "name_starts.u8"))
        self.name_rows = _array(read, "name_rows.u4")
        self.name_row_at = self.name_rows.data
        self.row_values = _array(read, "row_values.u4")
        self.row_value_starts = _starts(read, "row_value_starts.u8")
        self.name_ranks = _array(read, "name_ranks.u4")

    def _read_places(self, read: Read) -> None:
        self.latitudes = _array(read, "latitudes.f8")
        self.longitudes = _array(read, "longitudes.f8")
        self.vectors = _array(read, "vectors.f8").reshape(-1, 3)
        # The same in the order of the cells: what is near lies together in memory.
        self.cell_vectors = _array(read, "cell_vectors.f8").reshape(-1, 3)
        self.cells = _array(read, "cells.i8")
        self.cell_rows = _array(read, "cell_rows.u4")

    def _read_words(self, read: Read) -> None:
        self.words = ByteStrings(read("tokens.bin"), _starts(read, "token_starts.u8"))
        self.word_postings = _starts(read, "token_postings.u4")
        self.word_fields = _array(read, "token_fields.u1")
        self.word_counts = _array(read, "token_counts.u4")

    @cached_property
    def placed(self) -> BitMap:
        """The rows with a position."""
        return bitmap_of(np.sort(self.cell_rows))

    def open_row(self, row: int) -> bytes:
        """Return the JSON object of `row` without its last brace, ready for further members."""
        start = self.row_start_at[row]
        return self.row_bytes[start : start + self.row_length_at[row]]


def _array(read: Read, name: str) -> NDArray[Any]:
    kind = name.rsplit(".", 1)[1]
    return np.frombuffer(read(name), dtype=f"<{kind}")


def _starts(read: Read, name: str) -> NDArray[Any]:
    array = _array(read, name)
    return array if len(array) else np.zeros(1, dtype=array.dtype)


def _table(read: Read, name: str, size: int) -> NDArray[Any]:
    array = _array(read, name)
    return array if len(array) else np.zeros(size, dtype=array.dtype)
