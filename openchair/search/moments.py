"""What the order "next start" looks like at one minute: where the week begins, who turns first,
which rows stray.

Weekly rows lie in the order of their start for the minute that the snapshot was built at. Any later
minute only turns that circle, as long as no clock changes. A row strays when its place in the
circle is not its next start: irregular ones always, weekly ones around a change of clocks. Strays
are few, and merged in by their own start.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from openchair.search.columns import Columns
from openchair.search.next_starts import (
    DAY,
    JOINABLE_MINUTES,
    NEVER,
    WEEK,
    Minutes,
    minute_of_week,
    next_weekly_starts,
    offsets_around,
)
from openchair.search.postings import bitmap_of

_ALL_HASHES = 1 << 64


class Position(NamedTuple):
    """A place in the order by next start: the start (epoch minute) and the turn among those of one
    start.
    """

    start: int
    turn: int


class Moment:
    """The order of a snapshot's rows by next start at one epoch minute."""

    def __init__(self, *, columns: Columns, minute: int) -> None:
        self.columns = columns
        self.minute = minute
        self.earliest = minute - JOINABLE_MINUTES
        self.week_start = minute_of_week(self.earliest)
        self.pivot = pivot_of_day(minute // DAY)
        self._turn_rows: dict[tuple[int, int], int] = {}
        moved_rows, moved_starts = self._moved()
        self.moved = bitmap_of(moved_rows)
        irregular_rows = np.arange(columns.weekly, columns.irregular_end, dtype=np.uint32)
        self.stray_rows = np.concatenate((moved_rows, irregular_rows))
        irregular_starts = self._irregular_starts()
        self.irregular_start_at = irregular_starts.data
        self.stray_starts = np.concatenate((moved_starts, irregular_starts))
        self.strays = bitmap_of(self.stray_rows)

    def _irregular_starts(self) -> Minutes:
        """Return the next occurrence of each irregular row, NEVER when none is coming."""
        columns = self.columns
        if not len(columns.occurrences):
            return np.full(columns.irregular_end - columns.weekly, NEVER, dtype=np.int64)
        starts = columns.occurrence_starts.astype(np.int64)
        # Listing by listing, the number of coming ones is counted from the back.
        coming = np.concatenate(([0], np.cumsum(columns.occurrences >= self.earliest)))
        left = coming[starts[1:]] - coming[starts[:-1]]
        places = np.minimum(starts[1:] - left, len(columns.occurrences) - 1)
        result: Minutes = np.where(left > 0, columns.occurrences[places], NEVER)
        return result

    def _moved(self) -> tuple[NDArray[np.uint32], Minutes]:
        """Return the weekly rows whose place in the circle is not their next start, ascending, and
        their starts.
        """
        rows = [np.empty(0, dtype=np.uint32)]
        starts = [np.empty(0, dtype=np.int64)]
        for number, zone in enumerate(self.columns.zone_names):
            if not self._keeps_its_offset(zone):
                zone_rows, zone_starts = self._moved_in_zone(number, zone)
                rows.append(zone_rows)
                starts.append(zone_starts)
        all_rows, all_starts = np.concatenate(rows), np.concatenate(starts)
        order = np.argsort(all_rows)
        return all_rows[order], all_starts[order]

    def _keeps_its_offset(self, zone: str) -> bool:
        then = offsets_around(zone=zone, minute=self.columns.reference_minute)
        now = offsets_around(zone=zone, minute=self.earliest)
        return not then.changes and then == now

    def _moved_in_zone(self, number: int, zone: str) -> tuple[NDArray[np.uint32], Minutes]:
        columns = self.columns
        rows = np.flatnonzero(columns.zones[: columns.weekly] == number)
        starts = next_weekly_starts(
            local_minutes=columns.local_minutes[rows].astype(np.int64),
            offsets=offsets_around(zone=zone, minute=self.earliest),
            earliest=self.earliest,
        )
        moved = starts != self._starts_in_circle(rows)
        return rows[moved].astype(np.uint32), starts[moved]

    def _starts_in_circle(self, rows: NDArray[Any]) -> Minutes:
        minutes = self.columns.weekly_minutes[rows].astype(np.int64)
        result: Minutes = self.earliest + (minutes - self.week_start) % WEEK
        return result

    @cached_property
    def strays_in_order(self) -> tuple[memoryview, memoryview]:
        """All strays by start and turn: their starts and their rows."""
        order = np.lexsort((self.turns_of(self.stray_rows), self.stray_starts))
        return self.stray_starts[order].data, self.stray_rows[order].data

    def starts_of(self, rows: NDArray[Any]) -> Minutes:
        """Return the next start of each of `rows`, NEVER for those without one."""
        starts = np.full(len(rows), NEVER, dtype=np.int64)
        weekly = rows < self.columns.weekly
        starts[weekly] = self._starts_in_circle(rows[weekly])
        if len(self.stray_rows):
            places = np.minimum(np.searchsorted(self.stray_rows, rows), len(self.stray_rows) - 1)
            stray = self.stray_rows[places] == rows
            starts[stray] = self.stray_starts[places[stray]]
        return starts

    def turns_of(self, rows: NDArray[Any]) -> NDArray[np.uint64]:
        """Return each row's turn among rows of one start; it changes by the day, so no group is
        always first.
        """
        turns: NDArray[np.uint64] = self.columns.hashes[rows] - np.uint64(self.pivot)
        return turns

    def turn_of(self, row: int) -> int:
        """Return one row's turn."""
        return (int(self.columns.hash_at[row]) - self.pivot) % _ALL_HASHES

    def position_of(self, start: int, row: int) -> Position:
        """Return the place of a row with this start."""
        return Position(start, self.turn_of(row))

    def hash_of_turn(self, turn: int) -> int:
        """Return the hash that has this turn today."""
        return (turn + self.pivot) % _ALL_HASHES

    def first_turn(self, begin: int, end: int) -> int:
        """Return the row whose turn is first among rows `begin` … `end` − 1 of one start, or `end`:
        then it is `begin`.
        """
        row = self._turn_rows.get((begin, end))
        if row is None:
            row = bisect_left(self.columns.hash_at, self.pivot, begin, end)
            self._turn_rows[begin, end] = row
        return row


def pivot_of_day(day: int) -> int:
    """Return the hash that has the first turn on a day, counted from the epoch in UTC."""
    return int.from_bytes(blake2b(day.to_bytes(8, "little", signed=True), digest_size=8).digest())
