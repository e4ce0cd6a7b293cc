"""Build a snapshot: one pass over the documents, then columns and postings, then the swap. Nothing
is pickled.
"""

from __future__ import annotations

import fcntl
import shutil
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import msgspec
import numpy as np
from numpy.typing import NDArray

from openchair.lib.folding import fold
from openchair.search import next_starts
from openchair.search.documents import Document, Schema
from openchair.search.flat_files import FileSet, offsets_of, spread, sync_folder
from openchair.search.manifest import CURRENT, MANIFEST, Manifest
from openchair.search.near import cells_of, unit_vectors
from openchair.search.postings import NO_MINUTE, PostingsWriter, rows_by_key
from openchair.search.text_cache import CACHE_FILES, TextCache, UndeclaredField, WordIds

# What a listing is closed by, in the words of the directory: it has a day and a time, but nobody is
# there.
CLOSED = ("attendance", "inactive")
# Two: the newest, and the one that a worker may still be answering from.
KEPT_SNAPSHOTS = 2
NO_ZONE = 0xFFFF
WEEKLY, IRREGULAR, WITHOUT_START = 0, 1, 2
_ROWS_AT_ONCE = 4096


class DuplicateDocument(ValueError):
    """Two documents have one id."""


def build_snapshot(
    *, documents: Iterable[Document], folder: Path, schema: Schema, built_at: datetime
) -> Manifest:
    """Write a snapshot of `documents` into `folder` and make it the current one.

    `built_at` is aware; the weekly order is computed for it. Only one process builds in a folder at
    a time, others wait. Until the last step nothing that a worker reads is touched. Raises
    DuplicateDocument, UndeclaredField, OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder):
        aside = folder / f".building-{built_at:%Y%m%dT%H%M%S%f}"
        aside.mkdir()
        try:
            manifest = _write_all(
                documents=documents, aside=aside, schema=schema, built_at=built_at, folder=folder
            )
            _put_in_place(aside=aside, folder=folder, manifest=manifest)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        _remove_old(folder=folder, current=manifest.name)
    return manifest


def digest_of_id(document_id: str) -> int:
    """Return the 64-bit number that stands for a document in ties and cursors: the same in every
    build.
    """
    return int.from_bytes(blake2b(document_id.encode(), digest_size=8).digest(), "little")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for leftover in folder.glob(".building-*"):  # of a build that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        yield


def _write_all(
    *,
    documents: Iterable[Document],
    aside: Path,
    schema: Schema,
    built_at: datetime,
    folder: Path,
) -> Manifest:
    files = FileSet(aside)
    reference = next_starts.epoch_minute(built_at) - next_starts.JOINABLE_MINUTES
    cache = TextCache.of_last_build(folder=folder, schema=schema)
    collected = _Collected(schema=schema, words=WordIds(schema=schema, cache=cache))
    _collect(documents=documents, collected=collected, files=files, reference=reference)
    order = _RowOrder.of(collected, reference=reference)
    _write_columns(collected, order, files)
    _write_names(collected, order, files)
    _write_postings(collected, order, files)
    return _write_manifest(
        collected, order, files, schema=schema, built_at=built_at, reference=reference
    )


class _Collected:
    """Everything of the documents but their rows' bytes, in the order they came, as plain numbers."""

    def __init__(self, *, schema: Schema, words: WordIds) -> None:
        self.words = words
        self.value_lists: dict[str, dict[tuple[str, ...], tuple[int, ...]]] = {
            name: {} for name in schema.filters
        }
        self.pair_ids: dict[tuple[str, str], int] = {}
        self.zone_ids: dict[str, int] = {}
        self.zone_names: list[str] = []
        self.hashes = array("Q")
        self.kinds = array("B")
        self.local_minutes = array("H")
        self.zones = array("H")
        self.latitudes = array("d")
        self.longitudes = array("d")
        self.row_lengths = array("I")
        self.names: list[str] = []
        self.pairs = array("I")
        self.pair_counts = array("I")
        self.occurrences = array("q")
        self.occurrence_counts = array("I")

    def add(self, document: Document, *, reference: int) -> None:
        """Take one document."""
        self.hashes.append(digest_of_id(document.id))
        self.names.append(fold(document.name))
        self._add_place(document)
        self._add_pairs(document)
        self._add_time(document, reference)
        self.words.add(document.text)

    def _add_place(self, document: Document) -> None:
        latitude, longitude = document.latitude, document.longitude
        if latitude is None or longitude is None:  # half a position is none
            latitude = longitude = float("nan")
        self.latitudes.append(latitude)
        self.longitudes.append(longitude)

    def _add_pairs(self, document: Document) -> None:
        before = len(self.pairs)
        for name, values in document.filters.items():
            known = self.value_lists.get(name)
            if known is None:
                raise UndeclaredField(f"the schema has no filter {name!r}")
            chosen = tuple(values)
            # The same few lists of values come again and again.
            numbers = known.get(chosen)
            if numbers is None:
                numbers = known[chosen] = self._number_values(name, chosen)
            self.pairs.extend(numbers)
        self.pair_counts.append(len(self.pairs) - before)

    def _number_values(self, name: str, values: tuple[str, ...]) -> tuple[int, ...]:
        ids = self.pair_ids
        return tuple(ids.setdefault((name, value), len(ids)) for value in dict.fromkeys(values))

    def _add_time(self, document: Document, reference: int) -> None:
        minute = document.minute
        zone = self._zone_id(document.zone, reference)
        self.local_minutes.append(NO_MINUTE if minute is None else minute)
        self.zones.append(zone)
        kind = WEEKLY
        if CLOSED[1] in document.filters.get(CLOSED[0], ()):
            kind = WITHOUT_START
        elif document.occurrences is not None:
            kind = IRREGULAR
            self.occurrences.extend(document.occurrences)
        elif minute is None or zone == NO_ZONE:
            # A wall time in no known zone is no instant: it can be shown and filtered, not
            # promised.
            kind = WITHOUT_START
        self.kinds.append(kind)
        self.occurrence_counts.append(len(document.occurrences or ()) if kind == IRREGULAR else 0)

    def _zone_id(self, zone: str, reference: int) -> int:
        if zone not in self.zone_ids:
            self.zone_ids[zone] = self._new_zone_id(zone, reference)
        return self.zone_ids[zone]

    def _new_zone_id(self, zone: str, reference: int) -> int:
        try:
            next_starts.offsets_around(zone=zone, minute=reference)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return NO_ZONE
        self.zone_names.append(zone)
        return len(self.zone_names) - 1


