"""Put found rows in order, as far as a page needs: by next start, name, distance or how well words
fit.

Every order is total and made of what a listing says, not of where it lies in a snapshot, so that a
page can go on after a `Position` even when the snapshot was built anew in between.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from openchair.search.columns import Columns
from openchair.search.moments import Moment, Position
from openchair.search.near import (
    FURTHEST_KM,
    NOWHERE,
    box_around,
    distances_km,
    gather,
    places_in_cells,
    whole_metres,
)
from openchair.search.next_starts import NEVER, WEEK, minute_of_week
from openchair.search.postings import bitmap_of, rows_of

# Up to here, sorting what was found in one go is quicker than looking for it along a prepared
# order.
_FEW = 4096
# Looking at so many strays one by one costs less than gathering those that were found.
_FEW_STRAYS = 128
_FIRST_REACH_KM = 2.0


Placed = tuple[int, int]  # a start and a row
Measure = Callable[[NDArray[Any]], NDArray[np.int64]]


def by_next_start(
    *, moment: Moment, found: BitMap, after: Position | None, limit: int
) -> list[Placed]:
    """Return the first `limit` rows of `found` by next start, from behind `after` on."""
    in_circle = found - moment.moved if moment.moved else found
    plain = list(islice(_plain_by_start(moment, in_circle, after, limit), limit))
    until = plain[-1][0] if len(plain) == limit else NEVER
    strays = _strays_until(moment, found, after, until, limit)
    if not strays:
        return plain
    return _merge(moment, plain, strays)[:limit]


def _merge(moment: Moment, one: list[Placed], other: list[Placed]) -> list[Placed]:
    """Return two ordered lists as one. Turns are only looked at where starts are equal."""
    merged = []
    left = list(reversed(one))
    for entry in other:
        while left and _comes_before(moment, left[-1], entry):
            merged.append(left.pop())
        merged.append(entry)
    return merged + left[::-1]


def _comes_before(moment: Moment, one: Placed, other: Placed) -> bool:
    if one[0] != other[0]:
        return one[0] < other[0]
    return moment.turn_of(one[1]) < moment.turn_of(other[1])


def _plain_by_start(
    moment: Moment, found: BitMap, after: Position | None, limit: int
) -> Iterator[Placed]:
    """Yield `limit` rows in the circle's order, then those without a start; behind that the order
    is not kept.
    """
    columns = moment.columns
    base = columns.minute_starts[moment.week_start]
    if after is None:
        segments = [(base, columns.weekly), (0, base)]
    elif after.start >= NEVER:
        segments = []
    else:
        segments, rest = _segments_after(moment, after)
        for low, high in rest:
            yield from ((after.start, row) for row in _rows_between(found, low, high))
    for low, high in segments:
        yield from _walk_circle(moment, found, low, high, limit)
    turn = after.turn if after is not None and after.start >= NEVER else None
    for low, high in _turns_after(moment, columns.irregular_end, columns.rows, turn):
        yield from ((NEVER, row) for row in _rows_between(found, low, high))


def _segments_after(
    moment: Moment, after: Position
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the stretches of the circle behind `after`, and those within its own minute."""
    columns = moment.columns
    base = columns.minute_starts[moment.week_start]
    if after.start - moment.earliest >= WEEK:
        return [], []  # a stray of the far end of a week in which clocks go back
    minute = minute_of_week(after.start)
    begin, end = columns.minute_starts[minute], columns.minute_starts[minute + 1]
    rest = _turns_after(moment, begin, end, after.turn)
    if minute >= moment.week_start:
        return [(end, columns.weekly), (0, base)], rest
    return [(end, base)], rest


def _turns_after(moment: Moment, begin: int, end: int, turn: int | None) -> list[tuple[int, int]]:
    """Return the stretches of rows `begin` … `end` − 1, all of one start, whose turn comes behind
    `turn`.
    """
    first = moment.first_turn(begin, end)
    if turn is None:
        return [(first, end), (begin, first)]
    passed = moment.hash_of_turn(turn)
    row = bisect_right(moment.columns.hash_at, passed, begin, end)
    return [(row, end), (begin, first)] if passed >= moment.pivot else [(row, first)]


def _rows_between(found: BitMap, low: int, high: int) -> Iterator[int]:
    for row in found.iter_equal_or_larger(low):
        if row >= high:
            return
        yield row


