"""The same answers as the engine's, by looking at every document: slow, short and plainly right."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from rapidfuzz.distance import OSA

from openchair.lib.folding import fold
from openchair.search.building import digest_of_id
from openchair.search.documents import Document, Schema
from openchair.search.moments import pivot_of_day
from openchair.search.near import ROUNDING_KM, distances_km, unit_vectors
from openchair.search.query import Query

LATEST = math.inf


def minute_of(now: datetime) -> int:
    return int(now.timestamp() // 60)


@lru_cache(maxsize=100_000)
def weekly_start(zone: str, local: int, earliest: int) -> int:
    here = ZoneInfo(zone)
    today = datetime.fromtimestamp(earliest * 60, UTC).astimezone(here).date()
    for days in range(-2, 11):
        date = today + timedelta(days=days)
        if date.isoweekday() % 7 == local // 1440:
            hour, minute = divmod(local % 1440, 60)
            wall = datetime(date.year, date.month, date.day, hour, minute, tzinfo=here)
            if minute_of(wall) >= earliest:
                return minute_of(wall)
    raise AssertionError("every weekly meeting starts again")


def next_start(document: Document, *, now: int) -> float:
    if "inactive" in document.filters.get("attendance", ()):
        return LATEST
    if document.occurrences is not None:
        return min((start for start in document.occurrences if start >= now - 10), default=LATEST)
    if document.minute is None or not document.zone:
        return LATEST
    return weekly_start(document.zone, document.minute, now - 10)


def kilometres(document: Document, near: tuple[float, float]) -> float:
    if document.latitude is None or document.longitude is None:
        return math.inf
    there = unit_vectors(np.array([document.latitude]), np.array([document.longitude]))
    return float(distances_km(here=near, vectors=there)[0])


def metres(document: Document, near: tuple[float, float]) -> float:
    far = kilometres(document, near)
    return far if far == math.inf else int(far * 1000 + 0.5)


def words_of(document: Document) -> set[str]:
    return {word for text in document.text.values() for word in fold(text).split()}


class PlainSearch:
    def __init__(self, documents: Sequence[Document], schema: Schema) -> None:
        self.documents = documents
        self.schema = schema
        self.vocabulary = {word for document in documents for word in words_of(document)}

    def expansions(self, token: str) -> dict[str, int]:
        """The words that `token` finds, each with how much of a field's weight it is worth, in
        percent.
        """
        if len(token) == 1 and token.isascii():
            begun = {token} & self.vocabulary
        else:
            begun = {word for word in self.vocabulary if word.startswith(token)}
        if begun:
            return {word: 100 if word == token else 70 for word in begun}
        if len(token) < 4 or any(sign.isdigit() for sign in token):
            return {}
        slips = 2 if len(token) >= 8 else 1
        return {word: 40 for word in self.vocabulary if OSA.distance(word, token) <= slips}

    def worth(self, document: Document, expansions: dict[str, int]) -> int:
        """The best worth of any field, where each word counts in the heaviest field that has it."""
        best = 0
        for word, percent in expansions.items():
            weights = [
                self.schema.text_weights[field]
                for field, text in document.text.items()
                if word in fold(text).split()
            ]
            if weights:
                best = max(best, round(max(weights) * percent))
        return best

    def tokens(self, query: Query) -> list[str]:
        return list(dict.fromkeys(token for word in query.words for token in fold(word).split()))

    def found(self, query: Query, *, now: int) -> list[Document]:
        expansions = [self.expansions(token) for token in self.tokens(query)]
        return [
            document
            for document in self.documents
            if all(self.worth(document, entry) for entry in expansions)
            and all(self.conditions(document, query, now))
        ]

    def conditions(self, document: Document, query: Query, now: int) -> Iterator[bool]:
        has = document.filters
        for name, value in query.all_of:
            yield value in has.get(name, ())
        for name, values in query.any_of:
            yield bool(set(values) & set(has.get(name, ())))
        for name, value in query.none_of:
            yield value not in has.get(name, ())
        if query.start_from is not None or query.start_until is not None:
            yield self.is_at_time_of_day(document, query)
        if query.next_from is not None or query.next_until is not None:
            start = next_start(document, now=now)
            low = -math.inf if query.next_from is None else query.next_from
            high = LATEST if query.next_until is None else query.next_until
            yield low <= start < high
        if query.box is not None:
            yield self.is_in_box(document, query.box)
        if query.near is not None and query.radius_km is not None:
            yield kilometres(document, query.near) <= query.radius_km + ROUNDING_KM

    def is_at_time_of_day(self, document: Document, query: Query) -> bool:
        if document.minute is None:
            return False
        low, high = query.start_from or 0, 1440 if query.start_until is None else query.start_until
        of_day = document.minute % 1440
        return low <= of_day < high if low <= high else of_day >= low or of_day < high

    def is_in_box(self, document: Document, box: tuple[float, float, float, float]) -> bool:
        if document.latitude is None or document.longitude is None:
            return False
        west, south, east, north = box
        if not south <= document.latitude <= north:
            return False
        if east - west >= 360:
            return True
        turns = range(-2, 3)
        wide = (east - west) % 360
        return any(0 <= document.longitude + 360 * turn - west <= wide for turn in turns)

    def answer(self, query: Query, *, now: datetime) -> list[Document]:
        """Every found document, in order."""
        minute = minute_of(now)
        pivot = pivot_of_day(minute // 1440)
        found = self.found(query, now=minute)
        expansions = [self.expansions(token) for token in self.tokens(query)]
        rows = [
            sum(1 for document in self.documents if self.worth(document, entry))
            for entry in expansions
        ]
        rarities = [
            max(1, round(10 * math.log2(1 + len(self.documents) / max(count, 1)))) for count in rows
        ]

        def key(document: Document) -> tuple[object, ...]:
            by_start = (
                next_start(document, now=minute),
                (digest_of_id(document.id) - pivot) % 2**64,
            )
            if query.sort == "distance" and query.near is not None:
                return (metres(document, query.near), *by_start)
            if query.sort == "relevance" and query.words:
                scores = [
                    self.worth(document, entry) * rarity
                    for entry, rarity in zip(expansions, rarities, strict=True)
                ]
                return (-sum(scores), *by_start)
            if query.sort == "name":
                return (fold(document.name).encode(), digest_of_id(document.id))
            return by_start

        return sorted(found, key=key)

    def facets(self, query: Query, *, now: int) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        for name in self.schema.filters:
            others = tuple(entry for entry in query.any_of if entry[0] != name)
            counts[name] = {}
            for document in self.found(Query(**{**_as_dict(query), "any_of": others}), now=now):
                for value in set(document.filters.get(name, ())):
                    counts[name][value] = counts[name].get(value, 0) + 1
        return counts


def _as_dict(query: Query) -> dict[str, object]:
    return {name: getattr(query, name) for name in query.__struct_fields__}
