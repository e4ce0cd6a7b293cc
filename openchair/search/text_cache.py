"""Words of documents while a snapshot is built, and what is kept so that the next build need not
read them again.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from openchair.search.documents import Schema
from openchair.search.flat_files import (
    ByteStrings,
    FileSet,
    map_array,
    map_bytes,
    offsets_of,
)
from openchair.search.manifest import Damaged, read_current_name, read_manifest
from openchair.search.postings import PostingsWriter
from openchair.search.tokens import tokenise

# A word id and the number of its field share 32 bits; 2^28 words are more than all languages have.
_FIELD_SHIFT = 28
_WORD_MASK = (1 << _FIELD_SHIFT) - 1
_DIGEST_BYTES = 16
# City, region and venue names come again and again; long notes do not, and would only fill memory.
_LONGEST_KEPT_TEXT = 80
# The files that only the next build reads.
CACHE_FILES = frozenset(["text_words.u4", "text_starts.u8", "text_digests.bin"])
MOST_FIELDS = 1 << (32 - _FIELD_SHIFT)


class UndeclaredField(ValueError):
    """A document has a filter or a text field that the schema does not name."""


def ranked_fields(schema: Schema) -> list[str]:
    """Return the text fields, heaviest first: a word's rows belong to the heaviest field that has
    it.
    """
    fields = sorted(schema.text_weights, key=lambda name: (-schema.text_weights[name], name))
    if len(fields) > MOST_FIELDS:
        raise ValueError(f"at most {MOST_FIELDS} text fields, not {len(fields)}")
    return fields


class TextCache(msgspec.Struct, frozen=True):
    """The words of the last build: its vocabulary by number, and for each document's text its word
    numbers.
    """

    words: list[str] = []
    places: dict[bytes, int] = {}
    numbers: bytes = b""
    bounds: tuple[int, ...] = (0,)

    @staticmethod
    def of_last_build(*, folder: Path, schema: Schema) -> TextCache:
        """Return what the current snapshot in `folder` kept; nothing when there is none fit for
        use.
        """
        try:
            last = folder / read_current_name(folder=folder)
            if last == folder or read_manifest(folder=last).schema != schema:
                return TextCache()
            return _read_cache(last)
        except (Damaged, OSError, ValueError):
            return TextCache()


def _read_cache(folder: Path) -> TextCache:
    tokens = ByteStrings(
        map_bytes(folder / "tokens.bin"), map_array(folder / "token_starts.u8", "<u8")
    )
    digests = bytes(map_bytes(folder / "text_digests.bin"))
    spots = range(0, len(digests), _DIGEST_BYTES)
    return TextCache(
        words=[tokens[number].decode() for number in range(len(tokens))],
        places={digests[spot : spot + _DIGEST_BYTES]: n for n, spot in enumerate(spots)},
        numbers=bytes(map_bytes(folder / "text_words.u4")),
        bounds=tuple(map_array(folder / "text_starts.u8", "<u8").tolist()),
    )


class WordIds:
    """Collects the words of documents as numbers, reading each distinct text once."""

    def __init__(self, *, schema: Schema, cache: TextCache) -> None:
        self._fields = {
            name: number << _FIELD_SHIFT for number, name in enumerate(ranked_fields(schema))
        }
        self._cache = cache
        self._encode = msgspec.msgpack.Encoder().encode
        self._ids = {word: number for number, word in enumerate(cache.words)}
        self._known: dict[str, tuple[int, ...]] = {}
        self._numbers = array("I")
        self._counts = array("I")
        self._digests: list[bytes] = []

    def add(self, text: Mapping[str, str]) -> None:
        """Take the text fields of the next document. Raises UndeclaredField."""
        before = len(self._numbers)
        digest = blake2b(self._encode(text), digest_size=_DIGEST_BYTES).digest()
        place = self._cache.places.get(digest)
        if place is None:
            self._add_new(text)
        else:
            bounds = self._cache.bounds
            self._numbers.frombytes(self._cache.numbers[4 * bounds[place] : 4 * bounds[place + 1]])
        self._digests.append(digest)
        self._counts.append(len(self._numbers) - before)

    def _add_new(self, text: Mapping[str, str]) -> None:
        for name, value in text.items():
            if value:
                if name not in self._fields:
                    raise UndeclaredField(f"the schema has no text field {name!r}")
                field = self._fields[name]
                self._numbers.extend([field | number for number in self._word_ids(value)])

    def _word_ids(self, value: str) -> tuple[int, ...]:
        known = self._known.get(value)
        if known is None:
            ids = self._ids
            known = tuple({ids.setdefault(word, len(ids)) for word in tokenise(value)})
            if len(value) <= _LONGEST_KEPT_TEXT:
                self._known[value] = known
        return known

    def write_postings(
        self, *, rows: NDArray[np.uint32], writer: PostingsWriter, files: FileSet
    ) -> NDArray[np.uint32]:
        """Write a posting for each word and field, and the table of words. Return the number of
        each word id.

        A row stands under the heaviest field of its that has the word, so that the postings of a
        word do not overlap.
        """
        ids, fields, found = _heaviest_fields(self._flat(), np.repeat(rows, self._flat_counts()))
        numbers, words = self._sorted_words(ids)
        # By word, field and row; row numbers stay below 2^32, words and fields have 32 bits between
        # them.
        keys = (numbers[ids].astype(np.uint64) << np.uint64(36)) | (fields << np.uint64(32)) | found
        keys.sort()
        _write_words(keys, words, writer, files)
        return numbers

    def _flat(self) -> NDArray[np.uint32]:
        return np.frombuffer(self._numbers, dtype=np.uint32)

    def _flat_counts(self) -> NDArray[np.uint32]:
        return np.frombuffer(self._counts, dtype=np.uint32)

    def _sorted_words(self, ids: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], list[bytes]]:
        """Return the number of each word id in the order of the words, and those words that are in
        use.
        """
        in_use = np.zeros(len(self._ids), dtype=bool)
        in_use[ids] = True
        words = list(self._ids)
        kept = sorted(
            (words[number].encode(), number) for number in np.flatnonzero(in_use).tolist()
        )
        numbers = np.zeros(len(words), dtype=np.uint32)
        numbers[np.array([number for _, number in kept], dtype=np.int64)] = np.arange(len(kept))
        return numbers, [word for word, _ in kept]

    def write_cache(self, *, numbers: NDArray[np.uint32], files: FileSet) -> None:
        """Write what the next build can take over. `numbers` maps the ids used here to those of the
        table.
        """
        flat = self._flat()
        renumbered = numbers[flat & _WORD_MASK] if len(flat) else flat
        files.write_array("text_words.u4", renumbered | (flat & ~np.uint32(_WORD_MASK)))
        files.write_array("text_starts.u8", offsets_of(self._flat_counts()))
        files.write("text_digests.bin", [b"".join(self._digests)])


def _heaviest_fields(
    flat: NDArray[np.uint32], rows: NDArray[np.uint32]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]]:
    """Return word ids, fields and rows, each word and row once with the heaviest field."""
    words = (flat & np.uint32(_WORD_MASK)).astype(np.uint64)
    fields = (flat >> np.uint32(_FIELD_SHIFT)).astype(np.uint64)
    keys = (words << np.uint64(36)) | (rows.astype(np.uint64) << np.uint64(4)) | fields
    keys.sort()
    pairs = keys >> np.uint64(4)
    keys = keys[np.concatenate(([True], pairs[1:] != pairs[:-1]))] if len(keys) else keys
    return (
        keys >> np.uint64(36),
        keys & np.uint64(15),
        (keys >> np.uint64(4)) & np.uint64(0xFFFFFFFF),
    )


def _write_words(
    keys: NDArray[np.uint64], words: list[bytes], writer: PostingsWriter, files: FileSet
) -> None:
    lists = keys >> np.uint64(32)
    rows = keys.astype(np.uint32)
    starts = (
        np.flatnonzero(np.concatenate(([True], lists[1:] != lists[:-1]))) if len(keys) else keys[:0]
    )
    heads = lists[starts.astype(np.int64)]
    bounds = [*starts.tolist(), len(keys)]
    first = len(writer.starts()) - 1
    for start, end in pairwise(bounds):
        writer.append(rows[start:end])
    of_word = (heads >> np.uint64(4)).astype(np.int64)
    files.write("tokens.bin", [b"".join(words)])
    files.write_array("token_starts.u8", offsets_of(map(len, words)))
    # The postings of word n are those from token_postings[n] up to token_postings[n + 1].
    postings = first + np.searchsorted(of_word, np.arange(len(words) + 1))
    files.write_array("token_postings.u4", postings.astype(np.uint32))
    files.write_array("token_fields.u1", (heads & np.uint64(15)).astype(np.uint8))
    counts = np.bincount((keys >> np.uint64(36)).astype(np.int64), minlength=len(words))
    files.write_array("token_counts.u4", counts.astype(np.uint32))
