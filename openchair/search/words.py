"""Find the rows that a word stands in: as it is, as the beginning of a word, or mistyped."""

from __future__ import annotations

import math
from bisect import bisect_left
from functools import cached_property, lru_cache

import msgspec
import numpy as np
from pyroaring import BitMap
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from openchair.search.columns import Columns
from openchair.search.documents import Schema
from openchair.search.postings import Postings
from openchair.search.text_cache import ranked_fields

# How much of a field's weight counts, in percent, by how a word was met.
_EXACT, _BEGINNING, _MISTYPED = 100, 70, 40
# A single letter begins too many words to mean any of them, in scripts whose letters are sounds.
_SHORTEST_BEGINNING = 2
# Three letters are one slip away from dozens of others: "one", "own", "ore".
_SHORTEST_MISTYPED = 4
_TWO_SLIPS_FROM = 8
_KEPT_WORDS = 512


class FoundWord(msgspec.Struct, frozen=True):
    """Where a word was found: all `rows`, and disjoint `classes` of them with the worth of each,
    best first.
    """

    rows: BitMap
    classes: tuple[tuple[int, BitMap], ...] = ()


class Words:
    """The words of a snapshot."""

    def __init__(self, *, columns: Columns, postings: Postings, schema: Schema) -> None:
        self._columns = columns
        self._postings = postings
        self._weights = [schema.text_weights[name] for name in ranked_fields(schema)]
        self.find = lru_cache(maxsize=_KEPT_WORDS)(self._find)

    def _find(self, token: str) -> FoundWord:
        """Return where the folded `token` is found. Mistyped words count only when it stands
        nowhere as typed.
        """
        low, high, is_exact = self._beginning_with(token.encode())
        if low < high:
            exact = range(low, low + 1 if is_exact else low)
            return self._gather({_EXACT: exact, _BEGINNING: range(exact.stop, high)})
        return self._gather({_MISTYPED: self._near_misses(token)})

    def _beginning_with(self, token: bytes) -> tuple[int, int, bool]:
        words = self._columns.words
        low = bisect_left(words, token)
        is_exact = low < len(words) and words[low] == token
        if token.isascii() and len(token) < _SHORTEST_BEGINNING:
            return low, low + is_exact, is_exact
        # No byte of UTF-8 is as large.
        return low, bisect_left(words, token + b"\xff", low), is_exact

    def _near_misses(self, token: str) -> list[int]:
        """Return the numbers of the words one slip away, or two from eight letters on."""
        if len(token) < _SHORTEST_MISTYPED or any(sign.isdigit() for sign in token):
            return []
        slips = 2 if len(token) >= _TWO_SLIPS_FROM else 1
        found: list[int] = []
        for length in range(len(token) - slips, len(token) + slips + 1):
            numbers, words = self._words_by_length.get(length, ([], []))
            if words:
                distances = cdist([token], words, scorer=OSA.distance, score_cutoff=slips)[0]
                found += [numbers[at] for at in np.flatnonzero(distances <= slips).tolist()]
        return found

    @cached_property
    def _words_by_length(self) -> dict[int, tuple[list[int], list[str]]]:
        result: dict[int, tuple[list[int], list[str]]] = {}
        for number in range(len(self._columns.words)):
            word = self._columns.words[number].decode()
            numbers, words = result.setdefault(len(word), ([], []))
            numbers.append(number)
            words.append(word)
        return result

    def _gather(self, numbers: dict[int, range] | dict[int, list[int]]) -> FoundWord:
        lists: dict[int, list[BitMap]] = {}
        for percent, chosen in numbers.items():
            for number in chosen:
                for weight, rows in self._postings_of(number):
                    lists.setdefault(round(weight * percent), []).append(rows)
        classes = []
        taken = BitMap()
        for worth in sorted(lists, reverse=True):
            rows = BitMap.union(*lists[worth]) - taken
            if rows:
                classes.append((worth, rows))
                taken = taken | rows
        return FoundWord(taken, tuple(classes))

    def _postings_of(self, number: int) -> list[tuple[float, BitMap]]:
        columns = self._columns
        low, high = int(columns.word_postings[number]), int(columns.word_postings[number + 1])
        first = int(columns.word_postings[0])
        return [
            (self._weights[columns.word_fields[at - first]], self._postings.read(at))
            for at in range(low, high)
        ]


def rarity(*, rows: int, of: int) -> int:
    """Return how much more a word says the fewer `rows` out of `of` have it: tenths of bits, at
    least 1.
    """
    return max(1, round(10 * math.log2(1 + of / max(rows, 1))))


def refine(
    *, found: BitMap, words: list[FoundWord], rarities: tuple[int, ...]
) -> list[tuple[int, BitMap]]:
    """Part `found` into disjoint classes by score: for each word its worth times its rarity, added
    up.
    """
    parts = {0: found}
    for word, weight in zip(words, rarities, strict=True):
        finer: dict[int, BitMap] = {}
        for score, rows in parts.items():
            for worth, having in word.classes:
                both = rows & having
                if both:
                    total = score + worth * weight
                    finer[total] = finer[total] | both if total in finer else both
        parts = finer
    return list(parts.items())