def _collect(
    *, documents: Iterable[Document], collected: _Collected, files: FileSet, reference: int
) -> None:
    """Take every document; their rows' bytes go straight to disk, so that memory holds numbers
    only.
    """
    with files.open("rows.bin") as file:
        pieces: list[bytes] = []
        for document in documents:
            piece = open_row(document.row)
            collected.row_lengths.append(len(piece))
            pieces.append(piece)
            collected.add(document, reference=reference)
            if len(pieces) == _ROWS_AT_ONCE:
                file.write(b"".join(pieces))
                pieces.clear()
        file.write(b"".join(pieces))
    files.note("rows.bin", file)


def open_row(row: bytes) -> bytes:
    """Return a JSON object without its last brace, ready for further members."""
    if not (row.startswith(b"{") and row.endswith(b"}")):
        raise ValueError("a row must be one JSON object")
    inside = row[:-1].rstrip()
    return inside if inside == b"{" else inside + b","


class _RowOrder(msgspec.Struct, frozen=True):
    """The numbering of rows: `order[row]` is the place in which its document came, `rows` the other
    way.
    """

    order: NDArray[np.int64]
    rows: NDArray[np.uint32]
    weekly_minutes: NDArray[np.uint16]
    weekly: int
    irregular: int

    @staticmethod
    def of(collected: _Collected, *, reference: int) -> _RowOrder:
        hashes = np.frombuffer(collected.hashes, dtype=np.uint64)
        kinds = np.frombuffer(collected.kinds, dtype=np.uint8)
        _refuse_duplicates(hashes, collected.names)
        minutes = _weekly_minutes(collected, kinds, reference)
        order = np.lexsort((hashes, minutes, kinds))
        rows = np.empty(len(order), dtype=np.uint32)
        rows[order] = np.arange(len(order), dtype=np.uint32)
        weekly = int(np.count_nonzero(kinds == WEEKLY))
        irregular = int(np.count_nonzero(kinds == IRREGULAR))
        return _RowOrder(order, rows, minutes[order[:weekly]], weekly, irregular)


def _refuse_duplicates(hashes: NDArray[np.uint64], names: list[str]) -> None:
    ordered = np.argsort(hashes, kind="stable")
    same = np.flatnonzero(np.diff(hashes[ordered]) == 0)
    if len(same):
        raise DuplicateDocument(
            f"two documents have one id; one is named {names[ordered[same[0]]]!r}"
        )