def _walk_circle(
    moment: Moment, found: BitMap, low: int, high: int, limit: int
) -> Iterator[Placed]:
    """Yield rows from `low` to `high`, both where a minute begins, each minute's rows by turn."""
    columns = moment.columns
    minute_at, minute_starts = columns.weekly_minute_at, columns.minute_starts
    rows = found.iter_equal_or_larger(low)
    row = next(rows, high)
    while row < high:
        minute = minute_at[row]
        start = moment.earliest + (minute - moment.week_start) % WEEK
        end = minute_starts[minute + 1]
        first = moment.first_turn(minute_starts[minute], end)
        later: list[int] = []
        while row < first and len(later) < limit:
            later.append(row)
            row = next(rows, high)
        if row < first:  # a page's fill of them already: leap to whose turn is first
            rows = found.iter_equal_or_larger(first)
            row = next(rows, high)
        while row < end:
            yield start, row
            row = next(rows, high)
        for passed in later:
            yield start, passed


def _strays_until(
    moment: Moment, found: BitMap, after: Position | None, until: int, limit: int
) -> list[Placed]:
    """Return the first `limit` strays of `found` behind `after` that start no later than `until`."""
    starts, rows = moment.strays_in_order
    low = 0 if after is None else _stray_behind(moment, after)
    high = bisect_right(starts, until)
    if high - low > _FEW_STRAYS:
        strays = found & moment.strays
        if len(strays) <= _FEW_STRAYS and not moment.moved:
            return _sort_few_irregular(moment, strays, after, until, limit)
        if len(strays) <= _FEW:
            return _sort_strays(moment, rows_of(strays), after, until, limit)
    reached = ((starts[at], rows[at]) for at in range(low, high))
    return list(islice((entry for entry in reached if entry[1] in found), limit))


def _sort_few_irregular(
    moment: Moment, strays: BitMap, after: Position | None, until: int, limit: int
) -> list[Placed]:
    """Do as _sort_strays where no weekly row strays: for a handful, without the price of starting
    up numpy.
    """
    starts = moment.irregular_start_at
    first = moment.columns.weekly
    placed = [(start, row) for row in strays if (start := starts[row - first]) <= until]
    positions = [(moment.position_of(start, row), row) for start, row in placed]
    if after is not None:
        positions = [entry for entry in positions if entry[0] > after]
    return [(position.start, row) for position, row in sorted(positions)[:limit]]


def _sort_strays(
    moment: Moment, rows: NDArray[Any], after: Position | None, until: int, limit: int
) -> list[Placed]:
    starts = moment.starts_of(rows)
    wanted = starts <= until
    if after is not None:
        wanted &= starts >= after.start
    if not wanted.any():
        return []
    rows, starts = rows[wanted], starts[wanted]
    turns = moment.turns_of(rows)
    order = np.lexsort((turns, starts))
    if after is not None:
        passed = (starts == after.start) & (turns <= np.uint64(after.turn))
        order = order[~passed[order]]
    order = order[:limit]
    return list(zip(starts[order].tolist(), rows[order].tolist(), strict=True))


def _stray_behind(moment: Moment, after: Position) -> int:
    starts, rows = moment.strays_in_order
    return bisect_right(
        range(len(rows)), after, key=lambda at: moment.position_of(starts[at], rows[at])
    )


def by_name(
    *, moment: Moment, found: BitMap, after: tuple[bytes, int] | None, limit: int
) -> list[Placed]:
    """Return the first `limit` rows of `found` by folded name, from behind `after` (a name and a
    hash) on.
    """
    columns = moment.columns
    place = 0 if after is None else _place_behind(columns, after)
    # Looking along the names meets one in rows/found; sorting looks at all that were found.
    if len(found) ** 2 < limit * columns.rows:
        ranks = columns.name_ranks[rows_of(found)]
        ranks = np.sort(ranks[ranks >= place])[:limit]
        return _with_starts(moment, columns.name_rows[ranks])
    names = (columns.name_row_at[rank] for rank in range(place, columns.rows))
    rows = list(islice((row for row in names if row in found), limit))
    return _with_starts(moment, np.array(rows, dtype=np.uint32))


def _with_starts(moment: Moment, rows: NDArray[Any]) -> list[Placed]:
    return list(zip(moment.starts_of(rows).tolist(), rows.tolist(), strict=True))


