"""Posting lists: the rows that have a value or a word, as roaring bitmaps laid end to end in one
file.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from openchair.search.flat_files import ByteStrings, FlatFile, offsets_of

# In the column of local minutes: a listing without a time.
NO_MINUTE = 0xFFFF
# Runs only pay where rows are many: days of the week are nearly one run each.
_WORTH_RUNS = 256
# Bitmaps kept unpacked. Most are a few hundred bytes; the few dense ones take rows/8 bytes each.
_KEPT_POSTINGS = 4096


def bitmap_of(rows: NDArray[np.uint32]) -> BitMap:
    """Return the bitmap of row numbers. Through `array`, which the library takes in one piece."""
    numbers = array("I")
    numbers.frombytes(rows.astype(np.uint32, copy=False).tobytes())
    return BitMap(numbers)


def rows_of(bitmap: BitMap) -> NDArray[np.uint32]:
    """Return the row numbers of `bitmap`, ascending."""
    return np.frombuffer(bitmap.to_array(), dtype=np.uint32)


def rows_by_key(
    keys: NDArray[Any], rows: NDArray[np.uint32]
) -> Iterator[tuple[int, NDArray[np.uint32]]]:
    """Yield each key with its rows, both ascending and without repeats. Keys are below 2^32."""
    both = (keys.astype(np.uint64) << np.uint64(32)) | rows
    both.sort()
    if not len(both):
        return
    both = both[np.concatenate(([True], both[1:] != both[:-1]))]
    high = (both >> np.uint64(32)).astype(np.uint32)
    low = both.astype(np.uint32)
    starts = np.concatenate(([0], np.flatnonzero(high[1:] != high[:-1]) + 1, [len(high)]))
    bounds = starts.tolist()
    for key, (start, end) in zip(high[starts[:-1]].tolist(), pairwise(bounds), strict=True):
        yield key, low[start:end]


class PostingsWriter:
    """Appends bitmaps to a file and numbers them from 0."""

    def __init__(self, file: FlatFile) -> None:
        self._file = file
        self._lengths = array("Q")

    def append(self, rows: NDArray[np.uint32]) -> int:
        """Write the bitmap of `rows` (ascending) and return its number."""
        bitmap = bitmap_of(rows)
        if len(rows) >= _WORTH_RUNS:
            bitmap.run_optimize()
        data = bitmap.serialize()
        self._file.write(data)
        self._lengths.append(len(data))
        return len(self._lengths) - 1

    def starts(self) -> NDArray[np.uint64]:
        """Return where each bitmap starts, and the end of the last."""
        return offsets_of(self._lengths)


class Postings:
    """Reads bitmaps by number. They are shared: nobody changes one in place."""

    def __init__(self, data: mmap.mmap | bytes, starts: NDArray[Any]) -> None:
        self._strings = ByteStrings(data, starts)
        self.read = lru_cache(maxsize=_KEPT_POSTINGS)(self._read)

    def _read(self, number: int) -> BitMap:
        return BitMap.deserialize(self._strings[number])