def _weekly_minutes(
    collected: _Collected, kinds: NDArray[np.uint8], reference: int
) -> NDArray[np.uint16]:
    """Return the UTC minute of the week of each weekly document's next start, 0 for the others."""
    result = np.zeros(len(kinds), dtype=np.uint16)
    zones = np.frombuffer(collected.zones, dtype=np.uint16)
    local = np.frombuffer(collected.local_minutes, dtype=np.uint16).astype(np.int64)
    for number, name in enumerate(collected.zone_names):
        where = np.flatnonzero((zones == number) & (kinds == WEEKLY))
        starts = next_starts.next_weekly_starts(
            local_minutes=local[where],
            offsets=next_starts.offsets_around(zone=name, minute=reference),
            earliest=reference,
        )
        result[where] = (
            starts - reference + next_starts.minute_of_week(reference)
        ) % next_starts.WEEK
    return result


def _write_columns(collected: _Collected, order: _RowOrder, files: FileSet) -> None:
    by_row = order.order
    files.write_array("hashes.u8", np.frombuffer(collected.hashes, dtype=np.uint64)[by_row])
    files.write_array("weekly_minutes.u2", order.weekly_minutes)
    minutes = np.arange(next_starts.WEEK + 1)
    starts = np.searchsorted(order.weekly_minutes, minutes, side="left")
    files.write_array("minute_starts.u4", starts.astype(np.uint32))
    files.write_array(
        "local_minutes.u2", np.frombuffer(collected.local_minutes, dtype=np.uint16)[by_row]
    )
    files.write_array("zones.u2", np.frombuffer(collected.zones, dtype=np.uint16)[by_row])
    lengths = np.frombuffer(collected.row_lengths, dtype=np.uint32)
    files.write_array("row_starts.u8", offsets_of(lengths)[:-1][by_row])
    files.write_array("row_lengths.u4", lengths[by_row])
    _write_occurrences(collected, order, files)
    _write_places(collected, order, files)


def _write_occurrences(collected: _Collected, order: _RowOrder, files: FileSet) -> None:
    counts = np.frombuffer(collected.occurrence_counts, dtype=np.uint32)
    starts = offsets_of(counts)
    flat = np.frombuffer(collected.occurrences, dtype=np.int64)
    irregular = order.order[order.weekly : order.weekly + order.irregular]
    pieces = [np.sort(flat[starts[document] : starts[document + 1]]) for document in irregular]
    files.write_array(
        "occurrences.i8", np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int64)
    )
    files.write_array("occurrence_starts.u8", offsets_of(counts[irregular]))


def _write_places(collected: _Collected, order: _RowOrder, files: FileSet) -> None:
    latitudes = np.frombuffer(collected.latitudes, dtype=np.float64)[order.order]
    longitudes = np.frombuffer(collected.longitudes, dtype=np.float64)[order.order]
    vectors = unit_vectors(latitudes, longitudes)
    # One half-open circle, so that 180° east and west are one line and a row lies in one cell only.
    longitudes = (longitudes + 180.0) % 360.0 - 180.0
    placed = np.flatnonzero(~np.isnan(latitudes)).astype(np.uint32)
    cells = cells_of(latitudes[placed], longitudes[placed])
    by_cell = np.lexsort((placed, cells))
    files.write_array("latitudes.f8", latitudes)
    files.write_array("longitudes.f8", longitudes)
    files.write_array("vectors.f8", vectors)
    files.write_array("cell_vectors.f8", vectors[placed[by_cell]])
    files.write_array("cells.i8", cells[by_cell])
    files.write_array("cell_rows.u4", placed[by_cell])


def _write_names(collected: _Collected, order: _RowOrder, files: FileSet) -> None:
    names = collected.names
    # Sorting is stable: documents of one name stay in the order of their hashes.
    documents = np.argsort(np.frombuffer(collected.hashes, dtype=np.uint64)).tolist()
    documents.sort(key=names.__getitem__)
    encoded = [names[document].encode() for document in documents]
    files.write("names.bin", [b"".join(encoded)])
    files.write_array("name_starts.u8", offsets_of(map(len, encoded)))
    rows = order.rows[np.array(documents, dtype=np.int64)]
    ranks = np.empty(len(rows), dtype=np.uint32)
    ranks[rows] = np.arange(len(rows), dtype=np.uint32)
    files.write_array("name_rows.u4", rows)
    files.write_array("name_ranks.u4", ranks)


def _write_postings(collected: _Collected, order: _RowOrder, files: FileSet) -> None:
    with files.open("postings.bin") as file:
        writer = PostingsWriter(file)
        filters = _write_filters(collected, order, writer, files)
        hours, minutes = _write_times_of_day(collected, order, writer)
        words = collected.words.write_postings(rows=order.rows, writer=writer, files=files)
    files.note("postings.bin", file)
    files.write_array("posting_starts.u8", writer.starts())
    files.write("filters.msgpack", [msgspec.msgpack.encode(filters)])
    files.write_array("hour_postings.u4", hours)
    files.write_array("minute_postings.u4", minutes)
    collected.words.write_cache(numbers=words, files=files)