def _place_behind(columns: Columns, after: tuple[bytes, int]) -> int:
    return bisect_right(
        range(columns.rows),
        after,
        key=lambda rank: (columns.names[rank], columns.hash_at[columns.name_row_at[rank]]),
    )


def by_distance(
    *,
    moment: Moment,
    found: BitMap,
    here: tuple[float, float],
    measure: Measure,
    after: tuple[int, int, int] | None,
    limit: int,
) -> list[Placed]:
    """Return the first `limit` rows of `found` by distance from `here`, then next start.

    `measure` gives the distance of rows of `found` in metres. `after` is (metres, start, turn).
    Those that are nowhere on the map come last.
    """
    rows = _placed_by_distance(moment, found, here, measure, after, limit)
    if len(rows) < limit:
        nowhere = found - moment.columns.placed
        position = Position(*after[1:]) if after and after[0] >= NOWHERE else None
        rows += by_next_start(moment=moment, found=nowhere, after=position, limit=limit - len(rows))
    return rows


def _placed_by_distance(
    moment: Moment,
    found: BitMap,
    here: tuple[float, float],
    measure: Measure,
    after: tuple[int, int, int] | None,
    limit: int,
) -> list[Placed]:
    reach = _FIRST_REACH_KM if after is None else max(_FIRST_REACH_KM, after[0] / 800)
    while True:
        everything = reach >= FURTHEST_KM or len(found) <= _FEW
        rows = (
            rows_of(found) if everything else _rows_within_reach(moment.columns, found, here, reach)
        )
        metres = measure(rows)
        proven = metres < (NOWHERE if everything else reach * 1000)
        ordered = _order_by_distance(moment, rows[proven], metres[proven], after, limit)
        if everything or len(ordered) == limit:
            return ordered
        reach = min(reach * 2, FURTHEST_KM)


def _rows_within_reach(
    columns: Columns, found: BitMap, here: tuple[float, float], reach_km: float
) -> NDArray[Any]:
    box = box_around(latitude=here[0], longitude=here[1], radius_km=reach_km)
    rows = gather(columns.cell_rows, places_in_cells(box=box, cells=columns.cells))
    if len(found) == columns.rows:
        return rows
    return rows_of(bitmap_of(np.sort(rows)) & found)


def _order_by_distance(
    moment: Moment,
    rows: NDArray[Any],
    metres: NDArray[np.int64],
    after: tuple[int, int, int] | None,
    limit: int,
) -> list[Placed]:
    if after is not None:
        rows, metres = rows[metres >= after[0]], metres[metres >= after[0]]
    else:
        rows, metres = _nearest(rows, metres, limit)
    starts, turns = moment.starts_of(rows), moment.turns_of(rows)
    order = np.lexsort((turns, starts, metres))
    if after is not None:
        passed = (metres == after[0]) & (
            (starts < after[1]) | ((starts == after[1]) & (turns <= np.uint64(after[2])))
        )
        order = order[~passed[order]]
    order = order[:limit]
    return list(zip(starts[order].tolist(), rows[order].tolist(), strict=True))


def _nearest(
    rows: NDArray[Any], metres: NDArray[np.int64], limit: int
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return at least the `limit` nearest, with all that are as near as the last of them."""
    if len(rows) <= limit:
        return rows, metres
    near = metres <= np.partition(metres, limit - 1)[limit - 1]
    return rows[near], metres[near]


def metres_of(
    *, columns: Columns, rows: NDArray[Any], here: tuple[float, float]
) -> NDArray[np.int64]:
    """Return the distance of each row in whole metres, NOWHERE for those without a position."""
    return whole_metres(distances_km(here=here, vectors=columns.vectors[rows]))


def by_classes(
    *,
    moment: Moment,
    classes: list[tuple[int, BitMap]],
    after: tuple[int, int, int] | None,
    limit: int,
) -> list[tuple[int, Placed]]:
    """Return the first `limit` rows, each behind its score, of disjoint `classes` of rows, best
    score first, then by next start.

    `after` is (score, start, turn).
    """
    result: list[tuple[int, Placed]] = []
    for score, rows in sorted(classes, key=lambda entry: -entry[0]):
        if len(result) == limit:
            break
        if after is None or score <= after[0]:
            position = Position(*after[1:]) if after is not None and score == after[0] else None
            ordered = by_next_start(
                moment=moment, found=rows, after=position, limit=limit - len(result)
            )
            result += [(score, placed) for placed in ordered]
    return result
