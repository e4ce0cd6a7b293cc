"""Numbers and bytes in flat files: written with a checksum, read as a map of memory."""

from __future__ import annotations

import mmap
import os
import zlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

# Large enough that the checksum runs outside the interpreter's lock most of the time.
_CHUNK_BYTES = 1 << 20
# Pages are put in place at once, where the system can: else the first answer from each page waits
# for its fault.
_MAP_FLAGS = mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)


class FileSum(msgspec.Struct, frozen=True, kw_only=True):
    """Size and CRC-32 of a file: tells damage, not forgery; whoever can write here can write
    anything.
    """

    size: int
    crc32: int


class FlatFile:
    """A file being written in a new snapshot. Closing it makes it durable."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb", buffering=_CHUNK_BYTES)
        self._crc = 0
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        """Append `data`."""
        self._file.write(data)
        self._crc = zlib.crc32(data, self._crc)
        self.size += len(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())

    @property
    def sum(self) -> FileSum:
        """What MANIFEST says of this file."""
        return FileSum(size=self.size, crc32=self._crc)


class FileSet:
    """The files of a snapshot being written, and their sums."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sums: dict[str, FileSum] = {}

    def open(self, name: str) -> FlatFile:
        """Return a new file to write; call `note` with it when it is complete."""
        return FlatFile(self.folder / name)

    def note(self, name: str, file: FlatFile) -> None:
        """Keep the sum of a complete file."""
        self.sums[name] = file.sum

    def write(self, name: str, pieces: Iterable[bytes | memoryview]) -> None:
        """Write a whole file."""
        with self.open(name) as file:
            for piece in pieces:
                file.write(piece)
        self.note(name, file)

    def write_array(self, name: str, array: NDArray[Any]) -> None:
        """Write the numbers of `array`, little-endian."""
        plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        self.write(name, [plain.tobytes()])


def sum_of_file(path: Path) -> FileSum:
    """Return size and checksum of the file at `path`. Raises OSError when it can't be read."""
    crc = size = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
    return FileSum(size=size, crc32=crc)


def map_bytes(path: Path) -> mmap.mmap | bytes:
    """Return the file at `path` as mapped memory; an empty one, which can't be mapped, as empty
    bytes.
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            return b""
        return mmap.mmap(file.fileno(), 0, flags=_MAP_FLAGS, prot=mmap.PROT_READ)


def map_array(path: Path, dtype: str) -> NDArray[Any]:
    """Return the numbers of the file at `path`, mapped. `dtype` is a numpy name such as "<u4"."""
    return np.frombuffer(map_bytes(path), dtype=dtype)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable: a rename is only safe on disk after this."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class ByteStrings:
    """Many byte strings end to end, as a read-only sequence."""

    def __init__(self, data: mmap.mmap | bytes, offsets: NDArray[Any]) -> None:
        self._data = data
        self._offsets = offsets.data

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, index: int) -> bytes:
        return self._data[self._offsets[index] : self._offsets[index + 1]]


def offsets_of(lengths: Iterable[int]) -> NDArray[np.uint64]:
    """Return where each of the strings of these lengths starts when laid end to end, and where the
    last ends.
    """
    sizes = np.fromiter(lengths, dtype=np.uint64)
    offsets = np.zeros(len(sizes) + 1, dtype=np.uint64)
    np.cumsum(sizes, out=offsets[1:])
    return offsets


def spread(starts: NDArray[Any], lengths: NDArray[Any]) -> NDArray[np.int64]:
    """Return every place from each start on, as many as its length says, one stretch behind the
    other.
    """
    lengths = lengths.astype(np.int64)
    ends = np.cumsum(lengths)
    begun = np.repeat(starts.astype(np.int64) - (ends - lengths), lengths)
    return begun + np.arange(len(begun), dtype=np.int64)