def _write_filters(
    collected: _Collected, order: _RowOrder, writer: PostingsWriter, files: FileSet
) -> dict[str, list[tuple[str, int, int]]]:
    """Return for each filter its values with the number of their posting and how many rows have it."""
    pairs = list(collected.pair_ids)
    counts = np.frombuffer(collected.pair_counts, dtype=np.uint32)
    rows = np.repeat(order.rows, counts)
    filters: dict[str, list[tuple[str, int, int]]] = {
        name: [] for name in sorted(collected.value_lists)
    }
    numbers = np.zeros(len(pairs), dtype=np.uint32)
    for pair, found in rows_by_key(np.frombuffer(collected.pairs, dtype=np.uint32), rows):
        name, value = pairs[pair]
        numbers[pair] = writer.append(found)
        filters[name].append((value, int(numbers[pair]), len(found)))
    _write_values_by_row(collected, order, numbers, files)
    for values in filters.values():
        values.sort(key=lambda entry: (-entry[2], entry[0]))
    return filters


def _write_values_by_row(
    collected: _Collected, order: _RowOrder, numbers: NDArray[np.uint32], files: FileSet
) -> None:
    """Write for each row the numbers of the postings of its filter values: what a narrow answer's
    facets count.
    """
    counts = np.frombuffer(collected.pair_counts, dtype=np.uint32)
    flat = numbers[np.frombuffer(collected.pairs, dtype=np.uint32)]
    places = spread(offsets_of(counts)[:-1][order.order], counts[order.order])
    files.write_array("row_values.u4", flat[places])
    files.write_array("row_value_starts.u8", offsets_of(counts[order.order]))


def _write_times_of_day(
    collected: _Collected, order: _RowOrder, writer: PostingsWriter
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Write a posting for every hour and minute of the day that a listing starts in, numbered from
    1; 0 is none.
    """
    local = np.frombuffer(collected.local_minutes, dtype=np.uint16)
    timed = np.flatnonzero(local != NO_MINUTE)
    of_day = (local[timed] % next_starts.DAY).astype(np.uint32)
    hours = np.zeros(24, dtype=np.uint32)
    for hour, rows in rows_by_key(of_day // 60, order.rows[timed]):
        hours[hour] = writer.append(rows) + 1
    minutes = np.zeros(next_starts.DAY, dtype=np.uint32)
    for minute, rows in rows_by_key(of_day, order.rows[timed]):
        minutes[minute] = writer.append(rows) + 1
    return hours, minutes


def _write_manifest(
    collected: _Collected,
    order: _RowOrder,
    files: FileSet,
    *,
    schema: Schema,
    built_at: datetime,
    reference: int,
) -> Manifest:
    # What only the next build reads does not change an answer.
    sums = sorted(entry for entry in files.sums.items() if entry[0] not in CACHE_FILES)
    content = msgspec.json.encode([reference, schema, sums], order="sorted")
    digest = blake2b(content, digest_size=16).hexdigest()
    manifest = Manifest(
        name=f"{built_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{digest[:12]}",
        digest=digest,
        built_at=built_at,
        reference_minute=reference,
        rows=len(order.order),
        weekly_rows=order.weekly,
        irregular_rows=order.irregular,
        schema=schema,
        zones=tuple(collected.zone_names),
        files=dict(files.sums),
    )
    sync_folder(files.folder)
    files.write(MANIFEST, [msgspec.json.encode(manifest)])
    sync_folder(files.folder)
    return manifest


def _put_in_place(*, aside: Path, folder: Path, manifest: Manifest) -> None:
    final = folder / manifest.name
    # The same content built twice in one second: what lies there is as good, or is damaged and
    # replaced.
    shutil.rmtree(final, ignore_errors=True)
    aside.rename(final)
    sync_folder(folder)
    pointer = FileSet(folder)
    (folder / f"{CURRENT}.new").unlink(missing_ok=True)
    pointer.write(f"{CURRENT}.new", [manifest.name.encode()])
    (folder / f"{CURRENT}.new").replace(folder / CURRENT)
    sync_folder(folder)


def _remove_old(*, folder: Path, current: str) -> None:
    """Remove all but the newest snapshots. Workers that still map a removed one keep it until they
    let go.
    """
    snapshots = sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
    others = [path for path in snapshots if path.name != current]
    for path in others[: max(0, len(others) - (KEPT_SNAPSHOTS - 1))]:
        shutil.rmtree(path, ignore_errors=True)
