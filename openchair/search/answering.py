"""Answer a query from a snapshot: match, order, and put finished bytes together. The database is
not touched.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from openchair.search.columns import Columns
from openchair.search.cursors import Cursor, read_cursor, write_cursor
from openchair.search.facets import count_facets
from openchair.search.matching import combine, conditions_of, find_words
from openchair.search.moments import Moment, Position
from openchair.search.near import NOWHERE
from openchair.search.next_starts import DAY, NEVER, epoch_minute
from openchair.search.ordering import (
    Placed,
    by_classes,
    by_distance,
    by_name,
    by_next_start,
    metres_of,
)
from openchair.search.query import Answer, Query, Sort
from openchair.search.snapshot import Snapshot
from openchair.search.words import FoundWord, rarity, refine

_TIMES = tuple(f"{minute // 60:02}:{minute % 60:02}:00Z" for minute in range(DAY))
# From here on a tenth of a kilometre is as much as a person needs.
_COARSE_FROM_METRES = 10_000


def answer(*, snapshot: Snapshot, query: Query, now: datetime) -> Answer:
    """Return what `snapshot` answers to `query` at `now` (aware).

    A page after the first keeps the order of the first, `next_start` is as of `now`. Raises
    BadCursor.
    """
    minute = epoch_minute(now)
    sort = effective_sort(query)
    cursor = read_cursor(query.cursor, sort=sort, minute=minute) if query.cursor else None
    moment = snapshot.moment(cursor.anchor if cursor else minute)
    words = find_words(snapshot=snapshot, query=query)
    conditions = conditions_of(snapshot=snapshot, query=query, moment=moment, words=words)
    found = combine(snapshot=snapshot, conditions=conditions)
    page = _Page(snapshot=snapshot, query=query, moment=moment, sort=sort, cursor=cursor)
    taken = page.take(found, words)
    placed = taken.placed
    if moment.minute != minute:
        placed = _with_starts(snapshot.moment(minute), [row for _, row in placed])
    return Answer(
        total=len(found),
        rows=_finish_rows(snapshot.columns, placed, taken.metres),
        next_cursor=taken.next_cursor,
        facets=count_facets(snapshot=snapshot, conditions=conditions) if query.facets else {},
    )


def effective_sort(query: Query) -> Sort:
    """Return the order that can be had: distance needs a point and relevance needs words."""
    lacks = (query.sort == "distance" and query.near is None) or (
        query.sort == "relevance" and not query.words
    )
    return "next" if lacks else query.sort


class _Taken(msgspec.Struct, frozen=True):
    """A page: its rows, how far away they are when a point was asked for, and the cursor of the
    next.
    """

    placed: list[Placed]
    metres: list[int]
    next_cursor: str | None


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of an answer: which rows are on it, and where the next begins."""

    snapshot: Snapshot
    query: Query
    moment: Moment
    sort: Sort
    cursor: Cursor | None

    def take(self, found: BitMap, words: list[FoundWord]) -> _Taken:
        """Return the rows of the page and where the next begins."""
        rarities = self._rarities(words)
        # One more than asked for tells whether there is a next page.
        placed, scores = self._in_order(found, words, rarities, self.query.limit + 1)
        has_more = len(placed) > self.query.limit
        del placed[self.query.limit :]
        metres = self._metres(placed)
        cursor = None
        if has_more:
            place = metres[-1] if self.sort == "distance" else scores[len(placed) - 1]
            cursor = self._cursor_behind(*placed[-1], place, rarities)
        return _Taken(placed, metres, cursor)

    def _in_order(
        self, found: BitMap, words: list[FoundWord], rarities: tuple[int, ...], limit: int
    ) -> tuple[list[Placed], list[int]]:
        """Return rows and their scores, which are all 0 but for relevance."""
        moment, cursor = self.moment, self.cursor
        if self.sort == "relevance":
            ranked = by_classes(
                moment=moment,
                classes=refine(found=found, words=words, rarities=rarities),
                after=(cursor.place, cursor.start, cursor.turn) if cursor else None,
                limit=limit,
            )
            return [placed for _, placed in ranked], [score for score, _ in ranked]
        if self.sort == "name":
            behind = (cursor.name, moment.hash_of_turn(cursor.turn)) if cursor else None
            placed = by_name(moment=moment, found=found, after=behind, limit=limit)
        elif self.sort == "distance" and self.query.near is not None:
            placed = by_distance(
                moment=moment,
                found=found,
                here=self.query.near,
                measure=self._measure,
                after=(cursor.place, cursor.start, cursor.turn) if cursor else None,
                limit=limit,
            )
        else:
            position = Position(cursor.start, cursor.turn) if cursor else None
            placed = by_next_start(moment=moment, found=found, after=position, limit=limit)
        return placed, [0] * len(placed)

    def _rarities(self, words: list[FoundWord]) -> tuple[int, ...]:
        """Return the rarity of each word, as on the first page: a new snapshot must not change the
        order between.
        """
        if self.sort != "relevance":
            return ()
        if self.cursor and len(self.cursor.rarities) == len(words):
            return self.cursor.rarities
        rows = self.moment.columns.rows
        return tuple(rarity(rows=len(word.rows), of=rows) for word in words)

    def _metres(self, placed: list[Placed]) -> list[int]:
        """Return the distance of each row from the point asked for; nothing when none was."""
        if self.query.near is None:
            return []
        rows = np.array([row for _, row in placed], dtype=np.uint32)
        metres: list[int] = self._measure(rows).tolist()
        return metres

    def _measure(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """Return the distance of found rows in metres. What lies in a circle was measured when it
        was drawn.
        """
        here, radius_km = self.query.near or (0.0, 0.0), self.query.radius_km
        if radius_km is not None:
            return self.snapshot.circle(here, radius_km).metres_of(rows)
        return metres_of(columns=self.moment.columns, rows=rows, here=here)

    def _cursor_behind(self, start: int, row: int, place: int, rarities: tuple[int, ...]) -> str:
        columns = self.moment.columns
        name = columns.names[int(columns.name_ranks[row])] if self.sort == "name" else b""
        return write_cursor(
            Cursor(
                anchor=self.moment.minute,
                sort=self.sort,
                start=start,
                turn=self.moment.turn_of(row),
                place=place,
                name=name,
                rarities=rarities,
            )
        )


def _with_starts(moment: Moment, rows: list[int]) -> list[Placed]:
    starts = moment.starts_of(np.array(rows, dtype=np.uint32))
    return list(zip(starts.tolist(), rows, strict=True))


def _finish_rows(columns: Columns, placed: list[Placed], metres: list[int]) -> list[bytes]:
    """Return the JSON object of each row with what depends on who asks, and when."""
    open_row = columns.open_row
    if not metres:
        return [b"%b%b}" % (open_row(row), next_start_member(start)) for start, row in placed]
    return [
        b'%b%b,"distance_km":%b}' % (open_row(row), next_start_member(start), _kilometres(far))
        for (start, row), far in zip(placed, metres, strict=True)
    ]


@lru_cache(maxsize=32_768)
def next_start_member(start: int) -> bytes:
    """Return `next_start` with an epoch minute as a member of a JSON object."""
    if start >= NEVER:
        return b'"next_start":null'
    day = datetime.fromtimestamp(start * 60, UTC).date().isoformat()
    return f'"next_start":"{day}T{_TIMES[start % DAY]}"'.encode()


def _kilometres(metres: int) -> bytes:
    if metres >= NOWHERE:
        return b"null"
    digits = 1 if metres >= _COARSE_FROM_METRES else 2
    return f"{metres / 1000:.{digits}f}".encode()
